"""Texts that lie in many files or on many machines: Arrow datasets and Dask collections."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from topics._arrow import as_texts
from topics._errors import TopicsError

T = TypeVar("T")

Prepare = Callable[[pa.Table], Any]
"""Makes texts of columns; it must be possible to pickle it."""


def is_sharded(texts: Any) -> bool:
    """Whether texts are an Arrow dataset, or a DataFrame, Series or bag of Dask.

    Examples
    --------
    >>> is_sharded(["Aid came."])
    False
    """
    return isinstance(texts, ShardedTexts) or _is_dataset(texts) or _is_dask(texts)


def _is_dataset(texts: Any) -> bool:
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(texts, module.Dataset)


def _is_dask(texts: Any) -> bool:
    return hasattr(texts, "__dask_graph__")


def in_memory(data: Any) -> Any:
    """An Arrow dataset as a table, a collection of Dask as one of pandas; others as they are.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> in_memory(ds.dataset(pa.table({"text": ["Aid came."]}))).num_rows
    1
    """
    if _is_dataset(data):
        return data.to_table()
    return data.compute() if _is_dask(data) else data


def first_rows(data: Any, n: int) -> pa.Table | None:
    """Rows at the beginning of a dataset or collection; None where it has no columns.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> first_rows(ds.dataset(pa.table({"text": ["Aid came.", "Talks"]})), 1).num_rows
    1
    """
    if _is_dataset(data):
        return data.head(n)
    parts = data.to_delayed()
    return _as_table(parts[0].compute(), None, n) if len(parts) else None


class ShardedTexts:
    """A column of texts in shards, each of which is read where it lies.

    Parameters
    ----------
    data : Arrow dataset or Dask collection
        The files of a dataset are shards, which joblib's processes read; so are the parts of a
        collection, which the workers of Dask read.
    columns : sequence of str, default=("text",)
        The column of texts, where there are columns, and others that are read with it.
    prepare : callable or None, default=None
        Makes the texts of these columns of a shard; it must be possible to pickle it. None takes
        the first column as it is.

    Raises
    ------
    TopicsError
        If there is no such column.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> texts = ShardedTexts(ds.dataset(pa.table({"text": ["Aid came.", "Talks"]})))
    >>> texts.map(len), len(texts), texts.take(np.array([1])).to_pylist()
    ([2], 2, ['Talks'])
    """

    def __init__(
        self, data: Any, columns: Sequence[str] = ("text",), prepare: Prepare | None = None
    ) -> None:
        self.data, self.columns, self.prepare = data, list(columns), prepare
        self.is_dataset = _is_dataset(data)
        if self.is_dataset:
            _check_named(self.columns, data.schema.names)
            self._shards = _fragments(data, self.columns)
        else:
            self._shards = list(data.to_delayed())
        if not self._shards:
            raise TopicsError("there is no document", "give a dataset with texts")

    @classmethod
    def of(cls, texts: Any) -> ShardedTexts:
        """Itself, or a dataset or collection with a column ``text``.

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> ShardedTexts.of(ds.dataset(pa.table({"text": ["Aid came."]}))).n_shards
        1
        """
        return texts if isinstance(texts, cls) else cls(texts)

    @property
    def n_shards(self) -> int:
        """Number of shards.

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> ShardedTexts(ds.dataset(pa.table({"text": ["Aid came."]}))).n_shards
        1
        """
        return len(self._shards)

    def map(
        self,
        work: Callable[..., T],
        n_jobs: int | None = None,
        shards: Sequence[int] | None = None,
        *each: Sequence[Any],
    ) -> list[T]:
        """What a function makes of the texts of shards.

        Parameters
        ----------
        work : callable
            From the column of a shard to its result; it must be possible to pickle it.
        n_jobs : int or None, default=None
            Processes of joblib; within ``joblib.parallel_config("dask")`` those of a cluster.
        shards : sequence of int or None, default=None
            Numbers of the shards; None takes all.
        *each : sequence
            Further arguments of ``work``, one for each of these shards.

        Returns
        -------
        list
            One result a shard, in their order.

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> texts = ShardedTexts(ds.dataset(pa.table({"text": ["Aid came.", "Talks"]})))
        >>> texts.map(lambda column, n: len(column) * n, 1, None, [10])
        [20]
        """
        numbers = range(self.n_shards) if shards is None else shards
        chosen = [self._shards[number] for number in numbers]
        rest = list(zip(*each, strict=True)) if each else [()] * len(chosen)
        engine: Any = import_module("joblib" if self.is_dataset else "dask")
        tasks = [
            engine.delayed(_of_part)(work, part, self.columns, self.prepare, *more)
            for part, more in zip(chosen, rest, strict=True)
        ]
        return list(engine.Parallel(n_jobs)(tasks) if self.is_dataset else engine.compute(*tasks))

    def __iter__(self) -> Iterator[Any]:
        """The texts of one shard after the other."""
        for part in self._shards:
            here = part if self.is_dataset else part.compute()
            yield _texts_of(here, self.columns, self.prepare)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Number of texts and of characters of each shard, shape (n_shards, 2).

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> ShardedTexts(ds.dataset(pa.table({"text": ["Aid came.", "Talks"]}))).sizes.tolist()
        [[2, 14]]
        """
        return np.array(self.map(_size_of_any, -1), np.int64)

    def __len__(self) -> int:
        return int(self.sizes[:, 0].sum())

    def other_columns(self) -> pa.Table:
        """The columns beside the first, all of them in memory.

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> table = pa.table({"text": ["Aid came."], "id": ["a"]})
        >>> ShardedTexts(ds.dataset(table)).other_columns().to_pylist()
        [{'id': 'a'}]
        """
        if self.is_dataset:
            names = [name for name in self.data.schema.names if name != self.columns[0]]
            return self.data.to_table(columns=names)
        dask: Any = import_module("dask")
        tasks = [dask.delayed(_as_table)(part, self.columns[0]) for part in self._shards]
        return pa.concat_tables(dask.compute(*tasks), promote_options="permissive")

    def take(self, rows: NDArray[np.integer]) -> pa.LargeStringArray:
        """Some of the texts, in the order given.

        Parameters
        ----------
        rows : ndarray of int
            Their places among all.

        Returns
        -------
        pyarrow.LargeStringArray
            Shape (n_rows,).

        Examples
        --------
        >>> import pyarrow.dataset as ds
        >>> texts = ShardedTexts(ds.dataset(pa.table({"text": ["Aid came.", "Talks"]})))
        >>> texts.take(np.array([1, 0])).to_pylist()
        ['Talks', 'Aid came.']
        """
        ends = np.cumsum(self.sizes[:, 0])
        shard_of = np.searchsorted(ends, rows, side="right")
        shards = np.unique(shard_of)
        within = [rows[shard_of == shard] - (ends - self.sizes[:, 0])[shard] for shard in shards]
        found = self.map(_taken, 1, shards.tolist(), within)
        place = np.empty(len(rows), np.int64)
        place[np.argsort(shard_of, kind="stable")] = np.arange(len(rows))
        return pa.concat_arrays(found).take(pa.array(place)) if found else as_texts([])


