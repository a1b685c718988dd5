import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from topics import TermVectorizer, TopicsError
from topics.demo import lee_corpus
from topics.languages import stop_word_list
from topics.vectorizer import vectorizer_for

ODD = [
    "", " ",
    "İstanbul'da ΣΊΣΥΦΟΣ K\u212a ﬁne", "e\u0301cole E\u0301COLE", "سُوريا الـحرة", "難民問題",
    "a\x00b cc\x00dd", "😀 smile 😀", "the The THE", "x" * 5000, "tab\tnew\nline\u2028sep",
]  # fmt: skip

GRID = [
    {},
    {"lowercase": False, "min_df": 2},
    {"strip_accents": "unicode", "ngram_range": (1, 2)},
    {"strip_accents": "ascii", "stop_words": "english", "max_df": 0.5},
    {"analyzer": "char", "ngram_range": (2, 3), "max_features": 50},
    {"analyzer": "char_wb", "ngram_range": (1, 4), "min_df": 0.02},
    {"token_pattern": r"\b[^\W\d_]{3,}\b", "binary": True},
    {"token_pattern": r"#(\w+)|x", "ngram_range": (2, 3), "dtype": np.float32, "binary": True},
    {"vocabulary": ["the", "camp", "fire"], "ngram_range": (1, 1)},
    {"stop_words": ["the", "of"], "ngram_range": (2, 2), "max_features": 30},
]
WEIGHTS = [
    {},
    {"norm": "l1", "sublinear_tf": True},
    {"norm": None, "smooth_idf": False},
    {"use_idf": False},
]


@pytest.fixture(scope="module")
def texts():
    return [*lee_corpus()["text"].to_pylist()[:120], *ODD]


def same(ours, theirs, rtol):
    assert ours.shape == theirs.shape
    difference = abs(ours - theirs)
    assert difference.nnz == 0 or difference.max() <= rtol * abs(theirs).max()


@pytest.mark.parametrize("params", GRID, ids=str)
@pytest.mark.filterwarnings("ignore")
def test_counts_are_scikit_learns(texts, params):
    theirs = CountVectorizer(**params)
    expected = theirs.fit_transform(texts)
    ours = TermVectorizer(**params)
    same(ours.fit_transform(texts), expected, 0)
    assert ours.vocabulary_ == theirs.vocabulary_
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    same(ours.transform(texts[::-1]), theirs.transform(texts[::-1]), 0)


@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 1e-6)])
@pytest.mark.filterwarnings("ignore")
def test_weights_are_scikit_learns(texts, weights, dtype, rtol):
    params = {"min_df": 2, "dtype": dtype, **weights}
    expected = TfidfVectorizer(**params).fit_transform(texts)
    ours = TermVectorizer(weighting="tfidf", **params).fit(texts).transform(texts)
    same(ours, expected, rtol)


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=6))
def test_any_text_is_counted_as_scikit_learn_counts_it(texts):
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    try:
        expected = CountVectorizer().fit(clean)
    except ValueError:
        with pytest.raises(ValueError, match="empty vocabulary"):
            TermVectorizer().fit(clean)
        return
    ours = TermVectorizer().fit(clean)
    assert ours.vocabulary_ == expected.vocabulary_
    same(ours.transform(clean), expected.transform(clean), 0)


def test_sequences_keep_the_reading_order(texts):
    vectorizer = TermVectorizer().fit(texts)
    sequences = vectorizer.sequences(["camp fire camp", "", "fire unseenword"])
    names = vectorizer.get_feature_names_out()
    assert sequences.offsets.tolist() == [0, 3, 3, 4]
    assert names[sequences.ids].tolist() == ["camp", "fire", "camp", "fire"]
    assert sequences.take(np.array([2, 0])).ids.tolist() == sequences.ids[[3, 0, 1, 2]].tolist()


def test_kept_terms_stay_whatever_their_frequency():
    vectorizer = TermVectorizer(min_df=2)
    vectorizer.fit_sequences(
        ["aid arrives", "aid leaves", "talks resume"], keep=["talks", "absent"]
    )
    assert vectorizer.vocabulary_ == {"aid": 0, "talks": 1}


def test_missing_texts_are_named():
    for bad, message in ((["a", None], "row 2: the text is missing"), (["a", 3], "of type int")):
        with pytest.raises(TopicsError, match=message):
            TermVectorizer().fit(bad)
    with pytest.raises(TopicsError, match="texts are one str"):
        TermVectorizer().fit("one text")


def test_stop_words_of_many_languages():
    for language in ("english", "french", "ar", "de", "turkish", "ru"):
        assert len(stop_word_list(language)) > 50
    with pytest.raises(ValueError, match="klingon"):
        stop_word_list("klingon")


def test_a_vectorizer_fits_the_languages_of_the_pile():
    german = "Die Gesandten trafen sich am Freitag in der Stadt und sprachen über die Fähren."
    stop_words = set(vectorizer_for(lee_corpus().texts).stop_words)
    assert "the" in stop_words
    assert "und" not in stop_words
    import pyarrow as pa

    assert "und" in vectorizer_for(pa.array([german] * 40, pa.large_string())).stop_words
