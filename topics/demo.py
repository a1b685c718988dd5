"""The demo: releases of a made-up press office, and news that gensim installs."""

from __future__ import annotations

import csv
import shutil
import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from topics._errors import TopicsError
from topics.evaluation import Evaluation, agreement, evaluate
from topics.labeller import Labeller
from topics.models.topic_model import TopicModel
from topics.persistence.artifact import read_manifest, save
from topics.persistence.atomic import atomic_write, clear_write_error
from topics.prediction import label_to
from topics.reading.corpus import Corpus
from topics.reading.read import read_releases
from topics.reading.theme_files import read_themes
from topics.themes.classifier import ThemeClassifier

SAMPLE_FREE_TOPICS, NEWS_FREE_TOPICS = 4, 8
"""Topics beside those of the themes."""
_RELEASES = ("page.txt", "releases", "releases.csv")
_WRITTEN = (
    "sample", "themes.toml", "truth.csv", "model", "labelled.csv", "topics.png", "news-model",
    "news-labelled.csv",
)  # fmt: skip
_FROM_SAMPLE = "120 releases of a made-up press office that come with topics-toolkit"
FROM_NEWS = "the 300 background documents of the Lee corpus that gensim installs"


@dataclass(frozen=True)
class DemoPart:
    """What one part of the demo made.

    Attributes
    ----------
    labeller : Labeller
        The fitted models.
    evaluation : Evaluation
        The labels of the releases against the truth.
    kappa : float or None
        Agreement of the two readings that the truth comes from; None where the texts were written
        to it.
    """

    labeller: Labeller
    evaluation: Evaluation
    kappa: float | None = None


def _data(name: str) -> AbstractContextManager[Path]:
    """A file or folder of the package's data, which may be packed."""
    return as_file(files("topics").joinpath("data", *name.split("/")))


def read_sample() -> tuple[Corpus, list[list[str]]]:
    """The sample: a page dump, a folder of files and a CSV file, and the themes of each release.

    Returns
    -------
    corpus : Corpus
        120 releases.
    themes : list of list of str
        The themes that each was written to; empty for none.

    Examples
    --------
    >>> corpus, themes = read_sample()
    >>> len(corpus), sum(not names for names in themes)
    (120, 17)
    """
    with _data("sample") as base:
        corpus = read_releases([base / name for name in _RELEASES])
        with (base / "truth.csv").open(encoding="utf-8") as file:
            truth = {row["title"]: row["themes"] for row in csv.DictReader(file)}
    names = [truth[title] for title in corpus["title"].to_pylist()]
    return corpus, [[] if name == "none" else name.split(";") for name in names]


def sample_themes() -> dict[str, list[str]]:
    """The sample's six themes and their seed words.

    Returns
    -------
    dict of str to list of str
        Theme name to seeds.

    Examples
    --------
    >>> list(sample_themes())
    ['displacement', 'diplomacy', 'detainees', 'health', 'schools', 'water']
    """
    with _data("sample/themes.toml") as path:
        return read_themes(path)


def has_lee_corpus() -> bool:
    """Whether the news of the Lee corpus are there.

    Returns
    -------
    bool
        True where gensim is installed with its test data.

    Examples
    --------
    >>> has_lee_corpus() in (True, False)
    True
    """
    return _lee_path("background") is not None


