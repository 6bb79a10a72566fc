"""One sheet per project: headline figures, the network on paper, charts and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..wording import MISSING, figure, html_text, is_blank
from .charts import Chart, carbon_chart, cash_flow_chart, lcoh_chart
from .lists import consumers_grid, pipes_grid, project_name
from .network import network_chart
from .spread import ranges_chart, tornado_chart
from .tables import (
    Grid,
    cases_grid,
    figures_grid,
    gates_grid,
    payers_grid,
    percent,
    ranges_grid,
)
from .words import each_row, instead_words, money, rate_of, share, spread
from .year import duration_chart, months_chart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..results import FinishedPlan

MOST_SHEETS = 12
"""Projects that have a sheet of their own; the others stand in the table of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """
    A headline figure.

    Attributes
    ----------
    label
        What it is.
    value
        With its unit.
    note
        Its range, or what to compare it with; blank for nothing.
    """

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSheet:
    """
    Everything the report says of one project.

    Attributes
    ----------
    key
        Identifier in the page.
    rank, name
        Place in the ranking, and the data centre.
    reason
        Why it stands there, or why there is no network.
    facts
        Headline figures.
    technical
        Temperatures, machines and pipes.
    change
        What would turn the outcome.
    charts
        Pictures in order.
    grids
        Tables in order.
    """

    key: str
    rank: str
    name: Any
    reason: Any
    facts: Sequence[Fact] = ()
    technical: Sequence[Fact] = ()
    change: Any = ""
    charts: Sequence[Chart] = ()
    grids: Sequence[Grid] = ()


def project_sheets(plan: FinishedPlan, projects: pd.DataFrame) -> list[ProjectSheet]:
    """
    The sheets of the first projects.

    Parameters
    ----------
    plan
        A finished plan.
    projects
        PROJECTS that have a sheet, in order.

    Returns
    -------
    sheets
        In rank order; a site without a network has its reason only.
    """
    return [
        _sheet(plan, row, f"project-{number}")
        for number, row in enumerate(each_row(projects), start=1)
    ]


def _sheet(plan: FinishedPlan, row: Any, key: str) -> ProjectSheet:
    """What is said of one project."""
    rank = MISSING if is_blank(row.rank) else f"{int(row.rank)}"
    said = {"key": key, "rank": rank, "name": project_name(row)}
    reason = html_text(row.reason, longest=600)
    if row.status != "ok":
        return ProjectSheet(**said, reason=reason)
    tables = {
        name: _of_project(table, row.project_id) for name, table in plan.assessment.tables.items()
    }
    return ProjectSheet(
        **said,
        reason=reason,
        facts=headline_facts(row, plan.money, plan.run),
        technical=_technical_facts(row),
        change="" if is_blank(row.what_would_change) else row.what_would_change,
        charts=_charts(plan, row, tables, key),
        grids=_grids(plan, row, tables),
    )


def _of_project(table: pd.DataFrame, project_id: str) -> pd.DataFrame:
    """Rows of one project."""
    if "project_id" not in table:
        return table.head(0)
    return table[table["project_id"] == project_id]


def headline_facts(row: Any, base: str, run: Mapping[str, Any]) -> list[Fact]:
    """
    The figures everybody asks for.

    Parameters
    ----------
    row
        Of PROJECTS.
    base
        Currency and price base.
    run
        Record of the run, for the discount rate and what is assumed to heat consumers otherwise.

    Returns
    -------
    facts
        In the order in which people ask.
    """
    chance, instead, rate = share(row.npv_positive_share), instead_words(run), rate_of(run)
    at_rate = "" if rate is None else f" at {percent(rate):g} % a year"
    low, high = (money(value, base) for value in (row.npv_p10, row.npv_p90))
    before = figure(row.present_g_per_kwh, "g/kWh")
    granted = not is_blank(row.grant) and float(row.grant) != 0.0
    grant = f"grant {money(row.grant, base)}" if granted else "no grant"
    return [
        Fact(
            label="Heat delivered",
            value=figure(row.heat_mwh, "MWh/yr"),
            note=f"{figure(row.consumers)} of {figure(row.consumers_in_reach)} consumers in reach; "
            f"range {spread(row.heat_low_mwh, row.heat_high_mwh, 'MWh/yr')}",
        ),
        Fact(
            label="Investment",
            value=money(row.capex, base),
            note=f"{money(row.capex_low, base)} to {money(row.capex_high, base)}; {grant}",
        ),
        Fact(
            label=f"Net present value{at_rate}",
            value=money(row.npv, base),
            note=f"P10 to P90: {low} to {high}; above zero in {chance} of the draws",
        ),
        Fact(
            label="Rate of return, payback",
            value=f"{figure(percent(row.irr_share), '% a year')}, {_paid_back(row.payback_years)}",
            note=f"discounted: {_paid_back(row.discounted_payback_years)}",
        ),
        Fact(
            label="Cost of heat",
            value=figure(row.lcoh_per_mwh, f"{base}/MWh"),
            note=f"{figure(row.present_per_mwh, f'{base}/MWh')} with {instead}, assumed",
        ),
        Fact(
            label="Emissions avoided",
            value=figure(row.avoided_t_co2e, "t CO₂e/yr"),
            note=f"{figure(row.carbon_g_per_kwh, 'g/kWh')} instead of {before}; "
            f"{figure(row.avoided_life_t_co2e, 't CO₂e')} over the horizon",
        ),
    ]


