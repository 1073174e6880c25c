"""The command `site`: where to open, why there, and how good the answer is known to be."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maillage_engine import _problem
from maillage_engine._bounds import relative_gap
from maillage_engine._check import Floats, Ints
from maillage_engine.capacity import capacitated_median
from maillage_engine.cli_matrix import Commands, add_matrix, aligned, command
from maillage_engine.cli_output import Progress, clock, rounded, tell, write
from maillage_engine.cli_tables import Inputs
from maillage_engine.errors import BadParameter
from maillage_engine.explain import compare_sites, reasons, steadiness
from maillage_engine.improvement import backup_cover, improve
from maillage_engine.pairs import Pairs, pairs
from maillage_engine.siting import max_cover, p_center, p_median, set_cover

DRAWS = 30
YES, NO = {"1", "1.0", "true", "yes", "oui", "vrai"}, {"0", "0.0", "false", "no", "non", "faux"}
MEANINGS = """\
  p-median      shortest travel for all together
  p-center      shortest travel for who has the longest
  max-cover     most people within --within minutes
  backup-cover  most people with two sites within --within minutes
  set-cover     fewest sites that leave nobody beyond --within minutes
  capacitated   shortest travel, no site beyond its capacity
  improve       shortest travel from the sites open today, --p more, --close fewer"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What every kind of question gives back."""

    sites: Ints
    objective: float
    bound: float
    proven: bool
    unit: str


def add_siting(commands: Commands) -> None:
    """Add the command `site`."""
    asked = command(
        commands,
        "site",
        "choose where to open, with a bound that no choice can beat",
        "site p-median people.csv sites.csv times.csv --p 5 --explain",
    )
    asked.add_argument("kind", choices=sorted(KINDS), help="what is sought", metavar="kind")
    asked.epilog = f"kinds:\n{MEANINGS}\n\n{asked.epilog}"
    asked.add_argument("demand", type=Path, help="table with columns origin,people")
    asked.add_argument(
        "sites", type=Path,
        help="table with a column site (and capacity, open as 1 or 0, lon,lat for a map)",
    )  # fmt: skip
    add_matrix(asked)
    asked.add_argument("--p", type=int, help="how many sites (or how many to add, for improve)")
    asked.add_argument("--close", type=int, default=0, help="how many may close (improve)")
    asked.add_argument("--within", type=float, default=30, help="minutes (default %(default)s)")
    asked.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="to read and to search (default %(default)s); each try of --explain may take the rest",
    )
    asked.add_argument(
        "--explain", action="store_true", help="say why each site, and how steady it is"
    )
    asked.set_defaults(run=_site)


def _site(args: argparse.Namespace) -> None:
    if args.kind != "set-cover" and args.p is None:
        raise BadParameter(f"{args.kind} needs --p, the number of sites.")
    ends, inputs = _problem.deadline(args.seconds), Inputs()
    homes, sites = inputs.table(args.demand), inputs.table(args.sites)
    matrix = inputs.matrix(args.matrix, args.unit, args.credit)
    origins, people = homes.names("origin"), homes.numbers("people")
    where, points = sites.names("site"), sites.points_if_any()
    capacity = sites.numbers("capacity") if args.kind == "capacitated" else []
    today = sites.parsed("open", _is_open) if args.kind == "improve" else []
    inputs.check()
    cost = aligned(matrix, (origins, where), np.inf, args.matrix)
    asked = _Asked(args, cost, np.array(people), np.array(capacity), np.flatnonzero(today))
    args.seconds = _problem.left(ends)
    with clock(args.kind, args.seconds):
        answer = KINDS[args.kind](asked, cost, asked.demand)
    _write(asked, answer, where, points, inputs.attribution)


