"""Expectation steps of mixtures of topics over the rows of a sparse matrix.

Every vector over topics is padded with zeros to the lanes' multiple.
"""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel
from topics._kernels.lanes import add_scaled, dot


@kernel
def cvb0_infer(
    indptr, indices, counts, low, high, components, inverse, doc_topic, alpha, sweeps, tol, measure,
    scales, priors,
):  # fmt: skip
    """Expected topic counts of the documents ``low`` to ``high``, the topics held still.

    ``components`` (terms x topics) times ``inverse`` (topics) are the probabilities of terms by
    topic; ``doc_topic`` holds the expected counts, from which the sweeps start and in which they
    end: after ``sweeps`` of them, or when they move less than ``tol`` of the document. Where there
    is room in ``scales`` (entries) and ``priors`` (documents x topics), the expected counts of an
    entry are its scale times the document's prior times the term's component. Returns the
    log-likelihood, where it is to be measured, and the number of tokens.
    """
    k = components.shape[1]
    prior, fresh = np.empty(k, np.float32), np.empty(k, np.float32)
    alpha_sum = alpha.sum()
    likelihood = tokens = 0.0
    for d in range(low, high):
        a, b = indptr[d], indptr[d + 1]
        length = np.float32(0)
        for j in range(a, b):
            length += counts[j]
        theta = doc_topic[d]
        tokens += length
        for sweep in range(sweeps):
            for t in range(k):
                prior[t] = (theta[t] + alpha[t]) * inverse[t]
                fresh[t] = 0
            last = sweep == sweeps - 1
            for j in range(a, b):
                total = dot(prior, components, indices[j])
                scale = counts[j] / total if total > 0 else np.float32(0)
                add_scaled(fresh, components, indices[j], scale)
                if last and scales.size > 0:
                    scales[j] = scale
                if last and measure and total > 0:
                    likelihood += counts[j] * np.log(np.float64(total) / (length + alpha_sum))
            moved = np.float32(0)
            for t in range(k):
                new = prior[t] * fresh[t]
                moved += abs(new - theta[t])
                theta[t] = new
            if tol > 0 and moved <= tol * length:
                break
        if priors.shape[0] > 0:
            priors[d] = prior
    return likelihood, tokens


@kernel
def cvb0_sweep(indptr, indices, counts, low, high, components, totals, gamma, doc_topic, alpha):
    """One sweep of CVB0 over the documents ``low`` to ``high``, the topics held still.

    ``gamma`` (entries x topics) holds the probability of each topic for a token of an entry: what
    such a token gave to its document, to ``components`` (terms x topics) and to their ``totals``
    is taken out before its topic is asked for again. Returns as :func:`cvb0_infer`.
    """
    k = components.shape[1]
    fresh = np.empty(k, np.float32)
    smallest = np.float32(1e-20)
    alpha_sum = alpha.sum()
    likelihood = tokens = 0.0
    for d in range(low, high):
        theta = doc_topic[d]
        length = np.float32(0)
        for j in range(indptr[d], indptr[d + 1]):
            length += counts[j]
        tokens += length
        for j in range(indptr[d], indptr[d + 1]):
            row, own = components[indices[j]], gamma[j]
            total = known = np.float32(0)
            for t in range(k):
                known += (theta[t] + alpha[t]) * row[t] / max(totals[t], smallest)
                rest = max(row[t] - own[t], np.float32(0)) / max(totals[t] - own[t], smallest)
                fresh[t] = max(theta[t] - own[t], np.float32(0)) * rest + alpha[t] * rest
                total += fresh[t]
            if total <= 0:
                continue
            if known > 0:
                likelihood += counts[j] * np.log(np.float64(known) / (length + alpha_sum))
            for t in range(k):
                new = fresh[t] / total
                theta[t] += counts[j] * (new - own[t])
                own[t] = new
    return likelihood, tokens


@kernel
def sum_token_counts(starts, places, counts, gamma, low, high, prior, components):
    """Expected counts of the terms ``low`` to ``high`` in the topics, and the prior ones."""
    for w in range(low, high):
        row, its_prior = components[w], prior[w if prior.shape[0] > 1 else 0]
        row[:] = its_prior
        for i in range(starts[w], starts[w + 1]):
            add_scaled(row, gamma, places[i], counts[places[i]])


@kernel
def update_components(
    starts, documents, places, scales, priors, low, high, keep, weight, prior, components
):
    """Move the components of the terms ``low`` to ``high`` towards the counts of a batch.

    The entries of term ``w`` are those from ``starts[w]`` to ``starts[w + 1]``: of ``documents``
    whose ``priors``, and at ``places`` where the ``scales`` stand. What was there is kept with
    the weight ``keep``, the counts of the batch get ``weight``, and the prior the rest.
    """
    k = components.shape[1]
    fresh = np.empty(k, np.float32)
    rest = 1 - keep
    for w in range(low, high):
        fresh[:] = 0
        for i in range(starts[w], starts[w + 1]):
            add_scaled(fresh, priors, documents[i], scales[places[i]])
        row, its_prior = components[w], prior[w if prior.shape[0] > 1 else 0]
        for t in range(k):
            row[t] = row[t] * (keep + weight * fresh[t]) + rest * its_prior[t]
