"""
A mixed-integer programme in arrays, and HiGHS run on it.

`Rows` collects columns and rows one by one; `solved` runs the solver, once per seed, and says what
it found and what it claims to have proven. Solvers tell false optima at times, so whoever calls it
prices the answer and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import highspy
import numpy as np
from scipy.sparse import csr_array

from heatreach.network.errors import ContradictionError

if TYPE_CHECKING:
    import numpy.typing as npt

SOLVER_TOLERANCE = 1e-9
"""Relative gap asked of the solver."""
FEASIBILITY = 1e-7
"""Violation the solver may leave; at 1e-9 HiGHS 1.15 was seen to cut off the optimum."""
CUT_OFF_SHARE = 1e-6
"""Relative distance beyond the cut-off up to which the solver still looks for solutions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """
    ``min cost x + offset`` over ``row_lower <= matrix x <= row_upper``, ``lower <= x <= upper``.

    Attributes
    ----------
    cost, lower, upper, integral
        By column; ``integral`` marks the columns that must be whole.
    matrix, row_lower, row_upper
        The rows.
    offset
        Constant part of the objective.
    """

    cost: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    integral: npt.NDArray[np.bool_]
    matrix: csr_array
    row_lower: npt.NDArray[np.float64]
    row_upper: npt.NDArray[np.float64]
    offset: float


class Answer(NamedTuple):
    """What the solver says: values of the columns (None if none found) and a bound."""

    values: npt.NDArray[np.float64] | None
    bound: float
    finished: bool


@dataclass(slots=True)
class Rows:
    """
    Rows and columns as they are collected.

    Attributes
    ----------
    cost, upper, integral
        By column; every column starts at zero.
    row_lower, row_upper
        By row.
    place, value
        Row and column of each coefficient, and the coefficient.
    """

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integral: list[bool] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    place: list[tuple[int, int]] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(self, *, cost: float = 0.0, upper: float = np.inf, integral: bool = False) -> int:
        """Add a column from 0 upwards."""
        self.cost.append(cost)
        self.upper.append(upper)
        self.integral.append(integral)
        return len(self.cost) - 1

    def row(
        self, terms: list[tuple[int, float]], *, lower: float = -np.inf, upper: float = np.inf
    ) -> None:
        """Add a row; terms of the same column add up."""
        if terms:
            number = len(self.row_lower)
            self.place.extend((number, column) for column, _ in terms)
            self.value.extend(value for _, value in terms)
            self.row_lower.append(lower)
            self.row_upper.append(upper)

    def matrix(self) -> csr_array:
        """The rows as a matrix."""
        rows, columns = np.array(self.place, dtype=np.int64).reshape(-1, 2).T
        shape = (len(self.row_lower), len(self.cost))
        return csr_array((np.array(self.value), (rows, columns)), shape=shape)

    def programme(self, *, offset: float) -> Programme:
        """The programme of all columns and rows."""
        return Programme(
            cost=np.array(self.cost),
            lower=np.zeros(len(self.cost)),
            upper=np.array(self.upper),
            integral=np.array(self.integral, dtype=bool),
            matrix=self.matrix(),
            row_lower=np.array(self.row_lower),
            row_upper=np.array(self.row_upper),
            offset=offset,
        )


def solved(
    programme: Programme,
    *,
    start: npt.NDArray[np.float64] | None = None,
    cut_off: float = np.inf,
    seconds: float = np.inf,
    nodes_max: int | None = None,
    seeds: tuple[int, ...] = (0,),
) -> Answer:
    """
    Best solution and lowest bound among runs with several seeds.

    Parameters
    ----------
    programme
        The programme.
    start
        A solution of it.
    cut_off
        Objective beyond which solutions are of no use.
    seconds
        Time for all runs.
    nodes_max
        Branch-and-bound nodes of each run.
    seeds
        One run for each.

    Returns
    -------
    answer
        What the solver says; its bound is inf where it says that nothing undercuts the cut-off.

    Raises
    ------
    ContradictionError
        If the solver refuses the programme.
    """
    answers = [
        _run(programme, start, cut_off, seconds / len(seeds), nodes_max=nodes_max, seed=seed)
        for seed in seeds
    ]
    found = [answer.values for answer in answers if answer.values is not None]
    values = min(found, key=lambda x: float(programme.cost @ x)) if found else None
    return Answer(
        values,
        min(answer.bound for answer in answers),
        all(answer.finished for answer in answers),
    )


def _run(
    programme: Programme,
    start: npt.NDArray[np.float64] | None,
    cut_off: float,
    seconds: float,
    *,
    nodes_max: int | None,
    seed: int,
) -> Answer:
    """One run of HiGHS."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    settings = {
        "output_flag": False,
        "threads": 1,
        "random_seed": seed,
        "mip_rel_gap": SOLVER_TOLERANCE,
        "mip_feasibility_tolerance": FEASIBILITY,
        "primal_feasibility_tolerance": FEASIBILITY,
    }
    if np.isfinite(cut_off):
        settings["objective_bound"] = cut_off + CUT_OFF_SHARE * abs(cut_off)
    if np.isfinite(seconds):
        settings["time_limit"] = float(seconds)
    if nodes_max is not None:
        settings["mip_max_nodes"] = nodes_max
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(as_lp(programme))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    if solver.run() == highspy.HighsStatus.kError:
        raise ContradictionError("the mixed-integer solver refuses the programme it was given")
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Answer(None, np.inf, finished=True)
    finished = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound)
    has_values = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value) if has_values else None
    return Answer(values, bound, finished)


def as_lp(programme: Programme) -> highspy.HighsLp:
    """
    The programme as HiGHS takes it.

    Parameters
    ----------
    programme
        The programme.

    Returns
    -------
    lp
        The same in HiGHS's arrays.
    """
    lp = highspy.HighsLp()
    matrix = programme.matrix.tocsr()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.offset_ = programme.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = programme.cost, programme.lower, programme.upper
    lp.row_lower_, lp.row_upper_ = programme.row_lower, programme.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr
    lp.a_matrix_.index_ = matrix.indices
    lp.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in programme.integral]
    return lp
