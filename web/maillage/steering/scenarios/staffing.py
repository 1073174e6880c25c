"""Who works where: the staff shared among the places, so that as many as possible are followed."""

from dataclasses import dataclass

import numpy as np

import maillage_engine as engine
from maillage.directory.vocabulary import Kind
from maillage.steering.diagnosis import rounded
from maillage.steering.scenarios.choosing import SECONDS, Choice, cost_of, tenths_of
from maillage.steering.scenarios.ground import Floats, Ground
from maillage.steering.scenarios.inputs import PlanInputs
from maillage.steering.scenarios.plan import Plan


@dataclass(frozen=True, slots=True)
class Staffing:
    """What the means become; None where nothing was said of them."""

    staff: Floats | None = None  # full-time equivalents of each place
    served: float | None = None  # persons, or childminders of a relay, that they can follow
    spent: int | None = None  # euros a year
    reinforced: float | None = None  # full-time equivalents to add to today's relays
    cut_short: bool = False  # a limit of time ended the search before its proof


def staffing(plan: Plan, given: PlanInputs, ground: Ground, choice: Choice) -> Staffing:
    """Share the staff among the places so that as many people as possible are served."""
    sites = choice.chosen.size - len(choice.closed)
    if plan.is_itinerant:
        return Staffing(spent=round(cost_of(plan, ground, plan.vehicles)) or None)
    if plan.kind == Kind.RPE and ground.minders.any():
        return _of_relays(plan, given, ground, choice)
    if not (plan.has_means and plan.wage and plan.persons and plan.tenths):
        return Staffing(spent=round(cost_of(plan, ground, sites)) or None)
    means = engine.Means(
        budget=plan.budget + len(choice.closed) * plan.site_cost,
        wage=plan.wage,
        persons_per_fte=plan.persons,
        staff=plan.staff_tenths / 10 or plan.budget / plan.wage + choice.chosen.size,
        smallest=plan.tenths / 10,
    )
    found = _shared(plan, ground, choice, means, ground.people)
    served = rounded(found.objective, 3)
    return Staffing(found.staff, served, round(found.spent), cut_short=not found.proven)


def _of_relays(plan: Plan, given: PlanInputs, ground: Ground, choice: Choice) -> Staffing:
    """Staff what the law asks: where childminders are, and at today's relays for the rest."""
    size = choice.chosen.size
    tenths = tenths_of(plan, ground, size)
    most = cost_of(plan, ground, size)
    means = engine.Means(
        budget=most, wage=plan.wage, persons_per_fte=given.facts.law[0], staff=tenths / 10,
        smallest=plan.tenths / 10,
    )  # fmt: skip
    found = _shared(plan, ground, choice, means, ground.minders)
    left = round(max(0.0, ground.required / 10 - float(found.staff.sum())), 1)
    spent = round(found.spent + plan.wage * left - len(choice.closed) * plan.site_cost)
    served = rounded(found.objective, 3)
    return Staffing(found.staff, served, max(spent, 0) or None, left, not found.proven)


def _shared(
    plan: Plan, ground: Ground, choice: Choice, means: engine.Means, people: Floats
) -> engine.StaffedPlan:
    size = choice.chosen.size
    return engine.staffed_plan(
        ground.offered[:, choice.chosen] <= plan.minutes,
        people,
        means,
        opening=np.full(size, float(plan.opening)),
        open_today=np.arange(size),
        time_limit=ground.patience * SECONDS,
    )
