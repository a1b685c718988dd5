"""Themes: classes that a user names.

In come texts, seed words and any labels that people gave; out go labels with probabilities or
scores, their explanations, and what to do next: better seeds, documents to label, new themes,
drift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topics._lazy import lazy_names

if TYPE_CHECKING:
    from topics.themes.active_learning import contradicting_labels as contradicting_labels
    from topics.themes.active_learning import next_to_label as next_to_label
    from topics.themes.classifier import ThemeClassifier as ThemeClassifier
    from topics.themes.drift_detection import drift as drift
    from topics.themes.explanation import Explanation as Explanation
    from topics.themes.seed_diagnostics import suggest_seeds as suggest_seeds
    from topics.themes.theme_proposals import propose_themes as propose_themes

__getattr__, __dir__, __all__ = lazy_names(
    "topics.themes",
    {
        "ThemeClassifier": "themes.classifier",
        "Explanation": "themes.explanation",
        "suggest_seeds": "themes.seed_diagnostics",
        "next_to_label": "themes.active_learning",
        "contradicting_labels": "themes.active_learning",
        "drift": "themes.drift_detection",
        "propose_themes": "themes.theme_proposals",
    },
)
