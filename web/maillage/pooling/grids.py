"""A rotation as a grid: which place has which half-day; and the ground that it lies on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple, TypeAlias
from uuid import UUID

from maillage.agenda.models import Availability
from maillage.pooling.models import HalfDay, PoolingAgreement, PoolingParty, PoolingPlace, Rotation

DAYS = 6  # Monday to Saturday
WEEK = timedelta(days=7)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA")
NOON = time(12, 45)  # what starts before is a morning


class Slot(NamedTuple):
    """One half-day of the cycle."""

    week: int
    weekday: int
    half: int


Grid: TypeAlias = Mapping[Slot, UUID]  # the place of each half-day that is worked


@dataclass(frozen=True, slots=True)
class Frame:
    """The length of the cycle and the hours of its half-days."""

    weeks: int
    spans: tuple[tuple[time, time], tuple[time, time]]
    pause_minutes: int
    starts_on: date

    def hours(self, half: int) -> float:
        """How long a morning or an afternoon lasts."""
        return _minutes(*self.spans[half]) / 60

    @property
    def midday(self) -> int:
        """Minutes that may be driven at midday, once the pause is taken."""
        return max(0, _minutes(self.spans[0][1], self.spans[1][0]) - self.pause_minutes)

    def slot_at(self, day: date, half: int) -> Slot:
        """The half-day of the cycle on which this day falls."""
        since = (day - self.starts_on).days
        return Slot(since // 7 % self.weeks, day.weekday(), half)

    def covers(self, half: int, start: time, end: time) -> bool:
        """Whether these hours lie within a morning or an afternoon."""
        opens, closes = self.spans[half]
        return opens <= start and end <= closes


@dataclass(frozen=True)
class Ground:
    """An agreement with its parties and places, read once."""

    agreement: PoolingAgreement
    parties: list[PoolingParty]
    places: list[PoolingPlace]

    @cached_property
    def rank_of(self) -> dict[UUID, int]:
        """The position of each party."""
        return {one.pk: rank for rank, one in enumerate(self.parties)}

    @cached_property
    def base(self) -> str | None:
        """The commune where the day starts and ends."""
        return self.agreement.base_id or self.agreement.holder.commune_id

    @property
    def communes(self) -> set[str]:
        """Every commune that a trip may touch."""
        return {self.town(one) for one in self.places} | ({self.base} if self.base else set())

    @staticmethod
    def town(place: PoolingPlace) -> str:
        """The code of the commune of a place."""
        return place.service_at_location.location.commune_id

    @cached_property
    def by_id(self) -> dict[UUID, PoolingPlace]:
        """The places by identifier."""
        return {one.pk: one for one in self.places}

    @cached_property
    def by_location(self) -> dict[UUID, PoolingPlace]:
        """The places by their location: a family comes to a location, whatever the service."""
        return {one.service_at_location.location_id: one for one in self.places}

    def name(self, place_id: UUID) -> str:
        """The town of a place, with its venue when a town has two."""
        place = self.by_id[place_id]
        location = place.service_at_location.location
        same = [one for one in self.places if self.town(one) == self.town(place)]
        return str(location.commune) if len(same) == 1 else f"{location.commune} ({location.name})"


def ground(agreement: PoolingAgreement) -> Ground:
    """Read an agreement with all that a rotation needs of it, in two queries."""
    parties = list(agreement.parties.select_related("organization").order_by("rank"))
    places = PoolingPlace.objects.filter(party__agreement=agreement).select_related(
        "party", "room", "service_at_location__location__commune", "service_at_location__service"
    )
    return Ground(agreement, parties, list(places.order_by("party__rank", "pk")))


def slots_of(weeks: int) -> list[Slot]:
    """Every half-day of a cycle, in order."""
    return [
        Slot(week, weekday, half)
        for week in range(weeks)
        for weekday in range(DAYS)
        for half in (HalfDay.Half.MORNING.value, HalfDay.Half.AFTERNOON.value)
    ]


def frame_of(rotation: Rotation) -> Frame:
    """The frame of a stored rotation."""
    return Frame(
        rotation.weeks,
        (
            (rotation.morning_from, rotation.morning_to),
            (rotation.afternoon_from, rotation.afternoon_to),
        ),
        rotation.pause_minutes,
        rotation.starts_on,
    )


def grid_of(rotation: Rotation) -> Grid:
    """The half-days of a stored rotation."""
    return {Slot(one.week, one.weekday, one.half): one.place_id for one in rotation.half_days.all()}


def stretched(grid: Grid, weeks: int) -> Grid:
    """The same rotation read over a longer cycle: one week told twice."""
    own = 1 + max((slot.week for slot in grid), default=0)
    return {
        Slot(week, slot.weekday, slot.half): place
        for slot, place in grid.items()
        for week in range(slot.week, weeks, own)
    }


def from_rules(ground: Ground, rules: Iterable[Availability], starts_on: date) -> Grid:
    """Read standing rules as half-days, when no rotation was ever agreed."""
    found: dict[Slot, UUID] = {}
    for rule in rules:
        if rule.service_at_location is None or rule.freq != Availability.Freq.WEEKLY:
            continue
        place = ground.by_location.get(rule.service_at_location.location_id)
        if place is None or rule.interval > 2:
            continue
        half = 0 if rule.opens_at < NOON else 1
        first = (starts_on - _monday(rule.dtstart)).days // 7 % rule.interval
        weeks = (0, 1) if rule.interval == 1 else (first,)
        for day in rule.byday:
            for week in weeks:
                found[Slot(week, WEEKDAYS.index(day), half)] = place.pk
    one_week = {slot for slot in found if slot.week == 0}
    if all(found.get(Slot(1, *slot[1:])) == found[slot] for slot in one_week) and (
        len(found) == 2 * len(one_week)
    ):
        return {slot: found[slot] for slot in one_week}
    return found


def halves_of(start: datetime, end: datetime, frame: Frame) -> int | None:
    """The half-day that holds these local hours; None where none does."""
    for half in (0, 1):
        if start.date() == end.date() and frame.covers(half, start.time(), end.time()):
            return half
    return None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _minutes(start: time, end: time) -> int:
    return (end.hour - start.hour) * 60 + end.minute - start.minute
