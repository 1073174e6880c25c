"""When practitioners and rooms are taken, in which commune, and how long the road is between."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from maillage.territory.compute import Point, minutes_between
from maillage.territory.models import Commune, Mode

Trips = Mapping[tuple[str, str], timedelta]
A_DAY = timedelta(days=1)  # a trip may start or end outside the span that is looked at


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch of someone's time, or of a room's, and the commune where it is spent."""

    starts_at: datetime
    ends_at: datetime
    commune: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is taken, by practitioner and by room, and the roads between."""

    busy: Mapping[UUID, list[Taken]]
    trips: Trips

    def of(self, key: UUID | None) -> Sequence[Taken]:
        """Return what is taken of this person or room."""
        return self.busy.get(key, ()) if key is not None else ()

    def can_be_there(self, person: Sequence[Taken], wanted: Taken) -> bool:
        """Whether the trips from the session before and to the session after fit."""
        if wanted.commune is None:
            return True
        placed = [one for one in person if one.commune is not None]
        before = max((t for t in placed if t.ends_at <= wanted.starts_at), key=_end, default=None)
        after = min((t for t in placed if t.starts_at >= wanted.ends_at), key=_start, default=None)
        if before and before.ends_at + self._trip(before, wanted) > wanted.starts_at:
            return False
        return after is None or after.starts_at - self._trip(wanted, after) >= wanted.ends_at

    def _trip(self, origin: Taken, end: Taken) -> timedelta:
        if origin.commune == end.commune:
            return timedelta()
        return self.trips[str(origin.commune), str(end.commune)]


def busy_of(
    people: Collection[UUID], rooms: Collection[UUID], start: datetime, end: datetime
) -> "defaultdict[UUID, list[Taken]]":
    """What is taken, whatever the employer: one query, and no reason given."""
    busy: defaultdict[UUID, list[Taken]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "select practitioner_id, room_id, commune_id, starts_at, ends_at"
            " from agenda_busy(%s, %s, tstzrange(%s, %s)) where kind <> 'travel'"
            " order by starts_at",
            [sorted(people), sorted(rooms), start - A_DAY, end + A_DAY],
        )
        for person, room, commune, starts_at, ends_at in cursor.fetchall():
            busy[person or room].append(Taken(starts_at, ends_at, commune))
    return busy


def is_on_the_road(person: UUID, start: datetime, end: datetime) -> bool:
    """Whether this person changes communes between sessions of this span, or was going to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(bool_or(kind = 'travel'), false)"
            " or count(distinct commune_id) filter (where kind <> 'travel') > 1"
            " from agenda_busy(array[%s]::uuid[], '{}', tstzrange(%s, %s))",
            [person, start, end],
        )
        return bool((cursor.fetchone() or (True,))[0])


def trips_between(codes: Collection[str]) -> Trips:
    """Return the time to drive between each two of these communes."""
    communes = list(Commune.objects.filter(pk__in=sorted(codes)).order_by("pk").defer("outline"))
    points = [Point(one.latitude, one.longitude, one.pk) for one in communes]
    table = minutes_between(communes, points, Mode.CAR).minutes
    return {
        (origin.pk, end.pk): timedelta(minutes=float(table[row, column]))
        for row, origin in enumerate(communes)
        for column, end in enumerate(communes)
        if row != column
    }


def meet(starts_at: datetime, ends_at: datetime, taken: Taken) -> bool:
    """Whether a stretch of time overlaps one that is taken."""
    return taken.starts_at < ends_at and taken.ends_at > starts_at


def _end(taken: Taken) -> datetime:
    return taken.ends_at


def _start(taken: Taken) -> datetime:
    return taken.starts_at
