"""The words that stand for a topic, and its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError
from topics._math.arrays import npmi, unit_rows, unit_sum_rows
from topics._parallel import one_blas_thread
from topics.models.topic_metrics import map_terms, window_cooccurrences
from topics.text.term_sequences import TermSequences
from topics.text.unicode_tables import UNSPACED_RUN

CANDIDATES = 40
_WINDOW = 10
_MAX_TOKENS = 4_000_000
_DISCOUNT = 2.0
"""Standard deviations that are taken off how often a pair may be expected."""
_MIN_RELATIVE_WEIGHT = 0.6
"""Share of the most that any topic has of a word, which another must have to be shown with it."""
_OWN_WEIGHT = 0.3
"""How much a word's own weight counts beside its cooccurrence."""
_LIFT, _FEW_DOCUMENTS = 0.5, 100
"""Power of lift in very many documents, and documents at which it is half of that."""
_WITHIN = 0.4
"""Share of a word's score from which on a longer one that holds it is shown instead."""

Ranking = Literal["lift", "weight", "frex", "relevance"]


def rank_topic_words(
    components: NDArray[np.floating],
    sequences: TermSequences,
    terms: Sequence[str],
    *,
    n_jobs: int | None = None,
) -> list[list[int]]:
    """Terms of each topic, those first that hold together.

    Terms are ranked by weight times the square root of lift, or a lower power of it where there are
    few documents, in which what only one topic has is often of one document alone; those first of
    which no other topic has far more. Of the best 40 the one that fits the others least is put
    last; then the next, until one is left. A pair fits by normalised pointwise mutual information
    within windows of ten terms [1]_, here and as it may be expected elsewhere
    (:func:`pair_coherence`).

    Parameters
    ----------
    components : ndarray, shape (n_topics, n_terms)
        Topic-term weights.
    sequences : TermSequences
        The documents that the terms' co-occurrence is judged in; some at even distances where there
        are many.
    terms : sequence of str
        The terms; of variants that differ by a plural ending only the best is ranked, and no word
        beside a phrase, or a longer word of a script without spaces, that holds it.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    list of list of int
        Term numbers, one list a topic; shorter where a topic has fewer terms.

    References
    ----------
    .. [1] Bouma (2009), "Normalized (pointwise) mutual information in collocation extraction".

    Examples
    --------
    >>> words = TermSequences(np.array([0, 2, 4, 5]), np.array([0, 1, 1, 0, 2], np.int32))
    >>> rank_topic_words(np.array([[3.0, 2.0, 0.1]]), words, ["camp", "refugees", "budget"])
    [[0, 1, 2]]
    """
    proportions = unit_sum_rows(components)
    # Words of other topics come last, where there are too few of its own.
    own = proportions >= _MIN_RELATIVE_WEIGHT * proportions.max(axis=0, initial=0)
    power = _LIFT * len(sequences) / (len(sequences) + _FEW_DOCUMENTS)
    scores = term_scores(components, power=power) * np.where(own, 1, 1e-6)
    chosen = [_best(row, terms, CANDIDATES) for row in scores]
    used = np.unique(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)
    fit = pair_coherence(sequences, used, len(terms), n_jobs)
    return [
        _by_coherence(scores[t, best], fit[np.ix_(*[np.searchsorted(used, best)] * 2)], best)
        for t, best in enumerate(chosen)
    ]


