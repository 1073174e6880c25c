"""The map as a file of its own: colours inside, words for those who do not see it."""

from django.utils.html import escape
from django.utils.translation import gettext as _

from maillage.core.maps import LegendClass
from maillage.steering import maps, presentation, wording
from maillage.steering.actions import Answer
from maillage.steering.classes import MISSING, UNSERVED, classes_for
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.exports import title

# The light theme's colours: a file has no theme.
COLOURS = {
    "map-0": "#eef5f2", "map-1": "#cbe3dc", "map-2": "#97c8bc", "map-3": "#58a394",
    "map-4": "#217a6d", "map-5": "#0b4a42", MISSING: "#d3cfc4", UNSERVED: "#f6c79e",
}  # fmt: skip
INK, SOFT, EDGE, HATCH, SITE = "#16282a", "#4c5d5b", "#ffffff", "#b9540f", "#e0762c"
LINE = 26
SITE_DOT = "site-dot"
FONT = 'font-family="Atkinson Hyperlegible, Liberation Sans, DejaVu Sans, sans-serif"'


def svg(answer: Answer, ground: maps.Ground, *, alone: bool = True) -> bytes:
    """The map of scores and its legend; `alone` adds its title and its sources."""
    found = answer.diagnosis
    classes = classes_for(found.communes)
    fills = {c.code: (classes.fill(c), presentation.said(c)) for c in found.communes}
    legend = presentation.legend(classes, found)
    lines = _footer(found) if alone else []
    height = ground.height + 60 + LINE * ((len(legend) + 1) // 4 + 1) + LINE * len(lines)
    below = ground.height + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {ground.width} {height}"'
        f' width="{ground.width}" height="{height}" role="img" {FONT}>',
        f"<title>{escape(title(found))}</title>",
        f"<desc>{escape(' '.join(lines))}</desc>",
        style(),
        f'<rect width="{ground.width}" height="{height}" fill="#ffffff"/>',
        _heading(found.question.title()) if alone else "",
        f'<g transform="translate(0 44)" stroke="{EDGE}" stroke-width="0.8">',
        maps.coloured(fills, ground.paths, prefix="c", own=True),
        _sites(presentation.dots(answer, ground)),
        _towns(ground),
        "</g>",
        _legend(legend, below),
        _words(lines, below + LINE * ((len(legend) + 1) // 4 + 1) + 8),
        "</svg>\n",
    ]
    return "".join(parts).encode()


def style() -> str:
    """The classes' colours, and the hatch of those who have nothing within reach."""
    rules = "".join(f".{name}{{fill:{colour}}}" for name, colour in COLOURS.items())
    return (
        f"<style>{rules}</style>"
        '<defs><pattern id="c-hatch" width="9" height="9" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><rect width="9" height="9" fill="{COLOURS[UNSERVED]}"/>'
        f'<path d="M0 0V9" stroke="{HATCH}" stroke-width="3"/></pattern></defs>'
    )


def _heading(words: str) -> str:
    return (
        f'<text x="12" y="32" font-size="26" font-weight="700" fill="{INK}">{escape(words)}</text>'
    )


def _towns(ground: maps.Ground) -> str:
    """Names over a halo of their own, drawn apart: not every reader knows paint-order."""
    halo = 'fill="#ffffff" stroke="#ffffff" stroke-width="5" stroke-linejoin="round"'
    return "".join(
        f'<circle cx="{town.x}" cy="{town.y}" r="3" fill="{INK}" stroke="none"/>'
        + "".join(
            f'<text x="{town.text_x}" y="{town.text_y}" font-size="20" font-weight="700"'
            f' text-anchor="{"end" if town.left else "start"}" {look}>{escape(town.name)}</text>'
            for look in (halo, f'fill="{INK}" stroke="none"')
        )
        for town in ground.towns
    )


def _sites(dots: list[tuple[int, int, str]]) -> str:
    return "".join(
        f'<circle cx="{x}" cy="{y}" r="6.5" fill="{SITE}" stroke="#ffffff" stroke-width="2">'
        f"<title>{escape(name)}</title></circle>"
        for x, y, name in dots
    )


def _legend(legend: list[LegendClass], top: int) -> str:
    found = []
    for at, line in enumerate([*legend, LegendClass(SITE_DOT, _("lieu compté"))]):
        x, y = 12 + (at % 4) * 245, top + (at // 4) * LINE
        words = (
            f'<text x="{x + 34}" y="{y}" font-size="18" fill="{INK}">{escape(line.label)}</text>'
        )
        if line.css == SITE_DOT:
            found.append(f'<circle cx="{x + 13}" cy="{y - 6}" r="6.5" fill="{SITE}"/>{words}')
            continue
        fill = 'fill="url(#c-hatch)"' if line.css == UNSERVED else f'class="{line.css}"'
        found.append(
            f'<rect x="{x}" y="{y - 15}" width="26" height="18" {fill} stroke="{SOFT}"/>{words}'
        )
    return "".join(found)


def _words(lines: list[str], top: int) -> str:
    return "".join(
        f'<text x="12" y="{top + at * LINE}" font-size="15" fill="{SOFT}">{escape(line)}</text>'
        for at, line in enumerate(lines)
    )


def _footer(found: Diagnosis) -> list[str]:
    return [
        f"{presentation.subtitle(found)}. {wording.sentence(wording.score_unit(found.question))}.",
        _("Sources : %(files)s.") % {"files": presentation.sources_in_short(found)},
        _("Code %(code)s. Données %(hash)s.")
        % {"code": found.code_version, "hash": found.data_hash[:16]},
    ]
