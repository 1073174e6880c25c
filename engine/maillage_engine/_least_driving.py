"""What no rounds that make the same visits can go below, in minutes driven.

Days, weeks and opening hours are forgotten: a day's round may be any set of stops that fits in a
shift, driven in its shortest order, and sets are shared out so that every stop has its visits.
Every real plan is one of these, so the least of them bounds it; where the two meet, it is proven.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from maillage_engine._check import Floats
from maillage_engine._milp import Programme

MOST_SETS = 5000  # beyond: a weaker bound, in no time
ROUNDING = 1e-6

_Ends: TypeAlias = dict[int, float]  # shortest path from the depot through a set, by last stop


@dataclass(frozen=True, slots=True)
class Visits:
    """A stop of which `times` visits must be made in the cycle."""

    place: int
    stay: float
    times: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """Whoever starts from one depot: the longest shift, and shifts in the cycle."""

    depot: int
    shift: float
    days: int


def least_driving(minutes: Floats, visits: Sequence[Visits], fleets: Sequence[Fleet]) -> float:
    """Return a bound on the minutes driven; 0 without a visit."""
    if not visits:
        return 0.0
    tours: dict[int, float] = {}
    for fleet in fleets:
        found = _tours(minutes, visits, fleet)
        if found is None:
            return _by_edges(minutes, visits, {one.depot for one in fleets})
        for members, drive in found.items():
            tours[members] = min(drive, tours.get(members, np.inf))
    return _shared(tours, visits, sum(fleet.days for fleet in fleets))


def _tours(minutes: Floats, visits: Sequence[Visits], fleet: Fleet) -> Mapping[int, float] | None:
    """Drive each set of stops that fits in a shift, in its shortest order; None if too many.

    A set is the sum of the powers of two of its members (Held & Karp 1962).
    """
    road = np.where(np.isnan(minutes), np.inf, minutes)
    np.fill_diagonal(road, 0.0)
    there_and_back = _shortest(road)
    away = [
        there_and_back[fleet.depot, one.place] + there_and_back[one.place, fleet.depot]
        for one in visits
    ]
    layer: dict[int, _Ends] = {
        1 << n: {n: float(road[fleet.depot, one.place])} for n, one in enumerate(visits)
    }
    found: dict[int, float] = {}
    while layer:
        wider: dict[int, _Ends] = {}
        for members, ends in layer.items():
            stays = sum(visits[n].stay for n in _members(members, len(visits)))
            drive = min(cost + road[visits[n].place, fleet.depot] for n, cost in ends.items())
            if np.isfinite(drive) and stays + drive <= fleet.shift + ROUNDING:
                found[members] = float(drive)
            far = max(away[n] for n in _members(members, len(visits)))
            _widen(wider, (members, ends, fleet.shift - stays, far), (road, visits, away))
        if len(found) + len(wider) > MOST_SETS:
            return None
        layer = wider
    return found


def _widen(
    wider: dict[int, _Ends],
    before: tuple[int, _Ends, float, float],
    known: tuple[Floats, Sequence[Visits], Sequence[float]],
) -> None:
    """Add one stop to a set, wherever the longest way there and back may still fit."""
    members, ends, left, far = before
    road, visits, away = known
    for more, one in enumerate(visits):
        bit = 1 << more
        if members & bit or max(far, away[more]) + one.stay > left + ROUNDING:
            continue
        cost = min(so_far + road[visits[n].place, one.place] for n, so_far in ends.items())
        paths = wider.setdefault(members | bit, {})
        paths[more] = min(float(cost), paths.get(more, np.inf))


def _shortest(road: Floats) -> Floats:
    """Return the shortest times between places, through any others (Floyd 1962)."""
    best = road
    for middle in range(len(best)):
        best = np.minimum(best, best[:, middle, None] + best[middle])
    return best


def _members(numbers: int, size: int) -> list[int]:
    return [n for n in range(size) if numbers >> n & 1]


def _shared(tours: Mapping[int, float], visits: Sequence[Visits], days: int) -> float:
    """Share out the visits among sets, at the least driving, on so many days at most."""
    programme = Programme()
    sets = list(tours)
    used = programme.variables(list(tours.values()), high=float(days), whole=True)
    for number, one in enumerate(visits):
        having = [at for at, members in enumerate(sets) if members >> number & 1]
        programme.constrain(0, used[having], 1.0, least=float(one.times), most=float(one.times))
    programme.constrain(0, used, 1.0, most=float(days))
    return max(0.0, programme.solve().bound)


def _by_edges(minutes: Floats, visits: Sequence[Visits], depots: Collection[int]) -> float:
    """Enter and leave each visit by the shortest roads there are: half of them at least."""
    road = np.where(np.isnan(minutes), np.inf, minutes)
    np.fill_diagonal(road, np.inf)
    cheapest = road.min(axis=0) + road.min(axis=1)
    here = Counter(one.place for one in visits)
    apart = [one for one in visits if here[one.place] == 1 and one.place not in depots]
    return float(sum(one.times * cheapest[one.place] for one in apart) / 2)
