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

from heatreach.thermo import AMBIENT, CENTRAL

from ..appraisal.heat_price import CONSUMER_LINES, PRESENT_EMISSIONS
from ..appraise import appraise
from .arrangements import NO_SUBSTATION, arrangements_tried
from .choice import AVOIDED, LCOH
from .feed_in import delivered
from .supply import supply_energy

if TYPE_CHECKING:
    import pandas as pd

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
    figure, sign = (AVOIDED, -1.0) if scenario.ranking.objective == AVOIDED else (LCOH, 1.0)
    costs = [
        sign * appraise(without_pipes(frame), scenario, conditions)[figure].iloc[0]
        for frame in working
    ]
    best = working[int(np.argmin(costs))]
    return best[list(tried[0])]


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
    nothing = dict.fromkeys(
        [
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
        0.0,
    )
    return energy.assign(**nothing)
