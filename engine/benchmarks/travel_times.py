"""Fit the car models on the real times of Isère and score them where they were not fitted.

Run `python -m benchmarks.travel_times` in engine/; it prints the tables of
docs/methods/travel-times.md. Times: TimeDistCarIsere.csv.gz under $MAILLAGE_OPEN_DATA/travel.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from benchmarks.communes import Communes, read_communes
from numpy.typing import NDArray

from maillage_engine import (
    CAR_ASSUMED,
    CAR_MOUNTAIN,
    CAR_ROLLING,
    Pairs,
    Places,
    TravelModel,
    TravelScore,
    calibrate,
    coverage,
    density_level,
    estimate_minutes,
    great_circle_km,
    nearest,
    pairs,
    places,
    read_matrix,
    score_estimate,
)

Floats = NDArray[np.float64]
Zones = dict[str, NDArray[np.bool_]]

DATA = Path(os.environ.get("MAILLAGE_OPEN_DATA", "")) / "travel" / "TimeDistCarIsere.csv.gz"
LONGEST_KM = 40.0  # farther pairs decide no threshold of 45 minutes or less
SHIPPED = {"assumed": CAR_ASSUMED, "CAR_ROLLING": CAR_ROLLING, "CAR_MOUNTAIN": CAR_MOUNTAIN}
DRAWS, HELD_OUT, SEED = 20, 0.25, 20221


def load(path: Path = DATA) -> tuple[Communes, Places, np.ndarray]:
    """Return the communes of the matrix, their places, and the true minutes between them."""
    matrix = read_matrix(path, unit="seconds")
    towns = read_communes("38").take(list(matrix.origins))
    level = density_level(towns.population, towns.area_km2)
    return towns, places(towns.longitude, towns.latitude, level), matrix.times.dense()


def rolling(towns: Communes) -> np.ndarray:
    """Mark Bas-Dauphiné: hills and plains north-west of the mountains."""
    return (towns.latitude > 45.3) & (towns.longitude < 5.6)


def fit(everywhere: Places, minutes: np.ndarray, chosen: np.ndarray, source: str) -> TravelModel:
    """Fit on the pairs whose two ends are chosen."""
    inside, known = _within(everywhere, minutes, chosen)
    base = TravelModel("car", CAR_ASSUMED.speeds_kmh, source=source)
    return calibrate(known, inside, inside, base=base, longest_km=LONGEST_KM)


def _within(everywhere: Places, minutes: np.ndarray, chosen: np.ndarray) -> tuple[Places, Pairs]:
    inside = places(
        everywhere.longitude[chosen], everywhere.latitude[chosen], everywhere.density[chosen]
    )
    return inside, pairs(minutes[np.ix_(chosen, chosen)])


def score(
    models: list[TravelModel], everywhere: Places, minutes: np.ndarray, folds: list[np.ndarray]
) -> TravelScore:
    """Score one model per fold on the pairs inside that fold, all pairs together."""
    ours, truth = [], []
    for model, fold in zip(models, folds, strict=True):
        inside, known = _within(everywhere, minutes, fold)
        km = great_circle_km(
            inside.longitude[:, None], inside.latitude[:, None], inside.longitude, inside.latitude
        )
        near = (km <= LONGEST_KM) & ~np.eye(km.shape[0], dtype=bool)
        ours.append(estimate_minutes(inside, inside, model)[near])
        truth.append(known.dense()[near])
    return score_estimate(np.concatenate(ours), np.concatenate(truth))


def cells(score: TravelScore) -> str:
    """Write a score as the cells of a table."""
    sides = " | ".join(
        f"{t.right:.1%} ({t.missed:.0%}, {t.wrongly_in:.0%})" for t in score.thresholds
    )
    return (
        f"{score.pairs:,} | {score.bias:+.1f} | {score.mae:.1f} | {score.rmse:.1f}"
        f" | {score.p90:.1f} | {score.log_sd:.3f} | {sides} |"
    )


def blocks(towns: Communes, chosen: np.ndarray) -> Iterator[np.ndarray]:
    """Cut a zone into 8 compact blocks of equal size, by medians of latitude and longitude."""
    parts = [np.flatnonzero(chosen)]
    for axis in (towns.latitude, towns.longitude, towns.latitude):
        halves = []
        for part in parts:
            order = part[np.argsort(axis[part], kind="stable")]
            halves += [order[: order.size // 2], order[order.size // 2 :]]
        parts = halves
    for part in parts:
        fold = np.zeros(chosen.size, dtype=bool)
        fold[part] = True
        yield fold


def draws(chosen: np.ndarray) -> Iterator[np.ndarray]:
    """Draw communes to hold out, again and again."""
    rng = np.random.default_rng(SEED)
    for _ in range(DRAWS):
        yield chosen & (rng.random(chosen.size) < HELD_OUT)


def consequences(
    model: TravelModel, everywhere: Places, minutes: np.ndarray, chosen: np.ndarray, people: Floats
) -> list[str]:
    """Draw 12 services 200 times; say what estimates do to coverage and to unserved communes."""
    inside, known = _within(everywhere, minutes, chosen)
    truth, ours = known.dense(), estimate_minutes(inside, inside, model)
    rng, lines = np.random.default_rng(SEED), []
    draws_of_12 = [rng.choice(people.size, 12, replace=False) for _ in range(200)]
    for cutoff in (15.0, 20.0, 30.0):
        gaps, wrong = [], []
        for hosts in draws_of_12:
            real, guess = (nearest(table[:, hosts]).minutes for table in (truth, ours))
            gaps.append(
                coverage(guess, people, cutoff_min=cutoff)
                - coverage(real, people, cutoff_min=cutoff)
            )
            wrong.append(((real <= cutoff) != (guess <= cutoff)).mean())
        gap = np.asarray(gaps) * 100
        lines.append(
            f"{cutoff:.0f} min | {gap.mean():+.1f} | {np.abs(gap).mean():.1f}"
            f" | {np.quantile(np.abs(gap), 0.9):.1f} | {np.mean(wrong):.1%} |"
        )
    return lines


def kept_by_interval(
    model: TravelModel, everywhere: Places, minutes: np.ndarray, chosen: np.ndarray
) -> str:
    """Say how often the true time lies inside the 80 % interval."""
    inside, known = _within(everywhere, minutes, chosen)
    truth, ours = known.dense(), estimate_minutes(inside, inside, model)
    low, high = model.interval(ours, 0.8)
    near = (truth > 0) & (ours > 0) & (truth <= 60)
    return f"{((low <= truth) & (truth <= high))[near].mean():.1%} of {int(near.sum()):,} pairs"


def print_fits(towns: Communes, everywhere: Places, minutes: np.ndarray, zones: Zones) -> None:
    """Print the constants of `maillage_engine.models`, then the errors of each model."""
    for name, zone in zones.items():
        model = fit(everywhere, minutes, zone, name)
        speeds = ", ".join(f"{speed:.1f}" for speed in model.speeds_kmh)
        count = np.bincount(everywhere.density[zone], minlength=5)[1:]
        print(f"{name}: ({speeds}), {model.exponent:.3f}, {model.spread:.3f}; communes {count}")
    print("\n| zone | model | scored on | pairs | bias | MAE | RMSE | p90 | ln sd | 15 to 45 min |")
    for zone_name, zone in zones.items():
        for name, model in SHIPPED.items():
            row = cells(score([model], everywhere, minutes, [zone]))
            print(f"| {zone_name} | {name} | the zone | {row}")
        for name, folds in (("draws", [*draws(zone)]), ("blocks", [*blocks(towns, zone)])):
            models = [fit(everywhere, minutes, zone & ~fold, zone_name) for fold in folds]
            row = cells(score(models, everywhere, minutes, folds))
            print(f"| {zone_name} | refitted elsewhere | held-out {name} | {row}")
            row = cells(score([CAR_ASSUMED] * len(folds), everywhere, minutes, folds))
            print(f"| {zone_name} | assumed | the same {name} | {row}")


def main() -> None:
    """Print every table."""
    towns, everywhere, minutes = load()
    hills = rolling(towns)
    zones = {"rolling": hills, "mountain": ~hills, "all Isère": np.ones(hills.size, dtype=bool)}
    print_fits(towns, everywhere, minutes, zones)
    for name, zone, model in (("rolling", hills, CAR_ROLLING), ("mountain", ~hills, CAR_MOUNTAIN)):
        print(f"\n80 % interval, {name}: {kept_by_interval(model, everywhere, minutes, zone)}")
    print("\n| zone | model | threshold | coverage bias | mean | p90 | communes misplaced |")
    for zone_name, zone in (("rolling", hills), ("mountain", ~hills)):
        for name, model in SHIPPED.items():
            for line in consequences(model, everywhere, minutes, zone, towns.population[zone]):
                print(f"| {zone_name} | {name} | {line}")


if __name__ == "__main__":
    main()
