"""
The one path through the house: from inputs to a plan.

`plan` attaches sites and consumers to the streets, routes and sizes every link, designs a network
per site, finds machines, energies, money and carbon of both, ranks them and gathers the register.
The command line and notebooks are thin callers of it: same inputs, same plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from .appraisal.conditions import condition_doubts, conditions_of
from .appraisal.ranking import weights_of
from .assessment import assess, assurance_words, with_assessment
from .content import content_of
from .errors import Problem
from .heat_words import large_loads
from .hours import study_hours
from .inputs import refuse_nothing_to_plan
from .options import link_options
from .planned import Plan
from .planning.attached import attach_places
from .planning.terms import consumer_terms, yearly_terms
from .projects import site_networks
from .rank import link_reasons, project_reasons, ranked, summary_of
from .rank_words import terms_words
from .register import assumptions_used
from .running import Clock, run_id, versions
from .screen import candidate_links
from .workers import refuse_no_workers
from .writing.results import filled_columns
from .zones import zone
from .zoning.rules import zone_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .appraisal.conditions import Conditions
    from .assessment import Assessment
    from .hours import Hours
    from .inputs import Inputs
    from .planning.project_tables import SiteNetwork
    from .scenario import Scenario

DESIGN_SEED = 0
"""Seed of the network search, the default of `heatreach.network.design_network`."""


def plan(
    inputs: Inputs,
    scenario: Scenario | None = None,
    *,
    progress: Callable[[str, float], None] | None = None,
    zones: bool = False,
    rules: Sequence[str] | None = None,
    workers: int = 1,
) -> Plan:
    """
    Ranked projects and links of a study, and heat-network zones where they are asked for.

    Parameters
    ----------
    inputs
        Sites, consumers and streets.
    scenario
        Decisions; by default those the inputs were read under.
    progress
        Called with a stage and the share done.
    zones
        Whether to find the zones of the area too, as `heatreach.siting.zones.zone` does, with the
        share of each that the plan connects. Then the inputs should be read with ``zones=True``.
    rules
        Names of zone rules; by default the general classes and those of the study's country.
    workers
        How many processes plan the networks of sites at the same time; the plan is the same. With
        1 no process is started.

    Returns
    -------
    plan
        The finished study; links and sites that cannot be served are rows with a reason. Its
        ``inputs`` are completed by the scenario; to plan again under another, start from what
        `read_inputs` returned.

    Raises
    ------
    InputError
        If there is no data centre or no consumer in reach of one, a zone rule is unknown, or the
        scenario wants more than the inputs were read for, a longer radius for example.
    WorkerError
        If a worker process ends before its work is done.
    """
    refuse_no_workers(workers)
    scenario = inputs.priced(scenario or inputs.scenario)
    refuse_nothing_to_plan(inputs)
    weights_of(scenario)
    if zones:
        zone_rules(rules, country=inputs.country)
        return _plan_with_zones(inputs, scenario, progress, rules, workers)
    inputs = inputs.under(scenario)
    clock = Clock(progress)
    conditions = conditions_of(scenario, inputs.country, grid=inputs.grid, prices=inputs.prices)
    hours = study_hours(inputs, scenario)
    clock.next("connecting buildings to streets", 0.0)
    attached = attach_places(inputs, scenario, several=True)
    clock.next("routing and sizing links", 0.15)
    links = candidate_links(inputs, scenario, conditions, attached)
    clock.next("heat pumps, money and carbon of links", 0.35)
    links, options = _appraised_links(links, inputs, scenario, conditions, hours)
    clock.next("designing networks", 0.6)
    networks = site_networks(inputs, scenario, conditions, hours, attached, workers=workers)
    clock.next("how sure that is", 0.9)
    assessment = assess(networks, inputs, scenario, conditions)
    clock.next("ranking", 0.97)
    plan_tables = _tables(links, networks, assessment, inputs, scenario)
    plan_tables["options"] = filled_columns(options, "options")
    summary = _summary(plan_tables["projects"], assessment, scenario)
    clock.next("done", 1.0)
    return Plan(
        **plan_tables,
        assessment=assessment,
        inputs=inputs,
        scenario=scenario,
        money=scenario.economics.money,
        assumptions=assumptions_used(inputs, scenario, conditions),
        summary=summary,
        run=_run(inputs, scenario, hours, clock),
    )


def _plan_with_zones(
    inputs: Inputs,
    scenario: Scenario,
    progress: Callable[[str, float], None] | None,
    rules: Sequence[str] | None,
    workers: int,
) -> Plan:
    """A plan, then the zones of its area; each takes its part of the progress."""
    report = progress or (lambda _stage, _share: None)
    split = 0.6
    planned = plan(
        inputs,
        scenario,
        progress=lambda stage, share: report(stage, split * share),
        workers=workers,
    )
    found = zone(
        inputs,
        scenario,
        rules=rules,
        plan=planned,
        progress=lambda stage, share: report(stage, split + (1.0 - split) * share),
    )
    return replace(planned, zones=found)


def _study_doubts(inputs: Inputs, scenario: Scenario) -> list[Problem]:
    """What a study assumes that should be looked at: grid factors, and options that do not fit."""
    doubts = list(
        condition_doubts(scenario, inputs.country, grid=inputs.grid, prices=inputs.prices)
    )
    first, life = scenario.economics.first_year, scenario.economics.life_years
    for by_year in (inputs.grid, inputs.prices):
        if by_year is not None:
            doubts += by_year.beyond(np.arange(first, first + life, dtype=float))
    if scenario.heat_pump.arrangement == "ambient":
        what = "holds for links only; networks are planned with a central heat pump"
        advice = "read links.csv, or choose another arrangement"
        where = "heat_pump.arrangement"
        doubts.append(Problem(file="scenario", where=where, what=what, advice=advice))
    return doubts


def _appraised_links(
    links: gpd.GeoDataFrame,
    inputs: Inputs,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Links with machine, energies, money and carbon, and all their options."""
    served = links[links["status"] == "ok"]
    if served.empty:
        return links.assign(option=""), pd.DataFrame(columns=["site_id", "consumer_id", "option"])
    load = pd.DataFrame(served.drop(columns=["geometry", "status", "reason"]))
    terms = _link_terms(served, inputs, scenario)
    chosen, options = link_options(load, terms, scenario, conditions, hours)
    chosen["linear_heat_density_mwh_m"] = chosen["heat_mwh"] / chosen["route_m"]
    # What the option changes (an ambient loop has its own pipe) goes before what the screen found;
    # rows without a route pass through.
    new = chosen.reindex(links.index)
    replaced = [name for name in chosen if name in links]
    done = links.join(new.drop(columns=replaced))
    for name in replaced:
        done.loc[chosen.index, name] = chosen[name]
    return done.copy(), options


