"""From a text to its words, as the languages write them.

What parts words in one language is inside them in another: vowel signs, digits, apostrophes. Here
a word is the longest stretch of letters, of marks and joiners on them, and of digits that stand
with letters: ``G20``, ``COVID-19``, ``U.S.``, ``R&D`` are words and ``2018`` is none. Scripts
without spaces are cut into pairs, or by a segmenter. Links, addresses and names of accounts are no
words.

The functions over one text are plain and slow; the kernels of :mod:`topics.text.fast_tokenizer`
read the same words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import string_array, take_rows, text_buffers
from topics.text.language_id import recognise_languages
from topics.text.unicode_tables import (
    HIRAGANA,
    INSIDE,
    KATAKANA,
    NO_LETTER,
    SYLLABLES,
    UNSPACED,
    fold_column,
    word_classes,
)

_LONGEST = 5000
"""Characters of a stretch that a segmenter is asked for at once."""
MIN_LENGTH = 2
"""Characters of a word in scripts with spaces."""
_DOTTED = ("tr", "az")
"""Languages in which I is the capital of ı, and İ that of i."""

# Patterns that RE2 and Python's re read alike. A link ends where ASCII does: other scripts need no
# space behind it.
_LETTERS = "A-Za-z0-9_\u00c0-\u024f\u0400-\u04ff"
_LINK = r"(?i)(?:https?://|ftp://|\bwww\.)[!#$%&*+./0-9:=?@A-Z\[\\^_`{}~-]+"
_ADDRESS = (
    rf"[{_LETTERS}.+-]+@[{_LETTERS}-]+(?:\.[{_LETTERS}-]+)+"
    rf"|@[{_LETTERS}]{{2,}}"
)
_FEW = 100
"""Texts below which to prepare RE2 takes longer than Python's re takes to search them."""
_ENTITY = r"&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#x[0-9A-Fa-f]{1,6});"
_APOSTROPHE = "['’‘ʻ`]"
_SUBSTITUTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    # Endings behind an apostrophe belong to no word; a name such as O'Brien has a capital there.
    "tr": (
        (r"(\pL)['’][A-ZÇĞİÖŞÜ]{1,4}([^\pL]|$)", r"\1\2"),
        (r"(\pL)['’][a-zçğıöşüâîû]+", r"\1"),
        ("I", "ı"),
        ("İ", "i"),
    ),
    # An apostrophe within a word is a letter.
    **dict.fromkeys(("uk", "be"), ((r"(\p{Cyrillic})['’](\p{Cyrillic})", "\\1\u02bc\\2"),)),
    "he": ((r"(\p{Hebrew})[\"'״׳](\p{Hebrew})", r"\1\2"),),
    "uz": ((rf"([oOgG]){_APOSTROPHE}", "\\1\u02bb"),),
    "sw": ((rf"([nN][gG]){_APOSTROPHE}(\pL)", "\\1\u02bc\\2"),),
}
_SUBSTITUTIONS["az"] = _SUBSTITUTIONS["tr"]


def prepare_text(text: str, languages: Sequence[str] = ()) -> str:
    """A text ready to be cut into words: addresses out, composed, spelled as its language does.

    Parameters
    ----------
    text : str
        Any.
    languages : sequence of str, default=()
        ISO 639-1 codes of the languages of its pile.

    Returns
    -------
    str
        Not in lower case yet, but for what its language has other letters for.

    Examples
    --------
    >>> prepare_text("IŞIK İstanbul'un www.example.org", ["tr"]).split()
    ['ıŞıK', 'istanbul']
    """
    column = string_array([text])
    return str(prepare_column(column, languages)[0].as_py())


