"""Sums that do not depend on their order: numbers held as two whole numbers.

A sum over an interval is the difference of two running sums, and a share given to an interval is
added at its start and taken back at its end. With floats both would leave traces; with whole
numbers differences are exact, an interval of zeros sums to zero, and threads change nothing.

A value v >= 0 is held as ``h = floor(v * coarse)`` and ``l = floor((v * coarse - h) * fine)``, so
it is short by less than ``1 / (coarse * fine)``. Both factors are powers of two, so nothing else is
rounded. They are chosen so that no sum reaches 2**62: ``coarse * total < 2**62`` and
``fine * count <= 2**62``. Sums may wrap around on the way: only the value of an interval counts.
`ranges` gives the proof that every value is right within 2**-43 (1.1e-13), or cuts the values up.
"""

from typing import NamedTuple

import numpy as np

from maillage_engine._check import Floats, Ints
from maillage_engine._compile import compiled

DIGITS = 62  # of a sum, its sign aside
PRECISION = 43  # binary digits kept of the smallest value
LARGEST_POWER = 900  # of two, so that no factor overflows


class Scale(NamedTuple):
    """How values become whole numbers; both factors are powers of two."""

    coarse: float
    fine: float


def scale_for(total: float, count: int) -> Scale:
    """Return the finest scale at which `count` values, `total` in all, can be summed."""
    _, size = np.frexp(total)
    _, many = np.frexp(float(count))
    return Scale(2.0 ** min(DIGITS - int(size), LARGEST_POWER), 2.0 ** (DIGITS - int(many)))


def ranges(values: Floats, count: int, least: float = 1.0) -> list[tuple[Floats, Scale]]:
    """Cut values into parts that add up to them, each with a scale that keeps its digits.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite, >= 0.
    count : int
        How many of them, or of their fractions, may meet in one sum.
    least : float
        The smallest fraction of a value that must still be right, between 2**-20 and 1.

    Returns
    -------
    list of (values, Scale)
        One part nearly always. Any value v > 0 of a part satisfies
        ``v * least * coarse * fine >= 2**43``, so its smallest fraction is right within 2**-43,
        and so is any sum of them. Values too small for that are left to the next part; with a
        million values it happens when all together are some 2**58 times the smallest.
    """
    positive = values[values > 0]
    if positive.size == 0:
        return [(values, Scale(1.0, 1.0))]
    scale = scale_for(float(positive.sum()), count)
    floor = 2.0**PRECISION / scale.coarse / scale.fine / least
    if float(positive.min()) >= floor or scale.coarse == 2.0**LARGEST_POWER:
        return [(values, scale)]
    small = values < floor
    rest = ranges(np.where(small, values, 0.0), count, least)
    return [(np.where(small, 0.0, values), scale), *rest]


@compiled
def running(start: Ints, values: Floats, scale: Scale) -> Ints:
    """Return the sum of the values before each cell, in two parts, shape (cells + 1, 2)."""
    sums = np.zeros((start.size, 2), np.int64)
    high, low = np.int64(0), np.int64(0)
    for cell in range(start.size - 1):
        for k in range(start[cell], start[cell + 1]):
            scaled = values[k] * scale.coarse
            whole = np.int64(scaled)
            high += whole
            low += np.int64((scaled - whole) * scale.fine)
        sums[cell + 1, 0], sums[cell + 1, 1] = high, low
    return sums


@compiled
def spread(start: Ints, steps: Ints, scale: Scale, values: Floats) -> None:
    """Add to each cell's values what the steps up to this cell amount to."""
    high, low = np.int64(0), np.int64(0)
    for cell in range(start.size - 1):
        high += steps[cell, 0]
        low += steps[cell, 1]
        gain = high / scale.coarse + low / scale.coarse / scale.fine
        for k in range(start[cell], start[cell + 1]):
            values[k] += gain
