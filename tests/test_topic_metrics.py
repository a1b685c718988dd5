import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import normalized_mutual_info_score

from topics import TermVectorizer, TopicsError
from topics.models.topic_metrics import (
    class_agreement,
    coherence,
    completion_perplexity,
    exclusivity,
    inverted_rbo,
    match_topics,
    split_tokens,
    stability,
    topic_diversity,
    word_intrusion,
)

WORDS = list("abcdefghij")
GENSIMS = {"npmi": "c_npmi", "c_v": "c_v", "u_mass": "u_mass"}


def gensims(words, documents, measure, window=None):
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    dictionary = Dictionary(documents)
    model = CoherenceModel(
        topics=words,
        texts=documents,
        corpus=[dictionary.doc2bow(document) for document in documents],
        dictionary=dictionary,
        coherence=GENSIMS[measure],
        window_size=window,
        processes=1,
    )
    return model.get_coherence_per_topic()


@pytest.mark.parametrize("measure", GENSIMS)
@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from([*WORDS, "x", "y"]), max_size=40), max_size=12),
    st.integers(2, 15),
)
def test_coherence_is_gensims(measure, documents, window):
    # gensim knows only words of its dictionary.
    documents = [*documents, WORDS]
    words = [WORDS[:4], WORDS[3:], ["c", "a"]]
    given_window = None if measure == "u_mass" else window
    np.testing.assert_allclose(
        coherence(words, documents, measure=measure, window=given_window),
        gensims(words, documents, measure, given_window),
        atol=1e-6,
    )


@pytest.mark.parametrize("measure", GENSIMS)
def test_coherence_over_news_is_gensims(measure, news):
    documents = [text.lower().split() for text in news]
    counts = pytest.importorskip("gensim.corpora").Dictionary(documents)
    common = [counts[i] for i, _ in sorted(counts.cfs.items(), key=lambda item: -item[1])[:60]]
    words = [common[:20:2], common[20:30], common[30:60:3]]
    ours = [coherence(words, documents, measure=measure, n_jobs=n) for n in (1, 2)]
    np.testing.assert_allclose(ours[0], gensims(words, documents, measure), atol=1e-6)
    assert ours[0].tobytes() == ours[1].tobytes()


def test_coherence_reads_texts_with_a_vectorizer():
    texts = ["the camp and the aid", "aid for a camp", "a court and a judge"] * 4
    vectorizer = TermVectorizer(stop_words="english").fit(texts)
    tokens = [vectorizer.tokenize(text) for text in texts]
    words = [["camp", "aid"], ["court", "camp"]]
    np.testing.assert_array_equal(
        coherence(words, texts, vectorizer=vectorizer), coherence(words, tokens)
    )
    with pytest.raises(TopicsError, match="not cut into tokens"):
        coherence(words, texts)
    with pytest.raises(TopicsError, match="measure='other'"):
        coherence(words, tokens, measure="other")


def test_words_that_are_never_met_are_worth_nothing():
    with pytest.warns(UserWarning, match=r"none of the documents: nowhere \(1 in all\)"):
        found = coherence([["a", "nowhere"], ["a"]], [["a", "b"]])
    assert found[0] == -1
    assert np.isnan(found[1])


def test_rbo_is_one_less_the_overlap_of_ranks():
    # The sum, by hand: agreement 1/1, 1/2, 2/3, extrapolated with the last.
    a, b, p = ["x", "y", "z"], ["x", "z", "w"], 0.9
    overlap = (1 - p) * (1 + p * 0.5 + p**2 * 2 / 3) + 2 / 3 * p**3
    assert inverted_rbo([a, b]) == pytest.approx(1 - overlap)


def test_matched_topics_are_a_permutation():
    rng = np.random.default_rng(0)
    topics, order = rng.random((5, 30)), rng.permutation(5)
    partners, cosines = match_topics(topics[order], topics)
    assert partners.tolist() == order.tolist()
    assert cosines == pytest.approx(1)
    assert match_topics(topics, topics[:2])[0].tolist().count(-1) == 3
    assert stability([topics, topics[order], topics]) == pytest.approx(1)


def test_agreement_and_shares_of_words():
    topics, classes = [0, 0, 1, 2, 2, 2], ["a", "a", "a", "b", "b", "a"]
    found = class_agreement(topics, classes)
    assert found["nmi"] == pytest.approx(normalized_mutual_info_score(classes, topics))
    assert found["purity"] == pytest.approx(5 / 6)
    assert topic_diversity([["a", "b"], ["c", "a"]]) == 0.75
    assert exclusivity([[2, 2], [0, 4]], [[0], [1]]) == pytest.approx([1, 2 / 3])


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 99))
def test_halves_of_tokens_and_their_perplexity(n, v, seed):
    counts = sp.csr_matrix(np.random.default_rng(seed).poisson(2, (n, v)))
    first, second = split_tokens(counts, seed)
    assert ((first + second) != counts).nnz == 0
    even = np.full((1, v), 1 / v)
    expected = v if second.nnz else 1
    assert completion_perplexity(np.ones((n, 1)), even, second) == pytest.approx(expected, rel=1e-5)


def test_an_intruder_is_of_another_topic():
    words = [["camp", "aid", "tents"], ["court", "judge", "aid"], []]
    items = word_intrusion(words, n_words=2)
    assert len(items) == 2
    for (shown, intruder), own in zip(items, words[:2], strict=True):
        assert intruder not in own
        assert sorted(shown) == sorted([*own[:2], intruder])
    assert word_intrusion(words, n_words=2) == items
    assert word_intrusion([["a", "b"], ["a", "b"]]) == []
