"""From facts to three proposals beside today's: what the page says of each choice, in figures."""

import numpy as np

import maillage_engine as engine
from maillage.directory.vocabulary import Kind
from maillage.steering.compute import weights
from maillage.steering.diagnosis import rounded
from maillage.steering.provenance import code_version
from maillage.steering.scenarios.balance import balance
from maillage.steering.scenarios.choosing import (
    AIMS,
    Choice,
    best,
    count_of,
    margins,
    refusal,
    steadiness,
)
from maillage.steering.scenarios.duties import duties, grouped
from maillage.steering.scenarios.ground import NEVER, Floats, Ground, ground, label
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.parting import loops, parts_of
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Home, Ints, Network, Outcome, Place, Proposal, Round
from maillage.steering.scenarios.staffing import staffing
from maillage.steering.scenarios.steps import Tell, untold

SECONDS = 20.0


def solve(plan: Plan, given: PlanInputs, tell: Tell = untold, patience: int = 1) -> Outcome:
    """Answer `plan`. Pure: the same inputs give the same outcome, to the byte.

    Only an outcome that is cut short hangs on the machine; `patience` stretches each limit of time.
    """
    land = ground(plan, given, patience)
    count = count_of(plan, land)
    refused = refusal(plan, land, count)
    tell("trajets")
    proposals = []
    if not refused[0]:
        for aim in AIMS:
            choice = best(aim, plan, land, count)
            proposals.append(_proposal(aim, plan, given, land, choice))
            tell(aim)
    everything = np.arange(len(land.sites))
    served = {site.commune for site in land.sites}
    even = balance(plan, given, land) if not refused[0] else None
    tell("equilibre")
    return Outcome(
        plan=plan,
        departement_name=given.facts.main.departement_name,
        territory=given.facts.names[0] or given.facts.main.departement_name,
        neighbour=given.facts.names[1],
        homes=_homes(given, land, [everything, *(_columns(land, p) for p in proposals)]),
        sites=tuple((s.latitude, s.longitude, s.name) for s in land.sites),
        today=_network(plan, land, everything, given) if land.people.any() else None,
        proposals=tuple(proposals),
        duties=duties(land.due, served),
        grouped=grouped(plan, given, served),
        balance=even,
        childminders=sum(n for _c, n in given.facts.childminders) or None,
        per_fte=given.facts.law[0] if plan.kind == Kind.RPE else None,
        required=land.required / 10 if given.facts.childminders else None,
        carless=bool(given.facts.carless),
        patience=patience,
        refusal=refused,
        travel=given.facts.main.times_source,
        sources=tuple(
            (s.title, s.producer, s.licence, s.vintage) for s in given.facts.main.sources
        ),
        data_hash=given.facts.sha256(),
        code_version=code_version(),
    )


def _columns(land: Ground, found: Proposal) -> Ints:
    codes = {site.commune: at for at, site in enumerate(land.candidates)}
    chosen = np.array([codes[place.commune] for place in found.places], dtype=np.int64)
    closed = tuple(at for at, s in enumerate(land.sites) if label(s) in found.closed)
    return land.columns(chosen, closed)


