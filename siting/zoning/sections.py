"""
Clusters of street sections along which heat is dense, joined where they share a junction.

The German measure: heat of the buildings at a section per metre of the section.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .clusters import Clusters, numbered

if TYPE_CHECKING:
    import numpy.typing as npt

    from .places import ZonePlaces

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


def section_densities(places: ZonePlaces) -> Floats:
    """
    Heat of the consumers at each street section per metre of it [MWh/(m·year)].

    Parameters
    ----------
    places
        Consumers on the street graph.

    Returns
    -------
    density
        One value per section; shape (sections,).
    """
    connected = places.consumer_section >= 0
    heat = np.bincount(
        places.consumer_section[connected],
        weights=places.heat_mwh[connected],
        minlength=len(places.sections),
    )
    density: Floats = heat / places.sections["length_m"].to_numpy(dtype=float)
    return density


def section_clusters(
    places: ZonePlaces, *, threshold_mwh_m: float, inside: Flags | None
) -> Clusters:
    """
    Clusters of consumers at dense street sections that share junctions.

    Parameters
    ----------
    places
        Consumers on the street graph.
    threshold_mwh_m
        Density that a section must reach [MWh/(m·year)].
    inside
        Nodes of the part to look at; sections that touch it are looked at as a whole. `None` for
        all.

    Returns
    -------
    clusters
        Consumers of other sections are in none.
    """
    dense = section_densities(places) >= threshold_mwh_m
    graph = places.graph
    if inside is not None:
        street = np.flatnonzero(places.section >= 0)
        seen = np.zeros(len(dense), dtype=bool)
        for ends in (graph.tail[street], graph.head[street]):
            seen[places.section[street][inside[ends]]] = True
        dense &= seen
    ends_dense = np.append(dense, False)
    edge = np.flatnonzero(ends_dense[places.section])
    tail, head = graph.tail[edge], graph.head[edge]
    links = coo_array((np.ones(len(edge)), (tail, head)), shape=(graph.nodes, graph.nodes))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    node = np.full(graph.nodes, -1)
    node[tail], node[head] = label[tail], label[head]
    of_section = np.full(len(dense) + 1, -1)
    of_section[places.section[edge]] = label[tail]
    consumer = of_section[places.consumer_section]
    return numbered(consumer, node)
