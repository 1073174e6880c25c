"""Compiled loops of streaming access: pairs are looked at, never kept.

Facilities are visited by small groups of neighbours. For one band and one layer of origins, each
strip has cells that are within reach of the whole group, cells that are beyond reach of all, and
some between. The first are taken at once, by the difference of two running sums; only the places
of the last are tested, one facility after the other. A pair too near a threshold to call is set
aside for exact arithmetic.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._compile import compiled, inlined
from maillage_engine._fixed import Scale
from maillage_engine._lanes import LANES, increased, summed, tested

NEAR = 1e-9  # squared distances closer than this to a threshold, relatively, are set aside
SLIP = 4e-15  # and distances closer than this, in diameters of the Earth: coordinates are rounded
MARGIN = 1e-6  # of a cell or of a strip, by which what is surely in or out is kept smaller


class Sites(NamedTuple):
    """Facilities by groups of neighbours that travel alike, and how far each band reaches."""

    toward: NDArray[np.float64]  # (3, m) unit vectors: east, north, middle of the origins
    kind: NDArray[np.int64]  # (m,) which speed they have
    group: NDArray[np.int64]  # (groups + 1,) group `g` is facilities ``group[g]:group[g + 1]``
    squared: NDArray[np.float64]  # (kinds, layers, bands) squared chord that a band reaches
    half: NDArray[np.float64]  # (layers,) 1 for the half sphere around the middle, -1 beyond


class Tally(NamedTuple):
    """What is read from origins (gather) or written to them (scatter), by place and by cell."""

    drop: NDArray[np.float64]  # (bands,) weight lost beyond each threshold
    scale: Scale
    by_place: NDArray[np.float64]  # (n + 8,)
    by_cell: NDArray[np.int64]  # (cells + 1, 2) running sums, or steps
    by_site: NDArray[np.float64]
    doubtful: NDArray[np.int64]  # (room, 3) place, site, band
    count: NDArray[np.int64]  # (1,) doubtful pairs met, kept or not


class Desk(NamedTuple):
    """Where one thread writes what it knows of the ring it looks at."""

    ends: NDArray[np.int32]  # (strips, 4) cells where each strip is reached by one, by all, not
    circle: NDArray[np.float64]  # (largest group, 4) x, y, and squared radius, less and more
    total: NDArray[np.float64]  # (largest group,) what each facility finds where places are tested


@compiled
def _desk(strips, sites):
    largest = np.diff(sites.group).max()
    ends = np.empty((strips.west.size, 4), np.int32)
    return Desk(ends, np.empty((largest, 4)), np.zeros(largest))


@inlined
def _circles(sites, ring, desk):
    """Write the circle of each facility; return the box of their middles and the radii squared."""
    first, last, layer, band = ring
    squared, half = sites.squared[sites.kind[first], layer, band], sites.half[layer]
    west, east, south, north = np.inf, -np.inf, np.inf, -np.inf
    least, most = np.inf, -np.inf
    for j in range(first, last):
        shrink = 1 / (half * sites.toward[2, j] + 1 - squared / 2)
        x, y = sites.toward[0, j] * shrink, sites.toward[1, j] * shrink
        radius = squared * (1 - squared / 4) * shrink * shrink
        slack = NEAR * radius + SLIP * (np.sqrt(radius) + SLIP)
        desk.circle[j - first, 0], desk.circle[j - first, 1] = x, y
        desk.circle[j - first, 2], desk.circle[j - first, 3] = radius - slack, radius + slack
        west, east, south, north = min(west, x), max(east, x), min(south, y), max(north, y)
        least, most = min(least, radius - slack), max(most, radius + slack)
    return west, east, south, north, least, most


@inlined
def _reached(strips, sites, ring, desk):
    """Write, for each strip a ring may touch, its cells ``outer, inner, inner end, outer end``."""
    _, _, layer, _ = ring
    west, east, south, north, least, most = _circles(sites, ring, desk)
    height, base = strips.height, strips.row[layer]
    south, north = (south - strips.south[layer]) / height, (north - strips.south[layer]) / height
    radius = np.sqrt(most) / height + MARGIN
    lowest = np.int64(max(0.0, np.floor(south - radius)))
    highest = np.int64(min(strips.row[layer + 1] - base - 1.0, np.floor(north + radius)))
    for i in range(highest - lowest + 1):
        strip = base + lowest + i
        near = max(max(lowest + i - north, south - lowest - i - 1) - MARGIN, 0.0) * height
        far = (max(lowest + i + 1 - south, north - lowest - i) + MARGIN) * height
        fine = strips.per_unit[strip]
        left, right = (west - strips.west[strip]) * fine, (east - strips.west[strip]) * fine
        out = np.sqrt(max(most - near * near, 0.0)) * fine + MARGIN
        into = np.sqrt(max(least - far * far, 0.0)) * fine - MARGIN
        cell = strips.cell[strip]
        held = np.float64(strips.cell[strip + 1] - cell)
        outer, end = min(max(left - out, 0.0), held), min(max(right + out + 1, 0.0), held)
        inner = min(np.int64(min(max(right - into + 1, 0.0), held)), np.int64(end))
        desk.ends[i, 0], desk.ends[i, 1] = cell + np.int64(outer), cell + inner
        desk.ends[i, 2] = cell + max(np.int64(min(max(left + into, 0.0), held)), inner)
        desk.ends[i, 3] = cell + np.int64(end)
    return max(0, highest - lowest + 1)


@inlined
def _run(strips, desk, i, side):
    """Return the first and the last place between the inner and the outer cells of a strip."""
    first, end = strips.start[desk.ends[i, side]], strips.start[desk.ends[i, side + 1]]
    return np.int64(first), np.int64(end)


@inlined
def _circle(desk, i):
    return desk.circle[i, 0], desk.circle[i, 1], desk.circle[i, 2], desk.circle[i, 3]


@compiled
def _set_aside(strips, tally, desk, rows, ring):
    """List the places that are too near one threshold of a facility of the group."""
    first, last, _, band = ring
    for i in range(2 * rows):
        start, end = _run(strips, desk, i // 2, i % 2 * 2)
        for j in range(first, last):
            for k in range(start, end, LANES):
                inside, near = tested(strips.x, strips.y, k, end - k, _circle(desk, j - first))
                for lane in range(LANES if inside != near else 0):
                    if (inside ^ near) >> lane & 1:
                        if tally.count[0] < tally.doubtful.shape[0]:
                            place = tally.doubtful[tally.count[0]]
                            place[0], place[1], place[2] = k + lane, j, band
                        tally.count[0] += 1


@inlined
def _gather_ring(strips, sites, tally, desk, ring):
    first, last, _, band = ring
    rows = _reached(strips, sites, ring, desk)
    high, low, doubt = np.int64(0), np.int64(0), np.int64(0)
    for i in range(rows):
        inner, end = desk.ends[i, 1], desk.ends[i, 2]
        high += tally.by_cell[end, 0] - tally.by_cell[inner, 0]
        low += tally.by_cell[end, 1] - tally.by_cell[inner, 1]
        for side in range(0, 4, 2):
            start, end = _run(strips, desk, i, side)
            for k in range(start, end, LANES):
                for member in range(last - first):
                    circle = _circle(desk, member)
                    inside, near = tested(strips.x, strips.y, k, end - k, circle)
                    desk.total[member] += summed(tally.by_place, k, inside)
                    doubt |= inside ^ near
    whole = high / tally.scale.coarse + low / tally.scale.coarse / tally.scale.fine
    for j in range(first, last):
        tally.by_site[j] += tally.drop[band] * (whole + desk.total[j - first])
        desk.total[j - first] = 0.0
    if doubt != 0:
        _set_aside(strips, tally, desk, rows, ring)


@inlined
def _scatter_ring(strips, sites, tally, desk, ring):
    first, last, _, band = ring
    rows = _reached(strips, sites, ring, desk)
    scaled = tally.by_site[first:last].sum() * tally.drop[band] * tally.scale.coarse
    high = np.int64(scaled)
    low = np.int64((scaled - high) * tally.scale.fine)
    for i in range(rows):
        inner, end = desk.ends[i, 1], desk.ends[i, 2]
        tally.by_cell[inner, 0] += high
        tally.by_cell[inner, 1] += low
        tally.by_cell[end, 0] -= high
        tally.by_cell[end, 1] -= low
        for side in range(0, 4, 2):
            start, end = _run(strips, desk, i, side)
            for k in range(start, end, LANES):
                for j in range(first, last):
                    circle = _circle(desk, j - first)
                    inside, _ = tested(strips.x, strips.y, k, end - k, circle)
                    gain = tally.by_site[j] * tally.drop[band]
                    increased(tally.by_place, k, inside, gain)


@inlined
def _touches(sites, tally, ring):
    """Whether something is lost at a ring, and it is not wholly on the other half of the sphere."""
    first, last, layer, band = ring
    squared = sites.squared[sites.kind[first], layer, band]
    highest = (sites.half[layer] * sites.toward[2, first:last]).max()
    return tally.drop[band] > 0 and highest >= -np.sqrt(squared * (1 - squared / 4)) - MARGIN


@compiled
def gather(strips, sites, tally, part):
    """Visit every pair of some groups, and sum what the origins within reach hold."""
    desk = _desk(strips, sites)
    for group in range(part[0], part[1]):
        for layer in range(sites.half.size):
            for band in range(tally.drop.size):
                ring = (sites.group[group], sites.group[group + 1], layer, band)
                if _touches(sites, tally, ring):
                    _gather_ring(strips, sites, tally, desk, ring)


@compiled
def scatter(strips, sites, tally, part):
    """Visit every pair of some groups, and hand out the share of each facility."""
    desk = _desk(strips, sites)
    for group in range(part[0], part[1]):
        for layer in range(sites.half.size):
            for band in range(tally.drop.size):
                ring = (sites.group[group], sites.group[group + 1], layer, band)
                if _touches(sites, tally, ring):
                    _scatter_ring(strips, sites, tally, desk, ring)


@compiled
def grouped(sites, side, most):
    """Cut sites, given as x, y and kind, into groups of one kind, small in size and in number."""
    x, y, kind = sites
    cuts, first = [0], 0
    west = east = south = north = 0.0
    for j in range(x.size):
        left, right = min(west, x[j]), max(east, x[j])
        low, high = min(south, y[j]), max(north, y[j])
        alike = j > first and j - first < most and kind[j] == kind[first]
        if alike and right - left <= side and high - low <= side:
            west, east, south, north = left, right, low, high
            continue
        if j > 0:
            cuts.append(j)
        first, west, east, south, north = j, x[j], x[j], y[j], y[j]
    cuts.append(x.size)
    return np.array(cuts)
