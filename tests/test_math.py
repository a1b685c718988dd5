"""Arithmetic below the models, at its edges."""

import numpy as np

from topics._math.discriminant import linear_discriminant
from topics._math.sparse import membership_matrix


def test_equal_documents_of_two_clusters_are_told_apart():
    # Nothing is left within the clusters but rounding, which once became the metric.
    rows = np.tile(np.float32([[0.9957158, -0.0821731], [-0.9957159, 0.0821723]]), (20, 1))
    means, metric = linear_discriminant(rows, membership_matrix(np.tile([0, 1], 20), 2))
    scores = rows @ metric @ means.T - np.einsum("ij,jk,ik->i", means, metric, means) / 2
    assert scores.argmax(axis=1).tolist() == [0, 1] * 20
    assert np.abs(metric).max() < 1e6
