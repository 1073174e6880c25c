"""Fit a travel model to known times, and say honestly how wrong estimates are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray
from maillage_engine.pairs import Pairs
from maillage_engine.travel import Places, TravelModel, great_circle_km

NEAREST_KM = 0.2  # below this two town halls share a square; their ratio says nothing of roads
FEWEST = 30  # a density level seen at fewer pair ends than this borrows its neighbour's speed


@dataclass(frozen=True, slots=True)
class Threshold:
    """What estimates do to the question "within this many minutes?"."""

    minutes: float  # the threshold, included
    right: float  # share of pairs that the estimate puts on the right side
    missed: float  # of the pairs truly within, share the estimate puts beyond; NaN if there is none
    wrongly_in: float  # of the pairs estimated within, share truly beyond; NaN if there is none


@dataclass(frozen=True, slots=True)
class TravelScore:
    """Errors of estimated times, in minutes, over the pairs whose true time is known."""

    pairs: int  # compared
    bias: float  # mean of estimate minus truth: > 0 means that estimates are too long
    mae: float  # mean absolute error
    rmse: float  # root of the mean squared error
    p90: float  # 9 errors in 10 are smaller than this, in absolute value
    log_sd: float  # standard deviation of ln(truth / estimate); the model's `spread`
    thresholds: tuple[Threshold, ...]  # one for each asked


def score_estimate(
    estimate: ArrayLike, truth: ArrayLike, thresholds: tuple[float, ...] = (15, 20, 30, 45)
) -> TravelScore:
    """Compare estimated with true travel times.

    Parameters
    ----------
    estimate, truth : array_like, same shape
        Minutes. Pairs unknown (NaN or infinite) on either side are left out.
    thresholds : tuple of float
        Inclusive thresholds, in minutes.

    Returns
    -------
    TravelScore

    Raises
    ------
    BadArray
        If shapes disagree, a time is negative, or no pair is known on both sides.

    Notes
    -----
    Cost: linear in the pairs compared, times the thresholds.
    """
    ours, known = _check.times("estimate", estimate), _check.times("truth", truth)
    if ours.shape != known.shape:
        raise BadArray(f"estimate must have the shape of truth, {known.shape}; got {ours.shape}.")
    cutoffs = _check.vector("thresholds", thresholds, empty=True).tolist()
    both = np.isfinite(ours) & np.isfinite(known)
    if not both.any():
        raise BadArray("estimate and truth must have at least one known pair in common.")
    ours, known = ours[both], known[both]
    error = ours - known
    apart = (ours > 0) & (known > 0)
    ratio = np.log(known[apart] / ours[apart])
    return TravelScore(
        pairs=int(error.size),
        bias=float(error.mean()),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        p90=float(np.quantile(np.abs(error), 0.9)),
        log_sd=float(ratio.std()) if ratio.size else float("nan"),
        thresholds=tuple(_threshold(ours, known, cutoff) for cutoff in cutoffs),
    )


def calibrate(
    truth: Pairs,
    origins: Places,
    destinations: Places,
    *,
    base: TravelModel,
    longest_km: float = 40,
) -> TravelModel:
    r"""Fit the speeds and the exponent of a travel model to known times.

    Ordinary least squares on logarithms, so that errors count in proportion:
    :math:`\ln t = \tfrac12(c_{origin} + c_{destination}) + \gamma \ln(d/d_0)`.

    Parameters
    ----------
    truth : Pairs
        Known times, in minutes.
    origins, destinations : Places
        Where they were measured.
    base : TravelModel
        Gives the mode, the detour (a convention: times only say detour ÷ speed) and the source.
    longest_km : float
        Only pairs up to this great-circle distance are used. The choice is made on distance and
        never on time: leaving out slow trips would make the model too fast.

    Returns
    -------
    TravelModel
        With its `spread`. A density level met less than 30 times takes the speed of the nearest
        calibrated level.

    Raises
    ------
    BadArray
        If sizes disagree, or too few usable pairs are left to fit anything.

    Notes
    -----
    Cost: least squares, linear in the known pairs kept.
    """
    if truth.shape != (origins.longitude.size, destinations.longitude.size):
        raise BadArray(
            f"truth must have shape {(origins.longitude.size, destinations.longitude.size)};"
            f" got {truth.shape}."
        )
    _check.positive("longest_km", longest_km)
    row, column = truth.origin, truth.destination
    km = great_circle_km(
        origins.longitude[row],
        origins.latitude[row],
        destinations.longitude[column],
        destinations.latitude[column],
    )
    used = (km >= NEAREST_KM) & (km <= longest_km) & (truth.minutes > 0)
    ends = np.stack([origins.density[row[used]], destinations.density[column[used]]], axis=1)
    return credited(_fit(km[used], truth.minutes[used], ends, base), truth)


def _fit(km: Floats, minutes: Floats, ends: "np.ndarray", base: TravelModel) -> TravelModel:
    seen = [level for level in (1, 2, 3, 4) if (ends == level).sum() >= FEWEST]
    if not seen:
        raise BadArray(f"truth must hold at least {FEWEST} usable pairs; got {km.size}.")
    home = np.asarray([min(seen, key=lambda kept: abs(kept - level)) for level in (1, 2, 3, 4)])
    ends = home[ends - 1]
    design = [(ends == level).mean(axis=1) for level in seen]
    design.append(np.log(km / base.reference_km))
    table, wanted = np.stack(design, axis=1), np.log(minutes)
    solution, *_ = np.linalg.lstsq(table, wanted, rcond=None)
    pace = dict(zip(seen, np.exp(solution[:-1]), strict=True))
    speed = [float(60 * base.detour * base.reference_km / pace[int(level)]) for level in home]
    return TravelModel(
        mode=base.mode,
        speeds_kmh=(speed[0], speed[1], speed[2], speed[3]),
        source=base.source,
        detour=base.detour,
        exponent=min(1.0, float(solution[-1])),
        reference_km=base.reference_km,
        spread=float((wanted - table @ solution).std()),
        attribution=base.attribution,
    )


def _threshold(estimate: Floats, truth: Floats, cutoff: float) -> Threshold:
    ours, known = estimate <= cutoff, truth <= cutoff
    return Threshold(
        minutes=float(cutoff),
        right=float((ours == known).mean()),
        missed=float((known & ~ours).sum() / known.sum()) if known.any() else float("nan"),
        wrongly_in=float((ours & ~known).sum() / ours.sum()) if ours.any() else float("nan"),
    )
