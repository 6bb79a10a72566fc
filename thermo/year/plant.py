"""
What a dispatch is asked about: hourly loads, hourly sources and the machines between them.

Thousands of links share a few hourly shapes, so a link is a row of numbers and the index of its
shape; hours of a link exist only while it is looked at. `HourlyLoad`, `SourceHours` and `Machine`
are what a caller fills in, `Links` is the checked form that `dispatch`, its bound and the choice of
sizes share. What is done in each hour stands in `dispatch`, the store in `store`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..arrays import Numeric, as_array, refuse_outside
from ..errors import PhysicsRangeError

if TYPE_CHECKING:
    from .store import Store

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
KWH_PER_MWH = 1000.0
BLOCK = 4  # links at a time: 8,760 hours of them are 280 kB, larger arrays take twice as long
ROUNDING = 1e-9  # relative; a machine at its least load is not below it by a last digit
PER_LINK = (
    *("heat_kwh", "load_of", "loss_kwh", "source_kw", "source_of", "machine_kw", "least_kw"),
    "units",
    *("point_of", "store_kwh", "store_kw", "store_loss_share", "boiler_kw"),
)
SHAPE_TOLERANCE = 1e-6  # relative; a shape normalised in single precision passes


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyLoad:
    """
    Heat that must be delivered into the network, hour by hour.

    Parameters
    ----------
    heat_mwh
        Heat of the consumers in all hours [MWh], one value per link.
    shapes
        Share of that heat in each hour [-], shape (K, hours) or (hours,); each row sums to 1. A mix
        of uses is one more row, mixed by the caller.
    shape_of
        Row of ``shapes`` per link; may be left out for one row, or one row per link.
    loss_mwh
        Heat lost by the network in all hours [MWh], one value or one per link.
    loss_shape
        Share of the loss in each hour [-], shape (hours,), sum 1; evenly spread if left out.
    """

    heat_mwh: Numeric
    shapes: FloatArray
    shape_of: npt.ArrayLike | None = None
    loss_mwh: Numeric = 0.0
    loss_shape: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHours:
    """
    Heat that the source can give, hour by hour.

    Parameters
    ----------
    source_kw
        Mean heat available [kW], one value or one per link.
    shapes
        Heat available per mean [-], shape (K, hours) or (hours,), each row with mean 1; constant if
        left out.
    shape_of
        Row of ``shapes`` per link; may be left out for one row, or one row per link.
    """

    source_kw: Numeric
    shapes: FloatArray | None = None
    shape_of: npt.ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """
    Heat pump, or direct exchanger, between source and network.

    Parameters
    ----------
    heat_pump_kw
        Largest heat output [kW], one value or one per link; 0 is no machine.
    cop
        Heat per electricity at full load [-], drive and auxiliaries included: one value, one per
        link, or rows of hours (K, hours). Infinite for a direct exchanger; missing where the
        machine cannot run at these temperatures, whose load then falls to the boiler.
    source_share
        Heat taken from the source per heat delivered [-], shaped like ``cop``:
        ``1 - 1 / shaft COP`` of a heat pump, 1 of a direct exchanger.
    min_load_share
        Least heat output per largest [-], one value or one per link; see `bank_min_load_share`. At
        0 the machine cycles at small loads, at the price of its part-load factor.
    units
        Machines of equal size that make up the output, one value or one per link; the fewest that
        carry the load share it evenly, so that part load costs less.
    point_of
        Row of ``cop`` and ``source_share`` per link, where links share operating points.
    """

    heat_pump_kw: Numeric
    cop: Numeric
    source_share: Numeric
    min_load_share: Numeric = 0.0
    units: Numeric = 1.0
    point_of: npt.ArrayLike | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Checked numbers of all links in kW and kWh; hourly arrays are made for few rows at a time."""

    heat_kwh: FloatArray
    load_shapes: FloatArray
    load_of: IntArray
    loss_kwh: FloatArray
    loss_shape: FloatArray
    source_kw: FloatArray
    source_shapes: FloatArray
    source_of: IntArray
    machine_kw: FloatArray
    least_kw: FloatArray
    units: FloatArray
    cop: FloatArray
    source_share: FloatArray
    runs: FloatArray
    point_of: IntArray
    store_kwh: FloatArray
    store_kw: FloatArray
    store_loss_share: FloatArray
    boiler_kw: FloatArray

    @property
    def hours(self) -> int:
        """Number of hours."""
        return int(self.load_shapes.shape[1])

    def load(self, rows: IntArray) -> FloatArray:
        """Load with losses [kW], shape (rows, hours)."""
        load = self.load_shapes[self.load_of[rows]]
        load *= self.heat_kwh[rows, None]
        load += self.loss_kwh[rows, None] * self.loss_shape
        return load

    def peak_kw(self) -> FloatArray:
        """Highest load of each link [kW]."""
        blocks = self.blocks(np.arange(len(self.heat_kwh)))
        return np.concatenate([self.load(block).max(axis=1) for block in blocks])

    def blocks(self, rows: IntArray) -> list[IntArray]:
        """Rows in pieces whose hours stay in the processor's cache."""
        return [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]

    def able(self, rows: IntArray) -> FloatArray:
        """Largest heat output of the machine in each hour [kW], 0 where it cannot run."""
        points = self.point_of[rows]
        able = self.source_shapes[self.source_of[rows]]
        able *= self.source_kw[rows, None]
        able /= self.source_share[points]
        np.minimum(able, self.machine_kw[rows, None], out=able)
        if not self.runs.all():
            able *= self.runs[points]
        if self.least_kw[rows].any():
            able[able < self.floor_kw(rows)[:, None]] = 0.0
        return able

    def floor_kw(self, rows: IntArray) -> FloatArray:
        """Output below which a machine stands still [kW]: its least load, blind to rounding."""
        return self.least_kw[rows] * (1.0 - ROUNDING)

    def available_kwh(self) -> FloatArray:
        """Source heat of all hours [kWh], one value per link."""
        return np.asarray(self.source_kw * self.source_shapes.sum(axis=1)[self.source_of])

    def repeated(self, times: int) -> Links:
        """Every link several times over, copies of one link side by side; shapes are shared."""
        return replace(self, **{name: getattr(self, name).repeat(times) for name in PER_LINK})


