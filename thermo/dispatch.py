"""
Hourly balance of source, heat pump, store and boiler for many links at once.

The order of use is fixed: source heat through the machine first, the store to bring the machine's
spare hours to its short ones, the boiler last. Prices do not change within the year, so no hour is
dearer than another; what a tariff by the hour would change is not seen. Inputs are described in
`plant`, the store's two passes in `store`, the distance to the best possible in `dispatch_bound`.

Links without a store are vectorised over hours; with a store, one step serves a batch of links.
Hours of a link live only while its chunk is at work, so memory does not grow with their number.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .cycles.part_load import part_load_factor
from .year.plant import (
    BLOCK,
    KWH_PER_MWH,
    ROUNDING,
    FloatArray,
    HourlyLoad,
    IntArray,
    Links,
    Machine,
    SourceHours,
    links_of,
)
from .year.store import Store, store_contents

if TYPE_CHECKING:
    from .arrays import Numeric

BATCH = 1024  # links with store at a time: 72 MB for each array of hours x links
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH_STARTS = 24 * np.cumsum((0, *MONTH_DAYS[:-1]))
YEAR = 24 * sum(MONTH_DAYS)
PART_LOAD_STEPS = 1000  # the part-load curve bends at whole per cents, so this table is exact


class DispatchHours(NamedTuple):
    """Hours of every link, arrays (links, hours): mean powers [kW], content at the end [MWh]."""

    load_kw: FloatArray
    heat_pump_kw: FloatArray
    backup_kw: FloatArray
    unserved_kw: FloatArray
    source_kw: FloatArray
    electricity_kw: FloatArray
    store_mwh: FloatArray


class Dispatch(NamedTuple):
    """
    What each link's plant did over all hours, one value per link; energies close.

    ``source + electricity + backup + unserved = load + machine_loss + store_loss``, where the load
    holds the network's losses and ``store_loss`` what is left in the store at the end.
    ``covered_share`` is the share of load served neither by boiler nor left unserved. ``monthly_*``
    are sums by month, (12, links), or (1, links) if the hours are not those of a year.
    """

    load_mwh: FloatArray
    heat_pump_mwh: FloatArray
    backup_mwh: FloatArray
    unserved_mwh: FloatArray
    source_mwh: FloatArray
    source_not_taken_mwh: FloatArray
    electricity_mwh: FloatArray
    machine_loss_mwh: FloatArray
    store_loss_mwh: FloatArray
    covered_share: FloatArray
    full_load_hours: FloatArray
    mean_cop: FloatArray
    starts: FloatArray
    peak_load_kw: FloatArray
    peak_electricity_kw: FloatArray
    peak_backup_kw: FloatArray
    monthly_load_mwh: FloatArray
    monthly_heat_pump_mwh: FloatArray
    monthly_backup_mwh: FloatArray
    hourly: DispatchHours | None = None


def dispatch(
    load: HourlyLoad,
    source: SourceHours,
    machine: Machine,
    *,
    store: Store | None = None,
    boiler_kw: Numeric | None = None,
    part_load: bool = True,
    hours: bool = False,
) -> Dispatch:
    """
    Energies by carrier, running hours and peaks of every link, from a balance of each hour.

    Parameters
    ----------
    load
        Heat to deliver, with the network's losses; as many links as ``heat_mwh`` has values.
    source
        Heat the source can give.
    machine
        Heat pump or direct exchanger.
    store
        Hot-water store; none if left out.
    boiler_kw
        Output of the peak and standby boiler [kW], one value or one per link; as large as needed if
        left out, so that no heat stays unserved.
    part_load
        Whether small loads cost COP (`part_load_factor`).
    hours
        Whether to return the hours too, 0.5 MB per link.

    Returns
    -------
    dispatch
        Sums, shares and peaks, one value per link.

    Raises
    ------
    PhysicsRangeError
        If numbers, shapes or indices do not fit (see `plant.links_of`).

    Notes
    -----
    In each hour the machine can give ``p = min(capacity, source / source_share)``, or nothing if
    that is below its least load. Without a store it gives ``min(p, load)``, or nothing below its
    least load. With a store see `store.store_contents`: it fills as late as possible, only ahead of
    hours in which ``load > p``, and lets the machine run at its least load where the load is
    smaller. Electricity is heat per COP of the hour per part-load factor at ``heat / capacity``,
    or, of several units, at the even load of the fewest that carry the heat.
    Source heat is ``source_share`` of the heat at any load: what part load costs in electricity is
    counted as machine loss. A start is an hour of running after one without; the year repeats.

    With constant COP, no least load and an unlimited boiler no dispatch needs less boiler heat, and
    none of those needs less electricity. Not seen: prices by the hour, fuel so cheap that the
    machine had better stand still, COP that favours some hours for charging, part load when the
    store is charged, losses of the network that depend on the load.

    Examples
    --------
    >>> import numpy as np
    >>> day = np.repeat([1.0, 5.0], 12) / 72
    >>> load = HourlyLoad(heat_mwh=np.array([72.0]), shapes=day)
    >>> machine = Machine(heat_pump_kw=3000.0, cop=4.0, source_share=0.75)
    >>> year = dispatch(load, SourceHours(source_kw=5000.0), machine, part_load=False)
    >>> year.heat_pump_mwh, year.backup_mwh, year.electricity_mwh
    (array([48.]), array([24.]), array([12.]))
    >>> tank = Store(capacity_mwh=10.0, loss_share_per_hour=0.0)
    >>> dispatch(load, SourceHours(source_kw=5000.0), machine, store=tank).backup_mwh
    array([14.])
    """
    links = links_of(load, source, machine, store=store, boiler_kw=boiler_kw)
    return dispatch_links(links, part_load=part_load, hours=hours)


def dispatch_links(links: Links, *, part_load: bool = True, hours: bool = False) -> Dispatch:
    """
    Dispatch of links that are already checked.

    Parameters
    ----------
    links
        See `plant.links_of`.
    part_load, hours
        As in `dispatch`.

    Returns
    -------
    dispatch
        As of `dispatch`.
    """
    books = _Books(links, part_load=part_load, hours=hours)
    stored = np.flatnonzero(links.store_kwh > 0.0)
    plain = np.flatnonzero(links.store_kwh <= 0.0)
    for block in links.blocks(plain):
        books.enter(block, None)
    for first in range(0, len(stored), BATCH):
        batch = stored[first : first + BATCH]
        contents = store_contents(links, batch)
        for start in range(0, len(batch), BLOCK):
            part = slice(start, start + BLOCK)
            books.enter(batch[part], np.ascontiguousarray(contents[:, part].T))
    return books.closed()


class _Books:
    """Sums of hours, entered chunk by chunk."""

    def __init__(self, links: Links, *, part_load: bool, hours: bool) -> None:
        """Empty books for all links."""
        count = len(links.heat_kwh)
        self.links, self.part_load = links, part_load
        self.starts_of_months = MONTH_STARTS if links.hours == YEAR else np.zeros(1, dtype=np.intp)
        months = (len(self.starts_of_months), count)
        self.load, self.heat, self.backup = (np.zeros(months) for _ in range(3))
        names = "unserved source electricity store_loss starts peak_load peak_electric peak_backup"
        self.sums = {name: np.zeros(count) for name in names.split()}
        size = (count, links.hours) if hours else (0, 0)
        self.hourly = DispatchHours(*(np.zeros(size) for _ in DispatchHours._fields))
        self.hours = hours

    def enter(self, rows: IntArray, content: FloatArray | None) -> None:
        """Add all hours of some links, whose stores are as full as given."""
        links, sums = self.links, self.sums
        load = links.load(rows)
        demand = load if content is None else self._with_store(rows, load, content)
        heat = np.minimum(links.able(rows), demand)
        if links.least_kw[rows].any():
            heat[heat < links.floor_kw(rows)[:, None]] = 0.0
        backup = demand - heat
        unserved = self._unserved(rows, backup)
        electricity = self._electricity(rows, heat)
        source = heat * links.source_share[links.point_of[rows]]
        sums["source"][rows] = source.sum(axis=1)
        sums["electricity"][rows] = electricity.sum(axis=1)
        sums["peak_load"][rows] = load.max(axis=1)
        sums["peak_electric"][rows] = electricity.max(axis=1)
        sums["peak_backup"][rows] = backup.max(axis=1)
        on = heat > links.machine_kw[rows, None] * ROUNDING
        sums["starts"][rows] = (on[:, 1:] & ~on[:, :-1]).sum(axis=1) + (on[:, 0] & ~on[:, -1])
        for book, hourly in ((self.load, load), (self.heat, heat), (self.backup, backup)):
            book[:, rows] = np.add.reduceat(hourly, self.starts_of_months, axis=1).T
        if self.hours:
            held = np.zeros(1) if content is None else content / KWH_PER_MWH
            arrays = (load, heat, backup, unserved, source, electricity, held)
            for book, array in zip(self.hourly, arrays, strict=True):
                book[rows] = array

    def _with_store(self, rows: IntArray, load: FloatArray, content: FloatArray) -> FloatArray:
        """Load with what goes into the store and without what comes out of it [kW]."""
        change = content.copy()
        change[:, 1:] -= content[:, :-1] * (1.0 - self.links.store_loss_share[rows, None])
        self.sums["store_loss"][rows] = change.sum(axis=1)
        change += load
        # Emptying the store to the last digit must not leave a trace of negative load.
        return np.maximum(change, 0.0, out=change)

    def _unserved(self, rows: IntArray, backup: FloatArray) -> FloatArray:
        """Heat beyond the boilers; takes it from the backup heat."""
        boiler = self.links.boiler_kw[rows, None]
        if np.isinf(boiler).all():
            return np.zeros(1)
        unserved = np.maximum(backup - boiler, 0.0)
        backup -= unserved
        self.sums["unserved"][rows] = unserved.sum(axis=1)
        return unserved

    def _electricity(self, rows: IntArray, heat: FloatArray) -> FloatArray:
        """Electricity [kW] for the heat of each hour."""
        per_heat = 1.0 / self.links.cop[self.links.point_of[rows]]
        if not self.part_load:
            return heat * per_heat
        capacity = self.links.machine_kw[rows, None]
        units = self.links.units[rows, None]
        with np.errstate(divide="ignore"):
            steps = heat * np.where(capacity > 0.0, units / capacity, 0.0)
        if (units > 1.0).any():
            steps /= np.maximum(np.ceil(steps - ROUNDING), 1.0)
        steps *= PART_LOAD_STEPS
        below = steps.astype(np.intp)
        steps -= below
        start, slope = _part_load_table()
        steps *= slope[below]
        steps += start[below]
        np.divide(heat, steps, out=steps)
        steps *= per_heat
        return steps

    def closed(self) -> Dispatch:
        """Everything of all hours, per link."""
        links, sums = self.links, {name: values / KWH_PER_MWH for name, values in self.sums.items()}
        load, heat, backup = (
            book.sum(axis=0) / KWH_PER_MWH for book in (self.load, self.heat, self.backup)
        )
        served = load - backup - sums["unserved"]
        with np.errstate(divide="ignore", invalid="ignore"):
            covered = np.where(load > 0.0, np.clip(served / load, 0.0, 1.0), 1.0)
            full_load = np.where(links.machine_kw > 0.0, heat * KWH_PER_MWH / links.machine_kw, 0.0)
            mean_cop = heat / sums["electricity"]
        return Dispatch(
            load_mwh=load,
            heat_pump_mwh=heat,
            backup_mwh=backup,
            unserved_mwh=sums["unserved"],
            source_mwh=sums["source"],
            source_not_taken_mwh=links.available_kwh() / KWH_PER_MWH - sums["source"],
            electricity_mwh=sums["electricity"],
            machine_loss_mwh=sums["source"] + sums["electricity"] - heat,
            store_loss_mwh=sums["store_loss"],
            covered_share=covered,
            full_load_hours=full_load,
            mean_cop=mean_cop,
            starts=self.sums["starts"],
            peak_load_kw=self.sums["peak_load"],
            peak_electricity_kw=self.sums["peak_electric"],
            peak_backup_kw=self.sums["peak_backup"],
            monthly_load_mwh=self.load / KWH_PER_MWH,
            monthly_heat_pump_mwh=self.heat / KWH_PER_MWH,
            monthly_backup_mwh=self.backup / KWH_PER_MWH,
            hourly=self.hourly if self.hours else None,
        )


@cache
def _part_load_table() -> tuple[FloatArray, FloatArray]:
    """Part-load factor at even steps of load, and its rise to the next."""
    factors = np.asarray(part_load_factor(np.linspace(0.0, 1.0, PART_LOAD_STEPS + 1)))
    return factors, np.append(np.diff(factors), 0.0)
