"""Kernels of reading, each held to a plain reference."""

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics._arrow import text_buffers
from topics._kernels.text_scan import find_longest_lines
from topics.reading.boilerplate import _END, _TOP, _edge_lines, _lines_at
from topics.reading.cleaning import (
    _INVISIBLE,
    _marks,
    clean_column,
    clean_text,
    strip_markup,
    without_invisible,
)
from topics.text.language_id import LANGUAGES, recognise_languages

texts = st.lists(
    st.text(st.sampled_from("ab <>&\n\t\r\x1b\x7f.é中\u00ad;"), max_size=60)
    | st.text(st.sampled_from("ab\n \t"), max_size=400),
    min_size=1,
    max_size=12,
)


def column(values):
    return pa.array(values, pa.large_string())


@settings(deadline=None)
@given(texts)
def test_marks_are_those_of_a_plain_search(values):
    found = _marks(column(values)).tolist()
    for text, mark in zip(values, found, strict=True):
        controls = any((c < " " and c not in "\n\t") or c == "\x7f" for c in text)
        expected = ("<" in text) + 2 * (">" in text) + 4 * ("&" in text) + 8 * controls
        assert mark == expected + 16 * (not text.isascii())


@settings(deadline=None)
@given(texts)
def test_columns_are_cleaned_as_single_texts_are(values):
    expected = [clean_text(strip_markup(text)) for text in values]
    assert clean_column(column(values)).to_pylist() == expected
    sliced = clean_column(column(["<p>x</p>", *values]).slice(1))
    assert sliced.to_pylist() == expected


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("a é中\u2010\u2019\U00010348" + _INVISIBLE), max_size=30),
        max_size=12,
    )
)
def test_characters_that_are_not_seen_are_taken_out(values):
    expected = ["".join(c for c in text if c not in _INVISIBLE) for text in values]
    assert without_invisible(column(values)).to_pylist() == expected
    assert without_invisible(column(["é", *values]).slice(1)).to_pylist() == expected


@settings(deadline=None)
@given(texts)
def test_edge_lines_are_those_of_a_plain_split(values):
    data, offsets = text_buffers(column(values))
    edges = _edge_lines(data, offsets)
    found = _lines_at(data, edges.starts, edges.ends).to_pylist()
    blanks = "".join(map(chr, range(33)))
    for at, text in enumerate(values):
        assert edges.has_lines[at] == ("\n" in text)
        lines = text.split("\n") if "\n" in text else re.split("(?<=[.!?]) ", text)
        filled = [line.strip(blanks) for line in lines if line.strip(blanks)]
        low, high = edges.bounds[at : at + 2]
        assert found[low:high] == filled[:_TOP] + filled[_TOP:][-_END:]
    keys = [(line, re.sub(r"\d+", "0", re.sub(r"[\W_]", "", line.lower()))) for line in found]
    for (line, key), exact, loose in zip(keys, edges.exact, edges.loose, strict=True):
        for (other, other_key), other_exact, other_loose in zip(
            keys, edges.exact, edges.loose, strict=True
        ):
            assert line != other or exact == other_exact
            compared = (line + other).isascii() and key == other_key
            assert not compared or loose == other_loose


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=6), max_size=5))
def test_longest_lines_are_those_of_a_plain_sort(documents):
    # The size of a line is part of what its hash is of.
    sized = [[(size, 10 * size + key) for size, key in lines] for lines in documents]
    bounds = np.cumsum([0, *map(len, sized)])
    lengths = np.array([size for lines in sized for size, _ in lines], np.int64)
    keys = np.array([key for lines in sized for _, key in lines], np.uint64)
    longest, second = np.empty((2, len(sized)), np.uint64)
    find_longest_lines(bounds, lengths, keys, longest, second)
    for at, lines in enumerate(sized):
        order = [key for _, key in sorted(set(lines), key=lambda line: (-line[0], line[1]))]
        assert [longest[at], second[at]] == [*order, 0, 0][:2]


def test_buffers_of_nothing_and_of_slices():
    data, offsets = text_buffers(column([]))
    assert (data.size, offsets.tolist()) == (0, [0])
    data, offsets = text_buffers(column(["ab", "c", "def"]).slice(1))
    assert bytes(data[offsets[1] : offsets[2]]) == b"def"


@pytest.fixture(scope="module")
def reference():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages([code for code in found.labels if code in LANGUAGES])

    def recognise(text):
        for limit in (200, 800):
            sample = " ".join(text[: 2 * limit].split())[:limit].strip().lower()
            code, certainty = found.classify(sample) if sample else (None, 0.0)
            if certainty > 0.5 and (len(sample.split()) > 2 or not sample.isascii()):
                return code
        return None

    return recognise


def test_languages_are_those_of_py3langid(reference):
    values = [
        "Der Minister reiste am Freitag nach Genf und sprach dort mit den Gesandten.",
        "وصلت المساعدات إلى المخيم يوم الجمعة", "大臣は金曜日にジュネーブを訪れた", "FERRY SAILS TO PORT ELLIS TODAY",
        "", "42", "a b", "Le préfet\n\n a   ouvert\tle pont.", "Bakan cuma günü Cenevre'ye gitti.",
        "Министр прибыл в Женеву в пятницу.", "मंत्री शुक्रवार को जिनेवा पहुंचे।", " \n ", "x" * 3000,
    ]  # fmt: skip
    assert recognise_languages(values) == [reference(text) for text in values]
    assert recognise_languages(column(values), n_jobs=2) == recognise_languages(values)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_languages_of_odd_texts_are_those_of_py3langid(reference, values):
    for text, found in zip(values, recognise_languages(values), strict=True):
        expected = reference(text)
        # Certainties a hair around one half may fall on either side.
        assert found == expected or None in (found, expected)


def test_short_headlines_go_with_their_pile():
    german = [
        f"Der Minister reiste am {day}. Juli nach Genf und sprach dort mit den Gesandten."
        for day in range(1, 31)
    ]
    short = ["Papst in Rom", "Neue Hilfe", "Gericht entscheidet", "42", "Министр прибыл"]
    found = recognise_languages([*german, *short], by_pile=True)[len(german) :]
    assert found == ["de", "de", "de", None, "ru"]
    # Without a pile there is nothing to go with.
    assert recognise_languages(short[:3], by_pile=True) == recognise_languages(short[:3])


def test_hausa_and_its_neighbours_are_known():
    texts = [
        "Gwamnatin Najeriya ta ce za ta taimaka wa 'yan gudun hijira a yankin arewa maso gabas"
    ]
    assert recognise_languages(texts) == ["ha"]
