"""Free slots: stored occurrences, less whatever is taken, less the time to get there.

A slot is offered when the papers of everyone in it are valid, the notice is respected, the room is
free, and each person can really be there: between two sessions in different communes the trip must
fit. `next_slots` reads as much as it shows, whatever the number of practitioners.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from maillage.agenda import soonest
from maillage.agenda.models import Availability, Occurrence
from maillage.agenda.taken import Ground, Taken, busy_of, meet, trips_between
from maillage.directory.openings import time_zone
from maillage.practitioners.models import HeldSkill

SHOWN = 40
EACH = 4  # people shown for one moment: a family chooses a time first


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked now. What is shown may be gone a minute later."""

    occurrence: Occurrence
    starts_at: datetime
    ends_at: datetime
    others: tuple[Occurrence, ...] = ()  # of those who receive together with the first

    @property
    def held_until(self) -> datetime:
        """When the practitioner is free again: the end, and the breathing space after it."""
        return self.ends_at + timedelta(minutes=self.occurrence.availability.buffer_minutes)

    @property
    def commune(self) -> str | None:
        """Where the practitioners must be; None at a distance."""
        place = self.occurrence.availability.service_at_location
        return place.location.commune_id if place is not None else None

    @property
    def modes(self) -> list[str]:
        """The ways in which this slot can be held."""
        return self.occurrence.availability.modes

    @property
    def people(self) -> tuple[UUID, ...]:
        """Who receives, the first one first."""
        return tuple(one.practitioner_id for one in (self.occurrence, *self.others))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose slots, for which services, in which span."""

    service_ids: Collection[UUID]
    start: datetime
    end: datetime
    now: datetime
    practitioner: UUID | None = None
    mode: str = ""
    availability: UUID | None = None
    others: tuple[UUID, ...] = ()  # who must be free too, whatever their employers
    room: UUID | None = None  # in place of the rule's own
    without: tuple[UUID, ...] = ()  # practitioners who are not wanted
    communes: tuple[str, ...] = ()  # places where the family can go; none: anywhere
    skill: str = ""  # only those who proved it, by a paper valid that day (R32)


@dataclass(frozen=True, slots=True)
class Page:
    """Some slots, soonest first, and from when to ask for those that follow (None: no more)."""

    slots: list[Slot]
    after: datetime | None


def free_slots(asked: Asked) -> list[Slot]:
    """Return every slot that can be booked, soonest first: for a narrow question."""
    return _slots(list(_occurrences(asked).order_by("starts_at", "pk")), asked)


def next_slots(asked: Asked, *, limit: int = SHOWN, each: int = EACH) -> Page:
    """Return the next slots, at most `each` for one moment, and about `limit` of them.

    Moments are whole. The same number of rows is read for ten practitioners and for thousands.
    """
    kept: list[Slot] = []
    start: datetime | None = asked.start
    for moments in soonest.MOMENTS:
        if start is None or len(kept) >= limit:
            break
        ids, following = soonest.occurrences(asked, start, moments=moments, each=2 * each)
        # Nothing of a later stretch comes before its start: what is found before is final.
        end = following or asked.end
        span = replace(asked, start=start, end=end)
        kept += _few_each(_slots(_loaded(ids), span), each)
        start = following
    if len(kept) <= limit:
        return Page(kept, start)
    last = kept[limit - 1].starts_at
    shown = list(takewhile(lambda slot: slot.starts_at <= last, kept))
    return Page(shown, kept[len(shown)].starts_at if len(shown) < len(kept) else start)


def slot_at(rule: Availability, asked: Asked) -> Slot | None:
    """Find again the slot of one rule that starts when `asked` starts; None when it went."""
    narrow = replace(
        asked,
        service_ids=[rule.service_id],
        end=asked.start + timedelta(minutes=1),
        practitioner=rule.practitioner_id,
        availability=rule.pk,
    )
    found = (slot for slot in free_slots(narrow) if slot.starts_at == asked.start)
    return next(found, None)


def may_join(rule: Availability, starts_at: datetime) -> set[UUID]:
    """Those who could be asked to receive with the rule's own practitioner at that moment."""
    if not rule.joined_by:
        return set()
    covering = Occurrence.objects.filter(
        service=rule.service_id,
        practitioner__profession__in=rule.joined_by,
        starts_at__lte=starts_at,
        ends_at__gt=starts_at,
    )
    return set(covering.values_list("practitioner_id", flat=True))


