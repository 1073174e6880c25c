"""Which places each aim chooses, within the means and what the law asks; and how far it holds.

Today's sites stay unless they move, so a person's time after opening is the lesser of today's and
of the nearest new site: the siting problem is solved on `min(minutes, today)`, exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb, inf
from typing import NamedTuple

import numpy as np

import maillage_engine as engine
from maillage.steering.inputs import Site
from maillage.steering.scenarios.ground import NEVER, Floats, Ground
from maillage.steering.scenarios.plan import MOST_ADDED, Plan
from maillage.steering.scenarios.result import Ints

AIMS = ("moyenne", "eloignes", "couverture")
NONE: Ints = np.array([], dtype=np.int64)
MOST_TRIED, FEW_TRIED = 60, 6  # places of an EPCI where the relay that the law wants is tried
MOST_CLOSURES = 60  # sets of sites to move that are tried, each to proof
DRAWS = 10
NEAR_KM = 5.0
SECONDS = 20.0
SETTLED = 1e-6  # of a value: a bound this close has met it
FAR_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class Choice:
    """What one aim chose, in its own unit: the lesser the better."""

    chosen: Ints  # positions among candidates, increasing
    closed: tuple[int, ...]  # positions among sites
    value: float
    bound: float
    cut_short: bool = False  # a limit of time ended a search before its proof


class _Found(NamedTuple):
    """The candidates chosen, the value (the lesser the better), its bound."""

    chosen: Ints
    value: float
    bound: float
    cut_short: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """One siting problem: minutes to the candidates and to today's, and who must be reached."""

    aim: str
    offered: Floats
    today: Floats
    people: Floats
    limit: float
    tries: int = MOST_TRIED
    beat: float = inf  # a value to improve on; what does not need not be settled
    seconds: float = SECONDS  # a search may take

    @property
    def after(self) -> Floats:
        """Minutes were each candidate open, today's sites staying."""
        return np.minimum(self.offered, self.today[:, None])


def count_of(plan: Plan, ground: Ground) -> int:
    """How many places open, those that move apart."""
    if plan.is_itinerant:
        return plan.vehicles * plan.stops
    if plan.adding or not plan.has_means or not plan.site_cost:
        return plan.adding
    return max((n for n in range(MOST_ADDED + 1) if _affordable(plan, ground, n)), default=0)


def cost_of(plan: Plan, ground: Ground, sites: int) -> float:
    """Euros a year of some sites, with the staff that the law asks of the territory's relays."""
    return sites * plan.opening + plan.wage * tenths_of(plan, ground, sites) / 10


def tenths_of(plan: Plan, ground: Ground, sites: int) -> int:
    """Staff that some sites come with: the least of each, and what the relays lack in all."""
    return max(sites * plan.tenths, ground.required)


def _affordable(plan: Plan, ground: Ground, sites: int) -> bool:
    staff = tenths_of(plan, ground, sites)
    return cost_of(plan, ground, sites) <= plan.budget and staff <= (plan.staff_tenths or inf)


def refusal(plan: Plan, ground: Ground, count: int) -> tuple[str, float, float]:
    """Name the first constraint that cannot hold, what it needs and what was given."""
    sites = plan.vehicles if plan.is_itinerant else count
    cost, staff = cost_of(plan, ground, sites), tenths_of(plan, ground, sites)
    least, asked = plan.site_cost, count + plan.moving
    too_dear, too_few = plan.has_means and cost > plan.budget, 0 < plan.staff_tenths < staff
    lacking, unmet = ground.required > sites * plan.tenths, len(ground.unmet())
    checks = (
        ("public", not ground.people.any(), 1.0, 0.0),
        ("budget-un", plan.has_means and least > plan.budget, least, plan.budget),
        ("ratio-budget", too_dear and lacking, cost, plan.budget),
        ("budget", too_dear, cost, plan.budget),
        ("ratio-personnel", too_few and lacking, staff / 10, plan.staff_tenths / 10),
        ("personnel", too_few, staff / 10, plan.staff_tenths / 10),
        ("rien", asked < 1, 1.0, 0.0),
        ("obligation", unmet > asked, unmet, asked),
        ("deplacer", plan.moving > ground.movable.size, plan.moving, ground.movable.size),
        ("communes", asked > len(ground.candidates), asked, len(ground.candidates)),
        ("essais", _tries(plan, ground) > MOST_CLOSURES, _tries(plan, ground), MOST_CLOSURES),
    )  # fmt: skip
    for name, fails, needed, got in checks:
        if fails:
            return name, float(needed), float(got)
    return "", 0.0, 0.0