def _is_open(cell: object) -> bool:
    said = str(cell).strip().lower()
    if said not in YES | NO:
        raise ValueError("must be 1 (open today) or 0")
    return said in YES


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, so that it can be asked again of slightly different numbers."""

    args: argparse.Namespace
    cost: Pairs
    demand: Floats
    capacity: Floats
    today: Ints


Ask = Callable[[_Asked, Pairs, Floats], Answer]


def _median(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    found = p_median(cost, demand, asked.args.p, time_limit=asked.args.seconds)
    return Answer(found.sites, found.objective, found.bound, found.proven, "person-minutes")


def _center(asked: _Asked, cost: Pairs, _demand: Floats) -> Answer:
    found = p_center(cost, asked.args.p, time_limit=asked.args.seconds)
    return Answer(found.sites, found.objective, found.bound, found.proven, "minutes")


def _cover(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    within = pairs(cost, cutoff_min=asked.args.within)
    found = max_cover(within, demand, asked.args.p, time_limit=asked.args.seconds)
    return Answer(found.sites, found.objective, found.bound, found.proven, "persons")


def _backup(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    within = pairs(cost, cutoff_min=asked.args.within)
    found = backup_cover(within, demand, asked.args.p, time_limit=asked.args.seconds)
    return Answer(found.sites, found.objective, found.bound, found.proven, "persons")


def _set(asked: _Asked, cost: Pairs, _demand: Floats) -> Answer:
    found = set_cover(pairs(cost, cutoff_min=asked.args.within), time_limit=asked.args.seconds)
    return Answer(found.sites, found.objective, found.bound, found.proven, "sites")


def _capacity(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    found = capacitated_median(
        cost, demand, asked.capacity, asked.args.p, time_limit=asked.args.seconds
    )
    return Answer(found.sites, found.objective, found.bound, found.proven, "person-minutes")


def _improve(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    found = improve(
        cost, demand, asked.today, opening=asked.args.p, closing=asked.args.close,
        time_limit=asked.args.seconds,
    )  # fmt: skip
    return Answer(found.sites, found.objective, found.bound, found.proven, "person-minutes")


KINDS: dict[str, Ask] = {
    "p-median": _median,
    "p-center": _center,
    "max-cover": _cover,
    "backup-cover": _backup,
    "set-cover": _set,
    "capacitated": _capacity,
    "improve": _improve,
}


def _write(
    asked: _Asked, answer: Answer, where: list[str], points: list[tuple[float, float]] | None,
    credit: str,
) -> None:  # fmt: skip
    why = reasons(asked.cost, asked.demand, answer.sites)
    header = ["site", "people", "mean_minutes"]
    rows = [
        [where[site], round(float(why.persons[at]), 6), rounded(why.minutes[at])]
        for at, site in enumerate(answer.sites)
    ]
    if asked.args.explain:
        header += ["minutes_added_if_closed", "left_without_if_closed", "chosen_again"]
        steady = _steady(asked)
        for at, (row, site) in enumerate(zip(rows, answer.sites, strict=True)):
            row += [
                rounded(why.if_closed[at], 1),
                rounded(why.without[at]),
                rounded(steady[site], 2),
            ]
    if points is not None:
        header += ["lon", "lat"]
        rows = [[*row, *points[site]] for row, site in zip(rows, answer.sites, strict=True)]
    write(asked.args.output, header, rows, credit=credit)
    gap = relative_gap(answer.objective, answer.bound)
    verdict = "proven the best" if answer.proven else f"at most {gap:.3%} from the best"
    tell(f"{answer.objective:.6g} {answer.unit}; bound {answer.bound:.6g}: {verdict}")
    if asked.args.explain and asked.args.kind == "improve":
        change = compare_sites(asked.cost, asked.demand, asked.today, answer.sites)
        tell(
            f"{change.gain:g} people gain {change.minutes_gained:.1f} person-minutes,"
            f" {change.lose:g} lose {change.minutes_lost:.1f}"
        )


def _steady(asked: _Asked) -> Floats:
    """How often each site is chosen again when times and people are a little different."""
    progress, done = Progress("steadiness"), iter(range(1, DRAWS + 1))

    def choose(cost: Pairs, demand: Floats) -> Ints:
        found = KINDS[asked.args.kind](asked, cost, demand).sites
        progress(next(done), DRAWS)
        return found

    return steadiness(choose, asked.cost, asked.demand, draws=DRAWS)
