"""
How sure the figures are: thousands of appraisals, all that is uncertain drawn from its range.

`uncertainty` draws the assumptions together for all projects of a study, so that they stay
comparable draw by draw, and tells percentiles, the share of draws that meet each gate, what moves
the result most and what would have to be true. What is drawn is the table ``drivers``; decisions
(rate, horizon, tariff discount, grant, contingency) are not. Who is connected and where the trench
runs stay as planned; sizes follow the demand along their cost curves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .appraisal.bill import bill as bill_of
from .rules.gates import figure_gates
from .uncertain.cases import case_table
from .uncertain.drawn_figures import RATES, UNITS, as_shown, drawn_figures, rate_met, spread
from .uncertain.drawn_flows import draw_flows, drawn_model
from .uncertain.draws import common_points, project_factors
from .uncertain.drivers import driver_ranges
from .uncertain.sensitivity import COLUMNS, driver_ends, sensitivity_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from .appraisal.bill import Bill
    from .appraisal.conditions import Conditions
    from .rules.table import Rule
    from .scenario import Scenario
    from .uncertain.drawn_flows import Drawn, DrawnModel

    Floats = npt.NDArray[np.float64]

KEPT = ("npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e", "price_gap_per_mwh")
"""Figures whose draws are handed on: what projects are ranked by."""
SOURCE = "source_share"
_SPREAD = ["project_id", "figure", "unit", "central", "mean", "p10", "p50", "p90", "none_share"]
_GATE = ["gate", "title", "figure", "comparison", "threshold", "unit", "jurisdiction", "status"]
_OWN_GATES = pd.DataFrame(
    [
        ("npv_above_zero", "Net present value above zero", "npv", "above", 0.0),
        (
            "social_npv_above_zero",
            "Social net present value above zero",
            "social_npv",
            "above",
            0.0,
        ),
        ("source_suffices", "The data centre has the heat asked of it", SOURCE, "at_most", 1.0),
    ],
    columns=_GATE[:5],
)
"""Gates everywhere."""
_COMPARE = {
    "at_most": np.less_equal,
    "at_least": np.greater_equal,
    "above": np.greater,
    "below": np.less,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """
    What draws of the assumptions say of projects.

    Attributes
    ----------
    uncertainty
        Central value, mean and percentiles of each figure.
    gates
        Share of the draws that meet each gate.
    sensitivity
        Tornado, Sobol indices and break-even values.
    cases
        Figures in named cases.
    draws
        By figure of `KEPT` one row per project, one column per draw; column k is the same draw of
        the shared assumptions in all projects.
    one_at_a_time
        The same figures with one driver after the other at its low and high end, all others
        central; shape (projects, drivers, 2).
    project_ids, drivers
        Rows of the draws, and names of the drivers in their order.
    """

    uncertainty: pd.DataFrame
    gates: pd.DataFrame
    sensitivity: pd.DataFrame
    cases: pd.DataFrame
    draws: dict[str, Floats]
    one_at_a_time: dict[str, Floats]
    project_ids: tuple[str, ...]
    drivers: tuple[str, ...]


def uncertainty(
    bill: Bill,
    energy: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    country: str,
    *,
    rules: tuple[Rule, ...] | None = None,
) -> Uncertainty:
    """
    Percentiles, gates, sensitivities and cases of projects.

    Parameters
    ----------
    bill
        Central bill of the projects; its index names them.
    energy
        Energies of the same rows, those that the bill was made from.
    scenario
        Number of draws, seed, kind of sampling and of distribution; rate and horizon.
    conditions
        Prices and factors.
    country
        ISO 3166-1 alpha-2 code; its rows go first.
    rules
        Rules whose gates count; those of ``data/`` if left out.

    Returns
    -------
    uncertainty
        Tables and draws; the order of projects is that of the bill.

    Notes
    -----
    One project is drawn after the other, so memory does not grow with their number but for the
    draws that are kept: 8 bytes per project, draw and figure of `KEPT`.
    """
    model = study_model(bill, energy, scenario, conditions, country)
    gates = _gates(country, scenario, rules)
    kept, rows, met = _kept(len(energy), scenario.uncertainty.draws), [], []
    for row, drawn in enumerate(driver_draws(model, scenario)):
        years = draw_flows(model, row, drawn)
        figures = drawn_figures(years, model.factors, scenario)
        for name in KEPT:
            kept[name][row] = figures[name]
        rows += _spreads(model, row, figures, scenario)
        met += _met(str(energy.index[row]), gates, years, figures, scenario)
    ends = [driver_ends(model, row, scenario) for row in range(len(energy))]
    alone = _kept(len(energy), len(model.ranges.drivers), 2)
    for row, found in enumerate(ends):
        for name in KEPT:
            alone[name][row] = found[name]
    return Uncertainty(
        uncertainty=pd.DataFrame(rows, columns=_SPREAD),
        gates=pd.DataFrame(met, columns=["project_id", *_GATE, "met_share"]),
        sensitivity=_sensitivities(model, ends, scenario),
        cases=case_table(
            model,
            scenario,
            conditions,
            country=country,
            remade=lambda other, held: study_model(
                bill_of(energy, other, held), energy, other, held, country
            ),
        ),
        draws=kept,
        one_at_a_time=alone,
        project_ids=tuple(str(name) for name in model.ranges.rows),
        drivers=tuple(str(name) for name in model.ranges.drivers.index),
    )


def _kept(*shape: int) -> dict[str, Floats]:
    """Room for the figures that are handed on."""
    return {name: np.empty(shape) for name in KEPT}


def study_model(
    bill: Bill, energy: pd.DataFrame, scenario: Scenario, conditions: Conditions, country: str
) -> DrawnModel:
    """
    Drivers and amounts of projects, ready to be drawn.

    Parameters
    ----------
    bill, energy
        Of the projects.
    scenario, conditions, country
        The study.

    Returns
    -------
    model
        For `driver_draws` and the functions of `heatreach.siting.uncertain.drawn_flows`.
    """
    ends = [bill_of(energy, scenario, conditions, column=end).amounts for end in ("low", "high")]
    ranges = driver_ranges(
        (bill.amounts, ends[0], ends[1]), energy, scenario, conditions, country=country
    )
    return drawn_model(bill.amounts, bill.heat_mwh, energy, ranges, scenario, conditions)


def driver_draws(model: DrawnModel, scenario: Scenario) -> Iterator[Floats]:
    """
    Drawn values of all drivers, one project after the other.

    Parameters
    ----------
    model
        Projects and their drivers.
    scenario
        Number of draws, seed, kind of sampling and of distribution.

    Yields
    ------
    drawn
        Ratios and changes, shape (drivers, draws).
    """
    ranges, chance = model.ranges, scenario.uncertainty
    correlation = ranges.correlation
    common = common_points(
        ranges.drivers,
        chance.draws,
        correlation=correlation,
        seed=chance.seed,
        sampling=chance.sampling,
    )
    for row, name in enumerate(ranges.rows):
        factors = project_factors(
            ranges.drivers,
            common,
            str(name),
            correlation=correlation,
            seed=chance.seed,
            sampling=chance.sampling,
        )
        drawn = np.repeat(ranges.centre[row][:, None], chance.draws, axis=1)
        wide = np.flatnonzero(ranges.drawn[row])
        drawn[wide] = ranges.at(row, wide, factors[wide], distribution=chance.distribution)
        yield drawn


def _spreads(
    model: DrawnModel, row: int, figures: dict[str, Floats], scenario: Scenario
) -> list[dict[str, object]]:
    """Rows of the table ``uncertainty`` of one project."""
    currency = scenario.economics.money.split()[0]
    middle = draw_flows(model, row, model.ranges.centre[row][:, None])
    central = drawn_figures(middle, model.factors, scenario)
    shown = {name: as_shown(name, values, scenario) for name, values in figures.items()}
    return [
        {
            "project_id": str(model.ranges.rows[row]),
            "figure": name,
            "unit": unit.replace("EUR", currency),
            "central": float(as_shown(name, central[name], scenario)[0]),
            **spread(name, shown),
        }
        for name, unit in UNITS.items()
    ]


def _gates(country: str, scenario: Scenario, rules: tuple[Rule, ...] | None) -> pd.DataFrame:
    """Gates of rules that a headline figure decides, after those that hold everywhere."""
    everywhere = _OWN_GATES.assign(jurisdiction="", status="")
    everywhere["unit"] = everywhere["figure"].map(UNITS)
    everywhere["unit"] = everywhere["unit"].replace("EUR", scenario.economics.money.split()[0])
    found = figure_gates(country, scenario, rules=rules)
    found = found[found["figure"].isin(UNITS) & found["comparison"].isin(_COMPARE)]
    return pd.concat([everywhere[_GATE], found[_GATE]], ignore_index=True)


def _met(
    project: str,
    gates: pd.DataFrame,
    drawn: Drawn,
    figures: dict[str, Floats],
    scenario: Scenario,
) -> list[dict[str, object]]:
    """
    Rows of the table ``gates`` of one project.

    A draw without the figure meets no gate; a gate of which nothing is known is left out.
    """
    rows: list[dict[str, object]] = []
    for gate in gates.to_dict("records"):
        name, compare = str(gate["figure"]), _COMPARE[str(gate["comparison"])]
        if name in RATES:
            met = rate_met(name, drawn, float(gate["threshold"]), compare, scenario)
        elif np.isnan(figures[name]).all() and name == SOURCE:
            continue
        else:
            met = compare(figures[name], gate["threshold"])
        cells = {str(column): cell for column, cell in gate.items()}
        rows.append({"project_id": project, **cells, "met_share": float(met.mean())})
    return rows


def _sensitivities(
    model: DrawnModel, ends: list[dict[str, Floats]], scenario: Scenario
) -> pd.DataFrame:
    """Sensitivities of all projects."""
    parts = [sensitivity_table(model, row, found, scenario) for row, found in enumerate(ends)]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
