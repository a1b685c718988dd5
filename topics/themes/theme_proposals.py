"""Themes that documents speak of and nobody named."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from topics._errors import TopicsError
from topics.models.topic_model import TopicModel
from topics.reading.documents import as_documents
from topics.text.vectorizer import TermVectorizer
from topics.themes.classifier import to_classifier

_FEWEST = 10


def propose_themes(
    classifier: Any,
    texts: Any,
    *,
    n_themes: int | None = None,
    min_novelty: float = 0.5,
    random_state: Any = 0,
) -> Any:
    """Themes that documents speak of and nobody named: topics of those that fit no theme.

    Parameters
    ----------
    classifier : ThemeClassifier or Labeller
        Fitted.
    texts : Corpus, Arrow column, or iterable of str
        The documents.
    n_themes : int or None, default=None
        Most themes; None is one for every thirty documents that fit none, from 1 to 10.
    min_novelty : float, default=0.5
        Novelty from which a document fits no theme.
    random_state : int, RandomState or None, default=0
        For the topics.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``seeds`` (words to begin a theme with), ``releases`` (how many) and ``rows``, the
        most typical first; empty where fewer than ten documents fit no theme.

    Examples
    --------
    >>> from topics import ThemeClassifier
    >>> texts = ["refugees fled to the camp", "the court tried a judge", "rain fell on fields"] * 20
    >>> themes = {"camp": ["refugees", "fled"], "court": ["judge", "tried"]}
    >>> propose_themes(ThemeClassifier(themes).fit(texts), texts)["seeds"][0]
    ['fell', 'fields', 'rain']
    """
    import pandas as pd

    classifier = to_classifier(classifier)
    documents = as_documents(texts)
    if n_themes is not None and n_themes < 1:
        raise TopicsError(
            f"n_themes={n_themes} is no number of themes", "give one from 1 on, or None"
        )
    new = np.flatnonzero(classifier.novelty(documents) >= min_novelty)
    columns = ["name", "seeds", "releases", "rows"]
    if new.size < _FEWEST:
        return pd.DataFrame([], columns=columns)
    n = min(n_themes or min(max(new.size // 30, 1), 10), new.size)
    # What stands in most of the new documents is their mark, and no word of the whole corpus's.
    params = classifier.vectorizer_.get_params(deep=False) | {"max_df": 1.0, "min_df": 2}
    model = TopicModel(n, vectorizer=TermVectorizer(**params), random_state=random_state)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* releases are few for")
        try:
            proportions = model.fit_transform(documents.take(new))
        except TopicsError:
            # No word stands in two of them.
            return pd.DataFrame([], columns=columns)
    first = proportions.argmax(axis=1)
    rows = []
    for t, name in enumerate(model.names_):
        own = np.flatnonzero(first == t)
        typical = own[np.argsort(-proportions[own, t], kind="stable")]
        rows.append((name, sorted(model.top_words(5)[t]), own.size, new[typical].tolist()))
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("releases", ascending=False, kind="stable", ignore_index=True)