def _lee_path(which: str) -> Path | None:
    name = {"background": "lee_background.cor", "test": "lee.cor"}[which]
    gensim = find_spec("gensim")
    path = Path(gensim.origin or "").parent / "test" / "test_data" / name if gensim else None
    return path if path is not None and path.is_file() else None


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
        If gensim is not installed, or without its test data.

    Examples
    --------
    >>> len(lee_corpus("test")) if has_lee_corpus() else 50
    50
    """
    path = _lee_path(which)
    if path is None:
        raise TopicsError("the Lee corpus is not installed", "pip install gensim")
    return read_releases(path, format="text", split="lines", languages=False)


def lee_themes() -> dict[str, list[str]]:
    """The eight themes of the Lee corpus and their seed words.

    Returns
    -------
    dict of str to list of str
        Theme name to seeds.

    Examples
    --------
    >>> len(lee_themes())
    8
    """
    with _data("lee_themes.toml") as path:
        return read_themes(path)


def lee_truth() -> list[dict[str, list[str]]]:
    """Themes of the 50 documents, and the two readings they come from, by language models.

    Returns
    -------
    list of dict
        In the order of the lines: ``themes``, ``first_reading`` and ``second_reading``.

    Examples
    --------
    >>> lee_truth()[2]["themes"]
    ['diplomacy', 'politics']
    """
    with _data("lee_themes.csv") as path, path.open(encoding="utf-8") as file:
        return [
            {
                name: row[name].split(";") if row[name] else []
                for name in ("themes", "first_reading", "second_reading")
            }
            for row in csv.DictReader(file)
        ]


def copy_sample(folder: str | Path) -> None:
    """Copy the sample to a folder, to try things on.

    Parameters
    ----------
    folder : str or Path
        Gets ``sample`` (a page dump, a folder of files and a table), ``themes.toml`` (seed words)
        and ``truth.csv`` (the themes that each release was written to).

    Raises
    ------
    TopicsError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy_sample(folder)
    ...     len(read_releases(f"{folder}/sample"))
    120
    """
    folder = Path(folder)
    with clear_write_error(folder), _data("sample") as own:
        (folder / "sample").mkdir(parents=True, exist_ok=True)
        for path in own.iterdir():
            if path.is_dir():
                shutil.copytree(path, folder / "sample" / path.name, dirs_exist_ok=True)
            else:
                to = folder / "sample" if path.name in _RELEASES else folder
                shutil.copyfile(path, to / path.name)


def fit_labeller(
    corpus: Corpus, themes: dict[str, list[str]], free_topics: int, random_state: int = 0
) -> Labeller:
    """Topics and themes of a corpus, by seed words alone.

    Parameters
    ----------
    corpus : Corpus
        The releases.
    themes : dict of str to list of str
        Theme name to seeds.
    free_topics : int
        Number of topics beside those of the themes.
    random_state : int, default=0
        For the models.

    Returns
    -------
    Labeller
        The fitted models.

    Examples
    --------
    >>> corpus, _ = read_sample()
    >>> len(fit_labeller(corpus, sample_themes(), 2).topic_model.names_)
    8
    """
    with warnings.catch_warnings():
        # The seeds were written without a look at the texts; some do not occur.
        warnings.filterwarnings("ignore", "seeds that are no term of the releases")
        return Labeller(
            TopicModel(len(themes) + free_topics, themes=themes, random_state=random_state),
            ThemeClassifier(themes, random_state=random_state),
        ).fit(corpus)


def run_demo(folder: str | Path, random_state: int = 0) -> list[DemoPart]:
    """Fit topics and themes, label, evaluate, and write all of it to a folder.

    Parameters
    ----------
    folder : str or Path
        Gets ``sample`` (a copy of the sample's releases), its ``themes.toml`` and ``truth.csv``,
        ``model`` (an artifact), ``labelled.csv`` and ``topics.png``, and, where gensim is
        installed, ``news-model`` and ``news-labelled.csv``; those that are there are replaced.
    random_state : int, default=0
        For the models.

    Returns
    -------
    list of DemoPart
        The sample; and the news, where gensim is installed.

    Raises
    ------
    TopicsError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     parts = run_demo(folder)
    >>> parts[0].evaluation.n, parts[0].evaluation.averages["micro_f1"] > 0.9
    (120, True)
    """
    from topics.plots import plot_topics

    folder = _check_folder(Path(folder))
    corpus, truth = read_sample()
    labeller = fit_labeller(corpus, sample_themes(), SAMPLE_FREE_TOPICS, random_state)
    parts = [DemoPart(labeller, evaluate(labeller, corpus, truth))]
    copy_sample(folder)
    save(labeller, folder / "model", created_from=_FROM_SAMPLE, overwrite=True)
    label_to(corpus, labeller, str(folder / "labelled.csv"), force=True)
    with atomic_write(folder / "topics.png") as file:
        plot_topics(_topic_model(labeller)).savefig(file)
    if has_lee_corpus():
        readings = lee_truth()
        first, second = (
            [row[f"{which}_reading"] for row in readings] for which in ("first", "second")
        )
        kappa = agreement(first, second)
        labeller = fit_labeller(lee_corpus(), lee_themes(), NEWS_FREE_TOPICS, random_state)
        new = lee_corpus("test")
        truth = [row["themes"] for row in readings]
        parts.append(DemoPart(labeller, evaluate(labeller, new, truth), kappa))
        save(labeller, folder / "news-model", created_from=FROM_NEWS, overwrite=True)
        label_to(new, labeller, str(folder / "news-labelled.csv"), force=True)
    return parts


def _check_folder(folder: Path) -> Path:
    if folder.exists() and not folder.is_dir():
        raise TopicsError("it is a file", "give the name of a folder", path=folder)
    if any((folder / name).exists() for name in _WRITTEN):
        try:
            ours = read_manifest(folder / "model")["created_from"] == _FROM_SAMPLE
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
