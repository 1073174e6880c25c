"""Access to everything from everywhere, without keeping a single pair.

For a whole country on a fine grid the pairs within reach would fill memory. Here they are looked at
again in both steps; the answer is that of `pairs_within`, `step_weight` and `two_step_access`: the
same pairs, thresholds included, and the same scores up to rounding.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check, _fixed, _stream
from maillage_engine._check import Floats, Ints
from maillage_engine._lanes import LANES
from maillage_engine._plane import Middle, directions, flatten, middle_of
from maillage_engine._stream import Sites, Tally
from maillage_engine._strips import Strips, lay
from maillage_engine.access import Access, pressure
from maillage_engine.attribution import credited
from maillage_engine.decay import step_weight
from maillage_engine.travel import (
    EARTH_RADIUS_KM,
    Places,
    TravelModel,
    estimate_minutes,
    minutes_between,
)

Steps: TypeAlias = list[tuple[float, float]]
Small: TypeAlias = NDArray[np.int8]
Kind = TypeVar("Kind", bound=np.generic)

FINE = 16  # binary digits of a coordinate, to find which facilities are neighbours
MOST = 64  # facilities in a group
WIDEST = 0.01  # side of a group, in diameters of the Earth: 127 km
FAR = 0.5  # chord of the sphere, half a radius: 3,200 km
LIGHT = 2.0**-20  # a band that weighs less makes bands be added up one at a time
TABLE = 2**22  # pairs looked at together where bands reach across the sphere
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
    Cost: per facility and band, about as many tests as there are origins in a ring as thick as a
    strip is high, so the square root of the pairs within reach; a strip holds some 24 origins in a
    square of its height. Memory: about 100 bytes per origin. Two threads are used; they change
    nothing in the result. Bands that reach beyond 3,200 km are looked at pair by pair.

    References
    ----------
    Luo & Qi (2009), Health & Place 15(4), doi:10.1016/j.healthplace.2009.06.002.
    """
    people = _check.vector("demand", demand, size=origins.longitude.size)
    places = _check.vector("supply", supply, size=facilities.longitude.size, empty=True)
    step_weight([], bands)  # says what is wrong with the bands
    steps = [(float(bound), float(weight)) for bound, weight in bands]
    if people.size == 0 or places.size == 0:
        nobody = Access(np.zeros(people.size), np.zeros(0), np.ones(people.size, dtype=bool))
        return credited(nobody, model)
    squared = _squared_chords(steps, model)
    if squared.max() > FAR**2:
        return credited(_pair_by_pair(origins, facilities, (people, places), steps, model), model)
    middle = middle_of(origins)
    strips = _strips(origins, middle, model)
    along, sites = _sites(facilities, middle, squared, model, strips.height)
    supplied, drop = places[along], -np.diff([weight for _, weight in steps], append=0.0)
    counted, doubtful = _gather(strips, sites, people, drop)
    place, site, band = doubtful.T
    named = (strips.order[place], along[site], band)
    exact = _exact_drops(origins, facilities, named, steps, model)
    np.add.at(counted, site, exact * people[named[0]])
    share = np.divide(supplied, counted, out=np.zeros_like(places), where=counted > 0)
    sorted_score = _scatter(strips, sites, share, drop)
    np.add.at(sorted_score, place, exact * share[site])
    unserved = sorted_score == 0
    lonely = ((counted == 0) & (supplied > 0)).astype(np.float64)  # yet perhaps near an empty place
    if lonely.any():
        reached = _scatter(strips, sites, lonely, drop)
        np.add.at(reached, place, exact * lonely[site])
        unserved &= reached == 0
    return Access(
        score=_back(sorted_score, strips.order),
        pressure=_back(pressure(counted, supplied), along),
        unserved=_back(unserved, strips.order),
        attribution=model.attribution,
    )


def _back(values: NDArray[Kind], order: Ints) -> NDArray[Kind]:
    """Put sorted values back where they come from."""
    placed = np.empty_like(values)
    placed[order] = values
    return placed


def _squared_chords(steps: Steps, model: TravelModel) -> Floats:
    """Return how far each band reaches between two speeds, shape (speeds, speeds, bands)."""
    speeds = np.unique(model.speeds_kmh)
    between = np.sqrt(speeds[:, None] * speeds)
    km = np.stack([model.reach_km(bound, between) for bound, _ in steps], axis=-1)
    return np.asarray((2 * np.sin(np.minimum(km / EARTH_RADIUS_KM, np.pi) / 2)) ** 2)


def _kinds(points: Places, model: TravelModel) -> Small:
    """Return the rank of each place's speed among those of the model: levels may share one."""
    rank = np.unique(model.speeds_kmh, return_inverse=True)[1].astype(np.int8)
    return rank[points.density - 1]


def _strips(origins: Places, middle: Middle, model: TravelModel) -> Strips:
    """Sort origins, those of each speed and each half of the sphere in a layer of their own."""
    flat, kinds = flatten(origins, middle), len(set(model.speeds_kmh))
    return lay(flat, _kinds(origins, model) + np.int8(kinds) * flat.half, 2 * kinds)


def _sites(
    facilities: Places, middle: Middle, squared: Floats, model: TravelModel, side: float
) -> tuple[Ints, Sites]:
    """Sort facilities by groups of neighbours that have the same speed."""
    flat, kind = flatten(facilities, middle), _kinds(facilities, model).astype(np.int64)
    family: Ints = kind * 2 + flat.half
    along = np.argsort((family << 2 * FINE) | _spaced(flat.x) << 1 | _spaced(flat.y))
    group = _stream.grouped((flat.x[along], flat.y[along], family[along]), min(side, WIDEST), MOST)
    toward = np.ascontiguousarray(directions(facilities, middle)[:, along])
    halves = np.repeat([1.0, -1.0], len(squared))
    reach = np.concatenate([squared, squared], axis=1)  # the same on both halves of the sphere
    return along, Sites(toward, kind[along], group, reach, halves)


