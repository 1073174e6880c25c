"""Free slots: stored occurrences, less whatever is taken, less the time to get there.

A slot is offered when the practitioner's papers are valid, the notice is respected, the room is
free, and the person can really be there: between two sessions in different communes the trip must
fit. The whole search is a handful of queries, whatever the number of practitioners.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from maillage.agenda.models import Occurrence
from maillage.territory.compute import Point, minutes_between
from maillage.territory.models import Commune, Mode

Trips = Mapping[tuple[str, str], timedelta]


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of someone's time, or of a room's, and the commune where it is spent."""

    starts_at: datetime
    ends_at: datetime
    commune: str | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked now. What is shown may be gone a minute later."""

    occurrence: Occurrence
    starts_at: datetime
    ends_at: datetime

    @property
    def held_until(self) -> datetime:
        """When the practitioner is free again: the end, and the breathing space after it."""
        return self.ends_at + timedelta(minutes=self.occurrence.availability.buffer_minutes)

    @property
    def commune(self) -> str | None:
        """Where the practitioner must be; None at a distance."""
        place = self.occurrence.availability.service_at_location
        return place.location.commune_id if place is not None else None

    @property
    def modes(self) -> list[str]:
        """The ways in which this slot can be held."""
        return self.occurrence.availability.modes


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose slots, for which services, in which span."""

    service_ids: Collection[UUID]
    start: datetime
    end: datetime
    now: datetime
    practitioner: UUID | None = None
    mode: str = ""


def free_slots(asked: Asked) -> list[Slot]:
    """Return every slot that can be booked, soonest first."""
    found = list(_occurrences(asked))
    busy = _busy(found, asked)
    trips = _trips(found, busy)
    slots = [slot for one in found for slot in _cut(one, busy, trips, asked)]
    return sorted(slots, key=lambda slot: (slot.starts_at, str(slot.occurrence.practitioner_id)))


def _occurrences(asked: Asked) -> Iterable[Occurrence]:
    found = Occurrence.objects.filter(
        service__in=asked.service_ids,
        ends_at__gt=asked.start,
        starts_at__lt=asked.end,
        practitioner__stopped_on=None,
        practitioner__bookable_until__gte=timezone.localdate(asked.now),
    )
    if asked.practitioner is not None:
        found = found.filter(practitioner=asked.practitioner)
    if asked.mode:
        found = found.filter(availability__modes__contains=[asked.mode])
    return found.select_related(
        "practitioner", "availability__room", "availability__service_at_location__location"
    ).order_by("starts_at", "pk")


def _busy(found: Sequence[Occurrence], asked: Asked) -> Mapping[UUID, list[Taken]]:
    """What is taken, by practitioner and by room: one query, and no reason given."""
    people = sorted({one.practitioner_id for one in found})
    rooms = sorted({one.availability.room_id for one in found if one.availability.room_id})
    busy: defaultdict[UUID, list[Taken]] = defaultdict(list)
    # The days around, since a trip may start or end outside the span.
    day = timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "select practitioner_id, room_id, commune_id, starts_at, ends_at"
            " from agenda_busy(%s, %s, tstzrange(%s, %s)) where kind <> 'travel'"
            " order by starts_at",
            [people, rooms, asked.start - day, asked.end + day],
        )
        for person, room, commune, starts_at, ends_at in cursor.fetchall():
            busy[person or room].append(Taken(starts_at, ends_at, commune))
    return busy


def _trips(found: Sequence[Occurrence], busy: Mapping[UUID, list[Taken]]) -> Trips:
    """Travel times between the communes where these practitioners are, or would be."""
    codes = {taken.commune for one in busy.values() for taken in one if taken.commune}
    for one in found:
        if one.availability.service_at_location is not None:
            codes.add(one.availability.service_at_location.location.commune_id)
    return trips_between(codes) if len(codes) > 1 else {}


def trips_between(codes: Collection[str]) -> Trips:
    """Return the time to drive between each two of these communes."""
    communes = list(Commune.objects.filter(pk__in=sorted(codes)).order_by("pk"))
    points = [Point(one.latitude, one.longitude, one.pk) for one in communes]
    table = minutes_between(communes, points, Mode.CAR).minutes
    return {
        (origin.pk, end.pk): timedelta(minutes=float(table[row, column]))
        for row, origin in enumerate(communes)
        for column, end in enumerate(communes)
        if row != column
    }


def _cut(
    one: Occurrence, busy: Mapping[UUID, list[Taken]], trips: Trips, asked: Asked
) -> Iterator[Slot]:
    rule = one.availability
    length = timedelta(minutes=rule.slot_minutes)
    step = length + timedelta(minutes=rule.buffer_minutes)
    earliest = max(asked.start, asked.now + timedelta(hours=rule.notice_hours))
    person = busy.get(one.practitioner_id, ())
    room = busy.get(rule.room_id, ()) if rule.room_id else ()
    moment = one.starts_at
    while moment + length <= one.ends_at and moment < asked.end:
        slot = Slot(one, moment, moment + length)
        moment += step
        if slot.starts_at < earliest or any(_meet(slot.starts_at, slot.ends_at, t) for t in room):
            continue
        if any(_meet(slot.starts_at, slot.held_until, t) for t in person):
            continue
        if _can_be_there(slot, person, trips):
            yield slot


def _meet(starts_at: datetime, ends_at: datetime, taken: Taken) -> bool:
    return taken.starts_at < ends_at and taken.ends_at > starts_at


def _can_be_there(slot: Slot, person: Iterable[Taken], trips: Trips) -> bool:
    """Whether the trips from the session before and to the session after fit."""
    if slot.commune is None:
        return True
    placed = [one for one in person if one.commune is not None]
    before = max((t for t in placed if t.ends_at <= slot.starts_at), key=_end, default=None)
    after = min((t for t in placed if t.starts_at >= slot.ends_at), key=_start, default=None)
    arrives = before.ends_at + _trip(before.commune, slot.commune, trips) if before else None
    leaves = after.starts_at - _trip(slot.commune, after.commune, trips) if after else None
    return (arrives is None or arrives <= slot.starts_at) and (
        leaves is None or leaves >= slot.ends_at
    )


def _trip(origin: str | None, end: str | None, trips: Trips) -> timedelta:
    return timedelta() if origin == end else trips[str(origin), str(end)]


def _end(taken: Taken) -> datetime:
    return taken.ends_at


def _start(taken: Taken) -> datetime:
    return taken.starts_at
