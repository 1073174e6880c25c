"""A calendar of openings that phones read: checked by reading it again."""

from datetime import UTC, date, datetime, time

import pytest
from icalendar import Calendar

from maillage.directory import ical, openings
from maillage.directory.models import Opening, Service
from maillage.directory.tests import made

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FEED = ical.Feed(
    name="Espace parents de Gray",
    url="https://exemple.fr/services/1/",
    zone=openings.PARIS,
    host="exemple.fr",
)


def rebuilt(at):
    openings.rebuild([at.service_id], today=date(2026, 11, 22))
    return stored(at)


def stored(at):
    wanted = Opening.objects.filter(service=at.service_id).order_by("starts_at")
    return list(wanted.select_related("service", "service_at_location__location__commune"))


def read(feed, found):
    return Calendar.from_ical(ical.calendar(feed, found, now=NOW))


def test_a_calendar_read_again_holds_each_opening_at_its_local_hour():
    at = made.place(made.service(phone="03 84 00 00 10"), address="4 rue du Port", postcode="70100")
    made.rule(at, "WE", school_period="term")
    found = rebuilt(at)
    back = read(FEED, found)
    events = back.walk("VEVENT")
    assert len(events) == len(found) > 15
    assert {event.start.hour for event in events} == {9}
    assert {event.start.tzinfo.key for event in events} == {"Europe/Paris"}
    starts = [event.start.astimezone(UTC) for event in events]
    assert starts == [opening.starts_at for opening in found]
    assert {start.hour for start in starts} == {7, 8}  # both sides of the clock change
    assert events[0]["summary"] == "Espace parents de Gray"
    assert events[0]["location"] == "Maison des familles de Gray, 4 rue du Port, 70100 Gray"
    assert events[0]["description"] == "Téléphone : 03 84 00 00 10"
    assert (events[0]["transp"], events[0]["status"]) == ("TRANSPARENT", "CONFIRMED")


def test_the_time_zone_is_defined_once_with_both_of_its_changes():
    at = made.place(made.service())
    made.rule(at, "MO")
    back = read(FEED, rebuilt(at))
    assert back["x-wr-calname"] == "Espace parents de Gray"
    (zone,) = back.walk("VTIMEZONE")
    assert zone["tzid"] == "Europe/Paris"
    offsets = {
        (part.name, part["tzoffsetto"].td.total_seconds() / 3600) for part in zone.subcomponents
    }
    assert offsets == {("STANDARD", 1.0), ("DAYLIGHT", 2.0)}
    assert back.get_missing_tzids() == set()
    assert back.errors == []


def test_identifiers_are_unique_and_survive_a_rebuild():
    at = made.place(made.service())
    made.rule(at, "MO", "WE")
    made.rule(at, "WE", opens_at=time(14), closes_at=time(17))
    before = [ical.uid(opening, "exemple.fr") for opening in rebuilt(at)]
    Opening.objects.all().delete()
    after = [ical.uid(opening, "exemple.fr") for opening in rebuilt(at)]
    assert before == after
    assert len(set(before)) == len(before)


def test_the_same_openings_give_the_same_bytes():
    at = made.place(made.service())
    made.rule(at, "MO")
    found = rebuilt(at)
    assert ical.calendar(FEED, found, now=NOW) == ical.calendar(FEED, found, now=NOW)


def test_lines_stay_within_75_bytes_and_special_signs_come_back():
    name = "Café, « thé » ; et \\ gâteaux : " + "é" * 80
    at = made.place(made.service(name))
    made.rule(at, "MO")
    raw = ical.calendar(FEED, rebuilt(at), now=NOW)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert Calendar.from_ical(raw).walk("VEVENT")[0]["summary"] == name


def test_an_unsure_opening_is_tentative_and_says_to_call():
    at = made.place(made.service(where="2A"), "2A004")
    made.rule(at, "MO", school_period="term")
    event = read(FEED, rebuilt(at)).walk("VEVENT")[0]
    assert event["status"] == "TENTATIVE"
    assert event["description"] == "À confirmer par téléphone avant de venir."


def test_an_overseas_calendar_follows_its_own_clock():
    at = made.place(made.service(where="974"), "97411")
    made.rule(at, "MO")
    feed = ical.Feed(FEED.name, FEED.url, openings.time_zone("974"), FEED.host)
    event = read(feed, rebuilt(at)).walk("VEVENT")[0]
    assert (event.start.hour, event.start.astimezone(UTC).hour) == (9, 5)


def test_a_line_at_a_distance_has_no_place():
    line = made.service(modes=["phone"])
    made.remote_rule(line, "MO")
    openings.rebuild([line.pk], today=date(2026, 11, 22))
    found = list(Opening.objects.select_related("service", "service_at_location"))
    assert "location" not in read(FEED, found).walk("VEVENT")[0]


def test_nothing_open_is_an_empty_but_valid_calendar():
    at = made.place(made.service())
    Service.objects.update(status="inactive")
    back = read(FEED, stored(at))
    assert (back["version"], back.walk("VEVENT")) == ("2.0", [])
