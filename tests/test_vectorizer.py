import itertools
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from topics import TermVectorizer, TopicsError, load, save
from topics._arrow import as_texts
from topics.demo import lee_corpus
from topics.text.default_vectorizer import default_vectorizer
from topics.text.fast_tokenizer import TokenRules, tokenize_column
from topics.text.stop_words import stop_word_list
from topics.text.term_sequences import SECTION
from topics.text.tfidf import linear_scores, tfidf_weights

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
    ours = TermVectorizer(segmenter=None, **params)
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
    ours = TermVectorizer(weighting="tfidf", segmenter=None, **params).fit(texts).transform(texts)
    same(ours, expected, rtol)


@settings(deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=6))
def test_any_text_is_counted_as_scikit_learn_counts_it(texts):
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    try:
        expected = CountVectorizer().fit(clean)
    except ValueError:
        with pytest.raises(ValueError, match="empty vocabulary"):
            TermVectorizer(segmenter=None).fit(clean)
        return
    ours = TermVectorizer(segmenter=None).fit(clean)
    assert ours.vocabulary_ == expected.vocabulary_
    same(ours.transform(clean), expected.transform(clean), 0)


PATTERNS = [
    r"(?u)\b\w\w+\b", r"\b\w+\b", r"\b[^\W\d_]{3,}\b", r"\b[^\W_]{2,}\b", r"\b[a-z]{2,}\b",
    r"(?u)\b[^\W\d]+\b", r"\b[a-zA-Z]{4,}\b",
]  # fmt: skip


ALPHABET = st.sampled_from("aAéÉßıİΣσς_09 -.\n٣م\u0640\u064eإ难問ひカ々😀\u0301ﬁ℃ﷺK\ufffd")


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.text(alphabet=ALPHABET, max_size=30), max_size=5),
    st.sampled_from(PATTERNS),
    st.fixed_dictionaries(
        {
            "lowercase": st.booleans(),
            "strip_accents": st.sampled_from([None, "unicode", "ascii"]),
            "fold_arabic": st.booleans(),
            "normalize": st.sampled_from([None, "NFC", "NFKC"]),
            "segmenter": st.sampled_from([None, "bigrams", list]),
            "ngram_range": st.sampled_from([(1, 1), (1, 2), (2, 3)]),
            "stop_words": st.sampled_from([None, ["aa", "a"]]),
        }
    ),
)
def test_kernels_find_what_the_pattern_finds(texts, pattern, params):
    vectorizer = TermVectorizer(token_pattern=pattern, **params)
    assert vectorizer.uses_kernels_
    analyze = vectorizer.build_analyzer()
    found = vectorizer._extractor(learning=True).learn(as_texts(texts), in_order=True)
    names = found.vocabulary.terms.to_pylist()
    assert names == sorted(set(names))
    ids, offsets = found.in_order.ids, found.in_order.offsets
    for d, text in enumerate(texts):
        here = [names[i] for i in ids[offsets[d] : offsets[d + 1]]]
        expected = analyze(text)
        if params["ngram_range"] == (1, 1):
            assert here == expected
        else:
            assert sorted(here) == sorted(expected)


def test_a_stretch_without_spaces_is_as_long_as_the_pattern_asks():
    for pattern, expected in ((r"\b\w{3,}\b", ["民問", "難民"]), (r"\b\w\w+\b", ["民問", "難民"])):
        words = TermVectorizer(token_pattern=pattern).fit(["難民問", "難民 two three"])
        assert [w for w in words.get_feature_names_out() if not w.isascii()] == expected
    long = TermVectorizer(token_pattern=r"\b\w{3,}\b").fit(["難民 three"])
    assert long.get_feature_names_out().tolist() == ["three"]


