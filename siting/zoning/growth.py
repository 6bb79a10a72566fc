"""
Zones grown by one rule: clusters of loads along the streets and the trench that each needs.

Reading order: `places` (loads on the streets), `balls` and `sections` (which loads belong
together), `clusters` and `tiles` (parts of an area), `trees` (designed trenches), `pruning` (what
pays for its trench), `joints` (where a zone is weakest); all put together here. Anchors, certainty
and tables are others' business, see `heatreach.siting.zones`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.siting.consumers.building_use import siting_rule

from .balls import TOUCH_M, ball_clusters, street_matrix
from .joints import weakest_joints
from .leaves import leaves_of
from .pruning import WORTH_M, worthy_parts
from .sections import section_clusters
from .tiles import grown_in_tiles
from .trees import designed_trees

if TYPE_CHECKING:
    import numpy.typing as npt

    from .clusters import Clusters
    from .leaves import Leaves
    from .places import ZonePlaces
    from .rules import ZoneRule
    from .trees import Trees

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """
    Zones by one rule.

    Attributes
    ----------
    rule
        The rule.
    zone
        Zone of each consumer of the places, -1 if in none; numbered by falling heat, equals by
        their first consumer.
    edges
        Graph segments of the designed trenches, service pipes included, by zone and position.
    edge_zone
        Zone of each of them.
    joint_mwh_m
        Heat of two consumers over the route between them at the weakest joint of each zone
        [MWh/(m·year)], NaN for a single consumer.
    radius_m
        Heat of the building of each consumer over the threshold [m].
    too_few_mwh
        Heat of each group that is dense enough but has fewer buildings than the rule asks for
        [MWh/year]: mostly one building that pays for its own service pipe.
    """

    rule: ZoneRule
    zone: Ints
    edges: Ints
    edge_zone: Ints
    joint_mwh_m: Floats
    radius_m: Floats
    too_few_mwh: Floats

    @property
    def zones(self) -> int:
        """Number of zones."""
        return len(self.joint_mwh_m)


def grown_zones(places: ZonePlaces, rule: ZoneRule, *, tiles: int = 1) -> Grown:
    """
    Clusters of loads that meet the density of a rule, with their designed trenches.

    Parameters
    ----------
    places
        Loads on the street graph.
    rule
        Method, density and number of buildings asked for; anchors are not looked at here.
    tiles
        Number of tiles to grow in, a square number; the result is the same for any.

    Returns
    -------
    grown
        Zones with their consumers and trenches.

    Raises
    ------
    ValueError
        If the method is unknown or the tiles make no square.

    Notes
    -----
    ``radius``: loads whose balls meet, after the linear heat density radius of the Scottish
    assessment, along the streets instead of as circles. ``trench``: the same clusters, of which the
    parts are kept that pay for their own trench, so that the heat of each zone over its trench is
    no less than the threshold. ``street``: loads at street sections that reach the threshold,
    joined where sections share a junction. A radius is cut at ``zone/radius_max_m``. The weakest
    joint is measured along the streets for ``radius``, along the designed trench for the others.
    """
    units, places = places, places.buildings()
    radius = places.heat_mwh / rule.threshold_mwh_m
    leaves = leaves_of(places.graph, places.node)
    clusters = _clusters(places, rule, radius, tiles)
    members = np.bincount(clusters.consumer[clusters.consumer >= 0], minlength=clusters.count)
    heat, least = places.heat_mwh, rule.buildings_min
    few = _too_few(clusters.consumer, heat, radius - leaves.pipe_m, least)
    clusters = clusters.kept(members >= least)
    trees = designed_trees(places.graph, clusters, leaves)
    zone, edge_zone = clusters.consumer, trees.tree
    if rule.method == "trench":
        zone, edge_zone = _worthy(places, clusters, trees, leaves, radius)
        few = np.concatenate([few, _too_few(zone, heat, radius - leaves.pipe_m, least)])
    zone, number = _by_heat(zone, heat, least)
    edges, edge_zone = _trenches(trees.edge, number[edge_zone], zone, leaves)
    return Grown(
        rule=rule,
        zone=zone[units.building],
        edges=edges,
        edge_zone=edge_zone,
        joint_mwh_m=_joints(places, rule, zone, edges, edge_zone),
        radius_m=radius[units.building],
        too_few_mwh=np.sort(few),
    )


def farthest_m(radius_m: Floats) -> float:
    """
    Largest radius in use [m].

    Parameters
    ----------
    radius_m
        Radius of each load [m].

    Returns
    -------
    farthest_m
        No more than ``zone/radius_max_m``.
    """
    return min(float(radius_m.max(initial=0.0)), siting_rule("zone", "radius_max_m"))


def _clusters(places: ZonePlaces, rule: ZoneRule, radius: Floats, tiles: int) -> Clusters:
    """Loads that belong together by the method of the rule."""
    graph, farthest = places.graph, farthest_m(radius)
    if rule.method not in ("radius", "trench", "street"):
        raise ValueError(f"{rule.method!r} is no method of zones; choose radius, trench or street")

    def by_balls(inside: Flags | None) -> Clusters:
        reach = np.minimum(radius, farthest)
        return ball_clusters(graph, places.node, radius_m=reach, farthest_m=farthest, inside=inside)

    def by_sections(inside: Flags | None) -> Clusters:
        return section_clusters(places, threshold_mwh_m=rule.threshold_mwh_m, inside=inside)

    if rule.method == "street":
        return grown_in_tiles(by_sections, graph, tiles=tiles, halo_m=0.0)
    return grown_in_tiles(by_balls, graph, tiles=tiles, halo_m=farthest + TOUCH_M)


def _worthy(
    places: ZonePlaces, clusters: Clusters, trees: Trees, leaves: Leaves, radius: Floats
) -> tuple[Ints, Ints]:
    """Part of each consumer and each tree edge that pays for its trench, -1 for none."""
    graph = places.graph
    load = np.flatnonzero(clusters.consumer >= 0)
    worth = radius[load] - leaves.pipe_m[load]
    load, worth = load[worth > WORTH_M], worth[worth > WORTH_M]
    ends = np.stack([graph.tail[trees.edge], graph.head[trees.edge]])
    node, place = np.unique(
        np.concatenate([ends.reshape(-1), leaves.contact[load]]), return_inverse=True
    )
    place_of_load = place[2 * len(trees.edge) :]
    at_node = np.bincount(place_of_load, weights=worth, minlength=len(node)).astype(float)
    first = np.full(len(node), len(radius))
    np.minimum.at(first, place_of_load, load)
    part, edge_part = worthy_parts(
        place[: 2 * len(trees.edge)].reshape(2, -1), graph.length_m[trees.edge], at_node, first
    )
    zone = np.full(len(radius), -1)
    zone[load] = part[place_of_load]
    return zone, edge_part


def _too_few(zone: Ints, heat_mwh: Floats, worth_m: Floats, buildings_min: int) -> Floats:
    """Heat of groups of too few consumers that together are worth more than their pipes."""
    member = np.flatnonzero(zone >= 0)
    count = int(zone.max(initial=-1)) + 1
    members = np.bincount(zone[member], minlength=count)
    heat, worth = (
        np.bincount(zone[member], weights=values[member], minlength=count).astype(float)
        for values in (heat_mwh, worth_m)
    )
    found: Floats = heat[(members > 0) & (members < buildings_min) & (worth > WORTH_M)]
    return found


def _by_heat(zone: Ints, heat_mwh: Floats, buildings_min: int) -> tuple[Ints, Ints]:
    """Zones large enough in order of heat: new number per consumer, and per old number."""
    member = np.flatnonzero(zone >= 0)
    count = int(zone.max(initial=-1)) + 1
    heat = np.bincount(zone[member], weights=heat_mwh[member], minlength=count)
    members = np.bincount(zone[member], minlength=count)
    first = np.full(count, len(zone))
    np.minimum.at(first, zone[member], member)
    order = np.lexsort((first, -heat))
    order = order[members[order] >= max(buildings_min, 1)]
    number = np.full(count + 1, -1)
    number[order] = np.arange(len(order))
    return number[zone], number


def _trenches(edge: Ints, edge_zone: Ints, zone: Ints, leaves: Leaves) -> tuple[Ints, Ints]:
    """Segments of the streets and service pipes of all zones, by zone and position."""
    piped = np.flatnonzero((zone >= 0) & (leaves.pipe >= 0))
    on_street = edge_zone >= 0
    rows = np.stack(
        [
            np.concatenate([edge_zone[on_street], zone[piped]]),
            np.concatenate([edge[on_street], leaves.pipe[piped]]),
        ]
    )
    rows = np.unique(rows, axis=1)
    return rows[1], rows[0]


def _joints(places: ZonePlaces, rule: ZoneRule, zone: Ints, edges: Ints, edge_zone: Ints) -> Floats:
    """Density of the weakest joint of each zone, along the streets or along its trench."""
    graph, member = places.graph, np.flatnonzero(zone >= 0)
    tail, head, length = graph.tail, graph.head, graph.length_m
    node, nodes, farthest = places.node[member], graph.nodes, np.inf
    if rule.method == "radius":
        farthest = farthest_m(places.heat_mwh / rule.threshold_mwh_m)
    else:
        ends = np.concatenate([graph.tail[edges], graph.head[edges], node])
        copies = np.concatenate([edge_zone, edge_zone, zone[member]]) * graph.nodes + ends
        found, place = np.unique(copies, return_inverse=True)
        tail, head = place[: len(edges)], place[len(edges) : 2 * len(edges)]
        length, node, nodes = graph.length_m[edges], place[2 * len(edges) :], len(found)
    return weakest_joints(
        street_matrix(tail, head, length, nodes=nodes),
        node,
        places.heat_mwh[member],
        zone[member],
        threshold_mwh_m=rule.threshold_mwh_m,
        farthest_m=farthest,
    )
