"""The maps of a decision paper: today's, then each choice's, as pictures of their own."""

from django.utils.html import escape

from maillage.steering import drawing, maps
from maillage.steering.scenarios import presentation
from maillage.steering.scenarios.frames import Frame, Label
from maillage.steering.scenarios.result import Outcome

NEW = "#0d5a53"
DIAMOND = "M-19 0l19 -19l19 19l-19 19z"


def svg(found: Outcome, where: tuple[maps.Ground, Frame], at: int) -> bytes:
    """How far people are today (0), or with proposal `at`."""
    ground, frame = where
    places = found.proposals[at - 1].places if at else ()
    marks = [
        _mark(ground, frame, (lat, lon), f'<circle r="9" fill="{drawing.SITE}"/>')
        for lat, lon, _name in found.sites
    ]
    marks += [
        _mark(ground, frame, (p.latitude, p.longitude), f'<path d="{DIAMOND}" fill="{NEW}"/>')
        for p in places
    ]
    spots = [ground.spot(lat, lon) for lat, lon, _name in found.sites]
    dots = [spot for spot in spots if spot]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{frame.box}"'
        f' width="{frame.width}" height="{frame.height}" {drawing.FONT}>',
        drawing.style(),
        f'<g stroke="{drawing.EDGE}" stroke-width="0.8">',
        maps.coloured(presentation.fills(found, ground, at), ground.paths, prefix="c", own=True),
        "</g>",
        f'<g stroke="#ffffff" stroke-width="3">{"".join(marks)}</g>',
        "".join(name(frame, one) for one in presentation.labels(ground, frame, places, dots)),
        "</svg>\n",
    ]
    return "".join(parts).encode()


def _mark(ground: maps.Ground, frame: Frame, place: tuple[float, float], shape: str) -> str:
    spot = ground.spot(*place)
    if spot is None:
        return ""
    return f'<g transform="translate({spot[0]} {spot[1]}) scale({frame.scale})">{shape}</g>'


def name(frame: Frame, one: Label) -> str:
    """A name over a halo of its own, drawn apart: not every reader knows paint-order."""
    halo = 'fill="#ffffff" stroke="#ffffff" stroke-width="7" stroke-linejoin="round"'
    words = "".join(
        f'<text x="{one.at}" y="{one.down + 10}" font-size="28" font-weight="700"'
        f' text-anchor="{"end" if one.left else "start"}" {look}>{escape(one.name)}</text>'
        for look in (halo, f'fill="{drawing.INK}" stroke="none"')
    )
    return f'<g transform="translate({one.x} {one.y}) scale({frame.scale})">{words}</g>'
