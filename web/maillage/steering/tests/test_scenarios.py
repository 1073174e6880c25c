"""Where to open: three proposals that hand sums confirm, refusals that name what is missing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

import maillage_engine as engine
from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import tasks
from maillage.steering.models import FrozenResult, KeptScenario
from maillage.steering.scenarios import actions, exports, paper, wordings
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.parting import shared
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.result import Outcome, unpack
from maillage.steering.tests import toy
from maillage.steering.tests.made import decided
from maillage.steering.tests.test_pages import words
from maillage.territory.models import Commune

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


def test_a_decision_says_that_its_data_changed_to_those_who_may_change_it(client: Client) -> None:
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    made = solved()
    with scope.system():
        kept = actions.decide(made, aim="moyenne", words=Words("Un lieu", "Près."), actor_id=1)
    page = f"/pilotage/decisions/{kept.pk}/"
    assert "Des données ont changé depuis" not in words(officer.get(page))
    officer.post(f"{page}publier/")
    Commune.objects.filter(pk="70003").update(children_under_6=400.0)
    assert "Des données ont changé depuis" in words(officer.get(page))
    assert "Des données ont changé depuis" not in words(Client().get(page))


def test_a_paper_says_its_day_once_decided_and_never_the_question_twice() -> None:
    made = solved()
    plain_paper = paper.facts(made, "", Words("", ""))
    assert plain_paper["dated"] == "Document de travail : rien n’est décidé."
    decided_on = Words("Un lieu à Cime", "Près.", kept_on=date(2026, 11, 23))
    assert paper.facts(made, "moyenne", decided_on)["dated"] == "Chiffres du 23 novembre 2026."
    question = "Où ouvrir un lieu d’accueil enfants-parents ?"
    assert paper.facts(made, "moyenne", decided_on)["question"] == question
    same = Words(f"{question} Haute-Saône", "Près.")
    assert paper.facts(made, "moyenne", same)["question"] == ""


def test_a_run_that_failed_stops_the_waiting_and_is_asked_again(client: Client) -> None:
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = "/pilotage/scenarios/?departement=70&service=laep&ajouter=1"
    officer.get(address)
    write("update procrastinate_jobs set status = 'failed'")
    silent = officer.get(address)
    assert "Le calcul s’est arrêté sans réponse" in words(silent)
    assert "Refresh" not in silent
    again = officer.post(address.replace("/?", "/encore/?"))
    assert officer.get(str(again["Location"]))["Refresh"] == "2"
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1


def test_a_run_that_nobody_takes_says_so(client: Client) -> None:
    officer, address = asked(client)
    age(timedelta(seconds=40))
    silent = officer.get(address)
    assert "Personne ne prend ce calcul" in words(silent)
    assert "Refresh" not in silent


def test_a_long_run_goes_on_while_its_worker_lives(client: Client) -> None:
    officer, address = asked(client)
    age(timedelta(hours=1))
    worker = a_worker(seen_ago=timedelta(seconds=5))
    assert "Le calcul va commencer." in words(officer.get(address))
    write("update procrastinate_jobs set status = 'doing', worker_id = %s", worker)
    going = officer.get(address)
    assert "Le calcul est pris en charge." in words(going)
    assert going["Refresh"] == "2"


def test_a_run_whose_worker_died_is_asked_again(client: Client) -> None:
    officer, address = asked(client)
    worker = a_worker(seen_ago=timedelta(minutes=10))
    write("update procrastinate_jobs set status = 'doing', worker_id = %s", worker)
    assert "Le travail de fond s’est arrêté" in words(officer.get(address))
    officer.post(address.replace("/?", "/encore/?"))
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1


def test_a_run_tells_how_many_pass_before(client: Client) -> None:
    officer, address = asked(client)
    second = officer.get(address.replace("ajouter=1", "ajouter=2"))
    assert "1 autre calcul passe avant le vôtre." in words(second)


def test_two_officers_who_ask_the_same_wait_for_one_run(client: Client) -> None:
    _officer, address = asked(client)
    other = sign_in(Client(), person("deux@example.org", Role.STEERING_OFFICER))
    other.get(address)
    assert ProcrastinateJob.objects.count() == 1


def asked(client: Client) -> tuple[Client, str]:
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = "/pilotage/scenarios/?departement=70&service=laep&ajouter=1"
    officer.get(address)
    return officer, address


def age(by: timedelta) -> None:
    FrozenResult.objects.update(made_at=timezone.now() - by)


def a_worker(seen_ago: timedelta) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (%s) returning id",
            [timezone.now() - seen_ago],
        )
        return int(cursor.fetchone()[0])


def write(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_key_of_sharing_is_chosen_kept_and_said(client: Client) -> None:
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    sharing = solved(epci=toy.PLAIN, neighbour=HILLS, budget=10_001, opening=10_001)
    query = sharing.plan.query()
    decide = f"/pilotage/scenarios/retenir/moyenne/?{query}"
    assert "À la population : CC de la Plaine 7 501 €" in plain(officer.get(decide))
    given = {"title": "À deux", "reason": "Plus près."}
    assert "Choisissez la clé" in words(officer.post(decide, given))
    kept = officer.post(decide, given | {"cost_key": "people"})
    assert KeptScenario.objects.get().cost_key == "people"
    said = "À la population : CC de la Plaine 7 501 € ; CC des Monts 2 500 €"
    assert said in plain(officer.get(str(kept["Location"])))
    with pytest.raises(IntegrityError, match="a_cost_key_is_by_people_or_by_use"):
        KeptScenario.objects.update(cost_key="tirage")


def plain(answer: HttpResponse) -> str:
    return words(answer).replace("\xa0", " ").replace("\u202f", " ")


def test_the_database_hides_draft_decisions() -> None:
    with scope.system():
        decided(person("claire@example.org", Role.STEERING_OFFICER).pk)
    scope.enter("public")
    assert KeptScenario.objects.count() == 0


def cut(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have the front of a team stop at its limit of time, and tell the limits it was given."""
    limits: list[float] = []
    whole = engine.pooling_front

    def stopped(*given: Any, **options: Any) -> engine.PoolingFront:
        limits.append(options["time_limit"])
        return replace(whole(*given, **options), complete=len(limits) > 1)

    monkeypatch.setattr(engine, "pooling_front", stopped)
    return limits


def test_an_answer_cut_short_says_so_and_more_time_makes_it_whole(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = cut(monkeypatch)
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    address = "/pilotage/scenarios/?departement=70&service=laep&ajouter=1&equipe=1"
    officer.get(address)
    tasks.solve_scenario(**ProcrastinateJob.objects.latest("id").args)
    first = words(officer.get(address))
    assert "Un calcul a atteint sa limite de temps" in first
    assert "Reprendre avec plus de temps" in first
    for _click in range(2):
        officer.post(address.replace("/?", "/encore/?"))
    assert ProcrastinateJob.objects.filter(task_name="steering.solve_scenario").count() == 2
    assert officer.get(address)["Refresh"] == "2"
    tasks.solve_scenario(**ProcrastinateJob.objects.latest("id").args)
    second = words(officer.get(address))
    assert "Un calcul a atteint sa limite de temps" not in second
    assert "Prouvé : il n’y en a pas d’autre." in second
    assert limits == [60.0, 240.0]
    officer.post(address.replace("/?", "/encore/?"))  # a whole answer is left
    assert ProcrastinateJob.objects.filter(task_name="steering.solve_scenario").count() == 2


def test_a_proposal_cut_short_makes_the_whole_answer_one_that_is() -> None:
    found = solved()
    assert not found.cut_short
    assert unpack(found.pack()) == found
    one = replace(found.proposals[0], cut_short=True)
    assert unpack(replace(found, proposals=(one,)).pack()).cut_short