def links_of(
    load: HourlyLoad,
    source: SourceHours,
    machine: Machine,
    *,
    store: Store | None = None,
    boiler_kw: Numeric | None = None,
) -> Links:
    """
    Loads, sources, machines and stores of all links, checked against each other.

    Parameters
    ----------
    load, source, machine
        What is to be dispatched.
    store
        Store of each link; none if left out.
    boiler_kw
        Heat output of the peak and standby boiler [kW]; as large as needed if left out.

    Returns
    -------
    links
        One row per value of ``load.heat_mwh``.

    Raises
    ------
    PhysicsRangeError
        If a number is out of range, shapes are not normalised or do not fit, an index points
        nowhere, or a machine makes more heat than source and electricity give.

    Examples
    --------
    >>> import numpy as np
    >>> load = HourlyLoad(heat_mwh=np.array([24.0, 48.0]), shapes=np.full(24, 1 / 24))
    >>> machine = Machine(heat_pump_kw=1500.0, cop=4.0, source_share=0.75)
    >>> links = links_of(load, SourceHours(source_kw=900.0), machine)
    >>> links.load(np.array([0, 1]))[:, 0], links.able(np.array([0]))[0, 0]
    (array([1000., 2000.]), np.float64(1200.0))
    """
    heat = np.atleast_1d(_positive(load.heat_mwh, "heat", "MWh"))
    count = heat.size
    load_shapes, load_of = _shapes(load.shapes, load.shape_of, count, "load")
    hours = load_shapes.shape[1]
    flat = np.full(hours, 1.0 / hours)
    loss = flat if load.loss_shape is None else load.loss_shape
    loss_shape, _ = _shapes(loss, None, 1, "loss")
    given = np.ones(hours) if source.shapes is None else source.shapes
    source_shapes, source_of = _shapes(given, source.shape_of, count, "source", mean=True)
    if not loss_shape.shape[1] == source_shapes.shape[1] == hours:
        raise PhysicsRangeError(
            f"shapes of load, loss and source have {hours}, {loss_shape.shape[1]} and"
            f" {source_shapes.shape[1]} hours; give the same hours"
        )
    cop, share, runs, point_of = _points(machine, count, hours)
    machine_kw = _per_link(_positive(machine.heat_pump_kw, "machine", "kW"), count, "machine")
    least = _per_link(_share(machine.min_load_share, "least load"), count, "least load")
    capacity = 0.0 if store is None else store.capacity_mwh
    power = np.inf if store is None or store.power_kw is None else store.power_kw
    lost = 0.0 if store is None else store.loss_share_per_hour
    boiler = np.inf if boiler_kw is None else boiler_kw
    return Links(
        heat_kwh=heat * KWH_PER_MWH,
        load_shapes=load_shapes,
        load_of=load_of,
        loss_kwh=_per_link(_positive(load.loss_mwh, "loss", "MWh"), count, "loss") * KWH_PER_MWH,
        loss_shape=loss_shape[0],
        source_kw=_per_link(_positive(source.source_kw, "source", "kW"), count, "source"),
        source_shapes=source_shapes,
        source_of=source_of,
        machine_kw=machine_kw,
        least_kw=machine_kw * least,
        units=_units(machine.units, count),
        cop=cop,
        source_share=share,
        runs=runs,
        point_of=point_of,
        store_kwh=_per_link(_positive(capacity, "store", "MWh"), count, "store") * KWH_PER_MWH,
        store_kw=_per_link(_positive(power, "store power", "kW"), count, "store power"),
        store_loss_share=_per_link(as_array(lost), count, "store loss"),
        boiler_kw=_per_link(_positive(boiler, "boiler", "kW"), count, "boiler"),
    )


