"""A parent of Haute-Saône."""

from typing import Any

from maillage.families import second_parent
from maillage.families.models import Contact, Household, SecondParent
from maillage.organizations.tests.staff import departement


def contact(place: str = "70", **values: Any) -> Contact:
    """Someone who can be written to, by mail unless asked otherwise."""
    where = departement(place)
    facts = {"name": "Nour", "email": "nour@example.org", "channel": "email"} | values
    household = Household.objects.create(departement=where)
    return Contact.objects.create(household=household, departement=where, **facts)


def linked(one: Contact, other: Contact) -> SecondParent:
    """Two parents who both said yes."""
    asked, _token = second_parent.ask(one, "Sami", Contact.Channel.EMAIL, "sami@example.org")
    # The one who answers is known already, in a household of their own.
    SecondParent.objects.filter(pk=asked.pk).update(invited=other, former_household=other.household)
    asked.refresh_from_db()
    second_parent.accept(asked)
    return asked
