"""Maps as SVG drawn by the server: outlines and points of a territory, flattened to a page.

The same inputs give the same bytes: coordinates are rounded, order is the order given.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

Window = tuple[float, float, float, float]  # south, north, west, east, in degrees
Kind = Literal["town", "place", "home"]
Ring = Sequence[Sequence[float]]
WIDTH = 1000
MARGIN = 12
GROUND = "ground"  # the layer of a ground file


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
    grounds: tuple[str, ...] = ()  # addresses of ground files
    ground_place: str = ""  # the transform that lays them under the shapes

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

    def onto(self, page: "Projection") -> str:
        """The SVG transform that lays what is drawn here on another page: both are affine."""
        across = page.scale * page.squeeze / (self.scale * self.squeeze)
        down = page.scale / self.scale
        x = MARGIN * (1 - across) + (self.west - page.west) * page.scale * page.squeeze
        y = MARGIN * (1 - down) + (page.north - self.north) * page.scale
        return f"matrix({across:.6f} 0 0 {down:.6f} {x:.2f} {y:.2f})"


# Where ground files are drawn, whatever the page: in units of about 22 m.
FIXED = Projection(west=0.0, north=51.0, scale=5000.0, squeeze=0.6884, height=0)


def draw(
    areas: Iterable[Area],
    points: Iterable[Point] = (),
    *,
    width: int = WIDTH,
    window: Window | None = None,
    grounds: Sequence[str] = (),
) -> Drawing:
    """Lay outlines and points on a page `width` units wide; the height follows the territory.

    With a window, only what lies in it is seen, and outlines run to its edges. Grounds are
    addresses of files made by `ground`, shown under all the rest.
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
    place = FIXED.onto(projection) if grounds else ""
    return Drawing(width, projection.height, shapes, markers, tuple(grounds), place)


def ground(outlines: Iterable[tuple[str, dict[str, Any] | None]]) -> str:
    """Titled outlines as an SVG file that many maps show: a page neither draws nor carries them.

    It has no colours: they are inherited from the page, so light, dark and print are right.
    """
    paths = "".join(
        f'<path vector-effect="non-scaling-stroke" d="{path(outline, FIXED)}">'
        f"<title>{escape(title)}</title></path>"
        for title, outline in outlines
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg"><g id="{GROUND}">{paths}</g></svg>'


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
        start, steps = f"M{x} {y}", []
        for spot in ring[1:-1]:
            across, down = projection.x(spot[0]) - x, projection.y(spot[1]) - y
            if across or down:
                steps.append(f"{across} {down}")
                x, y = x + across, y + down
        parts.append(f"{start}l{' '.join(steps)}z" if steps else f"{start}z")
    return "".join(parts).replace(" -", "-")


def _marker(point: Point, projection: Projection) -> Marker:
    x, y = projection.x(point.longitude), projection.y(point.latitude)
    if point.kind == "place":
        wide = max(34, 12 * len(point.label) + 18)
        return Marker(x, y, 17, point.label, point.kind, x, y + 8, x - wide // 2, y - 17, wide)
    if point.kind == "home":  # above: places of the commune itself are beside it
        return Marker(x, y, 8, point.label, point.kind, x - 8, y - 24, x, y, 0)
    return Marker(x, y, 8, point.label, point.kind, x + 14, y + 8, x, y, 0)
