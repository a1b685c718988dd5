"""Rows of a sparse matrix times a dense one."""

from __future__ import annotations

from topics._kernels import kernel, works_plainly

if not works_plainly():
    from topics._kernels.lanes import add_scaled


@kernel
def spmm_rows(indptr, indices, data, dense, low, high, product):
    """Rows ``low`` to ``high`` of the product, whose columns are padded to the lanes' multiple."""
    for i in range(low, high):
        row = product[i]
        row[:] = 0
        for j in range(indptr[i], indptr[i + 1]):
            add_scaled(row, dense, indices[j], data[j])
