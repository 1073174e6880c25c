"""A parent of Haute-Saône."""

from typing import Any

from maillage.families.models import Contact, Household
from maillage.organizations.tests.staff import departement


def contact(place: str = "70", **values: Any) -> Contact:
    """Someone who can be written to, by mail unless asked otherwise."""
    where = departement(place)
    facts = {"name": "Nour", "email": "nour@example.org", "channel": "email"} | values
    household = Household.objects.create(departement=where)
    return Contact.objects.create(household=household, departement=where, **facts)
