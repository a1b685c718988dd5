"""Text files: one release or many, told apart by the layout of the page.

A cut must have a reason that holds for every piece it makes (a mark or a closing line of its own,
or a title and prose below it); else the text is one release. Navigation above a release and footers
below it belong to none.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from topics.reading.dates import DateFound, find_dates

SOURCE_WORDS = (
    r"sources?|quelle|fuente|fonte|bron|kaynak|источник|джерело|المصدر|منبع|来源|來源|出典|źródło|"
    r"sumber"
)
_CLOSING = re.compile(rf"^[\s(\[–—-]*(?:{SOURCE_WORDS})\s*[:：/–—-]\s*(?P<rest>.*)$", re.I)
_IN_BRACKETS = re.compile(r"^\s*[(\[](?P<rest>.{5,150})[)\]]\s*$")
_PICTURE = re.compile(
    r"^\W*(?:photos?|foto|image|picture|bild|graphic|grafik|chart|table|credit)\b", re.I
)
_HEADER = re.compile(
    r"^[\s*_#>-]*(?:for immediate release|for release|immediate release|press release|news release|"
    r"media release|press statement|embargoed|under embargo|pressemitteilung|medienmitteilung|"
    r"communiqu[eé] de presse|comunicado de prensa|nota de prensa|comunicato stampa|"
    r"nota à imprensa|"
    r"persbericht|пресс-релиз|basın (?:açıklaması|bülteni)|بيان صحفي|新闻稿)"
    r"(?!\w)(?P<rest>.{0,80})$",
    re.I,
)
_HEADLINE = re.compile(
    r"^[\s*_#>-]*(?:press|news|media) (?:release|statement)\s*[:–—-]\s*"
    r"(?P<title>(?:\S+\s+){2,}\S+)$",
    re.I,
)
_END = re.compile(
    r"^\s*(?:(?:#\s*){3,}|[-–—]+\s*30\s*[-–—]+|[-–—*\[(]+\s*(?:ends?|ende|fin)\s*[-–—*\])]+|ENDS?)\s*$"
    r"|^Original-Content von:.*$",
    re.I,
)
_RULE = re.compile(r"^\s*([-=_*~–—·•+])(?:\s*\1){2,}\s*$")
_NOTES = re.compile(
    r"^\s*(?:\d{1,2}[.)]\s|[-•*]\s)|^\W*(?:notes? (?:to|for) (?:the )?editors?|"
    r"notes?:|about \w|(?:media |press )?contacts?\b|"
    r"for (?:more|further) information)",
    re.I,
)
_CONTACT = re.compile(
    r"^\W*(?:media |press |news )*(?:contacts?|inquiries|enquiries)(?: person| information|"
    r" details)?\s*:"
    r"|^\W*(?:tel(?:ephone)?|phone|mobile|cell|fax|office)\.?\s*[:.]?\s*[(+]?\d[\d ()/.+-]{5,}"
    r"|^\W*e-?mail\s*[:.]?\s*\S+@"
    r"|^(?:[^\W\d_$€£][^$€£]{0,60}[,:;|]\s*|[\w.'’-]+(?: [\w.'’-]+){0,4}\s+)?"
    r"\(?\+?\d(?:[ ()/.-]{0,2}\d){6,14}\W*$",
    re.I,
)
"""A label of a contact, or a line that ends in a number of a telephone."""
_ADDRESS = re.compile(r"\S@\S+\.\w")
_LABEL = re.compile(
    r"^\W*(?:case|docket|ref(?:erence)?|release|file|id|no|nr|number)\b\W{0,3}(?:#|№|no\.?|nr\.?)?\W{0,3}"
    r"[\w/.-]*\d[\w/.-]*\W*$"
    r"|^\W*(?:category|section|published|posted|updated|last updated?|location|tags?|topics?|"
    r"author|source|share|filed under|retrieved|accessed|downloaded|url|link)\s*:"
    r"|^\W*(?:no|nr|n°|№)\.?\s*\d[\d/.-]*\W*$",
    re.I,
)
"""A line of facts about a release, where a title follows."""
_NAVIGATION = re.compile(
    r"^\W*(?:skip to (?:main )?(?:content|navigation)|(?:main )?menu|home|search|share(?: this)?|"
    r"subscribe|sign up|sign in|log ?in|register|contact(?: us)?|about(?: us)?|news(?:room)?|"
    r"press|media|"
    r"facebook|twitter|x|linkedin|instagram|youtube|whatsapp|telegram|e-?mail\*?|print|pdf|download|"
    r"read more|learn more|more|view all|see all|back(?: to top| to list| to news)?|top|next|"
    r"previous|close|"
    r"latest (?:posts?|news)|related (?:posts?|news|articles?|content|stories)|"
    r"recent (?:posts?|news)|archives?|"
    r"categories|tags|privacy(?: policy)?|terms(?: of (?:use|service))?|cookies?(?: policy|"
    r" settings)?|"
    r"accept(?: all)?(?: cookies)?|sitemap|all rights reserved|you are here.*|sie sind hier.*|"
    r"vous êtes ici.*|page \d+(?: of \d+)?|services|our work|"
    r"published|posted|\d+ min(?:ute)?s? read|please leave this field empty|leave a (?:reply|"
    r"comment)|"
    r"startseite|kontakt|impressum|datenschutz|suche|teilen|drucken|accueil|recherche|partager|imprimer|"
    r"inicio|buscar|compartir|imprimir|ana sayfa|iletişim|главная|контакты|поиск|поделиться|"
    r"الرئيسية|اتصل بنا|بحث|首页|联系我们|搜索|分享)\W*$"
    r"|^(?:[^>»/]{1,30}\s[>»]\s)+[^>»]{1,80}$|^.{0,30}\buses? cookies\b.{0,80}$"
    r"|^[A-Z]{2}(?:\s*[|/]\s*[A-Z]{2})+$"
    r"|^\W*(?:©|copyright\s*(?:©|\(c\)|\d{4})|\(c\) ?\d{4})",
    re.I,
)
_LINKS = re.compile(r"^\W*(?:!?\[[^\]]*\]\([^)]*\)\W*|https?://\S+\s*|<https?://[^>]+>\s*)+$")
_SENTENCE_END = re.compile(r"[.!?。！？؟۔।…]['\"”’»)\]]*\s*$")
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_LONGEST_TITLE = 300
_LONGEST_SPAN = 12
"""Years that the releases of a page may lie apart."""


@dataclass
class Piece:
    """One release cut from a page.

    Attributes
    ----------
    line : int
        Number of the line it starts on, from 1.
    text : str
        The body, its paragraphs as they stand.
    title, source : str or None
        Where known.
    boilerplate : str or None
        What stands above and below it and belongs to the page: navigation, contacts above the text,
        links.
    dates : list of DateFound
        Dates that may be the release's, the likeliest first; day and month are told apart over
        the whole page, so not here.
    """

    line: int
    text: str
    title: str | None = None
    source: str | None = None
    boilerplate: str | None = None
    dates: list[DateFound] = field(default_factory=list)


class Layout(NamedTuple):
    """How a page is cut.

    Attributes
    ----------
    name : str
        One of :data:`LAYOUTS`.
    starts : list of int
        Places of the lines that releases start on.
    """

    name: str
    starts: list[int]


def find_layout(lines: Sequence[str]) -> Layout:
    """The first layout by which a page is more than one release; else it is one.

    Parameters
    ----------
    lines : sequence of str
        The page.

    Returns
    -------
    Layout
        Its name and where releases start.

    Examples
    --------
    >>> find_layout(["Talks resume", "", "Envoys met."])
    Layout(name='whole', starts=[0])
    """
    for name, find in LAYOUTS.items():
        starts = find(lines)
        if name == "whole" or len(starts) > 1:
            break
    return Layout(name, starts)


def split_page(text: str, split: str | None = None) -> list[Piece]:
    r"""Cut a page into its releases.

    Parameters
    ----------
    text : str
        The page.
    split : str or None, default=None
        A layout by name (one of :data:`LAYOUTS`, or "lines": one release a line), or a regular
        expression that matches what divides the releases (``^`` and ``$`` match at lines). None
        recognises the layout.

    Returns
    -------
    list of Piece
        The releases in the order they stand; empty where the page is.

    Raises
    ------
    ValueError
        If ``split`` is neither a layout nor a regular expression.

    Examples
    --------
    >>> page = "Talks resume\n\nEnvoys met.\n\n###\n\nAid arrives\n\nLorries came.\n\n###\n"
    >>> [(piece.title, piece.text) for piece in split_page(page)]
    [('Talks resume', 'Envoys met.'), ('Aid arrives', 'Lorries came.')]
    """
    lines = [line.rstrip() for line in text.splitlines()]
    if split == "lines":
        return [Piece(i, line.strip()) for i, line in enumerate(lines, 1) if line.strip()]
    if split in LAYOUTS:
        starts = LAYOUTS[split](lines) or [0]
    elif split is None:
        starts = find_layout(lines).starts
    else:
        if near := difflib.get_close_matches(split, [*LAYOUTS, "lines"], 1, 0.8):
            raise ValueError(f"split={split!r} is no layout; did you mean {near[0]!r}?")
        return _split_by_pattern(text, split)
    cuts = [*starts, len(lines)]
    stops = len(starts) > 1 and _titles_end_in_stops(lines, starts)
    pieces = [_read_piece(lines[a:b], a, stops) for a, b in itertools.pairwise(cuts)]
    found = [piece for piece in pieces if piece is not None]
    heading = [line.strip() for line in lines[: starts[0]] if line.strip()]
    if heading and found:
        # A heading of the page stands above the first release and is no part of it.
        found[0].boilerplate = "\n".join(filter(None, (*heading, found[0].boilerplate)))
    return found


def _titles_end_in_stops(lines: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether nearly all pieces begin with a line that ends in a full stop."""
    firsts = [lines[min(_next_filled(lines, start), len(lines) - 1)] for start in starts]
    return _most([line.rstrip().endswith(".") for line in firsts])


