"""Where an itinerant service stops: most people within reach of a stop, rounds that fit in a day.

Which stops cover most is proven; that no round fits is the word of a search, so the bound does not
rely on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check
from maillage_engine._bounds import Bounded
from maillage_engine._check import Floats, Ints
from maillage_engine._milp import Programme
from maillage_engine._problem import within_reach
from maillage_engine.attribution import attribution_of
from maillage_engine.errors import BadArray, Infeasible
from maillage_engine.pairs import Pairs
from maillage_engine.rounds import ALL_DAY, Stop, Vehicle, checked, routed


@dataclass(frozen=True, slots=True)
class ChosenStops(Bounded):
    """Stops that can be visited within so many days, and who is near one."""

    stops: Ints  # (n_stops,) columns of reach, increasing
    days: tuple[tuple[int, ...], ...]  # the stops of each day's round, in order
    driven: float  # minutes over all days
    objective: float  # persons within reach of a stop
    bound: float  # no choice of stops reaches more
    attribution: str = ""  # whom to credit wherever it is shown

    @property
    def proven(self) -> bool:
        """Whether nobody else could be reached by any choice."""
        return self.objective >= self.bound * (1 - 1e-9)


def choose_stops(  # noqa: PLR0913 - four facts and their keyword-only options
    reach: ArrayLike,
    demand: ArrayLike,
    minutes: ArrayLike | Pairs,
    stay: float,
    *,
    days: int = 1,
    shift: float = 420.0,
    iterations: int = 300,
    tries: int = 25,
    seed: int = 0,
) -> ChosenStops:
    r"""Choose where an itinerant service stops, so that most people are within reach of a stop.

    .. math:: \max \sum_i h_i z_i \quad \text{s.t.} \quad z_i \le \sum_j a_{ij} y_j,\;
              \sum_j (s + \min_k t_{kj})\, y_j + \min_j t_{j0} \le D\,T

    and a round of at most :math:`T` minutes exists for each of the :math:`D` days. The row above is
    necessary, so its maximum bounds every choice; choices without rounds are struck out one by one.

    Parameters
    ----------
    reach : array_like of bool (n_demand, n_stops), sparse matrix, or Pairs
        Whether each possible stop is within reach of each origin.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    minutes : array_like, shape (n_stops + 1, n_stops + 1), or Pairs
        Driving minutes; row and column 0 are the depot, then the stops. NaN or absent: no route.
    stay : float
        Minutes spent at each stop.
    days : int
        Days of rounds, one vehicle each.
    shift : float
        Minutes of a day at most, driving included.
    iterations, tries : int
        Steps of each search of rounds, and choices struck out before stops are dropped one by one.
    seed : int
        The same seed gives the same answer.

    Returns
    -------
    ChosenStops
        `proven` only when the bound is met; otherwise a better choice may exist.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or shapes disagree.
    Infeasible
        Naming `shift` when no stop at all fits in a day.

    Notes
    -----
    Cost: a programme with one variable for each stop and each origin, and a search of rounds,
    once for each choice struck out.

    References
    ----------
    Current & Schilling (1989), Transportation Science 23(3): the covering salesman.

    Examples
    --------
    >>> road = [[0, 10, 30], [10, 0, 25], [30, 25, 0]]
    >>> chosen = choose_stops([[1, 0], [1, 1], [0, 1]], [5, 3, 9], road, 60, shift=130)
    >>> chosen.stops.tolist(), chosen.objective, chosen.bound
    ([1], 12.0, 12.0)
    """
    within = within_reach(reach)
    people = _check.people("demand", demand, within.shape[0])
    size = within.shape[1]
    stops = [Stop(place + 1, stay) for place in range(size)]
    fleet = [Vehicle(0, shift, 0.0, ALL_DAY[1], (0,))] * _check.whole("days", days, 1)
    case = checked(minutes, stops, fleet, iterations, seed)
    if len(case.minutes) != size + 1:
        raise BadArray(
            f"minutes must have {size + 1} rows, the depot first; got {len(case.minutes)}."
        )
    able = [n for n in range(size) if routed(case, 0, frozenset({n})) is not None]
    if not able:
        raise Infeasible("shift", f"No stop fits in a day of {shift:g} minutes with its drive.")
    near = within.matrix(np.ones(within.minutes.size)).toarray() > 0
    programme, opened = _cover(near, people, able, (case.minutes, stay, days * shift))
    solved = programme.solve()
    bound = -solved.bound  # before striking out: the search of rounds proves nothing
    chosen = _members(solved.values, opened)
    for _ in range(tries):
        if routed(case, 0, chosen) is not None:
            break
        struck = sorted(chosen)
        programme.constrain(0, opened[struck], 1.0, most=len(struck) - 1)
        chosen = _members(programme.solve().values, opened)
    while routed(case, 0, chosen) is None:
        chosen = min(
            (chosen - {stop} for stop in sorted(chosen)),
            key=lambda rest: -float(people @ near[:, sorted(rest)].any(axis=1)),
        )
    routes = routed(case, 0, chosen) or ()
    return ChosenStops(
        stops=np.array(sorted(chosen), dtype=np.int64),
        days=tuple(tuple(call[0] for call in one.calls) for one in routes),
        driven=float(sum(one.driven for one in routes)),
        objective=float(people @ near[:, sorted(chosen)].any(axis=1)),
        bound=bound,
        attribution=attribution_of(reach, minutes),
    )


def _members(values: Floats | None, opened: Ints) -> frozenset[int]:
    chosen = [] if values is None else np.flatnonzero(values[opened] > 0.5).tolist()
    return frozenset(chosen)


def _cover(
    near: NDArray[np.bool_], people: Floats, able: Sequence[int], time: tuple[Floats, float, float]
) -> tuple[Programme, Ints]:
    """Write the most people within reach whose stops might fit in the days."""
    minutes, stay, whole = time
    size, programme = near.shape[1], Programme()
    trips = np.where(np.isnan(minutes) | np.eye(size + 1, dtype=bool), np.inf, minutes)
    into, home = trips[:, 1:].min(axis=0), trips[1:, 0].min()
    fits = np.isin(np.arange(size), able)
    opened = programme.variables(np.zeros(size), high=fits.astype(float), whole=True)
    served = programme.variables(-people, high=1.0)
    row, column = np.nonzero(near)
    lines = np.arange(people.size)
    programme.constrain(
        np.r_[lines, row], np.r_[served, opened[column]],
        np.r_[np.ones(people.size), -np.ones(row.size)], most=0.0, count=people.size,
    )  # fmt: skip
    used = np.where(fits, stay + np.where(np.isfinite(into), into, 0.0), 0.0)
    programme.constrain(np.zeros(size, int), opened, used, most=whole - home)
    return programme, opened
