"""What changed from the documents that were learnt from to those of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics.reading.documents import as_documents
from topics.themes.classifier import ThemeClassifier, to_classifier

_CLEAR = 3.0
"""Standard errors that a share must move to be told."""


@dataclass(frozen=True)
class Drift:
    """What changed.

    Attributes
    ----------
    known_words : (float, float)
        Share of the words that the vocabulary holds, in the old and in the new documents.
    novelty : (float, float)
        Mean of :meth:`topics.ThemeClassifier.novelty`.
    labelled : (float, float)
        Share of the documents that got a label.
    themes : pandas.DataFrame
        ``theme``, ``old`` and ``new`` (shares of documents that got it), ``old_score`` and
        ``new_score`` (mean probabilities) and ``z``, the change of share in standard errors.
    words : list of str
        Terms whose share of documents rose most clearly.
    sentences : list of str
        The changes in words; one that says so where there are none.
    """

    known_words: tuple[float, float]
    novelty: tuple[float, float]
    labelled: tuple[float, float]
    themes: Any
    words: list[str]
    sentences: list[str]

    def __repr__(self) -> str:
        return "\n".join(self.sentences)


def drift(classifier: ThemeClassifier, old: Any, new: Any, *, n_words: int = 10) -> Drift:
    """Compare new documents with those that a classifier was fitted to.

    Parameters
    ----------
    classifier : ThemeClassifier or Labeller
        Fitted.
    old, new : Corpus, Arrow column, or iterable of str
        Documents of then and of now.
    n_words : int, default=10
        Most terms told.

    Returns
    -------
    Drift
        Figures, and what they say in words.

    Raises
    ------
    TopicsError
        If there are no old or no new documents.

    Examples
    --------
    >>> old = ["refugees fled to the camp", "the court tried a judge"] * 20
    >>> new = ["the court tried a judge", "a judge ruled", "court and judge"] * 20
    >>> themes = {"camp": ["refugees", "fled"], "court": ["judge", "tried"]}
    >>> print(drift(ThemeClassifier(themes).fit(old), old, new).sentences[0])
    court: 50% of the releases before, 100% now
    """
    import pandas as pd

    classifier = to_classifier(classifier)
    sides = [as_documents(texts) for texts in (old, new)]
    for name, side in zip(("old", "new"), sides, strict=True):
        if not len(side):
            raise TopicsError(f"there are no {name} releases", "give some of both")
    known, novel = [], []
    given: list[NDArray[np.float64]] = []
    scores: list[NDArray[np.float64]] = []
    labelled, terms = [], []
    names = classifier.classes_.tolist()
    for side in sides:
        weights, raw = classifier.weights_and_scores(side)
        chances = classifier.probabilities(raw)
        labels = classifier.label_tuples(chances)
        given.append(np.array([[name in row for name in names] for row in labels]).mean(axis=0))
        scores.append(chances.mean(axis=0))
        labelled.append(float(np.mean([bool(row) for row in labels])))
        terms.append(np.bincount(weights.indices, minlength=weights.shape[1]) / len(side))
        words_known = classifier.vectorizer_.known_share(side)
        known.append(float(words_known.mean()))
        novel.append(float(classifier.novelty_of(weights, raw, words_known).mean()))
    sizes = [len(side) for side in sides]
    z = _z(given[0], given[1], *sizes)
    table = pd.DataFrame(
        {
            "theme": [str(name) for name in names],
            "old": given[0],
            "new": given[1],
            "old_score": scores[0],
            "new_score": scores[1],
            "z": z,
        }
    )
    risen = _z(terms[0], terms[1], *sizes)
    best = [i for i in np.argsort(-risen, kind="stable")[:n_words] if risen[i] > _CLEAR]
    words = [str(classifier.vectorizer_.get_feature_names_out()[i]) for i in best]
    sentences = [
        f"{names[k]}: {given[0][k]:.0%} of the releases before, {given[1][k]:.0%} now"
        for k in np.argsort(-np.abs(z), kind="stable")
        if abs(z[k]) > _CLEAR
    ]
    for what, (before, now) in (
        ("words that are known", known),
        ("releases with a label", labelled),
    ):
        error = np.sqrt(max(before * (1 - before), 1e-4) * sum(1 / n for n in sizes))
        if abs(now - before) > _CLEAR * error:
            sentences.append(f"{what}: {before:.0%} before, {now:.0%} now")
    if novel[1] - novel[0] > 0.1:
        sentences.append(
            f"more is about no theme: novelty {novel[0]:.2f} before, {novel[1]:.2f} now"
        )
    if words:
        sentences.append(f"words that stand in more releases: {', '.join(words)}")
    return Drift(
        (known[0], known[1]),
        (novel[0], novel[1]),
        (labelled[0], labelled[1]),
        table,
        words,
        sentences or ["nothing changed beyond chance"],
    )


def _z(a: NDArray[Any], b: NDArray[Any], n_a: int, n_b: int) -> NDArray[np.float64]:
    """Change from one share to another, in standard errors of the pooled share."""
    pooled = (a * n_a + b * n_b) / (n_a + n_b)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    return np.asarray((b - a) / np.maximum(error, 1e-9))
