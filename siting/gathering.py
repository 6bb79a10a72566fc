"""
The only readers: sites, consumers and streets of a study, checked, in one metric system.

Files come through `given`, OpenStreetMap extracts through the network room's reader, places and
bounding boxes through `fetch`. Every problem of every file is collected before anything is
refused; whether the layers meet is judged in `coverage`. Consumers outside the area, or that cannot
be within the radius of any site by straight line, are left out here, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from heatreach.network import OsmFileError, StreetError, metric_crs, read_osm

from .country_rows import country_of_study
from .coverage import (
    bounds_of,
    inside,
    lonely_sites_doubt,
    near_sites,
    no_consumer_problem,
    no_street_problem,
    street_gap_m,
)
from .data_centres import data_centres_from_osm
from .demand import consumers_from_osm, fill_demand
from .errors import InputError
from .fetching.extracts import widened
from .fetching.fetch import Area as Place
from .fetching.fetch import fetch_place, find_area
from .given import LAYERS, read_given, refuse_apart
from .inputs import Inputs
from .reading.files import file_hash
from .reading.findings import printable
from .reading.raw import refusal
from .scenario import Scenario
from .street_layer import StreetLayer, cut_off_doubt, street_layer
from .surroundings import all_read, read_surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyproj import CRS

    from heatreach.network import OsmExtract

    from .given import Given
    from .reading.area import Area
    from .reading.places import Box
    from .surroundings import Surroundings

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Map:
    """An OpenStreetMap extract and its file."""

    extract: OsmExtract
    path: Path


def read_inputs(
    *,
    sites: str | Path,
    consumers: str | Path,
    area: str | None = None,
    streets: str | Path | None = None,
    weather: str | Path | None = None,
    grid: str | Path | None = None,
    scenario: Scenario | None = None,
    cache_dir: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Inputs:
    """
    Everything a study needs, read and checked.

    Parameters
    ----------
    sites, consumers
        A file, or ``"osm"`` to take them from the OpenStreetMap extract.
    area
        An extract, a polygon file, ``west,south,east,north`` or a place name; the last three
        download an extract once and limit consumers (and sites from the map) to the area. Not
        needed when all three layers are files.
    streets
        A file of street lines; by default the streets of the extract.
    weather
        An EPW or CSV file of hourly outdoor temperature, or ``"pvgis"`` to download a typical year
        of the place once; by default a typical year made of the country's climate normals.
    grid
        A CSV file of emission factors of electricity by year; by default the scenario's.
    scenario
        Decisions of the study; defaults where it is silent.
    cache_dir
        Where downloads are kept; by default the user's cache folder.
    progress
        Called with a stage and the share done.

    Returns
    -------
    inputs
        Sites, consumers and streets in one metric coordinate system.

    Raises
    ------
    InputError
        With every problem of every file at once.
    FetchError
        If a download was needed and failed.
    """
    scenario = scenario or Scenario()
    report = progress or (lambda _stage, _share: None)
    report("reading files", 0.0)
    given, surroundings = all_read(
        partial(read_given, sites=sites, consumers=consumers, streets=streets, area=area),
        partial(read_surroundings, weather=weather, grid=grid, cache_dir=cache_dir),
    )
    given = replace(given, area=_looked_up(given.area, cache_dir))
    refuse_apart(given, reach_m=_reach_m(scenario))
    report("reading streets and buildings", 0.2)
    town = _read_map(given, scenario, cache_dir)
    report("assembling", 0.8)
    return _assembled(given, town, scenario, surroundings)


def _looked_up(where: Area | None, cache_dir: Path | None) -> Area | None:
    """Area with the box and outline of its place name."""
    if where is None or where.kind != "place":
        return where
    place = find_area(where.text, cache_dir=cache_dir)
    return replace(where, bbox=place.bbox, polygon=place.outline)


def _reach_m(scenario: Scenario) -> float:
    """How far from a site anything can matter, by straight line [m]."""
    return scenario.search.radius_m + scenario.network.connector_max_m


def _read_map(given: Given, scenario: Scenario, cache_dir: Path | None) -> _Map | None:
    """OpenStreetMap extract of the area, downloaded if need be; None if nothing is wanted of it."""
    where, reach = given.area, _reach_m(scenario)
    if where is None:
        return None
    near = None if given.sites is None else widened(bounds_of(given.sites.frame), reach)
    if where.bbox is None:
        return None if where.path is None else _read_extract(where.path, near)
    if len(given.tables) == len(LAYERS):
        return None
    outline = shapely.box(*where.bbox) if where.polygon is None else where.polygon
    place = Place(name=where.text, bbox=where.bbox, outline=outline)
    path = fetch_place(place, margin_m=reach, cache_dir=cache_dir)
    box = widened(where.bbox, reach)
    return _read_extract(path, box if near is None else _overlap(box, near))


def _overlap(box: Box, other: Box) -> Box:
    """Part that two boxes share."""
    west, south = max(box[0], other[0]), max(box[1], other[1])
    return west, south, min(box[2], other[2]), min(box[3], other[3])


def _read_extract(path: Path, box: Box | None) -> _Map:
    """Extract of a file, or the refusal of it."""
    try:
        return _Map(extract=read_osm(path, bbox=box), path=path)
    except (OsmFileError, FileNotFoundError) as error:
        what, _, advice = str(error).removeprefix(f"{path.name}: ").partition("; ")
        raise refusal(path.name, what, advice) from error


def _assembled(
    given: Given, town: _Map | None, scenario: Scenario, surroundings: Surroundings
) -> Inputs:
    """All layers in one metric coordinate system."""
    lon, lat = _middle(given, town, scenario)
    crs = metric_crs(lon, lat)
    country, doubts = country_of_study(lon, lat, given=scenario.place.country)
    sites = _sites(given, town, crs)
    extract = None if town is None else town.extract
    nothing = gpd.GeoDataFrame({"kind": []}, geometry=[], crs=crs)
    barriers = nothing if extract is None else extract.barriers.to_crs(crs)
    layer = _streets(given, town, sites, barriers, scenario)
    consumers, left_out = _consumers(given, town, sites, scenario, country)
    osm = [] if extract is None else [OSM_ATTRIBUTION]
    weather = surroundings.outdoor(lon, lat)
    notes = () if weather is None else weather.notes
    left_out |= layer.left_out | ({} if extract is None else extract.left_out)
    cut_off = cut_off_doubt(
        _street_name(given, town),
        layer.graph,
        pd.concat([sites.geometry, consumers.geometry], ignore_index=True),
        drawn=given.streets is not None,
    )
    return Inputs(
        sites=sites,
        consumers=_by_id(consumers),
        streets=layer.graph,
        barriers=barriers,
        buildings=nothing.geometry if extract is None else extract.buildings.geometry.to_crs(crs),
        country=country,
        attribution=" · ".join(osm + surroundings.attributions),
        data_date="" if extract is None else extract.data_date,
        doubts=(*given.doubts, *doubts, *layer.doubts, *cut_off, *notes, *surroundings.doubts),
        left_out={what: count for what, count in sorted(left_out.items()) if count},
        hashes=given.hashes
        | ({} if town is None else {"extract": file_hash(town.path)})
        | dict(surroundings.hashes),
        scenario=scenario,
        weather=weather,
        grid=surroundings.grid,
    )


def _middle(given: Given, town: _Map | None, scenario: Scenario) -> tuple[float, float]:
    """Middle of the study [°]: of the sites where given, else of the area, streets or extract."""
    if given.sites is not None:
        box = bounds_of(given.sites.frame)
    elif given.area is not None and given.area.bbox is not None:
        box = given.area.bbox
    elif town is not None and len(town.extract.lon):
        return float(np.median(town.extract.lon)), float(np.median(town.extract.lat))
    elif given.streets is not None:
        box = bounds_of(given.streets.frame)
    else:
        raise _no_street(given, town, None, scenario)
    return (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0


def _map_of(town: _Map | None) -> _Map:
    """The map a layer is taken from; `read_given` has made sure that there is an area for it."""
    if town is None:
        raise RuntimeError("a layer is to come from the map, but no map was read")
    return town


def _sites(given: Given, town: _Map | None, crs: CRS) -> gpd.GeoDataFrame:
    """Data centres of the file or of the map."""
    if given.sites is not None:
        return _by_id(given.sites.frame.to_crs(crs))
    sites = inside(data_centres_from_osm(_map_of(town).extract, crs), given.area)
    if sites.empty:
        what = "the map shows no data centre here (many are untagged)"
        advice = "give your own with --sites FILE: id, lat, lon, it_load_kw"
        raise refusal("--sites osm", what, advice)
    return _by_id(sites)


def _by_id(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A table in order of its ids."""
    return frame.sort_values("id", kind="stable", ignore_index=True)


