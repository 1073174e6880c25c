"""What is written about sharing new places: the frozen answer, made once, away from the page."""

import json
from dataclasses import asdict

from maillage.steering import inputs
from maillage.steering.inputs import Facts, Inputs
from maillage.steering.models import key_of
from maillage.steering.provenance import code_version
from maillage.steering.scenarios.asking import Asked, question_under
from maillage.steering.scenarios.rebalance import STEPS, rebalance
from maillage.steering.scenarios.rebalancing import Rebalanced, Rebalancing, unpack
from maillage.steering.scenarios.runs import SHARING_TASK


def asking(asked: Rebalancing, facts: Facts) -> Asked:
    """The question as a worker is asked it, under everything its answer depends on."""
    key = key_of("rebalancing", asked.query(), facts.sha256(), code_version())
    return Asked(key, json.dumps(asdict(asked)).encode(), SHARING_TASK, STEPS)


def answer_asked(plan_id: str) -> None:
    """Answer the question that waits under this key; nothing if it was forgotten meanwhile."""
    waiting = question_under(plan_id)
    if waiting:
        answer(Rebalancing(**json.loads(waiting)))


def answer(asked: Rebalancing) -> Rebalanced:
    """Find the frozen answer on the same facts, else compute it, telling each step, and keep it."""
    question = asked.question()
    facts = inputs.facts(question)
    return asking(asked, facts).answered(
        unpack, lambda tell: rebalance(asked, Inputs(facts, inputs.communes(question)), tell)
    )