def _split_by_pattern(text: str, pattern: str) -> list[Piece]:
    try:
        cut = re.compile(pattern, re.M)
    except re.error as error:
        raise ValueError(
            f"split={pattern!r} is neither a layout ({', '.join(LAYOUTS)}) "
            f"nor a regular expression: {error}"
        ) from None
    pieces, at = [], 0
    matches = [match for match in cut.finditer(text) if match.group()]
    for start, end in [*((m.start(), m.end()) for m in matches), (len(text), len(text))]:
        piece = _read_piece(text[at:start].splitlines(), text.count("\n", 0, at))
        if piece is not None:
            pieces.append(piece)
        at = end
    return pieces


def _is_header(line: str) -> bool:
    """Whether a line holds a press mark, a date perhaps, and hardly anything else."""
    match = _HEADER.match(line)
    if match is None:
        return False
    rest = match["rest"]
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + rest[date.end :]
    return len(re.findall(r"[^\W\d_]+", rest)) <= 3 and not rest.rstrip().endswith(".")


# Layouts: each gives the lines that releases start on, or nothing where the page is not so laid.


def _by_source_line(lines: Sequence[str]) -> list[int]:
    closing = [i for i, line in enumerate(lines) if _closes(line)]
    if not closing:
        return []
    starts = [0, *(_after_captions(lines, i + 1) for i in closing)]
    last = max(i for i, line in enumerate(lines) if line.strip())
    starts = [start for start in starts if start <= last]
    if len(starts) > 1 and closing[-1] < starts[-1] and not has_prose(lines[starts[-1] :]):
        starts.pop()  # what stands below the last is a footer
    cuts = [*starts, len(lines)]
    titled = [_is_titled(lines[a:b]) for a, b in itertools.pairwise(cuts)]
    # Else these are the sources of tables and pictures, in the middle of one release.
    few = len(closing) == 1 and len(starts) == 2 and not _all_titled(lines, starts)
    return [] if few or not _most(titled) else starts


