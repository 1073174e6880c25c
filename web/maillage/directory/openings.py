"""From rules to stored openings, so that a search never expands a rule.

Hours are local: 9:00 stays 9:00 across a clock change. A day is kept when the rule names it, the
school calendar of the place allows it and it is no public holiday; an exception of that day then
has the last word. Where the school calendar is not known, a term-time opening is kept *to confirm*
and a holiday opening is not invented.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil import rrule
from django.db import connection, transaction

from maillage.directory.models import Opening, Schedule, ScheduleException, Service
from maillage.territory import calendars, clocks

AHEAD = timedelta(weeks=26)
BEHIND = timedelta(weeks=2)
BATCH = 500  # services in one transaction

PARIS, time_zone = clocks.PARIS, clocks.time_zone
DAYS = {
    "MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR,
    "SA": rrule.SA, "SU": rrule.SU,
}  # fmt: skip

Hours = tuple[time, time]


class Rule(Protocol):
    """What a rule of opening or of availability says (RFC 5545, and the two calendars)."""

    freq: str
    interval: int
    byday: list[str]
    dtstart: date
    until: date | None
    opens_at: time
    closes_at: time
    school_period: str
    open_on_public_holidays: bool


Exceptions = Mapping[date, Hours | None]  # None: closed


@dataclass(frozen=True)
class Occurrence:
    """One opening: a day, its local hours, and whether it must be confirmed."""

    day: date
    opens_at: time
    closes_at: time
    to_confirm: bool = False


@dataclass(frozen=True)
class Almanac:
    """What the days of one span are, in one département."""

    departement: str
    start: date
    end: date

    @cached_property
    def zone(self) -> ZoneInfo:
        """Its clock."""
        return time_zone(self.departement)

    @cached_property
    def public_holidays(self) -> frozenset[date]:
        """Its public holidays, in every year of the span."""
        return frozenset().union(
            *(calendars.public_holidays(self.departement, year) for year in self._years)
        )

    @cached_property
    def school_holidays(self) -> Mapping[int, frozenset[date] | None]:
        """Its school holidays by year; None when they are not known."""
        return {year: calendars.school_holidays(self.departement, year) for year in self._years}

    def is_school_holiday(self, day: date) -> bool | None:
        """Tell whether school is out; None when the calendar is not known."""
        known = self.school_holidays[day.year]
        return None if known is None else day in known

    @property
    def _years(self) -> range:
        return range(self.start.year, self.end.year + 1)


def occurrences(schedule: Rule, exceptions: Exceptions, almanac: Almanac) -> list[Occurrence]:
    """Return the openings of one rule over the span of the almanac, in order."""
    found = {}
    for day in days(schedule, almanac.start, almanac.end):
        confirmed = _confirmed(schedule, day, almanac)
        if confirmed is not None:
            hours = (schedule.opens_at, schedule.closes_at)
            found[day] = Occurrence(day, *hours, to_confirm=not confirmed)
    for day, changed in exceptions.items():
        found.pop(day, None)
        if changed is not None and almanac.start <= day <= almanac.end:
            found[day] = Occurrence(day, *changed)
    return [found[day] for day in sorted(found)]


def days(schedule: Rule, start: date, end: date) -> list[date]:
    """Return the days that the rule itself names between two days, both included."""
    last = min(end, schedule.until or end)
    first = max(start, schedule.dtstart)
    if last < first:
        return []
    rule = rrule.rrule(
        rrule.WEEKLY if schedule.freq == Schedule.Freq.WEEKLY else rrule.MONTHLY,
        interval=schedule.interval,
        byweekday=[weekday(code) for code in schedule.byday],
        wkst=rrule.MO,
        dtstart=datetime.combine(_anchor(schedule, first), time()),
        until=datetime.combine(last, time()),
    )
    return [moment.date() for moment in rule if moment.date() >= first]


def weekday(code: str) -> rrule.weekday:
    """Read MO, 1WE or -1SA."""
    day = DAYS[code[-2:]]
    return day(int(code[:-2])) if code[:-2] else day


def span(day: date, opens_at: time, closes_at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the two instants of a local opening."""
    return tuple(  # type: ignore[return-value]
        datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)
        for moment in (opens_at, closes_at)
    )


