"""Hours of an average week of the year, from rules of opening: no calendar, no clock."""

from collections.abc import Iterable
from datetime import date, datetime

from maillage.directory.models import Schedule

WEEKS_IN_A_YEAR = 52
MONTHS_IN_A_YEAR = 12
SHARE_OF_THE_YEAR = {  # the school year has 36 weeks (Code de l'éducation, art. L521-1)
    Schedule.SchoolPeriod.ALWAYS.value: 1.0,
    Schedule.SchoolPeriod.TERM.value: 36 / WEEKS_IN_A_YEAR,
    Schedule.SchoolPeriod.HOLIDAYS.value: 16 / WEEKS_IN_A_YEAR,
}
_ANY_DAY = date(2000, 1, 1)


def weekly_hours(schedules: Iterable[Schedule]) -> float:
    """Add up the rules; a place without any rule is open zero hours, as far as anyone knows."""
    return round(sum(_hours(schedule) for schedule in schedules), 4)


def _hours(schedule: Schedule) -> float:
    start = datetime.combine(_ANY_DAY, schedule.opens_at)
    end = datetime.combine(_ANY_DAY, schedule.closes_at)
    once = (end - start).total_seconds() / 3600
    per_week = 1.0 if schedule.freq == Schedule.Freq.WEEKLY else MONTHS_IN_A_YEAR / WEEKS_IN_A_YEAR
    share = SHARE_OF_THE_YEAR[schedule.school_period]
    return once * len(schedule.byday) * per_week / schedule.interval * share
