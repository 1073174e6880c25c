"""Maps of communes: the geometry once, as light as it can be; the colours apart.

A page holds the outlines once (`Ground.shapes`), each map only names them. The same inputs give the
same bytes.
"""

import json
import zlib
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Ground:
    """A département ready to be coloured."""

    width: int
    height: int
    paths: dict[str, str]  # code → the `d` of its outline
    towns: tuple[Town, ...]

    def shapes(self) -> str:
        """Every outline as a definition."""
        return "".join(f'<path id="g{code}" d="{d}"/>' for code, d in self.paths.items())

    def pack(self) -> bytes:
        """Bytes to store."""
        towns = [(t.x, t.y, t.name, t.left) for t in self.towns]
        text = json.dumps([self.width, self.height, self.paths, towns], ensure_ascii=False)
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Ground:
    """Read back what `Ground.pack` wrote."""
    width, height, paths, towns = json.loads(zlib.decompress(packed))
    return Ground(width, height, paths, tuple(Town(*town) for town in towns))


def ground(departement: str) -> Ground:
    """Draw the outlines of a département's communes."""
    rows = list(
        Commune.objects.of(departement).values_list(
            "code", "name", "outline", "longitude", "latitude", "population"
        )
    )
    corners = [spot for row in rows for ring in maps.rings(row[2]) for spot in ring]
    if not corners:
        return Ground(WIDTH, WIDTH // 2, {}, ())
    projection = maps.fit(corners, WIDTH)
    paths = {row[0]: path(row[2], projection) for row in rows if row[2]}
    return Ground(WIDTH, projection.height, paths, _towns(rows, projection))


def path(outline: dict[str, Any], projection: maps.Projection) -> str:
    """The `d` of an outline in whole units, each step from the last: a third of the weight."""
    parts = []
    for ring in maps.rings(outline):
        spots = [(round(projection.x(x)), round(projection.y(y))) for x, y, *_ in ring[:-1]]
        kept = [spots[0], *(b for a, b in zip(spots, spots[1:], strict=False) if a != b)]
        steps = [
            f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in zip(kept, kept[1:], strict=False)
        ]
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
        f'<g {_fill(css, prefix)}>{"".join(shapes)}</g>' for css, shapes in sorted(groups.items())
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
