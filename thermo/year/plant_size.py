"""
Sizes of heat pump and store with the least cost of heat.

Every size of a grid is dispatched over all hours and priced; the cheapest is taken and the whole
grid is kept, since the cost is flat around its minimum and a planner wants to see how flat. The
grid's points are rows of one dispatch. What machines cost is the caller's to say, as annual cost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arrays import Numeric, as_array, refuse_outside
from ..dispatch import dispatch_links
from ..errors import PhysicsRangeError
from ..modules import modules_needed
from .dispatch_bound import EnergyPrices, energy_cost
from .plant import KWH_PER_MWH, ROUNDING, FloatArray, HourlyLoad, Machine, SourceHours, links_of
from .store import hot_water_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from .plant import IntArray, Links

    AnnualCost = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]


class PlantSizes(NamedTuple):
    """
    Cheapest plant of each link (n,), and the grid it was chosen from (n, shares, store hours).

    ``grid_covered_share`` is the share of load that neither boiler nor absence served.
    """

    heat_pump_kw: FloatArray
    store_mwh: FloatArray
    boiler_kw: FloatArray
    lcoh_per_mwh: FloatArray
    covered_share: FloatArray
    grid_heat_pump_kw: FloatArray
    grid_store_mwh: FloatArray
    grid_boiler_kw: FloatArray
    grid_lcoh_per_mwh: FloatArray
    grid_covered_share: FloatArray


def least_cost_size(
    load: HourlyLoad,
    source: SourceHours,
    machine: Machine,
    *,
    peak_shares: Numeric,
    store_hours: Numeric,
    annual_cost: AnnualCost,
    prices: EnergyPrices,
    standby_share: float,
    module_kw: float | None = None,
) -> PlantSizes:
    """
    Heat pump and store of least levelised cost of heat, for every link.

    Parameters
    ----------
    load, source
        As in `dispatch.dispatch`.
    machine
        COP, source share and least load; its ``heat_pump_kw`` is not used, nor its ``units`` where
        ``module_kw`` is given.
    peak_shares
        Sizes to try: heat output per highest load [-], one or several. 0 is no heat pump. What the
        source cannot feed in its best hour is cut off.
    store_hours
        Stores to try: content per heat output of the heat pump [h], one or several. 0 is no store.
    annual_cost
        Called once with heat pump [kW], store [MWh], boiler [kW] and heat of the heat pump [MWh] of
        all links and sizes, shape (links, shares, stores); returns the cost per year of building
        and keeping them.
    prices
        Prices per MWh in the same currency; upkeep per heat of the boiler belongs to its price.
    standby_share
        Output of the boiler per highest load [-], at least; 1 lets it carry all heat alone. It is
        never smaller than what the hours ask of it.
    module_kw
        Largest heat output of one machine [kW]; larger heat pumps are several. One machine if left
        out.

    Returns
    -------
    sizes
        Chosen sizes, their cost per MWh of heat to the consumers, and the grid.

    Raises
    ------
    PhysicsRangeError
        If a size is negative or no size is given, the annual cost does not have the shape of the
        grid, or the inputs do not fit each other (see `plant.links_of`).

    Notes
    -----
    ``LCOH = (annual cost + energy cost) / heat``, with the energies of the hourly balance
    (`dispatch.dispatch`, part load counted) and heat without the network's losses. Of equal costs
    the smaller heat pump, then the smaller store, is taken. The minimum is one of the grid, not
    refined between its points. COP does not change with the size tried. Stores lose heat like
    `store.hot_water_store`.

    Examples
    --------
    >>> import numpy as np
    >>> load = HourlyLoad(heat_mwh=np.array([72.0]), shapes=np.repeat([1.0, 5.0], 12) / 72)
    >>> sizes = least_cost_size(
    ...     load,
    ...     SourceHours(source_kw=9000.0),
    ...     Machine(heat_pump_kw=0.0, cop=4.0, source_share=0.75),
    ...     peak_shares=np.linspace(0.0, 1.0, 6),
    ...     store_hours=np.array([0.0, 4.0]),
    ...     annual_cost=lambda heat_pump, store, boiler, heat: 0.2 * heat_pump + 5.0 * store,
    ...     prices=EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0),
    ...     standby_share=1.0,
    ... )
    >>> sizes.heat_pump_kw, sizes.store_mwh
    (array([4000.]), array([16.]))
    """
    shares, hours = _grid(peak_shares, "share of peak"), _grid(store_hours, "store hours")
    unit = links_of(load, source, replace(machine, heat_pump_kw=1.0))
    shape = (len(unit.heat_kwh), len(shares), len(hours))
    tried = np.minimum(unit.peak_kw()[:, None] * shares, _fed_kw(unit)[:, None])
    heat_pump = np.broadcast_to(tried[:, :, None], shape)
    content = heat_pump * hours / KWH_PER_MWH
    result = dispatch_links(_sized(unit, heat_pump, content, module_kw))
    backup, peak = result.peak_backup_kw.reshape(shape), result.peak_load_kw.reshape(shape)
    boiler = np.maximum(backup, peak * _standby(standby_share))
    made = result.heat_pump_mwh.reshape(shape)
    fixed = np.asarray(annual_cost(heat_pump, content, boiler, made), dtype=np.float64)
    if fixed.shape != shape:
        raise PhysicsRangeError(f"annual cost has shape {fixed.shape}, not {shape} of its inputs")
    with np.errstate(divide="ignore", invalid="ignore"):
        heat = unit.heat_kwh[:, None, None] / KWH_PER_MWH
        lcoh = (fixed + energy_cost(result, prices).reshape(shape)) / heat
    grids = (heat_pump, content, boiler, lcoh, result.covered_share.reshape(shape))
    best = _smallest_of_the_cheapest(lcoh.reshape(shape[0], -1))
    at = (np.arange(shape[0]), best)
    choice = [grid.reshape(shape[0], -1)[at] for grid in grids]
    return PlantSizes._make([*choice, *grids])


def _fed_kw(unit: Links) -> FloatArray:
    """Largest heat output that the source of each link feeds in its best hour [kW]."""
    best = unit.source_kw * unit.source_shapes.max(axis=1)[unit.source_of]
    return np.asarray(best / unit.source_share.min(axis=1)[unit.point_of])


def _sized(
    unit: Links, heat_pump_kw: FloatArray, store_mwh: FloatArray, module_kw: float | None
) -> Links:
    """Links with machines of 1 kW, repeated with every size of machine and store."""
    many = unit.repeated(heat_pump_kw[0].size)
    units = many.units
    if module_kw is not None:
        units = np.maximum(as_array(modules_needed(heat_pump_kw.ravel(), module_kw)), 1.0)
    loss = float(hot_water_store(0.0).loss_share_per_hour)
    return replace(
        many,
        machine_kw=heat_pump_kw.ravel(),
        least_kw=many.least_kw * heat_pump_kw.ravel(),
        units=units,
        store_kwh=store_mwh.ravel() * KWH_PER_MWH,
        store_loss_share=np.full(heat_pump_kw.size, loss),
    )


def _smallest_of_the_cheapest(cost: FloatArray) -> IntArray:
    """First column of each row whose cost is the least, blind to rounding; sizes ascend."""
    least = cost.min(axis=1, keepdims=True)
    return np.asarray(np.argmax(cost <= least + np.abs(least) * ROUNDING, axis=1))


def _grid(values: Numeric, what: str) -> FloatArray:
    """Sizes to try, ascending, each once."""
    sizes = refuse_outside(values, 0.0, np.inf, what=what, unit="", advice="give 0 or more")
    if sizes.size == 0 or not np.isfinite(sizes).all():
        raise PhysicsRangeError(f"no {what} to try; give at least one number")
    return np.unique(sizes)


def _standby(share: float) -> float:
    """Boiler per peak, checked."""
    advice = "1 is a boiler for the whole load"
    checked = refuse_outside(share, 0.0, np.inf, what="standby", unit="of peak", advice=advice)
    return float(checked)
