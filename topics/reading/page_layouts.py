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
from typing import NamedTuple

import numpy as np

from topics.reading.dates import find_dates
from topics.reading.line_kinds import (
    END_MARK,
    LABEL,
    NAVIGATION,
    NOTES,
    RULE,
    SENTENCE_END,
    could_be_title,
    has_prose,
    is_closing_line,
    is_date_line,
    is_header,
    is_links,
    is_navigation,
    is_prose,
    next_filled,
)
from topics.reading.single_release import (
    Piece,
    dateline,
    read_lines,
)

_LONGEST_SPAN = 12
"""Years that the releases of a page may lie apart."""


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
    pieces = [read_lines(lines[a:b], a, stops) for a, b in itertools.pairwise(cuts)]
    found = [piece for piece in pieces if piece is not None]
    heading = [line.strip() for line in lines[: starts[0]] if line.strip()]
    if heading and found:
        # A heading of the page stands above the first release and is no part of it.
        found[0].boilerplate = "\n".join(filter(None, (*heading, found[0].boilerplate)))
    return found


def _titles_end_in_stops(lines: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether nearly all pieces begin with a line that ends in a full stop."""
    firsts = [lines[min(next_filled(lines, start), len(lines) - 1)] for start in starts]
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
    first = counted = 0
    for start, end in [*((m.start(), m.end()) for m in matches), (len(text), len(text))]:
        first, counted = first + text.count("\n", counted, at), at
        piece = read_lines(text[at:start].splitlines(), first)
        if piece is not None:
            pieces.append(piece)
        at = end
    return pieces


def _by_source_line(lines: Sequence[str]) -> list[int]:
    closing = [i for i, line in enumerate(lines) if is_closing_line(line)]
    if not closing:
        return []
    ends = set(closing)
    starts = [0, *(_after_captions(lines, i + 1, ends) for i in closing)]
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


def _after_captions(lines: Sequence[str], i: int, ends: set[int]) -> int:
    """First line after the captions, each printed twice, that stand under a source line."""
    while True:
        first = next_filled(lines, i)
        second = next_filled(lines, first + 1)
        if (
            second < len(lines)
            and first not in ends
            and lines[first].strip() == lines[second].strip()
        ):
            i = second + 1
        else:
            return i


def _by_press_marks(lines: Sequence[str]) -> list[int]:
    headers = [i for i, line in enumerate(lines) if is_header(line)]
    ends = [i for i, line in enumerate(lines) if END_MARK.match(line)]
    if not headers and not ends:
        return []
    starts = {0}
    for header in headers:
        # A letterhead or a date right above the mark belongs to the release below it.
        start = header
        while (
            header - 3 < start > 0
            and lines[start - 1].strip()
            and not END_MARK.match(lines[start - 1])
        ):
            start -= 1
        starts.add(start)
    start = 0
    for i in ends:
        start = next_filled(lines, max(i + 1, start))
        while start < len(lines) and NOTES.match(lines[start]):
            while start < len(lines) and lines[start].strip():
                start += 1
            start = next_filled(lines, start)
        if start < len(lines):
            starts.add(start)
    first = min((i for i in starts if i > 0), default=0)
    preamble = [line for line in lines[:first] if line.strip()]
    if not preamble or (
        len(preamble) == 1 and not any(END_MARK.match(line) for line in lines[:first])
    ):
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


def _is_titled(lines: Sequence[str]) -> bool:
    """Whether the first line that says something could be a title, with something below it."""
    filled = [line for line in lines if line.strip() and not RULE.match(line)]
    filled = list(itertools.dropwhile(is_date_line, filled))
    return len(filled) > 1 and could_be_title(filled[0]) and not is_prose(filled[0])


def _is_body(line: str) -> bool:
    return bool(line.strip()) and not (
        is_header(line) or END_MARK.match(line) or is_date_line(line)
    )


def _by_rules(lines: Sequence[str]) -> list[int]:
    rules = [i for i, line in enumerate(lines) if RULE.match(line)]
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
    return any(map(is_date_line, part)) or bool(dateline(first))


def _underlines(lines: Sequence[str], i: int) -> bool:
    return (
        i > 0
        and bool(lines[i - 1].strip())
        and (i == 1 or not lines[i - 2].strip())
        and abs(len(lines[i].strip()) - len(lines[i - 1].strip())) <= 2
    )


def _by_date_lines(lines: Sequence[str]) -> list[int]:
    filled = [i for i, line in enumerate(lines) if line.strip()]
    dated = [i for i in filled if is_date_line(lines[i])]
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
    filled = [line for line in part if line.strip() and not is_date_line(line)]
    return len(filled) > 1 and (has_prose(filled[1:]) or max(map(len, filled[1:])) > len(filled[0]))


def _title_above(lines: Sequence[str], filled: Sequence[int], k: int) -> int | None:
    """The line that a title starts on which stands right above a date, of three lines at most."""
    top = k
    while top > 0 and k - top < 3:
        line = lines[filled[top - 1]]
        # A title that ends in a stop stands alone right above its date.
        alone = top == k and filled[k] - filled[k - 1] == 1 and _is_alone(lines, filled, k - 1)
        if RULE.match(line) or is_date_line(line) or (
            not alone and (is_prose(line) or _ends_sentence(line))
        ):  # fmt: skip
            break
        apart = filled[top] - filled[top - 1] > 1
        if apart and top < k:
            break  # only the date may stand apart from the title
        top -= 1
    while top < k and (is_links(lines[filled[top]]) or is_navigation(lines[filled[top]])):
        top += 1
    if top == k or not could_be_title(lines[filled[top]]):
        return None
    return filled[top]


def _is_alone(lines: Sequence[str], filled: Sequence[int], k: int) -> bool:
    """Whether a short line has a blank one, or nothing, above it."""
    return len(lines[filled[k]].split()) <= 20 and (k == 0 or filled[k] - filled[k - 1] > 1)


def _ends_sentence(line: str) -> bool:
    return bool(SENTENCE_END.search(line)) and len(line.split()) > 12


def _starts_with_date(lines: Sequence[str], filled: Sequence[int], k: int) -> bool:
    """Whether a title stands below a date, and the end of a text, or nothing, above it."""
    if k + 1 >= len(filled):
        return False
    below = lines[filled[k + 1]]
    above = lines[filled[k] - 1] if filled[k] else ""
    free = not above.strip() or bool(SENTENCE_END.search(above)) or bool(RULE.match(above))
    return free and could_be_title(below) and not is_prose(below) and not is_date_line(below)


def _by_datelines(lines: Sequence[str]) -> list[int]:
    """Titles with a paragraph below that begins with a place and a date."""
    filled = [i for i, line in enumerate(lines) if line.strip()]
    found: list[int | None] = []
    for k, i in enumerate(filled):
        if k and len(lines[i]) > 60 and dateline(lines[i]):
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
    i = next_filled(lines, 0)
    while i < len(lines):
        if lines[i].strip():
            i += 1
            continue
        end = next_filled(lines, i)
        if end < len(lines):
            runs.append((end - i, end))
        i = end
    for width in sorted({length for length, _ in runs if length > 1}, reverse=True):
        starts = [next_filled(lines, 0), *(end for length, end in runs if length >= width)]
        if _all_titled(lines, starts, stops=True) and _alike_in_dates(lines, starts):
            return starts
    starts = [next_filled(lines, 0), *(end for _, end in runs)]
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
    filled = [line for line in part if line.strip() and not RULE.match(line)]
    filled = list(itertools.dropwhile(is_date_line, filled))
    if len(filled) < 2 or not could_be_title(filled[0]) or is_links(filled[0]):
        return False
    if filled[0].rstrip().endswith("."):
        at = next(i for i, line in enumerate(part) if line == filled[0])
        under = part[at + 1] if at + 1 < len(part) else ""
        alone = not under.strip() or is_date_line(under)
        if not (stops and alone and len(filled[0].split()) <= 20):
            return False
    below = [line for line in filled[1:] if not is_links(line)]
    if not below or max(map(len, below)) <= len(filled[0]):
        return False
    return not all(NAVIGATION.match(line) or LABEL.match(line) for line in below)


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
