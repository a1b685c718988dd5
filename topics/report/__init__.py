"""A page about a model and its releases.

In come a fitted model and a corpus, out goes one HTML file that needs nothing else: no network, no
server. ``page`` gathers what is shown, ``charts`` makes pictures of it, and the template, the style
and the script of the page stand beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.report.page import Report as Report
    from topics.report.page import make_report as make_report

__getattr__, __dir__, __all__ = lazy_names(
    "topics.report", {"Report": "report.page", "make_report": "report.page"}
)
