"""Text as a reader sees it: markup off, entities resolved, invisible characters gone."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import combine_chunks, text_buffers

# Soft hyphens, zero-width spaces and marks of direction. Zero-width joiners and non-joiners stay:
# they are spelling in Persian and in scripts of India.
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x2070), *range(0xFFF9, 0xFFFC)))
)
_NO_CHARACTER = dict.fromkeys(map(ord, _INVISIBLE))
_SPACES = "\u00a0\u2007\u202f\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000"
_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_CONTROLS = "".join(
    c for c in map(chr, (*range(32), *range(127, 160))) if c not in "\n\t" + _LINE_ENDS
)
_TABLE = {
    **dict.fromkeys(map(ord, _INVISIBLE + _CONTROLS)),
    **dict.fromkeys(map(ord, _SPACES), " "),
    **dict.fromkeys(map(ord, _LINE_ENDS), "\n"),
}
_ODD = re.compile("[\r" + re.escape("".join(map(chr, _TABLE))) + "]")
_TAG_NAMES = (
    "a|abbr|article|b|blockquote|body|br|center|div|em|figcaption|figure|font|footer|h[1-6]|head|"
    "header|hr|html|i|iframe|img|li|main|ol|p|pre|script|section|small|span|strong|style|sub|sup|"
    "table|tbody|td|th|thead|tr|u|ul"
)
_TAG = re.compile(
    rf"</?(?:{_TAG_NAMES})(?:\s[^<>]*)?/?>|<!--(?:(?!<!--).)*?-->|<!\[CDATA\[", re.I | re.S
)
_BLOCK_TAG = re.compile(
    r"<(?:p|br|div|li|h[1-6]|tr|table|blockquote|section|article|ul|ol|pre)\b", re.I
)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "div", "dl", "dd", "dt",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_LINES = {"br", "li", "option"}
_UNSEEN = {"script", "style", "head", "template", "noscript", "iframe", "svg", "object"}


def clean_text(text: str) -> str:
    r"""Text without invisible and control characters, composed (NFC), its spaces plain.

    Parameters
    ----------
    text : str
        Any.

    Returns
    -------
    str
        Equal where nothing was to be done.

    Examples
    --------
    >>> clean_text("Wert\u00adpapier\u200b\u00a0A\u0308nderung\x1b[1m")
    'Wertpapier Änderung[1m'
    """
    if _ODD.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _ODD.sub(lambda match: _TABLE[ord(match[0])] or "", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def has_markup(text: str) -> bool:
    """Whether a text holds tags or entities of HTML.

    Examples
    --------
    >>> has_markup("<p>Aid</p>"), has_markup("R&D; a < b > c")
    (True, False)
    """
    return ("<" in text and _TAG.search(text) is not None) or (
        "&" in text and any(html.unescape(m[0]) != m[0] for m in _ENTITY.finditer(text))
    )


def strip_markup(text: str) -> str:
    r"""What a browser would show of a piece of HTML; a text without markup as it is.

    Parameters
    ----------
    text : str
        HTML, or text in which only entities stand.

    Returns
    -------
    str
        Blocks as paragraphs, divided by a blank line.

    Examples
    --------
    >>> strip_markup("<p>The minister&nbsp;said &quot;no&quot;.</p><p><a href='x'>More</a></p>")
    'The minister\xa0said "no".\n\nMore'
    """
    for _ in range(2):  # what was escaped twice
        if not has_markup(text):
            break
        # Tags within lines leave the lines as they are.
        lines = not _BLOCK_TAG.search(text)
        text = html.unescape(_TAG.sub("", text)) if lines else _shown(text)
    return text


def _shown(markup: str) -> str:
    import lxml.html

    markup = "".join(c for c in markup if c >= " " or c in "\n\t\r")
    markup = re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", markup, flags=re.S)
    try:
        root = lxml.html.fragment_fromstring(markup, create_parent="div")
    except (ValueError, lxml.etree.LxmlError):
        return html.unescape(_TAG.sub(" ", markup))
    parts: list[str] = []
    _collect(root, parts)
    text = "".join(parts)
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r"[ \t]+", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _collect(root: Any, parts: list[str]) -> None:
    """Text of an element and of all below it; without recursion, since tags may nest deeply."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, leaving = stack.pop()
        name = node.tag if isinstance(node.tag, str) else None
        if not leaving:
            if name is not None and name not in _UNSEEN:
                parts.append("\n\n" if name in _BLOCKS else "\n" if name in _LINES else "")
                parts.append(" " if name in ("td", "th") else "")
                parts.append(_flat(node.text, keep=name == "pre"))
                stack.append((node, True))
                stack += [(child, False) for child in reversed(node)]
                continue
        elif name in _BLOCKS:
            parts.append("\n\n")
        if node is not root:
            parts.append(_flat(node.tail))


