"""Vectors of terms from the corpus itself: co-occurrence, positive PMI, factorised."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._estimator import one_blas_thread
from topics.sequences import TermSequences

ROWS_PER_SHARD = 1024
"""Terms that one task counts; independent of the number of workers, so that bits are too."""


def positive_pmi(
    sequences: TermSequences,
    n_terms: int,
    *,
    window: int = 20,
    least: float = 0.0,
    n_jobs: int | None = None,
) -> sp.csr_matrix:
    """Positive pointwise mutual information of terms within a window.

    A pair that stands ``gap`` places apart counts ``(window + 1 - gap) / window``; context counts
    are raised to 3/4 [1]_.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    n_terms : int
        Size of the vocabulary.
    window : int, default=20
        How many terms apart a pair may stand.
    least : float, default=0
        Pairs whose counts sum to less than this are taken for chance.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    csr_matrix of float32, shape (n_terms, n_terms)
        The values above zero.

    References
    ----------
    .. [1] Levy, Goldberg, Dagan (2015), "Improving distributional similarity with lessons learned
       from word embeddings", TACL 3.

    Examples
    --------
    >>> import numpy as np
    >>> words = TermSequences(np.array([0, 2, 4]), np.array([0, 1, 2, 3], np.int32))
    >>> (positive_pmi(words, 4).toarray() > 0).astype(int)
    array([[0, 1, 0, 0],
           [1, 0, 0, 0],
           [0, 0, 0, 1],
           [0, 0, 1, 0]])
    """
    from joblib import Parallel, delayed

    from topics._kernels.cooccurrence import ppmi_rows, window_totals

    offsets, ids = sequences.offsets, sequences.ids
    documents = np.repeat(np.arange(len(sequences), dtype=np.int32), np.diff(offsets))
    positions = np.argsort(ids, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(ids, minlength=n_terms))])
    totals = window_totals(offsets, ids, n_terms, window)
    contexts = totals**0.75
    contexts /= max(contexts.sum(), 1e-300)
    contexts[contexts == 0] = 1
    shards = Parallel(n_jobs, prefer="threads")(
        delayed(ppmi_rows)(
            offsets, ids, documents, positions, starts, totals, contexts,
            low, min(low + ROWS_PER_SHARD, n_terms), window, least,
        )
        for low in range(0, n_terms, ROWS_PER_SHARD)
    )  # fmt: skip
    lengths, columns, values = (np.concatenate(part) for part in zip(*shards, strict=True))
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    return sp.csr_matrix((values, columns, indptr), (n_terms, n_terms))


def word_vectors(
    sequences: TermSequences,
    n_terms: int,
    *,
    size: int = 100,
    window: int = 20,
    least: float = 0.0,
    n_jobs: int | None = None,
    random_state: Any = 0,
) -> NDArray[np.float32]:
    """Vectors of terms: positive PMI, factorised by a randomized SVD.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    n_terms : int
        Size of the vocabulary.
    size : int, default=100
        Dimensions; fewer where the vocabulary is smaller.
    window, least, n_jobs
        As for :func:`positive_pmi`.
    random_state : int or RandomState, default=0
        Of the SVD.

    Returns
    -------
    ndarray of float32, shape (n_terms, min(size, n_terms - 1))
        Rows of length one, or of zeros for a term that stands near no other.

    Examples
    --------
    >>> import numpy as np
    >>> words = TermSequences(np.array([0, 3, 6]), np.array([0, 1, 2, 3, 4, 5], np.int32))
    >>> vectors = word_vectors(words, 6, size=2)
    >>> bool(vectors[0] @ vectors[1] > 0.9 > vectors[0] @ vectors[4])
    True
    """
    from sklearn.utils.extmath import randomized_svd

    ppmi = positive_pmi(sequences, n_terms, window=window, least=least, n_jobs=n_jobs)
    with one_blas_thread():
        U, S, _ = randomized_svd(
            ppmi, max(1, min(size, n_terms - 1)), n_iter=4, random_state=random_state
        )
        vectors = U * np.sqrt(S)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    lengths[lengths < 1e-12] = 1
    return np.ascontiguousarray(vectors / lengths, dtype=np.float32)