def _link_terms(links: gpd.GeoDataFrame, inputs: Inputs, scenario: Scenario) -> pd.DataFrame:
    """What each link's consumer pays and spares, and its substation."""
    consumers = inputs.consumers.set_index("id").loc[links["consumer_id"]].reset_index()
    # Of a heat network only what is fed in counts, which the link knows.
    fed = {"peak_kw": links["peak_kw"].to_numpy(), "annual_heat_mwh": links["heat_mwh"].to_numpy()}
    terms = consumer_terms(consumers.assign(**fed), scenario, country=inputs.country)
    terms = terms.set_axis(links.index)
    yearly = yearly_terms(terms, links["heat_mwh"])
    return terms.drop(columns=[name for name in terms if name in yearly]).join(yearly)


def _tables(
    links: gpd.GeoDataFrame,
    networks: list[SiteNetwork],
    assessment: Assessment,
    inputs: Inputs,
    scenario: Scenario,
) -> dict[str, gpd.GeoDataFrame]:
    """Ranked tables with the registry's columns."""
    by: dict[str, Any] = {
        "objective": scenario.ranking.objective,
        "weights": weights_of(scenario),
    }
    money = scenario.economics.money
    links = ranked(links, ids=["site_id", "consumer_id"], **by)
    links = links.assign(reason=link_reasons(links, money=money))
    projects = _stacked([network.project for network in networks], inputs)
    projects = ranked(with_assessment(projects, assessment, scenario), ids=["project_id"], **by)
    connections = _stacked([network.connections for network in networks], inputs)
    said = large_loads(connections)
    reasons = project_reasons(projects, money=money, large_loads=said, **by)
    tables = {
        "links": links,
        "projects": projects.assign(reason=reasons),
        "edges": _stacked([network.edges for network in networks], inputs),
        "connections": connections,
    }
    return {name: filled_columns(frame, name) for name, frame in tables.items()}


def _summary(projects: pd.DataFrame, assessment: Assessment, scenario: Scenario) -> str:
    """What the ranking says, how sure that is and what would change it."""
    money = scenario.economics
    first = summary_of(
        projects,
        money=money.money,
        terms=terms_words(money.life_years, money.discount_rate_share),
        objective=scenario.ranking.objective,
        weights=weights_of(scenario),
    )
    return f"{first} {assurance_words(projects, assessment, scenario)}".strip()


def _stacked(frames: list[gpd.GeoDataFrame], inputs: Inputs) -> gpd.GeoDataFrame:
    """Tables of all sites, one below the other."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return frames[0]
    together = pd.concat([pd.DataFrame(frame) for frame in filled], ignore_index=True)
    return gpd.GeoDataFrame(together, geometry="geometry", crs=inputs.crs)


def _run(inputs: Inputs, scenario: Scenario, hours: Hours, clock: Clock) -> dict[str, Any]:
    """Record of the run; the seeds are those of the network search and of the draws."""
    decisive = {
        "content": content_of(inputs),
        "options": scenario.model_dump(),
        "country": inputs.country,
    }
    return {
        "run_id": run_id(decisive),
        **decisive,
        "versions": versions(),
        "inputs": dict(inputs.hashes),
        "crs": inputs.crs.to_string(),
        "data_date": inputs.data_date,
        "left_out": dict(inputs.left_out),
        "weather": hours.weather,
        "warnings": [str(doubt) for doubt in (*inputs.doubts, *_study_doubts(inputs, scenario))],
        "hypothetical_sites": inputs.sites.loc[inputs.sites["hypothetical"], "id"].tolist(),
        "seeds": {"network": DESIGN_SEED, "uncertainty": scenario.uncertainty.seed},
        "timings": clock.seconds,
    }
