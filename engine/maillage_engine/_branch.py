"""What is left after variable fixing, solved exactly by HiGHS."""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from maillage_engine._check import Floats, Ints
from maillage_engine._median import FORCED, FREE, Network
from maillage_engine._milp import DIVES, handy

FEASIBILITY = 1e-9


@dataclass(frozen=True, slots=True)
class Remainder:
    """A minimum over free sites: openings, then one variable per level of cost of each row."""

    free: Ints  # sites, one binary variable each
    constant: float
    cost: Floats  # objective of every variable
    upper: Floats  # upper bound of every variable
    row_start: Ints  # constraints, by rows
    column: Ints
    value: Floats
    least: Floats  # lower side of every constraint
    most: Floats


@dataclass(frozen=True, slots=True)
class Solved:
    """What the solver proved about the remainder."""

    open: NDArray[np.bool_] | None  # over all sites, forced ones included; None if none was found
    bound: float  # nothing in the remainder costs less; infinite if it holds no solution


def remainder(
    net: Network, status: NDArray[np.int8], p: int, must_serve: bool, most: int
) -> Remainder | None:
    """Write the remaining choice by levels of cost; None when a row that must be served cannot be.

    With levels :math:`D^1 < ... < D^K` of a row and :math:`z^k` = "no site of the first k levels is
    open", a row costs :math:`D^1 + \\sum_k (D^{k+1} - D^k) z^k`.
    """
    row = np.repeat(np.arange(net.far.size), np.diff(net.start))
    forced = status[net.site] == FORCED
    fallback = net.far.copy()
    np.minimum.at(fallback, row[forced], net.cost[forced])
    used = (status[net.site] == FREE) & (net.cost < fallback[row])
    row, site, cost = row[used], net.site[used], net.cost[used]
    new = np.ones(row.size, dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (cost[1:] != cost[:-1])
    level, at = np.cumsum(new) - 1, np.flatnonzero(new)
    level_row, level_cost = row[at], cost[at]
    first = np.ones(at.size, dtype=bool)
    first[1:] = level_row[1:] != level_row[:-1]
    last = np.append(first[1:], True)[: at.size]
    following = np.where(last, fallback[level_row], np.append(level_cost[1:], 0.0)[: at.size])
    served = np.zeros(net.far.size, dtype=bool)
    served[level_row] = True
    barred = fallback >= net.far if must_serve else np.zeros(net.far.size, dtype=bool)
    if (barred & ~served).any():
        return None
    free = np.flatnonzero(status == FREE)
    shut = last & barred[level_row]
    forced_count = int((status == FORCED).sum())
    count = (p, p) if p >= 0 else (0, most if most >= 0 else status.size)
    rows = _constraints(
        free, site, level, first, (count[0] - forced_count, count[1] - forced_count)
    )
    return Remainder(
        free=free,
        constant=float(
            level_cost[first].sum() + fallback[~served].sum() + net.opening[status == FORCED].sum()
        ),
        cost=np.concatenate([net.opening[free], np.where(shut, 0.0, following - level_cost)]),
        upper=np.concatenate([np.ones(free.size), np.where(shut, 0.0, 1.0)]),
        row_start=rows[0],
        column=rows[1],
        value=rows[2],
        least=rows[3],
        most=rows[4],
    )


def _constraints(
    free: Ints, site: Ints, level: Ints, first: NDArray[np.bool_], count: tuple[int, int]
) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Write z_k - z_(k-1) + (sites of level k) >= 0, or 1 on the first level, and the count."""
    place = np.full(int(site.max()) + 1 if site.size else 1, -1)
    place[free[free < place.size]] = np.flatnonzero(free < place.size)
    levels = first.size
    own, before = np.arange(levels), np.flatnonzero(~first)
    line = np.concatenate([level, own, before])
    column = np.concatenate([place[site], free.size + own, free.size + before - 1])
    value = np.concatenate([np.ones(level.size + levels), np.full(before.size, -1.0)])
    line = np.concatenate([line, np.full(free.size, levels)])
    column = np.concatenate([column, np.arange(free.size)])
    value = np.concatenate([value, np.ones(free.size)])
    least = np.append(first.astype(np.float64), count[0])
    most = np.append(np.full(levels, np.inf), count[1])
    order = np.argsort(line, kind="stable")
    start = np.zeros(least.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(line, minlength=least.size), out=start[1:])
    return start, column[order], value[order], least, most


def solve_exactly(
    left: Remainder, status: NDArray[np.int8], start: NDArray[np.bool_], seconds: float
) -> Solved:
    """Solve the remainder with HiGHS, from a known solution, within a time."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("mip_feasibility_tolerance", FEASIBILITY),
        ("time_limit", seconds),
        ("mip_allow_restart", False),
        *((name, False) for name in DIVES),  # the answer known is already good: only prove
    ):
        solver.setOptionValue(name, value)
    factor = handy(left.cost)
    solver.passModel(_model(left, factor))
    solver.setSolution(
        left.free.size, np.arange(left.free.size, dtype=np.int32), start[left.free].astype(float)
    )
    solver.run()
    verdict = solver.getModelStatus()
    if verdict == highspy.HighsModelStatus.kInfeasible:
        return Solved(None, float("inf"))
    info = solver.getInfo()
    values = np.asarray(solver.getSolution().col_value)
    bound = float(info.mip_dual_bound) / factor + left.constant
    if (
        values.size == 0
        or info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible
    ):
        return Solved(None, bound)
    chosen = status == FORCED
    chosen[left.free[values[: left.free.size] > 0.5]] = True
    return Solved(chosen, bound)


def _model(left: Remainder, factor: float) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = left.cost.size, left.least.size
    model.col_cost_, model.col_lower_ = left.cost * factor, np.zeros(left.cost.size)
    model.col_upper_ = left.upper
    model.row_lower_, model.row_upper_ = left.least, left.most
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = left.row_start.astype(np.int32)
    model.a_matrix_.index_ = left.column.astype(np.int32)
    model.a_matrix_.value_ = left.value
    binary = [highspy.HighsVarType.kInteger] * left.free.size
    model.integrality_ = binary + [highspy.HighsVarType.kContinuous] * (
        left.cost.size - left.free.size
    )
    return model
