"""One half of a step of NMF: the rows of one factor, the other held still.

Rows are padded with zeros to the lanes' multiple, and stay so.
"""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel
from topics._kernels.lanes import add_scaled, add_weighted_rows, dot


@kernel
def inverse_diagonal(gram):
    """Inverse of each number on the diagonal; 0 where there is none, so that no step is made."""
    inverse = np.zeros(len(gram), gram.dtype)
    for t in range(len(gram)):
        if gram[t, t] >= np.finfo(gram.dtype).tiny:
            inverse[t] = 1 / gram[t, t]
    return inverse


@kernel
def coordinate_descent(row, gradient, gram, inverse, sweeps):
    """Coordinate descent on one row until it stays; returns the violation at its start.

    The violation is the sum of the first sweep's projected gradients, as scikit-learn's coordinate
    descent measures it. ``inverse`` is that of the diagonal of ``gram``.
    """
    violation = 0.0
    for sweep in range(sweeps):
        moved = False
        for t in range(row.size):
            t = np.uint32(t)
            old, slope = row[t], gradient[t]
            if old == 0 and slope >= 0:
                continue
            if sweep == 0:
                violation += abs(slope)
            row[t] = max(old - slope * inverse[t], 0)
            step = row[t] - old
            moved |= step != 0
            add_scaled(gradient, gram, t, step)
        if not moved:
            break
    return violation


@kernel
def hals_rows(indptr, indices, data, other, gram, pull, rows, low, high, sweeps, l1):
    """Least squares for rows ``low`` to ``high`` of a factor.

    Row i minimises |x_i - row @ other.T|^2 / 2 - row @ pull_i + l1 * sum(row) over row >= 0, where
    ``gram`` is ``other.T @ other`` with any ridge on its diagonal. Returns the violation and the
    sum of row @ other.T @ x_i.
    """
    k = other.shape[1]
    gradient, met = np.empty(k, rows.dtype), np.empty(k, rows.dtype)
    inverse = inverse_diagonal(gram)
    violation = crossed = 0.0
    for i in range(low, high):
        row = rows[i]
        met[:] = 0
        add_weighted_rows(met, other, indices, data, indptr[i], indptr[i + 1])
        for t in range(k):
            gradient[t] = l1 - met[t] - (pull[i, t] if pull.shape[0] else 0)
        for s in range(k):
            if row[s] != 0:
                add_scaled(gradient, gram, s, row[s])
        violation += coordinate_descent(row, gradient, gram, inverse, sweeps)
        crossed += dot(met, rows, i)
    return violation, crossed


@kernel
def hals_dense_rows(targets, gram, rows, low, high, sweeps):
    """As :func:`hals_rows`, where what X and the other factor make is known: ``targets``."""
    k = rows.shape[1]
    gradient, inverse = np.empty(k, rows.dtype), inverse_diagonal(gram)
    violation = 0.0
    for i in range(low, high):
        row = rows[i]
        for t in range(k):
            gradient[t] = -targets[i, t]
        for s in range(k):
            if row[s] != 0:
                add_scaled(gradient, gram, s, row[s])
        violation += coordinate_descent(row, gradient, gram, inverse, sweeps)
    return violation


@kernel
def kl_rows(indptr, indices, data, other, sums, rows, low, high, sweeps, ridge, l1):
    """Multiplicative updates for rows ``low`` to ``high`` under the Kullback-Leibler divergence.

    ``sums`` are those of the columns of ``other``. Returns the sum of x log(x / fitted) over the
    entries, with what the last sweep but one had fitted, and of all that is fitted after it.
    """
    k = other.shape[1]
    fresh = np.empty(k, np.float32)
    divergence = fitted = 0.0
    for i in range(low, high):
        row = rows[i]
        for sweep in range(sweeps):
            fresh[:] = 0
            for j in range(indptr[i], indptr[i + 1]):
                total = dot(row, other, indices[j])
                if total <= 0:
                    continue
                ratio = data[j] / total
                add_scaled(fresh, other, indices[j], ratio)
                if sweep == 0 and data[j] > 0:
                    divergence += data[j] * np.log(np.float64(ratio))
            for t in range(k):
                if sweep == 0:
                    fitted += row[t] * sums[t]
                below = sums[t] + l1 + ridge * row[t]
                row[t] = row[t] * fresh[t] / below if below > 0 else 0
    return divergence, fitted
