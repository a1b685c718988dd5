"""numba functions over plain arrays: no classes, no I/O, no Python objects."""
