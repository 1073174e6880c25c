"""Command line: `maillage-engine COMMAND --help`. Reads CSV, writes CSV; no maths here."""

import argparse
import csv
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from maillage_engine import models
from maillage_engine.access import nearest, two_step_access
from maillage_engine.calibration import TravelScore, calibrate, score_estimate
from maillage_engine.decay import step_weight
from maillage_engine.errors import BadFile, BadParameter, EngineError
from maillage_engine.matrix_file import TravelMatrix, read_matrix
from maillage_engine.pairs import Pairs, pairs
from maillage_engine.travel import Places, TravelModel, estimate_minutes, pairs_within, places

MODELS: dict[str, TravelModel] = {
    "car": models.CAR_ROLLING,
    "car-mountain": models.CAR_MOUNTAIN,
    "car-assumed": models.CAR_ASSUMED,
    "foot": models.FOOT,
    "bicycle": models.BICYCLE,
}
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Cell: TypeAlias = str | float | int


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 when the input is at fault."""
    parser = argparse.ArgumentParser(
        prog="maillage-engine", description="Accessibility, inequality and travel times, from CSV."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_access, _add_travel, _add_calibrate):
        add(commands)
    args = parser.parse_args(argv)
    try:
        args.run(args)
    except (EngineError, OSError) as error:
        print(f"maillage-engine: {error}", file=sys.stderr)
        return 2
    return 0


def _add_access(commands: Commands) -> None:
    command = commands.add_parser("access", help="score origins by reachable places per person")
    command.add_argument("demand", type=Path, help="CSV with columns origin,people")
    command.add_argument("supply", type=Path, help="CSV with columns facility,places")
    _add_matrix(command)
    command.add_argument(
        "--bands",
        default="10:1,20:0.68,30:0.22",
        help="minutes:weight, thresholds included (default %(default)s)",
    )
    command.set_defaults(run=_access)


def _add_travel(commands: Commands) -> None:
    command = commands.add_parser("travel", help="estimate travel times between places")
    command.add_argument("origins", type=Path, help="CSV with columns id,lon,lat,density")
    command.add_argument("destinations", type=Path, help="CSV with columns id,lon,lat,density")
    command.add_argument("--model", choices=sorted(MODELS), default="car", help="default: car")
    command.add_argument("--cutoff", type=float, default=30, help="minutes (default %(default)s)")
    command.set_defaults(run=_travel)


def _add_calibrate(commands: Commands) -> None:
    command = commands.add_parser(
        "calibrate", help="fit a travel model to known times and print its errors on them"
    )
    command.add_argument("places", type=Path, help="CSV with columns id,lon,lat,density")
    _add_matrix(command)
    command.add_argument("--longest-km", type=float, default=40, help="default %(default)s")
    command.set_defaults(run=_calibrate)


def _add_matrix(command: argparse.ArgumentParser) -> None:
    command.add_argument("matrix", type=Path, help="known times, CSV (.gz): square or 3 columns")
    command.add_argument("--unit", choices=["minutes", "seconds"], default="minutes")


def _access(args: argparse.Namespace) -> None:
    people = _column(args.demand, "origin", "people")
    capacity = _column(args.supply, "facility", "places")
    bands = _bands(args.bands)
    times = _aligned(
        read_matrix(args.matrix, unit=args.unit), list(people), list(capacity), bands[-1][0]
    )
    weight = times.matrix(step_weight(times.minutes, bands))
    result = two_step_access(list(people.values()), list(capacity.values()), weight)
    trip = nearest(times).minutes
    rows = zip(people, result.score.tolist(), trip.tolist(), strict=True)
    _write(
        ["origin", "places_per_person", "nearest_min"],
        ([name, f"{score:.9g}", _minutes(minutes)] for name, score, minutes in rows),
    )


def _travel(args: argparse.Namespace) -> None:
    from_names, origins = _places(args.origins)
    to_names, destinations = _places(args.destinations)
    found = pairs_within(origins, destinations, args.cutoff, MODELS[args.model])
    triples = zip(
        found.origin.tolist(), found.destination.tolist(), found.minutes.tolist(), strict=True
    )
    _write(
        ["origin", "destination", "minutes"],
        ([from_names[i], to_names[j], f"{minutes:.3f}"] for i, j, minutes in triples),
    )


def _calibrate(args: argparse.Namespace) -> None:
    names, everywhere = _places(args.places)
    known = _aligned(read_matrix(args.matrix, unit=args.unit), names, names, math.inf)
    base = TravelModel("car", models.CAR_ASSUMED.speeds_kmh, source=str(args.matrix.name))
    fitted = calibrate(known, everywhere, everywhere, base=base, longest_km=args.longest_km)
    off_diagonal = known.dense()
    np.fill_diagonal(off_diagonal, np.nan)
    _write(
        ["model", *_score_header()],
        (
            [name, *_score_row(score_estimate(_estimate(everywhere, model), off_diagonal))]
            for name, model in (("fitted", fitted), *MODELS.items())
            if model.mode == "car"
        ),
    )
    speeds = ", ".join(f"{speed:.1f}" for speed in fitted.speeds_kmh)
    print(
        f"# fitted: speeds {speeds} km/h at {fitted.reference_km:g} km for density 1 to 4,"
        f" detour {fitted.detour:g}, exponent {fitted.exponent:.3f}, spread {fitted.spread:.3f}"
    )


def _estimate(everywhere: Places, model: TravelModel) -> Any:
    return estimate_minutes(everywhere, everywhere, model)


def _score_header() -> list[str]:
    return ["pairs", "bias_min", "mae_min", "rmse_min", "p90_min", "right_at_30", "missed_at_30"]


def _score_row(score: TravelScore) -> list[Cell]:
    at_30 = next(threshold for threshold in score.thresholds if threshold.minutes == 30)
    errors = (score.bias, score.mae, score.rmse, score.p90, at_30.right, at_30.missed)
    return [score.pairs, *(f"{value:.3f}" for value in errors)]


def _aligned(
    matrix: TravelMatrix, origins: list[str], destinations: list[str], cutoff_min: float
) -> Pairs:
    """Return the matrix's times in our order; a place it does not know is a fault."""
    rows = {name: position for position, name in enumerate(matrix.origins)}
    columns = {name: position for position, name in enumerate(matrix.destinations)}
    faults = [f"the matrix has no origin {name!r}." for name in origins if name not in rows]
    faults += [f"the matrix has no destination {n!r}." for n in destinations if n not in columns]
    if faults:
        raise BadFile("the travel-time matrix", faults)
    table = matrix.times.matrix(matrix.times.minutes)
    chosen = table[[rows[name] for name in origins], :][:, [columns[n] for n in destinations]]
    return pairs(chosen, cutoff_min=cutoff_min)


