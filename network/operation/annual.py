"""
A network over the year: hours of like load together, one steady state for each.

The hour of highest load stands alone; the others are sorted into steps of equal load, finer than
any change of loss or friction that matters, so that a dozen states tell within a percent what 8,760
would. What the year costs and emits is not reckoned here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..simulate import simulate_network

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..designing.plan_tables import NetworkPlan
    from ..simulate import NetworkState, Operation
    from ..streets import StreetGraph


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBins:
    """
    Hours of like load, in rising order of load.

    Attributes
    ----------
    hours
        Hours in each bin.
    load_kw
        Their mean load [kW], shape (bins,) or (bins, consumers).
    of_hour
        Bin of each hour, shape (hours,).
    """

    hours: npt.NDArray[np.float64]
    load_kw: npt.NDArray[np.float64]
    of_hour: npt.NDArray[np.int64]

    def mean(self, hourly: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Mean of an hourly value, or of one value for all hours, in each bin."""
        values = np.broadcast_to(np.asarray(hourly, dtype=float), self.of_hour.shape)
        return np.bincount(self.of_hour, weights=values, minlength=len(self.hours)) / self.hours


def annual_bins(load_kw: npt.ArrayLike, *, bins: int | None) -> LoadBins:
    """
    Hours of like load put together.

    Parameters
    ----------
    load_kw
        Heat load of each hour [kW], shape (hours,), or (hours, consumers).
    bins
        Number of steps of load below the peak; None keeps every hour by itself.

    Returns
    -------
    bins
        Bins that hold hours; the highest holds the hour of highest load alone.

    Examples
    --------
    >>> found = annual_bins([1.0, 2.0, 8.0, 10.0], bins=2)
    >>> found.hours.tolist(), found.load_kw.tolist(), found.of_hour.tolist()
    ([2.0, 1.0, 1.0], [1.5, 8.0, 10.0], [0, 0, 1, 2])
    """
    load = np.asarray(load_kw, dtype=float)
    together = load if load.ndim == 1 else load.sum(axis=1)
    if bins is None:
        number = np.argsort(np.argsort(together, kind="stable"), kind="stable")
    else:
        low, high = together.min(), together.max()
        number = np.zeros(len(together), dtype=np.int64)
        if high > low:
            number = ((together - low) / (high - low) * bins).astype(np.int64).clip(0, bins - 1)
        number[together.argmax()] = bins
    _, of_hour = np.unique(number, return_inverse=True)
    hours = np.bincount(of_hour).astype(float)
    columns = load.reshape(len(together), -1)
    means = np.stack([np.bincount(of_hour, weights=column) / hours for column in columns.T], axis=1)
    return LoadBins(
        hours=hours,
        load_kw=means[:, 0] if load.ndim == 1 else means,
        of_hour=of_hour.astype(np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkYear:
    """
    A network over the year.

    Attributes
    ----------
    bins, state
        The bins, and the state of the network in each.
    heat_mwh, loss_mwh, pumping_mwh
        Heat delivered, heat lost and electricity of the pump.
    source_supply_degc, source_return_degc
        Water at the source, the mean over the year weighted by the heat fed in.
    lowest_arriving_degc
        Coldest supply that reaches each consumer in any bin; NaN where not connected.
    """

    bins: LoadBins
    state: NetworkState
    heat_mwh: float
    loss_mwh: float
    pumping_mwh: float
    source_supply_degc: float
    source_return_degc: float
    lowest_arriving_degc: npt.NDArray[np.float64]


def simulate_year(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    operation: Operation,
    load_kw: npt.ArrayLike,
    bins: int | None,
    supply_degc: npt.ArrayLike | None = None,
    ground_degc: npt.ArrayLike | None = None,
) -> NetworkYear:
    """
    Losses, pumping and temperatures of a designed network over the year.

    Parameters
    ----------
    plan, streets, catalogue, rules, operation
        As for `simulate_network`.
    load_kw
        Heat all consumers take together in each hour [kW], shape (hours,), shared among them by
        yearly heat (by peak where the table has none); or each row's, shape (hours, consumers).
    bins
        Steps of load; None simulates every hour.
    supply_degc, ground_degc
        Supply temperature at the source and ground temperature [°C], one for all hours or one per
        hour; those of the rules if not given.

    Returns
    -------
    year
        Sums and means over the hours given.
    """
    found = annual_bins(load_kw, bins=bins)
    heat = found.load_kw
    if heat.ndim == 1:
        heat = np.outer(heat, _shares(plan.consumers))
    state = simulate_network(
        plan,
        streets,
        catalogue=catalogue,
        rules=rules,
        operation=operation,
        heat_kw=heat,
        supply_degc=found.mean(rules.supply_degc if supply_degc is None else supply_degc),
        ground_degc=found.mean(rules.ground_degc if ground_degc is None else ground_degc),
    )
    weight = found.hours * state.fed_kw
    return NetworkYear(
        bins=found,
        state=state,
        heat_mwh=float(found.hours @ state.heat_kw) / 1e3,
        loss_mwh=float(found.hours @ state.loss_kw.sum(axis=1)) / 1e3,
        pumping_mwh=float(found.hours @ state.pump_kw) / 1e3,
        source_supply_degc=float(weight @ state.source_supply_degc / weight.sum()),
        source_return_degc=float(weight @ state.source_return_degc / weight.sum()),
        lowest_arriving_degc=state.arriving_degc.min(axis=0),
    )


def _shares(consumers: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Share of each consumer in the heat of all connected ones."""
    name = "annual_heat_mwh" if "annual_heat_mwh" in consumers else "peak_kw"
    heat = consumers[name].to_numpy(dtype=float)
    joined = consumers["connected"].to_numpy(dtype=bool)
    weight: npt.NDArray[np.float64] = np.where(joined, heat, 0.0)
    return weight / max(float(weight.sum()), 1e-12)
