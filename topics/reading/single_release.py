"""One release in a text: its title, date and source from its head, and its body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from topics.reading.dates import DateFound, find_dates
from topics.reading.line_kinds import (
    _CONTACT,
    CLOSING,
    END_MARK,
    IN_BRACKETS,
    LABEL,
    NAVIGATION,
    NOTES,
    OTHER_DATE,
    RULE,
    SENTENCE_END,
    begins_text,
    could_be_title,
    has_prose,
    is_closing_line,
    is_contact,
    is_date_line,
    is_header,
    is_links,
    is_navigation,
    is_prose,
    next_filled,
    says_more,
)

_HEADLINE = re.compile(
    r"^[\s*_#>-]*(?:press|news|media) (?:release|statement)\s*[:–—-]\s*"
    r"(?P<title>(?:\S+\s+){2,}\S+)$",
    re.I,
)


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
        return read_lines(lines, 0)
    above: list[str] = []
    for i, line in enumerate(lines[:40]):
        shown = line.strip(" #*")
        if shown in letterhead:
            above.append(shown)
            lines[i] = ""
        elif shown and not (is_date_line(line) or LABEL.match(line)):
            break
    piece = read_lines(lines, 0)
    if piece is not None and above:
        piece.boilerplate = "\n".join(filter(None, (*above, piece.boilerplate)))
    return piece


_TITLE_LABEL = re.compile(
    r"^(?:title|headline|subject|titel|titre|betreff|objet|título|asunto|titolo|başlık|тема)\s*:\s+",
    re.I,
)


def read_lines(lines: Sequence[str], first_line: int, stops: bool = False) -> Piece | None:
    """Title, body, source and dates of the lines of one release.

    Parameters
    ----------
    lines : sequence of str
        The lines.
    first_line : int
        Lines of the page above them.
    stops : bool, default=False
        Whether titles of the page end in full stops.

    Returns
    -------
    Piece or None
        None where nothing is written.

    Examples
    --------
    >>> read_lines(["Talks resume", "", "Envoys met."], 0).text
    'Envoys met.'
    """
    above, lines, below = _take_navigation(lines)
    beside = [*above]
    first_line += len(above)
    skip = next_filled(lines, 0)
    piece = Piece(first_line + skip + 1, "")
    letterhead, lines = _take_letterhead(lines[skip:])
    piece.source = letterhead
    body: list[str] = []
    closing: list[DateFound] = []
    in_head, in_contact, closed, below_title = True, False, False, 9
    last_prose = next((i for i in range(len(lines) - 1, -1, -1) if is_prose(lines[i])), -1)
    for i, line in enumerate(lines):
        shown = line.strip()
        in_contact = is_contact(line) or (in_contact and _goes_on_as_contact(shown))
        if END_MARK.match(line) or (RULE.match(line) and not any(body)):
            continue
        if closed and shown and shown == lines[i - 1].strip():
            continue  # a caption that is printed twice
        if is_closing_line(line):
            closed = True
            piece.source = _source_name(line) or piece.source
            piece.dates += find_dates(line)
        elif in_head and (headline := _HEADLINE.match(line)) and not find_dates(line):
            piece.title = headline["title"]
        elif in_head and (is_header(line) or is_date_line(line)):
            dates = find_dates(line, partial=True)
            (closing if _UPDATE.match(shown) else piece.dates).extend(dates)
            if piece.title is not None and _is_titular(line):
                body.append(line)
            elif _is_titular(line) and not _has_title_below(lines, i):
                # "Market report, 3 July 2018" is the title where there is no other.
                piece.title, below_title = _plain_title(shown), 0
        elif in_head and shown and piece.title is None and not in_contact:
            if _stands_beside(lines, i):
                piece.dates += [] if OTHER_DATE.match(line) else find_dates(line)
                beside.append(line)
            elif could_be_title(shown) and (stops or not begins_text(lines, i)):
                piece.title, below_title = _plain_title(shown), 0
            else:
                in_head = False
                body.append(line)
        elif in_head and in_contact and i < last_prose:
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


def _is_titular(line: str) -> bool:
    return says_more(line) and not is_header(line)


def _stands_beside(lines: Sequence[str], i: int) -> bool:
    """Whether a line of the head is a fact about the release, a contact or an entry of a menu."""
    shown = lines[i].strip()
    fact = bool(LABEL.match(shown)) and _has_title_below(lines, i)
    return fact or is_navigation(shown) or _is_name_above_contact(lines, i)


def _has_title_below(lines: Sequence[str], i: int) -> bool:
    """Whether a line of the head below could be the title."""
    for k in range(i + 1, min(i + 12, len(lines))):
        line = lines[k].strip()
        if not line or is_header(line) or is_date_line(line) or is_contact(line):
            continue
        if is_prose(line) or begins_text(lines, k):
            return False
        if not (LABEL.match(line) or is_navigation(line) or _is_name_above_contact(lines, k)):
            return could_be_title(line)
    return False


def _finished(piece: Piece, body: list[str], beside: Sequence[str]) -> Piece | None:
    """The piece with its text and the dates that stand in it and in the title."""
    while body and (not body[-1].strip() or RULE.match(body[-1])):
        body.pop()
    piece.text = re.sub(r"\n{3,}", "\n\n", "\n".join(body)).strip()
    filled = [line for line in body if line.strip()]
    if piece.title and filled and all(map(is_contact, filled)):
        # One sentence, and a contact below it.
        beside, piece.text = [*beside, *filled], ""
    if not piece.text:
        piece.text, piece.title = piece.title or "", None
    for line in filled[:3]:
        piece.dates += dateline(line)
        if is_prose(line):
            break
    if len(filled) > 1 and is_date_line(filled[-1]) and not SENTENCE_END.search(filled[-1]):
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


def dateline(text: str) -> list[DateFound]:
    """Dates that a text begins with, after a place perhaps, before a dash and the like.

    A date in the first sentence itself, as "on 3 July", is what the release speaks of.

    Examples
    --------
    >>> [date.iso() for date in dateline("GENEVA (3 July 2018) – The envoys met.")]
    ['2018-07-03']
    >>> dateline("On 3 July 2018 the envoys met.")
    []
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
    if not line or is_prose(line) or is_header(line):
        return False
    return "@" in line or len(line.split()) < 4 or bool(re.search(r"\d{4,}|\d{3}[-. ]\d", line))


