"""R10, R25: papers that end soon. Booking closes by itself that day; people are told before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from maillage.core import outbox, scope
from maillage.organizations.models import Membership
from maillage.people.models import User
from maillage.practitioners.models import Credential, Employment, Practitioner

SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Gap:
    """A mandatory paper that was never seen (no date), is over, or ends soon."""

    kind: str
    ends_on: date | None
    is_over: bool

    @property
    def name(self) -> str:
        """The kind of paper, in plain words."""
        return str(Credential.Kind(self.kind).label)


def gaps(people: Collection[Practitioner], today: date) -> dict[UUID, list[Gap]]:
    """What is missing, over or soon over, for each person; the most urgent first."""
    papers = Credential.objects.filter(practitioner__in=people).counting()
    counted = {(one.practitioner_id, one.kind): one for one in papers}
    found: dict[UUID, list[Gap]] = {}
    for person in people:
        gone = [_gap(kind, counted.get((person.pk, kind)), today) for kind in Credential.MANDATORY]
        kept = [gap for gap in gone if gap is not None]
        found[person.pk] = sorted(kept, key=lambda gap: gap.ends_on or date.min)
    return found


def _gap(kind: str, paper: Credential | None, today: date) -> Gap | None:
    if paper is None:
        return Gap(kind, None, is_over=True)
    if paper.valid_until is None or paper.valid_until > today + SOON:
        return None
    return Gap(kind, paper.valid_until, is_over=paper.valid_until < today)


def warn(now: datetime) -> int:
    """Write to the person and to their managers about each paper that ends soon, once a paper.

    The papers are locked, and those that another run holds are left to it; the mails are written
    in the same transaction.
    """
    today = timezone.localdate(now)
    with scope.system():
        counting = Credential.objects.filter(practitioner__stopped_on=None).counting()
        ending = (
            Credential.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(
                pk__in=[one.pk for one in counting],
                valid_until__range=(today, today + SOON),
                warned_at=None,
            )
            .select_related("practitioner__user")
        )
        found = list(ending.order_by("valid_until", "pk"))
        for paper in found:
            for user in _told(paper.practitioner, today):
                _write(user, paper, now)
        Credential.objects.filter(pk__in=[one.pk for one in found]).update(warned_at=now)
    return len(found)


def _told(person: Practitioner, today: date) -> list[User]:
    """The person, and the managers of each employer."""
    jobs = Employment.objects.filter(practitioner=person).on(today)
    managers = Membership.objects.filter(
        role=Membership.Role.STRUCTURE_MANAGER, organization__in=jobs.values("organization")
    ).on(today)
    users = {one.user_id: one.user for one in managers.select_related("user").order_by("pk")}
    if person.user is not None:
        users[person.user.pk] = person.user
    return [user for user in users.values() if user.is_active]


def _write(user: User, paper: Credential, now: datetime) -> None:
    with translation.override(user.language):
        facts = {
            "person": paper.practitioner.name,
            "paper": paper.get_kind_display(),
            "day": paper.valid_until,
            "address": f"{settings.SITE_URL}/pro/",
            "site_name": settings.SITE_NAME,
        }
        text = render_to_string("practitioners/lapsing_message.txt", facts).strip()
    subject, _sep, body = text.partition("\n")
    outbox.post(user.email, subject, body.strip() + "\n", how=outbox.calmly(now))
