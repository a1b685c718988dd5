"""Sentences and paragraphs of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import string_array, take_rows, text_buffers
from topics._kernels import works_plainly

# A stop ends no sentence behind a single letter (an initial, "z. B.", "г."), a common abbreviation,
# or where the text goes on in lower case.
_ABBREVIATIONS = (
    "Mr Ms Mrs Dr St Jr Sr No vs Gen Col Capt Sen Rep Gov Rev Ave Inc Ltd Sept pp cf "
    "Nr ca Bd Hr Fr Abs bzw usw Art Mio Mrd sog Prof inkl evtl Mt Sra "
    "им ул гг вв др см руб тыс млн млрд стр обл"
).split()


def _not_behind(words: list[str]) -> str:
    """A pattern that holds where none of some words has just ended."""
    sizes = sorted({len(word) for word in words})
    of_size = ("|".join(word for word in words if len(word) == size) for size in sizes)
    return "".join(rf"(?<!\b(?:{alike}))" for alike in of_size)


_NO_END = r"(?<!\b[^\W\d_])" + _not_behind(_ABBREVIATIONS)
_GOES_ON_WITH = "[a-zß-öø-ÿа-яёіїєґα-ω]"
_GOES_ON = rf"(?![^\S\n]*[\"'“‘«(]?{_GOES_ON_WITH})"
_MONTHS = "Jan|Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez"
_NO_DATE = rf"(?:(?<!\b\d\.)(?<!\b\d\d\.)|(?!\s(?:{_MONTHS})))"
_END = re.compile(
    rf"(?:{_NO_END}(?:(?<![.!?…])[.!?…]++[\"'”’»)\]]*+{_NO_DATE}{_GOES_ON}\s++)"
    r"|(?<=[。！？｡])(?=[^\s」』”’）])|[。！？｡][」』”’）]++|[؟۔।॥]\s*|\n\s*\n|[ \t]{4,}|"
    r"\n(?=\s*[-•*]))"
)
_MAY_END = re.compile(r"[.!?…؟۔।॥\n]|[ \t]{4}")
"""Where the ends of sentences begin: all else is passed over, since to look back takes longer."""
_ENDS_BETWEEN = re.compile("[。！？｡]")
"""Stops behind which a sentence may end at a place that holds no character."""
_END_IN_LOWER_CASE = re.compile(_END.pattern.replace(_GOES_ON, ""))
BREAK = "qxzsentenceendzxq"
"""A word that stands for the end of a sentence, and in no text."""
# Behind a word of one or two letters it may be an abbreviation: "St. Ellis", "U.S. Army".
_BREAKS = (
    r"((?:[\pL\pM]{3}|\pN)[\"'”’»)\]]*[.!?…]+[\"'”’»)\]]*(?:\s|$)|[;:](?:\s|$)|"
    r"[。！？；：؟۔।]|\n\s*\n)"
)
_LONGEST = 400
_EMPTY_LINE = re.compile(r"\n\s*\n")


def split_paragraphs(text: str) -> list[str]:
    r"""Paragraphs in the order they stand, apart by a line that is empty or holds spaces only.

    Parameters
    ----------
    text : str
        A document.

    Returns
    -------
    list of str
        None of them empty.

    Examples
    --------
    >>> split_paragraphs("Aid came.\n \nFerries run\nagain.\n")
    ['Aid came.', 'Ferries run\nagain.']
    """
    return [part.strip() for part in _EMPTY_LINE.split(text) if part.strip()]


def split_sentences(text: str) -> list[str]:
    r"""Sentences in the order they stand, white space folded.

    Text that has lost its stops is cut where four or more spaces stand, and then every 400
    characters, at a space.

    Parameters
    ----------
    text : str
        A document.

    Returns
    -------
    list of str
        None of them empty.

    Examples
    --------
    >>> split_sentences("Mr. Moor met J. Brandt. Ferries\nrun again!  Nobody knew why")
    ['Mr. Moor met J. Brandt.', 'Ferries run again!', 'Nobody knew why']
    """
    end = _END_IN_LOWER_CASE if text.islower() else _END
    cuts = _ends(end, text)
    sentences = []
    for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True):
        sentence = " ".join(text[a:b].split())
        start = 0
        while len(sentence) - start > _LONGEST:
            at = sentence.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
            at = at if at > 0 else start + _LONGEST
            sentences.append(sentence[start:at].strip())
            start = at
        if sentence[start:].strip():
            sentences.append(sentence[start:].strip())
    return sentences


def _ends(end: re.Pattern[str], text: str) -> list[int]:
    """Where the matches of a pattern end, as ``finditer`` finds them."""
    if _ENDS_BETWEEN.search(text):
        return [match.end() for match in end.finditer(text)]
    cuts: list[int] = []
    last = 0
    for candidate in _MAY_END.finditer(text):
        start = candidate.start()
        if start >= last and (match := end.match(text, start)):
            last = match.end()
            cuts.append(last)
    return cuts


_FIRST_WITHOUT_MARKS = 0x10000


@cache
def _marks() -> NDArray[np.uint16]:
    """What the kernels must know of each code point that has marks."""
    from topics._kernels import sentences as kernels

    if works_plainly():
        return np.zeros(0, np.uint16)  # nothing is looked up there
    points = "".join(map(chr, range(_FIRST_WITHOUT_MARKS)))
    marks = np.zeros(len(points), np.uint16)
    for mark, pattern in (
        (kernels.WORD, r"\w"),
        (kernels.LETTER, r"[^\W\d_]"),
        (kernels.SPACE, r"\s"),
        (kernels.GOES_ON, _GOES_ON_WITH),
        (kernels.DIGIT, r"\d"),
    ):
        marks[[match.start() for match in re.finditer(pattern, points)]] |= mark
    for at, point in enumerate(points):
        category = unicodedata.category(point)[0]
        marks[at] |= kernels.SPELLING * (category in "LM") | kernels.NUMBER * (category == "N")
        if point.isupper() or point.istitle():
            marks[at] |= kernels.UPPER
        elif point.islower():
            marks[at] |= kernels.LOWER
    return marks


def _as_integers(words: Sequence[str]) -> NDArray[np.uint64]:
    return np.array([int.from_bytes(word.encode(), "little") for word in words], np.uint64)


class SentenceColumn(NamedTuple):
    """The sentences of texts in one column.

    Attributes
    ----------
    sentences : pyarrow.LargeStringArray
        All of them.
    first : ndarray of int64, shape (n_texts,)
        Place of the first of each text; the others follow it.
    counts : ndarray of int64, shape (n_texts,)
        How many each has.
    """

    sentences: pa.LargeStringArray
    first: NDArray[np.int64]
    counts: NDArray[np.int64]


def split_column(texts: pa.LargeStringArray) -> SentenceColumn:
    """Sentences of many texts at once, as :func:`split_sentences` has them.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Documents.

    Returns
    -------
    SentenceColumn
        Their sentences.

    Examples
    --------
    >>> texts = ["Aid came. Ferries run.", "", "難民。支援。"]
    >>> found = split_column(pa.array(texts, pa.large_string()))
    >>> found.sentences.to_pylist(), found.counts.tolist()
    (['Aid came.', 'Ferries run.', '難民。', '支援。'], [2, 0, 2])
    """
    from topics._kernels.sentences import fold_sentences

    data, offsets = text_buffers(texts)
    size = int(offsets[-1] - offsets[0])
    out, ends = np.empty(size + len(texts) + 1, np.uint8), np.empty(size + 1, np.int64)
    first, counts = np.zeros((2, len(texts)), np.int64)
    n = fold_sentences(
        data, offsets, _marks(), _as_integers(_ABBREVIATIONS), _as_integers(_MONTHS.split("|")),
        _LONGEST, out, ends[1:], first, counts,
    )  # fmt: skip
    ends[0] = 0
    buffers = [None, pa.py_buffer(ends[: n + 1]), pa.py_buffer(out)]
    sentences = pa.Array.from_buffers(pa.large_string(), n, buffers)
    others = np.flatnonzero(counts < 0)
    if others.size:
        parts = [split_sentences(text) for text in texts.take(pa.array(others)).to_pylist()]
        counts[others] = [len(part) for part in parts]
        first[others] = n + np.cumsum([0, *counts[others][:-1]])
        column = string_array(chain.from_iterable(parts))
        sentences = pa.concat_arrays([sentences, column])
    return SentenceColumn(sentences, first, counts)


def mark_breaks(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts with a word more (:data:`BREAK`) wherever a phrase ends: at stops and empty lines.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Texts.

    Returns
    -------
    pyarrow.LargeStringArray
        As many.

    Examples
    --------
    >>> mark_breaks(pa.array(["It is far. Rights matter"], pa.large_string()))[0].as_py()
    'It is far.  qxzsentenceendzxq Rights matter'
    """
    from topics._kernels.sentences import find_breaks, insert_word

    data, offsets = text_buffers(texts)
    size, counts = int(offsets[-1] - offsets[0]), np.zeros(len(texts), np.int64)
    places = np.empty(size + 1, np.int64)
    n = find_breaks(data, offsets, _marks(), places, counts)
    word = np.frombuffer(f" {BREAK} ".encode(), np.uint8)
    out, new_offsets = np.empty(size + n * word.size, np.uint8), np.zeros(len(texts) + 1, np.int64)
    insert_word(data, offsets, places, counts, word, out, new_offsets)
    buffers = [None, pa.py_buffer(new_offsets), pa.py_buffer(out)]
    marked = pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
    others = np.flatnonzero(counts < 0)
    if others.size:
        column = mark_breaks_plainly(texts.take(pa.array(others)))
        back = np.arange(len(texts))
        back[others] = len(texts) + np.arange(others.size)
        marked = take_rows(pa.concat_arrays([marked, column]), back)
    return marked


