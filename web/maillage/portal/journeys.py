"""How long a family takes to reach places, by the means it has. One call to `territory`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from maillage.directory.models import Location
from maillage.portal import words
from maillage.territory.compute import Minutes, Point, minutes_from
from maillage.territory.models import Commune, Mode

WALKABLE = 45  # minutes; beyond, the bicycle is counted


@dataclass(frozen=True, slots=True)
class Journey:
    """Minutes from the town hall of the family's commune, door to door, by the means it has."""

    minutes: float
    by_mode: Mapping[Mode, float]
    is_estimate: bool

    def in_words(self) -> str:
        """Say the minutes and the means."""
        return _(" ou ").join(
            f"{words.minutes(count)} {mode.label}" for mode, count in self.by_mode.items()
        )


def journeys(home: Commune, places: Sequence[Location], *, car: bool) -> Mapping[UUID, Journey]:
    """Return the journey to each place: one query by means of travel."""
    once = list({place.pk: place for place in places}.values())
    points = [Point(place.latitude, place.longitude, place.commune_id) for place in once]
    if car:
        driven = minutes_from(home, points, Mode.CAR)
        return {place.pk: _driven(time) for place, time in zip(once, driven, strict=True)}
    walked = minutes_from(home, points, Mode.FOOT)
    ridden = minutes_from(home, points, Mode.BICYCLE)
    return {
        place.pk: _without_car(on_foot, by_bicycle)
        for place, on_foot, by_bicycle in zip(once, walked, ridden, strict=True)
    }


def _driven(time: Minutes) -> Journey:
    return Journey(time.value, {Mode.CAR: time.value}, time.is_estimate)


def _without_car(on_foot: Minutes, by_bicycle: Minutes) -> Journey:
    """What can be walked is walked; the bicycle is said too, for those who have one."""
    if on_foot.value <= WALKABLE:
        by_mode = {Mode.FOOT: on_foot.value, Mode.BICYCLE: by_bicycle.value}
        return Journey(on_foot.value, by_mode, on_foot.is_estimate)
    return Journey(by_bicycle.value, {Mode.BICYCLE: by_bicycle.value}, by_bicycle.is_estimate)
