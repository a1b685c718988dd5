"""Why a document has a label, for a terminal and for a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_SHOWN = 12
_UNIT = 40
"""Pixels of a bar for a contribution of one; the same in all blocks, so that they compare."""


@dataclass(frozen=True)
class Explanation:
    """Why a document has a label, or how far it is from it.

    Attributes
    ----------
    label : str
        The theme.
    probability : float
        As ``predict_proba`` gives it.
    score : float
        The sum of ``intercept`` and of the contributions of all terms, exactly as the model
        adds them up before calibration.
    intercept : float
        The score of an empty text; where a section speaks for the label more than the whole text
        does, less what hearing it there only costs.
    terms : list of (str, float)
        Every known term of the text, or of that section, as it is written there, with its signed
        contribution, the heaviest first.
    sentence : str
        The sentence that speaks for the label most.
    nearest : list of (int, float)
        Rows of the documents that are most like the text, and their cosines; empty where no
        documents were given to look among.
    calibrated : bool
        Whether ``probability`` is a frequency, or a score that orders documents.
    given : bool
        Whether the text gets the label.
    threshold : float or None
        The probability from which on it does.
    """

    label: Any
    probability: float
    score: float
    intercept: float
    terms: list[tuple[str, float]]
    sentence: str
    nearest: list[tuple[int, float]] = field(default_factory=list)
    calibrated: bool = True
    given: bool = True
    threshold: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON; ``probability`` is called ``score`` where it is one.

        Returns
        -------
        dict
            Its attributes by name.

        Examples
        --------
        >>> why = Explanation("aid", 0.9, 1.0, 0.0, [("aid", 1.0)], "Aid came.", calibrated=False)
        >>> why.to_dict()["score"]
        0.9
        """
        kind = "probability" if self.calibrated else "score"
        return {
            "label": str(self.label),
            kind: self.probability,
            "given": self.given,
            "threshold": self.threshold,
            "sentence": self.sentence,
            "terms": self.terms,
            "before_any_word": self.intercept,
            "sum": self.score,
        }

    def __repr__(self) -> str:
        terms = ", ".join(f"{term} {weight:+.2f}" for term, weight in self.terms[:6])
        doubt = "" if self.given else ", not given"
        if self.threshold is not None:
            doubt += f"; given from {self.threshold:.2f}"
        text = f"{self.label} ({self.probability:.2f}{doubt}): {terms}\n  {_quoted(self.sentence)}"
        if self.nearest:
            text += "\n  like " + ", ".join(f"row {row} ({near:.2f})" for row, near in self.nearest)
        return text

    def _repr_html_(self) -> str:
        """A block of a page that needs nothing else: bars of contributions, and the sentence."""
        rows = "".join(
            f"<tr><td>{escape(term)}</td><td style='text-align:right'>{weight:+.3f}</td>"
            f"<td><div style='height:.8em;width:{min(_UNIT * abs(weight), 300):.0f}px;"
            f"background:{'#4878a8' if weight > 0 else '#b5535a'}'></div></td></tr>"
            for term, weight in self.terms[:_SHOWN]
        )
        rest = self.terms[_SHOWN:]
        if rest:
            each = ", ".join(f"{escape(term)} {weight:+.2f}" for term, weight in rest)
            rows += (
                f"<tr><td colspan='2'><details><summary>{len(rest)} other terms, which say less "
                f"each</summary>{each}</details></td><td style='text-align:right'>together "
                f"{sum(weight for _, weight in rest):+.3f}</td></tr>"
            )
        rows += (
            f"<tr><td><i>score before any word</i></td>"
            f"<td style='text-align:right'>{self.intercept:+.3f}</td><td></td></tr>"
            f"<tr><td><b>sum</b></td><td style='text-align:right'><b>{self.score:+.3f}</b></td>"
            f"<td></td></tr>"
        )
        becomes = "probability" if self.calibrated else "score from 0 to 1"
        limit = "" if self.threshold is None else f"; the label is given from {self.threshold:.2f}"
        rows += (
            f"<tr><td colspan='3'>The sum becomes a {becomes} of <b>{self.probability:.2f}</b>"
            f"{limit}.</td></tr>"
        )
        kind = "probability" if self.calibrated else "score from 0 to 1"
        kind += "" if self.given else ", below the threshold of the label: not given"
        near = ", ".join(f"row {row} ({cosine:.2f})" for row, cosine in self.nearest)
        return (
            f"<section><h3>{escape(str(self.label))}: {self.probability:.2f} ({kind})</h3>"
            f"<blockquote>{self._marked_sentence()}</blockquote><table>{rows}</table>"
            + (f"<p>Most like it: {near}</p>" if near else "")
            + "</section>"
        )

    def _marked_sentence(self) -> str:
        """The sentence as HTML, the words that speak for the label marked."""
        words = sorted((re.escape(t) for t, weight in self.terms if weight > 0), key=len)
        if not words:
            return escape(self.sentence)
        # Words of scripts without spaces have no bounds.
        spaced = "|".join(rf"(?<!\w){word}(?!\w)" for word in words[::-1])
        unspaced = "|".join(word for word in words[::-1] if ord(word[0]) > 0xE00)
        found = re.compile("|".join(filter(None, (spaced, unspaced))), re.I)
        parts, at = [], 0
        for match in found.finditer(self.sentence):
            parts += [escape(self.sentence[at : match.start()]), f"<mark>{escape(match[0])}</mark>"]
            at = match.end()
        return "".join([*parts, escape(self.sentence[at:])])


