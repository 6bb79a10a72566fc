"""
How draws bend the years: other lives, other yearly changes of prices.

Lines that share kind, life and price path are one class with one profile over the years. Lives are
whole years, so their profiles stand in a table; a price that changes otherwise bends its path year
by year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

from ..appraisal.cash_flow import cash_lines, line_lives, line_profiles
from ..appraisal.line_values import STRAIGHT_LINE
from ..appraisal.price_paths import price_paths
from .drivers import CHANGE, LIFE

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .drivers import Ranges

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

_NUDGE = 0.01
_BLOCK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """
    What each class of lines does over the years, and which drivers bend that.

    Attributes
    ----------
    of_line
        Class of each line.
    table
        Shape (classes, lives, years): by whole years of life for what wears out; else row 0.
    life_years, life_driver
        Central life of each class, and the driver that scales it; −1 where nothing wears out.
    change_driver, change
        Driver that bends the price path of each class, −1 where none does, and its central value.
    """

    of_line: Integers
    table: Floats
    life_years: Floats
    life_driver: Integers
    change_driver: Integers
    change: Floats


def class_profiles(ranges: Ranges, scenario: Scenario, conditions: Conditions) -> Profiles:
    """
    Profiles of the classes of lines, and the drivers that bend them.

    Parameters
    ----------
    ranges
        Drivers of the projects.
    scenario, conditions
        Horizon, residual value, price paths.

    Returns
    -------
    profiles
        Classes of equal kind, life and path, by whole years of life up to the longest drawn.
    """
    place = {str(name): number for number, name in enumerate(ranges.drivers.index)}
    lines, years = cash_lines(), scenario.economics.life_years
    lives, scaled_by = line_lives(), _life_drivers(ranges, place)
    most = max(
        (lives[key] * max(ranges.high[:, number].max(initial=1.0), 1.0))
        for key, number in scaled_by.items()
    )
    whole = np.arange(1.0, np.ceil(most) + 2.0)
    paths = price_paths(scenario, conditions, years)
    residual = scenario.economics.residual_value == STRAIGHT_LINE
    profiles = line_profiles(years, dict.fromkeys(lives, whole), paths, residual=residual)
    kinds = (lines["kind"] + "/" + lines["life"] + lines["path"]).to_numpy()
    _, first, of_line = np.unique(kinds, return_index=True, return_inverse=True)
    chosen = lines.iloc[first]
    bent = _bent_paths(ranges, scenario, conditions, paths, place)
    change = np.array([bent.get(path, -1) for path in chosen["path"]])
    return Profiles(
        of_line=of_line.reshape(-1),
        table=np.ascontiguousarray(profiles[:, first].transpose(1, 0, 2)),
        life_years=np.array([lives.get(key, 1.0) for key in chosen["life"]]),
        life_driver=np.array([scaled_by.get(key, -1) for key in chosen["life"]]),
        change_driver=change,
        change=_central_changes(change, ranges),
    )


def _central_changes(change: Integers, ranges: Ranges) -> Floats:
    """Central yearly change of each class: the same in all projects."""
    if not len(ranges.rows):
        return np.zeros(len(change))
    return np.where(change >= 0, ranges.centre[0, np.maximum(change, 0)], 0.0)


def _life_drivers(ranges: Ranges, place: dict[str, int]) -> dict[str, int]:
    """Driver that scales each life ``table/name``."""
    rows = ranges.drivers[ranges.drivers["kind"] == LIFE]["origin"]
    return {
        row.rpartition("/")[0]: place[str(name)]
        for name, cell in rows.items()
        for row in cell.split()
    }


def _bent_paths(
    ranges: Ranges,
    scenario: Scenario,
    conditions: Conditions,
    paths: dict[str, Floats],
    place: dict[str, int],
) -> dict[str, int]:
    """Driver whose change moves each price path, found by trying; a file of prices goes first."""
    bent: dict[str, int] = {}
    for name, origin in ranges.drivers[ranges.drivers["kind"] == CHANGE]["origin"].items():
        section, key = origin.split(".")
        part = getattr(scenario, section)
        moved = part.model_copy(update={key: getattr(part, key) + _NUDGE})
        other = price_paths(
            scenario.model_copy(update={section: moved}), conditions, scenario.economics.life_years
        )
        moving = [path for path in paths if not np.array_equal(paths[path], other[path])]
        bent |= dict.fromkeys(moving, place[str(name)])
    return bent


def bends(profiles: Profiles, drawn: Floats) -> tuple[Integers, Floats]:
    """
    Row of the table by life, and yearly growth against the central path, of each class and draw.

    Parameters
    ----------
    profiles
        Of `class_profiles`.
    drawn
        Ratios and changes, shape (drivers, draws).

    Returns
    -------
    life, growth
        Shape (classes, draws).
    """
    count = drawn.shape[1]
    life = np.zeros((len(profiles.table), count), dtype=np.int64)
    growth = np.ones((len(profiles.table), count))
    for number, driver in enumerate(profiles.life_driver):
        if driver >= 0:
            years = np.rint(profiles.life_years[number] * drawn[driver])
            life[number] = np.clip(years, 1.0, profiles.table.shape[1]).astype(np.int64) - 1
    for number, driver in enumerate(profiles.change_driver):
        if driver >= 0:
            growth[number] = (1.0 + drawn[driver]) / (1.0 + profiles.change[number])
    return life, growth


@compiled
def spread_flows(sums: Floats, table: Floats, life: Integers, growth: Floats) -> Floats:
    """
    Sums by class spread over the years.

    Parameters
    ----------
    sums
        Money of each class, shape (sums, classes, draws).
    table, life, growth
        Of `Profiles` and `bends`, of the same classes.

    Returns
    -------
    flows
        Shape (sums, draws, years).
    """
    kinds, classes, draws = sums.shape
    years = table.shape[2]
    result = np.zeros((kinds, draws, years))
    worth = np.empty(years)
    # In blocks of draws, so that their years stay in the processor's cache.
    for start in range(0, draws, _BLOCK):
        end = min(start + _BLOCK, draws)
        for number in range(classes):
            for draw in range(start, end):
                at, bend = life[number, draw], growth[number, draw]
                if bend == 1.0:
                    worth[:] = table[number, at]
                else:
                    grown = 1.0
                    for year in range(1, years):
                        worth[year] = table[number, at, year] * grown
                        grown *= bend
                    worth[0] = table[number, at, 0]
                for kind in range(kinds):
                    amount = sums[kind, number, draw]
                    if amount != 0.0:
                        for year in range(years):
                            result[kind, draw, year] += amount * worth[year]
    return result


@compiled
def class_worths(table: Floats, life: Integers, growth: Floats, factors: Floats) -> Floats:
    """
    Present value of one unit of money of each class in every draw.

    Parameters
    ----------
    table, life, growth
        Of `Profiles` and `bends`.
    factors
        Discount factors of the years.

    Returns
    -------
    worths
        Shape (classes, draws).
    """
    classes, draws = life.shape
    known = np.zeros((classes, table.shape[1]))
    for number in range(classes):
        for at in range(table.shape[1]):
            for year in range(table.shape[2]):
                known[number, at] += table[number, at, year] * factors[year]
    result = np.empty((classes, draws))
    for number in range(classes):
        for draw in range(draws):
            at, bend = life[number, draw], growth[number, draw]
            if bend == 1.0:
                result[number, draw] = known[number, at]
                continue
            worth, grown = table[number, at, 0] * factors[0], 1.0
            for year in range(1, table.shape[2]):
                worth += table[number, at, year] * grown * factors[year]
                grown *= bend
            result[number, draw] = worth
    return result
