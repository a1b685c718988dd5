"""The demo: news that gensim installs, fitted, labelled and evaluated."""

from __future__ import annotations

import csv
import warnings
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from topics._errors import TopicsError
from topics._progress import status
from topics.evaluation import Evaluation, agreement, evaluate
from topics.labeller import Labeller, Predictions
from topics.models.topic_model import TopicModel
from topics.persistence.artifact import read_manifest, save
from topics.prediction import label_to
from topics.reading.corpus import Corpus
from topics.reading.read import read_releases
from topics.reading.theme_files import read_themes
from topics.themes.classifier import ThemeClassifier

FREE_TOPICS = 8
_CREATED_FROM = "the 300 background documents of the Lee corpus that gensim installs"


@dataclass(frozen=True)
class Demo:
    """What the demo made.

    Attributes
    ----------
    labeller : Labeller
        The fitted models.
    new : Corpus
        The releases that were labelled.
    predictions : Predictions
        Their labels.
    evaluation : Evaluation
        The labels against the truth.
    kappa : float
        Agreement of the two readings that the truth comes from.
    """

    labeller: Labeller
    new: Corpus
    predictions: Predictions
    evaluation: Evaluation
    kappa: float


def lee_corpus(which: str = "background") -> Corpus:
    """News of the Lee corpus, where gensim has installed it.

    Parameters
    ----------
    which : {"background", "test"}, default="background"
        300 documents, or 50 others.

    Returns
    -------
    Corpus
        One release a line; ``row`` is the line.

    Raises
    ------
    TopicsError
        If gensim was installed without its test data.
    """
    name = {"background": "lee_background.cor", "test": "lee.cor"}[which]
    gensim = find_spec("gensim")
    path = Path(gensim.origin or "").parent / "test" / "test_data" / name if gensim else None
    if path is None or not path.is_file():
        raise TopicsError(
            "gensim's Lee corpus is not installed", "pip install --force-reinstall gensim"
        )
    return read_releases(path, format="text", split="lines", languages=False)


def lee_truth() -> list[dict[str, list[str]]]:
    """Themes of the 50 documents, and the two readings they come from.

    Returns
    -------
    list of dict
        In the order of the lines: ``themes``, ``first_reading`` and ``second_reading``.
    """
    with (files("topics") / "data" / "lee_themes.csv").open(encoding="utf-8") as file:
        return [
            {
                name: row[name].split(";") if row[name] else []
                for name in ("themes", "first_reading", "second_reading")
            }
            for row in csv.DictReader(file)
        ]


def run_demo(folder: str | Path, random_state: int = 0) -> Demo:
    """Fit topics and themes to 300 documents, label 50 others, and write all of it to a folder.

    Parameters
    ----------
    folder : str or Path
        Gets ``model`` (an artifact), ``labelled.csv`` and ``topics.png``; those that are there
        are replaced.
    random_state : int, default=0
        For the models.

    Returns
    -------
    Demo
        The models, the labels and how good they are.

    Raises
    ------
    TopicsError
        If the folder cannot be written.
    """
    from topics.plots import plot_topics

    folder = _check_folder(Path(folder))
    themes = read_themes(str(files("topics") / "data" / "lee_themes.toml"))
    with status("fitting topics and themes to 300 documents"), warnings.catch_warnings():
        # The seeds were written without a look at the texts; some do not occur.
        warnings.filterwarnings("ignore", "seeds that are no term of the releases")
        labeller = Labeller(
            TopicModel(len(themes) + FREE_TOPICS, themes=themes, random_state=random_state),
            ThemeClassifier(themes, random_state=random_state),
        ).fit(lee_corpus())
    new = lee_corpus("test")
    truth = lee_truth()
    predictions = labeller.predict(new)
    save(
        labeller,
        folder / "model",
        created_from=_CREATED_FROM,
        overwrite=True,
    )
    label_to(new, labeller, str(folder / "labelled.csv"), force=True)
    _save_picture(plot_topics(_topic_model(labeller)), folder / "topics.png")
    return Demo(
        labeller,
        new,
        predictions,
        evaluate(labeller, new, [row["themes"] for row in truth]),
        agreement(
            [row["first_reading"] for row in truth], [row["second_reading"] for row in truth]
        ),
    )


def _check_folder(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise TopicsError("it is a file", "give the name of a folder", path=folder)
    written = [folder / name for name in ("model", "labelled.csv", "topics.png")]
    if any(path.exists() for path in written):
        try:
            ours = read_manifest(folder / "model")["created_from"] == _CREATED_FROM
        except TopicsError:
            ours = False
        if not ours:
            raise TopicsError(
                "it holds files that the demo did not write", "give another folder", path=folder
            )
    return folder


def _topic_model(labeller: Labeller) -> TopicModel:
    assert labeller.topic_model is not None
    return labeller.topic_model


def _save_picture(figure: Any, path: Path) -> None:
    try:
        figure.savefig(path)
    except OSError as error:
        raise TopicsError(f"it cannot be written ({error.strerror})", path=path) from None
