"""Work over shards of rows whose size does not depend on the number of workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def over_shards(
    work: Callable[[int, int], T], n_rows: int, size: int, n_jobs: int | None
) -> list[T]:
    """Results of ``work(low, high)`` over all rows, in the order of the shards.

    Parameters
    ----------
    work : callable
        Called with the first row of a shard and the one after its last, in threads: it must
        release the GIL to gain from them.
    n_rows, size : int
        Rows in all and in a shard.
    n_jobs : int or None
        Threads, as joblib counts them.

    Returns
    -------
    list
        One result a shard.
    """
    shards: list[tuple[int, int]] = [(a, min(a + size, n_rows)) for a in range(0, n_rows, size)]
    if len(shards) < 2 or n_jobs in (None, 1):
        return [work(low, high) for low, high in shards]
    from joblib import Parallel, delayed

    results: Any = Parallel(n_jobs, prefer="threads")(delayed(work)(*shard) for shard in shards)
    return list(results)
