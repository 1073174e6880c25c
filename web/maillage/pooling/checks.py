"""What a rotation comes to, checked as it is written: kilometres, quotas, moves, hours, rooms."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS as DAY_NAMES
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maillage.agenda.models import Appointment, Availability, Occurrence
from maillage.pooling.compute import METRES, TOLERANCE, Trips, trips_between
from maillage.pooling.grids import DAYS, WEEK, Frame, Grid, Ground, Slot, halves_of

AHEAD = 12 * WEEK  # how far rooms and other employers' hours are looked at
POINTS = TOLERANCE * 100


@dataclass(frozen=True, slots=True)
class PartyLook:
    """What one party gets each week, against what was agreed."""

    party_id: UUID
    name: str
    quota: float
    hours: float  # a week
    share: float  # percent of all hours

    @property
    def gap(self) -> float:
        """Points above (or below) the quota."""
        return self.share - self.quota

    @property
    def is_kept(self) -> bool:
        """Whether the share lies within five points of the quota."""
        return abs(self.gap) <= POINTS + 1e-9


@dataclass(frozen=True, slots=True)
class PlaceLook:
    """What one place gets each week, against the least that was agreed."""

    place_id: UUID
    name: str
    hours: float  # a week
    least: float

    @property
    def is_kept(self) -> bool:
        """Whether it gets the least that was agreed."""
        return self.hours + 1e-9 >= self.least


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that is shown beside a rotation while it is written."""

    kilometres: float  # a week
    hours: float  # a week
    parties: list[PartyLook]
    places: list[PlaceLook]
    faults: list[str] = field(default_factory=list)
    wrong: frozenset[Slot] = frozenset()


@dataclass(frozen=True, slots=True)
class Taken:
    """Half-days on which something else stands, by place (its room) or for the person."""

    rooms: Mapping[Slot, set[UUID]]
    person: Mapping[Slot, str]  # where the person is expected instead

    def places(self, ground: Ground) -> dict[Slot, set[int]]:
        """The positions of the places that cannot receive, for the engine."""
        found: dict[Slot, set[int]] = defaultdict(set)
        for slot, ids in self.rooms.items():
            found[slot] |= {number for number, one in enumerate(ground.places) if one.pk in ids}
        for slot in self.person:
            found[slot] = set(range(len(ground.places)))
        return found


@dataclass(frozen=True, slots=True)
class ToMove:
    """An appointment that the new rotation would not hold any more: no family is named."""

    appointment: Appointment
    where: str


def look(ground: Ground, frame: Frame, grid: Grid, taken: Taken) -> Look:
    """Check a rotation, saved or not. Faults come in the order of the week."""
    trips = trips_between(ground.communes)
    parties, places = _parties(ground, frame, grid), _places(ground, frame, grid)
    faults: list[tuple[Slot, str]] = []
    metres = 0
    for week in range(frame.weeks):
        for weekday in range(DAYS):
            metres += _day(ground, frame, grid, trips, (week, weekday), faults)
    faults += _meetings(ground, grid, taken, frame)
    said = [text for _slot, text in sorted(faults)]
    return Look(
        kilometres=metres / METRES / frame.weeks,
        hours=sum(one.hours for one in parties),
        parties=parties,
        places=places,
        faults=[*said, *_least(places), *_quotas(parties)],
        wrong=frozenset(slot for slot, _text in faults),
    )


def taken(ground: Ground, frame: Frame) -> Taken:
    """Read what stands already in the rooms and in the person's agenda, in one query."""
    starts_at = _at(frame.starts_on, time())
    rooms = {one.room_id: one.pk for one in ground.places if one.room_id}
    person = ground.agreement.practitioner_id
    met = Q(availability__room__in=list(rooms)) & ~Q(practitioner=person)
    if person is not None:
        met |= Q(practitioner=person) & ~Q(availability__in=replaced_rules(ground))
    found = Occurrence.objects.filter(
        met, ends_at__gt=starts_at, starts_at__lt=starts_at + AHEAD
    ).select_related(
        "availability__service__organization",
        "availability__service_at_location__location__commune",
    )
    own_services = {one.service_at_location.service_id for one in ground.places}
    in_rooms: dict[Slot, set[UUID]] = defaultdict(set)
    elsewhere: dict[Slot, str] = {}
    for one in found.order_by("starts_at", "pk"):
        rule = one.availability
        for slot in _met(one, frame):
            if one.practitioner_id != person:
                in_rooms[slot] |= {rooms[rule.room_id]} if rule.room_id else set()
            elif rule.service_at_location is not None:
                elsewhere[slot] = str(rule.service_at_location.location.commune)
            elif rule.service_id in own_services:
                elsewhere[slot] = _("à distance")
    return Taken(in_rooms, elsewhere)


def replaced_rules(ground: Ground) -> list[Availability]:
    """The person's rules at the places of the agreement: what a rotation takes the place of."""
    person = ground.agreement.practitioner_id
    if person is None:
        return []
    places = [one.service_at_location_id for one in ground.places]
    found = Availability.objects.filter(practitioner=person, service_at_location__in=places)
    return list(
        found.select_related("service_at_location__location", "room").order_by("dtstart", "pk")
    )


