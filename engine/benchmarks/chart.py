"""A small chart on logarithmic scales, as SVG that reads on light and on dark."""

from dataclasses import dataclass, field
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 380, 84, 36, 62
KEY = 250  # width of the list of names
STYLE = """
.page, .key { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2933 }
.grid { stroke: #d5dbe1; stroke-width: 1 } .title { font-weight: 600 }
polyline { fill: none; stroke-width: 2.5 } .given { stroke: #0b6e4f } .streamed { stroke: #1d4ed8 }
.limit { stroke: #b42318; stroke-dasharray: 7 5 } .gather { stroke: #9a6700; stroke-dasharray: 2 4 }
circle { stroke: none } circle.given { fill: #0b6e4f } circle.streamed { fill: #1d4ed8 }
@media (prefers-color-scheme: dark) {
.page, .key { fill: #14181d } text { fill: #e6eaee } .grid { stroke: #39424c }
.given { stroke: #4cc79b } .streamed { stroke: #8ab4ff } .limit { stroke: #ff8f85 }
.gather { stroke: #e3b341 } circle.given { fill: #4cc79b } circle.streamed { fill: #8ab4ff }
}"""


@dataclass(frozen=True)
class Line:
    """Points joined, drawn in one style."""

    kind: str  # the class in STYLE
    name: str
    points: list[tuple[float, float]]


@dataclass
class Chart:
    """One frame; both axes are logarithmic and end on powers of ten."""

    title: str
    unit: str  # of the vertical axis
    across: tuple[float, float]
    vertical: tuple[float, float]
    lines: list[Line] = field(default_factory=list)

    @staticmethod
    def page(charts: list["Chart"]) -> str:
        """Put charts one under the other."""
        body = "".join(
            f'<g transform="translate(0 {HEIGHT * place})">{chart.frame()}</g>'
            for place, chart in enumerate(charts)
        )
        tall = HEIGHT * len(charts)
        names = "; ".join(chart.title for chart in charts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" role="img">'
            f"<title>{names}, by number of pairs</title><style>{STYLE}</style>"
            f'<rect class="page" width="{WIDTH}" height="{tall}"/>{body}</svg>\n'
        )

    def frame(self) -> str:
        """Draw the axes, the lines and their names."""
        middle, foot = (TOP + HEIGHT - BOTTOM) / 2, HEIGHT - BOTTOM
        parts = [
            f'<text class="title" x="{LEFT}" y="20">{self.title}</text>',
            f'<text x="{(LEFT + WIDTH - 20) / 2}" y="{foot + 40}" text-anchor="middle">'
            "pairs</text>",
            f'<text transform="translate(20 {middle}) rotate(-90)" text-anchor="middle">'
            f"{self.unit}</text>",
        ]
        for power in _powers(self.across):
            x = self._x(10.0**power)
            parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{foot}"/>')
            parts.append(_text(x, foot + 18, "middle", power))
        for power in _powers(self.vertical):
            y = self._y(10.0**power)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - 20}"/>')
            parts.append(_text(LEFT - 8, y + 4, "end", power))
        parts += [part for line in self.lines for part in self._drawn(line)]
        tall = 18 * len(self.lines) + 12
        parts.append(
            f'<rect class="key" x="{LEFT + 4}" y="{TOP + 4}" width="{KEY}" height="{tall}"/>'
        )
        for place, line in enumerate(self.lines):
            parts += _named(line, TOP + 18 + 18 * place)
        return "".join(parts)

    def _drawn(self, line: Line) -> list[str]:
        spots = [(self._x(a), self._y(b)) for a, b in line.points]
        path = " ".join(f"{x:.1f},{v:.1f}" for x, v in spots)
        measured = line.kind in {"given", "streamed"}
        dots = [f'<circle class="{line.kind}" cx="{x:.1f}" cy="{v:.1f}" r="4"/>' for x, v in spots]
        return [f'<polyline class="{line.kind}" points="{path}"/>', *(dots if measured else [])]

    def _x(self, value: float) -> float:
        low, high = (log10(end) for end in self.across)
        return LEFT + (WIDTH - 20 - LEFT) * (log10(value) - low) / (high - low)

    def _y(self, value: float) -> float:
        low, high = (log10(end) for end in self.vertical)
        foot = HEIGHT - BOTTOM
        return foot - (foot - TOP) * (log10(value) - low) / (high - low)


def _powers(ends: tuple[float, float]) -> range:
    return range(ceil(log10(ends[0]) - 1e-9), floor(log10(ends[1]) + 1e-9) + 1)


def _named(line: Line, y: float) -> list[str]:
    return [
        f'<polyline class="{line.kind}" points="{LEFT + 12},{y} {LEFT + 42},{y}"/>',
        f'<text x="{LEFT + 50}" y="{y + 4}">{line.name}</text>',
    ]


def _text(x: float, y: float, anchor: str, power: int) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_ten(power)}</text>'


def _ten(power: int) -> str:
    return "10" + "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] if d != "-" else "⁻" for d in str(power))
