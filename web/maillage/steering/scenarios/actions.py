"""What is written about scenarios: frozen outcomes, the steps of a run, and decisions."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from maillage.core import audit
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
from maillage.steering.scenarios.runs import TASK, Run, run_of
from maillage.territory.imports import childminders
from maillage.territory.imports.observations import Figure
from maillage.territory.imports.report import Report
from maillage.territory.imports.run import Context, Options, import_file
from maillage.territory.imports.table import Table
from maillage.territory.models import Commune, Departement

WAITING = "attente"
STEPS, BALANCED = ("debut", "trajets", *AIMS), "equilibre"


def key(plan: Plan, facts: PlanFacts) -> str:
    """Everything the outcome depends on."""
    return key_of("scenario", plan.as_dict(), facts.sha256(), code_version())


def found(plan: Plan, facts: PlanFacts) -> Outcome | None:
    """Read the frozen outcome of the same plan on the same facts, if it was made."""
    packed = FrozenResult.objects.packed(key(plan, facts))
    return unpack(packed) if packed is not None else None


def steps_of(plan: Plan) -> tuple[str, ...]:
    """What is done for a plan, in order."""
    return (*STEPS, BALANCED) if plan.team else STEPS


def progress(plan: Plan, facts: PlanFacts) -> int:
    """How many steps of its run are done; 0 when nobody works on it yet."""
    keys = [_step(key(plan, facts), step) for step in steps_of(plan)]
    return FrozenResult.objects.filter(pk__in=keys).count()


def has_changed(made: Outcome) -> bool:
    """Whether the data under an outcome are no longer the same."""
    return inputs.facts(made.plan).sha256() != made.data_hash


def ask(plan: Plan, facts: PlanFacts) -> int:
    """Have a worker answer, once; say how many steps are done."""
    waiting = _step(key(plan, facts), WAITING)
    with transaction.atomic():
        known = FrozenResult.objects.filter(pk=waiting).exists()
        if not known and freeze(waiting, json.dumps(plan.as_dict()).encode()):
            app.configure_task(TASK).defer(plan_id=waiting)
    return progress(plan, facts)


def run(plan: Plan, facts: PlanFacts) -> Run:
    """How the run that was asked for stands."""
    waiting = _step(key(plan, facts), WAITING)
    since = FrozenResult.objects.filter(pk=waiting).values_list("made_at", flat=True).first()
    return run_of(waiting, since) if since else Run()


@transaction.atomic
def ask_again(plan: Plan, facts: PlanFacts) -> None:
    """Forget the run that gave no answer, and ask once more; a run that may answer is left."""
    if run(plan, facts).silence:
        name = key(plan, facts)
        steps = [_step(name, step) for step in (WAITING, *steps_of(plan))]
        FrozenResult.objects.filter(pk__in=steps).delete()
        ask(plan, facts)


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

    def tell(step: str) -> None:
        freeze(_step(name, step), b"")

    made = compute.solve(plan, inputs.read(plan, facts), tell)
    freeze(name, made.pack())
    return made


def _step(name: str, step: str) -> str:
    return key_of("step", name, step)


SCENARIOS = Drafts(KeptScenario, "steering.scenario", DecisionIsPublished, ScenarioChanged)
publish, withdraw, discard = SCENARIOS.publish, SCENARIOS.withdraw, SCENARIOS.discard


@dataclass(frozen=True, slots=True)
class Words:
    """What an officer writes of a decision."""

    title: str
    reason: str
    cost_key: str = ""  # how the neighbour shares, where one does
    kept_on: date | None = None  # the day of the figures, once the decision is kept


@transaction.atomic
def decide(made: Outcome, *, aim: str, words: Words, actor_id: int) -> KeptScenario:
    """Keep the proposal that was chosen, as it is now. It is a draft until published."""
    kept = row_of(made, aim, words)
    kept.save()
    SCENARIOS.record(kept, "kept", actor_id)
    return kept


def row_of(made: Outcome, aim: str, words: Words) -> KeptScenario:
    """The decision, not written yet."""
    chosen = next(one for one in made.proposals if one.aim == aim)
    return KeptScenario(
        departement_id=made.plan.departement,
        title=words.title,
        aim=aim,
        reason=words.reason,
        cost_key=words.cost_key if made.plan.neighbour else "",
        packed=made.pack(),
        data_hash=made.data_hash,
        code_version=made.code_version,
        expected_low=min(chosen.low, chosen.high),
        expected_high=chosen.high,
    )


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


@transaction.atomic
def keep_childminders(departement: str, *, table: str, year: int, actor_id: int) -> Report:
    """Import a table of childminders of this département, all of it or nothing.

    Raises `FileRefused` with every fault.
    """
    place = Departement.objects.get(pk=departement)
    inside = set(Commune.objects.of(departement).values_list("pk", flat=True))

    def parse(read: Table, context: Context) -> list[Figure]:
        for row in read.rows:
            if row.text("code") not in inside:
                row.fault("code", _("cette commune n’est pas de ce département."))
        return childminders.parse(read, context)

    with TemporaryDirectory() as folder:
        path = Path(folder, f"{_('tableau')}.csv")
        path.write_text(table, encoding="utf-8")
        options = Options(vintage=str(year), extra=(("producer", place.name),))
        report = import_file(replace(childminders.SOURCE, parse=parse), path, options)
    audit.record(actor_id, "steering.childminders.written", place, departement=departement)
    return report
