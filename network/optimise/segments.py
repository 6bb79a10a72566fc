"""
Near-tree districts solved exactly, chain by chain.

Where each consumer has one service pipe and must be connected, all a tree decides is where chains
of streets are cut and which way the others are passed. A single circuit is settled by trying every
cut. Otherwise `segment_program` is solved, its answer priced by `evaluate`, and where the programme
was too kind to a passage, the range of buildings there is split or a surcharge added, until bound
and cost meet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.errors import ContradictionError

from .chains import skeleton_of
from .model import UNUSED, evaluate
from .passages import ROUNDING, cheapest_level, levels_of, passages_of
from .rows import solved
from .segment_program import segment_programme, uses_of, values_of
from .segment_rows import Surcharge
from .small import Exact
from .uses import Use, behind, reached_by, tree_of_uses, uses_of_tree

if TYPE_CHECKING:
    import numpy.typing as npt

    from .chains import Skeleton
    from .model import Evaluation, Model
    from .passages import Level, Passage
    from .segment_program import SegmentProgramme

RANK_MAX = 12
"""Independent circuits beyond which the programme is not tried."""
ROUNDS = 40
"""Refinements of the programme."""
TOLERANCE = 1e-6
"""Relative distance between bound and cost at which they count as equal."""


def exact_segments(
    model: Model,
    *,
    start: npt.NDArray[np.int64] | None = None,
    upper_bound: float = np.inf,
    nodes_max: int | None = None,
    seconds: float = np.inf,
    seeds: tuple[int, ...] = (0,),
    rank_max: int = RANK_MAX,
) -> Exact | None:
    """
    Best solution and bound of a problem whose streets are nearly a tree.

    Parameters
    ----------
    model
        The problem.
    start
        A solution, as edge towards the root at each node.
    upper_bound
        Objective of a solution already priced; what is not better need not be found.
    nodes_max
        Branch-and-bound nodes of each run of the solver.
    seconds
        Time after which the best so far is returned.
    seeds
        Each programme is solved once for each; more make a false bound less likely.
    rank_max
        Most independent circuits tried.

    Returns
    -------
    exact
        The best solution seen, start included, and the bound; None where the method does not apply:
        optional consumers, several service pipes of one consumer, several sources, too many
        circuits, or not enough pipe or heat.

    Raises
    ------
    ContradictionError
        If the solver's bound exceeds a solution that was priced exactly.

    Examples
    --------
    A circuit 0-1-2 with a consumer on each of its two corners; street 1-2 is the dearest:

    >>> from heatreach.network.optimise.model import Model
    >>> model = Model(
    ...     nodes=5, root=0, tail=np.array([0, 1, 2, 1, 2]), head=np.array([1, 2, 0, 3, 4]),
    ...     cost=np.array([[4.0, 5.0], [9.0, 9.0], [4.0, 5.0], [1.0, 1.0], [1.0, 1.0]]),
    ...     limit_kw=np.array([10.0, 20.0]), through=np.array([True, True, True, False, False]),
    ...     terminal=np.array([3, 4]), peak_kw=np.array([8.0, 8.0]), coincident_kw=np.zeros(2),
    ...     largest_kw=np.array([8.0, 8.0]), count=np.array([1, 1]), prize=np.full(2, np.inf),
    ...     diversity=np.ones(2), source_edge=np.empty(0, dtype=np.int64),
    ...     capacity_kw=np.array([100.0]), source_cost=np.zeros((2, 1)))
    >>> best = exact_segments(model)
    >>> best.parent_edge.tolist(), best.objective, best.proven
    ([-1, 0, 2, 3, 4], 10.0, True)
    """
    skeleton = skeleton_of(model)
    if skeleton is None or skeleton.rank > rank_max:
        return None
    nothing = np.full(model.nodes, UNUSED, dtype=np.int64)
    search = _Search(model=model, skeleton=skeleton, upper_bound=upper_bound, best=nothing)
    if start is not None:
        search.offer(start)
    if all(chain.begin == chain.end for chain in skeleton.chains):
        return search.by_cuts()
    return search.by_programme(nodes_max, time.monotonic() + seconds, seeds)


@dataclass(slots=True)
class _Search:
    """The best tree so far and what is known of the passages."""

    model: Model
    skeleton: Skeleton
    upper_bound: float
    best: npt.NDArray[np.int64]
    objective: float = np.inf
    bound: float = -np.inf
    passages: list[Passage] = field(default_factory=list)
    ranges: list[list[tuple[int, int]]] = field(default_factory=list)
    levels: list[list[Level]] = field(default_factory=list)
    surcharges: list[Surcharge] = field(default_factory=list)

    def offer(self, parent_edge: npt.NDArray[np.int64]) -> Evaluation:
        """Price a tree and keep it if it is better."""
        priced = evaluate(self.model, parent_edge)
        if priced.objective < self.objective:
            self.best, self.objective = parent_edge, priced.objective
        return priced

    def by_cuts(self) -> Exact | None:
        """Circuits at the root: each is cut where that costs least."""
        chains = self.skeleton.chains
        if not all(len(chain.cut) for chain in chains):
            return None
        uses = [Use(int(np.argmin(chain.cut_cost)), UNUSED) for chain in chains]
        self.offer(tree_of_uses(self.model, self.skeleton, [], uses))
        self.bound = self.skeleton.service_cost + sum(float(c.cut_cost.min()) for c in chains)
        return self.result()

    def by_programme(self, nodes_max: int | None, until: float, seeds: tuple[int, ...]) -> Exact:
        """The programme over chains, refined until it is exact."""
        self.passages = passages_of(self.model, self.skeleton)
        self.ranges = [[(p.least[1], p.most[1])] for p in self.passages]
        self.levels = [[] for _ in self.passages]
        for number in range(len(self.passages)):
            self.priced_anew(number)
        for _ in range(ROUNDS):
            if time.monotonic() >= until or not self.round(nodes_max, until, seeds):
                break
        return self.result()

    def round(self, nodes_max: int | None, until: float, seeds: tuple[int, ...]) -> bool:
        """Solve the programme once; whether another round may say more."""
        program = segment_programme(
            self.model, self.skeleton, self.passages, self.levels, self.surcharges
        )
        cut_off = min(self.objective, self.upper_bound)
        answer = solved(
            program.programme,
            start=self.first(program),
            cut_off=cut_off,
            seconds=until - time.monotonic(),
            nodes_max=nodes_max,
            seeds=seeds,
        )
        # Beyond the cut-off the solver only knows that there is nothing better than it.
        self.bound = max(self.bound, min(answer.bound, cut_off))
        if answer.values is None:
            return False
        uses = uses_of(program, self.passages, answer.values)
        priced = self.offer(tree_of_uses(self.model, self.skeleton, self.passages, uses))
        if self.close() or not answer.finished:
            return False
        taken = [use.passage for use in uses if use.passage >= 0]
        changed = [self.refined(program, answer.values, uses, priced, at) for at in taken]
        return any(changed)

    def first(self, program: SegmentProgramme) -> npt.NDArray[np.float64] | None:
        """The best tree so far as a solution of the programme, as far as it is one."""
        if not np.isfinite(self.objective):
            return None
        uses = uses_of_tree(self.skeleton, self.passages, self.best)
        priced = evaluate(self.model, self.best)
        return values_of(self.model, program, self.passages, uses, priced)

    def refined(
        self,
        program: SegmentProgramme,
        values: npt.NDArray[np.float64],
        uses: list[Use],
        priced: Evaluation,
        at: int,
    ) -> bool:
        """Whether a passage costs more than the programme says; if so, that is made known."""
        passage = self.passages[at]
        true = float(priced.edge_cost[reached_by(self.skeleton, passage)].sum())
        columns = program.level_column[at] + program.extra_column.get(at, [])
        if true <= float(values[columns] @ program.programme.cost[columns]) + ROUNDING * true:
            return False
        end = passage.end
        carried = (
            float(priced.peak_kw[end]),
            int(priced.count[end]),
            float(priced.coincident_kw[end]),
        )
        split = _split(self.model, passage, self.ranges[at], carried[1])
        if split is not None:
            self.ranges[at] = split
            self.priced_anew(at)
        level = cheapest_level(self.levels[at], carried)
        if split is None or level < 0 or self.levels[at][level].cost < true * (1.0 - ROUNDING):
            all_behind = behind(self.skeleton, self.passages, uses, passage)
            self.surcharges.append(Surcharge(at, true, all_behind))
        return True

    def priced_anew(self, at: int) -> None:
        """Levels of a passage from its ranges of buildings."""
        passage = self.passages[at]
        self.levels[at] = [
            level
            for low, high in self.ranges[at]
            if low <= high
            for level in levels_of(self.model, passage, low, high)
        ]

    def close(self) -> bool:
        """Whether bound and cost meet."""
        return self.objective <= self.bound + TOLERANCE * abs(self.bound)

    def result(self) -> Exact:
        """The best tree with its bound."""
        if self.bound > self.objective * (1.0 + TOLERANCE):
            raise ContradictionError(
                f"the mixed-integer solver says that nothing costs less than {self.bound:,.2f}, "
                f"but a tree priced edge by edge costs {self.objective:,.2f}: its bound is false"
            )
        return Exact(
            parent_edge=self.best,
            objective=self.objective,
            lower_bound=min(self.bound, self.objective),
            proven=self.close(),
        )


def _split(
    model: Model, passage: Passage, ranges: list[tuple[int, int]], count: int
) -> list[tuple[int, int]] | None:
    """The ranges, so that one of them is just this number; None where diversity is settled."""
    last = len(model.diversity) - 1
    for at, (low, high) in enumerate(ranges):
        if not low <= count <= high:
            continue
        most = high + int(passage.behind.buildings[0])
        if low == high or model.diversity[min(low, last)] == model.diversity[min(most, last)]:
            return None
        parts = ((low, count - 1), (count, count), (count + 1, high))
        return [*ranges[:at], *(part for part in parts if part[0] <= part[1]), *ranges[at + 1 :]]
    return None