def _occurrences(asked: Asked) -> QuerySet[Occurrence]:
    found = _complete(Occurrence.objects.all()).filter(
        service__in=asked.service_ids, ends_at__gt=asked.start, starts_at__lt=asked.end
    )
    if asked.practitioner is not None:
        found = found.filter(practitioner=asked.practitioner)
    if asked.availability is not None:
        found = found.filter(availability=asked.availability)
    if asked.mode:
        found = found.filter(modes__contains=[asked.mode])
    if asked.skill:
        proven = HeldSkill.objects.filter(
            practitioner=OuterRef("practitioner"), skill=asked.skill,
            until__gte=OuterRef("starts_at__date"),
        )  # fmt: skip
        found = found.filter(Exists(proven))
    return found


def _complete(found: QuerySet[Occurrence]) -> QuerySet[Occurrence]:
    return found.filter(
        practitioner__stopped_on=None, practitioner__bookable_until__isnull=False
    ).select_related(
        "practitioner", "availability__room", "availability__service_at_location__location"
    )


def _loaded(ids: Collection[int]) -> list[Occurrence]:
    if not ids:
        return []
    return list(_complete(Occurrence.objects.filter(pk__in=ids)).order_by("starts_at", "pk"))


def _slots(found: Sequence[Occurrence], asked: Asked) -> list[Slot]:
    if not found:
        return []
    partners = _partners(found, asked)
    ground = _ground([*found, *partners], asked)
    slots = [slot for one in found for slot in _cut(one, ground, partners, asked)]
    slots.sort(key=lambda slot: (slot.starts_at, slot.occurrence.turn, slot.occurrence.pk))
    return list(_once(slots))


def _few_each(slots: Iterable[Slot], each: int) -> Iterator[Slot]:
    seen: Counter[datetime] = Counter()
    for slot in slots:
        seen[slot.starts_at] += 1
        if seen[slot.starts_at] <= each:
            yield slot


def _once(slots: Iterable[Slot]) -> Iterator[Slot]:
    """Two people who receive together are one slot, whoever's rule it is."""
    seen: set[tuple[datetime, frozenset[UUID]]] = set()
    for slot in slots:
        key = (slot.starts_at, frozenset(slot.people))
        if not slot.others or key not in seen:
            seen.add(key)
            yield slot


def _partners(found: Sequence[Occurrence], asked: Asked) -> list[Occurrence]:
    """Stretches of those who may be asked to join: named, or of a profession that a rule wants."""
    wanted = Q(practitioner__in=asked.others) if asked.others else Q()
    shared = [one for one in found if one.availability.joined_by]
    if shared:
        professions = {word for one in shared for word in one.availability.joined_by}
        services = {one.service_id for one in shared}
        wanted |= Q(service__in=services, practitioner__profession__in=professions)
    if not wanted:
        return []
    near = Occurrence.objects.filter(
        wanted,
        starts_at__lt=max(one.ends_at for one in found),
        ends_at__gt=min(one.starts_at for one in found),
    )
    return list(_complete(near).order_by("starts_at", "pk"))


def _ground(found: Sequence[Occurrence], asked: Asked) -> Ground:
    people = {one.practitioner_id for one in found}
    rooms = {one.availability.room_id for one in found if one.availability.room_id}
    if asked.room is not None:
        rooms.add(asked.room)
    busy = busy_of(people, rooms, asked.start, asked.end)
    codes = {taken.commune for one in busy.values() for taken in one if taken.commune}
    for one in found:
        if one.availability.service_at_location is not None:
            codes.add(one.availability.service_at_location.location.commune_id)
    return Ground(busy, trips_between(codes) if busy and len(codes) > 1 else {})


