"""
Hot-water stores: what they hold and lose, what they must hold, and how full they are hour by hour.

A store that knows the year ahead fills as late as it can and only for hours in which the machine
will fall short. Two passes over the hours do that, for many links at once: backwards for the least
content that later hours need, forwards for the content that results. For a machine of constant COP
and flat prices this is the cheapest use of the store (within the limits told in `dispatch`).
Stratification is not modelled: the store gives heat at the temperature it took it.

Method: backward induction of the required content of a lossy store; own derivation, checked against
a linear programme. Figures: ``data/heat_stores.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from heatreach.data import assumption

from ..arrays import Numeric, refuse_outside
from .plant import BLOCK, ROUNDING

if TYPE_CHECKING:
    import numpy.typing as npt

    from .plant import FloatArray, IntArray, Links

HOURS_PER_DAY = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """
    Hot-water store of a link, lossy, with optional limits of power.

    Parameters
    ----------
    capacity_mwh
        Largest heat content [MWh], one value or one per link; 0 is no store.
    loss_share_per_hour
        Share of the content lost in an hour [-], below 1.
    power_kw
        Largest charge and discharge [kW]; no limit if left out.

    Raises
    ------
    PhysicsRangeError
        If the hourly loss is not between 0 and 1.
    """

    capacity_mwh: Numeric
    loss_share_per_hour: Numeric
    power_kw: Numeric | None = None

    def __post_init__(self) -> None:
        """Refuse a store that keeps nothing; sizes are checked against the links."""
        refuse_outside(
            self.loss_share_per_hour,
            0.0,
            float(np.nextafter(1.0, 0.0)),
            what="hourly loss of the store",
            unit="of content",
            advice="give a share below 1, not percent",
        )


def hot_water_store(capacity_mwh: Numeric, *, power_kw: Numeric | None = None) -> Store:
    """
    Store with the losses of a large insulated hot-water tank.

    Parameters
    ----------
    capacity_mwh
        Largest heat content [MWh], one value or one per link.
    power_kw
        Largest charge and discharge [kW]; no limit if left out.

    Returns
    -------
    store
        Loses ``hot_water_tank/daily_loss_share`` of ``data/heat_stores.csv`` in a day.

    Examples
    --------
    >>> round(hot_water_store(10.0).loss_share_per_hour * 24, 5)
    0.0019
    """
    daily = assumption("heat_stores", "hot_water_tank", "daily_loss_share").value
    hourly = -np.expm1(np.log1p(-daily) / HOURS_PER_DAY)
    return Store(capacity_mwh=capacity_mwh, loss_share_per_hour=float(hourly), power_kw=power_kw)


def required_content(
    shortfall: FloatArray, *, capacity: FloatArray, keep_share: FloatArray
) -> FloatArray:
    """
    Least content at the end of each hour with which the machine gets through the hours after it.

    Parameters
    ----------
    shortfall
        What the store must give (above 0) or may take (below 0) in each hour [kWh], within its
        limits of power, shape (hours, links).
    capacity
        Largest content [kWh], one value per link.
    keep_share
        Share of the content left after an hour [-], one value per link.

    Returns
    -------
    required
        Content [kWh], shape (hours, links), 0 to capacity; 0 after the last hour.

    Notes
    -----
    ``r[t] = clip((r[t+1] + shortfall[t+1]) / keep, 0, capacity)`` from the last hour back. Where
    the capacity binds, some of the shortfall stays with the boiler whatever the content.

    Examples
    --------
    >>> import numpy as np
    >>> short = np.array([[-2.0], [-2.0], [3.0], [-1.0]])
    >>> required_content(short, capacity=np.array([9.0]), keep_share=np.array([1.0])).ravel()
    array([1., 3., 0., 0.])
    """
    required = np.empty_like(shortfall)
    need = np.zeros(shortfall.shape[1])
    grown = 1.0 / keep_share
    for hour in range(len(shortfall) - 1, -1, -1):
        required[hour] = need
        np.add(need, shortfall[hour], out=need)
        np.multiply(need, grown, out=need)
        np.maximum(need, 0.0, out=need)
        np.minimum(need, capacity, out=need)
    return required


def store_contents(links: Links, rows: IntArray) -> FloatArray:
    """
    Content of the stores of some links at the end of each hour [kWh].

    Parameters
    ----------
    links
        All links.
    rows
        Which of them; each has a store.

    Returns
    -------
    contents
        Shape (hours, rows); the stores are empty before the first hour.

    Notes
    -----
    With ``a`` the content kept from the hour before, ``n`` the shortfall within the store's limits
    of power, and ``r`` the required content, the content becomes
    ``max(0, min(a - n, max(r, a - d)))``, where ``d`` is the most that load and power let the store
    give. Where the machine would run below its least load it runs at its least load if the store
    takes the rest, and goes on so while it does; else it stands still. A boiler of limited output
    fills the store where only that avoids heat unserved later.
    """
    hours = _hours(links, rows)
    capacity, keep = links.store_kwh[rows], 1.0 - links.store_loss_share[rows]
    required = required_content(hours.short, capacity=capacity, keep_share=keep)
    if hours.load is None:
        return _follow(hours.short, required, keep)
    if hours.scarce is None:
        return _with_least_load(links, rows, hours, required, None)
    rescue = required_content(hours.scarce, capacity=capacity, keep_share=keep)
    return _with_least_load(links, rows, hours, required, rescue)


class _Hours(NamedTuple):
    """
    Hours of some links, each (hours, links).

    Shortfall of the machine within the store's limits [kWh]; load, whether the machine can run and
    whether the store's limits let it run at its least load (where links have one, or a limited
    boiler); shortfall of machine and boiler together (with a limited boiler).
    """

    short: FloatArray
    load: FloatArray | None
    runs: npt.NDArray[np.bool_]
    fills: npt.NDArray[np.bool_]
    scarce: FloatArray | None


def _hours(links: Links, rows: IntArray) -> _Hours:
    """What the passes of some links need to know of each hour."""
    boiler = links.boiler_kw[rows, None]
    limited = bool(np.isfinite(boiler).any())
    plain = not links.least_kw[rows].any() and not limited
    shape = (links.hours, len(rows))
    short, load = np.empty(shape), None if plain else np.empty(shape)
    scarce = np.empty(shape) if limited else None
    runs, fills = (np.zeros((0, 0) if plain else shape, dtype=bool) for _ in range(2))
    for first in range(0, len(rows), BLOCK):
        part = slice(first, first + BLOCK)
        load_kw, able_kw = links.load(rows[part]), links.able(rows[part])
        power = links.store_kw[rows[part], None]
        lacking = load_kw - able_kw
        if scarce is not None:
            scarce[:, part] = np.clip(lacking - boiler[part], -power, power).T
        short[:, part] = np.clip(lacking, -power, power, out=lacking).T
        if load is not None:
            load[:, part] = load_kw.T
            able = able_kw > 0.0
            runs[:, part] = able.T
            fills[:, part] = (able & (load_kw >= links.least_kw[rows[part], None] - power)).T
    return _Hours(short, load, runs, fills, scarce)


def _follow(short: FloatArray, required: FloatArray, keep: FloatArray) -> FloatArray:
    """Content of stores behind machines that run at any load; overwrites the requirement."""
    content = np.zeros(short.shape[1])
    for now, aim in zip(short, required, strict=True):
        np.multiply(content, keep, out=content)
        np.subtract(content, now, out=content)
        # The content never exceeds what is required, so there is never a need to let some go.
        np.minimum(content, aim, out=content)
        np.maximum(content, 0.0, out=content)
        aim[:] = content
    return required


def _with_least_load(
    links: Links, rows: IntArray, hours: _Hours, required: FloatArray, rescue: FloatArray | None
) -> FloatArray:
    """Content of stores behind machines with a least load or a limited boiler, over `required`."""
    capacity, keep = links.store_kwh[rows], 1.0 - links.store_loss_share[rows]
    power, boiler, least = links.store_kw[rows], links.boiler_kw[rows], links.least_kw[rows]
    floor, lowest = links.floor_kw(rows), links.machine_kw[rows] * ROUNDING
    short, load, can_run, can_fill, scarce = hours
    content, on = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    for hour, demand in enumerate(() if load is None else load):
        kept = content * keep
        wanted = demand - kept
        off = np.maximum(kept - np.minimum(demand, power), 0.0)
        aim = np.maximum(required[hour], off)
        content = np.maximum(np.minimum(kept - short[hour], aim, out=aim), 0.0, out=aim)
        output = wanted + content
        low = output < floor
        if low.any():
            filled = least - wanted
            fill = low & can_fill[hour] & (filled <= capacity) & (on | (output > lowest))
            np.copyto(content, off, where=low)
            np.copyto(content, filled, where=fill)
        if rescue is not None and scarce is not None:
            saved = np.maximum(content, np.minimum(rescue[hour], kept - scarce[hour]))
            output = wanted + saved
            # A machine that stands still cannot help to fill; then the boiler must do it alone.
            content = np.where((output < floor) & (output > boiler), content, saved)
        on = (wanted + content >= floor) & can_run[hour]
        required[hour] = content
    return required
