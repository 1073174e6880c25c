"""One linear programme that bounds every shared network, and exact answers on the sites it keeps.

Sites are served by practitioners. One practitioner's sites are a group: all within the minutes of
sharing of each other, led by the site of least number. Travel is written by Benders cuts: for any
level D of an origin, its minutes are at least D less what nearer open sites spare, whatever the
number of sites and the floor of quality. So cuts found for one question help all the others.
"""

from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

import highspy
import numpy as np
from numpy.typing import NDArray

from maillage_engine import _problem
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._milp import Programme

Mask: TypeAlias = NDArray[np.bool_]
Groups: TypeAlias = list[list[int]]
SAME = 1e-9  # two totals closer than this, relatively, are the same total
SECONDS = 1 / 600  # a tenth of a second each: sites that add less are always tried
VIOLATED = 1e-7  # minutes under which a cut says nothing new
FIRST = 0.002  # sites that would cost at most this part of the bound are tried first
ROUNDS = 200
CLOSE = 0.1  # part of the span under which a cut's slack is worth writing at once
MOST_CUTS = 6_000  # beyond, cuts that no longer bind are dropped between two numbers of sites


@dataclass(frozen=True, slots=True)
class Field:
    """Origins, candidate sites and which of them may share a practitioner."""

    minutes: Floats  # (origins, sites), infinite where out of reach
    people: Floats  # (origins,) > 0
    outside: float  # minutes of an origin out of reach of all open sites; infinite: not allowed
    near: Mask  # (sites, sites) symmetric, false on the diagonal
    order: Ints  # (origins, sites) by increasing minutes
    sorted: Floats  # minutes in that order, at most `outside`

    def total(self, sites: Ints) -> float:
        """Return the person-minutes to these sites."""
        return float(self.people @ np.minimum(self.minutes[:, sites].min(axis=1), self.outside))


