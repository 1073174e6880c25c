"""One orchestration: the time, the session, the price and the message, all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.models import Appointment, WaitingEntry
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families.models import Child, Contact
from maillage.organizations.models import CriteriaGrid
from maillage.portal.bookings import take
from maillage.portal.free_times import moment_of
from maillage.portal.months import read_months
from maillage.portal.tests.test_booking import FORM, booked, first_slot, letters, rule
from maillage.support import adjusting
from maillage.support.errors import ChildIsTooOld, SixthSession
from maillage.support.models import Episode, Goals, Session
from maillage.support.tests import made as support

__all__ = ["rule"]


@pytest.fixture
def in_programme(rule):
    with scope.system():
        adjusting.enter_service(support.programme(), rule.service, on=support.RULES["starts_on"])
    return rule


@pytest.mark.parametrize(
    ("typed", "months"),
    [
        ("03/2019", [(2019, 3)]),
        ("3/2019, 11/2022", [(2019, 3), (2022, 11)]),
        ("2019-03", [(2019, 3)]),
        ("mars 2019 et août 2021", [(2019, 3), (2021, 8)]),
        ("12/03/2019", [(2019, 3)]),
        ("", []),
    ],
)
def test_a_month_is_read_as_people_write_it(typed, months):
    assert read_months(typed) == tuple(date(year, month, 1) for year, month in months)


@pytest.mark.parametrize("typed", ["13/2019", "hier", "03/19", "3 ans"])
def test_what_is_not_a_month_is_named(client, in_programme, typed):
    answer = booked(client, in_programme, children=typed)
    assert answer.status_code == 400
    assert "n’est pas un mois" in answer.text
    assert 'value="Nour"' in answer.text


def test_the_same_form_sent_twice_gives_one_appointment_and_one_confirmation(client, rule):
    address = first_slot(client, rule)
    sent = {**FORM, "key": str(client.get(address).context["form"]["key"].value())}
    assert client.post(address, sent).status_code == 302
    client.post(address, sent)
    with scope.system():
        assert Appointment.objects.count() == 1
    assert len(letters()) == 1


def test_a_booking_asks_the_database_for_few_things(db, django_assert_max_num_queries):
    with transaction.atomic(), scope.system():
        one = made.availability(made.practitioner(), horizon_days=90)
        start = one.occurrences.order_by("-starts_at")[0].starts_at
    with django_assert_max_num_queries(24):  # 40 before plans were kept and reads were shared
        take(made.booking(one, start))


@pytest.mark.race
def test_the_same_request_eight_times_at_once_is_told_once(transactional_db):
    with transaction.atomic(), scope.system():
        one = made.availability(made.practitioner(), horizon_days=90)
        start = one.occurrences.order_by("-starts_at")[0].starts_at
    wanted = made.booking(one, start)

    def work(_number):
        with closing(connection), transaction.atomic():
            scope.enter("public")
            return take(wanted).appointment.pk

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, range(8)))) == 1
    with transaction.atomic(), scope.system():
        assert (Appointment.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_in_a_programme_a_month_and_hopes_open_an_episode(client, in_programme):
    answer = booked(client, in_programme, children="03/2019", goals="Retrouver le sommeil")
    assert answer.status_code == 302
    assert "Entretien 1 sur 5" in client.get(answer["Location"]).text
    with scope.system():
        assert Episode.objects.get().is_open
        assert Goals.objects.get().words == "Retrouver le sommeil"
        assert Child.objects.get().birth_month == date(2019, 3, 1)


def test_a_partner_that_lost_its_accreditation_shows_no_slot_and_says_where_to_go(
    client, in_programme
):
    first = booked(client, in_programme, children="03/2019")
    address = first_slot(client, in_programme)
    with scope.system():
        CriteriaGrid.objects.create(departement_id="70", valid_from=timezone.localdate())
    slots = reverse("portal:slots", args=[in_programme.service_id])
    assert [client.get(slots).status_code, client.get(address).status_code] == [404, 404]
    token = first["Location"].strip("/").split("/")[-1]
    again = client.get(reverse("portal:again", args=[token]))
    assert again.status_code == 409
    assert "Cherchez près de chez vous" in again.text
    assert client.get(first["Location"]).status_code == 200  # what was promised stays


def test_outside_a_programme_no_month_is_asked(client, rule):
    form = client.get(first_slot(client, rule)).context["form"]
    assert not {"children", "due", "goals"} & set(form.fields)


def test_a_family_without_a_child_is_asked_for_a_month(client, in_programme):
    answer = booked(client, in_programme)
    assert answer.status_code == 400
    assert "Donnez le mois de naissance d’un enfant" in answer.text


def test_a_child_of_22_gets_one_sentence_keeps_what_was_typed_and_a_way_out(client, in_programme):
    answer = booked(client, in_programme, children="01/2004", goals="Comprendre")
    assert answer.status_code == 409
    assert str(ChildIsTooOld(years=22)) in answer.text.replace("&#x27;", "'")
    assert "Comprendre" in answer.text
    assert "Chercher une autre aide" in answer.text
    with scope.system():
        assert Appointment.objects.count() == Contact.objects.count() == 0
    assert letters() == []


def test_the_sixth_session_is_a_warm_page_and_books_nothing(client, in_programme):
    token = booked(client, in_programme, children="03/2019")["Location"].split("/")[-2]
    days = client.get(reverse("portal:again", args=[token])).context["days"]
    lines = [line for _day, each in days for line in each]
    for number, line in enumerate(lines[:5], start=2):
        address = reverse("portal:book_again", args=[token, line["rule"], line["stamp"]])
        key = str(client.get(address).context["form"]["key"].value())
        sent = {"key": key, "mode": "phone", "composition": "alone"}
        answer = client.post(address, sent)
        assert answer.status_code == (302 if number <= 5 else 409)
    assert "Vous avez fait un bout de chemin" in answer.text
    assert str(SixthSession(limit=5)) in answer.text
    with scope.system():
        assert Session.objects.holding().count() == Appointment.objects.count() == 5
        assert Appointment.objects.values("household").distinct().count() == 1


def test_when_nothing_fits_one_waits_once_and_leaves_by_the_link(client, rule):
    address = reverse("portal:wait", args=[rule.service_id])
    key = str(client.get(address).context["key"])
    sent = {"key": key, "name": "Nour", "reach": "nour@example.org"}
    assert "vous attendez une place" in client.post(address, sent).text
    client.post(address, sent)
    with scope.system():
        assert WaitingEntry.objects.count() == Contact.objects.count() == 1
    token = letters()[0].body.partition("/attente/")[2].partition("/")[0]
    page = client.get(reverse("portal:offer", args=[token]))
    assert "Vous gardez votre rang" in page.text
    client.post(reverse("portal:decline_offer", args=[token]), {"answer": "leave"})
    assert "Vous n’attendez plus" in client.get(reverse("portal:offer", args=[token])).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reach": "12"}, "ni une adresse ni un numéro"),
        ({"name": ""}, "Un prénom ou un surnom suffit."),
    ],
)
def test_waiting_says_what_is_wrong_and_keeps_the_rest(client, rule, typed, sentence):
    sent = {"key": str(uuid4()), "name": "Nour", "reach": "nour@example.org", **typed}
    answer = client.post(reverse("portal:wait", args=[rule.service_id]), sent)
    assert answer.status_code == 400
    assert sentence in answer.text
    with scope.system():
        assert WaitingEntry.objects.count() == 0


def test_a_known_family_is_found_by_its_link_and_nobody_new_is_made(client, rule):
    made_first = take(made.booking(rule, _next(client, rule)))
    wanted = made.booking(rule, _next(client, rule))
    again = take(replace(wanted, who=None, known=made_first.appointment.contact_id))
    assert again.appointment.household_id == made_first.appointment.household_id


def _next(client, rule):
    page = client.get(reverse("portal:slots", args=[rule.service_id]))
    return moment_of(page.context["days"][0][1][0]["stamp"])
