"""Time that comes back is first offered to those who wait for it, held, and told to them.

Called by whoever gives time back, under the locks of those whose time it is. The families who wait
are not the one who cancels: this works for everyone and tells the caller nothing.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from maillage.agenda import telling
from maillage.agenda.booking import Booking
from maillage.agenda.errors import OfferIsOver, SlotIsTaken, TooFarToTravel
from maillage.agenda.models import Availability, Offer, WaitingEntry
from maillage.agenda.slots import Asked, Slot, free_slots
from maillage.agenda.travel import lay_trips
from maillage.agenda.writing import ON_THE_SPOT, hold, release_offer
from maillage.core import scope
from maillage.core.quiet import next_allowed
from maillage.directory.openings import time_zone

LAST_CALL = timedelta(hours=1)  # before the start: who accepts must still come
TOO_SHORT = timedelta(minutes=30)  # nobody is asked to answer faster

Key = tuple[UUID, UUID, datetime]


class _DoesNotWant(Exception):
    """The family asked not to be written to about freed slots: nothing is held in silence."""


def offer(
    people: Collection[UUID], start: datetime, end: datetime, *, now: datetime
) -> list[Offer]:
    """Hold what is free of these people in this span for the first families who fit."""
    with scope.system():
        entries = _who_waits(people)
        if not entries:
            return []
        tried = _offered_before(entries)
        made: list[Offer] = []
        while (match := _first_match(people, entries, tried, (start, end, now))) is not None:
            slot, entry, mode = match
            tried.add(_key(entry, slot))
            with suppress(SlotIsTaken, TooFarToTravel, _DoesNotWant):
                made.append(_hold(slot, entry, mode, now))
                entries.remove(entry)
        return made


def redeem(wanted: Booking, now: datetime) -> datetime:
    """Give the held time to its family, who books it in this transaction.

    Returns when it was offered, since the notice was judged then. Raises `OfferIsOver`.
    """
    with scope.system():
        held = Offer.objects.select_for_update(of=("self",)).filter(
            pk=str(wanted.offer),
            entry__contact=wanted.known,
            state=Offer.State.OPEN,
            held_until__gt=now,
        )
        found = held.first()
        if found is None or found.availability_id != wanted.availability_id:
            raise OfferIsOver
        if found.starts_at != wanted.starts_at:
            raise OfferIsOver
        _end(found, Offer.State.ACCEPTED, WaitingEntry.State.BOOKED)
        return found.made_at


def give_back(found: Offer, state: Offer.State, entry_state: WaitingEntry.State) -> list[UUID]:
    """End an offer that was not taken and free its time; return whose time it was.

    The caller holds their locks.
    """
    with scope.system():
        people = whose(found)
        _end(found, state, entry_state)
        for person in people:
            lay_trips(person, found.starts_at)
        return people


def whose(found: Offer) -> list[UUID]:
    """Return the practitioners whose time is held."""
    held = found.claims.filter(live=True, practitioner__isnull=False).order_by("practitioner")
    return [key for key in held.values_list("practitioner", flat=True) if key is not None]


def no_longer_waits(household_id: UUID, service_id: UUID) -> None:
    """Whoever has an appointment waits no more; what was held is given back by the job."""
    with scope.system():
        standing = WaitingEntry.objects.filter(household=household_id, service=service_id)
        standing.filter(state__in=["waiting", "offered"]).update(state=WaitingEntry.State.BOOKED)


def _end(found: Offer, state: Offer.State, entry_state: WaitingEntry.State) -> None:
    release_offer(found)
    Offer.objects.filter(pk=found.pk).update(state=state)
    # Those who left or booked elsewhere meanwhile are not put back in line.
    WaitingEntry.objects.filter(pk=found.entry_id, state=WaitingEntry.State.OFFERED).update(
        state=entry_state
    )


def _who_waits(people: Collection[UUID]) -> list[WaitingEntry]:
    given = Availability.objects.filter(practitioner__in=people).values("service")
    waiting = WaitingEntry.objects.filter(state=WaitingEntry.State.WAITING, service__in=given)
    locked = waiting.select_for_update(of=("self",)).select_related("contact")
    return list(locked.order_by("since", "pk"))


def _offered_before(entries: Sequence[WaitingEntry]) -> set[Key]:
    found = Offer.objects.filter(entry__in=entries)
    return set(found.values_list("entry_id", "availability_id", "starts_at"))


def _first_match(
    people: Collection[UUID],
    entries: Sequence[WaitingEntry],
    tried: set[Key],
    span: tuple[datetime, datetime, datetime],
) -> tuple[Slot, WaitingEntry, str] | None:
    start, end, now = span
    services = {one.service_id for one in entries}
    for person in sorted(people):
        for slot in free_slots(Asked(services, start, end, now, practitioner=person)):
            if held_until(slot.starts_at, now, slot.occurrence.departement_id) is None:
                continue
            for entry in entries:
                mode = _way(entry, slot)
                if mode is not None and _key(entry, slot) not in tried:
                    return slot, entry, mode
    return None


def _way(entry: WaitingEntry, slot: Slot) -> str | None:
    """How this slot suits this family, if it does."""
    if entry.service_id != slot.occurrence.service_id:
        return None
    near = not entry.communes or slot.commune in entry.communes
    for mode in slot.modes:
        wanted = not entry.modes or mode in entry.modes
        if wanted and (near or mode not in ON_THE_SPOT):
            return mode
    return None


def held_until(starts_at: datetime, now: datetime, departement: str) -> datetime | None:
    """Until when a slot is held if it is offered now; None when there is no time to answer."""
    told_at = next_allowed(now, time_zone(departement))  # nobody is written to at night
    until = min(told_at + timedelta(hours=settings.OFFER_HOLD_HOURS), starts_at - LAST_CALL)
    return until if until - told_at >= TOO_SHORT else None


def _key(entry: WaitingEntry, slot: Slot) -> Key:
    return entry.pk, slot.occurrence.availability_id, slot.starts_at


@transaction.atomic
def _hold(slot: Slot, entry: WaitingEntry, mode: str, now: datetime) -> Offer:
    until = held_until(slot.starts_at, now, slot.occurrence.departement_id)
    if until is None:
        raise SlotIsTaken
    made = Offer.objects.create(
        entry=entry,
        departement_id=entry.departement_id,
        availability=slot.occurrence.availability,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        mode=mode,
        made_at=now,
        held_until=until,
    )
    hold(made, slot)
    for person in sorted(slot.people):
        lay_trips(person, slot.starts_at)
    WaitingEntry.objects.filter(pk=entry.pk).update(state=WaitingEntry.State.OFFERED)
    if not telling.offered(made, entry.contact):
        raise _DoesNotWant
    return made
