"""
The best network found: several starts, local search, ruin and recreate.

`search` is the primal side of the optimiser: it makes no promise of optimality, but never returns
worse than what it was given, and the exact objective of `heatreach.network.optimise.model.evaluate`
decides. `heatreach.network.optimise.ascent` tells how far from the optimum it may be at most.

Local search runs on smooth prices first, where a kilowatt more or less always counts, then on the
catalogue's steps. Where a source cannot serve all, its heat gets a price that makes demand fit.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from .local_search import improve, prune
from .model import UNUSED, evaluate
from .network_arrays import (
    BEHIND,
    COINCIDENT,
    COUNT,
    LARGEST,
    PEAK,
    PRIZE,
    SOURCE,
    START,
    network_of,
)
from .ruin import HEAT, NEAREST, SETTLED_MOST, neighbourhoods, recreate
from .starts import route_tree, scaled_tree, steiner_tree, typical_weight
from .tree_state import DICE, plant, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from .model import Model
    from .network_arrays import Network
    from .tree_state import State

GROUPS = (1.0, 10.0, 100.0)
"""Consumers in the groups whose typical load weighs edges for the starts."""

FAVOURS = (1.5, 3.0)
"""Factors on prizes of starts in which more consumers join than pay, before branches are pruned."""

FIRST_PASSES, LAST_PASSES = 1, 12
"""Passes of local search for each start and for those continued."""

CONTINUED = 3
"""Starts continued until local search ends."""

MANY = 500
"""Consumers from which on there is one start of a kind; if all must join, one is continued."""

PRUNINGS = 4
"""Rounds of pruning after consumers joined whether they paid or not."""

SLICES = 20
"""Parts of the ruin and recreate rounds, between which the time is looked at."""

SLOPES = 10
"""Trees of slope scaling."""

RATIONS = 8
"""Prices of heat tried where a source is short of it."""

RATION_PASSES = 3
"""Passes of local search at each such price, and after pruning."""


def search(
    model: Model,
    *,
    rounds: int = 1000,
    seed: int = 0,
    starts: Sequence[npt.NDArray[np.int64]] = (),
    seconds: float | None = None,
) -> npt.NDArray[np.int64]:
    """
    Edge towards the root at each node of the best network found.

    Parameters
    ----------
    model
        The problem.
    rounds
        Rounds of ruin and recreate after the local search; 0 for none.
    seed
        Seed of the random choices; the same seed gives the same network.
    starts
        Networks to begin with besides the search's own.
    seconds
        Wall-clock time after which no further rounds begin; by default none, as results then
        depend on the machine.

    Returns
    -------
    parent_edge
        -1 outside the tree and at the root, shape (nodes,); the empty tree if that is best. If no
        network found keeps all limits, the one that violates them least.

    Examples
    --------
    >>> import numpy as np
    >>> from heatreach.network.optimise.model import Model
    >>> model = Model(
    ...     nodes=3,
    ...     root=0,
    ...     tail=np.array([0, 1, 0]),
    ...     head=np.array([1, 2, 2]),
    ...     cost=np.array([[10.0], [10.0], [50.0]]),
    ...     limit_kw=np.array([100.0]),
    ...     through=np.array([True, True, False]),
    ...     terminal=np.array([2]),
    ...     peak_kw=np.array([30.0]),
    ...     coincident_kw=np.array([30.0]),
    ...     largest_kw=np.array([30.0]),
    ...     count=np.array([1]),
    ...     prize=np.array([40.0]),
    ...     diversity=np.ones(2),
    ...     source_edge=np.empty(0, dtype=np.int64),
    ...     capacity_kw=np.array([100.0]),
    ...     source_cost=np.zeros((1, 1)),
    ... )
    >>> search(model).tolist()
    [-1, 0, 1]
    """
    begun = time.monotonic()
    exact, smooth = network_of(model), network_of(model, smooth=True)
    empty = np.full(model.nodes, UNUSED, dtype=np.int64)
    if (
        not len(exact.consumer)
        or exact.place[exact.root, START] == exact.place[exact.root + 1, START]
    ):
        return _best_of(model, [empty, *starts])
    state = state_of(exact)
    state.counter[DICE] = seed
    forced = bool((exact.own[exact.consumer, PRIZE] >= exact.penalty).all())
    begin = [*starts] if forced and len(exact.consumer) > MANY else [*starts, empty]
    ranked = _first_trees(exact, smooth, state, begin)
    found = []
    for tree in ranked[: 1 if forced and len(exact.consumer) > MANY else CONTINUED]:
        tree, _ = _improved(smooth, state, tree, LAST_PASSES)
        found.append(_improved(exact, state, tree, LAST_PASSES))
    tree, _ = min(found, key=lambda pair: pair[1])
    if rounds > 0:
        limit = np.inf if seconds is None else begun + seconds
        tree = _recreated(exact, state, tree, rounds, limit)
        tree, _ = _improved(exact, state, tree, LAST_PASSES)
    return _best_of(model, [tree, *(other for other, _ in found), empty, *starts])


def _best_of(model: Model, trees: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Tree of least exact objective; the first if none keeps all limits."""
    objectives = [evaluate(model, tree).objective for tree in trees]
    return trees[int(np.argmin(objectives))].copy()


