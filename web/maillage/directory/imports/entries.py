"""One entry of an outside directory, and how entries become organizations, places and services.

An entry is known by the producer's identifier. Importing it again updates it, unless someone here
verified it since or merged it into another: what a structure keeps itself is never overwritten. An
entry that left the file is paused, not deleted.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Q
from django.utils import timezone

from maillage.directory import duplicates, openings
from maillage.directory.models import Location, Schedule, Service, ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.territory.imports.report import Counts
from maillage.territory.imports.store import upsert

_IMPORTED = uuid5(NAMESPACE_URL, "urn:maillage:import")
RULES_START = date(2024, 1, 1)  # a weekly rule without an end: any Monday of the past will do

Rule = tuple[tuple[str, ...], time, time, str]  # days, opens, closes, note


@dataclass(frozen=True, slots=True)
class Runner:
    """Who runs the service, as far as the file says."""

    outside_id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One service in one place, as an outside directory tells it."""

    outside_id: str
    runner: Runner
    kind: str
    name: str
    description: str
    departement: str
    commune: str
    latitude: float
    longitude: float
    at_town_hall: bool = False
    step_free: bool | None = None
    address: str = ""
    postcode: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    modes: tuple[str, ...] = ("on_site",)
    joining: str = "walk_in"
    cost: str = "free"
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    minimum_age: int | None = None
    maximum_age: int | None = None
    expectant: bool = False
    source: str = ""
    rules: tuple[Rule, ...] = field(default=())

    @property
    def is_mobile(self) -> bool:
        """Tell whether the place is one stop among others."""
        return "mobile" in self.modes


def identifier(model: type, outside_id: str) -> UUID:
    """Return the same identifier for the same outside entry, import after import."""
    return uuid5(_IMPORTED, f"{model.__name__}:{outside_id}")


def kept_by_people(prefix: str) -> set[str]:
    """Return the entries of this source that someone here verified, or merged with another."""
    ours = Service.objects.filter(outside_id__startswith=prefix)
    held = ours.filter(
        Q(verified_on__isnull=False) | Q(merged_into__isnull=False) | Q(former__isnull=False)
    )
    return {str(outside_id) for (outside_id,) in held.order_by().values_list("outside_id")}


def load_entries(entries: Sequence[Entry], *, prefix: str, departements: Collection[str]) -> Counts:
    """Write the entries, pause those that left the file, store openings, propose duplicates."""
    counts = _write(entries)
    counts += Counts(removed=_pause_absent(entries, prefix, departements))
    changed = _write_rules(entries)
    openings.rebuild(sorted(changed), today=timezone.localdate())
    duplicates.propose({entry.commune for entry in entries})
    return counts


def _write(entries: Sequence[Entry]) -> Counts:
    runners = {entry.runner.outside_id: entry for entry in entries}
    upsert(
        Organization,
        [_organization(entry) for entry in runners.values()],
        key=("outside_id",),
        values=("kind", "name", "departement_id"),
    )
    place = ("name", "commune_id", "address", "postcode", "latitude", "longitude", "at_town_hall")
    upsert(
        Location,
        [_location(entry) for entry in entries],
        key=("outside_id",),
        values=(*place, "phone", "step_free"),
    )
    counts = upsert(
        Service, [_service(entry) for entry in entries], key=("outside_id",), values=_TOLD
    )
    upsert(
        ServiceAtLocation,
        [_at_location(entry) for entry in entries],
        key=("service_id", "location_id"),
        values=("is_mobile_stop",),
    )
    return counts


_TOLD = (
    "organization_id", "departement_id", "kind", "name", "description", "topics", "audiences",
    "minimum_age", "maximum_age", "expectant", "modes", "joining", "cost", "phone", "email",
    "website", "source", "status",
)  # fmt: skip


def _organization(entry: Entry) -> Organization:
    runner = entry.runner
    return Organization(
        id=identifier(Organization, runner.outside_id),
        outside_id=runner.outside_id,
        kind=runner.kind,
        name=runner.name,
        departement_id=entry.departement,
    )


def _location(entry: Entry) -> Location:
    return Location(
        id=identifier(Location, entry.outside_id),
        outside_id=entry.outside_id,
        name=entry.name,
        commune_id=entry.commune,
        address=entry.address,
        postcode=entry.postcode,
        latitude=entry.latitude,
        longitude=entry.longitude,
        at_town_hall=entry.at_town_hall,
        step_free=entry.step_free,
        phone=entry.phone,
    )


def _service(entry: Entry) -> Service:
    return Service(
        id=identifier(Service, entry.outside_id),
        outside_id=entry.outside_id,
        organization_id=identifier(Organization, entry.runner.outside_id),
        departement_id=entry.departement,
        kind=entry.kind,
        name=entry.name,
        description=entry.description,
        topics=list(entry.topics),
        audiences=list(entry.audiences),
        minimum_age=entry.minimum_age,
        maximum_age=entry.maximum_age,
        expectant=entry.expectant,
        modes=list(entry.modes),
        joining=entry.joining,
        cost=entry.cost,
        phone=entry.phone,
        email=entry.email,
        website=entry.website,
        source=entry.source,
        status=Service.Status.ACTIVE,
    )


def _at_location(entry: Entry) -> ServiceAtLocation:
    return ServiceAtLocation(
        id=identifier(ServiceAtLocation, entry.outside_id),
        service_id=identifier(Service, entry.outside_id),
        location_id=identifier(Location, entry.outside_id),
        is_mobile_stop=entry.is_mobile,
    )


def _pause_absent(entries: Sequence[Entry], prefix: str, departements: Collection[str]) -> int:
    present = {entry.outside_id for entry in entries}
    absent = [
        service.pk
        for service in Service.objects.published().filter(
            outside_id__startswith=prefix, departement__in=departements, verified_on=None
        )
        if service.outside_id not in present
    ]
    Service.objects.filter(pk__in=absent).update(status=Service.Status.INACTIVE)
    openings.rebuild(absent, today=timezone.localdate())
    return len(absent)


def _write_rules(entries: Sequence[Entry]) -> set[UUID]:
    """Replace the rules of the services whose hours changed; return these services."""
    wanted = {identifier(Service, entry.outside_id): entry for entry in entries}
    stored: defaultdict[UUID, set[Rule]] = defaultdict(set)
    for rule in Schedule.objects.filter(service__in=wanted):
        stored[rule.service_id].add((tuple(rule.byday), rule.opens_at, rule.closes_at, rule.note))
    changed = {pk for pk, entry in wanted.items() if stored[pk] != set(entry.rules)}
    Schedule.objects.filter(service__in=changed).delete()
    Schedule.objects.bulk_create(
        Schedule(
            service_id=pk,
            service_at_location_id=identifier(ServiceAtLocation, wanted[pk].outside_id),
            byday=list(days),
            dtstart=RULES_START,
            opens_at=opens_at,
            closes_at=closes_at,
            note=note,
        )
        for pk in sorted(changed)
        for days, opens_at, closes_at, note in wanted[pk].rules
    )
    return changed
