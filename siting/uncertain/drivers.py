"""
Drivers: the assumptions that an appraisal hangs on, each with its central value and its range.

Which they are, and which row of ``data/`` each takes its range from, is the table ``drivers``. How
far a money line follows a driver stands in ``cash_lines``. What the user gives himself has no range
and is not drawn; decisions (rate, horizon, tariff discount, grant) are no drivers, and contingency
is one that is not drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import Assumption, assumption, load_table, price

from ..appraisal.figures import fuel_price_row
from ..appraisal.social import carbon_values
from .draws import within_range

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario

    Floats = npt.NDArray[np.float64]

RATIO, CHANGE, LIFE = "ratio", "change", "life"
LOG = "log"
DECISION = "decision"
_GRID, _STAND_IN = "electricity_kg_per_kwh", "stands for today only"
_LINE, _ROW, _FUEL, _CONDITION = "line", "row", "fuel", "condition"
_SCENARIO, _SOCIETY = "scenario", "society"


@cache
def _driver_table() -> pd.DataFrame:
    """Drivers as read; callers get copies."""
    table = load_table("drivers").set_index("driver")
    for name, blank in (("least", -np.inf), ("most", np.inf)):
        table[name] = pd.to_numeric(table[name].replace("", np.nan)).fillna(blank)
    return table


def driver_table() -> pd.DataFrame:
    """
    Every driver.

    Returns
    -------
    drivers
        Index ``driver``; ``label`` in plain words; ``kind``: ``ratio`` (multiplies amounts),
        ``change`` (a yearly change of a price) or ``life`` (multiplies years); ``how`` and
        ``origin`` of the range; ``scale`` on which it is drawn, ``linear`` or ``log``; ``scope``:
        ``shared`` by all projects, each ``project`` for itself, or a ``decision``, which has a
        range but is not drawn; ``group`` of drivers that go together; ``unit``; ``least`` and
        ``most`` that the value can be at all.

    Examples
    --------
    >>> driver_table().loc["cop", ["scope", "group", "scale"]].tolist()
    ['project', 'machines', 'linear']
    """
    return _driver_table().copy()


def group_correlation(group: str) -> float:
    """
    Correlation of any two drivers of a group.

    Parameters
    ----------
    group
        Word in the column ``group`` of the drivers; blank for drivers on their own.

    Returns
    -------
    correlation
        Row ``correlation_share`` of ``draw_rules``; 0 for the blank.

    Examples
    --------
    >>> group_correlation("energy_prices"), group_correlation("")
    (0.6, 0.0)
    """
    return assumption("draw_rules", group, "correlation_share").value if group else 0.0


def exponents(drivers: str) -> dict[str, float]:
    """
    Powers of the drivers that an amount is a product of.

    Parameters
    ----------
    drivers
        Cell of a line, for example ``"electricity_price:1 cop:-1"``; powers may be fractions.

    Returns
    -------
    powers
        By driver.

    Examples
    --------
    >>> exponents("electricity_price:1 cop:-1")
    {'electricity_price': 1.0, 'cop': -1.0}
    """
    pairs = (part.split(":") for part in drivers.split())
    return {name: float(power) for name, power in pairs}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """
    Where the drivers of each project lie.

    Attributes
    ----------
    drivers
        Of `driver_table`.
    rows
        Identifiers of the projects.
    centre, low, high
        What is drawn, shape (rows, drivers): ratio to the central value (centre 1) or, for yearly
        changes, the change itself.
    figure
        Central value in the driver's own unit, shape (rows, drivers); NaN where the project has
        none.
    log
        Where the logarithm is what is drawn, so that half and double are equally far; shape (rows,
        drivers).
    """

    drivers: pd.DataFrame
    rows: pd.Index
    centre: Floats
    low: Floats
    high: Floats
    figure: Floats
    log: npt.NDArray[np.bool_]

    @property
    def is_change(self) -> npt.NDArray[np.bool_]:
        """Drivers that are yearly changes."""
        return np.array([kind == CHANGE for kind in self.drivers["kind"].tolist()])

    @property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """Where a range has a width and chance has a part in it, shape (rows, drivers)."""
        decided = np.array([scope == DECISION for scope in self.drivers["scope"].tolist()])
        return np.asarray((self.high > self.low) & ~decided)

    @property
    def correlation(self) -> Floats:
        """Correlation of each driver with others of its group, shape (drivers,)."""
        groups = self.drivers["group"].tolist()
        known = {group: group_correlation(group) for group in dict.fromkeys(groups)}
        return np.array([known[group] for group in groups])

    def at(
        self, row: int, places: npt.NDArray[np.intp], factors: Floats, *, distribution: str
    ) -> Floats:
        """
        Drawn values of some drivers of one project.

        Parameters
        ----------
        row
            Place of the project.
        places
            Those of the drivers.
        factors
            Between 0 and 1, shape (places, draws).
        distribution
            As for `heatreach.siting.uncertain.draws.within_range`.

        Returns
        -------
        drawn
            Shape (places, draws).
        """
        log = self.log[row, places][:, None]
        centre, low, high = (
            part[row, places][:, None] for part in (self.centre, self.low, self.high)
        )
        # The logarithm of what is not on that scale is never used.
        ends = [
            np.where(log, np.log(np.where(log, part, 1.0)), part) for part in (centre, low, high)
        ]
        drawn = within_range(factors, ends[0], ends[1], ends[2], distribution=distribution)
        chosen = log[:, 0]
        drawn[chosen] = np.exp(drawn[chosen])
        return drawn

    def in_own_unit(self, drawn: Floats, row: int) -> Floats:
        """Drawn values of one project, shape (…, drivers), in the unit of each driver."""
        return np.where(self.is_change, drawn, drawn * self.figure[row])


def driver_ranges(
    amounts: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    energy: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    *,
    country: str,
) -> Ranges:
    """
    Central value and range of every driver in every project.

    Parameters
    ----------
    amounts
        Amounts of the bill with every cost row at its value, low and high end; rows × lines.
    energy
        Energies of the projects; ranges of heat and COP where it has them.
    scenario
        Shares, and which of them the user set.
    conditions
        Prices and factors.
    country
        ISO 3166-1 alpha-2 code; its rows go first.

    Returns
    -------
    ranges
        One row per project.

    Notes
    -----
    A driver that stands for several rows of ``data/`` takes the mean of their ratios of low and
    high to value; the value shown is that of the first.
    """
    table = _driver_table()
    found = []
    for _, driver in table.iterrows():
        how, origin = driver["how"], driver["origin"]
        if how == _LINE:
            ends = [frame[origin].to_numpy(dtype=float) for frame in amounts]
        elif how in (_ROW, _FUEL, _CONDITION, _SCENARIO, _SOCIETY):
            ends = _everywhere(how, origin, scenario, conditions, country)
        else:
            ends = _of_columns(origin.split(), driver["fallback"], energy)
        found.append(_drawn(driver["kind"], ends, len(energy)))
    centre, low, high, figure = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return Ranges(
        drivers=table.copy(),
        rows=energy.index,
        centre=centre,
        low=low,
        high=high,
        figure=figure,
        log=(table["scale"] == LOG).to_numpy() & (low > 0.0),
    )


def _drawn(kind: str, ends: list[Floats], rows: int) -> tuple[Floats, ...]:
    """Centre, low and high of what is drawn and the figure behind, one per row."""
    value, low, high = (np.broadcast_to(end, rows).astype(float) for end in ends)
    low, high = np.minimum(low, value), np.maximum(high, value)
    if kind == CHANGE:
        return value, low, high, value
    one = np.ones(rows)
    usable = np.isfinite(low) & np.isfinite(high) & (value > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return one, np.where(usable, low / value, one), np.where(usable, high / value, one), value


def _everywhere(
    how: str, origin: str, scenario: Scenario, conditions: Conditions, country: str
) -> list[Floats]:
    """Value, low and high of a figure that holds for all projects."""
    if how == _CONDITION:
        row = getattr(conditions, origin)
        given_by_file = origin == _GRID and grid_from_file(conditions)
        return [np.array(row.value)] * 3 if given_by_file else _ends([row])
    if how == _FUEL:
        return _ends([fuel_price_row(origin, scenario, country)])
    if how == _SCENARIO:
        return _decided(origin, scenario)
    if how == _SOCIETY:
        first = [carbon_values(scenario, 1, column=end)[1] for end in ("value", "low", "high")]
        return [np.array(value) for value in first]
    money = scenario.economics.money
    return _ends([_row(key, money, country) for key in origin.split()])


def grid_from_file(conditions: Conditions) -> bool:
    """
    Tell whether the emissions of electricity come from the user's file, year by year.

    Parameters
    ----------
    conditions
        Of the study.

    Returns
    -------
    from_file
        Then the row of the table only stands for today, and has no part in the years.
    """
    return _STAND_IN in conditions.electricity_kg_per_kwh.note


def _row(key: str, money: str, country: str) -> Assumption:
    """Row ``table/name/parameter`` for a country, in the plan's money."""
    table, name, parameter = key.split("/")
    row = assumption(table, name, parameter, country)
    return price(table, name, parameter, target=money, region=country) if row.price_base else row


