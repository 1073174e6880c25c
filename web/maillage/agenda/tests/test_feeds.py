"""Calendars to subscribe to: what they say, what they hide, how well they keep up."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from maillage.agenda import actions, feeds, ical
from maillage.agenda.models import Appointment, CalendarFeed
from maillage.agenda.tests import made
from maillage.core import outbox, receipts, scope
from maillage.core.models import OutboxMessage
from maillage.organizations.tests.staff import Role, person, sign_in

PARIS = ZoneInfo("Europe/Paris")
ALLOWED = {"CONFIRMED", "TENTATIVE", "CANCELLED"}


@pytest.fixture
def ada(db):
    with scope.system():
        return made.practitioner()


@pytest.fixture
def rule(ada):
    with scope.system():
        return made.availability(ada, "TU")


def booked(rule, hour: int = 9, **values) -> Appointment:
    with scope.system():
        return actions.book(made.booking(rule, made.at(1, hour), **values), now=made.NOW)


def address_of(ada) -> str:
    with scope.system():
        return reverse("agenda:feed", args=[feeds.open_for_practitioner(ada)])


def of_parent(appointment) -> str:
    with scope.system():
        return reverse("agenda:feed", args=[feeds.open_for_contact(appointment.contact)])


def read(address: str, **headers):
    return Client().get(address, headers=headers)


def events(address: str) -> list:
    return Calendar.from_ical(read(address).content).walk("VEVENT")


def changed(**values) -> None:
    with scope.system():
        Appointment.objects.update(**values)


def test_a_practitioner_sees_every_employer_in_one_calendar_and_no_family(ada, rule):
    with scope.system():
        other = made.availability(ada, "WE", town="70550")
        actions.book(made.booking(other, made.at(2, 9)), now=made.NOW)
    booked(rule)
    answer = read(address_of(ada))
    text = answer.text.replace("\r\n ", "")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == 2
    assert {str(one["summary"]) for one in events(address_of(ada))} == {"Rendez-vous"}
    for secret in ("Nour", "nour@example.org", rule.service.name, "psychologist", "Psychologue"):
        assert secret not in text


def test_a_parent_sees_theirs_with_whom_and_nothing_of_the_subject_when_discreet(rule, settings):
    settings.DISCREET_NAME = "Agenda"
    mine = booked(rule)
    (event,) = events(of_parent(mine))
    assert str(event["summary"]) == rule.service.name
    assert str(event["description"]) == "Avec Ada Psychologue"
    with scope.system():
        mine.contact.discreet = True
        mine.contact.save()
    text = read(of_parent(mine)).text
    assert "SUMMARY:Agenda" in text
    for secret in (rule.service.name, "Ada", rule.service_at_location.location.name):
        assert secret not in text.replace("\r\n ", "")


def test_nobody_sees_the_calendar_of_another_parent(rule):
    mine, theirs = booked(rule), booked(rule, 10)
    (event,) = events(of_parent(mine))
    assert str(event["uid"]) == f"{mine.pk}@maillage"
    assert str(theirs.pk) not in read(of_parent(mine)).text


def test_a_moved_appointment_stays_one_event_whose_sequence_grows(ada, rule):
    first = booked(rule)
    with scope.system():
        second = actions.move(first, rule.pk, made.at(8, 10))
        third = actions.move(second, rule.pk, made.at(15, 11))
    for address in (address_of(ada), of_parent(third)):
        (event,) = events(address)
        assert (str(event["uid"]), event["sequence"]) == (f"{first.pk}@maillage", 2)
        assert (event["status"], event["dtstart"].dt) == ("CONFIRMED", made.at(15, 11))


def test_a_cancelled_one_is_said_so_and_takes_no_time(ada, rule):
    with scope.system():
        actions.cancel(booked(rule))
    (event,) = events(address_of(ada))
    said = (event["status"], event["sequence"], event["transp"])
    assert said == ("CANCELLED", 1, "TRANSPARENT")


def test_one_given_to_a_colleague_leaves_as_cancelled_and_arrives_under_the_same_number(ada, rule):
    first = booked(rule)
    with scope.system():
        bob = made.practitioner("Bob Éducateur")
        other = made.availability(bob, "TU", service=rule.service, employer=rule.organization)
        actions.move(first, other.pk, made.at(8, 9))
    (gone,), (come,) = events(address_of(ada)), events(address_of(bob))
    assert gone["uid"] == come["uid"]
    assert (gone["status"], come["status"]) == ("CANCELLED", "CONFIRMED")


@pytest.mark.parametrize("month", [3, 10])
def test_nine_o_clock_stays_nine_across_a_clock_change(ada, rule, month):
    """The zone is described: each transition of the year is where Paris has it."""
    day = {3: 28, 10: 31}[month]
    booked(rule)
    changed(
        starts_at=datetime(2027, month, day, 9, tzinfo=PARIS),
        ends_at=datetime(2027, month, day, 10, tzinfo=PARIS),
    )
    whole = Calendar.from_ical(read(address_of(ada)).content)
    (zone,) = whole.walk("VTIMEZONE")
    described = zone.to_tz(lookup_tzid=False)
    for hour in (0, 1, 3, 4, 9, 23):  # the hour in between exists twice or never
        wall = datetime(2027, month, day, hour, tzinfo=PARIS)
        assert wall.replace(tzinfo=described).utcoffset() == wall.utcoffset()
    (event,) = whole.walk("VEVENT")
    assert event["dtstart"].dt.hour == 9
    assert event["dtstart"].params["TZID"] == str(zone["tzid"]) == "Europe/Paris"


def test_an_appointment_of_la_reunion_is_on_its_own_clock(rule):
    from_there = booked(rule)
    line = ical.Line(from_there, from_there.pk, 0)
    from_there.departement_id = "974"
    event = ical._event(line, "x", "y")
    assert event["dtstart"].params["TZID"] == "Indian/Reunion"


def test_the_document_follows_rfc_5545_and_7986(ada, rule):
    for hour in (9, 10, 11):
        booked(rule, hour)
    with scope.system():
        actions.cancel(Appointment.objects.get(starts_at=made.at(1, 10)))
    body = read(address_of(ada)).content
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    whole = Calendar.from_ical(body)
    assert (str(whole["version"]), whole["prodid"]) == ("2.0", ical.PRODUCER)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in body
    found = whole.walk("VEVENT")
    assert len({str(one["uid"]) for one in found}) == len(found) == 3
    for one in found:
        assert one["dtend"].dt > one["dtstart"].dt
        assert one["status"] in ALLOWED
        assert one["dtstamp"].dt.utcoffset() == timedelta(0)
        assert isinstance(one["sequence"], int)
    assert whole.errors == []


def test_a_program_that_has_it_gets_304_until_something_changes(ada, rule):
    mine, address = booked(rule), address_of(ada)
    first = read(address)
    again = read(address, if_none_match=first["ETag"])
    weak = read(address, if_none_match=f"W/{first['ETag']}")
    assert [(one.status_code, one.content) for one in (again, weak)] == [(304, b""), (304, b"")]
    assert again["ETag"] == first["ETag"]
    with scope.system():
        actions.cancel(mine)
    assert read(address, if_none_match=first["ETag"]).status_code == 200


def test_only_the_hash_of_the_secret_is_kept(ada):
    token = urlsplit(address_of(ada)).path.split("/")[-1].removesuffix(".ics")
    with scope.system():
        kept = CalendarFeed.objects.values_list("token_hash", flat=True)
        assert token not in kept.get()


def test_a_new_address_stops_the_former_and_a_closed_one_stops(ada, rule):
    booked(rule)
    former = address_of(ada)
    current = address_of(ada)
    assert [read(one).status_code for one in (former, current)] == [410, 200]
    with scope.system():
        feeds.close(feeds.of_practitioner(ada))
    assert read(current).status_code == 410
    assert read(reverse("agenda:feed", args=["invented"])).status_code == 410


def test_who_no_longer_receives_has_no_calendar(ada):
    address = address_of(ada)
    with scope.system():
        ada.stopped_on = timezone.localdate() - timedelta(days=1)
        ada.save()
    assert read(address).status_code == 410


def health(ada, now=None) -> feeds.Health:
    with scope.system():
        return feeds.health(feeds.of_practitioner(ada), now or timezone.now())


def test_its_owner_is_told_whether_the_calendar_keeps_up(ada):
    assert health(ada).state == "none"
    former = address_of(ada)
    assert health(ada).state == "never"
    read(former)
    assert health(ada).state == "well"
    assert health(ada, timezone.now() + timedelta(days=3)).state == "late"
    current = address_of(ada)
    read(former)
    assert health(ada).state == "former"
    read(current)
    assert health(ada).state == "well"
    with scope.system():
        feeds.close(feeds.of_practitioner(ada))
    assert health(ada).state == "none"


def test_a_program_that_asks_every_minute_is_noted_every_five(ada):
    token = address_of(ada).split("/")[-1].removesuffix(".ics")
    now = timezone.now()
    noted = []
    for minute in (0, 1, 6):
        with scope.system():
            feeds.fetched(token, now + timedelta(minutes=minute))
            noted.append(CalendarFeed.objects.get().fetched_at)
    assert noted == [now, now, now + timedelta(minutes=6)]


def test_on_their_page_a_practitioner_makes_replaces_and_closes_the_address(client, ada, rule):
    with scope.system():
        user = person("ada@example.org", Role.PRACTITIONER, at=rule.organization)
        ada.user = user
        ada.save()
    sign_in(client, user)
    page, opening = reverse("agenda:calendar"), reverse("agenda:open_calendar")
    assert "Faire mon adresse" in client.get(page).text
    shown = client.post(opening).text
    address = re.search(r"http://[^<\s]+\.ics", shown)
    assert address is not None
    assert address.group() not in client.get(page).text
    assert Client().get(urlsplit(address.group()).path).status_code == 200
    assert "Votre agenda est à jour" in client.get(page).text
    client.post(reverse("agenda:close_calendar"))
    assert Client().get(urlsplit(address.group()).path).status_code == 410


def test_a_calendar_of_a_year_costs_the_same_queries(ada, rule, django_assert_max_num_queries):
    for hour in (9, 10, 11):
        booked(rule, hour)
    address = address_of(ada)
    with django_assert_max_num_queries(16):
        read(address)


def test_a_family_that_no_message_reaches_is_marked_for_who_receives_it(client, ada, rule):
    mine = booked(rule)
    with scope.system():
        rule.organization.email = "structure@example.org"
        rule.organization.save()
        user = person("ada@example.org", Role.PRACTITIONER, at=rule.organization)
        ada.user = user
        ada.save()
        Appointment.objects.update(
            starts_at=timezone.now() + timedelta(days=2),
            ends_at=timezone.now() + timedelta(days=2, hours=1),
        )
        message = outbox.text(
            "+33639980001", "Bonjour", how=outbox.How(about=mine.pk, departement="70")
        )
        receipts.note(str(message.pk), OutboxMessage.State.FAILED, "absent", timezone.now())
        told = OutboxMessage.objects.filter(channel="email").order_by("recipient")
        assert [one.recipient for one in told] == ["ada@example.org", "structure@example.org"]
        assert all(one.subject.startswith("À appeler") for one in told)
        assert "Nour" not in "".join(one.body for one in told)
    page = sign_in(client, user).get(reverse("agenda:agenda")).text
    assert "À appeler : aucun message n’arrive" in page
