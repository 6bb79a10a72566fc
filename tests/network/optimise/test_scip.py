"""
The same programme in other solvers: HiGHS as it comes and SCIP.

Our value is never worse than theirs and our bound never above theirs. Theirs is only a bound from
below for the true cost, as the programme takes diversity from its kind side; what their trees truly
cost is counted as everything else is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np
import pytest

from heatreach.network.optimise.arcs import arc_options, arcs_of
from heatreach.network.optimise.formulation import Formulation, formulation
from heatreach.network.optimise.milp import exact_finish, tree_of
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.rows import as_lp
from heatreach.network.optimise.small import smallest_cost
from tests.network.optimise.cases import random_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

SLACK = 1e-6


def programme_of(model: Model) -> Formulation:
    """The programme both solvers get, consumers' flows kept apart."""
    arcs = arcs_of(model)
    apart = np.ones(model.consumers, dtype=bool)
    return formulation(model, arcs, arc_options(model, arcs), tracked=apart)


def by_scip(programme: Formulation, *, seconds: float) -> tuple[npt.NDArray[np.float64], float]:
    """Best solution SCIP finds, and its bound."""
    pyscipopt = pytest.importorskip("pyscipopt")
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("limits/time", seconds)
    columns = [
        model.addVar(
            vtype="B" if whole else "C", lb=low, ub=None if np.isinf(high) else high, obj=cost
        )
        for whole, low, high, cost in zip(
            programme.integral, programme.lower, programme.upper, programme.cost, strict=True
        )
    ]
    matrix = programme.matrix.tocsr()
    for row, (low, high) in enumerate(zip(programme.row_lower, programme.row_upper, strict=True)):
        terms = range(matrix.indptr[row], matrix.indptr[row + 1])
        carried = pyscipopt.quicksum(
            float(matrix.data[at]) * columns[matrix.indices[at]] for at in terms
        )
        if low == high:
            model.addCons(carried == low)
        elif np.isfinite(high):
            model.addCons(carried <= high)
        else:
            model.addCons(carried >= low)
    model.addObjoffset(programme.offset)
    model.optimize()
    best = model.getBestSol()
    return np.array([model.getSolVal(best, column) for column in columns]), model.getDualbound()


def by_highs(programme: Formulation, *, seconds: float) -> tuple[npt.NDArray[np.float64], float]:
    """Best solution HiGHS finds with its own settings, and its bound."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", seconds)
    solver.passModel(as_lp(programme))
    solver.run()
    return np.array(solver.getSolution().col_value), float(solver.getInfo().mip_dual_bound)


def random_case(seed: int) -> Model:
    """Cases of every kind, by number."""
    return random_model(
        seed,
        consumers=4 + seed % 5,
        rows=3,
        columns=3 + seed % 2,
        sources=1 + seed % 3,
        coincident=seed % 5 == 0,
        grouped=seed % 4 == 0,
        steep=seed % 2 == 0,
        existing_share=0.3 * (seed % 6 == 0),
        must_share=(0.0, 0.5, 1.0)[seed % 3],
    )


@pytest.mark.parametrize("solver", ["highs", "scip"])
@pytest.mark.parametrize("seed", range(20))
def test_golden_random_case_in_another_solver(seed: int, solver: str) -> None:
    """HiGHS and SCIP on the same rows and columns: values and bounds in the right order."""
    model = random_case(seed)
    programme = programme_of(model)
    solve = by_scip if solver == "scip" else by_highs
    values, bound = solve(programme, seconds=30.0)
    theirs = evaluate(model, tree_of(model, programme, values)).objective
    ours, finished = smallest_cost(model), exact_finish(model)
    for exact in (ours, finished):
        assert exact.proven
        assert exact.objective <= theirs * (1.0 + SLACK)
        assert exact.lower_bound <= theirs * (1.0 + SLACK)
    assert bound <= ours.objective * (1.0 + SLACK)


def town_model(streets: StreetGraph, *, consumers: int, across: int) -> Model:
    """Consumers strewn over the streets of a real town, each with service pipes to choose from."""
    rng = np.random.default_rng(1)
    middle = np.hypot(streets.x - np.median(streets.x), streets.y - np.median(streets.y))
    near = middle < across
    inside = near[streets.tail] & near[streets.head] & (streets.tail != streets.head)
    used, ends = np.unique(
        np.stack([streets.tail[inside], streets.head[inside]]), return_inverse=True
    )
    ends = ends.reshape(2, -1)
    at = rng.choice(len(used), size=(consumers, 2), replace=False)
    terminal = len(used) + np.arange(consumers)
    tail = np.concatenate([ends[0], at.ravel()])
    head = np.concatenate([ends[1], np.repeat(terminal, 2)])
    length = np.concatenate([streets.length_m[inside], rng.uniform(5.0, 60.0, 2 * consumers)])
    limit = np.array([30.0, 80.0, 260.0, 700.0, 1500.0, 4000.0])
    per_m = np.array([520.0, 560.0, 640.0, 760.0, 1070.0, 1400.0])
    peak = np.round(rng.lognormal(3.8, 0.8, consumers), 1)
    nodes = len(used) + consumers
    through = np.arange(nodes) < len(used)
    return Model(
        nodes=nodes,
        root=int(np.argmin(middle[used])),
        tail=tail,
        head=head,
        cost=length[:, None] * per_m,
        limit_kw=limit,
        through=through,
        terminal=terminal,
        peak_kw=peak,
        coincident_kw=0.5 * peak,
        largest_kw=peak,
        count=np.ones(consumers, dtype=np.int64),
        prize=peak * 2500.0,
        diversity=0.62 + 0.38 / np.maximum(np.arange(consumers + 1), 1),
        source_edge=np.empty(0, dtype=np.int64),
        capacity_kw=np.array([1e6]),
        source_cost=np.zeros((consumers, 1)),
    )


@pytest.mark.parametrize("solver", ["highs", "scip"])
def test_golden_karhula_in_another_solver(karhula: StreetGraph, solver: str) -> None:
    """Ten consumers on the streets of Karhula: recursion, programme and another solver agree."""
    model = town_model(karhula, consumers=10, across=500)
    ours = smallest_cost(model)
    assert ours.proven
    programme = programme_of(model)
    solve = by_scip if solver == "scip" else by_highs
    values, bound = solve(programme, seconds=20.0)
    theirs = evaluate(model, tree_of(model, programme, values)).objective
    assert ours.objective <= theirs * (1.0 + SLACK)
    assert bound <= ours.objective * (1.0 + SLACK)
