"""What stands again and again in a source and is no news: letterheads, contacts, menus."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import combine_chunks, take_rows, text_buffers
from topics._parallel import over_shards
from topics.reading.line_kinds import (
    END_MARK,
    SENTENCE_END,
    has_prose,
    is_contact,
    is_links,
    is_navigation,
    is_prose,
)

_FEWEST = 3
"""Different releases that a line on contacts or the sender stands in to be boilerplate."""
_FEWEST_OTHERS = 5
"""The same for a line that is no sentence, such as the name of an agency."""
_FEWEST_TITLES = 10
"""The same for one at the top, which could be a title that is used again."""
_SHARE = 0.02
"""Of all releases that hold a line which may stand right below others that are not taken off."""
_REMEMBERED = 10_000
"""Lines of which it is remembered what they are, since they stand in many texts."""
_PER_SHARD = 1024
_TOP, _END = 8, 16
"""Lines at the top and at the end of a text that are looked at."""
_BLANKS = "".join(map(chr, range(33)))
"""White space around a line."""
_WRAPPED = 40
"""Characters of a line below which the next does not go on with its sentence."""
_GAP = 2
"""Short lines, such as a name or a date, that may stand within a block of boilerplate."""
_SENTENCE = re.compile(r"(?<=[.!?]) ")
"""The end of a sentence, roughly, in texts without lines."""
_COMPARED = 400
"""Characters of a line within which digits do not count."""
_CUE = re.compile(
    r"^\W*(?:(?-i:About (?:us\b|the\b|our\b|[A-Z]))|for (?:more|further|additional) information\b|"
    r"(?:press|media) contacts?\W*$|"
    r"(?:press|media) (?:contact|inquiries|enquiries|office)\b.{0,20}:|contacts?\s*:|follow us\b|"
    r"subscribe to\b|unsubscribe\b|disclaimer\b|notes? (?:to|for) (?:the )?editors?\b|click here\b|"
    r"visit (?:us|our|www|http)|to (?:learn|read|find out) more\b|learn more\b|read more\b|"
    r"forward-looking statements?\b|"
    r"(?:very truly |cordially |sincerely |respectfully )?yours(?: truly| sincerely)?,?$|"
    r"(?:sincerely|respectfully|(?:with )?(?:best|kind) regards|mit freundlichen grüßen|"
    r"cordialement|atentamente|saygılarımızla|с уважением),?$|"
    r"this (?:e-?mail|message|press release|news release) (?:is|was|may|contains)\b|"
    r"über (?:uns|die|das|den)\b.{0,60}:|pressekontakt\b|rückfragen\b|weitere informationen\b|"
    r"à propos\b|contact presse\b|pour (?:plus|en savoir)\b|acerca de\b|más información\b|"
    r"contacto\s*:|hakkında\b|iletişim\s*:|о компании\b|контакты\b|для справки\b|"
    r"дополнительная информация\b|نبذة|للتواصل|لمزيد من المعلومات|关于我们|联系我们|"
    r"更多信息|お問い合わせ)"
    r"|all rights reserved|©|forward-looking statements",
    re.I,
)
_FEW_LETTERS = 40
"""Bytes of a line in which the marks around it do not count."""
_MARKS = " \t.,;:!?^*#_…-–—"
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


def separate_boilerplate(texts: Any, titles: Any = None) -> Separated:
    r"""Take off each text what stands at its top or end and, nearly so, in many others.

    Lines are compared, or the sentences of texts without lines; digits and case aside. A line
    counts once for releases that are alike otherwise, too, so that news that is sent again stays. A
    sentence that speaks neither of the sender nor of contacts stays, however often it is said, and
    a text that would be left without a sentence stays whole.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Texts of one source, or of several.
    titles : pyarrow.LargeStringArray or None, default=None
        Their titles. A line above a text without one may be it, and stays.

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
    untitled = np.ones(len(texts), bool) if titles is None else np.asarray(pc.is_null(titles))
    documents, often, has_lines = _repeated(texts)
    n_often = max(_SHARE * len(texts), _FEWEST_TITLES)
    new: dict[int, str] = {}
    words = 0
    for at, text in zip(documents.tolist(), take_rows(texts, documents).to_pylist(), strict=True):
        lines = text.split("\n") if has_lines[at] else _SENTENCE.split(text)
        low, high = _news(lines, often, n_often, one_line=not has_lines[at], untitled=untitled[at])
        if (low, high) == (0, len(lines)):
            continue
        divider = "\n" if has_lines[at] else " "
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


