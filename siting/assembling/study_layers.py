"""
Sites and streets of a study, from the user's files or from the map.

Streets out of reach of every site, and a map without a data centre, are refused here in plain
words; a study of zones needs neither a data centre nor a street near one. The map itself is read
in `study_map`, consumers are gathered in `study_consumers`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from heatreach.network import StreetError

from ..data_centres import SITE_COLUMNS, data_centres_from_osm
from ..errors import InputError
from ..reading.findings import printable
from ..reading.raw import refusal
from .coverage import bounds_of, inside, lonely_sites_doubt, no_street_problem, street_gap_m
from .street_layer import StreetLayer, street_layer
from .study_map import StudyMap, map_of, read_extract

if TYPE_CHECKING:
    from pyproj import CRS

    from ..reading.places import Box
    from ..scenario import Scenario
    from .given import Given


def sites_of_study(
    given: Given, town: StudyMap | None, crs: CRS, *, needed: bool
) -> gpd.GeoDataFrame:
    """
    Data centres of the file or of the map, by id.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.
    crs
        Metric coordinate system of the study.
    needed
        Whether a study without any is refused.

    Returns
    -------
    sites
        SITES; empty, with its columns, where the map shows none and none is needed.

    Raises
    ------
    InputError
        If the map shows none although one is needed.
    """
    if given.sites is not None:
        return by_id(given.sites.frame.to_crs(crs))
    if town is None and not needed:
        return gpd.GeoDataFrame(columns=[*SITE_COLUMNS, "geometry"], geometry="geometry", crs=crs)
    sites = inside(data_centres_from_osm(map_of(town).extract, crs), given.area)
    if sites.empty and needed:
        what = "the map shows no data centre here (many are untagged)"
        advice = "give your own with --sites FILE: id, lat, lon, it_load_kw"
        raise refusal("--sites osm", what, advice)
    return by_id(sites)


def by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Table in order of its ids.

    Parameters
    ----------
    frame
        A table with ``id``.

    Returns
    -------
    ordered
        New frame with a fresh index.
    """
    return frame.sort_values("id", kind="stable", ignore_index=True)


def streets_of_study(
    given: Given,
    town: StudyMap | None,
    *,
    sites: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    scenario: Scenario,
    near_sites: bool,
) -> StreetLayer:
    """
    Streets of the file if one is given, else of the map.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.
    sites, barriers
        In the metric coordinate system of the study.
    scenario
        Decisions of the study.
    near_sites
        Whether streets out of reach of every site are refused.

    Returns
    -------
    layer
        Graph, doubts (also about sites far from every street) and counts.

    Raises
    ------
    InputError
        If there is no street that may carry a pipe, or none in reach of any site.
    """
    radius, paths = scenario.search.radius_m, scenario.network.paths == "yes"
    source = (
        map_of(town).extract
        if given.streets is None
        else _in_order(given.streets.frame).to_crs(sites.crs)
    )
    name = street_name(given, town)
    try:
        layer = street_layer(source, file=name, barriers=barriers, crs=sites.crs, paths=paths)
    except StreetError as error:
        raise no_street(given, town, sites, scenario) from error
    far = street_gap_m(sites, layer.graph) > radius
    if near_sites and far.all():
        raise no_street(given, town, sites, scenario)
    file = "--sites osm" if given.sites is None else given.sites.file
    lonely = lonely_sites_doubt(file, sites["id"].tolist(), radius_m=radius, rows=far)
    return replace(layer, doubts=(*layer.doubts, *lonely))


def street_name(given: Given, town: StudyMap | None) -> str:
    """
    Name of the file that the streets come from.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.

    Returns
    -------
    name
        Safe on a terminal.
    """
    return printable(map_of(town).path.name) if given.streets is None else given.streets.file


def _in_order(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines ordered by their geometry, so that the order of rows in the file changes nothing."""
    shapes = shapely.to_wkb(lines.geometry.to_numpy())
    return lines.iloc[sorted(range(len(lines)), key=shapes.__getitem__)].reset_index(drop=True)


def no_street(
    given: Given, town: StudyMap | None, sites: gpd.GeoDataFrame | None, scenario: Scenario
) -> InputError:
    """
    Error for streets out of reach of every site, with the bounds of all streets there are.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.
    sites
        SITES; None or empty where there is none.
    scenario
        Says how long a route may be.

    Returns
    -------
    error
        To be raised by the caller.
    """
    name, streets = _street_extent(given, town)
    problem = no_street_problem(
        "--sites osm" if given.sites is None else given.sites.file,
        None if sites is None or sites.empty else bounds_of(sites),
        streets_file=name,
        streets=streets,
        radius_m=scenario.search.radius_m,
    )
    return InputError([problem])


def _street_extent(given: Given, town: StudyMap | None) -> tuple[str, Box | None]:
    """Name and bounds of all streets; an extract is read once more, as a whole."""
    if given.streets is not None:
        return given.streets.file, bounds_of(given.streets.frame)
    whole, name = read_extract(map_of(town).path, None).extract, street_name(given, town)
    if not len(whole.lon):
        return name, None
    west, south = float(whole.lon.min()), float(whole.lat.min())
    return name, (west, south, float(whole.lon.max()), float(whole.lat.max()))
