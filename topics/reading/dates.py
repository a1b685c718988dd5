"""Dates as releases write them: found in a line or read off a cell."""

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

from topics.reading.calendars import (
    ERAS,
    HIJRI_MONTHS,
    JALALI_MONTHS,
    Calendar,
    calendar_of,
    to_gregorian,
)

LOCALES = (
    "en", "es", "fr", "de", "pt", "it", "nl", "ru", "tr", "ar", "ar_SY", "ar_MA", "hi", "bn",
    "id", "fa", "pl", "uk",
)  # fmt: skip
"""CLDR locales whose month names are looked for first; Arabic has three sets of them."""
FURTHER_LOCALES = (
    "sv", "da", "nb", "nn", "fi", "cs", "sk", "hu", "ro", "bg", "el", "he", "hr", "sr", "sr_Latn",
    "sl", "bs", "mk", "sq", "lt", "lv", "et", "ca", "eu", "gl", "ga", "cy", "is", "mt", "lb", "vi",
    "th", "ms", "fil", "sw", "am", "ti", "so", "ha", "yo", "ig", "zu", "xh", "af", "rw", "mg", "om",
    "hy", "ka", "az", "az_Cyrl", "kk", "ky", "uz", "uz_Cyrl", "tk", "tg", "mn", "be", "ta", "te",
    "ml", "kn", "mr", "gu", "pa", "or", "ne", "si", "ur", "ps", "sd", "ckb", "ku", "km", "lo", "my",
    "ug", "tt", "jv", "su", "fy", "gd", "br", "eo", "la",
)  # fmt: skip
"""Those that are looked for where the first have found nothing."""

Order = Literal["day", "month"]


@dataclass(frozen=True)
class DateFound:
    """A date in a text, perhaps with day and month still to be told apart.

    Attributes
    ----------
    year, first, second : int
        The year and the two other numbers as they stand; 0 where the date has none.
    order : {"day", "month", "either"}
        What ``first`` is; "either" where the numbers alone do not say.
    start, end : int
        Where the date stands in the text it was found in.
    divider : str or None
        What divides the numbers of a numeric date that ends in the year; else None.
    calendar : {"gregorian", "jalali", "hijri", "buddhist"}
        That of the numbers.
    """

    year: int
    first: int
    second: int
    order: Literal["day", "month", "either"]
    start: int
    end: int
    divider: str | None = None
    calendar: Calendar = "gregorian"

    def iso(self, order: Order = "day") -> str | None:
        """ISO date, ``order`` deciding where the numbers do not; None where no such day exists.

        A date of which only the year, or the month, is known has only that: ``2018-07``.

        Examples
        --------
        >>> [found.iso("month") for found in find_dates("Port Ellis, 03/07/2018")]
        ['2018-03-07']
        """
        month, day = self.first, self.second
        if (order if self.order == "either" else self.order) == "day":
            month, day = day, month
        found = to_gregorian(self.calendar, self.year, month or 1, day or 1)
        if found is None:
            return None
        return found.isoformat()[: 10 if day else 7 if month else 4]


def _fold(word: str) -> str:
    # NFKC after lower(): the dotted capital I of Turkish becomes i with a combining dot.
    return unicodedata.normalize("NFKC", word.lower().replace("i̇", "i")).strip(". ")


_OTHER_SPELLINGS = {
    "sept": 9, "फरवरी": 2, "सितम्बर": 9, "अक्तूबर": 10, "नवम्बर": 11, "दिसम्बर": 12,
}  # fmt: skip
"""Months as they are written beside CLDR's spelling."""


@cache
def _month_names(further: bool = False) -> dict[str, int]:
    from babel import UnknownLocaleError
    from babel.dates import get_month_names

    known = _month_names() if further else {}
    names: dict[str, int] = {} if further else dict(_OTHER_SPELLINGS)
    for locale in FURTHER_LOCALES if further else LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                try:
                    found = get_month_names(width, context, locale)
                except (UnknownLocaleError, ValueError, KeyError):
                    continue
                for number, name in found.items():
                    folded = _fold(name)
                    if not folded.isdigit() and len(folded) > 1 and folded not in known:
                        names.setdefault(folded, number)
    return names


_YEAR = r"(?P<year>\d{4})(?!\d)"
_SHORT_YEAR = r"(?P<year>\d{4}|['’]?\d{2})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"


def _any_of(names: Iterable[str]) -> str:
    """A group ``month`` that matches the longest of some names."""
    ordered = sorted(map(re.escape, names), key=len, reverse=True)
    return rf"(?P<month>{'|'.join(ordered)})(?![^\W\d_])"


def _month(names: Iterable[str]) -> str:
    # The dotted capital I of Turkish is matched as itself: re folds it to nothing that helps.
    return rf"{_any_of(names)}\.?".replace("i", "[iİ]")


