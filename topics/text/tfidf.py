"""tf-idf weights of counts, and scores of linear models of such weights."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from topics._parallel import over_shards
from topics.text.term_sequences import SECTION, Part, TermSequences, shard_ranges


def tfidf_weights(
    counts: sp.csr_matrix,
    idf: NDArray[np.floating] | None,
    *,
    sublinear_tf: bool = True,
    norm: Literal["l1", "l2"] | None = "l2",
    dtype: Any = np.float32,
    n_jobs: int | None = None,
) -> sp.csr_matrix:
    """Weigh counts as scikit-learn's ``TfidfTransformer`` does.

    Parameters
    ----------
    counts : csr_matrix, shape (n_documents, n_terms)
        Term counts.
    idf : ndarray, shape (n_terms,), or None
        Inverse document frequencies; None leaves them out.
    sublinear_tf : bool, default=True
        Replace a count c by 1 + log(c).
    norm : {"l1", "l2"} or None, default="l2"
        Scale each row to this norm.
    dtype : dtype, default=float32
        Of the result; the weights are computed in float64.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    csr_matrix, shape (n_documents, n_terms)
        The weighted matrix.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> tfidf_weights(sp.csr_matrix([[1, 0], [0, 2]]), np.array([1.0, 2.0])).toarray()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    from topics._kernels.rows import weigh_rows

    weights = np.empty(counts.nnz, dtype)
    frequencies = np.empty(0) if idf is None else np.ascontiguousarray(idf, np.float64)
    shards = shard_ranges(counts.indptr)
    scale = {None: 0, "l1": 1, "l2": 2}[norm]

    def work(shard: int, _: int) -> None:
        weigh_rows(
            counts.indptr, counts.indices, counts.data, frequencies, sublinear_tf, scale,
            *shards[shard], weights,
        )  # fmt: skip

    over_shards(work, len(shards), 1, n_jobs)
    matrix = sp.csr_matrix((weights, counts.indices, counts.indptr), counts.shape)
    matrix.has_sorted_indices = counts.has_sorted_indices
    return matrix


def linear_scores(
    parts: list[Part],
    idf: NDArray[np.float64],
    coef: NDArray[np.floating],
    intercept: NDArray[np.floating],
    section_cost: NDArray[np.float64] | None = None,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Scores of a linear model of term weights of length one, without a matrix of the weights.

    Parameters
    ----------
    parts : list of (ndarray of int32, ndarray of int32, ndarray of int64)
        The documents, as of :meth:`TermSequences.parts`.
    idf : ndarray of float64, shape (n_terms,)
        Inverse document frequencies.
    coef : ndarray, shape (n_terms, n_classes)
        Weight of each term.
    intercept : ndarray, shape (n_classes,)
        Score of an empty text.
    section_cost : ndarray of float64, shape (n_classes,), or None, default=None
        A theme that fills a part of a long document only is hardly heard in the whole. Documents
        are cut into sections of about :data:`SECTION` terms, and score what their best one does
        less this where that is more; None looks at the whole only.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_documents, n_classes)
        ``tfidf_weights(counts, idf) @ coef + intercept``, summed in float64.

    Raises
    ------
    ValueError
        If the weights are not those of as many terms and classes.

    Examples
    --------
    >>> from topics.text import TermSequences
    >>> sequences = TermSequences(np.array([0, 3, 3]), np.zeros(3, np.int32))
    >>> parts, coef = sequences.parts(), np.array([[0.5], [2]])
    >>> linear_scores(parts, np.ones(2), coef, np.array([0.25])).tolist()
    [[0.75], [0.25]]
    """
    from topics._kernels.rows import score_sequences

    if coef.shape != (idf.size, intercept.size):
        raise ValueError(
            f"the weights have the shape {coef.shape}, not {(idf.size, intercept.size)}: they are "
            "not those of this vocabulary"
        )
    ends = np.cumsum([0, *(part[2].size for part in parts)])
    scores = np.empty((ends[-1], coef.shape[1]))
    size, cost = (0, np.empty(0)) if section_cost is None else (SECTION, section_cost)

    def work(shard: int, _: int) -> None:
        columns, ids, lengths = parts[shard]
        rows = scores[ends[shard] : ends[shard + 1]]
        score_sequences(ids, columns, lengths, idf, coef, intercept, size, cost, rows)

    over_shards(work, len(parts), 1, n_jobs)
    return scores


def scores_in_columns(
    sequences: TermSequences,
    columns: NDArray[np.int64],
    idf: NDArray[np.float64] | None,
    coef: NDArray[np.floating],
    *,
    norm: Literal["l2"] | None = "l2",
) -> NDArray[np.float64]:
    """Scores of a linear model of term weights, each document's in one class.

    Parameters
    ----------
    sequences : TermSequences
        The documents.
    columns : ndarray of int64, shape (n_documents,)
        The class that is asked of each.
    idf : ndarray of float64, shape (n_terms,), or None
        Inverse document frequencies; None leaves them out.
    coef : ndarray, shape (n_terms, n_classes)
        Weight of each term.
    norm : {"l2"} or None, default="l2"
        Scale the weights of a document to this norm.

    Returns
    -------
    ndarray of float64, shape (n_documents,)
        What ``tfidf_weights(counts, idf, norm=norm) @ coef`` has in those columns.

    Raises
    ------
    ValueError
        If there is not one column a document, or one is not among those of ``coef``.

    Examples
    --------
    >>> from topics.text import TermSequences
    >>> sequences = TermSequences(np.array([0, 1, 3]), np.array([0, 1, 0], np.int32))
    >>> coef = np.array([[1.0, 5.0], [2.0, 7.0]])
    >>> scores_in_columns(sequences, np.array([0, 1]), None, coef, norm=None).tolist()
    [1.0, 12.0]
    """
    from topics._kernels.rows import score_in_column

    if columns.size != len(sequences) or not (columns < coef.shape[1]).all():
        raise ValueError(f"{columns.size} columns, for {len(sequences)} documents")
    scores = np.empty(columns.size)
    frequencies = np.empty(0) if idf is None else np.ascontiguousarray(idf, np.float64)
    scale = {None: 0, "l2": 2}[norm]
    score_in_column(sequences.ids, sequences.offsets, columns, frequencies, coef, scale, scores)
    return scores


def inverse_document_frequency(
    document_frequency: NDArray[np.integer], n_documents: int, smooth: bool = True
) -> NDArray[np.float64]:
    """log(n / df) + 1, with one more document that holds every term where ``smooth``.

    Parameters
    ----------
    document_frequency : ndarray of int, shape (n_terms,)
        Number of documents that hold a term.
    n_documents : int
        Number of documents.
    smooth : bool, default=True
        Whether to add one to both.

    Returns
    -------
    ndarray of float64, shape (n_terms,)
        As scikit-learn's ``TfidfTransformer`` has it.

    Examples
    --------
    >>> inverse_document_frequency(np.array([1, 2]), 2).round(3).tolist()
    [1.405, 1.0]
    """
    with np.errstate(divide="ignore"):
        return np.log((n_documents + smooth) / (document_frequency + smooth)) + 1
