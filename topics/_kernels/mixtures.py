"""Collapsed variational updates of LDA over the rows of a CSR matrix."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel


# No fastmath: which of two compiled loops runs would depend on where arrays lie, and so would bits.
@kernel
def infer_documents(indptr, indices, counts, rows, term_topic, doc_topic, alpha, sweeps, expected):
    """Expected topic counts of some documents, the topics held still.

    ``term_topic`` (terms x topics) holds the probabilities of terms by topic; ``doc_topic`` holds
    the expected counts, from which the sweeps start and in which they end. The last sweep's
    expected counts by term are added to ``expected`` (terms x topics, or of no rows to leave them
    out). Returns the log-likelihood and the number of tokens.
    """
    k = term_topic.shape[1]
    share, fresh, prior = np.empty(k, np.float32), np.empty(k, np.float32), np.empty(k, np.float32)
    alpha_sum = alpha.sum()
    likelihood = tokens = 0.0
    for d in rows:
        a, b = indptr[d], indptr[d + 1]
        length = np.float32(0)
        for j in range(a, b):
            length += counts[j]
        theta = doc_topic[d]
        if length == 0:
            theta[:] = 0
            continue
        if theta.sum() == 0:
            theta[:] = length / k
        for sweep in range(sweeps):
            last = sweep == sweeps - 1
            for t in range(k):
                prior[t] = theta[t] + alpha[t]
                fresh[t] = 0
            for j in range(a, b):
                w, total = indices[j], np.float32(0)
                for t in range(k):
                    share[t] = term_topic[w, t] * prior[t]
                    total += share[t]
                if total <= 0:
                    continue
                scale = counts[j] / total
                for t in range(k):
                    fresh[t] += share[t] * scale
                if last:
                    if expected.shape[0]:
                        for t in range(k):
                            expected[w, t] += share[t] * scale
                    likelihood += counts[j] * np.log(total / (length + alpha_sum))
                    tokens += counts[j]
            theta[:] = fresh
    return likelihood, tokens
