"""How many topics a corpus has: what stays the same from one half of it to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics.models.initialisation import initialise_from_clusters
from topics.models.nmf import NMF
from topics.models.topic_metrics import match_topics, stability, term_npmi
from topics.models.topic_words import rank_topic_words
from topics.text.term_sequences import TermSequences

PATH = (3, 5, 7, 10, 14, 20, 28, 40, 56, 80)
_FEWEST = 15
"""Releases of each half that a topic should have."""
_MOST = 20_000
"""Releases that are looked at."""
_NEARLY = 0.85
"""Share of the best score that finer topics must reach."""


class Step(NamedTuple):
    """What one number of topics gave."""

    n_topics: int
    stability: float
    coherence: float
    score: float


def refit_stability(
    estimator: Any, X: Any, *, n_fits: int = 5, bootstrap: bool = False, random_state: Any = 0
) -> float:
    """How alike the topics are that an estimator learns again and again.

    Parameters
    ----------
    estimator : NMF, LDA or one of scikit-learn's
        Cloned for each fit, which has a seed of its own.
    X : csr_matrix, shape (n_documents, n_terms)
        Term weights or counts.
    n_fits : int, default=5
        Fits.
    bootstrap : bool, default=False
        Whether each fit has documents of its own, drawn with replacement: what other documents of
        the same kind would change, beside what chance does.
    random_state : int, RandomState or None, default=0
        For the draws and the seeds.

    Returns
    -------
    float
        As :func:`topics.models.topic_metrics.stability` has it.

    Examples
    --------
    >>> X = sp.csr_matrix(np.kron(np.eye(2, dtype=int), np.ones((20, 3))))
    >>> round(refit_stability(NMF(2), X, bootstrap=True), 3)
    1.0
    """
    from sklearn.base import clone
    from sklearn.utils import check_random_state

    rng = check_random_state(random_state)
    n, fits = X.shape[0], []
    for _ in range(n_fits):
        seed = int(rng.randint(2**31 - 1))
        rows = np.sort(rng.randint(n, size=n)) if bootstrap else slice(None)
        fits.append(clone(estimator).set_params(random_state=seed).fit(X[rows]).components_)
    return stability(fits)


def stability_path(
    weights: sp.csr_matrix,
    rows: NDArray[np.float32],
    sequences: TermSequences,
    terms: Sequence[str],
    *,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> list[Step]:
    """Stability and held-out coherence over a path of numbers of topics.

    The corpus is cut into halves. Topics are learnt from each; stability is the mean cosine of the
    matched topics of both, coherence the mean NPMI of ten words of each topic in the half that
    they were not learnt from. The score is their product, where coherence counts from -1. Of
    :data:`PATH`, numbers that leave a topic less than 15 documents of a half are left out, all but
    the first. :func:`largest_good_n_topics` takes one of them.

    Parameters
    ----------
    weights : csr_matrix, shape (n_documents, n_terms)
        Weights of the terms.
    rows : ndarray of float32, shape (n_documents, size)
        Vectors of the documents, of length one.
    sequences : TermSequences
        The documents.
    terms : sequence of str
        The vocabulary.
    random_state : int, RandomState or None, default=0
        For the halves.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    list of Step
        In the order of the path.

    Examples
    --------
    >>> papers = TermSequences(np.arange(0, 81, 2), np.tile([0, 1, 2, 3], 20).astype(np.int32))
    >>> counts = papers.counts(4, np.float32)
    >>> vectors = np.tile(np.eye(2, dtype=np.float32), (20, 1))
    >>> [step.n_topics for step in stability_path(counts, vectors, papers, list("abcd"))]
    [3]
    """
    from sklearn.utils import check_random_state

    rng = check_random_state(random_state)
    order = rng.permutation(len(sequences))[:_MOST]
    halves = [np.sort(order[start::2]) for start in (0, 1)]
    texts = [sequences.take(half) for half in halves]
    size = len(halves[1])
    steps = []
    for k in PATH:
        if k * _FEWEST > size and k != PATH[0]:
            break
        found = []
        for half in halves:
            start = initialise_from_clusters(weights[half], rows[half], k, None, 0, n_jobs)
            found.append(NMF(k, init=start, max_iter=30, n_jobs=n_jobs).fit(weights[half]))
        components = [model.components_ for model in found]
        stability = float(match_topics(*components)[1].mean())
        heard = []
        for here, there in ((0, 1), (1, 0)):
            ranked = rank_topic_words(components[here], texts[here], terms, n_jobs=n_jobs)
            words = [best[:10] for best in ranked]
            fit = term_npmi(words, texts[there], len(terms), n_jobs=n_jobs)
            known = fit[~np.isnan(fit)]
            heard.append(known.mean() if known.size else -1.0)
        coherence = float(np.mean(heard))
        steps.append(Step(k, stability, coherence, stability * (1 + coherence)))
    return steps


def largest_good_n_topics(steps: Sequence[Step]) -> int:
    """The largest number of topics whose score is at least 85 % of the best.

    A corpus in three parts is nearly always the same tomorrow, and says little: of numbers that are
    nearly as good as the best, the one that says most is taken. Topics are merged in a moment.

    Parameters
    ----------
    steps : sequence of Step
        As of :func:`stability_path`.

    Returns
    -------
    int
        One of their numbers.

    Examples
    --------
    >>> steps = [Step(3, 1, 0.2, 1.2), Step(5, 0.9, 0.25, 1.125), Step(7, 0.7, 0.2, 0.84)]
    >>> largest_good_n_topics(steps)
    5
    """
    best = max(step.score for step in steps)
    return max(step.n_topics for step in steps if step.score >= best - (1 - _NEARLY) * abs(best))
