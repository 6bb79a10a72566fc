"""
Banks of equal machines: how many, how many run, how low the bank can go, how sure its capacity is.

Several modules instead of one large machine turn down further and lose less when one is out. A
module is a heat output; cycles and COP live in `heat_pump`. Machines are staged as the fewest that
cover the load, all running at the same part load. Availability is binomial: machines fail one by
one and independently. What hits all of them at once (power, controls, the network pump) is not
counted, so the shares given here are kind to the bank.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from heatreach.data import assumption

from .arrays import Numeric, as_array, like_input, refuse_outside
from .errors import PhysicsRangeError

ROUNDING = 1e-9  # relative; 0.9 kW of 0.3 kW modules is 3 modules, not 3.0000000000000004


class BankLoad(NamedTuple):
    """A bank at a load: machines running, load of each [-], heat made and not made [kW]."""

    running: Numeric
    part_load_share: Numeric
    heat_kw: Numeric
    unmet_kw: Numeric


class BankReliability(NamedTuple):
    """Chance of full capacity, mean capacity, and capacity with one machine out, per need [-]."""

    full_capacity_share: Numeric
    expected_capacity_share: Numeric
    one_out_share: Numeric


def least_load_share() -> float:
    """
    Smallest load of one machine per its capacity [-].

    Returns
    -------
    share
        ``machine/min_load_share`` of ``data/heat_pumps.csv``.

    Examples
    --------
    >>> least_load_share()
    0.25
    """
    return assumption("heat_pumps", "machine", "min_load_share").value


def modules_needed(heat_kw: Numeric, module_kw: Numeric, redundancy: int = 0) -> Numeric:
    """
    Machines needed for a heat output, with spare ones [-].

    Parameters
    ----------
    heat_kw
        Heat output wanted [kW], one value per bank.
    module_kw
        Heat output of one machine [kW].
    redundancy
        Spare machines: 0, or 1 so that one may be out (N+1).

    Returns
    -------
    units
        Whole numbers, shaped like the inputs; 0 where no heat is wanted.

    Raises
    ------
    PhysicsRangeError
        If a heat output or a number is negative, or a module has no output.

    Examples
    --------
    >>> modules_needed(1100.0, 250.0), modules_needed(1000.0, 250.0, redundancy=1)
    (5.0, 5.0)
    """
    heat, module = _sizes(heat_kw, module_kw)
    spare = refuse_outside(
        redundancy, 0.0, np.inf, what="redundancy", unit="machines", advice="give 0 or 1"
    )
    needed = _covering(heat, module)
    return like_input(as_array(np.where(heat > 0.0, needed + spare, 0.0)))


def bank_min_load_share(
    heat_kw: Numeric, module_kw: Numeric, *, min_load_share: float | None = None
) -> Numeric:
    """
    Least load that a bank of machines can run, per heat output of the bank [-].

    Parameters
    ----------
    heat_kw
        Heat output of the bank [kW], spare machines not counted.
    module_kw
        Heat output of one machine [kW].
    min_load_share
        Smallest load of one machine per its capacity [-]; by default `least_load_share`.

    Returns
    -------
    share
        Shaped like the inputs: that of one machine where the bank is one machine.

    Raises
    ------
    PhysicsRangeError
        If an output is not above 0 or the share is outside 0–1.

    Notes
    -----
    One machine at its least load: ``m min(module, heat) / heat``. A bank smaller than one module is
    taken as one smaller machine. Between that load and full output a bank has no gap as long as
    ``m <= 0.5``: ``k + 1`` machines then take over from ``k`` full ones above their least load.

    Examples
    --------
    >>> bank_min_load_share(1000.0, 250.0)
    0.0625
    """
    heat, module = _sizes(heat_kw, module_kw)
    if np.any(heat <= 0.0):
        raise PhysicsRangeError("a bank without heat output has no least load; give kW above 0")
    least = _least(min_load_share)
    return like_input(as_array(least * np.minimum(module, heat) / heat))


def bank_load(
    demand_kw: Numeric,
    module_kw: Numeric,
    units: Numeric,
    *,
    min_load_share: float | None = None,
) -> BankLoad:
    """
    Machines running and their part load for a demand.

    Parameters
    ----------
    demand_kw
        Heat wanted from the bank [kW], for example one value per hour.
    module_kw
        Heat output of one machine [kW].
    units
        Machines able to run [-].
    min_load_share
        Smallest load of one machine per its capacity [-]; by default `least_load_share`.

    Returns
    -------
    load
        Machines running [-], load of each of them [-] (0 where none runs), heat made and heat left
        to a store or a boiler [kW]; all shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a demand or number is negative, a module has no output, or the share is outside 0–1.

    Notes
    -----
    The fewest machines that cover the demand share it evenly. Below the least load of those, one
    machine fewer runs at full load; below the least load of a single machine the bank is off.

    Examples
    --------
    >>> load = bank_load(600.0, 250.0, 4)
    >>> load.running, load.part_load_share
    (3.0, 0.8)
    >>> bank_load(50.0, 250.0, 4).unmet_kw
    50.0
    """
    demand, module = _sizes(demand_kw, module_kw)
    count = _machines(units)
    served = np.minimum(demand, count * module)
    # Demand that equals the bank up to rounding must not ask for one machine more than there is.
    running = np.minimum(_covering(served, module), count)
    too_low = served < _least(min_load_share) * running * module * (1.0 - ROUNDING)
    running = np.where(too_low, running - 1.0, running)
    heat = np.minimum(served, running * module)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(running > 0.0, heat / (running * module), 0.0)
    return BankLoad(*(like_input(as_array(x)) for x in (running, part, heat, demand - heat)))


def bank_reliability(
    units: Numeric, needed: Numeric, *, availability_share: Numeric | None = None
) -> BankReliability:
    """
    How much of the needed capacity a bank has, over the hours of its life [-].

    Parameters
    ----------
    units
        Machines installed, spare ones included [-].
    needed
        Machines needed for full output [-], at least 1; see `modules_needed`.
    availability_share
        Share of hours in which one machine can run [-], 0–1; by default
        ``module/availability_share`` of ``data/data_centres.csv``, a guess.

    Returns
    -------
    reliability
        Share of hours with full capacity, mean capacity and capacity with one machine out, each per
        capacity needed and shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a number is out of range or availability is outside 0–1.

    Notes
    -----
    With ``K`` machines able to run, ``K ~ B(units, a)``: ``P(K >= needed)`` and
    ``E[min(K, needed)] / needed``, the latter as the sum of ``P(K >= j)`` for ``j`` from 1 to
    ``needed``. Failures are independent; common causes come on top.

    Examples
    --------
    >>> bank = bank_reliability(5, 4, availability_share=0.9)
    >>> round(bank.full_capacity_share, 4), bank.one_out_share
    (0.9185, 1.0)
    """
    if availability_share is None:
        availability_share = assumption("data_centres", "module", "availability_share").value
    able = _share(availability_share, "availability")
    wanted = _machines(needed)
    if np.any(wanted < 1.0):
        raise PhysicsRangeError("a bank without needed machines has no reliability; give 1 or more")
    # scipy.stats takes half a second to import: only those who ask for reliability wait for it.
    from scipy.stats import binom

    count, wanted, able = np.broadcast_arrays(_machines(units), wanted, able)
    full = binom.sf(wanted - 1.0, count, able)
    mean = np.zeros(wanted.shape)
    for step in range(1, int(wanted.max(initial=0.0)) + 1):
        mean += np.where(wanted >= step, binom.sf(step - 1.0, count, able), 0.0)
    one_out = np.clip(count - 1.0, 0.0, wanted) / wanted
    return BankReliability(*(like_input(as_array(x)) for x in (full, mean / wanted, one_out)))


def _covering(
    heat: npt.NDArray[np.float64], module: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Fewest modules that make the heat, blind to rounding."""
    return as_array(np.ceil(heat / module * (1.0 - ROUNDING)))


