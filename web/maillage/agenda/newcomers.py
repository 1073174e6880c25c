"""The household and the contact of somebody new, written in the transaction that needs them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from maillage.agenda.booking import Booking, Who
from maillage.agenda.errors import NobodyAsks
from maillage.families.models import Child, Contact, Household


def contact_of(wanted: Booking, departement: str) -> Contact:
    """Return who books: the contact already known, or a new one with its household."""
    if wanted.known is not None:
        found = Contact.objects.filter(pk=wanted.known, erased_at=None).first()
        if found is None:
            raise NobodyAsks
        return found
    if wanted.who is None:
        raise NobodyAsks
    contact = welcome(
        wanted.who, wanted.household_id, wanted.contact_id, departement, wanted.commune
    )
    _bring(contact, departement, born=wanted.children, awaited=wanted.due_months)
    return contact


def welcome(
    who: Who, household_id: UUID, contact_id: UUID, departement: str, commune: str | None
) -> Contact:
    """Write a household and its first adult, under identifiers that the caller already holds."""
    household = Household.objects.create(
        pk=household_id, departement_id=departement, commune_id=commune
    )
    contact = Contact.objects.create(
        pk=contact_id,
        household=household,
        departement_id=departement,
        name=who.name,
        email=who.email,
        phone=who.phone,
        channel=who.channel,
        language=who.language,
        discreet=who.discreet,
    )
    contact.just_made = True
    return contact


def _bring(
    contact: Contact, departement: str, *, born: Sequence[date], awaited: Sequence[date]
) -> None:
    for month in born:
        Child.objects.create(
            household_id=contact.household_id, departement_id=departement, birth_month=month
        )
    for month in awaited:
        Child.objects.create(
            household_id=contact.household_id, departement_id=departement, due_month=month
        )
