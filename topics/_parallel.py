"""Work over shards of rows whose size does not depend on the number of workers."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from numbers import Integral
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

# Pages are shared between processes unless one says otherwise, where one can.
_PRIVATE: dict[str, int] = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
)


HUGE = 4 << 20
"""Bytes from which on memory is asked for in huge pages, where the system has any."""


def allocate(shape: int | tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Zeros in memory of their own, which goes back to the system when they go.

    What is freed on the heap between other things stays with the process, and the many parts that a
    result is put together of would be held twice.

    Examples
    --------
    >>> allocate(3, np.int32).tolist()
    [0, 0, 0]
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    if size < 1 << 16:
        return np.zeros(shape, dtype)
    memory = mmap.mmap(-1, size, **_PRIVATE)
    if size >= HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
        # A fault for every 2 MiB, and not for every 4 KiB.
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, dtype).reshape(shape)


def copy_out(array: NDArray[Any]) -> NDArray[Any]:
    """A copy in memory of its own.

    Examples
    --------
    >>> import numpy as np
    >>> copy_out(np.arange(3)).tolist()
    [0, 1, 2]
    """
    copy = allocate(array.shape, array.dtype)
    copy[...] = array
    return copy


class OutputBuffer:
    """Room for results of int32 whose sizes are known once they are written, one behind the other.

    It goes back to the system when the results do that were written in it.

    Parameters
    ----------
    used : bool, default=True
        Whether there is room at all.

    Examples
    --------
    >>> slab = OutputBuffer()
    >>> slab.reserve(5)[:2] = 7, 8
    >>> slab.take(2).tolist()
    [7, 8]
    """

    SIZE = 1 << 21

    def __init__(self, *, used: bool = True) -> None:
        self.used, self.left = used, np.empty(0, np.int32)

    def reserve(self, max_size: int) -> NDArray[np.int32]:
        """Where the next result may be written, of so many numbers at most.

        Examples
        --------
        >>> OutputBuffer().reserve(4).size >= 4
        True
        """
        if self.left.size < max_size and self.used:
            self.left = allocate(max(self.SIZE, max_size), np.int32)
        return self.left

    def take(self, size: int) -> NDArray[np.int32]:
        """The result that was written, of so many numbers.

        Examples
        --------
        >>> buffer = OutputBuffer()
        >>> buffer.reserve(4)[:2] = 7
        >>> buffer.take(2).tolist()
        [7, 7]
        """
        taken, self.left = self.left[:size], self.left[size:]
        return taken


def grow(array: NDArray[Any], size: int) -> NDArray[Any]:
    """A copy with so many rows, the new ones zeros.

    Examples
    --------
    >>> import numpy as np
    >>> grow(np.arange(3), 5).size
    5
    """
    copy = allocate((size, *array.shape[1:]), array.dtype)
    copy[: len(array)] = array
    return copy


def workers(n_jobs: int | None, n_shards: int) -> int:
    """Number of workers that joblib would take, and no more than there are shards.

    Examples
    --------
    >>> workers(None, 5), workers(2, 1)
    (1, 1)
    """
    if n_jobs is not None and not isinstance(n_jobs, Integral):
        raise ValueError(f"n_jobs={n_jobs!r} is not a whole number; -1 takes all processors")
    if n_jobs in (None, 1) or n_shards < 2:
        return 1
    from joblib import effective_n_jobs

    return max(1, min(effective_n_jobs(n_jobs), n_shards))


def map_shards(
    start: Callable[[], Callable[[int], T]], n_shards: int, n_jobs: int | None
) -> list[T]:
    """Results of all shards in their order, by workers that keep something from shard to shard.

    Parameters
    ----------
    start : callable
        Called once a worker, in its thread; gives the function that is called with the number of
        a shard. It must release the GIL to gain from threads.
    n_shards : int
        Number of shards.
    n_jobs : int or None
        Threads, as joblib counts them.

    Returns
    -------
    list
        One result a shard.

    Examples
    --------
    >>> map_shards(lambda: lambda shard: 2 * shard, 3, 2)
    [0, 2, 4]
    """
    results: list[Any] = [None] * n_shards
    # Each worker takes the next shard when it is ready: a slow core does not hold up the others.
    shards = iter(range(n_shards))

    def run() -> None:
        work = start()
        for shard in shards:
            results[shard] = work(shard)

    n_workers = workers(n_jobs, n_shards)
    with WorkerPool(n_workers) as threads:
        threads.run_in_all(run, n_workers)
    return results


class WorkerPool:
    """Threads that share the work of one step, or of many short ones, as a context.

    joblib takes ten milliseconds to hand out work and to see that it is done; a step of an
    estimator that takes hundreds of them may be over in one, and so may the labelling of a batch.

    Parameters
    ----------
    n_jobs : int or None
        Threads, as joblib counts them.

    Examples
    --------
    >>> with WorkerPool(2) as workers:
    ...     workers.over_shards(lambda low, high: high - low, 5, 2)
    [2, 2, 1]
    """

    def __init__(self, n_jobs: int | None) -> None:
        self.n_jobs = n_jobs
        self._others: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        self.n_workers = workers(self.n_jobs, 1 << 30)
        if self.n_workers > 1:
            # The thread that hands out the work does its share.
            self._others = ThreadPoolExecutor(self.n_workers - 1)
        return self

    def __exit__(self, *problem: Any) -> None:
        if self._others is not None:
            self._others.shutdown()

    def over_shards(self, work: Callable[[int, int], T], n_rows: int, size: int) -> list[T]:
        """Results of ``work(low, high)`` over all rows, as :func:`over_shards` gives them.

        Examples
        --------
        >>> with WorkerPool(2) as workers:
        ...     workers.over_shards(lambda start, stop: stop - start, 10, 4)
        [4, 4, 2]
        """
        edges = [(low, min(low + size, n_rows)) for low in range(0, n_rows, size)]
        results: list[Any] = [None] * len(edges)
        shards = iter(range(len(edges)))

        def run() -> None:
            for shard in shards:
                results[shard] = work(*edges[shard])

        self.run_in_all(run, min(self.n_workers, len(edges)))
        return results

    def run_in_all(self, run: Callable[[], None], n_workers: int) -> None:
        """Call ``run`` in this thread and in others, until all of them are done.

        Examples
        --------
        >>> done = []
        >>> with WorkerPool(2) as workers:
        ...     workers.run_in_all(lambda: done.append(1), 2)
        >>> len(done)
        2
        """
        helpers = [self._others.submit(run) for _ in range(n_workers - 1)] if self._others else []
        run()
        for helper in helpers:
            helper.result()


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

    Examples
    --------
    >>> over_shards(lambda low, high: high - low, 5, 2, None)
    [2, 2, 1]
    """

    def start() -> Callable[[int], T]:
        return lambda shard: work(shard * size, min((shard + 1) * size, n_rows))

    return map_shards(start, -(-n_rows // size), n_jobs)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread: its sums, and so our bits, depend on how many it uses.

    Examples
    --------
    >>> import numpy as np
    >>> with one_blas_thread():
    ...     float(np.ones(3) @ np.ones(3))
    3.0
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield
