"""Where to open: three proposals that hand sums confirm, refusals that name what is missing."""

import pytest
from django.test import Client

from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import tasks
from maillage.steering.models import FrozenResult, KeptScenario
from maillage.steering.scenarios import actions, exports, paper, wordings
from maillage.steering.scenarios.parting import shared
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome, unpack
from maillage.steering.tests import toy
from maillage.steering.tests.made import decided
from maillage.steering.tests.test_pages import words

pytestmark = pytest.mark.django_db
HILLS = toy.HILLS


@pytest.fixture(autouse=True)
def _served() -> None:
    toy.territory(minutes=False)
    toy.drop_in("70001")


def solved(**changes: object) -> Outcome:
    return actions.outcome(Plan("70", **({"adding": 1} | changes)))  # type: ignore[arg-type]


def test_the_gain_of_each_choice_is_what_its_communes_say() -> None:
    found = solved()
    people = sum(home.people for home in found.homes)
    for at, proposal in enumerate(found.proposals, 1):
        spent = sum(home.people * (home.minutes[at] or 0) for home in found.homes)
        assert proposal.after.mean == pytest.approx(spent / people, abs=0.01)
        assert proposal.proven


def test_no_other_commune_does_better_than_each_aim() -> None:
    found = solved()
    every = [actions.outcome(Plan("70", adding=4))]
    assert every[0].proposals[0].after.mean == pytest.approx(0.0, abs=0.5)
    mean, worst, most = found.proposals
    assert mean.after.mean == min(p.after.mean or 0 for p in found.proposals)
    assert worst.after.worst == min(p.after.worst or 0 for p in found.proposals)
    assert most.after.within == max(p.after.within for p in found.proposals)


def test_a_budget_too_small_says_what_one_place_costs() -> None:
    found = solved(budget=1000, opening=5000)
    assert found.proposals == ()
    assert wordings.refusal(found).startswith("Le budget de 1\xa0000 € ne permet pas un seul lieu")


def test_too_little_staff_is_named() -> None:
    found = solved(adding=2, tenths=10, staff_tenths=15)
    assert "Il faudrait 2,0 temps plein et vous pouvez en trouver 1,5" in wordings.refusal(found)


def test_sharing_gives_parts_that_add_up_to_the_euro() -> None:
    found = solved(epci=toy.PLAIN, neighbour=HILLS, budget=10_001, opening=10_001)
    for proposal in found.proposals:
        assert sum(part.by_people for part in proposal.parts) == proposal.spent == 10_001
        assert sum(part.by_use for part in proposal.parts) == 10_001
    assert [part.by_people for part in found.proposals[0].parts] == [7501, 2500]


def test_the_largest_remainder_takes_the_last_euro() -> None:
    assert shared(100, [1, 1, 1]) == [34, 33, 33]
    assert shared(10, [0, 0]) == [0, 0]


def test_the_same_plan_gives_the_same_bytes() -> None:
    found = solved()
    again = unpack(found.pack())
    assert again == found
    assert paper.pdf(again) == paper.pdf(found)
    assert exports.geojson(again) == exports.geojson(found)


def test_vehicles_stop_where_they_are_asked_to() -> None:
    found = solved(adding=0, vehicles=1, stops=2)
    assert [len(loop.stops) for loop in found.proposals[0].rounds] == [2]


def test_an_officer_waits_then_compares_decides_and_looks_back(client: Client) -> None:
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = "/pilotage/scenarios/?departement=70&service=laep&ajouter=1"
    waiting = officer.get(address)
    assert waiting["Refresh"] == "2"
    assert "Le calcul est en cours" in words(waiting)
    tasks.solve_scenario(plan_id=FrozenResult.objects.get().pk)
    assert "Prouvé : aucun autre choix ne peut faire mieux" in words(officer.get(address))
    decide = "/pilotage/scenarios/retenir/moyenne/?departement=70&service=laep&ajouter=1"
    refused = officer.post(decide, {"title": "Un lieu", "reason": ""})
    assert "Écrivez la raison" in words(refused)
    kept = officer.post(decide, {"title": "Un lieu", "reason": "Plus près."})
    page = str(kept["Location"])
    assert Client().get(page).status_code == 404
    officer.post(f"{page}publier/")
    assert "Plus près." in words(Client().get(page))
    officer.post(f"{page}frequentation/", {"opened_on": "2027-01-04", "observed": "100000"})
    assert "plus que les" in words(officer.get(page))
    assert Client().get(f"{page}fichiers/dossier.pdf").content.startswith(b"%PDF")


def test_the_database_hides_draft_decisions() -> None:
    with scope.system():
        decided(person("claire@example.org", Role.STEERING_OFFICER).pk)
    scope.enter("public")
    assert KeptScenario.objects.count() == 0
