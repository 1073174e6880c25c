"""Everything that one practitioner needs today, in a dozen queries whatever the day holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from maillage.agenda import feeds
from maillage.agenda.models import Appointment, Claim, WaitingEntry
from maillage.directory.openings import time_zone
from maillage.notes.models import AccessRequest, Note
from maillage.notes.reading import waiting
from maillage.practitioners.lapsing import Gap, gaps
from maillage.practitioners.models import Practitioner
from maillage.referrals import queries as referrals
from maillage.support.models import Goals
from maillage.workday.forms import Closing
from maillage.workday.models import CallBack

State = Appointment.State
AHEAD = timedelta(days=8)
STILL_OPEN = (State.PENDING, State.CONFIRMED)
GIVEN_BACK = (State.CANCELLED, State.MOVED, State.EXCUSED)
TO_CLOSE_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Trip:
    """The road to a session, from the one before."""

    minutes: int
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment as the day shows it."""

    appointment: Appointment
    session: Any
    trip: Trip | None
    word: bool | None  # a family's word: still unread, read, or none
    hopes: list[str]
    is_over: bool


@dataclass(frozen=True, slots=True)
class Freed:
    """A time that was given back this week, and how many families wait for this service."""

    appointment: Appointment
    waiting: int
    is_held: bool  # offered to a family, which has not answered yet


@dataclass(frozen=True, slots=True)
class Day:
    """One practitioner's day."""

    practitioner: Practitioner
    today: date
    lines: list[Line]
    to_close: list[Closing]
    next_days: list[tuple[date, list[Appointment]]]
    freed: list[Freed]
    referrals: list[Any]
    papers: list[Gap]
    sync: feeds.Health
    requests: int
    calls: list[CallBack] = field(default_factory=list)
    waiting: int = 0
    wrong: UUID | None = None
    more_to_close: int = field(default=0)


def of(
    me: Practitioner,
    works_in: Collection[UUID],
    now: datetime,
    *,
    wrong: Closing | None = None,
) -> Day:
    """Read the day. `wrong` is a session that was just closed with something to correct."""
    user = me.user_id or 0
    mine = _appointments(me, now)
    zone = time_zone(mine[0].departement_id if mine else "")
    today = now.astimezone(zone).date()
    claims = _claims(me, now)
    words = waiting([one.pk for one in mine if one.ends_at > now - timedelta(days=1)], user)
    over = [one for one in mine if one.state in STILL_OPEN and one.ends_at <= now]
    standing = [one for one in mine if one.state not in GIVEN_BACK]
    of_today = [one for one in standing if _day(one) == today]
    hopes = _hopes(of_today)
    noted = set(
        Note.objects.private().filter(reader=user, appointment__in=over).values_list(
            "appointment_id", flat=True
        )
    )  # fmt: skip
    waits = _waits({one.service_id for one in mine} | _services(me))
    coming = [one for one in standing if one.starts_at > now and _day(one) > today]
    latest = sorted(over, key=lambda one: one.starts_at, reverse=True)
    feed = feeds.of_practitioner(me)
    return Day(
        practitioner=me,
        today=today,
        lines=[_line(one, claims, words, hopes, now) for one in of_today],
        to_close=[_closing(one, noted, wrong) for one in latest[:TO_CLOSE_SHOWN]],
        more_to_close=max(0, len(latest) - TO_CLOSE_SHOWN),
        next_days=[(day, list(each)) for day, each in groupby(coming, key=_day)],
        freed=_freed(mine, claims, waits, now),
        referrals=list(referrals.to_answer(works_in)),
        papers=gaps([me], today)[me.pk],
        sync=feeds.health(feed, now),
        requests=AccessRequest.objects.filter(
            asked_of=user, state=AccessRequest.State.ASKED
        ).count(),
        calls=list(CallBack.objects.of(works_in).due(today).select_related("contact")),
        waiting=sum(waits.values()),
        wrong=None if wrong is None else wrong.appointment.pk,
    )


