"""The tour of a decision: planned once, kept with it, read by those who read it, taken away."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from icalendar import Calendar
from procrastinate.contrib.django.models import ProcrastinateJob

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import tasks
from maillage.steering.actions import freeze
from maillage.steering.models import KeptScenario, KeptTour
from maillage.steering.scenarios import (
    actions,
    asking,
    rounds_actions,
    rounds_compute,
    rounds_files,
    rounds_words,
)
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.plan import Plan
from maillage.steering.scenarios.rounds_question import Question, Stop, rhythms, spread
from maillage.steering.scenarios.rounds_result import Tour, unpack
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words
from maillage.territory.models import Commune, TravelTime

STOPS = (
    Stop("70002", "Bourg", 47.62, 6.20, 50.0),
    Stop("70003", "Cime", 47.70, 6.40, 40.0, "fortnightly"),
    Stop("70004", "Dent", 47.75, 6.55, 10.0, "monthly"),
)
ASKED = Question("70", "70001", 1, 510, 420, 2, (5, 6), 120, "2027-01-04", STOPS)
KEPT_AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
ROAD = {("70001", "70002"): 10, ("70001", "70003"): 25, ("70001", "70004"): 50,
        ("70002", "70003"): 20, ("70002", "70004"): 45, ("70003", "70004"): 30}  # fmt: skip


@pytest.fixture(autouse=True)
def _roads(request: pytest.FixtureRequest) -> Iterator[None]:
    races = "race" in request.keywords
    request.getfixturevalue("transactional_db" if races else "db")
    toy.territory(minutes=False)
    source = toy.dataset("roads")
    for (one, other), minutes in ROAD.items():
        for start, end in ((one, other), (other, one)):
            TravelTime.objects.create(
                origin_id=start, destination_id=end, mode="car", minutes=minutes, dataset=source
            )
    yield
    if races:
        no_jobs()  # what is emptied after a race leaves the queue as it is


def no_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_events")
        cursor.execute("delete from procrastinate_jobs")


def planned(**changes: object) -> Tour:
    return rounds_actions.tour(replace(ASKED, **changes))  # type: ignore[arg-type]


def events(text: bytes) -> list[Any]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def decided() -> KeptScenario:
    """A draft decision of one vehicle that stops at two places."""
    made = actions.outcome(Plan("70", adding=0, vehicles=1, stops=2))
    with scope.system():
        return actions.decide(made, aim="moyenne", words=Words("Un bus", "Près."), actor_id=1)


def test_a_tour_is_what_hand_sums_say() -> None:
    made = planned()
    assert made.left_out == ()
    assert made.complete
    assert made.rhythm.visits == 4 + 2 + 1
    # Bourg and Cime in one loop (10 + 20 + 25) twice, Bourg alone (20) once, and once with Dent
    # (10 + 45 + 50). Were Cime not always on the same day: once with Dent (25 + 30 + 50), once with
    # Bourg, and Bourg alone three times.
    assert made.rhythm.driven == 2 * 55 + 20 + 105
    assert made.rhythm.least == 105 + 55 + 3 * 20
    assert not made.rhythm.proven
    assert "l’écart est au plus de 6\xa0%" in rounds_words.proof(made)
    first = next(one for one in made.days if len(one.visits) == 2)
    assert first.back - first.departure == first.driven + 240


def test_a_tour_is_called_proven_only_where_nothing_can_do_better() -> None:
    made = planned(stops=STOPS[:2])
    assert made.rhythm.driven == made.rhythm.least == 2 * 55 + 2 * 20
    assert rounds_words.proof(made).startswith("Prouvé : aucune tournée ne sert plus de monde")


def test_one_day_less_and_one_more_are_set_beside() -> None:
    made = planned(days=1, shift=300)
    assert [len(one.weekdays) for one in made.rhythms] == [1, 2]
    assert made.asked == 0
    assert rounds_words.one_less(made) == ""
    assert rounds_words.one_more(made).startswith("Un jour de plus par semaine")


def test_what_does_not_fit_is_left_out_with_its_reason() -> None:
    made = planned(shift=200)
    assert made.left_out == ((2, "shift"),)
    assert "l’aller, l’étape et le retour dépassent une journée" in rounds_words.left_out(made)[0]
    crowded = planned(shift=180, days=1)
    assert {why for _stop, why in crowded.left_out} == {"room", "shift"}
    assert not crowded.rhythm.proven
    assert "pas prouvée la meilleure" in rounds_words.proof(crowded)


def test_a_room_that_is_free_on_one_day_is_visited_on_that_day() -> None:
    stops = (replace(STOPS[0], weekday=4), *STOPS[1:])
    made = planned(stops=stops)
    assert {one.weekday for one in made.days if any(v.stop == 0 for v in one.visits)} == {4}


def test_a_tour_starts_at_a_stop_that_is_the_base() -> None:
    made = planned(base="70002")
    assert made.rhythm.served == 3
    assert made.base == "Bourg"


def test_rhythms_follow_the_children_and_days_are_spread() -> None:
    assert rhythms([90.0, 60.0, 59.0, 30.0, 29.0]) == [
        "weekly", "weekly", "fortnightly", "fortnightly", "monthly"]  # fmt: skip
    assert [spread([0, 1, 2, 3, 4], n) for n in (1, 2, 3)] == [[2], [1, 3], [0, 2, 4]]


def test_the_same_tour_gives_the_same_bytes() -> None:
    made = planned()
    again = unpack(made.pack())
    assert again == made
    assert rounds_files.csv(again) == rounds_files.csv(made)
    assert rounds_actions.tour(ASKED) == made


def test_the_agenda_repeats_each_visit_for_a_year_and_leaves_holidays_out() -> None:
    made = planned(days=1, closed=(1, 2, 3, 4, 5, 6), stops=STOPS[:1])
    text = rounds_files.ics(made, "7", KEPT_AT)
    event = events(text)[0]
    assert event["RRULE"] == {"FREQ": ["WEEKLY"], "INTERVAL": [1], "COUNT": [52]}
    assert event["DTSTART"].dt.date() == date(2027, 1, 4)
    off = {one.dt.date() for one in event["EXDATE"].dts}
    assert off == {date(2027, 3, 29), date(2027, 5, 17), date(2027, 11, 1)}
    every = rounds_files.ics(planned(), "7", KEPT_AT)
    turns = [one["RRULE"]["COUNT"][0] // 13 for one in events(every)]
    assert sum(turns) == 7


def test_an_officer_asks_waits_reads_keeps_and_anyone_reads_once_published(client: Client) -> None:
    row = decided()
    page = f"/pilotage/decisions/{row.pk}/tournee/"
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    assert "Chercher la tournée" in words(officer.get(page))
    assert Client().get(page).status_code == 404
    asked = f"{page}?{usual(officer, page)}"
    before = ProcrastinateJob.objects.count()
    for _click in range(2):
        waiting = officer.get(asked)
        assert waiting["Refresh"] == "2"
        assert "Le calcul est en cours" in words(waiting)
    assert ProcrastinateJob.objects.count() == before + 1
    job = ProcrastinateJob.objects.latest("id")
    assert job.task_name == "steering.plan_tour"
    tasks.plan_tour(**job.args)
    ready = words(officer.get(asked))
    assert "Le calendrier de quatre semaines" in ready
    kept = officer.post(asked.replace("/tournee/", "/tournee/garder/"))
    assert kept["Location"] == page
    assert "gardée" in words(officer.get(page))
    assert AuditEntry.objects.filter(verb="steering.scenario_tour_kept").count() == 1
    officer.post(f"/pilotage/decisions/{row.pk}/publier/")
    reader = Client()
    seen = words(reader.get(page))
    assert "Le calendrier de quatre semaines" in seen
    assert "Chercher la tournée" not in seen
    assert reader.get(f"{page}fichiers/tournee.pdf").content.startswith(b"%PDF")
    assert reader.get(f"{page}fichiers/tournee.csv").content.startswith(b"semaine,jour,")
    assert b"BEGIN:VEVENT" in reader.get(f"{page}fichiers/tournee.ics").content
    TravelTime.objects.update(minutes=99)
    assert "Les trajets connus ont changé" in words(officer.get(page))
    assert "Les trajets connus ont changé" not in words(Client().get(page))


def usual(officer: Client, page: str) -> str:
    form = officer.get(page).context["form"]
    return str(form.before.query())


def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(client: Client) -> None:
    page = f"/pilotage/decisions/{decided().pk}/tournee/"
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    stops = officer.get(page).context["form"].before.stops
    faults = {
        "base": "00000", "depart": "tôt", "heures": "beaucoup", "jours": "6", "minutes": "5",
        "lundi": "2027-01-05", "ferme": ["2", "5", "6"],
        f"rythme_{stops[0].code}": "souvent", f"jour_{stops[0].code}": "-1",
        f"rythme_{stops[1].code}": "weekly", f"jour_{stops[1].code}": "2",
    }  # fmt: skip
    said = officer.get(page, faults)
    told = said.context["form"].errors
    assert set(told) == {
        "base", "depart", "heures", "jours", "minutes", "lundi", f"rythme_{stops[0].code}",
        f"jour_{stops[1].code}",
    }  # fmt: skip
    assert 'value="beaucoup"' in said.content.decode()
    assert ProcrastinateJob.objects.filter(task_name="steering.plan_tour").count() == 0
    late = {"depart": "20:00", "heures": "7,5", "jours": "2", "ferme": ["0"]}
    assert "La journée finirait après minuit" in words(officer.get(page, late))


def test_a_stop_that_is_no_longer_a_commune_is_told(client: Client) -> None:
    row = decided()
    with scope.system():
        rounds_actions.keep(row.pk, planned(), actor_id=1)
    page = f"/pilotage/decisions/{row.pk}/tournee/"
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    asked = f"{page}?{usual(officer, page)}"
    TravelTime.objects.all().delete()
    Commune.objects.filter(pk="70004").delete()
    assert "Les trajets connus ont changé" in words(officer.get(page))
    assert "n’est plus une commune : Dent" in words(officer.get(asked))


def test_a_decision_without_a_vehicle_has_no_tour(client: Client) -> None:
    made = actions.outcome(Plan("70", adding=1))
    with scope.system():
        row = actions.decide(made, aim="moyenne", words=Words("Un lieu", "Près."), actor_id=1)
    officer = sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    assert officer.get(f"/pilotage/decisions/{row.pk}/tournee/").status_code == 404


def test_a_draft_tour_is_hidden_by_the_database() -> None:
    row = decided()
    with scope.system():
        rounds_actions.keep(row.pk, planned(), actor_id=1)
    scope.enter("public")
    assert KeptTour.objects.count() == 0
    with scope.system():
        actions.publish(row.pk, actor_id=1)
    scope.enter("public")
    assert KeptTour.objects.count() == 1
    assert KeptTour.objects.update(data_hash="x") == 0


def at_once(work: Callable[[int], object]) -> None:
    """The same work by two people in two transactions."""

    def one(turn: int) -> None:
        with closing(connection), transaction.atomic(), scope.system():
            work(turn)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one, turn) for turn in (0, 1)]:
            done.result(timeout=30)


def asked_twice_at_once(monkeypatch: pytest.MonkeyPatch, is_new: Callable[[bool], bool]) -> int:
    """Both have looked before either writes; `is_new` is what each believes of its own write."""
    both_have_looked = Barrier(2)

    def late(key: str, packed: bytes) -> bool:
        both_have_looked.wait(timeout=20)
        return is_new(freeze(key, packed))

    monkeypatch.setattr(asking, "freeze", late)
    work = rounds_actions.asking(ASKED, rounds_compute.facts(ASKED))
    at_once(lambda _turn: work.ask())
    return ProcrastinateJob.objects.filter(task_name="steering.plan_tour").count()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_computation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked_twice_at_once(monkeypatch, lambda is_new: is_new) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_clicks_are_two_computations_if_each_believes_it_is_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The negative control: the test above would see it."""
    assert asked_twice_at_once(monkeypatch, lambda _is_new: True) == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_tours_kept_at_once_are_one_whole_one() -> None:
    with transaction.atomic():
        row, tours = decided(), (planned(), planned(days=3))
    at_once(lambda turn: rounds_actions.keep(row.pk, tours[turn], actor_id=1))
    with scope.system():
        assert unpack(bytes(KeptTour.objects.get().packed)) in tours
        assert AuditEntry.objects.filter(verb="steering.scenario_tour_kept").count() == 2