def _places(path: Path) -> tuple[list[str], Places]:
    names = list(_column(path, "id", "lon"))
    lon, lat, density = (
        list(_column(path, "id", column).values()) for column in ("lon", "lat", "density")
    )
    return names, places(lon, lat, density)


def _bands(text: str) -> list[tuple[float, float]]:
    try:
        return [(float(low), float(high)) for low, high in (b.split(":") for b in text.split(","))]
    except ValueError:
        raise BadParameter(f"bands must look like 10:1,20:0.5; got {text!r}.") from None


def _column(path: Path, key: str, value: str) -> dict[str, float]:
    """Read one column of numbers by name, or list every fault of the file."""
    faults: list[str] = []
    found: dict[str, float] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = {key, value} - set(reader.fieldnames or ())
        if missing:
            raise BadFile(path.name, [f"row 1: column {name!r} is missing." for name in missing])
        for number, row in enumerate(reader, start=2):
            name = (row[key] or "").strip()
            if not name or name in found:
                faults.append(f"row {number}, column {key!r}: {name!r} is empty or given twice.")
            found[name] = _number(row[value], f"row {number}, column {value!r}", faults)
    if faults:
        raise BadFile(path.name, faults)
    return found


def _number(text: str | None, where: str, faults: list[str]) -> float:
    try:
        return float(text or "")
    except ValueError:
        faults.append(f"{where}: {text!r} is not a number.")
        return math.nan


def _minutes(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"


def _write(header: list[str], rows: Iterable[Sequence[Cell]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
