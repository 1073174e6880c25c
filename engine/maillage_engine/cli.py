"""Command line: `maillage-engine COMMAND --help`. Tables in, tables out; no maths here."""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import maillage_engine
from maillage_engine import models
from maillage_engine.access import Access, concerned, nearest, two_step_access
from maillage_engine.calibration import TravelScore, calibrate, score_estimate
from maillage_engine.cli_front import add_front
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, bands_of, command
from maillage_engine.cli_output import (
    Cell,
    check_output,
    line,
    rounded,
    tell,
    wants_map,
    write,
    write_map,
)
from maillage_engine.cli_rounds import add_rounds
from maillage_engine.cli_siting import add_siting
from maillage_engine.cli_tables import Inputs
from maillage_engine.decay import step_weight
from maillage_engine.errors import EngineError
from maillage_engine.inequality import gini, quantile
from maillage_engine.pairs import Pairs
from maillage_engine.travel import Places, TravelModel, estimate_minutes, pairs_within

MODELS: dict[str, TravelModel] = {
    "car": models.CAR_ROLLING,
    "car-mountain": models.CAR_MOUNTAIN,
    "car-assumed": models.CAR_ASSUMED,
    "foot": models.FOOT,
    "bicycle": models.BICYCLE,
}
TABLES = """Tables are told apart by their names:
  .csv      UTF-8, with a header; .csv.gz too. Columns separated by commas, semicolons or tabs;
            decimal commas where they are not separated by commas
  .parquet  with the extra `parquet`
  .geojson  points; their properties are the columns, lon and lat come from the point
What is wrong with the files is told all at once, and nothing is written. Results go to --output,
or as CSV to standard output; what is said about them (#) and progress go to the error stream."""
PLACES = "table with columns id,lon,lat (and density, 1 dense to 4 very sparse; 3 if absent)"
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 when the input is at fault, 130 when interrupted."""
    args = _parser().parse_args(argv)
    try:
        check_output(
            args.output, [given for given in vars(args).values() if _is_input(args, given)]
        )
        args.run(args)
        sys.stdout.flush()
    except FileNotFoundError as error:
        return _refused(f"{error.filename} does not exist.")
    except BrokenPipeError:  # whoever read the results has enough of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (EngineError, OSError) as error:
        return _refused(str(error))
    except KeyboardInterrupt:
        print("\nmaillage-engine: interrupted, nothing was written.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refused(why: str) -> int:
    print(f"maillage-engine: {why}", file=sys.stderr)
    return 2


def _is_input(args: argparse.Namespace, given: Any) -> bool:
    return isinstance(given, Path) and given is not args.output


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillage-engine",
        description="Accessibility, siting and travel times, from CSV, Parquet or GeoJSON.",
        epilog=TABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=maillage_engine.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_access, _add_travel, _add_calibrate, add_siting, add_front, add_rounds):
        add(commands)
    for each in commands.choices.values():
        each.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="file to write: .csv, .parquet or .geojson (by default CSV, to standard output)",
        )
    return parser


def _add_access(commands: Commands) -> None:
    asked = command(
        commands,
        "access",
        "score origins by reachable places per person",
        "access people.csv nurseries.csv times.csv --bands 10:1,20:0.5 --explain",
    )
    asked.add_argument(
        "demand", type=Path, help="table with columns origin,people (and lon,lat for a map)"
    )
    asked.add_argument("supply", type=Path, help="table with columns facility,places")
    add_matrix(asked)
    asked.add_argument(
        "--bands",
        default="10:1,20:0.68,30:0.22",
        help="minutes:weight, thresholds included (default %(default)s)",
    )
    asked.add_argument(
        "--explain", action="store_true", help="say who reaches nothing and how equal the rest is"
    )
    asked.set_defaults(run=_access)


def _add_travel(commands: Commands) -> None:
    asked = command(
        commands,
        "travel",
        "estimate travel times between places, or find them on a map of the roads",
        "travel homes.csv nurseries.geojson --model foot --cutoff 20 --output times.parquet",
    )
    asked.add_argument("origins", type=Path, help=PLACES)
    asked.add_argument("destinations", type=Path, help="the same")
    asked.add_argument("--model", choices=sorted(MODELS), default="car", help="default %(default)s")
    asked.add_argument(
        "--map",
        type=Path,
        metavar="EXTRACT",
        help="times by road on an OpenStreetMap extract, .osm.pbf (with the extra `osm`)",
    )
    asked.add_argument(
        "--farthest-km",
        type=float,
        default=2.0,
        help="beyond this from any road of the map, no route (default %(default)s)",
    )
    asked.add_argument("--cutoff", type=float, default=30, help="minutes (default %(default)s)")
    asked.add_argument(
        "--explain",
        action="store_true",
        help="say where the speeds come from and how sure they are",
    )
    asked.set_defaults(run=_travel)


def _add_calibrate(commands: Commands) -> None:
    asked = command(
        commands,
        "calibrate",
        "fit a travel model to known times and write its errors on them",
        "calibrate places.csv matrix.csv.gz --unit seconds --explain",
    )
    asked.add_argument("places", type=Path, help=PLACES)
    add_matrix(asked)
    asked.add_argument("--longest-km", type=float, default=40, help="default %(default)s")
    asked.add_argument("--explain", action="store_true", help="say what each column means")
    asked.set_defaults(run=_calibrate)


def _access(args: argparse.Namespace) -> None:
    inputs, bands = Inputs(), bands_of(args.bands)
    demand, supply = inputs.table(args.demand), inputs.table(args.supply)
    matrix = inputs.matrix(args.matrix, args.unit)
    origins, people, points = (
        demand.names("origin"),
        demand.numbers("people"),
        demand.points_if_any(),
    )
    facilities, capacity = supply.names("facility"), supply.numbers("places")
    inputs.check()
    times = aligned(matrix, (origins, facilities), bands[-1][0], args.matrix)
    weight = times.matrix(step_weight(times.minutes, bands))
    result = two_step_access(people, capacity, weight)
    header = ["origin", "places_per_person", "nearest_min"]
    columns: list[Sequence[Any]] = [
        origins,
        [float(f"{score:.9g}") for score in result.score],
        [rounded(minutes) for minutes in nearest(times).minutes],
    ]
    if args.explain:
        header += ["people", "unserved"]
        columns += [people, ["yes" if alone else "no" for alone in result.unserved]]
    if points is not None:
        header += ["lon", "lat"]
        columns += zip(*points, strict=True)
    write(args.output, header, zip(*columns, strict=True))
    if args.explain:
        _tell_access(result, people, capacity)


def _tell_access(result: Access, people: list[float], capacity: list[float]) -> None:
    handed, alone = float(np.dot(people, result.score)), concerned(result.unserved, people)
    tell(f"{handed:.6g} places of {sum(capacity):g} are within someone's reach")
    tell(
        f"{alone.places} origins of {len(people)}, {alone.people:g} people ({alone.share:.1%}),"
        " reach no place"
    )
    tell(
        f"the median person has {quantile(result.score, people, 0.5):.4g} places;"
        f" Gini index {gini(result.score, people):.3f} (0: all the same)"
    )


def _travel(args: argparse.Namespace) -> None:
    inputs, model = Inputs(), MODELS[args.model]
    start, end = inputs.table(args.origins), inputs.table(args.destinations)
    (leaving, origins), (arriving, destinations) = start.places(), end.places()
    inputs.check()
    credit, sources = "", [model.source, _sureness(model)]
    if args.map is None:
        found = pairs_within(origins, destinations, args.cutoff, model)
    else:
        found, credit, sources = _by_road(args, model.mode, (origins, destinations))
    triples = zip(
        found.origin.tolist(), found.destination.tolist(), found.minutes.tolist(), strict=True
    )
    rows = [(i, j, [leaving[i], arriving[j], round(minutes, 3)]) for i, j, minutes in triples]
    header = ["origin", "destination", "minutes"]
    if wants_map(args.output):
        write_map(
            args.output,
            [
                (line([_at(origins, i), _at(destinations, j)]), dict(zip(header, row, strict=True)))
                for i, j, row in rows
            ],
            credit=credit,
        )
    else:
        write(args.output, header, [row for _, _, row in rows], credit=credit)
    if credit:
        tell(credit)
    if args.explain:
        for source in sources:
            tell(source)
        tell(f"{len(rows)} pairs of {math.prod(found.shape)} are within {args.cutoff:g} minutes")


def _by_road(
    args: argparse.Namespace, mode: str, ends: tuple[Places, Places]
) -> tuple[Pairs, str, list[str]]:
    """Times on the map, whom to credit, and where the speeds come from."""
    engine: Any = maillage_engine  # the names below are loaded when first asked for
    profiles = (engine.CAR_ROADS, engine.FOOT_ROADS, engine.BICYCLE_ROADS)
    profile = next(one for one in profiles if one.mode == mode)
    network = engine.read_roads(args.map, profile)
    limits = {"cutoff_min": args.cutoff, "farthest_km": args.farthest_km}
    found = engine.road_minutes(network, *ends, **limits)
    for name, places in zip(("origins", "destinations"), ends, strict=True):
        far = int((network.km_to_road(places) > args.farthest_km).sum())
        if far:
            tell(f"{far} {name} lie beyond {args.farthest_km:g} km from any road: no route")
    return found, network.attribution, [profile.source]


def _sureness(model: TravelModel) -> str:
    if model.spread is None:
        return "the error of this model was never measured"
    low, high = model.interval(60.0, 0.8)
    return f"8 trips in 10 take between {low / 60:.2f} and {high / 60:.2f} times what is estimated"


def _at(where: Places, position: int) -> tuple[float, float]:
    return float(where.longitude[position]), float(where.latitude[position])


def _calibrate(args: argparse.Namespace) -> None:
    inputs = Inputs()
    names, everywhere = inputs.table(args.places).places()
    matrix = inputs.matrix(args.matrix, args.unit)
    inputs.check()
    known = aligned(matrix, (names, names), math.inf, args.matrix)
    base = TravelModel("car", models.CAR_ASSUMED.speeds_kmh, source=str(args.matrix.name))
    fitted = calibrate(known, everywhere, everywhere, base=base, longest_km=args.longest_km)
    off_diagonal = known.dense()
    np.fill_diagonal(off_diagonal, np.nan)
    write(
        args.output,
        ["model", *_score_header()],
        [
            [name, *_score_row(score_estimate(_estimate(everywhere, model), off_diagonal))]
            for name, model in (("fitted", fitted), *MODELS.items())
            if model.mode == "car"
        ],
    )
    speeds = ", ".join(f"{speed:.1f}" for speed in fitted.speeds_kmh)
    tell(
        f"fitted: speeds {speeds} km/h at {fitted.reference_km:g} km for density 1 to 4,"
        f" detour {fitted.detour:g}, exponent {fitted.exponent:.3f}, spread {fitted.spread:.3f}"
    )
    if args.explain:
        tell("bias, mae, rmse, p90: estimated less true minutes: mean, mean size, root of mean")
        tell(
            "square, size that 9 in 10 do not exceed; right_at_30: share of pairs put on the right"
        )
        tell("side of 30 minutes; missed_at_30: share of those within 30 that are put beyond")


def _estimate(everywhere: Places, model: TravelModel) -> Any:
    return estimate_minutes(everywhere, everywhere, model)


def _score_header() -> list[str]:
    return ["pairs", "bias_min", "mae_min", "rmse_min", "p90_min", "right_at_30", "missed_at_30"]


def _score_row(score: TravelScore) -> list[Cell]:
    at_30 = next(threshold for threshold in score.thresholds if threshold.minutes == 30)
    errors = (score.bias, score.mae, score.rmse, score.p90, at_30.right, at_30.missed)
    return [score.pairs, *(rounded(value) for value in errors)]
