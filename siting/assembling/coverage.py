"""
Whether the layers of a study meet: sites, consumers, streets and the study area.

Says in plain words, with the bounds of both, when they do not, and whether swapped axes explain
it. Finds the consumers worth keeping and counts the others. The layers are read in `inputs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from ..errors import Problem
from ..fetching.extracts import widened
from ..reading.findings import ROWS_SHOWN, shorten
from ..reading.places import axes_problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from heatreach.network import StreetGraph

    from ..reading.area import Area
    from ..reading.places import Box


def bounds_of(frame: gpd.GeoDataFrame) -> Box:
    """
    West, south, east, north of a layer.

    Parameters
    ----------
    frame
        A layer with geometry, in any coordinate system.

    Returns
    -------
    bounds
        In degrees (EPSG:4326).
    """
    west, south, east, north = (float(v) for v in frame.to_crs("EPSG:4326").total_bounds)
    return west, south, east, north


def box_text(box: Box) -> str:
    """
    Write a box for a message.

    Parameters
    ----------
    box
        West, south, east, north [°].

    Returns
    -------
    text
        Longitudes and latitudes.

    Examples
    --------
    >>> box_text((26.9, 60.5, 27.0, 60.6))
    'lon 26.9 to 27, lat 60.5 to 60.6'
    """
    west, south, east, north = box
    return f"lon {west:.6g} to {east:.6g}, lat {south:.6g} to {north:.6g}"


def apart(file: str, bounds: Box, *, other_file: str, other: Box, reach_m: float) -> Problem | None:
    """
    Find out whether a file lies wholly out of reach of another one.

    Parameters
    ----------
    file, other_file
        Names for the message.
    bounds, other
        West, south, east, north of the file and of the file or area to be trusted [°].
    reach_m
        How far apart they may be [m].

    Returns
    -------
    problem
        None if they meet; says so if they would meet with swapped axes.

    Examples
    --------
    >>> town = (26.9, 60.5, 27.0, 60.6)
    >>> print(apart("a", (24.9, 60.1, 25, 60.2), other_file="b", other=town, reach_m=2000.0).what)
    lies outside b (a: lon 24.9 to 25, lat 60.1 to 60.2; b: lon 26.9 to 27, lat 60.5 to 60.6)
    """
    near = widened(other, reach_m)
    if shapely.box(*bounds).intersects(shapely.box(*near)):
        return None
    swapped = axes_problem(file, bounds, other_file=other_file, other=near)
    if swapped is not None:
        return swapped
    where = f"{file}: {box_text(bounds)}; {other_file}: {box_text(other)}"
    what = f"lies outside {other_file} ({where})"
    advice = "correct the coordinates, or give files and an area that belong together"
    return Problem(file=file, where="", what=what, advice=advice)


def no_street_problem(
    file: str, sites: Box | None, *, streets_file: str, streets: Box | None, radius_m: float
) -> Problem:
    """
    Say that no street is in reach of any site, and why.

    Parameters
    ----------
    file, streets_file
        Names of the layers for the message.
    sites, streets
        Their bounds [°]; None if there is none at all.
    radius_m
        Longest route allowed [m].

    Returns
    -------
    problem
        With the bounds of both and what to do.
    """
    if streets is None or sites is None:
        what = "no street there may carry a pipe"
        advice = "give another extract, or allow paths with paths = 'yes' under [network]"
        return Problem(file=streets_file, where="", what=what, advice=advice)
    away = apart(file, sites, other_file=streets_file, other=streets, reach_m=radius_m)
    if away is not None:
        return away
    what = (
        f"no street of {streets_file} that may carry a pipe lies within {radius_m:,.0f} m of any "
        f"site: the sites run over {box_text(sites)}, the streets over {box_text(streets)}"
    )
    advice = "correct the coordinates, raise the radius, give more streets or allow paths"
    return Problem(file=file, where="", what=what, advice=advice)


def street_gap_m(sites: gpd.GeoDataFrame, streets: StreetGraph) -> npt.NDArray[np.float64]:
    """
    Distance of each site from the nearest street [m].

    Parameters
    ----------
    sites
        SITES in the coordinate system of the streets.
    streets
        The street graph.

    Returns
    -------
    gap_m
        One value per site.
    """
    tree = shapely.STRtree(streets.segments())
    gap = np.full(len(sites), np.inf)
    (row, _), distance = tree.query_nearest(
        sites.geometry.to_numpy(), return_distance=True, all_matches=False
    )
    gap[row] = distance
    return gap


def lonely_sites_doubt(
    file: str, ids: Sequence[str], *, radius_m: float, rows: npt.NDArray[np.bool_]
) -> tuple[Problem, ...]:
    """
    Doubt the sites that lie farther from any street than a route may be long.

    Parameters
    ----------
    file
        Name of the site file for the message.
    ids
        Identifiers of all sites.
    radius_m
        Longest route allowed [m].
    rows
        True for those too far away.

    Returns
    -------
    doubts
        One or none.
    """
    names = [shorten(name) for name, far in zip(ids, rows, strict=True) if far]
    if not names:
        return ()
    more = ", …" if len(names) > ROWS_SHOWN else ""
    what = f"no street within {radius_m:,.0f} m of {', '.join(names[:ROWS_SHOWN])}{more}"
    advice = "check the coordinates; such a site cannot be connected"
    return (Problem(file=file, where="", what=what, advice=advice),)


def inside(frame: gpd.GeoDataFrame, where: Area | None) -> gpd.GeoDataFrame:
    """
    Rows that touch the study area.

    Parameters
    ----------
    frame
        A layer in any coordinate system.
    where
        The area; extracts and no area at all limit nothing.

    Returns
    -------
    rows
        New frame with a fresh index.
    """
    if where is None or where.bbox is None:
        return frame.copy()
    shape = shapely.box(*where.bbox) if where.polygon is None else where.polygon
    touches = shapely.intersects(frame.geometry.to_crs("EPSG:4326").to_numpy(), shape)
    return frame[touches].reset_index(drop=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """
    Consumers by their distance from the sites.

    Attributes
    ----------
    everywhere
        All that are not a data centre's own building.
    near
        Those of them within the radius of a site.
    far, own
        How many lie farther, and how many were a data centre's own.
    """

    everywhere: gpd.GeoDataFrame
    near: gpd.GeoDataFrame
    far: int
    own: int


def near_sites(
    consumers: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, *, radius_m: float, from_map: bool
) -> Nearness:
    """
    Consumers within the radius of a site as the crow flies.

    Parameters
    ----------
    consumers, sites
        In one metric coordinate system; there may be no site.
    radius_m
        Longest route allowed [m]; no route is shorter than the straight line.
    from_map
        Whether the consumers come from the map: a building there on which a data centre stands is
        its own. One that the user lists is kept.

    Returns
    -------
    nearness
        New frames, and how many were left out by reason.
    """
    tree = shapely.STRtree(sites.geometry.to_numpy())
    shapes = consumers.geometry.to_numpy()
    rows = np.arange(len(consumers))
    near = np.isin(rows, tree.query(shapes, predicate="dwithin", distance=radius_m)[0])
    own = np.isin(rows, tree.query(shapes, predicate="intersects")[0])
    own &= from_map
    return Nearness(
        everywhere=consumers[~own].reset_index(drop=True),
        near=consumers[near & ~own].reset_index(drop=True),
        far=int((~near).sum()),
        own=int(own.sum()),
    )


def no_consumer_problem(file: str, *, found: int, left_out: Mapping[str, int]) -> Problem:
    """
    Say that no consumer is left, and where they went.

    Parameters
    ----------
    file
        Name of the consumer file, or of the option.
    found
        How many there were.
    left_out
        How many were left out by reason.

    Returns
    -------
    problem
        With the counts and what to do.

    Examples
    --------
    >>> left_out = {"consumers outside the area": 3}
    >>> print(no_consumer_problem("c.csv", found=3, left_out=left_out).what)
    no consumer is left: of 3, 3 consumers outside the area
    """
    if not found:
        what = "the map shows no heated building here"
        advice = "give your own with --consumers FILE: id, lat, lon, annual_heat_mwh"
        return Problem(file=file, where="", what=what, advice=advice)
    reasons = [f"{count:,} {reason}" for reason, count in left_out.items() if count]
    what = f"no consumer is left: of {found:,}, {' and '.join(reasons)}"
    advice = "check the coordinates, raise the radius or widen the area"
    return Problem(file=file, where="", what=what, advice=advice)