def term_scores(
    components: NDArray[np.floating],
    ranking: Ranking = "lift",
    mix: float = 0.5,
    *,
    power: float = _LIFT,
) -> NDArray[np.floating]:
    """How much each term tells of a topic.

    Parameters
    ----------
    components : ndarray, shape (n_topics, n_terms)
        Topic-term weights.
    ranking : {"lift", "weight", "frex", "relevance"}, default="lift"
        Weight times the square root of lift (what a topic says often, and others do not); weight
        alone; the harmonic mean of the ranks by frequency and by exclusivity [2]_; or LDAvis's
        relevance [3]_.
    mix : float, default=0.5
        Of ``frex``, the share of exclusivity; of ``relevance``, lambda, the share of frequency.
    power : float, default=0.5
        Of ``lift``, the power that lift is raised to.

    Returns
    -------
    ndarray, shape (n_topics, n_terms)
        Scores of at least zero; zero where the weight is.

    Raises
    ------
    TopicsError
        If ``ranking`` is unknown.

    References
    ----------
    .. [2] Bischof, Airoldi (2012), "Summarizing topical content with word frequency and
       exclusivity", ICML.
    .. [3] Sievert, Shirley (2014), "LDAvis: a method for visualizing and interpreting topics".

    Examples
    --------
    >>> term_scores(np.array([[4.0, 1.0], [4.0, 0.0]])).round(2)
    array([[2.83, 1.  ],
           [2.83, 0.  ]])
    """
    total = components.sum(axis=0)
    if ranking == "weight":
        return components
    if ranking == "lift":
        return components * (components / np.where(total > 0, total, 1)) ** power
    if ranking not in ("frex", "relevance"):
        raise TopicsError(f"ranking={ranking!r} is unknown", "give lift, weight, frex or relevance")
    proportions = unit_sum_rows(components)
    everywhere = np.maximum(total / max(total.sum(), 1e-12), 1e-12)
    if ranking == "relevance":
        scores = np.log(np.maximum(proportions, 1e-12)) - (1 - mix) * np.log(everywhere)
        scores -= scores.min()
    else:
        ranks = [
            _ranks(values)
            for values in (proportions / np.maximum(proportions.sum(0), 1e-12), proportions)
        ]
        scores = 1 / (mix / ranks[0] + (1 - mix) / ranks[1])
    return np.where(components > 0, scores, 0)


def _ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Share of a row's values that are no greater."""
    return np.array([np.searchsorted(np.sort(row), row, side="right") for row in values]) / max(
        values.shape[1], 1
    )


def pair_coherence(
    sequences: TermSequences, used: NDArray[np.integer], n_terms: int, n_jobs: int | None = None
) -> NDArray[np.float64]:
    """How well pairs of words hold together: in these documents, and by what is to be expected.

    The sum of three numbers of the same scale: normalised pointwise mutual information (NPMI)
    within ten terms as it was counted, the same as it may be expected in documents of the same
    kind, and the cosine of the two words' NPMI with all others. How often two words met says
    little of other documents where they met but a few times: the expected rate is drawn to what
    the number of documents that hold both would make of it, as if that had been seen once (a
    gamma prior, so that meetings elsewhere are negative binomial [1]_), and a pair that may not be
    met at all has -1, as NPMI has it.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    used : ndarray of int, shape (n,)
        The terms asked for, in order.
    n_terms : int
        Size of the vocabulary.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float64, shape (n, n)
        0 on the diagonal.

    References
    ----------
    .. [1] Gelman et al. (2013), "Bayesian data analysis", section 2.6.

    Examples
    --------
    >>> words = TermSequences(np.arange(0, 81, 2), np.tile([0, 1, 2, 3], 20).astype(np.int32))
    >>> fit = pair_coherence(words, np.arange(4), 4)
    >>> bool(fit[0, 1] > 0 > fit[0, 2])
    True
    """
    words = map_terms(sequences.sample(_MAX_TOKENS), used, n_terms)
    joint, n_windows = window_cooccurrences(words, used.size, _WINDOW, n_jobs)
    with_both = _documents_with_both(words, used.size)
    apart = ~np.eye(used.size, dtype=bool)
    # Of all pairs: meetings for each document that holds both.
    usual = joint[apart].sum() / max(float(with_both[apart].sum()), 1.0)
    prior = usual * with_both
    missed = ((prior + 1) / (2 * prior + 1)) ** (joint + 1)
    met = (joint + 1) * prior / (prior + 1)
    met = np.maximum(met - _DISCOUNT * np.sqrt(met), 1e-6) / max(n_windows, 1)
    alone = np.maximum(np.diag(joint), 1) / max(n_windows, 1)
    elsewhere, here = (
        np.clip(np.nan_to_num(npmi(rate, alone[:, None], alone[None]), nan=0.0), -1, 1)
        for rate in (met, joint / max(n_windows, 1))
    )
    here[joint == 0] = -1
    company = np.maximum(elsewhere, 0)
    np.fill_diagonal(company, 1)
    company = unit_rows(company)
    with one_blas_thread():
        alike = company @ company.T
    coherence = here + (1 - missed) * elsewhere - missed + alike
    np.fill_diagonal(coherence, 0)
    return coherence


