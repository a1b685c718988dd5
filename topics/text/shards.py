"""Texts that lie in many files or on many machines: Arrow datasets and Dask collections."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, TypeVar

import pyarrow as pa

from topics._errors import TopicsError

T = TypeVar("T")


def is_sharded(texts: Any) -> bool:
    """Whether texts are an Arrow dataset, or a DataFrame, Series or bag of Dask.

    Examples
    --------
    >>> is_sharded(["Aid came."])
    False
    """
    return _is_dataset(texts) or hasattr(texts, "__dask_graph__")


def _is_dataset(texts: Any) -> bool:
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(texts, module.Dataset)


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
    return data.compute() if hasattr(data, "__dask_graph__") else data


def shard_columns(texts: Any, column: str = "text") -> Iterator[Any]:
    """Columns of texts, shard by shard.

    Parameters
    ----------
    texts : Arrow dataset or Dask collection
        With a column of texts, or texts themselves.
    column : str, default="text"
        Its name.

    Yields
    ------
    Arrow column, Series or list
        The texts of one shard.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> dataset = ds.dataset(pa.table({"text": ["Aid came."]}))
    >>> [texts.to_pylist() for texts in shard_columns(dataset)]
    [['Aid came.']]
    """
    if _is_dataset(texts):
        for batch in texts.to_batches(columns=[_named(column, texts.schema.names)]):
            yield batch.column(0)
        return
    for part in texts.to_delayed():
        yield _column(part.compute(), column)


def map_shards_of(
    texts: Any, work: Callable[[Any], T], n_jobs: int | None, column: str = "text"
) -> list[T]:
    """What a function makes of each shard, where it lies.

    Parameters
    ----------
    texts : Arrow dataset or Dask collection
        The files of a dataset are read by joblib's processes, and the parts of a collection by the
        workers of Dask.
    work : callable
        From the texts of a shard to its result; it must be possible to pickle it.
    n_jobs : int or None
        Processes of joblib; within ``joblib.parallel_config("dask")`` those of a cluster.
    column : str, default="text"
        The column of texts.

    Returns
    -------
    list
        One result a shard, in their order.

    Examples
    --------
    >>> import pyarrow.dataset as ds
    >>> dataset = ds.dataset(pa.table({"text": ["Aid came.", "Talks"]}))
    >>> map_shards_of(dataset, len, 1)
    [2]
    """
    if not _is_dataset(texts):
        dask: Any = import_module("dask")
        tasks = [dask.delayed(_of_part)(work, part, column) for part in texts.to_delayed()]
        return list(dask.compute(*tasks))
    from joblib import Parallel, delayed

    name = _named(column, texts.schema.names)
    fragments = list(texts.get_fragments())
    return list(Parallel(n_jobs)(delayed(_of_fragment)(work, part, name) for part in fragments))


def _of_fragment(work: Callable[[Any], T], fragment: Any, column: str) -> T:
    return work(fragment.to_table(columns=[column]).column(0))


def _of_part(work: Callable[[Any], T], part: Any, column: str) -> T:
    return work(_column(part, column))


def _column(part: Any, column: str) -> Any:
    if isinstance(part, pa.Table):
        return part[_named(column, part.column_names)]
    return part[_named(column, list(part.columns))] if hasattr(part, "columns") else part


def _named(column: str, names: list[str]) -> str:
    if column not in names:
        raise TopicsError(
            f"there is no column {column}; there are {', '.join(map(str, names))}",
            "rename the column of texts",
        )
    return column
