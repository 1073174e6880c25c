"""What Inès finds at her desk: families to call back, one invited, one whose turn has come."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage.agenda import telling
from maillage.agenda.models import Claim, Offer, WaitingEntry
from maillage.agenda.slots import Asked, Slot, next_slots
from maillage.agenda.writing import hold
from maillage.core.tokens import fingerprint
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.directory.models import Service
from maillage.families.models import Consent, Contact, Household
from maillage.people.models import User
from maillage.portal.models import Invitation
from maillage.workday import calls
from maillage.workday.models import CallBack

PARIS = ZoneInfo("Europe/Paris")
CODE = "CHAMPZ2345"  # what Maëlle received; typed on /invitation/, it opens her booking
OFFERED_FROM = timedelta(days=9)
HELD_FOR = timedelta(hours=36)
Why, After = CallBack.Purpose, CallBack.Origin


@dataclass(frozen=True, slots=True)
class Line:
    """One family to call: in how many days, why, what was tried already."""

    name: str
    phone: str
    days: int
    purpose: CallBack.Purpose
    origin: CallBack.Origin
    called: str = ""


LINES = (
    Line("Rosa", "+33639980051", -2, Why.SEARCH, After.NOTHING),
    Line("Maëlle", "+33639980052", 0, Why.BOOKED, After.INVITED),
    Line("Yanis", "+33639980053", 0, Why.SEARCH, After.NOTHING, "missed"),
    Line("Odile", "+33639980054", 5, Why.PAPERS, After.NOTHING),
    Line("Lucie", "+33639980055", -1, Why.SEARCH, After.NOTHING, "reached"),
)


def receive(anchor: date) -> None:
    """Lay them once; what a visitor changed since is left as it is."""
    ines = User.objects.filter(email="ines@demo.example.org").first()
    given = Service.objects.filter(outside_id=f"demo:{HOME}:champlitte_support_video").first()
    if ines is None or given is None:
        return
    invited = _invite(given, ines, anchor)
    for line in LINES:
        if not CallBack.objects.filter(pk=_id(line.name, "call")).exists():
            _promise(line, given, ines, anchor, invited)
    if not Contact.objects.filter(pk=_id("Inaya", "contact")).exists():
        _offer(given, anchor)


def remove() -> None:
    """Take them away, with whatever was tried at the desks of the demonstration."""
    here = {"organization__is_demonstration": True}
    CallBack.objects.filter(**here).delete()
    Invitation.objects.filter(**here).delete()
    ours = [_id(name, "contact") for name in ("Inaya", *(one.name for one in LINES))]
    Claim.objects.filter(offer__entry__contact__in=ours).delete()
    WaitingEntry.objects.filter(contact__in=ours).delete()
    Household.objects.filter(contacts__in=ours).delete()


def _promise(line: Line, given: Service, ines: User, anchor: date, invited: UUID) -> None:
    promise = calls.Promise(
        key=_id(line.name, "call"),
        organization_id=given.organization_id,
        departement_id=HOME,
        who=_contact(line.name, line.phone),
        purpose=line.purpose,
        call_on=anchor + timedelta(days=line.days),
        means=Consent.Means.DESK,
        origin=line.origin,
        object_id=invited if line.origin == After.INVITED else None,
    )
    kept = calls.keep(promise, by=ines.pk)
    if line.called:
        again = anchor if line.called == "missed" else None
        calls.note(kept, calls.Called(0, line.called, again), by=ines.pk)


def _invite(given: Service, ines: User, anchor: date) -> UUID:
    """Maëlle may type her code for two months. The front door's own room keeps invitations."""
    key = _id("Maëlle", "invitation")
    Invitation.objects.get_or_create(
        pk=key,
        defaults={
            "departement_id": HOME, "organization_id": given.organization_id, "service": given,
            "means": "sms", "name": "Maëlle", "phone": "+33639980052",
            "code_hash": fingerprint(CODE), "sent_by": ines,
            "expires_at": _morning(anchor) + timedelta(days=60),
        },
    )  # fmt: skip
    return key


def _offer(given: Service, anchor: date) -> None:
    """Inaya waited; a time was given back, and is held for her until tomorrow evening."""
    now = _morning(anchor)
    start = now + OFFERED_FROM
    found = next_slots(Asked([given.pk], start, start + timedelta(days=60), now), limit=1).slots
    for slot in found:
        contact = _contact("Inaya", "+33639980056")
        entry = WaitingEntry.objects.create(
            pk=_id("Inaya", "waiting"), contact=contact, household=contact.household,
            service=given, departement_id=HOME, state=WaitingEntry.State.OFFERED,
        )  # fmt: skip
        hold_for(entry, slot, now)


def hold_for(entry: WaitingEntry, slot: Slot, now: datetime) -> None:
    """Hold a time for who waits, and write it to them."""
    made = Offer.objects.create(
        pk=_id("Inaya", "offer"), entry=entry, departement_id=HOME,
        availability=slot.occurrence.availability, starts_at=slot.starts_at, ends_at=slot.ends_at,
        mode=slot.modes[0], made_at=now, held_until=now + HELD_FOR,
    )  # fmt: skip
    hold(made, slot)
    telling.offered(made, entry.contact)


def _contact(name: str, phone: str) -> Contact:
    key = _id(name, "contact")
    household = Household.objects.create(pk=_id(name, "household"), departement_id=HOME)
    return Contact.objects.create(
        pk=key, household=household, departement_id=HOME, name=name, phone=phone,
        channel=Contact.Channel.SMS,
    )  # fmt: skip


def _morning(anchor: date) -> datetime:
    return datetime.combine(anchor, time(8), PARIS)


def _id(name: str, what: str) -> UUID:
    return uuid5(NAMESPACE, f"desk/{what}/{name}")