def _spaced(values: Floats) -> Ints:
    """Round values to FINE binary digits of their range, and put a zero between the digits."""
    part = (values - values.min()) / max(float(np.ptp(values)), 1e-12)
    wide: Ints = (part * (2**FINE - 1)).astype(np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        wide = (wide | (wide << shift)) & mask
    return wide


def _gather(strips: Strips, sites: Sites, people: Floats, drop: Floats) -> tuple[Floats, Ints]:
    """Count the weighted people of every facility, and list the pairs too near a threshold."""
    held = np.zeros(people.size + LANES)
    held[: people.size] = people[strips.order]
    counted, room = np.zeros(sites.kind.size), ROOM
    for values, scale in _fixed.ranges(held, people.size):
        by_cell = _fixed.running(strips.start, values, scale)
        parts = _counts(strips, sites, (drop, scale, values, by_cell), room)
        met = max(int(part.count[0]) for part in parts)
        if met > room:
            room = met
            parts = _counts(strips, sites, (drop, scale, values, by_cell), room)
        counted += parts[0].by_site
    return counted, np.concatenate([part.doubtful[: int(part.count[0])] for part in parts])


def _counts(
    strips: Strips, sites: Sites, held: tuple[Floats, _fixed.Scale, Floats, Ints], room: int
) -> list[Tally]:
    found = np.zeros(sites.kind.size)
    parts = [
        Tally(*held, found, np.empty((room, 3), np.int64), np.zeros(1, np.int64))
        for _ in range(PARTS)
    ]
    _visit(_stream.gather, strips, sites, parts)
    return parts


def _scatter(strips: Strips, sites: Sites, share: Floats, drop: Floats) -> Floats:
    """Hand out each facility's share to the origins that reach it, in the order of the strips."""
    score = np.zeros(strips.order.size)
    for factor, part, lightest in _alike(drop):
        for values, scale in _fixed.ranges(share, share.size * drop.size, lightest / drop.size):
            parts = [
                Tally(
                    part,
                    scale,
                    np.zeros(score.size + LANES),
                    np.zeros((strips.start.size, 2), np.int64),
                    values,
                    np.empty((0, 3), np.int64),
                    np.zeros(1, np.int64),
                )
                for _ in range(PARTS)
            ]
            _visit(_stream.scatter, strips, sites, parts)
            for other in parts[1:]:
                parts[0].by_cell[:] += other.by_cell
                parts[0].by_place[:] += other.by_place
            _fixed.spread(strips.start, parts[0].by_cell, scale, parts[0].by_place)
            score += factor * parts[0].by_place[: score.size]
    return score


def _alike(drop: Floats) -> list[tuple[float, Floats, float]]:
    """Return bands to add up together: a factor, what each loses, and its lightest weight.

    All of them, unless one weighs so little that its digits would be lost beside the others.
    """
    weights = drop[::-1].cumsum()
    lightest = float(weights[weights > 0].min(initial=1.0))
    if lightest >= LIGHT:
        return [(1.0, drop, lightest)]
    return [(float(lost), one, 1.0) for lost, one in zip(drop, np.eye(drop.size), strict=True)]


def _visit(step: Callable[..., None], strips: Strips, sites: Sites, parts: list[Tally]) -> None:
    edges = np.linspace(0, sites.group.size - 1, PARTS + 1).astype(int).tolist()
    with ThreadPoolExecutor(PARTS) as pool:
        running = [
            pool.submit(step, strips, sites, part, (first, last))
            for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True)
        ]
        for part in running:
            part.result()


def _exact_drops(
    origins: Places,
    facilities: Places,
    doubtful: tuple[Ints, Ints, Ints],
    steps: Steps,
    model: TravelModel,
) -> Floats:
    """Say, by the very arithmetic of `pairs_within`, what each threshold adds to its pair."""
    row, column, band = doubtful
    bound, weight = np.array([*steps, (np.inf, 0.0)]).T
    within = minutes_between(origins, facilities, (row, column), model) <= bound[band]
    return np.where(within, weight[band] - weight[band + 1], 0.0)


def _taken(points: Places, rows: slice) -> Places:
    return Places(points.longitude[rows], points.latitude[rows], points.density[rows])


def _pair_by_pair(
    origins: Places,
    facilities: Places,
    amounts: tuple[Floats, Floats],
    steps: Steps,
    model: TravelModel,
) -> Access:
    """Look at every pair, a few facilities at a time: circles that wide are not laid flat."""
    people, places = amounts
    counted, score = np.empty(places.size), np.zeros(people.size)
    unserved = np.ones(people.size, dtype=bool)
    for first in range(0, places.size, max(1, TABLE // people.size)):
        block = slice(first, first + max(1, TABLE // people.size))
        some = _taken(facilities, block)
        weight = step_weight(estimate_minutes(origins, some, model), steps)
        counted[block] = people @ weight
        seen = counted[block]
        score += weight @ np.divide(places[block], seen, out=np.zeros(seen.size), where=seen > 0)
        unserved &= weight @ places[block] == 0
    return Access(score=score, pressure=pressure(counted, places), unserved=unserved)
