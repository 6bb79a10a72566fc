"""
A tree that grows: its sections, prices and consumers, and the stages it may grow in.

What is spent is discounted by the year of its stage; what runs on (consumers' worth, losses,
pumping) by the share of a whole life that is left from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from ..optimise.model import evaluate

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..optimise.model import Model

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

SLACK = 1e-9
"""Relative rounding allowed at a budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """
    When a network is built and what may be spent.

    Attributes
    ----------
    year
        Years from now at which each stage begins, rising, shape (stages,).
    budget
        Largest investment in each stage [money of that stage], shape (stages,).
    discount_rate
        Yearly discount rate [share].
    horizon_years
        Year from now until which consumers pay and pipes run; None if each runs for its own life
        from its stage on.
    carried
        Whether what a stage leaves unspent may be spent later.
    """

    year: Floats
    budget: Floats
    discount_rate: float
    horizon_years: float | None = None
    carried: bool = False

    @property
    def discount(self) -> Floats:
        """Present value of one unit of money spent in each stage."""
        return np.asarray((1.0 + self.discount_rate) ** -np.asarray(self.year, dtype=float))

    @property
    def service(self) -> Floats:
        """
        Present value of what begins in each stage and runs on, as a share of a whole life from now.

        With a common horizon H: (v^y - v^H) / (1 - v^H), v the discount factor of one year.
        """
        if self.horizon_years is None:
            return self.discount
        year = np.asarray(self.year, dtype=float)
        if self.discount_rate == 0.0:
            return np.asarray(np.maximum(1.0 - year / self.horizon_years, 0.0))
        end = (1.0 + self.discount_rate) ** -self.horizon_years
        return np.asarray(np.maximum((self.discount - end) / (1.0 - end), 0.0))

    def keep(self, spent: Floats) -> Flags:
        """Whether spending by stage, shape (..., stages), keeps the budgets."""
        budget, total = np.asarray(self.budget, dtype=float), spent
        if self.carried:
            budget, total = np.cumsum(budget), np.cumsum(spent, axis=-1)
        return np.asarray((total <= budget * (1.0 + SLACK) + SLACK).all(axis=-1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """
    A tree and its prices, ready to be staged; sections are tree nodes but for the root, row 0.

    Attributes
    ----------
    model
        The problem.
    stages
        When and for how much.
    node, edge
        Tree node and the edge towards it, per section; the root has edge -1.
    consumer
        Consumers of the tree.
    behind
        Which of them are behind which section, shape (sections, consumers).
    laying, replacing, running
        Investment when first laid, when replaced, and present value of a life's losses and
        pumping, by section and size.
    capacity_kw
        Largest load that the source above a section allows [kW]; inf but for source edges.
    earliest
        First stage in which each consumer may connect.
    value, must
        Prize less source cost of each consumer (0 if it must connect), and whether it must.
    """

    model: Model
    stages: Stages
    node: Ints
    edge: Ints
    consumer: Ints
    behind: csr_array
    laying: Floats
    replacing: Floats
    running: Floats
    capacity_kw: Floats
    earliest: Ints
    value: Floats
    must: Flags


def growth(
    model: Model,
    parent_edge: Ints,
    *,
    stages: Stages,
    investment: Floats,
    replacement: Floats,
    earliest: Ints,
) -> Growth:
    """
    A tree with all that staging it needs.

    Parameters
    ----------
    model
        The problem.
    parent_edge
        The tree, as in `heatreach.network.optimise.model.evaluate`.
    stages
        Years and budgets.
    investment, replacement
        Investment in each edge and size when first laid and when it replaces a smaller pipe
        [money], shape (m, sizes). What the model's cost exceeds the investment by is the present
        value of running the pipe for its life.
    earliest
        First stage in which each consumer may connect, shape (k,).

    Returns
    -------
    growth
        The tree by sections.
    """
    found = evaluate(model, parent_edge)
    consumer = np.flatnonzero(found.connected)
    node = found.order[found.count[found.order] > 0] if len(consumer) else found.order[:1]
    edge = parent_edge[node]
    place = np.full(model.nodes, -1, dtype=np.int64)
    place[node] = np.arange(len(node))
    rows, columns = [], []
    for at, terminal in enumerate(model.terminal[consumer].tolist()):
        above = terminal
        while above >= 0:
            rows.append(place[above])
            columns.append(at)
            above = int(found.parent[above])
    shape = (len(node), len(consumer))
    behind = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    behind.sort_indices()
    used = (edge >= 0)[:, None]
    finite = np.isfinite(model.cost)
    running = np.where(finite, model.cost, 0.0) - np.where(finite, investment, 0.0)
    capacity = np.full(len(node), np.inf)
    if len(model.source_edge):
        for source, at in enumerate(model.source_edge.tolist()):
            capacity[edge == at] = model.capacity_kw[source]
    else:
        capacity[0] = model.capacity_kw[0]
    must = np.isinf(model.prize[consumer])
    value = np.where(must, 0.0, model.prize[consumer])
    return Growth(
        model=model,
        stages=stages,
        node=node,
        edge=edge,
        consumer=consumer,
        behind=behind,
        laying=np.where(used, np.where(finite, investment, np.inf)[edge], 0.0),
        replacing=np.where(used, np.where(finite, replacement, np.inf)[edge], 0.0),
        running=np.where(used, running[edge], 0.0),
        capacity_kw=capacity,
        earliest=earliest[consumer],
        value=value - model.source_cost[consumer, found.source[consumer]],
        must=must,
    )
