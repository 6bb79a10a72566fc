"""
What moves the result: tornado, Sobol indices and break-even values of one project.

The tornado sets one driver after the other to the ends of its range. Sobol indices say which share
of the variance of the net present value each independent factor explains, alone (first order) and
with all that it takes part in (total). Drivers of one group share a common factor: it stands in a
row of its own, so that no variance is counted twice and indices keep their meaning although drivers
are correlated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from heatreach.data import assumption

from ..appraisal.returns import levelised_cost, npv
from .break_even import break_even_table
from .drawn_figures import drawn_figures
from .drawn_flows import COST, OPERATOR, draw_flows, draw_npv
from .draws import correlated, even_points, name_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from ..scenario import Scenario
    from .drawn_flows import DrawnModel

    Floats = npt.NDArray[np.float64]

DRIVER, GROUP = "driver", "group"
COLUMNS = [
    *("project_id", "driver", "label", "kind", "unit", "value", "low", "high"),
    *("npv_low", "npv_high", "npv_swing", "lcoh_low_per_mwh", "lcoh_high_per_mwh"),
    *("sobol_first", "sobol_first_band", "sobol_total", "sobol_total_band"),
    *("break_even", "break_even_ratio", "break_even_count", "break_even_in_range"),
]
"""Columns of the table ``sensitivity``."""
_CHUNK = 16_384
_ROUNDING = 1e-11


class Sobol(NamedTuple):
    """Indices of independent factors, each with half the width of its 95 % band."""

    first: Floats
    first_band: Floats
    total: Floats
    total_band: Floats


def sobol_indices(
    evaluate: Callable[[Floats], Floats], width: int, *, evaluations: int, seed: list[int]
) -> Sobol:
    """
    First-order and total Sobol indices of a function of independent factors.

    Parameters
    ----------
    evaluate
        Takes factors between 0 and 1, shape (points, width); gives one number per point.
    width
        Number of factors.
    evaluations
        Most points that may be asked for.
    seed
        Whole numbers; the same ones give the same points.

    Returns
    -------
    indices
        One per factor, in the order of the columns. Estimates: small ones may come out below 0.

    Notes
    -----
    Saltelli's design of ``N·(width + 2)`` points, ``N`` a power of two: two even samples A and B,
    and A with one column after the other from B. The estimators are SALib's (first order after
    Saltelli 2010, total after Jansen), their bands from bootstrap samples.

    References
    ----------
    A. Saltelli et al., Variance based sensitivity analysis of model output, Computer Physics
    Communications 181 (2010) 259. doi:10.1016/j.cpc.2009.09.018

    Examples
    --------
    >>> found = sobol_indices(lambda u: 3.0 * u[:, 0] + u[:, 1], 2, evaluations=8192, seed=[1])
    >>> found.first.round(2).tolist(), found.total.round(2).tolist()
    ([0.9, 0.1], [0.9, 0.1])
    """
    # SALib takes a second to import: only studies that ask for indices wait for it.
    from SALib.analyze import sobol

    if width == 0:
        nothing = np.empty(0)
        return Sobol(nothing, nothing, nothing, nothing)
    base = 1 << max(int(evaluations // (width + 2)).bit_length() - 1, 4)
    points = _saltelli(even_points(base, 2 * width, seed=seed, sampling="sobol"))
    results = np.concatenate(
        [evaluate(points[at : at + _CHUNK]) for at in range(0, len(points), _CHUNK)]
    )
    if np.ptp(results) == 0.0:
        none = np.zeros(width)
        return Sobol(none, none, none, none)
    number = np.random.SeedSequence(seed).generate_state(1)[0]
    found = sobol.analyze(
        {"num_vars": width, "names": [str(at) for at in range(width)], "bounds": [[0, 1]] * width},
        results,
        calc_second_order=False,
        num_resamples=round(assumption("draw_rules", "sobol", "resamples").value),
        seed=int(number) or 1,
    )
    return Sobol(*(np.asarray(found[name]) for name in ("S1", "S1_conf", "ST", "ST_conf")))


def _saltelli(base: Floats) -> Floats:
    """Points A, A with each column from B, B, one base point after the other as SALib wants it."""
    width = base.shape[1] // 2
    points = np.repeat(base[:, None, :width], width + 2, axis=1)
    each = np.arange(width)
    points[:, each + 1, each] = base[:, width:]
    points[:, -1] = base[:, width:]
    return points.reshape(-1, width)


def sensitivity_table(
    model: DrawnModel, row: int, ends: Mapping[str, Floats], scenario: Scenario
) -> pd.DataFrame:
    """
    Tornado, Sobol indices and break-even values of one project.

    Parameters
    ----------
    model
        Projects and their drivers.
    row
        Place of the project.
    ends
        Of `driver_ends`.
    scenario
        Seed, distribution and money.

    Returns
    -------
    table
        Rows of the table ``sensitivity``, largest swing first: drivers that move the net present
        value, and groups of which at least two do. Drivers with a very small swing get no indices
        (``swing_share`` of ``draw_rules``).
    """
    tornado = _tornado(model, row, ends)
    moving = tornado["npv_swing"].to_numpy() > 0.0
    least = assumption("draw_rules", "sobol", "swing_share").value * tornado["npv_swing"].max()
    large = tornado["npv_swing"].to_numpy() >= least
    active = np.flatnonzero(moving & large & model.ranges.drawn[row])
    groups = _groups(model, active)
    indices = _indices(model, row, active, groups, scenario)
    drivers = tornado[moving].assign(**break_even_table(model, row, np.flatnonzero(moving)))
    for name, values in _columns(indices, slice(0, len(active))).items():
        drivers[name] = pd.Series(values, index=tornado.index[active])
    common = _group_rows(model, row, groups).assign(
        **_columns(indices, slice(len(active), len(active) + len(groups)))
    )
    parts = [part for part in (drivers, common) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else drivers
    table = table.sort_values(["npv_swing", "driver"], ascending=[False, True], kind="stable")
    currency = scenario.economics.money.split()[0]
    return (
        table.assign(
            project_id=str(model.ranges.rows[row]),
            unit=table["unit"].str.replace("EUR", currency, regex=False),
            break_even_count=table["break_even_count"].astype("Int64"),
            break_even_in_range=table["break_even_in_range"].fillna(""),
        )
        .reindex(columns=COLUMNS)
        .reset_index(drop=True)
    )


def driver_ends(model: DrawnModel, row: int, scenario: Scenario) -> dict[str, Floats]:
    """
    Headline figures of one project with one driver after the other at its ends.

    Parameters
    ----------
    model
        Projects and their drivers.
    row
        Place of the project.
    scenario
        Horizon and money.

    Returns
    -------
    figures
        As `heatreach.siting.uncertain.drawn_figures.drawn_figures`, shape (drivers, 2): at the low
        and at the high end, all other drivers central.
    """
    count = len(model.ranges.drivers)
    points = np.repeat(model.ranges.centre[row][:, None], 2 * count, axis=1)
    each = np.arange(count)
    points[each, each] = model.ranges.low[row]
    points[each, each + count] = model.ranges.high[row]
    figures = drawn_figures(draw_flows(model, row, points), model.factors, scenario)
    return {name: values.reshape(2, count).T for name, values in figures.items()}


def ends_of(model: DrawnModel, row: int, low: list[int], high: list[int]) -> Floats:
    """
    Drawn values with some drivers at their low and some at their high end.

    Parameters
    ----------
    model
        Projects and their drivers.
    row
        Place of the project.
    low, high
        Places of the drivers.

    Returns
    -------
    drawn
        All others central, shape (drivers,).
    """
    ranges = model.ranges
    drawn: Floats = ranges.centre[row].copy()
    drawn[low], drawn[high] = ranges.low[row, low], ranges.high[row, high]
    return drawn


def _tornado(model: DrawnModel, row: int, ends: Mapping[str, Floats]) -> pd.DataFrame:
    """Every driver at both ends, all others central."""
    ranges = model.ranges
    points = np.stack([ranges.centre[row], ranges.low[row], ranges.high[row]])
    value, low, high = ranges.in_own_unit(points, row)
    return pd.DataFrame(
        {
            "driver": ranges.drivers.index.to_numpy(),
            "label": ranges.drivers["label"].to_numpy(),
            "kind": DRIVER,
            "unit": ranges.drivers["unit"].to_numpy(),
            "value": value,
            "low": low,
            "high": high,
            **_swings(model, row, ends["npv"], ends["lcoh_per_mwh"]),
        }
    )


def _swings(model: DrawnModel, row: int, money: Floats, cost: Floats) -> dict[str, Floats]:
    """Columns of a tornado from values at low and high ends, shape (rows, 2)."""
    central = draw_npv(model, row, model.ranges.centre[row][:, None])
    whole = np.concatenate([money, np.full((len(money), 1), central)], axis=1)
    swing = np.ptp(whole, axis=1)
    # Rounding of sums is no influence, not even where the present value itself is just nothing.
    swing[swing <= _ROUNDING * np.maximum(np.abs(central), swing.max(initial=0.0))] = 0.0
    return {
        "npv_low": money[:, 0],
        "npv_high": money[:, 1],
        "npv_swing": swing,
        "lcoh_low_per_mwh": cost[:, 0],
        "lcoh_high_per_mwh": cost[:, 1],
    }


def _groups(model: DrawnModel, active: npt.NDArray[np.int64]) -> dict[str, list[int]]:
    """Active drivers of each group that has two of them or more."""
    named = model.ranges.drivers["group"].to_numpy()
    found: dict[str, list[int]] = {}
    for at in active:
        if named[at]:
            found.setdefault(str(named[at]), []).append(int(at))
    return {name: members for name, members in found.items() if len(members) > 1}


def _group_rows(model: DrawnModel, row: int, groups: dict[str, list[int]]) -> pd.DataFrame:
    """All drivers of a group at the same end together."""
    points = [ends_of(model, row, members, []) for members in groups.values()]
    points += [ends_of(model, row, [], members) for members in groups.values()]
    columns = {"driver": list(groups), "kind": GROUP, "unit": ""}
    columns["label"] = [f"{name.replace('_', ' ')}, all together" for name in groups]
    if not groups:
        return pd.DataFrame(columns)
    drawn = draw_flows(model, row, np.stack(points, axis=1))
    money = npv(drawn.flows[OPERATOR], model.factors)
    cost = levelised_cost(drawn.flows[COST], drawn.heat_mwh, model.factors)
    both = (values.reshape(2, len(groups)).T for values in (money, cost))
    return pd.DataFrame(columns | _swings(model, row, *both))


def _columns(indices: Sobol, chosen: slice) -> dict[str, Floats]:
    """Columns of some factors' indices."""
    names = ("sobol_first", "sobol_first_band", "sobol_total", "sobol_total_band")
    return {name: values[chosen] for name, values in zip(names, indices, strict=True)}


def _indices(
    model: DrawnModel,
    row: int,
    active: npt.NDArray[np.int64],
    groups: dict[str, list[int]],
    scenario: Scenario,
) -> Sobol:
    """Indices of the drivers' own factors, then of the groups' common ones."""
    ranges, distribution = model.ranges, scenario.uncertainty.distribution
    rho = ranges.correlation
    shared_by = {at: number for number, members in enumerate(groups.values()) for at in members}

    def values(factors: Floats) -> Floats:
        drawn = np.repeat(ranges.centre[row][:, None], len(factors), axis=1)
        own = factors[:, : len(active)].T.copy()
        for number, at in enumerate(active):
            if at in shared_by:
                common = factors[:, len(active) + shared_by[at]]
                own[number] = correlated(own[number], common, float(rho[at]))
        drawn[active] = ranges.at(row, active, own, distribution=distribution)
        return draw_npv(model, row, drawn)

    return sobol_indices(
        values,
        len(active) + len(groups),
        evaluations=round(assumption("draw_rules", "sobol", "evaluations").value),
        seed=[scenario.uncertainty.seed, name_number(str(ranges.rows[row])), 2],
    )
