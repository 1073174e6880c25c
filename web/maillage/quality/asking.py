"""Ask a family once what it thought: the day after its support ended, or three weeks after."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.core.models import MessageKind
from maillage.core.tokens import fingerprint
from maillage.families.telling import tell, wants
from maillage.quality.models import FeedbackRequest
from maillage.support.models import Episode

AFTER_CLOSING = timedelta(days=1)
AFTER_THE_LAST = timedelta(days=21)
TOO_LATE = timedelta(days=90)
NOT_AGAIN_WITHIN = timedelta(days=365)
ANSWERED_WITHIN = timedelta(days=60)


def ask_all(now: datetime) -> int:
    """Ask every family whose support is over; return how many were asked. Twice asks once."""
    with scope.system():
        return sum(_ask(last, now) for last in _latest(_over(now)))


def _over(now: datetime) -> QuerySet[Appointment]:
    """The sessions of families that have no other to come and were not asked within the year."""
    same = Q(household=OuterRef("household"), service=OuterRef("service"))
    to_come = Appointment.objects.filter(same, state__in=["pending", "confirmed"], ends_at__gt=now)
    later = Appointment.objects.filter(
        same, state=Appointment.State.ATTENDED, starts_at__gt=OuterRef("starts_at")
    )
    asked = FeedbackRequest.objects.filter(same, asked_at__gt=now - NOT_AGAIN_WITHIN)
    closed = Episode.objects.filter(
        same, state=Episode.State.CLOSED, closed_at__lte=now - AFTER_CLOSING
    )
    return Appointment.objects.filter(
        ~Exists(to_come),
        ~Exists(later),
        ~Exists(asked),
        Exists(closed) | Q(ends_at__lte=now - AFTER_THE_LAST),
        state=Appointment.State.ATTENDED,
        ends_at__gt=now - TOO_LATE,
    )


def _latest(found: QuerySet[Appointment]) -> Iterator[Appointment]:
    locked = found.select_for_update(of=("self",), skip_locked=True)
    yield from locked.select_related("contact", "service").order_by("pk")


def _ask(last: Appointment, now: datetime) -> bool:
    contact = last.contact
    if not wants(contact, MessageKind.FEEDBACK):
        return False
    token = secrets.token_urlsafe(24)
    FeedbackRequest.objects.create(
        token_hash=fingerprint(token),
        departement_id=last.departement_id,
        organization_id=last.organization_id,
        service_id=last.service_id,
        household_id=last.household_id,
        contact=contact,
        appointment=last,
        asked_at=now,
        expires_at=now + ANSWERED_WITHIN,
    )
    facts = {
        "link": settings.SITE_URL + reverse("quality:feedback", args=[token]),
        "title": last.service.name,
        "site_name": settings.SITE_NAME,
    }
    return tell(contact, "quality/mail/asked.txt", facts, kind=MessageKind.FEEDBACK, now=now)
