"""
Clusters grown tile by tile: large areas in parts, with the same result as in one piece.

The bounding box is cut into tiles; each is looked at with a halo as wide as the largest radius. Two
balls that meet do so at some point, that point lies in some tile, and both loads with their ways to
it lie within that tile and its halo: so each joint is found in one tile at least, and clusters that
share a load are merged.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .clusters import merged

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from heatreach.network import StreetGraph

    from .clusters import Clusters

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]


def tile_nodes(graph: StreetGraph, *, tiles: int, halo_m: float) -> list[Flags]:
    """
    Nodes of each tile and its halo.

    Parameters
    ----------
    graph
        The street graph.
    tiles
        Number of tiles, a square number.
    halo_m
        Width of the halo [m].

    Returns
    -------
    inside
        One flag per node for each tile; nodes of halos belong to several.

    Raises
    ------
    ValueError
        If the number is not that of a square.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from heatreach.network import street_graph
    >>> line = GeoDataFrame(geometry=[LineString([(0, 0), (40, 9), (100, 0)])], crs=32635)
    >>> [tile.tolist() for tile in tile_nodes(street_graph(line), tiles=4, halo_m=3.0)][0]
    [True, False, False]
    """
    side = round(tiles**0.5)
    if side < 1 or side * side != tiles:
        raise ValueError(f"{tiles} tiles do not make a square; ask for 1, 4, 9, 16 …")
    across = _strips(graph.x, side, halo_m)
    up = _strips(graph.y, side, halo_m)
    return [in_column & in_row for in_row in up for in_column in across]


def _strips(values: Floats, count: int, halo_m: float) -> list[Flags]:
    """Which values lie in each of equal strips or its halo."""
    edges = np.linspace(values.min(), values.max(), count + 1)
    return [(values >= low - halo_m) & (values <= high + halo_m) for low, high in pairwise(edges)]


def grown_in_tiles(
    grow: Callable[[Flags | None], Clusters], graph: StreetGraph, *, tiles: int, halo_m: float
) -> Clusters:
    """
    Clusters of the whole, grown in one piece or tile by tile.

    Parameters
    ----------
    grow
        Finds the clusters of the part with the given nodes; `None` stands for all.
    graph
        The street graph.
    tiles
        Number of tiles, a square number.
    halo_m
        How far beyond its tile a part must see [m].

    Returns
    -------
    clusters
        The same for any number of tiles.
    """
    if tiles == 1:
        return grow(None)
    return merged([grow(inside) for inside in tile_nodes(graph, tiles=tiles, halo_m=halo_m)])
