"""Existing heat networks that run beside or through zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from ..consumers.building_use import siting_rule
from .crossings import edge_lines
from .load_texts import SEPARATOR

if TYPE_CHECKING:
    import geopandas as gpd

    from heatreach.network import StreetGraph

    from .growth import Grown


def networks_near(graph: StreetGraph, grown: Grown, networks: gpd.GeoDataFrame) -> list[str]:
    """
    Existing heat networks near the trench of each zone.

    Parameters
    ----------
    graph
        The street graph.
    grown
        The zones of one rule with their trenches.
    networks
        ``id`` and geometry of existing networks: pipes, supply areas or connection points.

    Returns
    -------
    names
        Per zone the ids of networks within ``zone_words/heat_network_near_m`` as the crow flies,
        the nearest first; blank for none.
    """
    found = [""] * grown.zones
    near_m = siting_rule("zone_words", "heat_network_near_m")
    shapes, lines = networks.geometry.to_numpy(), edge_lines(graph, grown.edges)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes, ids = shapes[there], networks["id"].to_numpy(dtype=object)[there]
    if not len(shapes) or not len(lines):
        return found
    which, edge = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=near_m)
    pairs = pd.DataFrame(
        {
            "zone": np.asarray(grown.edge_zone)[edge],
            "network": ids[which],
            "away_m": shapely.distance(shapes[which], lines[edge]),
        }
    ).sort_values(["zone", "away_m", "network"])
    pairs = pairs.drop_duplicates(["zone", "network"])
    for zone, rows in pairs.groupby("zone")["network"]:
        found[int(str(zone))] = SEPARATOR.join(rows)
    return found