def _named_patterns(names: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    month = _month(names)
    return _compiled(
        rf"{_DAY}(?:st|nd|rd|th|er|º|ª|\.)?[\s,/-]*(?:de\s+|of\s+|d['’])?{month}(?:\s*['’])?[\s,./-]*(?:de\s+|del\s+|năm\s+)?{_YEAR}",
        rf"(?<!\w){month}\s*-?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,.-]+{_YEAR}",
        rf"{_DAY}(?:st|nd|rd|th)?[ -]{month}[ -]?{_SHORT_YEAR}(?![\w-])",
        rf"(?<!\w){month}\s+(?P<day>\d{{1,2}})\s+\d\d:\d\d(?::\d\d)?(?:\s+[A-Z]{{2,5}})?\s+{_YEAR}",
        rf"(?<!\d){_YEAR}[\s,./-]*(?:m\.|gada|ko|оны|г\.|年)?[\s,./-]*(?<![^\W\d_]){month}[\s,./-]*(?P<day>\d{{1,2}})(?!\d)",
        rf"(?<!\d){_YEAR}\s*\.?\s*(?:gada|m\.)\s*(?P<day>\d{{1,2}})\.?\s*{month}",
    )


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


@cache
def _patterns(further: bool) -> tuple[re.Pattern[str], ...]:
    return _named_patterns(_month_names(further))


_NUMERIC = _compiled(
    r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<mon>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일号號]?",
    rf"(?P<era>{'|'.join(ERAS)})\s*(?P<year>\d{{1,3}}|元)\s*年\s*(?P<mon>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})\s*日?",
    r"(?<![\d.])(?P<year>\d{4})(?P<sep>[-./])\s?(?P<mon>\d{1,2})(?P=sep)\s?(?P<day>\d{1,2})(?!\d)",
    r"(?<![\d./-])(?P<first>\d{1,2})(?P<sep>[-./])\s?(?P<second>\d{1,2})(?P=sep)\s?"
    r"(?P<year>\d{4}|\d{2})(?![\d/-]|\.\d)",
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mon>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T_ ]?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?Z?)?(?!\d)",
)


def _other_calendar(months: Iterable[str]) -> re.Pattern[str]:
    year = r"(?P<year>1[2-5]\d\d|[\u0660-\u0669\u06f0-\u06f9]{4})(?!\d)"
    return re.compile(rf"{_DAY}[\s,/-]*{_any_of(months)}[\s,/-]*{year}", re.I)


_OTHER_CALENDARS: tuple[tuple[Calendar, re.Pattern[str], dict[str, int]], ...] = (
    ("jalali", _other_calendar(JALALI_MONTHS), JALALI_MONTHS),
    ("hijri", _other_calendar(HIJRI_MONTHS), HIJRI_MONTHS),
)
_ANY_YEAR = re.compile(
    r"(?<!\d)(?:1[2-9]\d\d|2[0-6]\d\d)(?!\d)|(?![0-9])\d|[^\W\d_]+\.?[ -]?['’]?\d\d(?!\d)"
)
"""What a year may be: four digits, those of another script, or two behind a month."""
_ANY_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)|(?![0-9])\d")
_MOST_SEARCHED = 2000
_LONGEST = 120
"""Characters of a line in which months of further languages are looked for."""


def find_dates(text: str, *, partial: bool = False) -> list[DateFound]:
    """All dates in a text, in the order they stand.

    Month names are known in the languages of :data:`LOCALES` and, in short lines,
    :data:`FURTHER_LOCALES` (names from CLDR, through Babel); digits may be of any script. Years of
    the Jalali, Islamic and Buddhist calendars and of Japanese eras are known as such.

    Parameters
    ----------
    text : str
        A line or a cell; of a longer one the first 2,000 characters.
    partial : bool, default=False
        Whether a month with its year is a date, too, where there is no other.

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
    >>> find_dates("3. července 2018")[0].iso(), find_dates("1397/04/12")[0].iso()
    ('2018-07-03', '2018-07-03')
    """
    if not any(map(str.isdigit, text)):
        return []
    text = text[:_MOST_SEARCHED]
    found: list[DateFound] = []

    def search(patterns: Iterable[re.Pattern[str]], months: dict[str, int]) -> None:
        for pattern in patterns:
            for match in pattern.finditer(text):
                _add(found, _date(match, months, text))

    search((*_patterns(False)[:2], *_NUMERIC), _month_names())
    if _ANY_YEAR.search(text):
        for calendar, pattern, months in _OTHER_CALENDARS:
            for match in pattern.finditer(text):
                year, day = int(match["year"]), int(match["day"])
                _add(found, DateFound(year, months[match["month"].lower()], day, "month",
                                      *match.span(), calendar=calendar))  # fmt: skip
        dated = len(text) <= _LONGEST and _ANY_DAY.search(text)
        if not found and dated and re.search(r"[^\W\d_]", text):
            search(_patterns(False)[2:], _month_names())
            if not found:
                search(_patterns(True), _month_names(True))
    if partial and not found:
        date = _month_of(text)
        found += [date] if date else []
    return sorted(found, key=lambda date: date.start)


def _add(found: list[DateFound], date: DateFound | None) -> None:
    if (
        date is not None
        and date.iso()
        and not any(date.start < other.end and other.start < date.end for other in found)
    ):
        found.append(date)


