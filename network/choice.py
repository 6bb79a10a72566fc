"""
The choice of consumers for `design`: what a set of consumers costs, and the search for a good set.

`Problem` holds what stays fixed for one site and prices any set of consumers on the tree of
cheapest routes; `best_choice` searches. Sections are arrays here, since they are priced a hundred
times per site; the table people see is made once, by `Problem.table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import price
from heatreach.thermo import HOURS_PER_YEAR, heat_loss_w_m, mass_flow_kg_s

from .flows import design_peak_kw
from .sizing import NO_PIPE, flow_limits_kg_s, sizes_within, trench_capex

if TYPE_CHECKING:
    import numpy.typing as npt

    from .catalogue import Catalogue
    from .design import DesignRules
    from .flows import Tree
    from .streets import StreetGraph

ROUNDS_MAX = 200
INSERTIONS_MAX = 500
ANCHOR_QUANTILES = (0.0, 0.5, 0.8, 0.9, 0.95)
"""Starts of the choice: consumers whose peak is at least this quantile of all peaks in reach."""

MWH_PER_YEAR_AND_W = HOURS_PER_YEAR / 1e6
"""Megawatt hours per year in one watt held all year."""


@dataclass(frozen=True)
class Problem:
    """What stays fixed while consumers come and go; arrays by consumer or by tree node."""

    streets: StreetGraph
    tree: Tree
    leaf: npt.NDArray[np.int64]
    peaks: npt.NDArray[np.float64]
    coincident: npt.NDArray[np.float64]
    catalogue: Catalogue
    rules: DesignRules

    @cached_property
    def length_m(self) -> npt.NDArray[np.float64]:
        """Length of the edge towards each tree node, 0 at the root."""
        length = np.where(self.tree.edge >= 0, self.streets.length_m[self.tree.edge], 0.0)
        return np.asarray(length)

    @cached_property
    def hard(self) -> npt.NDArray[np.bool_]:
        """Whether the edge towards each tree node is paved."""
        return np.asarray(self.streets.of_way("surface_class")[self.tree.edge] == "hard")

    @cached_property
    def ground_m(self) -> npt.NDArray[np.float64]:
        """Length times cost factor of that edge in hard and in soft ground; shape (2, nodes)."""
        weighted = self.length_m * self.streets.of_way("cost_factor")[self.tree.edge].astype(float)
        return np.stack([weighted * self.hard, weighted * ~self.hard])

    @cached_property
    def crossing(self) -> npt.NDArray[np.object_]:
        """What the edge towards each tree node crosses."""
        return _crossing(self.streets, self.tree)

    @cached_property
    def one_off(self) -> npt.NDArray[np.float64]:
        """One-off cost of those crossings."""
        return _one_off(self.crossing, self.tree, self.catalogue.money)

    @cached_property
    def flow_limits(self) -> npt.NDArray[np.float64]:
        """Largest flow of each pipe at the mean design temperature [kg/s]."""
        middle = np.array([(self.rules.supply_degc + self.rules.return_degc) / 2.0])
        limits = flow_limits_kg_s(self.catalogue, temperature_degc=middle)
        return np.asarray(limits[0], dtype=float)

    @cached_property
    def loss_w_m(self) -> npt.NDArray[np.float64]:
        """Heat loss of each pipe of the catalogue at design temperatures."""
        rules = self.rules
        loss = heat_loss_w_m(
            rules.supply_degc,
            rules.return_degc,
            ground_degc=rules.ground_degc,
            u_value_w_mk=self.catalogue.u_value_w_mk,
        )
        return np.asarray(loss)

    @cached_property
    def cost_by_size(self) -> npt.NDArray[np.float64]:
        """Trench cost and capitalised loss of each edge by pipe; the last row (no pipe) is NaN."""
        per_m = self.catalogue.capex_per_m[0]
        capex = per_m[0][:, None] * self.ground_m[0] + per_m[1][:, None] * self.ground_m[1]
        loss_mwh = self.loss_w_m[:, None] * self.length_m * MWH_PER_YEAR_AND_W
        cost = (capex + self.one_off[0]) * (1.0 + self.rules.upkeep_value_share)
        cost = cost + loss_mwh * self.rules.loss_value_per_mwh
        return np.vstack([cost, np.full(len(self.tree.node), np.nan)])

    def flow_kg_s(self, peak_kw: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Design flow of design peaks."""
        rules = self.rules
        return np.asarray(mass_flow_kg_s(peak_kw, rules.supply_degc, rules.return_degc))

    @cached_property
    def own_size(self) -> npt.NDArray[np.int64]:
        """Pipe of each consumer alone."""
        return sizes_within(self.flow_kg_s(self.peaks), self.flow_limits)

    def at_leaves(
        self, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Sum of a consumer figure at each tree node, kept consumers only."""
        sums = np.bincount(self.leaf[kept], weights=values[kept], minlength=len(self.tree.node))
        return np.asarray(sums, dtype=float)

    def consumers(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Number of consumers behind each tree node."""
        return self.tree.downstream(self.at_leaves(np.ones(len(kept)), kept))

    def sections(self, kept: npt.NDArray[np.bool_]) -> Sections:
        """Load and pipe of the edge towards each tree node for a set of consumers."""
        single = np.zeros(len(self.tree.node))
        np.maximum.at(single, self.leaf[kept], self.peaks[kept])
        count = self.consumers(kept)
        peak_sum = self.tree.downstream(self.at_leaves(self.peaks, kept))
        together = self.tree.downstream(self.at_leaves(self.coincident, kept))
        largest = self.tree.largest_downstream(single)
        peak = design_peak_kw(peak_sum, count, largest, coincident_kw=together)
        # While too many are still in, no section need carry more than the source can give.
        peak = np.minimum(peak, max(self.rules.capacity_kw, float(single.max())))
        size = sizes_within(self.flow_kg_s(peak), self.flow_limits)
        cost = self.cost_by_size[size, np.arange(len(size))]
        return Sections(count, peak_sum, peak, size, np.where(count > 0.0, cost, 0.0))

    def table(self, sections: Sections) -> pd.DataFrame:
        """EDGES of the design: one row per tree node, the root included."""
        size, (hard_m, soft_m) = sections.size, self.ground_m
        capex = trench_capex(size, self.catalogue, hard_m=hard_m, soft_m=soft_m) + self.one_off
        return pd.DataFrame(
            {
                "edge": self.tree.edge,
                "length_m": self.length_m,
                "size": size,
                "hard": self.hard,
                "crossing": self.crossing,
                "capex": capex[0],
                "capex_low": capex[1],
                "capex_high": capex[2],
                "consumers": sections.consumers.astype(int),
                "peak_sum_kw": sections.peak_sum_kw,
                "peak_kw": sections.peak_kw,
                "flow_kg_s": self.flow_kg_s(sections.peak_kw),
                "loss_w_m": np.where(size == NO_PIPE, np.nan, self.loss_w_m[size]),
            }
        )

    def load_kw(self, kept: npt.NDArray[np.bool_]) -> float:
        """Common peak of a set of consumers."""
        peaks = self.peaks[kept]
        together = self.coincident[kept].sum()
        load = design_peak_kw(
            peaks.sum(), len(peaks), peaks.max(initial=0.0), coincident_kw=together
        )
        return float(load)

    def worth_of(self, kept: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]) -> float:
        """Value of a set of consumers less its trenches and their losses."""
        return float(values[kept].sum() - self.sections(kept).cost[1:].sum())

    def crowded_out(
        self, kept: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.bool_]:
        """Consumers worth their missing trench for whom the source has too little heat left."""
        inside = self.peaks[kept]
        largest = np.maximum(self.peaks, inside.max(initial=0.0))
        load_kw = design_peak_kw(
            inside.sum() + self.peaks,
            len(inside) + 1,
            largest,
            coincident_kw=self.coincident[kept].sum() + self.coincident,
        )
        return ~kept & (values > self.joining_cost(kept)) & (load_kw > self.rules.capacity_kw)

    def joining_cost(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Cost of the trench still missing to each consumer, with a pipe for it alone."""
        missing = self.consumers(kept) == 0.0
        total = np.zeros(len(kept))
        for row, ground_m in enumerate(self.ground_m):
            length = self.tree.upstream(ground_m * missing)[self.leaf]
            total += length * self.catalogue.capex_per_m[0, row, self.own_size]
        return total * (1.0 + self.rules.upkeep_value_share)

    def leaving_saving(self, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Trench cost that nobody else shares, per consumer."""
        sections = self.sections(kept)
        alone = np.where(sections.consumers == 1.0, sections.cost, 0.0)
        return self.tree.upstream(alone)[self.leaf]

    def worth(
        self,
        sections: Sections,
        values: npt.NDArray[np.float64],
        kept: npt.NDArray[np.bool_],
        *,
        outermost: bool,
    ) -> npt.NDArray[np.bool_]:
        """Consumers on branches worth their cost: all decided at once, or only the outermost."""
        benefit = self.at_leaves(values, kept)
        branch = np.zeros(len(benefit), dtype=bool)
        loses_behind = np.zeros(len(benefit), dtype=bool)
        for level in reversed(list(self.tree.levels())):
            net, parent = benefit[level] - sections.cost[level], self.tree.parent[level]
            used = sections.consumers[level] > 0.0
            spared = loses_behind[level] & outermost
            branch[level] = ((net > 0.0) | spared) & used
            loses_behind[parent[used & ((net <= 0.0) | loses_behind[level])]] = True
            np.add.at(benefit, parent, np.where(used, np.maximum(net, 0.0), 0.0))
        branch[0] = True
        for level in self.tree.levels():
            branch[level] &= branch[self.tree.parent[level]]
        chosen: npt.NDArray[np.bool_] = kept & branch[self.leaf]
        return chosen


@dataclass(frozen=True, slots=True)
class Sections:
    """Load, pipe and cost of the edge towards each tree node; cost is 0 where unused."""

    consumers: npt.NDArray[np.float64]
    peak_sum_kw: npt.NDArray[np.float64]
    peak_kw: npt.NDArray[np.float64]
    size: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]


