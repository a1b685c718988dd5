"""Labelling batch by batch, in this process, in others, or on a cluster."""

from __future__ import annotations

import os
import time
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import current_process
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from topics._arrow import do_without_pandas, give_memory_back
from topics._errors import TopicsError
from topics.labeller import Labeller
from topics.models.topic_model import TopicModel
from topics.persistence.artifact import load_with_checksum
from topics.persistence.parts import checksum_of
from topics.reading.batches import Batch
from topics.reading.corpus import Corpus
from topics.themes.classifier import ThemeClassifier

_FEW = 8
"""Batches that one process labels sooner than others are there to help."""
_MOST_LOST = 3
"""Times that processes may be lost before it is an error."""


class LabelledBatch(NamedTuple):
    """What became of a batch.

    Attributes
    ----------
    table : pyarrow.Table or None
        A row a release; None where it was not asked for.
    made_of : str
        Checksum of the releases.
    rejects : pyarrow.Table
        What could not be read.
    log : list of str
        What was decided about the sources.
    paths : list of str
        Files that the releases come from.
    n_rows, size : int
        How many releases there are, and how many bytes of input.
    warnings : list of str
        What was warned of meanwhile.
    """

    table: pa.Table | None
    made_of: str
    rejects: pa.Table
    log: list[str]
    paths: list[str]
    n_rows: int
    size: int
    warnings: list[str]


class BatchWork:
    """Reads a batch and labels it; what is sent to another process is a few hundred bytes.

    Parameters
    ----------
    labeller : Labeller
        The model.
    evidence, keep_text, keep_columns : bool
        As for :func:`topics.prediction.label_to`.

    Examples
    --------
    >>> from topics import ThemeClassifier, read_releases
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> work = BatchWork(Labeller(classifier=model), True, False, False)
    >>> work(read_releases(["a camp"], languages=False), None).table["labels"].to_pylist()
    [['aid']]
    """

    def __init__(
        self, labeller: Labeller, evidence: bool, keep_text: bool, keep_columns: bool
    ) -> None:
        self._labeller: Labeller | None = labeller
        self.folder, self._checksum = labeller.folder, labeller.checksum
        self._evidence, self._keep_columns = evidence, keep_columns
        self._more = ("date", "path", "row", "text") if keep_text else ("date", "path", "row")

    def __getstate__(self) -> dict[str, Any]:
        # Another process loads the artifact, once.
        return self.__dict__ | {"_labeller": None if self.folder else self._labeller}

    def __call__(self, batch: Corpus | Batch, known: str | None) -> LabelledBatch:
        """What became of a batch; without labels where it is ``known`` by its checksum."""
        with warnings.catch_warnings(record=True) as warned:
            # Another process would print them raw; they are said where all words are.
            warnings.simplefilter("always")
            corpus = batch.read() if isinstance(batch, Batch) else batch
            made_of = checksum_of(corpus.table)
            table = None if made_of == known else self._label(corpus)
        paths = [path for path in corpus["path"].unique().to_pylist() if path]
        give_memory_back()
        size = batch.size if isinstance(batch, Batch) else 0
        return LabelledBatch(
            table,
            made_of,
            corpus.rejects,
            corpus.log,
            paths,
            len(corpus),
            size,
            [str(each.message) for each in warned],
        )

    def _label(self, corpus: Corpus) -> pa.Table:
        if self._labeller is None:
            assert self.folder is not None
            self._labeller = _loaded(self.folder, self._checksum)
        table = self._labeller.predict(corpus, evidence=self._evidence).to_arrow()
        for at, name in enumerate(self._more, 2):
            table = table.add_column(at, name, corpus[name])
        if self._checksum is not None:
            table = _with_model(table, self._checksum)
        if self._keep_columns:
            for name in corpus.table.column_names:
                if name in self._more or name in ("id", "title", "text"):
                    continue
                own = _free_name(name, table.column_names)
                table = table.append_column(own, corpus[name])
        return table


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
        folder = model
        model, checksum = load_with_checksum(folder, verify_key)
        labeller = to_labeller(model)
        labeller.checksum, labeller.folder = checksum, Path(os.path.abspath(folder))
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


@lru_cache(1)
def _loaded(folder: Path, checksum: str | None) -> Labeller:
    if current_process().name.startswith("LokyProcess"):
        # One of joblib's own, which makes tables and nothing else; not the user's, nor a cluster's.
        do_without_pandas()
        Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    labeller = to_labeller(folder)
    if labeller.checksum != checksum:
        raise TopicsError("the model was replaced during the run", "start it again", path=folder)
    return labeller


def _end_with(parent: int) -> None:
    """End this process when the one that started it has: killed, it could not say so."""
    while os.getppid() == parent:
        time.sleep(2)
    os._exit(1)


