"""
Greenhouse gases of each year, line by line, as money is in `cash_flow`.

The lines are rows of ``carbon_lines``: what is avoided (+1) or caused (−1), when, along which path
of the grid, and which uncertain assumptions move it. A project has one amount per line; its tonnes
are amounts times profiles, so that rows, years and draws are one contraction. Headline figures of
links and projects come from `carbon`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, load_table
from heatreach.thermo import AMBIENT, find_refrigerant

from .machine_costs import numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

YEARLY, ONCE, SCRAPPED = "yearly", "once", "scrapped"
GRID = "grid"
OPERATION = ("electricity", "pumping", "backup", "leakage")
"""Parts that arise in every year of operation: the carbon of the heat delivered."""
AVOIDED = "fuel avoided"
KG_PER_T = 1e3
G_PER_KG = 1e3
_BURNT = ("gas", "oil", "district_heat")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonLines:
    """
    Emissions of rows by line.

    Attributes
    ----------
    amounts
        Rows by lines, magnitudes: tonnes per year [t CO2e], electricity [MWh] where the profile is
        the grid's factor.
    signs
        +1 avoided, −1 caused; shape (lines,).
    profiles
        What one unit of each line is in year 0 (building) and the years of operation, shape
        (lines, years + 1): 1 or 0, or the grid's factor [t/MWh].
    drivers
        Assumptions that move each line, with their powers, as in ``cash_lines``.
    """

    amounts: pd.DataFrame
    signs: Floats
    profiles: Floats
    drivers: pd.Series

    def tonnes(self, *parts: str) -> Floats:
        """
        Magnitude by year of some parts together [t CO2e].

        Parameters
        ----------
        *parts
            Names in column ``part`` of the lines.

        Returns
        -------
        tonnes
            Shape (rows, years + 1).
        """
        chosen = carbon_line_table()["part"].isin(parts).to_numpy()
        return np.asarray(self.amounts.to_numpy()[:, chosen] @ self.profiles[chosen])

    def net(self) -> Floats:
        """
        Emissions avoided less those caused, by year [t CO2e].

        Returns
        -------
        net
            Shape (rows, years + 1).
        """
        return np.asarray(self.amounts.to_numpy() @ (self.signs[:, None] * self.profiles))


@cache
def carbon_line_table() -> pd.DataFrame:
    """
    Every line of emissions.

    Returns
    -------
    lines
        Index ``line``; ``part``, ``sign`` as a float, ``kind``, ``life``, ``path``, ``drivers``,
        ``description``. Shared by all callers; not to be written into.

    Examples
    --------
    >>> carbon_line_table().loc["pumping", "path"]
    'grid'
    """
    return load_table("carbon_lines").set_index("line").astype({"sign": float})


def carbon_lines(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions, years: int
) -> CarbonLines:
    """
    Emissions of links or projects by line and year.

    Parameters
    ----------
    energy
        ``option``, ``heat_mwh, electricity_mwh, pumping_mwh, backup_mwh, heat_pump_kw``,
        ``present_t_co2e`` (what the consumers' present heat emits with today's grid),
        ``present_electricity_mwh`` (its electricity) and ``embodied_t_co2e`` of the pipes. Where
        they are there: ``loss_mwh`` and ``present_<fuel>_t_co2e`` of oil and district heat; what
        is not electric nor one of these counts as gas.
    scenario
        Refrigerant, set of warming potentials, whether embodied carbon counts.
    conditions
        Factors, that of the grid by year.
    years
        Years of operation.

    Returns
    -------
    lines
        One per row of ``carbon_lines``.

    Notes
    -----
    ``tonnes(t) = Σ sign·amount·profile(t)``. Electric heating that is replaced is as clean as the
    grid of each year. Electricity and fuel are parted between heat delivered and heat lost in
    proportion to the two, because they stray with different assumptions. Refrigerant escapes
    when machines are scrapped, at the end of each life and at the horizon.
    """
    table = carbon_line_table()
    amounts = _amounts(energy, scenario, conditions)
    together = np.stack([amounts[str(line)] for line in table.index], axis=-1)
    return CarbonLines(
        amounts=pd.DataFrame(together, index=energy.index, columns=table.index),
        signs=table["sign"].to_numpy(),
        profiles=_profiles(conditions, years),
        drivers=table["drivers"],
    )


def _amounts(energy: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> dict[str, Floats]:
    """Amount of each line and row."""
    lifted, fired = lost_shares(energy)
    power = numbers(energy, "electricity_mwh")
    fuel = numbers(energy, "backup_mwh") / conditions.backup_efficiency_share.value
    burnt = fuel * conditions.backup_kg_per_kwh.value
    embodied = numbers(energy, "embodied_t_co2e") * (scenario.emissions.embodied == "yes")
    return {
        **_avoided(energy, conditions),
        **_refrigerant(energy, scenario),
        "electricity_heat": power * (1.0 - lifted),
        "electricity_loss": power * lifted,
        "pumping": numbers(energy, "pumping_mwh"),
        "backup_heat": burnt * (1.0 - fired),
        "backup_loss": burnt * fired,
        "embodied": embodied,
    }


def _avoided(energy: pd.DataFrame, conditions: Conditions) -> dict[str, Floats]:
    """Emissions of present heat by what is burnt, and its electricity."""
    power = numbers(energy, "present_electricity_mwh")
    today = conditions.electricity_kg_per_kwh.value
    # Both sides know today's grid only up to rounding.
    burnt = np.maximum(numbers(energy, "present_t_co2e") - power * today, 0.0)
    other = {fuel: numbers(energy, f"present_{fuel}_t_co2e") for fuel in _BURNT[1:]}
    gas = np.maximum(burnt - sum(other.values()), 0.0)
    lines = {f"avoided_{fuel}": tonnes for fuel, tonnes in ({"gas": gas} | other).items()}
    return {**lines, "avoided_electricity": power}


def _refrigerant(energy: pd.DataFrame, scenario: Scenario) -> dict[str, Floats]:
    """Tonnes of refrigerant that leak in a year, and that escape with each machine."""
    charge, leaks, escapes = (
        assumption("heat_pumps", "large", name).value
        for name in ("charge_kg_per_kw", "leakage_share_per_year", "end_of_life_loss_share")
    )
    gwp = find_refrigerant(scenario.heat_pump.refrigerant).gwp(scenario.emissions.gwp_set)
    held = numbers(energy, "heat_pump_kw") * charge * gwp / KG_PER_T
    at_consumer = (energy["option"] == AMBIENT).to_numpy()
    return {
        "leakage": held * leaks,
        "end_of_life_centre": np.where(at_consumer, 0.0, held * escapes),
        "end_of_life_consumer": np.where(at_consumer, held * escapes, 0.0),
    }


def lost_shares(energy: pd.DataFrame) -> tuple[Floats, Floats]:
    """
    Share of the heat that pipes lose in what is made, by heat pumps and by boilers.

    Parameters
    ----------
    energy
        ``option``, ``heat_mwh``, ``loss_mwh`` and ``electricity_mwh``.

    Returns
    -------
    lifted, fired
        One per row. A loop at source temperature carries what the consumers' heat pumps draw and
        loses heat before them: their electricity makes up for no loss.

    Examples
    --------
    >>> row = {"option": ["central"], "heat_mwh": [80.0], "loss_mwh": [20.0]}
    >>> [float(share[0]) for share in lost_shares(pd.DataFrame(row))]
    [0.2, 0.2]
    """
    loss, heat = numbers(energy, "loss_mwh"), numbers(energy, "heat_mwh")
    on_loop = (energy["option"] == AMBIENT).to_numpy()
    carried = np.where(on_loop, heat - numbers(energy, "electricity_mwh"), heat)
    whole = np.maximum(carried + loss, loss)
    lost = np.divide(loss, whole, out=np.zeros_like(loss), where=whole > 0.0)
    return np.where(on_loop, 0.0, lost), lost


def _profiles(conditions: Conditions, years: int) -> Floats:
    """Profile of each line, shape (lines, years + 1)."""
    table = carbon_line_table()
    operation = np.concatenate([[0.0], np.ones(years)])
    profiles = np.empty((len(table), years + 1))
    for row, (kind, life, path) in enumerate(
        zip(table["kind"], table["life"], table["path"], strict=True)
    ):
        if kind == YEARLY and path == GRID:
            profiles[row] = np.concatenate([[0.0], conditions.grid_by_year(years)])
        elif kind == YEARLY:
            profiles[row] = operation
        elif kind == SCRAPPED:
            profiles[row] = operation * _scrapped(life, years)
        else:
            profiles[row] = 1.0 - operation
    return profiles


def _scrapped(life: str, years: int) -> Floats:
    """1 at the end of each life and of the horizon."""
    name = life.split("/")
    lasts = max(round(assumption(name[0], name[1], "life_years").value), 1)
    counted = np.arange(years + 1)
    return np.where((counted % lasts == 0) | (counted == years), 1.0, 0.0)


def carbon_by_year(
    energy: pd.DataFrame, scenario: Scenario, conditions: Conditions
) -> pd.DataFrame:
    """
    Emissions of projects in each year until the horizon.

    Parameters
    ----------
    energy
        As for `carbon_lines`; its index is the project's identifier.
    scenario
        Horizon and first year of operation besides.
    conditions
        Factors, that of the grid by year.

    Returns
    -------
    table
        Table ``carbon_by_year``: one row per project and year, year 0 that of building. Grams per
        kWh delivered count operation only (electricity, pumping, backup, leaks): neither pipes nor
        scrapping, which would fall on single years; those stand in the tonnes.
    """
    years = scenario.economics.life_years
    lines = carbon_lines(energy, scenario, conditions, years)
    net, avoided = lines.net(), lines.tonnes(AVOIDED)
    heat = energy["heat_mwh"].to_numpy(dtype=float)[:, None]
    year = np.arange(years + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        grams = [G_PER_KG * tonnes / heat for tonnes in (lines.tonnes(*OPERATION), avoided)]
    for grid in grams:
        grid[:, 0] = np.nan
    columns = {
        "emitted_t_co2e": avoided - net,
        "avoided_t_co2e": avoided,
        "net_t_co2e": net,
        "cumulative_t_co2e": net.cumsum(axis=1),
        "carbon_g_per_kwh": grams[0],
        "present_g_per_kwh": grams[1],
    }
    return pd.DataFrame(
        {
            "project_id": np.repeat(energy.index.to_numpy(), years + 1),
            "year": np.tile(year, len(energy)),
            "calendar_year": np.tile(scenario.economics.first_year - 1 + year, len(energy)),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )
