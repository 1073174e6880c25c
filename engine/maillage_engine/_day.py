"""One day of rounds: pyvrp finds the order, the timetable is then written and read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from maillage_engine._check import Floats
from maillage_engine.errors import BadParameter

try:
    import pyvrp as router
    from pyvrp.stop import MaxIterations as Iterations

    pyvrp: Any = router
    MaxIterations: Any = Iterations
except ImportError:  # an extra: stops and vehicles can be written down without it
    pyvrp = MaxIterations = None

SECONDS = 60  # a minute is handed over as whole seconds, rounded against us

Window: TypeAlias = tuple[float, float]  # minutes from midnight: earliest start, latest end


class Task(NamedTuple):
    """A visit to be made on this day."""

    stop: int
    place: int
    stay: float
    early: float
    late: float


class Shift(Protocol):
    """What a day needs to know of a vehicle."""

    @property
    def depot(self) -> int: ...
    @property
    def shift(self) -> float: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle's day: (stop, arrival, start, end) of each call."""

    vehicle: int
    departure: float
    calls: tuple[tuple[int, float, float, float], ...]
    back: float
    driven: float


def route_day(
    minutes: Floats,
    tasks: Sequence[Task],
    shifts: Mapping[int, Shift],
    iterations: int,
    seed: int,
) -> tuple[Route, ...] | None:
    """Return short rounds that make every visit; None when none were found."""
    if not tasks:
        return ()
    if not shifts:
        return None
    if pyvrp is None:
        raise BadParameter("planning rounds needs pyvrp: install maillage-engine[rounds].")
    model = _model(minutes, tasks, shifts)
    result = model.solve(MaxIterations(iterations), seed=seed, display=False)
    if not result.is_feasible():
        return None
    numbers, found = list(shifts), []
    for route in result.best.routes():
        order = [tasks[one.idx] for one in route if one.is_client()]
        number = numbers[route.vehicle_type()]
        timed = timetable(minutes, order, number, shifts[number])
        if timed is None:
            return None
        found.append(timed)
    return tuple(sorted(found, key=lambda one: one.vehicle))


def _model(minutes: Floats, tasks: Sequence[Task], shifts: Mapping[int, Shift]) -> Any:
    model = pyvrp.Model()
    where = sorted({task.place for task in tasks} | {shift.depot for shift in shifts.values()})
    places = {place: model.add_location(0, 0) for place in where}
    depots = {
        place: model.add_depot(places[place])
        for place in sorted({shift.depot for shift in shifts.values()})
    }
    for shift in shifts.values():
        model.add_vehicle_type(
            1, start_depot=depots[shift.depot], end_depot=depots[shift.depot],
            tw_early=ceil(shift.start * SECONDS), tw_late=floor(shift.end * SECONDS),
            shift_duration=floor(shift.shift * SECONDS),
        )  # fmt: skip
    for task in tasks:
        early, late = ceil(task.early * SECONDS), floor((task.late - task.stay) * SECONDS)
        if late < early:
            late = early = 2**40  # never: the visit does not fit in its window
        model.add_client(
            places[task.place], service_duration=ceil(task.stay * SECONDS),
            tw_early=early, tw_late=late,
        )  # fmt: skip
    for one in where:
        for other in where:
            trip = minutes[one, other]
            if one != other and np.isfinite(trip):
                drive = ceil(trip * SECONDS)
                model.add_edge(places[one], places[other], drive, drive)
    return model


def timetable(minutes: Floats, order: Sequence[Task], vehicle: int, shift: Shift) -> Route | None:
    """Leave as late as does not delay the return; None if the order breaks a rule."""
    path = [shift.depot, *(task.place for task in order), shift.depot]
    legs = [0.0 if one == other else float(minutes[one, other]) for one, other in pairwise(path)]
    if not np.isfinite(legs).all():
        return None
    starts = _starts(order, legs, shift.start)
    latest = starts[-1] if starts else shift.start
    for task, leg in zip(order[-2::-1], legs[-2:0:-1], strict=True):
        latest = min(task.late - task.stay, latest - leg - task.stay)
    departure = latest - legs[0]
    starts = _starts(order, legs, departure)
    calls, clock = [], departure
    for task, leg, start in zip(order, legs, starts, strict=False):
        if start + task.stay > task.late + 1e-6:
            return None
        calls.append((task.stop, clock + leg, start, start + task.stay))
        clock = start + task.stay
    back = clock + legs[-1]
    late = back > shift.end + 1e-6 or departure < shift.start - 1e-6
    if late or back - departure > shift.shift + 1e-6:
        return None
    return Route(vehicle, departure, tuple(calls), back, sum(legs))


def _starts(order: Sequence[Task], legs: Sequence[float], clock: float) -> list[float]:
    """Return when each visit starts after leaving at `clock`."""
    starts = []
    for task, leg in zip(order, legs, strict=False):
        clock = max(task.early, clock + leg)
        starts.append(clock)
        clock += task.stay
    return starts
