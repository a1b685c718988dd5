"""Sums over short vectors in eight lanes, whatever the processor has.

A compiler may not add numbers in another order than the one written, so a plain loop adds them one
by one; were it allowed to, the bits of a sum would depend on the processor. Here the order is that
of eight partial sums, which any processor keeps. Vectors have a size that is a multiple of
:data:`LANES`.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from topics._kernels import LANES


def _pointers(context, builder, signature, arguments):
    """Pointers to a vector and to a matrix, as vectors, and how many those of a row are."""
    arrays = [
        context.make_array(signature.args[place])(context, builder, arguments[place])
        for place in (0, 1)
    ]
    number = context.get_value_type(signature.args[0].dtype)
    vector = ir.VectorType(number, LANES)
    to, rows = [builder.bitcast(array.data, vector.as_pointer()) for array in arrays]
    size = builder.extract_value(arrays[0].shape, 0)
    return vector, to, rows, builder.udiv(size, ir.Constant(size.type, LANES))


def _vectors(context, builder, signature, arguments):
    """Pointers to a vector and to a row of a matrix, as vectors, and how many those are."""
    vector, to, rows, n = _pointers(context, builder, signature, arguments)
    row = context.cast(builder, arguments[2], signature.args[2], types.intp)
    return vector, to, builder.gep(rows, [builder.mul(row, n)]), n


def _in_all_lanes(builder, vector, number):
    """A vector that holds one number in each lane."""
    filled = ir.Constant(vector, ir.Undefined)
    for lane in range(LANES):
        filled = builder.insert_element(filled, number, ir.Constant(ir.IntType(32), lane))
    return filled


def _load(builder, pointer, place, number):
    return builder.load(builder.gep(pointer, [place]), align=number // 8)


# A view of a row would be counted as a reference to its matrix, which takes longer than the sum.
@intrinsic
def dot(typing, vector, matrix, row):
    """Sum of the products of a vector and a row of a matrix."""

    def code(context, builder, signature, arguments):
        vector, left, right, n = _vectors(context, builder, signature, arguments)
        bits = signature.return_type.bitwidth
        total = cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * LANES))
        with cgutils.for_range(builder, n) as loop:
            product = builder.fmul(
                _load(builder, left, loop.index, bits), _load(builder, right, loop.index, bits)
            )
            builder.store(builder.fadd(builder.load(total), product), total)
        sums = builder.load(total)
        lanes = LANES
        while lanes > 1:
            lanes //= 2
            halves = [
                builder.shuffle_vector(
                    sums, sums, ir.Constant(ir.VectorType(ir.IntType(32), lanes), list(places))
                )
                for places in (range(lanes), range(lanes, 2 * lanes))
            ]
            sums = builder.fadd(*halves)
        return builder.extract_element(sums, ir.Constant(ir.IntType(32), 0))

    return vector.dtype(vector, matrix, row), code


@intrinsic
def add_scaled(typing, to, matrix, row, scale):
    """Add a multiple of a row of a matrix to a vector."""

    def code(context, builder, signature, arguments):
        vector, left, right, n = _vectors(context, builder, signature, arguments)
        bits = signature.args[3].bitwidth
        scales = _in_all_lanes(builder, vector, arguments[3])
        with cgutils.for_range(builder, n) as loop:
            more = builder.fmul(_load(builder, right, loop.index, bits), scales)
            new = builder.fadd(_load(builder, left, loop.index, bits), more)
            builder.store(new, builder.gep(left, [loop.index]), align=bits // 8)
        return context.get_dummy_value()

    return types.none(to, matrix, row, to.dtype), code


# As many sums as fit into registers beside what is added to them: a sum that goes to memory and
# back for each row takes three times as long.
_AT_ONCE = (4, 2, 1)


@intrinsic
def add_weighted_rows(typing, to, matrix, rows, weights, start, stop):
    """Add rows of a matrix times their weights to a vector: those at the places of a range.

    The same to the bit as to add each by :func:`add_scaled`.
    """

    def code(context, builder, signature, arguments):
        vector, left, right, n = _pointers(context, builder, signature, arguments)
        bits = signature.args[0].dtype.bitwidth
        _, _, rows_type, weights_type, start_type, stop_type = signature.args
        numbers, shares = (
            context.make_array(kind)(context, builder, value)
            for kind, value in zip((rows_type, weights_type), arguments[2:4], strict=True)
        )
        first, last = (
            context.cast(builder, value, kind, types.intp)
            for kind, value in zip((start_type, stop_type), arguments[4:], strict=True)
        )

        def add_blocks(block, width):
            """Sum the blocks from one on, as many as the width says, over all rows."""
            places = [builder.add(block, ir.Constant(block.type, i)) for i in range(width)]
            sums = [cgutils.alloca_once(builder, vector) for _ in places]
            for total, place in zip(sums, places, strict=True):
                builder.store(_load(builder, left, place, bits), total)
            with cgutils.for_range(builder, last, start=first, intp=first.type) as loop:
                number = builder.load(builder.gep(numbers.data, [loop.index]))
                row = context.cast(builder, number, rows_type.dtype, types.intp)
                base = builder.mul(row, n)
                share = builder.load(builder.gep(shares.data, [loop.index]))
                scales = _in_all_lanes(builder, vector, share)
                for total, place in zip(sums, places, strict=True):
                    more = builder.fmul(
                        _load(builder, right, builder.add(base, place), bits), scales
                    )
                    builder.store(builder.fadd(builder.load(total), more), total)
            for total, place in zip(sums, places, strict=True):
                pointer = builder.gep(left, [place])
                builder.store(builder.load(total), pointer, align=bits // 8)

        done = ir.Constant(n.type, 0)
        for width in _AT_ONCE:
            times = builder.udiv(builder.sub(n, done), ir.Constant(n.type, width))
            with cgutils.for_range(builder, times, intp=n.type) as loop:
                add_blocks(
                    builder.add(done, builder.mul(loop.index, ir.Constant(n.type, width))), width
                )
            done = builder.add(done, builder.mul(times, ir.Constant(n.type, width)))
        return context.get_dummy_value()

    return types.none(to, matrix, rows, weights, start, stop), code
