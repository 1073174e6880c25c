"""Compiled loops of streaming access: pairs are looked at, never kept.

Points of demand lie in small cells, one per square and density level. Seen from a facility, a cell
wholly inside one band is taken at once; only cells astride a threshold are looked at point by
point. A pair too near a threshold to call is set aside for exact arithmetic.
"""
# mypy: ignore-errors
# The loops are typed by the compiler, from their arguments.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._compile import compiled, compiled_for_sums, inlined

NEAR = 1e-9  # squared chords closer than this to a threshold, relatively, are set aside
NEARER = 1e-24  # and absolutely, for thresholds of zero minutes


class Grid(NamedTuple):
    """Cells that hold points, by rows of squares; cell `c` holds ``start[c]:start[c + 1]``."""

    west: float  # degrees
    south: float
    width: float  # of a square, degrees
    height: float
    columns: int
    rows: int
    first: NDArray[np.int64]  # (rows * columns + 1,) first cell of each square
    level: NDArray[np.int64]  # (cells,) density level of the cell, from 0
    start: NDArray[np.int64]  # (cells + 1,)
    x: NDArray[np.float64]  # (n,) unit vectors
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    middle: NDArray[np.float64]  # (cells, 3)
    radius: NDArray[np.float64]  # (cells,) chord from the middle to the farthest point


class Sites(NamedTuple):
    """Facilities, and how far each band reaches from them for each density level of demand."""

    points: NDArray[np.float64]  # (m, 3)
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    chord: NDArray[np.float64]  # (m, levels, bands)
    weight: NDArray[np.float64]  # (bands + 1,) the last one is 0, beyond


class Tally(NamedTuple):
    """What is read from demand (gather) or written to it (scatter), by point and by cell."""

    by_point: NDArray[np.float64]
    by_cell: NDArray[np.float64]
    by_site: NDArray[np.float64]
    doubtful: NDArray[np.int64]  # (room, 3) point, site, band
    count: NDArray[np.int64]  # (1,) doubtful pairs met, kept or not


@compiled
def describe(grid):
    """Fill the middle and the radius of every cell."""
    for cell in range(grid.start.size - 1):
        a, b = grid.start[cell], grid.start[cell + 1]
        x, y, z = grid.x[a:b].mean(), grid.y[a:b].mean(), grid.z[a:b].mean()
        farthest = 0.0
        for k in range(a, b):
            u, v, w = grid.x[k] - x, grid.y[k] - y, grid.z[k] - z
            farthest = max(farthest, u * u + v * v + w * w)
        grid.middle[cell, 0], grid.middle[cell, 1], grid.middle[cell, 2] = x, y, z
        grid.radius[cell] = np.sqrt(farthest)


@inlined
def _distance(grid, sites, j, cell):
    x = sites.points[j, 0] - grid.middle[cell, 0]
    y = sites.points[j, 1] - grid.middle[cell, 1]
    z = sites.points[j, 2] - grid.middle[cell, 2]
    return np.sqrt(x * x + y * y + z * z)


@compiled_for_sums
def _inside(x, y, z, values, point, edge):
    """Return the sum of values inside a squared chord, and how many points are too near it."""
    low, high = edge - (NEAR * edge + NEARER), edge + (NEAR * edge + NEARER)
    inside, near = 0.0, 0.0
    for k in range(x.size):
        u, v, w = x[k] - point[0], y[k] - point[1], z[k] - point[2]
        squared = u * u + v * v + w * w
        inside += values[k] if squared < low else 0.0
        near += 1.0 if squared < high and squared >= low else 0.0
    return inside, near


@compiled
def _add_inside(x, y, z, values, point, edge):
    """Add the last coordinate of `point` to the values inside a squared chord."""
    low = edge - (NEAR * edge + NEARER)
    for k in range(x.size):
        u, v, w = x[k] - point[0], y[k] - point[1], z[k] - point[2]
        values[k] += point[3] if u * u + v * v + w * w < low else 0.0


