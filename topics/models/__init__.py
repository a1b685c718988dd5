"""Topic models.

In come document-term matrices, sequences of terms and word vectors; out go topics: their term
weights, the topic proportions of documents, words and names that show them, and what measures them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.models.lda import LDA as LDA
    from topics.models.n_topics import refit_stability as refit_stability
    from topics.models.nmf import NMF as NMF
    from topics.models.topic_metrics import coherence as coherence
    from topics.models.topic_metrics import match_topics as match_topics
    from topics.models.topic_metrics import stability as stability
    from topics.models.topic_metrics import topic_diversity as topic_diversity
    from topics.models.topic_model import TopicModel as TopicModel
    from topics.models.vector_topics import VectorTopics as VectorTopics

__getattr__, __dir__, __all__ = lazy_names(
    "topics.models",
    {
        "LDA": "models.lda",
        "NMF": "models.nmf",
        "TopicModel": "models.topic_model",
        "VectorTopics": "models.vector_topics",
        "coherence": "models.topic_metrics",
        "match_topics": "models.topic_metrics",
        "stability": "models.topic_metrics",
        "topic_diversity": "models.topic_metrics",
        "refit_stability": "models.n_topics",
    },
)
