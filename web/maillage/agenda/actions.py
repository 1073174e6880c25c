"""What may be done with appointments. Each action is one transaction, under the locks of those who
receive, taken in one order.

The lock makes the second of two people wait and be told plainly; the exclusion constraint makes a
double booking impossible whatever the path, the employer or the mistake.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillage.agenda import freed, slots
from maillage.agenda.booking import Booking
from maillage.agenda.errors import (
    AppointmentIsNotOver,
    AppointmentIsOver,
    NobodyCanReceive,
    NotTheSameService,
    RoomIsElsewhere,
    SamePractitioner,
    SlotIsTaken,
    SlotIsTooSoon,
)
from maillage.agenda.locks import lock_practitioners, lock_request
from maillage.agenda.models import Appointment, Availability, Room
from maillage.agenda.newcomers import contact_of
from maillage.agenda.slots import Asked, Slot
from maillage.agenda.writing import refuse_a_crowd, release, store, take_again
from maillage.core import audit, scope
from maillage.directory.openings import time_zone


@transaction.atomic
def book(wanted: Booking, *, by: int | None = None, now: datetime | None = None) -> Appointment:
    """Give a family one slot. `by` is the agent's account when someone books for the parent.

    Raises `SlotIsTaken`, `SlotIsTooSoon`, `NobodyCanReceive`, `RoomIsTooSmall`, `TooFarToTravel`,
    or `OfferIsOver` for a freed slot that is no longer held. Sending the same request twice gives
    the first appointment again; `just_booked` says which of the two it was.
    """
    scope.hold_contact(wanted.contact_id)
    moment = now or timezone.now()
    rule = _rule(wanted.availability_id)
    lock_request(wanted.key)
    lock_practitioners(
        [rule.practitioner_id, *wanted.others, *slots.may_join(rule, wanted.starts_at)]
    )
    if (already := Appointment.objects.filter(request_key=wanted.key).first()) is not None:
        return already
    # What was free when it was offered was then far enough ahead.
    moment = freed.redeem(wanted, moment) if wanted.offer is not None else moment
    room = _room(rule, wanted.room)
    slot = _the_slot(rule, _asked(rule, wanted, moment))
    refuse_a_crowd(slot, wanted.mode, wanted.persons, room)
    contact = contact_of(wanted, rule.departement_id)
    appointment = Appointment(
        contact=contact, household_id=contact.household_id, composition=wanted.composition,
        persons=wanted.persons, request_key=wanted.key, booked_by_id=by,
        state=_first_state(rule, by),
    )  # fmt: skip
    store(appointment, slot, wanted.mode, room=room)
    appointment.service = rule.service  # read already: whoever counts and tells asks for it next
    if wanted.known is not None:
        freed.no_longer_waits(contact.household_id, rule.service_id)
    audit.record(
        by, "agenda.booked", appointment, departement=rule.departement_id,
        acting_as="" if by is None else str(contact.pk),
    )  # fmt: skip
    appointment.just_booked = True
    return appointment


@transaction.atomic
def confirm(appointment: Appointment, *, by: int) -> Appointment:
    """Say yes to a request that waits for it; twice is harmless. Raises `AppointmentIsOver`."""
    found = _locked(appointment, timezone.now())
    if found.state == Appointment.State.CONFIRMED:
        return found
    found.state = Appointment.State.CONFIRMED
    found.save(update_fields=["state"])
    audit.record(by, "agenda.confirmed", found, departement=found.departement_id)
    return found


@transaction.atomic
def cancel(appointment: Appointment, *, by: int | None = None) -> Appointment:
    """Give the time back, first to who waits for it. Raises `AppointmentIsOver`."""
    now = timezone.now()
    found = _locked(appointment, now)
    found.state, found.cancelled_at = Appointment.State.CANCELLED, now
    found.save(update_fields=["state", "cancelled_at"])
    release(found)
    audit.record(by, "agenda.cancelled", found, departement=found.departement_id)
    freed.offer(_people(found), found.starts_at, found.ends_at, now=now)
    return found


@transaction.atomic
def move(
    appointment: Appointment, availability_id: UUID, starts_at: datetime, *, by: int | None = None
) -> Appointment:
    """Give another slot for this one, in one step: nobody is left without either.

    The old row stays, and says where it went. Raises what `book` and `cancel` raise; then nothing
    has changed.
    """
    rule = _rule(availability_id)
    return _move(appointment, rule, starts_at, by=by, verb="agenda.moved")


@transaction.atomic
def change_practitioner(
    appointment: Appointment, availability_id: UUID, starts_at: datetime, *, by: int | None = None
) -> Appointment:
    """Be received by somebody else, at the same time or another. No reason is asked.

    Raises `SamePractitioner` when nothing would change, and what `move` raises.
    """
    rule = _rule(availability_id)
    if rule.practitioner_id in _people(appointment):
        raise SamePractitioner
    return _move(appointment, rule, starts_at, by=by, verb="agenda.practitioner_changed")


@transaction.atomic
def close(appointment: Appointment, state: str, *, by: int, minutes: int | None = None) -> None:
    """Say how an appointment ended. Raises `AppointmentIsNotOver` before its time.

    An excused family gives the time back; one that did not come has taken it all the same. A word
    said by mistake is said again. `minutes` is how long it really lasted; none said, what was
    noted stays.
    """
    lock_practitioners(_people(appointment))
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if found.starts_at > timezone.now():
        raise AppointmentIsNotOver
    if found.state in {Appointment.State.CANCELLED, Appointment.State.MOVED}:
        raise AppointmentIsOver
    lasted = (minutes or found.real_minutes) if state == Appointment.State.ATTENDED else None
    if (found.state, found.real_minutes) == (state, lasted):
        return
    was_excused = found.state == Appointment.State.EXCUSED
    found.state, found.real_minutes = Appointment.State(state), lasted
    found.save(update_fields=["state", "real_minutes"])
    if found.state == Appointment.State.EXCUSED:
        release(found)
    elif was_excused:
        take_again(found)
    audit.record(by, f"agenda.{state}", found, departement=found.departement_id)


def _move(
    appointment: Appointment, rule: Availability, starts_at: datetime, *, by: int | None, verb: str
) -> Appointment:
    now = timezone.now()
    former = _people(appointment)
    lock_practitioners(
        {rule.practitioner_id, *slots.company(former), *slots.may_join(rule, starts_at)}
    )
    found = _locked(appointment, now)
    if rule.service_id != found.service_id:
        raise NotTheSameService
    release(found)
    mode = found.mode if found.mode in rule.modes else rule.modes[0]
    asked = Asked(
        [rule.service_id], starts_at, starts_at, now, mode=mode, others=_others(found, rule)
    )
    slot = _the_slot(rule, asked)
    room = rule.room
    refuse_a_crowd(slot, mode, found.persons, room)
    moved = Appointment(
        contact_id=found.contact_id, household_id=found.household_id,
        composition=found.composition, persons=found.persons, booked_by_id=by, state=found.state,
    )  # fmt: skip
    store(moved, slot, mode, room=room)
    found.state, found.moved_to = Appointment.State.MOVED, moved
    found.save(update_fields=["state", "moved_to"])
    audit.record(by, verb, found, departement=found.departement_id)
    freed.offer(former, found.starts_at, found.ends_at, now=now)
    return moved


def _rule(availability_id: UUID) -> Availability:
    found = Availability.objects.select_related(
        "room", "practitioner", "service_at_location", "service__organization"
    )
    if (rule := found.filter(pk=availability_id).first()) is None:
        raise SlotIsTaken
    return rule


def _asked(rule: Availability, wanted: Booking, now: datetime) -> Asked:
    return Asked(
        [rule.service_id], wanted.starts_at, wanted.starts_at, now,
        mode=wanted.mode, others=wanted.others, room=wanted.room,
    )  # fmt: skip


def _room(rule: Availability, room_id: UUID | None) -> Room | None:
    """The rule's own room, or another of the same place."""
    if room_id is None or room_id == rule.room_id:
        return rule.room
    place = rule.service_at_location
    found = Room.objects.filter(pk=room_id, location=place.location_id if place else None).first()
    if found is None:
        raise RoomIsElsewhere
    return found


