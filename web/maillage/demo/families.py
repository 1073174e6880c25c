"""Invented families at other moments: two linked parents, one of whom waits for a freed slot."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from maillage.agenda.models import Availability, WaitingEntry
from maillage.demo.network import HOME
from maillage.demo.rows import NAMESPACE
from maillage.families.models import Consent, Contact, Household, SecondParent

PARIS = ZoneInfo("Europe/Paris")
SAMUEL = uuid5(NAMESPACE, "practitioner/samuel")
SOFIA, MALIK = "sofia", "malik"
LINKED_BEFORE = timedelta(days=20)
ASKED_FOR = timedelta(days=14)


def receive(anchor: date) -> None:
    """Lay them once; what a visitor changed since is left as it is."""
    rule = Availability.objects.filter(practitioner=SAMUEL).order_by("pk").first()
    if rule is None or Contact.objects.filter(pk=_id(SOFIA, "contact")).exists():
        return
    sofia, malik = _contact(SOFIA, "Sofia"), _contact(MALIK, "Malik")
    _link(sofia, malik, anchor)
    WaitingEntry.objects.create(
        pk=_id(SOFIA, "waiting"), contact=sofia, household=sofia.household,
        service_id=rule.service_id, departement_id=HOME,
    )  # fmt: skip


def remove() -> None:
    """Take them away, with whatever was tried with them."""
    ours = [_id(key, "contact") for key in (SOFIA, MALIK)]
    WaitingEntry.objects.filter(contact__in=ours).delete()
    SecondParent.objects.filter(inviter__in=ours).delete()
    Consent.objects.filter(contact__in=ours).delete()
    Contact.objects.filter(pk__in=ours).delete()
    Household.objects.filter(pk__in=[_id(key, "household") for key in (SOFIA, MALIK)]).delete()


def _contact(key: str, name: str) -> Contact:
    household = Household.objects.create(pk=_id(key, "household"), departement_id=HOME)
    return Contact.objects.create(
        pk=_id(key, "contact"), household=household, departement_id=HOME, name=name,
        email=f"{key}@familles.example.org", channel=Contact.Channel.EMAIL,
    )  # fmt: skip


def _link(one: Contact, other: Contact, anchor: date) -> None:
    """Both said yes: one household, each with their own contact."""
    asked = _id(one.name.lower(), "second parent")
    yes = [
        Consent.objects.create(
            contact=each, object_id=asked, departement_id=HOME,
            purpose=Consent.Purpose.SECOND_PARENT, means=Consent.Means.ONLINE,
        )
        for each in (one, other)
    ]  # fmt: skip
    linked = datetime.combine(anchor, time(9), tzinfo=PARIS) - LINKED_BEFORE
    SecondParent.objects.create(
        pk=asked, departement_id=HOME, inviter=one, invited=other, inviter_consent=yes[0],
        invited_consent=yes[1], former_household=other.household,
        state=SecondParent.State.LINKED, expires_at=linked + ASKED_FOR,
    )  # fmt: skip
    other.household = one.household
    other.save(update_fields=["household"])


def _id(key: str, what: str) -> UUID:
    return uuid5(NAMESPACE, f"{what}/portal/{key}")
