"""numba functions over plain arrays: no classes, no I/O, no Python objects."""

from __future__ import annotations

from numba import njit


def kernel(function):
    """Compile without the GIL, and keep the code on disk where a folder for it can be written."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:
        # No place for numba's cache: every process then compiles anew, and is slow to start.
        return njit(nogil=True)(function)
