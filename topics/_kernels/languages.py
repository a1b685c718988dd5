"""Scores of languages: a walk of an automaton over bytes, and a sum of the features it meets."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel


@kernel
def score_languages(data, offsets, low, high, moves, rows, features, weights, prior, scores):
    """Fill ``scores`` of texts ``low`` to ``high`` with those of a naive Bayes model.

    ``moves[rows[state] + byte]`` is the next state, ``features[state]`` the feature met in it or
    -1. A feature counts by the logarithm of one more than its number. A text without any has zeros.
    """
    met = np.zeros(weights.shape[0], np.int32)
    seen = np.empty(weights.shape[0], np.int32)
    for d in range(low, high):
        state, n = 0, 0
        for p in range(offsets[d], offsets[d + 1]):
            state = moves[rows[state] + data[p]]
            feature = features[state]
            if feature >= 0:
                if met[feature] == 0:
                    seen[n] = feature
                    n += 1
                met[feature] += 1
        row = scores[d]
        for k in range(row.size):
            row[k] = prior[k] if n else np.float32(0)
        for i in range(n):
            feature = seen[i]
            weight = np.float32(np.log1p(np.float64(met[feature])))
            met[feature] = 0
            for k in range(row.size):
                row[k] += weight * weights[feature, k]
