"""Where each commune is, how large and how dense: prepared once for the whole country."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

import shapely

from maillage.territory import compute, outlines
from maillage.territory.data_france import CommuneRow, Country

MARGIN_DEGREES = 0.8  # the halo is 0.3° to 0.5° wide, a commune rarely 0.2°
FARTHEST_DEGREES = 0.03  # a town hall farther than this from its own commune is badly located


@dataclass(frozen=True, slots=True)
class Placed:
    """The country with what is derived from its shapes, by commune code."""

    country: Country
    points: dict[str, tuple[float, float]]  # latitude, longitude
    approximate: frozenset[str]  # communes placed without their town hall
    areas: dict[str, float]  # km²
    simple: dict[str, Any]  # simplified shapes, where there is a shape
    density: dict[str, int]  # estimated levels, 1 to 7


def place(country: Country, departements: Collection[str]) -> Placed:
    """Find points, areas and densities of every commune, light outlines around `departements`."""
    rows = list(country.communes.values())
    points = {row.code: point for row in rows if (point := _point(row)) is not None}
    approximate = {row.code for row in rows if not _town_hall_fits(row)}
    points.update(_from_neighbours([row for row in rows if row.code not in points], rows, points))
    areas = _areas(rows)
    people = [row.population or 0 for row in rows]
    levels = compute.estimated_density(people, [areas[row.code] for row in rows])
    return Placed(
        country=country,
        points=points,
        approximate=frozenset(approximate),
        areas=areas,
        simple=outlines.simplify(_around(rows, points, departements)),
        density=dict(zip((row.code for row in rows), levels, strict=True)),
    )


def _around(
    rows: list[CommuneRow], points: dict[str, tuple[float, float]], departements: Collection[str]
) -> dict[str, Any]:
    """Keep the shapes whose town hall lies in a box around one of these départements.

    The box reaches so far beyond the halo that each outline kept is simplified with all its
    neighbours: it comes out the same whatever is loaded with it.
    """
    kept = {}
    for code in departements:
        inside = [points[row.code] for row in rows if row.departement == code]
        south, west = (min(axis) - MARGIN_DEGREES for axis in zip(*inside, strict=True))
        north, east = (max(axis) + MARGIN_DEGREES for axis in zip(*inside, strict=True))
        for row in rows:
            latitude, longitude = points[row.code]
            if row.shape is not None and south < latitude < north and west < longitude < east:
                kept[row.code] = row.shape
    return kept


def _town_hall_fits(row: CommuneRow) -> bool:
    if row.point is None:
        return False
    return row.shape is None or shapely.dwithin(row.point, row.shape, FARTHEST_DEGREES)


def _point(row: CommuneRow) -> tuple[float, float] | None:
    """Return the town hall, else a point inside the commune, else nothing."""
    if _town_hall_fits(row):
        return (round(row.point.y, 6), round(row.point.x, 6))
    if row.shape is None:
        return None
    inside = shapely.point_on_surface(row.shape)
    return (round(inside.y, 6), round(inside.x, 6))


def _from_neighbours(
    lost: list[CommuneRow], rows: list[CommuneRow], points: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Place communes without town hall or shape amid those of the same postcode, else EPCI."""
    by_postcode, by_epci = defaultdict(list), defaultdict(list)
    for row in rows:
        if row.code in points:
            by_epci[row.epci].append(points[row.code])
            for postcode in row.postcodes:
                by_postcode[postcode].append(points[row.code])
    found = {}
    for row in lost:
        near = [point for code in row.postcodes for point in by_postcode[code]]
        near = near or by_epci[row.epci]
        found[row.code] = (
            round(fmean(point[0] for point in near), 6),
            round(fmean(point[1] for point in near), 6),
        )
    return found


def _areas(rows: list[CommuneRow]) -> dict[str, float]:
    """Return areas; where there is no shape, the median of the département."""
    drawn = [row for row in rows if row.shape is not None]
    measured = outlines.area_km2([row.shape for row in drawn])
    areas = {row.code: round(float(area), 3) for row, area in zip(drawn, measured, strict=True)}
    by_departement = defaultdict(list)
    for row in drawn:
        by_departement[row.departement].append(areas[row.code])
    for row in rows:
        if row.shape is None:
            areas[row.code] = round(median(by_departement[row.departement]), 3)
    return areas
