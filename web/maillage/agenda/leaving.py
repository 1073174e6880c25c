"""The end of an employment: its appointments find someone first, then its rules end."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from maillage.agenda import availabilities
from maillage.agenda.errors import AppointmentsRemain, EmploymentEndsTooEarly, EmploymentHasEnded
from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import Appointment, Availability
from maillage.core import audit
from maillage.directory.openings import time_zone
from maillage.organizations.models import Membership
from maillage.practitioners.models import Employment

MANAGER = Membership.Role.STRUCTURE_MANAGER.value


@dataclass(frozen=True, slots=True)
class Leaving:
    """What stands between someone and their last day for one employer."""

    appointments: list[Appointment]
    rules: list[Availability]


def plan(employment: Employment, last_day: date) -> Leaving:
    """The appointments of this employer that stand after a day, and the rules that would end."""
    zone: ZoneInfo = time_zone(employment.departement_id)
    after = datetime.combine(last_day + timedelta(days=1), time.min, zone)
    standing = Appointment.objects.filter(
        practitioners=employment.practitioner_id,
        organization=employment.organization_id,
        state__in=[Appointment.State.PENDING, Appointment.State.CONFIRMED],
        starts_at__gte=after,
    )
    rules = Availability.objects.filter(
        practitioner=employment.practitioner_id, organization=employment.organization_id
    ).select_related("service", "service_at_location__location", "practitioner")
    named = standing.select_related("contact", "service").order_by("starts_at", "pk")
    return Leaving(list(named), availabilities.standing(rules.order_by("dtstart", "pk"), last_day))


@transaction.atomic
def end(employment: Employment, last_day: date, *, by: int, today: date) -> Employment:
    """End an employment on a day; nothing of this employer is offered after it.

    Raises `EmploymentEndsTooEarly`, `EmploymentHasEnded` or `AppointmentsRemain`. A booking waits
    for the practitioner's lock, then finds the rules ended. Other employers are not touched.
    """
    lock_practitioners([employment.practitioner_id])
    found = Employment.objects.select_for_update(of=("self",)).get(pk=employment.pk)
    if last_day < max(today, found.starts_on):
        raise EmploymentEndsTooEarly
    if found.ends_on is not None and found.ends_on <= last_day:
        raise EmploymentHasEnded
    left = plan(found, last_day)
    if left.appointments:
        raise AppointmentsRemain(count=len(left.appointments))
    for rule in left.rules:
        availabilities.end(rule, last_day, by=by, acting_as=MANAGER, today=today)
    found.ends_on = last_day
    found.save(update_fields=["ends_on"])
    audit.record(
        by, "practitioners.employment_ended", found, departement=found.departement_id,
        acting_as=MANAGER,
    )  # fmt: skip
    return found