def _crossing(streets: StreetGraph, tree: Tree) -> npt.NDArray[np.object_]:
    """What the edge towards each tree node crosses; a level crossing counts at its node."""
    edge = tree.edge
    kind = np.full(len(edge), "", dtype=object)
    kind[streets.level_crossing[tree.node]] = "level_crossing"
    kind[streets.of_way("tunnel")[edge].astype(bool)] = "tunnel"
    kind[streets.of_way("bridge")[edge].astype(bool)] = "bridge"
    kind[edge < 0] = ""
    return kind


def _one_off(crossing: npt.NDArray[np.object_], tree: Tree, money: str) -> npt.NDArray[np.float64]:
    """One-off cost where a crossing begins; shape (3, tree nodes)."""
    total = np.zeros((3, len(crossing)))
    begins = crossing != crossing[tree.parent]
    for kind in ("bridge", "tunnel", "level_crossing"):
        row = price("crossings", kind, "one_off_capex", target=money)
        total += np.outer([row.value, row.low, row.high], begins & (crossing == kind))
    return total


def _pruned_to_worth(
    problem: Problem, values: npt.NDArray[np.float64], start: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """
    Consumers that stay when costs and choice no longer change each other.

    Deciding all branches at once is quick, but may give up a trunk that would pay once a losing
    branch behind it is gone; if nobody is left, branches are therefore cut from outside inwards.
    """
    for outermost in (False, True):
        kept = start & (values > 0.0)
        for _ in range(ROUNDS_MAX):
            sections = problem.sections(kept)
            chosen = problem.worth(sections, values, kept, outermost=outermost)
            if np.array_equal(chosen, kept):
                break
            kept = chosen
        if kept.any():
            break
    return kept


def best_choice(
    problem: Problem, values: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers worth serving: the best of several starts, from all consumers to anchors only."""
    found = []
    for quantile in ANCHOR_QUANTILES:
        anchors = inside & (problem.peaks >= np.quantile(problem.peaks[inside], quantile))
        kept = _dropped(problem, values, _pruned_to_worth(problem, values, anchors))
        # Those who stay may not be worth the trench that others left to them.
        kept = _pruned_to_worth(problem, values, kept)
        found.append(_filled(problem, values, kept, inside))
    return _thinned(problem, values, max(found, key=lambda kept: problem.worth_of(kept, values)))


def _thinned(
    problem: Problem, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers left when nobody's leaving would make the others worth more."""
    worth = problem.worth_of(kept, values)
    for _ in range(INSERTIONS_MAX):
        others = np.repeat(kept[None, :], np.count_nonzero(kept), axis=0)
        others[np.arange(len(others)), np.flatnonzero(kept)] = False
        without = np.array([problem.worth_of(rest, values) for rest in others])
        if not len(without) or not without.max() > worth:
            break
        kept, worth = others[without.argmax()], float(without.max())
    return kept


def _dropped(
    problem: Problem, values: npt.NDArray[np.float64], kept: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Consumers left when the least gain per kW is dropped until the source can carry the rest."""
    kept = kept.copy()
    while problem.load_kw(kept) > problem.rules.capacity_kw:
        gain = (values - problem.leaving_saving(kept)) / problem.peaks
        order = np.flatnonzero(kept)[np.argsort(gain[kept], kind="stable")]
        excess = 1.0 - problem.rules.capacity_kw / problem.load_kw(kept)
        # Half of the excess at a time: those who stay bear the trench that others leave.
        leaving = np.cumsum(problem.peaks[order]) <= excess / 2.0 * problem.peaks[order].sum()
        leaving[0] = True
        kept[order[leaving]] = False
    return kept


def _filled(
    problem: Problem,
    values: npt.NDArray[np.float64],
    kept: npt.NDArray[np.bool_],
    inside: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Further consumers joined one by one, best gain per kW first, while source and value allow."""
    worth = problem.worth_of(kept, values)
    refused = ~inside | (values <= 0.0)
    for _ in range(INSERTIONS_MAX):
        gain = (values - problem.joining_cost(kept)) / problem.peaks
        gain[kept | refused] = -np.inf
        best = int(np.argmax(gain))
        if not gain[best] > 0.0:
            break
        wider = kept.copy()
        wider[best] = True
        improved = problem.worth_of(wider, values)
        if problem.load_kw(wider) <= problem.rules.capacity_kw and improved > worth:
            kept, worth = wider, improved
        else:
            refused[best] = True
    return kept
