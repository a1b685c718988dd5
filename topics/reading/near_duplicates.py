"""Texts that say what an earlier one says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any


def equal_pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Places of texts that stand before, with the first place and a similarity of 1.

    Examples
    --------
    >>> equal_pairs(["Aid came.", "Talks ended.", "Aid came."])
    [(2, 0, 1.0)]
    """
    first: dict[bytes, int] = {}
    pairs = []
    for i, text in enumerate(texts):
        at = first.setdefault(hashlib.sha256(text.encode("utf-8", "replace")).digest(), i)
        if at != i:
            pairs.append((i, at, 1.0))
    return pairs


def similar_pairs(texts: Sequence[str], similarity: float) -> list[tuple[int, int, float]]:
    """Places of texts that are nearly said before, with the first place and the similarity.

    Examples
    --------
    >>> text = "Aid reached the camp at Sallow Point on Friday, and the families had waited for it."
    >>> len(similar_pairs([text, text + " Thanks."], 0.8))
    1
    """
    from rensa import RMinHash, RMinHashLSH

    permutations, bands = 128, 32
    index = RMinHashLSH(similarity, permutations, bands)
    hashes: list[Any] = []
    pairs = []
    for i, text in enumerate(texts):
        words = re.findall(r"\w+", text)
        shingles = {" ".join(words[j : j + 5]) for j in range(max(1, len(words) - 4))}
        hashes.append(RMinHash(permutations, 0))
        hashes[-1].update(sorted(shingles))
        alike = [(j, hashes[-1].jaccard(hashes[j])) for j in sorted(index.query(hashes[-1]))]
        near = next(((j, s) for j, s in alike if s >= similarity), None)
        if near is None:
            # Only firsts are indexed, so that chains of near duplicates do not drift.
            index.insert(i, hashes[-1])
        else:
            pairs.append((i, *near))
    return pairs
