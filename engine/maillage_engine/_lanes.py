"""Eight points tested at once against one circle, as single vector instructions.

The compiler does not find these by itself where runs of points are short and of any length. They
are written for vectors of eight numbers, which it cuts to what the processor has.
Arrays must hold eight more values than there are points, since a whole vector is always read.
"""
# mypy: ignore-errors
# The types are those of the compiler.

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 8
BITS, WHOLE = ir.IntType(LANES), ir.IntType(64)
FLAGS = ir.VectorType(ir.IntType(1), LANES)
NUMBERS = ir.VectorType(ir.DoubleType(), LANES)
COUNTS = ir.VectorType(WHOLE, LANES)
NOTHING = ir.Constant(NUMBERS, [0.0] * LANES)


@intrinsic
def tested(_, x, y, k, left, circle):
    """Return which of the points from `k` on are within two squared radii, a bit for each.

    `circle` is (x, y, low, high); the bits are those of points within low, then within high. Only
    the first `left` points count. No operation is fused, so the same points always answer alike.
    """
    signature = types.UniTuple(types.int64, 2)(x, y, k, left, circle)

    def generate(context, builder, signature, values):
        where = builder.extract_value
        squared = None
        for axis in (0, 1):
            table = (signature.args[axis], values[axis])
            there = builder.load(_address(context, builder, table, values[2]), align=8)
            gap = builder.fsub(there, _repeated(builder, where(values[4], axis), NUMBERS))
            square = builder.fmul(gap, gap)
            squared = builder.fadd(squared, square) if axis else square
        lanes = ir.Constant(COUNTS, list(range(LANES)))
        counted = builder.icmp_signed("<", lanes, _repeated(builder, values[3], COUNTS))
        within = []
        for bound in (where(values[4], 2), where(values[4], 3)):
            near = builder.fcmp_ordered("<", squared, _repeated(builder, bound, NUMBERS))
            flags = builder.bitcast(builder.and_(near, counted), BITS)
            within.append(builder.zext(flags, WHOLE))
        return context.make_tuple(builder, signature.return_type, within)

    return signature, generate


@intrinsic
def summed(_, table, k, bits):
    """Return the sum of the values from `k` on whose bit is set, always in the same order."""
    signature = types.float64(table, k, bits)

    def generate(context, builder, signature, values):
        address = _address(context, builder, (signature.args[0], values[0]), values[1])
        part = builder.select(_flags(builder, values[2]), builder.load(address, align=8), NOTHING)
        for half in (4, 2, 1):
            low, high = (
                builder.shuffle_vector(part, part, _indices(range(first, first + half)))
                for first in (0, half)
            )
            part = builder.fadd(low, high)
        return builder.extract_element(part, ir.Constant(ir.IntType(32), 0))

    return signature, generate


@intrinsic
def increased(_, table, k, bits, gain):
    """Add `gain` to the values from `k` on whose bit is set."""
    signature = types.void(table, k, bits, gain)

    def generate(context, builder, signature, values):
        address = _address(context, builder, (signature.args[0], values[0]), values[1])
        gains = _repeated(builder, values[3], NUMBERS)
        gained = builder.select(_flags(builder, values[2]), gains, NOTHING)
        builder.store(builder.fadd(builder.load(address, align=8), gained), address, align=8)
        return context.get_dummy_value()

    return signature, generate


def _address(context, builder, table, k):
    kind, value = table
    data = context.make_array(kind)(context, builder, value).data
    return builder.bitcast(builder.gep(data, [k]), NUMBERS.as_pointer())


def _repeated(builder, value, kind):
    nothing = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, nothing, _indices([0] * LANES))


def _indices(places):
    places = list(places)
    return ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places)


def _flags(builder, bits):
    return builder.bitcast(builder.trunc(bits, BITS), FLAGS)
