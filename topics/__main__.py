"""``python -m topics``: the command line."""

from topics.cli.commands import main

main()
