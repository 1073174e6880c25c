"""Whatever the rule, its openings equal a naive walk through the calendar, day after day."""

from datetime import date, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.directory import openings
from maillage.directory.models import Schedule
from maillage.directory.when import RANKS, WEEKDAYS
from maillage.territory import calendars

START = date(2026, 9, 1)
DAYS = st.dates(date(2020, 1, 1), date(2027, 3, 1))
MONTHLY = st.sampled_from([f"{rank}{day}" for rank in RANKS for day in WEEKDAYS])


def week(day):
    return (day - timedelta(days=day.weekday())).toordinal() // 7


def names(day, code):
    """Say whether 2WE or -1SA names this day."""
    if WEEKDAYS[day.weekday()] != code[-2:]:
        return False
    rank = int(code[:-2])
    following = day.replace(day=28) + timedelta(days=4)
    last = (following - timedelta(days=following.day)).day
    return (day.day + 6) // 7 == rank or -((last - day.day + 7) // 7) == rank


def walk(rule, end):
    """Every day from the start of the window, judged one by one."""
    day = max(START, rule.dtstart)
    while day <= min(end, rule.until or end):
        if rule.freq == "WEEKLY":
            turn = (week(day) - week(rule.dtstart)) % rule.interval == 0
            kept = turn and WEEKDAYS[day.weekday()] in rule.byday
        else:
            months = (day.year - rule.dtstart.year) * 12 + day.month - rule.dtstart.month
            kept = months % rule.interval == 0 and any(names(day, code) for code in rule.byday)
        if kept and not calendars.is_public_holiday(day, "70"):
            out = calendars.is_school_holiday(day, "70")
            if rule.school_period == "always" or out is (rule.school_period == "holidays"):
                yield day
        day += timedelta(days=1)


@settings(max_examples=120, deadline=None)
@given(
    freq=st.sampled_from(["WEEKLY", "MONTHLY"]),
    week_days=st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    month_days=st.sets(MONTHLY, min_size=1, max_size=3),
    interval=st.integers(1, 5),
    dtstart=DAYS,
    length=st.none() | st.integers(0, 900),
    period=st.sampled_from(["always", "term", "holidays"]),
)
def test_openings_equal_a_walk_through_the_calendar(  # noqa: PLR0917 (given by name)
    freq, week_days, month_days, interval, dtstart, length, period
):
    rule = Schedule(
        freq=freq,
        byday=sorted(week_days if freq == "WEEKLY" else month_days),
        interval=interval,
        dtstart=dtstart,
        until=None if length is None else dtstart + timedelta(days=length),
        opens_at=time(9),
        closes_at=time(12),
        school_period=period,
    )
    end = START + timedelta(weeks=28)
    found = openings.occurrences(rule, {}, openings.Almanac("70", START, end))
    assert [one.day for one in found] == list(walk(rule, end))
