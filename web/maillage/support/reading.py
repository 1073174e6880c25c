"""How many sessions a family had, how many families entered: only the number comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from maillage.agenda.models import Appointment
from maillage.core import scope
from maillage.families import second_parent
from maillage.support.models import (
    Enrolment,
    EnrolmentCount,
    Episode,
    EpisodeQuerySet,
    Session,
)
from maillage.support.vocabulary import Purpose

AWAITED = (Appointment.State.PENDING, Appointment.State.CONFIRMED)
# Said to have taken place from the agenda: what it was for is still to be noted.
NOTABLE = (*AWAITED, Appointment.State.ATTENDED)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an episode stands in what was promised."""

    held: int
    limit: int

    @property
    def remaining(self) -> int:
        """How many sessions may still be given; never negative, although a merge may exceed."""
        return max(0, self.limit - self.held)


@dataclass(frozen=True, slots=True)
class Line:
    """One episode, as a list shows it."""

    episode: Episode
    names: tuple[str, ...]
    progress: Progress
    next_at: datetime | None
    to_note: int


def progress(enrolment_ids: Iterable[UUID]) -> dict[UUID, Progress]:
    """Sessions given or booked by all the employers of the programme, and the limit of each."""
    with scope.system():
        found = Enrolment.objects.filter(pk__in=list(enrolment_ids)).annotate(
            held=Count("sessions", filter=Q(sessions__number__isnull=False))
        )
        counted = found.values_list("pk", "held", "terms__max_sessions")
        return {key: Progress(held, limit) for key, held, limit in counted}


def entered(departements: Iterable[str]) -> dict[tuple[UUID, str], int]:
    """Families of each programme in each of these départements, linked parents counted once.

    The count that the database keeps is of places: two households enter, their parents are linked
    afterwards, and both hold a place until someone merges them.
    """
    wanted = list(departements)
    with scope.system():
        places = EnrolmentCount.objects.filter(departement__in=wanted)
        counts = {(each.programme_id, each.departement_id): each.enrolled for each in places}
        group = second_parent.groups(wanted)
        linked = Enrolment.objects.counted().filter(departement__in=wanted, household__in=group)
        rows = list(linked.values_list("programme", "departement", "household"))
    families = {(programme, place, group[key]) for programme, place, key in rows}
    for programme, place, _household in rows:
        counts[programme, place] -= 1
    for programme, place, _family in families:
        counts[programme, place] += 1
    return counts


def lines(episodes: EpisodeQuerySet, now: datetime) -> list[Line]:
    """What a list of episodes shows, in a handful of queries."""
    found = list(
        episodes.select_related("service", "practitioner").prefetch_related(
            "household__contacts", "sessions__appointment"
        )
    )
    standing = progress({each.enrolment_id for each in found})
    return [_line(each, standing[each.enrolment_id], now) for each in found]


def names(episode: Episode) -> tuple[str, ...]:
    """How the adults of the household want to be called."""
    contacts = sorted(episode.household.contacts.all(), key=lambda each: each.created_at)
    return tuple(dict.fromkeys(each.name for each in contacts if each.name))


def activity(organization_id: UUID, year: int) -> dict[str, int]:
    """What an organization gave in a year: counts only (R26, R39)."""
    given = Session.objects.filter(
        episode__organization=organization_id, appointment__starts_at__year=year
    )
    episodes = Episode.objects.filter(organization=organization_id)
    counted = given.aggregate(
        given=Count("pk", filter=Q(attended=True)),
        missed=Count("pk", filter=Q(appointment__state="no_show")),
        **{each.value: Count("pk", filter=Q(purposes__contains=[each.value])) for each in Purpose},
    )
    return counted | {
        "open": episodes.open().count(),
        "closed": episodes.filter(closed_at__year=year).count(),
    }


def _line(episode: Episode, standing: Progress, now: datetime) -> Line:
    sessions = [each for each in episode.sessions.all() if each.closed_at is None]
    awaited = [each.appointment for each in sessions if each.appointment.state in AWAITED]
    over = [each.appointment for each in sessions if each.appointment.ends_at <= now]
    coming = [each.local_start for each in awaited if each.ends_at > now]
    return Line(
        episode=episode,
        names=names(episode),
        progress=standing,
        next_at=min(coming, default=None),
        to_note=sum(each.state in NOTABLE for each in over),
    )
