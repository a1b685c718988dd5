"""k-means of rows by direction, its centres found in a sample."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics._math.arrays import subsample, unit_rows
from topics._parallel import over_shards

SAMPLE = 5_000
"""Most documents that centres are looked for in."""


_ROWS_PER_SHARD = 4096


def spherical_kmeans(
    rows: Any,
    n_clusters: int,
    *,
    n_init: int = 1,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
    """Clusters by k-means, its centres found in a sample of 5,000 [1]_.

    Parameters
    ----------
    rows : ndarray or csr_matrix of float, shape (n_documents, n_dimensions)
        Documents as rows of length one, or of zeros.
    n_clusters : int
        How many; no more are found than there are rows.
    n_init : int, default=1
        Starts, of which the best is kept.
    random_state : int, RandomState or None, default=0
        For the sample and the starts.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Returns
    -------
    clusters : ndarray of int64, shape (n_documents,)
        Number of the centre nearest by direction.
    centres : ndarray, shape (n_clusters, n_dimensions)
        Of length one, or of zeros where there were fewer rows.

    References
    ----------
    .. [1] Arthur, Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0], [0, 1.0]])
    >>> clusters, _ = spherical_kmeans(rows, 2)
    >>> bool(clusters[0] == clusters[2] != clusters[1])
    True
    """
    from sklearn.cluster import KMeans
    from sklearn.utils import check_random_state
    from threadpoolctl import threadpool_limits

    rng = check_random_state(random_state)
    n = rows.shape[0]
    chosen = subsample(n, SAMPLE, rng)
    found = min(n_clusters, chosen.size)
    centres = np.zeros((n_clusters, rows.shape[1]), rows.dtype)
    # Its sums, and so the bits, would depend on how many threads it uses.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Number of distinct clusters")
        means = KMeans(found, n_init=n_init, max_iter=50, random_state=rng).fit(rows[chosen])
        centres[:found] = means.cluster_centers_
        centres = unit_rows(centres, centres.dtype)
        across = np.ascontiguousarray(centres.T)
        parts = over_shards(
            lambda low, high: np.asarray(rows[low:high] @ across).argmax(axis=1),
            n, _ROWS_PER_SHARD, n_jobs,
        )  # fmt: skip
    return np.concatenate(parts), centres
