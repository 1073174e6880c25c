"""Distances, travel times and densities: the only module here that calls the engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maillage_engine.travel import density_level, great_circle_km

BLOCK = 256  # origins compared at a time, so that memory stays small
DEGREES_PER_KM = 1 / 110.0
# Insee's levels 5 and 6 are thinly populated, 7 very thinly; 2, 3 and 4 are of middling density.
FOUR_LEVELS = np.array([0, 1, 2, 2, 2, 3, 3, 4])


def near_any(
    centres: NDArray[np.float64], points: NDArray[np.float64], km: float
) -> NDArray[np.bool_]:
    """Say which `points` lie within `km` of at least one centre; rows are (latitude, longitude)."""
    near = np.zeros(len(points), dtype=bool)
    if not len(centres):
        return near
    margin = km * DEGREES_PER_KM
    widen = margin / np.cos(np.radians(np.abs(centres[:, 0]).max() + margin))
    candidates = np.flatnonzero(
        (points[:, 0] >= centres[:, 0].min() - margin)
        & (points[:, 0] <= centres[:, 0].max() + margin)
        & (points[:, 1] >= centres[:, 1].min() - widen)
        & (points[:, 1] <= centres[:, 1].max() + widen)
    )
    for first in range(0, len(candidates), BLOCK):
        block = candidates[first : first + BLOCK]
        gaps = great_circle_km(
            points[block, 1, None], points[block, 0, None], centres[:, 1], centres[:, 0]
        )
        near[block] = gaps.min(axis=1) <= km
    return near


def estimated_density(population: Sequence[int], area_km2: Sequence[float]) -> list[int]:
    """Estimate Insee's seven levels of density; method in docs/methods/territory.md.

    The engine's four levels come from population and area; the two middle ones are split by the
    size of the commune.
    """
    people = np.asarray(population, dtype=float)
    four = density_level(people, np.asarray(area_km2, dtype=float))
    middle = np.select([people >= 20_000, people >= 5_000], [2, 3], 4)
    thin = np.where(people >= 1_500, 5, 6)
    seven = np.select([four == 1, four == 2, four == 3], [np.ones_like(four), middle, thin], 7)
    return [int(level) for level in seven]
