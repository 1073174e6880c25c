"""Invite a parent to book: one code, good for one appointment, that ends and can be taken back.

The code travels in the link of a mail or an SMS, or is typed from a letter. It opens a booking
whose name and address are filled in, and nothing else.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from maillage.agenda.models import Appointment
from maillage.core import audit, scope, tokens
from maillage.core.tokens import fingerprint
from maillage.directory.models import Service
from maillage.families.errors import LinkIsDead
from maillage.portal.models import Invitation
from maillage.practitioners.models import Practitioner

LASTS = timedelta(days=60)
COOKIE = "invitation"
CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is invited to what, and how they are told."""

    service: Service
    practitioner: Practitioner | None
    means: str
    name: str
    reach: str = ""
    language: str = "fr"


@transaction.atomic
def invite(asked: Asked, *, by: int) -> tuple[Invitation, str]:
    """Note an invitation and return its code, which is kept nowhere."""
    code = tokens.code(CODE_LENGTH)
    made = Invitation.objects.create(
        departement_id=asked.service.departement_id,
        organization_id=asked.service.organization_id,
        service=asked.service,
        practitioner=asked.practitioner,
        means=asked.means,
        name=asked.name,
        email=asked.reach if asked.means == Invitation.Means.EMAIL else "",
        phone=asked.reach if asked.means == Invitation.Means.SMS else "",
        language=asked.language,
        code_hash=fingerprint(code),
        sent_by_id=by,
        expires_at=timezone.now() + LASTS,
    )
    audit.record(by, "portal.invited", made, departement=made.departement_id)
    return made, code


@transaction.atomic
def revoke(invitation: Invitation, *, by: int) -> None:
    """Take an invitation back; twice is harmless."""
    found = Invitation.objects.filter(pk=invitation.pk, revoked_at=None, appointment=None)
    if found.update(revoked_at=timezone.now()):
        audit.record(
            by, "portal.invitation_revoked", invitation, departement=invitation.departement_id
        )


def follow(code: str) -> Invitation:
    """Find what a code opens. Raises `LinkIsDead`: unknown, used, taken back or too old."""
    plain = tokens.typed_code(code)
    scope.hold_link(fingerprint(plain))
    found = Invitation.objects.open(timezone.now()).filter(code_hash=fingerprint(plain))
    invitation = found.select_related("service", "practitioner").first()
    if invitation is None:
        raise LinkIsDead
    return invitation


def shown(code: str) -> str:
    """A code as a letter prints it."""
    return tokens.in_groups(code, CODE_LENGTH // 2, " ")


def held(request: HttpRequest, service_id: UUID) -> Invitation | None:
    """The invitation that this browser came with, if it is for this service."""
    code = request.COOKIES.get(COOKIE, "")
    if not code:
        return None
    try:
        found = follow(code)
    except LinkIsDead:
        return None
    return found if found.service_id == service_id else None


def keep(answer: HttpResponse, code: str, options: dict[str, Any]) -> HttpResponse:
    """Remember the invitation while its parent chooses a time."""
    answer.set_cookie(COOKIE, code, max_age=3600, **options)
    return answer


def answered(request: HttpRequest, answer: HttpResponse, taken: Appointment) -> HttpResponse:
    """Note that an invitation was answered: it opens nothing any more."""
    found = held(request, taken.service_id)
    if found is not None:
        Invitation.objects.filter(pk=found.pk, appointment=None).update(appointment=taken)
        answer.delete_cookie(COOKIE, path="/", samesite="Lax")
    return answer
