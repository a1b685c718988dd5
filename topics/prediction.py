"""Labelling: texts, or files of them, and a model in; one row a text out."""

from __future__ import annotations

import json
import os
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from topics._errors import TopicsError
from topics._progress import track
from topics._version import __version__
from topics.labeller import BATCH, Labeller, Predictions
from topics.models.topic_model import TopicModel
from topics.persistence.artifact import load_with_checksum
from topics.persistence.atomic import atomic_write, output_exists
from topics.persistence.parts import checksum_of, open_parts
from topics.reading.corpus import Corpus
from topics.reading.documents import as_documents
from topics.reading.read import names_a_file
from topics.themes.classifier import ThemeClassifier

FORMATS = (".parquet", ".csv", ".jsonl")
"""Endings of the files that labels are written to."""


def predict(
    texts: Any,
    model: Any = None,
    *,
    themes: Mapping[str, Iterable[str]] | Iterable[str] | None = None,
    evidence: bool = True,
    passages: bool = False,
) -> Predictions:
    """Label texts with a model, or with themes alone.

    Parameters
    ----------
    texts : str, Corpus, Arrow column, or iterable of str
        One text, or many.
    model : str, Path, TopicModel, ThemeClassifier, Labeller or None, default=None
        An artifact's folder, or a model in memory; None where ``themes`` are given.
    themes : mapping of str to iterable of str, iterable of str, or None, default=None
        Instead of a model: theme names and seed words, or names alone, for a
        :class:`~topics.ThemeClassifier` that is fitted to these texts. Their scores are rough.
    evidence : bool, default=True
        Look for the sentence that speaks for each label; without it labelling is faster.
    passages : bool, default=False
        Label the paragraphs of each text, too, so that a long release shows where each of its
        subjects is.

    Returns
    -------
    Predictions
        One row a text: ``labels``, ``probabilities``, ``topic``, ``topic_name``, ``evidence``; as
        a whole ``to_pandas()`` and ``to_arrow()``.

    Raises
    ------
    TopicsError
        If the artifact cannot be loaded, a text is missing, the text is the name of a file, or
        there are both a model and themes, or neither.

    Examples
    --------
    >>> themes = {"aid": ["camp"], "law": ["court"]}
    >>> model = ThemeClassifier(themes).fit(["a camp", "a court"] * 5)
    >>> predict(["tents for a camp"], model)[0].labels
    ('aid',)
    """
    if isinstance(texts, str) and names_a_file(texts):
        raise TopicsError("this is a path, not a text", "give read_releases(path)", path=texts)
    if (model is None) == (themes is None):
        raise TopicsError(
            "there is no model" if model is None else "there are both a model and themes",
            "give a model, or themes={...}",
        )
    if themes is not None:
        fitted = [texts] if isinstance(texts, str) else texts
        fitted = fitted if isinstance(fitted, Corpus) else as_documents(fitted)
        model, texts = ThemeClassifier(themes).fit(fitted), fitted
    return to_labeller(model).predict(texts, evidence=evidence, passages=passages)


def to_labeller(model: Any, *, verify_key: str | Path | None = None) -> Labeller:
    """A model of any kind as one that labels.

    Parameters
    ----------
    model : str, Path, TopicModel, ThemeClassifier or Labeller
        An artifact's folder, or a model in memory.
    verify_key : str, Path or None, default=None
        Of an artifact, as :func:`topics.load` has it.

    Returns
    -------
    Labeller
        It; one that comes from an artifact knows its checksum.

    Raises
    ------
    TopicsError
        If it is no model that labels.

    Examples
    --------
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> to_labeller(model).classifier is model
    True
    """
    if isinstance(model, (str, Path)):
        model, checksum = load_with_checksum(model, verify_key)
        labeller = to_labeller(model)
        labeller.checksum = checksum
        return labeller
    if isinstance(model, Labeller):
        return model
    if isinstance(model, TopicModel):
        return Labeller(topic_model=model)
    if isinstance(model, ThemeClassifier):
        return Labeller(classifier=model)
    raise TopicsError(
        f"a {type(model).__name__} does not label",
        "give a TopicModel, a ThemeClassifier or a Labeller",
    )