def _ends(rows: list[Assumption]) -> list[Floats]:
    """Value of the first row, times the mean ratios of all."""
    value = rows[0].value
    if any(row.value == 0.0 for row in rows):
        return [np.array(value), np.array(value), np.array(value)]
    low, high = (
        float(np.mean([getattr(row, end) / row.value for row in rows])) for end in ("low", "high")
    )
    return [np.array(value), np.array(value * low), np.array(value * high)]


def _decided(origin: str, scenario: Scenario) -> list[Floats]:
    """Figure of the scenario; without range where the user set it."""
    section, key = origin.split(".")
    part = getattr(scenario, section)
    value = np.array(float(getattr(part, key)))
    if key in part.model_fields_set:
        return [value, value, value]
    row = assumption("scenario", section, key)
    return [value, np.array(row.low), np.array(row.high)]


def _of_columns(names: list[str], fallback: str, energy: pd.DataFrame) -> list[Floats]:
    """Value, low and high columns of the projects; ratios of the fallback where they are blank."""
    value, low, high = (
        energy[name].to_numpy(dtype=float) if name in energy else np.full(len(energy), np.nan)
        for name in names
    )
    if fallback:
        row = assumption(*fallback.split("/"))
        unknown = ~(np.isfinite(low) & np.isfinite(high))
        low = np.where(unknown, value * row.low / row.value, low)
        high = np.where(unknown, value * row.high / row.value, high)
    return [value, low, high]
