"""Topics and themes of press releases.

The public names load their modules when they are first used, so that ``import topics`` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names
from topics._version import __version__ as __version__

if TYPE_CHECKING:
    from topics._errors import ArtifactError as ArtifactError
    from topics._errors import TopicsError as TopicsError
    from topics.evaluation import compare as compare
    from topics.evaluation import evaluate as evaluate
    from topics.label_batches import ArrowLabeller as ArrowLabeller
    from topics.labeller import Labeller as Labeller
    from topics.labeller import Predictions as Predictions
    from topics.models.lda import LDA as LDA
    from topics.models.nmf import NMF as NMF
    from topics.models.topic_metrics import coherence as coherence
    from topics.models.topic_metrics import match_topics as match_topics
    from topics.models.topic_model import TopicModel as TopicModel
    from topics.persistence.artifact import load as load
    from topics.persistence.artifact import save as save
    from topics.prediction import predict as predict
    from topics.reading.batches import iter_releases as iter_releases
    from topics.reading.corpus import Corpus as Corpus
    from topics.reading.label_columns import read_labels as read_labels
    from topics.reading.read import read_releases as read_releases
    from topics.reading.theme_files import read_themes as read_themes
    from topics.report.page import make_report as make_report
    from topics.text.vectorizer import TermVectorizer as TermVectorizer
    from topics.themes.active_learning import next_to_label as next_to_label
    from topics.themes.classifier import ThemeClassifier as ThemeClassifier
    from topics.themes.drift_detection import drift as drift
    from topics.themes.seed_diagnostics import suggest_seeds as suggest_seeds
    from topics.themes.theme_proposals import propose_themes as propose_themes

__getattr__, __dir__, __all__ = lazy_names(
    "topics",
    {
        "ArtifactError": "_errors",
        "TopicsError": "_errors",
        "Corpus": "reading.corpus",
        "iter_releases": "reading.batches",
        "read_releases": "reading.read",
        "read_themes": "reading.theme_files",
        "read_labels": "reading.label_columns",
        "make_report": "report.page",
        "TermVectorizer": "text.vectorizer",
        "NMF": "models.nmf",
        "LDA": "models.lda",
        "TopicModel": "models.topic_model",
        "coherence": "models.topic_metrics",
        "match_topics": "models.topic_metrics",
        "ThemeClassifier": "themes.classifier",
        "suggest_seeds": "themes.seed_diagnostics",
        "next_to_label": "themes.active_learning",
        "drift": "themes.drift_detection",
        "propose_themes": "themes.theme_proposals",
        "ArrowLabeller": "label_batches",
        "Labeller": "labeller",
        "Predictions": "labeller",
        "save": "persistence.artifact",
        "load": "persistence.artifact",
        "predict": "prediction",
        "compare": "evaluation",
        "evaluate": "evaluation",
    },
)
