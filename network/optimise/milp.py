"""
Exact finish: the mixed-integer programme solved, distrusted, priced exactly and refined.

`exact_finish` hands the programme of `formulation` to HiGHS. The programme is a relaxation, so the
solver's bound holds for the true problem; its solution is priced by `evaluate` and nothing else. If
it costs more than the programme says, diversity was bounded too kindly on some arc: the range of
buildings there is split at the number seen, the programme solved again, and so on.

The solver's word is not taken. Mixed-integer solvers were seen to report false optima on such
models, so conservation is exact, bounds per edge are tight, and a bound above a priced solution is
a `ContradictionError`. Further seeds each solve the programme anew; the lowest bound counts.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.errors import ContradictionError

from .arcs import arc_options, arcs_of
from .formulation import formulation
from .model import UNUSED, evaluate
from .rows import solved
from .small import Exact

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arcs import Arcs, Option
    from .formulation import Formulation
    from .model import Evaluation, Model
    from .ranges import FlowRanges

PAIRS_MAX = 60_000
"""Flows kept apart by consumer and arc; beyond this the consumers' sums flow together."""
ROUNDS = 30
"""Refinements of the ranges of diversity."""
TOLERANCE = 1e-6
"""Relative distance between bound and cost at which they count as equal."""


def exact_finish(
    model: Model,
    *,
    upper_bound: float = np.inf,
    start: npt.NDArray[np.int64] | None = None,
    dead: npt.NDArray[np.bool_] | None = None,
    ranges: FlowRanges | None = None,
    seconds: float = np.inf,
    nodes_max: int | None = None,
    seeds: tuple[int, ...] = (0,),
    pairs_max: int = PAIRS_MAX,
) -> Exact:
    """
    Best solution and bound from a mixed-integer programme.

    Parameters
    ----------
    model
        The problem.
    upper_bound
        Objective of a solution already priced; what is not better need not be found.
    start
        That solution, as edge towards the root at each node.
    dead
        Edges that no better solution uses, shape (m,), or (2, m) by direction.
    ranges
        Ranges of what each edge carries, if already at hand.
    seconds
        Time after which the best so far is returned.
    nodes_max
        Branch-and-bound nodes of each run, for results that do not depend on the clock.
    seeds
        The programme is solved once for each; more make a false bound less likely.
    pairs_max
        Number of flows by arc and consumer up to which consumers are kept apart.

    Returns
    -------
    exact
        The best solution seen, start included; ``objective`` inf if there is none. The bound holds
        for all solutions on edges that are not dead.

    Raises
    ------
    ContradictionError
        If the solver's bound exceeds a solution that was priced exactly.

    Notes
    -----
    With ``dead`` edges the bound is the smaller of the programme's and ``upper_bound``, as those
    edges were ruled out only for solutions better than that.

    Examples
    --------
    >>> from heatreach.network.optimise.model import Model
    >>> model = Model(
    ...     nodes=4, root=0, tail=np.array([0, 1, 1]), head=np.array([1, 2, 3]),
    ...     cost=np.array([[50.0, 60.0], [5.0, 6.0], [9.0, 9.0]]), limit_kw=np.array([10.0, 20.0]),
    ...     through=np.array([True, True, False, False]), terminal=np.array([2, 3]),
    ...     peak_kw=np.array([8.0, 8.0]), coincident_kw=np.zeros(2),
    ...     largest_kw=np.array([8.0, 8.0]), count=np.array([1, 1]),
    ...     prize=np.array([np.inf, 15.0]), diversity=np.ones(2),
    ...     source_edge=np.empty(0, dtype=np.int64), capacity_kw=np.array([100.0]),
    ...     source_cost=np.zeros((2, 1)))
    >>> best = exact_finish(model)
    >>> best.parent_edge.tolist(), best.objective, best.proven
    ([-1, 0, 1, -1], 70.0, True)
    """
    began = time.monotonic()
    best = np.full(model.nodes, UNUSED, dtype=np.int64) if start is None else start
    objective = evaluate(model, best).objective
    if not model.consumers:
        return Exact(parent_edge=best, objective=objective, lower_bound=objective, proven=True)
    arcs = arcs_of(model, dead=dead, ranges=ranges)
    options = arc_options(model, arcs)
    tracked = np.full(model.consumers, int(arcs.members.sum()) <= pairs_max)
    bound = -np.inf
    witness = np.inf  # cost of a solution that the programme holds; no bound may exceed it
    for _ in range(ROUNDS):
        left = seconds - (time.monotonic() - began)
        if left <= 0.0:
            break
        programme = formulation(model, arcs, options, tracked=tracked)
        first = columns_of(model, programme, best)
        if first is not None:
            witness = min(witness, objective)
        cut_off = min(objective, upper_bound)
        answer = solved(
            programme,
            start=first,
            cut_off=cut_off,
            seconds=left,
            nodes_max=nodes_max,
            seeds=seeds,
        )
        # Beyond the cut-off the solver only knows that there is nothing better than it.
        bound = max(bound, min(answer.bound, cut_off))
        if answer.values is None:
            break
        found = tree_of(model, programme, answer.values)
        priced = evaluate(model, found)
        witness = min(witness, priced.objective)
        if priced.objective < objective:
            best, objective = found, priced.objective
        if _close(objective, bound) or not answer.finished:
            break
        options, tracked, changed = _refined(model, programme, found, priced, tracked)
        if not changed:
            break
    if bound > witness + TOLERANCE * abs(witness):
        raise ContradictionError(
            f"the mixed-integer solver says that nothing costs less than {bound:,.2f}, "
            f"but a solution priced edge by edge costs {witness:,.2f}: its bound is false"
        )
    bound = min(bound, upper_bound)
    return Exact(
        parent_edge=best,
        objective=objective,
        lower_bound=min(bound, objective),
        proven=_close(objective, bound),
    )


