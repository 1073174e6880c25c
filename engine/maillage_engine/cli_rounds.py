"""The command `rounds`: the timetable of a service that travels, or the map of its tours."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import maillage_engine
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, command
from maillage_engine.cli_output import (
    Cell,
    Point,
    Progress,
    line,
    point,
    tell,
    wants_map,
    write,
    write_map,
)
from maillage_engine.cli_tables import Inputs, Table
from maillage_engine.errors import BadParameter

WHY = {
    "reach": "no route to it and back",
    "windows": "no vehicle can be there while it is open",
    "shift": "the drive, the stay and the way back exceed every shift",
    "room": "no day was found for it beside the others",
}
WEEKDAYS = range(7)  # from Monday
ROUND = ["week", "weekday", "vehicle"]
CALL = ["rank", "stop", "arrival", "start", "end"]
ENDS = ["departure", "back"]


def add_rounds(commands: Commands) -> None:
    """Add the command `rounds`."""
    asked = command(
        commands,
        "rounds",
        "plan four weeks of visits of a travelling team",
        "rounds stops.csv vehicles.csv times.csv --output tours.geojson --explain",
    )
    asked.add_argument(
        "stops",
        type=Path,
        help="table with columns stop,stay (and pattern, prize, open as 1:540-720;3:600-960,"
        " lon,lat for a map)",
    )
    asked.add_argument(
        "vehicles",
        type=Path,
        help="table with columns vehicle,depot (and shift, start, end, weekdays as 0,1,2, and"
        " lon,lat of the depot for a map)",
    )
    add_matrix(asked)
    asked.add_argument(
        "--exchanges", type=int, default=200, help="days tried for stops (default %(default)s)"
    )
    asked.add_argument("--seed", type=int, default=0, help="default %(default)s")
    asked.add_argument(
        "--explain", action="store_true", help="say which stops are left out, and why"
    )
    asked.set_defaults(run=_rounds)


def _rounds(args: argparse.Namespace) -> None:
    engine: Any = maillage_engine  # the names below are loaded when first asked for
    plan_rounds, stop_of, vehicle_of = engine.plan_rounds, engine.Stop, engine.Vehicle
    inputs = Inputs()
    calls, fleet = inputs.table(args.stops), inputs.table(args.vehicles)
    matrix = inputs.matrix(args.matrix, args.unit, args.credit)
    stops, asked = calls.names("stop"), _stops(calls)
    vehicles, depots, driven = (
        fleet.names("vehicle"),
        fleet.parsed("depot", _name),
        _vehicles(fleet),
    )
    points = (calls.points_if_any(), fleet.points_if_any())
    inputs.check()
    places = list(dict.fromkeys([*depots, *stops]))
    where = _where(points, stops, depots) if wants_map(args.output) else {}
    minutes = aligned(matrix, (places, places), np.inf, args.matrix).dense()
    np.fill_diagonal(minutes, 0.0)
    plan = plan_rounds(
        minutes,
        [stop_of(places.index(name), **one) for name, one in zip(stops, asked, strict=True)],
        [vehicle_of(places.index(name), **one) for name, one in zip(depots, driven, strict=True)],
        exchanges=args.exchanges, seed=args.seed, progress=Progress("rounds"),
    )  # fmt: skip
    if where:
        drawn = _map(plan, (stops, vehicles, depots), where)
        write_map(args.output, drawn, credit=inputs.attribution)
    else:
        rows = [
            [*_round(one, vehicles), *visit, _clock(one.departure), _clock(one.back)]
            for one in plan.rounds
            for visit in _visits(one, stops)
        ]
        write(args.output, [*ROUND, *CALL, *ENDS], rows, credit=inputs.attribution)
    tell(
        f"{len(plan.weekday)} of {len(stops)} stops, {plan.driven:.0f} minutes driven in four"
        f" weeks; {_proof(plan)}"
    )
    for left in plan.left_out if args.explain else ():
        tell(f"{stops[left.stop]} is left out: {WHY[left.reason]}")


def _proof(plan: Any) -> str:
    if plan.proven:
        return "proven, no plan does better"
    return (
        f"found by search, a better plan may exist: none drives under {plan.least:.0f} minutes"
        " for the same visits"
    )


def _where(
    points: tuple[list[Point] | None, list[Point] | None], stops: list[str], depots: list[str]
) -> dict[str, Point]:
    """Return where every stop and depot is; a depot may be one of the stops."""
    known: dict[str, Point] = {}
    for names, there in ((depots, points[1]), (stops, points[0])):
        known |= dict(zip(names, there, strict=True)) if there else {}
    lost = [name for name in dict.fromkeys([*stops, *depots]) if name not in known]
    if lost:
        raise BadParameter(
            f"a map needs lon and lat for every stop and depot; none for {lost[0]!r}."
        )
    return known


def _map(
    plan: Any, called: tuple[list[str], list[str], list[str]], where: dict[str, Point]
) -> list[tuple[dict[str, Any], dict[str, Cell]]]:
    """Draw each tour as a line from the depot and back, and each visit as a point."""
    stops, vehicles, depots = called
    features: list[tuple[dict[str, Any], dict[str, Cell]]] = []
    for one in plan.rounds:
        tour = dict(zip(ROUND, _round(one, vehicles), strict=True))
        depot = where[depots[one.vehicle]]
        path = [depot, *(where[stops[call.stop]] for call in one.calls), depot]
        ends = dict(zip(ENDS, map(_clock, (one.departure, one.back)), strict=True))
        features.append((line(path), {**tour, **ends, "driven_min": round(one.driven, 1)}))
        features += [
            (point(where[str(visit[1])]), {**tour, **dict(zip(CALL, visit, strict=True))})
            for visit in _visits(one, stops)
        ]
    return features


def _round(one: Any, vehicles: list[str]) -> list[Cell]:
    return [one.week + 1, one.weekday, vehicles[one.vehicle]]


def _visits(one: Any, stops: list[str]) -> list[list[Cell]]:
    return [
        [rank, stops[call.stop], *map(_clock, (call.arrival, call.start, call.end))]
        for rank, call in enumerate(one.calls, start=1)
    ]


def _stops(table: Table) -> list[dict[str, Any]]:
    return _given(
        stay=table.numbers("stay"),
        pattern=table.parsed("pattern", _name, needed=False),
        prize=table.parsed("prize", table.number, needed=False),
        windows=table.parsed("open", _windows, needed=False),
    )


def _vehicles(table: Table) -> list[dict[str, Any]]:
    names = ("shift", "start", "end")
    times = {name: table.parsed(name, table.number, needed=False) for name in names}
    return _given(**times, weekdays=table.parsed("weekdays", _weekdays, needed=False))


def _given(**columns: list[Any]) -> list[dict[str, Any]]:
    """Return, row by row, what is said; what is not is left to the engine's own defaults."""
    rows = zip(*columns.values(), strict=False)
    return [
        {name: cell for name, cell in zip(columns, row, strict=True) if cell is not None}
        for row in rows
    ]