def _improved(
    network: Network, state: State, tree: npt.NDArray[np.int64], passes: int
) -> tuple[npt.NDArray[np.int64], float]:
    """A tree after local search, and its total."""
    plant(network, state, tree)
    improve(network, state, passes)
    return state.parent_edge.copy(), float(state.total[0])


def _first_trees(
    exact: Network, smooth: Network, state: State, starts: list[npt.NDArray[np.int64]]
) -> list[npt.NDArray[np.int64]]:
    """Starts after some local search on smooth prices, the cheapest by exact prices first."""
    wanted = np.zeros(len(exact.place) - 1, dtype=bool)
    wanted[exact.consumer] = True
    many = len(exact.consumer) > MANY
    groups = GROUPS[1:2] if many else GROUPS
    weights = [typical_weight(smooth, buildings=group) for group in groups]
    trees = [*starts, *(_joined(exact, weight, wanted) for weight in weights)]
    if not many:
        trees.append(route_tree(exact, weights[-1], wanted))
    trees.append(scaled_tree(smooth, state, wanted=wanted, rounds=SLOPES))
    found = [_improved(smooth, state, tree, FIRST_PASSES)[0] for tree in trees]
    all_joined = trees[len(starts)]
    found += _favoured(smooth, state, all_joined)
    found += _rationed(smooth, state, all_joined)
    return _ranked(exact, state, found)