@pytest.mark.parametrize("mask", [0, 1, 0xFF])
def test_equal_hashes_are_told_apart(texts, mask):
    # Words of one size with one ending, of which the kernels compare a hash first.
    alike = [f"{letter * size}_ends_so" for letter in "abc" for size in (9, 12, 300)]
    column = pa.array([*texts, " ".join(2 * alike)], pa.large_string())
    weak, strong = (
        tokenize_column(column, TokenRules(hash_mask=np.uint64(m)), in_order=True)
        for m in (mask, 0xFFFFFFFFFFFFFFFF)
    )
    assert weak.terms.equals(strong.terms)
    for ours, theirs in zip(weak.parts, strong.parts, strict=True):
        assert ours[1].tolist() == theirs[1].tolist()


def bits(matrix):
    return matrix.indptr.tobytes(), matrix.indices.tobytes(), matrix.data.tobytes()


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"ngram_range": (1, 3), "weighting": "tfidf", "max_features": 300},
        {"token_pattern": r"[@#]?\w\w+", "min_df": 2},
        {"stemmer": "english", "phrases": True, "phrase_min_count": 2},
    ],
    ids=str,
)
def test_workers_and_shards_do_not_show(texts, monkeypatch, params):
    whole = TermVectorizer(**params)
    expected = bits(whole.fit_transform(texts))
    monkeypatch.setattr("topics.text.fast_tokenizer.SHARD_BYTES", 500)
    monkeypatch.setattr("topics.text.term_sequences.ENTRIES", 100)
    monkeypatch.setattr("topics.text.python_analyzer.DOCUMENTS", 40)
    for n_jobs in (1, 2, 3):
        parts = TermVectorizer(n_jobs=n_jobs, **params)
        assert bits(parts.fit_transform(texts)) == expected
        assert bits(parts.transform(texts)) == expected
        assert parts.vocabulary_ == whole.vocabulary_
        assert parts.phrases_ == whole.phrases_


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"stop_words": "english", "token_pattern": r"(?u)\b[^\W\d_]{2,}\b"},
        {"stop_words": "english", "vocabulary": ["the", "fire", "police"]},
        {"ngram_range": (1, 2), "stop_words": ["the"]},
        {"stemmer": "english"},
        {"token_pattern": r"\w+(?=s)"},
    ],
    ids=str,
)
def test_scores_are_the_product_of_weights_and_coefficients(texts, params):
    vectorizer = TermVectorizer(n_jobs=1, **params).fit(texts)
    rng = np.random.default_rng(0)
    coef = rng.normal(size=(len(vectorizer.vocabulary_), 3)).astype(np.float32)
    intercept = rng.normal(size=3).astype(np.float32)
    cost = np.array([0.0, 0.1, 9.0])

    def product(sequences):
        weights = tfidf_weights(
            sequences.counts(len(coef)), vectorizer.smoothed_idf_, dtype=np.float64
        )
        return weights @ coef.astype(np.float64) + intercept

    sequences = vectorizer.sequences(texts)
    whole = product(sequences)
    best = np.array(
        [
            np.vstack([row, product(sequences.take([d]).with_sections())[1:] - cost]).max(axis=0)
            for d, row in enumerate(whole)
        ]
    )
    has_sections = np.diff(sequences.offsets).max() >= 1.5 * SECTION
    assert has_sections != np.isclose(best, whole).all()
    for section_cost, expected in ((None, whole), (cost, best)):
        vectorizer.set_params(n_jobs=1)
        scores = vectorizer.linear_scores(texts, coef, intercept, section_cost)
        np.testing.assert_allclose(scores, expected, atol=1e-12)
        idf = vectorizer.smoothed_idf_
        again = linear_scores(sequences.parts(), idf, coef, intercept, section_cost)
        assert again.tobytes() == scores.tobytes()
        vectorizer.set_params(n_jobs=3)
        again = vectorizer.linear_scores(texts, coef, intercept, section_cost)
        assert again.tobytes() == scores.tobytes()


