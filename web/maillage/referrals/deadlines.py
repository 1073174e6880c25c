"""What time does to referrals: reminders, escalation, expiry. Run by a job, safe to run twice.

Each referral is its own transaction, under its lock, and looked at again there: a service that
answers meanwhile is not reminded.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from maillage.core import scope
from maillage.families.models import Consent
from maillage.referrals import actions, queries, receiver_links, telling
from maillage.referrals.locks import lock_referral
from maillage.referrals.models import Candidate, Referral, ReferredFamily
from maillage.referrals.vocabulary import (
    CONSENT_LASTS,
    DRAFT_LASTS,
    LIVE,
    OUTCOME_LASTS,
    OVER,
    PROPOSAL_LASTS,
    REMINDED_AFTER,
    WHOLE_LOOP,
    Standing,
    State,
)

WORDS_KEPT = timedelta(days=180)
Step = Callable[[Referral, datetime], None]


def run(now: datetime) -> dict[str, int]:
    """Do what is due; return how often each thing was done."""
    steps: list[tuple[str, Q, Step]] = [
        ("withdrawn", _taken_back(), _withdraw),
        ("expired", _too_old(now), actions.expire),
        ("overdue", queries.may_not_wait(now) & Q(overdue_told_at=None), actions.tell_overdue),
        ("escalated", _unanswered(now), actions.escalate),
        ("outcome_asked", _without_outcome(now), actions.ask_outcome),
        ("let_go", _never_said(now), actions.let_go),
    ]
    done = {name: sum(_each(condition, step, now)) for name, condition, step in steps}
    return {"reminded": remind(now), **done}


def remind(now: datetime) -> int:
    """Write once more to services that neither answer nor call."""
    due = Q(reminded_at=None, consent__revoked_at=None)
    silent = due & Q(
        state=Standing.ASKED, asked_at__lt=now - REMINDED_AFTER, referral__state=State.PROPOSED
    )
    idle = due & Q(
        state=Standing.ACCEPTED,
        answered_at__lt=now - REMINDED_AFTER,
        referral__state=State.ACCEPTED,
    )
    count = 0
    for condition, sentence in (
        (silent, telling.REMINDED_TO_ANSWER),
        (idle, telling.REMINDED_TO_CALL),
    ):
        for key, referral in _keys(Candidate.objects.filter(condition), "referral"):
            with scope.system():
                lock_referral(referral)
                found = Candidate.objects.select_related("service__organization")
                one = found.filter(condition, pk=key).first()
                if one is not None:
                    actions.remind(one, sentence, now)
                    count += 1
    return count


def forget(now: datetime) -> int:
    """Erase the words of what ended six months ago, and close what services could read."""
    receiver_links.forget(now)
    with scope.system():
        ended = Q(closed_at__lt=now - WORDS_KEPT) | Q(withdrawn_at__lt=now - WORDS_KEPT)
        ended |= Q(expired_at__lt=now - WORDS_KEPT)
        over = Referral.objects.filter(ended, state__in=OVER)
        Candidate.objects.filter(referral__in=over, state__in=LIVE).update(
            state=Standing.CLOSED, closed_at=now
        )
        Candidate.objects.filter(referral__in=over).exclude(reason="other").update(words="")
        over.update(availability="")
        said = ReferredFamily.objects.filter(referral__in=over)
        return said.exclude(why="", outcome_words="").update(why="", outcome_words="")


def _each(condition: Q, step: Step, now: datetime) -> Iterator[bool]:
    """Take each referral under its lock, look again, and do it."""
    for key, _key in _keys(Referral.objects.filter(condition), "pk"):
        with scope.system():
            lock_referral(key)
            found = Referral.objects.filter(condition, pk=key).distinct().first()
            if found is not None:
                step(found, now)
            yield found is not None


def _keys(found: "QuerySet[Referral] | QuerySet[Candidate]", other: str) -> list[tuple[UUID, UUID]]:
    with scope.system():
        return list(found.order_by("pk").distinct().values_list("pk", other))


def _withdraw(referral: Referral, now: datetime) -> None:
    actions.withdraw(referral, now=now)


def _taken_back() -> Q:
    """A consent taken back elsewhere (the family's own page) ends what rested on it."""
    back = Consent.objects.filter(revoked_at__isnull=False).values("pk")
    resting = Candidate.objects.filter(state__in=LIVE, consent__in=back)
    return Q(pk__in=resting.values("referral")) & ~Q(state__in=OVER)


def _too_old(now: datetime) -> Q:
    waiting = Q(state__in=[State.PROPOSED, State.DECLINED, State.ACCEPTED])
    return (
        Q(state=State.DRAFT, created_at__lt=now - DRAFT_LASTS)
        | Q(state=State.CONSENT_ASKED, consent_asked_at__lt=now - CONSENT_LASTS)
        | (waiting & Q(proposed_at__lt=now - PROPOSAL_LASTS))
    )


def _unanswered(now: datetime) -> Q:
    since = now - timedelta(days=settings.REFERRAL_ANSWER_DAYS)
    waiting = Q(state=State.PROPOSED, proposed_at__lt=since)
    waiting |= Q(state=State.DECLINED, declined_at__lt=since)
    waiting |= Q(state=State.ACCEPTED, accepted_at__lt=since)
    return waiting & Q(escalated_at=None)


def _without_outcome(now: datetime) -> Q:
    return Q(state=State.CONTACTED, outcome_asked_at=None, proposed_at__lt=now - WHOLE_LOOP)


def _never_said(now: datetime) -> Q:
    return Q(state=State.CONTACTED, outcome_asked_at__lt=now - OUTCOME_LASTS)
