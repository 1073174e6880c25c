"""What may be done with time. Each action is one transaction, under the practitioner's lock.

The lock makes the second of two people wait and be told plainly; the exclusion constraint makes a
double booking impossible whatever the path, the employer or the mistake.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.errors import ExclusionViolation

from maillage.agenda import slots
from maillage.agenda.booking import Booking
from maillage.agenda.errors import (
    AbsenceOverAppointments,
    AbsenceOverlaps,
    AppointmentIsNotOver,
    AppointmentIsOver,
    NobodyCanReceive,
    RoomIsTooSmall,
    SlotIsTaken,
    SlotIsTooSoon,
)
from maillage.agenda.locks import lock_practitioners
from maillage.agenda.models import Absence, Appointment, Availability, Claim
from maillage.agenda.slots import Slot
from maillage.agenda.travel import lay_trips
from maillage.core import audit, scope
from maillage.core.errors import DomainError
from maillage.directory.vocabulary import Delivery
from maillage.families.models import Child, Contact, Household
from maillage.practitioners.models import Practitioner


@transaction.atomic
def book(wanted: Booking, *, by: int | None = None, now: datetime | None = None) -> Appointment:
    """Give a family one slot. `by` is the agent's account when someone books for the parent.

    Raises `SlotIsTaken`, `SlotIsTooSoon`, `NobodyCanReceive`, `RoomIsTooSmall` or `TooFarToTravel`.
    Sending the same request twice gives the first appointment again.
    """
    scope.hold_contact(wanted.contact_id)
    rule = Availability.objects.filter(pk=wanted.availability_id).first()
    if rule is None:
        raise SlotIsTaken
    lock_practitioners([rule.practitioner_id])
    if (already := Appointment.objects.filter(request_key=wanted.key).first()) is not None:
        return already
    slot = _the_slot(rule, wanted.starts_at, wanted.mode, now or timezone.now())
    _refuse_a_crowd(slot, wanted.mode, wanted.persons)
    contact = _new_contact(wanted, rule)
    appointment = _write(slot, wanted.mode, contact, wanted, by)
    audit.record(
        by, "agenda.booked", appointment, departement=rule.departement_id,
        acting_as="" if by is None else str(contact.pk),
    )  # fmt: skip
    return appointment


@transaction.atomic
def cancel(appointment: Appointment, *, by: int | None = None) -> Appointment:
    """Give the time back. Raises `AppointmentIsOver` when it is past or no longer stands."""
    found = _locked(appointment)
    found.state, found.cancelled_at = Appointment.State.CANCELLED, timezone.now()
    found.save(update_fields=["state", "cancelled_at"])
    _release(found)
    audit.record(by, "agenda.cancelled", found, departement=found.departement_id)
    return found


@transaction.atomic
def move(
    appointment: Appointment, availability_id: UUID, starts_at: datetime, *, by: int | None = None
) -> Appointment:
    """Give another slot for this one, in one step: nobody is left without either.

    The old row stays, and says where it went. Raises what `book` and `cancel` raise; then nothing
    has changed.
    """
    rule = Availability.objects.filter(pk=availability_id).first()
    if rule is None:
        raise SlotIsTaken
    former = {one.pk for one in appointment.practitioners.all()}
    lock_practitioners([rule.practitioner_id, *former])
    found = _locked(appointment)
    _release(found)
    mode = found.mode if found.mode in rule.modes else rule.modes[0]
    slot = _the_slot(rule, starts_at, mode, timezone.now())
    _refuse_a_crowd(slot, mode, found.persons)
    moved = _copy(slot, mode, found, by)
    found.state, found.moved_to = Appointment.State.MOVED, moved
    found.save(update_fields=["state", "moved_to"])
    audit.record(by, "agenda.moved", found, departement=found.departement_id)
    return moved


@transaction.atomic
def close(appointment: Appointment, state: str, *, by: int) -> None:
    """Say how an appointment ended. Raises `AppointmentIsNotOver` before its time.

    An excused family gives the time back; one that did not come has taken it all the same.
    """
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if found.starts_at > timezone.now():
        raise AppointmentIsNotOver
    if found.state == state:
        return
    found.state = Appointment.State(state)
    found.save(update_fields=["state"])
    audit.record(by, f"agenda.{state}", found, departement=found.departement_id)


@transaction.atomic
def take_absence(
    practitioner: Practitioner, starts_at: datetime, ends_at: datetime, *, by: int
) -> Absence:
    """Take a practitioner away for a while. Raises `AbsenceOverAppointments`: move them first."""
    lock_practitioners([practitioner.pk])
    period = (starts_at, ends_at)
    with scope.system():
        met = Claim.objects.filter(
            practitioner=practitioner, live=True, kind="session", period__overlap=period
        ).count()
    if met:
        raise AbsenceOverAppointments(count=met)
    absence = Absence.objects.create(
        practitioner=practitioner, starts_at=starts_at, ends_at=ends_at
    )
    with _told_plainly(AbsenceOverlaps):
        Claim.objects.create(
            practitioner=practitioner, period=period, kind=Claim.Kind.ABSENCE, absence=absence
        )
    audit.record(by, "agenda.absence_taken", absence)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: int) -> None:
    """Give back the time of an absence; twice is harmless."""
    lock_practitioners([absence.practitioner_id])
    Claim.objects.filter(absence=absence, live=True).update(live=False)
    Absence.objects.filter(pk=absence.pk, cancelled_at=None).update(cancelled_at=timezone.now())
    audit.record(by, "agenda.absence_ended", absence)


def _the_slot(rule: Availability, starts_at: datetime, mode: str, now: datetime) -> Slot:
    """Find the slot again under the lock: what was shown may be gone."""
    if starts_at < now + timedelta(hours=rule.notice_hours):
        raise SlotIsTooSoon
    asked = slots.Asked(
        service_ids=[rule.service_id],
        start=starts_at,
        end=starts_at + timedelta(minutes=1),
        now=now,
        practitioner=rule.practitioner_id,
        mode=mode,
    )
    if not Practitioner.objects.bookable_on(timezone.localdate(starts_at)).filter(
        pk=rule.practitioner_id
    ):
        raise NobodyCanReceive
    for slot in slots.free_slots(asked):
        if slot.starts_at == starts_at and slot.occurrence.availability_id == rule.pk:
            return slot
    raise SlotIsTaken


def _refuse_a_crowd(slot: Slot, mode: str, persons: int) -> None:
    room = slot.occurrence.availability.room
    on_site = mode in {Delivery.ON_SITE, Delivery.MOBILE}
    if room is not None and on_site and persons + 1 > room.capacity:
        raise RoomIsTooSmall(capacity=room.capacity - 1)


def _new_contact(wanted: Booking, rule: Availability) -> Contact:
    household = Household.objects.create(
        pk=wanted.household_id, departement_id=rule.departement_id, commune_id=wanted.commune
    )
    contact = Contact.objects.create(
        pk=wanted.contact_id,
        household=household,
        departement_id=rule.departement_id,
        name=wanted.who.name,
        email=wanted.who.email,
        phone=wanted.who.phone,
        channel=wanted.who.channel,
        language=wanted.who.language,
        discreet=wanted.who.discreet,
    )
    for month in wanted.children:
        Child.objects.create(
            household=household, departement_id=rule.departement_id, birth_month=month
        )
    return contact


def _write(slot: Slot, mode: str, contact: Contact, wanted: Booking, by: int | None) -> Appointment:
    appointment = Appointment(
        contact=contact,
        household_id=contact.household_id,
        composition=wanted.composition,
        persons=wanted.persons,
        request_key=wanted.key,
        booked_by_id=by,
    )
    return _store(appointment, slot, mode)


def _copy(slot: Slot, mode: str, former: Appointment, by: int | None) -> Appointment:
    appointment = Appointment(
        contact_id=former.contact_id,
        household_id=former.household_id,
        composition=former.composition,
        persons=former.persons,
        booked_by_id=by,
    )
    return _store(appointment, slot, mode)


def _store(appointment: Appointment, slot: Slot, mode: str) -> Appointment:
    """Write the appointment and everything that it takes."""
    rule = slot.occurrence.availability
    on_site = mode in {Delivery.ON_SITE, Delivery.MOBILE}
    appointment.departement_id = rule.departement_id
    appointment.organization_id, appointment.service_id = rule.organization_id, rule.service_id
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    appointment.mode = mode
    appointment.service_at_location = rule.service_at_location if on_site else None
    appointment.room = rule.room if on_site else None
    appointment.save(force_insert=True)
    appointment.practitioners.add(slot.occurrence.practitioner)
    _claim(appointment, slot, on_site=on_site)
    lay_trips(rule.practitioner_id, slot.starts_at)
    return appointment


def _claim(appointment: Appointment, slot: Slot, *, on_site: bool) -> None:
    rule = slot.occurrence.availability
    claims = [
        Claim(
            practitioner_id=rule.practitioner_id,
            period=(slot.starts_at, slot.held_until),
            commune_id=slot.commune if on_site else None,
        )
    ]
    if appointment.room_id is not None:
        claims.append(Claim(room_id=appointment.room_id, period=(slot.starts_at, slot.ends_at)))
    for claim in claims:
        claim.kind, claim.appointment = Claim.Kind.SESSION, appointment
        claim.departement_id = rule.departement_id
    with _told_plainly(SlotIsTaken):
        Claim.objects.bulk_create(claims)


def _release(appointment: Appointment) -> None:
    """Give back every time that an appointment takes, and lay the trips of the day again."""
    Claim.objects.filter(appointment=appointment, live=True).update(live=False)
    for practitioner in appointment.practitioners.all():
        lay_trips(practitioner.pk, appointment.starts_at)


def _locked(appointment: Appointment) -> Appointment:
    """Lock an appointment that still stands, its practitioners first."""
    lock_practitioners([one.pk for one in appointment.practitioners.all()])
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    standing = found.state in {Appointment.State.PENDING, Appointment.State.CONFIRMED}
    if not standing or found.starts_at <= timezone.now():
        raise AppointmentIsOver
    return found


@contextmanager
def _told_plainly(refusal: type[DomainError]) -> Iterator[None]:
    """Say an overlap that the constraint refused as what it is; let any other error through."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise refusal from error
        raise
