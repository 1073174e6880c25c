"""What a family may be offered: places within reach, visits to its commune, help at a distance.

Two queries for a whole search, whatever the number of results. The portal then asks `territory` for
minutes and `next_openings` for dates, once each, with the keys of the offers.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from maillage.directory.freshness import HOUSE
from maillage.directory.models import Service, ServiceAtLocation
from maillage.directory.querysets import ServiceQuerySet
from maillage.directory.search import by_words
from maillage.directory.vocabulary import Delivery
from maillage.directory.when import When
from maillage.territory.models import Commune

REACH_DEGREES = 0.75  # about 80 km: the furthest that an hour and a half of road can be
ON_SITE = frozenset({Delivery.ON_SITE, Delivery.MOBILE})
AT_A_DISTANCE = frozenset({Delivery.PHONE, Delivery.VIDEO})


# What results show or are ordered by, and no more: hundreds are read to show the ten nearest.
SEEN_OF_SERVICE = (
    "kind", "name", "name_en", "topics", "expectant", "minimum_age", "maximum_age", "modes",
    "joining", "cost", "amount_min", "amount_max", "phone", "status", "alert", "verified_on",
    "verified_by", "created_at", "organization__name", "organization__phone",
)  # fmt: skip
SEEN_OF_PLACE = (
    "is_mobile_stop", "location__name", "location__phone", "location__latitude",
    "location__longitude", "location__commune__name",
    *(f"service__{field}" for field in SEEN_OF_SERVICE),
)  # fmt: skip


class Way(StrEnum):
    """How an offer reaches the family."""

    PLACE = "place"
    VISIT = "visit"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a family looks for. Empty fields ask for nothing."""

    commune: Commune
    day: date
    need: str = ""
    kinds: tuple[str, ...] = ()
    words: str = ""
    months: int | None = None
    expecting: bool = False
    modes: frozenset[str] = frozenset()
    when: When | None = None
    language: str = ""
    accommodations: tuple[str, ...] = ()
    degrees: float = REACH_DEGREES
    nearest: int = 0  # of each kind, keep so many places only, as the crow flies; 0 keeps all


@dataclass(frozen=True, slots=True)
class Offer:
    """One service in one place, or at a distance."""

    service: Service
    way: Way
    at: ServiceAtLocation | None = None
    key: UUID = field(init=False)  # of its openings

    def __post_init__(self) -> None:
        """A place has openings of its own; a remote service has those of the service."""
        object.__setattr__(self, "key", self.at.pk if self.at else self.service.pk)


def find(wanted: Wanted) -> list[Offer]:
    """Return every offer that fits, unordered: places within reach, then visits and distance."""
    fitting = services(wanted)
    return [*_in_places(wanted, fitting), *_brought(wanted, fitting)]


def services(wanted: Wanted) -> ServiceQuerySet:
    """Return the services that fit, wherever they are."""
    found = _about(wanted)
    if wanted.months is not None:
        found = found.for_age(wanted.months)
    if wanted.expecting:
        found = found.for_expectant()
    if wanted.modes:
        found = found.delivered_by(wanted.modes)
    if wanted.language:
        found = found.speaking(wanted.language)
    if wanted.accommodations:
        found = found.with_accommodations(wanted.accommodations)
    return found


def _about(wanted: Wanted) -> ServiceQuerySet:
    found = Service.objects.public()
    if wanted.need:
        found = found.answering(wanted.need)
    if wanted.kinds:
        found = found.filter(kind__in=wanted.kinds)
    return by_words(found, wanted.words) if wanted.words else found


def _in_places(wanted: Wanted, fitting: ServiceQuerySet) -> list[Offer]:
    modes = wanted.modes & ON_SITE if wanted.modes else ON_SITE
    if not modes:
        return []
    home = wanted.commune
    places = (
        ServiceAtLocation.objects.of(fitting.delivered_by(modes))
        .in_reach_of(home.latitude, home.longitude, degrees=wanted.degrees)
        .select_related("service__organization", "location__commune")
        .only(*SEEN_OF_PLACE)
    )
    if modes == {Delivery.MOBILE}:
        places = places.filter(is_mobile_stop=True)
    if wanted.when:
        places = places.open_when(wanted.when, day=wanted.day)
    if wanted.nearest:
        stale_on = wanted.day - relativedelta(months=HOUSE.stale)
        places = places.nearest_of_each_kind(home, wanted.nearest, stale_on=stale_on)
    return [Offer(at.service, Way.PLACE, at) for at in places.order_by("pk")]


def _brought(wanted: Wanted, fitting: ServiceQuerySet) -> list[Offer]:
    """Return what is given by phone, by video, or at home by a service that has no stop."""
    modes = wanted.modes or frozenset(Delivery)
    at_home = Q(modes__contains=["mobile"], has_places=False)
    brought = Q(modes__overlap=sorted(modes & AT_A_DISTANCE))
    if Delivery.MOBILE in modes:
        brought |= at_home
    elif not modes & AT_A_DISTANCE:
        return []
    stops = ServiceAtLocation.objects.filter(service=OuterRef("pk"))
    found = fitting.annotate(has_places=Exists(stops)).filter(brought).serving(wanted.commune)
    if wanted.when:
        remote_rule = wanted.when.rule(wanted.day) & Q(schedules__service_at_location=None)
        found = found.filter(pk__in=Service.objects.filter(remote_rule).values("pk"))
    listed = found.select_related("organization").defer("words").order_by("pk")
    return [
        Offer(service, Way.REMOTE if modes & AT_A_DISTANCE & set(service.modes) else Way.VISIT)
        for service in listed
    ]


@dataclass(frozen=True, slots=True)
class NextOpening:
    """When a place opens next, or that it is open now; hours are local."""

    day: date
    opens_at: time
    closes_at: time
    starts_at: datetime
    ends_at: datetime
    to_confirm: bool


_NEXT = """
select asked.id, found.* from unnest(%(ids)s::uuid[]) as asked(id) cross join lateral (
    select day, opens_at, closes_at, starts_at, ends_at, to_confirm from directory_opening
    where {key} = asked.id {only} and starts_at > %(yesterday)s and ends_at > %(now)s
    and (%(weekdays)s::int[] is null or extract(isodow from day)::int = any (%(weekdays)s::int[]))
    and (%(moment)s::time is null or (opens_at <= %(moment)s and closes_at > %(moment)s))
    and (%(until)s::time is null or closes_at >= %(until)s)
    order by starts_at, id limit 1
) as found
"""
_PLACES = _NEXT.format(key="service_at_location_id", only="").replace("%(ids)s", "%(places)s")
_SERVICES = _NEXT.format(key="service_id", only="and service_at_location_id is null").replace(
    "%(ids)s", "%(services)s"
)


def next_openings(
    service_at_location_ids: Collection[UUID],
    service_ids: Collection[UUID],
    now: datetime,
    when: When | None = None,
) -> Mapping[UUID, NextOpening]:
    """Return the first opening not over at `now` of each place and of each remote service.

    With `when`, the first that answers it. One query; a key without an opening is absent.
    """
    asked: dict[str, Any] = {
        "places": list(service_at_location_ids),
        "services": list(service_ids),
        "now": now,
        "yesterday": now - timedelta(days=1),  # an opening never lasts over midnight
        "weekdays": [weekday + 1 for weekday in when.weekdays] if when else None,
        "moment": when.moment if when else None,
        "until": when.until if when else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_PLACES} union all {_SERVICES}", asked)
        return {row[0]: NextOpening(*row[1:]) for row in cursor.fetchall()}
