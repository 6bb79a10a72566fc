"""
The map of a study: which OpenStreetMap extract, which part of it, and where its middle lies.

Extracts are read through the network room's reader, places and bounding boxes are downloaded once
through `fetch`. A study of sites reads no more of the map than lies around them; one of zones, or
one with control totals, reads the whole area. What becomes of the map is decided in
`study_layers` and `study_consumers`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from heatreach.network import OsmFileError, read_osm

from ..fetching.extracts import widened
from ..fetching.fetch import Area as Place
from ..fetching.fetch import fetch_place, find_area
from ..reading.raw import refusal
from .coverage import bounds_of

if TYPE_CHECKING:
    from pathlib import Path

    from heatreach.network import OsmExtract

    from ..reading.area import Area
    from ..reading.places import Box
    from ..scenario import Scenario
    from .given import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyMap:
    """An OpenStreetMap extract and its file."""

    extract: OsmExtract
    path: Path


def looked_up(where: Area | None, cache_dir: Path | None) -> Area | None:
    """
    Study area with the box and outline of its place name.

    Parameters
    ----------
    where
        The area as it was asked for.
    cache_dir
        Where answers are kept; by default the user's cache folder.

    Returns
    -------
    where
        The same area where it is not a place name.

    Raises
    ------
    FetchError
        If the place had to be looked up and that failed.
    """
    if where is None or where.kind != "place":
        return where
    place = find_area(where.text, cache_dir=cache_dir)
    return replace(where, bbox=place.bbox, polygon=place.outline)


def reach_m(scenario: Scenario) -> float:
    """
    How far from a site anything can matter, by straight line [m].

    Parameters
    ----------
    scenario
        Decisions of the study.

    Returns
    -------
    reach_m
        Longest route and longest service pipe together.

    Examples
    --------
    >>> from heatreach.siting.scenario import Scenario
    >>> reach_m(Scenario()) > 2000.0
    True
    """
    return scenario.search.radius_m + scenario.network.connector_max_m


def read_map(
    given: Given, *, scenario: Scenario, cache_dir: Path | None, whole: bool
) -> StudyMap | None:
    """
    OpenStreetMap extract of the study, downloaded if need be.

    Parameters
    ----------
    given
        Area and tables of the user; a place name is looked up already.
    scenario
        Says how far from the sites the map matters.
    cache_dir
        Where downloads are kept; by default the user's cache folder.
    whole
        Whether the whole area is read, not only what lies around the sites.

    Returns
    -------
    town
        None if nothing is wanted of a map.

    Raises
    ------
    InputError
        If the extract cannot be used.
    FetchError
        If a download was needed and failed.
    """
    where, reach = given.area, reach_m(scenario)
    if where is None:
        return None
    around = None if given.sites is None else widened(bounds_of(given.sites.frame), reach)
    near = None if whole else around
    if where.bbox is None:
        return None if where.path is None else read_extract(where.path, near)
    if not given.from_map:
        return None
    outline = shapely.box(*where.bbox) if where.polygon is None else where.polygon
    place = Place(name=where.text, bbox=where.bbox, outline=outline)
    path = fetch_place(place, margin_m=reach, cache_dir=cache_dir)
    box = widened(where.bbox, reach)
    return read_extract(path, box if near is None else _overlap(box, near))


def _overlap(box: Box, other: Box) -> Box:
    """Part that two boxes share."""
    west, south = max(box[0], other[0]), max(box[1], other[1])
    return west, south, min(box[2], other[2]), min(box[3], other[3])


def read_extract(path: Path, box: Box | None) -> StudyMap:
    """
    Extract of a file, or the refusal of it.

    Parameters
    ----------
    path
        An OpenStreetMap file.
    box
        West, south, east, north [°] of what is wanted; None for all.

    Returns
    -------
    town
        The extract with its file.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    try:
        return StudyMap(extract=read_osm(path, bbox=box), path=path)
    except (OsmFileError, FileNotFoundError) as error:
        what, _, advice = str(error).removeprefix(f"{path.name}: ").partition("; ")
        raise refusal(path.name, what, advice) from error


def map_of(town: StudyMap | None) -> StudyMap:
    """
    The map that a layer is taken from.

    Parameters
    ----------
    town
        What was read.

    Returns
    -------
    town
        The same.

    Raises
    ------
    RuntimeError
        If no map was read; `read_given` makes sure that there is an area where one is needed.
    """
    if town is None:
        raise RuntimeError("a layer is to come from the map, but no map was read")
    return town


def read_box(given: Given, town: StudyMap | None, *, scenario: Scenario, whole: bool) -> Box | None:
    """
    Box in which consumers were read, or would be: all that the study can know about.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.
    scenario
        Says how far from the sites the map matters.
    whole
        Whether the whole area is read, not only what lies around the sites.

    Returns
    -------
    box
        West, south, east, north [°]; None where nothing has a place.
    """
    reach = reach_m(scenario)
    around = None if given.sites is None else widened(bounds_of(given.sites.frame), reach)
    if given.area is not None and given.area.bbox is not None:
        box: Box | None = widened(given.area.bbox, reach)
    elif town is not None and len(town.extract.lon):
        lon, lat = town.extract.lon, town.extract.lat
        box = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    else:
        tables = [table for table in (given.consumers, given.streets) if table is not None]
        box = widened(bounds_of(tables[0].frame), reach) if tables else around
    if whole or around is None or box is None:
        return box
    return _overlap(box, around)


def middle_of_study(given: Given, town: StudyMap | None) -> tuple[float, float] | None:
    """
    Middle of the study [°]: of the sites where given, else of the area, the map or the streets.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.

    Returns
    -------
    lon, lat
        None where there is nothing that has a place.
    """
    if given.sites is not None:
        box = bounds_of(given.sites.frame)
    elif given.area is not None and given.area.bbox is not None:
        box = given.area.bbox
    elif town is not None and len(town.extract.lon):
        return float(np.median(town.extract.lon)), float(np.median(town.extract.lat))
    elif given.streets is not None:
        box = bounds_of(given.streets.frame)
    else:
        return None
    return (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
