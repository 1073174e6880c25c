"""What is written about tours: frozen answers, and the one kept with a decision."""

import json
from uuid import UUID

from django.db import transaction

from maillage.steering.models import KeptTour, key_of
from maillage.steering.provenance import code_version
from maillage.steering.scenarios import rounds_compute
from maillage.steering.scenarios.actions import SCENARIOS
from maillage.steering.scenarios.asking import Asked, question_under
from maillage.steering.scenarios.rounds_compute import STEPS, Facts
from maillage.steering.scenarios.rounds_question import Question, question_of
from maillage.steering.scenarios.rounds_result import Tour, unpack
from maillage.steering.scenarios.runs import TOUR_TASK


def asking(asked: Question, facts: Facts) -> Asked:
    """The question as a worker is asked it, under everything its answer depends on."""
    key = key_of("tour", asked.as_dict(), facts.sha256(), code_version())
    return Asked(key, json.dumps(asked.as_dict()).encode(), TOUR_TASK, STEPS)


def answer_asked(plan_id: str) -> None:
    """Answer the question that waits under this key; nothing if it was forgotten meanwhile."""
    waiting = question_under(plan_id)
    if waiting:
        tour(question_of(json.loads(waiting)))


def tour(asked: Question) -> Tour:
    """Find the tour, else plan it, telling each step, and freeze it."""
    facts = rounds_compute.facts(asked)
    return asking(asked, facts).answered(
        unpack, lambda tell: rounds_compute.plan(asked, facts, tell)
    )


def has_changed(made: Tour) -> bool:
    """Whether the roads under a tour are no longer the same."""
    asked = made.question
    return (
        bool(rounds_compute.gone(asked)) or rounds_compute.facts(asked).sha256() != made.data_hash
    )


@transaction.atomic
def keep(decision_id: UUID, made: Tour, *, actor_id: int) -> KeptTour:
    """Keep a tour with its decision, in place of the former one. Two at once keep one."""
    decision = SCENARIOS.locked(decision_id)
    kept, _is_new = KeptTour.objects.update_or_create(
        decision=decision,
        defaults={
            "departement_id": decision.departement_id,
            "packed": made.pack(),
            "data_hash": made.data_hash,
            "code_version": made.code_version,
        },
    )
    SCENARIOS.record(decision, "tour_kept", actor_id)
    return kept
