"""How Sphinx builds these pages; nothing is fetched."""

import html
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from benchmark_tables import write_benchmarks

from topics._version import __version__

project = "topics"
author = "The topics toolkit maintainers"
copyright = author
release = version = __version__
# Not the day of the build, so that the same sources give the same pages.
today = f"topics-toolkit {__version__}"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["build"]
html_theme = "furo"
html_title = "topics"
html_static_path: list[str] = []
html_copy_source = False
myst_heading_anchors = 3
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_class_members_toctree = False
numpydoc_show_inherited_class_members = True
# Types in docstrings are words for people, not links.
numpydoc_xref_param_type = False
man_pages = [
    ("reference/command-line", "topics", "find what press releases are about, and label new ones",
     author, 1),
]  # fmt: skip


def write_command_line(app: object) -> None:
    """Make the page of the commands from their help."""
    made = subprocess.run(
        [sys.executable, "-m", "typer", "topics.cli.commands", "utils", "docs", "--name", "topics",
         "--title", "Command line"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    page = re.sub(r"\[/?bold\]", "**", html.unescape(made))
    (Path(__file__).parent / "reference" / "command-line.md").write_text(page, "utf-8")


def setup(app: object) -> None:
    """Make the pages that are made of something else."""
    app.connect("builder-inited", write_command_line)  # type: ignore[attr-defined]
    app.connect("builder-inited", lambda _: write_benchmarks())  # type: ignore[attr-defined]
