"""
Named cases side by side: building dear, electricity cheap, demand low, everything at its worst.

Which drivers a case sets to their low or high end is a row of ``appraisal_cases``. A case is a
story, not a probability: several ends at once are rarer than each of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import load_table

from ..appraisal.conditions import conditions_of
from .drawn_figures import as_shown, drawn_figures
from .drawn_flows import draw_flows, draw_npv
from .drivers import grid_from_file
from .sensitivity import ends_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .drawn_flows import DrawnModel

    Floats = npt.NDArray[np.float64]

BEST, WORST = "best", "worst"
SHOWN = (
    "npv",
    "lcoh_per_mwh",
    "irr_share",
    "payback_years",
    "avoided_t_co2e",
    "avoided_life_t_co2e",
    "social_npv",
)
ENDS = ("low", "high")
CENTRAL = "central"
_ROUNDING = 1e-11


def case_table(
    model: DrawnModel,
    scenario: Scenario,
    conditions: Conditions,
    *,
    country: str,
    remade: Callable[[Scenario, Conditions], DrawnModel],
) -> pd.DataFrame:
    """
    Figures of every project in every case.

    Parameters
    ----------
    model
        Projects and their drivers.
    scenario, conditions
        The study.
    country
        ISO 3166-1 alpha-2 code.
    remade
        Makes the model anew under another scenario, for cases that are a word of the scenario
        rather than the end of a range.

    Returns
    -------
    cases
        Rows of the table ``cases``: projects in their order, cases in that of
        ``appraisal_cases``. A case that changes nothing in a project is left out: the user gave
        the figures, or the project has no part in them.
    """
    table = load_table("appraisal_cases")
    parts = []
    for keys, cases in table.groupby("keys", sort=False):
        study = _study(str(keys), scenario, conditions, country)
        if study is not None:
            chosen = model if not keys else remade(*study)
            rows = range(len(model.heat_mwh))
            parts += [_of_project(chosen, row, cases, study[0]) for row in rows]
    order = {name: number for number, name in enumerate(table["case"])}
    projects = {name: number for number, name in enumerate(model.ranges.rows.astype(str))}
    if not parts:
        return pd.DataFrame(columns=["project_id", "case", "label", *SHOWN])
    result = pd.concat(parts, ignore_index=True)
    keyed = result.assign(_row=result["project_id"].map(projects), _case=result["case"].map(order))
    keyed = keyed.sort_values(["_row", "_case"])
    told = [_telling(cases) for _, cases in keyed.groupby("_row", sort=False)]
    return pd.concat(told, ignore_index=True).drop(columns=["_row", "_case"])


def _of_project(
    model: DrawnModel, row: int, cases: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame:
    """Figures of one project in some cases."""
    place = {str(name): number for number, name in enumerate(model.ranges.drivers.index)}
    points = [
        _extreme(model, row, best=case["end"] == BEST)
        if case["end"]
        else ends_of(model, row, *([place[name] for name in case[end].split()] for end in ENDS))
        for _, case in cases.iterrows()
    ]
    drawn = draw_flows(model, row, np.stack(points, axis=1))
    figures = drawn_figures(drawn, model.factors, scenario)
    return pd.DataFrame(
        {
            "project_id": str(model.ranges.rows[row]),
            "case": cases["case"].to_numpy(),
            "label": cases["label"].to_numpy(),
            **{name: as_shown(name, figures[name], scenario) for name in SHOWN},
        }
    )


def _telling(cases: pd.DataFrame) -> pd.DataFrame:
    """Cases of one project that differ from the central one, and that one."""
    central = cases["case"] == CENTRAL
    figures = cases[list(SHOWN)].to_numpy(dtype=float)
    same = np.isclose(figures, figures[central.to_numpy()], rtol=_ROUNDING, atol=0, equal_nan=True)
    told: pd.DataFrame = cases[central | ~same.all(axis=1)]
    return told


def _extreme(model: DrawnModel, row: int, *, best: bool) -> Floats:
    """Every driver at the end that is better, or worse, for this project."""
    ranges, count = model.ranges, len(model.ranges.drivers)
    points = np.repeat(ranges.centre[row][:, None], 2 * count, axis=1)
    each = np.arange(count)
    points[each, each], points[each, each + count] = ranges.low[row], ranges.high[row]
    values = draw_npv(model, row, points)
    low_better = values[:count] > values[count:]
    same = (values[:count] == values[count:]) | ~ranges.drawn[row]
    chosen = np.where(low_better == best, ranges.low[row], ranges.high[row])
    return np.asarray(np.where(same, ranges.centre[row], chosen))


def _study(
    keys: str, scenario: Scenario, conditions: Conditions, country: str
) -> tuple[Scenario, Conditions] | None:
    """Scenario and conditions with other words for the grid; None where that changes nothing."""
    if not keys:
        return scenario, conditions
    if grid_from_file(conditions):
        return None
    for key in keys.split():
        name, _, word = key.partition("=")
        section, _, field = name.partition(".")
        part = getattr(scenario, section).model_copy(update={field: word})
        scenario = scenario.model_copy(update={section: part})
    word_grid = conditions_of(scenario, country)
    changed = replace(
        conditions,
        grid_kg_per_kwh=word_grid.grid_kg_per_kwh,
        grid_later_kg_per_kwh=word_grid.grid_later_kg_per_kwh,
    )
    return None if changed == conditions else (scenario, changed)
