"""Which messages a reader wants: chosen on a page, by one click in a mail program, or by STOP."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import Declined, MessageKind, StopLink
from maillage.core.tokens import fingerprint

VALID_FOR = timedelta(days=120)
# What one click or the word STOP ends; what confirms one's own act ends only when asked.
BY_ONE_WORD = (MessageKind.REMINDER, MessageKind.OFFER, MessageKind.REFERRAL, MessageKind.FEEDBACK)


def declined_by(reader: UUID) -> set[MessageKind]:
    """Return what this reader no longer wants."""
    found = Declined.objects.filter(reader=reader).values_list("kind", flat=True)
    return {MessageKind(kind) for kind in found}


@transaction.atomic
def decline(reader: UUID, departement: str, kinds: Iterable[MessageKind]) -> None:
    """Want these no more; what was declined before stays so. Twice is harmless."""
    Declined.objects.bulk_create(
        [Declined(reader=reader, departement=departement, kind=kind) for kind in kinds],
        ignore_conflicts=True,
    )


@transaction.atomic
def choose(reader: UUID, departement: str, wanted: Iterable[MessageKind]) -> None:
    """Want exactly these."""
    kept = set(wanted)
    Declined.objects.filter(reader=reader, kind__in=kept).delete()
    decline(reader, departement, [kind for kind in MessageKind if kind not in kept])


def stop_address(reader: UUID, departement: str) -> str:
    """Make a link to this reader's choices and return its whole address."""
    token = secrets.token_urlsafe(18)
    StopLink.objects.create(
        token_hash=fingerprint(token),
        reader=reader,
        departement=departement,
        expires_at=timezone.now() + VALID_FOR,
    )
    return settings.SITE_URL + reverse("core:stop", args=[token])


def followed(token: str) -> StopLink | None:
    """Read a link and become its reader for this transaction; None when it is over."""
    scope.hold_link(fingerprint(token))
    found = StopLink.objects.filter(token_hash=fingerprint(token), expires_at__gt=timezone.now())
    link = found.first()
    if link is not None:
        scope.hold_contact(link.reader)
    return link
