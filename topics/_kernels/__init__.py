"""numba functions over plain arrays: no classes, no I/O, no Python objects."""

from __future__ import annotations

import warnings

from numba import njit

_told = False


def kernel(function):
    """Compile without the GIL, and keep the code on disk where a folder for it can be written."""
    global _told  # noqa: PLW0603
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        if not _told:
            _told = True
            warnings.warn(
                "no folder can be written for compiled code, so that every process starts slowly; "
                "set NUMBA_CACHE_DIR to one that can",
                stacklevel=2,
            )
        return njit(nogil=True)(function)
