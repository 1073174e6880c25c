"""Maps of communes: the geometry once, as light as it can be; the colours apart.

A page holds the outlines once (`Ground.shapes`), each map only names them. The same inputs give the
same bytes.
"""

import json
import zlib
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import escape

from maillage.core import maps
from maillage.steering.classes import UNSERVED
from maillage.territory.models import Commune

WIDTH = 1000
TOWNS = 6
APART = 90  # page units between two named towns


@dataclass(frozen=True, slots=True)
class Town:
    """A town named on the map, for bearings."""

    x: float
    y: float
    name: str
    left: bool  # its name goes to the left, away from the edge

    @property
    def text_x(self) -> float:
        """Where its name starts, or ends."""
        return self.x - 12 if self.left else self.x + 12

    @property
    def text_y(self) -> float:
        """The line its name stands on."""
        return self.y + 7


@dataclass(frozen=True, slots=True)
class Ground:
    """A département ready to be coloured."""

    projection: maps.Projection
    paths: dict[str, str]  # code → the `d` of its outline
    towns: tuple[Town, ...]

    @property
    def width(self) -> int:
        """In page units."""
        return WIDTH

    @property
    def height(self) -> int:
        """In page units."""
        return self.projection.height

    def shapes(self) -> str:
        """Every outline as a definition."""
        return "".join(f'<path id="g{code}" d="{d}"/>' for code, d in self.paths.items())

    def spot(self, latitude: float, longitude: float) -> tuple[int, int] | None:
        """Where a point lies on the page; None outside of it."""
        x, y = round(self.projection.x(longitude)), round(self.projection.y(latitude))
        return (x, y) if 0 <= x <= self.width and 0 <= y <= self.height else None

    def pack(self) -> bytes:
        """Bytes to store."""
        towns = [(t.x, t.y, t.name, t.left) for t in self.towns]
        text = json.dumps([asdict(self.projection), self.paths, towns], ensure_ascii=False)
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Ground:
    """Read back what `Ground.pack` wrote."""
    projection, paths, towns = json.loads(zlib.decompress(packed))
    return Ground(maps.Projection(**projection), paths, tuple(Town(*town) for town in towns))


def ground(departement: str) -> Ground:
    """Draw the outlines of a département's communes."""
    rows = list(
        Commune.objects.of(departement).values_list(
            "code", "name", "outline", "longitude", "latitude", "population"
        )
    )
    corners = [spot for row in rows for ring in maps.rings(row[2]) for spot in ring]
    projection = maps.fit(corners or [(2.0, 46.0)], WIDTH)
    paths = {row[0]: path(row[2], projection) for row in rows if row[2]}
    return Ground(projection, paths, _towns(rows, projection) if paths else ())


def path(outline: dict[str, Any], projection: maps.Projection) -> str:
    """The `d` of an outline in whole units, each step from the last: a third of the weight."""
    parts = []
    for ring in maps.rings(outline):
        spots = [(round(projection.x(x)), round(projection.y(y))) for x, y, *_ in ring[:-1]]
        kept = [spots[0], *(b for a, b in pairwise(spots) if a != b)]
        steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(kept)]
        parts.append(f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z".replace(" -", "-"))
    return "".join(parts)


def coloured(
    fills: dict[str, tuple[str, str]], paths: dict[str, str], *, prefix: str, own: bool = False
) -> str:
    """The outlines, grouped by class: `fills` gives the class and the words of each commune.

    `own` draws the outlines themselves instead of naming the page's definitions.
    """
    groups: dict[str, list[str]] = {}
    for code, (css, title) in fills.items():
        if code not in paths:
            continue
        drawn = f'<path d="{paths[code]}"' if own else f'<use href="#g{code}"'
        tag = "path" if own else "use"
        groups.setdefault(css, []).append(
            f'{drawn} id="{prefix}{code}"><title>{escape(title)}</title></{tag}>'
        )
    return "".join(
        f"<g {_fill(css, prefix)}>{''.join(shapes)}</g>" for css, shapes in sorted(groups.items())
    )


def _fill(css: str, prefix: str) -> str:
    if css.startswith(UNSERVED):
        faded = css.removeprefix(UNSERVED)
        return f'fill="url(#{prefix}-hatch)"' + (f' class="{faded.strip()}"' if faded else "")
    return f'class="{css}"'


def _towns(rows: list[Any], projection: maps.Projection) -> tuple[Town, ...]:
    """The most populated communes that are far enough from one another to be named."""
    found: list[Town] = []
    for row in sorted(rows, key=lambda row: (-row[5], row[0])):
        x, y = round(projection.x(row[3])), round(projection.y(row[4]))
        if all(abs(x - t.x) > APART * 1.6 or abs(y - t.y) > APART / 2 for t in found):
            found.append(Town(x, y, row[1], x > WIDTH * 0.8))
        if len(found) == TOWNS:
            break
    return tuple(found)
