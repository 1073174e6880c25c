"""Maps as SVG drawn by the server: outlines and points of a territory, flattened to a page.

The same inputs give the same bytes: coordinates are rounded, order is the order given.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["town", "place", "home"]
Ring = Sequence[Sequence[float]]
WIDTH = 1000
MARGIN = 12


@dataclass(frozen=True, slots=True)
class Area:
    """An outline to fill: `css` is map-0 … map-5, map-unserved, map-missing or map-ground."""

    title: str  # what a reader hears and sees on hovering: "Champlitte : 24 min"
    outline: dict[str, Any] | None  # GeoJSON Polygon or MultiPolygon, degrees
    css: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A place to mark: a town for bearings, a place that helps (its number), or home."""

    latitude: float
    longitude: float
    label: str
    kind: Kind = "town"


@dataclass(frozen=True, slots=True)
class LegendClass:
    """One line of the legend."""

    css: str
    label: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline on the page."""

    title: str
    d: str
    css: str
    href: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A point on the page."""

    x: float
    y: float
    radius: int
    label: str
    kind: Kind
    text_x: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map ready for `ui/map.html`."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    markers: tuple[Marker, ...]

    @property
    def linked(self) -> bool:
        """Whether some outline leads somewhere."""
        return any(shape.href for shape in self.shapes)


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to page: equirectangular at the middle latitude, right at a département's scale."""

    west: float
    north: float
    scale: float  # page units per degree of latitude
    squeeze: float  # cosine of the middle latitude
    height: int

    def x(self, longitude: float) -> float:
        return round(MARGIN + (longitude - self.west) * self.squeeze * self.scale, 1)

    def y(self, latitude: float) -> float:
        return round(MARGIN + (self.north - latitude) * self.scale, 1)


def draw(areas: Iterable[Area], points: Iterable[Point] = (), *, width: int = WIDTH) -> Drawing:
    """Lay outlines and points on a page `width` units wide; the height follows the territory."""
    kept = [area for area in areas if area.outline]
    marks = list(points)
    corners = [spot for area in kept for ring in rings(area.outline) for spot in ring]
    corners += [(point.longitude, point.latitude) for point in marks]
    if not corners:
        return Drawing(width, width // 2, (), ())
    projection = fit(corners, width)
    shapes = tuple(Shape(a.title, path(a.outline, projection), a.css, a.href) for a in kept)
    markers = tuple(_marker(point, projection) for point in marks)
    return Drawing(width, projection.height, shapes, markers)


def fit(corners: Sequence[Sequence[float]], width: int) -> Projection:
    """The projection that makes all corners fit in the width."""
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    squeeze = math.cos(math.radians((south + north) / 2))
    span = max((east - west) * squeeze, (north - south) * 0.6, 0.05)
    scale = (width - 2 * MARGIN) / span
    west -= (span / squeeze - (east - west)) / 2
    height = math.ceil((north - south) * scale) + 2 * MARGIN
    return Projection(west, north, scale, squeeze, max(height, width // 4))


def rings(outline: dict[str, Any] | None) -> list[Ring]:
    """Every ring of a GeoJSON Polygon or MultiPolygon."""
    if outline is None:
        return []
    if outline["type"] == "Polygon":
        return list(outline["coordinates"])
    return [ring for polygon in outline["coordinates"] for ring in polygon]


def path(outline: dict[str, Any] | None, projection: Projection) -> str:
    """The `d` of an SVG path."""
    parts = []
    for ring in rings(outline):
        spots = [f"{projection.x(spot[0]):g} {projection.y(spot[1]):g}" for spot in ring[:-1]]
        parts.append("M" + "L".join(spots) + "Z")
    return "".join(parts)


def _marker(point: Point, projection: Projection) -> Marker:
    x, y = projection.x(point.longitude), projection.y(point.latitude)
    if point.kind == "place":
        return Marker(x, y, 17, point.label, point.kind, x, round(y + 8, 1))
    return Marker(x, y, 8, point.label, point.kind, round(x + 14, 1), round(y + 8, 1))