def _close(objective: float, bound: float) -> bool:
    """Whether a cost equals a bound within the tolerance."""
    return objective <= bound + TOLERANCE * abs(bound)


def tree_of(
    model: Model, programme: Formulation, values: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """
    Tree that a solution of the programme describes.

    Parameters
    ----------
    model
        The problem.
    programme
        Its programme.
    values
        Value of each column.

    Returns
    -------
    parent_edge
        Edge towards the root at each node; only what leads to a consumer.
    """
    arcs = programme.arcs
    towards = np.full(model.nodes, UNUSED, dtype=np.int64)
    for arc, columns in enumerate(programme.option_column):
        if columns and arcs.edge[arc] >= 0 and values[columns].sum() > 0.5:
            towards[arcs.end[arc]] = arcs.edge[arc]
    parent_edge = np.full(model.nodes, UNUSED, dtype=np.int64)
    for terminal in model.terminal.tolist():
        path: list[int] = []
        node = terminal
        while node != model.root and towards[node] >= 0 and len(path) <= model.nodes:
            path.append(node)
            node = int(model.tail[towards[node]] + model.head[towards[node]]) - node
        if node == model.root:
            parent_edge[path] = towards[path]
    return parent_edge


def columns_of(
    model: Model, programme: Formulation, parent_edge: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64] | None:
    """
    Solution of the programme that describes a tree.

    Parameters
    ----------
    model
        The problem.
    programme
        Its programme.
    parent_edge
        Edge towards the root at each node.

    Returns
    -------
    values
        Value of each column; None if the tree is infeasible or uses what the programme lacks.
    """
    priced = evaluate(model, parent_edge)
    if not np.isfinite(priced.objective):
        return None
    values = np.zeros(len(programme.cost))
    values[programme.left_column] = ~priced.connected
    arcs = programme.arcs
    behind = members_behind(model, priced)
    place = {
        (int(edge), int(end)): arc
        for arc, (edge, end) in enumerate(zip(arcs.edge, arcs.end, strict=True))
    }
    scale = float(model.peak_kw.max(initial=1.0))
    used = [(int(parent_edge[node]), node) for node in np.flatnonzero(parent_edge >= 0).tolist()]
    if not len(model.source_edge) and used:
        used.append((UNUSED, model.root))
    for edge, node in used:
        arc = place.get((edge, node), UNUSED)
        option = UNUSED if arc < 0 else _option_for(programme.options[arc], priced, node)
        if option < 0 or not behind[node].any():
            return None
        values[programme.option_column[arc][option]] = 1.0
        apart = np.zeros(model.consumers, dtype=bool)
        for k in np.flatnonzero(behind[node]).tolist():
            if (arc, k) in programme.flow_column:
                values[programme.flow_column[arc, k]] = 1.0
                apart[k] = True
        rest = behind[node] & ~apart
        sums = (model.peak_kw / scale, model.count, model.coincident_kw / scale)
        for at, quantity in enumerate(sums):
            if (arc, at) in programme.sum_column:
                values[programme.sum_column[arc, at]] = float(quantity[rest].sum())
    return values


def _option_for(options: list[Option], priced: Evaluation, node: int) -> int:
    """Cheapest option that carries what flows to a node; -1 if none does."""
    count, load = priced.count[node], priced.load_kw[node]
    for at, option in enumerate(options):
        if option.count_min <= count <= option.count_max and load <= option.limit_kw:
            return at
    return UNUSED


def members_behind(model: Model, priced: Evaluation) -> npt.NDArray[np.bool_]:
    """
    Consumers that each node of a tree leads to.

    Parameters
    ----------
    model
        The problem.
    priced
        A priced solution.

    Returns
    -------
    behind
        Shape (nodes, k).
    """
    behind = np.zeros((model.nodes, model.consumers), dtype=bool)
    served = np.flatnonzero(priced.connected)
    behind[model.terminal[served], served] = True
    for node in priced.order[:0:-1].tolist():
        behind[priced.parent[node]] |= behind[node]
    return behind


def _refined(
    model: Model,
    programme: Formulation,
    found: npt.NDArray[np.int64],
    priced: Evaluation,
    tracked: npt.NDArray[np.bool_],
) -> tuple[list[list[Option]], npt.NDArray[np.bool_], bool]:
    """Options and tracked consumers under which this solution costs what it truly costs."""
    arcs: Arcs = programme.arcs
    options = [list(of_arc) for of_arc in programme.options]
    tracked, changed = tracked.copy(), False
    behind = members_behind(model, priced)
    for arc, (edge, end) in enumerate(zip(arcs.edge.tolist(), arcs.end.tolist(), strict=True)):
        if arcs.consumer[arc] >= 0 or not behind[end].any():
            continue
        if edge >= 0 and found[end] != edge:
            continue
        count = int(priced.count[end])
        parts = [part for option in options[arc] for part in _split(model, option, count)]
        changed |= len(parts) > len(options[arc])
        options[arc] = parts
        largest = int(np.argmax(np.where(behind[end], model.largest_kw, -1.0)))
        if priced.load_kw[end] <= priced.largest_kw[end] and not tracked[largest]:
            tracked[largest] = changed = True
    return options, tracked, changed


def _split(model: Model, option: Option, count: int) -> list[Option]:
    """The option with its range split so that it is exact at this number of buildings."""
    low, high = option.count_min, option.count_max
    last = len(model.diversity) - 1
    factor = model.diversity[np.minimum([low, high], last)]
    if not low <= count <= high or factor[0] == factor[1]:
        return [option]
    parts = ((low, count - 1), (count, count), (count + 1, high))
    return [
        option._replace(count_min=first, count_max=final)
        for first, final in parts
        if first <= final
    ]