def _quoted(sentence: str) -> str:
    return sentence if sentence[:1] in ("“", '"') else f"“{sentence}”"


def explain_score(
    terms: list[str], parts: NDArray[np.float64], intercept: float
) -> tuple[float, float, list[tuple[str, float]]]:
    """Score, intercept and terms of an :class:`Explanation`.

    Parameters
    ----------
    terms : list of str
        The terms of a text.
    parts : ndarray of float64, shape (n_terms,)
        Their contributions.
    intercept : float
        The score without them.

    Returns
    -------
    score : float
        The sum of all.
    intercept : float
        As given.
    terms : list of (str, float)
        With their contributions, the heaviest first.

    Examples
    --------
    >>> explain_score(["aid", "war"], np.array([0.25, -1]), 0.5)
    (-0.25, 0.5, [('war', -1.0), ('aid', 0.25)])
    """
    order = np.argsort(-np.abs(parts), kind="stable")
    said = [(terms[i], float(parts[i])) for i in order]
    return float(parts.sum() + intercept), float(intercept), said


class Missed(NamedTuple):
    """A label that a document is near to and does not get.

    Attributes
    ----------
    label : object
        The theme.
    score : float
        Probability or score.
    threshold : float
        From which on the label is given.
    """

    label: Any
    score: float
    threshold: float

    def __str__(self) -> str:
        return f"{self.label} ({self.score:.2f}; given from {self.threshold:.2f})"


def explanation_page(
    releases: Sequence[tuple[str, Sequence[Explanation]]],
    missed: Sequence[Sequence[Missed]] = (),
) -> str:
    """Explanations as one page of HTML that needs no other file.

    Parameters
    ----------
    releases : sequence of (str, sequence of Explanation)
        A heading for each, and its explanations by :meth:`topics.ThemeClassifier.explain`.
    missed : sequence of sequence of Missed, default=()
        Labels that each just missed, by :meth:`topics.ThemeClassifier.just_missed`.

    Returns
    -------
    str
        The page; every text in it is escaped.

    Examples
    --------
    >>> found = [Explanation("<aid>", 0.9, 1.0, 0.0, [("aid", 1.0)], "Aid came.")]
    >>> page = explanation_page([("Lorries", found)])
    >>> "&lt;aid&gt;" in page and "<aid>" not in page
    True
    """
    body = "".join(
        f"<h2>{escape(heading)}</h2>"
        + "".join(each._repr_html_() for each in explanations)
        + (f"<p>Just missed: {escape('; '.join(map(str, near)))}</p>" if near else "")
        for (heading, explanations), near in zip(releases, missed or repeat(()), strict=False)
    )
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Labels explained</title>"
        "<body style='font-family:system-ui,sans-serif;max-width:44em;margin:2em auto;"
        f"line-height:1.4'>{body}</body></html>"
    )
