"""R120: write to the keepers of entries that nobody has verified for a while."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.core import outbox, scope
from maillage.core.tokens import fingerprint
from maillage.directory import keeping
from maillage.directory.confirm_links import ConfirmLink
from maillage.directory.errors import LinkHasExpired
from maillage.directory.freshness import HOUSE
from maillage.directory.models import ErrorReport, Service
from maillage.organizations.models import Membership
from maillage.people.models import User

NOT_AGAIN_WITHIN = timedelta(days=30)
LINK_LASTS = timedelta(days=21)
REPORTS_ARE_KEPT = timedelta(days=2 * 365)
OVER = (Service.Status.DEFUNCT, Service.Status.INACTIVE)


def remind_all(now: datetime) -> int:
    """Write one mail to each keeper who has something to verify; return how many were written."""
    with scope.system():
        keepers = Membership.objects.filter(role=Membership.Role.STRUCTURE_MANAGER)
        found = keepers.on(timezone.localdate(now)).order_by("user").values_list("user", flat=True)
        accounts = list(found.distinct())
    return sum(remind(user_id, now) for user_id in accounts)


def remind(user_id: int, now: datetime) -> bool:
    """Write to one keeper unless that was done within a month. The account is locked first."""
    with scope.system(), transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
        lately = ConfirmLink.objects.filter(user=user, created_at__gt=now - NOT_AGAIN_WITHIN)
        due = list(due_services(user_id, timezone.localdate(now)))
        if not user.is_active or not due or lately.exists():
            return False
        with translation.override(user.language):
            body, how = _body(user, due, now), outbox.calmly(now)
            outbox.post(user.email, _subject(len(due)), body, how=how)
    return True


def due_services(user_id: int, today: date) -> Iterator[Service]:
    """The entries that this keeper should look at, the oldest first."""
    mine = Membership.objects.filter(user=user_id, role=Membership.Role.STRUCTURE_MANAGER)
    doubted = Q(verified_on=None) | Q(
        verified_on__lte=today - relativedelta(months=HOUSE.to_verify)
    )
    found = Service.objects.filter(
        doubted, organization__in=mine.on(today).values("organization"), merged_into=None
    ).exclude(status__in=OVER)
    yield from found.order_by("verified_on", "name", "pk")


def _subject(number: int) -> str:
    facts = {"number": number, "site_name": settings.SITE_NAME}
    return render_to_string("directory/reminder_subject.txt", facts).strip()


def _body(user: User, due: list[Service], now: datetime) -> str:
    lines = [
        {"service": one, "address": settings.SITE_URL + f"/confirmer/{_link(user, one, now)}/"}
        for one in due
    ]
    facts = {"lines": lines, "site_name": settings.SITE_NAME, "home": f"{settings.SITE_URL}/pro/"}
    return render_to_string("directory/reminder_message.txt", facts).strip() + "\n"


def _link(user: User, service: Service, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    ConfirmLink.objects.create(
        token_hash=fingerprint(token),
        service=service,
        user=user,
        created_at=now,
        expires_at=now + LINK_LASTS,
    )
    return token


def open_link(token: str) -> ConfirmLink:
    """Find the link that this token opens, or raise `LinkHasExpired`."""
    scope.hold_link(fingerprint(token))
    found = ConfirmLink.objects.filter(token_hash=fingerprint(token)).select_related("service")
    link = found.first()
    if link is None or link.used_at is not None or link.expires_at <= timezone.now():
        raise LinkHasExpired
    return link


@transaction.atomic
def confirm(token: str) -> Service:
    """Use a link: the entry is verified by the keeper it was sent to, if they still are one."""
    link = open_link(token)
    link = ConfirmLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if link.used_at is not None or not _still_keeps(link):
        raise LinkHasExpired
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return keeping.verify(link.service_id, by=link.user_id, acting_as="mailed_link")


def _still_keeps(link: ConfirmLink) -> bool:
    """A visitor without an account reads no membership: the system does, for this link only."""
    with scope.system():
        held = Membership.objects.filter(
            user=link.user_id,
            user__is_active=True,
            role=Membership.Role.STRUCTURE_MANAGER,
            organization__services=link.service_id,
        )
        return held.on(timezone.localdate()).exists()


def forget_links(now: datetime) -> None:
    """Remove links that expired a month ago."""
    with scope.system():
        ConfirmLink.objects.filter(expires_at__lt=now - NOT_AGAIN_WITHIN).delete()


def forget_reports(now: datetime) -> None:
    """Remove what visitors reported more than two years ago."""
    with scope.system():
        ErrorReport.objects.filter(created_at__lt=now - REPORTS_ARE_KEPT).delete()
