"""Pages about a model and its releases.

In come a fitted model and a corpus, out goes one HTML file that needs nothing else: no network, no
server. ``page`` gathers what a report shows and ``charts`` makes pictures of it, ``review`` is a
page to label releases on, ``model_card`` says what a model is for, and ``rendering`` fills the
templates that stand beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.report.model_card import make_model_card as make_model_card
    from topics.report.page import make_report as make_report
    from topics.report.rendering import Report as Report
    from topics.report.review import make_review as make_review

__getattr__, __dir__, __all__ = lazy_names(
    "topics.report",
    {
        "Report": "report.rendering",
        "make_model_card": "report.model_card",
        "make_report": "report.page",
        "make_review": "report.review",
    },
)
