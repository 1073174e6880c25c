"""Half a sphere laid flat so that circles stay circles (stereographic projection).

A place within a chord c of a site is, on the plane, within a circle whose middle and radius are
known exactly. So one compares plane distances, and neither a pole nor the date line is special.
The sphere is cut in two halves around the middle of the places, each with its plane, seen from the
opposite point: there no length is shrunk to less than half of what it is in the middle.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from maillage_engine._check import Floats
from maillage_engine._compile import compiled
from maillage_engine.travel import Places, unit_vectors

BLOCK = 16_384  # places at a time, so that what is between stays in cache
SAMPLE = 1000  # places enough to know where their middle is


class Middle(NamedTuple):
    """The direction that plane coordinates start from, in radians."""

    longitude: float
    latitude: float


class Flat(NamedTuple):
    """Places on their plane: 1 is the Earth's diameter in the middle of it."""

    x: Floats  # (n,) to the east
    y: Floats  # (n,) to the north
    half: NDArray[np.int8]  # (n,) 0 around the middle, 1 beyond


def middle_of(points: Places) -> Middle:
    """Return the middle of some places, from a sample of them."""
    rows = slice(None, None, -(-points.longitude.size // SAMPLE))
    sample = Places(points.longitude[rows], points.latitude[rows], points.density[rows])
    x, y, z = unit_vectors(sample).mean(axis=0)
    return Middle(float(np.arctan2(y, x)), float(np.arctan2(z, np.hypot(x, y))))


def directions(points: Places, middle: Middle) -> Floats:
    """Return unit vectors to the east, to the north and to the middle, shape (3, n)."""
    found = np.empty((3, points.longitude.size))
    for first in range(0, points.longitude.size, BLOCK):
        block = slice(first, first + BLOCK)
        turn = np.tan(np.radians(points.longitude[block]) / 2 - middle.longitude / 2)
        rise = np.tan(np.radians(points.latitude[block]) / 2)
        _turned(turn, rise, middle, found[:, block])
    return found


def flatten(points: Places, middle: Middle) -> Flat:
    """Lay places on the plane of their half of the sphere."""
    count = points.longitude.size
    flat = Flat(np.empty(count), np.empty(count), np.empty(count, np.int8))
    for first in range(0, count, BLOCK):
        block = slice(first, first + BLOCK)
        part = Places(points.longitude[block], points.latitude[block], points.density[block])
        east, north, up = directions(part, middle)
        flat.x[block], flat.y[block] = east / (1 + np.abs(up)), north / (1 + np.abs(up))
        flat.half[block] = up < 0
    return flat


@compiled
def _turned(turn: Floats, rise: Floats, middle: Middle, found: Floats) -> None:
    """Find sines and cosines from the tangents of half the angles: fewer calls, same digits."""
    sine, cosine = np.sin(middle.latitude), np.cos(middle.latitude)
    for k in range(turn.size):
        aside, above = turn[k] * turn[k], rise[k] * rise[k]
        flat = (1 - above) / (1 + above)
        high = 2 * rise[k] / (1 + above)
        along = flat * (1 - aside) / (1 + aside)
        found[0, k] = flat * 2 * turn[k] / (1 + aside)
        found[1, k] = cosine * high - sine * along
        found[2, k] = sine * high + cosine * along