def _fragments(dataset: Any, columns: list[str]) -> list[Any]:
    """The files of a dataset; as a table what lies in memory or is what a filter leaves."""
    try:
        fragments = list(dataset.get_fragments())
    except ValueError:
        return [dataset.to_table(columns=columns)]
    in_files = sys.modules["pyarrow.dataset"].FileFragment
    return [
        part if isinstance(part, in_files) else part.to_table(columns=columns) for part in fragments
    ]


def size_of(texts: pa.LargeStringArray) -> tuple[int, int]:
    """Number of texts and of their characters.

    Examples
    --------
    >>> size_of(as_texts(["Aid came.", "Talks"]))
    (2, 14)
    """
    return len(texts), pc.sum(pc.utf8_length(texts)).as_py() or 0


def _size_of_any(texts: Any) -> tuple[int, int]:
    return size_of(as_texts(texts))


def _taken(texts: Any, rows: NDArray[np.integer]) -> pa.LargeStringArray:
    return as_texts(texts).take(pa.array(rows))


def _of_part(
    work: Callable[..., T], part: Any, columns: list[str], prepare: Prepare | None, *more: Any
) -> T:
    return work(_texts_of(part, columns, prepare), *more)


def _texts_of(part: Any, columns: list[str], prepare: Prepare | None) -> Any:
    """The texts of a file, a table, a DataFrame, or what has no columns."""
    if hasattr(part, "to_table"):
        part = part.to_table(columns=columns)
    if not hasattr(part, "columns"):
        return part
    _check_named(columns, _names(part))
    if prepare is None:
        return part[columns[0]]
    table = _as_table(part)
    assert table is not None
    return prepare(table.select(columns))


def _as_table(part: Any, without: str | None = None, n: int | None = None) -> pa.Table | None:
    """The first rows of a part as a table, without one of its columns; None if it has none."""
    if not isinstance(part, pa.Table):
        if not hasattr(part, "columns"):
            return None
        part = pa.Table.from_pandas(part, preserve_index=False)
    return part.select([name for name in part.column_names if name != without]).slice(0, n)


def _names(part: Any) -> list[str]:
    return part.column_names if isinstance(part, pa.Table) else list(part.columns)


def _check_named(columns: list[str], names: list[str]) -> None:
    for column in columns:
        if column not in names:
            raise TopicsError(
                f"there is no column {column}; there are {', '.join(map(str, names))}",
                "rename the column of texts",
            )
