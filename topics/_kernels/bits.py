"""Eight and sixty-four bytes at a time: the few machine instructions that the kernels need.

Places are addresses and not arrays with an index: numba counts references to an array wherever it
is handed on, which takes longer than all else that is done with a word. An address must be
readable, and so must :data:`PADDING` bytes behind it; the callers see to that.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

PADDING = 64
"""Bytes that must be readable behind any address that is given to a function of this module."""


def _pointer(builder, address, kind):
    return builder.inttoptr(address, kind.as_pointer())


@intrinsic
def load8(typing_context, address):
    """The eight bytes from an address on as one uint64, the first the lowest."""

    def emit(context, builder, signature, args):
        return builder.load(_pointer(builder, args[0], ir.IntType(64)), align=1)

    return types.uint64(types.intp), emit


@intrinsic
def store8(typing_context, address, value):
    """Write eight bytes to an address, the lowest first."""

    def emit(context, builder, signature, args):
        builder.store(args[1], _pointer(builder, args[0], ir.IntType(64)), align=1)
        return context.get_dummy_value()

    return types.void(types.intp, types.uint64), emit


def _bytes(builder, address):
    """The type of 64 bytes, and those at an address."""
    kind = ir.VectorType(ir.IntType(8), 64)
    return kind, builder.load(_pointer(builder, address, kind), align=1)


def _everywhere(builder, kind, value):
    """A vector that holds a value in all its lanes."""
    nothing = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), [0] * kind.count)
    return builder.shuffle_vector(one, nothing, lanes)


@intrinsic
def store_lowercase(typing_context, address, source, case):
    """Write the 64 bytes at another address, with the bit ``case`` set in those from A to Z."""

    def emit(context, builder, signature, args):
        kind, values = _bytes(builder, args[1])
        first, width = (ir.Constant(kind, [value] * 64) for value in (ord("A"), 25))
        upper = builder.icmp_unsigned("<=", builder.sub(values, first), width)
        bit = builder.select(
            upper, _everywhere(builder, kind, args[2]), ir.Constant(kind, [0] * 64)
        )
        builder.store(builder.or_(values, bit), _pointer(builder, args[0], kind), align=1)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.uint8), emit


@intrinsic
def between(typing_context, address, low, high):
    """A uint64 whose bit ``j`` says whether byte ``j`` from the address on is in [low, high]."""

    def emit(context, builder, signature, args):
        kind, values = _bytes(builder, args[0])
        shifted = builder.sub(values, _everywhere(builder, kind, args[1]))
        width = _everywhere(builder, kind, builder.sub(args[2], args[1]))
        return builder.bitcast(builder.icmp_unsigned("<=", shifted, width), ir.IntType(64))

    return types.uint64(types.intp, types.uint8, types.uint8), emit


@intrinsic
def trailing_zeros(typing_context, bits):
    """Number of zeros below the lowest one of a uint64 that is not zero."""

    def emit(context, builder, signature, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), emit
