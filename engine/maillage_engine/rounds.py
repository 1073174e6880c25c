"""Rounds of a service that travels: which stops, on which days, at what time, for how many minutes.

A cycle is four weeks. A stop has a pattern: every week, every other week or once in the cycle,
always on the same weekday. Once each stop has a weekday and a week to begin with, every day is a
routing problem of its own: `pyvrp` answers it, and the days of the stops are then exchanged.
The search is a heuristic: its answers are good, and called the best only where the driving meets a
bound that no plan of the same visits can go below.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check
from maillage_engine._bounds import is_proven
from maillage_engine._check import Floats
from maillage_engine._day import Route, Task, Window, route_day
from maillage_engine._least_driving import Fleet, Visits, least_driving
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray, BadParameter, Infeasible
from maillage_engine.pairs import Pairs, table_of

WEEKS = 4
WEEKDAYS = range(7)
EVERY = {"weekly": 1, "fortnightly": 2, "monthly": 4}  # weeks between two visits
ALL_DAY: Window = (0.0, 24 * 60.0)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to be visited. Minutes are from midnight."""

    place: int  # its row and column in the minutes
    stay: float  # minutes spent there
    pattern: str = "weekly"  # weekly, fortnightly or monthly
    windows: Mapping[int, Window] | None = None  # by weekday (0: Monday); None: always open
    prize: float | None = None  # worth of serving it; None: it must be served


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and its shift; it starts and ends the day at its depot."""

    depot: int  # its row and column in the minutes
    shift: float = 420.0  # minutes a day at most, driving included
    start: float = 8 * 60.0  # earliest departure
    end: float = 18 * 60.0  # latest return
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Call:
    """One visit of one day, in minutes from midnight."""

    stop: int  # position in `stops`
    arrival: float  # waiting may follow, until the window opens
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Round:
    """One vehicle on one day of the cycle."""

    week: int  # 0..3
    weekday: int
    vehicle: int  # position in `vehicles`
    departure: float
    calls: tuple[Call, ...]
    back: float
    driven: float  # minutes


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A stop that is not served, and why."""

    stop: int
    reason: str  # `reach`, `windows`, `shift`: it cannot be served even alone; `room`: others are


@dataclass(frozen=True, slots=True)
class RoundsPlan:
    """A cycle of four weeks found by search. It keeps every rule; unproven, a better may exist."""

    rounds: tuple[Round, ...]  # by week, weekday, vehicle
    weekday: dict[int, int]  # of each stop served
    first_week: dict[int, int]  # of each stop served
    left_out: tuple[LeftOut, ...]
    driven: float  # minutes in the cycle
    prize: float  # of the optional stops served
    bound: float  # no plan serves more prize
    least: float  # no plan of the same visits drives fewer minutes
    seed: int
    attribution: str = ""  # whom to credit wherever it is shown

    @property
    def proven(self) -> bool:
        """Whether no plan serves more prize, nor drives less for the same visits."""
        return is_proven(self.prize, self.bound) and is_proven(self.driven, self.least)


_Slot: TypeAlias = tuple[int, int]  # weekday and first week
_Plan: TypeAlias = dict[int, _Slot]  # of each stop served
_Day: TypeAlias = frozenset[int]


@dataclass(slots=True)
class _Case:
    minutes: Floats
    stops: Sequence[Stop]
    vehicles: Sequence[Vehicle]
    iterations: int
    seed: int
    days: dict[tuple[int, _Day], tuple[Route, ...] | None] = field(default_factory=dict)


