"""Characters: which make up words, and how they are folded, for all of Unicode.

The kernels look characters up in tables; each table is derived here from what Python itself says
of every code point, so that kernels and regular expressions agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from topics._arrow import string_array, take_rows

BLOCKING, INSIDE, UNSPACED = 1, 2, 3
NO_LETTER, HIRAGANA, KATAKANA, SYLLABLES = 4, 5, 6, 7
N_CODE_POINTS = 0x110000
N_LETTERS = 0x40000
"""No version of Unicode has letters, digits or accents beyond these, the first four planes."""

UNSPACED_RUN = re.compile(
    "[\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001aff0-\U0001b16f"
    "\U00020000-\U0003ffff]+"
)
"""Characters of the scripts that are written without spaces: Han, Hiragana and Katakana."""

_ARABIC_MARKS = "[\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
_ALEF_FORMS = dict.fromkeys(map(ord, "أإآٱ"), "ا")


def strip_accents_unicode(text: str) -> str:
    """Text without combining marks, as scikit-learn's function of this name.

    Examples
    --------
    >>> strip_accents_unicode("réfugiés")
    'refugies'
    """
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def strip_accents_ascii(text: str) -> str:
    """Text as far as ASCII has it, as scikit-learn's function of this name.

    Examples
    --------
    >>> strip_accents_ascii("réfugiés ok")
    'refugies ok'
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def fold_arabic(text: str) -> str:
    """Text with Arabic tatweel and diacritics taken out, and every form of alef as the bare one.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The folded text.

    Examples
    --------
    >>> fold_arabic("أُمُّـــة") == "امة"
    True
    """
    return re.sub(_ARABIC_MARKS, "", text).translate(_ALEF_FORMS)


@cache
def _every_character() -> str:
    # Surrogates stand for themselves: no UTF-8 text holds any, and the places stay right.
    code_points = np.arange(N_LETTERS, dtype="<u4")
    return code_points.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def character_classes(kind: str, unspaced: bool) -> NDArray[np.uint8]:
    r"""Class of every code point for the kernels.

    Parameters
    ----------
    kind : str
        Regular expression for one character of a token, such as ``\w`` or ``[^\W\d_]``.
    unspaced : bool
        Whether scripts that are written without spaces are a class of their own.

    Returns
    -------
    ndarray of uint8, shape (0x110000,)
        Inside a token, unspaced, another word character, or neither (0).

    Examples
    --------
    >>> character_classes(r"[^\W\d_]", True)[[ord(c) for c in "aé7_-難"]].tolist()
    [2, 2, 1, 1, 0, 3]
    """
    everything = _every_character()
    classes = np.zeros(N_CODE_POINTS, np.uint8)
    for value, pattern in ((BLOCKING, r"\w+"), (INSIDE, f"(?:{kind})+")):
        for match in re.finditer(pattern, everything):
            classes[match.start() : match.end()] = value
    if unspaced:
        for match in UNSPACED_RUN.finditer(everything):
            part = classes[match.start() : match.end()]
            part[part == INSIDE] = UNSPACED
    return classes


SYLLABLES_RUN = re.compile("[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f]+")
"""Characters of scripts of South-East Asia: Thai, Lao, Burmese and Khmer."""

_HIRAGANA = re.compile("[\u3041-\u309f\U0001b001\U0001b11f\U0001b150-\U0001b152]")
_KATAKANA = re.compile(
    "[\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001b000\U0001b164-\U0001b167]"
)
JOINERS = "\u200c\u200d"


@cache
def word_classes() -> NDArray[np.uint8]:
    """Class of every code point where words are read as languages write them.

    Returns
    -------
    ndarray of uint8, shape (0x110000,)
        Letters are inside a word, and marks, digits, joiners and signs that may stand in one are,
        too, but make none alone (4); scripts without spaces are Han (3), Hiragana (5), Katakana (6)
        and those of South-East Asia (7).

    Examples
    --------
    >>> word_classes()[[ord(c) for c in "aि7_-難かカก"]].tolist()
    [2, 4, 4, 0, 4, 3, 5, 6, 7]
    """
    classes = np.zeros(N_CODE_POINTS, np.uint8)
    categories = "".join(map(unicodedata.category, _every_character()))
    category = np.frombuffer(categories.encode("ascii"), "S2")
    classes[:N_LETTERS][category.view("S1")[::2] == b"L"] = INSIDE
    classes[:N_LETTERS][np.isin(category, [b"Mn", b"Mc", b"Nd"])] = NO_LETTER
    classes[[ord(c) for c in "-.&" + JOINERS]] = NO_LETTER
    for pattern, kind in ((UNSPACED_RUN, UNSPACED), (SYLLABLES_RUN, SYLLABLES)):
        for match in pattern.finditer(_every_character()):
            part = classes[match.start() : match.end()]
            # The vowels of South-East Asia are marks; their digits stay digits.
            digits = category[match.start() : match.end()] == b"Nd"
            part[(part > 0) & ~digits] = kind
    for pattern, kind in ((_HIRAGANA, HIRAGANA), (_KATAKANA, KATAKANA)):
        for match in pattern.finditer(_every_character()):
            if classes[match.start()]:
                classes[match.start()] = kind
    return classes


