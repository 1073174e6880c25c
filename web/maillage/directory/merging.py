"""How two entries become one: what moves, what is filled, what stays as a trace."""

from uuid import UUID

from maillage.directory import duplicates
from maillage.directory.errors import EntryAlreadyMerged
from maillage.directory.models import (
    ErrorReport,
    Location,
    MergeProposal,
    Schedule,
    Service,
    ServiceAtLocation,
)
from maillage.directory.querysets import ServiceAtLocationQuerySet

OF_A_PLACE = ("address", "postcode", "phone", "access", "step_free", "organization_id")
OF_A_SERVICE = (
    "name_en", "description_en", "minimum_age", "maximum_age", "phone", "email", "website",
    "capacity", "cost_note", "alert",
)  # fmt: skip
LISTS = ("languages", "accommodations")
EVERYTHING_WHEN_EMPTY = ("topics", "audiences")


def merge_locations(kept_id: UUID, other_id: UUID) -> tuple[Location, set[UUID]]:
    """Merge two places in the current transaction; return the one kept and the services touched."""
    locked = {
        place.pk: place
        for place in Location.objects.filter(pk__in=[kept_id, other_id])
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    kept, other = locked[kept_id], locked[other_id]
    if kept.merged_into_id or other.merged_into_id:
        raise EntryAlreadyMerged
    touched: set[UUID] = set()
    _lock_services(kept, other)
    for offered in other.services.select_related("service").order_by("pk"):
        touched |= _move(offered, kept)
    _fill(kept, other, OF_A_PLACE)
    if kept.at_town_hall and not other.at_town_hall:
        kept.latitude, kept.longitude, kept.at_town_hall = other.latitude, other.longitude, False
    kept.save()
    other.merged_into = kept
    other.save(update_fields=["merged_into"])
    Location.objects.filter(merged_into=other).update(merged_into=kept)
    _ask_again(kept, other)
    return kept, touched


def _lock_services(*places: Location) -> None:
    """Wait for whoever edits a service of these places: what is read next is what they wrote."""
    given = ServiceAtLocation.objects.filter(location__in=places).values("service")
    rows = Service.objects.filter(pk__in=given).order_by("pk").select_for_update(of=("self",))
    list(rows.values_list("pk"))


def _move(offered: ServiceAtLocation, kept: Location) -> set[UUID]:
    """Give one service of the other place to the kept place."""
    service = offered.service
    there = ServiceAtLocation.objects.filter(location=kept)
    same = there.filter(service=service).first() or _namesake(there, service)
    if same is None:
        offered.location = kept
        offered.save(update_fields=["location"])
        return {service.pk}
    if not same.schedules.exists():
        Schedule.objects.filter(service_at_location=offered).update(
            service_at_location=same, service=same.service
        )
    if same.service_id == service.pk:
        offered.delete()
    else:
        _absorb(same.service, service)
    return {service.pk, same.service_id}


def _namesake(there: ServiceAtLocationQuerySet, service: Service) -> ServiceAtLocation | None:
    """Return the same help at the kept place, when the other is given nowhere else."""
    if service.at_locations.count() > 1:
        return None
    return (
        there.filter(service__kind=service.kind, service__merged_into=None)
        .select_related("service")
        .order_by("pk")
        .first()
    )


def _absorb(kept: Service, other: Service) -> None:
    _fill(kept, other, OF_A_SERVICE)
    for name in (*LISTS, *EVERYTHING_WHEN_EMPTY):
        ours, theirs = getattr(kept, name), getattr(other, name)
        if name in LISTS or (ours and theirs):
            setattr(kept, name, list(dict.fromkeys([*ours, *theirs])))
        else:
            setattr(kept, name, [])
    kept.save()
    other.status = Service.Status.DEFUNCT
    other.merged_into = kept
    other.save(update_fields=["status", "merged_into"])
    Service.objects.filter(merged_into=other).update(merged_into=kept)
    ErrorReport.objects.filter(service=other).update(service=kept)


def _fill(kept: Location | Service, other: Location | Service, names: tuple[str, ...]) -> None:
    for name in names:
        if getattr(kept, name) in ("", None):
            setattr(kept, name, getattr(other, name))


def _ask_again(kept: Location, other: Location) -> None:
    """Questions still open about the merged place are asked about the one that is kept."""
    asked = MergeProposal.objects.filter(decision=MergeProposal.Decision.OPEN)
    (asked.filter(kept=other) | asked.filter(other=other)).delete()
    duplicates.propose([kept.commune_id])
