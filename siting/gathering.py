"""
The only readers: sites, consumers and streets of a study, checked, in one metric system.

Files come through `given`, the map through `study_map`; sites and streets are taken from them in
`study_layers`, consumers in `study_consumers`. Every problem of every file is collected before
anything is refused; whether the layers meet is judged in `coverage`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from heatreach.network import metric_crs

from .assembling.country_rows import country_of_study
from .assembling.given import read_given, refuse_apart
from .assembling.street_layer import cut_off_doubt
from .assembling.study_consumers import consumers_of_study
from .assembling.study_layers import no_street, sites_of_study, street_name, streets_of_study
from .assembling.study_map import looked_up, middle_of_study, reach_m, read_map
from .assembling.surroundings import all_read, read_surroundings
from .inputs import Inputs
from .reading.files import file_hash
from .scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .assembling.given import Given
    from .assembling.study_map import StudyMap
    from .assembling.surroundings import Surroundings

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0 (openstreetmap.org/copyright)"


def read_inputs(
    *,
    sites: str | Path | None,
    consumers: str | Path,
    area: str | Path | None = None,
    streets: str | Path | None = None,
    demand: Sequence[str | Path] = (),
    control: str | Path | None = None,
    heat_networks: str | Path | None = None,
    weather: str | Path | None = None,
    grid: str | Path | None = None,
    prices: str | Path | None = None,
    compliance: str | Path | None = None,
    scenario: Scenario | None = None,
    cache_dir: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
    zones: bool = False,
) -> Inputs:
    """
    Everything a study needs, read and checked.

    Parameters
    ----------
    sites, consumers
        A file, or ``"osm"`` to take them from the OpenStreetMap extract; consumers may also be a
        raster of heat density (GeoTIFF, MWh per hectare), whose cells stand in for buildings.
        With ``zones`` sites may be ``"none"``; none are looked for either without an area.
    area
        An extract, a polygon file, ``west,south,east,north`` or a place name; the last three
        download an extract once and limit consumers (and sites from the map) to the area. Not
        needed when all three layers are files.
    streets
        A file of street lines; by default the streets of the extract.
    demand
        Files of metered heat, energy certificates or heat maps, joined to the consumers by
        register number or place.
    control
        A file of areas with the heat that their consumers need together, or a raster of heat
        density; estimates are scaled to it, and the whole area is read.
    heat_networks
        A file of existing heat networks that could take heat, or ``"osm"`` for those of the map.
    weather
        An EPW or CSV file of hourly outdoor temperature, or ``"pvgis"`` to download a typical year
        of the place once; by default a typical year made of the country's climate normals.
    grid
        A CSV file of emission factors of electricity by year; by default the scenario's.
    prices
        A CSV file of prices of electricity and fuels by year; by default the scenario's.
    compliance
        A CSV file of rules that add to those of ``data/compliance_rules.csv`` or override them.
    scenario
        Decisions of the study; defaults where it is silent.
    cache_dir
        Where downloads are kept; by default the user's cache folder.
    progress
        Called with a stage and the share done.
    zones
        Whether the study is of zones: the whole area is read rather than what lies around the
        sites, with the heat networks of the map, and there may be no site.

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
        partial(
            read_given,
            sites=sites,
            consumers=consumers,
            streets=streets,
            area=None if area is None else str(area),
            demand=demand,
            control=control,
            heat_networks=heat_networks,
            zones=zones,
        ),
        partial(
            read_surroundings,
            weather=weather,
            grid=grid,
            prices=prices,
            compliance=compliance,
            cache_dir=cache_dir,
        ),
    )
    given = replace(given, area=looked_up(given.area, cache_dir))
    refuse_apart(given, reach_m=reach_m(scenario))
    report("reading streets and buildings", 0.2)
    whole = zones or given.has_controls
    town = read_map(given, scenario=scenario, cache_dir=cache_dir, whole=whole)
    report("assembling", 0.8)
    return _assembled(given, town, scenario, surroundings, zones=zones)


def _assembled(
    given: Given,
    town: StudyMap | None,
    scenario: Scenario,
    surroundings: Surroundings,
    *,
    zones: bool,
) -> Inputs:
    """All layers in one metric coordinate system."""
    middle = middle_of_study(given, town)
    if middle is None:
        raise no_street(given, town, None, scenario)
    lon, lat = middle
    crs = metric_crs(lon, lat)
    country, doubts = country_of_study(lon, lat, given=scenario.place.country)
    sites = sites_of_study(given, town, crs, needed=not zones)
    sites = sites.iloc[:0] if given.without_sites else sites
    extract = None if town is None else town.extract
    nothing = gpd.GeoDataFrame({"kind": []}, geometry=[], crs=crs)
    barriers = nothing if extract is None else extract.barriers.to_crs(crs)
    layer = streets_of_study(
        given, town, sites=sites, barriers=barriers, scenario=scenario, near_sites=not zones
    )
    found = consumers_of_study(
        given, town, sites=sites, scenario=scenario, country=country, zones=zones
    )
    counted = found.everywhere if zones else found.near
    osm = [] if extract is None else [OSM_ATTRIBUTION]
    weather = surroundings.outdoor(lon, lat)
    notes = () if weather is None else weather.notes
    left_out = found.left_out | layer.left_out | ({} if extract is None else extract.left_out)
    cut_off = cut_off_doubt(
        street_name(given, town),
        layer.graph,
        pd.concat([sites.geometry, counted.geometry], ignore_index=True),
        drawn=given.streets is not None,
    )
    return Inputs(
        sites=sites,
        consumers=found.near,
        everywhere=found.everywhere,
        streets=layer.graph,
        barriers=barriers,
        buildings=nothing.geometry if extract is None else extract.buildings.geometry.to_crs(crs),
        country=country,
        attribution=" · ".join(osm + surroundings.attributions),
        data_date="" if extract is None else extract.data_date,
        doubts=(
            *given.doubts,
            *doubts,
            *found.doubts,
            *layer.doubts,
            *cut_off,
            *notes,
            *surroundings.doubts,
        ),
        left_out={what: count for what, count in sorted(left_out.items()) if count},
        hashes=given.hashes
        | ({} if town is None else {"extract": file_hash(town.path)})
        | dict(surroundings.hashes),
        scenario=scenario,
        reconciliation=found.reconciliation,
        weather=weather,
        grid=surroundings.grid,
        prices=surroundings.prices,
        compliance=surroundings.compliance,
    )
