"""Rows of the rooms below, counted for one quarter and one place: never a name, never a row."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Sum

from maillage.agenda.models import Appointment, WaitingEntry
from maillage.core import scope
from maillage.families import second_parent
from maillage.fees.uptake import Uptake, by_band
from maillage.practitioners.models import Employment, Practitioner
from maillage.quality.models import Agreement, Feedback, FeedbackRequest, SupervisionMeeting
from maillage.quality.periods import Quarter
from maillage.referrals.queries import Completion, completion
from maillage.support.models import Session

State = Appointment.State


@dataclass(frozen=True, slots=True)
class Place:
    """A whole département, or one organization of it."""

    departement: str
    organization: UUID | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything that the board is made of."""

    waits: list[int]  # days, one for each family that began
    states: Counter[str]
    minutes: list[int]
    referrals: Completion
    bands: list[Uptake]
    communes: dict[str, int]  # families by name of commune
    households: int
    answers: dict[str, Counter[int]]
    asked: int
    answered: int
    practitioners: int
    qualified: int
    supervision_hours: float
    supervised: int


def count(place: Place, quarter: Quarter) -> Counts:
    """Read everything in the system's scope: numbers come back, rows do not."""
    with scope.system():
        return _count(place, quarter)


def _count(place: Place, quarter: Quarter) -> Counts:
    start, end = quarter.span(place.departement)
    of_place = _of(Appointment.objects.all(), place)
    given = of_place.filter(starts_at__gte=start, starts_at__lt=end)
    attended = given.filter(state=State.ATTENDED)
    services = set(given.order_by().values_list("service", flat=True).distinct())
    organizations = None if place.organization is None else [place.organization]
    asked = _of(FeedbackRequest.objects.all(), place).filter(asked_at__gte=start, asked_at__lt=end)
    answers = _of(Feedback.objects.all(), place).filter(quarter=quarter.first)
    homes = _homes(attended, place)
    people = _people(place, quarter)
    hours, supervised = _supervision(place, quarter)
    return Counts(
        waits=_waits(attended),
        states=Counter(given.order_by().values_list("state", flat=True)),
        minutes=_minutes(attended),
        referrals=completion(
            place.departement, quarter.first, quarter.last, organizations=organizations
        ),
        bands=by_band(services, quarter.first, quarter.last),
        communes=dict(Counter(commune for commune in homes.values() if commune)),
        households=len(homes),
        answers=_answers(answers),
        asked=asked.count(),
        answered=asked.filter(is_answered=True).count(),
        practitioners=people.count(),
        qualified=people.filter(bookable_until__gte=quarter.last).count(),
        supervision_hours=hours,
        supervised=supervised,
    )


def _of(found: QuerySet, place: Place) -> QuerySet:  # type: ignore[type-arg]
    found = found.filter(departement=place.departement)
    if place.organization is not None:
        found = found.filter(organization=place.organization)
    return found


def _waits(attended: QuerySet[Appointment]) -> list[int]:
    """Days from the request to the first session, for families that began in this quarter."""
    before = Appointment.objects.filter(
        household=OuterRef("household"), service=OuterRef("service"), state=State.ATTENDED,
        starts_at__lt=OuterRef("starts_at"),
    )  # fmt: skip
    first = list(
        attended.filter(~Exists(before)).order_by("starts_at", "pk")
        .values_list("pk", "household", "service", "booked_at", "starts_at")
    )  # fmt: skip
    asked = _first_asked({row[0]: row[3] for row in first})
    waited = {
        (row[0], row[1]): row[2]
        for row in WaitingEntry.objects.filter(household__in={row[1] for row in first})
        .order_by("-since").values_list("household", "service", "since")
    }  # fmt: skip
    found = []
    for key, home, service, _booked, starts in first:
        request = min(asked[key], waited.get((home, service), asked[key]))
        found.append(max((starts.date() - request.date()).days, 0))
    return found


def _first_asked(booked: dict[UUID, datetime]) -> dict[UUID, datetime]:
    """Go back through the moves: the request is the first booking of the chain."""
    found, heads = dict(booked), {key: key for key in booked}
    while True:
        rows = Appointment.objects.filter(moved_to__in=set(heads.values()))
        former = {
            to: (pk, at)
            for pk, to, at in rows.values_list("pk", "moved_to", "booked_at")
            if to is not None
        }
        if not former:
            return found
        heads = {key: former[head][0] for key, head in heads.items() if head in former}
        found |= _dated(former, heads)


def _dated(
    former: dict[UUID, tuple[UUID, datetime]], heads: dict[UUID, UUID]
) -> dict[UUID, datetime]:
    at = dict(former.values())
    return {key: at[head] for key, head in heads.items()}


def _minutes(attended: QuerySet[Appointment]) -> list[int]:
    noted = Session.objects.filter(appointment__in=attended, minutes__isnull=False)
    return [found for found in noted.order_by().values_list("minutes", flat=True) if found]


def _homes(attended: QuerySet[Appointment], place: Place) -> dict[UUID, str]:
    """The families that came, each once, and the commune that one of its parents gave."""
    rows = attended.order_by().values_list("household", "household__commune__name").distinct()
    group = second_parent.groups([place.departement])
    found: dict[UUID, str] = {}
    for household, commune in sorted((key, name or "") for key, name in rows):
        family = group.get(household, household)
        found[family] = found.get(family) or commune
    return found


def _answers(found: QuerySet[Feedback]) -> dict[str, Counter[int]]:
    said: dict[str, Counter[int]] = defaultdict(Counter)
    for row in found.order_by().values_list(*Feedback.QUESTIONS):
        for question, value in zip(Feedback.QUESTIONS, row, strict=True):
            said[question][value] += 1
    return dict(said)


def _people(place: Place, quarter: Quarter) -> QuerySet[Practitioner]:
    jobs = _of(Employment.objects.all(), place).filter(starts_on__lte=quarter.last)
    standing = jobs.exclude(ends_on__lt=quarter.first).values("practitioner")
    return Practitioner.objects.filter(pk__in=standing).exclude(stopped_on__lt=quarter.first)


def _supervision(place: Place, quarter: Quarter) -> tuple[float, int]:
    held = _of(SupervisionMeeting.objects.all(), place).filter(
        held_on__range=(quarter.first, quarter.last)
    )
    total = held.aggregate(hours=Sum("hours"), persons=Sum("persons"))
    return float(total["hours"] or 0), int(total["persons"] or 0)


def agreeing(answers: Iterable[tuple[int, int]]) -> int:
    """How many answers are on the side of yes."""
    return sum(number for value, number in answers if value >= Agreement.RATHER)
