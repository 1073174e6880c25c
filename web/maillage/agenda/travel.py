"""Trips between two sessions of one day take time too: they are claims like any other.

Recomputed whole for one practitioner and one stretch, under their lock, at every change. Trips may
lie between the appointments of two families or two employers, so this runs in the system scope and
tells nothing back but "it fits" or not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from maillage.agenda.errors import TooFarToTravel
from maillage.agenda.models import Claim
from maillage.agenda.taken import is_on_the_road, trips_between
from maillage.core import scope

AROUND = timedelta(hours=18)  # sessions of the same day, whatever the hour


def lay_trips(practitioner_id: UUID, around: datetime) -> None:
    """Write the trips between the sessions around a moment. Raises `TooFarToTravel`.

    The caller holds the practitioner's lock. A trip is laid just before the session it leads to.
    """
    if not is_on_the_road(practitioner_id, around - AROUND, around + AROUND):
        return
    with scope.system():
        near = Claim.objects.filter(
            practitioner=practitioner_id,
            live=True,
            period__overlap=(around - AROUND, around + AROUND),
        )
        near.filter(kind=Claim.Kind.TRAVEL).delete()
        sessions = near.filter(
            kind__in=[Claim.Kind.SESSION, Claim.Kind.GROUP, Claim.Kind.HOLD], commune__isnull=False
        )
        Claim.objects.bulk_create(_trips(list(sessions.order_by("period"))))


def _trips(sessions: Sequence[Claim]) -> list[Claim]:
    moves = [
        (before, after)
        for before, after in pairwise(sessions)
        if before.commune_id != after.commune_id
    ]
    if not moves:
        return []
    times = trips_between({str(one.commune_id) for pair in moves for one in pair})
    return [_trip(*pair, times[str(pair[0].commune_id), str(pair[1].commune_id)]) for pair in moves]


def _trip(before: Claim, after: Claim, length: timedelta) -> Claim:
    leaves = after.period.lower - length
    if leaves < before.period.upper:
        raise TooFarToTravel
    return Claim(
        practitioner_id=after.practitioner_id,
        period=(leaves, after.period.lower),
        kind=Claim.Kind.TRAVEL,
        departement_id=after.departement_id,
        commune_id=None,
    )
