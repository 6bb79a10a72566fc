"""How loads hang on the streets: the end of each service pipe, and the pipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.streets import SERVICE_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaves:
    """
    How loads hang on the streets; all arrays of shape (loads,).

    Attributes
    ----------
    contact
        Street node at which the load hangs, -1 unconnected.
    pipe
        Segment of its service pipe, -1 where the load stands on the street itself.
    pipe_m
        Length of that pipe [m], 0 without.
    """

    contact: Ints
    pipe: Ints
    pipe_m: Floats


def leaves_of(graph: StreetGraph, node: Ints) -> Leaves:
    """
    Street node and service pipe of each load.

    Parameters
    ----------
    graph
        Streets with the loads hung on; service pipes lead from the street to the building.
    node
        Graph node of each load, -1 unconnected.

    Returns
    -------
    leaves
        Contacts and pipes.
    """
    service = np.flatnonzero(graph.of_way("highway") == SERVICE_PIPE)
    of_node = np.full(graph.nodes + 1, -1)
    of_node[graph.head[service]] = service
    pipe = of_node[node]
    has = pipe >= 0
    return Leaves(
        contact=np.where(has, graph.tail[pipe], node),
        pipe=pipe,
        pipe_m=np.where(has, graph.length_m[pipe], 0.0),
    )
