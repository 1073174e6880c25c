"""Links by which a service answers without an account: one referral, some weeks, stored hashed."""

import secrets
from datetime import datetime

from django.utils import timezone

from maillage.core import scope
from maillage.core.tokens import fingerprint
from maillage.referrals.errors import AnswerLinkIsDead
from maillage.referrals.models import Candidate, ReceiverLink
from maillage.referrals.vocabulary import LINK_LASTS


def make(candidate: Candidate, now: datetime) -> str:
    """Make one more link for a service and return its token, which is kept nowhere.

    Called in the system's scope: nobody reads or writes these rows, not even who sends them.
    """
    token = secrets.token_urlsafe(32)
    ReceiverLink.objects.create(
        token_hash=fingerprint(token),
        candidate=candidate,
        organization_id=candidate.organization_id,
        created_at=now,
        expires_at=now + LINK_LASTS,
    )
    return token


def follow(token: str) -> Candidate:
    """Become the service that this link was sent to, for this transaction; change nothing.

    Raises `AnswerLinkIsDead`.
    """
    scope.hold_link(fingerprint(token))
    link = ReceiverLink.objects.filter(
        token_hash=fingerprint(token), expires_at__gt=timezone.now()
    ).first()
    found = None
    if link is not None:
        seen = Candidate.objects.select_related("service__organization")
        found = seen.filter(pk=link.candidate_id).first()
    if found is None:
        raise AnswerLinkIsDead
    return found


def forget(now: datetime) -> int:
    """Remove the links that expired; return how many."""
    with scope.system():
        return ReceiverLink.objects.filter(expires_at__lt=now).delete()[0]