def to_move(ground: Ground, frame: Frame, grid: Grid, now: datetime) -> list[ToMove]:
    """The coming appointments on site that no half-day of the rotation would hold."""
    person = ground.agreement.practitioner_id
    starts_at = max(now, _at(frame.starts_on, time()))
    state = Appointment.State
    coming = Appointment.objects.filter(
        practitioners=person,
        state__in=[state.PENDING, state.CONFIRMED],
        starts_at__gte=starts_at,
        service_at_location__location__in=list(ground.by_location),
    ).select_related("service_at_location__location__commune")
    found = []
    for one in coming.order_by("starts_at", "pk") if person else ():
        place = ground.by_location[_location(one)]
        start, end = timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)
        half = halves_of(start, end, frame)
        if half is None or grid.get(frame.slot_at(start.date(), half)) != place.pk:
            found.append(ToMove(one, ground.name(place.pk)))
    return found


def _location(one: Appointment) -> UUID:
    assert one.service_at_location is not None  # noqa: S101 - asked for by the query
    return one.service_at_location.location_id


def _parties(ground: Ground, frame: Frame, grid: Grid) -> list[PartyLook]:
    hours: dict[UUID, float] = dict.fromkeys((one.pk for one in ground.parties), 0.0)
    for slot, place in grid.items():
        hours[ground.by_id[place].party_id] += frame.hours(slot.half) / frame.weeks
    total = sum(hours.values())
    return [
        PartyLook(
            one.pk, one.organization.name, float(one.quota), hours[one.pk],
            100 * hours[one.pk] / total if total else 0.0,
        )
        for one in ground.parties
    ]  # fmt: skip


def _day(
    ground: Ground,
    frame: Frame,
    grid: Grid,
    trips: Trips,
    day: tuple[int, int],
    faults: list[tuple[Slot, str]],
) -> int:
    """Metres of one day; note a move that does not fit at midday."""
    slots = [Slot(*day, half) for half in (0, 1)]
    towns = [ground.town(ground.by_id[grid[slot]]) for slot in slots if slot in grid]
    if not towns:
        return 0
    across = (towns[0], towns[-1])
    if trips.minutes[across] > frame.midday:
        needed = number_format(trips.minutes[across], 0)
        text = _(
            "%(day)s : de %(start)s à %(end)s il faut %(needed)s min, il en reste %(left)s à midi"
        ) % {
            "day": day_name(slots[1], frame.weeks),
            "start": ground.name(grid[slots[0]]),
            "end": ground.name(grid[slots[1]]),
            "needed": needed,
            "left": frame.midday,
        }
        faults.append((slots[1], text))
    ends = (ground.base, towns[0]), (towns[-1], ground.base)
    home = sum(trips.metres[a, b] for a, b in ends if a and b)
    return home + trips.metres[across]


def _meetings(ground: Ground, grid: Grid, taken: Taken, frame: Frame) -> list[tuple[Slot, str]]:
    found = []
    for slot, place in grid.items():
        facts = {"when": slot_name(slot, frame.weeks), "where": ground.name(place)}
        if place in taken.rooms.get(slot, ()):
            found.append((slot, _("%(when)s : la salle de %(where)s est déjà prise") % facts))
        if slot in taken.person:
            facts["where"] = taken.person[slot]
            text = _("%(when)s : d’autres disponibilités sont déjà notées (%(where)s)") % facts
            found.append((slot, text))
    return found


def _places(ground: Ground, frame: Frame, grid: Grid) -> list[PlaceLook]:
    hours: dict[UUID, float] = dict.fromkeys(ground.by_id, 0.0)
    for slot, place in grid.items():
        hours[place] += frame.hours(slot.half) / frame.weeks
    return [
        PlaceLook(one.pk, ground.name(one.pk), hours[one.pk], float(one.minimum_hours))
        for one in ground.places
    ]


def _least(places: list[PlaceLook]) -> list[str]:
    return [
        _("%(where)s : %(hours)s h par semaine, il en faut %(least)s au moins")
        % {
            "where": one.name,
            "hours": number_format(one.hours, 1),
            "least": number_format(one.least, 1),
        }
        for one in places
        if not one.is_kept
    ]


def _quotas(parties: list[PartyLook]) -> list[str]:
    return [
        _("%(who)s : %(share)s %% des heures pour %(quota)s %% convenus, plus de 5 points d’écart")
        % {
            "who": one.name,
            "share": number_format(one.share, 1),
            "quota": number_format(one.quota, 1),
        }
        for one in parties
        if not one.is_kept
    ]


def day_name(slot: Slot, weeks: int) -> str:
    """Monday, or Monday of week A."""
    name = str(DAY_NAMES[slot.weekday])
    if weeks == 1:
        return name
    return _("%(day)s, semaine %(week)s") % {"day": name, "week": "AB"[slot.week]}


def slot_name(slot: Slot, weeks: int) -> str:
    """Monday morning, perhaps of week A."""
    half = _("après-midi") if slot.half else _("matin")
    name = f"{DAY_NAMES[slot.weekday]} {half}"
    if weeks == 1:
        return name
    return _("%(day)s, semaine %(week)s") % {"day": name, "week": "AB"[slot.week]}


def _met(one: Occurrence, frame: Frame) -> list[Slot]:
    start, end = timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)
    return [
        frame.slot_at(start.date(), half)
        for half, (opens, closes) in enumerate(frame.spans)
        if start.time() < closes and end.time() > opens and start.weekday() < DAYS
    ]


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