def _joined(
    network: Network, weight: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Steiner tree of wanted nodes."""
    ends = network.ends.copy()
    return steiner_tree(network.root, network.place, network.links, ends, weight, wanted)


def _ranked(
    network: Network, state: State, trees: list[npt.NDArray[np.int64]]
) -> list[npt.NDArray[np.int64]]:
    """Different trees, the cheapest first."""
    totals: dict[bytes, tuple[float, int]] = {}
    for place, tree in enumerate(trees):
        plant(network, state, tree)
        totals.setdefault(state.parent_edge.tobytes(), (float(state.total[0]), place))
    return [trees[place] for _, place in sorted(totals.values())]


def _favoured(
    network: Network, state: State, tree: npt.NDArray[np.int64]
) -> list[npt.NDArray[np.int64]]:
    """Trees of more consumers than pay one by one, pruned to the branches that pay."""
    prize = network.own[network.consumer, PRIZE]
    if (prize >= network.penalty).all():
        return []
    found = []
    for favour in (*FAVOURS, np.inf):
        own = network.own.copy()
        own[network.consumer, PRIZE] = np.minimum(prize * favour, network.penalty)
        joined, _ = _improved(network._replace(own=own), state, tree, FIRST_PASSES)
        plant(network, state, joined)
        for _ in range(PRUNINGS):
            if not prune(network, state, 1.0):
                break
        found.append(_improved(network, state, state.parent_edge.copy(), RATION_PASSES)[0])
    return found


def _rationed(
    network: Network, state: State, tree: npt.NDArray[np.int64]
) -> list[npt.NDArray[np.int64]]:
    """
    Trees for a rising price of heat at the sources that cannot serve all who would join.

    The price acts like a cost of serving, found by bisection for each source on its own; who is
    left out is then who gains least by each kilowatt.
    """
    if (network.capacity_kw >= network.own[network.consumer, PEAK].sum()).all():
        return []
    free = network._replace(capacity_kw=np.full(len(network.capacity_kw), np.inf))
    joined, _ = _improved(free, state, tree, RATION_PASSES)
    loads = _source_loads_kw(free, state)
    if (loads <= network.capacity_kw).all():
        return []
    most = _highest_price(network, state)
    low, high = np.zeros(len(loads)), np.full(len(loads), most)
    price, found = np.zeros(len(loads)), []
    for _ in range(RATIONS):
        short = loads > network.capacity_kw
        high[short & (price >= high)] = most
        low, high = np.where(short, price, low), np.where(short, high, price)
        price = (low + high) / 2.0
        own = network.own.copy()
        own[:, SOURCE:] += price * own[:, PEAK, None]
        joined, _ = _improved(free._replace(own=own), state, joined, FIRST_PASSES)
        loads = _source_loads_kw(free, state)
        found.append(joined)
    ranked = _ranked(network, state, found)[:CONTINUED]
    return [_improved(network, state, other, FIRST_PASSES)[0] for other in ranked]


def _highest_price(network: Network, state: State) -> float:
    """Price of heat at which nobody would join who need not [per kW]."""
    joining = network.own[network.consumer]
    optional = joining[joining[:, PRIZE] < network.penalty]
    worth = float((optional[:, PRIZE] / optional[:, PEAK]).max(initial=0.0))
    cost = float(state.total[0] + state.sums[network.root, PRIZE])
    return max(worth, 10.0 * cost / float(joining[:, PEAK].sum()))


def _source_loads_kw(network: Network, state: State) -> npt.NDArray[np.float64]:
    """Design load of each source."""
    if not network.several:
        nodes, used = np.array([network.root]), np.ones(1, dtype=bool)
    else:
        edges = np.flatnonzero(network.edges[:, BEHIND] >= 0)
        edges = edges[np.argsort(network.edges[edges, BEHIND])]
        nodes = network.ends[edges] - network.root
        used = state.parent_edge[nodes] == edges
    sums = state.sums[nodes]
    factor = network.diversity[
        np.minimum(sums[:, COUNT].astype(np.int64), len(network.diversity) - 1)
    ]
    load = np.maximum(sums[:, PEAK] * factor, np.maximum(sums[:, LARGEST], sums[:, COINCIDENT]))
    return np.where(used, load, 0.0)


def _recreated(
    network: Network, state: State, tree: npt.NDArray[np.int64], rounds: int, until: float
) -> npt.NDArray[np.int64]:
    """Best tree after ruin and recreate."""
    plant(network, state, tree)
    near = neighbourhoods(
        network.root,
        network.place,
        network.links,
        typical_weight(network, buildings=GROUPS[1]),
        network.consumer,
        NEAREST,
        SETTLED_MOST,
    )
    best, least = tree.copy(), float(state.total[0])
    cost = float(state.charge.sum() - state.charge[network.root])
    heat = HEAT * cost / max(float(state.sums[network.root, COUNT]), 1.0)
    slices = min(SLICES, rounds)
    for number in range(slices):
        if time.monotonic() > until:
            break
        share, further = rounds // slices + (number < rounds % slices), (number + 1) / slices
        least = recreate(
            network,
            state,
            near,
            best,
            least,
            share,
            heat * (1.0 - number / slices),
            heat * (1.0 - further),
        )
    return best