def _sizes(
    heat_kw: Numeric, module_kw: Numeric
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Heat output of a bank and of a module, checked."""
    heat = refuse_outside(
        heat_kw, 0.0, np.inf, what="heat output", unit="kW", advice="give kW of heat, 0 or more"
    )
    tiny = np.finfo(float).tiny
    advice = "a machine needs an output above 0"
    module = refuse_outside(module_kw, tiny, np.inf, what="module", unit="kW", advice=advice)
    return heat, module


def _machines(units: Numeric) -> npt.NDArray[np.float64]:
    """Whole numbers of machines, checked."""
    count = refuse_outside(
        units, 0.0, np.inf, what="number of machines", unit="", advice="give 0 or more"
    )
    if np.any(count != np.floor(count)):
        raise PhysicsRangeError("numbers of machines must be whole; round them with modules_needed")
    return count


def _least(min_load_share: float | None) -> npt.NDArray[np.float64]:
    """Smallest load of one machine, from the table where none is given."""
    return _share(
        least_load_share() if min_load_share is None else min_load_share, "least load of a machine"
    )


def _share(values: Numeric, what: str) -> npt.NDArray[np.float64]:
    """Values checked to be shares of one."""
    return refuse_outside(
        values, 0.0, 1.0, what=what, unit="of 1", advice="give a share, not percent"
    )