def _date(match: re.Match[str], months: dict[str, int], text: str) -> DateFound | None:
    parts = match.groupdict()
    start, end = match.span()
    written = parts["year"].strip("'’")
    year = 1 if written == "元" else int(written)
    if "era" in parts:
        return DateFound(
            year + ERAS[parts["era"]], int(parts["mon"]), int(parts["day"]), "month", start, end
        )
    if len(written) == 2:
        year += 2000 if year < 70 else 1900
    calendar = calendar_of(year, text)
    if calendar is None or ("month" in parts and calendar not in ("gregorian", "buddhist")):
        return None
    if "first" in parts:
        first, second = int(parts["first"]), int(parts["second"])
        either = max(first, second) <= 12 and first != second
        order: Any = "either" if either else "day" if first > 12 or first == second else "month"
        if calendar != "gregorian" or not match[0].isascii():
            order = "day" if first <= 31 else order  # only American dates begin with the month
        return DateFound(year, first, second, order, start, end, parts["sep"], calendar)
    month = int(parts["mon"]) if "mon" in parts else months.get(_fold(parts["month"]), 0)
    return DateFound(year, month, int(parts["day"]), "month", start, end, None, calendar)


@cache
def _month_patterns(further: bool) -> re.Pattern[str]:
    month = _month(_month_names(further))
    return re.compile(rf"(?<!\w){month}[\s,./-]*(?:de\s+|del\s+|of\s+|năm\s+)?{_YEAR}", re.I)


_NUMERIC_MONTH = _compiled(
    r"^\s*(?P<year>\d{4})[-./](?P<mon>0?[1-9]|1[0-2])\s*$",
    r"^\s*(?P<mon>0?[1-9]|1[0-2])[-./](?P<year>\d{4})\s*$",
    r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<mon>\d{1,2})\s*[月월]",
)


def _month_of(text: str) -> DateFound | None:
    """A month with its year."""
    for pattern in _NUMERIC_MONTH:
        if match := pattern.search(text):
            calendar = calendar_of(int(match["year"]), text)
            if calendar in ("gregorian", "buddhist"):
                return DateFound(int(match["year"]), int(match["mon"]), 0, "month", *match.span(),
                                 calendar=calendar)  # fmt: skip
    if not _ANY_YEAR.search(text) or len(text) > _LONGEST:
        return None
    for further in (False, True):
        if match := _month_patterns(further).search(text):
            calendar = calendar_of(int(match["year"]), text)
            month = _month_names(further).get(_fold(match["month"]), 0)
            if calendar in ("gregorian", "buddhist") and month:
                return DateFound(
                    int(match["year"]), month, 0, "month", *match.span(), calendar=calendar
                )
    return None


_ISO = re.compile(
    r"((?:19|20)[0-9]{2})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_EPOCH = datetime.date(1970, 1, 1)
_EXCEL = datetime.date(1899, 12, 30)


def read_date_cell(cell: str | None) -> list[DateFound]:
    """The date that a cell of a column of dates holds.

    Parameters
    ----------
    cell : str or None
        A date in any form of :func:`find_dates`, a month or a year, seconds, milliseconds or
        microseconds since 1970, or a day as Excel counts them.

    Returns
    -------
    list of DateFound
        The likeliest first; empty where it is none.

    Examples
    --------
    >>> cells = ("43284", "1530576000", "3-Jul-18", "July 2018", "2018")
    >>> [read_date_cell(cell)[0].iso() for cell in cells]
    ['2018-07-03', '2018-07-03', '2018-07-03', '2018-07', '2018']
    """
    text = "" if cell is None else cell.strip()
    if iso := _ISO.fullmatch(text):
        # As most programs write it: the names of months need not be loaded.
        day = DateFound(int(iso[1]), int(iso[2]), int(iso[3]), "month", 0, 10)
        return [day] if day.iso() else []
    if ticks := re.fullmatch(r"/Date\((\d{12,13})(?:[+-]\d{4})?\)/", text):
        text = ticks[1]  # as .NET writes it
    number = re.fullmatch(r"(\d{4,20})(?:\.\d+)?", text)
    if number and not (found := find_dates(text)):
        date = _of_number(int(number[1]), len(number[1]))
        if date is not None:
            return [DateFound(date.year, date.month, date.day, "month", 0, len(text))]
        year = int(number[1])
        known = len(number[1]) == 4 and calendar_of(year) == "gregorian"
        return [DateFound(year, 0, 0, "month", 0, 4)] if known else []
    return found if number else find_dates(text, partial=True)


def _of_number(number: int, digits: int) -> datetime.date | None:
    """A day as programs count it: seconds and their parts since 1970, days since 1900."""
    if digits in (9, 10):
        return _EPOCH + datetime.timedelta(seconds=number)
    if digits in (12, 13, 15, 16, 18, 19):
        factor = 10 ** (3 if digits < 14 else 6 if digits < 17 else 9)
        return _EPOCH + datetime.timedelta(seconds=number // factor)
    return _EXCEL + datetime.timedelta(days=number) if 20_000 <= number <= 80_000 else None


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
