"""Compiled loops that find the pairs within reach from coordinates, each with its band at once.

Destinations are sorted by density level, strip of latitude and column of longitude, so that what an
origin may reach in a strip is one slice. Distances are squared chords between unit vectors, several
at a time; a pair too near a threshold to call is listed, for exact arithmetic.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._bands import GROUP
from maillage_engine._compile import compiled, inlined

NEAR = 1e-9  # squared chords closer than this to a threshold, relatively, are not called here
NEARER = 1e-24  # and absolutely, for thresholds of zero minutes
EDGES = 4  # thresholds looked at side by side; those that are missing are infinite
ROUND = 1e-9  # degrees and radians by which slices are widened, against rounding


class Strips(NamedTuple):
    """Destinations sorted; those of square `s` of level `l` begin at ``first[l * squares + s]``."""

    south: float  # degrees
    west: float
    height: float  # of a strip, degrees
    width: float  # of a column, degrees
    rows: int
    columns: int
    low: NDArray[np.float64]  # (rows,) least latitude of each strip, radians, and a little less
    high: NDArray[np.float64]  # (rows,)
    cosine: NDArray[np.float64]  # (rows,) least cosine of its latitudes
    first: NDArray[np.int64]  # (levels * rows * columns + 1,)
    x: NDArray[np.float64]  # (n_destinations,) unit vectors
    y: NDArray[np.float64]
    z: NDArray[np.float64]


class Origins(NamedTuple):
    """Where people leave from, and how far each level of destination is within reach of them."""

    longitude: NDArray[np.float64]  # degrees
    latitude: NDArray[np.float64]
    points: NDArray[np.float64]  # (n, 3) unit vectors
    level: NDArray[np.int64]  # density, from 0
    reach: NDArray[np.float64]  # (levels of origins, levels of destinations) radians
    chord: NDArray[np.float64]  # (levels, levels, a multiple of EDGES) squared, by threshold
    edges: NDArray[np.float64]  # (levels, levels, multiple of EDGES / EDGES, 2, EDGES) a little
    # less, then a little more than each


class Slots(NamedTuple):
    """The slots of every origin, as they are found."""

    start: NDArray[np.int64]  # (n_origins + 1,)
    slot: NDArray[np.uint32]
    bands: int
    doubtful: NDArray[np.int64]  # (room, 3) place among slots, origin, destination
    count: NDArray[np.int64]  # (1,) doubtful pairs met, kept or not


@compiled
def sort(key, first, order):
    """Fill `first` with where each key begins, and `order` with who has it."""
    for k in range(key.size):
        first[key[k] + 1] += 1
    for square in range(first.size - 1):
        first[square + 1] += first[square]
    following = first.copy()
    for k in range(key.size):
        order[following[key[k]]] = k
        following[key[k]] += 1


@inlined
def _half_width(strips, row, latitude, reach):
    """Return how far in longitude a cap reaches in a strip, in radians, or a little more.

    From the haversine formula, with the least cosine of the strip and the least distance to it.
    `latitude` is its radians and its cosine, `reach` radians and the square of the sine of half.
    """
    away = max(strips.low[row] - latitude[0], latitude[0] - strips.high[row], 0.0) / 2
    if 2 * away > reach[0]:
        return -1.0
    side = reach[1] - away * away * (1 - away * away / 3)  # sin² a >= a² (1 - a² / 3)
    cosine = latitude[1] * strips.cosine[row]
    if side >= 0.25 * cosine or reach[0] >= 1.0:
        return np.pi
    share = np.sqrt(max(side, 0.0) / cosine)
    return 2 * (share + 0.2 * share**3) + ROUND  # arcsin s <= s + s³ / 5 where s <= 1/2


@compiled
def slices(origins, strips, begin, end):
    """Fill the slices of destinations that each origin may reach, and return how many are in them.

    `begin` and `end` have one row per origin, one column per level and strip within reach.
    """
    total, squares = 0, strips.rows * strips.columns
    for i in range(origins.level.size):
        here = np.radians(origins.latitude[i])
        latitude = (here, np.cos(here))
        for level in range(begin.shape[1]):
            if strips.first[(level + 1) * squares] == strips.first[level * squares]:
                continue
            angle = origins.reach[origins.level[i], level] * (1 + ROUND) + ROUND
            reach = (angle, np.sin(angle / 2) ** 2)
            bottom = origins.latitude[i] - np.degrees(angle) - strips.south
            bottom = max(int(np.floor(bottom / strips.height)), 0)
            for row in range(bottom, min(bottom + begin.shape[2], strips.rows)):
                half = np.degrees(_half_width(strips, row, latitude, reach))
                if half < 0:
                    continue
                left, right = origins.longitude[i] - half, origins.longitude[i] + half
                first, last = 0, strips.columns - 1
                if left >= -180 and right <= 180:
                    first = max(first, int(np.floor((left - strips.west) / strips.width)))
                    last = min(last, int(np.floor((right - strips.west) / strips.width)))
                if first > last:
                    continue
                square = level * squares + row * strips.columns
                begin[i, level, row - bottom] = strips.first[square + first]
                end[i, level, row - bottom] = strips.first[square + last + 1]
                total += strips.first[square + last + 1] - strips.first[square + first]
    return total


@compiled
def _sort_out(x, y, z, point, edges, code):
    """Write how many thresholds each destination is beyond; return how many are too near one."""
    a, b, c, d = edges[0, 0], edges[0, 1], edges[0, 2], edges[0, 3]
    e, f, g, h = edges[1, 0], edges[1, 1], edges[1, 2], edges[1, 3]
    p, q, r = point[0], point[1], point[2]
    near = 0
    for k in range(x.size):
        u, v, w = x[k] - p, y[k] - q, z[k] - r
        squared = u * u + v * v + w * w
        least, most = 0, 0
        least += squared > a
        most += squared > e
        least += squared > b
        most += squared > f
        least += squared > c
        most += squared > g
        least += squared > d
        most += squared > h
        code[k] = most
        near += least - most
    return near


@compiled
def _keep(code, base, bands, slot, place):
    """Write the slots of the destinations within reach; return where the next ones go."""
    for k in range(code.size):
        slot[place] = base + k * (bands + 1) + code[k]
        place += np.uint64(code[k] < bands)
    return place


@compiled
def fill(origins, strips, spans, slots):
    """Lay every pair within reach in its slot, origin after origin; list the doubtful ones."""
    begin, end = spans
    x, y, z, slot, bands = strips.x, strips.y, strips.z, slots.slot, slots.bands
    place, widest = np.uint64(0), (end - begin).max()
    codes, more = np.empty(widest, np.int64), np.empty(widest, np.int64)
    for i in range(begin.shape[0]):
        slots.start[i] = place
        point, edges = origins.points[i], origins.edges[origins.level[i]]
        for level in range(begin.shape[1]):
            for part in range(begin.shape[2]):
                a, b = begin[i, level, part], end[i, level, part]
                if a == b:
                    continue
                code = codes[: b - a]
                near = _sort_out(x[a:b], y[a:b], z[a:b], point, edges[level, 0], code)
                for group in range(1, edges.shape[1]):
                    near += _sort_out(x[a:b], y[a:b], z[a:b], point, edges[level, group], more)
                    code += more[: b - a]
                if near > 0:
                    _list(origins, strips, slots, (i, level, a, b, place), code)
                place = _keep(code, a * (bands + 1), bands, slot, place)
        while place % np.uint64(GROUP):
            slot[place] = bands
            place += np.uint64(1)
    slots.start[-1] = place


@compiled
def _list(origins, strips, slots, where, code):
    """List the destinations of a slice that are too near a threshold, and where their slot is."""
    i, level, a, b, begun = where
    place = np.int64(begun)
    thresholds = origins.chord[origins.level[i], level]
    for k in range(a, b):
        u = strips.x[k] - origins.points[i, 0]
        v = strips.y[k] - origins.points[i, 1]
        w = strips.z[k] - origins.points[i, 2]
        squared = u * u + v * v + w * w
        if code[k - a] >= slots.bands:
            continue
        for band in range(slots.bands):
            value = thresholds[band]
            if abs(squared - value) <= 2 * (NEAR * value + NEARER):
                if slots.count[0] < slots.doubtful.shape[0]:
                    kept = slots.doubtful[slots.count[0]]
                    kept[0], kept[1], kept[2] = place, i, k
                slots.count[0] += 1
                break
        place += 1