def prepare_column(texts: pa.LargeStringArray, languages: Sequence[str] = ()) -> Any:
    """As :func:`prepare_text`, a column of texts at once.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Texts.
    languages : sequence of str, default=()
        ISO 639-1 codes of the languages of the pile.

    Returns
    -------
    pyarrow.LargeStringArray
        The same array where nothing was to be done.

    Examples
    --------
    >>> texts = pa.array(["Write to press@example.org now"], pa.large_string())
    >>> prepare_column(texts).to_pylist()
    ['Write to   now']
    """
    from topics._kernels.text_scan import AT, ENTITY, LINK, mark_addresses, mark_characters

    data, offsets = text_buffers(texts)
    marks = np.zeros(len(texts), np.uint8)
    mark_addresses(data, offsets, marks)
    if (marks & ENTITY).any():
        rows = np.flatnonzero(marks & ENTITY)
        entities = np.asarray(pc.match_substring_regex(take_rows(texts, rows), _ENTITY))
        texts = fold_column(texts, html.unescape, rows[entities])
    for mark, pattern in ((LINK, _LINK), (AT, _ADDRESS)):
        rows = np.flatnonzero(marks & mark)
        if rows.size < _FEW:
            blank = partial(re.compile(pattern, re.ASCII).sub, " ")
            texts = fold_column(texts, blank, rows)
        else:
            texts = _replaced(texts, marks & mark > 0, [(pattern, " ")])
    beyond = np.flatnonzero(~np.asarray(pc.string_is_ascii(texts)))
    if beyond.size:
        data, offsets = text_buffers(texts)
        decomposed = np.zeros(len(texts), bool)
        mark_characters(data, offsets, beyond, _never_composed(), decomposed)
        texts = fold_column(
            texts, lambda text: unicodedata.normalize("NFC", text), np.flatnonzero(decomposed)
        )
    for language in languages:
        for_it = _SUBSTITUTIONS.get(language)
        if for_it is not None:
            texts = _replaced(texts, _texts_in(texts, language, languages), for_it)
    return texts


def _texts_in(
    texts: pa.LargeStringArray, language: str, languages: Sequence[str]
) -> NDArray[np.bool_]:
    """Which texts are to be spelled by a language."""
    if language not in _DOTTED or set(languages) <= set(_DOTTED):
        return np.ones(len(texts), bool)
    return np.array([code == language for code in recognise_languages(texts)], bool)


def _replaced(
    texts: pa.LargeStringArray, rows: NDArray[np.bool_], patterns: Sequence[tuple[str, str]]
) -> pa.LargeStringArray:
    if not rows.any():
        return texts
    some = take_rows(texts, np.flatnonzero(rows))
    for pattern, replacement in patterns:
        some = pc.replace_substring_regex(some, pattern, replacement)
    return some if rows.all() else pc.replace_with_mask(texts, pa.array(rows), some)


@cache
def _never_composed() -> NDArray[np.bool_]:
    """Which characters no composed text holds, or not behind every other."""
    wanted = np.zeros(1 << 16, bool)
    for code in range(1 << 16):
        character = chr(code)
        if 0xD800 <= code < 0xE000:
            continue
        composed = unicodedata.normalize("NFC", character)
        wanted[code] = composed != character or (
            unicodedata.combining(character) and unicodedata.category(character) == "Mn"
        )
    wanted[0x1161:0x1176] = wanted[0x11A8:0x11C3] = True  # vowels and last letters of Hangul
    # Marks of these scripts compose with nothing; most words have some.
    for low, high in ((0x0591, 0x05C8), (0x064B, 0x0653), (0x0900, 0x093C), (0x0E00, 0x0EFF)):
        wanted[low:high] = False
    wanted[[0x094D, 0x09CD, 0x0BCD, 0x0C4D, 0x0CCD, 0x0D4D, 0x0ACD, 0x0A4D, 0x0B4D]] = False
    return wanted


_SIGNS = re.compile(r"[-.&]")


