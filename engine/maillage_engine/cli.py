"""Command line: `maillage-engine COMMAND --help`. Tables in, tables out; no maths here."""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from maillage_engine import models
from maillage_engine.access import nearest, two_step_access
from maillage_engine.calibration import TravelScore, calibrate, score_estimate
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, bands_of
from maillage_engine.cli_sharing import add_front, add_rounds
from maillage_engine.cli_siting import add_siting
from maillage_engine.cli_tables import Cell, column, write
from maillage_engine.decay import step_weight
from maillage_engine.errors import EngineError
from maillage_engine.matrix_file import read_matrix
from maillage_engine.travel import Places, TravelModel, estimate_minutes, pairs_within, places

MODELS: dict[str, TravelModel] = {
    "car": models.CAR_ROLLING,
    "car-mountain": models.CAR_MOUNTAIN,
    "car-assumed": models.CAR_ASSUMED,
    "foot": models.FOOT,
    "bicycle": models.BICYCLE,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 when the input is at fault."""
    parser = argparse.ArgumentParser(
        prog="maillage-engine",
        description="Accessibility, siting and travel times, from CSV, Parquet or GeoJSON.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_access, _add_travel, _add_calibrate, add_siting, add_front, add_rounds):
        add(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--output",
            type=Path,
            help="file to write (.csv, .parquet, .geojson); CSV here",
        )
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
    add_matrix(command)
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
    add_matrix(command)
    command.add_argument("--longest-km", type=float, default=40, help="default %(default)s")
    command.set_defaults(run=_calibrate)


def _access(args: argparse.Namespace) -> None:
    people = column(args.demand, "origin", "people")
    capacity = column(args.supply, "facility", "places")
    bands = bands_of(args.bands)
    times = aligned(
        read_matrix(args.matrix, unit=args.unit), list(people), list(capacity), bands[-1][0]
    )
    weight = times.matrix(step_weight(times.minutes, bands))
    result = two_step_access(list(people.values()), list(capacity.values()), weight)
    trip = nearest(times).minutes
    rows = zip(people, result.score.tolist(), trip.tolist(), strict=True)
    write(
        args.output,
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
    write(
        args.output,
        ["origin", "destination", "minutes"],
        ([from_names[i], to_names[j], f"{minutes:.3f}"] for i, j, minutes in triples),
    )


def _calibrate(args: argparse.Namespace) -> None:
    names, everywhere = _places(args.places)
    known = aligned(read_matrix(args.matrix, unit=args.unit), names, names, math.inf)
    base = TravelModel("car", models.CAR_ASSUMED.speeds_kmh, source=str(args.matrix.name))
    fitted = calibrate(known, everywhere, everywhere, base=base, longest_km=args.longest_km)
    off_diagonal = known.dense()
    np.fill_diagonal(off_diagonal, np.nan)
    write(
        args.output,
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


def _places(path: Path) -> tuple[list[str], Places]:
    names = list(column(path, "id", "lon"))
    lon, lat, density = (
        list(column(path, "id", name).values()) for name in ("lon", "lat", "density")
    )
    return names, places(lon, lat, density)


def _minutes(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"
