"""Who works where. Each action is one transaction and leaves one audit entry."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.core import audit, outbox, scope
from maillage.organizations.errors import AlreadyMember, LastAdministrator, MembershipHasEnded
from maillage.organizations.models import Membership, Organization
from maillage.people.models import User
from maillage.territory.models import Departement


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to invite, to do what, where."""

    email: str
    name: str
    role: str
    organization_id: UUID | None
    departement_id: str


@transaction.atomic
def invite(invitation: Invitation, *, by: int) -> Membership:
    """Open an account if the address has none, give it the role, and write to the person.

    Raises `AlreadyMember`. Two invitations at once make one account and one membership: both are
    unique in the database.
    """
    user = _account_for(invitation.email.strip().lower(), invitation.name)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user_id=user.pk,
                role=invitation.role,
                organization_id=invitation.organization_id,
                departement_id=invitation.departement_id,
                starts_on=timezone.localdate(),
            )
    except IntegrityError as error:
        if "one_open_membership" not in str(error):
            raise
        raise AlreadyMember(email=user.email) from error
    _trace(by, "organizations.invited", membership)
    _write_to(user, membership)
    return membership


def _trace(by: int, verb: str, membership: Membership) -> None:
    role = Membership.Role.ADMINISTRATOR.value
    audit.record(by, verb, membership, departement=membership.departement_id, acting_as=role)


def _account_for(email: str, name: str) -> User:
    """Find or open the account; it may belong to another département, so all are looked at."""
    with scope.system():
        try:
            with transaction.atomic():
                return User.objects.create_user(email, name)
        except IntegrityError:
            return User.objects.get(email__iexact=email)


def _write_to(user: User, membership: Membership) -> None:
    facts = {
        "site_name": settings.SITE_NAME,
        "address": f"{settings.SITE_URL}/connexion/",
        "role": membership.get_role_display(),
        "place": _place(membership),
        "email": user.email,
    }
    with translation.override(user.language):
        facts["role"] = membership.get_role_display()
        subject = render_to_string("organizations/invitation_subject.txt", facts).strip()
        body = render_to_string("organizations/invitation_message.txt", facts).strip() + "\n"
    outbox.post(user.email, subject, body)


def _place(membership: Membership) -> str:
    if membership.organization_id is None:
        return str(Departement.objects.get(pk=membership.departement_id))
    return str(Organization.objects.get(pk=membership.organization_id))


@transaction.atomic
def end_membership(membership: Membership, *, by: int) -> Membership:
    """Close a membership from this moment on; the row stays, so that the past remains true.

    Raises `MembershipHasEnded` or `LastAdministrator`. The département's administrators are locked
    first, so that two of them cannot end each other at once.
    """
    today = timezone.localdate()
    place = membership.departement_id
    administrators = list(
        Membership.objects.select_for_update(of=("self",))
        .filter(role=Membership.Role.ADMINISTRATOR, departement=place)
        .on(today)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if membership.revoked_at is not None or (membership.ends_on and membership.ends_on < today):
        raise MembershipHasEnded
    if administrators == [membership.pk]:
        raise LastAdministrator
    membership.ends_on, membership.revoked_at = max(today, membership.starts_on), timezone.now()
    membership.save(update_fields=["ends_on", "revoked_at"])
    _trace(by, "organizations.ended_membership", membership)
    return membership
