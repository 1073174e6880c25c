"""R22: an accreditation or a charter that ends unpublishes a partner; its managers know before."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.core import outbox, scope
from maillage.organizations.models import Membership
from maillage.organizations.partnership import Accreditation, CharterSignature
from maillage.people.models import User

SOON = timedelta(days=60)


def warn(now: datetime) -> int:
    """Write once to the managers of each partner whose trust ends soon; return how many ends.

    Rows are locked, and those that another run holds are left to it. What was renewed is not
    announced: only the last accreditation and the last charter of a partner are looked at.
    """
    today = timezone.localdate(now)
    span = (today, today + SOON)
    with scope.system():
        given = Accreditation.objects.standing().filter(valid_until__range=span, warned_at=None)
        signed = CharterSignature.objects.filter(valid_until__range=span, warned_at=None)
        found: list[Accreditation | CharterSignature] = [
            *given.select_for_update(of=("self",), skip_locked=True),
            *signed.select_for_update(of=("self",), skip_locked=True),
        ]
        for one in found:
            one.warned_at = now
            one.save(update_fields=["warned_at"])
            if not _renewed(one) and one.valid_until is not None:
                for user in _managers(one.organization_id, today):
                    _write_to(user, one.organization.name, one.valid_until)
    return len(found)


def _renewed(one: Accreditation | CharterSignature) -> bool:
    later = {"organization": one.organization_id, "valid_until__gt": one.valid_until}
    if isinstance(one, Accreditation):
        return Accreditation.objects.standing().filter(**later).exists()
    return CharterSignature.objects.filter(**later).exists()


def _managers(organization_id: UUID, today: date) -> list[User]:
    held = Membership.objects.on(today).filter(
        organization=organization_id, role=Membership.Role.STRUCTURE_MANAGER
    )
    return [one.user for one in held.select_related("user").order_by("user_id")]


def tell_decision(decided: Accreditation) -> None:
    """Write the decision and its reason to the managers of the partner."""
    facts = {"decided": decided, "partner": decided.organization.name}
    for user in _managers(decided.organization_id, timezone.localdate()):
        _post(user, "organizations/decision_message.txt", facts)


def _write_to(user: User, partner: str, ends_on: date) -> None:
    facts = {"partner": partner, "day": ends_on}
    _post(user, "organizations/trust_ending_message.txt", facts)


def _post(user: User, template: str, facts: dict[str, object]) -> None:
    place = {"site_name": settings.SITE_NAME, "address": f"{settings.SITE_URL}/pro/agrement/"}
    with translation.override(user.language):
        text = render_to_string(template, facts | place).strip()
    subject, _separator, body = text.partition("\n")
    outbox.post(user.email, subject, body.strip() + "\n")
