"""Maps as SVG drawn by the server: outlines and points of a territory, flattened to a page.

The same inputs give the same bytes: coordinates are rounded, order is the order given.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Window = tuple[float, float, float, float]  # south, north, west, east, in degrees
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
    """A point on the page; a place is a pill that holds its numbers."""

    x: int
    y: int
    radius: int
    label: str
    kind: Kind
    text_x: int
    text_y: int
    box_x: int
    box_y: int
    box_width: int


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

    def x(self, longitude: float) -> int:
        return round(MARGIN + (longitude - self.west) * self.squeeze * self.scale)

    def y(self, latitude: float) -> int:
        return round(MARGIN + (self.north - latitude) * self.scale)


def draw(
    areas: Iterable[Area],
    points: Iterable[Point] = (),
    *,
    width: int = WIDTH,
    window: Window | None = None,
) -> Drawing:
    """Lay outlines and points on a page `width` units wide; the height follows the territory.

    With a window, only what lies in it is seen, and outlines run to its edges.
    """
    kept = [area for area in areas if area.outline]
    marks = list(points)
    corners: list[Sequence[float]] = [(point.longitude, point.latitude) for point in marks]
    if window:
        corners = [(window[2], window[0]), (window[3], window[1])]
    else:
        corners += [spot for area in kept for ring in rings(area.outline) for spot in ring]
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
    """The `d` of an SVG path: whole units, each step from the last spot, to keep pages light."""
    parts = []
    for ring in rings(outline):
        x, y = projection.x(ring[0][0]), projection.y(ring[0][1])
        steps = [f"M{x} {y}l"]
        for spot in ring[1:-1]:
            across, down = projection.x(spot[0]) - x, projection.y(spot[1]) - y
            if across or down:
                steps.append(f"{across} {down} ".replace(" -", "-"))
                x, y = x + across, y + down
        parts.append("".join(steps).rstrip(" l") + "z")
    return "".join(parts)


def _marker(point: Point, projection: Projection) -> Marker:
    x, y = projection.x(point.longitude), projection.y(point.latitude)
    if point.kind == "place":
        wide = max(34, 12 * len(point.label) + 18)
        return Marker(x, y, 17, point.label, point.kind, x, y + 8, x - wide // 2, y - 17, wide)
    return Marker(x, y, 8, point.label, point.kind, x + 14, y + 8, x, y, 0)