def label_to(
    corpus: Corpus,
    model: Any,
    output: str,
    *,
    force: bool = False,
    evidence: bool = True,
    keep_text: bool = False,
    delimiter: str = ",",
    safe_cells: bool = False,
) -> int:
    """Label a corpus batch by batch and write one row a release.

    Parameters
    ----------
    corpus : Corpus
        The releases.
    model : str, Path, TopicModel, ThemeClassifier or Labeller
        As for :func:`predict`.
    output : str
        A file that ends in ``.parquet``, ``.csv`` or ``.jsonl``, or "-" for JSON lines on standard
        output. A file gets its name when it is whole. Until then parts of it stand in a hidden
        folder beside it: after a run that was stopped, the same call goes on where that was. What
        could not be read stands in ``OUTPUT.rejects.jsonl``, and the numbers in
        ``OUTPUT.summary.json``.
    force : bool, default=False
        Replace a file that is there.
    evidence : bool, default=True
        As for :func:`predict`.
    keep_text : bool, default=False
        Write the texts, too, so that the file can be corrected and learnt from.
    delimiter : str, default=","
        Of CSV files. They begin with a byte order mark, by which Excel knows that they are UTF-8;
        where a comma is the decimal sign, it asks for ";".
    safe_cells : bool, default=False
        In CSV files, put an apostrophe before texts that begin with ``=``, ``+``, ``-``, ``@``, a
        tab or a carriage return, which a spreadsheet would run as a formula.

    Returns
    -------
    int
        Releases labelled.

    Raises
    ------
    TopicsError
        If the file exists, is one of those that the corpus was read from, or cannot be written,
        its ending is not known, another process is writing it, or a run that was stopped had
        another input, model or options.

    Examples
    --------
    >>> import tempfile
    >>> from topics import read_releases
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> corpus = read_releases(["tents for a camp"], languages=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     label_to(corpus, model, f"{folder}/labelled.csv")
    1
    """
    labeller = to_labeller(model)
    batches = _Batches(corpus, labeller, evidence, keep_text)
    if output == "-":
        for number in range(len(batches)):
            _write_json_lines(batches(number), sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return len(corpus)
    path = check_output(output, force)
    _check_not_read(path, corpus)
    work = {
        "input": checksum_of(corpus.table),
        "model": labeller.checksum or repr(labeller),
        "evidence": evidence,
        "keep_text": keep_text,
        "version": __version__,
    }
    with open_parts(path, work, anew=force) as parts:
        for number in track(range(len(batches)), "labelling", len(batches)):
            if not parts.has(number):
                parts.write(number, batches(number))
        with atomic_write(path, overwrite=force) as file:
            tables = map(parts.read, range(len(batches)))
            _write(tables, file, path.suffix.lower(), delimiter, safe_cells)
        write_rejects(corpus, path)
        _write_summary(path, corpus, labeller.checksum)
        parts.remove()
    return len(corpus)


def rejects_beside(output: Path) -> Path:
    """The file beside an output that names what could not be read.

    Examples
    --------
    >>> rejects_beside(Path("labels.csv")).name
    'labels.csv.rejects.jsonl'
    """
    return output.with_name(f"{output.name}.rejects.jsonl")


def write_rejects(corpus: Corpus, output: Path) -> Path | None:
    """Write what could not be read beside an output, a JSON line each.

    Parameters
    ----------
    corpus : Corpus
        The releases.
    output : Path
        Such as ``labels.csv``; the file is then ``labels.csv.rejects.jsonl``.

    Returns
    -------
    Path or None
        The file; None where nothing was rejected, and a file of an earlier run is removed.

    Examples
    --------
    >>> from topics import read_releases
    >>> write_rejects(read_releases(["Aid came."], languages=False), Path("labels.csv")) is None
    True
    """
    path = rejects_beside(output)
    if not corpus.rejects.num_rows:
        path.unlink(missing_ok=True)
        return None
    with atomic_write(path) as file:
        _write_json_lines(corpus.rejects, file)
    return path


def _write_summary(output: Path, corpus: Corpus, checksum: str | None) -> None:
    """How many rows came of what was read: the numbers add up."""
    rejected, labelled = corpus.rejects.num_rows, len(corpus)
    summary = {
        "output": output.name,
        "read": labelled + rejected,
        "labelled": labelled,
        "rejected": rejected,
        "model": checksum,
        "topics_toolkit": __version__,
        "log": corpus.log,
    }
    with atomic_write(output.with_name(f"{output.name}.summary.json")) as file:
        file.write(json.dumps(summary, indent=1, ensure_ascii=False).encode() + b"\n")


def check_output(output: str, force: bool, endings: Sequence[str] = FORMATS) -> Path:
    """The path to write to, or a clear error before any work is done.

    Parameters
    ----------
    output : str
        A file name.
    force : bool
        Whether it may exist.
    endings : sequence of str, default=FORMATS
        Those that are known.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TopicsError
        If its ending is not known, or it exists.

    Examples
    --------
    >>> check_output("labelled.csv", force=True).name
    'labelled.csv'
    """
    path = Path(output)
    if path.suffix.lower() not in endings:
        raise TopicsError(
            f"the ending {path.suffix!r} is unknown", f"end in {', '.join(endings)}", path=output
        )
    if path.is_dir():
        raise TopicsError("it is a folder", "give a file name", path=output)
    if path.exists() and not force:
        raise output_exists(path)
    return path


class _Batches:
    """Tables of labels, a batch of releases each, made when they are asked for."""

    def __init__(self, corpus: Corpus, labeller: Labeller, evidence: bool, keep_text: bool) -> None:
        self._corpus, self._labeller, self._evidence = corpus, labeller, evidence
        self._more = ("date", "path", "row", "text") if keep_text else ("date", "path", "row")

    def __len__(self) -> int:
        # A table without rows has its columns, too.
        return max(-(-len(self._corpus) // BATCH), 1)

    def __call__(self, number: int) -> pa.Table:
        batch = self._corpus[number * BATCH : (number + 1) * BATCH]
        table = self._labeller.predict(batch, evidence=self._evidence).to_arrow()
        for at, name in enumerate(self._more, 2):
            table = table.add_column(at, name, batch[name])
        if self._labeller.checksum is not None:
            model = pa.repeat(pa.scalar(self._labeller.checksum[:12]), len(batch))
            table = table.append_column("model", model)
        return table


def _check_not_read(path: Path, corpus: Corpus) -> None:
    """An error where the file to write is one that the releases come from: their texts would go."""
    read = {name for name in corpus["path"].unique().to_pylist() if name}
    if any(os.path.realpath(name) == os.path.realpath(path) for name in read):
        raise TopicsError("the output is one of the inputs", "take another name", path=path)


def _write(
    batches: Iterator[pa.Table], file: BinaryIO, ending: str, delimiter: str, safe_cells: bool
) -> None:
    if ending == ".jsonl":
        for table in batches:
            _write_json_lines(table, file)
        return
    writer: Any = None
    for table in batches:
        if ending == ".csv":
            table = _without_formulas(_flat(table)) if safe_cells else _flat(table)
        if writer is None:
            writer = _new_writer(file, ending, table.schema, delimiter)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _new_writer(file: BinaryIO, ending: str, schema: pa.Schema, delimiter: str) -> Any:
    if ending == ".csv":
        from pyarrow.csv import CSVWriter, WriteOptions

        file.write(BOM_UTF8)
        return CSVWriter(file, schema, write_options=WriteOptions(delimiter=delimiter))
    from pyarrow.parquet import ParquetWriter

    return ParquetWriter(file, schema)


def _without_formulas(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before each text that a spreadsheet would run."""
    for at, column in enumerate(table.columns):
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            safe = pc.replace_substring_regex(column, r"^([=+\-@\t\r])", r"'\1")
            table = table.set_column(at, table.column_names[at], safe)
    return table


def _flat(table: pa.Table) -> pa.Table:
    """The table with its lists of labels as text, divided by semicolons."""
    joined = [";".join(labels) for labels in table["labels"].to_pylist()]
    at = table.column_names.index("labels")
    return table.set_column(at, "labels", pa.array(joined, pa.large_string()))


def _write_json_lines(table: pa.Table, file: BinaryIO) -> None:
    for row in table.to_pylist():
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
