"""Hours are local: across the two clock changes, and in the départements with their own clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from maillage.agenda import actions, availabilities, occurrences, permissions, slots
from maillage.agenda.errors import NobodyCanReceive, RulesMeet
from maillage.agenda.forms import AbsenceForm
from maillage.agenda.models import Occurrence
from maillage.agenda.tests import made
from maillage.core import scope
from maillage.directory.when import WEEKDAYS
from maillage.organizations.tests.staff import organization, person
from maillage.practitioners.models import Practitioner

PARIS = made.PARIS
REUNION = ZoneInfo("Indian/Reunion")
GUADELOUPE = ZoneInfo("America/Guadeloupe")


@pytest.fixture
def everyone(db):
    with scope.system():
        yield


def receives(day, opens_at, closes_at, *, where="70", **values):
    """One rule of one day, written some weeks before; what it offers, in the clock of the place."""
    employer = organization(f"Association {where}", where)
    service = made.support(f"Écoute {made.uuid4()}", where=where, organization=employer)
    rule = made.availability(
        made.practitioner(), WEEKDAYS[day.weekday()], town=None, service=service, dtstart=day,
        until=day, opens_at=opens_at, closes_at=closes_at, open_on_public_holidays=True, **values,
    )  # fmt: skip
    Practitioner.objects.filter(pk=rule.practitioner_id).update(bookable_until=date(2030, 1, 1))
    occurrences.rebuild([rule.practitioner_id], today=day - timedelta(days=30))
    return rule


def offered(rule, zone=PARIS):
    day = datetime.combine(rule.dtstart, time(), tzinfo=UTC)
    span = (day - timedelta(days=1), day + timedelta(days=2), day - timedelta(days=20))
    found = slots.free_slots(slots.Asked([rule.service_id], *span))
    return [f"{slot.starts_at.astimezone(zone):%H:%M%z}" for slot in found]


def test_nine_o_clock_stays_nine_o_clock_on_both_sides_of_each_change(everyone):
    for before in (date(2027, 3, 27), date(2027, 10, 30)):
        for day in (before, before + timedelta(days=1)):
            rule = receives(day, time(9), time(10))
            assert [text[:5] for text in offered(rule)] == ["09:00"]


def test_in_spring_the_hour_that_does_not_exist_is_not_offered(everyone):
    """On 28 March 2027 at 2:00 it is 3:00: from 1:00 to 4:00 there are two hours."""
    rule = receives(date(2027, 3, 28), time(1), time(4))
    assert offered(rule) == ["01:00+0100", "03:00+0200"]


def test_in_spring_a_rule_inside_the_missing_hour_offers_nothing(everyone):
    rule = receives(date(2027, 3, 28), time(2, 15), time(2, 45), slot_minutes=30)
    assert Occurrence.objects.filter(availability=rule).count() <= 1
    assert all(text.startswith("03:") for text in offered(rule))


def test_in_autumn_the_hour_that_comes_twice_is_offered_twice_and_booked_apart(everyone):
    """On 31 October 2027 at 3:00 it is 2:00 again: from 1:00 to 4:00 there are four hours."""
    rule = receives(date(2027, 10, 31), time(1), time(4))
    assert offered(rule) == ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]
    first_two = datetime(2027, 10, 31, 0, tzinfo=UTC)
    actions.book(made.booking(rule, first_two), now=made.NOW + timedelta(days=330))
    assert offered(rule) == ["01:00+0200", "02:00+0100", "03:00+0100"]


def test_in_reunion_and_in_guadeloupe_nine_o_clock_is_their_own(everyone):
    day = date(2026, 12, 1)
    for where, zone, text in (
        ("974", REUNION, "09:00+0400"), ("971", GUADELOUPE, "09:00-0400"),
    ):  # fmt: skip
        rule = receives(day, time(9), time(10), where=where)
        assert offered(rule, zone) == [text]


def test_overseas_no_hour_is_missing_nor_double(everyone):
    for day in (date(2027, 3, 28), date(2027, 10, 31)):
        rule = receives(day, time(1), time(4), where="974")
        assert offered(rule, REUNION) == ["01:00+0400", "02:00+0400", "03:00+0400"]


def test_papers_end_with_the_day_of_the_place(everyone):
    """At 22:00 in Guadeloupe it is already the day after in Paris: the paper of that day holds."""
    rule = receives(date(2026, 12, 1), time(22), time(23), where="971")
    person_of = Practitioner.objects.filter(pk=rule.practitioner_id)
    person_of.update(bookable_until=date(2026, 12, 1))
    assert offered(rule, GUADELOUPE) == ["22:00-0400"]
    starts_at = datetime(2026, 12, 1, 22, tzinfo=GUADELOUPE)
    assert actions.book(made.booking(rule, starts_at), now=made.NOW).state == "confirmed"
    late = receives(date(2026, 12, 2), time(9), time(10), where="971")
    Practitioner.objects.filter(pk=late.practitioner_id).update(bookable_until=date(2026, 12, 1))
    with pytest.raises(NobodyCanReceive):
        actions.book(made.booking(late, datetime(2026, 12, 2, 9, tzinfo=GUADELOUPE)), now=made.NOW)


def test_a_day_away_is_a_day_of_the_place_where_one_receives(everyone):
    rule = receives(date(2026, 12, 1), time(9), time(10), where="974")
    form = AbsenceForm({"first_day": "2026-12-01", "last_day": "2026-12-01"})
    assert form.is_valid()
    assert form.period(permissions.clock_of(rule.practitioner)) == (
        datetime(2026, 12, 1, tzinfo=REUNION), datetime(2026, 12, 2, tzinfo=REUNION),
    )  # fmt: skip


def test_rules_that_meet_overseas_are_said_with_the_day_of_the_place(everyone):
    """One o'clock on a Tuesday in Reunion is still Monday in Paris."""
    rule = receives(date(2026, 12, 1), time(1), time(2), where="974")
    other = type(rule).objects.get(pk=rule.pk)
    other.pk, other._state.adding = made.uuid4(), True
    by = person("ada@example.org").pk
    with pytest.raises(RulesMeet, match="Mardi 1 décembre 2026"):
        availabilities.keep(other, {}, by=by, today=made.TODAY)


def test_public_and_school_holidays_are_those_of_the_place(everyone):
    christmas, alsace = date(2026, 12, 25), date(2026, 12, 26)
    for where, day, said in (
        ("70", christmas, []), ("70", alsace, ["09:00+0100"]), ("67", alsace, []),
    ):  # fmt: skip
        rule = receives(day, time(9), time(10), where=where)
        rule.open_on_public_holidays = False
        rule.save()
        occurrences.rebuild([rule.practitioner_id], today=made.TODAY)
        assert offered(rule) == said