@dataclass(frozen=True, slots=True)
class Question:
    """At most `count` sites; at most ``sizes[s]`` practitioners have more than `s` of them."""

    count: int
    sizes: tuple[int, ...]
    least: int = 1

    def allows(self, groups: Groups) -> bool:
        """Whether these groups are neither too many nor too large."""
        large = [sum(len(group) > size for group in groups) for size in range(len(self.sizes))]
        few = self.least <= sum(map(len, groups)) <= self.count
        return few and all(n <= most for n, most in zip(large, self.sizes, strict=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """The least total found, and what no network can beat; both infinite when there is none."""

    total: float
    bound: float
    groups: Groups


def total_met(answer: Answer) -> bool:
    """Whether the bound meets the total."""
    return answer.total - answer.bound <= SAME * abs(answer.total)


@dataclass(slots=True)
class Cuts:
    """Origin `i` travels at least D less what open sites nearer than D spare."""

    place: Field
    known: dict[tuple[int, int], int] = field(default_factory=dict)  # cut: its row

    def violated(self, share: Floats, travel: Floats) -> list[tuple[int, int]]:
        """Return the strongest cut of every origin that says more than `travel`.

        The level is where the open shares of nearer sites first sum to one.
        """
        place = self.place
        summed = np.cumsum(share[place.order], axis=1)
        level = np.minimum((summed < 1 - 1e-9).sum(axis=1), place.order.shape[1] - 1)
        rows = np.arange(level.size)
        far = place.sorted[rows, level]
        far = np.where(np.isfinite(far), far, self._farthest(rows))
        spared = np.maximum(far[:, None] - place.sorted, 0.0)
        least = far - (spared * share[place.order]).sum(axis=1)
        fresh = np.flatnonzero(least > travel + VIOLATED * np.maximum(1.0, travel))
        return [(int(i), int(np.searchsorted(place.sorted[i], far[i]))) for i in fresh]

    def _farthest(self, rows: Ints) -> Floats:
        reached = np.where(np.isfinite(self.place.sorted), self.place.sorted, -np.inf)
        return np.asarray(reached[rows].max(axis=1))

    def level(self, cut: tuple[int, int]) -> tuple[float, Ints, Floats]:
        """Return D, the sites nearer than D, and what each spares."""
        origin, nearer = cut
        costs = self.place.sorted[origin]
        far = float(costs[nearer]) if nearer < costs.size else float(self.place.outside)
        return far, self.place.order[origin, :nearer], far - costs[:nearer]


@dataclass(slots=True)
class Relaxation:
    """The linear programme over all sites, kept warm from one question to the next."""

    place: Field
    biggest: int  # sites of the largest group
    cuts: Cuts = field(init=False)
    solver: highspy.Highs = field(init=False)
    edge: Ints = field(init=False)  # (edges, 2) leader and member
    rows: int = 0
    first: int = 0  # row of the number of sites; then one row per size of group
    cut_row: int = 0

    def __post_init__(self) -> None:
        self.cuts = Cuts(self.place)
        leader, member = np.nonzero(np.triu(self.place.near, 1))
        self.edge = np.column_stack([leader, member]).astype(np.int64)
        self._build([])

    def _build(self, kept: list[tuple[int, int]]) -> None:
        """Write the programme with the cuts given."""
        place, edge = self.place, self.edge
        sites, origins, programme = place.near.shape[0], place.people.size, Programme()
        opened = programme.variables(np.zeros(sites), high=1.0)
        programme.variables(place.people, low=place.sorted[:, 0])
        lead = programme.variables(np.zeros(sites))
        joins = programme.variables(np.zeros(len(edge)))
        more = programme.variables(np.zeros((self.biggest - 1, sites)))
        own = np.arange(sites)
        programme.constrain(
            np.r_[own, own, edge[:, 1]],
            np.r_[opened, lead, joins],
            np.r_[np.ones(sites), -np.ones(sites + len(edge))],
            least=0.0, most=0.0, count=sites,
        )  # fmt: skip
        self.first = sites
        programme.constrain(0, opened, 1.0, most=0.0)
        programme.constrain(0, lead, 1.0, most=0.0)
        for size in range(self.biggest - 1):
            programme.constrain(0, more[size], 1.0, most=0.0)
        if self.biggest > 1:
            programme.constrain(
                np.r_[edge[:, 0], np.tile(own, self.biggest - 1)],
                np.r_[joins, more.ravel()],
                np.r_[np.ones(len(edge)), -np.ones(more.size)],
                most=0.0, count=sites,
            )  # fmt: skip
        for size in range(self.biggest - 1):
            before = lead if size == 0 else more[size - 1]
            programme.constrain(
                np.r_[own, own], np.r_[more[size], before], np.repeat([1.0, -1.0], sites),
                most=0.0, count=sites,
            )  # fmt: skip
        short = np.flatnonzero(~np.isfinite(np.minimum(place.sorted, place.outside)).all(axis=1))
        for origin in short:
            within = np.flatnonzero(np.isfinite(place.minutes[origin]))
            programme.constrain(0, opened[within], 1.0, least=1.0)
        assert programme.size == 2 * sites + origins + len(edge) + more.size  # noqa: S101
        self.solver = programme.open()
        self.cut_row = programme.rows
        self.cuts.known = {}
        self.add(kept)

    def add(self, cuts: list[tuple[int, int]]) -> None:
        """Write cuts as rows."""
        cuts = [cut for cut in cuts if cut not in self.cuts.known]
        if not cuts:
            return
        sites = self.place.near.shape[0]
        starts: list[int] = []
        index: list[Ints] = []
        value: list[Floats] = []
        least: list[float] = []
        for cut in cuts:
            far, nearer, spared = self.cuts.level(cut)
            starts.append(sum(part.size for part in index))
            index.append(np.r_[nearer, sites + cut[0]])
            value.append(np.r_[spared, 1.0])
            least.append(far)
            self.cuts.known[cut] = self.cut_row + len(self.cuts.known)
        count = len(cuts)
        self.solver.addRows(
            count, np.array(least), np.full(count, np.inf), sum(part.size for part in index),
            np.array(starts, dtype=np.int32), np.concatenate(index).astype(np.int32),
            np.concatenate(value),
        )  # fmt: skip

    def solve(self, question: Question, ends: float) -> tuple[float, Floats, Floats] | None:
        """Return the bound, open shares and what opening each site would add; None: impossible."""
        sites, origins = self.place.near.shape[0], self.place.people.size
        self.solver.changeRowBounds(self.first, float(question.least), float(question.count))
        for size in range(self.biggest):
            most = question.sizes[size] if size < len(question.sizes) else 0
            self.solver.changeRowBounds(self.first + 1 + size, -np.inf, float(most))
        for _ in range(ROUNDS):
            self.solver.run()
            if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            values = np.asarray(self.solver.getSolution().col_value)
            fresh = self.cuts.violated(values[:sites], values[sites : sites + origins])
            if self.cuts.known.keys() >= set(fresh) or work_clock() > ends:
                break
            self.add(fresh)
        bound = float(self.solver.getInfo().objective_function_value)
        return bound, values[:sites], self._added()

    def _added(self) -> Floats:
        """Return what the bound rises by, at least, when each site is open."""
        sites, origins = self.place.near.shape[0], self.place.people.size
        dual = np.maximum(0.0, np.asarray(self.solver.getSolution().col_dual))
        role = dual[sites + origins : 2 * sites + origins].copy()
        joins = dual[2 * sites + origins : 2 * sites + origins + len(self.edge)]
        np.minimum.at(role, self.edge[:, 1], joins)
        return np.asarray(dual[:sites] + role)

    def close(self, span: float) -> list[tuple[int, int]]:
        """Return the cuts that bind, or nearly so, once the total has risen by `span`."""
        activity = np.asarray(self.solver.getSolution().row_value)
        near = []
        for cut, row in self.cuts.known.items():
            slack = activity[row] - self.cuts.level(cut)[0]
            if slack * self.place.people[cut[0]] <= CLOSE * span:
                near.append(cut)
        return near

    def thin(self) -> None:
        """Drop the cuts that do not bind, once there are many."""
        if len(self.cuts.known) > MOST_CUTS:
            duals = np.asarray(self.solver.getSolution().row_dual)
            self._build([cut for cut, row in self.cuts.known.items() if abs(duals[row]) > 1e-9])


def best_network(lp: Relaxation, question: Question, ends: float) -> Answer:
    """Answer one question to proof, or until the time is over.

    Sites whose opening would lift the bound above the best total known cannot be open in a better
    network. So the answer over the others is the answer.
    """
    relaxed = lp.solve(question, ends)
    if relaxed is None:
        return Answer(np.inf, np.inf, [])
    bound, share, added = relaxed
    span = max(FIRST * abs(bound), SECONDS * float(lp.place.people.sum()))
    best = Answer(np.inf, bound, [])
    while True:
        kept = np.flatnonzero((added <= span * (1 + SAME)) | (share > 1e-9))
        found = exactly(lp, question, kept, lp.close(span), ends)
        best = found if found.total < best.total else best
        every = kept.size == share.size
        if every or best.total <= bound + span:
            return Answer(best.total, min(best.total, max(bound, found.bound)), best.groups)
        if work_clock() > ends:
            return Answer(best.total, bound, best.groups)
        span = 8 * span if np.isinf(best.total) else best.total - bound


def exactly(
    lp: Relaxation, question: Question, kept: Ints, close: list[tuple[int, int]], ends: float
) -> Answer:
    """Find the best network among the sites kept, starting from some of the cuts."""
    place, sites = lp.place, lp.place.near.shape[0]
    programme, opened, travel, group = _restricted(lp, question, kept)
    where = np.full(sites, -1)
    where[kept] = np.arange(kept.size)
    barred: set[tuple[int, int, int]] = set()
    written = set(close)
    _write_cuts(lp, programme, close, (where, opened, travel))
    found = Answer(np.inf, -np.inf, [])
    for _ in range(ROUNDS):
        solved = programme.solve(seconds=_problem.left(ends), dive=False)
        if solved.impossible:
            return Answer(found.total, np.inf, found.groups)
        if solved.values is None:
            return Answer(found.total, max(found.bound, solved.bound), found.groups)
        groups = _groups(solved.values, group, kept)
        chosen = np.array(sorted(site for members in groups for site in members))
        apart = _apart(place, groups) - barred
        total = place.total(chosen)
        if not apart and total < found.total:
            found = Answer(total, found.bound, groups)
        found = Answer(found.total, max(found.bound, solved.bound), found.groups)
        reached = np.isfinite(found.total) and total_met(found)
        if reached or work_clock() > ends:
            return found
        share = np.zeros(sites)
        share[chosen] = 1.0
        fresh = [c for c in lp.cuts.violated(share, solved.values[travel]) if c not in written]
        written.update(fresh)
        if not fresh and not apart:
            return found
        lp.add(fresh)
        _write_cuts(lp, programme, fresh, (where, opened, travel))
        _bar(programme, apart, group, where)
        barred |= apart
    return found


@dataclass(frozen=True, slots=True)
class _Roles:
    """Variables of who leads and who joins."""

    lead: Ints
    joins: dict[tuple[int, int], int]  # (leader, member) as sites: the variable


def _restricted(
    lp: Relaxation, question: Question, kept: Ints
) -> tuple[Programme, Ints, Ints, _Roles]:
    """Write the whole-number programme over the sites kept, cuts aside."""
    place, programme, size = lp.place, Programme(), kept.size
    where = np.full(place.near.shape[0], -1)
    where[kept] = np.arange(size)
    edge = where[lp.edge[(where[lp.edge] >= 0).all(axis=1)]].reshape(-1, 2)
    opened = programme.variables(np.zeros(size), high=1.0, whole=True)
    travel = programme.variables(place.people, low=place.sorted[:, 0])
    lead = programme.variables(np.zeros(size), high=1.0, whole=True)
    joins = programme.variables(np.zeros(len(edge)), high=1.0, whole=True)
    levels = len(question.sizes) - 1
    more = programme.variables(np.zeros((levels, size)), high=1.0, whole=True)
    own = np.arange(size)
    programme.constrain(
        np.r_[own, own, edge[:, 1]],
        np.r_[opened, lead, joins],
        np.r_[np.ones(size), -np.ones(size + len(edge))],
        least=0.0, most=0.0, count=size,
    )  # fmt: skip
    programme.constrain(0, opened, 1.0, least=question.least, most=question.count)
    programme.constrain(0, lead, 1.0, most=question.sizes[0])
    for level in range(levels):
        programme.constrain(0, more[level], 1.0, most=question.sizes[level + 1])
        before = lead if level == 0 else more[level - 1]
        programme.constrain(
            np.r_[own, own], np.r_[more[level], before], np.repeat([1.0, -1.0], size),
            most=0.0, count=size,
        )  # fmt: skip
    programme.constrain(
        np.r_[edge[:, 0], np.tile(own, levels)],
        np.r_[joins, more.ravel()],
        np.r_[np.ones(len(edge)), -np.ones(more.size)],
        most=0.0, count=size,
    )  # fmt: skip
    if len(edge):
        line = np.arange(len(edge))
        programme.constrain(
            np.r_[line, line], np.r_[joins, lead[edge[:, 0]]], np.repeat([1.0, -1.0], len(edge)),
            most=0.0, count=len(edge),
        )  # fmt: skip
    for origin in np.flatnonzero(~np.isfinite(np.minimum(place.sorted, place.outside)).all(axis=1)):
        within = np.flatnonzero(np.isfinite(place.minutes[origin, kept]))
        programme.constrain(np.zeros(within.size, int), opened[within], 1.0, least=1.0)
    names = {(int(kept[a]), int(kept[b])): int(joins[k]) for k, (a, b) in enumerate(edge.tolist())}
    return programme, opened, travel, _Roles(lead, names)


def _write_cuts(
    lp: Relaxation,
    programme: Programme,
    cuts: list[tuple[int, int]],
    columns: tuple[Ints, Ints, Ints],
) -> None:
    where, opened, travel = columns
    lines, index, value, least = [], [], [], []
    for line, cut in enumerate(cuts):
        far, nearer, spared = lp.cuts.level(cut)
        inside = where[nearer] >= 0
        index.append(np.r_[opened[where[nearer[inside]]], travel[cut[0]]])
        value.append(np.r_[spared[inside], 1.0])
        lines.append(np.full(index[-1].size, line))
        least.append(far)
    if cuts:
        programme.constrain(
            np.concatenate(lines), np.concatenate(index), np.concatenate(value),
            least=np.array(least), count=len(cuts),
        )  # fmt: skip


def _groups(values: Floats, roles: _Roles, kept: Ints) -> Groups:
    leads = kept[values[roles.lead] > 0.5].tolist()
    found: dict[int, list[int]] = {site: [site] for site in leads}
    for (leader, member), column in roles.joins.items():
        if values[column] > 0.5:
            found[leader].append(member)
    return [sorted(members) for _, members in sorted(found.items())]


def _apart(place: Field, groups: Groups) -> set[tuple[int, int, int]]:
    """Return (leader, a, b) for members that are too far from each other."""
    return {
        (members[0], a, b)
        for members in groups
        for a, b in combinations(members[1:], 2)
        if not place.near[a, b]
    }


def _bar(
    programme: Programme, apart: set[tuple[int, int, int]], roles: _Roles, where: Ints
) -> None:
    """Let two sites that are too far apart not follow the same leader."""
    for leader, a, b in sorted(apart):
        columns = [roles.joins[leader, a], roles.joins[leader, b], roles.lead[where[leader]]]
        programme.constrain(np.zeros(3, int), columns, [1.0, 1.0, -1.0], most=0.0)