def _units(units: Numeric, count: int) -> FloatArray:
    """Number of machines of each link."""
    advice = "one machine is 1"
    whole = refuse_outside(units, 1.0, np.inf, what="number of machines", unit="", advice=advice)
    return _per_link(np.round(whole), count, "machines")


def _points(
    machine: Machine, count: int, hours: int
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Rows of COP, of source share and of whether the machine runs, and the row of each link."""
    cop, share = as_array(machine.cop), as_array(machine.source_share)
    if (share.ndim and cop.ndim and share.shape != cop.shape) or cop.ndim > 2:
        raise PhysicsRangeError(f"COP has {cop.shape}, source share {share.shape}; give the same")
    cop, share = np.broadcast_arrays(cop, share)
    rows = (1, 1) if cop.ndim == 0 else (cop.shape[0], -1)
    cop, share = cop.reshape(rows), share.reshape(rows)
    if cop.shape[1] not in (1, hours):
        raise PhysicsRangeError(f"COP has {cop.shape[1]} hours, load has {hours}; give the same")
    able = ~(np.isnan(cop) | np.isnan(share))
    cop, share = np.where(able, cop, np.inf), np.where(able, share, 1.0)
    refuse_outside(
        cop, 1.0, np.inf, what="COP", unit="", advice="leave it missing if it cannot run"
    )
    _share(share, "source share")
    if np.any(share <= 0.0):
        raise PhysicsRangeError("source share is 0; a machine without source is a boiler")
    if np.any(share + 1.0 / cop < 1.0 - SHAPE_TOLERANCE):
        worst = int(np.argmin((share + 1.0 / cop).min(axis=1)))
        raise PhysicsRangeError(
            f"source share and 1 / COP sum to {(share + 1.0 / cop).min():.4f} in row {worst}, below"
            " 1: heat from nothing; use 1 - 1 / shaft COP as source share"
        )
    return cop, share, able.astype(np.float64), _index(machine.point_of, len(cop), count, "point")


def _shapes(
    shapes: FloatArray, of: npt.ArrayLike | None, count: int, what: str, *, mean: bool = False
) -> tuple[FloatArray, IntArray]:
    """Rows of hours whose sum is right, and the row of each link."""
    rows = np.atleast_2d(_positive(shapes, f"{what} shape", "of 1"))
    if rows.ndim != 2 or rows.size == 0:
        raise PhysicsRangeError(f"{what} shapes have {rows.shape}; give rows of hours")
    sums, total = rows.sum(axis=1), float(rows.shape[1]) if mean else 1.0
    wrong = ~(np.abs(sums / total - 1.0) <= SHAPE_TOLERANCE)
    if wrong.any():
        raise PhysicsRangeError(
            f"{what} shape {int(np.argmax(wrong))} sums to {sums[wrong][0]:g}, not {total:g};"
            " normalise it"
        )
    return rows, _index(of, len(rows), count, f"{what} shape")


def _index(of: npt.ArrayLike | None, rows: int, count: int, what: str) -> IntArray:
    """Row of each link: given, or the only row, or the link's own."""
    if of is None:
        if rows not in (1, count):
            raise PhysicsRangeError(f"{rows} rows of {what} for {count} links; say which is whose")
        return np.zeros(count, dtype=np.intp) if rows == 1 else np.arange(count)
    index = np.broadcast_to(np.asarray(of), (count,))
    if not np.issubdtype(index.dtype, np.integer) or np.any((index < 0) | (index >= rows)):
        raise PhysicsRangeError(f"index of {what} must be whole numbers from 0 to {rows - 1}")
    return index.astype(np.intp)


def _per_link(values: FloatArray, count: int, what: str) -> FloatArray:
    """One value per link."""
    if values.shape not in ((), (1,), (count,)):
        raise PhysicsRangeError(f"{what}: {values.shape} values for {count} links; give one each")
    return np.broadcast_to(values, (count,)).astype(np.float64)


def _positive(values: Numeric, what: str, unit: str) -> FloatArray:
    """Values checked to be 0 or more and not missing."""
    array = refuse_outside(values, 0.0, np.inf, what=what, unit=unit, advice="give 0 or more")
    if np.isnan(array).any():
        raise PhysicsRangeError(
            f"{what} is missing in {int(np.isnan(array).sum())} values [{unit}]"
        )
    return array


def _share(values: Numeric, what: str) -> FloatArray:
    """Values checked to be shares of one."""
    return refuse_outside(
        values, 0.0, 1.0, what=what, unit="of 1", advice="give a share, not percent"
    )
