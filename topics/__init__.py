"""Topics and themes of press releases.

The public names load their modules when they are first used, so that ``import topics`` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from topics._version import __version__ as __version__

if TYPE_CHECKING:
    from topics._errors import TopicsError
    from topics.artifact import load, save
    from topics.changes import drift, propose_themes
    from topics.classifier import ThemeClassifier
    from topics.corpus import Corpus
    from topics.evaluation import compare, evaluate
    from topics.labeller import Labeller, Predictions
    from topics.labelling import predict
    from topics.labels import read_labels
    from topics.lda import LDA
    from topics.nmf import NMF
    from topics.quality import coherence, match_topics
    from topics.releases import read_releases
    from topics.review import next_to_label
    from topics.seeding import suggest_seeds
    from topics.themes import read_themes
    from topics.topic_model import TopicModel
    from topics.vectorizer import TermVectorizer

__all__ = [
    "LDA",
    "NMF",
    "Corpus",
    "Labeller",
    "Predictions",
    "TermVectorizer",
    "ThemeClassifier",
    "TopicModel",
    "TopicsError",
    "coherence",
    "compare",
    "drift",
    "evaluate",
    "load",
    "match_topics",
    "next_to_label",
    "predict",
    "propose_themes",
    "read_labels",
    "read_releases",
    "read_themes",
    "save",
    "suggest_seeds",
]

_HOMES = {
    "TopicsError": "_errors",
    "Corpus": "corpus",
    "read_releases": "releases",
    "TermVectorizer": "vectorizer",
    "NMF": "nmf",
    "LDA": "lda",
    "coherence": "quality",
    "match_topics": "quality",
    "read_themes": "themes",
    "read_labels": "labels",
    "TopicModel": "topic_model",
    "ThemeClassifier": "classifier",
    "Labeller": "labeller",
    "Predictions": "labeller",
    "save": "artifact",
    "load": "artifact",
    "predict": "labelling",
    "compare": "evaluation",
    "evaluate": "evaluation",
    "next_to_label": "review",
    "suggest_seeds": "seeding",
    "drift": "changes",
    "propose_themes": "changes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'topics' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"topics.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
