"""How a scale is written: a new version from a day on, never a change of what was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.formats import date_format

from maillage.core import audit
from maillage.directory.models import Service
from maillage.fees.errors import (
    NameIsTaken,
    NeedsNoConfirmation,
    ScaleFalls,
    VersionInThePast,
    VersionOverlaps,
)
from maillage.fees.models import Band, Confirmation, Schedule, ScheduleVersion, Tariff
from maillage.fees.scale import Scale, Step
from maillage.organizations.models import Membership, Organization
from maillage_parameters import Parameter, get, names

A_DAY = timedelta(days=1)
MANAGER = Membership.Role.STRUCTURE_MANAGER.value


@dataclass(frozen=True, slots=True)
class Draft:
    """A version before it is published: it may be looked at as long as one likes."""

    valid_from: date
    source: str
    basis: str
    scale: Scale
    bound_names: Sequence[str]


def national_scales() -> list[Parameter]:
    """The scales that ship with the product, each with its source and its state."""
    return [found for found in map(get, names()) if found.kind == "scale"]


@transaction.atomic
def open_schedule(
    employer: Organization, name: str, per: str, *, parameter: str = "", by: int
) -> Schedule:
    """Name a new scale, still without a version. Raises `NameIsTaken`."""
    try:
        with transaction.atomic():
            made = Schedule.objects.create(
                organization=employer, name=name, per=per, parameter=parameter
            )
    except IntegrityError as error:
        if "one_schedule_per_name" not in str(error):
            raise
        raise NameIsTaken(name=name) from error
    _trace(by, "fees.schedule_opened", made)
    return made


@transaction.atomic
def publish(schedule: Schedule, draft: Draft, *, by: int, today: date) -> ScheduleVersion:
    """Put a version in force from a day on; the one before ends the day before.

    Raises `VersionInThePast`, `VersionOverlaps` or `ScaleFalls`. The schedule is locked, so that
    two managers who publish at once do not both end the same version; the database would refuse an
    overlap and any change of what is published.
    """
    Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    _refuse_a_fault(schedule, draft, today)
    before = schedule.versions.filter(Q(valid_to=None) | Q(valid_to__gte=draft.valid_from))
    before.update(valid_to=draft.valid_from - A_DAY)
    made = ScheduleVersion.objects.create(
        schedule=schedule,
        valid_from=draft.valid_from,
        status=status_of(schedule),
        source=draft.source,
        basis=draft.basis,
        rounding=draft.scale.rounding,
        floor=draft.scale.floor,
        ceiling=draft.scale.ceiling,
        published_by_id=by,
    )
    Band.objects.bulk_create(_bands(made, draft))
    _trace(by, "fees.version_published", schedule)
    return made


def status_of(schedule: Schedule) -> ScheduleVersion.Status:
    """An operator answers for its own scale; a national one is as sure as its parameter."""
    sure = not schedule.parameter or get(schedule.parameter).may_bill
    return ScheduleVersion.Status.CHECKED if sure else ScheduleVersion.Status.UNCHECKED


def _refuse_a_fault(schedule: Schedule, draft: Draft, today: date) -> None:
    if draft.valid_from < today:
        raise VersionInThePast(day=date_format(draft.valid_from, "j F Y"))
    later = schedule.versions.filter(
        Q(valid_from__gte=draft.valid_from) | Q(valid_to__gte=draft.valid_from)
    )
    if (met := later.order_by("-valid_from").first()) is not None:
        raise VersionOverlaps(day=date_format(met.valid_to or met.valid_from, "j F Y"))
    if (falls := draft.scale.falls_at) is not None:
        raise ScaleFalls(income=falls)


def _bands(version: ScheduleVersion, draft: Draft) -> list[Band]:
    return [
        Band(
            version=version,
            position=position,
            up_to=step.up_to,
            bound_name=name,
            holds_bound=step.holds_bound,
            base=step.base,
            percent=step.percent,
        )
        for position, (step, name) in enumerate(
            zip(draft.scale.steps, draft.bound_names, strict=True), 1
        )
    ]


@transaction.atomic
def confirm(version: ScheduleVersion, compared_with: str, *, by: int) -> Confirmation:
    """Answer for an unchecked version: it may bill from now on. Raises `NeedsNoConfirmation`."""
    found = ScheduleVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    already = Confirmation.objects.filter(version=found).exists()
    if already or found.status == ScheduleVersion.Status.CHECKED:
        raise NeedsNoConfirmation
    made = Confirmation.objects.create(
        version=found, compared_with=compared_with, confirmed_by_id=by
    )
    _trace(by, "fees.version_confirmed", found.schedule)
    return made


@transaction.atomic
def apply(
    service: Service, schedule: Schedule | None, since: date, *, by: int, today: date
) -> Tariff | None:
    """Let a service ask by a scale from a day on, or ask nothing more.

    The past stays as it was: raises `VersionInThePast`.
    """
    if since < today:
        raise VersionInThePast(day=date_format(since, "j F Y"))
    Service.objects.select_for_update(of=("self",), no_key=True).get(pk=service.pk)
    later = Tariff.objects.filter(service=service, valid_from__gte=since)
    later.delete()
    standing = Tariff.objects.filter(Q(valid_to=None) | Q(valid_to__gte=since), service=service)
    standing.update(valid_to=since - A_DAY)
    made = None
    if schedule is not None:
        made = Tariff.objects.create(service=service, schedule=schedule, valid_from=since)
    audit.record(by, "fees.applied", service, departement=service.departement_id, acting_as=MANAGER)
    return made


def national_draft(parameter: Parameter, day: date) -> list[tuple[Step, str]]:
    """The bands of a national scale on a day, and the name of the bounds that are other amounts."""
    steps = parameter.on(day).scale.steps
    known = {"rsa_base": get("family.rsa_base").on(day).amount}
    return [
        (Step(_bound(step.reference, step.up_to, known), step.holds_bound, step.base, step.percent),
         step.reference)
        for step in steps
    ]  # fmt: skip


def _bound(name: str, up_to: Decimal | None, known: dict[str, Decimal]) -> Decimal | None:
    return known.get(name) if name else up_to


def _trace(by: int, verb: str, schedule: Schedule) -> None:
    place = schedule.organization.departement_id
    audit.record(by, verb, schedule, departement=place, acting_as=MANAGER)
