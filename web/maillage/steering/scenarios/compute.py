"""From facts to three proposals. With the diagnosis', the only modules here that call the engine.

Today's sites stay unless they move, so a person's time after opening is the lesser of today's and
of the nearest new site: the siting problem is solved on `min(minutes, today)`, exactly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb, inf
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

import maillage_engine as engine
from maillage.directory.vocabulary import Kind
from maillage.steering.compute import opened_sites, travel_minutes, weights
from maillage.steering.diagnosis import rounded
from maillage.steering.inputs import Inputs, Site
from maillage.steering.provenance import code_version
from maillage.steering.question import Scenario
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.parting import loops, parts_of
from maillage.steering.scenarios.plan import MOST_ADDED, Plan
from maillage.steering.scenarios.result import Duty, Home, Network, Outcome, Place, Proposal, Round

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Tell: TypeAlias = Callable[[str], None]
AIMS = ("moyenne", "eloignes", "couverture")
NEVER = 999.0  # minutes where there is no route
MOST_CLOSURES = 60  # sets of sites to move that are tried, each to proof
DRAWS = 10
NEAR_KM = 5.0
SECONDS = 20.0
FAR_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class _Ground:
    """The territory as arrays: its inhabited communes, today's sites, the places that may open."""

    rows: Ints  # positions of the territory's communes among all
    people: Floats  # (rows,)
    everyone: Floats  # (all communes,) neighbours compete for the offer
    main: Floats  # (all communes, sites + candidates) minutes
    apart: Floats  # the same without a car
    sites: tuple[Site, ...]
    candidates: tuple[Site, ...]
    movable: Ints  # positions among sites

    @property
    def offered(self) -> Floats:
        """Minutes of the territory to each candidate."""
        return self.main[self.rows][:, len(self.sites) :]

    def today(self, closed: tuple[int, ...] = ()) -> Floats:
        """Minutes of the territory to the nearest site that stays."""
        stays = np.setdiff1d(np.arange(len(self.sites)), np.array(closed, dtype=np.int64))
        table = self.main[self.rows][:, stays]
        return np.asarray(table.min(axis=1, initial=NEVER))

    def columns(self, chosen: Ints, closed: tuple[int, ...]) -> Ints:
        """Columns open after a choice."""
        stays = np.setdiff1d(np.arange(len(self.sites)), np.array(closed, dtype=np.int64))
        return np.asarray(np.r_[stays, chosen + len(self.sites)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What one aim chose, in its own unit: the lesser the better."""

    chosen: Ints
    closed: tuple[int, ...]
    value: float
    bound: float


def solve(plan: Plan, given: PlanInputs, tell: Tell = lambda step: None) -> Outcome:
    """Answer `plan`. Pure: the same inputs give the same outcome, to the byte."""
    ground = _ground(plan, given)
    count = _count(plan)
    refusal = _refusal(plan, ground, count)
    tell("trajets")
    proposals = []
    if not refusal[0]:
        for aim in AIMS:
            choice = _best(aim, plan, ground, count)
            proposals.append(_proposal(aim, plan, given, ground, choice))
            tell(aim)
    everything = np.arange(len(ground.sites))
    return Outcome(
        plan=plan,
        departement_name=given.facts.main.departement_name,
        territory=given.facts.names[0] or given.facts.main.departement_name,
        neighbour=given.facts.names[1],
        homes=_homes(given, ground, [everything, *(_columns(ground, p) for p in proposals)]),
        sites=tuple((s.latitude, s.longitude, s.name) for s in ground.sites),
        today=_network(plan, ground, everything, given) if ground.people.any() else None,
        proposals=tuple(proposals),
        duties=_duties(plan, given, ground),
        childminders=sum(n for _c, n in given.facts.childminders) or None,
        per_fte=given.facts.law[0] if plan.kind == Kind.RPE else None,
        refusal=refusal,
        travel=given.facts.main.times_source,
        sources=tuple(
            (s.title, s.producer, s.licence, s.vintage) for s in given.facts.main.sources
        ),
        data_hash=given.facts.sha256(),
        code_version=code_version(),
    )


def _columns(ground: _Ground, found: Proposal) -> Ints:
    codes = {site.commune: at for at, site in enumerate(ground.candidates)}
    chosen = np.array([codes[place.commune] for place in found.places], dtype=np.int64)
    closed = tuple(at for at, s in enumerate(ground.sites) if _label(s) in found.closed)
    return ground.columns(chosen, closed)


def _label(site: Site) -> str:
    return f"{site.name}, {site.location}"


def _ground(plan: Plan, given: PlanInputs) -> _Ground:
    facts, inside = given.facts, set(given.facts.candidates)
    asked = plan.question().with_(scenario=Scenario(opened=facts.candidates))
    main = Inputs(facts.main, given.communes)
    candidates = opened_sites(asked, main)
    sites = facts.main.sites
    ends = sites + candidates
    apart = Inputs(facts.apart, given.communes)
    kept = [at for at, c in enumerate(given.communes) if c.code in inside]
    everyone = np.array([c.people or 0.0 for c in given.communes], dtype=np.float64)
    rows = np.array(kept, dtype=np.int64)
    tables = [
        np.nan_to_num(travel_minutes(one, facts_of, ends)[0], nan=NEVER)
        for one, facts_of in ((asked, main), (asked.with_(mode=plan.other_mode), apart))
    ]
    movable = [at for at, s in enumerate(sites) if s.commune in inside and not s.is_mobile]
    return _Ground(
        rows, everyone[rows], everyone, tables[0], tables[1], sites, candidates,
        np.array(movable, dtype=np.int64),
    )  # fmt: skip


def _count(plan: Plan) -> int:
    """How many places open, those that move apart."""
    if plan.is_itinerant:
        return plan.vehicles * plan.stops
    if plan.adding or not plan.has_means or not plan.site_cost:
        return plan.adding
    most = int(plan.budget // plan.site_cost)
    if plan.staff_tenths and plan.tenths:
        most = min(most, plan.staff_tenths // plan.tenths)
    return min(most, MOST_ADDED)


def _refusal(plan: Plan, ground: _Ground, count: int) -> tuple[str, float, float]:
    """Name the first constraint that cannot hold, what it needs and what was given."""
    sites = plan.vehicles if plan.is_itinerant else count
    checks = (
        ("public", not ground.people.any(), 1.0, 0.0),
        ("budget-un", plan.has_means and plan.site_cost > plan.budget, plan.site_cost, plan.budget),
        ("budget", plan.has_means and sites * plan.site_cost > plan.budget,
         sites * plan.site_cost, plan.budget),
        ("personnel", 0 < plan.staff_tenths < sites * plan.tenths,
         sites * plan.tenths / 10, plan.staff_tenths / 10),
        ("rien", count + plan.moving < 1, 1.0, 0.0),
        ("deplacer", plan.moving > ground.movable.size, plan.moving, ground.movable.size),
        ("communes", count + plan.moving > len(ground.candidates),
         count + plan.moving, len(ground.candidates)),
        ("essais", _tries(plan, ground) > MOST_CLOSURES, _tries(plan, ground), MOST_CLOSURES),
    )  # fmt: skip
    for name, fails, needed, got in checks:
        if fails:
            return name, float(needed), float(got)
    return "", 0.0, 0.0


def _tries(plan: Plan, ground: _Ground) -> int:
    return sum(comb(ground.movable.size, n) for n in range(plan.moving + 1))


def _closures(plan: Plan, ground: _Ground) -> Iterator[tuple[int, ...]]:
    for size in range(plan.moving + 1):
        yield from combinations((int(at) for at in ground.movable), size)


def _best(aim: str, plan: Plan, ground: _Ground, count: int) -> _Choice:
    """Try every set of sites that may move: the best answer, and a bound that holds for all."""
    found = []
    for closed in _closures(plan, ground):
        if count + len(closed):
            chosen, value, bound = _choose(
                aim, ground.offered, ground.today(closed), ground.people, count + len(closed),
                plan.minutes,
            )  # fmt: skip
            found.append(_Choice(chosen, closed, value, bound))
    best = min(found, key=lambda c: (round(c.value, 6), len(c.closed)))
    return _Choice(best.chosen, best.closed, best.value, min(c.bound for c in found))


def _choose(
    aim: str, offered: Floats, today: Floats, people: Floats, count: int, limit: float
) -> tuple[Ints, float, float]:
    """Return the candidates, the value (the lesser the better) and its bound."""
    lived = people > 0
    offered, today, people = offered[lived], today[lived], people[lived]
    after = np.minimum(offered, today[:, None])
    if aim == "moyenne":
        found = engine.p_median(after, people, count, time_limit=SECONDS)
        return found.sites, found.objective, found.bound
    if aim == "eloignes":
        return _worst_off(offered, today, people, count)
    return _most_people(after, people, count, limit)


def _worst_off(
    offered: Floats, today: Floats, people: Floats, count: int
) -> tuple[Ints, float, float]:
    """Bring the farthest commune nearest; among such choices, the least mean time.

    By bisection on the distinct times: can `count` places reach all that today's leave beyond?
    """
    after = np.minimum(offered, today[:, None])
    bound = float(after.min(axis=1).max())  # were every place open
    levels = np.unique(after[(after >= bound) & (after <= max(today.max(), bound))])
    low, high = 0, levels.size - 1
    while low < high:
        middle = (low + high) // 2
        radius = levels[middle]
        beyond = today > radius
        reach = offered[beyond] <= radius
        possible, proven_not = not beyond.any(), False
        if not possible:
            if reach.any(axis=1).all():
                found = engine.max_cover(reach, np.ones(int(beyond.sum())), count)
                possible = found.objective >= beyond.sum() - 0.5
                proven_not = found.bound < beyond.sum() - 0.5
            else:
                proven_not = True
        if possible:
            high = middle
        else:
            low = middle + 1
            if proven_not:
                bound = max(bound, float(levels[middle + 1]))
    radius = float(levels[high])
    barred = float(today.max()) * people.sum() * 2  # more than any choice within the radius costs
    within = np.where(after <= radius, after, barred)
    found = engine.p_median(within, people, count, time_limit=SECONDS)
    return found.sites, radius, min(bound, radius)


def _most_people(
    after: Floats, people: Floats, count: int, limit: float
) -> tuple[Ints, float, float]:
    """Bring as many people as possible within the limit; spare places shorten the mean time."""
    reach = after <= limit
    best = engine.max_cover(reach, people, count)
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
        kept += left[engine.p_median(shorter, people, spare, time_limit=SECONDS).sites].tolist()
    total = float(people.sum())
    return np.array(sorted(kept), dtype=np.int64), total - best.objective, total - best.bound


def _proposal(
    aim: str, plan: Plan, given: PlanInputs, ground: _Ground, choice: _Choice
) -> Proposal:
    columns = ground.columns(choice.chosen, choice.closed)
    cost = ground.main[ground.rows]
    change = engine.compare_sites(cost, ground.people, np.arange(len(ground.sites)), columns)
    steady, exactly, spread = _steadiness(aim, plan, ground, choice)
    staff, served, spent = _staffing(plan, ground, choice)
    nearest = columns[cost[:, columns].argmin(axis=1)]
    goes = (nearest >= len(ground.sites)) & (change.after <= plan.minutes)
    users = np.where(nearest >= len(ground.sites), ground.people, 0.0)
    places = _places(plan, given, ground, choice, (steady, exactly, staff))
    communes = [given.communes[at] for at in ground.rows]
    total = float(ground.people.sum())
    shown = total if aim == "couverture" else 0.0
    scale = total if aim == "moyenne" else 1.0
    sign = -1.0 if aim == "couverture" else 1.0
    return Proposal(
        aim=aim,
        places=places,
        closed=tuple(_label(ground.sites[at]) for at in choice.closed),
        after=_network(plan, ground, columns, given),
        objective=rounded(shown + sign * choice.value / scale),
        bound=rounded(shown + sign * choice.bound / scale),
        proven=abs(choice.value - choice.bound) <= 1e-6 * max(1.0, abs(choice.value)),
        gain=rounded(change.gain, 3),
        lose=rounded(change.lose, 3),
        served=served,
        spent=spent,
        parts=parts_of(plan, given, communes, ground.people, users, spent or 0),
        rounds=_rounds(plan, given, ground, choice),
        reached=rounded(float(ground.people[goes].sum()), 3),
        low=int(spread[0] * plan.low_use / 100),
        high=int(-(-spread[1] * plan.high_use // 100)),
    )


def _steadiness(
    aim: str, plan: Plan, ground: _Ground, choice: _Choice
) -> tuple[Floats, Floats, tuple[float, float]]:
    """Choose again with inputs a little different: how often each place stays, how many come."""
    stays = ground.columns(np.array([], dtype=np.int64), choice.closed)
    cost = np.column_stack([ground.today(choice.closed), ground.offered])
    drawn_sets: list[Ints] = []
    reached: list[float] = []

    def again(drawn: engine.Pairs, people: Floats) -> Ints:
        table = np.ceil(drawn.minutes.reshape(drawn.shape))  # fewer distinct times: faster
        today = table[:, 0] if stays.size else np.full(table.shape[0], NEVER)
        offered = np.minimum(table[:, 1:], NEVER)
        chosen = _choose(aim, offered, today, people, choice.chosen.size, plan.minutes)[0]
        drawn_sets.append(chosen)
        here = offered[:, choice.chosen].min(axis=1)
        reached.append(float(people[(here < today) & (here <= plan.minutes)].sum()))
        return chosen + 1

    share = engine.steadiness(again, cost, ground.people, draws=DRAWS, seed=0)[1:]
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


def _staffing(
    plan: Plan, ground: _Ground, choice: _Choice
) -> tuple[Floats | None, float | None, int | None]:
    """Share the staff among the places so that as many people as possible are served."""
    sites = choice.chosen.size - len(choice.closed)
    if plan.is_itinerant:
        return None, None, int(plan.vehicles * plan.site_cost) or None
    if not (plan.has_means and plan.wage and plan.persons and plan.tenths):
        return None, None, int(sites * plan.site_cost) or None
    means = engine.Means(
        budget=plan.budget + len(choice.closed) * plan.site_cost,
        wage=plan.wage,
        persons_per_fte=plan.persons,
        staff=plan.staff_tenths / 10 or plan.budget / plan.wage + choice.chosen.size,
        smallest=plan.tenths / 10,
    )
    reach = ground.offered[:, choice.chosen] <= plan.minutes
    found = engine.staffed_plan(
        reach, ground.people, means, opening=np.full(choice.chosen.size, float(plan.opening)),
        open_today=np.arange(choice.chosen.size), time_limit=SECONDS,
    )  # fmt: skip
    return found.staff, rounded(found.objective, 3), round(found.spent)


def _places(
    plan: Plan,
    given: PlanInputs,
    ground: _Ground,
    choice: _Choice,
    more: tuple[Floats, Floats, Floats | None],
) -> tuple[Place, ...]:
    columns = ground.columns(choice.chosen, choice.closed)
    cost = ground.main[ground.rows]
    why = engine.reasons(cost, ground.people, columns)
    at = {int(site): position for position, site in enumerate(why.sites)}
    rooms, minders = dict(given.facts.rooms), dict(given.facts.childminders)
    nearest = columns[cost[:, columns].argmin(axis=1)]
    names = {c.code: c.name for c in given.communes}
    steady, exactly, staff = more
    found = []
    for position, chosen in enumerate(choice.chosen):
        column = int(chosen) + len(ground.sites)
        site, here = ground.candidates[int(chosen)], at[column]
        persons = float(why.persons[here])
        codes = [given.communes[ground.rows[row]].code for row in np.flatnonzero(nearest == column)]
        needed = sum(minders.get(code, 0.0) for code in codes) / given.facts.law[0]
        found.append(
            Place(
                commune=site.commune,
                name=names[site.commune],
                latitude=site.latitude,
                longitude=site.longitude,
                persons=rounded(persons, 3),
                minutes=rounded(why.minutes[here], 1) if persons else None,
                saved=rounded(why.if_closed[here] / persons, 1) if persons else 0.0,
                steady=rounded(steady[position], 3),
                exactly=rounded(exactly[position], 3),
                rooms=rooms.get(site.commune, ()),
                staff=rounded(staff[position], 1) if staff is not None else None,
                needed=rounded(needed, 2) if minders else None,
            )
        )
    return tuple(found)


def _network(plan: Plan, ground: _Ground, columns: Ints, given: PlanInputs) -> Network:
    people, lived = ground.people, ground.people > 0
    main = ground.main[ground.rows][:, columns].min(axis=1, initial=NEVER)
    apart = ground.apart[ground.rows][:, columns].min(axis=1, initial=NEVER)
    total = float(people.sum())
    reached = bool(columns.size) and main.min() < NEVER
    worst = int(np.where(lived, main, -1.0).argmax())
    order = np.argsort(main, kind="stable")
    past = np.searchsorted(np.cumsum(people[order]), 0.9 * total)
    within, near = (float(people[t <= plan.minutes].sum()) for t in (main, apart))
    return Network(
        sites=int(columns.size),
        mean=rounded(people @ main / total, 3) if reached else None,
        ninth=rounded(main[order][min(int(past), order.size - 1)], 1) if reached else None,
        worst=rounded(main[worst], 1) if reached else None,
        worst_at=given.communes[ground.rows[worst]].name,
        within=rounded(within, 3),
        share=rounded(within / total),
        apart=rounded(near, 3),
        apart_share=rounded(near / total),
        apart_mean=rounded(people @ apart / total, 3) if reached else None,
        gini=_gini(plan, ground, columns),
    )


def _gini(plan: Plan, ground: _Ground, columns: Ints) -> float | None:
    if not columns.size:
        return None
    weight = weights(plan.question(), ground.main[:, columns])
    score = engine.two_step_access(ground.everyone, np.ones(columns.size), weight).score
    here = score[ground.rows]
    return rounded(engine.gini(here, ground.people)) if here @ ground.people > 0 else None


def _homes(given: PlanInputs, ground: _Ground, networks: list[Ints]) -> tuple[Home, ...]:
    cost = ground.main[ground.rows]
    times = [cost[:, columns].min(axis=1, initial=NEVER) for columns in networks]
    found = []
    for at, row in enumerate(ground.rows):
        commune = given.communes[row]
        minutes = tuple(rounded(t[at], 1) if t[at] < NEVER else None for t in times)
        people = rounded(commune.people or 0.0, 3)
        known = commune.people is not None
        found.append(Home(commune.code, commune.name, commune.epci, people, known, minutes))
    return tuple(found)


def _rounds(plan: Plan, given: PlanInputs, ground: _Ground, choice: _Choice) -> tuple[Round, ...]:
    """Share the stops among the vehicles, near ones together, and order each loop."""
    if not plan.is_itinerant:
        return ()
    rows = {c.code: at for at, c in enumerate(given.communes)}
    stops = [ground.candidates[int(at)] for at in choice.chosen]
    columns = choice.chosen + len(ground.sites)
    halls = np.array([rows[s.commune] for s in stops], dtype=np.int64)
    between = ground.main[np.ix_(halls, columns)]
    room = np.full(len(stops), float(plan.stops))
    shared = engine.capacitated_median(
        between, np.ones(len(stops)), room, plan.vehicles, single=True, time_limit=SECONDS
    )
    table = shared.served.toarray()
    groups = [np.flatnonzero(table[:, at] > 0.5) for at in shared.sites]
    base = max((given.communes[at] for at in ground.rows), key=lambda c: (c.population, c.code))
    start = ground.main[rows[base.code], columns]
    names = {c.code: c.name for c in given.communes}
    return loops(groups, between, start, [names[s.commune] for s in stops])


def _duties(plan: Plan, given: PlanInputs, ground: _Ground) -> tuple[Duty, ...]:
    """Which communes the law obliges to have a relay, and whether today's network has one there."""
    if plan.kind != Kind.RPE:
        return ()
    inside, above = set(given.facts.candidates), given.facts.law[1]
    served = {site.commune for site in ground.sites}
    due = [c for c in given.communes if c.code in inside and c.population > above]
    return tuple(Duty(c.name, c.population, c.code in served) for c in due)
