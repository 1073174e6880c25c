"""What a signed-in professional may do: read once for each request, asked by the views."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles in force of one account, by organization and by département."""

    user_id: int | None = None
    departements: frozenset[str] = frozenset()
    works_in: frozenset[UUID] = frozenset()
    manages: frozenset[UUID] = frozenset()
    practises: frozenset[UUID] = frozenset()
    administers: frozenset[str] = frozenset()
    steers: frozenset[str] = frozenset()
    decides: frozenset[str] = frozenset()  # on partners: administrators, and officers of the Caf

    @classmethod
    def from_memberships(cls, user_id: int | None, found: Iterable[Membership]) -> "Rights":
        """Read the rights that these memberships give."""
        role = Membership.Role
        held = list(found)
        return cls(
            user_id=user_id,
            departements=frozenset(one.departement_id for one in held),
            works_in=frozenset(one.organization_id for one in held if one.organization_id),
            manages=frozenset(
                one.organization_id
                for one in held
                if one.organization_id and one.role == role.STRUCTURE_MANAGER
            ),
            practises=frozenset(
                one.organization_id
                for one in held
                if one.organization_id and one.role == role.PRACTITIONER
            ),
            administers=frozenset(
                one.departement_id for one in held if one.role == role.ADMINISTRATOR
            ),
            steers=frozenset(
                one.departement_id for one in held if one.role == role.STEERING_OFFICER
            ),
            decides=frozenset(one.departement_id for one in held if decides_on_partners(one)),
        )

    def may_edit(self, *, organization: UUID | None, departement: str) -> bool:
        """Whether what this organization publishes in this département may be changed."""
        return organization in self.manages or departement in self.administers

    def acting_as(self, *, organization: UUID | None, departement: str) -> str:
        """The role by which this entry is changed, for the trail."""
        if organization in self.manages:
            return Membership.Role.STRUCTURE_MANAGER.value
        return Membership.Role.ADMINISTRATOR.value if departement in self.administers else ""

    @property
    def keeps_entries(self) -> bool:
        """Whether this person keeps at least one organization's entries."""
        return bool(self.manages or self.administers)


def decides_on_partners(held: Membership) -> bool:
    """An administrator of the département, or an officer of the Caf."""
    role = Membership.Role
    at_the_caf = held.organization is not None and held.organization.kind == Organization.Kind.CAF
    return held.role == role.ADMINISTRATOR or (held.role == role.STEERING_OFFICER and at_the_caf)


class AtWork(HttpRequest):
    """A request of a signed-in professional."""

    user: User
    rights: Rights
    memberships: list[Membership]


View = Callable[..., HttpResponse]


def professionals_only(
    allowed: Callable[[Rights], bool] = lambda rights: True,
) -> Callable[[View], View]:
    """Let a view be seen after sign-in, by those whose rights pass `allowed`."""

    def around(view: View) -> View:
        @wraps(view)
        def shown(request: AtWork, *args: Any, **kwargs: Any) -> HttpResponse:
            if not allowed(request.rights):
                raise NotAllowed
            return view(request, *args, **kwargs)

        guarded: View = login_required(shown)
        return guarded

    return around


def administrators(rights: Rights) -> bool:
    """Those who open and close accounts in a département."""
    return bool(rights.administers)


def entry_keepers(rights: Rights) -> bool:
    """Those who keep what an organization publishes."""
    return rights.keeps_entries