def _streets(
    given: Given,
    town: _Map | None,
    sites: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    scenario: Scenario,
) -> StreetLayer:
    """The streets, of the file if one is given; doubts tell about sites far from them too."""
    radius, paths = scenario.search.radius_m, scenario.network.paths == "yes"
    source = (
        _map_of(town).extract
        if given.streets is None
        else _in_order(given.streets.frame).to_crs(sites.crs)
    )
    name = _street_name(given, town)
    try:
        layer = street_layer(source, file=name, barriers=barriers, crs=sites.crs, paths=paths)
    except StreetError as error:
        raise _no_street(given, town, bounds_of(sites), scenario) from error
    far = street_gap_m(sites, layer.graph) > radius
    if far.all():
        raise _no_street(given, town, bounds_of(sites), scenario)
    file = "--sites osm" if given.sites is None else given.sites.file
    lonely = lonely_sites_doubt(file, sites["id"].tolist(), radius_m=radius, rows=far)
    return replace(layer, doubts=(*layer.doubts, *lonely))


def _street_name(given: Given, town: _Map | None) -> str:
    """Name of the file that the streets come from."""
    return printable(_map_of(town).path.name) if given.streets is None else given.streets.file


def _in_order(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lines ordered by their geometry, so that the order of rows in the file changes nothing."""
    shapes = shapely.to_wkb(lines.geometry.to_numpy())
    return lines.iloc[sorted(range(len(lines)), key=shapes.__getitem__)].reset_index(drop=True)


def _no_street(
    given: Given, town: _Map | None, sites: Box | None, scenario: Scenario
) -> InputError:
    """Error for streets out of reach of every site, with the bounds of all streets there are."""
    name, streets = _street_extent(given, town)
    problem = no_street_problem(
        "--sites osm" if given.sites is None else given.sites.file,
        sites,
        streets_file=name,
        streets=streets,
        radius_m=scenario.search.radius_m,
    )
    return InputError([problem])


def _street_extent(given: Given, town: _Map | None) -> tuple[str, Box | None]:
    """Name and bounds of all streets; an extract is read once more, as a whole."""
    if given.streets is not None:
        return given.streets.file, bounds_of(given.streets.frame)
    whole, name = _read_extract(_map_of(town).path, None).extract, _street_name(given, town)
    if not len(whole.lon):
        return name, None
    west, south = float(whole.lon.min()), float(whole.lat.min())
    return name, (west, south, float(whole.lon.max()), float(whole.lat.max()))


def _consumers(
    given: Given, town: _Map | None, sites: gpd.GeoDataFrame, scenario: Scenario, country: str
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Consumers of the file or of the map in reach, with their demand, and how many are not."""
    if given.consumers is not None:
        file = given.consumers.file
        found = fill_demand(given.consumers.frame.to_crs(sites.crs), country=country)
    else:
        file = "--consumers osm"
        found = consumers_from_osm(_map_of(town).extract, sites.crs, country=country)
    within = inside(found, given.area)
    kept, left_out = near_sites(
        within, sites, radius_m=scenario.search.radius_m, from_map=given.consumers is None
    )
    left_out = {"consumers outside the area": len(found) - len(within)} | left_out
    if kept.empty:
        raise InputError([no_consumer_problem(file, found=len(found), left_out=left_out)])
    return kept, left_out