def _proposal(aim: str, plan: Plan, given: PlanInputs, land: Ground, choice: Choice) -> Proposal:
    columns = land.columns(choice.chosen, choice.closed)
    cost = land.main[land.rows]
    change = engine.compare_sites(cost, land.people, np.arange(len(land.sites)), columns)
    steady, exactly, spread = steadiness(aim, plan, land, choice)
    means = staffing(plan, given, land, choice)
    nearest = columns[cost[:, columns].argmin(axis=1)]
    goes = (nearest >= len(land.sites)) & (change.after <= plan.minutes)
    users = np.where(nearest >= len(land.sites), land.people, 0.0)
    places = _places(plan, given, land, choice, (steady, exactly, means.staff))
    communes = [given.communes[at] for at in land.rows]
    fewer, more = margins(aim, plan, land, choice.chosen.size)
    rounds, is_settled = _rounds(plan, given, land, choice)
    searches = [one for one in (choice, means, fewer, more) if one is not None]

    def shown(value: float) -> float:
        return _shown(aim, value, float(land.people.sum()))

    return Proposal(
        aim=aim,
        places=places,
        closed=tuple(label(land.sites[at]) for at in choice.closed),
        after=_network(plan, land, columns, given),
        objective=shown(choice.value),
        bound=shown(choice.bound),
        proven=abs(choice.value - choice.bound) <= 1e-6 * max(1.0, abs(choice.value)),
        gain=rounded(change.gain, 3),
        lose=rounded(change.lose, 3),
        served=means.served,
        spent=means.spent,
        parts=parts_of(plan, given, communes, land.people, users, means.spent or 0),
        rounds=rounds,
        reached=rounded(float(land.people[goes].sum()), 3),
        low=int(spread[0] * plan.low_use / 100),
        high=int(-(-spread[1] * plan.high_use // 100)),
        reinforced=means.reinforced,
        fewer=None if fewer is None else shown(fewer.value),
        more=None if more is None else shown(more.value),
        cut_short=any(one.cut_short for one in searches) or not is_settled,
    )


def _shown(aim: str, value: float, people: float) -> float:
    """A value as it is said: mean minutes, minutes of the farthest, or persons within reach."""
    if aim == "couverture":
        return rounded(people - value)
    return rounded(value / people if aim == "moyenne" else value)


def _places(
    plan: Plan,
    given: PlanInputs,
    land: Ground,
    choice: Choice,
    more: tuple[Floats, Floats, Floats | None],
) -> tuple[Place, ...]:
    columns = land.columns(choice.chosen, choice.closed)
    cost = land.main[land.rows]
    why = engine.reasons(cost, land.people, columns)
    at = {int(site): position for position, site in enumerate(why.sites)}
    rooms, minders = dict(given.facts.rooms), dict(given.facts.childminders)
    nearest = columns[cost[:, columns].argmin(axis=1)]
    names = {c.code: c.name for c in given.communes}
    steady, exactly, staff = more
    found = []
    for position, chosen in enumerate(choice.chosen):
        column = int(chosen) + len(land.sites)
        site, here = land.candidates[int(chosen)], at[column]
        persons = float(why.persons[here])
        codes = [given.communes[land.rows[row]].code for row in np.flatnonzero(nearest == column)]
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


def _network(plan: Plan, land: Ground, columns: Ints, given: PlanInputs) -> Network:
    people, lived = land.people, land.people > 0
    main = land.main[land.rows][:, columns].min(axis=1, initial=NEVER)
    apart = land.apart[land.rows][:, columns].min(axis=1, initial=NEVER)
    total = float(people.sum())
    reached = bool(columns.size) and main.min() < NEVER
    worst = int(np.where(lived, main, -1.0).argmax())
    order = np.argsort(main, kind="stable")
    past = np.searchsorted(np.cumsum(people[order]), 0.9 * total)
    carless = people * land.carless
    left = float(carless.sum()) or 1.0
    within, near = float(people[main <= plan.minutes].sum()), carless[apart <= plan.minutes].sum()
    return Network(
        sites=int(columns.size),
        mean=rounded(people @ main / total, 3) if reached else None,
        ninth=rounded(main[order][min(int(past), order.size - 1)], 1) if reached else None,
        worst=rounded(main[worst], 1) if reached else None,
        worst_at=given.communes[land.rows[worst]].name,
        within=rounded(within, 3),
        share=rounded(within / total),
        apart=rounded(float(near), 3),
        apart_share=rounded(float(near) / left),
        apart_mean=rounded(float(carless @ apart) / left, 3) if reached else None,
        gini=_gini(plan, land, columns),
    )


def _gini(plan: Plan, land: Ground, columns: Ints) -> float | None:
    if not columns.size:
        return None
    weight = weights(plan.question(), land.main[:, columns])
    score = engine.two_step_access(land.everyone, np.ones(columns.size), weight).score
    here = score[land.rows]
    return rounded(engine.gini(here, land.people)) if here @ land.people > 0 else None


def _homes(given: PlanInputs, land: Ground, networks: list[Ints]) -> tuple[Home, ...]:
    cost = land.main[land.rows]
    times = [cost[:, columns].min(axis=1, initial=NEVER) for columns in networks]
    apart = land.apart[land.rows][:, networks[0]].min(axis=1, initial=NEVER)
    minders = dict(given.facts.childminders)
    found = []
    for at, row in enumerate(land.rows):
        commune = given.communes[row]
        minutes = tuple(rounded(t[at], 1) if t[at] < NEVER else None for t in times)
        people = rounded(commune.people or 0.0, 3)
        known = commune.people is not None
        found.append(
            Home(
                commune.code, commune.name, commune.epci, people, known, minutes,
                apart=rounded(apart[at], 1) if apart[at] < NEVER else None,
                minders=minders.get(commune.code),
            )
        )  # fmt: skip
    return tuple(found)


def _rounds(
    plan: Plan, given: PlanInputs, land: Ground, choice: Choice
) -> tuple[tuple[Round, ...], bool]:
    """Share the stops among the vehicles, near ones together, and order each loop.

    Also whether the sharing was settled before its limit of time.
    """
    if not plan.is_itinerant:
        return (), True
    rows = {c.code: at for at, c in enumerate(given.communes)}
    stops = [land.candidates[int(at)] for at in choice.chosen]
    columns = choice.chosen + len(land.sites)
    halls = np.array([rows[s.commune] for s in stops], dtype=np.int64)
    between = land.main[np.ix_(halls, columns)]
    room = np.full(len(stops), float(plan.stops))
    shared = engine.capacitated_median(
        between, np.ones(len(stops)), room, plan.vehicles, single=True,
        time_limit=land.patience * SECONDS,
    )  # fmt: skip
    table = shared.served.toarray()
    groups = [np.flatnonzero(table[:, at] > 0.5) for at in shared.sites]
    base = max((given.communes[at] for at in land.rows), key=lambda c: (c.population, c.code))
    start = land.main[rows[base.code], columns]
    names = {c.code: c.name for c in given.communes}
    return loops(groups, between, start, [names[s.commune] for s in stops]), shared.proven
