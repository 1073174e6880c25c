"""What a rotation changes for families: how many wait in each commune, and the next free hour.

Before and after are measured in the same way, from the day when the new rotation would begin: the
first hour of a half-day in the commune that nothing has taken yet. What is booked already, trips
and absences count as taken; public holidays are not taken out, on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from maillage.agenda.models import Claim, WaitingEntry
from maillage.core import scope
from maillage.core.disclosure import SMALLEST
from maillage.pooling.checks import AHEAD
from maillage.pooling.grids import DAYS, Frame, Grid, Ground
from maillage.territory.models import Commune

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Busy = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class Wait:
    """One commune: None families when they are too few to be told; None when nothing is free."""

    commune: Commune
    families: int | None
    before: date | None
    after: date | None


def waits(
    land: Ground, present: tuple[Frame, Grid], wanted: tuple[Frame, Grid], now: datetime
) -> list[Wait]:
    """Compare the two rotations, commune by commune, in the order of the agreement."""
    person = land.agreement.practitioner_id
    if person is None:
        return []
    start = max(now, timezone.make_aware(datetime.combine(wanted[0].starts_on, time())))
    busy = _busy(person, start)
    before, after = _first_free(land, present, start, busy), _first_free(land, wanted, start, busy)
    waiting = _waiting(land)
    towns = {land.town(one): one.service_at_location.location.commune for one in land.places}
    return [
        Wait(commune, _told(waiting[code]), before.get(code), after.get(code))
        for code, commune in towns.items()
    ]


def _waiting(land: Ground) -> dict[str, int]:
    """Families who would come to each commune; one that would go anywhere counts everywhere."""
    towns = {land.town(one) for one in land.places}
    with scope.system():
        found = WaitingEntry.objects.standing().filter(
            service__in={one.service_at_location.service_id for one in land.places}
        )
        wished = list(found.values_list("communes", flat=True))
    return {code: sum(not some or code in some for some in wished) for code in towns}


def _told(families: int) -> int | None:
    return None if 0 < families < SMALLEST else families


def _busy(person: UUID, start: datetime) -> Busy:
    with scope.system():
        found = Claim.objects.filter(
            practitioner=person, live=True, period__overlap=(start, start + AHEAD)
        )
        taken = [one.period for one in found.order_by("period", "pk")]
    return [(one.lower, one.upper) for one in taken]


def _first_free(
    land: Ground, rotation: tuple[Frame, Grid], start: datetime, busy: Busy
) -> dict[str, date]:
    frame, grid = rotation
    found: dict[str, date] = {}
    first = timezone.localdate(start)
    for day in (first + shift * DAY for shift in range(AHEAD.days)):
        for half in (0, 1) if day.weekday() < DAYS else ():
            place = grid.get(frame.slot_at(day, half))
            town = land.town(land.by_id[place]) if place else None
            if town and town not in found and _has_an_hour(frame, day, half, start, busy):
                found[town] = day
    return found


def _has_an_hour(frame: Frame, day: date, half: int, start: datetime, busy: Busy) -> bool:
    opens, closes = (
        timezone.make_aware(datetime.combine(day, clock)) for clock in frame.spans[half]
    )
    free = max(opens, start)
    for lower, upper in busy:
        if upper <= free or lower >= closes:
            continue
        if lower - free >= HOUR:
            return True
        free = upper
    return closes - free >= HOUR
