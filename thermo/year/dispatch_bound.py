"""
How far the rule-based dispatch is from the best possible, by linear programming.

The programme knows all hours and prices, shares the plant's limits and has the store and the COP of
each hour, but no least load and no loss of COP at part load. So its cost is a true lower bound, for
the rule and for any other dispatch. One link at a time; thousands of links are not meant to be
bounded, a few of each kind are.

Method: one programme of heat pump, boiler and store content in each hour, solved by HiGHS through
scipy (Virtanen et al. 2020, SciPy 1.0, doi 10.1038/s41592-019-0686-2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, diags_array, eye_array, hstack, vstack

from ..arrays import Numeric, refuse_outside
from ..dispatch import Dispatch, dispatch_links
from ..errors import PhysicsRangeError
from .plant import KWH_PER_MWH, FloatArray, HourlyLoad, Links, Machine, SourceHours, links_of

if TYPE_CHECKING:
    from .store import Store


class EnergyPrices(NamedTuple):
    """Prices per MWh of electricity, of heat from the boiler, of source heat and of heat missed."""

    electricity_per_mwh: float
    backup_per_mwh: float
    source_per_mwh: float = 0.0
    unserved_per_mwh: float = 0.0


class DispatchBound(NamedTuple):
    """Least cost of energy in all hours, and the energies of one dispatch that has it [MWh]."""

    cost: float
    heat_pump_mwh: float
    electricity_mwh: float
    backup_mwh: float
    unserved_mwh: float


class DispatchGap(NamedTuple):
    """Cost of the rule, its lower bound and the distance per bound [-], one value per link."""

    cost: FloatArray
    bound: FloatArray
    gap_share: FloatArray


def energy_cost(result: Dispatch, prices: EnergyPrices) -> FloatArray:
    """
    Cost of the energy of a dispatch, in the currency of the prices.

    Parameters
    ----------
    result
        What the plants did.
    prices
        Prices per MWh; the backup price is per heat, so fuel price per boiler efficiency.

    Returns
    -------
    cost
        One value per link.

    Examples
    --------
    >>> import numpy as np
    >>> from heatreach.thermo.dispatch import dispatch
    >>> load = HourlyLoad(heat_mwh=np.array([24.0]), shapes=np.full(24, 1 / 24))
    >>> machine = Machine(heat_pump_kw=500.0, cop=4.0, source_share=0.75)
    >>> result = dispatch(load, SourceHours(source_kw=900.0), machine)
    >>> energy_cost(result, EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0))
    array([1260.])
    """
    return np.asarray(
        result.electricity_mwh * prices.electricity_per_mwh
        + result.backup_mwh * prices.backup_per_mwh
        + result.source_mwh * prices.source_per_mwh
        + result.unserved_mwh * prices.unserved_per_mwh
    )


def dispatch_bound(
    load: HourlyLoad,
    source: SourceHours,
    machine: Machine,
    *,
    prices: EnergyPrices,
    store: Store | None = None,
    boiler_kw: Numeric | None = None,
) -> list[DispatchBound]:
    """
    Least cost at which each link's load can be served, whatever the rule.

    Parameters
    ----------
    load, source, machine, store, boiler_kw
        As in `dispatch.dispatch`; a second or so per link and year.
    prices
        Prices per MWh. With a boiler of limited output the price of heat missed must be above 0.

    Returns
    -------
    bounds
        One per link.

    Raises
    ------
    PhysicsRangeError
        If a price is negative, or heat may be missed for nothing.

    Notes
    -----
    Least ``sum(q (p_el / COP + source_share p_src) + b p_backup + u p_missed)`` such that in each
    hour ``q + b + u = load + e - keep e_before`` with ``0 <= q <= p``, ``0 <= b <= boiler``,
    ``0 <= e <= capacity``, and the change of content within the store's power. The store is empty
    before the first hour. Least load and part load are left out, which can only lower the cost.

    Examples
    --------
    >>> import numpy as np
    >>> day = np.repeat([1.0, 5.0], 12) / 72
    >>> load = HourlyLoad(heat_mwh=np.array([72.0]), shapes=day)
    >>> machine = Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75)
    >>> from heatreach.thermo.year.store import Store
    >>> tank = Store(capacity_mwh=10.0, loss_share_per_hour=0.0)
    >>> prices = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0)
    >>> source = SourceHours(source_kw=5000.0)
    >>> best = dispatch_bound(load, source, machine, prices=prices, store=tank)[0]
    >>> round(best.backup_mwh, 6), round(best.cost, 6)
    (14.0, 2570.0)
    """
    links = links_of(load, source, machine, store=store, boiler_kw=boiler_kw)
    return _bounds(links, prices)


def dispatch_gap(
    load: HourlyLoad,
    source: SourceHours,
    machine: Machine,
    *,
    prices: EnergyPrices,
    store: Store | None = None,
    boiler_kw: Numeric | None = None,
    part_load: bool = True,
) -> DispatchGap:
    """
    How much dearer the rule's dispatch is than the best possible, per link.

    Parameters
    ----------
    load, source, machine, store, boiler_kw, part_load
        As in `dispatch.dispatch`; a second or so per link and year.
    prices
        As in `dispatch_bound`.

    Returns
    -------
    gap
        Costs in the currency of the prices, and the gap per bound [-], 0 or more but for the
        solver's tolerance; 0 where both cost nothing.

    Raises
    ------
    PhysicsRangeError
        As in `dispatch_bound`.

    Notes
    -----
    The gap holds what the rule does worse and what the programme leaves out: least load, part load.
    Where fuel is cheaper than electricity per COP, the programme leaves the machine off and the gap
    says what running it costs.

    Measured over 8,760 h for loads with 10 to 100 % hot water and stores of 0 to 24 h
    (``tests/benchmarks/bench_dispatch.py``): nothing at constant COP; up to 2 % with part load;
    with a least load of 25 %, up to 0.1 % with a store and 10 % without; up to 2 % where COP rises
    by 0.05 per kelvin outdoors and the programme fills the store in warm hours.

    Examples
    --------
    >>> import numpy as np
    >>> load = HourlyLoad(heat_mwh=np.array([72.0]), shapes=np.repeat([1.0, 5.0], 12) / 72)
    >>> machine = Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75)
    >>> prices = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0)
    >>> source = SourceHours(source_kw=5000.0)
    >>> gap = dispatch_gap(load, source, machine, prices=prices, part_load=False)
    >>> bool(abs(gap.gap_share[0]) < 1e-6)
    True
    """
    links = links_of(load, source, machine, store=store, boiler_kw=boiler_kw)
    bound = np.array([least.cost for least in _bounds(links, prices)])
    cost = energy_cost(dispatch_links(links, part_load=part_load), prices)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(cost == bound, 0.0, (cost - bound) / bound)
    return DispatchGap(cost=cost, bound=bound, gap_share=gap)


def _bounds(links: Links, prices: EnergyPrices) -> list[DispatchBound]:
    """Bound of every link."""
    for name, price in zip(prices._fields, prices, strict=True):
        refuse_outside(price, 0.0, np.inf, what=name, unit="per MWh", advice="give 0 or more")
    if np.isfinite(links.boiler_kw).any() and prices.unserved_per_mwh <= 0.0:
        raise PhysicsRangeError(
            "a boiler of limited output may leave heat unserved at 0 per MWh; give"
            " unserved_per_mwh, above the price of backup heat"
        )
    return [_bound(links, row, prices) for row in range(len(links.heat_kwh))]


def _bound(links: Links, row: int, prices: EnergyPrices) -> DispatchBound:
    """Solve the programme of one link, with the mean load as unit of heat."""
    load = links.load(np.array([row]))[0]
    hours, scale = len(load), max(float(load.mean()), float(np.finfo(float).tiny))
    per_heat = np.broadcast_to(1.0 / links.cop[links.point_of[row]], load.shape)
    change = _change(hours, 1.0 - links.store_loss_share[row])
    one, power = eye_array(hours), links.store_kw[row] / scale
    blank = csc_array((2 * hours, 3 * hours))
    limited = bool(np.isfinite(power))
    found = linprog(
        _cost(links, row, prices, per_heat),
        A_ub=csc_array(hstack([blank, vstack([change, -change])])) if limited else None,
        b_ub=np.full(2 * hours, power) if limited else None,
        A_eq=csc_array(hstack([one, one, one, -change])),
        b_eq=load / scale,
        bounds=_limits(links, row) / scale,
        method="highs",
    )
    if found.status != 0:
        raise PhysicsRangeError(f"no dispatch found for link {row}: {found.message}")
    heat, backup, unserved, _ = found.x.reshape(4, hours) * (scale / KWH_PER_MWH)
    return DispatchBound(
        cost=float(found.fun * scale / KWH_PER_MWH),
        heat_pump_mwh=float(heat.sum()),
        electricity_mwh=float((heat * per_heat).sum()),
        backup_mwh=float(backup.sum()),
        unserved_mwh=float(unserved.sum()),
    )


def _change(hours: int, keep_share: float) -> csc_array:
    """Change of content in each hour, as a matrix on the contents at its end."""
    return csc_array(eye_array(hours) - diags_array(np.full(hours - 1, keep_share), offsets=-1))


def _cost(links: Links, row: int, prices: EnergyPrices, per_heat: FloatArray) -> FloatArray:
    """Cost per heat of machine, boiler, heat missed and content, hour after hour."""
    share = np.broadcast_to(links.source_share[links.point_of[row]], per_heat.shape)
    machine = per_heat * prices.electricity_per_mwh + share * prices.source_per_mwh
    others = (prices.backup_per_mwh, prices.unserved_per_mwh, 0.0)
    return np.concatenate([machine, *(np.full(len(per_heat), price) for price in others)])


def _limits(links: Links, row: int) -> FloatArray:
    """Least and most of machine, boiler, heat missed [kW] and content [kWh], hour after hour."""
    able, boiler = links.able(np.array([row]))[0], links.boiler_kw[row]
    missed = np.inf if np.isfinite(boiler) else 0.0
    most = (boiler, missed, links.store_kwh[row])
    top = np.concatenate([able, *(np.full(links.hours, value) for value in most)])
    return np.column_stack([np.zeros_like(top), top])
