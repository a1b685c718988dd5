"""Stretches of arrays, copied number by number.

An assignment from slice to slice does the same, and takes seconds to compile: with it comes all
that would put together the message of its error.
"""

from __future__ import annotations

from topics._kernels import kernel


@kernel
def copy_stretch(to, at, numbers, low, high):
    """Copy the numbers from ``low`` to ``high`` to where ``at`` says."""
    for i in range(low, high):
        to[at + i - low] = numbers[i]