def _is_name_above_contact(lines: Sequence[str], i: int) -> bool:
    below = next_filled(lines, i + 1)
    words = lines[i].split()
    capital = all(not word[0].islower() for word in words)
    name = len(words) <= 4 and capital and not SENTENCE_END.search(lines[i])
    return name and below == i + 1 and below < len(lines) and bool(_CONTACT.match(lines[below]))


def _take_navigation(
    lines: Sequence[str],
) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Lines above a release that are navigation, the release, and what stands below its end."""
    header = next((i for i, line in enumerate(lines) if is_header(line)), None)
    start, end = 0, len(lines)
    if header is not None and header > 3 and not has_prose(lines[:header]):
        nearest = max((i + 1 for i in range(header) if NAVIGATION.match(lines[i])), default=None)
        if nearest is not None:
            # A letterhead may stand between.
            start = nearest if header - nearest <= 3 else header
    elif header is None:
        run = _navigation_run(lines)
        start = run if run < len(lines) else 0
    mark = next((i for i in range(len(lines) - 1, start, -1) if END_MARK.match(lines[i])), None)
    if mark is not None and not has_prose(lines[mark:]):
        after = next_filled(lines, mark + 1)
        if after < end and not NOTES.match(lines[after]):
            end = mark + 1
    while end > start and (
        not lines[end - 1].strip() or NAVIGATION.match(lines[end - 1]) or is_links(lines[end - 1])
    ):
        end -= 1
    rest = [line for line in lines[start:end] if line.strip()]
    if not any(not is_header(line) and not END_MARK.match(line) for line in rest):
        return (), lines, ()
    return lines[:start], lines[start:end], lines[end:]


def _navigation_run(lines: Sequence[str]) -> int:
    """Lines at the top that are navigation: whole blocks of it, and single lines after these."""
    start = next_filled(lines, 0)
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].strip():
            end += 1
        block = lines[start:end]
        entries = sum(map(is_navigation, block))
        short = all(len(line.split()) < 8 or is_navigation(line) for line in block)
        if not (short and entries and 2 * entries >= len(block)):
            break
        start = next_filled(lines, end)
    filled = [i for i in range(start, len(lines)) if lines[i].strip()]
    count = 0
    for i in filled:
        if not is_navigation(lines[i]):
            break
        count += 1
    if start == next_filled(lines, 0):
        return filled[count] if 2 <= count < len(filled) else 0
    return filled[count] if count < len(filled) else 0


def _take_letterhead(lines: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """The sender's name above "FOR IMMEDIATE RELEASE", and the lines that remain."""
    for i, line in enumerate(lines[:4]):
        if not is_header(line):
            continue
        names = [above.strip() for above in lines[:i] if not is_date_line(above) and above.strip()]
        dates = [above for above in lines[:i] if is_date_line(above)]
        below = [
            under for under in lines[i + 1 :]
            if under.strip() and not is_header(under) and not is_date_line(under)
        ]  # fmt: skip
        if names and below and is_prose(below[0]):
            # No other title: the mark stands below it.
            return ", ".join(names[:-1]) or None, [*dates, line, names[-1], "", *lines[i + 1 :]]
        return ", ".join(names) or None, [*dates, *lines[i:]]
    return None, lines


def _source_name(line: str) -> str | None:
    match = CLOSING.match(line) or IN_BRACKETS.match(line)
    rest = match["rest"] if match else line
    for date in reversed(find_dates(rest)):
        rest = rest[: date.start] + rest[date.end :]
    return rest.strip(" \t()[]/,;:|–—-") or None
