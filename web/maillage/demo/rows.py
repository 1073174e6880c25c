"""The rows of one département, made from the network and an anchor day: same input, same rows."""

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid5

from maillage.demo.hours import Hours
from maillage.demo.network import Network, OrganizationSpec, ServiceSpec, VenueSpec
from maillage.directory.models import (
    Location,
    Schedule,
    ScheduleException,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from maillage.organizations.models import Organization
from maillage.territory.models import Commune

NAMESPACE = UUID("6d61696c-6c61-8765-8064-656d6f000070")
SOURCE = "Réseau de démonstration : tout est inventé, sauf les communes"
LABEL = "{name} (démo)"  # so that no export can pass for a real body
METRES_PER_DEGREE = 111_320
EXCEPTIONS_FOR = timedelta(days=400)


@dataclass(slots=True)
class Rows:
    """What is written for one département."""

    organizations: list[Organization] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    at_locations: list[ServiceAtLocation] = field(default_factory=list)
    areas: list[ServiceArea] = field(default_factory=list)
    schedules: list[tuple[Schedule, tuple[ScheduleException, ...]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the network is laid: the département, and its commune for each one of Haute-Saône."""

    departement: str
    communes: Mapping[str, Commune]

    def id(self, key: str) -> UUID:
        """Return the stable identifier of what the files call `key`."""
        return uuid5(NAMESPACE, f"{self.departement}/{key}")


def build(network: Network, place: Place, anchor: date) -> Rows:
    """Make every row of the département; nothing is read or written."""
    rows = Rows()
    names = {each.key: LABEL.format(name=each.name) for each in network.organizations}
    towns = {each.key: place.communes[each.town].name for each in network.venues}
    homes = {each.key: place.communes[each.town].name for each in network.organizations}
    for organization in network.organizations:
        rows.organizations.append(_organization(organization, place))
    for venue in network.venues:
        rows.locations.append(_location(venue, place))
    for service in network.services:
        venue_key = next(iter({**service.at, **service.stops}), None)
        town = towns[venue_key] if venue_key else homes[service.by]
        rows.services.append(_service(service, place, anchor, town=town, by=names[service.by]))
        rows.areas += _areas(service, place)
        for at_location, schedules in _given(service, place, anchor):
            if at_location is not None:
                rows.at_locations.append(at_location)
            rows.schedules += schedules
    return rows


def phone(key: str) -> str:
    """Return a number of the range that is reserved for fiction in the east of France."""
    number = zlib.crc32(key.encode()) % 10_000
    return f"03 53 01 {number // 100:02} {number % 100:02}"


def email(key: str) -> str:
    """Return an address of the domain that is reserved for examples."""
    return f"{key.replace('_', '-')}@example.org"


def school_year_start(day: date) -> date:
    """Return the 1st of September on or before `day`."""
    return date(day.year - (day.month < 9), 9, 1)


def _organization(spec: OrganizationSpec, place: Place) -> Organization:
    town = place.communes[spec.town]
    return Organization(
        id=place.id(spec.key),
        kind=spec.kind,
        name=LABEL.format(name=spec.name),
        description=spec.text.format(town=town.name),
        departement_id=place.departement,
        commune=town,
        phone=phone(spec.key),
        email=email(spec.key),
        outside_id=f"demo:{place.departement}:{spec.key}",
        is_demonstration=True,
    )


def _location(spec: VenueSpec, place: Place) -> Location:
    town = place.communes[spec.town]
    hall_street, _, hall_town = town.town_hall_address.replace("\n", ", ").rpartition(", ")
    postcode = hall_town[:5] if hall_town[:5].isdigit() else ""
    east = spec.east / METRES_PER_DEGREE / math.cos(math.radians(town.latitude))
    return Location(
        id=place.id(spec.key),
        name=spec.name.format(town=town.name),
        organization_id=place.id(spec.by),
        commune=town,
        address=spec.street or hall_street,
        postcode=postcode,
        latitude=round(town.latitude + spec.north / METRES_PER_DEGREE, 6),
        longitude=round(town.longitude + east, 6),
        phone=phone(spec.key),
        access=spec.access.format(town=town.name),
        step_free=spec.step_free,
        outside_id=f"demo:{place.departement}:{spec.key}",
        is_demonstration=True,
    )


def _service(spec: ServiceSpec, place: Place, anchor: date, *, town: str, by: str) -> Service:
    since = zlib.crc32(spec.key.encode()) % 140 + 3 if spec.verified is None else spec.verified
    return Service(
        id=place.id(spec.key),
        organization_id=place.id(spec.by),
        departement_id=place.departement,
        kind=spec.kind,
        name=spec.name.format(town=town),
        name_en=spec.name_en.format(town=town),
        description=spec.text.format(town=town),
        description_en=spec.text_en.format(town=town),
        topics=list(spec.topics),
        audiences=list(spec.audiences),
        expectant=spec.expectant,
        minimum_age=spec.ages[0],
        maximum_age=spec.ages[1],
        modes=list(spec.modes),
        joining=spec.joining,
        cost=spec.cost,
        amount_min=spec.amounts[0],
        amount_max=spec.amounts[1],
        cost_note=spec.cost_note,
        languages=list(spec.languages),
        accommodations=list(spec.accommodations),
        capacity=spec.capacity,
        phone=phone(spec.key),
        email=email(spec.by),
        status=spec.status,
        alert=spec.alert,
        verified_on=anchor - timedelta(days=since),
        verified_by=by,
        source=SOURCE,
        outside_id=f"demo:{place.departement}:{spec.key}",
        is_demonstration=True,
    )


def _areas(spec: ServiceSpec, place: Place) -> Iterator[ServiceArea]:
    """Yield each area once: in a small département, two of them may fall on the same EPCI."""
    wanted = dict.fromkeys(_area(level, code, place) for level, code in spec.areas)
    for level, code in wanted:
        yield ServiceArea(service_id=place.id(spec.key), level=level, code=code)


def _area(level: str, code: str, place: Place) -> tuple[str, str]:
    """Return the official code there: an EPCI is written as one of its communes in the files."""
    if level == ServiceArea.Level.DEPARTEMENT:
        return level, place.departement
    if level == ServiceArea.Level.FRANCE:
        return level, ""
    commune = place.communes[code]
    if level == ServiceArea.Level.EPCI and commune.epci_id:
        return level, commune.epci_id
    return ServiceArea.Level.COMMUNE.value, commune.pk


Scheduled = tuple[Schedule, tuple[ScheduleException, ...]]


def _given(
    spec: ServiceSpec, place: Place, anchor: date
) -> Iterator[tuple[ServiceAtLocation | None, list[Scheduled]]]:
    """Yield each venue of the service, and its remote hours, with their schedules."""
    for venue, hours in {**spec.at, **spec.stops}.items():
        at_location = ServiceAtLocation(
            id=place.id(f"{spec.key}@{venue}"),
            service_id=place.id(spec.key),
            location_id=place.id(venue),
            is_mobile_stop=venue in spec.stops,
        )
        yield at_location, [_schedule(each, spec, place, anchor, at_location) for each in hours]
    if spec.remote:
        yield None, [_schedule(each, spec, place, anchor, None) for each in spec.remote]


def _schedule(
    hours: Hours, spec: ServiceSpec, place: Place, anchor: date, at: ServiceAtLocation | None
) -> Scheduled:
    start = school_year_start(anchor)
    schedule = Schedule(
        service_id=place.id(spec.key),
        service_at_location_id=None if at is None else at.pk,
        freq=hours.freq,
        interval=hours.interval,
        byday=list(hours.byday),
        dtstart=start,
        opens_at=hours.opens_at,
        closes_at=hours.closes_at,
        school_period=hours.school_period,
        open_on_public_holidays=hours.open_on_public_holidays,
        note=hours.note,
    )
    return schedule, tuple(_exceptions(hours, spec, start, anchor))


def _exceptions(
    hours: Hours, spec: ServiceSpec, start: date, anchor: date
) -> Iterator[ScheduleException]:
    until = anchor + EXCEPTIONS_FOR
    days = hours.days(start, anchor, until)
    seen: set[date] = set()
    for change in spec.changes:
        day = next((day for day in days if day >= anchor + change.after and day not in seen), None)
        if day is not None:
            seen.add(day)
            yield ScheduleException(
                day=day, opens_at=change.opens_at, closes_at=change.closes_at, note=change.note
            )
    for closure in spec.closed:
        for first, last in closure.days_from(anchor, until):
            for day in days:
                if first <= day <= last and day not in seen:
                    seen.add(day)
                    yield ScheduleException(day=day, note=closure.note)
