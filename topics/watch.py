"""A folder whose files are labelled as they appear, each once."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from topics._errors import TopicsError
from topics.label_batches import to_labeller
from topics.persistence.atomic import atomic_write
from topics.prediction import label_to, rejects_beside
from topics.reading.batches import iter_releases
from topics.reading.formats import format_of

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart")
"""Endings of files that something else is still writing."""


class Labelled(NamedTuple):
    """What became of one file."""

    path: Path
    output: Path
    labelled: int
    rejected: int
    problem: str = ""


def watch(
    folder: str | Path,
    model: Any,
    output: str | Path,
    *,
    ending: str = ".jsonl",
    every: float = 5.0,
    once: bool = False,
    evidence: bool = True,
    say: Callable[[Labelled], None] = lambda _: None,
) -> None:
    """Label each file of a folder once, those that appear later too.

    Parameters
    ----------
    folder : str or Path
        Watched, with all folders below it.
    model : str, Path, TopicModel, ThemeClassifier or Labeller
        As for :func:`topics.predict`; loaded once.
    output : str or Path
        Another folder, in which the labels of ``a/b.txt`` are ``a/b.txt.jsonl``. A file whose
        labels stand there is done: after a stop, only others are labelled.
    ending : {".jsonl", ".csv", ".parquet"}, default=".jsonl"
        Format of the labels.
    every : float, default=5.0
        Seconds between looks. A file is whole when two looks find it the same.
    once : bool, default=False
        Label what is there, and end.
    evidence : bool, default=True
        As for :func:`topics.predict`.
    say : callable
        Told of each file that is done.

    Raises
    ------
    TopicsError
        If the folder is missing, the output is within it, or the model cannot be loaded.

    Examples
    --------
    >>> import tempfile
    >>> from topics import ThemeClassifier
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.txt").write_text("Tents for a camp.")
    >>> watch(folder, model, folder.parent / "labels-of-a", once=True, every=0)
    >>> (folder.parent / "labels-of-a" / "a.txt.jsonl").exists()
    True
    """
    folder, output = Path(folder), Path(output)
    if not folder.is_dir():
        raise TopicsError("there is no such folder", "check the path", path=folder)
    if output.resolve().is_relative_to(folder.resolve()):
        raise TopicsError(
            "the output is within the folder that is watched", "take another", path=output
        )
    labeller = to_labeller(model)
    seen: dict[Path, tuple[int, int]] = {}
    while True:
        waiting = dict(_files(folder))
        for path, state in waiting.items():
            target = output / f"{path.relative_to(folder)}{ending}"
            if target.exists() or rejects_beside(target).exists():
                continue
            # What is asked for once is taken to be there as a whole.
            if once or seen.get(path) == state:
                say(_label_file(path, labeller, target, evidence))
        if once:
            return
        seen = waiting
        time.sleep(every)


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Files that may be read, with their size and time of change."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if any(part.startswith((".", "~$")) for part in inner.parts):
            continue
        if path.suffix.lower() in _UNFINISHED or not path.is_file() or not format_of(path):
            continue
        try:
            found = os.stat(path)
        except FileNotFoundError:
            continue
        yield path, (found.st_size, found.st_mtime_ns)


def _label_file(path: Path, labeller: Any, target: Path, evidence: bool) -> Labelled:
    try:
        releases = iter_releases(path, languages=False)
        run = label_to(releases, labeller, str(target), evidence=evidence)
        return Labelled(path, target, run.labelled, run.rejected)
    except (TopicsError, ValueError) as error:
        # It is not tried again, until this file is removed.
        with atomic_write(rejects_beside(target)) as file:
            row = {"path": str(path), "row": None, "reason": str(error)}
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        return Labelled(path, target, 0, 1, str(error))
