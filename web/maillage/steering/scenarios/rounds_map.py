"""The map of a tour: straight lines from the base through the stops of each day and back."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.translation import gettext as _

from maillage.steering import drawing as colours
from maillage.steering import maps
from maillage.steering.scenarios import drawing
from maillage.steering.scenarios.frames import Frame, Label, framed, labelled
from maillage.steering.scenarios.rounds_result import Tour
from maillage.steering.scenarios.rounds_words import weekday
from maillage.steering.wording import sentence

DASHES = ("", "14 7", "3 7", "20 6 3 6", "9 4", "2 3", "26 9")  # by weekday: told apart unseen


@dataclass(frozen=True, slots=True)
class Line:
    """The loop of one weekday."""

    weekday: int
    d: str  # of its path
    name: str  # "Mardi : Gray, Gy, Gray"

    @property
    def dash(self) -> str:
        """How it is drawn."""
        return DASHES[self.weekday]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map ready for `steering/tour_map.html`."""

    ground: maps.Ground
    frame: Frame
    fills: dict[str, tuple[str, str]]
    lines: tuple[Line, ...]
    base: tuple[int, int]
    stops: tuple[Label, ...]


def drawn(made: Tour, whole: maps.Ground, codes: Iterable[str]) -> Drawn:
    """Frame the communes of the tour's territory, and draw each different loop once."""
    ground, frame = framed(whole, codes)
    base = ground.spot(*made.where) or (frame.x, frame.y)
    spots = [ground.spot(s.latitude, s.longitude) or base for s in made.question.stops]
    named = [(*spot, s.name) for spot, s in zip(spots, made.question.stops, strict=True)]
    fills = dict.fromkeys(ground.paths, ("map-0", ""))
    return Drawn(
        ground, frame, fills, _lines(made, base, spots), base,
        tuple(labelled(frame, named, [base])),
    )  # fmt: skip


def _lines(made: Tour, base: tuple[int, int], spots: list[tuple[int, int]]) -> tuple[Line, ...]:
    found = {}
    for one in made.days:
        path = [base, *(spots[v.stop] for v in one.visits), base]
        names = [made.base, *(made.question.stops[v.stop].name for v in one.visits), made.base]
        d = "M" + "L".join(f"{x} {y}" for x, y in path)
        said = _("%(day)s : %(path)s") % {
            "day": sentence(weekday(one.weekday)), "path": ", ".join(names)}  # fmt: skip
        found[one.weekday, d] = Line(one.weekday, d, said)
    return tuple(found.values())


def svg(found: Drawn) -> bytes:
    """The map as a picture of its own, for the printed sheet."""
    frame, x, y = found.frame, *found.base
    lines = "".join(
        f'<path d="{line.d}" fill="none" stroke="{drawing.NEW}" stroke-width="{_wide(frame)}"'
        f' stroke-dasharray="{line.dash or "none"}" stroke-linejoin="round"/>'
        for line in found.lines
    )
    marks = "".join(
        f'<g transform="translate({one.x} {one.y}) scale({frame.scale})">'
        f'<path d="{drawing.DIAMOND}" fill="{drawing.NEW}"/></g>'
        for one in found.stops
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame.box}"'
        f' width="{frame.width}" height="{frame.height}" {colours.FONT}>',
        colours.style(),
        f"<title>{escape(_('La tournée'))}</title>",
        '<g stroke="#9db3ad" stroke-width="0.8">',
        maps.coloured(found.fills, found.ground.paths, prefix="c", own=True),
        f'</g>{lines}<g stroke="#ffffff" stroke-width="3">{marks}',
        f'<g transform="translate({x} {y}) scale({frame.scale})">',
        f'<circle r="13" fill="{colours.INK}"/></g></g>',
        "".join(drawing.name(frame, one) for one in found.stops),
        "</svg>\n",
    ]
    return "".join(parts).encode()


def _wide(frame: Frame) -> str:
    return f"{5 * frame.width / frame.whole:.2f}"
