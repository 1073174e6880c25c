"""Load and remove the demonstration network: one transaction each, twice is the same as once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet

from maillage.core import audit, scope
from maillage.demo import (
    accounts,
    desk,
    families,
    fees,
    house,
    pooling,
    practitioners,
    quality,
    referrals,
    rows,
    scenarios,
    searches,
    support,
    targets,
    trust,
    workday,
)
from maillage.demo.errors import OnlyInDemonstration, TerritoryMissing
from maillage.demo.network import HOME, Network
from maillage.directory import openings
from maillage.directory.models import (
    Location,
    Opening,
    Schedule,
    ScheduleException,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from maillage.organizations.models import Organization
from maillage.territory.models import Commune, Departement

AnyModel = TypeVar("AnyModel", bound=Model)
BATCH = 1000
NEVER_REWRITTEN = {"accredited_from", "accredited_until", "created_at", "updated_at"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of the demonstration stands after a load."""

    organizations: int
    services: int
    venues: int
    schedules: int
    openings: int


def load(network: Network, departements: Sequence[str], anchor: date) -> Loaded:
    """Lay the network in each département and store its openings from `anchor` on.

    Raises `OnlyInDemonstration` on a real site and `TerritoryMissing` before anything is written.
    Rows keep their identifiers from one load to the next; a row that left the files is removed.
    """
    refuse_on_a_real_site()
    with scope.system():
        written = [_lay(network, place, anchor) for place in _places(network, departements)]
        if HOME in departements:
            accounts.open_all(rows.NAMESPACE, anchor)
            practitioners.receive(anchor)
            trust.receive(anchor)
            pooling.receive(anchor)
            support.receive(anchor)
            house.receive(anchor)
            workday.receive(anchor)
            families.receive(anchor)
            desk.receive(anchor)
            referrals.receive(anchor)
            fees.receive(anchor)
            scenarios.receive(anchor)
            targets.receive(anchor)
            quality.look_back(anchor)
            searches.receive(anchor)
        stored = _rebuild_openings(written, anchor)
    return Loaded(
        organizations=sum(len(each.organizations) for each in written),
        services=sum(len(each.services) for each in written),
        venues=sum(len(each.locations) for each in written),
        schedules=sum(len(each.schedules) for each in written),
        openings=stored,
    )


def _rebuild_openings(written: Iterable[rows.Rows], anchor: date) -> int:
    for each in written:
        openings.rebuild([service.pk for service in each.services], today=anchor)
    return Opening.objects.filter(
        service__in=[service.pk for each in written for service in each.services]
    ).count()


def remove() -> int:
    """Take every demonstration row away, accounts included; return how many services went."""
    with scope.system():
        services = Service.objects.filter(is_demonstration=True)
        count = services.count()
        quality.forget()
        searches.remove()
        fees.remove()
        scenarios.remove()
        targets.remove()
        trust.remove()
        pooling.remove()
        referrals.remove()
        desk.remove()
        families.remove()
        workday.remove()
        support.remove()
        house.remove()
        workday.forget_families()
        practitioners.remove()
        house.close_rooms()
        services.delete()
        Location.objects.filter(is_demonstration=True).delete()
        accounts.close_all()
        Organization.objects.filter(is_demonstration=True).delete()
    return count


def refuse_on_a_real_site() -> None:
    """Stop where families could take an invented service for a real one."""
    if not settings.DEMONSTRATION:
        raise OnlyInDemonstration


def _places(network: Network, departements: Sequence[str]) -> list[rows.Place]:
    home = {commune.pk: commune for commune in Commune.objects.of(HOME)}
    missing = sorted(network.towns - home.keys())
    if missing:
        raise TerritoryMissing(
            missing=f"{len(missing)} communes ({', '.join(missing[:5])}…)", departement=HOME
        )
    ranked = _by_population(home.values())
    return [
        rows.Place(HOME, home) if code == HOME else _place(code, ranked) for code in departements
    ]


def _place(departement: str, home: Sequence[Commune]) -> rows.Place:
    """Give each commune of Haute-Saône the one of the same rank, going round in a small one."""
    there = _by_population(Commune.objects.of(departement))
    if not there:
        raise TerritoryMissing(missing=departement, departement=departement)
    return rows.Place(
        departement,
        {commune.pk: there[rank % len(there)] for rank, commune in enumerate(home)},
    )


def _by_population(communes: Iterable[Commune]) -> list[Commune]:
    return sorted(communes, key=lambda commune: (-commune.population, commune.pk))


def _lay(network: Network, place: rows.Place, anchor: date) -> rows.Rows:
    built = rows.build(network, place, anchor)
    services = Service.objects.filter(is_demonstration=True, departement=place.departement)
    _remove_what_left(services, built.services)
    _write(Organization, built.organizations)
    _write(Location, built.locations)
    _write(Service, built.services)
    at_locations = ServiceAtLocation.objects.filter(service__in=services)
    at_locations.exclude(pk__in=[row.pk for row in built.at_locations]).delete()
    _write(ServiceAtLocation, built.at_locations)
    ServiceArea.objects.filter(service__in=services).delete()
    ServiceArea.objects.bulk_create(built.areas, batch_size=BATCH)
    _write_schedules(services, built)
    _remove_what_left(
        Location.objects.filter(outside_id__startswith=f"demo:{place.departement}:"),
        built.locations,
    )
    _remove_what_left(
        Organization.objects.filter(is_demonstration=True, departement=place.departement),
        built.organizations,
    )
    departement = Departement.objects.get(pk=place.departement)
    audit.record(None, "demo.load", departement, departement=departement.pk)
    return built


def _remove_what_left(standing: QuerySet[AnyModel], wanted: Iterable[Model]) -> None:
    standing.exclude(pk__in=[row.pk for row in wanted]).delete()


def _write(model: type[AnyModel], wanted: list[AnyModel]) -> None:
    names = [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.generated and field.name not in NEVER_REWRITTEN
    ]
    model._default_manager.bulk_create(
        wanted,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=names,
    )


def _write_schedules(services: QuerySet[Service], built: rows.Rows) -> None:
    """Keep the schedules that are already right, with their exceptions; replace the others."""
    standing = {
        _identity(schedule, schedule.exceptions.all()): schedule.pk
        for schedule in Schedule.objects.filter(service__in=services).prefetch_related("exceptions")
    }
    wanted = {_identity(*pair): pair for pair in built.schedules}
    wrong = [pk for identity, pk in standing.items() if identity not in wanted]
    Schedule.objects.filter(pk__in=wrong).delete()
    new = [pair for identity, pair in wanted.items() if identity not in standing]
    Schedule.objects.bulk_create([schedule for schedule, _ in new], batch_size=BATCH)
    exceptions = []
    for schedule, days in new:
        for day in days:
            day.schedule = schedule
            exceptions.append(day)
    ScheduleException.objects.bulk_create(exceptions, batch_size=BATCH)


def _identity(schedule: Schedule, days: Iterable[ScheduleException]) -> tuple[object, ...]:
    """Return everything that a schedule says, to compare two of them."""
    said = tuple(
        tuple(value) if isinstance(value := getattr(schedule, field.attname), list) else value
        for field in Schedule._meta.concrete_fields
        if not field.primary_key
    )
    return (
        *said,
        *sorted((day.day, str(day.opens_at), str(day.closes_at), day.note) for day in days),
    )
