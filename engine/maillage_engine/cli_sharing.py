"""The commands `front` and `rounds`: practitioners who share sites, services that travel."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

import maillage_engine
from maillage_engine.cli_matrix import Commands, add_matrix, aligned
from maillage_engine.cli_tables import Cell, Progress, column, names, read_rows, write
from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.explain import reasons
from maillage_engine.matrix_file import read_matrix
from maillage_engine.pairs import Pairs
from maillage_engine.pooling import NOBODY, PoolingFront, SharedNetwork, pooling_front

WHY = {
    "reach": "no route to it and back",
    "windows": "no vehicle can be there while it is open",
    "shift": "the drive, the stay and the way back exceed every shift",
    "room": "no day was found for it beside the others",
}


def add_front(commands: Commands) -> None:
    """Add the command `front`."""
    command = commands.add_parser(
        "front", help="list every best compromise between few sites, presence and travel"
    )
    command.add_argument("demand", type=Path, help="table with columns origin,people")
    command.add_argument("sites", type=Path, help="table with a column site (and lon, lat)")
    command.add_argument("staff", type=Path, help="table with columns practitioner,tenths")
    add_matrix(command)
    command.add_argument("--between", type=Path, help="times from site to site; the matrix else")
    command.add_argument("--share-minutes", type=float, default=30, help="default %(default)s")
    command.add_argument("--share-sites", type=int, default=3, help="default %(default)s")
    command.add_argument("--sites", dest="counts", help="fewest:most sites to look at")
    command.add_argument("--floor", help="lowest:highest tenths at each site to look at")
    command.add_argument("--seconds", type=float, help="time allowed; the rest is left out")
    command.add_argument(
        "--explain", action="store_true", help="say what each site is for and what was left out"
    )
    command.set_defaults(run=_front)


def add_rounds(commands: Commands) -> None:
    """Add the command `rounds`."""
    command = commands.add_parser("rounds", help="plan four weeks of visits of a travelling team")
    command.add_argument(
        "stops",
        type=Path,
        help="table with columns stop,stay (and pattern, prize, open as 1:540-720;3:600-960)",
    )
    command.add_argument(
        "vehicles",
        type=Path,
        help="table with columns vehicle,depot (and shift, start, end, weekdays as 0,1,2)",
    )
    add_matrix(command)
    command.add_argument("--exchanges", type=int, default=200, help="default %(default)s")
    command.add_argument("--seed", type=int, default=0, help="default %(default)s")
    command.add_argument(
        "--explain", action="store_true", help="say which stops are left out, and why"
    )
    command.set_defaults(run=_rounds)


def _front(args: argparse.Namespace) -> None:
    people, where = column(args.demand, "origin", "people"), names(args.sites, "site")
    posts = column(args.staff, "practitioner", "tenths")
    matrix = read_matrix(args.matrix, unit=args.unit)
    cost = aligned(matrix, list(people), where, np.inf)
    trips = matrix if args.between is None else read_matrix(args.between, unit=args.unit)
    demand = np.array(list(people.values()))
    front = pooling_front(
        cost, demand, list(posts.values()),
        between=aligned(trips, where, where, np.inf),
        share_minutes=args.share_minutes, share_sites=args.share_sites,
        sites=_limits("--sites", args.counts), quality=_limits("--floor", args.floor),
        time_limit=args.seconds, progress=Progress("front"),
    )  # fmt: skip
    header = ["point", "sites", "floor", "person_minutes", "proven"]
    header += ["site", "practitioner", "tenths"]
    header += ["people", "mean_minutes"] if args.explain else []
    points = _located(args.sites)
    rows = [
        [*row, *(points[where.index(str(row[5]))] if points else [])]
        for number, point in enumerate(front.points, start=1)
        for row in _rows(number, point, (where, list(posts)), (cost, demand), args.explain)
    ]
    write(args.output, header + (["lon", "lat"] if points else []), rows)
    if args.output is None or args.explain:
        _tell_front(front, args.explain)


def _rows(
    number: int,
    point: SharedNetwork,
    called: tuple[list[str], list[str]],
    asked: tuple[Pairs, Any],
    explain: bool,
) -> list[list[Cell]]:
    """Write a compromise: one row for each of its sites."""
    why = reasons(*asked, point.sites) if explain else None
    rows: list[list[Cell]] = []
    for at, site in enumerate(point.sites.tolist()):
        person = int(point.practitioner[at])
        row: list[Cell] = [number, point.sites.size, point.quality, round(point.objective, 6)]
        row += ["yes" if point.proven else "no", called[0][site]]
        row += ["" if person == NOBODY else called[1][person], int(point.tenths[at])]
        if why is not None:
            mean = float(why.minutes[at])
            row += [float(why.persons[at]), "" if np.isnan(mean) else f"{mean:.3f}"]
        rows.append(row)
    return rows


def _tell_front(front: PoolingFront, explain: bool) -> None:
    verdict = "every best compromise is listed" if front.complete else "some may be missing"
    print(f"# {len(front.points)} compromises; {verdict}")
    for lost in front.dominated if explain else ():
        print(
            f"# up to {lost.sites} sites, floor {lost.quality}: {lost.objective:.6g}"
            f" person-minutes, no better than point {lost.by + 1}"
        )
    for count, floor in front.impossible if explain else ():
        print(f"# up to {count} sites, floor {floor}: no network keeps it")


def _located(path: Path) -> list[list[Cell]]:
    """Return the longitude and latitude of each site; empty when the table has none."""
    rows = read_rows(path)
    if not rows or not {"lon", "lat"} <= set(rows[0]):
        return []
    pairs = zip(
        column(path, "site", "lon").values(), column(path, "site", "lat").values(), strict=True
    )
    return [[lon, lat] for lon, lat in pairs]


def _limits(option: str, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        low, high = map(int, text.split(":"))
    except ValueError:
        raise BadParameter(f"{option} must look like 1:12; got {text!r}.") from None
    return low, high


def _rounds(args: argparse.Namespace) -> None:
    try:
        engine: Any = maillage_engine
        plan_rounds, stop_of, vehicle_of = engine.plan_rounds, engine.Stop, engine.Vehicle
    except ModuleNotFoundError as error:  # the extra is not installed: it says which
        raise BadParameter(str(error)) from error
    matrix = read_matrix(args.matrix, unit=args.unit)
    stops, vehicles = names(args.stops, "stop"), names(args.vehicles, "vehicle")
    faults: list[str] = []
    asked = [_stop(*line, faults) for line in enumerate(read_rows(args.stops), start=2)]
    fleet = [_vehicle(*line, faults) for line in enumerate(read_rows(args.vehicles), start=2)]
    if faults:
        raise BadFile(f"{args.stops.name} and {args.vehicles.name}", faults)
    places = list(dict.fromkeys([*(one["depot"] for one in fleet), *stops]))
    minutes = aligned(matrix, places, places, np.inf).dense()
    np.fill_diagonal(minutes, 0.0)
    plan = plan_rounds(
        minutes,
        [stop_of(place=places.index(name), **one) for name, one in zip(stops, asked, strict=True)],
        [vehicle_of(**(one | {"depot": places.index(one["depot"])})) for one in fleet],
        exchanges=args.exchanges, seed=args.seed, progress=Progress("rounds"),
    )  # fmt: skip
    rows = [
        [one.week + 1, one.weekday, vehicles[one.vehicle], rank, stops[call.stop],
         *map(_clock, (call.arrival, call.start, call.end, one.departure, one.back))]
        for one in plan.rounds
        for rank, call in enumerate(one.calls, start=1)
    ]  # fmt: skip
    header = ["week", "weekday", "vehicle", "rank", "stop", "arrival", "start", "end"]
    write(args.output, [*header, "departure", "back"], rows)
    if args.output is None or args.explain:
        print(
            f"# {len(plan.weekday)} of {len(stops)} stops, {plan.driven:.0f} minutes driven in four"
            " weeks; found by search, a better plan may exist"
        )
    for left in plan.left_out if args.explain else ():
        print(f"# {stops[left.stop]} is left out: {WHY[left.reason]}")


def _stop(line: int, row: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"stay": _read(row, "stay", float, line, faults)}
    if _given(row, "pattern"):
        found["pattern"] = str(row["pattern"]).strip()
    if _given(row, "prize"):
        found["prize"] = _read(row, "prize", float, line, faults)
    if _given(row, "open"):
        found["windows"] = _read(row, "open", _windows, line, faults)
    return found


def _vehicle(line: int, row: dict[str, Any], faults: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"depot": _read(row, "depot", str, line, faults)}
    for name in ("shift", "start", "end"):
        if _given(row, name):
            found[name] = _read(row, name, float, line, faults)
    if _given(row, "weekdays"):
        found["weekdays"] = _read(row, "weekdays", _weekdays, line, faults)
    return found


def _given(row: dict[str, Any], name: str) -> bool:
    return row.get(name) is not None and str(row[name]).strip() != ""


def _read(row: dict[str, Any], name: str, kind: Any, line: int, faults: list[str]) -> Any:
    try:
        return kind(str(row[name]).strip())
    except (KeyError, ValueError):
        faults.append(f"row {line}, column {name!r}: {row.get(name)!r} cannot be read.")
        return None


def _windows(text: str) -> dict[int, tuple[float, float]]:
    """Read opening times: 1:540-720;3:600-960, minutes from midnight by weekday from 0."""
    found = {}
    for part in text.split(";"):
        day, hours = part.split(":")
        early, late = hours.split("-")
        found[int(day)] = (float(early), float(late))
    return found


def _weekdays(text: str) -> tuple[int, ...]:
    return tuple(int(day) for day in text.split(","))


def _clock(minutes: float) -> str:
    """Write minutes from midnight as hours and minutes, to the next whole minute below."""
    return f"{int(minutes + 1e-6) // 60:02d}:{int(minutes + 1e-6) % 60:02d}"