def _cut(
    one: Occurrence, ground: Ground, partners: Sequence[Occurrence], asked: Asked
) -> Iterator[Slot]:
    rule = one.availability
    if one.practitioner_id in asked.without or not _reachable(rule, asked.communes):
        return
    length = timedelta(minutes=rule.slot_minutes)
    step = length + timedelta(minutes=rule.buffer_minutes)
    earliest = max(asked.start, asked.now + notice(rule))
    room = ground.of(asked.room or rule.room_id)
    moment = one.starts_at
    while moment + length <= one.ends_at and moment < asked.end:
        slot = Slot(one, moment, moment + length)
        moment += step
        if slot.starts_at < earliest or any(meet(slot.starts_at, slot.ends_at, t) for t in room):
            continue
        if _is_free(one, slot, ground):
            joined = _joined(slot, ground, partners, asked)
            if joined is not None:
                yield replace(slot, others=joined) if joined else slot


def _reachable(rule: Availability, communes: Collection[str]) -> bool:
    place = rule.service_at_location
    return not communes or place is None or place.location.commune_id in communes


def _is_free(who: Occurrence, slot: Slot, ground: Ground) -> bool:
    """Whether this person has valid papers and nothing else then, and can be there."""
    zone = time_zone(slot.occurrence.departement_id)
    until = who.practitioner.bookable_until
    if until is None or until < slot.starts_at.astimezone(zone).date():
        return False
    person = ground.of(who.practitioner_id)
    if any(meet(slot.starts_at, slot.held_until, taken) for taken in person):
        return False
    return ground.can_be_there(person, Taken(slot.starts_at, slot.ends_at, slot.commune))


def _joined(
    slot: Slot, ground: Ground, partners: Sequence[Occurrence], asked: Asked
) -> tuple[Occurrence, ...] | None:
    """Who receives too: all of those named, or one of each profession wanted; None if missing."""
    rule, found = slot.occurrence.availability, list[Occurrence]()
    around = [
        one for one in partners if one.starts_at <= slot.starts_at and one.ends_at >= slot.ends_at
    ]
    if asked.others:
        wanted = [[one for one in around if one.practitioner_id == key] for key in asked.others]
    else:
        beside = [one for one in around if _beside(one, rule, asked.mode)]
        wanted = [
            [one for one in beside if one.practitioner.profession == profession]
            for profession in rule.joined_by
        ]
    for candidates in wanted:
        taken = {slot.occurrence.practitioner_id, *(one.practitioner_id for one in found)}
        able = (
            one
            for one in candidates
            if one.practitioner_id not in taken and _is_free(one, slot, ground)
        )
        if (chosen := next(able, None)) is None:
            return None
        found.append(chosen)
    return tuple(found)


def _beside(one: Occurrence, rule: Availability, mode: str) -> bool:
    """Whether a stretch of the same service is in the same place, and in the way that is asked."""
    other = one.availability
    ways = {mode} if mode else set(rule.modes)
    same_place = other.service_at_location_id == rule.service_at_location_id
    return one.service_id == rule.service_id and same_place and bool(ways & set(other.modes))


def company(people: Collection[UUID]) -> set[UUID]:
    """These people, and all who may receive together with them: whom one change may concern."""
    shared = Availability.objects.filter(
        joined_by__len__gt=0,
        service__in=Availability.objects.filter(practitioner__in=people).values("service"),
    )
    beside = Availability.objects.filter(service__in=shared.values("service"))
    return {*people, *beside.values_list("practitioner_id", flat=True)}


def notice(rule: Availability) -> timedelta:
    """How long before a slot starts it can no longer be taken."""
    return timedelta(hours=rule.notice_hours)
