"""Exact answers to sharing: groups written when they pay, a Lagrangian bound, then branching.

Groups of sites are the columns of a p-median. Prices say how much a group saves, and a bound on it
leaves most groups out unseen: those that no better network has are never written.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from maillage_engine import _groups
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._groups import Kept, Menu
from maillage_engine._median import FORBIDDEN, FREE, Pace
from maillage_engine._pooling import SAME, SECONDS, Answer, Field, Groups, Question
from maillage_engine._search import Mask

Group: TypeAlias = tuple[int, ...]

TURNS = 100  # Lagrangian steps between two looks for groups that pay, and between two fixings
WEIGHT = 0.1  # of the newest slope
ROUNDS = 40
SHORT = 2e-3  # steps are short from there: the bound has settled, wherever the total is
LISTED = 1e-4  # the bound of the groups written and that of all may differ by this part of it
RISEN = 2e-5  # a round that raises the bound by less than this part of it is the last
FIRST = 5e-4  # groups that would cost at most this part of the bound are tried first
MOST = 3_000  # groups of one size beyond which branching is given up
KEPT = 600  # groups kept from one question to the next
SLOW = 0.1  # fixing goes on while this part of the gap closes


@dataclass(slots=True)
class Pool:
    """Groups met so far and the prices of the last question: the next one starts there."""

    place: Field
    cost: Floats = field(init=False)  # (sites, origins) person-minutes
    far: Floats = field(init=False)  # (origins,) what no site costs more than
    written: list[Group] = field(init=False)
    group_cost: Floats = field(init=False)  # (written, origins)
    price: Floats | None = None

    def __post_init__(self) -> None:
        minutes = np.minimum(self.place.minutes, self.place.outside)
        self.cost = np.ascontiguousarray((minutes * self.place.people[:, None]).T)
        self.far = self.cost.max(axis=0)
        self.written = [(site,) for site in range(self.cost.shape[0])]
        self.group_cost = self.cost

    @property
    def usable(self) -> bool:
        """Whether leaving an origin far from every site has a price."""
        return bool(np.isfinite(self.far).all())

    def costs(self, groups: list[Group]) -> Floats:
        """Return what groups cost each origin."""
        if not groups:
            return np.empty((0, self.far.size))
        return np.array([self.cost[list(group)].min(axis=0) for group in groups])

    def write(self, groups: list[Group]) -> None:
        """Write the groups that are not yet."""
        known = set(self.written)
        fresh = [group for group in groups if group not in known]
        self.written = self.written + fresh
        self.group_cost = np.concatenate([self.group_cost, self.costs(fresh)])

    def thin(self, price: Floats) -> None:
        """Keep the groups that save most for their size."""
        if len(self.written) > KEPT:
            saved = np.maximum(price - self.group_cost, 0.0).sum(axis=1)
            saved /= np.array([len(group) for group in self.written])
            kept = np.sort(np.argsort(-saved, kind="stable")[:KEPT])
            self.written = [self.written[k] for k in kept.tolist()]
            self.group_cost = self.group_cost[kept]

    def first_price(self, count: int) -> Floats:
        """Return prices at which as many sites are worth something as if they were spread."""
        rank = min(self.cost.shape[0] - 1, self.cost.shape[0] // count)
        return np.asarray(np.partition(self.cost, rank, axis=0)[rank])

    def look(self, price: Floats, least: Floats, room: int, *, enough: bool = False) -> Kept:
        """Return the best groups of each size at these prices, the best first."""
        worth = np.maximum(price - self.cost, 0.0)
        kept: Kept = _groups.best_groups(worth, self.place.near, least, room, enough)
        order = np.argsort(-kept.values, axis=1, kind="stable")
        members = np.take_along_axis(kept.members, order[:, :, None], axis=1)
        return Kept(kept.found, np.take_along_axis(kept.values, order, 1), members, kept.least)


def best_sharing(pool: Pool, question: Question, ends: float) -> Answer | None:
    """Answer one question to proof, or as far as time allows; None when groups are too many.

    Groups whose choice would lift the bound above the best total known are in no better network.
    So the answer over the others is the answer.
    """
    best = Answer(np.inf, -np.inf, [])
    bound, price = _bound(pool, question, best.total, ends)
    span = max(FIRST * abs(bound), SECONDS * float(pool.place.people.sum()))
    while True:
        groups = _worth_trying(pool, question, price, span)
        if groups is None:
            return None
        best = _Branching(pool, question, groups, best).run(price, ends)
        low = min(best.total, max(bound, min(best.bound, bound + span)))
        if best.total <= bound + span or work_clock() > ends:
            return Answer(best.total, low, best.groups or [[0]])
        risen, dearer = _bound(pool, question, best.total, ends)
        if risen > bound:
            bound, price = risen, dearer
        span = max(span, (best.total - bound) * (1 + SAME))


def _bound(pool: Pool, question: Question, upper: float, ends: float) -> tuple[float, Floats]:
    """Raise the bound over all groups, writing those that pay; return it with its prices."""
    fresh, warm = pool.first_price(question.count), pool.price is not None
    trial = fresh if pool.price is None else pool.price.copy()
    sizes = np.array(question.sizes)
    price, bound, theta = trial.copy(), -np.inf, 1.0
    for _ in range(ROUNDS):
        menu = _menu(pool.far, pool.written, pool.group_cost, question)
        nothing = np.zeros(menu.size.size, dtype=bool)
        listed, _, upper, theta = _groups.raise_menu_bound(
            menu, upper, trial, Pace(TURNS, theta, WEIGHT), nothing
        )
        kept = pool.look(trial, _allowed(sizes), question.count)
        saved = _groups.share_out(kept.values, kept.found, sizes, question.count, -1)[0]
        before, now = bound, float(trial.sum() - saved)
        if now > bound:
            bound, price = now, trial.copy()
        still = bound - before <= RISEN * abs(bound) and listed - bound <= LISTED * abs(bound)
        near = upper - bound <= FIRST * abs(bound)
        settled = still and (near or theta < SHORT)
        if (settled and (near or not warm)) or work_clock() > ends:
            break
        if settled:  # prices of another question may lead nowhere: begin anew, once
            trial, theta, warm = fresh, 1.0, False
        pool.write(_named(kept))
    pool.price = price
    pool.thin(price)
    return bound, price


def _menu(far: Floats, groups: list[Group], cost: Floats, question: Question) -> Menu:
    size = np.array([len(group) for group in groups], dtype=np.int64)
    status = np.full(size.size, FREE, dtype=np.int8)
    return Menu(cost, size, status, far, np.array(question.sizes), question.count)


def _allowed(sizes: Ints) -> Floats:
    """Return what a group must be worth more than: groups of some sizes are not allowed."""
    return np.where(sizes > 0, 0.0, np.inf)


def _named(kept: Kept) -> list[Group]:
    return [
        tuple(sorted(kept.members[s, place, : s + 1].tolist()))
        for s in range(kept.found.size)
        for place in range(kept.found[s])
    ]


def _worth_trying(pool: Pool, question: Question, price: Floats, span: float) -> list[Group] | None:
    """Return the groups whose choice lifts the bound by at most `span`; None when too many."""
    sizes = np.array(question.sizes)
    kept = pool.look(price, _allowed(sizes), question.count)
    most, beside = _savings(kept.values, kept.found, sizes, question.count)
    least = np.maximum(_allowed(sizes), most - beside - span * (1 + SAME))
    kept = pool.look(price, least, MOST, enough=True)
    return None if kept.found.max() == MOST else _named(kept)


def _savings(values: Floats, found: Ints, sizes: Ints, count: int) -> tuple[float, Floats]:
    """Return the most that groups can save, and the most beside one of each size."""
    most, *beside = (
        _groups.share_out(values, found, sizes, count, given)[0] for given in range(-1, sizes.size)
    )
    return most, np.array(beside)


@dataclass(frozen=True, slots=True)
class _Node:
    """Some groups are taken, some are left out, and what the others can do is open."""

    status: np.ndarray
    taken: list[int]
    price: Floats
    bound: float


@dataclass(slots=True)
class _Branching:
    """Choose among some groups: take one or leave it, until nothing better can be left."""

    pool: Pool
    question: Question
    groups: list[Group]
    best: Answer
    whole: Menu = field(init=False)
    clash: Mask = field(init=False)  # (groups, groups) whether two have a site in common

    def __post_init__(self) -> None:
        costs = self.pool.costs(self.groups)
        self.whole = _menu(self.pool.far, self.groups, costs, self.question)
        has = np.zeros((len(self.groups), self.pool.cost.shape[0]))
        for line, group in enumerate(self.groups):
            has[line, list(group)] = 1.0
        self.clash = has @ has.T > 0

    def run(self, price: Floats, ends: float) -> Answer:
        """Return the best choice, no worse than the one known, and what no choice here beats."""
        left = [_Node(self.whole.status, [], price, -np.inf)]
        while left and work_clock() <= ends:
            node = left.pop()
            if node.bound < self.enough:
                left += self._split(node)
        return Answer(
            self.best.total,
            min([self.best.total, *(node.bound for node in left)]),
            self.best.groups,
        )

    @property
    def enough(self) -> float:
        """A bound from which nothing better is left."""
        return self.best.total * (1 - SAME)

    def _split(self, node: _Node) -> list[_Node]:
        """Bound a node; return the two that are left of it, or none."""
        menu = self._menu_after(node)
        price = np.minimum(node.price, menu.far)
        bound, share = self._settle(menu, price, node.taken)
        free = np.flatnonzero(menu.status == FREE)
        if bound >= self.enough or free.size == 0:
            return []
        pick = int(free[np.argmax(share[free])])
        without, beside = menu.status.copy(), menu.status.copy()
        without[pick] = FORBIDDEN
        beside[self.clash[pick]] = FORBIDDEN
        return [
            _Node(without, node.taken, price, bound),
            _Node(beside, [*node.taken, pick], price, bound),
        ]

    def _menu_after(self, node: _Node) -> Menu:
        """Return what is left of the menu once some groups are taken."""
        whole, taken = self.whole, node.taken
        far = whole.cost[taken].min(axis=0, initial=np.inf)
        sizes = whole.sizes - [(whole.size[taken] > s).sum() for s in range(whole.sizes.size)]
        count = whole.count - int(whole.size[taken].sum())
        status = node.status.copy()
        status[(whole.size > count) | (sizes[whole.size - 1] <= 0)] = FORBIDDEN
        return whole._replace(
            status=status, far=np.minimum(whole.far, far), sizes=sizes, count=count
        )

    def _settle(self, menu: Menu, price: Floats, taken: list[int]) -> tuple[float, Floats]:
        """Raise the bound and leave out groups that no better choice has, as long as it helps."""
        bound, theta = -np.inf, 1.0
        while True:
            chosen, before = np.zeros(menu.size.size, dtype=bool), bound
            now, share, total, theta = _groups.raise_menu_bound(
                menu, self.best.total, price, Pace(TURNS, theta, WEIGHT), chosen
            )
            bound = max(bound, now)
            if total < self.best.total:
                picked = taken + np.flatnonzero(chosen).tolist()
                self.best = Answer(total, -np.inf, _disjoint([self.groups[g] for g in picked]))
            saved, found, values, _ = _groups.ranked(menu, price)
            _, beside = _savings(values, found, menu.sizes, menu.count)
            lifted = price.sum() - beside[menu.size - 1] - saved
            menu.status[(menu.status == FREE) & (lifted >= self.enough)] = FORBIDDEN
            if bound >= self.enough or bound - before <= SLOW * (self.best.total - bound):
                return bound, share


def _disjoint(groups: list[Group]) -> Groups:
    """Leave each site to the first group that has it."""
    seen: set[int] = set()
    kept = []
    for group in groups:
        own = [site for site in group if site not in seen]
        seen.update(own)
        kept += [own] if own else []
    return kept