def _first_state(rule: Availability, by: int | None) -> Appointment.State:
    """Some services look at each request first; one of their own people needs no second word."""
    waits = rule.confirmed_by_hand and by is None
    return Appointment.State.PENDING if waits else Appointment.State.CONFIRMED


def _the_slot(rule: Availability, asked: Asked) -> Slot:
    """Find the slot again under the lock: what was shown may be gone."""
    if asked.start < asked.now + slots.notice(rule):
        raise SlotIsTooSoon
    slot = slots.slot_at(rule, asked)
    if slot is None:
        raise SlotIsTaken if _is_able(rule, asked) else NobodyCanReceive
    return slot


def _is_able(rule: Availability, asked: Asked) -> bool:
    """Whether the papers of the rule's own practitioner are valid that day."""
    day = asked.start.astimezone(time_zone(rule.departement_id)).date()
    until = rule.practitioner.bookable_until
    return rule.practitioner.stopped_on is None and until is not None and until >= day


def _others(found: Appointment, rule: Availability) -> tuple[UUID, ...]:
    """Who stays when several receive: all but the one who is replaced by the rule's own."""
    people = list(found.practitioners.order_by("pk"))
    if len(people) < 2 or rule.joined_by:
        return ()
    if rule.practitioner_id not in {one.pk for one in people}:
        alike = [one for one in people if one.profession == rule.practitioner.profession]
        people.remove((alike or people)[0])
    return tuple(one.pk for one in people if one.pk != rule.practitioner_id)


def _people(appointment: Appointment) -> list[UUID]:
    return list(appointment.practitioners.order_by("pk").values_list("pk", flat=True))


def _locked(appointment: Appointment, now: datetime) -> Appointment:
    """Lock an appointment that still stands, its practitioners first."""
    lock_practitioners(slots.company(_people(appointment)))
    found = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    standing = found.state in {Appointment.State.PENDING, Appointment.State.CONFIRMED}
    if not standing or found.starts_at <= now:
        raise AppointmentIsOver
    return found