def _tries(plan: Plan, ground: Ground) -> int:
    return sum(comb(ground.movable.size, n) for n in range(plan.moving + 1))


def _closures(plan: Plan, ground: Ground) -> Iterator[tuple[int, ...]]:
    for size in range(plan.moving + 1):
        yield from combinations((int(at) for at in ground.movable), size)


def best(aim: str, plan: Plan, ground: Ground, count: int, tries: int = MOST_TRIED) -> Choice:
    """Try every set of sites that may move: the best answer, and a bound that holds for all."""
    lived, beat = ground.people > 0, inf
    found: list[Choice] = []
    offered, people = ground.offered[lived], ground.people[lived]
    for closed in _closures(plan, ground):
        size, unmet = count + len(closed), ground.unmet(closed)
        if size and len(unmet) <= size:
            today = ground.today(closed)[lived]
            asked = _Asked(aim, offered, today, people, plan.minutes, tries, beat,
                           ground.patience * SECONDS)  # fmt: skip
            one = _with_duties(asked, unmet, size)
            found.append(Choice(one.chosen, closed, one.value, one.bound, one.cut_short))
            beat = min(beat, one.value)
    first = min(found, key=lambda c: (round(c.value, 6), len(c.closed)))
    return replace(
        first, bound=min(c.bound for c in found), cut_short=any(c.cut_short for c in found)
    )


def margins(
    aim: str, plan: Plan, ground: Ground, count: int
) -> tuple[Choice | None, Choice | None]:
    """Choose one place less and one place more; None where it cannot be asked."""

    def worth(size: int) -> Choice | None:
        least, most = max(1, len(ground.unmet())), min(MOST_ADDED, len(ground.candidates))
        asked = least <= size <= most
        return best(aim, plan, ground, size, FEW_TRIED) if asked else None

    if plan.is_itinerant or plan.moving:
        return None, None
    return worth(count - 1), worth(count + 1)


def _with_duties(
    asked: _Asked,
    unmet: tuple[Ints, ...],
    count: int,
    start: Ints | None = None,
    forced: Ints = NONE,
) -> _Found:
    """Choose with a place in each group that the law wants: the value (least best), its bound.

    Most often the free choice has one. Where it has none, the places of the group that alone serve
    best are tried in turn; those left untried leave the free choice's bound.
    """
    free = _around(asked, forced, count, start)
    lacking = next((one for one in unmet if not np.isin(one, free.chosen).any()), None)
    if lacking is None:
        return free
    tried = _likely(asked, lacking, start)[: FEW_TRIED if forced.size else asked.tries]
    found: list[_Found] = []
    for place in tried:
        beat = min([asked.beat, *(one.value for one in found)])
        one = replace(asked, beat=beat)
        found.append(_with_duties(one, unmet, count, start, np.union1d(forced, [place])))
    whole = tried.size == lacking.size
    return min(found, key=lambda one: one.value)._replace(
        bound=min(one.bound for one in found) if whole else free.bound,
        cut_short=any(one.cut_short for one in (free, *found)),
    )


def _likely(asked: _Asked, group: Ints, start: Ints | None) -> Ints:
    """The places of a group that alone serve best; from a `start`, the one it has."""
    kept = NONE if start is None else np.intersect1d(group, start)
    if kept.size:
        return kept[:1]
    alone = [_value(asked, np.minimum(asked.today, asked.offered[:, at])) for at in group]
    return group[np.argsort(alone, kind="stable")]


def _around(asked: _Asked, forced: Ints, count: int, start: Ints | None) -> _Found:
    """Choose the others, some places being open whatever the choice."""
    if not forced.size:
        return _choose(asked, count, start)
    free = np.setdiff1d(np.arange(asked.offered.shape[1]), forced)
    known = np.minimum(asked.today, asked.offered[:, forced].min(axis=1))
    rest = replace(asked, offered=asked.offered[:, free], today=known)
    if count == forced.size:
        value = _value(rest, known)
        return _Found(forced, value, value)
    begun = None if start is None else np.searchsorted(free, np.setdiff1d(start, forced))
    found = _choose(rest, count - forced.size, begun)
    return found._replace(chosen=np.sort(np.r_[forced, free[found.chosen]]))


def _value(asked: _Asked, minutes: Floats) -> float:
    if asked.aim == "moyenne":
        return float(asked.people @ minutes)
    if asked.aim == "eloignes":
        return float(minutes.max())
    return float(asked.people[minutes > asked.limit].sum())


