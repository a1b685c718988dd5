"""The words that stand for a topic, and its name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

CANDIDATES = 30


def rank_words(
    components: NDArray[np.floating],
    counts: sp.csr_matrix,
    terms: Sequence[str],
    *,
    candidates: int = CANDIDATES,
    mix: float = 0.5,
) -> list[list[int]]:
    """Terms of each topic, those first that hold together.

    Terms are ranked by weight times the square root of lift. Of the best ``candidates`` the one
    that fits the others least, by normalised pointwise mutual information over documents [1]_ and
    by its own weight, is put last; then the next, until one is left.

    Parameters
    ----------
    components : ndarray, shape (n_topics, n_terms)
        Topic-term weights.
    counts : csr_matrix, shape (n_documents, n_terms)
        The documents that the terms' company is judged in.
    terms : sequence of str
        The terms; of variants that differ by a plural ending only the best is ranked.
    candidates : int, default=30
        How many terms a topic is described by.
    mix : float, default=0.5
        Share of coherence against weight.

    Returns
    -------
    list of list of int
        Term numbers, one list a topic; shorter where a topic has fewer terms.

    References
    ----------
    .. [1] Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction".

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> counts = sp.csr_matrix(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> rank_words(np.array([[3.0, 2.0, 0.1]]), counts, ["camp", "refugees", "budget"])
    [[0, 1, 2]]
    """
    scores = term_scores(components)
    chosen = [_best(row, terms, candidates) for row in scores]
    used = np.unique(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)
    npmi = document_npmi(counts, used)
    return [
        _by_coherence(scores[t, best], npmi[np.ix_(*[np.searchsorted(used, best)] * 2)], best, mix)
        for t, best in enumerate(chosen)
    ]


def term_scores(components: NDArray[np.floating]) -> NDArray[np.floating]:
    """Weight times the square root of lift: what a topic says often, and others do not.

    Parameters
    ----------
    components : ndarray, shape (n_topics, n_terms)
        Topic-term weights.

    Returns
    -------
    ndarray, shape (n_topics, n_terms)
        Scores of at least zero.

    Examples
    --------
    >>> import numpy as np
    >>> term_scores(np.array([[4.0, 1.0], [4.0, 0.0]])).round(2)
    array([[2.83, 1.  ],
           [2.83, 0.  ]])
    """
    total = components.sum(axis=0)
    return components * np.sqrt(components / np.where(total > 0, total, 1))


def document_npmi(counts: sp.csr_matrix, terms: NDArray[np.integer]) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of pairs of terms over documents, where positive.

    Parameters
    ----------
    counts : csr_matrix, shape (n_documents, n_terms)
        Any weights above zero where a term stands in a document.
    terms : ndarray of int, shape (n,)
        The terms asked for.

    Returns
    -------
    ndarray of float64, shape (n, n)
        0 on the diagonal and for pairs that meet no more often than by chance.
    """
    present = counts[:, terms]
    present = sp.csr_matrix(
        (np.ones(present.nnz, np.float64), present.indices, present.indptr), present.shape
    )
    joint = (present.T @ present).toarray() / max(counts.shape[0], 1)
    alone = np.diag(joint).copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = np.log(joint / np.outer(alone, alone)) / -np.log(joint)
    npmi = np.nan_to_num(np.maximum(npmi, 0), posinf=0)
    np.fill_diagonal(npmi, 0)
    return npmi


def name_topics(words: Sequence[Sequence[str]], given: Sequence[str] = ()) -> list[str]:
    """Names of topics: their first words, as many as tell them apart.

    Parameters
    ----------
    words : sequence of sequence of str
        Words of each topic, the best first.
    given : sequence of str, default=()
        Names of the first topics, such as those of their themes.

    Returns
    -------
    list of str
        No two are equal.

    Examples
    --------
    >>> name_topics([["camp"], ["court", "judge", "trial", "jail"]], given=["displacement"])
    ['displacement', 'court, judge, trial']
    """
    names: list[str] = []
    for topic, best in enumerate(words):
        name = given[topic] if topic < len(given) else ", ".join(best[:3]) or f"topic {topic}"
        length = 3
        while name in names:
            length += 1
            name = ", ".join(best[:length]) if length <= len(best) else f"{name} ({topic})"
        names.append(name)
    return names


def _best(scores: NDArray[np.floating], terms: Sequence[str], most: int) -> NDArray[np.int64]:
    """Terms with the highest scores, one of each set of variants."""
    chosen: list[int] = []
    taken: set[str] = set()
    for i in np.argsort(-scores, kind="stable")[: 2 * most]:
        base = _singular(terms[i])
        if scores[i] > 0 and base not in taken:
            taken.add(base)
            chosen.append(int(i))
    return np.array(chosen[:most], np.int64)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _by_coherence(
    scores: NDArray[np.floating], npmi: NDArray[np.float64], best: NDArray[np.int64], mix: float
) -> list[int]:
    if not best.size:
        return []
    weight = np.sqrt(scores / scores.max())
    keep = list(range(best.size))
    dropped = []
    while len(keep) > 1:
        fit = npmi[np.ix_(keep, keep)].sum(axis=1)
        worth = mix * fit / (fit.max() + 1e-9) + (1 - mix) * weight[keep]
        dropped.append(keep.pop(int(np.argmin(worth))))
    order = keep + dropped[::-1]
    return [int(best[i]) for i in order]
