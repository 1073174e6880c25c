"""A linear or mixed-integer programme written by blocks of variables and rows, solved by HiGHS."""

from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array

from maillage_engine._check import Floats, Ints

FEASIBILITY = 1e-9
LARGEST = 1e12  # costs up to this are left as they are
DIVES = (
    "mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver found: values of every variable, and what no solution can beat."""

    values: Floats | None  # None when none was found
    objective: float
    bound: float
    impossible: bool  # proven that no solution exists


@dataclass(slots=True)
class Programme:
    """Minimise cost · x under rows of low <= a · x <= high."""

    cost: list[Floats] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    whole: list[Floats] = field(default_factory=list)
    size: int = 0
    rows: int = 0
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    least: list[Floats] = field(default_factory=list)
    most: list[Floats] = field(default_factory=list)

    def variables(
        self,
        cost: ArrayLike,
        *,
        low: ArrayLike = 0.0,
        high: ArrayLike = np.inf,
        whole: bool = False,
    ) -> Ints:
        """Add a block of variables; return their positions, in the shape of `cost`."""
        given = np.asarray(cost, dtype=np.float64)
        for kept, value in ((self.low, low), (self.high, high), (self.whole, float(whole))):
            kept.append(np.broadcast_to(np.asarray(value, float), given.shape).ravel())
        self.cost.append(given.ravel())
        first, self.size = self.size, self.size + given.size
        return np.arange(first, self.size).reshape(given.shape)

    def constrain(
        self,
        row: ArrayLike,
        column: ArrayLike,
        value: ArrayLike,
        *,
        least: ArrayLike = -np.inf,
        most: ArrayLike = np.inf,
        count: int = 1,
    ) -> None:
        """Add `count` rows; the entries of row r (from 0) are `value` at `column`."""
        line, where, what = np.broadcast_arrays(
            np.asarray(row, dtype=np.int64), np.asarray(column, np.int64), np.asarray(value, float)
        )
        self.entries.append((line.ravel() + self.rows, where.ravel(), what.ravel()))
        for kept, side in ((self.least, least), (self.most, most)):
            kept.append(np.broadcast_to(np.asarray(side, dtype=np.float64), (count,)))
        self.rows += count

    def solve(
        self, *, seconds: float = np.inf, start: Floats | None = None, dive: bool = True
    ) -> Solution:
        """Solve to proof, or for so many seconds; `dive` looks for good answers on the way."""
        factor = handy(np.concatenate(self.cost))
        solver = self.open(seconds=seconds, factor=factor)
        for name in () if dive else DIVES:
            solver.setOptionValue(name, False)
        if start is not None:
            solver.setSolution(start.size, np.arange(start.size, dtype=np.int32), start)
        solver.run()
        return self._read(solver, factor)

    def open(self, *, seconds: float = np.inf, factor: float = 1.0) -> highspy.Highs:
        """Hand the programme to a solver that is ready to run, and can be changed afterwards.

        Its costs are those of the programme times a factor.
        """
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        options = {
            "output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "time_limit": seconds,
            "mip_feasibility_tolerance": FEASIBILITY,
        }  # fmt: skip
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model(factor))
        return solver

    def _read(self, solver: highspy.Highs, factor: float) -> Solution:
        status, info = solver.getModelStatus(), solver.getInfo()
        impossible = status == highspy.HighsModelStatus.kInfeasible
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.asarray(solver.getSolution().col_value) if feasible and not impossible else None
        integer = bool(np.concatenate(self.whole).any()) if self.whole else False
        solved = status == highspy.HighsModelStatus.kOptimal
        objective = float(info.objective_function_value) / factor if values is not None else np.inf
        proved = objective if solved else -np.inf
        bound = float(info.mip_dual_bound) / factor if integer else proved
        return Solution(values, objective, np.inf if impossible else bound, impossible)

    def _model(self, factor: float) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.size, self.rows
        model.col_cost_ = np.concatenate(self.cost) * factor
        model.col_lower_, model.col_upper_ = np.concatenate(self.low), np.concatenate(self.high)
        model.row_lower_, model.row_upper_ = np.concatenate(self.least), np.concatenate(self.most)
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        table = coo_array((value, (row, column)), shape=(self.rows, self.size)).tocsr()
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = table.indptr.astype(np.int32)
        model.a_matrix_.index_ = table.indices.astype(np.int32)
        model.a_matrix_.value_ = table.data
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(one)] for one in np.concatenate(self.whole)]
        return model


def handy(cost: Floats) -> float:
    """Return the power of two to multiply very small or very large costs by.

    HiGHS takes two totals closer than a millionth, whatever their unit, for the same.
    """
    largest = float(np.abs(cost).max(initial=0.0))
    if largest == 0 or 1 <= largest <= LARGEST:
        return 1.0
    return 2.0 ** (10 - int(np.floor(np.log2(largest))))
