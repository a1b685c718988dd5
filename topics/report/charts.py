"""Figures as pictures within a page, which take on its colours."""

from __future__ import annotations

import io
import re
from typing import Any, NamedTuple

import pandas as pd

_PIXELS_AN_INCH = 116
_INK = re.compile(r"#(?:222222|000000)\b")
_NAMES = re.compile(r'(?<=\bid=")[^"]+|(?<=url\(#)[^)]+|(?<=href="#)[^"]+')


class Chart(NamedTuple):
    """A picture and what it shows.

    Attributes
    ----------
    name : str
        For links and file names.
    title : str
        What it shows, in words.
    svg : str
        The picture.
    table : pandas.DataFrame
        The same as numbers.
    """

    name: str
    title: str
    svg: str
    table: pd.DataFrame


def to_svg(figure: Any, name: str) -> str:
    """A figure as SVG within a page: its ink is that of the text around it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    name : str
        Put before all names in it, so that several pictures stand on one page.

    Returns
    -------
    str
        The element ``svg``; the same for the same figure.

    Examples
    --------
    >>> from topics.plots import plot_shares_over_time
    >>> shares = pd.DataFrame({"aid": [0.2, 0.4]}, index=["2024-01", "2024-02"])
    >>> to_svg(plot_shares_over_time(shares), "aid")[:4]
    '<svg'
    """
    import matplotlib as mpl

    # The caption beneath says what the title would.
    for axes in figure.axes:
        axes.set_title("", loc="left")
    picture = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(picture, format="svg", transparent=True, metadata={"Date": None})
    svg = picture.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, count=1, flags=re.S)
    svg = _INK.sub("currentColor", svg)
    svg = _NAMES.sub(lambda match: f"{name}-{match[0]}", svg)
    # As wide as the page allows, and no wider than it was drawn for.
    width = figure.get_figwidth() * _PIXELS_AN_INCH
    return re.sub(
        r' width="[\d.]+pt" height="[\d.]+pt"| height="[\d.]+pt"| width="[\d.]+pt"',
        f' style="max-width:{width:.0f}px"',
        svg,
        count=1,
    )
