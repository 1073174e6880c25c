"""Places sorted by thin strips from south to north, and from west to east within a strip.

Places that differ by their speed or their half of the sphere lie in layers of their own, each with
its strips, because circles seen from a facility differ. A strip is cut in cells of equal width:
which places lie between two longitudes is looked up, not searched.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from maillage_engine._check import Floats
from maillage_engine._compile import compiled
from maillage_engine._lanes import LANES
from maillage_engine._plane import Flat

WANTED = 24  # places in a square as wide as a strip is high, about
CELLS = 5  # in such a square
MOST_CELLS = 2.0  # in a strip, for each of its places
TRIMMED = 0.02  # of the places, left out on each side where the ground covered is estimated
SAMPLE = 50_000
LEAST = 1e-9  # height of a strip, in diameters of the Earth: a centimetre
Whole: TypeAlias = NDArray[np.signedinteger[Any]]


class Strips(NamedTuple):
    """Places by layer, strip, cell; cell `c` holds ``start[c]:start[c + 1]``."""

    height: float  # of every strip, on the plane
    south: Floats  # (layers,) where the first strip starts
    row: Whole  # (layers + 1,) first strip of each layer
    west: Floats  # (strips,) where the first cell starts
    per_unit: Floats  # (strips,) cells per unit of length
    cell: Whole  # (strips + 1,) first cell of each strip
    start: Whole  # (cells + 1,)
    x: Floats  # (n + 8,) on the plane, and room for reading whole vectors
    y: Floats
    order: Whole  # (n,) which place it was


def strip_height(x: Floats, y: Floats) -> float:
    """Return a height such that a square of it holds WANTED places where most of them are.

    The far ends are left out of the ground covered: one misplaced place must not matter.
    """
    step = -(-x.size // SAMPLE)
    wide, high = (
        float(np.ptp(np.quantile(part[::step], (TRIMMED, 1 - TRIMMED)))) for part in (x, y)
    )
    area = max(wide * high, max(wide, high) ** 2 / x.size)
    return max(float(np.sqrt(area * WANTED / x.size)), float(np.ptp(y)) / x.size, LEAST)


def lay(flat: Flat, layer: Whole, layers: int) -> Strips:
    """Sort places into strips; layers may be empty."""
    height = strip_height(flat.x, flat.y)
    count, south, north = _extent(flat.y, layer, layers)
    rows = np.where(count > 0, (north - south) / height + 1, 0).astype(np.int64)
    south[count == 0] = 0.0
    row = np.concatenate([[0], np.cumsum(rows)])
    key = np.empty(flat.x.size, np.int32)
    held, west, east = _rows(flat.x, flat.y, layer, (south, row, height), key)
    wide = np.where(held > 0, east - west, 0.0)
    west[held == 0] = 0.0
    cells = np.where(held > 0, np.minimum(wide * (CELLS / height), MOST_CELLS * held) + 1, 0)
    cells = cells.astype(np.int64)
    per_unit = np.divide(cells * (1 - 1e-12), wide, out=np.zeros(wide.size), where=wide > 0)
    cell = np.concatenate([[0], np.cumsum(cells)])
    start = np.zeros(int(cell[-1]) + 2, np.int32)
    x, y = np.zeros((2, flat.x.size + LANES))
    order = np.empty(flat.x.size, np.int32)
    _sort(flat.x, flat.y, (west, per_unit, cell), key, (start, x, y, order))
    return Strips(height, south, row, west, per_unit, cell, start[:-1], x, y, order)


@compiled
def _extent(y: Floats, layer: Whole, layers: int) -> tuple[Whole, Floats, Floats]:
    count, low, high = np.zeros(layers, np.int64), np.full(layers, np.inf), np.full(layers, -np.inf)
    for k in range(y.size):
        which = layer[k]
        count[which] += 1
        low[which] = min(low[which], y[k])
        high[which] = max(high[which], y[k])
    return count, low, high


@compiled
def _rows(
    x: Floats, y: Floats, layer: Whole, where: tuple[Floats, Whole, float], key: Whole
) -> tuple[Whole, Floats, Floats]:
    """Fill `key` with each place's strip; return how many each strip holds, and from where."""
    south, row, height = where
    held, west = np.zeros(row[-1], np.int64), np.full(row[-1], np.inf)
    east = np.full(row[-1], -np.inf)
    for k in range(x.size):
        strip = row[layer[k]] + np.int64((y[k] - south[layer[k]]) / height)
        key[k] = strip
        held[strip] += 1
        west[strip] = min(west[strip], x[k])
        east[strip] = max(east[strip], x[k])
    return held, west, east


@compiled
def _sort(
    x: Floats,
    y: Floats,
    cut: tuple[Floats, Floats, Whole],
    key: Whole,
    out: tuple[Whole, Floats, Floats, Whole],
) -> None:
    """Count the places of every cell, then put each where its cell starts."""
    west, per_unit, cell = cut
    start, sorted_x, sorted_y, order = out
    for k in range(x.size):
        strip = key[k]
        key[k] = cell[strip] + np.int64((x[k] - west[strip]) * per_unit[strip])
        start[key[k] + 2] += 1
    for c in range(1, start.size):
        start[c] += start[c - 1]
    for k in range(x.size):
        place = start[key[k] + 1]
        start[key[k] + 1] += 1
        sorted_x[place], sorted_y[place], order[place] = x[k], y[k], k
