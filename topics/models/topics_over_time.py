"""Topic proportions by day: additive over batches, summed up by period."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topics._errors import TopicsError

Timeline = tuple[list[str], NDArray[np.float64], NDArray[np.int64]]
"""Days, sums of the topic proportions on each, and numbers of documents."""
Period = Literal["day", "week", "month", "quarter", "year"]
_PERIODS = {
    "day": ("D", "%Y-%m-%d"),
    "month": ("M", "%Y-%m"),
    "quarter": ("Q", "%Y-Q%q"),
    "year": ("Y", "%Y"),
}
"""Length of each period as pandas names it, and how its name is written."""


def daily_proportions(dates: Sequence[str | None], proportions: NDArray[np.floating]) -> Timeline:
    """Sums of proportions by day.

    Parameters
    ----------
    dates : sequence of str or None
        ISO dates of the documents, perhaps with a time; a month counts as its first day, and those
        without a month are left out.
    proportions : ndarray, shape (n_documents, n_topics)
        Their topic proportions.

    Returns
    -------
    tuple of (list of str, ndarray of float64, ndarray of int64)
        Days in order, sums of proportions, numbers of documents.

    Examples
    --------
    >>> daily_proportions(["2024-05-02", None], np.array([[0.5, 0.5], [1.0, 0.0]]))[1].tolist()
    [[0.5, 0.5]]
    """
    each = [day_of(date) for date in dates]
    known = [i for i, day in enumerate(each) if day]
    days = sorted({str(each[i]) for i in known})
    place = {day: j for j, day in enumerate(days)}
    sums = np.zeros((len(days), proportions.shape[1]))
    numbers = np.zeros(len(days), np.int64)
    at = np.array([place[str(each[i])] for i in known], np.int64)
    np.add.at(sums, at, proportions[known])
    np.add.at(numbers, at, 1)
    return days, sums, numbers


def day_of(date: str | None) -> str | None:
    """The day of a date, the first of a month without a day.

    Parameters
    ----------
    date : str or None
        ISO 8601, perhaps with a time.

    Returns
    -------
    str or None
        Like ``2024-05-02``; None where it is no date.

    Examples
    --------
    >>> day_of("2024-05"), day_of("2024-05-02T10:00"), day_of("May")
    ('2024-05-01', '2024-05-02', None)
    """
    if date is not None and len(date) == 7:
        date += "-01"
    try:
        return None if date is None else datetime.date.fromisoformat(date[:10]).isoformat()
    except ValueError:
        return None


def merge_timelines(a: Timeline, b: Timeline) -> Timeline:
    """The timeline of both batches.

    Parameters
    ----------
    a, b : Timeline
        Days, sums of topic proportions of each, and numbers of documents.

    Returns
    -------
    Timeline
        Every day of either once, in order.

    Examples
    --------
    >>> one = daily_proportions(["2024-05-02"], np.ones((1, 1)))
    >>> merge_timelines(one, one)[2].tolist()
    [2]
    """
    days = sorted({*a[0], *b[0]})
    sums = np.zeros((len(days), a[1].shape[1]))
    numbers = np.zeros(len(days), np.int64)
    for part in (a, b):
        at = np.searchsorted(days, part[0]) if part[0] else np.empty(0, np.int64)
        sums[at] += part[1]
        numbers[at] += part[2]
    return days, sums, numbers


def periods_of(dates: Sequence[str], freq: str) -> list[str]:
    """The periods that days are in.

    Parameters
    ----------
    dates : sequence of str
        Like ``2024-05-02``.
    freq : {"day", "week", "month", "quarter", "year"}
        How long a period is; weeks are those of ISO 8601.

    Returns
    -------
    list of str
        Their names, which sort by time.

    Raises
    ------
    TopicsError
        If ``freq`` is unknown.

    Examples
    --------
    >>> periods_of(["2024-05-02"], "quarter"), periods_of(["2024-12-30"], "week")
    (['2024-Q2'], ['2025-W01'])
    """
    import pandas as pd

    if freq == "week":
        # Periods of pandas have no names for the weeks of ISO 8601.
        return [datetime.date.fromisoformat(date).strftime("%G-W%V") for date in dates]
    if freq not in _PERIODS:
        raise TopicsError(f"freq={freq!r} is unknown", "give day, week, month, quarter or year")
    length, form = _PERIODS[freq]
    return list(pd.PeriodIndex(dates, freq=length).strftime(form))
