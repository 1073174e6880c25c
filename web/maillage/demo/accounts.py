"""Open and close the accounts of the people who sign in to the demonstration."""

from datetime import date
from uuid import UUID, uuid5

from maillage.demo.network import HOME
from maillage.demo.personas import PERSONAS
from maillage.demo.rows import school_year_start
from maillage.organizations.models import Membership
from maillage.people.models import User
from maillage.territory.models import Departement

# The outsider's département may not be loaded: only its name is needed.
NAMES = {"79": ("Deux-Sèvres", "Nouvelle-Aquitaine")}


def open_all(namespace: UUID, anchor: date) -> None:
    """Open every account with its one role; what already stands is left as it is."""
    for code, (name, region) in NAMES.items():
        Departement.objects.get_or_create(pk=code, defaults={"name": name, "region": region})
    for persona in PERSONAS:
        user = User.objects.filter(email=persona.email).first()
        user = user or User.objects.create_user(persona.email, persona.name)
        where = persona.organization
        organization = None if where is None else uuid5(namespace, f"{HOME}/{where}")
        if not user.memberships.filter(role=persona.role, ends_on=None).exists():
            Membership.objects.create(
                user=user,
                role=persona.role,
                organization_id=organization,
                departement_id=persona.departement,
                starts_on=school_year_start(anchor),
            )


def close_all() -> None:
    """Remove the accounts and their roles."""
    User.objects.filter(email__in=[persona.email for persona in PERSONAS]).delete()
