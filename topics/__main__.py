"""``python -m topics``: the command line."""

from topics.cli import main

main()