def _paid_back(years: Any) -> str:
    """How long it takes to get the money back."""
    return "not paid back" if is_blank(years) else figure(years, "years")


def _technical_facts(row: Any) -> list[Fact]:
    """Temperatures, machines and pipes."""
    degrees = f"{figure(row.supply_degc, '°C')} supply, {figure(row.return_degc, '°C')} return"
    density = figure(row.linear_heat_density_mwh_m, "MWh per m and year")
    return [
        Fact(label="How the heat is made", value=row.option),
        Fact(label="Network", value=f"{figure(row.trench_m, 'm')} of trench, up to {row.dn_max}"),
        Fact(label="Heat over trench", value=density),
        Fact(label="Temperatures", value=degrees),
        Fact(
            label="Peak for which pipes are sized",
            value=figure(row.peak_kw, "kW"),
            note="estimated peaks of all consumers, less those that do not fall together",
        ),
        Fact(
            label="Peak fed in",
            value=figure(row.feed_peak_kw, "kW"),
            note="the same with the heat that pipes lose; machines and boiler are sized for it",
        ),
        Fact(
            label="Heat pump",
            value=f"{figure(row.heat_pump_kw, 'kW')}, COP {figure(row.cop)}",
            note=f"{figure(row.heat_pump_mwh, 'MWh/yr')} with "
            f"{figure(row.electricity_mwh, 'MWh/yr')} of electricity",
        ),
        Fact(
            label="Peak boiler",
            value=figure(row.boiler_kw, "kW"),
            note=f"{figure(row.backup_mwh, 'MWh/yr')} of the heat",
        ),
        Fact(
            label="Taken from the data centre",
            value=figure(row.source_mwh, "MWh/yr"),
            note=f"{figure(row.source_left_mwh, 'MWh/yr')} remain; water of "
            f"{figure(row.source_degc, '°C')}",
        ),
        Fact(
            label="Lost by the pipes",
            value=figure(row.loss_mwh, "MWh/yr"),
            note=f"pumps take {figure(row.pumping_mwh, 'MWh/yr')}",
        ),
    ]


def _charts(
    plan: FinishedPlan, row: Any, tables: Mapping[str, pd.DataFrame], key: str
) -> list[Chart]:
    """The pictures that the tables allow."""
    base, instead = plan.money, instead_words(plan.run)
    title = f"Network of project {'–' if is_blank(row.rank) else int(row.rank)}"
    weather = str(plan.run.get("weather", ""))
    charts = [
        network_chart(plan, row.project_id, row.site_id, f"{key}-network", title),
        cash_flow_chart(tables["cash_flow"], f"{key}-money", base),
        lcoh_chart(
            tables["lcoh_parts"], f"{key}-heat", base, today=row.present_per_mwh, instead=instead
        ),
        months_chart(tables["energy_by_month"], f"{key}-months", weather),
        duration_chart(tables["load_duration"], f"{key}-hours"),
        carbon_chart(tables["carbon_by_year"], f"{key}-carbon"),
        ranges_chart(tables["uncertainty"], f"{key}-ranges"),
        tornado_chart(tables["sensitivity"], f"{key}-tornado", base, central=row.npv),
    ]
    return [chart for chart in charts if chart is not None]


def _grids(plan: FinishedPlan, row: Any, tables: Mapping[str, pd.DataFrame]) -> list[Grid]:
    """The tables that have rows."""
    base = plan.money
    made = (
        ("payers", lambda rows: payers_grid(rows, base)),
        ("figures", lambda rows: figures_grid(rows, base, rate_of(plan.run))),
        ("uncertainty", ranges_grid),
        ("gates", gates_grid),
        ("cases", lambda rows: cases_grid(rows, base)),
    )
    grids = [make(tables[name]) for name, make in made if len(tables[name])]
    edges = pd.DataFrame(_of_project(plan.edges, row.project_id))
    if len(edges):
        grids.append(pipes_grid(edges, base))
    served = connected_rows(plan, row.project_id)
    if len(served):
        grids.append(consumers_grid(served))
    return grids


def connected_rows(plan: FinishedPlan, project_id: str) -> pd.DataFrame:
    """
    Consumers that a project connects, with how sure their demand is.

    Parameters
    ----------
    plan
        A finished plan.
    project_id
        The project.

    Returns
    -------
    served
        Rows of CONNECTIONS without geometry.
    """
    rows = _of_project(pd.DataFrame(plan.connections), project_id)
    if rows.empty:
        return rows
    return rows[rows["connected"].fillna(value=False).astype(bool)].drop(columns="geometry")
