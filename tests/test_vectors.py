import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import TopicsError
from topics._math.arrays import unit_rows
from topics.demo import lee_corpus
from topics.models.initialisation import initialise_from_clusters
from topics.models.vector_topics import VectorTopics
from topics.text.default_vectorizer import default_vectorizer
from topics.text.term_sequences import TermSequences
from topics.text.tfidf import tfidf_weights
from topics.text.word_vectors import WordVectors, count_pairs, positive_pmi

documents = st.lists(st.lists(st.integers(0, 7), max_size=12), min_size=1, max_size=8)


def concat_sequences(lists):
    offsets = np.concatenate([[0], np.cumsum([len(ids) for ids in lists])]).astype(np.int64)
    return TermSequences(offsets, np.array([i for ids in lists for i in ids], np.int32))


@settings(deadline=None, max_examples=60)
@given(documents, st.integers(1, 6))
def test_pairs_are_those_within_the_window(lists, window):
    expected = np.zeros((8, 8))
    for ids in lists:
        for p in range(len(ids)):
            for q in range(len(ids)):
                gap = abs(p - q)
                if 0 < gap <= window:
                    expected[ids[p], ids[q]] += (window + 1 - gap) / window
    pairs, totals = count_pairs(concat_sequences(lists), 8, window=window)
    np.testing.assert_allclose(pairs.toarray(), expected, rtol=1e-5)
    np.testing.assert_allclose(totals, expected.sum(axis=1))
    shares = totals**0.75 / max((totals**0.75).sum(), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(expected / np.outer(totals, shares))
    np.testing.assert_allclose(
        positive_pmi(pairs, totals).toarray(), np.nan_to_num(np.maximum(pmi, 0)), atol=1e-5
    )
    kept = count_pairs(concat_sequences(lists), 8, window=window, positive=True)
    np.testing.assert_allclose(
        positive_pmi(*kept).toarray(), positive_pmi(pairs, totals).toarray(), atol=1e-5
    )


@settings(deadline=None, max_examples=30)
@given(documents, st.integers(0, 8))
def test_pairs_add_up_over_batches(lists, cut):
    whole = count_pairs(concat_sequences(lists), 8)
    parts = [count_pairs(concat_sequences(part), 8) for part in (lists[:cut], lists[cut:])]
    np.testing.assert_allclose((parts[0][0] + parts[1][0]).toarray(), whole[0].toarray(), rtol=1e-5)
    np.testing.assert_allclose(parts[0][1] + parts[1][1], whole[1])


@pytest.fixture(scope="module")
def lee():
    corpus = lee_corpus()
    vectorizer = default_vectorizer(corpus.texts)
    return vectorizer, vectorizer.fit_to_sequences(corpus)


def test_vectors_do_not_depend_on_workers(lee):
    vectorizer, sequences = lee
    n = len(vectorizer.vocabulary_)
    one, two = (WordVectors(n_jobs=jobs).fit(sequences, n).vectors_ for jobs in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_words_of_one_kind_lie_together_and_gensim_agrees(lee):
    vectorizer, sequences = lee
    terms = vectorizer.get_feature_names_out()
    vectors = WordVectors().fit(sequences, len(terms))
    keyed = vectors.to_gensim(terms)
    near = {word for word, _ in keyed.most_similar("israeli", topn=10)}
    assert near & {"palestinian", "gaza", "hamas", "bank"}
    a, b = (vectors.vectors_[vectorizer.vocabulary_[w]] for w in ("israeli", "gaza"))
    assert keyed.similarity("israeli", "gaza") == pytest.approx(float(a @ b), abs=1e-5)


def test_bounds_on_terms_and_tokens(lee):
    vectorizer, sequences = lee
    n = len(vectorizer.vocabulary_)
    few = WordVectors(max_terms=50, vector_size=10).fit(sequences, n).vectors_
    assert few.shape == (n, 10)
    assert (few.any(axis=1)).sum() <= 50
    sample = WordVectors(max_tokens=5_000, vector_size=10).fit(sequences, n).vectors_
    assert np.isfinite(sample).all()


def test_learning_in_parts_is_learning_the_whole(lee):
    vectorizer, sequences = lee
    n, half = len(vectorizer.vocabulary_), len(sequences) // 2
    whole = WordVectors(20, min_count=0, max_terms=None).fit(sequences, n)
    parts = WordVectors(20, min_count=0, max_terms=None)
    for low, high in ((0, half), (half, len(sequences))):
        parts.partial_fit(sequences.take(np.arange(low, high)), n)
    likeness = [v.vectors_[:200] @ v.vectors_[:200].T for v in (whole, parts)]
    np.testing.assert_allclose(*likeness, atol=0.02)
    with pytest.raises(TopicsError, match="partial_fit from the start"):
        whole.partial_fit(sequences, n)


@settings(deadline=None, max_examples=25)
@given(documents)
def test_odd_documents_have_vectors(lists):
    vectors = WordVectors(5).fit(concat_sequences(lists), 8).vectors_
    assert np.isfinite(vectors).all()
    assert ((np.abs(np.linalg.norm(vectors, axis=1) - 1) < 1e-4) | ~vectors.any(axis=1)).all()


def test_topics_of_vectors(lee):
    vectorizer, sequences = lee
    n = len(vectorizer.vocabulary_)
    weights = tfidf_weights(sequences.counts(n, np.float32), vectorizer.smoothed_idf_)
    vectors = WordVectors().fit(sequences, n).vectors_
    models = [VectorTopics(8, vectors=vectors, n_jobs=jobs) for jobs in (1, 2)]
    shares = [model.fit_transform(weights) for model in models]
    assert shares[0].tobytes() == shares[1].tobytes()
    np.testing.assert_array_equal(models[0].transform(weights), shares[0])
    np.testing.assert_array_equal(models[0].transform(weights[7:8]), shares[0][7:8])
    np.testing.assert_allclose(models[0].transform(sp.csr_matrix((1, n))), 1 / 8)
    seed_components = np.zeros((8, n), np.float32)
    seed_components[3, vectorizer.vocabulary_["firefighters"]] = 1
    seeded = VectorTopics(8, vectors=vectors, seed_components=seed_components).fit(weights)
    assert (
        seeded.components_[3].argsort()[-30:].tolist().count(vectorizer.vocabulary_["firefighters"])
    )
    with pytest.raises(ValueError, match="vectors of 5 terms"):
        VectorTopics(2, vectors=vectors[:5]).fit(weights)


def test_a_start_has_rows_of_length_one():
    rows = unit_rows(np.random.default_rng(0).standard_normal((40, 6)))
    weights = sp.random(40, 12, 0.3, random_state=0, format="csr")
    start = initialise_from_clusters(weights, rows, 5)
    np.testing.assert_allclose(np.linalg.norm(start, axis=1), 1, rtol=1e-5)


def test_numbers_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match="documents from 0 to 400"):
        TermSequences(np.array([0, 400]), np.array([0, 1], np.int32))
    words = TermSequences(np.arange(0, 81, 2), np.tile([0, 1, 2, 3], 20).astype(np.int32))
    with pytest.raises(ValueError, match="weights of 5 terms, not 4"):
        WordVectors().fit(words, 4).transform(sp.csr_matrix((1, 5)))
