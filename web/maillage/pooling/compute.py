"""Kilometres and minutes between towns, and the rotation that drives least: the engine's side."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

import maillage_engine as engine
from maillage.pooling.errors import NoRotationPossible
from maillage.pooling.grids import Frame, Grid, Ground, Slot, slots_of
from maillage.territory.compute import Point, minutes_between
from maillage.territory.models import Commune, Mode

TOLERANCE = 0.05  # five points around each quota, from the need stated by the communes
SECONDS = 20.0  # the longest that someone waits; ten days over eight towns take half a second
METRES = 1000

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Trips:
    """By car from one commune to another: metres by road (estimated) and minutes."""

    metres: Mapping[Pair, int]
    minutes: Mapping[Pair, float]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rotation that keeps every rule, and what is proven of it."""

    grid: Grid
    proven: bool
    gap: float
    moved: int


def trips_between(codes: Collection[str]) -> Trips:
    """Measure the trips between each two of these communes, in three queries.

    Metres are the great circle times the detour that the travel model states; minutes are imported
    ones where there are, else the model's.
    """
    communes = list(Commune.objects.filter(pk__in=sorted(codes)).order_by("pk"))
    if not communes:
        return Trips({}, {})
    points = [Point(one.latitude, one.longitude, one.pk) for one in communes]
    minutes = minutes_between(communes, points, Mode.CAR).minutes
    lon = np.array([one.longitude for one in communes])
    lat = np.array([one.latitude for one in communes])
    crow = engine.great_circle_km(lon[:, None], lat[:, None], lon, lat)
    metres = np.rint(crow * engine.CAR_ROLLING.detour * METRES).astype(int)
    rows = [(one.pk, row) for row, one in enumerate(communes)]
    pairs = [((a, b), i, j) for a, i in rows for b, j in rows]
    return Trips(
        {pair: int(metres[i, j]) if i != j else 0 for pair, i, j in pairs},
        {pair: float(minutes[i, j]) if i != j else 0.0 for pair, i, j in pairs},
    )


def propose(
    ground: Ground, frame: Frame, now: Grid, taken: Mapping[Slot, Collection[int]]
) -> Proposal:
    """Share out again the half-days worked now. Raises `NoRotationPossible` naming the rule.

    `taken` gives, for each half-day, the positions of the places that cannot receive then.
    """
    slots, trips = slots_of(frame.weeks), trips_between(ground.communes)
    days = len(slots) // 2
    place = {one.pk: number for number, one in enumerate(ground.places)}
    hours, today = np.zeros((days, 2)), np.full((days, 2), -1)
    for number, slot in enumerate(slots):
        if slot in now:
            hours[number // 2, slot.half] = frame.hours(slot.half)
            today[number // 2, slot.half] = place[now[slot]]
    open_at = np.ones((days, 2, len(place)), dtype=bool)
    for number, slot in enumerate(slots):
        open_at[number // 2, slot.half, list(taken.get(slot, ()))] = False
    towns = [ground.town(one) for one in ground.places]
    try:
        plan = engine.plan_rotation(
            hours,
            [[trips.metres[a, b] / METRES for b in towns] for a in towns],
            [float(one.quota) / 100 for one in ground.parties],
            minutes=[[trips.minutes[a, b] for b in towns] for a in towns],
            midday=float(frame.midday),
            base=[trips.metres[ground.base, b] / METRES if ground.base else 0.0 for b in towns],
            party=[ground.rank_of[one.party_id] for one in ground.places],
            minimum=[float(one.minimum_hours) * frame.weeks for one in ground.places],
            open_at=open_at,
            today=today,
            tolerance=TOLERANCE,
            time_limit=SECONDS,
        )
    except engine.Infeasible as refusal:
        raise NoRotationPossible(reason=_reason(refusal.constraint)) from None
    except engine.BadArray:
        raise NoRotationPossible(reason=_("aucune demi-journée n’est travaillée")) from None
    grid = {
        slot: ground.places[plan.town[number // 2, slot.half]].pk
        for number, slot in enumerate(slots)
        if plan.town[number // 2, slot.half] >= 0
    }
    return Proposal(grid, plan.proven, plan.gap, plan.moved)


def _reason(constraint: str) -> str:
    return {
        "open_at": _("une demi-journée travaillée n’a aucun lieu libre"),
        "midday": _("un trajet de midi ne tient jamais dans la pause"),
        "minimum": _("les heures minimales par lieu dépassent les heures travaillées"),
        "quota": _(
            "les parts convenues ne tombent pas juste à 5 points près avec ces demi-journées"
        ),
        "minimum and quota": _("les heures minimales et les parts convenues se contredisent"),
    }.get(constraint, _("aucune n’a été trouvée dans le temps imparti"))
