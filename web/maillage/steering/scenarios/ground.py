"""The territory of a plan as arrays: who lives where, what is open, what may open."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from maillage.directory.vocabulary import Kind
from maillage.steering.compute import opened_sites, travel_minutes
from maillage.steering.inputs import Inputs, Site
from maillage.steering.question import Scenario
from maillage.steering.scenarios.duties import Due, due
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Ints

Floats: TypeAlias = NDArray[np.float64]
NEVER = 999.0  # minutes where there is no route


@dataclass(frozen=True, slots=True)
class Ground:
    """The territory as arrays: its communes, today's sites, the places that may open."""

    rows: Ints  # positions of the territory's communes among all
    people: Floats  # (rows,)
    carless: Floats  # (rows,) share of households without a car; 1 where none is known
    minders: Floats  # (rows,) childminders; 0 where not counted
    everyone: Floats  # (all communes,) neighbours compete for the offer
    main: Floats  # (all communes, sites + candidates) minutes
    apart: Floats  # the same without a car
    sites: tuple[Site, ...]
    candidates: tuple[Site, ...]
    movable: Ints  # positions among sites
    due: tuple[Due, ...]  # relays that the law wants
    required: int  # tenths of a full-time equivalent that the relays of the territory lack
    patience: int = 1  # times the usual limit that each search may take

    @property
    def offered(self) -> Floats:
        """Minutes of the territory to each candidate."""
        return self.main[self.rows][:, len(self.sites) :]

    def today(self, closed: tuple[int, ...] = ()) -> Floats:
        """Minutes of the territory to the nearest site that stays."""
        table = self.main[self.rows][:, self._staying(closed)]
        return np.asarray(table.min(axis=1, initial=NEVER))

    def columns(self, chosen: Ints, closed: tuple[int, ...]) -> Ints:
        """Columns open after a choice."""
        return np.asarray(np.r_[self._staying(closed), chosen + len(self.sites)], dtype=np.int64)

    def unmet(self, closed: tuple[int, ...] = ()) -> tuple[Ints, ...]:
        """Candidates of each relay that the law wants, and that is not there once `closed` are."""
        served = {self.sites[at].commune for at in self._staying(closed)}
        return tuple(one.candidates for one in self.due if not one.is_met(served))

    def _staying(self, closed: tuple[int, ...]) -> Ints:
        return np.setdiff1d(np.arange(len(self.sites)), np.array(closed, dtype=np.int64))


def ground(plan: Plan, given: PlanInputs, patience: int = 1) -> Ground:
    """Read the arrays of a plan from its inputs."""
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
    codes = [given.communes[at].code for at in kept]
    minders = dict(facts.childminders)
    movable = [at for at, s in enumerate(sites) if s.commune in inside and not s.is_mobile]
    return Ground(
        rows=rows,
        people=everyone[rows],
        carless=_carless(dict(facts.carless), codes),
        minders=np.array([minders.get(code, 0.0) for code in codes], dtype=np.float64),
        everyone=everyone,
        main=tables[0],
        apart=tables[1],
        sites=sites,
        candidates=candidates,
        movable=np.array(movable, dtype=np.int64),
        due=due(plan, given, candidates),
        required=required_tenths(plan, given),
        patience=patience,
    )


def required_tenths(plan: Plan, given: PlanInputs) -> int:
    """Tenths of a full-time equivalent to add so that each follows few enough childminders."""
    if plan.kind != Kind.RPE:
        return 0
    minders, per_fte = sum(n for _code, n in given.facts.childminders), given.facts.law[0]
    return max(0, int(np.ceil(round(10 * minders / per_fte, 6))) - plan.today_tenths)


def label(site: Site) -> str:
    """A site of today by the names that families know."""
    return f"{site.name}, {site.location}"


def _carless(shares: dict[str, float], codes: list[str]) -> Floats:
    """The share of each commune; the mean of the others where it is not published."""
    known = [shares[code] for code in codes if code in shares]
    usual = sum(known) / len(known) if known else 1.0
    return np.array([shares.get(code, usual) for code in codes], dtype=np.float64)
