"""
Figures of data centres and projects that rules ask about.

A figure is known, bounded or not known. Bounds come where part of an input is missing: without a
PUE the power of a data centre is at least that of its servers, and consumers whose heating system
nobody stated may or may not be required to connect. What each figure is called and needs stands in
``data/rule_figures.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from heatreach.data import TableError
from heatreach.data.money import price_factor
from heatreach.thermo import HOURS_PER_YEAR
from heatreach.thermo.refrigerant import refrigerant

from ..appraisal.returns import shown_inflation
from ..consumers.building_use import siting_rule
from ..zoning.anchors import IF_WET, UNKNOWN, YES, required_to_connect
from ..zoning.rules import anchor_mwh
from .table import MACHINE, MACHINES, PROJECT, SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..scenario import Scenario

_KWH_PER_MWH, _PERCENT = 1e3, 100.0
_RATIO_DIGITS = 9
_OK = "ok"
_PLAIN = (
    "heat_mwh",
    "source_mwh",
    "erf",
    "linear_heat_density_mwh_m",
    "carbon_g_per_kwh",
)


class Fact(NamedTuple):
    """What is known of a figure: its lowest and highest value (NaN: not known), or a word."""

    low: float
    high: float
    word: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    One data centre or project that rules are asked of.

    Attributes
    ----------
    kind, subject_id, project_id
        ``site`` or ``project``, its identifier, and its project.
    opened
        First and last day on which the data centre may have begun operation; None where it exists
        and nobody said since when.
    facts
        Figure -> what is known of it; figures that are missing are not known.
    """

    kind: str
    subject_id: str
    project_id: str
    opened: tuple[date, date] | None
    facts: Mapping[str, Fact] = field(default_factory=dict)


def operation_day(scenario: Scenario) -> date:
    """
    First day of operation of a study.

    Parameters
    ----------
    scenario
        With the first year of operation.

    Returns
    -------
    day
        The first of January of that year, from which the cash flow counts.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> str(operation_day(Scenario(economics={"first_year": 2029})))
    '2029-01-01'
    """
    return date(scenario.economics.first_year, 1, 1)


def rule_subjects(
    projects: pd.DataFrame,
    sites: pd.DataFrame,
    scenario: Scenario,
    *,
    connections: pd.DataFrame | None = None,
    consumers: pd.DataFrame | None = None,
) -> tuple[Subject, ...]:
    """
    Everything that rules are asked of, with its figures.

    Parameters
    ----------
    projects
        PROJECTS; what a project does not say is not known.
    sites
        SITES, completed.
    scenario
        Refrigerant, size of machines, first year, money.
    connections
        ``consumer_id`` and ``project_id`` of who is connected; None where that is not known.
    consumers
        CONSUMERS of the connections.

    Returns
    -------
    subjects
        Data centres by id, then projects by id. A project knows the figures of its data centre too.

    Notes
    -----
    Rated power = IT load · PUE; energy of the company = rated power · utilisation · hours, at
    least. Grant over heat = grant/(heat · years counted), in pounds of the plan's price base.
    """
    names = dict(zip(projects["site_id"], projects["project_id"], strict=True))
    found = {}
    for site in _records(sites, "id"):
        found[site["id"]] = Subject(
            kind=SITE,
            subject_id=str(site["id"]),
            project_id=str(names.get(site["id"], "")),
            opened=_opened(site, scenario),
            facts=_site_facts(site),
        )
    made = _machine_facts(scenario)
    joined = _consumer_facts(connections, consumers)
    planned = []
    for project in _records(projects, "project_id"):
        home = found[project["site_id"]]
        name = str(project["project_id"])
        facts = dict(home.facts) | _project_facts(project, scenario, made)
        facts["source_mwh"] = _with_share(facts["source_mwh"], home.facts["waste_heat_mwh"])
        if connections is not None and consumers is not None and _is_ok(project):
            facts |= joined.get(name, _NOBODY)
        planned.append(
            Subject(kind=PROJECT, subject_id=name, project_id=name, opened=home.opened, facts=facts)
        )
    return (*found.values(), *planned)


def _records(frame: pd.DataFrame, order: str) -> list[dict[str, Any]]:
    """Rows of a frame by column, in order of one of them."""
    rows = frame.sort_values(order).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _opened(site: Mapping[str, Any], scenario: Scenario) -> tuple[date, date] | None:
    """When a data centre began operation: as given, with the study if it is yet to be built."""
    year = _number(site, "opened_year")
    if not np.isnan(year):
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if site.get("hypothetical"):
        return operation_day(scenario), operation_day(scenario)
    return None


def _site_facts(site: Mapping[str, Any]) -> dict[str, Fact]:
    """Figures of a data centre."""
    load, pue = _number(site, "it_load_kw"), _number(site, "pue")
    hours = HOURS_PER_YEAR / _KWH_PER_MWH
    rated = load * (1.0 if np.isnan(pue) else pue)
    company = rated * _number(site, "utilisation") * hours
    return {
        "it_load_kw": _known(load),
        "rated_input_kw": Fact(rated, np.inf) if np.isnan(pue) else _known(rated),
        # The company may use more elsewhere.
        "company_energy_mwh": Fact(company, np.inf if company > 0.0 else np.nan),
        "pue": _known(pue),
        "renewable_share": _known(_number(site, "renewable_share")),
        "waste_heat_mwh": _known(_number(site, "source_kw") * hours),
        "source_degc": _known(_number(site, "source_degc")),
        "waste_heat_hours": _known(HOURS_PER_YEAR if load > 0.0 else np.nan),
    }


