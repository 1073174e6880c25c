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
from scipy.sparse.csgraph import csgraph_from_dense, floyd_warshall

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
    road = np.where(np.isnan(minutes), np.inf, minutes)
    tours: dict[int, float] = {}
    for fleet in fleets:
        found = _Shifts(road, visits, fleet).tours()
        if found is None:
            return _by_edges(road, visits, {one.depot for one in fleets})
        for members, drive in found.items():
            tours[members] = min(drive, tours.get(members, np.inf))
    return _shared(tours, visits, sum(fleet.days for fleet in fleets))


class _Shifts:
    """The sets of stops that fit in a shift of one fleet, each driven in its shortest order.

    A set is the sum of the powers of two of its members (Held & Karp 1962).
    """

    def __init__(self, road: Floats, visits: Sequence[Visits], fleet: Fleet) -> None:
        self.road, self.visits, self.fleet = road.copy(), visits, fleet
        np.fill_diagonal(self.road, 0.0)
        best = floyd_warshall(csgraph_from_dense(self.road, null_value=np.inf))
        self.away = [
            best[fleet.depot, one.place] + best[one.place, fleet.depot] for one in visits
        ]  # there and back, through any other places

    def tours(self) -> Mapping[int, float] | None:
        """Return the minutes of each set; None if there are too many."""
        depot = self.fleet.depot
        layer: dict[int, _Ends] = {
            1 << n: {n: float(self.road[depot, one.place])} for n, one in enumerate(self.visits)
        }
        found: dict[int, float] = {}
        while layer:
            wider: dict[int, _Ends] = {}
            for members, ends in layer.items():
                left = self.fleet.shift - sum(self.visits[n].stay for n in _members(members))
                drive = min(
                    cost + self.road[self.visits[n].place, depot] for n, cost in ends.items()
                )
                if np.isfinite(drive) and drive <= left + ROUNDING:
                    found[members] = float(drive)
                self._widen(wider, members, ends, left)
            if len(found) + len(wider) > MOST_SETS:
                return None
            layer = wider
        return found

    def _widen(self, wider: dict[int, _Ends], members: int, ends: _Ends, left: float) -> None:
        """Add one stop to a set, wherever the longest way there and back may still fit."""
        far = max(self.away[n] for n in _members(members))
        for more, one in enumerate(self.visits):
            bit = 1 << more
            if members & bit or max(far, self.away[more]) + one.stay > left + ROUNDING:
                continue
            cost = min(
                so_far + self.road[self.visits[n].place, one.place] for n, so_far in ends.items()
            )
            paths = wider.setdefault(members | bit, {})
            paths[more] = min(float(cost), paths.get(more, np.inf))


def _members(numbers: int) -> list[int]:
    return [n for n in range(numbers.bit_length()) if numbers >> n & 1]


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


def _by_edges(road: Floats, visits: Sequence[Visits], depots: Collection[int]) -> float:
    """Enter and leave each visit by the shortest roads there are: half of them at least."""
    elsewhere = road.copy()
    np.fill_diagonal(elsewhere, np.inf)
    cheapest = elsewhere.min(axis=0) + elsewhere.min(axis=1)
    here = Counter(one.place for one in visits)
    apart = [one for one in visits if here[one.place] == 1 and one.place not in depots]
    return float(sum(one.times * cheapest[one.place] for one in apart) / 2)
