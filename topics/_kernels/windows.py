"""How many windows over texts hold a term, and a pair of terms."""

from __future__ import annotations

import numpy as np

from topics._kernels import kernel


@kernel
def count_windows(offsets, ids, low, high, n_terms, window, joint):
    """Add to ``joint`` the windows of documents ``low`` to ``high`` that hold pairs of terms.

    Terms below zero are of no interest. A window is a stretch of ``window`` tokens, or a document
    of fewer. A term that leaves a window is taken for gone even where it stands in it once more,
    as gensim's accumulator has it. Returns the number of windows.

    Nothing is done for a window in which nothing changes: a pair is counted when the first of the
    two goes, by the windows since the second came.
    """
    since = np.full(n_terms, -1, np.int64)
    inside, place = np.empty(n_terms, np.int64), np.empty(n_terms, np.int64)
    total = 0
    for d in range(low, high):
        a, length = offsets[d], offsets[d + 1] - offsets[d]
        n_windows = max(length - window + 1, 1)
        total += n_windows
        n = 0
        for p in range(length + window):
            q = p - window
            # What is left when the document ends goes with its last window.
            leaving = ids[a + q] if 0 <= q < length else -1
            if leaving >= 0 and since[leaving] >= 0:
                end = min(q + 1, n_windows)
                for i in range(n):
                    other = inside[i]
                    begin = max(since[leaving], since[other])
                    if end > begin:
                        joint[leaving, other] += end - begin
                        if other != leaving:
                            joint[other, leaving] += end - begin
                since[leaving] = -1
                n -= 1
                inside[place[leaving]] = inside[n]
                place[inside[n]] = place[leaving]
            coming = ids[a + p] if p < length else -1
            if coming >= 0 and since[coming] < 0:
                since[coming] = max(q + 1, 0)
                place[coming], inside[n] = n, coming
                n += 1
    return total
