"""Files to a corpus.

In come files of all kinds, folders, archives, tables or what is in memory; out goes a Corpus, one
Arrow table with a row for each release, the list of what could not be read, and what was decided.
Each kind of file has its module, which makes rows of it; ``formats`` tells the kinds apart, and
``read`` makes one table of all. Themes and labels that stand in files are read here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.reading.batches import iter_releases as iter_releases
    from topics.reading.corpus import Corpus as Corpus
    from topics.reading.label_columns import read_labels as read_labels
    from topics.reading.read import read_releases as read_releases
    from topics.reading.theme_files import read_themes as read_themes

__getattr__, __dir__, __all__ = lazy_names(
    "topics.reading",
    {
        "Corpus": "reading.corpus",
        "iter_releases": "reading.batches",
        "read_releases": "reading.read",
        "read_labels": "reading.label_columns",
        "read_themes": "reading.theme_files",
    },
)
