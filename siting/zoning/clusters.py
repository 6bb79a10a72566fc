"""Clusters of loads that share a part of the street graph, before any trench is designed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """
    Clusters of loads, and the streets of each.

    Attributes
    ----------
    consumer
        Cluster of each consumer, -1 if in none; numbered by the smallest consumer in it.
    node
        Cluster that each graph node belongs to, -1 if to none.
    """

    consumer: Ints
    node: Ints

    @property
    def count(self) -> int:
        """Number of clusters."""
        return int(self.consumer.max(initial=-1)) + 1

    def kept(self, cluster: npt.NDArray[np.bool_]) -> Clusters:
        """Some of the clusters, numbered anew in the same order."""
        number = np.append(np.where(cluster, np.cumsum(cluster) - 1, -1), -1)
        return Clusters(consumer=number[self.consumer], node=number[self.node])


def merged(parts: Sequence[Clusters]) -> Clusters:
    """
    Clusters of a whole from those of overlapping parts of it.

    Parameters
    ----------
    parts
        Clusters found in each part, on the consumers and nodes of the whole.

    Returns
    -------
    clusters
        Clusters that share a consumer are one.

    Notes
    -----
    A part may miss that two loads belong together, but never finds it where the whole does not;
    hence the parts need only see, each for itself, where neighbours touch.
    """
    first = np.concatenate([[0], np.cumsum([part.count for part in parts])])
    shift = list(zip(parts, first.tolist(), strict=False))
    member = [np.flatnonzero(part.consumer >= 0) for part in parts]
    cluster = [part.consumer[m] + f for (part, f), m in zip(shift, member, strict=True)]
    consumer, mine = np.concatenate(member), np.concatenate(cluster)
    total, consumers = int(first[-1]), len(parts[0].consumer)
    links = coo_array(
        (np.ones(len(mine)), (mine, total + consumer)), shape=(total + consumers,) * 2
    )
    _, label = connected_components(links, directed=False)
    of_consumer = np.full(consumers, -1)
    of_consumer[consumer] = label[mine]
    node = np.full(len(parts[0].node), -1)
    for part, start in shift:
        inside = part.node >= 0
        node[inside] = label[start + part.node[inside]]
    return numbered(of_consumer, node)


def numbered(consumer: Ints, node: Ints) -> Clusters:
    """
    Clusters numbered by the smallest consumer in each.

    Parameters
    ----------
    consumer, node
        Label of each consumer and each graph node, -1 for none; any numbers from 0.

    Returns
    -------
    clusters
        The same, labels without consumers left out.
    """
    member = np.flatnonzero(consumer >= 0)
    labels, first = np.unique(consumer[member], return_index=True)
    order = np.argsort(first, kind="stable")
    size = int(max(consumer.max(initial=-1), node.max(initial=-1))) + 2
    number = np.full(size, -1)
    number[labels[order]] = np.arange(len(labels))
    return Clusters(consumer=number[consumer], node=number[node])