class EdgeLines(NamedTuple):
    """Lines at the top and at the end of texts, one text after the other.

    Attributes
    ----------
    starts, ends : ndarray of int64, shape (n_lines,)
        Where their bytes stand, white space around them aside.
    exact, loose : ndarray of uint64, shape (n_lines,)
        Hashes; lines with the same key have the same loose one.
    bounds : ndarray of int64, shape (n_texts + 1,)
        The first line of each text.
    has_lines : ndarray of bool, shape (n_texts,)
        Whether a text has lines; of others it is the sentences.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    exact: NDArray[np.uint64]
    loose: NDArray[np.uint64]
    bounds: NDArray[np.int64]
    has_lines: NDArray[np.bool_]


def _repeated(texts: Any) -> tuple[NDArray[np.int64], dict[str, int], NDArray[np.bool_]]:
    """Documents that may lose a line, how many different ones hold each line, who has lines."""
    from topics._kernels.text_scan import find_longest_lines

    data, offsets = text_buffers(texts)
    edges = _edge_lines(data, offsets)
    nothing = np.empty(0, np.int64), dict[str, int](), edges.has_lines
    # Few lines are alike even loosely; only they are looked at one by one.
    alike = pa.array(edges.loose).dictionary_encode().indices.to_numpy()
    held = np.flatnonzero(np.bincount(alike)[alike] >= _FEWEST) if alike.size else nothing[0]
    if not held.size:
        return nothing
    lines = _lines_at(data, edges.starts[held], edges.ends[held])
    codes = _keys(lines).dictionary_encode().indices.to_numpy().astype(np.int64)
    document = np.searchsorted(edges.bounds, held, side="right") - 1
    # Documents that share their longest other line say the same, and count once.
    longest, second = np.empty((2, len(texts)), np.uint64)
    find_longest_lines(edges.bounds, edges.ends - edges.starts, edges.exact, longest, second)
    own = longest[document] == edges.exact[held]
    identity = np.where(own, second[document], longest[document])
    known = identity > 0
    pairs = np.unique(np.stack([codes[known].astype(np.uint64), identity[known]]), axis=1)
    different = np.bincount(pairs[0].astype(np.int64), minlength=codes.max() + 1)[codes]
    rows = np.flatnonzero(different >= _FEWEST)
    said = lines.take(pa.array(rows)).to_pylist()
    often = dict(zip(said, different[rows].tolist(), strict=True))
    # A document is concerned by what it begins with, or by one of the lines that it ends with.
    place = held[rows]
    document = document[rows]
    kinds = {line: _kind(line) for line in often}
    whole = edges.has_lines[document].tolist()
    goes = np.array(
        [_goes(kinds[line], often[line], one_line=not lines)
         for line, lines in zip(said, whole, strict=True)],
        bool,
    )  # fmt: skip
    first = place == edges.bounds[document]
    last = edges.bounds[document + 1] - place <= _GAP + 1
    return np.unique(document[goes & (first | last)]), often, edges.has_lines


def _edge_lines(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> EdgeLines:
    from topics._kernels.text_scan import find_edge_lines

    n_texts = offsets.size - 1
    counts, has_lines = np.zeros(n_texts, np.int64), np.zeros(n_texts, bool)

    def work(low: int, high: int) -> list[NDArray[Any]]:
        places = np.empty((2, (_TOP + _END) * (high - low)), np.int64)
        hashes = np.empty(places.shape, np.uint64)
        n = find_edge_lines(
            data, offsets, low, high, _TOP, _END, *places, *hashes, counts, has_lines
        )
        return [part[:n].copy() for part in (*places, *hashes)]

    # Both cores for a moment; the result does not depend on how many.
    parts = over_shards(work, n_texts, _PER_SHARD, -1)
    starts, ends, exact, loose = (np.concatenate(column) for column in zip(*parts, strict=True))
    bounds = np.concatenate([[0], np.cumsum(counts)])
    return EdgeLines(starts, ends, exact, loose, bounds, has_lines)


def _lines_at(
    data: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> pa.LargeStringArray:
    from topics._kernels.text_scan import gather

    to = np.zeros(starts.size + 1, np.int64)
    np.cumsum(ends - starts, out=to[1:])
    out = np.empty(to[-1], np.uint8)
    gather(data, starts, ends, to, out)
    buffers = [None, pa.py_buffer(to), pa.py_buffer(out)]
    return pa.Array.from_buffers(pa.large_string(), starts.size, buffers)


def _keys(lines: Any) -> Any:
    """Lines as they are compared: those of contacts without case and with one digit for all.

    Of short ones neither case nor the marks around them count: "REUTER..." is "Reuter".
    """
    short = pc.less_equal(pc.binary_length(lines), _COMPARED)
    some = lines.filter(short)
    numbered = pc.match_substring_regex(some, _NUMBERED)
    folded = pc.utf8_lower(pc.replace_substring_regex(some.filter(numbered), r"[0-9]+", "0"))
    some = pc.replace_with_mask(some, numbered, folded)
    bare = pc.utf8_lower(pc.utf8_trim(some, characters=_MARKS))
    of_few = pc.and_(
        pc.less_equal(pc.binary_length(some), _FEW_LETTERS), pc.greater(pc.binary_length(bare), 0)
    )
    return pc.replace_with_mask(lines, short, pc.if_else(of_few, bare, some))


def _news(
    lines: list[str], often: dict[str, int], n_often: float, *, one_line: bool, untitled: bool
) -> tuple[int, int]:
    """Range of the lines that are news; ``n_often`` releases with a line are most of a source."""
    lines = [line.strip() for line in lines]
    filled = [i for i, line in enumerate(lines) if line]

    def goes(i: int, top: bool = False) -> bool:
        n = often.get(lines[i].strip(_BLANKS), 0)
        return n >= _FEWEST and _goes(_kind(lines[i]), n, one_line=one_line, top=top)

    def of_all(i: int) -> bool:
        return often[lines[i].strip(_BLANKS)] >= n_often

    low = _end_of_top(lines, filled[:_TOP], goes, untitled=untitled)
    bottom = [i for i in filled[-_END:] if i >= low]
    high = _begin_of_end(lines, bottom, goes, of_all, first=filled[0])
    if (low, high) == (0, len(lines)):
        return low, high
    left = lines[low:high]
    enough = any(map(is_prose, sorted(left, key=len, reverse=True))) or has_prose(left)
    return (low, high) if enough or _is_enough(left, lines) else (0, len(lines))


def _end_of_top(
    lines: list[str], filled: list[int], goes: Callable[..., bool], *, untitled: bool
) -> int:
    """The first line below what stands at the top of many texts."""
    top = list(itertools.takewhile(lambda i: goes(i, top=True), filled))
    below = filled[len(top)] if len(top) < len(filled) else None
    above_news = untitled and top and below is not None and is_prose(lines[below])
    if above_news and _kind(lines[top[-1]]) == "other":
        top.pop()  # what stands right above the news may be a headline that was used again
    return top[-1] + 1 if top else 0


def _begin_of_end(
    lines: list[str],
    filled: list[int],
    goes: Callable[[int], bool],
    of_all: Callable[[int], bool],
    first: int,
) -> int:
    """The first line of what stands at the end of many texts."""
    taken: list[int] = []
    gap: list[int] = []
    for i in reversed(filled):
        if goes(i) and (not gap or _kind(lines[i]) == "sender"):
            taken += [*gap, i]
            gap = []
        elif len(gap) < _GAP and i != first and _may_be_within(lines[i]):
            gap.append(i)
        else:
            break
    # A list, and a sentence that was wrapped, are not cut within: they go as a whole or not at all.
    while taken and _goes_on(lines, taken[-1], of_all):
        taken.pop()
    return taken[-1] if taken else len(lines)


def _may_be_within(line: str) -> bool:
    """Whether a line that differs may stand within a block: a contact, a name, an office."""
    return is_contact(line) or (len(line.split()) < 5 and not re.search(r"\d", line))


def _goes_on(lines: list[str], i: int, of_all: Callable[[int], bool]) -> bool:
    """Whether a line belongs to the one above it: as the rest of a sentence, or of a list."""
    above, line = lines[i - 1] if i else "", lines[i]
    if not above or SENTENCE_END.search(above):
        return False
    if line[0].islower():
        return not is_links(line) or len(above) > _WRAPPED
    return _kind(line) == "other" and (bool(SENTENCE_END.search(line)) or not of_all(i))


def _goes(kind: str, n: int, *, one_line: bool, top: bool = False) -> bool:
    """Whether a line that stands in so many different releases is boilerplate."""
    # A sentence that speaks of nothing but the news is news, however often it is said.
    needed = _FEWEST_TITLES if top else _FEWEST_OTHERS
    # Within one line an "other" is the end of a sentence that was cut.
    return kind == "sender" or (kind == "other" and n >= needed and not one_line)


@lru_cache(_REMEMBERED)
def _kind(line: str) -> Literal["sender", "sentence", "other"]:
    """Whether a line speaks of the sender, or is a sentence."""
    if _CUE.search(line) or is_navigation(line) or is_contact(line) or END_MARK.match(line):
        return "sender"
    # A figure, or a label with what it says, is news as a sentence is.
    rest = line.removeprefix("-30-")
    _, divider, said = rest.replace("/", ":").partition(":")
    labelled = divider and re.search(r"\w", said)
    news = _is_sentence(line) or re.search(r"\d", rest) or labelled
    return "sentence" if news else "other"


def _is_sentence(line: str) -> bool:
    stop = re.search(r"(?<!\.)[.!?。؟।](?!\.)\W{0,5}$", line[-40:])
    return is_prose(line) or (len(line.split()) > 1 and stop is not None)


def _is_enough(left: list[str], lines: list[str]) -> bool:
    """Whether what is left of a text without long sentences is still most of it."""
    kept, total = (sum(len(line.split()) for line in part) for part in (left, lines))
    return 2 * kept >= total and kept > 2


def without_news(titles: Any, texts: Any) -> list[tuple[int, str]]:
    r"""Places of releases that are none at all, and what they are.

    Parameters
    ----------
    titles, texts : pyarrow.LargeStringArray
        Titles, of which some may be missing, and texts.

    Returns
    -------
    list of (int, str)
        Those of error pages, cookie notices and menus.

    Examples
    --------
    >>> titles = pa.array(["404", None], pa.large_string())
    >>> pages = pa.array(["Page not found", "Home\nContact us\nSearch"], pa.large_string())
    >>> without_news(titles, pages)
    [(0, 'an error page or a cookie notice'), (1, 'navigation and nothing else')]
    """
    short = np.flatnonzero(np.asarray(pc.less(pc.binary_length(texts), _LONGEST_ERROR)))
    found = []
    for at in short.tolist():
        text = f"{titles[at].as_py() or ''}\n{texts[at].as_py()}"
        lines = [line for line in text.split("\n") if line.strip()]
        if _ERROR_PAGE.search(text) and sum(map(is_prose, lines)) <= 2 and len(text.split()) < 60:
            found.append((at, "an error page or a cookie notice"))
        elif len(lines) > 2 and all(map(is_navigation, lines)):
            found.append((at, "navigation and nothing else"))
    return found
