"""What those who receive do on their pages: say yes, hand over, receive together, keep rooms."""

import html
import re
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.agenda import actions, occurrences, shortage, slots, waiting
from maillage.agenda.booking import Who
from maillage.agenda.models import Appointment, Availability, Room
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.core.models import OutboxMessage
from maillage.directory.when import WEEKDAYS
from maillage.families.models import Consent, Contact
from maillage.organizations.tests.staff import Role, manager, person, sign_in


class Place:
    """Ada and Bob receive every day at Gray for one employer; Samuel signs in there."""

    def __init__(self, **values):
        with scope.system():
            self.ada, self.bob = made.shared(
                {"Ada": "psychologist", "Bob": "psychologist"}, dtstart=timezone.localdate(),
                open_on_public_holidays=True, **values,
            )  # fmt: skip
            for rule in (self.ada, self.bob):
                rule.byday = list(WEEKDAYS)
                rule.save()
                occurrences.rebuild([rule.practitioner_id], today=timezone.localdate())
            self.employer = self.ada.organization
            self.staff = person("samuel@example.org", Role.PRACTITIONER, at=self.employer)
            self.nadia = manager(at=self.employer)
            now = timezone.now()
            self.times = slots.free_slots(
                slots.Asked(
                    [self.ada.service_id], now, now + timedelta(days=9), now,
                    practitioner=self.ada.practitioner_id,
                )
            )  # fmt: skip

    def booked(self, rule, slot, **values):
        with scope.system():
            found = actions.book(made.booking(rule, slot.starts_at, **values))
            scope.hold_contact(None)
            return found

    def again(self, appointment):
        with scope.system():
            return Appointment.objects.get(pk=appointment.pk)


def sent():
    with scope.system():
        return list(OutboxMessage.objects.order_by("created_at").values_list("subject", flat=True))


def stamp(slot):
    return f"{slot.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"


@pytest.fixture
def place(db):
    return Place()


def test_a_request_is_confirmed_in_one_tap_and_the_family_told_once(db, client):
    place = Place(confirmed_by_hand=True)
    asked = place.booked(place.ada, place.times[0])
    sign_in(client, place.staff)
    assert "à confirmer" in client.get(reverse("agenda:agenda")).text
    for _twice in range(2):
        client.post(reverse("agenda:confirm", args=[asked.pk]))
    assert place.again(asked).state == "confirmed"
    assert [subject.startswith("C’est confirmé") for subject in sent()] == [True]


def test_cancelling_tells_the_family(place, client):
    found = place.booked(place.ada, place.times[0])
    sign_in(client, place.staff).post(reverse("agenda:cancel", args=[found.pk]))
    assert place.again(found).state == "cancelled"
    assert "n’aura pas lieu" in sent()[0]


def test_an_appointment_is_handed_to_somebody_free_at_the_same_hour(place, client):
    found = place.booked(place.ada, place.times[0])
    sign_in(client, place.staff)
    page = client.get(reverse("agenda:other_person", args=[found.pk])).text
    assert "À la même heure" in page
    address = reverse("agenda:change_to", args=[found.pk, place.bob.pk, stamp(place.times[0])])
    assert address in page
    client.post(address)
    assert place.again(found).state == "moved"
    with scope.system():
        new = Appointment.objects.get(state="confirmed")
        assert list(new.practitioners.all()) == [place.bob.practitioner]
    assert "Votre rendez-vous change" in sent()[0]


def test_an_hour_that_just_went_is_said_and_the_other_times_are_shown(place, client):
    found = place.booked(place.ada, place.times[0])
    place.booked(place.bob, place.times[0])
    address = reverse("agenda:change_to", args=[found.pk, place.bob.pk, stamp(place.times[0])])
    answer = sign_in(client, place.staff).post(address)
    assert answer.status_code == 409
    assert "Ce créneau vient d’être pris" in answer.text
    assert "À un autre moment" in answer.text
    assert place.again(found).state == "confirmed"
    assert sent() == []


def joint(place, **more):
    return {
        "person_1": str(place.ada.practitioner_id), "person_2": str(place.bob.practitioner_id),
        "service": str(place.ada.service_id), "mode": "", "room": "", **more,
    }  # fmt: skip


def test_joint_time_is_searched_and_each_time_leads_to_its_booking(place, client):
    place.booked(place.bob, place.times[0])
    sign_in(client, place.staff)
    page = client.get(reverse("agenda:together"), joint(place)).text
    first, second = (
        reverse("portal:book_together", args=[place.ada.pk, stamp(slot)])
        for slot in place.times[:2]
    )
    assert first not in page
    assert second in page
    assert page.count("Ada, Bob") > 10


def test_the_same_person_twice_is_refused_in_a_sentence(place, client):
    sign_in(client, place.staff)
    twice = joint(place, person_2=str(place.ada.practitioner_id))
    answer = client.get(reverse("agenda:together"), twice)
    assert answer.status_code == 400
    assert "Choisissez des personnes différentes." in answer.text


