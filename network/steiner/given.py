"""Graphs as they are given, in arrays: networkx graphs by name, street graphs by position."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatreach.network.errors import StreetError
from heatreach.network.streets import StreetGraph

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    import networkx as nx

    from .problem import Flags, Floats, Ints

NAMED = 5
"""Terminals that an error message names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A graph in arrays with the names of its nodes and edges; None where positions are names."""

    tail: Ints
    head: Ints
    weight: Floats
    names: list[Hashable] | None
    edges: list[tuple[Any, ...]] | None
    nodes: int


def reachable_nodes(graph: Named, terminal: Flags) -> Flags:
    """
    Nodes connected with the terminals.

    Parameters
    ----------
    graph
        The graph.
    terminal
        Nodes to be joined, shape (n,).

    Returns
    -------
    reachable
        One flag per node, shape (n,).

    Raises
    ------
    StreetError
        If the terminals are not connected with each other.
    """
    matrix = coo_array(
        (np.ones(len(graph.tail)), (graph.tail, graph.head)), shape=(graph.nodes, graph.nodes)
    )
    _, label = connected_components(matrix, directed=False)
    places = np.flatnonzero(terminal)
    home = np.bincount(label[places]).argmax()
    lost = places[label[places] != home]
    if len(lost):
        some = [_name(graph, place) for place in lost[:NAMED].tolist()]
        more = f" and {len(lost) - NAMED} more" if len(lost) > NAMED else ""
        raise StreetError(
            f"no tree can join the terminals: {', '.join(some)}{more} of {len(places)} have no "
            "connection to the others; join the graph or leave them out"
        )
    reachable: Flags = label == home
    return reachable


def _name(graph: Named, place: int) -> str:
    """Name of a node as the caller knows it."""
    return repr(place if graph.names is None else graph.names[place])


def terminal_flags(graph: Named, terminals: Iterable[Any]) -> Flags:
    """
    Whether each node is to be joined.

    Parameters
    ----------
    graph
        The graph.
    terminals
        Names of nodes, repeats allowed.

    Returns
    -------
    flags
        One flag per node, shape (n,).

    Raises
    ------
    StreetError
        If a terminal is not in the graph.
    """
    wanted = (
        list(dict.fromkeys(np.asarray(terminals).tolist()))
        if isinstance(terminals, np.ndarray)
        else list(dict.fromkeys(terminals))
    )
    known = range(graph.nodes) if graph.names is None else set(graph.names)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        some = ", ".join(repr(name) for name in unknown[:NAMED])
        raise StreetError(f"{len(unknown)} terminals are not in the graph: {some}")
    flags = np.zeros(graph.nodes, dtype=bool)
    if graph.names is None:
        flags[np.array(wanted, dtype=np.int64)] = True
    else:
        place = {name: number for number, name in enumerate(graph.names)}
        flags[[place[name] for name in wanted]] = True
    return flags


def in_arrays(graph: nx.Graph[Any] | StreetGraph, weight: str | Floats) -> Named:
    """
    Graph in arrays, weights checked.

    Parameters
    ----------
    graph
        A networkx graph or a `StreetGraph`.
    weight
        Edge attribute, or an array for a `StreetGraph`.

    Returns
    -------
    named
        The arrays.

    Raises
    ------
    StreetError
        If a weight is missing, negative or not finite.
    """
    named = _of_streets(graph, weight) if isinstance(graph, StreetGraph) else _of_nx(graph, weight)
    wrong = np.flatnonzero(~(np.isfinite(named.weight) & (named.weight >= 0.0)))
    if len(wrong):
        first = int(wrong[0])
        edge = first if named.edges is None else named.edges[first]
        raise StreetError(
            f"{len(wrong)} edges have a weight that is missing, negative or not finite; the first "
            f"is {edge!r} with {named.weight[first]:g}; weights must be at least 0"
        )
    return named


def _of_streets(graph: StreetGraph, weight: str | Floats) -> Named:
    """Street graph as it is, with its lengths or the given weights."""
    if isinstance(weight, str):
        if weight != "length_m":
            raise StreetError(
                f"a street graph has no weight {weight!r}; take 'length_m' or an array"
            )
        weight = graph.length_m
    given = np.asarray(weight, dtype=np.float64)
    if given.shape != (graph.edges,):
        raise StreetError(
            f"weights have shape {given.shape}, but the graph has {graph.edges} segments"
        )
    return Named(
        tail=graph.tail,
        head=graph.head,
        weight=given,
        names=None,
        edges=None,
        nodes=graph.nodes,
    )


def _of_nx(graph: nx.Graph[Any], weight: str | Floats) -> Named:
    """Networkx graph in arrays, a missing weight as NaN."""
    if not isinstance(weight, str):
        raise StreetError("a networkx graph takes the name of an edge attribute as weight")
    names = list(graph.nodes)
    place = {name: number for number, name in enumerate(names)}
    asked = {"keys": True, "data": True} if graph.is_multigraph() else {"data": True}
    every: Any = graph.edges
    rows = [(tuple(edge), data) for *edge, data in every(**asked)]
    ends = np.array([(place[edge[0]], place[edge[1]]) for edge, _ in rows], dtype=np.int64).reshape(
        -1, 2
    )
    given = [data.get(weight) for _, data in rows]
    values = np.array([np.nan if value is None else value for value in given], dtype=np.float64)
    return Named(
        tail=ends[:, 0].copy(),
        head=ends[:, 1].copy(),
        weight=values,
        names=names,
        edges=[edge for edge, _ in rows],
        nodes=len(names),
    )
