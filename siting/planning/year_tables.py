"""
The year of a network in tables: its heat by month, and its load sorted from the highest hour down.

Both come from the same balance of all hours as the energies of the project, so they add up to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import HOURS_PER_YEAR

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.thermo import Dispatch

PEAK_HOURS = (0, 1, 8, 24)
"""Where the highest hours are told one by one; nothing but the look of the curve depends on it."""
STEPS = 120


def energy_by_month(year: Dispatch) -> pd.DataFrame:
    """
    Heat of a network by month, and who makes it.

    Parameters
    ----------
    year
        Balance of all hours of one plant.

    Returns
    -------
    months
        ``month`` (1 to 12), ``load_mwh`` with the losses of the pipes, ``machine_mwh`` of heat pump
        and exchanger, ``backup_mwh`` of the peak boiler, ``source_mwh`` taken from the data centre.
        What machine and boiler make beyond the load is in the store, or lost there.
    """
    hours = _hours(year)
    return pd.DataFrame(
        {
            "month": np.arange(1, len(year.monthly_load_mwh) + 1),
            "load_mwh": year.monthly_load_mwh[:, 0],
            "machine_mwh": year.monthly_heat_pump_mwh[:, 0],
            "backup_mwh": year.monthly_backup_mwh[:, 0],
            "source_mwh": _by_month(hours["source_kw"]) / 1e3,
        }
    )


def load_duration(year: Dispatch) -> pd.DataFrame:
    """
    Load of a network from the highest hour down, and who serves it.

    Parameters
    ----------
    year
        Balance of all hours of one plant.

    Returns
    -------
    durations
        One row per group of hours that follow each other in that order: ``hours_from`` and
        ``hours_to``, and the mean ``load_kw``, ``machine_kw`` and ``backup_kw`` in them [kW]. Means
        times hours add up to the energies of the year.
    """
    hours = _hours(year)
    order = np.argsort(-hours["load_kw"], kind="stable")
    total = len(order)
    edges = np.unique([*PEAK_HOURS, *np.linspace(0, total, STEPS + 1).round().astype(int)])
    edges = edges[edges <= total]
    wide = np.diff(edges)
    means = {
        name: np.add.reduceat(hours[name][order], edges[:-1]) / wide
        for name in ("load_kw", "machine_kw", "backup_kw")
    }
    return pd.DataFrame({"hours_from": edges[:-1], "hours_to": edges[1:], **means})


def source_taken_kw(year: Dispatch) -> npt.NDArray[np.float64]:
    """
    Heat taken from the data centre in each hour by one plant [kW].

    Parameters
    ----------
    year
        Balance of all hours of the plant.

    Returns
    -------
    taken_kw
        Shape (8760,); sums to ``source_mwh``.
    """
    return _hours(year)["source_kw"]


def _hours(year: Dispatch) -> dict[str, npt.NDArray[np.float64]]:
    """Hourly powers of the one plant [kW]."""
    if year.hourly is None:
        raise ValueError("the balance was made without its hours")
    names = {
        "load_kw": year.hourly.load_kw,
        "machine_kw": year.hourly.heat_pump_kw,
        "backup_kw": year.hourly.backup_kw,
        "source_kw": year.hourly.source_kw,
    }
    return {name: np.asarray(values[0], dtype=float) for name, values in names.items()}


def _by_month(hourly: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sums by month of a year without a leap day."""
    if len(hourly) != HOURS_PER_YEAR:
        return np.array([hourly.sum()])
    days = pd.date_range("2001-01-01", periods=len(hourly), freq="h").month
    return np.asarray(np.bincount(days, weights=hourly)[1:], dtype=float)