def _anchor(schedule: Rule, first: date) -> date:
    """Return a later start that gives the same days: an old rule costs no more than a new one."""
    start = schedule.dtstart
    if schedule.freq == Schedule.Freq.WEEKLY:
        turns = (first - start).days // (7 * schedule.interval)
        return start + timedelta(weeks=turns * schedule.interval)
    months = (first.year - start.year) * 12 + first.month - start.month
    months = start.month - 1 + months // schedule.interval * schedule.interval
    return date(start.year + months // 12, months % 12 + 1, 1)


def _confirmed(schedule: Rule, day: date, almanac: Almanac) -> bool | None:
    """Say whether the place opens that day for sure; None when it does not open."""
    if not schedule.open_on_public_holidays and day in almanac.public_holidays:
        return None
    if schedule.school_period == Schedule.SchoolPeriod.ALWAYS:
        return True
    out = almanac.is_school_holiday(day)
    if schedule.school_period == Schedule.SchoolPeriod.TERM:
        return None if out else out is not None
    return True if out else None


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild changed."""

    services: int
    added: int
    removed: int

    def __add__(self, other: "Rebuilt") -> "Rebuilt":
        """Sum two batches."""
        return Rebuilt(
            self.services + other.services, self.added + other.added, self.removed + other.removed
        )


@transaction.atomic
def rebuild(service_ids: Collection[UUID], *, today: date) -> Rebuilt:
    """Make the stored openings of these services what their rules say.

    The services are locked first, so two rebuilds at once, or a rebuild during an edit, give the
    openings of the last rules. Running it again changes nothing.
    """
    locked = Service.objects.filter(pk__in=service_ids).order_by("pk")
    open_now = {
        service.pk
        for service in locked.select_for_update(of=("self",), no_key=True).only("pk", "status")
        if service.status == Service.Status.ACTIVE
    }
    schedules = list(
        Schedule.objects.filter(service__in=service_ids)
        .select_related("service", "service_at_location__location__commune")
        .defer("service__words", "service_at_location__location__commune__outline")
    )
    wanted = dict(_wanted(schedules, open_now, today))
    stored = Opening.objects.filter(schedule__in=schedules).values_list("pk", *KEY)
    extra = [pk for pk, *key in stored.iterator() if wanted.pop(tuple(key), None) is None]
    for position in range(0, len(extra), 10_000):
        Opening.objects.filter(pk__in=extra[position : position + 10_000]).delete()
    _store(wanted)
    return Rebuilt(services=len(service_ids), added=len(wanted), removed=len(extra))


def rebuild_all(*, today: date) -> Iterator[Rebuilt]:
    """Rebuild every service, a batch to a transaction."""
    everyone = list(Service.objects.order_by("pk").values_list("pk", flat=True))
    for position in range(0, len(everyone), BATCH):
        yield rebuild(everyone[position : position + BATCH], today=today)


Key = tuple[object, ...]
Row = tuple[object, ...]
KEY = (
    "schedule_id", "service_id", "service_at_location_id", "day", "opens_at", "closes_at",
    "to_confirm",
)  # fmt: skip


def _wanted(
    schedules: Collection[Schedule], open_now: set[UUID], today: date
) -> Iterator[tuple[Key, Row]]:
    exceptions = _exceptions(schedules)
    almanacs: dict[str, Almanac] = {}
    for schedule in schedules:
        if schedule.service_id not in open_now:
            continue
        code = _departement(schedule)
        if code not in almanacs:
            almanacs[code] = Almanac(code, today - BEHIND, today + AHEAD)
        yield from _rows(schedule, exceptions[schedule.pk], almanacs[code])


def _rows(
    schedule: Schedule, exceptions: Exceptions, almanac: Almanac
) -> Iterator[tuple[Key, Row]]:
    for one in occurrences(schedule, exceptions, almanac):
        starts_at, ends_at = span(one.day, one.opens_at, one.closes_at, almanac.zone)
        if ends_at <= starts_at:  # both hours fall in the night hour that a clock change removes
            continue
        of = (schedule.pk, schedule.service_id, schedule.service_at_location_id)
        key = (*of, one.day, one.opens_at, one.closes_at, one.to_confirm)
        yield key, (*key, starts_at, ends_at)


def _departement(schedule: Schedule) -> str:
    if schedule.service_at_location is None:
        return schedule.service.departement_id
    return schedule.service_at_location.location.commune.departement_id


def _exceptions(schedules: Collection[Schedule]) -> defaultdict[int, dict[date, Hours | None]]:
    found: defaultdict[int, dict[date, Hours | None]] = defaultdict(dict)
    for one in ScheduleException.objects.filter(schedule__in=schedules):
        hours = None
        if one.opens_at is not None and one.closes_at is not None:
            hours = (one.opens_at, one.closes_at)
        found[one.schedule_id][one.day] = hours
    return found


def _store(wanted: Mapping[Key, Row]) -> None:
    """Add rows by COPY: a hundred départements are seven hundred thousand of them."""
    if not wanted:
        return
    rows: Iterable[Row] = wanted.values()
    with (
        connection.cursor() as cursor,
        cursor.copy(
            f"copy directory_opening ({', '.join(KEY)}, starts_at, ends_at) from stdin"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(row)
