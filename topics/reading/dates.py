"""Dates as releases write them: found in a line, read over the whole source."""

from __future__ import annotations

import datetime
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

LOCALES = (
    "en", "es", "fr", "de", "pt", "it", "nl", "ru", "tr", "ar", "ar_SY", "ar_MA", "hi", "bn",
    "id", "fa", "pl", "uk",
)  # fmt: skip
"""CLDR locales whose month names are known; Arabic has three sets of them."""

Order = Literal["day", "month"]


@dataclass(frozen=True)
class DateFound:
    """A date in a text, perhaps with day and month still to be told apart.

    Attributes
    ----------
    year, first, second : int
        The year and the two other numbers as they stand.
    order : {"day", "month", "either"}
        What ``first`` is; "either" where the numbers alone do not say.
    start, end : int
        Where the date stands in the text it was found in.
    divider : str or None
        What divides the numbers of a numeric date that ends in the year; else None.
    """

    year: int
    first: int
    second: int
    order: Literal["day", "month", "either"]
    start: int
    end: int
    divider: str | None = None

    def iso(self, order: Order = "day") -> str | None:
        """ISO date, ``order`` deciding where the numbers do not; None where no such day exists.

        Examples
        --------
        >>> [found.iso("month") for found in find_dates("Port Ellis, 03/07/2018")]
        ['2018-03-07']
        """
        month, day = self.first, self.second
        if (order if self.order == "either" else self.order) == "day":
            month, day = day, month
        try:
            return datetime.date(self.year, month, day).isoformat()
        except ValueError:
            return None


def _fold(word: str) -> str:
    # NFKC after lower(): the dotted capital I of Turkish becomes i with a combining dot.
    return unicodedata.normalize("NFKC", word.lower().replace("i̇", "i")).strip(". ")


@cache
def _month_names() -> dict[str, int]:
    from babel.dates import get_month_names

    names: dict[str, int] = {"sept": 9}
    for locale in LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    folded = _fold(name)
                    if not folded.isdigit():
                        names.setdefault(folded, number)
    return names


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = sorted(map(re.escape, _month_names()), key=len, reverse=True)
    # The dotted capital I of Turkish is matched as itself: re folds it to nothing that helps.
    month = rf"(?P<month>{'|'.join(names)})(?![^\W\d_])\.?".replace("i", "[iİ]")
    day = r"(?<!\d)(?P<day>\d{1,2})"
    year = r"(?P<year>\d{4})(?!\d)"
    patterns = (
        rf"{day}(?:st|nd|rd|th|er|º|ª|\.)?[\s,/-]*(?:de\s+|of\s+|d['’])?{month}(?:\s*['’])?[\s,./-]*(?:de\s+|del\s+)?{year}",
        rf"(?<!\w){month}\s*-?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,.-]+{year}",
        r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<mon>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]?",
        r"(?<![\d.])(?P<year>\d{4})(?P<sep>[-./])(?P<mon>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)",
        r"(?<![\d./-])(?P<first>\d{1,2})(?P<sep>[-./])\s?(?P<second>\d{1,2})(?P=sep)\s?"
        r"(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mon>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def find_dates(text: str) -> list[DateFound]:
    """All dates in a text, in the order they stand.

    Month names are known in the languages of :data:`LOCALES` (names from CLDR, through Babel);
    digits may be of any script.

    Parameters
    ----------
    text : str
        A line or a cell.

    Returns
    -------
    list of DateFound
        Dates that exist in the calendar; overlapping readings are left out.

    Examples
    --------
    >>> [date.iso() for date in find_dates("Ankara, 3 juillet 2018 (updated 2018-07-05)")]
    ['2018-07-03', '2018-07-05']
    >>> find_dates("11/07/2018")[0].order
    'either'
    """
    if not any(map(str.isdigit, text)):
        return []
    found: list[DateFound] = []
    for pattern in _patterns():
        for match in pattern.finditer(text):
            date = _date(match)
            if date is not None and not any(
                date.start < other.end and other.start < date.end for other in found
            ):
                found.append(date)
    return sorted(found, key=lambda date: date.start)


def _date(match: re.Match[str]) -> DateFound | None:
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 70 else 1900
    start, end = match.span()
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        either = max(first, second) <= 12 and first != second
        order: Any = "either" if either else "day" if first > 12 else "month"
        date = DateFound(year, first, second, order, start, end, parts["sep"])
    else:
        month = (
            int(parts["mon"]) if "mon" in parts else _month_names().get(_fold(parts["month"]), 0)
        )
        date = DateFound(year, month, int(parts["day"]), "month", start, end)
    return date if date.iso() else None


def day_or_month_first(dates: Iterable[DateFound]) -> Order:
    """Whether the first number of a numeric date is the day or the month.

    Decided over a whole source: by the dates that can be read one way only; else by the reading
    that leaves the dates in order, as pages of releases have them; else by the divider, a slash
    being read as American where nothing speaks against it.

    Parameters
    ----------
    dates : iterable of DateFound
        The dates of one source in the order they stand.

    Returns
    -------
    {"day", "month"}
        The order.

    Examples
    --------
    >>> day_or_month_first(find_dates("30.07.2018 04.07.2018"))
    'day'
    >>> day_or_month_first(find_dates("07/11/2018 07/06/2018 07/04/2018"))
    'month'
    """
    dates = list(dates)
    numeric = Counter(date.order for date in dates if date.divider and date.first != date.second)
    if numeric["day"] != numeric["month"]:
        return "day" if numeric["day"] > numeric["month"] else "month"
    if numeric["either"]:
        day = _disorder([date.iso("day") or "" for date in dates])
        month = _disorder([date.iso("month") or "" for date in dates])
        if len(dates) > 2 and day != month:
            return "day" if day < month else "month"
        if all(date.divider in ("/", None) for date in dates):
            return "month"
    return "day"


def _disorder(dates: Sequence[str]) -> int:
    """Steps against the stream, whichever way it flows."""
    pairs = list(itertools.pairwise(dates))
    return min(sum(a > b for a, b in pairs), sum(a < b for a, b in pairs))
