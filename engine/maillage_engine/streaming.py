"""Access to everything from everywhere, without keeping a single pair.

For a whole country on a fine grid the pairs within reach would fill memory. Here they are looked at
again in both steps; the answer is that of `pairs_within`, `step_weight` and `two_step_access`: the
same pairs, thresholds included, and the same scores up to rounding.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check, _stream
from maillage_engine._check import Floats, Ints
from maillage_engine._stream import Grid, Sites, Tally
from maillage_engine.access import Access, pressure
from maillage_engine.decay import step_weight
from maillage_engine.travel import (
    EARTH_RADIUS_KM,
    Places,
    TravelModel,
    great_circle_km,
    unit_vectors,
)

Steps: TypeAlias = list[tuple[float, float]]

LEVELS = 4  # of density
PER_SQUARE = 10  # origins wanted per square of the grid, on average over its rectangle
LEAST_KM = 0.5
STRIPS = 256  # of latitude and of longitude, to find which facilities are neighbours
ROOM = 4096  # doubtful pairs kept at first; the step is run again if there are more
PARTS = 2  # facilities are visited in two halves, whatever the machine: sums never depend on it


def stream_access(
    origins: Places,
    facilities: Places,
    demand: ArrayLike,
    supply: ArrayLike,
    bands: Sequence[tuple[float, float]],
    model: TravelModel,
) -> Access:
    """Score each origin by E2SFCA with step weights and estimated times, keeping no pair.

    Parameters
    ----------
    origins, facilities : Places
        See `places`.
    demand : array_like, shape (n_origins,)
        People to serve at each origin (persons, >= 0).
    supply : array_like, shape (n_facilities,)
        Capacity of each facility (places, >= 0).
    bands : sequence of (upper bound in minutes, weight in [0, 1])
        See `step_weight`; thresholds are included.
    model : TravelModel
        How distance becomes minutes.

    Returns
    -------
    Access
        That of `two_step_access` on the pairs of `pairs_within`: same pairs, scores equal within
        1e-12 relative.

    Raises
    ------
    BadArray, BadParameter
        If shapes disagree, a value is negative or not finite, or the bands make no sense.

    Notes
    -----
    Cost: per facility, one test per square within reach, and one per origin in the squares astride
    a threshold. Two threads are used; they change nothing in the result.

    References
    ----------
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.
    """
    people = _check.vector("demand", demand, size=origins.longitude.size)
    places = _check.vector("supply", supply, size=facilities.longitude.size, empty=True)
    step_weight([], bands)  # says what is wrong with the bands
    steps = [(float(bound), float(weight)) for bound, weight in bands]
    if people.size == 0 or places.size == 0:
        return Access(np.zeros(people.size), np.zeros(0), np.ones(people.size, dtype=bool))
    order, grid = _grid(origins)
    along = _along(facilities)
    near, supplied = _taken(facilities, along), places[along]
    sites = _sites(near, steps, model)
    counted, doubtful = _gather(grid, sites, people[order])
    named = np.column_stack([order[doubtful[:, 0]], doubtful[:, 1:]])
    exact = _exact_steps(origins, near, named, steps, model)
    np.add.at(counted, doubtful[:, 1], exact * people[order][doubtful[:, 0]])
    share = np.divide(supplied, counted, out=np.zeros_like(places), where=counted > 0)
    sorted_score = _scatter(grid, sites, share, doubtful, exact)
    score = np.empty_like(sorted_score)
    score[order] = sorted_score
    unserved = score == 0
    lonely = (counted == 0) & (supplied > 0)  # near nobody, yet perhaps near an empty origin
    if lonely.any():
        reached = np.empty_like(score)
        reached[order] = _scatter(grid, sites, lonely.astype(np.float64), doubtful, exact)
        unserved &= reached == 0
    weighed = np.empty_like(places)
    weighed[along] = pressure(counted, supplied)
    return Access(score=score, pressure=weighed, unserved=unserved)


def _along(facilities: Places) -> Ints:
    """Order facilities so that neighbours follow each other: they look at the same squares."""
    steps = []
    for degrees in (facilities.latitude, facilities.longitude):
        part = (degrees - degrees.min()) / max(float(np.ptp(degrees)), 1e-12)
        steps.append((part * (STRIPS - 1)).astype(np.int64))
    return np.argsort((_spaced(steps[0]) << 1) | _spaced(steps[1]), kind="stable")


def _spaced(steps: Ints) -> Ints:
    """Put a zero between the bits of numbers of 8 bits."""
    wide = (steps | (steps << 4)) & 0x0F0F
    wide = (wide | (wide << 2)) & 0x3333
    return (wide | (wide << 1)) & 0x5555


def _taken(facilities: Places, rows: Ints) -> Places:
    return Places(facilities.longitude[rows], facilities.latitude[rows], facilities.density[rows])


def _grid(origins: Places) -> tuple[Ints, Grid]:
    """Sort origins by square and density level."""
    lon, lat = origins.longitude, origins.latitude
    flat = max(0.05, float(np.cos(np.radians(np.abs(lat).mean()))))
    square = np.sqrt(max(np.ptp(lat) * np.ptp(lon) * flat, 1e-12) * PER_SQUARE / lon.size)
    height = max(float(square), float(np.degrees(LEAST_KM / EARTH_RADIUS_KM)))
    width = height / flat
    column = ((lon - lon.min()) / width).astype(np.int64)
    row = ((lat - lat.min()) / height).astype(np.int64)
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    key = (row * columns + column) * LEVELS + origins.density - 1
    order = np.argsort(key, kind="stable")
    held, start = np.unique(key[order], return_index=True)
    squares = np.arange(rows * columns + 1) * LEVELS
    x, y, z = unit_vectors(origins)[order].T.copy()
    grid = Grid(
        float(lon.min()),
        float(lat.min()),
        width,
        height,
        columns,
        rows,
        np.searchsorted(held, squares),
        held % LEVELS,
        np.append(start, lon.size),
        x,
        y,
        z,
        np.zeros((held.size, 3)),
        np.zeros(held.size),
    )
    _stream.describe(grid)
    return order, grid


def _sites(facilities: Places, steps: Steps, model: TravelModel) -> Sites:
    there = model.speed(facilities.density)
    here = model.speed(np.arange(1, LEVELS + 1))
    speed = np.sqrt(there[:, None] * here)
    km = np.stack([model.reach_km(bound, speed) for bound, _ in steps], axis=-1)
    chord = 2 * np.sin(np.minimum(km / EARTH_RADIUS_KM, np.pi) / 2)
    return Sites(
        unit_vectors(facilities),
        facilities.longitude,
        facilities.latitude,
        np.ascontiguousarray(chord),
        np.array([weight for _, weight in steps] + [0.0]),
    )


def _gather(grid: Grid, sites: Sites, people: Floats) -> tuple[Floats, Ints]:
    """Count the weighted people of every facility, and list the pairs too near a threshold."""
    by_cell = np.add.reduceat(people, grid.start[:-1])
    room = ROOM
    while True:
        counted = np.zeros(sites.longitude.size)
        parts = [
            Tally(people, by_cell, counted, np.empty((room, 3), np.int64), np.zeros(1, np.int64))
            for _ in range(PARTS)
        ]
        _visit(grid, sites, parts, scatter=False)
        met = [int(part.count[0]) for part in parts]
        if max(met) <= room:
            kept = [part.doubtful[:count] for part, count in zip(parts, met, strict=True)]
            return counted, np.concatenate(kept)
        room = max(met)


def _scatter(grid: Grid, sites: Sites, share: Floats, doubtful: Ints, exact: Floats) -> Floats:
    """Hand out each facility's share to the origins that reach it, in the grid's order."""
    nowhere = np.empty((0, 3), np.int64)
    parts = [
        Tally(
            np.zeros(grid.x.size),
            np.zeros(grid.radius.size),
            share,
            nowhere,
            np.zeros(1, np.int64),
        )
        for _ in range(PARTS)
    ]
    _visit(grid, sites, parts, scatter=True)
    score = np.asarray(sum(part.by_point for part in parts))
    by_cell = np.asarray(sum(part.by_cell for part in parts))
    score += np.repeat(by_cell, np.diff(grid.start))
    np.add.at(score, doubtful[:, 0], exact * share[doubtful[:, 1]])
    return score


def _visit(grid: Grid, sites: Sites, parts: list[Tally], *, scatter: bool) -> None:
    edges = np.linspace(0, sites.longitude.size, PARTS + 1).astype(int).tolist()
    with ThreadPoolExecutor(PARTS) as pool:
        running = [
            pool.submit(_stream.visit, grid, sites, part, (first, last), scatter)
            for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True)
        ]
        for part in running:
            part.result()


def _exact_steps(
    origins: Places, facilities: Places, doubtful: Ints, steps: Steps, model: TravelModel
) -> Floats:
    """Say, by the very arithmetic of `pairs_within`, what each threshold adds to its pair."""
    row, column, band = doubtful.T
    km = great_circle_km(
        origins.longitude[row],
        origins.latitude[row],
        facilities.longitude[column],
        facilities.latitude[column],
    )
    speed = np.sqrt(model.speed(origins.density[row]) * model.speed(facilities.density[column]))
    bound, weight = np.array([*steps, (np.inf, 0.0)]).T
    within = model.minutes(km, speed) <= bound[band]
    return np.where(within, weight[band] - weight[band + 1], 0.0)
