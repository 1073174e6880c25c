"""What the error of estimated times does to figures made of many trips.

Errors are not independent: a model too fast is too fast everywhere, and a village at the end of a
bad road is far from everything. Three parts are told apart, each measured on real times: a factor
common to the whole territory, a factor for each place, and minutes particular to each trip. The
first hardly matters to one trip and decides a total; independent noise alone would promise far too
much. `docs/methods/travel-times.md` says how often the truth was inside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from maillage_engine import _check
from maillage_engine._check import Floats, Ints
from maillage_engine.errors import BadArray

SHORTEST_MIN, LONGEST_MIN = 5.0, 60.0  # trips that are compared; below, squares are too coarse
MIDDLE = 2 * float(ndtri(0.9))  # widths of a normal law's middle 80 %, in standard deviations
ROUNDS = 60  # of alternating means; they settle within twenty
AT_MOST = 3.0  # standard deviations beyond which an estimate is not looked at
SHORTER = 1 / 3  # of its estimate: no trip is drawn shorter
LANES = 4  # draws made of one hash
NORMALS = ndtri((np.arange(4096) + 0.5) / 4096)
GOLDEN = 0x9E3779B97F4A7C15
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class TravelError:
    """How wrong estimated times are: ``true = estimate * exp(b + c_origin + c_site) + e``."""

    common: float  # standard deviation of b, one for a whole territory
    place: float  # standard deviation of c, one for each place
    trip_min: float  # standard deviation of e, in minutes, one for each trip

    def __post_init__(self) -> None:
        for name in ("common", "place"):
            _check.spread(name, getattr(self, name))
        _check.not_negative("trip_min", self.trip_min, " minutes")

    def farthest(self, minutes: ArrayLike) -> Floats:
        """Return the longest estimate, in minutes, of a trip that may truly take `minutes`."""
        times = _check.numbers("minutes", minutes)
        shared = float(np.hypot(self.common, np.sqrt(2) * self.place))
        return np.asarray(times + AT_MOST * np.hypot(times * shared, self.trip_min))


@dataclass(frozen=True, slots=True)
class GuessedTrips:
    """Trips of which some are estimates.

    The same two places are drawn the same error in every call, so that two answers may be compared
    draw by draw.
    """

    minutes: Floats  # (n_demand, n_sites) NaN where there is no route
    guessed: NDArray[np.bool_]  # (n_demand, n_sites) which are estimates; others are never moved
    origins: tuple[str, ...]  # the place of each origin
    sites: tuple[str, ...]  # the place of each site

    def __post_init__(self) -> None:
        shape = (len(self.origins), len(self.sites))
        times = _check.times("minutes", self.minutes)
        moved = np.asarray(self.guessed)
        if times.shape != shape or moved.shape != shape or moved.dtype != np.bool_:
            raise BadArray(
                f"minutes, and guessed of yes and no, must have shape {shape}; got {times.shape},"
                f" and {moved.shape} of {moved.dtype}."
            )


@dataclass(frozen=True, slots=True)
class DrawnAccess:
    """Access and nearest times as they may be, one row a draw."""

    score: Floats  # (draws, n_demand) places per person
    minutes: Floats  # (draws, n_demand) to the nearest site; NaN where none can be reached


def split_error(estimates: Sequence[ArrayLike], truths: Sequence[ArrayLike]) -> TravelError:
    r"""Tell apart what territories, places and trips add to the error of estimated times.

    In each territory, :math:`\ln(t/\hat t) = b + c_i + c_j + e_{ij}/\hat t` by alternating means.

    Parameters
    ----------
    estimates, truths : sequence of array_like, each of shape (n, n)
        Minutes between the places of each territory, by a model that never saw it, and known.
        Trips estimated under 5 or over 60 minutes, or unknown, are left out.

    Returns
    -------
    TravelError
        `common` is the root mean square over territories (their mean is part of the error);
        `place` and `trip_min` come from the middle 80 % of what is left, as a few trips are far
        off.

    Raises
    ------
    BadArray
        If there are fewer than two territories, shapes disagree, or one has no known trip.

    Notes
    -----
    Cost: linear in the pairs.
    """
    if len(estimates) != len(truths) or len(truths) < 2:
        raise BadArray(
            "split_error needs two territories or more, each with estimates and truths; got"
            f" {len(estimates)} and {len(truths)}."
        )
    parts = [_parts(one, other) for one, other in zip(estimates, truths, strict=True)]
    common, places, trips = zip(*parts, strict=True)
    return TravelError(
        common=float(np.sqrt(np.mean(np.square(common)))),
        place=_middle(np.concatenate(places)),
        trip_min=_middle(np.concatenate(trips)),
    )


def _parts(estimate: ArrayLike, truth: ArrayLike) -> tuple[float, Floats, Floats]:
    ours, known = _check.times("estimates", estimate), _check.times("truths", truth)
    if ours.shape != known.shape or ours.ndim != 2 or ours.shape[0] != ours.shape[1]:
        raise BadArray(f"estimates must be square, as truths; got {ours.shape} and {known.shape}.")
    used = (ours >= SHORTEST_MIN) & (ours <= LONGEST_MIN) & np.isfinite(known) & (known > 0)
    if not used.any():
        raise BadArray("truths must hold a known trip of 5 to 60 minutes in each territory.")
    ratio = np.log(np.where(used, known, 1) / np.where(used, ours, 1))
    count = np.maximum(used.sum(axis=1), 1)
    shared, place = float(ratio[used].mean()), np.zeros(count.size)
    for _ in range(ROUNDS):
        left = np.where(used, ratio - shared - place, 0.0)
        place = (place + left.sum(axis=1) / count) / 2
        place -= place.mean()
    left = (ratio - shared - place - place[:, None]) * ours
    return shared, place, left[used]


def _middle(values: Floats) -> float:
    low, high = np.quantile(values, [0.1, 0.9])
    return float(high - low) / MIDDLE


def drawn_access(
    trips: GuessedTrips,
    demand: ArrayLike,
    supply: ArrayLike,
    weights: ArrayLike,
    error: TravelError,
    *,
    draws: int = 60,
) -> DrawnAccess:
    """Compute access and nearest times again, as estimated times may truly be.

    Parameters
    ----------
    trips : GuessedTrips
    demand, supply : array_like, shapes (n_demand,) and (n_sites,)
        Persons, and places.
    weights : array_like, shape (n_tenths,)
        Willingness to travel 0, 0.1, 0.2... minutes; nobody travels longer than the last one.
    error : TravelError
    draws : int
        At least 20. The common error takes as many evenly likely values, lowest first.

    Returns
    -------
    DrawnAccess
        Times are rounded to a tenth of a minute before they are compared.

    Raises
    ------
    BadArray, BadParameter
        If shapes disagree, a value is negative, or there are fewer than 20 draws.

    Notes
    -----
    Cost: draws times the pairs that can come within reach. No generator is used: errors hang on the
    names of places and the number of the draw alone, by the mixing of SplitMix64.

    References
    ----------
    Steele, Lea and Flood (2014), OOPSLA, doi:10.1145/2714064.2660195.

    Examples
    --------
    >>> sure = GuessedTrips(np.array([[7.0]]), np.array([[False]]), ("A",), ("B",))
    >>> found = drawn_access(sure, [4], [2], np.ones(301), TravelError(0.1, 0.1, 2), draws=20)
    >>> np.unique(found.score), np.unique(found.minutes)
    (array([0.5]), array([7.]))
    """
    people = _check.vector("demand", demand, size=len(trips.origins), empty=True)
    places = _check.vector("supply", supply, size=len(trips.sites), empty=True)
    by_tenth = _check.vector("weights", weights)
    _check.whole("draws", draws, 20)
    shape = (draws, people.size)
    found = DrawnAccess(np.zeros(shape), np.full(shape, np.nan))
    kept = _within_sight(trips.minutes, (by_tenth.size - 1) / 10, error)
    row, column = np.nonzero(kept)
    if not row.size:
        return found
    near = np.append(by_tenth, 0.0)
    start = np.searchsorted(row, np.arange(people.size + 1))
    lived = np.flatnonzero(np.diff(start))
    table = csr_array((np.zeros(row.size), column, start), shape=kept.shape)
    for at, tenths in enumerate(_drawn_tenths(trips, row, column, error, draws)):
        near.take(tenths, out=table.data, mode="clip")
        pressure = people @ table
        each = np.divide(places, pressure, out=np.zeros_like(places), where=pressure > 0)
        found.score[at] = table @ each
        found.minutes[at, lived] = np.minimum.reduceat(tenths, start[lived]) / 10
    return found


def _within_sight(times: Floats, cutoff: float, error: TravelError) -> NDArray[np.bool_]:
    """Mark the trips that may come within the threshold, or be the shortest of their origin."""
    known = np.nan_to_num(times, nan=np.inf, posinf=np.inf)
    shortest = known.min(axis=1, initial=np.inf)
    reach = np.maximum(error.farthest(cutoff), error.farthest(np.minimum(shortest, 1e9)))
    return np.asarray(np.isfinite(known) & (known <= reach[:, None]))


def _drawn_tenths(
    trips: GuessedTrips,
    row: NDArray[np.intp],
    column: NDArray[np.intp],
    error: TravelError,
    draws: int,
) -> Iterator[Ints]:
    """Yield the true tenths of minutes of each trip, one draw after the other."""
    estimate, moves = trips.minutes[row, column], trips.guessed[row, column]
    starts, sites = _words(trips.origins), _words(trips.sites)
    words = starts[row] ^ _mixed(sites[column] + np.uint64(GOLDEN))
    common = error.common * ndtri((np.arange(draws) + 0.5) / draws)
    noise, fixed = np.where(moves & (estimate > 0), error.trip_min, 0.0), np.flatnonzero(~moves)
    longer, true = np.empty_like(estimate), np.empty_like(estimate)
    drawn = [(one, np.empty((LANES, one.size))) for one in (starts, sites, words)]
    for first in range(0, draws, LANES):
        at_start, at_site, apart = (_normals(one, first, room) for one, room in drawn)
        for lane in range(min(LANES, draws - first)):
            there = np.exp(common[first + lane] + error.place * at_start[lane])
            here = np.exp(error.place * at_site[lane])
            np.multiply(there.take(row), here.take(column), out=longer)
            longer[fixed] = 1.0
            longer *= estimate
            np.multiply(noise, apart[lane], out=true)
            true += longer
            longer *= SHORTER
            np.maximum(true, longer, out=true)
            true *= 10
            yield np.rint(true, out=true).astype(np.int64)


def _words(names: Sequence[str]) -> Words:
    """Turn names into 64-bit words, the same on every machine."""
    known = {name: blake2b(name.encode(), digest_size=8).digest() for name in set(names)}
    return np.frombuffer(b"".join(known[name] for name in names), dtype="<u8").astype(np.uint64)


def _normals(words: Words, first: int, room: Floats) -> Floats:
    """Write `LANES` normal numbers for each word into the rows of `room`, and return it."""
    mixed = _mixed(words + np.uint64((first // LANES + 1) * GOLDEN % 2**64))
    at = (mixed.astype("<u8").view("<u2") >> 4).reshape(-1, LANES)
    for lane in range(LANES):
        NORMALS.take(at[:, lane], out=room[lane], mode="clip")
    return room


def _mixed(words: Words) -> Words:
    """Scatter the bits of each word."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(words ^ (words >> np.uint64(31)))
