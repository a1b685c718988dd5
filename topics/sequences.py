"""Terms as numbers: sequences, counts and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray


@dataclass(frozen=True)
class TermSequences:
    """The terms of every document in reading order, as numbers.

    Attributes
    ----------
    offsets : ndarray of int64, shape (n_documents + 1,)
        Document ``d`` is ``ids[offsets[d]:offsets[d + 1]]``.
    ids : ndarray of int32
        Term numbers; terms outside the vocabulary are left out.
    """

    offsets: NDArray[np.int64]
    ids: NDArray[np.int32]

    def __len__(self) -> int:
        return self.offsets.size - 1

    def counts(self, n_terms: int, dtype: Any = np.int64) -> sp.csr_matrix:
        """Document-term matrix of these sequences, with sorted indices."""
        from topics._kernels.tokens import count_rows

        indptr, columns, counts = count_rows(self.offsets, self.ids, n_terms)
        if indptr[-1] <= np.iinfo(np.int32).max:
            indptr = indptr.astype(np.int32)
        matrix = sp.csr_matrix((counts.astype(dtype), columns, indptr), (len(self), n_terms))
        matrix.has_canonical_format = True
        return matrix

    def document_frequency(self, n_terms: int) -> NDArray[np.int64]:
        """Number of documents that hold each term."""
        from topics._kernels.tokens import document_frequencies

        return document_frequencies(self.offsets, self.ids, n_terms)

    def renumber(self, numbers: NDArray[np.int32]) -> TermSequences:
        """Sequences with term ``t`` as ``numbers[t]``, left out where that is negative."""
        from topics._kernels.tokens import renumber

        return TermSequences(*renumber(self.offsets, self.ids, numbers))

    def take(self, documents: NDArray[np.int64]) -> TermSequences:
        """The sequences of some documents, in the order given."""
        parts = [self.ids[self.offsets[d] : self.offsets[d + 1]] for d in documents]
        lengths = [part.size for part in parts]
        ids = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return TermSequences(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), ids)


def tfidf(
    counts: sp.csr_matrix,
    idf: NDArray[np.floating] | None,
    *,
    sublinear_tf: bool = True,
    norm: Literal["l1", "l2"] | None = "l2",
    dtype: Any = np.float32,
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
        Of the result.

    Returns
    -------
    csr_matrix, shape (n_documents, n_terms)
        The weighted matrix.

    Examples
    --------
    >>> import numpy as np, scipy.sparse as sp
    >>> tfidf(sp.csr_matrix([[1, 0], [0, 2]]), np.array([1.0, 2.0])).toarray()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    data = counts.data.astype(dtype)
    if sublinear_tf:
        np.log(data, data)
        data += 1
    if idf is not None:
        data *= idf.astype(dtype, copy=False)[counts.indices]
    matrix = sp.csr_matrix((data, counts.indices, counts.indptr), counts.shape)
    if norm is not None:
        power = np.abs(data) if norm == "l1" else data**2
        sums = sp.csr_matrix((power, counts.indices, counts.indptr), counts.shape).sum(axis=1)
        sums = np.asarray(sums).ravel()
        scale = sums if norm == "l1" else np.sqrt(sums)
        scale[scale == 0] = 1
        data /= np.repeat(scale, np.diff(counts.indptr)).astype(dtype)
    return matrix


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
    """
    with np.errstate(divide="ignore"):
        return np.log((n_documents + smooth) / (document_frequency + smooth)) + 1
