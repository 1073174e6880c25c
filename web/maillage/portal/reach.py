"""What a family of one commune can reach, at each age of life."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise

from maillage.directory.models import Service
from maillage.directory.offers import Wanted, Way
from maillage.directory.vocabulary import STAGE_MONTHS, LifeStage
from maillage.portal.cards import Card, card
from maillage.portal.home import age_of
from maillage.portal.results import NEAR_MINUTES, Asked, Result, dated_results, one_for_each_service
from maillage.territory.models import Commune

NEAR_DEGREES = 0.4  # about 44 km: what half an hour by car cannot exceed
SHOWN = 6


@dataclass(frozen=True, slots=True)
class StageReach:
    """One age of life: the nearest helps, how many more, or none."""

    label: str | Promise
    code: str
    age: str
    near: tuple[Card, ...]
    more: int
    remote: tuple[Card, ...]

    @property
    def count(self) -> int:
        """How many helps are near."""
        return len(self.near) + self.more


def reach(commune: Commune, now: datetime) -> tuple[Asked, list[Result]]:
    """Return everything at most half an hour away by car, or at a distance, best first."""
    wanted = Wanted(commune=commune, day=timezone.localdate(now), degrees=NEAR_DEGREES)
    asked = Asked(wanted, (), car=True, now=now)
    near = [result for result in dated_results(asked) if result.minutes <= NEAR_MINUTES]
    return asked, list(one_for_each_service(near))


def stages_of(commune: Commune, now: datetime) -> list[StageReach]:
    """Return the ages of life with what is near, each service once."""
    asked, results = reach(commune, now)
    return [_stage(stage, asked, results) for stage in LifeStage]


def _stage(stage: LifeStage, asked: Asked, results: Sequence[Result]) -> StageReach:
    fitting = [result for result in results if suits(result.service, stage)]
    remote = [result for result in fitting if result.offer.way is Way.REMOTE]
    near = [result for result in fitting if result.offer.way is not Way.REMOTE]
    return StageReach(
        label=stage.label,
        code=stage.value,
        age=age_of(stage),
        near=tuple(card(result, asked) for result in near[:SHOWN]),
        more=max(0, len(near) - SHOWN),
        remote=tuple(card(result, asked) for result in remote[:2]),
    )


def suits(service: Service, stage: LifeStage) -> bool:
    """Whether a service receives families at this age of life."""
    if stage is LifeStage.EXPECTING:
        return service.expectant
    low, high = STAGE_MONTHS[stage]
    youngest, oldest = service.minimum_age or 0, service.maximum_age
    return youngest < high and (oldest is None or oldest >= low)
