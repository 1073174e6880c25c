"""Classes of a map: few, round numbers, the same on two maps that are compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.steering.diagnosis import CommuneResult

SHARES = (0.2, 0.4, 0.6, 0.8)
ROUND = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
MISSING, UNSERVED = "map-missing", "map-unserved"
FILLS = ("map-1", "map-2", "map-3", "map-4", "map-5")


@dataclass(frozen=True, slots=True)
class Classes:
    """Bounds between classes, increasing; a value equal to a bound is above it."""

    bounds: tuple[float, ...]

    def fill(self, commune: CommuneResult) -> str:
        """The class of a commune: unserved first, then by its score."""
        if commune.unserved:
            return UNSERVED
        if commune.people is None:
            return MISSING
        rank = sum(commune.score >= bound for bound in self.bounds)
        return FILLS[self.shift + rank]

    @property
    def shift(self) -> int:
        """With fewer classes, keep the darker fills: they stand out from the paper."""
        return (len(FILLS) - len(self.bounds)) // 2 if len(self.bounds) < len(FILLS) - 1 else 0


def classes_for(communes: Sequence[CommuneResult]) -> Classes:
    """Cut at the fifths of the people served, rounded; fewer classes where they coincide."""
    served = sorted((c.score, c.people or 0.0) for c in communes if c.score > 0 and not c.unserved)
    total = sum(people for _, people in served)
    if not total:
        return Classes(())
    bounds: list[float] = []
    for share in SHARES:
        bound = rounded_off(_quantile(served, share * total))
        if bound > (bounds[-1] if bounds else 0):
            bounds.append(bound)
    return Classes(tuple(bounds))


def rounded_off(value: float) -> float:
    """The nearest number that people say: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power."""
    power = math.floor(math.log10(value))
    scaled = value / 10**power
    nearest = min(ROUND, key=lambda candidate: abs(candidate - scaled))
    return float(f"{nearest * 10**power:.6g}")


def _quantile(served: list[tuple[float, float]], people: float) -> float:
    reached = 0.0
    for score, here in served:
        reached += here
        if reached >= people:
            return score
    return served[-1][0]
