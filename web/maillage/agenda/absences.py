"""When a practitioner is away. Each action is one transaction, under the practitioner's lock."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.agenda import freed, slots
from maillage.agenda.errors import AbsenceOverAppointments, AbsenceOverlaps
from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import Absence, Claim
from maillage.agenda.writing import write
from maillage.core import audit, scope
from maillage.practitioners.models import Practitioner


@transaction.atomic
def take_absence(
    practitioner: Practitioner, starts_at: datetime, ends_at: datetime, *, by: int
) -> Absence:
    """Take a practitioner away for a while. Raises `AbsenceOverAppointments`: move them first."""
    lock_practitioners([practitioner.pk])
    period = (starts_at, ends_at)
    with scope.system():
        taken = Claim.objects.filter(practitioner=practitioner, live=True, period__overlap=period)
        kinds = list(taken.exclude(kind=Claim.Kind.ABSENCE).values_list("kind", flat=True))
    if kinds:
        trips = kinds.count(Claim.Kind.TRAVEL)  # the road to an appointment just outside
        raise AbsenceOverAppointments(count=len(kinds) - trips or trips)
    absence = Absence.objects.create(
        practitioner=practitioner, starts_at=starts_at, ends_at=ends_at
    )
    claim = Claim(
        practitioner=practitioner, period=period, kind=Claim.Kind.ABSENCE, absence=absence
    )
    write([claim], AbsenceOverlaps)
    audit.record(by, "agenda.absence_taken", absence)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: int) -> None:
    """Give back the time of an absence, first to who waits for it; twice is harmless."""
    people = [absence.practitioner_id]
    lock_practitioners(slots.company(people))
    Claim.objects.filter(absence=absence, live=True).update(live=False)
    Absence.objects.filter(pk=absence.pk, cancelled_at=None).update(cancelled_at=timezone.now())
    audit.record(by, "agenda.absence_ended", absence)
    now = timezone.now()
    if absence.ends_at > now:
        freed.offer(people, max(absence.starts_at, now), absence.ends_at, now=now)
