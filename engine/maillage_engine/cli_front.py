"""The command `front`: practitioners who share sites."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from maillage_engine.cli_matrix import Commands, add_matrix, aligned, command
from maillage_engine.cli_output import Cell, Progress, rounded, tell, write
from maillage_engine.cli_tables import Inputs
from maillage_engine.errors import BadParameter
from maillage_engine.explain import reasons
from maillage_engine.pairs import Pairs
from maillage_engine.pooling import NOBODY, PoolingFront, SharedNetwork, pooling_front


def add_front(commands: Commands) -> None:
    """Add the command `front`."""
    asked = command(
        commands,
        "front",
        "list every best compromise between few sites, presence and travel",
        "front people.csv sites.csv staff.csv times.csv --share-minutes 20 --explain",
    )
    asked.add_argument("demand", type=Path, help="table with columns origin,people")
    asked.add_argument("sites", type=Path, help="table with a column site (and lon,lat)")
    asked.add_argument("staff", type=Path, help="table with columns practitioner,tenths")
    add_matrix(asked)
    asked.add_argument(
        "--between", type=Path, help="times from site to site (by default those of the matrix)"
    )
    asked.add_argument(
        "--share-minutes", type=float, default=30,
        help="minutes apart at most for sites that share someone (default %(default)s)",
    )  # fmt: skip
    asked.add_argument(
        "--share-sites", type=int, default=3,
        help="sites at most for one person (default %(default)s)",
    )  # fmt: skip
    asked.add_argument(
        "--sites", dest="counts", metavar="FEW:MANY", help="numbers of sites to look at"
    )
    asked.add_argument(
        "--floor", metavar="LOW:HIGH", help="tenths of presence at each site to look at"
    )
    asked.add_argument("--seconds", type=float, help="time allowed; the rest is left out")
    asked.add_argument(
        "--explain", action="store_true", help="say what each site is for and what was left out"
    )
    asked.set_defaults(run=_front)


def _front(args: argparse.Namespace) -> None:
    inputs = Inputs()
    homes, sites = inputs.table(args.demand), inputs.table(args.sites)
    staff = inputs.table(args.staff)
    matrix = inputs.matrix(args.matrix, args.unit, args.credit)
    trips = matrix if args.between is None else inputs.matrix(args.between, args.unit)
    origins, people = homes.names("origin"), homes.numbers("people")
    where, points = sites.names("site"), sites.points_if_any()
    posts, tenths = staff.names("practitioner"), staff.numbers("tenths")
    inputs.check()
    cost, demand = aligned(matrix, (origins, where), np.inf, args.matrix), np.array(people)
    between = aligned(trips, (where, where), np.inf, args.between or args.matrix)
    front = pooling_front(
        cost, demand, tenths, between=between,
        share_minutes=args.share_minutes, share_sites=args.share_sites,
        sites=_limits("--sites", args.counts), quality=_limits("--floor", args.floor),
        time_limit=args.seconds, progress=Progress("front"),
    )  # fmt: skip
    header = ["point", "sites", "floor", "person_minutes", "proven"]
    header += ["site", "practitioner", "tenths"]
    header += ["people", "mean_minutes"] if args.explain else []
    header += ["lon", "lat"] if points else []
    rows = [
        [*row, *(points[where.index(str(row[5]))] if points else ())]
        for number, found in enumerate(front.points, start=1)
        for row in _rows(number, found, (where, posts), (cost, demand), args.explain)
    ]
    write(args.output, header, rows, credit=inputs.attribution)
    _tell(front, args.explain)


def _rows(
    number: int,
    found: SharedNetwork,
    called: tuple[list[str], list[str]],
    asked: tuple[Pairs, Any],
    explain: bool,
) -> list[list[Cell]]:
    """Write a compromise: one row for each of its sites."""
    why = reasons(*asked, found.sites) if explain else None
    rows: list[list[Cell]] = []
    for at, site in enumerate(found.sites.tolist()):
        person = int(found.practitioner[at])
        row: list[Cell] = [number, found.sites.size, found.quality, round(found.objective, 6)]
        row += ["yes" if found.proven else "no", called[0][site]]
        row += [None if person == NOBODY else called[1][person], int(found.tenths[at])]
        if why is not None:
            row += [float(why.persons[at]), rounded(why.minutes[at])]
        rows.append(row)
    return rows


def _tell(front: PoolingFront, explain: bool) -> None:
    verdict = "every best compromise is listed" if front.complete else "some may be missing"
    tell(f"{len(front.points)} compromises; {verdict}")
    for lost in front.dominated if explain else ():
        tell(
            f"up to {lost.sites} sites, floor {lost.quality}: {lost.objective:.6g}"
            f" person-minutes, no better than point {lost.by + 1}"
        )
    for count, floor in front.impossible if explain else ():
        tell(f"up to {count} sites, floor {floor}: no network keeps it")


def _limits(option: str, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        low, high = map(int, text.split(":"))
    except ValueError:
        raise BadParameter(f"{option} must look like 1:12; got {text!r}.") from None
    return low, high
