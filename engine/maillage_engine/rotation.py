"""Which town a shared practitioner serves on each half-day: quotas kept, fewest kilometres.

A day is a pair of towns, morning and afternoon, so that its trips are known: days that offer the
same choices are counted together, which leaves a small integer programme that HiGHS solves to
proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check, _problem
from maillage_engine._bounds import PROVEN
from maillage_engine._check import Floats, Ints
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray, Infeasible
from maillage_engine.pairs import Pairs, table_of

SLACK = 1e-6  # hours and kilometres that rounding may add up to
NOWHERE = -1

Pattern: TypeAlias = tuple[int, int]  # the town of the morning and of the afternoon


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """Who is served when. Towns and parties are positions in the arguments' order."""

    town: Ints  # (n_days, 2) town of each half-day; -1 where nobody works
    objective: float  # kilometres of one cycle
    bound: float  # no rotation that keeps the rules drives less
    proven: bool  # the gap is at most one millionth
    hours: Floats  # (n_towns,) hours in each town over one cycle
    share: Floats  # (n_parties,) part of all hours, in [0, 1]
    moved: int  # half-days that differ from today's; 0 when today's was not given
    fewest_moved: bool  # proven that no rotation with as few kilometres moves fewer half-days
    attribution: str = ""  # whom to credit wherever it is shown

    @property
    def gap(self) -> float:
        """How far, relatively, the kilometres may still be from the fewest."""
        if self.objective <= self.bound:
            return 0.0
        return (self.objective - self.bound) / max(abs(self.objective), 1e-300)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What every rotation must keep, checked and in arrays."""

    hours: Floats  # (days, 2)
    kilometres: Floats  # (towns, towns)
    base: Floats  # (towns,)
    possible: NDArray[np.bool_]  # (days, towns, towns): the trip of midday fits
    open_at: NDArray[np.bool_]  # (days, 2, towns)
    today: Ints  # (days, 2)
    minimum: Floats  # (towns,)
    party: Ints  # (towns,)
    least: Floats  # (parties,) hours
    most: Floats  # (parties,)


@dataclass(frozen=True, slots=True)
class _Choices:
    """One column for each pattern of each group of like days."""

    days: list[list[int]]  # of each group
    group: Ints  # of each column
    pattern: list[Pattern]
    kilometres: Floats
    moved: Floats
    hours: Floats  # (towns, columns)


@dataclass(frozen=True, slots=True)
class _Row:
    """One constraint over the columns."""

    least: float
    value: Floats
    most: float


@dataclass(frozen=True, slots=True)
class _Solved:
    count: Ints  # how many days of its group follow each column
    value: float
    bound: float
    proven: bool


def plan_rotation(  # noqa: PLR0913 - three arguments and their keyword-only options
    hours: ArrayLike,
    kilometres: ArrayLike,
    quota: ArrayLike,
    *,
    minutes: ArrayLike | Pairs | None = None,
    midday: ArrayLike = 90.0,
    base: ArrayLike | None = None,
    party: ArrayLike | None = None,
    minimum: ArrayLike | None = None,
    open_at: ArrayLike | None = None,
    today: ArrayLike | None = None,
    tolerance: float = 0.05,
    time_limit: float = 60.0,
) -> RotationPlan:
    r"""Share the half-days of one cycle among towns with the fewest kilometres.

    .. math:: \min \sum_{g,p} d_p\, y_{gp} \quad \text{s.t.} \quad \sum_p y_{gp} = n_g,\;
              \sum_{g,p} h_{gpt}\, y_{gp} \ge m_t,\;
              \Big|\sum_{t \in q} \sum_{g,p} h_{gpt}\, y_{gp} - \alpha_q H\Big| \le \epsilon H,\;
              y \in \mathbb{N}

    where :math:`g` is a group of :math:`n_g` days that offer the same choices, :math:`p` a pair of
    towns (morning, afternoon) whose trip fits at midday, :math:`d_p` its kilometres,
    :math:`h_{gpt}` its hours in town :math:`t`, and :math:`\alpha_q` the quota of party :math:`q`.
    Among the rotations with the fewest kilometres, one that moves the fewest half-days from
    `today` is returned.

    Parameters
    ----------
    hours : array_like, shape (n_days, 2)
        Hours of each morning and afternoon of the cycle; 0 where nobody works. Every half-day that
        has hours is given to a town.
    kilometres : array_like, shape (n_towns, n_towns)
        Kilometres from town to town, >= 0.
    quota : array_like, shape (n_parties,)
        Part of all hours that each party is owed; sums to 1.
    minutes : array_like, shape (n_towns, n_towns), or Pairs, optional
        Minutes from town to town; NaN or absent: no route. Without it every trip fits.
    midday : float or array_like, shape (n_days,)
        Minutes that may be driven between a morning and its afternoon.
    base : array_like, shape (n_towns,), optional
        Kilometres from where the practitioner starts and ends the day to each town; 0 by default.
    party : array_like of int, shape (n_towns,), optional
        The party of each town; by default each town is its own.
    minimum : array_like, shape (n_towns,), optional
        Hours that each town must have in a cycle; 0 by default.
    open_at : array_like of bool, shape (n_days, 2, n_towns), optional
        Whether each town can receive then (its room is free); everywhere by default.
    today : array_like of int, shape (n_days, 2), optional
        The town of each half-day at present, -1 for none.
    tolerance : float
        How far a party's part of the hours may be from its quota: 0.05 is five points.
    time_limit : float
        Seconds after which the best rotation so far is returned with its gap.

    Returns
    -------
    RotationPlan
        `objective` in kilometres a cycle.

    Raises
    ------
    BadArray, BadParameter
        If shapes disagree, a value is negative, a quota does not sum to 1, a party has no town, or
        `tolerance` is outside [0, 1].
    Infeasible
        If no rotation keeps every rule; `constraint` is `open_at`, `midday`, `minimum`, `quota`, or
        `minimum and quota` when each could be kept without the other.

    Notes
    -----
    Cost: at most ``n_towns ** 2`` columns for each group of like days and ``n_towns + n_parties``
    rows: ten days over eight towns take a fraction of a second. Replayable unless `time_limit` cuts
    it.

    References
    ----------
    Set partitioning by day patterns: Christofides & Beasley (1984), Networks 14(2),
    doi:10.1002/net.3230140205.

    Examples
    --------
    >>> apart = [[0, 20], [20, 0]]
    >>> plan = plan_rotation([[3, 3], [3, 3]], apart, [0.5, 0.5], base=[0, 20])
    >>> sorted(plan.town.tolist()), plan.objective
    ([[0, 0], [1, 1]], 40.0)
    """
    ends = _problem.deadline(time_limit)
    rules = _rules(
        _half_days(hours), _table("kilometres", kilometres), quota, party=party, minimum=minimum,
        tolerance=tolerance, base=base, minutes=minutes, midday=midday, open_at=open_at,
        today=today,
    )  # fmt: skip
    choices = _choices(rules)
    rows = [*_day_rows(choices), *_minimum_rows(rules, choices), *_quota_rows(rules, choices)]
    found = _solve(choices, choices.kilometres, rows, ends)
    if found is None:
        raise _why(rules, choices, ends)
    last, settled = found, True
    if today is not None:
        last, settled = _fewest_moved(choices, rows, found, ends)
    return credited(_plan(rules, choices, found, last, settled), kilometres, minutes)


def _fewest_moved(
    choices: _Choices, rows: Sequence[_Row], found: _Solved, ends: float
) -> tuple[_Solved, bool]:
    """Move as few half-days as can be, no farther driven; what was found where time is over."""
    cap = _Row(-np.inf, choices.kilometres, found.value + SLACK)
    try:
        again = _solve(choices, choices.moved, [*rows, cap], ends)
    except Infeasible:
        again = None
    return (again, again.proven) if again is not None else (found, False)


def _half_days(hours: ArrayLike) -> Floats:
    found = _check.numbers("hours", hours)
    if found.ndim != 2 or found.shape[1] != 2 or not found.shape[0]:
        raise BadArray(f"hours must have shape (n_days, 2); got {found.shape}.")
    _check.vector("hours", found.ravel())
    if not found.sum() > 0:
        raise BadArray("hours must hold at least one half-day that is worked; got a total of 0.")
    return found


def _table(name: str, values: ArrayLike, size: int | None = None) -> Floats:
    found = _check.times(name, values) if name == "minutes" else _check.numbers(name, values)
    side = found.shape[0] if size is None and found.ndim else size
    if found.ndim != 2 or found.shape != (side, side) or not side:
        wanted = "(n_towns, n_towns)" if size is None else f"({size}, {size})"
        raise BadArray(f"{name} must have shape {wanted}; got {found.shape}.")
    if name == "kilometres":
        _check.vector(name, found.ravel())
    return found


def _rules(hours: Floats, kilometres: Floats, quota: ArrayLike, **given: Any) -> _Rules:
    days, towns = hours.shape[0], kilometres.shape[0]
    shares = _check.vector("quota", quota)
    if abs(shares.sum() - 1) > 1e-9:
        raise BadArray(f"quota must sum to 1; got {shares.sum():.6g}.")
    party = _party(given["party"], towns, shares.size)
    tolerance, total = _check.fraction("tolerance", given["tolerance"]), float(hours.sum())
    return _Rules(
        hours=hours,
        kilometres=kilometres,
        base=_each("base", given["base"], towns),
        possible=_possible(given["minutes"], given["midday"], days, towns),
        open_at=_open(given["open_at"], (days, 2, towns)),
        today=_today(given["today"], days, towns),
        minimum=_each("minimum", given["minimum"], towns),
        party=party,
        least=(shares - tolerance) * total - SLACK,
        most=(shares + tolerance) * total + SLACK,
    )


def _each(name: str, values: ArrayLike | None, size: int) -> Floats:
    return np.zeros(size) if values is None else _check.vector(name, values, size=size)


def _party(values: ArrayLike | None, towns: int, parties: int) -> Ints:
    found = np.arange(towns) if values is None else _check.sized("party", values, size=towns)
    if not set(found.tolist()) == set(range(parties)):
        raise BadArray(
            f"party must give each of the {parties} parties of quota at least one town, by its"
            f" position; got {sorted(set(found.tolist()))}."
        )
    return found.astype(np.int64)


def _possible(
    minutes: ArrayLike | Pairs | None, midday: ArrayLike, days: int, towns: int
) -> NDArray[np.bool_]:
    gap = _check.for_each("midday", midday, days)
    if minutes is None:
        return np.ones((days, towns, towns), dtype=bool)
    trips = _table("minutes", table_of(minutes), towns)
    fits = trips[None, :, :] <= gap[:, None, None]  # NaN, no route, never fits
    stays = np.eye(towns, dtype=bool)
    return fits | stays[None, :, :]


def _open(values: ArrayLike | None, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    found = np.ones(shape, dtype=bool) if values is None else np.asarray(values, dtype=bool)
    if found.shape != shape:
        raise BadArray(f"open_at must have shape {shape}; got {found.shape}.")
    return found


def _today(values: ArrayLike | None, days: int, towns: int) -> Ints:
    found = np.full((days, 2), NOWHERE) if values is None else np.asarray(values)
    if found.shape != (days, 2) or not np.isin(found, np.arange(NOWHERE, towns)).all():
        raise BadArray(
            f"today must have shape ({days}, 2) and hold towns from 0 to {towns - 1}, or -1."
        )
    return found.astype(np.int64)


def _choices(rules: _Rules) -> _Choices:
    """Write what each group of like days may be. Raises `Infeasible` where a day may be nothing."""
    groups: dict[bytes, list[int]] = {}
    for day in range(rules.hours.shape[0]):
        facts = (rules.hours[day], rules.open_at[day], rules.possible[day], rules.today[day])
        groups.setdefault(b"|".join(fact.tobytes() for fact in facts), []).append(day)
    days = list(groups.values())
    found = [(number, pair) for number, same in enumerate(days) for pair in _pairs(rules, same[0])]
    hours = np.zeros((rules.kilometres.shape[0], len(found)))
    moved = np.zeros(len(found))
    for column, (number, pair) in enumerate(found):
        day = days[number][0]
        for half, town in enumerate(pair):
            if town != NOWHERE:
                hours[town, column] += rules.hours[day, half]
                moved[column] += town != rules.today[day, half]
    return _Choices(
        days=days,
        group=np.array([number for number, _pair in found]),
        pattern=[pair for _number, pair in found],
        kilometres=np.array([_driven(rules, pair) for _number, pair in found]),
        moved=moved,
        hours=hours,
    )


def _pairs(rules: _Rules, day: int) -> list[Pattern]:
    halves: list[list[int]] = []
    for half, name in enumerate(("morning", "afternoon")):
        towns = np.flatnonzero(rules.open_at[day, half]).tolist()
        if rules.hours[day, half] > 0 and not towns:
            raise Infeasible("open_at", f"No town can receive on the {name} of day {day + 1}.")
        halves.append(towns if rules.hours[day, half] > 0 else [NOWHERE])
    found = [
        (first, second)
        for first in halves[0]
        for second in halves[1]
        if NOWHERE in (first, second) or rules.possible[day, first, second]
    ]
    if not found:
        raise Infeasible(
            "midday",
            f"On day {day + 1} no town of the afternoon can be reached from one of the morning"
            " within the time at midday.",
        )
    return found


def _driven(rules: _Rules, pair: Pattern) -> float:
    """Kilometres of one day: out, perhaps across, and home."""
    towns = [town for town in pair if town != NOWHERE]
    if not towns:
        return 0.0
    across = rules.kilometres[towns[0], towns[-1]] if towns[0] != towns[-1] else 0.0
    return float(rules.base[towns[0]] + across + rules.base[towns[-1]])


def _day_rows(choices: _Choices) -> list[_Row]:
    return [
        _Row(len(same), (choices.group == number).astype(float), len(same))
        for number, same in enumerate(choices.days)
    ]


def _minimum_rows(rules: _Rules, choices: _Choices) -> list[_Row]:
    wanted = np.flatnonzero(rules.minimum > 0)
    return [_Row(rules.minimum[t] - SLACK, choices.hours[t], np.inf) for t in wanted]


def _quota_rows(rules: _Rules, choices: _Choices) -> list[_Row]:
    return [
        _Row(least, choices.hours[rules.party == number].sum(axis=0), most)
        for number, (least, most) in enumerate(zip(rules.least, rules.most, strict=True))
    ]


def _why(rules: _Rules, choices: _Choices, ends: float) -> Infeasible:
    """Name the rule that cannot hold: alone if one of them cannot, else both."""
    days, nothing = _day_rows(choices), np.zeros(choices.kilometres.size)
    least = _minimum_rows(rules, choices)
    for town, row in zip(np.flatnonzero(rules.minimum > 0), least, strict=True):
        if _solve(choices, nothing, [*days, row], ends) is None:
            return Infeasible(
                "minimum", f"Town {town} cannot be given {rules.minimum[town]:g} hours in a cycle."
            )
    if _solve(choices, nothing, [*days, *least], ends) is None:
        wanted = f"{rules.minimum.sum():g} hours for {rules.hours.sum():g} in the cycle"
        return Infeasible("minimum", f"The least hours of all towns do not fit: {wanted}.")
    for number, row in enumerate(_quota_rows(rules, choices)):
        if _solve(choices, nothing, [*days, row], ends) is None:
            span = f"from {max(rules.least[number], 0):g} to {rules.most[number]:g}"
            return Infeasible("quota", f"Party {number} cannot be given {span} hours in a cycle.")
    if _solve(choices, nothing, [*days, *_quota_rows(rules, choices)], ends) is None:
        return Infeasible("quota", "The half-days cannot be shared out within the quotas.")
    return Infeasible("minimum and quota", "The quotas and the least hours cannot both be kept.")


def _solve(choices: _Choices, cost: Floats, rows: Sequence[_Row], ends: float) -> _Solved | None:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-7),
        ("time_limit", _problem.left(ends)),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    solver.passModel(_model(choices, cost, rows))
    solver.run()
    verdict = solver.getModelStatus()
    if verdict in (
        highspy.HighsModelStatus.kInfeasible,
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
    ):
        return None
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise Infeasible("time_limit", "No rotation was found in the time allowed.")
    count = np.rint(np.asarray(solver.getSolution().col_value)).astype(np.int64)
    value, bound = float(cost @ count), float(info.mip_dual_bound)
    near = abs(value - bound) <= PROVEN * max(1.0, abs(value))
    return _Solved(count, value, min(bound, value), near)


def _model(choices: _Choices, cost: Floats, rows: Sequence[_Row]) -> highspy.HighsLp:
    values = np.vstack([row.value for row in rows])
    stored = values != 0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = cost.size, len(rows)
    most = np.array([len(choices.days[group]) for group in choices.group], dtype=float)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(cost.size), most
    model.row_lower_ = np.array([row.least for row in rows], dtype=float)
    model.row_upper_ = np.array([row.most for row in rows], dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.append(0, stored.sum(axis=1).cumsum()).astype(np.int32)
    model.a_matrix_.index_ = np.nonzero(stored)[1].astype(np.int32)
    model.a_matrix_.value_ = values[stored]
    model.integrality_ = [highspy.HighsVarType.kInteger] * cost.size
    return model


def _plan(
    rules: _Rules, choices: _Choices, driven: _Solved, last: _Solved, settled: bool
) -> RotationPlan:
    town = np.full(rules.hours.shape, NOWHERE, dtype=np.int64)
    left = [list(same) for same in choices.days]
    for column in np.flatnonzero(last.count):
        for _time in range(last.count[column]):
            town[left[choices.group[column]].pop(0)] = choices.pattern[column]
    hours = choices.hours @ last.count
    share = np.bincount(rules.party, weights=hours, minlength=rules.least.size)
    known = bool((rules.today != NOWHERE).any())
    return RotationPlan(
        town=town,
        objective=float(choices.kilometres @ last.count),
        bound=driven.bound,
        proven=driven.proven,
        hours=hours,
        share=share / rules.hours.sum(),
        moved=int(choices.moved @ last.count) if known else 0,
        fewest_moved=settled,
    )
