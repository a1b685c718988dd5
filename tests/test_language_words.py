"""Words as languages write them: kernels held to plain Python, and rules to what speakers write."""

import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from topics._arrow import text_buffers
from topics._kernels.text_scan import mark_addresses
from topics.text.fast_tokenizer import TokenRules, tokenize_column
from topics.text.language_words import (
    find_words,
    lower_case,
    prepare_column,
    prepare_text,
)

LETTERS = "ab.&-İIıßéñ-'’_.,019 \n@&;:/wg股市月年Aカナーかな難กขิ์हिंदीرُّالאבְг’кё\u0301\u200c가한①²Ⅷ"
texts = st.lists(
    st.text(st.sampled_from(LETTERS), max_size=40)
    | st.text(st.sampled_from("ab1.-&_ 中é"), min_size=50, max_size=200)
    | st.text(max_size=20),
    min_size=1,
    max_size=6,
)


def column(values):
    return pa.array(values, pa.large_string())


def read_by_kernels(values, languages, unspaced="pairs"):
    rules = TokenRules(languages=languages, unspaced=unspaced)
    tokens = tokenize_column(column(values), rules, in_order=True)
    terms = tokens.terms.to_pylist()
    sequences = tokens.sequences(np.arange(len(terms), dtype=np.int32))
    bounds = sequences.offsets.tolist()
    ids = sequences.ids.tolist()
    return [[terms[i] for i in ids[a:b]] for a, b in pairwise(bounds)]


@settings(deadline=None, max_examples=300)
@given(texts)
def test_kernels_read_the_words_that_plain_python_reads(values):
    values = [text.encode("utf-8", "replace").decode() for text in values]
    expected = [find_words(lower_case(prepare_text(text))) for text in values]
    assert read_by_kernels(values, ()) == expected
    whole = [find_words(lower_case(prepare_text(text)), lambda run: [run]) for text in values]
    assert read_by_kernels(values, (), "stretches") == whole


@settings(deadline=None, max_examples=100)
@given(texts, st.sampled_from(["tr", "uk", "he"]))
def test_columns_are_prepared_as_single_texts_are(values, language):
    expected = [prepare_text(text, [language]) for text in values]
    assert prepare_column(column(values), [language]).to_pylist() == expected
    sliced = column(["x@y.example", *values]).slice(1)
    assert prepare_column(sliced, [language]).to_pylist() == expected


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("ae\u0301\u0308\u0327éи\u0306かᄀ\u1161\u3099"), max_size=9))
)
def test_a_prepared_text_is_composed(values):
    for text in prepare_column(column(values)).to_pylist():
        assert unicodedata.is_normalized("NFC", text)


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("w/@&a "), max_size=9), min_size=1, max_size=8))
def test_texts_with_addresses_are_marked(values):
    data, offsets = text_buffers(column(values))
    marked = np.zeros(len(values), bool)
    mark_addresses(data, offsets, marked)
    for text, mark in zip(values, marked.tolist(), strict=True):
        assert mark == any(sign in text for sign in ("@", "&", "//", "ww"))
