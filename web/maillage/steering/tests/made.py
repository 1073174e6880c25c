"""A made decision, small: two communes, three proposals that open the second."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from maillage.steering.models import KeptScenario, Target, TargetReading
from maillage.steering.scenarios import actions, rounds_actions
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Home, Network, Outcome, Place, Proposal
from maillage.steering.scenarios.rounds_question import Question, Stop
from maillage.steering.scenarios.rounds_result import Rhythm, Tour

BEFORE = Network(1, 10.0, 20.0, 20.0, "Bourg", 10.0, 0.5, 10.0, 0.5, 30.0, 0.5)
AFTER = Network(2, 0.0, 0.0, 0.0, "Aval", 20.0, 1.0, 20.0, 1.0, 0.0, 0.0)
PLACE = Place("70002", "Bourg", 47.6, 6.1, 10.0, 0.0, 20.0, 1.0, 1.0, (), None, None)


def outcome() -> Outcome:
    """An outcome with every aim agreeing."""
    proposals = tuple(
        Proposal(
            aim, (PLACE,), (), AFTER, 0.0, 0.0, True, 10.0, 0.0, None, None, (), (), 10.0, 1, 2
        )
        for aim in ("moyenne", "eloignes", "couverture")
    )
    homes = (
        Home("70001", "Aval", "200000001", 10.0, True, (0.0, 0.0, 0.0, 0.0)),
        Home("70002", "Bourg", "200000001", 10.0, True, (20.0, 0.0, 0.0, 0.0)),
    )
    return Outcome(
        Plan("70", adding=1), "Haute-Saône", "Haute-Saône", "", homes, (), BEFORE, proposals, (),
        None, None, ("", 0.0, 0.0), "", (), "0", "code",
    )  # fmt: skip


def decided(actor_id: int) -> KeptScenario:
    """A draft decision."""
    return actions.decide(
        outcome(), aim="moyenne", words=Words("Un lieu à Bourg", "Plus près."), actor_id=actor_id
    )


def toured(actor_id: int) -> KeptScenario:
    """A draft decision of one vehicle, with an empty tour."""
    made = replace(outcome(), plan=Plan("70", adding=0, vehicles=1, stops=1))
    words = Words("Un bus à Bourg", "Plus près.")
    kept = actions.decide(made, aim="moyenne", words=words, actor_id=actor_id)
    stops = (Stop("70002", "Bourg", 47.6, 6.1, 10.0),)
    asked = Question("70", "70001", 1, 510, 420, 1, (5, 6), 120, "2027-01-04", stops)
    done = Rhythm((2,), 0, 0, 0.0, 0.0, 0.0, 0.0, True)
    tour = Tour(asked, "Aval", (47.6, 6.1), (), (), True, (done,), 0, "", "0", "code")
    rounds_actions.keep(kept.pk, tour, actor_id=actor_id)
    return kept


def target(epci: str, year: int, **changes: Any) -> Target:
    """From 60 % two years ago to 90 % in two years."""
    facts: dict[str, Any] = {
        "departement_id": "70", "epci_id": epci, "kind": "laep", "audience": "moins-de-6-ans",
        "mode": "car", "minutes": 30, "gauge": "couverture", "start_year": year - 2,
        "start_value": Decimal(60), "end_year": year + 2, "end_value": Decimal(90),
    } | changes  # fmt: skip
    return Target.objects.create(**facts)


def target_read(epci: str, year: int) -> Target:
    """A target with one reading."""
    found = target(epci, year)
    TargetReading.objects.create(
        departement_id="70", target=found, year=year, value=80, lowest=80, highest=100, people=50,
        data_hash="0", code_version="0",
    )  # fmt: skip
    return found
