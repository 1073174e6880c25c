"""What is written about scenarios: frozen outcomes, the steps of a run, and decisions."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from maillage.core import audit
from maillage.steering.drafts import Drafts
from maillage.steering.errors import DecisionIsPublished, ScenarioChanged
from maillage.steering.models import KeptScenario, key_of
from maillage.steering.provenance import code_version
from maillage.steering.scenarios import compute, inputs
from maillage.steering.scenarios.asking import Asked, question_under
from maillage.steering.scenarios.choosing import AIMS
from maillage.steering.scenarios.inputs import PlanFacts
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome, unpack
from maillage.steering.scenarios.runs import TASK
from maillage.territory.imports import childminders
from maillage.territory.imports.observations import Figure
from maillage.territory.imports.report import Report
from maillage.territory.imports.run import Context, Options, import_file
from maillage.territory.imports.table import Table
from maillage.territory.models import Commune, Departement

STEPS, BALANCED = ("debut", "trajets", *AIMS), "equilibre"
MORE = 4  # times more patience when one asks again for what was cut short


def asking(plan: Plan, facts: PlanFacts) -> Asked:
    """The plan as a worker is asked it, under everything its outcome depends on."""
    key = key_of("scenario", plan.as_dict(), facts.sha256(), code_version())
    return Asked(key, _said(plan, 1), TASK, steps_of(plan))


def found(plan: Plan, facts: PlanFacts) -> Outcome | None:
    """Read the frozen outcome of the same plan on the same facts, if it was made."""
    return asking(plan, facts).found(unpack)


def steps_of(plan: Plan) -> tuple[str, ...]:
    """What is done for a plan, in order."""
    return (*STEPS, BALANCED) if plan.team else STEPS


def has_changed(made: Outcome) -> bool:
    """Whether the data under an outcome are no longer the same."""
    return inputs.facts(made.plan).sha256() != made.data_hash


def ask_again(plan: Plan, facts: PlanFacts) -> None:
    """Ask once more for what gave no answer; with more time, for what was cut short."""
    asking(plan, facts).ask_again(_more)


def _more(packed: bytes) -> bytes | None:
    made = unpack(packed)
    return _said(made.plan, MORE * made.patience) if made.cut_short else None


def _said(plan: Plan, patience: int) -> bytes:
    return json.dumps({"plan": plan.as_dict(), "patience": patience}).encode()


def answer_asked(plan_id: str) -> None:
    """Answer the plan that waits under this key; nothing if it was forgotten meanwhile."""
    asked = question_under(plan_id)
    if asked:
        said = json.loads(asked)
        outcome(Plan(**said["plan"]), said["patience"])


def outcome(plan: Plan, patience: int = 1) -> Outcome:
    """Find the outcome, else compute it, telling each step, and freeze it."""
    facts = inputs.facts(plan)
    return asking(plan, facts).answered(
        unpack, lambda tell: compute.solve(plan, inputs.read(plan, facts), tell, patience)
    )


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
