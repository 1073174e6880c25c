"""The people of access tests: Haute-Saône and its staff, and an outsider from Deux-Sèvres."""

from datetime import date

from django.test import Client

from maillage.core import scope
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User
from maillage.territory.models import Departement

Role = Membership.Role
SINCE = date(2020, 1, 1)


def departement(code: str = "70") -> Departement:
    """Haute-Saône, or another."""
    names = {"70": "Haute-Saône", "79": "Deux-Sèvres"}
    facts = {"name": names.get(code, code), "region": "x"}
    return Departement.objects.get_or_create(pk=code, defaults=facts)[0]


def organization(name: str = "Les Quatre Vents", place: str = "70") -> Organization:
    """An association that runs services."""
    found = Organization.objects.filter(name=name, departement=departement(place)).first()
    return found or Organization.objects.create(
        kind="association", name=name, departement=departement(place)
    )


def person(
    email: str, role: str | None = None, place: str = "70", *, at: Organization | None = None
) -> User:
    """An account, with one role unless none is asked for."""
    with scope.system():
        user = User.objects.create_user(email, email.partition("@")[0].capitalize())
        if role is not None:
            Membership.objects.create(
                user=user, role=role, organization=at, departement=departement(place),
                starts_on=SINCE,
            )  # fmt: skip
    return user


def manager(email: str = "nadia@example.org", *, at: Organization | None = None) -> User:
    """Someone who keeps the entries of one organization."""
    where = at or organization()
    return person(email, Role.STRUCTURE_MANAGER, where.departement_id, at=where)


def administrator(email: str = "hugo@example.org", place: str = "70") -> User:
    """Someone who opens and closes accounts in a département."""
    return person(email, Role.ADMINISTRATOR, place)


def sign_in(client: Client, user: User) -> Client:
    """Open a session without the code, whose own path has its own tests."""
    with scope.system():
        client.force_login(user)
    return client
