"""How long accounts and sessions are kept (the register is in personal_data.py)."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import translation

from maillage.core import audit, outbox, scope
from maillage.people.models import Session, User

UNUSED_FOR = timedelta(days=2 * 365)
WARNED_BEFORE = timedelta(days=30)


def unused_since(moment: datetime) -> "QuerySet[User]":
    """The open accounts that nobody has signed in to since `moment`."""
    used = User.objects.annotate(used_at=Coalesce("last_login", "created_at"))
    return used.filter(used_at__lte=moment, is_active=True).order_by("pk")


def warn(now: datetime) -> int:
    """Write once to those whose account closes in thirty days; return how many."""
    with scope.system():
        soon = unused_since(now - UNUSED_FOR + WARNED_BEFORE).filter(warned_at=None)
        found = list(soon.select_for_update(of=("self",), skip_locked=True))
        for user in found:
            user.warned_at = now
            user.save(update_fields=["warned_at"])
            _write_to(user, now)
    return len(found)


def _write_to(user: User, now: datetime) -> None:
    facts = {
        "site_name": settings.SITE_NAME,
        "address": f"{settings.SITE_URL}/connexion/",
        "day": (now + WARNED_BEFORE).date(),
    }
    with translation.override(user.language):
        subject = render_to_string("people/closing_subject.txt", facts).strip()
        body = render_to_string("people/closing_message.txt", facts).strip() + "\n"
    outbox.post(user.email, subject, body, how=outbox.calmly(now))


def close(now: datetime) -> int:
    """Close and empty the accounts unused for two years and warned a month ago; return how many."""
    with scope.system():
        warned = Q(warned_at__lte=now - WARNED_BEFORE)
        over = unused_since(now - UNUSED_FOR).filter(warned)
        found = list(over.select_for_update(of=("self",), skip_locked=True))
        for user in found:
            _empty(user, now)
    return len(found)


def _empty(user: User, now: datetime) -> None:
    """The row stays, so that the trail keeps pointing at one account; nothing in it says who."""
    user.email, user.name = f"compte-{user.pk}@ferme.invalid", ""
    user.is_active, user.closed_at = False, now
    user.save(update_fields=["email", "name", "is_active", "closed_at"])
    Session.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    audit.record(None, "people.closed_unused", user)


def forget_sessions(now: datetime) -> int:
    """Remove sessions that are over; return how many."""
    with scope.system():
        return Session.objects.filter(expire_date__lt=now).delete()[0]
