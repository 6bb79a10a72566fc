"""
Electricity of the network pumps over the year.

Pumps are sized for the design flow; most of the year far less water moves. Friction falls with
about the square of the flow, so the power it takes with the cube, whose mean follows from that of
the flow by the power-law load curve. Substations need the same pressure all year: there the power
falls with the flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption
from heatreach.thermo import HOURS_PER_YEAR, density_kg_m3, pumping_kw

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario

PA_PER_KPA = 1e3


def pump_head_pa(
    pipe_drop_pa: npt.NDArray[np.float64], scenario: Scenario
) -> npt.NDArray[np.float64]:
    """
    Pressure the pump must give at design flow.

    Parameters
    ----------
    pipe_drop_pa
        Pressure lost in straight supply and return pipe on the worst way [Pa].
    scenario
        Share of fittings and pressure of the substation.

    Returns
    -------
    head
        Pressure [Pa].
    """
    rules = scenario.network
    return pipe_drop_pa * (1.0 + rules.fittings_share) + rules.substation_drop_kpa * PA_PER_KPA


def mean_cube(mean: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Mean cube of a relative flow whose load curve falls from 1 to 0 as a power of time.

    Parameters
    ----------
    mean
        Mean flow over design flow, 0–1.

    Returns
    -------
    cube
        Between ``mean³`` and ``mean``.

    Notes
    -----
    With ``q(t) = 1 − t^k`` and ``k = m/(1−m)``: the integral of ``q³`` is
    ``1 − 3/(k+1) + 3/(2k+1) − 1/(3k+1)``.

    Examples
    --------
    >>> mean_cube(np.array([0.0, 0.5, 1.0])).round(3).tolist()
    [0.0, 0.25, 1.0]
    """
    share = np.clip(mean, 0.0, 1.0)
    # 1/(n·k+1) with k = m/(1−m), written so that m = 1 gives 0 without dividing by zero.
    first, second, third = ((1.0 - share) / (1.0 + (n - 1.0) * share) for n in (1.0, 2.0, 3.0))
    return 1.0 - 3.0 * first + 3.0 * second - third


def pumping_mwh(
    design_flow_kg_s: npt.NDArray[np.float64],
    pipe_drop_pa: npt.NDArray[np.float64],
    *,
    temperature_degc: npt.NDArray[np.float64],
    mean_flow_kg_s: npt.NDArray[np.float64],
    scenario: Scenario,
) -> npt.NDArray[np.float64]:
    """
    Electricity of the pumps per year.

    Parameters
    ----------
    design_flow_kg_s
        Design flow [kg/s].
    pipe_drop_pa
        Pressure lost in straight supply and return pipe at design flow [Pa].
    temperature_degc
        Mean water temperature [°C].
    mean_flow_kg_s
        Mean flow over the year [kg/s].
    scenario
        Fittings and substation.

    Returns
    -------
    energy
        Electricity [MWh/year].
    """
    substation = pump_head_pa(np.zeros_like(pipe_drop_pa), scenario)
    friction = pump_head_pa(pipe_drop_pa, scenario) - substation
    share = mean_flow_kg_s / design_flow_kg_s
    efficiency = assumption("heat_pumps", "circulation_pump", "pump_efficiency").value
    power_kw = pumping_kw(
        design_flow_kg_s,
        friction * mean_cube(share) + substation * np.clip(share, 0.0, 1.0),
        density=density_kg_m3(temperature_degc),
        pump_efficiency=efficiency,
    )
    return np.asarray(power_kw * HOURS_PER_YEAR / 1e3)