def _code_points(text: str) -> NDArray[np.int32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


@cache
def folding(
    lowercase: bool, strip_accents: str | None, arabic: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """What every code point is folded to.

    Parameters
    ----------
    lowercase : bool
        As ``str.lower``, but for the capital sigma, which depends on what stands around it.
    strip_accents : {"ascii", "unicode"} or None
        As scikit-learn has it.
    arabic : bool
        As :func:`fold_arabic`.

    Returns
    -------
    folded : ndarray of int32, shape (0x110000,)
        A code point; -1 for none; -2 - i for the several that stand in ``expansions`` from i on.
    expansions : ndarray of int32
        A length, and as many code points.

    Examples
    --------
    >>> folded, _ = folding(True, None, False)
    >>> chr(folded[ord("É")])
    'é'
    """
    everything = _every_character()
    folded = np.arange(N_CODE_POINTS, dtype=np.int32)
    several: dict[int, str] = {}
    if lowercase:
        # The one character that lower case makes two of would shift all that follow it.
        dotted = "\u0130"
        folded[:N_LETTERS] = _code_points(everything.replace(dotted, "i").lower())
        several[ord(dotted)] = dotted.lower()
    if strip_accents is not None or arabic:
        _fold_characters(folded, several, fold_text(False, strip_accents, arabic))
    expansions: list[int] = []
    for code, text in several.items():
        if len(text) == 1:
            folded[code] = ord(text)
        elif not text:
            folded[code] = -1
        else:
            folded[code] = -2 - len(expansions)
            expansions += [len(text), *map(ord, text)]
    return folded, np.array(expansions, np.int32)


@cache
def word_folding(lowercase: bool) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """As :func:`folding` without more, where words are read as languages write them.

    Examples
    --------
    >>> chr(word_folding(True)[0][ord("İ")])
    'i'
    """
    folded, expansions = folding(lowercase, None, False)
    # In every language but one a capital I with a dot is an i.
    folded = folded.copy()
    folded[0x130] = ord("i")
    return folded, expansions


def _fold_characters(
    folded: NDArray[np.int32], several: dict[int, str], fold: Callable[[str], str]
) -> None:
    """Fold every character by a function: those that it changes go to ``several``, or are none."""
    size = 256
    if not fold(chr(N_LETTERS)):
        folded[N_LETTERS:] = -1
    for first in range(0, N_LETTERS, size):
        block = "".join(map(chr, folded[first : first + size].tolist()))
        # Most blocks stay as they are, or vanish as one, and no character needs to be looked at.
        after = fold(block)
        if after == block:
            continue
        if not after and unicodedata.is_normalized("NFKD", block):
            folded[first : first + size] = -1
            continue
        for code in range(first, first + size):
            before = several.get(code, block[code - first])
            after = fold(before)
            if after != before:
                several[code] = after


def fold_text(
    lowercase: bool, strip_accents: Any, arabic: bool = False, normalize: Any = None
) -> Callable[[str], str]:
    """The function that folds a whole text.

    Parameters
    ----------
    lowercase : bool
        Lower-case it.
    strip_accents : {"ascii", "unicode"}, callable or None
        Take accents off.
    arabic : bool, default=False
        As :func:`fold_arabic`.
    normalize : {"NFC", "NFKC"} or None, default=None
        Unicode normal form, before all else.

    Returns
    -------
    callable
        From str to str.

    Examples
    --------
    >>> fold_text(True, "unicode")("ÉCOLE")
    'ecole'
    """
    if not (strip_accents is None or callable(strip_accents)) and strip_accents not in _STRIPPERS:
        raise ValueError(f'Invalid value for "strip_accents": {strip_accents}')
    return _TextFolder(lowercase, strip_accents, arabic, normalize)


_STRIPPERS = {"ascii": strip_accents_ascii, "unicode": strip_accents_unicode}


@dataclass(frozen=True)
class _TextFolder:
    """What :func:`fold_text` gives: a callable that can be pickled."""

    lowercase: bool
    strip_accents: Any
    arabic: bool
    normalize: Any

    def __call__(self, text: str) -> str:
        if self.normalize is not None:
            text = unicodedata.normalize(self.normalize, text)
        if self.lowercase:
            text = text.lower()
        if self.arabic:
            text = fold_arabic(text)
        if self.strip_accents is None:
            return text
        strip = self.strip_accents
        return str((strip if callable(strip) else _STRIPPERS[strip])(text))


def fold_column(
    texts: pa.LargeStringArray, fold: Callable[[str], str], documents: NDArray[np.int64]
) -> pa.LargeStringArray:
    """A column with some of its texts folded by a function, the others as they are.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        The column.
    fold : callable
        From str to str.
    documents : ndarray of int64
        Rows to fold.

    Returns
    -------
    pyarrow.LargeStringArray
        The column with the rows replaced.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts = pa.array(["Aid", "Talks"], pa.large_string())
    >>> fold_column(texts, str.lower, np.array([1])).to_pylist()
    ['Aid', 'talks']
    """
    if not documents.size:
        return texts
    raw = take_rows(texts, documents).cast(pa.large_binary()).to_pylist()
    rest = np.setdiff1d(np.arange(len(texts)), documents)
    folded = string_array(fold(text.decode("utf-8", "replace")) for text in raw)
    # Those that stay as they are, and those folded behind them, back in their order.
    back = np.argsort(np.concatenate([rest, documents]))
    return take_rows(pa.concat_arrays([take_rows(texts, rest), folded]), back)
