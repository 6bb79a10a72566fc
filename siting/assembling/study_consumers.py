"""
Consumers of a study, with their demand: those of the whole area and those near a data centre.

They come from the user's file, the map or a raster of heat density, estimates filled in by
`demand`; tables of demand are joined to them, estimates scaled to control totals, existing heat
networks added. Consumers outside the area, or that cannot be within the radius of any site by
straight line, are left out, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from ..consumers.confidence import with_confidence
from ..consumers.heat_networks import existing_heat_networks, refuse_repeated_ids
from ..consumers.heat_raster import consumers_of_cells, control_block_m, controls_of_cells
from ..consumers.joined import DemandTable, join_demand
from ..consumers.reconcile import no_reconciliation, reconcile, wholly_read
from ..demand import consumers_from_osm, fill_demand
from ..errors import InputError, Problem
from ..reading.raster import read_heat_raster
from ..reading.raw import refusal
from .coverage import inside, near_sites, no_consumer_problem
from .study_layers import by_id
from .study_map import StudyMap, map_of, read_box

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from ..reading.places import Box
    from ..scenario import Scenario
    from .given import Given

HEAT_NETWORKS = "heat networks"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConsumers:
    """
    Consumers of a study.

    Attributes
    ----------
    everywhere
        CONSUMERS of the whole area as far as it was read, by id.
    near
        Those within the radius of a site by straight line, by id.
    reconciliation
        What control totals made of the estimates.
    doubts
        What was accepted but should be looked at.
    left_out
        How many were left out, by reason.
    """

    everywhere: gpd.GeoDataFrame
    near: gpd.GeoDataFrame
    reconciliation: pd.DataFrame
    doubts: tuple[Problem, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Consumers so far, and what is to be said about them."""

    consumers: gpd.GeoDataFrame
    file: str
    reconciliation: pd.DataFrame = field(default_factory=no_reconciliation)
    doubts: tuple[Problem, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)


def consumers_of_study(
    given: Given,
    town: StudyMap | None,
    *,
    sites: gpd.GeoDataFrame,
    scenario: Scenario,
    country: str,
    zones: bool,
) -> StudyConsumers:
    """
    Consumers of the file, the map or a raster, with their demand.

    Parameters
    ----------
    given
        Area and tables of the user.
    town
        The map, if one was read.
    sites
        SITES in the metric coordinate system of the study; may be empty.
    scenario
        Says how far from a site a consumer may be.
    country
        ISO 3166-1 alpha-2 code; blank where unknown.
    zones
        Whether the study is of zones: heat networks of the map are consumers too, and none of all
        need be near a site.

    Returns
    -------
    consumers
        All, those near a site, and counts.

    Raises
    ------
    InputError
        If none is left, or a raster, table or control total cannot be used.
    """
    crs = sites.crs
    box = read_box(given, town, scenario=scenario, whole=zones or given.has_controls)
    found = _consumers(given, town, crs, country, box)
    if given.demand:
        found = _joined(found, given, country, box)
    if given.has_controls:
        found = _reconciled(found, given, country, box)
    within = inside(found.consumers, given.area)
    radius, from_map = scenario.search.radius_m, "consumers" in given.from_map
    split = near_sites(within, sites, radius_m=radius, from_map=from_map)
    left_out = {"consumers outside the area": len(found.consumers) - len(within)} | found.left_out
    if not zones:
        left_out[f"consumers farther than {radius:,.0f} m from every site"] = split.far
    left_out["buildings of the data centres themselves"] = split.own
    networks = inside(_networks(given, town, found, crs, zones=zones), given.area)
    near = near_sites(networks, sites, radius_m=radius, from_map=False).near
    everywhere, reached = _with(split.everywhere, networks), _with(split.near, near)
    if (everywhere if zones else reached).empty:
        count = len(found.consumers) + len(networks)
        raise InputError([no_consumer_problem(found.file, found=count, left_out=left_out)])
    return StudyConsumers(
        everywhere=by_id(everywhere),
        near=by_id(reached),
        reconciliation=found.reconciliation,
        doubts=found.doubts,
        left_out=left_out,
    )


def _consumers(
    given: Given, town: StudyMap | None, crs: CRS, country: str, box: Box | None
) -> _Found:
    """Consumers of one source with their demand."""
    if given.consumers is not None:
        frame = fill_demand(given.consumers.frame.to_crs(crs), country=country)
        return _Found(consumers=frame, file=given.consumers.file)
    if given.consumers_raster is None:
        frame = consumers_from_osm(map_of(town).extract, crs, country=country)
        return _Found(consumers=frame, file="--consumers osm")
    raster = read_heat_raster(given.consumers_raster, box=_wanted(box, given.consumers_raster))
    cells = consumers_of_cells(raster, crs)
    return _Found(
        consumers=fill_demand(cells.consumers, country=country),
        file=raster.file,
        doubts=(*raster.doubts, *cells.doubts),
        left_out=cells.left_out,
    )


