"""TermVectorizer beside scikit-learn's vectorizers, over all pairs of their parameters."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from allpairspy import AllPairs
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from topics import TermVectorizer
from topics.demo import lee_corpus

VALUES = {
    "lowercase": [True, False],
    "strip_accents": [None, "unicode", "ascii"],
    "stop_words": [None, "english", ["the", "of", "said"]],
    "token_pattern": [r"(?u)\b\w\w+\b", r"\b[^\W\d_]{3,}\b", r"[@#]?\w+", r"(\w+)'s\b"],
    "ngram_range": [(1, 1), (1, 2), (2, 3)],
    "max_df": [1.0, 0.4, 200],
    "min_df": [1, 2, 0.01],
    "max_features": [None, 100],
    "binary": [False, True],
    "dtype": [np.int64, np.float64, np.float32],
}
WEIGHTS = {
    "norm": ["l2", "l1", None],
    "use_idf": [True, False],
    "smooth_idf": [True, False],
    "sublinear_tf": [False, True],
    "dtype": [np.float64, np.float32],
    "ngram_range": [(1, 1), (1, 2)],
    "min_df": [1, 2, 0.01],
}


def pairs(values):
    """Combinations in which every pair of values of two parameters stands."""
    return [dict(zip(values, row, strict=True)) for row in AllPairs(list(values.values()))]


CORPORA = {"lee": 300, "bbc.parquet": 300, "senate.parquet": 400}


@pytest.fixture(scope="module", params=CORPORA)
def column(request):
    if request.param == "lee":
        return lee_corpus().texts
    path = request.getfixturevalue("shared") / request.param
    texts = pq.read_table(path, columns=["text"])["text"].cast(pa.large_string())
    rows = np.random.default_rng(0).choice(len(texts), CORPORA[request.param], replace=False)
    return pa.concat_arrays(texts.take(np.sort(rows)).chunks)


def assert_same(ours, theirs, rtol):
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    ours.sort_indices()
    theirs.sort_indices()
    assert np.array_equal(ours.indptr, theirs.indptr)
    assert np.array_equal(ours.indices, theirs.indices)
    np.testing.assert_allclose(ours.data, theirs.data, rtol=rtol)


def fits(ours, theirs, column, rtol):
    texts = column.to_pylist()
    try:
        expected = theirs.fit_transform(texts)
    except ValueError:
        with pytest.raises(ValueError, match=r"no terms remain|asks for fewer|empty vocabulary"):
            ours.fit_transform(column)
        return
    assert_same(ours.fit_transform(column), expected, rtol)
    assert ours.vocabulary_ == theirs.vocabulary_
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    again = slice(None, None, -7)
    assert_same(ours.transform(texts[again]), theirs.transform(texts[again]), rtol)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("params", pairs(VALUES), ids=str)
def test_counts(column, params):
    fits(TermVectorizer(segmenter=None, **params), CountVectorizer(**params), column, 0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("analyzer", ["char", "char_wb"])
@pytest.mark.parametrize("ngram_range", [(1, 1), (2, 4)])
def test_characters(column, analyzer, ngram_range):
    params = {"analyzer": analyzer, "ngram_range": ngram_range, "max_features": 500}
    fits(TermVectorizer(**params), CountVectorizer(**params), column.slice(0, 60), 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("params", pairs(WEIGHTS), ids=str)
def test_weights(column, params):
    # sklearn weighs float32 in float32: rounding of the last digit adds up over a row's norm.
    rtol = 1e-12 if params["dtype"] is np.float64 else 2e-6
    ours = TermVectorizer(segmenter=None, weighting="tfidf", **params)
    fits(ours, TfidfVectorizer(**params), column, rtol)


@pytest.mark.slow
def test_the_whole_of_a_large_corpus(shared):
    texts = pq.read_table(shared / "senate.parquet", columns=["text"])["text"]
    ours = TermVectorizer(segmenter=None, n_jobs=2)
    theirs = CountVectorizer()
    assert_same(ours.fit_transform(texts), theirs.fit_transform(texts.to_pylist()), 0)
    assert ours.vocabulary_ == theirs.vocabulary_
