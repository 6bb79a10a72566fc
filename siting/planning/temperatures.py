"""
Supply temperatures that links and networks are tried at.

A consumer needs its supply at some temperature. Colder water cannot serve it; warmer water can: the
return stays what the consumer's system gives back, so less has to flow through a smaller pipe, but
more heat is lost and the heat pump lifts further. Which is better is a matter of figures, so every
temperature of a grid that is warm enough is tried, and the need itself, on the grid or not. The
ambient loop has a temperature of its own and is not tried here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario

TRIED = "best"
"""Word of the scenario for trying warmer supplies than the consumers need."""
TOLERANCE_K = 1e-6
"""Nearer than this to the need a temperature of the grid is the need."""


@cache
def supply_grid() -> tuple[float, ...]:
    """
    Supply temperatures that are tried [°C], from the rows ``design_supply`` of ``siting_rules``.

    Returns
    -------
    grid
        Rising.

    Examples
    --------
    >>> grid = supply_grid()
    >>> grid[0], grid[-1], len(grid)
    (50.0, 90.0, 9)
    """
    least, most, step = (
        assumption("siting_rules", "design_supply", name).value
        for name in ("min_degc", "max_degc", "step_k")
    )
    count = int(np.floor((most - least) / step + TOLERANCE_K)) + 1
    return tuple(float(degc) for degc in least + step * np.arange(count))


def tried_supplies(need_degc: npt.NDArray[np.float64], scenario: Scenario) -> pd.DataFrame:
    """
    Every supply temperature with every load that it can serve, in order of load and temperature.

    Parameters
    ----------
    need_degc
        Supply temperature that each load needs [°C], shape (loads,).
    scenario
        ``network.supply_choice``: ``best`` tries the grid, ``given`` the need alone.

    Returns
    -------
    tried
        ``load`` (position in `need_degc`) and ``supply_degc`` [°C].

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> tried_supplies(np.array([82.0]), Scenario())["supply_degc"].tolist()
    [82.0, 85.0, 90.0]
    """
    load = np.arange(len(need_degc))
    grid = _grid(scenario)
    warm = grid[None, :] > need_degc[:, None] + TOLERANCE_K
    row, column = np.nonzero(warm)
    tried = pd.DataFrame(
        {
            "load": np.concatenate([load, row]),
            "supply_degc": np.concatenate([need_degc.astype(float), grid[column]]),
        }
    )
    return tried.sort_values(["load", "supply_degc"], kind="stable", ignore_index=True)


def too_cold_supplies(need_degc: npt.NDArray[np.float64], scenario: Scenario) -> pd.DataFrame:
    """
    Every supply temperature with every load that it cannot serve, with the reason.

    Parameters
    ----------
    need_degc, scenario
        As for `tried_supplies`.

    Returns
    -------
    cold
        ``load``, ``supply_degc`` [°C] and ``reason``.

    Examples
    --------
    >>> from heatreach.siting import Scenario
    >>> too_cold_supplies(np.array([55.0]), Scenario())["reason"].tolist()
    ['cooler than the 55 °C its consumer needs']
    """
    grid = _grid(scenario)
    row, column = np.nonzero(grid[None, :] < need_degc[:, None] - TOLERANCE_K)
    needed = [f"cooler than the {degc:g} °C its consumer needs" for degc in need_degc.tolist()]
    return pd.DataFrame(
        {
            "load": row,
            "supply_degc": grid[column],
            "reason": np.array(needed, dtype=object)[row],
        }
    )


def _grid(scenario: Scenario) -> npt.NDArray[np.float64]:
    """Temperatures tried beside the need."""
    return np.array(supply_grid() if scenario.network.supply_choice == TRIED else ())
