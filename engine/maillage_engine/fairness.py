"""Sharing new places fairly: raise the worst-off first, or make access as equal as it can be.

For fixed travel weights the accessibility of every place is linear in supply, so both questions are
linear programmes: their answers are exact.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, diags_array, issparse

from maillage_engine import _check
from maillage_engine._bounds import Bounded
from maillage_engine._check import Floats
from maillage_engine._milp import Programme
from maillage_engine.attribution import attribution_of
from maillage_engine.errors import BadArray, BadParameter, Infeasible
from maillage_engine.inequality import gap_slope, gini

ROUNDS = 400  # of cuts; each tightens the bound
CLOSE = 1e-9

Aim = Literal["worst_off_first", "most_equal"]


@dataclass(frozen=True, slots=True)
class FairShare(Bounded):
    """Where new places go, and what each origin then has."""

    added: Floats  # (n_sites,) places
    access: Floats  # (n_demand,) places per person after
    before: Floats  # (n_demand,) places per person today
    objective: float  # least access, or Gini index
    bound: float  # no sharing does better
    proven: bool  # objective and bound agree to one billionth
    attribution: str = ""  # whom to credit wherever it is shown


def share_places(
    weight: Any,
    demand: ArrayLike,
    places: float,
    *,
    aim: Aim = "worst_off_first",
    today: ArrayLike | None = None,
    most: ArrayLike = np.inf,
) -> FairShare:
    r"""Share new places among sites for the sake of who has least.

    Access is that of `two_step_access`, :math:`A_i = \sum_j w_{ij} S_j / D_j` with
    :math:`D_j = \sum_i w_{ij} h_i`, linear in the supply :math:`S`.

    .. math:: \max_S \min_{i: h_i > 0} A_i \qquad\text{or}\qquad \min_S \text{Gini}(A, h)

    Parameters
    ----------
    weight : array_like or sparse, shape (n_demand, n_sites)
        Distance weights in [0, 1], as for `two_step_access`.
    demand : array_like, shape (n_demand,)
        Persons, >= 0.
    places : float
        New places to share, > 0.
    aim : {"worst_off_first", "most_equal"}
    today : array_like, shape (n_sites,), optional
        Places of each site today; none by default.
    most : array_like, shape (n_sites,), or one for all
        Most new places at each site.

    Returns
    -------
    FairShare

    Raises
    ------
    BadArray, BadParameter
        If a number is negative, shapes disagree, or the aim is unknown.
    Infeasible
        Naming `most`, when the sites cannot take so many places.

    Notes
    -----
    Cost: a linear programme with one variable for each site, as large as the stored weights.

    The mean of A over persons is the supply within someone's reach divided by the persons: it is
    the same for every sharing of the places among sites that someone reaches, so the least Gini is
    the least mean absolute difference. That is the largest of linear functions, one for each
    ranking of the origins: rankings are added as cuts until the bound meets the answer.

    References
    ----------
    Ogryczak & Śliwiński (2003), European Journal of Operational Research 148(1), 80-91.

    Examples
    --------
    >>> share_places([[1, 0], [0, 1]], [10, 30], 4).added.tolist()
    [1.0, 3.0]
    """
    given = weight if issparse(weight) else np.atleast_2d(_check.numbers("weight", weight))
    people = _check.people("demand", demand, given.shape[0])
    if given.ndim != 2:
        raise BadArray(f"weight must be a table of two dimensions; got shape {given.shape}.")
    table = csr_array(_check.weight(given, given.shape))
    size = table.shape[1]
    supply = np.zeros(size) if today is None else _check.vector("today", today, size=size)
    room = _check.for_each("most", most, size)
    wanted = _check.positive("places", places)
    seen = table.T @ people
    reached = np.where(seen > 0, room, 0.0)
    if reached.sum() < wanted * (1 - CLOSE):
        raise Infeasible("most", f"the sites can take {reached.sum():g} places; got {wanted:g}.")
    per_place = csr_array(table @ diags_array(np.divide(1.0, seen, where=seen > 0, out=seen * 0)))
    problem = _Sharing(per_place[people > 0], people[people > 0], supply, reached, wanted)
    if aim == "worst_off_first":
        added, value, bound = problem.worst_off_first()
    elif aim == "most_equal":
        added, value, bound = problem.most_equal()
    else:
        raise BadParameter(f"aim must be worst_off_first or most_equal; got {aim!r}.")
    return FairShare(
        added, per_place @ (supply + added), per_place @ supply, value, bound,
        abs(value - bound) <= CLOSE * max(1.0, abs(value)), attribution_of(weight),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sharing:
    """Origins where someone lives, and what one place at each site brings them."""

    per_place: csr_array
    people: Floats
    supply: Floats
    room: Floats
    wanted: float

    def _programme(self) -> tuple[Programme, Any]:
        programme = Programme()
        added = programme.variables(np.zeros(self.room.size), high=self.room)
        programme.constrain(0, added, 1.0, least=self.wanted, most=self.wanted)
        return programme, added

    def worst_off_first(self) -> tuple[Floats, float, float]:
        """Maximise the least access."""
        programme, added = self._programme()
        worst = programme.variables(np.array([-1.0]), low=-np.inf)
        table, today = self.per_place.tocoo(), self.per_place @ self.supply
        rows = np.arange(today.size)
        programme.constrain(
            np.r_[table.row, rows], np.r_[added[table.col], np.full(rows.size, worst[0])],
            np.r_[table.data, -np.ones(rows.size)], least=-today, count=rows.size,
        )  # fmt: skip
        found = programme.solve()
        values = self._values(found.values)[added]
        return values, float((self.per_place @ (self.supply + values)).min()), -found.bound

    def most_equal(self) -> tuple[Floats, float, float]:
        """Minimise the mean absolute difference, by cuts."""
        programme, added = self._programme()
        spread = programme.variables(np.array([1.0]))
        best, value, bound = np.zeros(added.size), np.inf, 0.0
        for _round in range(ROUNDS):
            values = self._values(programme.solve().values)
            bound = max(bound, self._gini_of(float(values[spread[0]])))
            access = self.per_place @ (self.supply + values[added])
            if (now := gini(access, self.people)) < value:
                best, value = values[added], now
            if value - bound <= CLOSE:
                break
            slope = gap_slope(access, self.people)
            by_site = self.per_place.T @ slope
            constant = float(slope @ (self.per_place @ self.supply))
            programme.constrain(
                0, np.r_[added, spread], np.r_[by_site, -1.0], most=-constant
            )  # fmt: skip
        return best, value, min(value, bound)

    def _gini_of(self, half_difference: float) -> float:
        """Half the mean absolute difference over the mean is the Gini index."""
        mean = float(self.people @ (self.per_place @ (self.supply + self._anywhere())))
        return half_difference * float(self.people.sum()) / mean

    def _anywhere(self) -> Floats:
        """Any sharing: the mean of access does not depend on it."""
        endless = np.isinf(self.room)
        if endless.any():
            return np.asarray(np.where(endless, self.wanted / endless.sum(), 0.0))
        return np.asarray(self.room / self.room.sum() * self.wanted)

    def _values(self, values: Floats | None) -> Floats:
        if values is None:
            raise Infeasible("most", "the places cannot be shared within what each site can take.")
        return values