def column_of(lengths, data):
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return pa.Array.from_buffers(
        pa.large_string(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )


BROKEN = np.frombuffer(
    b"ab A\x00_9\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff\xc0\xe0\x80\xed\xa0\xf4\x90"
    b"\xce\xa3\xe9\x9b\xa3",
    np.uint8,
)


@pytest.mark.slow
@pytest.mark.parametrize("strip_accents", [None, "ascii", "unicode"])
def test_broken_bytes_are_read_as_python_reads_them(strip_accents):
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 12, 100_000)
    column = column_of(lengths, rng.choice(BROKEN, lengths.sum()))
    clean = [raw.decode("utf-8", "replace") for raw in column.cast(pa.large_binary()).to_pylist()]
    ours = TermVectorizer(strip_accents=strip_accents, segmenter=None)
    theirs = CountVectorizer(strip_accents=strip_accents)
    same(ours.fit_transform(column), theirs.fit_transform(clean), 0)
    assert ours.vocabulary_ == theirs.vocabulary_
    strict = TermVectorizer(decode_error="strict")
    with pytest.raises(TopicsError, match=r"index \d+: the text is no UTF-8"):
        strict.fit(column)


def test_bytes_are_read_as_text():
    texts = ["école", "école été"]
    ours = TermVectorizer().fit([text.encode() for text in texts])
    assert ours.vocabulary_ == TermVectorizer().fit(texts).vocabulary_
    with pytest.raises(TopicsError, match=r"index 1: the text is no UTF-8: invalid start byte at"):
        TermVectorizer(decode_error="strict").fit([b"aa", b"bb \xff"])


