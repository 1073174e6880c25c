"""The commands `travel` and `calibrate`: times from place to place, and how wrong they are."""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import maillage_engine
from maillage_engine import models
from maillage_engine.attribution import attribution_of
from maillage_engine.calibration import TravelScore, calibrate, score_estimate
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, command
from maillage_engine.cli_output import (
    Cell,
    Progress,
    line,
    rounded,
    tell,
    wants_map,
    watched,
    write,
    write_map,
)
from maillage_engine.cli_tables import Inputs
from maillage_engine.pairs import Pairs
from maillage_engine.travel import Places, TravelModel, estimate_minutes, pairs_within

MODELS: dict[str, TravelModel] = {
    "car": models.CAR_ROLLING,
    "car-mountain": models.CAR_MOUNTAIN,
    "car-assumed": models.CAR_ASSUMED,
    "foot": models.FOOT,
    "bicycle": models.BICYCLE,
}
PLACES = "table with columns id,lon,lat (and density, 1 dense to 4 very sparse; 3 if absent)"


def add_travel(commands: Commands) -> None:
    """Add the command `travel`."""
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


def add_calibrate(commands: Commands) -> None:
    """Add the command `calibrate`."""
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


def _travel(args: argparse.Namespace) -> None:
    inputs, model = Inputs(), MODELS[args.model]
    start, end = inputs.table(args.origins), inputs.table(args.destinations)
    (leaving, origins), (arriving, destinations) = start.places(), end.places()
    inputs.check()
    sources = [model.source, _sureness(model)]
    if args.map is None:
        asked = (origins, destinations, args.cutoff, model)
        found = pairs_within(*asked, progress=Progress("estimating"))
    else:
        found, sources = _by_road(args, model.mode, (origins, destinations))
    credit, header = attribution_of(inputs, found), ["origin", "destination", "minutes"]
    pairs = watched(_triples(found), found.minutes.size)
    rows: Iterator[tuple[int, int, list[Cell]]] = (
        (i, j, [leaving[i], arriving[j], round(minutes, 3)]) for i, j, minutes in pairs
    )
    if wants_map(args.output):
        lines = (
            (line([_at(origins, i), _at(destinations, j)]), dict(zip(header, row, strict=True)))
            for i, j, row in rows
        )
        write_map(args.output, lines, credit=credit)
    else:
        write(args.output, header, (row for _, _, row in rows), credit=credit)
    if args.explain:
        for source in sources:
            tell(source)
        all_pairs = math.prod(found.shape)
        tell(f"{found.minutes.size} pairs of {all_pairs} are within {args.cutoff:g} minutes")


def _triples(found: Pairs) -> Iterator[tuple[int, int, float]]:
    return zip(
        found.origin.tolist(), found.destination.tolist(), found.minutes.tolist(), strict=True
    )


def _by_road(
    args: argparse.Namespace, mode: str, ends: tuple[Places, Places]
) -> tuple[Pairs, list[str]]:
    """Times on the map, and where the speeds come from."""
    engine: Any = maillage_engine  # the names below are loaded when first asked for
    profiles = (engine.CAR_ROADS, engine.FOOT_ROADS, engine.BICYCLE_ROADS)
    profile = next(one for one in profiles if one.mode == mode)
    network = engine.read_roads(args.map, profile)
    limits = {"cutoff_min": args.cutoff, "farthest_km": args.farthest_km}
    found = engine.road_minutes(network, *ends, **limits, progress=Progress("by road"))
    for name, places in zip(("origins", "destinations"), ends, strict=True):
        far = int((network.km_to_road(places) > args.farthest_km).sum())
        if far:
            tell(f"{far} {name} lie beyond {args.farthest_km:g} km from any road: no route")
    return found, [profile.source]


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
    matrix = inputs.matrix(args.matrix, args.unit, args.credit)
    inputs.check()
    known = aligned(matrix, (names, names), math.inf, args.matrix)
    base = TravelModel("car", models.CAR_ASSUMED.speeds_kmh, source=str(args.matrix.name))
    fitted = calibrate(known, everywhere, everywhere, base=base, longest_km=args.longest_km)
    credit = attribution_of(inputs, fitted, *MODELS.values())
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
        credit=credit,
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
