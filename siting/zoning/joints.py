"""
The weakest joint of a zone: the density at which it would fall apart.

A joint of two loads is as dense as their heat over the route between them. A zone holds together by
a chain of joints through all its loads; the chain whose least dense joint is densest tells up to
which threshold the balls of the loads would still make one cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from .balls import TOUCH_M, with_start
from .trees import spanning

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

DENSER_SHARE = 1e-12
"""Share by which a joint must be denser than the one before for the search to go on."""

AT_ONE_PLACE_M = 1e-6
"""Length of a route between loads at one place."""


def weakest_joints(
    matrix: csr_array,
    node: Ints,
    heat_mwh: Floats,
    zone: Ints,
    *,
    threshold_mwh_m: float,
    farthest_m: float,
) -> Floats:
    """
    Heat of two loads over the route between them, at the weakest joint of each zone [MWh/(m·year)].

    Parameters
    ----------
    matrix
        Lengths between nodes, as `heatreach.siting.zoning.balls.street_matrix`.
    node, heat_mwh, zone
        Node, yearly heat [MWh] and zone of each load, all in a zone; zones are numbered from 0.
    threshold_mwh_m
        Density to begin at; balls of two zones must not meet at it within ``farthest_m``.
    farthest_m
        Largest radius of a ball [m]; inf to let regions fill the graph, where each zone has its own
        part of it.

    Returns
    -------
    joint
        One value per zone, NaN for zones of one load.

    Notes
    -----
    At some density the region of each load holds the nodes that its ball reaches before others do.
    Loads with neighbouring regions are candidates; the spanning tree of candidates whose least
    dense joint is densest gives a higher density to go on from, until it stays. The spanning tree
    on neighbouring regions has the least largest gap of all trees on all pairs (Mehlhorn 1988,
    https://doi.org/10.1016/0020-0190(88)90066-X), so the density reached is that of all pairs.

    Examples
    --------
    >>> from .balls import street_matrix
    >>> ends = np.array([[0, 1], [1, 2]])
    >>> matrix = street_matrix(*ends, np.array([10.0, 40.0]), nodes=3)
    >>> heat = np.array([60.0, 20.0, 180.0])
    >>> weakest_joints(matrix, np.arange(3), heat, np.zeros(3, dtype=int), threshold_mwh_m=1.0,
    ...                farthest_m=np.inf).tolist()
    [5.0]
    """
    zones = int(zone.max(initial=-1)) + 1
    joint = np.full(zones, np.nan)
    at = np.full(zones, threshold_mwh_m)
    open_ = np.bincount(zone, minlength=zones) > 1
    while open_.any():
        load = np.flatnonzero(open_[zone])
        radius = np.minimum(heat_mwh[load] / at[zone[load]], farthest_m)
        pair, route_m = _neighbours(matrix, node[load], radius, farthest_m=farthest_m)
        pair = load[pair]
        same = zone[pair[0]] == zone[pair[1]]
        pair, route_m = pair[:, same], route_m[same]
        metres_mwh = route_m / (heat_mwh[pair[0]] + heat_mwh[pair[1]])
        tree = spanning(pair, metres_mwh, len(node))
        owner = zone[pair[0, tree]]
        joined = np.bincount(owner, minlength=zones) == np.bincount(zone, minlength=zones) - 1
        longest = np.zeros(zones)
        np.maximum.at(longest, owner, metres_mwh[tree])
        found = np.full(zones, -np.inf)
        np.divide(1.0, longest, out=found, where=open_ & joined)
        denser = ~(found <= np.where(np.isnan(joint), -np.inf, joint) * (1.0 + DENSER_SHARE))
        open_ &= joined & denser
        joint[open_] = at[open_] = found[open_]
    return joint


def _neighbours(
    matrix: csr_array, node: Ints, radius_m: Floats, *, farthest_m: float
) -> tuple[Ints, Floats]:
    """Pairs of loads whose regions meet, and the route between them where they do [m]."""
    longest = float(radius_m.max())
    master = _master(node, radius_m, matrix.shape[0])
    found, before = dijkstra(
        with_start(matrix, node, longest - radius_m),
        directed=True,
        indices=matrix.shape[0],
        limit=longest + TOUCH_M if np.isfinite(farthest_m) else np.inf,
        return_predecessors=True,
    )
    home = _origins(before[:-1].astype(np.int64), matrix.shape[0])
    reached = home >= 0
    owner = np.full(matrix.shape[0], -1)
    owner[reached] = master[home[reached]]
    away = np.full(matrix.shape[0], np.inf)
    away[reached] = found[:-1][reached] - longest + radius_m[owner[reached]]
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    column = matrix.indices
    meets = np.flatnonzero((row < column) & reached[row] & (owner[row] != owner[column]))
    tail, head = row[meets], column[meets]
    swallowed = np.flatnonzero(owner[node] != np.arange(len(node)))
    pair = np.stack(
        [
            np.concatenate([owner[tail], owner[node[swallowed]]]),
            np.concatenate([owner[head], swallowed]),
        ]
    )
    between = away[tail] + matrix.data[meets] + away[head]
    route = np.concatenate([between, away[node[swallowed]]])
    return pair, np.maximum(route, AT_ONE_PLACE_M)


def _master(node: Ints, radius_m: Floats, nodes: int) -> Ints:
    """Load with the largest radius at each node, of equals the first; -1 without load."""
    order = np.lexsort((-np.arange(len(node)), radius_m))
    master = np.full(nodes, -1)
    master[node[order]] = order
    return master


def _origins(before: Ints, start: int) -> Ints:
    """Node of the load whose ball reaches each node first, -1 where none does."""
    nodes = len(before)
    own = before == start
    step = np.where(own | (before < 0), np.arange(nodes), before)
    while True:
        further = step[step]
        if (further == step).all():
            break
        step = further
    return np.where(own[step], step, -1)