def _documents_with_both(words: TermSequences, n_terms: int) -> NDArray[np.float32]:
    """Numbers of documents that hold both of two terms; below zero stand all others."""
    known = np.flatnonzero(words.ids >= 0)
    ends = np.searchsorted(known, words.offsets)
    held = TermSequences(ends, words.ids[known]).counts(n_terms, np.float32)
    held.data[:] = 1
    return np.asarray((held.T @ held).todense())


def name_topics(words: Sequence[Sequence[str]], given: Sequence[str] = ()) -> list[str]:
    """Names of topics: two to four words that tell them apart.

    A phrase comes first, and words that no other topic is shown with come before the others.

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
    >>> name_topics([["party", "labour", "prime minister", "tory"]])
    ['prime minister, party, labour']
    """
    shown = Counter(word for best in words for word in best)
    names: list[str] = []
    for topic, best in enumerate(words):
        apart = sorted(best, key=lambda word: (" " not in word, shown[word] > 1))
        name = given[topic] if topic < len(given) else ", ".join(apart[:3]) or f"topic {topic}"
        if name in names:
            name = ", ".join(apart[:4])
        while not name or name in names:
            name = f"{name} ({topic})".strip()
        names.append(name)
    return names


def top_terms(scores: NDArray[np.floating], terms: Sequence[str], n: int) -> list[int]:
    """The terms with the highest scores, one of each set of variants.

    Parameters
    ----------
    scores : ndarray, shape (n_terms,)
        Those above zero are ranked.
    terms : sequence of str
        The terms.
    n : int
        How many.

    Returns
    -------
    list of int
        Their numbers, the best first.

    Examples
    --------
    >>> top_terms(np.array([3.0, 2.0, 1.0]), ["camps", "camp", "aid"], 2)
    [0, 2]
    """
    return _best(scores, terms, n).tolist()


def _best(scores: NDArray[np.floating], terms: Sequence[str], n: int) -> NDArray[np.int64]:
    """Terms with the highest scores, one of each set of variants and no part of a phrase."""
    order = [int(i) for i in np.argsort(-scores, kind="stable")[: 2 * n] if scores[i] > 0]
    parts = {word for i in order[:n] if " " in terms[i] for word in terms[i].split()}
    # Without spaces a word is found by the shorter ones within it, too, about as often as it is.
    unspaced = [i for i in order if UNSPACED_RUN.fullmatch(terms[i])]
    parts |= {
        terms[i] for i in unspaced for j in unspaced
        if len(terms[i]) < len(terms[j]) and terms[i] in terms[j]
        and scores[j] > _WITHIN * scores[i]
    }  # fmt: skip
    chosen: list[int] = []
    taken: set[str] = set()
    for i in order:
        base = _singular(terms[i])
        if base not in taken and terms[i] not in parts:
            taken.add(base)
            chosen.append(i)
    return np.array(chosen[:n], np.int64)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _by_coherence(
    scores: NDArray[np.floating], fit: NDArray[np.float64], best: NDArray[np.int64]
) -> list[int]:
    if not best.size:
        return []
    own = _OWN_WEIGHT * np.maximum(1 + np.log(scores / scores.max()) / 5, 0)
    keep = list(range(best.size))
    dropped = []
    while len(keep) > 1:
        cooccurrence = fit[np.ix_(keep, keep)].sum(axis=1) / (len(keep) - 1)
        dropped.append(keep.pop(int(np.argmin(cooccurrence + own[keep]))))
    order = keep + dropped[::-1]
    return [int(best[i]) for i in order]
