"""Rows of a sparse matrix times a dense one."""

from __future__ import annotations

from topics._kernels import kernel, works_plainly

if not works_plainly():
    from topics._kernels.lanes import add_weighted_rows


@kernel
def spmm_rows(indptr, indices, data, dense, low, high, product):
    """Rows ``low`` to ``high`` of the product, whose columns are padded to the lanes' multiple."""
    for i in range(low, high):
        row = product[i]
        row[:] = 0
        add_weighted_rows(row, dense, indices, data, indptr[i], indptr[i + 1])
