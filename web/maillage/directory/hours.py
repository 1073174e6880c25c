"""Rules of opening in plain words: « mercredi et samedi, 9 h – 12 h, hors vacances scolaires »."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, time

from django.utils.dates import WEEKDAYS as DAY_NAMES
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.directory.models import Schedule
from maillage.directory.when import WEEKDAYS

RANKS = {
    1: gettext_lazy("premier"),
    2: gettext_lazy("deuxième"),
    3: gettext_lazy("troisième"),
    4: gettext_lazy("quatrième"),
    5: gettext_lazy("cinquième"),
    -1: gettext_lazy("dernier"),
    -2: gettext_lazy("avant-dernier"),
}

Day = tuple[int, int]  # rank in the month (0: every week), weekday
Range = tuple[time, time]
Condition = tuple[str, ...]


def weekly_text(schedules: Iterable[Schedule], *, day: date) -> list[str]:
    """Return one line for each group of days with the same hours; rules over by `day` are left."""
    grouped: defaultdict[Condition, defaultdict[Day, set[Range]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for schedule in schedules:
        if schedule.until is not None and schedule.until < day:
            continue
        for code in schedule.byday:
            hours = (schedule.opens_at, schedule.closes_at)
            grouped[_condition(schedule, day)][_day(code)].add(hours)
    return [line for condition, found in grouped.items() for line in _lines(found, condition)]


def clock(moment: time) -> str:
    """Write 9 h or 9 h 30."""
    if moment.minute:
        return _("{hour} h {minute:02d}").format(hour=moment.hour, minute=moment.minute)
    return _("{hour} h").format(hour=moment.hour)


def between(opens_at: time, closes_at: time) -> str:
    """Write 9 h – 12 h 30."""
    return f"{clock(opens_at)} – {clock(closes_at)}"


def _lines(found: dict[Day, set[Range]], condition: Condition) -> Iterable[str]:
    alike: defaultdict[tuple[Range, ...], list[Day]] = defaultdict(list)
    for named in sorted(found):
        alike[tuple(sorted(found[named]))].append(named)
    for ranges, days in alike.items():
        hours = _join([between(*one) for one in ranges])
        yield ", ".join([_days(days), hours, *condition])


def _day(code: str) -> Day:
    return int(code[:-2] or 0), WEEKDAYS.index(code[-2:])


def _days(days: Sequence[Day]) -> str:
    if days[0][0]:
        named = [_("le {rank} {day}").format(rank=_rank(n), day=DAY_NAMES[day]) for n, day in days]
        return _("{days} du mois").format(days=_join(named))
    weekdays = [day for _rank_, day in days]
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        first, last = DAY_NAMES[weekdays[0]], DAY_NAMES[weekdays[-1]]
        return _("du {first} au {last}").format(first=first, last=last)
    return _join([str(DAY_NAMES[day]) for day in weekdays])


def _rank(number: int) -> str:
    if number in RANKS:
        return str(RANKS[number])
    return _("{number}e en partant de la fin,").format(number=-number)


def _join(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("{first} et {last}").format(first=", ".join(words[:-1]), last=words[-1])


def _condition(schedule: Schedule, day: date) -> Condition:
    told = [_rhythm(schedule)]
    if schedule.school_period != Schedule.SchoolPeriod.ALWAYS:
        told.append(str(Schedule.SchoolPeriod(schedule.school_period).label))
    if schedule.open_on_public_holidays:
        told.append(_("y compris les jours fériés"))
    if schedule.dtstart > day:
        told.append(_("à partir du {date}").format(date=date_format(schedule.dtstart)))
    if schedule.until is not None:
        told.append(_("jusqu’au {date}").format(date=date_format(schedule.until)))
    told.append(schedule.note)
    return tuple(part for part in told if part)


def _rhythm(schedule: Schedule) -> str:
    count = schedule.interval
    if count == 1:
        return ""
    if schedule.freq == Schedule.Freq.WEEKLY:
        text = _("une semaine sur deux") if count == 2 else _("toutes les {count} semaines")
    else:
        text = _("un mois sur deux") if count == 2 else _("tous les {count} mois")
    return text.format(count=count)
