"""
The linear program over directed cuts, row by row, with a bound that trusts no solver.

Variables are arcs of an arborescence out of a root. Rows are directed cuts (each must be entered),
one entering arc per terminal, at most one per other node, and none leaving a node that none enters
(Koch and Martin 1998; Polzin and Vahdati Daneshmand 2001,
https://doi.org/10.1016/S0166-218X(00)00318-8). The solver's dual values are only a proposal: the
bound is added up anew from them, and is valid whatever they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from .ascent import Ascent
from .cuts import CREEP, VIOLATION, violated_cuts

if TYPE_CHECKING:
    from .problem import Flags, Floats, Ints, Problem

INFINITY = highspy.kHighsInf

SLACK_ROUNDS = 5
"""Rounds after which rows that do not bind are dropped."""


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows of the program: arcs, coefficients and limits of each."""

    arcs: list[Ints] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, arcs: Ints, values: Floats, *, lower: float, upper: float) -> None:
        """Put one row at the end."""
        self.arcs.append(arcs)
        self.values.append(values)
        self.lower.append(lower)
        self.upper.append(upper)

    def __len__(self) -> int:
        return len(self.arcs)


class Program:
    """Linear program of one problem and root that grows by rows."""

    def __init__(self, problem: Problem, ascent: Ascent) -> None:
        self.problem, self.root = problem, ascent.root
        ends = np.stack([problem.tail, problem.head], axis=1)
        self.origin, self.target = ends.reshape(-1), ends[:, ::-1].reshape(-1)
        self.cost = problem.arc_weight
        self.most = (self.target != self.root).astype(float)
        self.rows, self.passed = Rows(), 0
        self.known: set[bytes] = set()
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
        ):
            self.solver.setOptionValue(option, value)
        count = len(self.cost)
        none = np.empty(0, dtype=np.int32)
        self.solver.addCols(
            count, self.cost, np.zeros(count), self.most, 0, none, none, np.empty(0)
        )
        self._first_rows(ascent)

    def _first_rows(self, ascent: Ascent) -> None:
        """Rows of the terminals and the cuts that dual ascent raised."""
        order = np.argsort(self.target, kind="stable")
        limits = np.searchsorted(self.target[order], np.arange(self.problem.nodes + 1))
        self.entering = [order[a:b] for a, b in pairwise(limits)]
        for node in self.problem.terminals.tolist():
            if node != self.root:
                arcs = self.entering[node]
                self.rows.add(arcs, np.ones(len(arcs)), lower=1.0, upper=1.0)
        for first, last in pairwise(ascent.cut_start):
            self.add_cut(np.sort(ascent.cut_arc[first:last]))

    def add_cut(self, arcs: Ints) -> None:
        """Put a directed cut among the rows."""
        if arcs.tobytes() not in self.known:
            self.known.add(arcs.tobytes())
            self.rows.add(arcs, np.ones(len(arcs)), lower=1.0, upper=INFINITY)

    def solve(self, *, work: float) -> tuple[Floats, Ascent, float]:
        """Values of the arcs, the bound with the room it leaves, and the work it took."""
        self._pass_rows()
        size = len(self.rows) + len(self.cost)
        self.solver.setOptionValue("simplex_iteration_limit", int(max(work, 0.0) // size) + 1)
        self.solver.run()
        solution = self.solver.getSolution()
        values = np.clip(np.array(solution.col_value), 0.0, 1.0)
        steps = max(int(self.solver.getInfo().simplex_iteration_count), 1)
        return values, self.certified(np.array(solution.row_dual)), float(steps * size)

    def inflow(self, values: Floats) -> Floats:
        """Sum of the values of the arcs that enter each node."""
        entered: Floats = np.bincount(
            self.target, weights=values, minlength=self.problem.nodes
        ).astype(np.float64)
        return entered

    def _pass_rows(self) -> None:
        """Hand rows the solver does not know yet to it."""
        first = self.passed
        if first < len(self.rows):
            arcs = self.rows.arcs[first:]
            begins = np.concatenate([[0], np.cumsum([len(a) for a in arcs])])
            self.solver.addRows(
                len(arcs),
                np.array(self.rows.lower[first:]),
                np.array(self.rows.upper[first:]),
                int(begins[-1]),
                begins[:-1].astype(np.int32),
                np.concatenate(arcs).astype(np.int32),
                np.concatenate(self.rows.values[first:]),
            )
            self.passed = len(self.rows)

    def certified(self, dual: Floats) -> Ascent:
        """Bound added up from dual values: rows at their limits less negative reduced costs."""
        lower, upper = np.array(self.rows.lower), np.array(self.rows.upper)
        price = np.where(np.where(dual > 0.0, lower > -INFINITY, upper < INFINITY), dual, 0.0)
        limit = np.where(price > 0.0, lower, upper)
        sizes = [len(arcs) for arcs in self.rows.arcs]
        spread = np.repeat(price, sizes) * np.concatenate(self.rows.values)
        taken = np.bincount(
            np.concatenate(self.rows.arcs), weights=spread, minlength=len(self.cost)
        )
        reduced = self.cost - taken
        binding = price != 0.0
        bound = (price[binding] * limit[binding]).sum() + np.minimum(reduced * self.most, 0.0).sum()
        return Ascent(
            root=self.root,
            bound=float(bound),
            room=np.maximum(reduced, 0.0),
            raises=np.empty(0),
            cut_start=np.zeros(1, dtype=np.int64),
            cut_arc=np.empty(0, dtype=np.int64),
        )

    def separate(self, values: Floats, *, turn: int) -> int:
        """Add rows the values violate and return how many."""
        before = len(self.rows)
        self._local_rows(values)
        for creep in (CREEP, 0):
            found = violated_cuts(self.problem, values, root=self.root, turn=turn, creep=creep)
            for arcs in found:
                self.add_cut(arcs)
            if found:
                break
        return len(self.rows) - before

    def _local_rows(self, values: Floats) -> None:
        """Rows of single nodes: one entering arc at most, none leaving unless one enters."""
        inflow = self.inflow(values)
        steiner = ~self.problem.terminal
        for node in np.flatnonzero(steiner & (inflow > 1.0 + VIOLATION)).tolist():
            arcs = self.entering[node]
            self.rows.add(arcs, np.ones(len(arcs)), lower=-INFINITY, upper=1.0)
        back = values[np.arange(len(values)) ^ 1]
        short = values - (inflow[self.origin] - back) > VIOLATION
        for arc in np.flatnonzero(short & steiner[self.origin]).tolist():
            entering = self.entering[self.origin[arc]]
            entering = entering[entering != arc ^ 1]
            arcs = np.append(entering, arc)
            signs = np.append(np.ones(len(entering)), -1.0)
            self.rows.add(arcs, signs, lower=0.0, upper=INFINITY)

    def drop_slack(self) -> None:
        """Drop cuts that do not bind."""
        slack = self._is_slack()
        if slack.any():
            gone = np.flatnonzero(slack).astype(np.int32)
            self.solver.deleteRows(len(gone), gone)
            keep = np.flatnonzero(~slack).tolist()
            for row in gone.tolist():
                self.known.discard(self.rows.arcs[row].tobytes())
            self.rows = Rows(
                arcs=[self.rows.arcs[row] for row in keep],
                values=[self.rows.values[row] for row in keep],
                lower=[self.rows.lower[row] for row in keep],
                upper=[self.rows.upper[row] for row in keep],
            )
            self.passed = len(self.rows)

    def _is_slack(self) -> Flags:
        """Whether each row is a basic one, equalities excepted."""
        basic = highspy.HighsBasisStatus.kBasic
        status = self.solver.getBasis().row_status
        slack: Flags = np.array([state == basic for state in status], dtype=bool)
        equal: Flags = np.array(self.rows.lower) == np.array(self.rows.upper)
        return slack & ~equal
