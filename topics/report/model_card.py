"""A page of text that says what a model is for, what it has learnt from and where it fails."""

from __future__ import annotations

import re
from typing import Any

from topics._version import __version__
from topics.evaluation import Evaluation
from topics.label_batches import to_labeller
from topics.labeller import Labeller
from topics.persistence.artifact import describe
from topics.report.rendering import fill
from topics.text.seed_words import check_themes

LIMITS = (
    "Topics and labels come from words. They do not see irony, denial or who is quoted, and what a "
    "release leaves unsaid is not in them.",
    "A label is a suggestion to look. It does not prove what a release says, nor that it is true.",
    "A theme is found where its words, and words near them, stand. Those who avoid these words are "
    "missed, and those who only mention them may be labelled.",
    "It knows the language and the time of the releases that it has learnt from. Look with `topics "
    "drift` and `topics novelty` from time to time at what is new.",
    "Read some releases of each topic and theme before you publish figures about them.",
)


_PATH = re.compile(r"(?<!\S)(?:/|[A-Za-z]:\\)\S*?([^\s/\\]+)(?=\s|$)")


def make_model_card(
    model: Any,
    evaluation: Evaluation | None = None,
    *,
    name: str = "topics and themes of releases",
    purpose: str = "",
) -> str:
    """Fill in a model card [1]_: what a model is for, what it has learnt from, how right it is.

    Parameters
    ----------
    model : str, Path, TopicModel, ThemeClassifier or Labeller
        An artifact's folder, or a model in memory.
    evaluation : Evaluation or None, default=None
        What :func:`topics.evaluate` found; None says that it was not measured.
    name : str
        Of the model.
    purpose : str, default=""
        Who uses it and for what; what nobody but you can say.

    Returns
    -------
    str
        Markdown.

    References
    ----------
    .. [1] Mitchell et al. (2019), "Model cards for model reporting", FAT*.

    Examples
    --------
    >>> from topics import ThemeClassifier
    >>> themes = {"aid": ["camp"], "law": ["court"]}
    >>> card = make_model_card(ThemeClassifier(themes).fit(["a camp", "a court"] * 50))
    >>> "| aid | camp | 0.50 |" in card
    True
    """
    labeller = to_labeller(model)
    labeller._check_fitted()
    classifier, topic_model = labeller.classifier, labeller.topic_model
    seeds = check_themes(None if classifier is None else classifier.themes)
    shown = None
    if evaluation is not None:
        shown = {
            "n": evaluation.n,
            "averages": evaluation.averages,
            "error": evaluation.calibration_error,
            "themes": [
                {**row, "theme": _in_cell(row["theme"])}
                for row in evaluation.themes.round(2).astype(object).fillna("-").to_dict("records")
            ],
        }
    return fill(
        "model_card.md.jinja",
        name=name,
        purpose=purpose,
        version=__version__,
        checksum=labeller.checksum,
        learnt_from=learnt_from(labeller),
        themes=[]
        if classifier is None
        else [
            {
                "name": _in_cell(str(theme)),
                "seeds": [_in_cell(seed) for seed in seeds.get(theme, ())],
                "threshold": float(classifier.thresholds_[k]),
            }
            for k, theme in enumerate(classifier.classes_.tolist())
        ],
        calibrated=classifier is not None and classifier.calibrated_,
        topics=[] if topic_model is None else list(map(_in_cell, topic_model.names_)),
        evaluation=shown,
        limits=LIMITS,
    )


def _in_cell(text: str) -> str:
    """A name within a table: what ends a cell, or is markup, must not stand in it."""
    return re.sub(r"([|<>&`\\\[\]*_])", r"\\\1", " ".join(text.split()))


def learnt_from(labeller: Labeller) -> list[tuple[str, str]]:
    """What a model has learnt from, as far as it knows.

    Parameters
    ----------
    labeller : Labeller
        Fitted.

    Returns
    -------
    list of (str, str)
        What it is, and its value.

    Examples
    --------
    >>> from topics import TopicModel
    >>> texts = ["aid reached the camp", "the court freed detainees"] * 20
    >>> learnt_from(Labeller(TopicModel(2).fit(texts)))[0]
    ('releases', '40')
    """
    models = [m for m in (labeller.topic_model, labeller.classifier) if m is not None]
    vectorizer = models[0].vectorizer_
    facts = [("releases", f"{vectorizer.n_documents_:,}")]
    if labeller.folder is not None:
        said = str(describe(labeller.folder)["created_from"] or "(not said)")
        # A page that is passed on names no folder of a machine.
        facts.append(("from", _PATH.sub(lambda path: path[1], said)))
    languages = vectorizer.languages
    if languages:
        listed = [languages] if isinstance(languages, str) else languages
        facts.append(("languages", ", ".join(listed)))
    facts.append(("terms learnt", f"{vectorizer.n_learnt_terms_:,}"))
    return facts
