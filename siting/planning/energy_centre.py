"""
The energy centre of a network: which arrangement makes its heat, and what it costs without pipes.

Used in every round of a design, before the trenches are known. Pipes, losses and income are then
the same for all arrangements, so the cheapest heat is also the highest net present value; which
arrangement and temperature the finished network has is decided by the objective, pipes and all, in
`heatreach.siting.planning.project_options`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import AMBIENT, CENTRAL, PREHEAT

from ..appraisal.heat_price import CONSUMER_LINES, PRESENT_EMISSIONS
from ..appraise import appraise
from .arrangements import NO_SUBSTATION, arrangements_tried
from .choice import AVOIDED, LCOH
from .feed_in import delivered
from .supply import supply_energy

if TYPE_CHECKING:
    from heatreach.thermo import Machines

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .loads import YearLoads


def best_supply(
    loads: YearLoads, scenario: Scenario, conditions: Conditions, *, machines: Machines
) -> pd.DataFrame:
    """
    Energies of a network under the arrangement with the best energy centre.

    Parameters
    ----------
    loads
        The network's load, one row.
    scenario, conditions
        The study.
    machines
        Heat pumps.

    Returns
    -------
    energy
        One row, as `heatreach.siting.planning.supply.supply_energy`; the last reasons where none
        works.

    Notes
    -----
    The best makes the cheapest heat or, where the ranking is by emissions avoided, emits least. A
    network runs at one temperature, so the ambient loop is no option here.
    """
    names = network_arrangements(scenario)
    tried = [supply_energy(loads, name, scenario, conditions, machines=machines) for name in names]
    energies = [delivered(loads.table.join(frame)) for frame in tried]
    working = [frame for frame in energies if frame["status"].iloc[0] == "ok"]
    if not working:
        return tried[-1]
    best = working[0] if len(working) == 1 else _cheapest(working, scenario, conditions)
    return best[list(tried[0])]


def _cheapest(
    working: list[pd.DataFrame], scenario: Scenario, conditions: Conditions
) -> pd.DataFrame:
    """The energies with the cheapest heat, or the least emissions where those are ranked by."""
    figure, sign = (AVOIDED, -1.0) if scenario.ranking.objective == AVOIDED else (LCOH, 1.0)
    centres = without_pipes(pd.concat(working, ignore_index=True))
    costs = sign * appraise(centres, scenario, conditions)[figure].to_numpy()
    return working[int(np.argmin(costs))]


def supply_each(
    loads: YearLoads,
    arrangement: str,
    scenario: Scenario,
    conditions: Conditions,
    *,
    machines: Machines,
) -> pd.DataFrame:
    """
    Energies of loads that are alternatives to each other, each as if it stood alone.

    Parameters
    ----------
    loads, arrangement, scenario, conditions, machines
        As for `heatreach.siting.planning.supply.supply_energy`.

    Returns
    -------
    energy
        As of that.

    Notes
    -----
    Preheaters settle in common rounds and sizes by cost share their grids: there the company of
    other rows shows in the last digits, so those rows are reckoned one by one.
    """
    if arrangement != PREHEAT and scenario.heat_pump.sizing != "least_cost":
        return supply_energy(loads, arrangement, scenario, conditions, machines=machines)
    numbers = np.arange(len(loads.table))
    rows = (loads.rows(numbers == number) for number in numbers)
    return pd.concat(
        [supply_energy(row, arrangement, scenario, conditions, machines=machines) for row in rows]
    )


def network_arrangements(scenario: Scenario) -> tuple[str, ...]:
    """
    Arrangements that the energy centre of a network may have.

    Parameters
    ----------
    scenario
        ``heat_pump.arrangement``.

    Returns
    -------
    names
        All but the ambient loop; the central heat pump where that alone is asked for.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> network_arrangements(Scenario())[-1]
    'central heat pump'
    """
    names = tuple(name for name in arrangements_tried(scenario) if name != AMBIENT)
    return names or (CENTRAL,)


def without_pipes(energy: pd.DataFrame) -> pd.DataFrame:
    """
    Energy centre alone: no pipes, pumps, substations or income.

    Parameters
    ----------
    energy
        Energies with the load's columns.

    Returns
    -------
    centre
        The same with those columns zero.
    """
    nothing = pd.DataFrame(
        0.0,
        index=energy.index,
        columns=[
            "pipe_capex",
            "bore_capex",
            "pipe_capex_low",
            "pipe_capex_high",
            *NO_SUBSTATION,
            "substation_upkeep",
            "pumping_mwh",
            "revenue_per_year",
            *CONSUMER_LINES,
            *PRESENT_EMISSIONS.values(),
            "present_t_co2e",
            "present_electricity_mwh",
            "embodied_t_co2e",
        ],
    )
    with_pipes = [column for column in nothing if column in energy]
    return pd.concat([energy.drop(columns=with_pipes), nothing], axis=1)
