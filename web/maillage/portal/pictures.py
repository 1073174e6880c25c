"""Maps of the public pages: where home is, where help is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, When
from django.utils.translation import gettext as _

from maillage.core.maps import Area, Drawing, LegendClass, Point, Window, draw
from maillage.portal import words
from maillage.portal.ground import addresses
from maillage.portal.results import FAR_MINUTES, Result
from maillage.territory.models import Commune

MARGIN_DEGREES = 0.05
LEAST_DEGREES = 0.24  # in sight: enough to show a town that people know
MOST_TOWNS = 3
TOWNS_TRIED = 12
LONGEST_NAME = 20  # letters that fit beside a town
BEYOND_DEGREES = 0.1  # half a large commune: its town hall is outside the frame, its edge inside
WIDTH = 600


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and what it says."""

    drawing: Drawing
    description: str
    legend: tuple[LegendClass, ...] = ()


def map_of_results(home: Commune, numbered: Sequence[tuple[int, Result]]) -> Picture | None:
    """Home and the places of one page at most an hour away; None when there is none."""
    spots: dict[tuple[float, float], list[int]] = {}
    for number, result in numbered:
        if result.offer.at and result.minutes <= FAR_MINUTES:
            where = result.offer.at.location
            spots.setdefault((where.latitude, where.longitude), []).append(number)
    if not spots:
        return None
    points = [Point(home.latitude, home.longitude, home.name, "home")]
    points += [
        Point(latitude, longitude, "·".join(map(str, numbers)), "place")
        for (latitude, longitude), numbers in spots.items()
    ]
    said = _("Votre commune et, par leur numéro, les lieux de cette page à moins d’une heure.")
    return Picture(around(home, points), said)


def map_of_place(commune: Commune, point: Point) -> Picture:
    """One place among the communes around it."""
    said = _("Où se trouve ce lieu, %(where)s.") % {"where": words.at_place(commune.name)}
    return Picture(around(commune, [point]), said)


def around(home: Commune, points: Sequence[Point]) -> Drawing:
    """Draw points over the home commune, the towns and the ground near: two queries."""
    window = _window(
        [home.latitude, *(p.latitude for p in points)],
        [home.longitude, *(p.longitude for p in points)],
    )
    south, north, west, east = window
    near = Commune.objects.filter(
        latitude__range=(south - BEYOND_DEGREES, north + BEYOND_DEGREES),
        longitude__range=(west - BEYOND_DEGREES, east + BEYOND_DEGREES),
        outline__isnull=False,
    )
    area, towns = _home_and_towns(home, points, window)
    grounds = addresses(near.outline_versions())
    return draw([area], [*towns, *points], width=WIDTH, window=window, grounds=grounds)


def _home_and_towns(
    home: Commune, points: Sequence[Point], window: Window
) -> tuple[Area, list[Point]]:
    """The outline of home, and the largest communes in sight, by which people find their way."""
    south, north, west, east = window
    tall, wide = north - south, east - west
    largest = (
        Commune.objects.filter(  # with room for a name on the right and for the button below
            latitude__range=(south + tall / 6, north - tall / 20),
            longitude__range=(west, east - wide / 3),
        )
        .exclude(pk=home.pk)
        .order_by("-population", "pk")
    )
    itself = Commune.objects.filter(pk=home.pk).order_by().values("pk")
    rows = (
        Commune.objects.filter(pk__in=itself.union(largest.values("pk")[:TOWNS_TRIED], all=True))
        .annotate(drawn=Case(When(pk=home.pk, then=F("outline"))))
        .order_by("-population", "pk")
        .values_list("pk", "name", "latitude", "longitude", "drawn")
    )
    outline: dict[str, Any] | None = None
    towns: list[Point] = []
    for code, name, latitude, longitude, drawn in rows:
        town = Point(latitude, longitude, name)
        if code == home.pk:
            outline = drawn
        elif len(towns) < MOST_TOWNS and _has_room(town, [*points, *towns], tall, wide):
            towns.append(town)
    return Area(home.name, outline, "map-1"), towns


def _has_room(town: Point, others: Sequence[Point], tall: float, wide: float) -> bool:
    """Whether the name of a town would touch no other name or number."""
    return len(town.label) <= LONGEST_NAME and all(
        abs(town.latitude - other.latitude) > tall / 10
        or not -wide / 12 < other.longitude - town.longitude < wide / 2
        for other in others
    )


def _window(latitudes: list[float], longitudes: list[float]) -> Window:
    """Everything, with a margin, in a frame that is never thin: height between 3/4 and 5/4."""
    south, north = min(latitudes) - MARGIN_DEGREES, max(latitudes) + MARGIN_DEGREES
    west, east = min(longitudes) - MARGIN_DEGREES, max(longitudes) + MARGIN_DEGREES
    squeeze = math.cos(math.radians((south + north) / 2))
    height, width = max(north - south, LEAST_DEGREES), max((east - west) * squeeze, LEAST_DEGREES)
    height, width = max(height, width * 0.75), max(width, height / 1.25)
    taller, wider = height - (north - south), width / squeeze - (east - west)
    return (south - taller / 2, north + taller / 2, west - wider / 2, east + wider / 2)
