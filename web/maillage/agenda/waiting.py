"""The waiting list of a service: join without any earlier appointment, leave, answer an offer.

A freed slot is held for the first family who fits (`freed.offer`); it says yes within the stated
time, or the slot passes to the next.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from maillage.agenda import actions, freed, shortage, slots, telling
from maillage.agenda.booking import Booking, Who
from maillage.agenda.errors import OfferIsOver
from maillage.agenda.locks import lock_practitioners, lock_request
from maillage.agenda.models import Appointment, Offer, WaitingEntry
from maillage.agenda.newcomers import welcome
from maillage.core import audit, scope
from maillage.directory.models import Service
from maillage.families.models import Contact


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Someone who joins without being known yet. The same `key` twice joins once."""

    key: UUID
    who: Who
    commune: str | None = None


@transaction.atomic
def join(
    contact: Contact,
    service: Service,
    *,
    communes: Collection[str] = (),
    modes: Collection[str] = (),
    now: datetime | None = None,
) -> WaitingEntry:
    """Wait for a slot of this service; joining again changes where and how, not the place in line.

    The contact's identity has just been proven. Nothing said of communes or ways means any.
    """
    wishes = {"communes": sorted(set(communes)), "modes": sorted(set(modes))}
    lock_request(uuid5(contact.household_id, str(service.pk)))
    mine = WaitingEntry.objects.standing().filter(household=contact.household_id, service=service)
    entry = mine.first()
    if entry is not None:
        entry.communes, entry.modes = wishes["communes"], wishes["modes"]
        entry.save(update_fields=["communes", "modes"])
        return entry
    entry = WaitingEntry.objects.create(
        contact=contact, household_id=contact.household_id, service=service,
        departement_id=service.departement_id, **wishes,
    )  # fmt: skip
    audit.record(None, "agenda.waits", entry, departement=entry.departement_id)
    shortage.noticed(service, contact.household.commune, now=now or timezone.now())
    return entry


@transaction.atomic
def join_new(
    newcomer: Newcomer, service: Service, *, communes: Collection[str] = (),
    modes: Collection[str] = (), now: datetime | None = None,
) -> WaitingEntry:  # fmt: skip
    """Wait without being known: the household and the contact are made here."""
    contact_id = uuid5(newcomer.key, "contact")
    scope.hold_contact(contact_id)
    lock_request(newcomer.key)
    contact = Contact.objects.filter(pk=contact_id).first() or welcome(
        newcomer.who, uuid5(newcomer.key, "household"), contact_id, service.departement_id,
        newcomer.commune,
    )  # fmt: skip
    return join(contact, service, communes=communes, modes=modes, now=now)


@transaction.atomic
def leave(entry: WaitingEntry, *, now: datetime | None = None) -> WaitingEntry:
    """Wait no more; a slot held meanwhile goes to the next. Twice is harmless."""
    moment = now or timezone.now()
    held = current_offer(entry, moment)
    people = freed.whose(held) if held is not None else []
    lock_practitioners(slots.company(people))
    found = WaitingEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if found.state not in {WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED}:
        return found
    if held is not None:
        freed.give_back(held, Offer.State.DECLINED, WaitingEntry.State.WAITING)
    found.state = WaitingEntry.State.LEFT
    found.save(update_fields=["state"])
    audit.record(None, "agenda.waits_no_more", found, departement=found.departement_id)
    if held is not None:
        freed.offer(people, held.starts_at, held.ends_at, now=moment)
    return found


def current_offer(entry: WaitingEntry, now: datetime) -> Offer | None:
    """Return the slot that is held for this family now, if any."""
    held = Offer.objects.filter(entry=entry, state=Offer.State.OPEN, held_until__gt=now)
    return held.select_related("availability__service_at_location__location__commune").first()


def wanted(offer: Offer, composition: Appointment.Composition) -> Booking:
    """Return the request that takes a held slot, for `book` or whoever books and tells."""
    return Booking(
        key=offer.pk,
        availability_id=offer.availability_id,
        starts_at=offer.starts_at,
        mode=offer.mode,
        composition=composition,
        known=offer.entry.contact_id,
        offer=offer.pk,
    )


def accept(
    entry: WaitingEntry,
    composition: Appointment.Composition = Appointment.Composition.ALONE,
    *,
    now: datetime | None = None,
) -> Appointment:
    """Take the slot that is held. Raises `OfferIsOver` once it is not, and what `book` does."""
    moment = now or timezone.now()
    offer = Offer.objects.filter(entry=entry).select_related("entry").order_by("-made_at").first()
    if offer is None:
        raise OfferIsOver
    return actions.book(wanted(offer, composition), now=moment)


@transaction.atomic
def decline(entry: WaitingEntry, *, now: datetime | None = None) -> None:
    """Leave the held slot to the next and go on waiting. Twice, or too late, is harmless."""
    moment = now or timezone.now()
    held = current_offer(entry, moment)
    if held is not None:
        _pass_on(held, Offer.State.DECLINED, moment)


def pass_on_unanswered(now: datetime) -> int:
    """Give every slot held too long to the next family; return how many. Each in a transaction."""
    with scope.system():
        late = list(
            Offer.objects.filter(state=Offer.State.OPEN, held_until__lte=now).order_by("pk")
        )
        # Who booked otherwise, or left, keeps nothing.
        gone = Offer.objects.filter(state=Offer.State.OPEN).exclude(entry__state="offered")
        late += [one for one in gone.order_by("pk") if one not in late]
    return sum(_expire(one, now) for one in late)


@transaction.atomic
def _expire(offer: Offer, now: datetime) -> bool:
    with scope.system():
        if not _pass_on(offer, Offer.State.EXPIRED, now):
            return False
        if offer.entry.state == WaitingEntry.State.WAITING:
            telling.passed_on(offer, offer.entry.contact)
        return True


def _pass_on(offer: Offer, state: Offer.State, now: datetime) -> bool:
    """End an offer under the locks of those whose time it is, and offer the time to the next."""
    people = freed.whose(offer)
    lock_practitioners(slots.company(people))
    still_open = Offer.objects.select_for_update(of=("self",)).filter(pk=offer.pk, state="open")
    if not still_open.exists():
        return False
    freed.give_back(offer, state, WaitingEntry.State.WAITING)
    offer.refresh_from_db()
    freed.offer(people, offer.starts_at, offer.ends_at, now=now)
    return True