def find_words(text: str, segment: Callable[[str], Sequence[str]] | None = None) -> list[str]:
    """Words of a text that is prepared and in lower case.

    Parameters
    ----------
    text : str
        As :func:`prepare_text` leaves it, in lower case.
    segment : callable or None, default=None
        From a stretch of a script without spaces to its words; None takes pairs of characters.

    Returns
    -------
    list of str
        In reading order.

    Examples
    --------
    >>> find_words("covid-19 in 2020, the 2nd wave at the g20")
    ['covid-19', 'in', 'the', '2nd', 'wave', 'at', 'the', 'g20']
    >>> find_words("2018年, a股市场")
    ['年', 'a股', '股市', '市场']
    """
    kinds, starts, ends = _runs(text)
    # Running sums say of each stretch whether it holds such a character.
    special = np.concatenate([[0], np.cumsum((kinds == UNSPACED) | (kinds > NO_LETTER))])
    letters = np.concatenate([[0], np.cumsum(kinds != NO_LETTER)])
    is_special = (special[ends] > special[starts]).tolist()
    is_word = ((letters[ends] > letters[starts]) & (ends - starts >= MIN_LENGTH)).tolist()
    words: list[str] = []
    for start, end, cut, word in zip(
        starts.tolist(), ends.tolist(), is_special, is_word, strict=True
    ):
        if cut:
            words += _cut(text[start:end], kinds[start:end].tolist(), segment)
        elif word:
            words.append(text[start:end])
    return words


