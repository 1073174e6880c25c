"""The pairs within reach, found from coordinates and banded at once: nothing else is kept."""

from collections.abc import Sequence

import numpy as np

from maillage_engine import _nearby
from maillage_engine._bands import GROUP
from maillage_engine._check import Floats, Ints
from maillage_engine._nearby import EDGES, NEAR, NEARER, ROUND, Origins, Slots, Strips
from maillage_engine.bands import BandedPairs, slot_kind
from maillage_engine.decay import step_weight
from maillage_engine.travel import (
    EARTH_RADIUS_KM,
    Places,
    TravelModel,
    minutes_between,
    unit_vectors,
)

LEVELS = 4  # of density
STRIPS = 2  # of latitude in the longest reach: long slices are read faster than many
COLUMNS = 8  # times narrower than a strip is high
SQUARES = 4  # at most for each destination
ROOM = 4096  # doubtful pairs listed at first


def banded_within(
    origins: Places,
    destinations: Places,
    bands: Sequence[tuple[float, float]],
    model: TravelModel,
) -> BandedPairs:
    """Estimate which pairs are within reach, and keep the band of each rather than its minutes.

    Parameters
    ----------
    origins, destinations : Places
        See `places`.
    bands : sequence of (upper bound in minutes, weight in [0, 1])
        See `step_weight`; thresholds are included.
    model : TravelModel
        How distance becomes minutes.

    Returns
    -------
    BandedPairs
        That of ``banded(pairs_within(origins, destinations, bands[-1][0], model), bands)``: same
        pairs in the same bands, thresholds included.

    Raises
    ------
    BadParameter
        If there is no band, a weight is outside [0, 1], bounds do not increase or weights do.

    Notes
    -----
    Cost: linear in the pairs and in those a little farther, four bytes for each pair. Distances are
    compared as squared chords; pairs within one billionth of a threshold are computed again by the
    arithmetic of `pairs_within`.

    References
    ----------
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.
    """
    step_weight([], bands)  # says what is wrong with the bands
    weight = np.array([*(value for _, value in bands), 0.0], dtype=np.float64)
    bounds = np.array([bound for bound, _ in bands], dtype=np.float64)
    shape = (origins.longitude.size, destinations.longitude.size)
    kind = slot_kind(shape[1], weight.size)
    if 0 in shape:
        nothing = np.zeros(shape[0] + 1, np.int64), np.empty(0, kind)
        return BandedPairs(shape, *nothing, weight, attribution=model.attribution)
    levels, level = np.unique(destinations.density, return_inverse=True)
    leaving = _leaving(origins, levels, bounds, model)
    order, strips = _strips(destinations, level, float(leaving.reach.max()))
    tall = int(2 * np.degrees(leaving.reach.max()) / strips.height) + 3
    spans = np.zeros((2, shape[0], levels.size, min(tall, strips.rows)), dtype=np.int32)
    total = _nearby.slices(leaving, strips, *spans)
    room, slot = ROOM, np.empty(total + GROUP * (shape[0] + 1), kind)
    while True:
        slots = Slots(
            np.empty(shape[0] + 1, np.int64), slot, bounds.size,
            np.empty((room, 3), np.int64), np.zeros(1, np.int64),
        )  # fmt: skip
        _nearby.fill(leaving, strips, (spans[0], spans[1]), slots)
        if slots.count[0] <= room:
            break
        room = int(slots.count[0])
    place, row, column = slots.doubtful[: slots.count[0]].T
    minutes = minutes_between(origins, destinations, (row, order[column]), model)
    slot[place] = column * weight.size + (minutes[:, None] > bounds).sum(axis=1)
    kept = slot[: slots.start[-1]]
    return BandedPairs(shape, slots.start, kept, weight, order, model.attribution)


def _leaving(origins: Places, levels: Ints, bounds: Floats, model: TravelModel) -> Origins:
    speed = np.sqrt(model.speed(np.arange(1, LEVELS + 1))[:, None] * model.speed(levels))
    km = np.stack([model.reach_km(bound, speed) for bound in bounds], axis=-1)
    angle = np.minimum(km / EARTH_RADIUS_KM, np.pi)
    edges = np.full((LEVELS, levels.size, -(-bounds.size // EDGES) * EDGES), np.inf)
    edges[:, :, : bounds.size] = (2 * np.sin(angle / 2)) ** 2
    slack = np.where(np.isfinite(edges), NEAR * edges + NEARER, 0.0)
    groups = edges.shape[2] // EDGES
    low, high = (
        one.reshape(LEVELS, levels.size, groups, EDGES) for one in (edges - slack, edges + slack)
    )
    return Origins(
        origins.longitude,
        origins.latitude,
        unit_vectors(origins),
        origins.density - 1,
        np.ascontiguousarray(angle[:, :, -1]),
        edges,
        np.stack([low, high], axis=3),
    )


def _strips(destinations: Places, level: Ints, reach: float) -> tuple[Ints, Strips]:
    """Sort destinations by level, strip and column; return their order too."""
    lon, lat = destinations.longitude, destinations.latitude
    flat = max(0.05, float(np.cos(np.radians(np.abs(lat).mean()))))
    height = max(np.degrees(reach) / STRIPS, 1e-6)
    width = height / (COLUMNS * flat)
    squares = (np.ptp(lat) / height + 1) * (np.ptp(lon) / width + 1)
    coarser = max(1.0, float(np.sqrt(squares / (SQUARES * lon.size))))
    height, width = height * coarser, width * coarser
    row = ((lat - lat.min()) / height).astype(np.int64)
    column = ((lon - lon.min()) / width).astype(np.int64)
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    key = (level * rows + row) * columns + column
    order = np.empty(lon.size, dtype=np.int64)
    first = np.zeros((int(level.max()) + 1) * rows * columns + 1, dtype=np.int64)
    _nearby.sort(key, first, order)
    x, y, z = unit_vectors(destinations)[order].T.copy()
    south = np.radians(lat.min() + np.arange(rows) * height)
    low, high = south - ROUND, south + np.radians(height) + ROUND
    return order, Strips(
        float(lat.min()), float(lon.min()), float(height), float(width), rows, columns,
        low, high, np.maximum(np.minimum(np.cos(low), np.cos(high)), 0.0), first, x, y, z,
    )  # fmt: skip
