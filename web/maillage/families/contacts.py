"""Make and change what is kept of one adult: how to call them, how to reach them."""

from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from maillage.core import audit, scope
from maillage.families.models import Consent, Contact, ContactLink, ContactSession, Household
from maillage.families.reach import Reach


@transaction.atomic
def register(
    name: str,
    channel: Contact.Channel,
    address: str,
    *,
    departement_id: str,
    commune_id: str | None = None,
    language: str = "fr",
) -> Contact:
    """Note a family that asks for something before it has an appointment, and become it."""
    key, reach = uuid4(), Reach(channel, address)
    scope.hold_contact(key)
    household = Household(pk=uuid4(), departement_id=departement_id, commune_id=commune_id)
    household.save(force_insert=True)
    contact = Contact(
        pk=key,
        household=household,
        departement_id=departement_id,
        name=name,
        channel=channel,
        email=reach.email,
        phone=reach.phone,
        language=language,
    )
    contact.save(force_insert=True)
    return contact


@transaction.atomic
def choose_messages(contact: Contact, *, discreet: bool, language: str, silent: bool) -> None:
    """Write as this person wishes, or no more: what they need stays on their page."""
    contact.discreet, contact.language = discreet, language
    if not silent:
        contact.silenced_at = None
    elif contact.silenced_at is None:
        contact.silenced_at = timezone.now()
    contact.save(update_fields=["discreet", "language", "silenced_at"])
    audit.record(
        None, "families.messages_chosen", contact,
        departement=contact.departement_id, acting_as=str(contact.pk),
    )  # fmt: skip


@transaction.atomic
def take_back(contact: Contact, consent_id: UUID) -> None:
    """Take a consent back: from now on it is not true any more. Twice is harmless."""
    found = Consent.objects.in_force().filter(contact=contact, pk=consent_id)
    if found.update(revoked_at=timezone.now()):
        audit.record(
            None, "families.consent_taken_back", contact,
            departement=contact.departement_id, acting_as=str(contact.pk),
        )  # fmt: skip


@transaction.atomic
def erase(contact: Contact) -> None:
    """Forget how this person is called and reached, and close every way in.

    What the law and the counts need stays without a name: that an appointment took place, its
    price, and what was agreed to.
    """
    now = timezone.now()
    ContactLink.objects.filter(contact=contact, revoked_at=None).update(revoked_at=now)
    Consent.objects.in_force().filter(contact=contact).update(revoked_at=now)
    audit.record(
        None, "families.erased", contact,
        departement=contact.departement_id, acting_as=str(contact.pk),
    )  # fmt: skip
    Contact.objects.filter(pk=contact.pk, erased_at=None).update(
        name="", email="", phone="", erased_at=now
    )
    ContactSession.objects.filter(contact=contact, ended_at=None).update(ended_at=now)
