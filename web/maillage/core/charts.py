"""Charts as SVG drawn by the server, in the units of a page 720 wide."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

WIDTH = 720
ROW = 34
LABELS = 230


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart: `text` is the value as people read it."""

    label: str
    value: float
    text: str
    css: str = "bar-1"


@dataclass(frozen=True, slots=True)
class Series:
    """One line: points in the units of the data, in order of x."""

    name: str
    points: Sequence[tuple[float, float]]
    css: str = "series-1"


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True, slots=True)
class Trace:
    d: str
    css: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    css: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready for `ui/chart.html`."""

    width: int
    height: int
    bars: tuple[Box, ...] = ()
    lines: tuple[Trace, ...] = ()
    rules: tuple[Trace, ...] = ()
    texts: tuple[Text, ...] = ()
    key: tuple[Trace, ...] = field(default=())


def bar_chart(rows: Sequence[Bar], *, maximum: float | None = None) -> Chart:
    """Horizontal bars from zero, the label on the left and the value at the end of the bar."""
    top = maximum or max((row.value for row in rows), default=0) or 1
    room = WIDTH - LABELS - 90
    boxes, texts = [], []
    for number, row in enumerate(rows):
        y = number * ROW
        width = round(room * max(row.value, 0) / top, 1)
        boxes.append(Box(LABELS, y + 5, width, ROW - 10, row.css))
        texts.append(Text(LABELS - 10, y + 22, row.label, "end"))
        texts.append(Text(round(LABELS + width + 8, 1), y + 22, row.text))
    height = max(len(rows), 1) * ROW
    axis = Trace(f"M{LABELS} 0V{height}", "axis")
    return Chart(WIDTH, height, bars=tuple(boxes), rules=(axis,), texts=tuple(texts))


def line_chart(
    series: Sequence[Series],
    *,
    x_ticks: Sequence[Tick],
    y_ticks: Sequence[Tick],
    x_label: str,
    y_label: str,
    diagonal: bool = False,
) -> Chart:
    """Lines over two axes that span their ticks; `diagonal` adds the line of perfect equality."""
    left, top, right, bottom = 70, 34, WIDTH - 20, 360
    x_low, x_high = x_ticks[0].value, x_ticks[-1].value
    y_low, y_high = y_ticks[0].value, y_ticks[-1].value

    def across(value: float) -> float:
        return round(left + (right - left) * (value - x_low) / (x_high - x_low), 1)

    def up(value: float) -> float:
        return round(bottom - (bottom - top) * (value - y_low) / (y_high - y_low), 1)

    rules = [Trace(f"M{left} {up(t.value):g}H{right}", "rule") for t in y_ticks]
    rules.append(Trace(f"M{left} {top}V{bottom}H{right}", "axis"))
    if diagonal:
        rules.append(Trace(f"M{left} {bottom}L{right} {top}", "equal"))
    texts = [Text(left - 8, up(t.value) + 5, t.text, "end", "tick") for t in y_ticks]
    texts += [Text(across(t.value), bottom + 20, t.text, "middle", "tick") for t in x_ticks]
    texts.append(Text(right, bottom + 44, x_label, "end"))
    texts.append(Text(left - 60, top - 14, y_label))
    lines = tuple(
        Trace("M" + "L".join(f"{across(x):g} {up(y):g}" for x, y in s.points), s.css, s.name)
        for s in series
    )
    return Chart(WIDTH, 410, lines=lines, rules=tuple(rules), texts=tuple(texts), key=lines)
