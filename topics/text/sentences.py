"""Sentences and paragraphs of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

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
_GOES_ON = r"(?![^\S\n]*[\"'“‘«(]?[a-zß-öø-ÿа-яёіїєґα-ω])"
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
    return pc.replace_substring_regex(texts, _BREAKS, rf"\1 {BREAK} ")


def best_sentences(
    texts: Sequence[str],
    columns: Sequence[Sequence[int]],
    score: Callable[[list[str]], NDArray[np.floating]],
) -> list[list[str]]:
    """The sentence of each text that scores highest in each of some columns.

    Parameters
    ----------
    texts : sequence of str
        Documents.
    columns : sequence of sequence of int
        For each text the columns that are asked for.
    score : callable
        From sentences to an array of shape (n_sentences, n_columns); called once for all texts,
        since to set up reading takes longer than to read.

    Returns
    -------
    list of list of str
        For each text one a column; empty strings where it has no sentence.

    Examples
    --------
    >>> def score(sentences):
    ...     return np.array([[s.count("a"), len(s)] for s in sentences])
    >>> best_sentences(["A banana. Cherries.", ""], [[0, 1], [1]], score)
    [['A banana.', 'A banana.'], ['']]
    """
    parts = [split_sentences(text) for text in texts]
    flat = list(chain.from_iterable(parts))
    scores = score(flat) if flat else np.empty((0, 0))
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return [
        [part[int(scores[end - len(part) : end, k].argmax())] if part else "" for k in asked]
        for part, end, asked in zip(parts, ends, columns, strict=True)
    ]