def _choose(asked: _Asked, count: int, start: Ints | None) -> _Found:
    """Choose among all candidates.

    From a `start`, exchanges look around it and around a greedy answer, and prove nothing but the
    farthest time.
    """
    begun, prove = (() if start is None else start), start is None
    if asked.aim == "moyenne":
        found = engine.p_median(
            asked.after, asked.people, count,
            start=begun, prove=prove, beat=asked.beat, time_limit=asked.seconds,
        )  # fmt: skip
    elif asked.aim == "eloignes":
        found = engine.worst_off_first(
            asked.offered, asked.today, asked.people, count,
            start=begun, prove=prove, beat=asked.beat,
        )  # fmt: skip
    else:
        return _most_people(asked, count, begun, prove=prove)
    cut_short = prove and not found.proven and found.bound < asked.beat * (1 - SETTLED)
    return _Found(found.sites, found.objective, found.bound, cut_short)


def _most_people(asked: _Asked, count: int, begun: Ints | tuple[()], *, prove: bool) -> _Found:
    """Bring as many people as possible within the limit; spare places shorten the mean time."""
    after, people, total = asked.after, asked.people, float(asked.people.sum())
    reach = after <= asked.limit
    best = engine.max_cover(
        reach, people, count,
        start=begun, prove=prove, beat=total - asked.beat, time_limit=asked.seconds,
    )  # fmt: skip
    cut_short = prove and not best.proven and total - best.bound < asked.beat * (1 - SETTLED)
    kept = [int(at) for at in best.sites]
    for at in list(kept):
        others = [one for one in kept if one != at]
        if people[reach[:, others].any(axis=1)].sum() >= best.objective - 1e-9:
            kept = others
    spare = count - len(kept)
    if spare:
        left = np.setdiff1d(np.arange(after.shape[1]), kept)
        known = after[:, kept].min(axis=1, initial=inf)
        shorter = np.minimum(after[:, left], known[:, None])
        nearer = engine.p_median(shorter, people, spare, prove=prove, time_limit=asked.seconds)
        kept += left[nearer.sites].tolist()
        cut_short |= prove and not nearer.proven
    chosen = np.array(sorted(kept), dtype=np.int64)
    return _Found(chosen, total - best.objective, total - best.bound, cut_short)


def steadiness(
    aim: str, plan: Plan, ground: Ground, choice: Choice
) -> tuple[Floats, Floats, tuple[float, float]]:
    """Choose again with inputs a little different: how often each place stays, how many come."""
    has_sites = ground.columns(np.array([], dtype=np.int64), choice.closed).size > 0
    unmet, lived = ground.unmet(choice.closed), ground.people > 0
    cost = np.column_stack([ground.today(choice.closed), ground.offered])[lived]
    drawn_sets: list[Ints] = []
    reached: list[float] = []

    def again(drawn: engine.Pairs, people: Floats) -> Ints:
        table = np.ceil(drawn.minutes.reshape(drawn.shape))  # fewer distinct times: faster
        today = table[:, 0] if has_sites else np.full(table.shape[0], NEVER)
        offered = np.minimum(table[:, 1:], NEVER)
        asked = _Asked(aim, offered, today, people, plan.minutes)
        chosen = _with_duties(asked, unmet, choice.chosen.size, choice.chosen).chosen
        drawn_sets.append(chosen)
        here = offered[:, choice.chosen].min(axis=1)
        reached.append(float(people[(here < today) & (here <= plan.minutes)].sum()))
        return chosen + 1

    share = engine.steadiness(again, cost, ground.people[lived], draws=DRAWS, seed=0)[1:]
    near = _kilometres(ground.candidates) <= NEAR_KM
    stayed = [near[np.ix_(choice.chosen, one)].any(axis=1) for one in drawn_sets]
    low, high = np.quantile(reached, [0.1, 0.9])
    return np.mean(stayed, axis=0), share[choice.chosen], (float(low), float(high))


def _kilometres(places: tuple[Site, ...]) -> Floats:
    latitude = np.array([place.latitude for place in places])
    longitude = np.array([place.longitude for place in places])
    north = (latitude[:, None] - latitude) * FAR_KM_PER_DEGREE
    middle = np.radians((latitude[:, None] + latitude) / 2)
    return np.asarray(
        np.hypot(north, (longitude[:, None] - longitude) * FAR_KM_PER_DEGREE * np.cos(middle))
    )
