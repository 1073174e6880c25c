"""Where two services receive the same ages at the same hours, near each other (R74).

An equipped territory gains more from offers that complete each other than from two at once. What
is compared is what families may really use: the stored openings of the weeks to come.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from uuid import UUID

from maillage.directory.models import Opening, ServiceAtLocation
from maillage.directory.vocabulary import Delivery
from maillage.steering import inputs
from maillage.steering.question import Question
from maillage.territory.compute import Point, minutes_between
from maillage.territory.models import Commune

WEEKS = 8  # that are looked at
NEAR = (1, 60)  # bounds of the minutes between two places
USUAL = 15
OLDEST = 1200  # months

Hours = tuple[date, time, time]


@dataclass(frozen=True, slots=True)
class Spot:
    """One service in one place, and when it receives."""

    service_id: UUID
    service: str
    location: str
    commune: str
    code: str  # of the commune
    latitude: float
    longitude: float
    ages: tuple[int, int]  # months, both included
    hours: tuple[Hours, ...]

    def shared_ages(self, other: "Spot") -> tuple[int, int] | None:
        """Months of age that both receive; None where there are none."""
        low, high = max(self.ages[0], other.ages[0]), min(self.ages[1], other.ages[1])
        return (low, high) if low <= high else None


@dataclass(frozen=True, slots=True)
class Meeting:
    """The same hours of the same day of the week, and how many times in the weeks to come."""

    weekday: int  # 0 is Monday
    opens_at: time
    closes_at: time
    times: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two places that receive the same ages at the same hours."""

    first: Spot
    second: Spot
    minutes: float  # the longer of both ways
    ages: tuple[int, int]
    meetings: tuple[Meeting, ...]
    hours: float  # in all


@dataclass(frozen=True, slots=True)
class Found:
    """Every overlap, the longest first; and the places of which nothing can be said."""

    overlaps: tuple[Overlap, ...]
    places: int
    silent: int  # no opening is known in the weeks to come


def overlaps(question: Question, within: int, today: date) -> Found:
    """Compare each two places of the kind in the département and around, in four queries."""
    spots = _spots(question, today)
    known = [spot for spot in spots.values() if spot.hours]
    minutes = _minutes(question, known)
    found = [
        one
        for (a, first), (b, second) in combinations(enumerate(known), 2)
        if first.service_id != second.service_id  # stops of one service wait for each other
        if (apart := max(minutes[a][b], minutes[b][a])) <= within
        if (one := _compared(first, second, apart)) is not None
    ]
    found.sort(key=lambda one: (-one.hours, one.first.location, one.second.location))
    return Found(tuple(found), len(spots), len(spots) - len(known))


def _spots(question: Question, today: date) -> Mapping[UUID, Spot]:
    modes = [Delivery.ON_SITE.value, Delivery.MOBILE.value]
    rows = list(
        ServiceAtLocation.objects.filter(
            service__in=inputs.offer(question).filter(modes__overlap=modes),
            location__commune__departement=question.departement,
        )
        .select_related("service", "location__commune")
        .order_by("location__name", "service__name", "pk")
    )
    hours: dict[UUID | None, list[Hours]] = defaultdict(list)
    openings = Opening.objects.filter(
        service_at_location__in=[row.pk for row in rows],
        day__range=(today, today + timedelta(weeks=WEEKS, days=-1)),
    ).order_by("starts_at", "pk")
    for one in openings:
        hours[one.service_at_location_id].append((one.day, one.opens_at, one.closes_at))
    return {row.pk: _spot(row, hours[row.pk]) for row in rows}


def _spot(row: ServiceAtLocation, hours: list[Hours]) -> Spot:
    service, location = row.service, row.location
    low, high = service.minimum_age, service.maximum_age
    return Spot(
        service_id=service.pk,
        service=service.name,
        location=location.name,
        commune=location.commune.name,
        code=location.commune.pk,
        latitude=location.latitude,
        longitude=location.longitude,
        ages=(low or 0, OLDEST if high is None else high),
        hours=tuple(hours),
    )


def _minutes(question: Question, spots: list[Spot]) -> list[list[float]]:
    """From the commune of each place to each place, as the question travels."""
    halls = Commune.objects.in_bulk({spot.code for spot in spots})
    points = [Point(spot.latitude, spot.longitude, spot.code) for spot in spots]
    if not spots:
        return []
    table = minutes_between([halls[spot.code] for spot in spots], points, question.mode)
    return [[float(minutes) for minutes in row] for row in table.minutes]


def _compared(first: Spot, second: Spot, minutes: float) -> Overlap | None:
    ages = first.shared_ages(second)
    together = Counter(_together(first.hours, second.hours)) if ages else Counter()
    if ages is None or not together:
        return None
    meetings = tuple(Meeting(*slot, times) for slot, times in sorted(together.items()))
    hours = sum(_length(one.opens_at, one.closes_at) * one.times for one in meetings)
    return Overlap(first, second, minutes, ages, meetings, hours)


def _together(first: Iterable[Hours], second: Iterable[Hours]) -> Iterable[tuple[int, time, time]]:
    """The hours that both are open on the same day; touching ends are no overlap."""
    by_day: dict[date, list[tuple[time, time]]] = defaultdict(list)
    for day, opens_at, closes_at in second:
        by_day[day].append((opens_at, closes_at))
    for day, opens_at, closes_at in first:
        for other_opens, other_closes in by_day[day]:
            start, end = max(opens_at, other_opens), min(closes_at, other_closes)
            if start < end:
                yield day.weekday(), start, end


def _length(start: time, end: time) -> float:
    day = date.min
    return (datetime.combine(day, end) - datetime.combine(day, start)).total_seconds() / 3600
