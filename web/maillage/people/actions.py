"""What happens to accounts. Each action is one transaction and leaves one audit entry."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.core import audit
from maillage.people.models import Session, User


@transaction.atomic
def describe_oneself(user: User, *, name: str, language: str) -> User:
    """Change the name that colleagues see and the language of pages and messages."""
    mine = User.objects.select_for_update().get(pk=user.pk)
    mine.name, mine.language = name, language
    mine.save(update_fields=["name", "language"])
    audit.record(user.pk, "people.described_oneself", mine)
    return mine


@transaction.atomic
def sign_out_everywhere(user: User, *, keep: str) -> int:
    """Close every session of the account but the one called `keep`; return how many."""
    closed, _rows = Session.objects.filter(user=user).exclude(session_key=keep).delete()
    audit.record(user.pk, "people.signed_out_everywhere", user)
    return closed


def own_data(user: User) -> dict[str, Any]:
    """Everything kept about the account itself, for its owner to take away."""
    now = timezone.now()
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "created_at": user.created_at,
        "last_signed_in_at": user.last_login,
        "sessions": [
            {"started_at": started, "ends_at": ends}
            for started, ends in Session.objects.filter(user=user, expire_date__gt=now)
            .order_by("started_at")
            .values_list("started_at", "expire_date")
        ],
    }