def _wanted(box: Box | None, path: Path) -> Box:
    """Box to read of a raster; without one it cannot be read."""
    if box is None:
        advice = "add --area with an extract, a bounding box, a polygon file or a place name"
        raise refusal(path.name, "needs a study area to be read for", advice)
    return box


def _joined(found: _Found, given: Given, country: str, box: Box | None) -> _Found:
    """Consumers with the tables of demand, as far as these lie where consumers were read."""
    tables, far = [], 0
    for table in given.demand:
        frame = table.frame
        if box is not None:
            away = shapely.disjoint(frame.geometry.to_numpy(), shapely.box(*box))
            frame, far = frame[~away], far + int(away.sum())
        if len(frame):
            tables.append(DemandTable(file=table.file, frame=frame))
    if not tables:
        return replace(found, left_out=found.left_out | {"demand rows outside the area": far})
    joined = join_demand(found.consumers, tables, fill=partial(fill_demand, country=country))
    return replace(
        found,
        consumers=joined.consumers,
        doubts=(*found.doubts, *joined.doubts),
        left_out=found.left_out | joined.left_out | {"demand rows outside the area": far},
    )


def _reconciled(found: _Found, given: Given, country: str, box: Box | None) -> _Found:
    """Consumers whose estimates meet the control totals."""
    crs = found.consumers.crs
    # A file of consumers holds all the user knows of; a map ends where it was read.
    read = None if given.consumers is not None or box is None else _outline(box, crs)
    if given.controls is not None:
        controls, file = given.controls.frame.to_crs(crs), given.controls.file
    elif given.control_raster is not None:
        raster = read_heat_raster(
            given.control_raster,
            box=_wanted(box, given.control_raster),
            block_m=control_block_m(),
        )
        blocks, file = controls_of_cells(raster, crs), raster.file
        controls = blocks[wholly_read(blocks, read)]
        doubts = (*found.doubts, *raster.doubts, *_no_block_doubt(controls, file))
        left_out = found.left_out | {_EDGE: len(blocks) - len(controls)}
        found = replace(found, doubts=doubts, left_out=left_out)
    else:
        return found
    result = reconcile(found.consumers, controls, file=file, read_area=read)
    return replace(
        found,
        consumers=with_confidence(result.consumers, country=country),
        reconciliation=result.table,
        doubts=(*found.doubts, *result.doubts),
    )


def _no_block_doubt(blocks: gpd.GeoDataFrame, file: str) -> tuple[Problem, ...]:
    """Doubt that a raster of control totals had any effect."""
    if len(blocks):
        return ()
    what = f"no block of {control_block_m():,.0f} m lies wholly in the area: nothing was scaled"
    advice = "give a larger area, or polygons with totals"
    return (Problem(file=file, where="", what=what, advice=advice),)


def _outline(box: Box, crs: CRS) -> shapely.Geometry:
    """A box of degrees in the coordinate system of the study, its sides bent as they are."""
    step = max(box[2] - box[0], box[3] - box[1]) / _STEPS
    shape = shapely.segmentize(shapely.box(*box), step)
    outline: shapely.Geometry = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(crs).iloc[0]
    return outline


_STEPS = 32
_EDGE = "blocks of the raster at the edge of the area"


def _networks(
    given: Given, town: StudyMap | None, found: _Found, crs: CRS, *, zones: bool
) -> gpd.GeoDataFrame:
    """Existing heat networks of the user and of the map, if any are asked for or zones are."""
    own = given.heat_networks
    asked = zones or own is not None or HEAT_NETWORKS in given.from_map
    mapped = town is not None and asked
    if own is None and not mapped:
        return found.consumers.iloc[:0]
    extract = map_of(town).extract if mapped else None
    networks = existing_heat_networks(extract, None if own is None else own.frame, crs)
    file = "--heat-networks osm" if own is None else own.file
    refuse_repeated_ids(found.consumers, networks, file=file)
    return networks


def _with(consumers: gpd.GeoDataFrame, networks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Consumers and heat networks as one table."""
    if networks.empty:
        return consumers
    return pd.concat([consumers, networks], ignore_index=True)