def _flat(text: str | None, keep: bool = False) -> str:
    """Text between tags, in which a line end is a space."""
    return (text or "") if keep else re.sub(r"[ \t\n\r]+", " ", text or "")


def clean_column(values: Any, *, markup: bool = True) -> Any:
    """A column of texts, each as :func:`clean_text` and :func:`strip_markup` leave it.

    Parameters
    ----------
    values : pyarrow.Array or ChunkedArray of large strings
        Texts; missing ones stay so.
    markup : bool, default=True
        Whether HTML in them is taken off.

    Returns
    -------
    pyarrow.Array or ChunkedArray
        The same array where nothing was to be done.

    Examples
    --------
    >>> clean_column(pa.array(["Aid &amp; relief", None], pa.large_string())).to_pylist()
    ['Aid & relief', None]
    """
    from topics._kernels.text_scan import AMPERSAND, BEYOND_ASCII, CONTROL, GREATER, LESS

    values = combine_chunks(values)
    marks = _marks(values)
    if markup:
        tags = (marks & LESS > 0) & (marks & GREATER > 0)
        marked = tags | (marks & AMPERSAND > 0)
        if marked.any():
            values = _changed(values, marked, strip_markup)
            marks = _marks(values)
    # Only what is ASCII and without control characters is sure to be clean.
    return _changed(values, marks & (CONTROL | BEYOND_ASCII) > 0, clean_text)


def _marks(values: Any) -> NDArray[np.uint8]:
    """Which telling characters each text of a column holds."""
    from topics._kernels.text_scan import mark_texts

    data, offsets = text_buffers(values)
    marks = np.zeros(len(values), np.uint8)
    mark_texts(data, offsets, 0, len(values), marks)
    return marks


def _changed(values: Any, where: Any, change: Callable[[str], str]) -> Any:
    """The column with some of its texts changed."""
    rows = np.flatnonzero(np.asarray(where))
    if not rows.size:
        return values
    before = values.take(pa.array(rows)).to_pylist()
    after = [change(text) for text in before]
    new = [(row, text) for row, text, old in zip(rows, after, before, strict=True) if text != old]
    if not new:
        return values
    mask = np.zeros(len(values), bool)
    mask[[row for row, _ in new]] = True
    return pc.replace_with_mask(
        values, pa.array(mask), pa.array([text for _, text in new], pa.large_string())
    )


def without_invisible(values: Any) -> Any:
    """A column of texts without the characters that stand unseen within words.

    Parameters
    ----------
    values : pyarrow.LargeStringArray
        Texts.

    Returns
    -------
    pyarrow.LargeStringArray
        The same array where there are none.

    Examples
    --------
    >>> without_invisible(pa.array(["zero" + chr(0x200B) + "width"], pa.large_string())).to_pylist()
    ['zerowidth']
    """
    rows = np.flatnonzero(~np.asarray(pc.string_is_ascii(values)))
    if not rows.size:
        return values
    from topics._kernels.text_scan import mark_characters

    wanted = np.zeros(1 << 16, bool)
    wanted[list(_NO_CHARACTER)] = True
    found = np.zeros(len(values), bool)
    mark_characters(*text_buffers(values), rows, wanted, found)
    return _changed(values, found, lambda text: text.translate(_NO_CHARACTER))


def join_broken_words(text: str) -> str:
    r"""Words that were hyphenated at line ends, whole again.

    Parameters
    ----------
    text : str
        Of a printed page.

    Returns
    -------
    str
        The hyphen goes where a letter stands before it and one in lower case begins the next line,
        unless the word has it within a line, too.

    Examples
    --------
    >>> join_broken_words("the dis-\nplaced families of North-\nEast")
    'the displaced families of North-\nEast'
    """

    def joined(match: re.Match[str]) -> str:
        before, after = match[1], match[2]
        return f"{before}-{after}" if f"{before}-{after}" in hyphened else before + after

    found = re.findall(r"(?<!\w)\w+[-\u2010]\w+", text)
    hyphened = {word.replace("\u2010", "-") for word in found}
    return re.sub(
        r"(?<![^\W\d_])([^\W\d_]+)[-\u2010]\n[ \t]*(?![A-ZÀ-ÖØ-Þ])([^\W\d_]+)", joined, text
    )
