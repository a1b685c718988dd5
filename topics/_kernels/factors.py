"""One half of a step of NMF: the rows of one factor, the other held still."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel


@kernel
def solve_rows(indptr, indices, data, other, gram, pull, rows, low, high, sweeps, l1):
    """Coordinate descent on rows ``low`` to ``high`` of a factor; returns the violation.

    Row i minimises |x_i - row @ other.T|^2 / 2 - row @ pull_i + l1 * sum(row) over row >= 0, where
    ``gram`` is ``other.T @ other`` with any ridge on its diagonal. The violation is the sum of the
    first sweep's projected gradients, as scikit-learn's coordinate descent measures it.
    """
    k = other.shape[1]
    gradient = np.empty(k, rows.dtype)
    violation = 0.0
    for i in range(low, high):
        row = rows[i]
        for t in range(k):
            gradient[t] = l1 - (pull[i, t] if pull.shape[0] else 0)
        for j in range(indptr[i], indptr[i + 1]):
            x, c = data[j], indices[j]
            for t in range(k):
                gradient[t] -= x * other[c, t]
        for s in range(k):
            if row[s] != 0:
                for t in range(k):
                    gradient[t] += row[s] * gram[s, t]
        for sweep in range(sweeps):
            moved = False
            for t in range(k):
                projected = min(gradient[t], 0) if row[t] == 0 else gradient[t]
                if sweep == 0:
                    violation += abs(projected)
                if projected == 0 or gram[t, t] <= 0:
                    continue
                new = max(row[t] - gradient[t] / gram[t, t], 0)
                step = rows.dtype.type(new - row[t])
                if step != 0:
                    row[t] = new
                    moved = True
                    for s in range(k):
                        gradient[s] += step * gram[t, s]
            if not moved:
                break
    return violation