def _appointments(me: Practitioner, now: datetime) -> list[Appointment]:
    """What is today, what comes in a week, and whatever is over and waits for a word."""
    soon = Q(starts_at__gte=now - timedelta(days=1), starts_at__lt=now + AHEAD)
    unsaid = Q(state__in=STILL_OPEN, ends_at__lte=now)
    found = Appointment.objects.filter(soon | unsaid, practitioners=me).select_related(
        "contact", "service", "fee", "session__enrolment", "service_at_location__location__commune"
    )
    return list(found.order_by("starts_at", "pk"))


def _claims(me: Practitioner, now: datetime) -> list[Claim]:
    """What takes my time this week, trips and offers included."""
    span = (now - timedelta(days=1), now + AHEAD)
    found = Claim.objects.filter(practitioner=me, live=True, period__overlap=span)
    return list(found.order_by("period", "pk"))


def _line(
    one: Appointment,
    claims: Sequence[Claim],
    words: dict[UUID, bool],
    hopes: dict[UUID, list[str]],
    now: datetime,
) -> Line:
    session = getattr(one, "session", None)
    return Line(
        appointment=one,
        session=session,
        trip=_trip_to(one, claims),
        word=words.get(one.pk),
        hopes=hopes.get(session.episode_id, []) if session is not None else [],
        is_over=one.ends_at <= now,
    )


def _trip_to(one: Appointment, claims: Sequence[Claim]) -> Trip | None:
    """The trip that is laid just before this session, if the one before is elsewhere."""
    for claim in claims:
        if claim.kind == Claim.Kind.TRAVEL and claim.period.upper == one.starts_at:
            length = claim.period.upper - claim.period.lower
            leaves = claim.period.lower.astimezone(time_zone(one.departement_id))
            return Trip(int(length.total_seconds() // 60), leaves.replace(tzinfo=None))
    return None


def _hopes(appointments: Sequence[Appointment]) -> dict[UUID, list[str]]:
    """What parents hope for, by episode; the database shows it to who follows them only."""
    episodes = {one.session.episode_id for one in appointments if hasattr(one, "session")}
    said: dict[UUID, list[str]] = {}
    for episode, words in (
        Goals.objects.filter(episode__in=episodes)
        .exclude(words="")
        .order_by("written_at", "pk")
        .values_list("episode_id", "words")
    ):
        said.setdefault(episode, []).append(words)
    return said


def _freed(
    mine: Sequence[Appointment],
    claims: Sequence[Claim],
    waits: dict[UUID, int],
    now: datetime,
) -> list[Freed]:
    """Times given back, to come, that nothing but an offer has taken since."""
    found: list[Freed] = []
    for one in mine:
        if one.state not in GIVEN_BACK or one.starts_at <= now:
            continue
        met = {
            claim.kind
            for claim in claims
            if claim.period.lower < one.ends_at and one.starts_at < claim.period.upper
        }
        if met <= {Claim.Kind.HOLD}:
            found.append(Freed(one, waits.get(one.service_id, 0), Claim.Kind.HOLD in met))
    return found


def _waits(services: Collection[UUID]) -> dict[UUID, int]:
    """How many families wait for each service."""
    entries = WaitingEntry.objects.filter(service__in=services, state="waiting")
    counted = entries.values_list("service").annotate(number=Count("pk")).order_by("service")
    return dict(counted)


def _services(me: Practitioner) -> set[UUID]:
    return set(me.availabilities.values_list("service_id", flat=True))


def _closing(one: Appointment, noted: set[UUID], wrong: Closing | None) -> Closing:
    if wrong is not None and wrong.appointment.pk == one.pk:
        return wrong
    return Closing(one, noted=one.pk in noted)


def _day(one: Appointment) -> date:
    return one.starts_at.astimezone(time_zone(one.departement_id)).date()
