"""Few places, presence at each, little travel: every best compromise of one team (R11)."""

import numpy as np

import maillage_engine as engine
from maillage.steering.diagnosis import rounded
from maillage.steering.scenarios.ground import Floats, Ground
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Balance, Compromise, Post

SITES_EACH = 3  # places of one person, at most
MOST_SITES = 12
SECONDS = 60.0


def balance(plan: Plan, given: PlanInputs, land: Ground) -> Balance | None:
    """Open places of a team beside today's; nothing where no team was given.

    No place is proposed with less presence than the least that the plan gives.
    """
    team = plan.posts
    if not team or not land.people.any():
        return None
    floors = (max(1, plan.tenths), max(team))
    if floors[0] > floors[1]:  # nobody has as much time as a place must have
        return Balance((), complete=True)
    lived = land.people > 0
    people, today = land.people[lived], land.today()[lived]
    after = np.minimum(land.offered[lived], today[:, None])
    front = engine.pooling_front(
        after, people, list(team), between=_between(given, land),
        share_minutes=float(plan.apart), share_sites=SITES_EACH,
        sites=(1, min(MOST_SITES, len(land.candidates))), quality=floors,
        time_limit=land.patience * SECONDS,
    )  # fmt: skip
    names = {c.code: c.name for c in given.communes}
    towns = [names[site.commune] for site in land.candidates]
    found = tuple(_compromise(plan, one, after, people, towns) for one in front.points)
    return Balance(found, front.complete)


def _between(given: PlanInputs, land: Ground) -> Floats:
    """Minutes from each place that may open to each other."""
    rows = {c.code: at for at, c in enumerate(given.communes)}
    halls = np.array([rows[site.commune] for site in land.candidates], dtype=np.int64)
    return np.asarray(land.main[halls][:, len(land.sites) :])


def _compromise(
    plan: Plan, one: engine.SharedNetwork, after: Floats, people: Floats, towns: list[str]
) -> Compromise:
    minutes = after[:, one.sites].min(axis=1)
    total, near = float(people.sum()), float(people[minutes <= plan.minutes].sum())
    rows = zip(one.sites.tolist(), one.tenths.tolist(), one.practitioner.tolist(), strict=True)
    return Compromise(
        sites=int(one.sites.size),
        floor=one.quality / 10,
        mean=rounded(people @ minutes / total, 3),
        within=rounded(near, 3),
        share=rounded(near / total),
        posts=tuple(Post(towns[site], tenths / 10, person) for site, tenths, person in rows),
        proven=one.proven,
    )
