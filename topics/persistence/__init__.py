"""Models to folders and back.

In comes a fitted model, out goes an artifact: a folder that holds numbers and text, with checksums,
and never code. Loading one can fail, and can do nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.persistence.artifact import load as load
    from topics.persistence.artifact import read_manifest as read_manifest
    from topics.persistence.artifact import save as save

__getattr__, __dir__, __all__ = lazy_names(
    "topics.persistence",
    {
        "load": "persistence.artifact",
        "save": "persistence.artifact",
        "read_manifest": "persistence.artifact",
    },
)
