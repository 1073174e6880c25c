"""What other rooms ask of referrals: what waits, what a family follows, how it ends."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from maillage.core import scope
from maillage.referrals.models import Candidate, CandidateQuerySet, Referral, ReferralQuerySet
from maillage.referrals.vocabulary import OPEN, WHOLE_LOOP, Outcome, Standing, State


def to_answer(organization_ids: Collection[UUID]) -> CandidateQuerySet:
    """Requests that wait for the yes or no of these organizations, the oldest first."""
    asked = Candidate.objects.filter(
        organization__in=organization_ids,
        state=Standing.ASKED,
        consent__revoked_at=None,
        referral__state=State.PROPOSED,
    )
    return asked.select_related("referral__commune", "service").order_by("asked_at", "pk")


def taken(organization_ids: Collection[UUID]) -> CandidateQuerySet:
    """Families that these organizations took and whose loop is still open, the oldest first."""
    held = Candidate.objects.filter(
        organization__in=organization_ids,
        state=Standing.ACCEPTED,
        consent__revoked_at=None,
        referral__state__in=[State.ACCEPTED, State.CONTACTED],
    )
    return held.select_related("referral__commune", "service").order_by("answered_at", "pk")


def sent(organization_ids: Collection[UUID]) -> ReferralQuerySet:
    """What these organizations sent, open first, then the latest."""
    found = Referral.objects.filter(organization__in=organization_ids)
    return found.select_related("family__contact", "created_by").order_by("-created_at", "pk")


def of_household(household_id: UUID) -> ReferralQuerySet:
    """What this family follows, the latest first; each parent sees their own only."""
    found = Referral.objects.filter(family__household=household_id)
    return found.exclude(state=State.DRAFT).order_by("-created_at", "pk")


def open_in(departement_ids: Collection[str]) -> ReferralQuerySet:
    """What was escalated in these départements and still waits."""
    return (
        Referral.objects.late(timezone.now())
        .filter(departement__in=departement_ids)
        .select_related("organization", "commune__epci")
        .order_by("escalated_at", "pk")
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """How referrals proposed in a period ended. Counts of people: publish them by fives."""

    proposed: int
    accepted: int
    contacted: int
    contacted_in_time: int
    met: int
    said: int  # outcomes that someone gave
    withdrawn: int
    waiting: int

    @property
    def completed(self) -> float | None:
        """The share whose first contact was made; None without any referral."""
        return self.contacted / self.proposed if self.proposed else None


def completion(
    departement: str, first: date, last: date, *, organizations: Collection[UUID] | None = None
) -> Completion:
    """Count the referrals proposed between two days, both included; with who sent them, or all.

    Read in the system's scope: numbers come back, never rows.
    """
    with scope.system():
        found = Referral.objects.filter(
            departement=departement,
            proposed_at__date__gte=first,
            proposed_at__date__lte=last,
        )
        if organizations is not None:
            found = found.filter(organization__in=organizations)
        rows = list(
            found.order_by("pk").values_list(
                "state", "proposed_at", "accepted_at", "first_contact_on", "outcome"
            )
        )
    return Completion(
        proposed=len(rows),
        accepted=sum(row[2] is not None for row in rows),
        contacted=sum(row[3] is not None for row in rows),
        contacted_in_time=sum(_in_time(row[1], row[3]) for row in rows),
        met=sum(row[4] in {Outcome.YES, Outcome.PARTLY} for row in rows),
        said=sum(row[4] not in {"", Outcome.UNKNOWN} for row in rows),
        withdrawn=sum(row[0] == State.WITHDRAWN for row in rows),
        waiting=sum(row[0] in OPEN for row in rows),
    )


def _in_time(proposed_at: datetime | None, contact: date | None) -> bool:
    if proposed_at is None or contact is None:
        return False
    return contact <= timezone.localdate(proposed_at) + WHOLE_LOOP


def may_not_wait(now: datetime) -> Q:
    """Referrals whose loop should be closed by now."""
    return Q(state__in=[State.PROPOSED, State.DECLINED, State.ACCEPTED]) & Q(
        proposed_at__lt=now - WHOLE_LOOP
    )
