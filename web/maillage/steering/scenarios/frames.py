"""The part of a département's map that a plan is about, so that a few communes fill the page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TypeAlias

from maillage.steering.maps import Ground

Box: TypeAlias = tuple[int, int, int, int]  # west, north, east, south
MARGIN = 40  # map units around what is shown
TALLEST, FLATTEST = 1.15, 0.62  # height over width
GAP, DOT = 26, 12  # marks: from a place to its name, half a site's dot
LETTER, TALL = 14.0, 26.0  # of a name: usual width of a letter, height
SHIFTS = (0, -24, 24)
_NUMBER = re.compile(r"-?\d+")
_RING = re.compile(r"M(-?\d+) (-?\d+)l([^z]*)z")


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the map, in map units."""

    x: int
    y: int
    width: int
    height: int
    whole: int  # width of the whole map

    @property
    def box(self) -> str:
        """What `viewBox` takes."""
        return f"{self.x} {self.y} {self.width} {self.height}"

    @property
    def scale(self) -> str:
        """How much smaller marks are drawn, to keep their size on the page."""
        return f"{self.width / self.whole:.3f}"

    def holds(self, box: tuple[float, float, float, float]) -> bool:
        """Tell whether a box is shown whole, from west to east."""
        return box[0] >= self.x and box[2] <= self.x + self.width

    def meets(self, box: Box) -> bool:
        """Tell whether something of a box is shown."""
        west, north, east, south = box
        return (
            east >= self.x
            and west <= self.x + self.width
            and south >= self.y
            and north <= self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A place, and where its name goes: in units of marks, which keep their size on the page."""

    x: int
    y: int
    name: str
    left: bool = False
    down: int = 0

    @property
    def at(self) -> int:
        """Where the name starts, or ends when it goes to the left."""
        return -GAP if self.left else GAP


def labelled(
    frame: Frame, places: Sequence[tuple[int, int, str]], dots: Iterable[tuple[int, int]]
) -> list[Label]:
    """Put each name beside its place, where it covers other names and dots the least."""
    unit = frame.width / frame.whole
    taken = [_marked(x, y, DOT * unit) for x, y in dots]
    taken += [_marked(x, y, GAP * unit) for x, y, _name in places]
    found = []
    for x, y, name in places:
        first = x > frame.x + 0.64 * frame.width
        tries = [Label(x, y, name, left, down) for down in SHIFTS for left in (first, not first)]
        inside = [one for one in tries if frame.holds(_written(one, unit))] or tries
        chosen = min(inside, key=lambda one: _covered(_written(one, unit), taken))
        taken.append(_written(chosen, unit))
        found.append(chosen)
    return found


def _marked(x: int, y: int, reach: float) -> tuple[float, float, float, float]:
    return x - reach, y - reach, x + reach, y + reach


def _written(one: Label, unit: float) -> tuple[float, float, float, float]:
    long = LETTER * len(one.name)
    west = one.x + unit * (one.at - long if one.left else one.at)
    middle = one.y + unit * one.down
    return west, middle - unit * TALL / 2, west + unit * long, middle + unit * TALL / 2


def _covered(box: tuple[float, ...], taken: Iterable[tuple[float, ...]]) -> float:
    """The area of a box that lies under others."""
    west, north, east, south = box
    return sum(
        max(0.0, min(east, e) - max(west, w)) * max(0.0, min(south, s) - max(north, n))
        for w, n, e, s in taken
    )


def framed(ground: Ground, codes: Iterable[str]) -> tuple[Ground, Frame]:
    """The rectangle around some communes, and the ground with only what it shows."""
    boxes = {code: _box(path) for code, path in ground.paths.items()}
    shown = [boxes[code] for code in codes if code in boxes]
    whole = Frame(0, 0, ground.width, ground.height, ground.width)
    found = _around(shown, whole) if shown else whole
    if found.width >= 0.9 * ground.width:
        return ground, whole
    paths = {code: path for code, path in ground.paths.items() if found.meets(boxes[code])}
    return replace(ground, paths=paths), found


def _around(boxes: list[Box], whole: Frame) -> Frame:
    west, north = min(b[0] for b in boxes) - MARGIN, min(b[1] for b in boxes) - MARGIN
    east, south = max(b[2] for b in boxes) + MARGIN, max(b[3] for b in boxes) + MARGIN
    width, height = east - west, south - north
    wide = max(width, round(height / TALLEST))
    high = max(height, round(wide * FLATTEST))
    return Frame(west - (wide - width) // 2, north - (high - height) // 2, wide, high, whole.width)


def _box(path: str) -> Box:
    """West, north, east and south of an outline."""
    spots = list(_corners(path))
    xs, ys = [x for x, _y in spots], [y for _x, y in spots]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(path: str) -> Iterable[tuple[int, int]]:
    """The corners of an outline whose steps are each from the last."""
    for x, y, steps in _RING.findall(path):
        moves = [int(number) for number in _NUMBER.findall(steps)]
        xs = accumulate(moves[0::2], initial=int(x))
        yield from zip(xs, accumulate(moves[1::2], initial=int(y)), strict=True)
