"""Variants of the two-step method: people who have a choice, and places too far to be used.

All take persons, capacities and weights like `two_step_access`, cost the same (linear in the stored
weights), keep sparse input sparse, and return an `Access`. They differ in the weights of each step:
:math:`R_j = S_j / \\sum_k u_{kj} P_k` then :math:`A_i = \\sum_j v_{ij} R_j`.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, issparse

from maillage_engine import _check
from maillage_engine._check import Floats
from maillage_engine.access import Access, nothing_within_reach, pressure
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray


def three_step_access(demand: ArrayLike, supply: ArrayLike, weight: Any) -> Access:
    r"""Score each origin by the three-step method (3SFCA), where people split among facilities.

    People choose :math:`G_{ij} = w_{ij} / \sum_l w_{il}`, and both steps use
    :math:`u = v = G\,w`: a facility is less crowded by people who have others nearer.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin (persons, >= 0).
    supply : array_like, shape (n_supply,)
        Capacity of each facility (places, >= 0).
    weight : array_like or sparse matrix, shape (n_demand, n_supply)
        Willingness to travel, in [0, 1]; see `step_weight`.

    Returns
    -------
    Access
        The places handed out equal the places someone can reach.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or not finite, or a weight is outside [0, 1].

    Notes
    -----
    Cost: linear in the stored weights.

    References
    ----------
    Wan, Zou & Sternberg (2012), International Journal of Geographical Information Science 26(6),
    doi:10.1080/13658816.2011.624987.
    """
    people, places, reach = _checked(demand, supply, weight)
    chosen = _times(_rows_to_one(reach), reach)
    return credited(_scored(people, places, chosen, chosen), weight)


def modified_two_step_access(demand: ArrayLike, supply: ArrayLike, weight: Any) -> Access:
    r"""Score each origin by the modified two-step method (M2SFCA), which counts distance twice.

    :math:`u = w,\ v = w^2`: a place that is far from everyone is partly lost, so the places handed
    out are *fewer* than those open. Use it to compare networks, not to share places.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin (persons, >= 0).
    supply : array_like, shape (n_supply,)
        Capacity of each facility (places, >= 0).
    weight : array_like or sparse matrix, shape (n_demand, n_supply)
        Willingness to travel, in [0, 1]; see `step_weight`. Unlike in the other methods, its scale
        matters.

    Returns
    -------
    Access
        Never above `two_step_access`.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or not finite, or a weight is outside [0, 1].

    Notes
    -----
    Cost: linear in the stored weights.

    References
    ----------
    Delamater (2013), Health & Place 24, doi:10.1016/j.healthplace.2013.07.012.
    """
    people, places, reach = _checked(demand, supply, weight)
    return credited(_scored(people, places, reach, _times(reach, reach)), weight)


def huff_three_step_access(demand: ArrayLike, supply: ArrayLike, weight: Any) -> Access:
    r"""Score each origin by the modified Huff three-step method (MHV3SFCA).

    People choose by size and distance, :math:`G_{ij} = S_j w_{ij} / \sum_l S_l w_{il}`;
    :math:`u = G,\ v = G\,w`.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin (persons, >= 0).
    supply : array_like, shape (n_supply,)
        Capacity of each facility (places, >= 0).
    weight : array_like or sparse matrix, shape (n_demand, n_supply)
        Willingness to travel, in [0, 1]; see `step_weight`.

    Returns
    -------
    Access

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or not finite, or a weight is outside [0, 1].

    Notes
    -----
    Cost: linear in the stored weights.

    References
    ----------
    Jörg, Lenz, Wetz & Widmer (2019), Ein Modell zur Analyse der Versorgungsdichte, Obsan.
    """
    people, places, reach = _checked(demand, supply, weight)
    choice = _rows_to_one(_scaled(reach, columns=places))
    return credited(_scored(people, places, choice, _times(choice, reach)), weight)


def balanced_access(demand: ArrayLike, supply: ArrayLike, weight: Any) -> Access:
    r"""Score each origin by the balanced method (BFCA): nobody and no place is counted twice.

    :math:`u_{ij} = w_{ij} / \sum_l w_{il}` shares each person among facilities, and
    :math:`v_{ij} = w_{ij} / \sum_k w_{kj}` each facility's level of service among origins.

    Parameters
    ----------
    demand : array_like, shape (n_demand,)
        People to serve at each origin (persons, >= 0).
    supply : array_like, shape (n_supply,)
        Capacity of each facility (places, >= 0).
    weight : array_like or sparse matrix, shape (n_demand, n_supply)
        Willingness to travel, in [0, 1]; see `step_weight`.

    Returns
    -------
    Access
        The scores of all origins add up to the levels of service (places per person) of all
        facilities someone can reach.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or not finite, or a weight is outside [0, 1].

    Notes
    -----
    Cost: linear in the stored weights.

    References
    ----------
    Páez, Higgins & Vivona (2019), PLOS ONE 14(6), doi:10.1371/journal.pone.0218773.
    """
    people, places, reach = _checked(demand, supply, weight)
    return credited(_scored(people, places, _rows_to_one(reach), _columns_to_one(reach)), weight)


def standardised_demand(people_by_age: ArrayLike, use_by_age: ArrayLike) -> Floats:
    r"""Count people by how much each age uses the service, :math:`\sum_a P_{k,a}\, c_a / \bar c`.

    Parameters
    ----------
    people_by_age : array_like, shape (n_demand, n_ages)
        Persons of each age at each origin, >= 0.
    use_by_age : array_like, shape (n_ages,)
        Average use of the service at each age, :math:`c_a` >= 0, any unit.

    Returns
    -------
    ndarray of float64, shape (n_demand,)
        Standardised persons; their total is the total of persons.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative or missing, or nobody uses the service.

    Notes
    -----
    Cost: linear in the cells of the table.

    References
    ----------
    Barlet, Coldefy, Collin & Lucas-Gabrielli (2012), Études et résultats 795, DREES.
    """
    table = _check.numbers("people_by_age", people_by_age)
    if table.ndim != 2:
        raise BadArray(f"people_by_age must be a table of two dimensions; got shape {table.shape}.")
    _check.vector("people_by_age", table.ravel(), empty=True)
    use = _check.vector("use_by_age", use_by_age, size=table.shape[1])
    total = float(table.sum(axis=0) @ use)
    if total == 0:
        raise BadArray("at least one age that uses the service must be counted; got none.")
    return np.asarray(table @ use * (table.sum() / total))


def _checked(
    demand: ArrayLike, supply: ArrayLike, weight: Any
) -> tuple[Floats, Floats, Floats | csr_array]:
    people = _check.vector("demand", demand)
    places = _check.vector("supply", supply, empty=True)
    return people, places, _check.weight(weight, (people.size, places.size))


def _scored(people: Floats, places: Floats, first: Any, second: Any) -> Access:
    catchment = np.asarray(first.T @ people)
    share = np.divide(places, catchment, out=np.zeros_like(places), where=catchment > 0)
    score = np.asarray(second @ share)
    unserved = nothing_within_reach(score, catchment, places, second)
    return Access(score=score, pressure=pressure(catchment, places), unserved=unserved)


def _times(left: Any, right: Any) -> Any:
    return left.multiply(right).tocsr() if issparse(left) else left * right


def _scaled(matrix: Any, *, rows: Floats | None = None, columns: Floats | None = None) -> Any:
    """Multiply rows or columns, leaving the pattern of stored entries as it is."""
    if not issparse(matrix):
        return matrix * (rows[:, None] if rows is not None else columns)
    factor = (
        np.repeat(rows, np.diff(matrix.indptr))
        if rows is not None
        else np.asarray(columns)[matrix.indices]
    )
    return csr_array((matrix.data * factor, matrix.indices, matrix.indptr), shape=matrix.shape)


def _rows_to_one(matrix: Any) -> Any:
    return _scaled(matrix, rows=_inverse(np.asarray(matrix.sum(axis=1)).ravel()))


def _columns_to_one(matrix: Any) -> Any:
    return _scaled(matrix, columns=_inverse(np.asarray(matrix.sum(axis=0)).ravel()))


def _inverse(total: Floats) -> Floats:
    return np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
