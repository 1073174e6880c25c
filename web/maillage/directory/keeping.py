"""What the keepers of an entry do to it. Each action is one transaction, one audit entry."""

from datetime import date, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillage.core import audit
from maillage.directory import openings
from maillage.directory.drafts import FIELDS, LISTS, NEW_PLACE, Draft, draft_of, in_order, rule_from
from maillage.directory.errors import ChangedMeanwhile, ReportAlreadyAnswered, ServiceIsMerged
from maillage.directory.models import (
    ErrorReport,
    Location,
    Schedule,
    ScheduleException,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from maillage.organizations.models import Organization
from maillage.territory.models import Commune


@transaction.atomic
def create_service(
    organization: Organization, draft: Draft, *, by: int, acting_as: str = ""
) -> Service:
    """Publish a new entry for an organization, verified today."""
    service = Service(organization=organization, departement_id=organization.departement_id)
    write(service, draft)
    _trace(by, acting_as, "directory.created", service)
    return service


@transaction.atomic
def publish(
    service_id: UUID, draft: Draft, *, base: Draft, by: int, acting_as: str = ""
) -> Service:
    """Publish a changed entry, which is thereby verified.

    Raises `ChangedMeanwhile` when the entry is no longer what its editor started from: the row is
    locked first, so that the second of two editors always sees what the first one wrote.
    """
    service = _locked(service_id)
    theirs = draft_of(service, timezone.localdate())
    if theirs != base:
        raise ChangedMeanwhile(name=service.name, theirs=theirs)
    write(service, draft)
    _trace(by, acting_as, "directory.published", service)
    return service


@transaction.atomic
def verify(service_id: UUID, *, by: int, acting_as: str = "") -> Service:
    """Say that the entry is still true today. Twice is harmless."""
    service = _locked(service_id)
    _verified(service)
    service.save(update_fields=["verified_on", "verified_by", "updated_at"])
    _trace(by, acting_as, "directory.verified", service)
    return service


@transaction.atomic
def set_status(
    service_id: UUID, *, status: str, alert: str, by: int, acting_as: str = ""
) -> Service:
    """Close for a time with a message, pause, stop, or open again."""
    service = _locked(service_id)
    service.status, service.alert = status, alert
    _verified(service)
    service.save(update_fields=["status", "alert", "verified_on", "verified_by", "updated_at"])
    openings.rebuild([service.pk], today=timezone.localdate())
    verb = f"directory.set_{status.replace(' ', '_')}"
    _trace(by, acting_as, verb, service)
    return service


@transaction.atomic
def close_report(report: ErrorReport, *, answer: str, by: int, acting_as: str = "") -> ErrorReport:
    """Say what was done about what a visitor reported. Raises `ReportAlreadyAnswered`."""
    report = ErrorReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.closed_at is not None:
        raise ReportAlreadyAnswered
    report.closed_at, report.answer = timezone.now(), answer
    report.save(update_fields=["closed_at", "answer"])
    _trace(by, acting_as, "directory.closed_report", report)
    return report


def write(service: Service, draft: Draft) -> None:
    """Write every part of a draft, and store its openings again."""
    today = timezone.localdate()
    for name in FIELDS:
        if name not in LISTS or sorted(getattr(service, name)) != draft[name]:
            setattr(service, name, in_order(name, draft[name]) if name in LISTS else draft[name])
    _verified(service)
    service.save()
    _areas(service, draft["areas"])
    places = _places(service, draft)
    rules = _times(service, draft["times"], places)
    _exceptions(rules, draft["exceptions"], places)
    openings.rebuild([service.pk], today=today)


def _trace(by: int, acting_as: str, verb: str, target: Service | ErrorReport) -> None:
    audit.record(by, verb, target, departement=target.departement_id, acting_as=acting_as)


def _locked(service_id: UUID) -> Service:
    service = Service.objects.select_for_update(of=("self",)).get(pk=service_id)
    if service.merged_into_id is not None:
        raise ServiceIsMerged(name=service.name)
    return service


def _verified(service: Service) -> None:
    """A person is never named to the public: the organization answers for its entry."""
    service.verified_on = timezone.localdate()
    service.verified_by = service.organization.name


def _places(service: Service, draft: Draft) -> dict[str, ServiceAtLocation]:
    """Give the service in these places and no other."""
    wanted = {key: UUID(key) for key in draft["places"]}
    if draft["new_place"]:
        wanted[NEW_PLACE] = _new_place(service, draft["new_place"]).pk
    service.at_locations.exclude(location_id__in=wanted.values()).delete()
    return {
        key: ServiceAtLocation.objects.get_or_create(service=service, location_id=location)[0]
        for key, location in wanted.items()
    }


def _areas(service: Service, areas: list[str]) -> None:
    """Say where a remote or visiting service will help; none means the whole département."""
    wanted = {(level, code) for level, _sep, code in (area.partition(":") for area in areas)}
    known = {(area.level, area.code): area for area in service.areas.all()}
    for gone in known.keys() - wanted:
        known[gone].delete()
    for level, code in sorted(wanted - known.keys()):
        ServiceArea.objects.create(service=service, level=level, code=code)


def _new_place(service: Service, place: Draft) -> Location:
    """A place is put at the town hall of its commune until someone moves it."""
    commune = Commune.objects.get(pk=place["commune"])
    return Location.objects.create(
        name=place["name"],
        organization=service.organization,
        commune=commune,
        address=place["address"],
        postcode=place["postcode"],
        latitude=commune.latitude,
        longitude=commune.longitude,
    )


def _times(
    service: Service, times: list[Draft], places: dict[str, ServiceAtLocation]
) -> list[Schedule]:
    """Change the rules that stay, add the new ones, remove the others."""
    known = {rule.pk: rule for rule in service.schedules.select_for_update(of=("self",))}
    kept = []
    for one in times:
        rule = rule_from(one)
        rule.pk = one["id"] if one["id"] in known else None
        rule.service, rule.service_at_location = service, places.get(one["place"])
        rule.save(force_update=rule.pk is not None, force_insert=rule.pk is None)
        kept.append(rule)
    service.schedules.exclude(pk__in=[rule.pk for rule in kept]).delete()
    return kept


def _exceptions(
    rules: list[Schedule], exceptions: list[Draft], places: dict[str, ServiceAtLocation]
) -> None:
    """Close every rule of the place on that day, or give its hours to one of them."""
    today = timezone.localdate()
    ScheduleException.objects.filter(schedule__in=rules, day__gte=today).delete()
    for one in exceptions:
        opens, closes = _hour(one["opens_at"]), _hour(one["closes_at"])
        there = [rule for rule in rules if rule.service_at_location == places.get(one["place"])]
        for position, rule in enumerate(there):
            first = position == 0
            ScheduleException.objects.create(
                schedule=rule,
                day=date.fromisoformat(one["day"]),
                note=one["note"],
                opens_at=opens if first else None,
                closes_at=closes if first else None,
            )


def _hour(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