def mark_breaks_plainly(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """The same as :func:`mark_breaks`, by a regular expression.

    Examples
    --------
    >>> mark_breaks_plainly(pa.array(["難民。支援"], pa.large_string()))[0].as_py()
    '難民。 qxzsentenceendzxq 支援'
    """
    return pc.replace_substring_regex(texts, _BREAKS, rf"\1 {BREAK} ")


def best_sentences(
    texts: pa.LargeStringArray,
    columns: Sequence[Sequence[int]],
    score: Callable[[pa.LargeStringArray, NDArray[np.int64]], NDArray[np.floating]],
) -> list[list[str]]:
    """The sentence of each text that scores highest in each of some columns.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Documents.
    columns : sequence of sequence of int
        For each text the columns that are asked for.
    score : callable
        From sentences, and a column for each, to the score of each in its column. It is called for
        many texts at once, since to set up reading takes longer than to read.

    Returns
    -------
    list of list of str
        For each text one a column; empty strings where it has no sentence.

    Examples
    --------
    >>> def score(sentences, columns):
    ...     rows = zip(sentences.to_pylist(), columns, strict=True)
    ...     return np.array([[s.count("a"), len(s)][column] for s, column in rows])
    >>> texts = pa.array(["A banana. Cherries.", ""], pa.large_string())
    >>> best_sentences(texts, [[0, 1], [1]], score)
    [['A banana.', 'A banana.'], ['']]
    """
    found: list[list[str]] = [[] for _ in columns]
    for turn in range(max(map(len, columns), default=0)):
        rows = [row for row, asked in enumerate(columns) if len(asked) > turn]
        here = texts if len(rows) == len(texts) else texts.take(pa.array(rows, pa.int64()))
        wanted = np.array([columns[row][turn] for row in rows], np.int64)
        for row, sentence in zip(rows, _best(here, wanted, score), strict=True):
            found[row].append(sentence)
    return found


def _best(
    texts: pa.LargeStringArray,
    columns: NDArray[np.int64],
    score: Callable[[pa.LargeStringArray, NDArray[np.int64]], NDArray[np.floating]],
) -> list[str]:
    sentences, first, counts = split_column(texts)
    if not len(sentences):
        return [""] * len(texts)
    of_sentence = np.empty(len(sentences), np.int64)
    for text, (low, n) in enumerate(zip(first.tolist(), counts.tolist(), strict=True)):
        of_sentence[low : low + n] = columns[text]
    scores = score(sentences, of_sentence)
    best = [
        low + int(scores[low : low + n].argmax()) if n else -1
        for low, n in zip(first.tolist(), counts.tolist(), strict=True)
    ]
    chosen = pa.array([None if at < 0 else at for at in best], pa.int64())
    return [sentence or "" for sentence in sentences.take(chosen).to_pylist()]
