"""A page on which a person labels releases, without a server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from topics.reading.corpus import Corpus
from topics.report.rendering import Report, render
from topics.themes.active_learning import next_to_label, reviewable
from topics.themes.classifier import to_classifier

_SUGGESTED = 3
"""Themes of which a release's page shows the score and the sentence."""


def make_review(
    model: Any,
    releases: Corpus,
    n: int = 20,
    *,
    leave_out: Iterable[int] = (),
    title: str = "Releases to read",
) -> Report:
    """Make a page on which a person labels the releases that would teach a classifier most.

    One click or key a theme; what is said is kept in the browser's storage, can be taken back, and
    is saved as a CSV file that ``topics fit --labels theme`` and :func:`topics.read_labels` read.
    The page is one file, asks nothing of the network, and sends nothing anywhere.

    Parameters
    ----------
    model : ThemeClassifier or Labeller
        Fitted.
    releases : Corpus
        Those to choose from.
    n : int, default=20
        How many are shown, as :func:`topics.next_to_label` chooses them.
    leave_out : iterable of int, default=()
        Rows that have been read already.
    title : str, default="Releases to read"
        Of the page.

    Returns
    -------
    Report
        The page.

    Raises
    ------
    TopicsError
        If the model has no themes.

    Examples
    --------
    >>> from topics import ThemeClassifier, read_releases
    >>> texts = ["Aid reached the camp.", "The court sat."] * 10
    >>> model = ThemeClassifier().fit(texts, ["aid", "law"] * 10)
    >>> page = make_review(model, read_releases(texts, languages=False), 2)
    >>> "The court sat." in page.html
    True
    """
    classifier = to_classifier(model)
    chosen = releases[next_to_label(classifier, releases, n, leave_out=leave_out)]
    texts = chosen.texts.to_pylist()
    scores = classifier.predict_proba(chosen)
    likely = np.argsort(-scores, axis=1, kind="stable")[:, :_SUGGESTED]
    sentences = classifier.sentences(texts, likely.tolist())
    names = reviewable([str(name) for name in classifier.classes_])
    given = classifier.label_tuples(scores)
    rows = [
        {
            "id": row["id"],
            "title": row["title"] or "",
            "date": row["date"] or "",
            "text": row["text"],
            "suggested": [
                {
                    "theme": names[k],
                    "score": round(float(scores[i, k]), 2),
                    "given": classifier.classes_[k] in given[i],
                    "sentence": sentence,
                }
                for k, sentence in zip(likely[i], sentences[i], strict=True)
            ],
        }
        for i, row in enumerate(chosen.table.select(["id", "title", "date", "text"]).to_pylist())
    ]
    return render("review", {"themes": names, "releases": rows}, title=title, n=len(rows))