def _most(flags: Sequence[bool]) -> bool:
    """Whether something holds for nearly all pieces; one of five may be odd."""
    return 5 * sum(flags) >= 4 * len(flags)


def _closes(line: str) -> bool:
    if len(line) > 200 or not line.strip():
        return False
    if _CLOSING.match(line):
        return bool(find_dates(line))
    match = _IN_BRACKETS.match(line)
    dates = find_dates(match["rest"]) if match else []
    if not match or not dates:
        return False
    # A name, a divider and a date; not a sentence that happens to stand in brackets.
    before = match["rest"][: dates[-1].start].rstrip()
    words = before.split()
    if _PICTURE.match(before) or any(word[0].islower() for word in words[1:] if len(word) > 3):
        return False
    return before.endswith(("/", "|", ",", "–", "—", "-", ":")) or len(words) < 4


def _after_captions(lines: Sequence[str], i: int) -> int:
    """First line after the captions, each printed twice, that stand under a source line."""
    while True:
        first = _next_filled(lines, i)
        second = _next_filled(lines, first + 1)
        if second < len(lines) and lines[first].strip() == lines[second].strip():
            i = second + 1
        else:
            return i


def _next_filled(lines: Sequence[str], i: int) -> int:
    while i < len(lines) and not lines[i].strip():
        i += 1
    return i


def _by_press_marks(lines: Sequence[str]) -> list[int]:
    headers = [i for i, line in enumerate(lines) if _is_header(line)]
    ends = [i for i, line in enumerate(lines) if _END.match(line)]
    if not headers and not ends:
        return []
    starts = {0}
    for header in headers:
        # A letterhead or a date right above the mark belongs to the release below it.
        start = header
        while (
            header - 3 < start > 0 and lines[start - 1].strip() and not _END.match(lines[start - 1])
        ):
            start -= 1
        starts.add(start)
    for i in ends:
        start = _next_filled(lines, i + 1)
        while start < len(lines) and _NOTES.match(lines[start]):
            while start < len(lines) and lines[start].strip():
                start += 1
            start = _next_filled(lines, start)
        if start < len(lines):
            starts.add(start)
    first = min((i for i in starts if i > 0), default=0)
    preamble = [line for line in lines[:first] if line.strip()]
    if not preamble or (len(preamble) == 1 and not any(_END.match(line) for line in lines[:first])):
        starts.discard(first)
    # A header found just after an end mark starts no second release.
    bodies = np.cumsum([0, *map(_is_body, lines)])
    kept: list[int] = []
    for i in sorted(starts):
        if not kept or bodies[i] > bodies[kept[-1]]:
            kept.append(i)
    return _with_a_reason(lines, kept, {*headers, *ends})


def _with_a_reason(lines: Sequence[str], starts: list[int], marks: set[int]) -> list[int]:
    """The starts of pieces that have a mark of their own, or a title and prose."""
    kept: list[int] = []
    first_has_reason = True
    for a, b in itertools.pairwise([*starts, len(lines)]):
        own = any(i in marks for i in range(a, b))
        reason = own or (has_prose(lines[a:b]) and _is_titled(lines[a:b]))
        if not kept:
            first_has_reason = reason
        if reason or not kept:
            kept.append(a)
    if len(kept) > 1 and not first_has_reason and not has_prose(lines[: kept[1]]):
        # Navigation above the first is taken off where the piece is read.
        del kept[1]
    return [0, *kept[1:]] if kept else []


def is_prose(line: str) -> bool:
    """Whether a line is a sentence or more, and no title, label or link.

    Examples
    --------
    >>> is_prose("The minister said on Friday that the bridge will open."), is_prose("Read more")
    (True, False)
    """
    shown = line.strip()
    if is_navigation(shown):
        return False
    if len(_WIDE.findall(shown)) > len(shown) / 3:
        return len(shown) >= 20
    words = len(shown.split())
    return (words >= 8 and bool(_SENTENCE_END.search(shown))) or words >= 25


def has_prose(lines: Sequence[str]) -> bool:
    """Whether a sentence or more stands in some lines, within one or wrapped over several.

    Examples
    --------
    >>> has_prose(["The minister said on Friday in the town hall that", "the bridge will open."])
    True
    """
    if any(map(is_prose, lines)):
        return True
    for filled, block in itertools.groupby(lines, key=lambda line: bool(line.strip())):
        wrapped = list(block) if filled else []
        if len(wrapped) > 1 and min(map(len, wrapped[:-1])) > 40 and is_prose(" ".join(wrapped)):
            return True
    return False


