"""What stands again and again in a source and is no news: letterheads, contacts, menus."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import combine_chunks, text_buffers
from topics.reading.line_kinds import is_contact, is_navigation, is_prose

_FEWEST = 3
"""Different releases that a line on contacts or the sender stands in to be boilerplate."""
_FEWEST_OTHERS = 5
"""The same for a line that is no sentence, such as the name of an agency."""
_FEWEST_TITLES = 10
"""The same for one at the top, which could be a title that is used again."""
_REMEMBERED = 10_000
"""Lines of which it is remembered what they are, since they stand in many texts."""
_TOP, _END = 8, 16
"""Lines at the top and at the end of a text that are looked at."""
_BLANKS = "".join(map(chr, range(33)))
"""White space around a line."""
_GAP = 2
"""Short lines, such as a name or a date, that may stand within a block of boilerplate."""
_COMPARED = 400
"""Characters of a line within which digits do not count."""
_CUE = re.compile(
    r"^\W*(?:(?-i:About (?:us\b|the\b|our\b|[A-Z]))|for (?:more|further|additional) information\b|"
    r"(?:press|media) (?:contact|inquiries|enquiries|office)\b.{0,20}:|contacts?\s*:|follow us\b|"
    r"subscribe to\b|unsubscribe\b|disclaimer\b|notes? (?:to|for) (?:the )?editors?\b|click here\b|"
    r"visit (?:us|our|www|http)|to (?:learn|read|find out) more\b|learn more\b|read more\b|"
    r"forward-looking statements?\b|"
    r"this (?:e-?mail|message|press release|news release) (?:is|was|may|contains)\b|"
    r"über (?:uns|die|das|den)\b.{0,60}:|pressekontakt\b|rückfragen\b|weitere informationen\b|"
    r"à propos\b|contact presse\b|pour (?:plus|en savoir)\b|acerca de\b|más información\b|"
    r"contacto\s*:|hakkında\b|iletişim\s*:|о компании\b|контакты\b|для справки\b|"
    r"дополнительная информация\b|نبذة|للتواصل|لمزيد من المعلومات|关于我们|联系我们|"
    r"更多信息|お問い合わせ)"
    r"|all rights reserved|©|forward-looking statements",
    re.I,
)
_NUMBERED = (
    r"(?i)\S@\S|https?:|www\.|\b(?:tel|phone|fax)\b[.:]?\s*[(+]?\d|©|^\W*page\s+\d|"
    r"\+\d{1,3}[ (]\d|\(\d{3}\) ?\d{3}|\b\d{3}[/-]\d{3}-\d{4}"
)
"""Lines in which digits do not count: numbers of telephones, years and pages."""
_ERROR_PAGE = re.compile(
    r"\b(?:404|403|500|503)\b.{0,40}\b(?:error|not found|forbidden|unavailable)|"
    r"(?:page|url) (?:you (?:requested|are looking for) )?"
    r"(?:was |could |can)?(?:not |n't )(?:be )?found|access denied|enable javascript|"
    r"are you a robot|"
    r"was not found on this server|verify (?:that )?you are (?:a )?human|"
    r"seite (?:wurde )?nicht gefunden|"
    r"page (?:non trouvée|introuvable)|"
    r"página no encontrada|страница не найдена|الصفحة غير موجودة|找不到页面|"
    r"(?:we|this (?:web)?site) uses? cookies|wir verwenden cookies|nous utilisons des cookies",
    re.I,
)
_LONGEST_ERROR = 600


class Separated(NamedTuple):
    """Texts without what belongs to their source.

    Attributes
    ----------
    texts : pyarrow.LargeStringArray
        The news.
    boilerplate : list of str or None
        What was taken off each.
    words : int
        Words that were taken off.
    """

    texts: Any
    boilerplate: list[str | None]
    words: int


def separate_boilerplate(texts: Any) -> Separated:
    r"""Take off each text what stands at its top or end and, nearly so, in many others.

    Lines are compared, or the sentences of texts without lines; digits and case aside. A line
    counts once for releases that are alike otherwise, too, so that news that is sent again stays. A
    sentence that speaks neither of the sender nor of contacts stays, however often it is said, and
    a text that would be left without a sentence stays whole.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Texts of one source, or of several.

    Returns
    -------
    Separated
        As many texts as were given.

    Examples
    --------
    >>> news = ["Envoys met in Port Ellis.", "Lorries reached the camp.", "The court freed four."]
    >>> texts = [f"{text}\nContact: press@example.org" for text in news]
    >>> separated = separate_boilerplate(pa.array(texts, pa.large_string()))
    >>> separated.texts[0].as_py(), separated.boilerplate[0]
    ('Envoys met in Port Ellis.', 'Contact: press@example.org')
    """
    texts = combine_chunks(texts)
    found: list[str | None] = [None] * len(texts)
    if len(texts) < _FEWEST:
        return Separated(texts, found, 0)
    has_lines = pc.match_substring(texts, "\n")
    joined = texts
    if not pc.all(has_lines).as_py():
        one_line = pc.invert(has_lines)
        sentences = pc.replace_substring_regex(texts.filter(one_line), r"([.!?]) ", "\\1\n")
        joined = pc.replace_with_mask(texts, one_line, sentences)
    repeated = _repeated(joined)
    if repeated is None:
        return Separated(texts, found, 0)
    documents, often = repeated
    new: dict[int, str] = {}
    words = 0
    for at in documents.tolist():
        text = joined[at].as_py()
        lines = text.split("\n")
        low, high = _news(lines, often, not has_lines[at].as_py())
        if (low, high) == (0, len(lines)):
            continue
        divider = "\n" if has_lines[at].as_py() else " "
        taken = [line.strip() for line in (*lines[:low], *lines[high:]) if line.strip()]
        new[at] = divider.join(lines[low:high]).strip()
        found[at] = "\n".join(taken)
        words += sum(len(line.split()) for line in taken)
    if new:
        mask = np.zeros(len(texts), bool)
        mask[list(new)] = True
        values = pa.array([new[at] for at in sorted(new)], pa.large_string())
        texts = pc.replace_with_mask(texts, pa.array(mask), values)
    return Separated(texts, found, words)


def _repeated(texts: Any) -> tuple[NDArray[np.int64], dict[str, int]] | None:
    """Documents that hold a line of several different ones, and how many hold each such line."""
    lines, document = _edge_lines(texts)
    if not len(lines):
        return None
    keys = _keys(lines)
    encoded = keys.dictionary_encode()
    codes = np.asarray(encoded.indices).astype(np.int64)
    n = len(encoded.dictionary)
    counts = np.bincount(codes, minlength=n)
    common = counts >= _FEWEST
    if not common.any():
        return None
    concerned = np.zeros(len(texts), bool)
    concerned[document[common[codes]]] = True
    theirs = np.flatnonzero(concerned[document])
    lines, codes, document = lines.take(pa.array(theirs)), codes[theirs], document[theirs]
    # Documents that share their longest other line say the same, and count once.
    lengths = np.asarray(pc.binary_length(lines)).astype(np.int64)
    order = np.lexsort((codes, -lengths, document))
    first = np.flatnonzero(np.diff(document[order], prepend=-1))
    longest = np.full(len(texts), -1, np.int64)
    longest[document[order][first]] = codes[order][first]
    other = codes[order] != longest[document[order]]
    rest = order[other]
    second = np.full(len(texts), -1, np.int64)
    at = np.flatnonzero(np.diff(document[rest], prepend=-1))
    second[document[rest][at]] = codes[rest][at]
    held = np.flatnonzero(common[codes])
    identity = np.where(
        longest[document[held]] == codes[held], second[document[held]], longest[document[held]]
    )
    pairs = np.unique(np.stack([codes[held], identity], axis=1)[identity >= 0], axis=0)
    different = np.bincount(pairs[:, 0], minlength=n) if pairs.size else np.zeros(n, np.int64)
    if not (different >= _FEWEST).any():
        return None
    rows = np.flatnonzero(different[codes] >= _FEWEST)
    said = lines.take(pa.array(rows)).to_pylist()
    often = dict(zip(said, different[codes[rows]].tolist(), strict=True))
    return np.unique(document[rows]), often


def _edge_lines(texts: Any) -> tuple[Any, NDArray[np.int64]]:
    """Lines at the top and at the end of texts, and the text of each."""
    from topics._kernels.text_scan import find_edge_lines, gather

    data, offsets = text_buffers(texts)
    starts, ends, document = np.empty((3, (_TOP + _END) * len(texts)), np.int64)
    n = find_edge_lines(data, offsets, _TOP, _END, starts, ends, document)
    to = np.zeros(n + 1, np.int64)
    np.cumsum(ends[:n] - starts[:n], out=to[1:])
    out = np.empty(to[-1], np.uint8)
    gather(data, starts[:n], ends[:n], to, out)
    buffers = [None, pa.py_buffer(to), pa.py_buffer(out)]
    return pa.Array.from_buffers(pa.large_string(), n, buffers), document[:n]


def _keys(lines: Any) -> Any:
    """Lines as they are compared: those of contacts without case and with one digit for all."""
    short = pc.less_equal(pc.binary_length(lines), _COMPARED)
    some = lines.filter(short)
    numbered = pc.match_substring_regex(some, _NUMBERED)
    folded = pc.utf8_lower(pc.replace_substring_regex(some.filter(numbered), r"[0-9]+", "0"))
    return pc.replace_with_mask(lines, short, pc.replace_with_mask(some, numbered, folded))


def _news(lines: list[str], often: dict[str, int], one_line: bool) -> tuple[int, int]:
    """Range of the lines that are news."""
    filled = [i for i, line in enumerate(lines) if line.strip()]

    def goes(i: int, top: bool = False) -> bool:
        n = often.get(lines[i].strip(_BLANKS), 0)
        if n < _FEWEST:
            return False
        kind = _kind(lines[i])
        # A sentence that speaks of nothing but the news is news, however often it is said.
        needed = _FEWEST_TITLES if top else _FEWEST_OTHERS
        # Within one line an "other" is the end of a sentence that was cut.
        return kind == "sender" or (kind == "other" and n >= needed and not one_line)

    low, high = 0, len(lines)
    for i in filled[:_TOP]:
        if not goes(i, top=True):
            break
        low = i + 1
    gap = 0
    for i in reversed([i for i in filled[-_END:] if i >= low]):
        if goes(i):
            high, gap = i, 0
        elif gap < _GAP and (is_contact(lines[i]) or len(lines[i].split()) < 5) and i != filled[0]:
            gap += 1
        else:
            break
    if (low, high) == (0, len(lines)):
        return low, high
    left = sorted(lines[low:high], key=len, reverse=True)
    return (low, high) if any(map(is_prose, left)) or _is_enough(left, lines) else (0, len(lines))


@lru_cache(_REMEMBERED)
def _kind(line: str) -> Literal["sender", "sentence", "other"]:
    """Whether a line speaks of the sender, or is a sentence."""
    if _CUE.search(line) or is_navigation(line) or is_contact(line):
        return "sender"
    # A figure, or a label with what it says, is news as a sentence is.
    rest = line.removeprefix("-30-")
    _, divider, said = rest.replace("/", ":").partition(":")
    labelled = divider and re.search(r"\w", said)
    news = _is_sentence(line) or re.search(r"\d", rest) or labelled
    return "sentence" if news else "other"


def _is_sentence(line: str) -> bool:
    stop = re.search(r"[.!?。؟।]\W{0,5}$", line[-40:])
    return is_prose(line) or (len(line.split()) > 3 and stop is not None)


def _is_enough(left: list[str], lines: list[str]) -> bool:
    """Whether what is left of a text without long sentences is still most of it."""
    kept, total = (sum(len(line.split()) for line in part) for part in (left, lines))
    return 2 * kept >= total and kept > 2


def without_news(texts: Any) -> list[tuple[int, str]]:
    r"""Places of texts that are no release at all, and what they are.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Texts.

    Returns
    -------
    list of (int, str)
        Those of error pages, cookie notices and menus.

    Examples
    --------
    >>> pages = pa.array(["404 - Page not found", "Home\nContact us\nSearch"], pa.large_string())
    >>> without_news(pages)
    [(0, 'an error page or a cookie notice'), (1, 'navigation and nothing else')]
    """
    short = np.flatnonzero(np.asarray(pc.less(pc.binary_length(texts), _LONGEST_ERROR)))
    found = []
    for at in short.tolist():
        text = texts[at].as_py()
        lines = [line for line in text.split("\n") if line.strip()]
        if _ERROR_PAGE.search(text) and sum(map(is_prose, lines)) <= 2 and len(text.split()) < 60:
            found.append((at, "an error page or a cookie notice"))
        elif len(lines) > 2 and all(map(is_navigation, lines)):
            found.append((at, "navigation and nothing else"))
    return found