def in_order(
    work: BatchWork, batches: Iterable[tuple[Corpus | Batch, str | None]], jobs: int
) -> Iterator[LabelledBatch]:
    """What becomes of batches, in their order.

    Parameters
    ----------
    work : BatchWork
        What is done with each.
    batches : iterable of (Corpus or Batch, str or None)
        The batches, and the checksum that each is known by; taken a few at a time.
    jobs : int
        Processes; what is lost with one that is killed is done again.

    Yields
    ------
    LabelledBatch
        One a batch.

    Raises
    ------
    TopicsError
        As the work raises it, or if processes are killed again and again.

    Examples
    --------
    >>> list(in_order(None, [], 1))
    []
    """
    waiting = iter(batches)
    first = list(islice(waiting, _FEW)) if jobs != 1 else []
    if len(first) < _FEW or work.folder is None:
        for batch, known in chain(first, waiting):
            yield work(batch, known)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    waiting = chain(first, waiting)
    lost = 0
    begun: deque[tuple[Corpus | Batch, str | None]] = deque()

    def tasks(again: list[tuple[Corpus | Batch, str | None]]) -> Iterator[Any]:
        for batch, known in chain(again, waiting):
            begun.append((batch, known))
            yield delayed(work)(batch, known)

    while True:
        again = list(begun)
        begun.clear()
        try:
            for done in Parallel(jobs, return_as="generator", batch_size=1)(tasks(again)):
                begun.popleft()
                yield done
            return
        except TerminatedWorkerError:
            lost += 1
            if lost > _MOST_LOST:
                raise TopicsError(
                    "the processes that label were killed again and again",
                    "give fewer of them, or free memory",
                    shell_hint="give fewer: --jobs 1, or free memory",
                ) from None


class ArrowLabeller:
    """Labels Arrow batches: the function that ``DataFrame.mapInArrow`` of Spark asks for.

    It is small when it is sent to a worker, which loads the artifact once, from a folder that it
    can reach.

    Parameters
    ----------
    model : str or Path
        An artifact's folder.
    text : str, default="text"
        The column of texts.
    evidence : bool, default=True
        As for :func:`topics.predict`.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of the columns that are put behind those of a batch: ``labels``, ``score`` or
        ``probability`` of the first, ``topic``, ``topic_name``, ``evidence``, ``note``, one of each
        theme, and ``model``. One that a batch has already gets an underscore behind its name.

    Raises
    ------
    TopicsError
        If the artifact cannot be loaded, or is replaced before a worker loads it.

    Examples
    --------
    >>> import tempfile
    >>> from topics import ThemeClassifier, save
    >>> model = ThemeClassifier({"aid": ["camp"], "law": ["court"]}).fit(["a camp", "a court"] * 5)
    >>> label = ArrowLabeller(save(model, tempfile.mkdtemp() + "/model"))
    >>> batch = pa.record_batch({"url": ["/1", "/2"], "text": ["tents for a camp", None]})
    >>> (labelled,) = label([batch])
    >>> labelled["labels"].to_pylist(), labelled["note"].to_pylist()
    ([['aid'], []], ['', 'the text is missing'])
    >>> label.output_schema(batch.schema).names[:3]
    ['url', 'text', 'labels']
    """

    def __init__(self, model: str | Path, *, text: str = "text", evidence: bool = True) -> None:
        labeller = to_labeller(model)
        assert labeller.folder is not None
        assert labeller.checksum is not None
        self._folder, self._checksum = labeller.folder, labeller.checksum
        self._text, self._evidence = text, evidence
        self.schema = self._labels(labeller, pa.array([], pa.string())).schema

    def output_schema(self, schema: pa.Schema) -> pa.Schema:
        """Columns of what comes of batches with some columns.

        Parameters
        ----------
        schema : pyarrow.Schema
            Of the batches.

        Returns
        -------
        pyarrow.Schema
            For Spark: ``pyspark.sql.pandas.types.from_arrow_schema`` makes its own of it.

        Examples
        --------
        See the class.
        """
        for field in self.schema:
            schema = schema.append(field.with_name(_free_name(field.name, schema.names)))
        return schema

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Each batch with its labels; a row without a text is named so in ``note``."""
        labeller = _loaded(self._folder, self._checksum)
        for batch in batches:
            if self._text not in batch.schema.names:
                raise TopicsError(
                    f"there is no column {self._text}",
                    f"name one of {', '.join(batch.schema.names)}",
                )
            labels = self._labels(labeller, batch[self._text])
            schema = self.output_schema(batch.schema)
            yield pa.record_batch([*batch.columns, *labels.columns], schema=schema)

    def _labels(self, labeller: Labeller, texts: Any) -> pa.RecordBatch:
        texts = texts.cast(pa.large_string())
        filled = pc.fill_null(texts, "")
        table = labeller.predict(filled, evidence=self._evidence).to_arrow()
        note = pc.if_else(texts.is_valid(), table["note"], "the text is missing")
        table = table.set_column(table.column_names.index("note"), "note", note)
        table = _with_model(table, self._checksum)
        # Spark knows no large strings.
        narrow = [
            (f.name, pa.string() if pa.types.is_large_string(f.type) else f.type)
            for f in table.schema
        ]
        columns = table.cast(pa.schema(narrow)).combine_chunks().columns
        arrays = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
        return pa.record_batch(arrays, schema=pa.schema(narrow))


def _with_model(table: pa.Table, checksum: str) -> pa.Table:
    """The table with a column that says which artifact labelled."""
    return table.append_column("model", pa.repeat(pa.scalar(checksum[:12]), len(table)))


def _free_name(name: str, taken: Iterable[str]) -> str:
    """A name with as many underscores behind it as it takes to be nobody else's."""
    while name in taken:
        name += "_"
    return name
