"""Who can really go: with or without a car, while the place is open, or at a distance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.access import Access
from maillage_engine.attribution import attribution_of, credited
from maillage_engine.errors import BadArray
from maillage_engine.pairs import Pairs, pairs, pairs_from

WEEK_MIN = 7 * 24 * 60
Window = tuple[float, float]  # minutes since Monday 0:00


@dataclass(frozen=True, slots=True)
class Blend:
    """Access of households that do not all travel the same way."""

    score: Floats  # (n_demand,) places per person, whoever they are
    by_mode: dict[str, Floats]  # (n_demand,) places per person of those who travel so
    pressure: Floats  # (n_supply,) weighted persons per place; inf where there is no place
    unserved: dict[str, NDArray[np.bool_]]  # (n_demand,) nothing within reach of those
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class Layered:
    """Access on the spot and at a distance: two figures, never one sum of minutes."""

    on_site: Floats  # (n_demand,) places per person that one travels to
    remote: Floats  # (n_demand,) places per person by phone or video, the same for all connected
    connected: Floats  # (n_demand,) share of persons who can be served at a distance
    attribution: str = ""  # whom to credit wherever it is shown


@dataclass(frozen=True, slots=True)
class ScoreInterval:
    """Where scores lie when travel times are not exactly known."""

    low: Floats  # (n_demand,)
    middle: Floats  # (n_demand,) median of the draws
    high: Floats  # (n_demand,)
    level: float
    attribution: str = ""  # whom to credit wherever it is shown


def blended_access(
    demand: ArrayLike,
    supply: ArrayLike,
    weights: Mapping[str, Any],
    shares: Mapping[str, ArrayLike],
) -> Blend:
    r"""Score origins whose households travel in several ways: all compete for the same places.

    .. math:: D_j = \sum_m \sum_i w^m_{ij} s^m_i h_i, \quad
              A^m_i = \sum_j w^m_{ij} S_j / D_j, \quad A_i = \sum_m s^m_i A^m_i

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        Persons :math:`h`, >= 0.
    supply : array_like, shape (n_supply,)
        Places :math:`S`, >= 0.
    weights : mapping of str to array or sparse matrix, each (n_demand, n_supply)
        Willingness to travel :math:`w^m` in [0, 1], for each way of travelling.
    shares : mapping of str to array_like, each (n_demand,)
        Share :math:`s^m` of the persons of each origin who travel so; they sum to 1.

    Returns
    -------
    Blend

    Raises
    ------
    BadArray
        If ways differ, shapes disagree, or shares do not sum to 1.

    Notes
    -----
    Cost: linear in the stored weights of all modes.

    References
    ----------
    Mao & Nekorchuk (2013), Health & Place 24, doi:10.1016/j.healthplace.2013.08.008.

    Examples
    --------
    >>> near, far = [[1.0], [1.0]], [[1.0], [0.0]]
    >>> found = blended_access([10, 10], [6], {"car": near, "foot": far},
    ...                        {"car": [0.5, 0.5], "foot": [0.5, 0.5]})
    >>> found.score.tolist(), found.by_mode["foot"].tolist()
    ([0.4, 0.2], [0.4, 0.0])
    """
    people = _check.vector("demand", demand)
    places = _check.vector("supply", supply, empty=True)
    for name, ways_of in (("weights", weights), ("shares", shares)):
        if not isinstance(ways_of, Mapping) or not ways_of:
            got = _check.said(ways_of)
            raise BadArray(f"{name} must hold one array for each way of travelling; got {got}.")
    if set(weights) != set(shares):
        raise BadArray(
            f"weights and shares must name the same ways; got {sorted(weights)}, {sorted(shares)}."
        )
    shape = (people.size, places.size)
    ways = {name: _check.weight(one, shape) for name, one in weights.items()}
    parts = {
        name: _check.vector(f"shares[{name!r}]", shares[name], size=people.size) for name in ways
    }
    total = np.sum(list(parts.values()), axis=0)
    if np.abs(total - 1).max(initial=0.0) > 1e-9:
        first = int(np.abs(total - 1).argmax())
        raise BadArray(f"shares must sum to 1; got {total[first]:.6g} at index {first}.")
    seen = np.sum([way.T @ (parts[name] * people) for name, way in ways.items()], axis=0)
    ratio = np.divide(places, seen, out=np.zeros(places.size), where=seen > 0)
    by_mode = {name: np.asarray(way @ ratio) for name, way in ways.items()}
    reached = (places > 0).astype(np.float64)
    return Blend(
        score=np.sum([parts[name] * score for name, score in by_mode.items()], axis=0),
        by_mode=by_mode,
        pressure=np.divide(seen, places, out=np.full(places.size, np.inf), where=places > 0),
        unserved={name: np.asarray(way @ reached) == 0 for name, way in ways.items()},
        attribution=attribution_of(weights),
    )


def while_open(
    cost: Any,
    opens: Sequence[Sequence[Window]],
    free: Sequence[Window],
    *,
    stay_min: float = 30.0,
) -> Pairs:
    r"""Keep the pairs where someone can go, stay and be back while both sides allow it.

    A trip of :math:`t` minutes from a free window :math:`[a, b]` to a place open on
    :math:`[o, c]` works when :math:`\min(c, b - t) - \max(o, a + t)` is at least the stay.

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes one way, >= 0.
    opens : sequence, one for each site, of windows (start, end)
        When each site is open, in minutes since Monday 0:00; an end before its start runs over the
        end of the week. Empty: never.
    free : sequence of windows
        When families can be away from home.
    stay_min : float
        How long one stays, > 0.

    Returns
    -------
    Pairs
        The same minutes, only where the visit is possible.

    Raises
    ------
    BadArray, BadParameter
        If there is not one set of windows per site, a window is outside the week, or the stay is
        not > 0.

    Notes
    -----
    Cost: linear in the pairs, times the opening and free times of a week.

    Examples
    --------
    >>> tuesday = 24 * 60
    >>> opening = [[(tuesday + 540, tuesday + 720)]]          # 9:00 to 12:00
    >>> evening = [(tuesday + 1080, tuesday + 1260)]           # free from 18:00 to 21:00
    >>> while_open([[10.0]], opening, evening).minutes.size
    0
    """
    reach = pairs(cost)
    if not isinstance(opens, Sequence) or len(opens) != reach.shape[1]:
        got = len(opens) if isinstance(opens, Sequence) else _check.said(opens)
        raise BadArray(f"opens must hold {reach.shape[1]} sets of windows; got {got}.")
    stay = _check.positive("stay_min", stay_min)
    away = _unrolled(free, "free")
    # The longest trip that still works, for each site: a pair is kept when its minutes fit.
    longest = np.array([_longest(_unrolled(one, "opens"), away, stay) for one in opens])
    kept = reach.minutes <= longest[reach.destination] if longest.size else np.zeros(0, bool)
    origin, destination = reach.origin[kept], reach.destination[kept]
    return credited(pairs_from(reach.shape, origin, destination, reach.minutes[kept]), reach)


def with_remote(
    access: Access, demand: ArrayLike, remote_places: float, connected: ArrayLike = 1.0
) -> Layered:
    """Lay remote services beside access on the spot, shared among those who are connected.

    Parameters
    ----------
    access : Access
        Access on the spot.
    demand : array_like, shape (n_demand,)
        Persons, >= 0.
    remote_places : float
        Places at a distance, for all origins together, >= 0.
    connected : array_like, shape (n_origins,), or one for all
        Share of the persons of each origin who can be served so, in [0, 1].

    Returns
    -------
    Layered
        Two figures: a place at a distance is not one within so many minutes.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative, or a share is outside [0, 1].

    Notes
    -----
    Cost: linear in the origins.

    Examples
    --------
    >>> from maillage_engine import two_step_access
    >>> base = two_step_access([10, 30], [8], [[1], [0]])
    >>> with_remote(base, [10, 30], 20, [1.0, 0.5]).remote.tolist()
    [0.8, 0.4]
    """
    people = _check.vector("demand", demand, size=access.score.size)
    given = _check.numbers("connected", connected)
    share = np.full(people.size, given) if given.ndim == 0 else given
    if share.shape != people.shape or not ((share >= 0) & (share <= 1)).all():
        raise BadArray(f"connected must hold {people.size} shares in [0, 1], or one for all.")
    remote_places = _check.not_negative("remote_places", remote_places)
    served = float(people @ share)
    each = remote_places / served if served > 0 else 0.0
    return credited(Layered(access.score, each * share, np.array(share)), access)


def score_interval(
    score: Callable[[Pairs], ArrayLike],
    cost: Any,
    spread: float,
    *,
    level: float = 0.8,
    draws: int = 200,
    seed: int = 0,
) -> ScoreInterval:
    """Say where scores lie when each travel time carries an error.

    Parameters
    ----------
    score : callable Pairs -> array_like (n_demand,)
        What is computed from travel times. Give it pairs farther than its threshold, so that those
        just beyond may come within it.
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Estimated minutes.
    spread : float
        Standard deviation of ln(true / estimated), >= 0; see `TravelModel.spread`.
    level : float
        Share of the draws inside, in (0, 1).
    draws : int
        How many times every travel time is drawn, independently, >= 10.
    seed : int

    Returns
    -------
    ScoreInterval

    Raises
    ------
    BadParameter
        If the spread is negative, the level is not in (0, 1), or there are fewer than 10 draws.

    Notes
    -----
    Cost: `score` is computed once for the value and once for each draw.

    Errors of pairs are drawn independently: right for one score, far too sure of a total, where
    what trips share decides. `drawn_access` draws what they share, too.
    """
    _check.spread("spread", spread)
    _check.inside("level", level)
    _check.whole("draws", draws, 10)
    reach, rng = pairs(cost), _check.chance(seed)
    drawn = []
    for _draw in range(draws):
        minutes = reach.minutes * rng.lognormal(0.0, spread, reach.minutes.size)
        drawn.append(np.asarray(score(replace(reach, minutes=minutes)), dtype=np.float64))
    low, middle, high = np.quantile(drawn, [0.5 - level / 2, 0.5, 0.5 + level / 2], axis=0)
    return credited(ScoreInterval(low, middle, high, level), reach)


def _unrolled(windows: Sequence[Window], name: str) -> list[Window]:
    """Check windows, and cut those that run over the end of the week."""
    found: list[Window] = []
    table = _check.numbers(name, windows)
    if table.size and (table.ndim != 2 or table.shape[1] != 2):
        raise BadArray(f"{name} must hold windows (start, end); got shape {table.shape}.")
    for start, end in table.reshape(-1, 2).tolist():
        if not (0 <= start <= WEEK_MIN and 0 <= end <= WEEK_MIN):
            raise BadArray(
                f"{name} must lie in 0..{WEEK_MIN} minutes of the week; got {start}, {end}."
            )
        if start <= end:
            found.append((start, end))
        else:
            found += [(start, WEEK_MIN + end), (start - WEEK_MIN, end)]
    return found


def _longest(opens: Sequence[Window], free: Sequence[Window], stay: float) -> float:
    """Return the longest trip with which a visit fits; -inf where none does."""
    best = -np.inf
    for opened, closed in opens:
        for away, back in free:
            if min(closed, back) - max(opened, away) < stay:
                continue
            # One arrives at max(opened, away + t) and leaves at min(closed, back - t).
            best = max(
                best, min((back - away - stay) / 2, closed - stay - away, back - stay - opened)
            )
    return best