def plan_rounds(  # noqa: PLR0913 - three facts and their keyword-only options
    minutes: ArrayLike | Pairs,
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    *,
    iterations: int = 300,
    exchanges: int = 200,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> RoundsPlan:
    r"""Plan four weeks of visits: most prize first, then fewest minutes driven.

    A stop visited every :math:`f` weeks (1, 2 or 4) has one weekday :math:`d` and one first week
    :math:`w < f`, and is visited in weeks :math:`w, w + f, \dots` on that weekday:

    .. math:: \max \sum_i \pi_i z_i, \text{ then } \min \sum_{w, d} R_{wd}(S_{wd}), \qquad
              S_{wd} = \{i : z_i = 1,\; d_i = d,\; w \equiv w_i \bmod f_i\}

    where :math:`R_{wd}` is the least driving of the vehicles that work on that day, within shifts
    and opening windows.

    Parameters
    ----------
    minutes : array_like, shape (n_places, n_places), or Pairs
        Driving minutes from place to place, >= 0, possibly asymmetric; NaN or absent: no route.
    stops : sequence of Stop
        Where to go, for how long, how often, when, and whether it may be left out.
    vehicles : sequence of Vehicle
        Who goes, from where, on which weekdays, for how long.
    iterations : int
        Steps of pyvrp's search for each day looked at.
    exchanges : int
        Changes of day tried after the first plan.
    seed : int
        The same seed gives the same plan.
    progress : callable (done, whole), optional
        Told after each change of day tried.

    Returns
    -------
    RoundsPlan
        The timetable of every day, and why some stops are left out.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative, a place does not exist, or a pattern is unknown.
    Infeasible
        When a stop that must be served cannot be: alone (`reach`, `windows` or `shift`), or no
        place was found for it beside the others (`room`: not a proof, the search is a heuristic).

    Notes
    -----
    Cost: one routing for each set of stops of a weekday, remembered; days tried are
    `exchanges`.

    Each set of stops of a weekday is routed once and remembered: weeks alike cost nothing. Days are
    built by the cheapest insertion, dearest stops first, then stops change days one by one.

    References
    ----------
    Cordeau, Gendreau & Laporte (1997), Networks 30(2), on the periodic problem.
    Wouda, Lan & Kool (2024), INFORMS Journal on Computing 36(4), doi:10.1287/ijoc.2023.0055.

    Examples
    --------
    >>> road = [[0, 20, 25], [20, 0, 10], [25, 10, 0]]
    >>> visits = [Stop(1, 60, "weekly", {1: (540, 720)}), Stop(2, 60, "monthly", {1: (540, 720)})]
    >>> plan = plan_rounds(road, visits, [Vehicle(depot=0)])
    >>> [(r.week, r.weekday, sorted(c.stop for c in r.calls), r.driven) for r in plan.rounds][:2]
    [(0, 1, [0, 1], 55.0), (1, 1, [0], 40.0)]
    """
    case = checked(minutes, stops, vehicles, iterations, seed)
    exchanges = _check.whole("exchanges", exchanges, 0)
    alone = {stop: _alone(case, stop) for stop in range(len(stops))}
    _refuse_needed(stops, alone)
    possible = [stop for stop, reason in alone.items() if reason is None]
    order = sorted(possible, key=lambda stop: (*_urgency(stops[stop]), stop))
    plan = _first_plan(case, order)
    plan = _exchanged(case, plan, possible, exchanges, progress or _untold)
    missing = [s for s in possible if s not in plan and stops[s].prize is None]
    if missing:
        raise Infeasible(
            "room",
            f"No day was found for {_named(missing)} beside the others within shifts and windows.",
        )
    left = [LeftOut(s, alone[s] or "room") for s in range(len(stops)) if s not in plan]
    return credited(_written(case, plan, left, possible), minutes)


def _urgency(stop: Stop) -> tuple[bool, float, int]:
    """Sort what must be served first, then what is worth most a minute, then the fewest choices."""
    worth = 0.0 if stop.prize is None else -stop.prize / max(1.0, stop.stay * WEEKS / _every(stop))
    return stop.prize is not None, worth, len(_opening(stop))


def _every(stop: Stop) -> int:
    return EVERY[stop.pattern]


def _weeks(stop: Stop, first: int) -> range:
    return range(first, WEEKS, _every(stop))


def _slots(stop: Stop) -> list[_Slot]:
    return [(day, week) for day in sorted(_opening(stop)) for week in range(_every(stop))]


def _sets(case: _Case, plan: _Plan) -> dict[tuple[int, int], _Day]:
    """Return the stops of each (week, weekday)."""
    days: dict[tuple[int, int], set[int]] = {}
    for stop, (weekday, first) in plan.items():
        for week in _weeks(case.stops[stop], first):
            days.setdefault((week, weekday), set()).add(stop)
    return {when: frozenset(members) for when, members in days.items()}


def _score(case: _Case, plan: _Plan, days: Sequence[int]) -> float:
    """Return the minutes driven on these weekdays; infinite where a day cannot be done."""
    total = 0.0
    for (_week, weekday), members in _sets(case, plan).items():
        if weekday in days:
            found = routed(case, weekday, members)
            if found is None:
                return np.inf
            total += sum(one.driven for one in found)
    return total


def _worth(case: _Case, plan: _Plan) -> float:
    return float(sum(case.stops[stop].prize or 0.0 for stop in plan))


def _first_plan(case: _Case, order: Sequence[int]) -> _Plan:
    """Give each stop in turn the day where it costs least, and leave out what fits nowhere."""
    plan: _Plan = {}
    for stop in order:
        best = _cheapest(case, plan, stop)
        if best is not None:
            plan[stop] = best
    return plan


def _cheapest(case: _Case, plan: _Plan, stop: int) -> _Slot | None:
    """Return the slot where adding this stop drives the fewest minutes more."""
    found: tuple[float, _Slot] | None = None
    for slot in _slots(case.stops[stop]):
        more = _score(case, plan | {stop: slot}, [slot[0]]) - _score(case, plan, [slot[0]])
        if np.isfinite(more) and (found is None or more < found[0] - 1e-9):
            found = (more, slot)
    return None if found is None else found[1]


def _untold(_done: int, _whole: int) -> None:
    pass


def _exchanged(
    case: _Case,
    plan: _Plan,
    possible: Sequence[int],
    tries: int,
    progress: Callable[[int, int], None],
) -> _Plan:
    """Take out a few stops and put them back, one of them on a drawn day, as long as it pays."""
    rng = np.random.default_rng(case.seed)
    value = _value(case, plan)
    for turn in range(tries if possible else 0):
        progress(turn + 1, tries)
        gone = rng.choice(possible, int(rng.integers(1, min(4, len(possible)) + 1)), replace=False)
        trial = {stop: slot for stop, slot in plan.items() if stop not in gone}
        waiting = [stop for stop in possible if stop not in trial]
        rng.shuffle(waiting)
        drawn = waiting[0]
        slots = _slots(case.stops[drawn])
        trial[drawn] = slots[int(rng.integers(len(slots)))]
        if not np.isfinite(_score(case, trial, [trial[drawn][0]])):
            del trial[drawn]
        waiting.sort(key=lambda stop: case.stops[stop].prize is not None)
        for stop in waiting:
            slot = None if stop in trial else _cheapest(case, trial, stop)
            if slot is not None:
                trial[stop] = slot
        after = _value(case, trial)
        if after <= value:
            plan, value = trial, after
    return plan


def _value(case: _Case, plan: _Plan) -> tuple[int, float, float]:
    """What a plan is judged by, the least first: needed stops missing, prize lost, driving."""
    needed = sum(stop.prize is None for stop in case.stops)
    served = sum(case.stops[stop].prize is None for stop in plan)
    driven = _score(case, plan, sorted({slot[0] for slot in plan.values()}))
    return needed - served, -round(_worth(case, plan), 6), round(driven, 6)


def _opening(stop: Stop) -> Mapping[int, Window]:
    return dict.fromkeys(WEEKDAYS, ALL_DAY) if stop.windows is None else stop.windows


def routed(case: _Case, weekday: int, members: _Day) -> tuple[Route, ...] | None:
    """Return the rounds of one day, remembered; None when no way to do it was found."""
    key = (weekday, members)
    if key not in case.days:
        tasks = [
            Task(number, stop.place, stop.stay, *_opening(stop)[weekday])
            for number, stop in ((number, case.stops[number]) for number in sorted(members))
        ]
        working = [n for n, one in enumerate(case.vehicles) if weekday in one.weekdays]
        shifts = {n: case.vehicles[n] for n in working}
        case.days[key] = route_day(case.minutes, tasks, shifts, case.iterations, case.seed)
    return case.days[key]


def _alone(case: _Case, number: int) -> str | None:
    """Say why a stop cannot be served even alone: `reach`, `windows` or `shift`; None if it can."""
    stop, faults = case.stops[number], set()
    for weekday, (early, late) in _opening(stop).items():
        for vehicle in case.vehicles:
            out = case.minutes[vehicle.depot, stop.place]
            home = case.minutes[stop.place, vehicle.depot]
            begin = max(early, vehicle.start + out)
            if not np.isfinite(out + home):
                faults.add("reach")
            elif weekday not in vehicle.weekdays or begin + stop.stay > late:
                faults.add("windows")
            elif out + stop.stay + home > vehicle.shift or begin + stop.stay + home > vehicle.end:
                faults.add("shift")
            elif routed(case, weekday, frozenset({number})) is not None:
                return None
    return next((name for name in ("shift", "windows", "reach") if name in faults), "windows")


def _refuse_needed(stops: Sequence[Stop], alone: Mapping[int, str | None]) -> None:
    meaning = {
        "reach": "no vehicle has a route to it and back",
        "windows": "no vehicle can be there while it is open",
        "shift": "the drive, the stay and the way back exceed every shift",
    }
    for number, reason in alone.items():
        if reason is not None and stops[number].prize is None:
            raise Infeasible(reason, f"Stop {number} cannot be served: {meaning[reason]}.")


def _named(stops: Sequence[int]) -> str:
    return ("stop " if len(stops) == 1 else "stops ") + ", ".join(map(str, stops))


def _written(
    case: _Case, plan: _Plan, left: Sequence[LeftOut], possible: Sequence[int]
) -> RoundsPlan:
    rounds = [
        Round(
            week, weekday, one.vehicle, one.departure,
            tuple(Call(*call) for call in one.calls), one.back, one.driven,
        )
        for (week, weekday), members in sorted(_sets(case, plan).items())
        for one in routed(case, weekday, members) or ()
    ]  # fmt: skip
    driven = float(sum(one.driven for one in rounds))
    return RoundsPlan(
        rounds=tuple(rounds),
        weekday={stop: slot[0] for stop, slot in sorted(plan.items())},
        first_week={stop: slot[1] for stop, slot in sorted(plan.items())},
        left_out=tuple(left),
        driven=driven,
        prize=_worth(case, plan),
        bound=float(sum(case.stops[stop].prize or 0.0 for stop in possible)),
        least=min(_least(case, plan), driven),
        seed=case.seed,
    )


def _least(case: _Case, plan: _Plan) -> float:
    """Bound the driving of any plan that makes these visits."""
    served = [case.stops[number] for number in sorted(plan)]
    visits = [Visits(one.place, one.stay, WEEKS // _every(one)) for one in served]
    fleets = [Fleet(v.depot, v.shift, WEEKS * len(set(v.weekdays))) for v in case.vehicles]
    merged = [
        Fleet(depot, max(f.shift for f in own), sum(f.days for f in own))
        for depot in sorted({fleet.depot for fleet in fleets})
        for own in [[fleet for fleet in fleets if fleet.depot == depot]]
    ]
    return least_driving(case.minutes, visits, merged)


def checked(
    minutes: ArrayLike | Pairs,
    stops: Sequence[Stop],
    vehicles: Sequence[Vehicle],
    iterations: int,
    seed: int,
) -> _Case:
    table = _check.times("minutes", table_of(minutes))
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise BadArray(f"minutes must be a square table; got shape {table.shape}.")
    if not stops or not vehicles:
        raise BadParameter("at least one stop and one vehicle are needed.")
    for number, stop in enumerate(stops):
        _check_stop(number, stop, table.shape[0])
    for number, vehicle in enumerate(vehicles):
        _check_vehicle(number, vehicle, table.shape[0])
    steps = _check.whole("iterations", iterations, 1)
    return _Case(table, stops, vehicles, steps, _check.whole("seed", seed, 0))


def _check_stop(number: int, stop: Stop, places: int) -> None:
    if stop.pattern not in EVERY:
        raise BadParameter(
            f"the pattern of stop {number} must be {', '.join(EVERY)}; got {stop.pattern!r}."
        )
    _check_place(f"stop {number}", stop.place, places)
    _check.not_negative(f"the stay of stop {number}", stop.stay, " minutes")
    if stop.prize is not None:
        _check.not_negative(f"the prize of stop {number}", stop.prize)
    for weekday, (early, late) in _opening(stop).items():
        if weekday not in WEEKDAYS or not 0 <= early <= late <= ALL_DAY[1]:
            raise BadParameter(
                f"the windows of stop {number} must be (earliest, latest) minutes of a day, by"
                f" weekday from 0 to 6; got {weekday}: {(early, late)}."
            )


def _check_vehicle(number: int, vehicle: Vehicle, places: int) -> None:
    _check_place(f"the depot of vehicle {number}", vehicle.depot, places)
    _check.positive(f"the shift of vehicle {number}", vehicle.shift)
    if not 0 <= vehicle.start <= vehicle.end <= ALL_DAY[1]:
        raise BadParameter(
            f"vehicle {number} must start before it ends, within a day;"
            f" got {vehicle.start} and {vehicle.end}."
        )
    if not set(vehicle.weekdays) <= set(WEEKDAYS):
        raise BadParameter(
            f"the weekdays of vehicle {number} must be from 0 to 6; got {vehicle.weekdays}."
        )


def _check_place(name: str, place: int, places: int) -> None:
    if not 0 <= place < places:
        raise BadParameter(f"{name} must lie at a place from 0 to {places - 1}; got {place}.")
