"""Distances, travel times and densities: the only module here that calls the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from django.db.models import OuterRef, Subquery
from numpy.typing import NDArray

import maillage_engine as engine
from maillage.territory.models import Commune, Mode, TravelTime

MODELS = {Mode.CAR: engine.CAR_ROLLING, Mode.BICYCLE: engine.BICYCLE, Mode.FOOT: engine.FOOT}
# Leaving home, parking, getting a child out of its seat: even next door is never 0 minutes.
SHORTEST = {Mode.CAR: 3.0, Mode.BICYCLE: 3.0, Mode.FOOT: 2.0}
UNKNOWN_LEVEL = 5  # a rural town, where nothing is known of a point's commune
BLOCK = 256  # origins compared at a time, so that memory stays small
DEGREES_PER_KM = 1 / 110.0
# Insee's levels 5 and 6 are thinly populated, 7 very thinly; 2, 3 and 4 are of middling density.
FOUR_LEVELS = np.array([0, 1, 2, 2, 2, 3, 3, 4])


def near_any(
    centres: NDArray[np.float64], points: NDArray[np.float64], km: float
) -> NDArray[np.bool_]:
    """Say which `points` lie within `km` of at least one centre; rows are (latitude, longitude)."""
    near = np.zeros(len(points), dtype=bool)
    if not len(centres):
        return near
    margin = km * DEGREES_PER_KM
    widen = margin / np.cos(np.radians(np.abs(centres[:, 0]).max() + margin))
    candidates = np.flatnonzero(
        (points[:, 0] >= centres[:, 0].min() - margin)
        & (points[:, 0] <= centres[:, 0].max() + margin)
        & (points[:, 1] >= centres[:, 1].min() - widen)
        & (points[:, 1] <= centres[:, 1].max() + widen)
    )
    for first in range(0, len(candidates), BLOCK):
        block = candidates[first : first + BLOCK]
        gaps = engine.great_circle_km(
            points[block, 1, None], points[block, 0, None], centres[:, 1], centres[:, 0]
        )
        near[block] = gaps.min(axis=1) <= km
    return near


def estimated_density(population: Sequence[int], area_km2: Sequence[float]) -> list[int]:
    """Estimate Insee's seven levels of density; method in docs/methods/territory.md.

    The engine's four levels come from population and area; the two middle ones are split by the
    size of the commune.
    """
    people = np.asarray(population, dtype=float)
    four = engine.density_level(people, np.asarray(area_km2, dtype=float))
    middle = np.select([people >= 20_000, people >= 5_000], [2, 3], 4)
    thin = np.where(people >= 1_500, 5, 6)
    seven = np.select([four == 1, four == 2, four == 3], [np.ones_like(four), middle, thin], 7)
    return [int(level) for level in seven]


@dataclass(frozen=True, slots=True)
class Point:
    """Somewhere one goes: its coordinates, and its commune when known."""

    latitude: float
    longitude: float
    commune: str | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """How long one trip takes, and whether that was measured or estimated."""

    value: float
    source: Literal["matrix", "estimate"]

    @property
    def is_estimate(self) -> bool:
        """Say that no imported time was known for this trip."""
        return self.source == "estimate"


@dataclass(frozen=True, slots=True)
class TimeTable:
    """Minutes from every origin to every point, and which of them are estimates."""

    minutes: NDArray[np.float64]  # (origins, points)
    estimated: NDArray[np.bool_]  # (origins, points)


def minutes_from(
    commune: Commune, points: Sequence[Point | tuple[float, float, str | None]], mode: str
) -> list[Minutes]:
    """Return the time from a town hall to each point, in one query whatever their number.

    An imported time between the two communes is used where there is one; the engine's estimate
    elsewhere. Public transport has no mode here: no timetable is loaded.
    """
    there = [point if isinstance(point, Point) else Point(*point) for point in points]
    if not there:
        return []
    codes = {point.commune for point in there if point.commune}
    known = TravelTime.objects.filter(origin=commune, mode=mode, destination=OuterRef("pk"))
    rows = (
        Commune.objects.filter(pk__in=codes)
        .annotate(known=Subquery(known.values("minutes")[:1]))
        .order_by("pk")
        .values_list("pk", "density_level", "known")
    )
    levels, times = {}, {}
    for code, level, minutes in rows if codes else ():
        levels[code] = level
        if minutes is not None:
            times[commune.code, code] = minutes
    table = _table([commune], there, Mode(mode), levels, times)
    return [
        Minutes(float(value), "estimate" if guessed else "matrix")
        for value, guessed in zip(table.minutes[0], table.estimated[0], strict=True)
    ]


def minutes_between(origins: Sequence[Commune], points: Sequence[Point], mode: str) -> TimeTable:
    """Return the times from several town halls to several points, in two queries."""
    codes = sorted({point.commune for point in points if point.commune})
    levels = dict(Commune.objects.filter(pk__in=codes).values_list("pk", "density_level"))
    known = TravelTime.objects.filter(
        mode=mode, origin__in=[commune.code for commune in origins], destination__in=codes
    )
    times = {
        (origin, destination): minutes
        for origin, destination, minutes in known.values_list(
            "origin_id", "destination_id", "minutes"
        )
    }
    return _table(origins, points, Mode(mode), levels, times)


def _table(
    origins: Sequence[Commune],
    points: Sequence[Point],
    mode: Mode,
    levels: Mapping[str, int | None],
    times: Mapping[tuple[str, str], float],
) -> TimeTable:
    """Estimate every time, put the imported ones in their place, and never say "no time at all"."""
    starts = _places(
        [(commune.latitude, commune.longitude, commune.density_level) for commune in origins]
    )
    ends = _places(
        [(point.latitude, point.longitude, levels.get(point.commune or "")) for point in points]
    )
    minutes = engine.estimate_minutes(starts, ends, MODELS[mode])
    estimated = np.ones(minutes.shape, dtype=bool)
    rows = {commune.code: row for row, commune in enumerate(origins)}
    columns: dict[str | None, list[int]] = {}
    for column, point in enumerate(points):
        columns.setdefault(point.commune, []).append(column)
    for (origin, destination), known in times.items():
        if origin != destination:
            minutes[rows[origin], columns[destination]] = known
            estimated[rows[origin], columns[destination]] = False
    return TimeTable(np.maximum(minutes, SHORTEST[mode]).round(1), estimated)


def _places(rows: Sequence[tuple[float, float, int | None]]) -> engine.Places:
    levels = [FOUR_LEVELS[level or UNKNOWN_LEVEL] for _latitude, _longitude, level in rows]
    return engine.places([row[1] for row in rows], [row[0] for row in rows], levels)