GUARD = """
import ctypes, mmap, sys
import numpy as np, pyarrow as pa
from topics import TermVectorizer
page = mmap.PAGESIZE
memory = mmap.mmap(-1, 3 * page)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mprotect(ctypes.c_void_p(address + 2 * page), page, 0) == 0
rng = np.random.default_rng(1)
for size in [1, 2, 7, 8, 9, 63, 64, 65, 127, 128, 200, page, 2 * page]:
    for text in (b"a" * size, ("é" * size).encode()[:size], rng.bytes(size), b"aB _9"[:1] * size):
        ctypes.memmove(address + 2 * page - size, text, size)
        data = pa.foreign_buffer(address + 2 * page - size, size)
        offsets = np.array([0, size // 2, size], np.int64)
        column = pa.Array.from_buffers(pa.large_string(), 2, [None, pa.py_buffer(offsets), data])
        for params in ({}, {"ngram_range": (1, 2)}, {"strip_accents": "unicode"}):
            vectorizer = TermVectorizer(token_pattern=r"(?u)\\b\\w+\\b", vocabulary=["a"], **params)
            assert vectorizer.transform(column).shape == (2, 1)
print("inside")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs mprotect")
@pytest.mark.parametrize("checked", ["0", "1"])
def test_nothing_is_read_behind_the_buffer(checked, tmp_path):
    # The page behind the text kills whoever touches it; numba checks the bounds of its own arrays.
    environment = os.environ | {"NUMBA_BOUNDSCHECK": checked}
    if checked == "1":
        # Kernels that check must not take the place of those that do not.
        environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", GUARD], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stdout.strip() == "inside", (done.returncode, done.stderr[-2000:])


@pytest.mark.slow
def test_extreme_texts_are_read():
    empty = TermVectorizer(vocabulary=["aid"]).transform(column_of(np.zeros(1_000_000, int), b""))
    assert empty.shape == (1_000_000, 1)
    assert empty.nnz == 0
    for unit in ("x", "é", "難", "\U0001d538", "\u0301", "ab\x00"):
        long = unit * (10_000_000 // len(unit.encode()))
        vectorizer = TermVectorizer(segmenter=None)
        try:
            expected = CountVectorizer().fit([long, "aid"])
        except ValueError:
            expected = CountVectorizer().fit(["aid"])
        assert vectorizer.fit([long, "aid"]).vocabulary_ == expected.vocabulary_
        assert TermVectorizer().fit_transform([long, "aid"]).sum() >= 1


def test_a_slice_of_a_column_is_read_as_it_is(texts):
    column = pa.array(texts, pa.large_string())
    vectorizer = TermVectorizer().fit(texts)
    assert (vectorizer.transform(column[40:60]) != vectorizer.transform(texts[40:60])).nnz == 0
    assert vectorizer.transform(column[:0]).shape == (0, len(vectorizer.vocabulary_))


def test_phrases_stand_where_their_first_word_stands():
    vectorizer = TermVectorizer(phrases=["human rights", "rights groups met"], stop_words=["the"])
    text = "The human rights groups met; human the rights"
    sequences = vectorizer.fit_to_sequences([text])
    names = vectorizer.get_feature_names_out()
    assert names[sequences.ids].tolist() == [
        "human", "human rights", "rights", "rights groups met", "groups", "met", "human",
        "human rights", "rights",
    ]  # fmt: skip
    assert sorted(vectorizer.build_analyzer()(text)) == sorted(names[sequences.ids].tolist())
    # A word that is not known parts its neighbours, and so does a stop; a stop word does not, where
    # phrases are given: they may hold some.
    parted = ["human the rights", "human unknown rights", "it is human. Rights", "human rights"]
    assert vectorizer.transform(parted)[
        :, vectorizer.vocabulary_["human rights"]
    ].toarray().ravel().tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("scoring", "threshold"), [("default", 10.0), ("default", 1.0), ("npmi", 0.4)]
)
@pytest.mark.parametrize("passes", [1, 2])
def test_phrases_are_gensims(scoring, threshold, passes):
    from gensim.models.phrases import Phrases

    lee = lee_corpus()["text"].to_pylist()
    vectorizer = TermVectorizer(
        phrases=True, phrase_scoring=scoring, phrase_threshold=threshold, phrase_min_count=3,
        phrase_passes=passes, stop_words="english",
    ).fit(lee)  # fmt: skip
    analyzer = vectorizer._extractor().analyzer
    sentences = [part for text in lee for part in analyzer.unbroken(text)]
    expected = {}
    for _ in range(passes):
        model = Phrases(sentences, min_count=3, threshold=threshold, scoring=scoring, delimiter=" ")
        scores = {
            a + " " + b: model.scoring(
                worda_count=model.vocab[a], wordb_count=model.vocab[b],
                bigram_count=model.vocab[a + " " + b], len_vocab=len(model.vocab), min_count=3,
                corpus_word_count=model.corpus_word_count,
            )
            for sentence in sentences for a, b in itertools.pairwise(sentence)
        }  # fmt: skip
        expected = {k: s for k, s in scores.items() if s > threshold} | expected
        if passes == 1:
            assert expected == model.export_phrases()
        sentences = [list(model[sentence]) for sentence in sentences]
    assert vectorizer.phrases_.keys() == expected.keys()
    for phrase, score in expected.items():
        assert vectorizer.phrases_[phrase] == pytest.approx(score, rel=1e-12)
    assert all(phrase in vectorizer.vocabulary_ for phrase in expected)


def test_sequences_keep_the_reading_order(texts):
    vectorizer = TermVectorizer().fit(texts)
    sequences = vectorizer.sequences(["camp fire camp", "", "fire unseenword"])
    names = vectorizer.get_feature_names_out()
    assert sequences.offsets.tolist() == [0, 3, 3, 4]
    assert names[sequences.ids].tolist() == ["camp", "fire", "camp", "fire"]
    assert sequences.take(np.array([2, 0])).ids.tolist() == sequences.ids[[3, 0, 1, 2]].tolist()


def test_kept_terms_stay_whatever_their_frequency():
    vectorizer = TermVectorizer(min_df=2)
    vectorizer.fit_to_sequences(
        ["aid arrives", "aid leaves", "talks resume"], keep=["talks", "absent"]
    )
    assert vectorizer.vocabulary_ == {"aid": 0, "talks": 1}


def test_missing_texts_are_named():
    for bad, message in ((["a", None], "index 1: the text is missing"), (["a", 3], "of type int")):
        with pytest.raises(TopicsError, match=message):
            TermVectorizer().fit(bad)
    with pytest.raises(TopicsError, match="string object received"):
        TermVectorizer().fit("one text")


def test_stop_words_of_many_languages():
    for language in ("english", "french", "ar", "de", "turkish", "ru"):
        assert len(stop_word_list(language)) > 50
    with pytest.raises(ValueError, match="klingon"):
        stop_word_list("klingon")


def test_a_vectorizer_fits_the_languages_of_the_pile():
    german = "Die Gesandten trafen sich am Freitag in der Stadt und sprachen über die Fähren."
    stop_words = set(default_vectorizer(lee_corpus().texts).stop_words)
    assert "the" in stop_words
    assert "und" not in stop_words
    assert "und" in default_vectorizer(pa.array([german] * 40, pa.large_string())).stop_words


def test_batches_and_merges_are_one_fit(texts, tmp_path):
    params = {"min_df": 2, "max_features": 200, "ngram_range": (1, 2)}
    whole = TermVectorizer(**params).fit(texts)
    halves = [TermVectorizer(**params).fit(texts[::2]), TermVectorizer(**params).fit(texts[1::2])]
    others = [
        TermVectorizer(**params).fit(texts[i : i + 40] for i in range(0, len(texts), 40)),
        TermVectorizer(**params).partial_fit(texts[:50]).partial_fit(texts[50:]),
        TermVectorizer(**params).fit(texts[:7]).partial_fit(iter([texts[7:]])),
        halves[0].merge(halves[1]),
    ]
    for other in others:
        assert other.vocabulary_ == whole.vocabulary_
        assert other.document_frequency_.tolist() == whole.document_frequency_.tolist()
        assert other.n_documents_ == len(texts)
    batches = [texts[:50], texts[50:]]
    joined = TermVectorizer(**params).fit_transform(batches)
    assert bits(joined) == bits(whole.transform(texts))
    with pytest.raises(ValueError, match="differ in min_df"):
        halves[0].merge(TermVectorizer(**params | {"min_df": 1}).fit(texts))


def test_a_bounded_vocabulary_says_what_it_let_go(texts):
    free = TermVectorizer().fit(texts)
    tight = TermVectorizer(max_vocabulary=300).fit(texts[i : i + 20] for i in range(0, 120, 20))
    assert len(tight.vocabulary_) <= 300
    assert tight.n_pruned_terms_ > 0
    frequency = dict(zip(free.get_feature_names_out(), free.document_frequency_, strict=True))
    for term, found in zip(tight.get_feature_names_out(), tight.document_frequency_, strict=True):
        assert frequency[term] - tight.max_document_frequency_error_ <= found <= frequency[term]
    assert TermVectorizer(max_vocabulary=10**6).fit(texts).n_pruned_terms_ == 0


def test_words_are_counted_under_their_stems_and_lemmas():
    texts = ["Ministers met the minister", "ministers' meetings"]
    stems = TermVectorizer(stemmer="english", stop_words=["the"])
    assert stems.fit_transform(texts).toarray().tolist() == [[0, 1, 2], [1, 0, 1]]
    assert list(stems.vocabulary_) == ["meet", "met", "minist"]
    lemmas = TermVectorizer(lemmatizer="en").fit(["mice ran", "the mouse"])
    assert "mouse" in lemmas.vocabulary_
    assert lemmas.transform(["Mice, mouse"]).sum() == 2
    own = TermVectorizer(stemmer=lambda word: word[:3], ngram_range=(1, 2)).fit(texts)
    assert own.transform(["the mineral"])[0, own.vocabulary_["the min"]] == 1
    for bad, message in (
        ({"stemmer": "klingon"}, "no stemmer is known"),
        ({"lemmatizer": "xx"}, "no lemmas are known"),
        ({"stemmer": "en", "lemmatizer": "en"}, "not both"),
    ):
        with pytest.raises(ValueError, match=message):
            TermVectorizer(**bad).fit(texts)


def test_text_without_spaces_is_cut():
    texts = ["難民問題2018年のニュース", "難民 iPhone手机"]
    assert list(TermVectorizer().fit(texts).vocabulary_) == [
        "2018", "iphone", "のニ", "ニュ", "ュー", "ース", "問題", "年の", "手机", "民問", "難民"
    ]  # fmt: skip
    assert "難民問題2018年のニュース" in TermVectorizer(segmenter=None).fit(texts).vocabulary_
    asked = []

    def segmenter(stretch):
        asked.append(stretch)
        return [stretch[:2], stretch[2:]]

    words = TermVectorizer(segmenter=segmenter).fit(texts + texts)
    assert "問題" in words.vocabulary_
    assert len(asked) == len(set(asked))


def test_arabic_is_folded_on_request():
    texts = ["إلى أُمَّــة", "الى امة"]
    assert TermVectorizer(fold_arabic=True).fit_transform(texts).toarray().tolist() == [
        [1, 1], [1, 1]
    ]  # fmt: skip


def test_normal_forms_are_one_on_request():
    texts = ["caf\u00e9", "cafe\u0301", "ﬁne"]
    assert list(TermVectorizer(normalize="NFKC").fit(texts).vocabulary_) == ["café", "fine"]


def test_other_patterns_are_followed(texts):
    words = TermVectorizer(token_pattern=r"\p{Lu}\p{Ll}+", lowercase=False)
    assert not words.uses_kernels_
    assert "Friday" in words.fit(texts).vocabulary_
    with pytest.raises(ValueError, match="no pattern"):
        TermVectorizer(token_pattern="(").fit(texts)


def test_callables_take_part(texts):
    params = {"tokenizer": str.split, "preprocessor": str.upper, "token_pattern": None}
    expected = CountVectorizer(**params).fit_transform(texts)
    same(TermVectorizer(**params | {"token_pattern": None}).fit_transform(texts), expected, 0)


def test_vectorizers_of_scikit_learn_are_taken_over(texts):
    for theirs in (
        CountVectorizer(ngram_range=(1, 2)),
        TfidfVectorizer(min_df=2, strip_accents="unicode"),
    ):
        expected = theirs.fit_transform(texts)
        ours = TermVectorizer.from_sklearn(theirs)
        same(ours.transform(texts), expected, 1e-12)
    with pytest.raises(TypeError, match="neither"):
        TermVectorizer.from_sklearn(TermVectorizer())


def test_gensim_takes_the_counts(texts):
    vectorizer = TermVectorizer().fit(texts)
    dictionary, corpus = vectorizer.to_gensim(texts)
    counts = vectorizer.transform(texts)
    back = sp.lil_matrix(counts.shape, dtype=int)
    for row, bag in enumerate(corpus):
        for column, count in bag:
            back[row, column] = count
    assert (back.tocsr() != counts).nnz == 0
    assert dictionary.num_docs == len(texts)
    assert [
        dictionary.dfs[i] for i in range(counts.shape[1])
    ] == vectorizer.document_frequency_.tolist()


def test_frames_are_given_on_request(texts):
    vectorizer = TermVectorizer().set_output(transform="pandas")
    frame = vectorizer.fit_transform(texts)
    assert frame.columns.tolist() == vectorizer.get_feature_names_out().tolist()
    assert frame.sum().sum() == TermVectorizer().fit_transform(texts).sum()
    with pytest.raises(ValueError, match="polars"):
        vectorizer.set_output(transform="polars")


def test_scikit_learn_takes_it_for_a_transformer(texts):
    import pickle

    from sklearn.base import clone
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import make_pipeline

    pipeline = make_pipeline(clone(TermVectorizer(min_df=2, segmenter=None)), TfidfTransformer())
    same(pipeline.fit_transform(texts), TfidfVectorizer(min_df=2).fit_transform(texts), 1e-12)
    again = pickle.loads(pickle.dumps(TermVectorizer(ngram_range=(1, 2)).fit(texts)))
    assert bits(again.transform(texts)) == bits(
        TermVectorizer(ngram_range=(1, 2)).fit_transform(texts)
    )


def test_what_was_learnt_is_saved(texts, tmp_path):
    learnt = TermVectorizer(phrases=True, phrase_min_count=3, stemmer="english").fit(texts)
    assert learnt.phrases_
    taken = TermVectorizer.from_sklearn(TfidfVectorizer(ngram_range=(1, 2)).fit(texts))
    given = TermVectorizer(phrases=["prime minister"], weighting="tfidf", segmenter=None).fit(texts)
    for number, vectorizer in enumerate((learnt, taken, given)):
        save(vectorizer, tmp_path / str(number))
        again = load(tmp_path / str(number))
        assert bits(again.transform(texts)) == bits(vectorizer.transform(texts))
        assert again.vocabulary_ == vectorizer.vocabulary_
        assert again.phrases_.keys() == vectorizer.phrases_.keys()
        assert again.fit(texts).vocabulary_ == vectorizer.fit(texts).vocabulary_
    again = load(tmp_path / "0").partial_fit(["wholly unheard words"])
    assert again.n_documents_ == len(texts) + 1
    assert again.document_frequency_.sum() == learnt.document_frequency_.sum() + 3
    with pytest.raises(TopicsError, match="tokenizer is a function"):
        save(TermVectorizer(tokenizer=str.split).fit(texts), tmp_path / "function")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_check_estimator():
    from sklearn.utils.estimator_checks import check_estimator

    results = check_estimator(TermVectorizer())
    assert [result["check_name"] for result in results if result["status"] != "passed"] == []


def test_seeds_and_learnt_phrases_go_together(texts):
    vectorizer = TermVectorizer(phrases=True, phrase_min_count=3)
    sequences = vectorizer.fit_to_sequences(texts, keep=["hundreds of people", "wind"])
    assert "hundreds of people" in vectorizer.vocabulary_
    assert len(vectorizer.phrases_) > 1
    same(sequences.counts(len(vectorizer.vocabulary_)), vectorizer.transform(texts), 0)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"phrases": "human rights"}, "is one str"),
        ({"stemmer": "klingon"}, "no stemmer is known"),
        ({"lemmatizer": "klingon"}, "no lemmas are known"),
        ({"stemmer": "en", "lemmatizer": "en"}, "not both"),
    ],
)
def test_forms_and_phrases_that_cannot_be(params, message):
    with pytest.raises(ValueError, match=message):
        TermVectorizer(**params).fit(["aid arrives"])


def test_grams_are_no_longer_than_the_longest_document():
    texts = ["aid reaches the camp", "talks"]
    theirs = CountVectorizer(ngram_range=(1, 4)).fit(texts)
    assert TermVectorizer(ngram_range=(1, 10**9)).fit(texts).vocabulary_ == theirs.vocabulary_


def test_what_fails_has_counted_nothing():
    one, two = TermVectorizer().fit(["aid"]), TermVectorizer().fit(["talks"])
    with pytest.raises(ValueError, match="they differ in binary"):
        one.merge(two, TermVectorizer(binary=True).fit(["zz"]))
    with pytest.raises(TopicsError, match="the text is missing"):
        one.partial_fit([["talks"], ["x", None]])
    assert one.partial_fit(["new"]).get_feature_names_out().tolist() == ["aid", "new"]
    assert one.n_documents_ == 2


def test_weights_of_other_terms_are_refused():
    vectorizer = TermVectorizer().fit(["aid arrives", "talks resume"])
    for coef, intercept in (((1, 2), 2), ((4, 2), 1)):
        with pytest.raises(ValueError, match="not those of this vocabulary"):
            vectorizer.linear_scores(["aid"], np.zeros(coef), np.zeros(intercept))
