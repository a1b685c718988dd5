"""Sentences by kernels: the same as the plain reference has, over odd text."""

from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topics import TermVectorizer
from topics.text.sentences import (
    best_sentences,
    mark_breaks,
    mark_breaks_plainly,
    split_column,
    split_sentences,
)
from topics.text.tfidf import scores_in_columns, tfidf_weights

PIECES = st.sampled_from(
    ["Mr", "St", "J", "z", "B", "Sept", "млрд", "стр", "г", "Ä", "5", "13", "١٢", "Jan", "Mär",
     "Dez", ".", "!", "?", "…", "...", '"', "'", "”", "’", "»", ")", "(", "“", "«", " ", "  ",
     "    ", "\t", "\t\t\t\t", "\n", "\n\n", "\n \n", "\u00a0", "\u2028", "\x1c", "-", "•", "*",
     "a", "é", "ß", "ё", "ω", "ή", "A", "É", "Ж", "ǅ", "ﬁ", "۔", "؟", "।", "॥", "。", "難民", "」",
     "！", "？", "｡", "；", "：", "』", "）", "\u3000",
     "_", "aid", "Talks", "word " * 90, "x" * 450, "é " * 130, "\u0301", "😀", "\u00ad"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60)


@given(st.lists(TEXTS, max_size=6))
@example(["No. 5. Jan was cold. 5. Then\n\n- one\n- two    Then? (so) 'it' ended."])
@example(["all in lower case. here too. " * 3, "ªº. a", "Ⅷ. b. c"])
@settings(max_examples=600, deadline=None)
def test_the_kernel_cuts_as_the_reference(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    found = split_column(pa.array(texts, pa.large_string()))
    sentences = found.sentences.to_pylist()
    assert [
        sentences[low : low + n]
        for low, n in zip(found.first.tolist(), found.counts.tolist(), strict=True)
    ] == [split_sentences(text) for text in texts]


@given(st.lists(TEXTS, max_size=6))
@example(["abc. de. 5.) x; y:z", "is far.", "a\n \t\nb", "…", "abc.", "٣. ", "ab\u0301c. x", "x: "])
@settings(max_examples=600, deadline=None)
def test_the_kernel_marks_breaks_as_the_regular_expression(texts):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    column = pa.array(texts, pa.large_string())
    assert mark_breaks(column).to_pylist() == mark_breaks_plainly(column).to_pylist()
    assert mark_breaks(column[1:]).to_pylist() == mark_breaks_plainly(column).to_pylist()[1:]


def test_the_kernel_cuts_releases_as_the_reference(shared):
    for name in ("senate.parquet", "bbc.parquet", "collections/ant_ar.parquet",
                 "collections/gnad_de.parquet", "collections/sib_rus_Cyrl.parquet"):  # fmt: skip
        table = pq.read_table(shared / name)
        texts = table["text"].drop_null().slice(0, 1500).cast(pa.large_string()).combine_chunks()
        found = split_column(texts)
        expected = [split_sentences(text) for text in texts.to_pylist()]
        assert found.counts.tolist() == list(map(len, expected))
        assert sorted(found.sentences.to_pylist()) == sorted(chain.from_iterable(expected))
        assert mark_breaks(texts).equals(mark_breaks_plainly(texts))


@given(st.lists(TEXTS, max_size=5), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_best_sentences_are_those_of_the_matrix(texts, seed):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    rng = np.random.default_rng(seed)
    vectorizer = TermVectorizer().fit(["aid talks word aid é 難民", "aid word talks"])
    coef = rng.normal(size=(len(vectorizer.vocabulary_), 3))
    asked = [rng.permutation(3)[: rng.integers(0, 3)].tolist() for _ in texts]

    def score(sentences, columns):
        return scores_in_columns(
            vectorizer.sequences(sentences), columns, vectorizer.smoothed_idf_, coef, norm=None
        )

    found = best_sentences(pa.array(texts, pa.large_string()), asked, score)
    for text, columns, sentences in zip(texts, asked, found, strict=True):
        parts = split_sentences(text)
        counts = vectorizer.counts(parts) if parts else None
        for column, sentence in zip(columns, sentences, strict=True):
            if not parts:
                assert sentence == ""
                continue
            weights = tfidf_weights(counts, vectorizer.smoothed_idf_, norm=None, dtype=np.float64)
            scores = (weights @ coef)[:, column]
            assert scores[parts.index(sentence)] == pytest.approx(scores.max())