def _project_facts(
    project: Mapping[str, Any], scenario: Scenario, made: Mapping[str, Fact]
) -> dict[str, Fact]:
    """Figures of a project; without a network it uses no heat and has no machine."""
    if not _is_ok(project):
        return {"source_mwh": _known(0.0), "grant_capex_share": _known(0.0), MACHINE: _NONE}
    facts = {name: _known(_number(project, name)) for name in _PLAIN}
    facts["social_irr_share"] = _known(_real(_number(project, "social_irr_share"), scenario))
    facts["heat_price_ratio"] = _known(_price_ratio(project))
    grant, heat = _number(project, "grant"), _number(project, "heat_mwh")
    with np.errstate(divide="ignore", invalid="ignore"):
        facts["grant_capex_share"] = _known(np.divide(grant, _number(project, "capex")))
        years = siting_rule("compliance", "grant_counted_years")
        facts["grant_per_mwh"] = _known(_pounds(scenario) * np.divide(grant, heat * years))
    size = _number(project, "heat_pump_kw")
    if np.isnan(size):
        return facts
    if size == 0.0:
        return facts | {MACHINE: _NONE}
    unit = scenario.heat_pump.module_kw or size
    return facts | dict(made) | {"machine_kw": _known(min(size, unit))}


def _with_share(used: Fact, waste: Fact) -> Fact:
    """Waste heat used, with a note on how much of all of it that is."""
    if not (used.low > 0.0 and waste.low > 0.0):
        return used
    share = _PERCENT * used.low / waste.low
    text = f"{share:.0f}" if share >= 1.0 else "less than 1"
    return used._replace(note=f"{text} % of what the data centre has")


def _price_ratio(project: Mapping[str, Any]) -> float:
    """Price of heat to consumers over what it costs them today, mean of all in the first year."""
    today = _number(project, "present_per_mwh") * _number(project, "heat_mwh")
    if not today > 0.0:
        return float("nan")
    # Both are sums over consumers: rounding must not make a price equal to today's a dearer one.
    return round(_number(project, "revenue_per_year") / today, _RATIO_DIGITS)


def _machine_facts(scenario: Scenario) -> dict[str, Fact]:
    """Kind of machine and warming potential of its refrigerant."""
    fluid = refrigerant(scenario.heat_pump.refrigerant)
    numbers = {
        "gwp_ar4": fluid.gwp_ar4,
        "gwp_ar5": fluid.gwp_ar5,
        "gwp_ar6": fluid.gwp_ar6,
        "gwp_eu": fluid.gwp_eu,
        "fluorinated": float(fluid.fluorinated),
    }
    facts = {name: _known(value)._replace(note=fluid.key) for name, value in numbers.items()}
    return facts | {MACHINE: Fact(np.nan, np.nan, MACHINES[0])}


def _consumer_facts(
    connections: pd.DataFrame | None, consumers: pd.DataFrame | None
) -> dict[str, dict[str, Fact]]:
    """Project -> how many of its consumers could be made to connect or are anchor loads."""
    if connections is None or consumers is None or consumers.empty:
        return {}
    all_ = pd.DataFrame(consumers).sort_values("id")
    word = pd.Series(required_to_connect(all_)["required"].to_numpy(), index=all_["id"])
    heat = all_.set_index("id")["annual_heat_mwh"]
    joined = connections[connections["project_id"].fillna("") != ""]
    frame = pd.DataFrame(
        {
            "word": joined["consumer_id"].map(word).to_numpy(),
            "heat": joined["consumer_id"].map(heat).to_numpy(dtype=float),
        },
        index=joined["project_id"].astype(str),
    )
    return {str(name): _counts(mine) for name, mine in frame.groupby(level=0)}


def _counts(mine: pd.DataFrame) -> dict[str, Fact]:
    """Counts of one project; who may be required counts in the upper bound only."""
    sure, perhaps = mine["word"] == YES, mine["word"].isin([IF_WET, UNKNOWN])
    anchors = mine["heat"] >= anchor_mwh()
    total = f"of {len(mine):,} connected and {mine['heat'].sum():,.0f} MWh a year"
    note = f"{int(sure.sum()):,} with {mine['heat'][sure].sum():,.0f} MWh a year {total}"
    if perhaps.any():
        note += (
            f", and {int(perhaps.sum()):,} with {mine['heat'][perhaps].sum():,.0f} MWh a year of"
            " which use or heating system is not known"
        )
    held = f"they take {mine['heat'][anchors].sum():,.0f} MWh a year {total}"
    return {
        "required_consumers": Fact(float(sure.sum()), float((sure | perhaps).sum()), note=note),
        "anchor_consumers": _known(float(anchors.sum()))._replace(note=held),
    }


def _is_ok(project: Mapping[str, Any]) -> bool:
    """Whether a project has a network."""
    return bool(project.get("status", _OK) == _OK)


def _pounds(scenario: Scenario) -> float:
    """Pounds per unit of the plan's money, at its own price base; NaN where no rate is known."""
    currency, year = scenario.economics.money.split()
    try:
        return 1.0 if currency == "GBP" else price_factor(f"{currency} {year}", f"GBP {year}")
    except TableError:
        return float("nan")


def _real(rate: float, scenario: Scenario) -> float:
    """A rate of return without inflation, which is what rules ask for."""
    inflation = shown_inflation(scenario)
    return (1.0 + rate) / (1.0 + inflation) - 1.0 if inflation else rate


def _known(value: float) -> Fact:
    """A figure that is known, or NaN."""
    return Fact(float(value), float(value))


_NONE = Fact(float("nan"), float("nan"), "none")
_NOBODY = {"required_consumers": _known(0.0), "anchor_consumers": _known(0.0)}


def _number(row: Mapping[str, Any], name: str) -> float:
    """A number of a row; NaN where the column or the value is missing."""
    value = row.get(name)
    return float("nan") if value is None or pd.isna(value) else float(value)
