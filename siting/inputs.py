"""
What a study works on: sites, consumers, streets and what holds for all of them.

`Inputs` keeps what was read; defaults of a scenario are filled in late, by `Inputs.under`, so one
reading serves many scenarios. Reading itself is the business of `gathering`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .appraisal.price_paths import with_given_prices
from .errors import InputError, Problem
from .sites import complete_consumers, complete_sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from heatreach.network import StreetGraph

    from .reading.price_file import PriceFile
    from .reading.rule_file import RuleFile
    from .reading.trajectory import Trajectory
    from .reading.weather import OutdoorYear
    from .scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """
    What a study works on; everything in one metric coordinate system.

    Attributes
    ----------
    sites, consumers
        SITES and CONSUMERS as read, demand estimated where it was not given; consumers are those
        within the radius of a site by straight line.
    everywhere
        CONSUMERS of the whole area as far as it was read, also those beyond the reach of every
        site: what zones are made of.
    streets
        The street graph.
    barriers
        Rail, water and motorways (column ``kind``).
    buildings
        Outlines that a service pipe should not pass through.
    country
        ISO 3166-1 alpha-2 code; blank where unknown.
    attribution
        Line that must stand on every map and layer; blank where no OpenStreetMap data were used.
    data_date
        Date of the newest street or building edit; blank where no OpenStreetMap data were used.
    doubts
        What was accepted but should be looked at.
    left_out
        Counts of what was not used, by reason.
    hashes
        SHA-256 of each file read: ``sites``, ``consumers``, ``streets``, ``area``, ``extract``.
    weather
        Hourly outdoor temperature of the place; `None` for a typical year of the country.
    grid
        Emission factors of electricity by year as the user gave them; `None` for the tables'.
    prices
        Prices of electricity and fuels by year as the user gave them; `None` for the scenario's.
    compliance
        The rules of the study with the user's own; `None` for those of the tables.
    scenario
        Decisions the inputs were read under: how far, which streets, which country.
    reconciliation
        What control totals made of the estimates, one row per total; without rows if none were
        given.
    completed
        Whether the scenario's defaults stand in ``sites`` and ``consumers`` already.
    """

    sites: gpd.GeoDataFrame
    consumers: gpd.GeoDataFrame
    everywhere: gpd.GeoDataFrame
    streets: StreetGraph
    barriers: gpd.GeoDataFrame
    buildings: gpd.GeoSeries
    country: str
    attribution: str
    data_date: str
    doubts: tuple[Problem, ...]
    left_out: Mapping[str, int]
    hashes: Mapping[str, str]
    scenario: Scenario
    reconciliation: pd.DataFrame
    weather: OutdoorYear | None = None
    grid: Trajectory | None = None
    prices: PriceFile | None = None
    compliance: RuleFile | None = None
    completed: bool = False

    @property
    def crs(self) -> CRS:
        """The metric coordinate system of the study."""
        return self.streets.crs

    @property
    def roads(self) -> gpd.GeoDataFrame:
        """Streets as lines, the background of the map."""
        return self.streets.to_frame()

    def priced(self, scenario: Scenario) -> Scenario:
        """
        Scenario with the first year's prices of the user's file.

        Parameters
        ----------
        scenario
            Decisions of the study.

        Returns
        -------
        scenario
            The one to plan by; unchanged where no prices were given.
        """
        return with_given_prices(scenario, self.prices)

    def under(self, scenario: Scenario) -> Inputs:
        """
        Inputs with every site and consumer completed by a scenario's defaults.

        Parameters
        ----------
        scenario
            Decisions of the study.

        Returns
        -------
        inputs
            New inputs; sites and both tables of consumers sorted by id, with their ``*_source``
            columns.

        Raises
        ------
        InputError
            If the scenario wants more of the map than was read, or another country's demand.
        """
        scenario = self.priced(scenario)
        if self.completed and scenario == self.scenario:
            return self
        problems = _not_read_for(self, scenario)
        if problems:
            raise InputError(problems)
        return replace(
            self,
            sites=complete_sites(self.sites, scenario),
            consumers=complete_consumers(self.consumers, scenario),
            everywhere=complete_consumers(self.everywhere, scenario),
            scenario=scenario,
            completed=True,
        )


def refuse_nothing_to_plan(inputs: Inputs) -> None:
    """
    Refuse a study without data centres, or without a consumer in reach of one.

    Parameters
    ----------
    inputs
        What was read.

    Raises
    ------
    InputError
        If there is nothing to plan.
    """
    problems = []
    if inputs.sites.empty:
        what = "there is no data centre to plan for"
        advice = "give your own with --sites FILE: id, lat, lon, it_load_kw; or look for zones only"
        problems.append(Problem(file="--sites", where="", what=what, advice=advice))
    elif inputs.consumers.empty:
        what = "no consumer lies in reach of a data centre"
        advice = "raise search.radius_m (--radius), or look for zones only"
        problems.append(Problem(file="--consumers", where="", what=what, advice=advice))
    if problems:
        raise InputError(problems)


def _not_read_for(inputs: Inputs, scenario: Scenario) -> list[Problem]:
    """Decisions of a scenario that the inputs, as they were read, cannot follow."""
    read = inputs.scenario
    wider = scenario.search.radius_m > read.search.radius_m
    farther = scenario.network.connector_max_m > read.network.connector_max_m
    findings = {
        "search.radius_m": wider and f"read for routes up to {read.search.radius_m:,.0f} m",
        "network.connector_max_m": farther
        and f"read for service pipes up to {read.network.connector_max_m:,.0f} m",
        "network.paths": scenario.network.paths != read.network.paths
        and f"read with paths = {read.network.paths!r}",
        "place.country": scenario.place.country not in ("", inputs.country)
        and f"read for country {inputs.country or 'unknown'!r}",
        "": inputs.completed and "already completed under another scenario",
    }
    advice = "give the same scenario to read_inputs and to plan"
    return [
        Problem(file="inputs", where=where, what=what, advice=advice)
        for where, what in findings.items()
        if what
    ]
