"""J7, R37, R38: from the service's page to a kept promise, without an account."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda import occurrences
from maillage.agenda.models import Appointment
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.families import retention
from maillage.families.models import Contact, ContactLink
from maillage.portal.tasks import remind

FORM = {"mode": "phone", "composition": "couple", "name": "Nour", "reach": "nour@example.org"}


@pytest.fixture
def rule(db):
    with scope.system():
        every_day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
        found = made.availability(
            made.practitioner(), *every_day, town=None, open_on_public_holidays=True
        )
        occurrences.rebuild([found.practitioner_id], today=timezone.localdate())
        return found


def first_slot(client, rule):
    page = client.get(reverse("portal:slots", args=[rule.service_id]))
    line = page.context["days"][0][1][0]
    return reverse("portal:book", args=[rule.service_id, line["rule"], line["stamp"]])


def booked(client, rule, **more):
    address = first_slot(client, rule)
    key = client.get(address).context["form"]["key"].value()
    return client.post(address, {**FORM, "key": str(key), **more})


def letters():
    with scope.system():
        return list(OutboxMessage.objects.order_by("created_at"))


def test_three_screens_after_the_service_lead_to_a_confirmed_appointment(client, rule):
    assert client.get(reverse("portal:service", args=[rule.service_id])).context["bookable"]
    answer = booked(client, rule)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "C’est noté" in page.text
    with scope.system():
        found = Appointment.objects.select_related("contact").get()
    assert (found.contact.name, found.composition, found.persons) == ("Nour", "couple", 2)
    (letter,) = letters()
    assert letter.recipient == "nour@example.org"
    assert answer["Location"] in letter.body


def test_a_phone_number_gets_an_sms_with_the_link(client, rule):
    answer = booked(client, rule, reach="06 39 98 00 01")
    (message,) = letters()
    assert (message.channel, message.recipient) == ("sms", "+33639980001")
    assert answer["Location"] in message.body


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reach": "06 39 98"}, "ni une adresse ni un numéro"),
        ({"reach": "nour@"}, "adresse n’est pas complète"),
        ({"reach": ""}, "Donnez une adresse ou un numéro"),
        ({"name": ""}, "un surnom suffit"),
        ({"name": "N" * 10_000}, "C’est trop long"),
        ({"mode": "teleport"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client, rule, typed, sentence):
    answer = booked(client, rule, **typed)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert ('value="Nour"' in answer.text) == ("name" not in typed)
    with scope.system():
        assert Appointment.objects.count() == Contact.objects.count() == 0


def test_a_slot_that_just_went_shows_the_others(client, rule):
    address = first_slot(client, rule)
    key = str(client.get(address).context["form"]["key"].value())
    booked(Client(), rule)
    answer = client.post(address, {**FORM, "key": key})
    assert answer.status_code == 409
    assert "vient d’être pris" in answer.text
    assert answer.context["days"]


def test_the_link_moves_and_cancels_and_each_is_told(client, rule):
    token = booked(client, rule)["Location"].split("/")[-2]
    other = client.get(reverse("portal:move_appointment", args=[token])).context["days"][1][1][0]
    moving = reverse("portal:move_appointment_to", args=[token, other["rule"], other["stamp"]])
    assert client.post(moving).status_code == 302
    assert client.post(reverse("portal:cancel_appointment", args=[token])).status_code == 302
    with scope.system():
        states = list(Appointment.objects.order_by("booked_at").values_list("state", flat=True))
    assert states == ["moved", "cancelled"]
    assert len(letters()) == 3


@pytest.mark.parametrize("why", ["unknown", "expired", "revoked"])
def test_a_dead_link_says_so_and_shows_nothing(client, rule, why):
    token = booked(client, rule)["Location"].split("/")[-2]
    now = timezone.now()
    with scope.system():
        if why == "expired":
            ContactLink.objects.update(expires_at=now)
        if why == "revoked":
            ContactLink.objects.update(revoked_at=now)
    if why == "unknown":
        token = "x" * 32
    answer = client.get(reverse("portal:appointment", args=[token]))
    assert answer.status_code == 410
    assert "ne marche plus" in answer.text
    assert "Nour" not in answer.text


def test_a_discreet_message_says_nothing_of_the_subject(client, rule):
    booked(client, rule, discreet="on")
    (letter,) = letters()
    assert "Écoute" not in letter.subject + letter.body


def test_the_calendar_file_holds_the_hour_and_the_link(client, rule):
    token = booked(client, rule)["Location"].split("/")[-2]
    text = client.get(reverse("portal:appointment_ics", args=[token])).text
    assert text.startswith("BEGIN:VCALENDAR")
    assert "DTSTART;TZID=Europe/Paris" in text
    assert token in text.replace("\r\n ", "")


def test_a_family_is_reminded_once_and_at_night_the_message_waits_for_the_morning(client, rule):
    booked(client, rule)
    with scope.system():
        Appointment.objects.update(
            booked_at=timezone.now() - timedelta(days=9),
            starts_at=made.at(1, 9), ends_at=made.at(1, 10),
        )  # fmt: skip
    assert remind(made.at(29, 22, month=11)) == 1
    assert remind(made.at(30, 13, month=11)) == 0
    reminder = letters()[-1]
    assert reminder.subject.startswith("Rappel")
    assert (reminder.not_before, reminder.expires_at) == (made.at(30, 8, month=11), made.at(1, 9))
    assert "List-Unsubscribe" not in reminder.body
    assert reminder.unsubscribe in reminder.body


def test_two_years_later_nothing_names_the_family(client, rule):
    booked(client, rule)
    later = timezone.now() + timedelta(days=731)
    assert retention.forget(later) == 1
    with scope.system():
        contact = Contact.objects.get()
        assert (contact.name, contact.email, contact.phone) == ("", "", "")
        assert Appointment.objects.count() == 1
        assert ContactLink.objects.count() == 0


def test_the_search_for_slots_costs_six_queries(client, rule, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(reverse("portal:slots", args=[rule.service_id]))
