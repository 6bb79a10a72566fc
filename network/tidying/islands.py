"""
Parts of the street graph that nothing connects: what is left out, how large, and how far off.

Extracts clipped at a river fall into halves, hand-drawn streets into pieces. Routing goes on within
each part; this table names the rest, so that nobody takes a missing street for a missing customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from ..routing import components, routing_index

if TYPE_CHECKING:
    import geopandas as gpd

    from ..streets import StreetGraph

PARTS_NAMED = 5
"""Parts that a sentence about them names one by one."""


_COLUMNS = ["nodes", "length_m", "gap_m", "x", "y", "street", "places"]


def disconnected_parts(
    streets: StreetGraph, *, places: gpd.GeoSeries | None = None
) -> pd.DataFrame:
    """
    Parts of the street graph apart from its main part.

    Parameters
    ----------
    streets
        The street graph.
    places
        Points or outlines in its coordinate system, to be counted by part.

    Returns
    -------
    parts
        One row per part, longest first: ``nodes``, ``length_m`` [m], ``gap_m`` to the main part
        [m], ``x``, ``y`` of the part's point nearest to it, ``street``, the name of the street
        there (blank where it has none), and ``places``, how many have their nearest street in it.
        The main part, that of the greatest length, is no row.

    Examples
    --------
    >>> from geopandas import GeoDataFrame
    >>> from shapely import LineString
    >>> from heatreach.network import street_graph
    >>> lines = [LineString([(0, 0), (90, 0)]), LineString([(0, 20), (40, 20)])]
    >>> parts = disconnected_parts(street_graph(GeoDataFrame(geometry=lines, crs=32635)))
    >>> parts[["nodes", "length_m", "gap_m"]].to_dict("records")
    [{'nodes': 2, 'length_m': 40.0, 'gap_m': 20.0}]
    """
    part = components(routing_index(streets))
    owner = part[streets.tail]
    count = int(part.max(initial=-1)) + 1
    length = np.bincount(owner, weights=streets.length_m, minlength=count)
    main = int(np.argmax(np.round(length, 3)))
    line = streets.segments()
    off, on = np.flatnonzero(owner != main), np.flatnonzero(owner == main)
    if not len(off):
        return pd.DataFrame(columns=_COLUMNS)
    (row, nearest), gap = shapely.STRtree(line[on]).query_nearest(
        line[off], all_matches=False, return_distance=True
    )
    bridge = shapely.shortest_line(line[off[row]], line[on[nearest]])
    place = shapely.get_coordinates(shapely.get_point(bridge, 0))
    found = pd.DataFrame(
        {
            "part": owner[off[row]],
            "gap_m": gap,
            "x": place[:, 0],
            "y": place[:, 1],
            "street": streets.of_way("name").astype(str)[off[row]],
        }
    )
    found = found.sort_values(["part", "gap_m", "x", "y", "street"]).drop_duplicates("part")
    found["nodes"] = np.bincount(part, minlength=count)[found["part"]]
    found["length_m"] = length[found["part"]]
    found["places"] = 0
    if places is not None:
        _, nearest = shapely.STRtree(line).query_nearest(places.to_numpy(), all_matches=False)
        found["places"] = np.bincount(owner[nearest], minlength=count)[found["part"]]
    found = found[_COLUMNS]
    order = ["length_m", "nodes", "gap_m", "x", "y"]
    ascending = [False, False, True, True, True]
    return found.sort_values(order, ascending=ascending, ignore_index=True)


def parts_in_words(parts: pd.DataFrame) -> str:
    """
    One sentence about the parts left out; blank if there are none.

    Parameters
    ----------
    parts
        As of `disconnected_parts`.

    Returns
    -------
    text
        How many parts, how long, and the longest with their gaps.

    Examples
    --------
    >>> parts = pd.DataFrame({"length_m": [40.0], "gap_m": [20.0], "street": ["Mill Lane"]})
    >>> parts_in_words(parts)
    '1 part of the streets (40 m) is cut off from the rest: Mill Lane (40 m, gap 20.0 m)'
    """
    if parts.empty:
        return ""
    named = [
        f"{row['street'] or 'unnamed'} ({row['length_m']:,.0f} m, gap {row['gap_m']:,.1f} m)"
        for row in parts.head(PARTS_NAMED).to_dict("records")
    ]
    one = len(parts) == 1
    what = "1 part of the streets" if one else f"{len(parts):,} parts of the streets"
    more = "" if len(parts) <= PARTS_NAMED else f" and {len(parts) - PARTS_NAMED:,} more"
    return (
        f"{what} ({parts['length_m'].sum():,.0f} m) {'is' if one else 'are'} cut off from the "
        f"rest: {', '.join(named)}{more}"
    )