def _runs(
    text: str,
) -> tuple[NDArray[np.integer], NDArray[np.int64], NDArray[np.int64]]:
    """Stretches of letters, marks and digits, and of signs that stand within words.

    Gives the class of each character, and where stretches begin and end.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = word_classes()[codes]
    inside = kinds > 0
    for sign in _SIGNS.finditer(text):
        inside[sign.start()] = _is_within_word(text, sign.start())
    changes = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    return kinds, changes[::2], changes[1::2]


def _is_within_word(text: str, at: int) -> bool:
    """Whether a sign joins what stands around it: "f-16", "u.s", "r&d"."""
    around = [text[i : i + 1] if i >= 0 else "" for i in (at - 2, at - 1, at + 1, at + 2)]
    second_before, before, after, second_after = around
    if text[at] == "-":
        return _may_be_letter(before) and after.isascii() and after.isdigit()
    letters = before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
    single = not _may_be_letter(second_before) and not _may_be_letter(second_after)
    return letters and (text[at] == "&" or single)


def _may_be_letter(character: str) -> bool:
    """Whether a character is a letter of ASCII, or anything beyond that."""
    return character.isalpha() or not character.isascii()


def _cut(run: str, kinds: list[int], segment: Callable[[str], Sequence[str]] | None) -> list[str]:
    """Words of a run in which there are scripts without spaces."""
    its = [INSIDE if kind == NO_LETTER else kind for kind in kinds]
    for at, kind in enumerate(kinds):
        before, after = its[at - 1] if at else 0, kinds[at + 1] if at + 1 < len(kinds) else 0
        alone = kind == INSIDE and before != INSIDE and after not in (INSIDE, NO_LETTER)
        if alone and UNSPACED in (before, after):
            its[at] = UNSPACED  # one letter beside Han, as in "A股", counts as one of it
        if segment is not None and kind in (HIRAGANA, KATAKANA):
            its[at] = UNSPACED
    words: list[str] = []
    start = 0
    for at in range(1, len(run) + 1):
        if at < len(run) and its[at] == its[start]:
            continue
        piece, kind = run[start:at], its[start]
        letters = any(k != NO_LETTER for k in kinds[start:at])
        start = at
        if kind == INSIDE:
            words += [piece] if len(piece) >= MIN_LENGTH and letters else []
        elif segment is not None:
            words += [word for word in segment(piece) if word]
        elif kind == KATAKANA or len(piece) == 1:
            words += [piece] if len(piece) > 1 or kind == UNSPACED else []
        else:
            words += [piece[i : i + 2] for i in range(len(piece) - 1)]
    return words


def segmenters(languages: Sequence[str]) -> dict[int, Callable[[str], Sequence[str]]]:
    """The segmenters that are installed for languages that are written without spaces.

    Parameters
    ----------
    languages : sequence of str
        ISO 639-1 codes.

    Returns
    -------
    dict of int to callable
        For the class of a script (:func:`topics.text.unicode_tables.word_classes`) a function from
        a stretch of it to its words: rjieba's for Chinese, SudachiPy's for stretches with Kana,
        which gives words in their dictionary form, and PyThaiNLP's for Thai.

    Examples
    --------
    >>> segmenters(["de"])
    {}
    """
    found: dict[int, Callable[[str], Sequence[str]]] = {}
    makers = {"zh": _chinese_segmenter, "ja": _japanese_segmenter, "th": _thai_segmenter}
    kinds = {"zh": UNSPACED, "ja": HIRAGANA, "th": SYLLABLES}
    for language in languages:
        if language in makers and (segment := makers[language]()) is not None:
            found[kinds[language]] = segment
            if language == "ja":  # Han without Kana is of the language that most texts are in
                found.setdefault(UNSPACED, segment)
    return found


@cache
def _chinese_segmenter() -> Callable[[str], Sequence[str]] | None:
    try:
        import rjieba
    except ImportError:
        return None

    def segment(stretch: str) -> list[str]:
        # Long words are found by the shorter ones within them, too; a lone letter is part of one.
        words: list[str] = []
        for word in rjieba.cut_for_search(stretch, True):
            if words and words[-1].isascii() and len(words[-1]) == 1:
                words[-1] += word
            else:
                words.append(word)
        return [word for word in words if not word.isascii()]

    return segment


@cache
def _japanese_segmenter() -> Callable[[str], Sequence[str]] | None:
    try:
        from sudachipy import Dictionary, SplitMode

        dictionary = Dictionary()
        # Before 0.7 the method had another name.
        make = getattr(dictionary, "tokenizer", None) or dictionary.create
        tokenizer = make(SplitMode.A)
    except Exception:  # the library or one of its dictionaries is missing
        return None

    def segment(stretch: str) -> list[str]:
        words = tokenizer.tokenize(stretch)
        return [m.dictionary_form() for m in words if m.part_of_speech()[0] not in _PARTICLES]

    return segment


_PARTICLES = frozenset({"助詞", "助動詞", "補助記号"})


@cache
def _thai_segmenter() -> Callable[[str], Sequence[str]] | None:
    try:
        from pythainlp.tokenize import word_tokenize
    except ImportError:
        return None

    def segment(stretch: str) -> list[str]:
        return list(word_tokenize(stretch, engine="newmm", keep_whitespace=False))

    return segment


class Segmenter:
    """Cuts stretches of scripts without spaces by the segmenters that are installed.

    Parameters
    ----------
    languages : sequence of str
        ISO 639-1 codes.

    Attributes
    ----------
    of_class : dict of int to callable
        As :func:`segmenters` gives them; empty where kernels can cut all there is into pairs.

    Examples
    --------
    >>> Segmenter(["de"])("難民問題")
    ['難民', '民問', '問題']
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self.of_class = segmenters(self.languages)

    def __reduce__(self) -> tuple[type[Segmenter], tuple[tuple[str, ...]]]:
        return Segmenter, (self.languages,)

    def __bool__(self) -> bool:
        return bool(self.of_class)

    def __call__(self, stretch: str) -> list[str]:
        """Words of a stretch; pairs where none is installed for its script."""
        classes = word_classes()
        kinds = {int(classes[ord(c)]) for c in stretch}
        kind = UNSPACED
        if SYLLABLES in kinds:
            kind = SYLLABLES
        elif HIRAGANA in kinds or KATAKANA in kinds:
            kind = HIRAGANA
        segment = self.of_class.get(kind)
        if segment is None:
            return find_words(stretch)
        # Segmenters take so much at a time.
        pieces = (stretch[at : at + _LONGEST] for at in range(0, len(stretch), _LONGEST))
        return [word for piece in pieces for word in segment(piece) if word]

    def is_stretch(self, word: str) -> bool:
        """Whether a word is of scripts without spaces."""
        classes = word_classes()
        return not word.isascii() and any(
            classes[ord(c)] == UNSPACED or classes[ord(c)] > NO_LETTER for c in word
        )


def lower_case(text: str) -> str:
    """A prepared text in lower case.

    Examples
    --------
    >>> lower_case("İSTANBUL")
    'istanbul'
    """
    return text.replace("İ", "i").lower()
