"""Bytes of a file to text: the encoding is recognised."""

from __future__ import annotations

import codecs
import re
import unicodedata
import warnings
from contextlib import suppress
from pathlib import Path

from topics._errors import TopicsError

_KNOWN_BINARY = {
    b"%PDF": "a PDF", b"PK\x03\x04": "a zip archive or an office document",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"\xd0\xcf\x11\xe0": "an office document",
}  # fmt: skip


_BOMS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


def decode(data: bytes, path: Path | str = "", encoding: str | None = None) -> str:
    r"""Text of a file's bytes, its encoding recognised.

    UTF-8, UTF-16 and UTF-32 by their marks or their bytes; else chardet decides among the
    single-byte and Asian encodings. Text that is UTF-8 but for a few bytes is read as UTF-8, and
    a warning says that they were replaced; where half the lines or more that are no ASCII are
    UTF-8, other bytes are read as Windows-1252, with a warning, too.

    Parameters
    ----------
    data : bytes
        The file's content.
    path : Path or str, default=""
        Its name, for messages.
    encoding : str or None, default=None
        Used as it is where given.

    Returns
    -------
    str
        With line ends as ``\n`` and without a byte order mark.

    Raises
    ------
    TopicsError
        If the bytes are not text, or not in the encoding given.

    Examples
    --------
    >>> decode("Le préfet".encode("cp1252"))
    'Le préfet'
    """
    if encoding is not None:
        try:
            text = data.decode(encoding)
        except (UnicodeError, LookupError, ValueError) as error:
            raise TopicsError(
                f"it cannot be read as {encoding} ({error})", "leave the encoding out", path=path
            ) from None
        return _clean(text)
    for mark, name in _BOMS.items():
        if data.startswith(mark):
            return _clean(data.decode(name, "replace"))
    if b"\x1b$B" in data or b"\x1b$@" in data:
        # Japanese in seven bits, which looks like ASCII.
        try:
            return _clean(data.decode("iso2022_jp"))
        except UnicodeDecodeError:
            pass
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode_other(data, path)
    if "\x00" in text:
        text = _decode_utf16(data, path)
    return _clean(text)


def held_encoding(data: bytes) -> str | None:
    """The one encoding that a piece of a file is in, where that is not UTF-8.

    Parameters
    ----------
    data : bytes
        The piece.

    Returns
    -------
    str or None
        What :func:`decode` reads it as; None where it is UTF-8, or several at once.

    Examples
    --------
    >>> held_encoding("Le préfet a tiré des conclusions à Évian".encode("cp1252"))
    'cp1252'
    >>> held_encoding("Le préfet".encode()) is None
    True
    """
    if _is_utf8(data):
        return None
    import chardet

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = decode(data)
        except TopicsError:
            return None
    lines = b"\n".join(line for line in data.split(b"\n") if not line.isascii())[:200_000]
    for name in ("cp1252", chardet.detect(lines)["encoding"]):
        with suppress(UnicodeError, LookupError, TypeError):
            if name is not None and _clean(data.decode(name)) == text:
                return name
    return None


def _clean(text: str) -> str:
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\x00", "") if "\x00" in text else text


def _decode_utf16(data: bytes, path: Path | str) -> str:
    sample = data[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    nearly_all = 0.4 * len(sample) / 2
    if len(data) % 2 == 0 and min(even, odd) * 10 < max(even, odd) and max(even, odd) > nearly_all:
        return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    if even + odd > len(sample) / 100:
        raise _binary(data, path)
    # A stray NUL in a text is dropped by the caller.
    return data.decode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _cp1252(error: UnicodeError) -> tuple[str, int]:
    """What bytes that are no UTF-8 are in Windows-1252."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_AS_CP1252 = "topics.cp1252"


codecs.register_error(_AS_CP1252, _cp1252)


_REPLACED = "\ufffd"


_FEW = 30


_WORD = re.compile(r"[^\W\d_]+")


_LATIN = re.compile(r"[A-Za-z]")


def _decode_other(data: bytes, path: Path | str) -> str:
    import chardet

    if data[:4] in _KNOWN_BINARY or data[:3] in _KNOWN_BINARY or data.count(0) * 50 > len(data):
        if data.count(0) * 50 > len(data) and data[:4] not in _KNOWN_BINARY:
            return _decode_utf16(data, path)
        raise _binary(data, path)
    text = data.decode("utf-8", "replace")
    broken = text.count(_REPLACED)
    line = text.count("\n", 0, text.index(_REPLACED)) + 1
    beyond_ascii = sum(ord(c) > 127 for c in text)
    if broken * 20 < beyond_ascii:
        warnings.warn(
            f"{path}: {broken} broken UTF-8 sequences were replaced by \ufffd, first in line "
            f"{line}",
            stacklevel=2,
        )
        return text
    controls = len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", data[:100_000]))
    if controls * 50 > min(len(data), 100_000):
        raise _binary(data, path)
    # Only the lines that ASCII cannot hold say anything about the encoding.
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    if 2 * sum(map(_is_utf8, lines)) >= len(lines):
        warnings.warn(
            f"{path}: {broken} bytes that are no UTF-8 were read as Windows-1252, first in line "
            f"{line}",
            stacklevel=2,
        )
        return data.decode("utf-8", _AS_CP1252)
    telling = b"\n".join(lines)[:200_000]
    guess = chardet.detect(telling)["encoding"] or "cp1252"
    if (
        guess.lower().startswith("mac")
        and len(telling) - len(telling.decode("ascii", "ignore")) < _FEW
    ):
        # Old Macintosh files are rare, and a few bytes look like one by chance.
        guess = "cp1252"
    try:
        text = data.decode(guess)
    except (UnicodeDecodeError, LookupError):
        return data.decode("cp1252", "replace")
    # Few letters look like any alphabet; but no word of another has letters of ours within it.
    letters = [word for word in _WORD.findall(text) if not word.isascii()]
    mixed = sum(_LATIN.search(word) is not None for word in letters)
    foreign = any(not unicodedata.name(c, "LATIN").startswith("LATIN")
                  for word in letters for c in word if c > "\x7f")  # fmt: skip
    return data.decode("cp1252", "replace") if foreign and 2 * mixed > len(letters) else text


def _binary(data: bytes, path: Path | str) -> TopicsError:
    kind = next((what for mark, what in _KNOWN_BINARY.items() if data.startswith(mark)), "binary")
    return TopicsError(f"the file is {kind}, not text", "save it as text, HTML or CSV", path=path)