def is_navigation(line: str) -> bool:
    """Whether a line is an entry of a menu, a button, a copyright, or nothing but links.

    Examples
    --------
    >>> is_navigation("Skip to content"), is_navigation("Talks resume")
    (True, False)
    """
    links = _LINKS.match(line) and not line.lstrip().startswith("#")
    return bool(links or _NAVIGATION.match(line))


def is_fact_line(line: str) -> bool:
    """Whether a line is a date or a number of a release and says nothing else.

    Examples
    --------
    >>> is_fact_line("3 July 2018"), is_fact_line("No. 12/2018"), is_fact_line("Talks resume")
    (True, True, False)
    """
    return (_is_date_line(line) and not _says_more(line)) or bool(_LABEL.match(line))


def is_contact(line: str) -> bool:
    """Whether a line is a contact: a label such as "Tel:", a number, an address.

    Examples
    --------
    >>> is_contact("Media contact: Jo Reed"), is_contact("Talks resume")
    (True, False)
    """
    return not is_prose(line) and bool(_ADDRESS.search(line) or _CONTACT.match(line))


def _is_titled(lines: Sequence[str]) -> bool:
    """Whether the first line that says something could be a title, with something below it."""
    filled = [line for line in lines if line.strip() and not _RULE.match(line)]
    filled = list(itertools.dropwhile(_is_date_line, filled))
    return len(filled) > 1 and _is_title(filled[0]) and not is_prose(filled[0])


def _is_body(line: str) -> bool:
    return bool(line.strip()) and not (_is_header(line) or _END.match(line) or _is_date_line(line))


def _by_rules(lines: Sequence[str]) -> list[int]:
    rules = [i for i, line in enumerate(lines) if _RULE.match(line)]
    underlines = {i for i in rules if _underlines(lines, i)}
    dividers = [i for i in rules if i not in underlines]
    if not dividers:
        starts = [i - 1 for i in sorted(underlines)]
        # What stands above the first is a heading of the page, or the release of these parts.
        if not starts or has_prose(lines[: starts[0]]):
            return []
        return starts if _all_titled(lines, starts) else []
    starts = [0, *(i + 1 for i in dividers)]
    starts = [
        a
        for a, b in zip(starts, [*starts[1:], len(lines) + 1], strict=True)
        if any(lines[a : b - 1])
    ]
    if len(starts) > 2 and not has_prose(lines[: starts[1]]):
        starts = starts[1:]  # above it stands a heading of the page
    # Else a rule is a break within a release, or stands above a signature.
    titled = _all_titled(lines, starts, stops=True)
    return starts if titled and _alike_in_dates(lines, starts) else []


