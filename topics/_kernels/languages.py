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


@kernel
def sample_ascii(data, offsets, low, high, limit, out, sizes):
    """Write how texts ``low`` to ``high`` begin: in lower case, white space once, so many bytes.

    They stand one behind the other in ``out``; ``sizes[d]`` is the size of each, and -1 where a
    character beyond ASCII stands among the bytes that were looked at, twice as many at most.
    Returns how many bytes were written.
    """
    n = 0
    for d in range(low, high):
        begin, end = offsets[d], offsets[d + 1]
        while begin < end and _is_space(data[begin]):
            begin += 1
        end = min(end, begin + 2 * limit)
        first, last = n, n + limit
        spaced = False
        for p in range(begin, end):
            byte = data[p]
            if byte > 127:
                n = first - 1
                break
            if _is_space(byte):
                spaced = True
                continue
            if spaced and n < last:
                out[n] = 32
                n += 1
            spaced = False
            if n == last:
                break
            out[n] = byte + 32 if 65 <= byte <= 90 else byte
            n += 1
        sizes[d] = n - first
        if n < first:
            n = first
        elif n > first and out[n - 1] == 32:
            n -= 1
            sizes[d] -= 1
    return n


@kernel
def _is_space(byte):
    return byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31
