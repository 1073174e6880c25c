"""What is written about scenarios: frozen outcomes, the steps of a run, and decisions."""

import json
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.steering.actions import freeze
from maillage.steering.drafts import Drafts
from maillage.steering.errors import DecisionIsPublished, ScenarioChanged
from maillage.steering.models import FrozenResult, KeptScenario, key_of
from maillage.steering.provenance import code_version
from maillage.steering.scenarios import compute, inputs
from maillage.steering.scenarios.choosing import AIMS
from maillage.steering.scenarios.inputs import PlanFacts
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome, unpack

LOST_AFTER = timedelta(minutes=3)
STEPS = ("debut", "trajets", *AIMS)


def key(plan: Plan, facts: PlanFacts) -> str:
    """Everything the outcome depends on."""
    return key_of("scenario", plan.as_dict(), facts.sha256(), code_version())


def found(plan: Plan, facts: PlanFacts) -> Outcome | None:
    """Read the frozen outcome of the same plan on the same facts, if it was made."""
    packed = FrozenResult.objects.packed(key(plan, facts))
    return unpack(packed) if packed is not None else None


def progress(plan: Plan, facts: PlanFacts) -> int:
    """How many steps of its run are done; 0 when nobody works on it yet."""
    keys = [_step(key(plan, facts), step) for step in STEPS]
    return FrozenResult.objects.filter(pk__in=keys).count()


def ask(plan: Plan, facts: PlanFacts) -> int:
    """Have a worker answer, once; say how many steps are done. A run that died is asked again."""
    name = key(plan, facts)
    waiting = _step(name, "attente")
    asked = FrozenResult.objects.filter(pk=waiting)
    asked.filter(made_at__lt=timezone.now() - LOST_AFTER).delete()
    with transaction.atomic():
        if not asked.exists():
            freeze(waiting, json.dumps(plan.as_dict()).encode())
            app.configure_task("steering.solve_scenario").defer(plan_id=waiting)
    return progress(plan, facts)


def answer_asked(plan_id: str) -> None:
    """Answer the plan that waits under this key; nothing if it was forgotten meanwhile."""
    asked = FrozenResult.objects.packed(plan_id)
    if asked:
        outcome(Plan(**json.loads(asked)))


def outcome(plan: Plan) -> Outcome:
    """Find the outcome, else compute it, telling each step, and freeze it."""
    facts = inputs.facts(plan)
    before = found(plan, facts)
    if before:
        return before
    name = key(plan, facts)
    freeze(_step(name, STEPS[0]), b"")
    made = compute.solve(
        plan, inputs.read(plan, facts), lambda step: freeze(_step(name, step), b"")
    )
    freeze(name, made.pack())
    return made


def _step(name: str, step: str) -> str:
    return key_of("step", name, step)


SCENARIOS = Drafts(KeptScenario, "steering.scenario", DecisionIsPublished, ScenarioChanged)
publish, withdraw, discard = SCENARIOS.publish, SCENARIOS.withdraw, SCENARIOS.discard


@transaction.atomic
def decide(made: Outcome, *, aim: str, title: str, reason: str, actor_id: int) -> KeptScenario:
    """Keep the proposal that was chosen, as it is now. It is a draft until published."""
    chosen = next(one for one in made.proposals if one.aim == aim)
    kept = KeptScenario.objects.create(
        departement_id=made.plan.departement,
        title=title,
        aim=aim,
        reason=reason,
        packed=made.pack(),
        data_hash=made.data_hash,
        code_version=made.code_version,
        expected_low=min(chosen.low, chosen.high),
        expected_high=chosen.high,
    )
    SCENARIOS.record(kept, "kept", actor_id)
    return kept


@transaction.atomic
def reword(
    kept_id: UUID, *, title: str, reason: str, seen_at: datetime, actor_id: int
) -> KeptScenario:
    """Change the words of a draft; the figures never change.

    Raises `DecisionIsPublished`, or `ScenarioChanged` when someone wrote since `seen_at`.
    """
    kept = SCENARIOS.draft(kept_id, seen_at)
    kept.title, kept.reason = title, reason
    kept.save()
    SCENARIOS.record(kept, "reworded", actor_id)
    return kept


@transaction.atomic
def observe(kept_id: UUID, *, opened_on: date, observed: int | None, actor_id: int) -> KeptScenario:
    """Write when the places opened and how many people came; published or not."""
    kept = SCENARIOS.locked(kept_id)
    kept.opened_on, kept.observed = opened_on, observed
    kept.save()
    SCENARIOS.record(kept, "observed", actor_id)
    return kept
