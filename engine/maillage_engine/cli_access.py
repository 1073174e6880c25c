"""The command `access`: places per person, and who reaches none."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from maillage_engine.access import Access, concerned, nearest, two_step_access
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, bands_of, command
from maillage_engine.cli_output import rounded, tell, write
from maillage_engine.cli_tables import Inputs
from maillage_engine.decay import step_weight
from maillage_engine.inequality import gini, quantile


def add_access(commands: Commands) -> None:
    """Add the command `access`."""
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


def _access(args: argparse.Namespace) -> None:
    inputs, bands = Inputs(), bands_of(args.bands)
    demand, supply = inputs.table(args.demand), inputs.table(args.supply)
    matrix = inputs.matrix(args.matrix, args.unit, args.credit)
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
    write(args.output, header, zip(*columns, strict=True), credit=inputs.attribution)
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
