"""Topics and themes of press releases.

The public names load their modules when they are first used, so that ``import topics`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from topics._errors import TopicsError
    from topics.corpus import Corpus
    from topics.releases import read_releases
    from topics.vectorizer import TermVectorizer

__version__ = "0.1.0"

__all__ = ["Corpus", "TermVectorizer", "TopicsError", "read_releases"]

_HOMES = {
    "TopicsError": "_errors",
    "Corpus": "corpus",
    "read_releases": "releases",
    "TermVectorizer": "vectorizer",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'topics' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"topics.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
