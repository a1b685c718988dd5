"""Labelling: texts, or files of them, and a model in; one row a text out."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import warnings
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from topics._errors import TopicsError
from topics._progress import track_amounts
from topics._version import __version__
from topics.label_batches import BatchWork, LabelledBatch, in_order, to_labeller
from topics.labeller import BATCH, Predictions
from topics.persistence.atomic import atomic_write, output_exists
from topics.persistence.parts import open_parts
from topics.reading.batches import Batch
from topics.reading.corpus import Corpus, TakenIds, with_ids
from topics.reading.documents import as_documents
from topics.reading.read import names_a_file, nothing_read
from topics.themes.classifier import ThemeClassifier

FORMATS = (".parquet", ".csv", ".jsonl")
"""Endings of the files that labels are written to."""
_REJECTS = "rejects.jsonl"
_SHOWN_REJECTS = 1000
_COUNT = re.compile(r"\d[\d,]*(?= (?:words|releases?|dates?|files?)\b)")
"""Numbers that add up over batches, in lines about what was decided."""
_MOST_LINES = 1000
"""Such lines that are kept: a folder of a million files has one for each."""


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


class LabelRun(NamedTuple):
    """What became of the rows of a run.

    Attributes
    ----------
    labelled, rejected : int
        Numbers of rows; together those that were read.
    rejects : list of dict
        The first rejects, with path, row and reason.
    log : list of str
        What was decided about the sources.
    """

    labelled: int
    rejected: int
    rejects: list[dict[str, Any]]
    log: list[str]


def label_to(
    releases: Corpus | Iterable[Corpus | Batch],
    model: Any,
    output: str,
    *,
    force: bool = False,
    evidence: bool = True,
    keep_text: bool = False,
    keep_columns: bool = False,
    delimiter: str = ",",
    safe_cells: bool = False,
    jobs: int = 1,
    total_bytes: int | None = None,
) -> LabelRun:
    """Label releases batch by batch and write one row for each.

    Parameters
    ----------
    releases : Corpus, or iterable of Corpus or Batch
        The releases; an iterable, as :func:`topics.iter_releases` or
        :func:`topics.reading.batches.cut_into_batches` gives one, is never held as a whole.
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
    keep_columns : bool, default=False
        Write the input's own columns, too; one that is named like a column of the labels gets an
        underscore behind its name.
    delimiter : str, default=","
        Of CSV files. They begin with a byte order mark, by which Excel knows that they are UTF-8;
        where a comma is the decimal sign, it asks for ";".
    safe_cells : bool, default=False
        In CSV files, put an apostrophe before texts that begin with ``=``, ``+``, ``-``, ``@``, a
        tab or a carriage return, which a spreadsheet would run as a formula.
    jobs : int, default=1
        Processes that read and label, where there are more than a few batches and the model comes
        from an artifact; -1 takes all cores. They are joblib's: within
        ``joblib.parallel_config("dask")`` they are those of a Dask cluster. The output does not
        depend on them.
    total_bytes : int or None, default=None
        Size of the input, where it is known, for the progress that is shown.

    Returns
    -------
    LabelRun
        Numbers of rows, the first rejects, and what was decided in reading.

    Raises
    ------
    TopicsError
        If the file exists, is one of those that the releases were read from, or cannot be written,
        its ending is not known, another process is writing it, the model is replaced meanwhile, or
        a run that was stopped had another input, model or options.

    Examples
    --------
    >>> import tempfile
    >>> from topics import read_releases
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> corpus = read_releases(["tents for a camp"], languages=False)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     label_to(corpus, model, f"{folder}/labelled.csv").labelled
    1
    """
    labeller = to_labeller(model)
    given = _slices(releases) if isinstance(releases, Corpus) else iter(releases)
    work = BatchWork(labeller, evidence, keep_text, keep_columns)
    count = _Count()
    if output == "-":
        for batch in in_order(work, ((batch, None) for batch in given), jobs):
            assert batch.table is not None
            _write_json_lines(count.add(batch), sys.stdout.buffer)
            sys.stdout.buffer.flush()
        count.check(releases)
        return count.run()
    path = check_output(output, force)
    depends_on = {
        "model": labeller.checksum or repr(labeller),
        "evidence": evidence,
        "keep_text": keep_text,
        "keep_columns": keep_columns,
        "version": __version__,
    }
    with open_parts(path, depends_on, anew=force) as parts:
        asked = ((batch, parts.made_of(number)) for number, batch in enumerate(given))
        n_parts = 0
        with (parts.folder / _REJECTS).open("wb") as rejects:
            done = track_amounts(
                in_order(work, asked, jobs), "labelling", lambda b: (b.n_rows, b.size), total_bytes
            )
            for batch in done:
                _check_not_read(path, batch.paths)
                _write_json_lines(batch.rejects, rejects)
                if batch.table is None:
                    count.add(batch._replace(table=parts.read(n_parts)))
                else:
                    parts.write(n_parts, count.add(batch), batch.made_of)
                n_parts += 1
        parts.check_end(n_parts)
        count.check(releases)
        schema = _one_schema([parts.schema(number) for number in range(n_parts)])
        with atomic_write(path, overwrite=force) as file:
            tables = (_in_schema(parts.read(number), schema) for number in range(n_parts))
            _write(tables, file, path.suffix.lower(), delimiter, safe_cells)
            # Before the output has its name, so that it never stands without them.
            _keep_rejects(parts.folder / _REJECTS, rejects_beside(path), count.rejected)
            _write_summary(path, count.run(), labeller.checksum)
        parts.remove()
    return count.run()


def _keep_rejects(written: Path, place: Path, n: int) -> None:
    """Give the rejects their name; where there are none, those of an earlier run go."""
    if not n:
        place.unlink(missing_ok=True)
        return
    with atomic_write(place) as file, written.open("rb") as source:
        shutil.copyfileobj(source, file)


class _Count:
    """Numbers of what was read, batch by batch."""

    def __init__(self) -> None:
        self.labelled = self.rejected = 0
        self._rejects: list[dict[str, Any]] = []
        self._log: dict[str, str] = {}
        self._ids = TakenIds()
        self._warned: set[str] = set()

    def add(self, batch: LabelledBatch) -> pa.Table:
        """The table of a batch, with ids that no other has."""
        assert batch.table is not None
        self.labelled += len(batch.table)
        self.rejected += batch.rejects.num_rows
        for message in batch.warnings:
            kind = re.sub(r"\d+", "#", message)
            if kind not in self._warned:
                self._warned.add(kind)
                warnings.warn(message, stacklevel=4)
        left = _SHOWN_REJECTS - len(self._rejects)
        self._rejects += batch.rejects.slice(0, max(left, 0)).to_pylist()
        for line in batch.log:
            kind = _COUNT.sub("#", line).replace("releases", "release").replace("dates", "date")
            before = self._log.get(kind)
            if before is not None or len(self._log) < _MOST_LINES:
                self._log[kind] = line if before is None else _added(before, line)
        return with_ids(batch.table, self._ids)

    def check(self, releases: Any) -> None:
        if not self.labelled and not isinstance(releases, Corpus):
            raise nothing_read(self._rejects)

    def run(self) -> LabelRun:
        return LabelRun(self.labelled, self.rejected, self._rejects, list(self._log.values()))


def _added(before: str, line: str) -> str:
    """A line with the sums of what is counted in two that are alike otherwise."""
    sums = (
        f"{int(a.replace(',', '')) + int(b.replace(',', '')):,}"
        for a, b in zip(_COUNT.findall(before), _COUNT.findall(line), strict=True)
    )
    # The longer of the two is in the plural.
    return _COUNT.sub(lambda _: next(sums), max(before, line, key=len))


def rejects_beside(output: Path) -> Path:
    """The file beside an output that names what could not be read.

    Examples
    --------
    >>> rejects_beside(Path("labels.csv")).name
    'labels.csv.rejects.jsonl'
    """
    return output.with_name(f"{output.name}.rejects.jsonl")


def _write_summary(output: Path, run: LabelRun, checksum: str | None) -> None:
    """How many rows came of what was read: the numbers add up."""
    summary = {
        "output": output.name,
        "read": run.labelled + run.rejected,
        "labelled": run.labelled,
        "rejected": run.rejected,
        "model": checksum,
        "topics_toolkit": __version__,
        "log": run.log,
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


def _slices(corpus: Corpus) -> Iterator[Corpus]:
    """Batches of a corpus; one without rows has one, so that its columns are written."""
    for low in range(0, max(len(corpus), 1), BATCH):
        batch = corpus[low : low + BATCH]
        yield batch if low == 0 else Corpus(batch.table)


def _one_schema(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """The columns that any part has; those of several types are text."""
    types: dict[str, set[pa.DataType]] = {}
    for schema in schemas:
        for column in schema:
            types.setdefault(column.name, set()).add(column.type)
    fields = []
    for name, kinds in types.items():
        known = {kind for kind in kinds if not pa.types.is_null(kind)}
        fields.append((name, known.pop() if len(known) == 1 else pa.large_string()))
    return pa.schema(fields)


def _in_schema(table: pa.Table, schema: pa.Schema) -> pa.Table:
    if table.schema.equals(schema):
        return table
    columns = [
        table[column.name].cast(column.type)
        if column.name in table.column_names
        else pa.nulls(len(table), column.type)
        for column in schema
    ]
    return pa.table(columns, schema=schema)


def _check_not_read(path: Path, read: Iterable[str]) -> None:
    """An error where the file to write is one that the releases come from: their texts would go."""
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
    table = table.set_column(at, "labels", pa.array(joined, pa.large_string()))
    for at, field in enumerate(table.schema):
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            cells = [
                None if cell is None else json.dumps(cell, ensure_ascii=False, default=_as_text)
                for cell in table.column(at).to_pylist()
            ]
            table = table.set_column(at, field.name, pa.array(cells, pa.large_string()))
    return table


def _write_json_lines(table: pa.Table, file: BinaryIO) -> None:
    for row in table.to_pylist():
        # NaN is no JSON; what JSON has no type for, such as times, is written as text.
        plain = {
            name: None if isinstance(value, float) and value != value else value  # noqa: PLR0124
            for name, value in row.items()
        }
        line = json.dumps(plain, ensure_ascii=False, default=_as_text)
        file.write(line.encode("utf-8", "replace") + b"\n")


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