@compiled
def _set_aside(grid, sites, tally, j, cell, band):
    """List the points of a cell that are too near one threshold of a facility."""
    edge = sites.chord[j, grid.level[cell], band] ** 2
    for k in range(grid.start[cell], grid.start[cell + 1]):
        u = grid.x[k] - sites.points[j, 0]
        v = grid.y[k] - sites.points[j, 1]
        w = grid.z[k] - sites.points[j, 2]
        if abs(u * u + v * v + w * w - edge) <= NEAR * edge + NEARER:
            if tally.count[0] < tally.doubtful.shape[0]:
                place = tally.doubtful[tally.count[0]]
                place[0], place[1], place[2] = k, j, band
            tally.count[0] += 1


@inlined
def _bands_of(grid, sites, j, cell):
    """Return the first band the cell touches and how many thresholds it is astride."""
    distance, level = _distance(grid, sites, j, cell), grid.level[cell]
    low = (distance - grid.radius[cell]) * (1 - NEAR)
    high = (distance + grid.radius[cell]) * (1 + NEAR)
    first, astride = 0, 0
    for band in range(sites.chord.shape[2]):
        if sites.chord[j, level, band] < low:
            first += 1
        elif sites.chord[j, level, band] <= high:
            astride += 1
    return first, astride


@inlined
def _gather(grid, sites, tally, j, cells):
    point = (sites.points[j, 0], sites.points[j, 1], sites.points[j, 2])
    total = 0.0
    for cell in range(cells[0], cells[1]):
        first, astride = _bands_of(grid, sites, j, cell)
        total += sites.weight[first + astride] * tally.by_cell[cell]
        a, b = grid.start[cell], grid.start[cell + 1]
        for band in range(first, first + astride):
            edge = sites.chord[j, grid.level[cell], band] ** 2
            inside, near = _inside(
                grid.x[a:b], grid.y[a:b], grid.z[a:b], tally.by_point[a:b], point, edge
            )
            total += (sites.weight[band] - sites.weight[band + 1]) * inside
            if near > 0:
                _set_aside(grid, sites, tally, j, cell, band)
    tally.by_site[j] += total


@inlined
def _scatter(grid, sites, tally, j, cells):
    share = tally.by_site[j]
    for cell in range(cells[0], cells[1]):
        first, astride = _bands_of(grid, sites, j, cell)
        tally.by_cell[cell] += sites.weight[first + astride] * share
        a, b = grid.start[cell], grid.start[cell + 1]
        for band in range(first, first + astride):
            edge = sites.chord[j, grid.level[cell], band] ** 2
            gain = (sites.weight[band] - sites.weight[band + 1]) * share
            point = (sites.points[j, 0], sites.points[j, 1], sites.points[j, 2], gain)
            _add_inside(grid.x[a:b], grid.y[a:b], grid.z[a:b], tally.by_point[a:b], point, edge)


@inlined
def _columns_seen(grid, longitude, half, shift):
    first = int(np.floor((longitude + shift - half - grid.west) / grid.width))
    last = int(np.floor((longitude + shift + half - grid.west) / grid.width))
    return max(0, first), min(grid.columns - 1, last)


@compiled
def visit(grid, sites, tally, part, scatter):
    """Visit every pair of some facilities: sum demand, or hand out their share."""
    for j in range(part[0], part[1]):
        reach = 2 * np.arcsin(min(1.0, sites.chord[j].max() / 2)) * 1.000001 + 1e-9
        tall, here = np.degrees(reach), sites.latitude[j]
        low = max(0, int(np.floor((here - tall - grid.south) / grid.height)))
        high = min(grid.rows - 1, int(np.floor((here + tall - grid.south) / grid.height)))
        ratio = np.sin(min(reach, np.pi / 2)) / max(1e-12, np.cos(np.radians(here)))
        half = 180.0 if ratio >= 1 else np.degrees(np.arcsin(ratio)) * 1.000001 + 1e-9
        seen_to = -1
        for shift in (-360.0, 0.0, 360.0):
            left, right = _columns_seen(grid, sites.longitude[j], half, shift)
            left = max(left, seen_to + 1)
            seen_to = max(seen_to, right)
            for row in range(low, high + 1 if left <= right else low):
                base = row * grid.columns
                cells = (grid.first[base + left], grid.first[base + right + 1])
                if scatter:
                    _scatter(grid, sites, tally, j, cells)
                else:
                    _gather(grid, sites, tally, j, cells)
