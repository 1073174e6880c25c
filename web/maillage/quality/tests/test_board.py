"""The quality board: every tile equals a count made by hand, and hides what is small."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from maillage.agenda.models import WaitingEntry
from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.families.tests import made as families
from maillage.organizations.tests.staff import (
    Role,
    departement,
    manager,
    organization,
    person,
    sign_in,
)
from maillage.quality import compute, counting
from maillage.quality.counting import Place
from maillage.quality.models import SupervisionMeeting
from maillage.quality.periods import Quarter
from maillage.quality.tests import made

THIRD = Quarter(2026, 3)
HOME = Place("70")


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=agenda.PARIS)


@pytest.fixture
def rule(db):
    with scope.system():
        return agenda.availability(agenda.practitioner(), town=None)


def begin(rule, days: list[int], month: int = 8) -> None:
    """As many families, each with a first session so many days after asking."""
    with scope.system():
        for number, waited in enumerate(days):
            starts = at(month, 1 + number)
            made.session(rule, made.family(rule), starts, booked_at=starts - timedelta(days=waited))


def tile(key: str, place: Place = HOME, quarter: Quarter = THIRD) -> compute.Tile:
    tiles = compute.board(counting.count(place, quarter))
    return next(one for one in tiles if one.key == key)


def lines(key: str) -> dict[str, str]:
    return {line.label: line.value for line in tile(key).lines}


def test_waiting_time_is_from_the_request_to_the_first_session(rule):
    begin(rule, [1, 2, 3, 4, 5, 6, 7, 8, 9, 30])
    found = tile("attente")
    assert (found.value, lines("attente")["Neuf sur dix (jours)"]) == ("5,5", "9")


def test_a_second_session_is_no_first_one_and_a_move_does_not_restart_the_wait(rule):
    begin(rule, [10, 10, 10, 10])
    with scope.system():
        contact = made.family(rule)
        moved = made.session(rule, contact, at(8, 20), "confirmed", booked_at=at(8, 1))
        first = made.session(rule, contact, at(8, 21), booked_at=at(8, 19))
        counting.Appointment.objects.filter(pk=moved.pk).update(state="moved", moved_to=first)
        made.session(rule, contact, at(8, 28), booked_at=at(8, 27))
    assert sorted(counting.count(HOME, THIRD).waits) == [10, 10, 10, 10, 20]


def test_the_wait_begins_when_the_family_joined_the_list(rule):
    begin(rule, [2])
    with scope.system():
        one = counting.Appointment.objects.get()
        WaitingEntry.objects.create(
            service=one.service, household=one.household, contact=one.contact, departement_id="70",
            state="booked",
        )  # fmt: skip
        WaitingEntry.objects.update(since=one.starts_at - timedelta(days=40))
    assert counting.count(HOME, THIRD).waits == [40]


def test_fewer_than_five_families_are_not_shown(rule):
    begin(rule, [1, 2, 3, 4])
    for key in ("attente", "communes", "satisfaction", "duree", "orientations"):
        assert tile(key).value in ("non publié", "0"), key
    assert tile("communes").value == "non publié"


def test_no_shows_are_counted_against_those_who_came_and_excused_ones_are_not(rule):
    begin(rule, [1] * 20)
    with scope.system():
        for number in range(10):
            made.session(rule, made.family(rule), at(9, 1 + number), "no_show")
            made.session(rule, made.family(rule), at(9, 1 + number), "excused")
    assert tile("absences").value == "33 %"
    assert lines("absences") == {
        "Ont eu lieu": "20", "Personne n’est venu": "10", "Excusés": "10", "Annulés": "0",
    }  # fmt: skip


def test_three_no_shows_among_thirty_are_not_published(rule):
    begin(rule, [1] * 27)
    with scope.system():
        for number in range(3):
            made.session(rule, made.family(rule), at(9, 1 + number), "no_show")
    assert tile("absences").value == "non publié"
    assert lines("absences")["Personne n’est venu"] == "non publié"


def test_satisfaction_has_its_number_and_its_interval(rule):
    with scope.system():
        for value in [4] * 15 + [3] * 5 + [1] * 5:
            made.feedback(rule, value, 4, 2)
    found = tile("satisfaction")
    assert found.value == "80 %"
    assert found.note == "De 61 à 91 pour cent avec 95 chances sur 100 ; environ 25 réponses."
    assert lines("satisfaction")["Vous êtes-vous senti·e écouté·e ?"] == "100 %"


def test_a_commune_below_five_hides_another_so_that_none_is_deduced(rule):
    with scope.system():
        towns = ["70279"] * 9 + ["70550"] * 6 + ["70311"] * 2
        for code in set(towns):
            agenda.directory.commune(code)
        for number, code in enumerate(towns):
            made.session(rule, made.family(rule, code), at(7, 1 + number))
    found = tile("communes")
    assert found.value == "15"
    assert sorted(line.value for line in found.lines) == ["10", "non publié"]
    assert found.lines[-1].label == "Autres communes (2)"


def test_linked_parents_who_both_came_are_one_family_with_its_commune(rule):
    with scope.system():
        agenda.directory.commune("70279")
        parents = [made.family(rule, "70279") for _ in range(4)]
        parents += [made.family(rule), made.family(rule, "70279")]
        for number, each in enumerate(parents):
            made.session(rule, each, at(7, 1 + number))
        assert counting.count(HOME, THIRD).households == 6
        families.linked(parents[4], parents[5])
    found = counting.count(HOME, THIRD)
    assert (found.households, list(found.communes.values())) == (5, [5])


def test_qualification_and_supervision_are_of_the_people_at_work(rule):
    with scope.system():
        bob = agenda.practitioner("Bob", papers=False)
        agenda.employed(bob, rule.organization)
        SupervisionMeeting.objects.create(
            departement_id="70", organization=rule.organization, held_on=THIRD.first, hours=2.5,
            persons=2,
        )  # fmt: skip
    assert (tile("qualification").value, tile("qualification").note) == ("50 %", "1 sur 2")
    assert (tile("supervision").value, tile("supervision").note) == (
        "2,5", "2 présences pour 2 intervenants",
    )  # fmt: skip


def test_another_quarter_and_another_organization_are_apart(rule):
    begin(rule, [1] * 6)
    begin(rule, [1] * 5, month=5)
    with scope.system():
        other = organization("Ailleurs")
    assert tile("communes").value == "5"
    assert tile("communes", quarter=Quarter(2026, 2)).value == "5"
    assert tile("communes", Place("70", rule.organization_id)).value == "5"
    assert tile("communes", Place("70", other.pk)).value == "0"


def test_every_tile_says_what_it_is_and_where_it_comes_from(rule):
    tiles = compute.board(counting.count(HOME, THIRD))
    assert [one.key for one in tiles] == [
        "attente", "absences", "duree", "satisfaction", "orientations", "revenus", "communes",
        "qualification", "supervision",
    ]  # fmt: skip
    for one in tiles:
        assert one.definition.endswith(".")
        assert one.source.endswith(".")
        assert one.lines or one.key in {"revenus", "communes"}


def ask(client, user, **query):
    return sign_in(client, user).get(reverse("quality:board"), query)


def test_an_officer_sees_the_departement_and_a_manager_their_structure_alone(client, rule):
    with scope.system():
        departement("79")
        officer = person("claire@example.org", Role.STEERING_OFFICER)
        nadia = manager(at=rule.organization)
        other = organization("Ailleurs")
    assert ask(client, officer).status_code == 200
    assert ask(client, officer, ou=str(rule.organization_id)).status_code == 403
    client.logout()
    assert rule.organization.name in ask(client, nadia).text
    assert [ask(client, nadia, ou=code).status_code for code in ("70", str(other.pk))] == [403, 403]
    assert ask(client, nadia, trimestre="2026-9").status_code == 404
    assert "Noter une analyse" in ask(client, nadia).text


def test_the_file_holds_what_the_page_shows(client, rule):
    begin(rule, [1] * 7)
    sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))
    answer = client.get(reverse("quality:board_csv"), {"trimestre": "2026-3"})
    assert answer["Content-Disposition"] == 'attachment; filename="qualite-70-2026-3.csv"'
    assert "communes;Familles accompagnées;Familles accompagnées;5;" in answer.text


def test_a_manager_notes_a_meeting_once_and_only_for_their_structure(client, rule):
    with scope.system():
        nadia, other = manager(at=rule.organization), organization("Ailleurs")
    sign_in(client, nadia)
    address = reverse("quality:supervision")
    good = {
        "organization": rule.organization_id,
        "held_on": "2026-09-08",
        "hours": "2",
        "persons": 4,
    }
    assert client.post(address, good).status_code == 302
    assert client.post(address, good).status_code == 400
    assert client.post(address, {**good, "organization": other.pk}).status_code == 400
    assert client.post(address, {**good, "held_on": "2026-09-09", "hours": "9"}).status_code == 400


def test_the_board_costs_the_same_whatever_the_number_of_families(
    rule, django_assert_max_num_queries
):
    begin(rule, [1] * 25)
    with django_assert_max_num_queries(28):
        counting.count(HOME, THIRD)
