"""Vectorizers of other libraries, and what they take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from topics._errors import require

if TYPE_CHECKING:
    from gensim.corpora import Dictionary
    from gensim.matutils import Sparse2Corpus

_SHARED = (
    "lowercase", "strip_accents", "preprocessor", "tokenizer", "stop_words", "token_pattern",
    "ngram_range", "analyzer", "input", "encoding", "decode_error", "max_df", "min_df",
    "max_features", "binary", "dtype",
)  # fmt: skip
_WEIGHTS = ("norm", "use_idf", "smooth_idf", "sublinear_tf")


def sklearn_parameters(vectorizer: Any) -> dict[str, Any]:
    """Parameters of a TermVectorizer that does what a vectorizer of scikit-learn does.

    Parameters
    ----------
    vectorizer : CountVectorizer or TfidfVectorizer
        Fitted or not.

    Returns
    -------
    dict
        Parameter name to value.

    Raises
    ------
    TypeError
        If it is neither.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> sklearn_parameters(TfidfVectorizer(min_df=2))["weighting"]
    'tfidf'
    """
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    if not isinstance(vectorizer, CountVectorizer):
        name = type(vectorizer).__name__
        raise TypeError(f"{name} is neither a CountVectorizer nor a TfidfVectorizer")
    params = {name: getattr(vectorizer, name) for name in _SHARED}
    if isinstance(vectorizer, TfidfVectorizer):
        params |= {name: getattr(vectorizer, name) for name in _WEIGHTS}
        params["weighting"] = "tfidf"
    return params | {"segmenter": None}


def gensim_corpus(
    counts: sp.csr_matrix, terms: pa.LargeStringArray
) -> tuple[Dictionary, Sparse2Corpus]:
    """Counts as gensim has them.

    Parameters
    ----------
    counts : csr_matrix of int, shape (n_documents, n_terms)
        Term counts.
    terms : pyarrow.LargeStringArray
        The terms in the order of the columns.

    Returns
    -------
    dictionary : gensim.corpora.Dictionary
        Terms under their columns, with the counts of these documents.
    corpus : gensim.matutils.Sparse2Corpus
        The documents as bags of words, not copied.

    Examples
    --------
    >>> counts = sp.csr_matrix([[2, 1]])
    >>> dictionary, corpus = gensim_corpus(counts, pa.array(["aid", "talks"], pa.large_string()))
    >>> dictionary.token2id, [[(int(t), int(n)) for t, n in bag] for bag in corpus]
    ({'aid': 0, 'talks': 1}, [[(0, 2), (1, 1)]])
    """
    require("gensim", "its dictionary and corpus")
    from gensim.corpora import Dictionary
    from gensim.matutils import Sparse2Corpus

    dictionary = Dictionary()
    dictionary.token2id = {term: column for column, term in enumerate(terms.to_pylist())}
    dictionary.num_docs, dictionary.num_nnz = counts.shape[0], int(counts.nnz)
    dictionary.num_pos = int(counts.sum())
    documents = np.bincount(counts.indices, minlength=counts.shape[1]).tolist()
    occurrences = np.asarray(counts.sum(axis=0)).ravel().tolist()
    dictionary.dfs = {column: n for column, n in enumerate(documents) if n}
    dictionary.cfs = {column: int(n) for column, n in enumerate(occurrences) if n}
    return dictionary, Sparse2Corpus(counts, documents_columns=False)