def _name(cell: Any) -> str:
    name = "" if cell is None else str(cell).strip()
    if not name:
        raise ValueError("names nothing")
    return name


def _windows(text: Any) -> dict[int, tuple[float, float]]:
    """Read opening times: 1:540-720;3:600-960, minutes from midnight by weekday from 0."""
    found = {}
    try:
        for part in str(text).split(";"):
            day, hours = part.split(":")
            early, late = map(float, hours.split("-"))
            found[WEEKDAYS[int(day)]] = (early, late)
    except (ValueError, IndexError):
        raise ValueError("must look like 1:540-720;3:600-960 (weekdays from 0 to 6)") from None
    if not all(0 <= early < late for early, late in found.values()):
        raise ValueError("must open before it closes")
    return found


def _weekdays(text: Any) -> tuple[int, ...]:
    try:
        return tuple(WEEKDAYS[int(day)] for day in str(text).replace(";", ",").split(","))
    except (ValueError, IndexError):
        raise ValueError("must look like 0,1,2 (weekdays from 0 to 6)") from None


def _clock(minutes: float) -> str:
    """Write minutes from midnight as hours and minutes, to the next whole minute below."""
    return f"{int(minutes + 1e-6) // 60:02d}:{int(minutes + 1e-6) % 60:02d}"
