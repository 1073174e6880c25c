"""Write and give back what an appointment or a held slot takes: claims, room, trips of the day."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from psycopg.errors import ExclusionViolation

from maillage.agenda.errors import RoomIsTooSmall, SlotIsTaken
from maillage.agenda.models import Appointment, Claim, Offer, Room
from maillage.agenda.slots import Slot
from maillage.agenda.travel import lay_trips
from maillage.core.errors import DomainError
from maillage.directory.vocabulary import Delivery

ON_THE_SPOT = frozenset({Delivery.ON_SITE.value, Delivery.MOBILE.value})


def store(appointment: Appointment, slot: Slot, mode: str, *, room: Room | None) -> Appointment:
    """Write the appointment and everything that it takes. The caller holds every lock."""
    rule = slot.occurrence.availability
    appointment.departement_id = rule.departement_id
    appointment.organization_id, appointment.service_id = rule.organization_id, rule.service_id
    appointment.starts_at, appointment.ends_at = slot.starts_at, slot.ends_at
    appointment.mode = mode
    appointment.video_url = video_address() if mode == Delivery.VIDEO else ""
    appointment.service_at_location = rule.service_at_location if mode in ON_THE_SPOT else None
    appointment.room = room if mode in ON_THE_SPOT else None
    appointment.save(force_insert=True)
    appointment.received_by = [one.practitioner for one in (slot.occurrence, *slot.others)]
    links = Appointment.practitioners.through
    links.objects.bulk_create(
        [links(appointment=appointment, practitioner=one) for one in appointment.received_by],
        ignore_conflicts=True,  # nothing is read back: its writer may not always
    )
    _claim(slot, mode, appointment.room, Claim(kind=Claim.Kind.SESSION, appointment=appointment))
    for practitioner in sorted(slot.people):
        lay_trips(practitioner, slot.starts_at)
    return appointment


def hold(offer: Offer, slot: Slot) -> None:
    """Keep a slot for one family: the same claims as an appointment, so nobody else has it."""
    room = slot.occurrence.availability.room if offer.mode in ON_THE_SPOT else None
    _claim(slot, offer.mode, room, Claim(kind=Claim.Kind.HOLD, offer=offer))


def release(appointment: Appointment) -> None:
    """Give back every time that an appointment takes, and lay the trips of the day again."""
    Claim.objects.filter(appointment=appointment, live=True).update(live=False)
    for practitioner in appointment.practitioners.order_by("pk"):
        lay_trips(practitioner.pk, appointment.starts_at)


def take_again(appointment: Appointment) -> None:
    """Take back the time of a session that did happen. Raises `SlotIsTaken` if it was given."""
    with told_plainly(SlotIsTaken):
        Claim.objects.filter(appointment=appointment).update(live=True)
    for practitioner in appointment.practitioners.order_by("pk"):
        lay_trips(practitioner.pk, appointment.starts_at)


def release_offer(offer: Offer) -> None:
    """Give back the time that was held for a family."""
    Claim.objects.filter(offer=offer, live=True).update(live=False)


def refuse_a_crowd(slot: Slot, mode: str, persons: int, room: Room | None) -> None:
    """Raise `RoomIsTooSmall` when those who come and those who receive do not fit."""
    staff = len(slot.people)
    if room is not None and mode in ON_THE_SPOT and persons + staff > room.capacity:
        raise RoomIsTooSmall(capacity=max(0, room.capacity - staff))


def video_address() -> str:
    """Make an address that nobody can guess, on the operator's own video service."""
    if not settings.VIDEO_PATTERN:
        return ""
    return str(settings.VIDEO_PATTERN).replace("{id}", secrets.token_urlsafe(16))


def _claim(slot: Slot, mode: str, room: Room | None, like: Claim) -> None:
    rule = slot.occurrence.availability
    where = slot.commune if mode in ON_THE_SPOT else None
    claims = [
        _taking(like, rule.departement_id, slot.starts_at, slot.held_until)
        for _person in slot.people
    ]
    for claim, person in zip(claims, slot.people, strict=True):
        claim.practitioner_id, claim.commune_id = person, where
    if room is not None:
        claims.append(_taking(like, rule.departement_id, slot.starts_at, slot.ends_at))
        claims[-1].room_id = room.pk
    write(claims)


def _taking(like: Claim, departement: str, starts_at: datetime, ends_at: datetime) -> Claim:
    return Claim(
        kind=like.kind,
        appointment=like.appointment,
        offer=like.offer,
        departement_id=departement,
        period=(starts_at, ends_at),
    )


def write(claims: Iterable[Claim], refusal: type[DomainError] = SlotIsTaken) -> None:
    """Take the time; an overlap that a constraint refuses is said as what it is."""
    with told_plainly(refusal):
        Claim.objects.bulk_create(claims)


@contextmanager
def told_plainly(refusal: type[DomainError]) -> Iterator[None]:
    """Say an overlap that the constraint refused plainly; let any other error through.

    Nothing more is done in the action that is refused: its own savepoint undoes it.
    """
    try:
        with transaction.atomic(savepoint=False):
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise refusal from error
        raise