def test_two_people_are_booked_together_for_a_parent(place, client):
    sign_in(client, place.staff)
    people = f"{place.ada.practitioner_id},{place.bob.practitioner_id}"
    address = reverse("portal:book_together", args=[place.ada.pk, stamp(place.times[0])])
    address += f"?avec={people}&salle="
    assert client.get(address).status_code == 200
    typed = {
        "key": str(uuid4()), "mode": "on_site", "composition": "alone", "name": "Nour",
        "reach": "nour@example.org", "language": "fr", "means": "phone", "consent": "on",
    }  # fmt: skip
    answer = client.post(address, typed)
    assert answer.status_code == 302, answer.text
    with scope.system():
        found = Appointment.objects.get()
        assert found.practitioners.count() == 2
        assert found.booked_by == place.staff
    assert client.post(address, {**typed, "key": str(uuid4())}).status_code == 409


def test_two_people_are_booked_together_for_a_family_that_is_known_already(place, client):
    sign_in(client, place.staff)
    first = place.booked(place.ada, place.times[0])
    family = {"pour": str(first.pk)}
    page = client.get(reverse("agenda:together"), joint(place) | family).text
    address = reverse("portal:book_together", args=[place.ada.pk, stamp(place.times[1])])
    (link,) = re.findall(rf'href="({address}[^"]*)"', page)
    there = html.unescape(link)
    assert not {"name", "reach", "language"} & set(client.get(there).context["form"].fields)
    typed = {"key": str(uuid4()), "mode": "on_site", "composition": "alone", "means": "desk"}
    assert client.post(there, typed).status_code == 400
    assert client.post(there, typed | {"consent": "on"}).status_code == 302
    with scope.system():
        second = Appointment.objects.exclude(pk=first.pk).get()
        assert second.practitioners.count() == 2
        assert second.contact_id == first.contact_id
        assert Consent.objects.get(object_id=second.pk).means == "desk"


def test_nobody_books_together_for_an_employer_that_is_not_theirs(place, client):
    sign_in(client, manager("zoe@example.org", at=made.directory.organization("Une autre")))
    address = reverse("portal:book_together", args=[place.ada.pk, stamp(place.times[0])])
    assert client.get(address).status_code == 403


def test_a_manager_adds_a_room_and_changes_it(place, client):
    location = place.ada.service_at_location.location
    sign_in(client, place.nadia)
    typed = {"location": location.pk, "name": "Salle bleue", "capacity": "4"}
    assert client.post(reverse("agenda:rooms"), typed).status_code == 302
    room = Room.objects.get()
    again = client.post(reverse("agenda:rooms"), typed)
    assert (again.status_code, "porte déjà ce nom" in again.text) == (400, True)
    change = reverse("agenda:change_room", args=[room.pk])
    assert client.post(change, {**typed, "capacity": "0"}).status_code == 400
    assert client.post(change, {**typed, "capacity": "6"}).status_code == 302
    assert Room.objects.get().capacity == 6


def test_a_room_of_somebody_else_is_not_changed(place, client):
    made.room(place.ada)
    room = Room.objects.get()
    sign_in(client, manager("zoe@example.org", at=made.directory.organization("Une autre")))
    assert client.get(reverse("agenda:change_room", args=[room.pk])).status_code == 403


def test_the_agenda_says_what_is_full_and_how_many_families_wait(db, client):
    place = Place(until=timezone.localdate())
    with scope.system():
        now = timezone.now()
        who = Who("Inès", Contact.Channel.EMAIL, "ines@example.org")
        waiting.join_new(waiting.Newcomer(uuid4(), who), place.ada.service)
        scope.hold_contact(None)
        assert shortage.of_organizations([place.employer.pk], now) == [place.ada.service]
    page = sign_in(client, place.staff).get(reverse("agenda:agenda")).text
    assert f"Plus aucun créneau libre : {place.ada.service.name}" in page
    assert "1 famille" in page
    assert "Inès" not in page


def test_two_people_who_edit_one_rule_do_not_undo_each_other_unseen(place, client):
    sign_in(client, place.nadia)
    address = reverse("agenda:change_rule", args=[place.ada.pk])
    rule = place.ada
    typed = {
        "place": f"{rule.service_id}:{rule.service_at_location_id}", "modes": "on_site",
        "byday": list(WEEKDAYS), "rhythm": "WEEKLY 1", "opens_at": "09:00", "closes_at": "12:00",
        "dtstart": str(rule.dtstart), "school_period": "always", "slot_minutes": "60",
        "buffer_minutes": "0", "notice_hours": "24", "horizon_days": "84", "version": "1",
        "days-TOTAL_FORMS": "0", "days-INITIAL_FORMS": "0",
    }  # fmt: skip
    first = client.post(address, {**typed, "closes_at": "11:00"})
    assert first.status_code == 302, first.text
    second = client.post(address, {**typed, "closes_at": "13:00"})
    assert second.status_code == 400
    assert "Quelqu’un a changé cette disponibilité" in second.text
    assert 'name="version" value="2"' in second.text
    assert 'value="13:00"' in second.text  # nothing typed is lost
    assert Availability.objects.get(pk=rule.pk).closes_at.hour == 11
    third = client.post(address, {**typed, "closes_at": "13:00", "version": "2"})
    assert third.status_code == 302
    assert Availability.objects.get(pk=rule.pk).closes_at.hour == 13
