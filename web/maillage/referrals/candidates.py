"""Which services could take a family: what answers the need, how far, and when there is room.

The order weighs time against road: a day of waiting counts as much as ten minutes of driving. A
service whose next free time is unknown counts as three weeks away, which is what a loop may take.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from maillage.agenda.models import WaitingEntry
from maillage.agenda.slots import Asked, free_slots
from maillage.core import scope
from maillage.directory.models import Service
from maillage.directory.offers import Offer, Wanted, Way, find, next_openings
from maillage.organizations.models import Membership
from maillage.territory.compute import Point, minutes_from
from maillage.territory.models import Commune, Mode

LOOKED_AHEAD = timedelta(days=42)
FURTHEST = 60  # minutes by car
SHOWN = 12
UNKNOWN_DAYS = 21.0
MINUTES_WORTH_A_DAY = 10.0


@dataclass(frozen=True, slots=True)
class Search:
    """For whom a service is looked for. Empty fields ask for nothing."""

    need: str
    commune: Commune
    months: int | None
    now: datetime
    besides: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One service that could take the family."""

    service: Service
    place: str  # empty at a distance
    minutes: int | None
    free_at: datetime | None  # a slot that can be booked
    opens_at: datetime | None  # when it opens next, where one comes without an appointment
    waiting: int
    reachable: bool

    @property
    def next_at(self) -> datetime | None:
        """When the family could be received first."""
        return self.free_at or self.opens_at

    def weight(self, now: datetime) -> tuple[bool, float, str]:
        """How it is ordered: those who can answer here first, then days and road together."""
        at = self.next_at
        days = UNKNOWN_DAYS if at is None else max(0.0, (at - now) / timedelta(days=1))
        return (
            not self.reachable,
            days + (self.minutes or 0) / MINUTES_WORTH_A_DAY,
            str(self.service.pk),
        )


def choices(search: Search) -> list[Choice]:
    """Return the services that could take this family, best first, in a dozen queries at most."""
    wanted = Wanted(
        commune=search.commune,
        day=timezone.localdate(search.now),
        need=search.need,
        months=search.months,
        nearest=3,
    )
    offers = [one for one in find(wanted) if one.service.pk not in search.besides]
    nearest = _nearest(search.commune, offers)
    ids = sorted(nearest, key=str)
    free = _free(ids, search.now)
    opens = next_openings(
        [offer.at.pk for offer, _ in nearest.values() if offer.at],
        [key for key, (offer, _) in nearest.items() if offer.at is None],
        search.now,
    )
    waiting, reachable = waiting_by_service(ids), reachable_services(ids)
    found = [
        Choice(
            service=offer.service,
            place=offer.at.location.name if offer.at else "",
            minutes=minutes,
            free_at=free.get(key),
            opens_at=opens[offer.key].starts_at if offer.key in opens else None,
            waiting=waiting[key],
            reachable=key in reachable,
        )
        for key, (offer, minutes) in nearest.items()
        if offer.service.status == Service.Status.ACTIVE
    ]
    return sorted(found, key=lambda one: one.weight(search.now))[:SHOWN]


def _nearest(home: Commune, offers: Sequence[Offer]) -> dict[UUID, tuple[Offer, int | None]]:
    """Keep each service once: its nearest place within an hour, else at a distance."""
    placed = [offer for offer in offers if offer.at is not None]
    spots = [
        Point(offer.at.location.latitude, offer.at.location.longitude, offer.at.location.commune_id)
        for offer in placed
        if offer.at
    ]
    found: dict[UUID, tuple[Offer, int | None]] = {}
    for offer, trip in zip(placed, minutes_from(home, spots, Mode.CAR), strict=True):
        minutes, key = round(trip.value), offer.service.pk
        known = found.get(key)
        if minutes <= FURTHEST and (known is None or minutes < (known[1] or 0)):
            found[key] = (offer, minutes)
    for offer in offers:
        if offer.way is not Way.PLACE:
            found.setdefault(offer.service.pk, (offer, None))
    return found


def _free(service_ids: Collection[UUID], now: datetime) -> Mapping[UUID, datetime]:
    """The first free slot of each service that has one."""
    found: dict[UUID, datetime] = {}
    for slot in free_slots(Asked(service_ids, now, now + LOOKED_AHEAD, now)):
        found.setdefault(slot.occurrence.service_id, slot.starts_at)
    return found


def waiting_by_service(service_ids: Collection[UUID]) -> Counter[UUID]:
    """How many families wait for each service; a number, whoever asks."""
    with scope.system():
        rows = WaitingEntry.objects.filter(
            service__in=service_ids, state__in=["waiting", "offered"]
        ).values_list("service", flat=True)
        return Counter(rows)


def calls_back(service: Service) -> bool:
    """Whether a parent may leave a request to this service."""
    return service.status == Service.Status.ACTIVE and bool(reachable_services([service.pk]))


def reachable_services(service_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these services can answer here: by mail, or by the account of who keeps them."""
    kept = Membership.objects.filter(role=Membership.Role.STRUCTURE_MANAGER).on(
        timezone.localdate()
    )
    with scope.system():
        able = (
            ~Q(email="")
            | ~Q(organization__email="")
            | Q(organization__in=kept.values("organization"))
        )
        found = Service.objects.filter(able, pk__in=service_ids)
        return frozenset(found.order_by("pk").values_list("pk", flat=True))