def _alike_in_dates(lines: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether nearly all pieces have a line that is a date, or none has."""
    cuts = [*starts, len(lines)]
    dated = [_is_dated(lines[a:b]) for a, b in itertools.pairwise(cuts)]
    return not any(dated) or 3 * sum(dated) >= 2 * len(dated)


def _is_dated(part: Sequence[str]) -> bool:
    """Whether a date stands in a line of its own, or at the beginning of the text."""
    first = next((line for line in part if is_prose(line)), "")
    return any(map(_is_date_line, part)) or bool(_dateline(first))


def _underlines(lines: Sequence[str], i: int) -> bool:
    return (
        i > 0
        and bool(lines[i - 1].strip())
        and (i == 1 or not lines[i - 2].strip())
        and abs(len(lines[i].strip()) - len(lines[i - 1].strip())) <= 2
    )


_DATE_WORDS = re.compile(
    r"\b(?:published|posted|released|issued|written|updated|last|on|at|from|date|dated?|by|the|"
    r"publié|publiée|mis|jour|le|à|par|veröffentlicht|am|um|uhr|vom|von|datum|publicado|fecha|el|"
    r"pubblicato|il|yayın|tarihi|опубликовано|дата|تاريخ|النشر|gmt|utc|cet|est|edt|pm|am|h|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b\.?",
    re.I,
)
_OTHER_DATE = re.compile(
    r"^\W*(?:deadline|event|when|effective|valid|expires?|due|retrieved|accessed|downloaded|"
    r"application|closing date|frist|gültig|date limite)\b",
    re.I,
)
_BYLINE = re.compile(
    r"^\W*(?:written )?(?:by|von|par|por|di)\s+(?:[^\W\d_][\w.'’-]*\s*){1,4}", re.I
)


_PUBLISHED = re.compile(
    r"^\W*(?:date|dated|published|publication date|release date|posted|datum|fecha|tarih|дата|"
    r"تاريخ|"
    r"发布时间|发布日期|日期|时间|掲載日|発表日|दिनांक|तारीख)\s*[:：]",
    re.I,
)


def _is_date_line(line: str) -> bool:
    if not line.strip() or len(line) > 140 or _OTHER_DATE.match(line):
        return False
    dates = find_dates(line)
    if dates and _PUBLISHED.match(line) and dates[0].start < 20:
        return True  # whatever other fields follow
    if len(dates) != 1 or len(line) > 100:
        return False
    rest = line[: dates[0].start] + " " + line[dates[0].end :]
    rest = re.sub(r"\d{1,2}[:.h]\d{2}(?::\d\d)?", " ", _BYLINE.sub(" ", rest))
    rest = re.sub(r"(?i)\bby\s+(?:[^\W\d_][\w.'’-]*\s*){1,4}$", " ", rest)
    divided = re.split(r"\s[|•·]\s", rest)
    if len(divided) > 1 and all(len(part.split()) < 5 for part in divided):
        return True
    rest = _DATE_WORDS.sub(" ", rest)
    return len(re.findall(r"[^\W\d_]+", rest)) <= 3 and len(rest.strip()) <= 40


def _by_date_lines(lines: Sequence[str]) -> list[int]:
    filled = [i for i, line in enumerate(lines) if line.strip()]
    dated = [i for i in filled if _is_date_line(lines[i])]
    if len(dated) < 2:
        return []
    place = {line: k for k, line in enumerate(filled)}
    above = [_title_above(lines, filled, place[i]) for i in dated]
    first = [_starts_with_date(lines, filled, place[i]) for i in dated]
    return _dated_starts(lines, above) or _dated_starts(
        lines, [i if ok else None for i, ok in zip(dated, first, strict=True)]
    )


def _dated_starts(lines: Sequence[str], found: Sequence[int | None]) -> list[int]:
    """Where dated pieces start; nothing where most dates start none, as the days of one release."""
    starts = sorted({start for start in found if start is not None})
    cuts = [*starts, len(lines)]
    starts = [a for a, b in itertools.pairwise(cuts) if _has_body(lines[a:b])]
    enough = len(starts) > 2 or (len(starts) == 2 and _most([s is not None for s in found]))
    if not enough or has_prose(lines[: starts[0]]):
        return []
    years = [
        date.year for a in starts for line in lines[a : a + 6] for date in find_dates(line)[:1]
    ]
    if years and max(years) - min(years) > _LONGEST_SPAN:
        return []  # parts of one release on what was long ago
    return starts


def _has_body(part: Sequence[str]) -> bool:
    """Whether something longer than a title stands in a piece."""
    filled = [line for line in part if line.strip() and not _is_date_line(line)]
    return len(filled) > 1 and (has_prose(filled[1:]) or max(map(len, filled[1:])) > len(filled[0]))


def _title_above(lines: Sequence[str], filled: Sequence[int], k: int) -> int | None:
    """The line that a title starts on which stands right above a date, of three lines at most."""
    top = k
    while top > 0 and k - top < 3:
        line = lines[filled[top - 1]]
        # A title that ends in a stop stands alone right above its date.
        alone = top == k and filled[k] - filled[k - 1] == 1 and _is_alone(lines, filled, k - 1)
        if _RULE.match(line) or _is_date_line(line) or (
            not alone and (is_prose(line) or _ends_sentence(line))
        ):  # fmt: skip
            break
        apart = filled[top] - filled[top - 1] > 1
        if apart and top < k:
            break  # only the date may stand apart from the title
        top -= 1
    while top < k and (_LINKS.match(lines[filled[top]]) or is_navigation(lines[filled[top]])):
        top += 1
    if top == k or not _is_title(lines[filled[top]]):
        return None
    return filled[top]


def _is_alone(lines: Sequence[str], filled: Sequence[int], k: int) -> bool:
    """Whether a short line has a blank one, or nothing, above it."""
    return len(lines[filled[k]].split()) <= 20 and (k == 0 or filled[k] - filled[k - 1] > 1)


def _ends_sentence(line: str) -> bool:
    return bool(_SENTENCE_END.search(line)) and len(line.split()) > 12


def _starts_with_date(lines: Sequence[str], filled: Sequence[int], k: int) -> bool:
    """Whether a title stands below a date, and the end of a text, or nothing, above it."""
    if k + 1 >= len(filled):
        return False
    below = lines[filled[k + 1]]
    above = lines[filled[k] - 1] if filled[k] else ""
    free = not above.strip() or bool(_SENTENCE_END.search(above)) or bool(_RULE.match(above))
    return free and _is_title(below) and not is_prose(below) and not _is_date_line(below)


def _by_datelines(lines: Sequence[str]) -> list[int]:
    """Titles with a paragraph below that begins with a place and a date."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    found: list[int | None] = []
    for k, i in enumerate(filled):
        if k and len(lines[i]) > 60 and _dateline(lines[i]):
            found.append(_title_above(lines, filled, k))
    return _dated_starts(lines, found) if len(found) > 1 else []


def _by_headings(lines: Sequence[str]) -> list[int]:
    """Headings of the first level in Markdown: a page has one, and parts of it have the second."""
    starts = [i for i, line in enumerate(lines) if re.match(r"#\s+\S", line)]
    if len(starts) < 2 or has_prose(lines[: starts[0]]):
        return []
    cuts = [*starts, len(lines)]
    starts = [a for a, b in itertools.pairwise(cuts) if has_prose(lines[a + 1 : b])]
    return starts if len(starts) > 1 else []


def _by_blank_lines(lines: Sequence[str]) -> list[int]:
    runs: list[tuple[int, int]] = []
    i = _next_filled(lines, 0)
    while i < len(lines):
        if lines[i].strip():
            i += 1
            continue
        end = _next_filled(lines, i)
        if end < len(lines):
            runs.append((end - i, end))
        i = end
    for width in sorted({length for length, _ in runs if length > 1}, reverse=True):
        starts = [_next_filled(lines, 0), *(end for length, end in runs if length >= width)]
        if _all_titled(lines, starts, stops=True) and _alike_in_dates(lines, starts):
            return starts
    starts = [_next_filled(lines, 0), *(end for _, end in runs)]
    # Paragraphs of one line each and releases parted by a blank line; wrapped text is not that.
    first = set(starts)
    bodies = [line for i, line in enumerate(lines) if line.strip() and i not in first]
    if bodies and min(map(len, bodies)) > 120 and _all_titled(lines, starts):
        return starts
    return []


def _all_titled(lines: Sequence[str], starts: Sequence[int], *, stops: bool = False) -> bool:
    """Whether nearly every piece has a title, after a date perhaps, and a longer line below it.

    A title may end in a full stop where each stands alone and more than a blank line divides.
    """
    titled = [_has_title(lines[a:b], stops) for a, b in itertools.pairwise([*starts, len(lines)])]
    return len(starts) > 1 and _most(titled)


def _has_title(part: Sequence[str], stops: bool) -> bool:
    filled = [line for line in part if line.strip() and not _RULE.match(line)]
    filled = list(itertools.dropwhile(_is_date_line, filled))
    if len(filled) < 2 or not _is_title(filled[0]) or _LINKS.match(filled[0]):
        return False
    if filled[0].rstrip().endswith("."):
        at = next(i for i, line in enumerate(part) if line == filled[0])
        under = part[at + 1] if at + 1 < len(part) else ""
        alone = not under.strip() or _is_date_line(under)
        if not (stops and alone and len(filled[0].split()) <= 20):
            return False
    below = [line for line in filled[1:] if not _LINKS.match(line)]
    if not below or max(map(len, below)) <= len(filled[0]):
        return False
    return not all(_NAVIGATION.match(line) or _LABEL.match(line) for line in below)


def _whole(lines: Sequence[str]) -> list[int]:
    return [0]


LAYOUTS: dict[str, Callable[[Sequence[str]], list[int]]] = {
    "source-line": _by_source_line,
    "press-marks": _by_press_marks,
    "rules": _by_rules,
    "date-lines": _by_date_lines,
    "datelines": _by_datelines,
    "headings": _by_headings,
    "blank-lines": _by_blank_lines,
    "whole": _whole,
}
"""Layouts by name, in the order they are tried: a closing line "(Source: ... / date)"; "FOR
IMMEDIATE RELEASE", "###", "-30-"; rules of dashes or underlined titles; lines that hold a date
and little else; a title above a place and a date that begin a paragraph; headings of Markdown;
blank lines; the whole text as one release."""


# One release.


def _is_title(line: str) -> bool:
    line = line.strip()
    return len(line) <= _LONGEST_TITLE and not (len(line) > 120 and line.endswith((".", "。", "؟")))


def _begins_text(lines: Sequence[str], i: int) -> bool:
    """Whether a line that is short enough for a title is the first of a sentence or more."""
    line = lines[i].strip()
    below = lines[i + 1].strip() if i + 1 < len(lines) else ""
    goes_on = bool(below) and below[0].islower() and not _SENTENCE_END.search(line)
    # Lines of one width are wrapped text, and no title above a paragraph.
    alike = len(line) > 50 and len(below) > 0.75 * len(line) and not is_prose(below)
    if (goes_on or alike) and has_prose(list(itertools.takewhile(str.strip, lines[i:]))):
        return True
    return is_prose(line) and line.endswith((".", "。", "؟", "।"))


def read_piece(text: str, letterhead: frozenset[str] = frozenset()) -> Piece | None:
    r"""Title, body, source and dates of a text that is one release.

    Parameters
    ----------
    text : str
        The text.
    letterhead : frozenset of str, default=frozenset()
        Lines that stand at the top of many releases, and are the title of none.

    Returns
    -------
    Piece or None
        None where nothing is written.

    Examples
    --------
    >>> piece = read_piece("Talks resume\n\n3 July 2018\n\nEnvoys met in Port Ellis.")
    >>> piece.title, piece.text, piece.dates[0].iso()
    ('Talks resume', 'Envoys met in Port Ellis.', '2018-07-03')
    """
    lines = [line.rstrip() for line in text.splitlines()]
    if not letterhead:
        return _read_piece(lines, 0)
    above: list[str] = []
    for i, line in enumerate(lines[:40]):
        shown = line.strip(" #*")
        if shown in letterhead:
            above.append(shown)
            lines[i] = ""
        elif shown and not (_is_date_line(line) or _LABEL.match(line)):
            break
    piece = _read_piece(lines, 0)
    if piece is not None and above:
        piece.boilerplate = "\n".join(filter(None, (*above, piece.boilerplate)))
    return piece


_TITLE_LABEL = re.compile(
    r"^(?:title|headline|subject|titel|titre|betreff|objet|título|asunto|titolo|başlık|тема)\s*:\s+",
    re.I,
)


def _read_piece(lines: Sequence[str], first_line: int, stops: bool = False) -> Piece | None:
    """Title, body, source and dates of one release; None where nothing is written."""
    above, lines, below = _take_navigation(lines)
    beside = [*above]
    first_line += len(above)
    skip = _next_filled(lines, 0)
    piece = Piece(first_line + skip + 1, "")
    letterhead, lines = _take_letterhead(lines[skip:])
    piece.source = letterhead
    body: list[str] = []
    closing: list[DateFound] = []
    in_head, in_contact, closed, below_title = True, False, False, 9
    for i, line in enumerate(lines):
        shown = line.strip()
        in_contact = is_contact(line) or (in_contact and _goes_on_as_contact(shown))
        if _END.match(line) or (_RULE.match(line) and not any(body)):
            continue
        if closed and shown and shown == lines[i - 1].strip():
            continue  # a caption that is printed twice
        if _closes(line):
            closed = True
            piece.source = _source_name(line) or piece.source
            piece.dates += find_dates(line)
        elif in_head and (headline := _HEADLINE.match(line)) and not find_dates(line):
            piece.title = headline["title"]
        elif in_head and (_is_header(line) or _is_date_line(line)):
            dates = find_dates(line, partial=True)
            (closing if _UPDATE.match(shown) else piece.dates).extend(dates)
            if piece.title is not None and _is_titular(line):
                body.append(line)
            elif _is_titular(line) and not _has_title_below(lines, i):
                # "Market report, 3 July 2018" is the title where there is no other.
                piece.title, below_title = _plain_title(shown), 0
        elif in_head and shown and piece.title is None and not in_contact:
            if _stands_beside(lines, i):
                piece.dates += [] if _OTHER_DATE.match(line) else find_dates(line)
                beside.append(line)
            elif _is_title(shown) and (stops or not _begins_text(lines, i)):
                piece.title, below_title = _plain_title(shown), 0
            else:
                in_head = False
                body.append(line)
        elif in_head and in_contact and _contact_ends(lines, i):
            beside.append(line)
        else:
            # A date under the title, or a subtitle, is the release's; further down the text's own.
            below_title += bool(shown)
            in_head = in_head and (
                not shown or in_contact or (below_title < 3 and not is_prose(shown))
            )
            if _UPDATED.match(shown):
                closing += find_dates(line)
            body.append(line)
    piece.dates += closing
    return _finished(piece, body, [*beside, *below])


def _plain_title(line: str) -> str:
    """A title without the marks of Markdown and without a label."""
    title = re.sub(r"^#+\s*", "", line)
    title = re.sub(r"^\[([^\]]+)\]\([^)]*\)$", r"\1", title)
    title = re.sub(r"^(\*\*|__)(.+)\1$", r"\2", title)
    return _TITLE_LABEL.sub("", title).strip()


def _says_more(line: str) -> bool:
    """Whether a line that holds a date says something beside it."""
    rest = line
    for date in reversed(find_dates(line, partial=True)):
        rest = rest[: date.start] + " " + rest[date.end :]
    rest = _DATE_WORDS.sub(" ", _BYLINE.sub(" ", rest))
    if re.search(r"\s[|•·]\s", line) or _PUBLISHED.match(line) or line.count(",") > 2:
        return False
    return len(re.findall(r"[^\W\d_]{2,}", rest)) > 1 or bool(_WIDE.search(rest))


def _is_titular(line: str) -> bool:
    return _says_more(line) and not _is_header(line)


def _stands_beside(lines: Sequence[str], i: int) -> bool:
    """Whether a line of the head is a fact about the release, a contact or an entry of a menu."""
    shown = lines[i].strip()
    fact = bool(_LABEL.match(shown)) and _has_title_below(lines, i)
    return fact or is_navigation(shown) or _is_name_above_contact(lines, i)


def _has_title_below(lines: Sequence[str], i: int) -> bool:
    """Whether a line of the head below could be the title."""
    for k in range(i + 1, min(i + 12, len(lines))):
        line = lines[k].strip()
        if not line or _is_header(line) or _is_date_line(line) or is_contact(line):
            continue
        if is_prose(line) or _begins_text(lines, k):
            return False
        if not (_LABEL.match(line) or is_navigation(line) or _is_name_above_contact(lines, k)):
            return _is_title(line)
    return False


def _finished(piece: Piece, body: list[str], beside: Sequence[str]) -> Piece | None:
    """The piece with its text and the dates that stand in it and in the title."""
    while body and (not body[-1].strip() or _RULE.match(body[-1])):
        body.pop()
    piece.text = re.sub(r"\n{3,}", "\n\n", "\n".join(body)).strip()
    filled = [line for line in body if line.strip()]
    if piece.title and filled and all(map(is_contact, filled)):
        # One sentence, and a contact below it.
        beside, piece.text = [*beside, *filled], ""
    if not piece.text:
        piece.text, piece.title = piece.title or "", None
    for line in filled[:3]:
        piece.dates += _dateline(line)
        if is_prose(line):
            break
    if len(filled) > 1 and _is_date_line(filled[-1]) and not _SENTENCE_END.search(filled[-1]):
        piece.dates += find_dates(filled[-1])  # "Port Ellis, 3 July 2018" at the end
    piece.dates += _date_of_title(piece.title or "")
    piece.boilerplate = "\n".join(line.strip() for line in beside if line.strip()) or None
    if not piece.text:
        # Nothing but navigation: whoever reads on decides.
        piece.text, piece.boilerplate = piece.boilerplate or "", None
    return piece if piece.text else None


def _date_of_title(title: str) -> list[DateFound]:
    """A date that a title ends in, and does not speak of, as "elections of 14 May"."""
    found = []
    for date in find_dates(title):
        words = re.findall(r"[^\W\d_]+", title[: date.start])
        spoken = bool(words) and words[-1].lower() in _SAID_WITHIN
        if not spoken and not re.search(r"[^\W\d_]{2,}", title[date.end :]):
            found.append(date)
    return found


_UPDATE = re.compile(r"^\W*(?:last )?(?:updated?|modified|aktualisiert|mis à jour)\b", re.I)
_UPDATED = re.compile(
    r"^\W*(?:last )?(?:updated?|modified|published|issued|posted)(?: on)?\s*[:–-]", re.I
)
_DATELINE_END = re.compile(
    r"\s*(?:г\.?|року|р\.|\)|\]|,?\s*\d{1,2}:\d\d)?\s*(?:\.?\s?[-–—:|/]|\(|\.(?:\s|$)|\n|$)"
)


def _dateline(text: str) -> list[DateFound]:
    """Dates that a text begins with, after a place perhaps, before a dash and the like.

    A date in the first sentence itself, as "on 3 July", is what the release speaks of.
    """
    start = text[:150]
    found = []
    for date in find_dates(start):
        before = start[: date.start]
        words = re.findall(r"[^\W\d_]+", before)
        if len(words) > 6 or re.search(r"[.!?]\s", re.sub(r"\b[A-Z][a-z]{0,4}\.", "", before)):
            break
        # "Bordeaux, le 1er juin" is one, and "of 3 July" is none.
        apart = re.search(r",\s*\w+\s*$", before) is not None
        if words and words[-1].lower() in _SAID_WITHIN and not apart:
            break
        if any(word[0].islower() and word not in _PARTICLES for word in words):
            break  # a sentence, and no place
        begins = not words and re.match(r"\s+(?:[A-ZÀ-ÖØ-Þ]|[^\W\d_a-zA-Z])", start[date.end :])
        if _DATELINE_END.match(start, date.end) or begins:
            found.append(date)
    return found


_PARTICLES = frozenset(
    "de la le les des du del den der die das of the and et und y da do al el".split()
)
_SAID_WITHIN = frozenset(
    "on since until from to of by before after till between and the until am vom seit bis zum "
    "le du depuis "
    "el del desde il dal em no van op sedan".split()
)


def _goes_on_as_contact(line: str) -> bool:
    """Whether a line below a contact is one of its own: a name, an address, a number."""
    if not line or is_prose(line) or _is_header(line):
        return False
    return "@" in line or len(line.split()) < 4 or bool(re.search(r"\d{4,}|\d{3}[-. ]\d", line))


def _contact_ends(lines: Sequence[str], i: int) -> bool:
    """Whether prose follows the block of contacts that a line of the head is part of."""
    return has_prose(lines[i + 1 :])


def _is_name_above_contact(lines: Sequence[str], i: int) -> bool:
    below = _next_filled(lines, i + 1)
    words = lines[i].split()
    capital = all(not word[0].islower() for word in words)
    name = len(words) <= 4 and capital and not _SENTENCE_END.search(lines[i])
    return name and below == i + 1 and below < len(lines) and bool(_CONTACT.match(lines[below]))


def _take_navigation(
    lines: Sequence[str],
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Lines above a release that are navigation, the release, and what stands below its end."""
    header = next((i for i, line in enumerate(lines) if _is_header(line)), None)
    start, end = 0, len(lines)
    if header is not None and header > 3 and not has_prose(lines[:header]):
        nearest = max((i + 1 for i in range(header) if _NAVIGATION.match(lines[i])), default=None)
        if nearest is not None:
            # A letterhead may stand between.
            start = nearest if header - nearest <= 3 else header
    elif header is None:
        run = _navigation_run(lines)
        start = run if run < len(lines) else 0
    mark = next((i for i in range(len(lines) - 1, start, -1) if _END.match(lines[i])), None)
    if mark is not None and not has_prose(lines[mark:]):
        after = _next_filled(lines, mark + 1)
        if after < end and not _NOTES.match(lines[after]):
            end = mark + 1
    while end > start and (
        not lines[end - 1].strip()
        or _NAVIGATION.match(lines[end - 1])
        or _LINKS.match(lines[end - 1])
    ):
        end -= 1
    rest = [line for line in lines[start:end] if line.strip()]
    if not any(not _is_header(line) and not _END.match(line) for line in rest):
        return (), lines, ()
    return lines[:start], lines[start:end], lines[end:]


def _navigation_run(lines: Sequence[str]) -> int:
    """Lines at the top that are navigation: whole blocks of it, and single lines after these."""
    start = _next_filled(lines, 0)
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].strip():
            end += 1
        block = lines[start:end]
        entries = sum(map(is_navigation, block))
        short = all(len(line.split()) < 8 or is_navigation(line) for line in block)
        if not (short and entries and 2 * entries >= len(block)):
            break
        start = _next_filled(lines, end)
    filled = [i for i in range(start, len(lines)) if lines[i].strip()]
    count = 0
    for i in filled:
        if not is_navigation(lines[i]):
            break
        count += 1
    if start == _next_filled(lines, 0):
        return filled[count] if 2 <= count < len(filled) else 0
    return filled[count] if count < len(filled) else 0


def _take_letterhead(lines: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The sender's name above "FOR IMMEDIATE RELEASE", and the lines that remain."""
    for i, line in enumerate(lines[:4]):
        if not _is_header(line):
            continue
        names = [above.strip() for above in lines[:i] if not _is_date_line(above) and above.strip()]
        dates = [above for above in lines[:i] if _is_date_line(above)]
        below = [
            under for under in lines[i + 1 :]
            if under.strip() and not _is_header(under) and not _is_date_line(under)
        ]  # fmt: skip
        if names and below and is_prose(below[0]):
            # No other title: the mark stands below it.
            return ", ".join(names[:-1]) or None, [*dates, line, names[-1], "", *lines[i + 1 :]]
        return ", ".join(names) or None, [*dates, *lines[i:]]
    return None, lines


def _source_name(line: str) -> str | None:
    match = _CLOSING.match(line) or _IN_BRACKETS.match(line)
    rest = match["rest"] if match else line
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + rest[date.end :]
    return rest.strip(" \t()[]/,;:|–—-") or None
