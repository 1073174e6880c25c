"""Mails about complaints. They say that something waits, never what it says."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.complaints.models import Complaint
from maillage.core import outbox, scope
from maillage.organizations.models import Membership, MembershipQuerySet
from maillage.people.models import User

Role = Membership.Role


def keepers(complaint: Complaint) -> list[User]:
    """Who should answer: the organization's managers, or the département's administrators.

    Never the person complained about; without anyone else, or once escalated, the département.
    """
    with scope.system():
        standing = Membership.objects.on(timezone.localdate()).select_related("user")
        if complaint.practitioner is not None:
            standing = standing.exclude(user=complaint.practitioner.user_id)
        managers = standing.filter(
            role=Role.STRUCTURE_MANAGER, organization=complaint.organization_id
        )
        administrators = standing.filter(
            role=Role.ADMINISTRATOR, departement=complaint.departement_id
        )
        if complaint.organization_id is None or complaint.escalated_at is not None:
            return _people(administrators)
        return _people(managers) or _people(administrators)


def _people(memberships: MembershipQuerySet) -> list[User]:
    found = {one.user_id: one.user for one in memberships.order_by("user_id") if one.user.is_active}
    return list(found.values())


def tell_keepers(complaint: Complaint, template: str) -> int:
    """Write to who should answer; return to how many."""
    found = keepers(complaint)
    for user in found:
        facts = {
            "site_name": settings.SITE_NAME,
            "address": f"{settings.SITE_URL}/pro/reclamations/{complaint.pk}/",
            "due_on": complaint.due_on,
        }
        _post(user.email, user.language, template, facts)
    return len(found)


def tell_writer(complaint: Complaint, template: str, code: str = "") -> None:
    """Write to who complained, if they left an address. The code is only known when it is made."""
    if complaint.email:
        facts = {
            "site_name": settings.SITE_NAME,
            "address": f"{settings.SITE_URL}/reclamation/suivi/",
            "code": code,
            "due_on": complaint.due_on,
        }
        _post(complaint.email, complaint.language, template, facts)


def _post(address: str, language: str, template: str, facts: dict[str, object]) -> None:
    with translation.override(language):
        text = render_to_string(template, facts).strip()
    subject, _separator, body = text.partition("\n")
    outbox.post(address, subject, body.strip() + "\n")
