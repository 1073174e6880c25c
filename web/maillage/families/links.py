"""Signed links: random, stored as a hash, for one object, revocable, with an end."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from maillage.core import scope
from maillage.core.tokens import fingerprint
from maillage.families.errors import LinkIsDead
from maillage.families.models import Contact, ContactLink

VALID_FOR = timedelta(days=120)


def make(
    contact: Contact,
    opens: ContactLink.Opens,
    object_id: UUID,
    *,
    until: datetime | None = None,
    shared_by: Contact | None = None,
) -> str:
    """Make a link for one object and return its token, which is kept nowhere.

    `shared_by` is the other parent, when what it opens is theirs and both come.
    """
    token = secrets.token_urlsafe(24)
    ContactLink.objects.create(
        token_hash=fingerprint(token),
        contact=contact,
        departement_id=contact.departement_id,
        opens=opens,
        object_id=object_id,
        expires_at=until or timezone.now() + VALID_FOR,
        shared_by=shared_by,
    )
    return token


def follow(token: str, opens: ContactLink.Opens) -> ContactLink:
    """Read a link and become its contact for this transaction. Raises `LinkIsDead`."""
    scope.hold_link(fingerprint(token))
    link = ContactLink.objects.filter(
        token_hash=fingerprint(token),
        opens=opens,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    ).first()
    if link is None:
        raise LinkIsDead
    scope.hold_contact(link.contact_id)
    return link
