from datetime import date, time, timedelta

import pytest

from maillage.demo import changes, hours

SEPTEMBER = date(2026, 9, 1)


def test_a_line_says_days_hours_and_period():
    assert hours.read("TU/TH 09:00-11:30 term") == hours.Hours(
        "WEEKLY", 1, ("TU", "TH"), time(9), time(11, 30), "term", False, ""
    )


def test_a_range_of_days_is_each_of_them():
    assert hours.read("MO-FR 06:30-19:00").byday == ("MO", "TU", "WE", "TH", "FR")


def test_a_line_may_end_with_a_note():
    read = hours.read("monthly 1FR 08:30-12:00 bank-holidays (sur le marché)")
    assert (read.freq, read.byday) == ("MONTHLY", ("1FR",))
    assert (read.open_on_public_holidays, read.note) == (True, "sur le marché")


@pytest.mark.parametrize(
    ("line", "first_days"),
    [
        ("every 2 weeks WE 14:00-16:00", [date(2026, 9, 2), date(2026, 9, 16), date(2026, 9, 30)]),
        ("monthly 1WE 19:00-21:00", [date(2026, 9, 2), date(2026, 10, 7), date(2026, 11, 4)]),
        ("monthly -1SA 09:30-12:00", [date(2026, 9, 26), date(2026, 10, 31), date(2026, 11, 28)]),
    ],
)
def test_days_follow_the_rhythm(line, first_days):
    assert hours.read(line).days(SEPTEMBER, SEPTEMBER, date(2026, 11, 30))[:3] == first_days


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("every day", "is not"),
        ("MO 12:00-09:00", "closes before it opens"),
        ("1WE 09:00-12:00", "'1WE' is no day of a week"),
        ("monthly WE 09:00-12:00", "'WE' is no day of a month"),
        ("MO 25:00-26:00", "25:00 is no time of day"),
    ],
)
def test_a_bad_line_says_why(line, fault):
    with pytest.raises(hours.BadHours, match=fault):
        hours.read(line)


def test_a_winter_closure_crosses_the_new_year():
    closure = changes.read_closure("12-24..01-02 Congés de fin d’année")
    assert closure.days_from(date(2026, 11, 22), date(2027, 6, 1)) == [
        (date(2026, 12, 24), date(2027, 1, 2))
    ]


def test_a_change_moves_the_hours_of_one_day():
    change = changes.read_change("after 6 days 09:00-12:30 Goûter")
    assert change == changes.Change(timedelta(days=6), time(9), time(12, 30), "Goûter")


@pytest.mark.parametrize("line", ["08-03 Congés", "02-30..03-02 Congés"])
def test_a_bad_closure_says_why(line):
    with pytest.raises(changes.BadChange, match=r"is not|is no day of the year"):
        changes.read_closure(line)
