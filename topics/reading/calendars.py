"""Years that are none of the Gregorian calendar, and their dates in it."""

from __future__ import annotations

import datetime
import re
from typing import Literal

Calendar = Literal["gregorian", "jalali", "hijri", "buddhist"]

LATEST = 2030
"""Year after which no release is dated: of two calendars of a year, the other is meant."""
_BUDDHIST = 543
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867,
        "中華民國": 1911, "中华民国": 1911, "民國": 1911, "民国": 1911}  # fmt: skip
"""Years before the first of an era."""

JALALI_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "فروردین farvardin", "اردیبهشت ordibehesht", "خرداد khordad", "تیر tir",
            "مرداد امرداد mordad", "شهریور shahrivar", "مهر mehr", "آبان aban", "آذر azar",
            "دی dey", "بهمن bahman", "اسفند esfand",
        ), 1,
    )
    for name in names.split()
}  # fmt: skip
"""Months of the solar calendar of Iran and Afghanistan."""
HIJRI_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "محرم|muharram", "صفر|safar", "ربيع الأول|ربيع الاول|rabi al-awwal|rabi i",
            "ربيع الآخر|ربيع الثاني|ربيع الاخر|rabi al-thani|rabi ii",
            "جمادى الأولى|جمادى الاولى|jumada al-awwal|jumada al-ula|jumada i",
            "جمادى الآخرة|جمادى الثانية|جمادى الاخرة|jumada al-thani|jumada ii", "رجب|rajab",
            "شعبان|shaban|sha'ban", "رمضان|ramadan|ramadhan", "شوال|shawwal",
            "ذو القعدة|ذي القعدة|dhu al-qidah|dhu al-qadah|dhul qadah",
            "ذو الحجة|ذي الحجة|dhu al-hijjah|dhul hijjah",
        ), 1,
    )
    for name in names.split("|")
}  # fmt: skip
"""Months of the Islamic calendar."""

_HIJRI_MARK = re.compile(r"هـ|(?<!\w)ه(?!\w)|(?<![A-Za-z])A\.?H\.?(?![A-Za-z])")
_JALALI_MARK = re.compile(r"ه‍?ـ?\.?\s*ش|(?<![A-Za-z])(?:S\.?H|A\.?P)\.?(?![A-Za-z])")


def calendar_of(year: int, written: str = "") -> Calendar | None:
    """The calendar that a year is of, by its number and what stands around it.

    Parameters
    ----------
    year : int
        As it is written.
    written : str, default=""
        The cell or line it stands in.

    Returns
    -------
    {"gregorian", "jalali", "hijri", "buddhist"} or None
        None where it is a year of no release in any of them.

    Examples
    --------
    >>> calendar_of(2018), calendar_of(1397), calendar_of(1440), calendar_of(2561)
    ('gregorian', 'jalali', 'hijri', 'buddhist')
    """
    if 2400 <= year <= 2600:
        return "buddhist"
    if not 1250 <= year <= 1500:
        return "gregorian" if 1600 <= year <= 2200 else None
    jalali, hijri = year + 621, int(year * 0.970229 + 621.57)
    converted: tuple[tuple[Calendar, int], ...] = (("jalali", jalali), ("hijri", hijri))
    possible = [name for name, ad in converted if 1900 <= ad <= LATEST]
    if len(possible) < 2:
        return possible[0] if possible else None
    if _JALALI_MARK.search(written):
        return "jalali"
    # Arabic writes its digits otherwise than Persian does.
    arabic = re.search("[\u0660-\u0669]", written) and not re.search("[\u06f0-\u06f9]", written)
    return "hijri" if arabic or _HIJRI_MARK.search(written) else "jalali"


def to_gregorian(calendar: Calendar, year: int, month: int, day: int) -> datetime.date | None:
    """The day in our calendar; None where there is no such day.

    Parameters
    ----------
    calendar : {"gregorian", "jalali", "hijri", "buddhist"}
        That of the numbers; the Islamic one is that of Umm al-Qura.
    year, month, day : int
        The numbers.

    Returns
    -------
    datetime.date or None
        The day.

    Examples
    --------
    >>> to_gregorian("jalali", 1397, 4, 12), to_gregorian("hijri", 1440, 2, 13)
    (datetime.date(2018, 7, 3), datetime.date(2018, 10, 22))
    """
    try:
        if calendar == "jalali":
            from persiantools.jdatetime import JalaliDate

            return datetime.date(*JalaliDate(year, month, day).to_gregorian().timetuple()[:3])
        if calendar == "hijri":
            from hijridate import Hijri

            return datetime.date(*Hijri(year, month, day).to_gregorian().datetuple())
        return datetime.date(year - _BUDDHIST * (calendar == "buddhist"), month, day)
    except (ValueError, OverflowError):
        return None
