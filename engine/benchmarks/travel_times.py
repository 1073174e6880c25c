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
    GuessedTrips,
    Pairs,
    Places,
    TravelError,
    TravelModel,
    TravelScore,
    calibrate,
    coverage,
    density_level,
    drawn_access,
    estimate_minutes,
    gini,
    great_circle_km,
    nearest,
    pairs,
    places,
    read_matrix,
    score_estimate,
    split_error,
    step_weight,
    two_step_access,
)

Floats = NDArray[np.float64]
Zones = dict[str, NDArray[np.bool_]]

DATA = Path(os.environ.get("MAILLAGE_OPEN_DATA", "")) / "travel" / "TimeDistCarIsere.csv.gz"
LONGEST_KM = 40.0  # farther pairs decide no threshold of 45 minutes or less
SHIPPED = {"assumed": CAR_ASSUMED, "CAR_ROLLING": CAR_ROLLING, "CAR_MOUNTAIN": CAR_MOUNTAIN}
DRAWS, HELD_OUT, SEED = 20, 0.25, 20221
NETWORKS = 12  # of services drawn in each territory held out
COMMUNES_PER_SERVICE = 15
LEFT_OUT = 5  # draws of 60 on each side of a range, as the product does
NAMES = ("coverage", "mean minutes", "communes beyond", "Gini")


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


def error_of(
    towns: Communes, everywhere: Places, minutes: np.ndarray, chosen: np.ndarray
) -> TravelError:
    """Split the error on blocks of a zone, each estimated by a model that never saw it."""
    estimates, truths = [], []
    for fold in blocks(towns, chosen):
        model = fit(everywhere, minutes, chosen & ~fold, "elsewhere")
        inside, known = _within(everywhere, minutes, fold)
        estimates.append(estimate_minutes(inside, inside, model))
        truths.append(known.dense())
    return split_error(estimates, truths)


def halves(towns: Communes, chosen: np.ndarray) -> Iterator[np.ndarray]:
    """Cut a zone in two by latitude, then by longitude: four territories of half its communes."""
    for axis in (towns.latitude, towns.longitude):
        order = np.flatnonzero(chosen)[np.argsort(axis[chosen], kind="stable")]
        for part in (order[: order.size // 2], order[order.size // 2 :]):
            fold = np.zeros(chosen.size, dtype=bool)
            fold[part] = True
            yield fold


def figures(minutes: Floats, score: Floats, people: Floats, cutoff: float) -> Floats:
    """The figures of `NAMES` from nearest times and scores."""
    return np.array(
        [
            people @ (minutes <= cutoff) / people.sum(),
            people @ minutes / people.sum(),
            (minutes > cutoff).sum(),
            gini(score, people),
        ]
    )


def held(
    truth: Floats, ours: Floats, people: Floats, error: TravelError, cutoff: float
) -> Iterator[tuple[Floats, Floats]]:
    """Draw networks of services; say which ranges hold the truth, and how wide they are."""
    rng = np.random.default_rng(SEED)
    bands = [(cutoff / 3, 1.0), (2 * cutoff / 3, 0.68), (cutoff, 0.22)]
    count = max(2, people.size // COMMUNES_PER_SERVICE)
    names = [str(n) for n in range(people.size)]
    for _ in range(NETWORKS):
        hosts = rng.choice(people.size, count, replace=False)
        places = np.ones(count)
        real, value = (
            figures(
                nearest(table[:, hosts]).minutes,
                two_step_access(people, places, step_weight(table[:, hosts], bands)).score,
                people,
                cutoff,
            )
            for table in (truth, ours.round(1))
        )
        trips = GuessedTrips(
            ours[:, hosts].round(1),
            np.ones((people.size, count), dtype=bool),
            tuple(names),
            tuple(names[host] for host in hosts),
        )
        weights = step_weight(np.arange(10 * cutoff + 1) / 10, bands)
        found = drawn_access(trips, people, places, weights, error)
        rows = np.sort(
            [figures(*row, people, cutoff) for row in zip(found.minutes, found.score, strict=True)],
            axis=0,
        )
        low, high = np.minimum(rows[LEFT_OUT], value), np.maximum(rows[-1 - LEFT_OUT], value)
        yield (low - 1e-9 <= real) & (real <= high + 1e-9), high - low


def promise(
    towns: Communes,
    everywhere: Places,
    minutes: np.ndarray,
    zone: np.ndarray,
    folds: list[np.ndarray],
    other: tuple[TravelModel, TravelError] | None = None,
) -> Iterator[str]:
    """Say how often the ranges of figures hold the truth in communes held out of everything.

    The model and its error are measured on the other communes of the zone, unless `other` says.
    Also without the common part, and with the spread of single trips taken as noise of each (in
    minutes, for a trip of 20) or as one factor for all.
    """
    held_out = []
    for fold in folds:
        seen = zone & ~fold
        model, error = other or (
            fit(everywhere, minutes, seen, "elsewhere"),
            error_of(towns, everywhere, minutes, seen),
        )
        inside, known = _within(everywhere, minutes, fold)
        ours = estimate_minutes(inside, inside, model)
        tried = {
            "three parts": error,
            "no common part": TravelError(0.0, error.place, error.trip_min),
            "noise of each trip alone": TravelError(0.0, 0.0, 20 * (model.spread or 0.0)),
            "all on the same side": TravelError(model.spread or 0.0, 0.0, 0.0),
        }
        held_out.append((known.dense(), ours, towns.population[fold], tried))
    for cutoff in (15.0, 20.0, 30.0):
        for kind in held_out[0][3]:
            found = [
                pair
                for truth, ours, people, tried in held_out
                for pair in held(truth, ours, people, tried[kind], cutoff)
            ]
            share, width = (np.mean([pair[at] for pair in found], axis=0) for at in (0, 1))
            cells = " | ".join(f"{100 * s:.0f} %" for s in share)
            yield f"{cutoff:.0f} min | {kind} | {cells} | {100 * width[0]:.0f} pts | {width[1]:.1f}"


def print_promises(
    towns: Communes, everywhere: Places, minutes: np.ndarray, hills: np.ndarray
) -> None:
    """Print the parts of the error, then how often the ranges they give hold the truth."""
    parts = {}
    for name, zone in (("rolling", hills), ("mountain", ~hills)):
        parts[name] = error = error_of(towns, everywhere, minutes, zone)
        print(
            f"\n{name}: common {error.common:.3f}, place {error.place:.3f},"
            f" trip {error.trip_min:.1f} min"
        )
    print("\n| zone, held out | threshold | error | " + " | ".join(NAMES) + " | width | width |")
    rolling_elsewhere = (CAR_ROLLING, parts["rolling"])
    for name, zone, folds, other in (
        ("rolling, 4 halves", hills, [*halves(towns, hills)], None),
        ("rolling, 8 blocks", hills, [*blocks(towns, hills)], None),
        ("mountain, 4 halves", ~hills, [*halves(towns, ~hills)], None),
        ("mountain, 8 blocks", ~hills, [*blocks(towns, ~hills)], None),
        ("mountain read as rolling", ~hills, [*halves(towns, ~hills)], rolling_elsewhere),
    ):
        for line in promise(towns, everywhere, minutes, zone, folds, other):
            print(f"| {name} | {line} |")


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
    print_promises(towns, everywhere, minutes, hills)


if __name__ == "__main__":
    main()
