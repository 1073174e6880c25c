"""The command `site`: where to open, why there, and how good the answer is known to be."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maillage_engine._bounds import relative_gap
from maillage_engine._check import Floats, Ints
from maillage_engine.capacity import capacitated_median
from maillage_engine.cli_matrix import Commands, add_matrix, aligned
from maillage_engine.cli_tables import Progress, column, names, write
from maillage_engine.errors import BadParameter
from maillage_engine.explain import compare_sites, reasons, steadiness
from maillage_engine.improvement import backup_cover, improve
from maillage_engine.matrix_file import read_matrix
from maillage_engine.pairs import Pairs, pairs
from maillage_engine.siting import max_cover, p_center, p_median, set_cover

DRAWS = 30


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
    command = commands.add_parser(
        "site", help="choose where to open, with a bound that no choice can beat"
    )
    command.add_argument("kind", choices=sorted(KINDS), help="what is sought")
    command.add_argument("demand", type=Path, help="table with columns origin,people")
    command.add_argument("sites", type=Path, help="table with a column site (and capacity, open)")
    add_matrix(command)
    command.add_argument("--p", type=int, help="how many sites (or how many to add, for improve)")
    command.add_argument("--close", type=int, default=0, help="how many may close (improve)")
    command.add_argument("--within", type=float, default=30, help="minutes (default %(default)s)")
    command.add_argument("--seconds", type=float, default=60, help="time allowed (%(default)s)")
    command.add_argument(
        "--explain", action="store_true", help="say why each site, and how steady it is"
    )
    command.set_defaults(run=_site)


def _site(args: argparse.Namespace) -> None:
    people = column(args.demand, "origin", "people")
    where = names(args.sites, "site")
    cost = aligned(read_matrix(args.matrix, unit=args.unit), list(people), where, np.inf)
    demand = np.array(list(people.values()))
    asked = _Asked(args, cost, demand, where)
    if args.kind not in {"set-cover"} and args.p is None:
        raise BadParameter(f"{args.kind} needs --p, the number of sites.")
    answer = KINDS[args.kind](asked, cost, demand)
    _write(args, asked, answer)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, so that it can be asked again of slightly different numbers."""

    args: argparse.Namespace
    cost: Pairs
    demand: Floats
    where: list[str]

    def numbers(self, name: str) -> Floats:
        return np.array(list(column(self.args.sites, "site", name).values()))

    def today(self) -> Ints:
        return np.flatnonzero(self.numbers("open") > 0)


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
        cost, demand, asked.numbers("capacity"), asked.args.p, time_limit=asked.args.seconds
    )
    return Answer(found.sites, found.objective, found.bound, found.proven, "person-minutes")


def _improve(asked: _Asked, cost: Pairs, demand: Floats) -> Answer:
    found = improve(
        cost, demand, asked.today(), opening=asked.args.p, closing=asked.args.close,
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


def _write(args: argparse.Namespace, asked: _Asked, answer: Answer) -> None:
    why = reasons(asked.cost, asked.demand, answer.sites)
    header = ["site", "people", "mean_minutes"]
    rows = [
        [asked.where[site], round(float(why.persons[at]), 6), _minutes(why.minutes[at])]
        for at, site in enumerate(answer.sites)
    ]
    if args.explain:
        header += ["minutes_added_if_closed", "left_without_if_closed", "chosen_again"]
        steady = _steady(asked)
        for at, (row, site) in enumerate(zip(rows, answer.sites, strict=True)):
            row += [f"{why.if_closed[at]:.1f}", f"{why.without[at]:g}", f"{steady[site]:.2f}"]
    write(args.output, header, rows)
    gap = relative_gap(answer.objective, answer.bound)
    verdict = "proven the best" if answer.proven else f"at most {gap:.3%} from the best"
    told = f"# {answer.objective:.6g} {answer.unit}; bound {answer.bound:.6g}: {verdict}"
    if args.output is None:
        print(told)
    if args.explain and args.kind == "improve":
        change = compare_sites(asked.cost, asked.demand, asked.today(), answer.sites)
        print(
            f"# {change.gain:g} people gain {change.minutes_gained:.1f} person-minutes,"
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


def _minutes(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.3f}"
