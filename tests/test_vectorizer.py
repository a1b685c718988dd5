import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from topics import TermVectorizer, TopicsError
from topics.demo import lee_corpus
from topics.languages import stop_word_list
from topics.pile import vectorizer_for
from topics.tokens import read_tokens

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


PATTERNS = [
    r"(?u)\b\w\w+\b", r"\b\w+\b", r"\b[^\W\d_]{3,}\b", r"\b[^\W_]{2,}\b", r"\b[a-z]{2,}\b",
    r"(?u)\b[^\W\d]+\b", r"\b[a-zA-Z]{4,}\b",
]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.text(alphabet=st.sampled_from("aAéÉßıİΣσς_09 -.\n٣م难😀\u0301ﬁ"), max_size=30),
        max_size=5,
    ),
    st.sampled_from(PATTERNS),
    st.booleans(),
    st.sampled_from([None, "unicode", "ascii"]),
)
def test_kernels_find_what_the_pattern_finds(texts, pattern, lowercase, strip_accents):
    vectorizer = TermVectorizer(
        token_pattern=pattern, lowercase=lowercase, strip_accents=strip_accents
    )
    assert vectorizer.fast_path_
    vectorizer.stop_words_ = []
    terms, sequences = vectorizer._read(texts)
    names = terms.to_pylist()
    analyze = vectorizer.build_analyzer()
    for d, text in enumerate(texts):
        ids = sequences.ids[sequences.offsets[d] : sequences.offsets[d + 1]]
        assert [names[i] for i in ids] == analyze(text)


@pytest.mark.parametrize("mask", [0, 1, 0xFF])
def test_equal_hashes_are_told_apart(texts, mask):
    import pyarrow as pa

    column = pa.array(texts, pa.large_string())
    weak = read_tokens(column, r"\w", 2, hash_mask=np.uint64(mask))
    strong = read_tokens(column, r"\w", 2)
    assert weak[0].equals(strong[0])
    assert weak[1].ids.tolist() == strong[1].ids.tolist()


def test_shards_do_not_show(texts, monkeypatch):
    whole = TermVectorizer(ngram_range=(1, 2)).fit_transform(texts)
    monkeypatch.setattr("topics.tokens.SHARD_BYTES", 500)
    for n_jobs in (1, 2, 3):
        parts = TermVectorizer(ngram_range=(1, 2), n_jobs=n_jobs).fit_transform(texts)
        assert (whole != parts).nnz == 0


@pytest.mark.slow
def test_broken_bytes_never_leave_the_buffer():
    import pyarrow as pa

    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 12, 100_000)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    data = rng.choice(
        np.frombuffer(b"ab \x00\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff", np.uint8), offsets[-1]
    )
    column = pa.Array.from_buffers(
        pa.large_string(), lengths.size, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    terms, sequences = read_tokens(column, r"\w", 2)
    assert len(sequences) == lengths.size
    assert all(term.replace("\ufffd", "") == term for term in terms.to_pylist())


def test_a_slice_of_a_column_is_read_as_it_is(texts):
    import pyarrow as pa

    column = pa.array(texts, pa.large_string())
    vectorizer = TermVectorizer().fit(texts)
    assert (vectorizer.transform(column[40:60]) != vectorizer.transform(texts[40:60])).nnz == 0
    assert vectorizer.transform(column[:0]).shape == (0, len(vectorizer.vocabulary_))


def test_phrases_stand_where_their_first_word_stands():
    vectorizer = TermVectorizer(phrases=["human rights", "rights groups met"], stop_words=["the"])
    text = "The human rights groups met; human the rights"
    terms, sequences = vectorizer.fit(["xx yy"])._read([text])
    assert [terms[i].as_py() for i in sequences.ids] == [
        "human", "human rights", "rights", "rights groups met", "groups", "met", "human",
        "human rights", "rights",
    ]  # fmt: skip
    assert sorted(vectorizer.build_analyzer()(text)) == sorted(
        terms[i].as_py() for i in sequences.ids
    )


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
