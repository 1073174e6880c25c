"""Maps of the public pages: where home is, where help is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from maillage.core.maps import Area, Drawing, LegendClass, Point, Window, draw
from maillage.portal import words
from maillage.portal.ground import addresses
from maillage.portal.results import FAR_MINUTES, Result
from maillage.territory.models import Commune

MARGIN_DEGREES = 0.05
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
    """Draw points over the home commune and the ground of the départements near: two queries."""
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
    versions = Commune.objects.filter(
        departement__in=near.order_by().values("departement")
    ).outline_versions()
    outline = Commune.objects.values_list("outline", flat=True).get(pk=home.pk)
    areas = [Area(home.name, outline, "map-1")]
    return draw(areas, points, width=WIDTH, window=window, grounds=addresses(versions))


def _window(latitudes: list[float], longitudes: list[float]) -> Window:
    """Everything, with a margin, in a frame that is never thin: height between 3/4 and 5/4."""
    south, north = min(latitudes) - MARGIN_DEGREES, max(latitudes) + MARGIN_DEGREES
    west, east = min(longitudes) - MARGIN_DEGREES, max(longitudes) + MARGIN_DEGREES
    squeeze = math.cos(math.radians((south + north) / 2))
    height, width = north - south, (east - west) * squeeze
    taller, wider = max(0.0, width * 0.75 - height), max(0.0, height / 1.25 - width) / squeeze
    return (south - taller / 2, north + taller / 2, west - wider / 2, east + wider / 2)
