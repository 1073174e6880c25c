"""R5: what a rule opens, compared with lists made by hand from the official calendars."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from psycopg.errors import UniqueViolation

from maillage.directory import openings
from maillage.directory.actions import rebuild_openings
from maillage.directory.models import Opening, Schedule, ScheduleException, Service
from maillage.directory.tests import made

YEAR = openings.Almanac("70", date(2026, 9, 1), date(2027, 8, 31))
CLOSED, LONGER = date(2026, 12, 11), date(2027, 6, 16)

# Zone A, 2026-2027: autumn 17 Oct. to 2 Nov., Christmas 19 Dec. to 4 Jan., winter 13 Feb. to
# 1 Mar., spring 10 to 26 Apr., Ascension bridge 7 May, summer from 3 July. A bank holiday falls
# on a Wednesday of term: 11 November. The space is closed on 11 December. Month by month:
GRAY = {
    "2026-09": [2, 4, 9, 11, 16, 18, 23, 25, 30],
    "2026-10": [2, 7, 9, 14, 16],
    "2026-11": [4, 6, 13, 18, 20, 25, 27],
    "2026-12": [2, 4, 9, 16, 18],
    "2027-01": [6, 8, 13, 15, 20, 22, 27, 29],
    "2027-02": [3, 5, 10, 12],
    "2027-03": [3, 5, 10, 12, 17, 19, 24, 26, 31],
    "2027-04": [2, 7, 9, 28, 30],
    "2027-05": [5, 12, 14, 19, 21, 26, 28],
    "2027-06": [2, 4, 9, 11, 16, 18, 23, 25, 30],
    "2027-07": [2],
}


def rule(*byday, **values):
    defaults = {"dtstart": date(2026, 9, 1), "opens_at": time(9), "closes_at": time(12)}
    return Schedule(byday=list(byday), **defaults | values)


def opened(schedule):
    return by_month(openings.occurrences(schedule, {}, YEAR))


def by_month(found):
    months = {}
    for one in found:
        months.setdefault(f"{one.day:%Y-%m}", []).append(one.day.day)
    return months


def test_twelve_months_of_the_parenting_space_of_gray_equal_the_list_made_by_hand():
    exceptions = {CLOSED: None, LONGER: (time(10), time(18))}
    found = openings.occurrences(rule("WE", "FR", school_period="term"), exceptions, YEAR)
    assert by_month(found) == GRAY
    hours = {(one.opens_at, one.closes_at) for one in found if one.day != LONGER}
    assert hours == {(time(9), time(12))}
    assert [one.opens_at for one in found if one.day == LONGER] == [time(10)]


@pytest.mark.parametrize(
    ("day", "hour_utc"),
    [("2026-10-16", 7), ("2026-11-04", 8), ("2027-03-26", 8), ("2027-03-31", 7)],
)
def test_nine_o_clock_stays_nine_o_clock_across_both_clock_changes(day, hour_utc):
    start, end = openings.span(date.fromisoformat(day), time(9), time(12), openings.PARIS)
    assert (start.hour, end.hour) == (hour_utc, hour_utc + 3)


def test_the_first_saturday_of_the_month_skips_the_first_of_may():
    assert opened(rule("1SA", freq="MONTHLY")) == {
        "2026-09": [5],
        "2026-10": [3],
        "2026-11": [7],
        "2026-12": [5],
        "2027-01": [2],
        "2027-02": [6],
        "2027-03": [6],
        "2027-04": [3],
        "2027-06": [5],
        "2027-07": [3],
        "2027-08": [7],
    }


def test_a_place_open_on_public_holidays_opens_on_the_first_of_may():
    found = opened(rule("1SA", freq="MONTHLY", open_on_public_holidays=True))
    assert found["2027-05"] == [1]


def test_the_last_saturday_of_every_second_month_counts_from_the_first_one():
    assert opened(rule("-1SA", freq="MONTHLY", interval=2, dtstart=date(2026, 10, 10))) == {
        "2026-10": [31],
        "2026-12": [26],
        "2027-02": [27],
        "2027-04": [24],
        "2027-06": [26],
        "2027-08": [28],
    }


def test_every_other_week_keeps_its_beat_however_old_the_rule_is():
    young = opened(rule("MO", "TH", interval=2, dtstart=date(2026, 9, 3)))
    old = opened(rule("MO", "TH", interval=2, dtstart=date(2026, 9, 3) - timedelta(weeks=200)))
    assert young["2026-09"] == [3, 14, 17, 28]
    assert old == young


def test_a_holiday_rule_opens_only_while_school_is_out():
    found = opened(rule("WE", school_period="holidays", until=date(2027, 1, 31)))
    assert found == {"2026-10": [21, 28], "2026-12": [23, 30]}


def test_the_last_day_of_a_rule_is_included():
    found = opened(rule("WE", dtstart=date(2026, 9, 2), until=date(2026, 9, 9)))
    assert found == {"2026-09": [2, 9]}


def test_an_exception_may_open_a_day_that_the_rule_does_not_name():
    extra = {date(2026, 9, 6): (time(14), time(16))}
    found = openings.occurrences(rule("WE", until=date(2026, 9, 9)), extra, YEAR)
    assert [(one.day.day, one.opens_at.hour) for one in found] == [(2, 9), (6, 14), (9, 9)]


def test_where_the_school_calendar_is_unknown_a_term_opening_is_to_confirm():
    almanac = openings.Almanac("2A", date(2026, 9, 1), date(2026, 9, 14))
    found = openings.occurrences(rule("WE", school_period="term"), {}, almanac)
    assert [(one.day.day, one.to_confirm) for one in found] == [(2, True), (9, True)]
    assert openings.occurrences(rule("WE", school_period="holidays"), {}, almanac) == []


@pytest.mark.django_db
def test_an_overseas_place_keeps_its_own_clock():
    at = made.place(made.service(where="974"), "97411")
    made.rule(at, "MO")
    openings.rebuild([at.service_id], today=date(2026, 11, 22))
    first = Opening.objects.order_by("starts_at").first()
    assert first.starts_at == datetime(2026, 11, 9, 5, tzinfo=UTC)
    assert (first.day, first.opens_at) == (date(2026, 11, 9), time(9))


@pytest.mark.django_db
def test_rebuilding_twice_changes_nothing_and_keeps_the_rows():
    at = made.place(made.service())
    made.rule(at, "WE", "SA")
    first = openings.rebuild([at.service_id], today=date(2026, 11, 22))
    rows = set(Opening.objects.values_list("pk", flat=True))
    again = openings.rebuild([at.service_id], today=date(2026, 11, 22))
    assert first == openings.Rebuilt(services=1, added=53, removed=0)
    assert again == openings.Rebuilt(services=1, added=0, removed=0)
    assert set(Opening.objects.values_list("pk", flat=True)) == rows


@pytest.mark.django_db
def test_a_new_day_adds_one_week_ahead_and_drops_what_is_long_past():
    at = made.place(made.service())
    made.rule(at, "MO")
    openings.rebuild([at.service_id], today=date(2026, 11, 22))
    moved = openings.rebuild([at.service_id], today=date(2026, 11, 29))
    assert moved == openings.Rebuilt(services=1, added=1, removed=1)


@pytest.mark.django_db
def test_a_changed_rule_replaces_its_openings():
    at = made.place(made.service())
    changed = made.rule(at, "MO")
    openings.rebuild([at.service_id], today=date(2026, 11, 22))
    Schedule.objects.filter(pk=changed.pk).update(byday=["TU"], opens_at=time(10))
    ScheduleException.objects.create(schedule=changed, day=date(2026, 12, 1))
    openings.rebuild([at.service_id], today=date(2026, 11, 22))
    weekdays = {one.day.weekday() for one in Opening.objects.all()}
    assert weekdays == {1}
    assert not Opening.objects.filter(day=date(2026, 12, 1)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["temporarily closed", "inactive", "defunct"])
def test_a_service_that_is_not_open_has_no_opening(status):
    at = made.place(made.service())
    made.rule(at, "MO")
    rebuild_openings([at.service_id])
    Service.objects.filter(pk=at.service_id).update(status=status)
    rebuild_openings([at.service_id])
    assert Opening.objects.count() == 0


@pytest.mark.django_db
def test_the_command_says_what_it_did(capsys):
    made.rule(made.place(made.service()), "MO", until=date(2020, 1, 1), dtstart=date(2019, 1, 1))
    call_command("extend_openings")
    assert capsys.readouterr().out == "1 services, 0 openings added, 0 removed\n"


@pytest.mark.django_db
def test_a_remote_line_is_opened_by_the_calendar_of_its_departement():
    line = made.service(modes=["phone"])
    made.remote_rule(line, "WE")
    openings.rebuild([line.pk], today=date(2026, 11, 22))
    first = Opening.objects.order_by("starts_at").first()
    assert (first.service_at_location_id, first.day) == (None, date(2026, 11, 18))
    assert not Opening.objects.filter(day=date(2026, 11, 11)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("freq", "byday"),
    [("WEEKLY", ["1MO"]), ("MONTHLY", ["MO"]), ("WEEKLY", ["LU"]), ("MONTHLY", ["6MO"])],
)
def test_the_database_refuses_days_that_do_not_fit_the_rhythm(freq, byday):
    at = made.place(made.service())
    with pytest.raises(IntegrityError), transaction.atomic():
        made.rule(at, *byday, freq=freq)


@pytest.mark.django_db
def test_the_database_refuses_an_exception_with_one_hour_only():
    at = made.place(made.service())
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduleException.objects.create(
            schedule=made.rule(at, "MO"), day=date(2026, 1, 5), opens_at=time(9)
        )


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_rebuilds_at_once_store_each_opening_once():
    at = made.place(made.service())
    made.rule(at, "MO", "WE")

    def rebuild():
        try:
            return openings.rebuild([at.service_id], today=date(2026, 11, 22))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        results = [done.result() for done in [pool.submit(rebuild) for _ in range(4)]]
    assert sorted(result.added for result in results) == [0, 0, 0, Opening.objects.count()]
    assert {result.removed for result in results} == {0}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_rebuilds_at_once_do_collide(monkeypatch):
    """The control of the test above: it can fail."""
    at = made.place(made.service())
    made.rule(at, "MO")
    together, store = Barrier(2, timeout=10), openings._store
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_options: self)

    def store_together(wanted):
        together.wait()
        store(wanted)

    monkeypatch.setattr(openings, "_store", store_together)

    def rebuild():
        try:
            openings.rebuild([at.service_id], today=date(2026, 11, 22))
            return "stored"
        except UniqueViolation:
            return "collided"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = [done.result() for done in [pool.submit(rebuild), pool.submit(rebuild)]]
    assert sorted(answers) == ["collided", "stored"]
