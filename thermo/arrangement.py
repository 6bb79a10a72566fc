"""
Four ways to make network heat of data-centre water: what each draws, and at what temperatures.

*Direct*: an exchanger alone. *Preheat*: an exchanger warms the return as far as the source allows
and a heat pump does the rest. *Central*: a heat pump does it all. *Ambient*: an exchanger feeds a
loop at source temperature and every consumer lifts its own heat. All are described per unit of
heat, so that size, hours, pipes and money stay with the rooms that know them. An arrangement that
cannot work is a row with the reason.

Source: energy balances of counter-flow exchangers in series with the heat pump of `heat_pump`; the
order (exchanger at the warm end of the source, evaporator behind it) is the usual one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption

from .arrays import Numeric, as_array
from .cop.points import fast_operating_points
from .exchanger import direct_exchange_possible, exchanger_approach_k
from .heat_pump import HeatPump

if TYPE_CHECKING:
    import numpy.typing as npt

DIRECT = "direct exchanger"
PREHEAT = "preheat and heat pump"
CENTRAL = "central heat pump"
AMBIENT = "ambient loop"
ARRANGEMENTS = (DIRECT, PREHEAT, CENTRAL, AMBIENT)

Machines = Callable[..., pd.DataFrame]
"""Four water temperatures and a size [kW] in, operating points out; exact or from a table."""

_MAX_ROUNDS = 30
# Share of source heat at which the rounds of a preheater have settled.
_SETTLED_SHARE = 1e-7
# Less preheating than this is within the noise of any design.
_LEAST_PREHEAT_SHARE = 0.01


def exact_machines(refrigerant: str, *, variant: str = "auto") -> Machines:
    """
    Heat pumps of a refrigerant, solved exactly at every point.

    Parameters
    ----------
    refrigerant, variant
        As `heatreach.thermo.HeatPump.sized`.

    Returns
    -------
    machines
        Function of source in, source out, sink in, sink out [°C] and size [kW].

    Examples
    --------
    >>> points = exact_machines("R600a")(30.0, 22.0, 40.0, 60.0, 1000.0)
    >>> round(float(points["cop"].iloc[0]), 1)
    5.1
    """

    def points(
        source_in: Numeric,
        source_out: Numeric,
        sink_in: Numeric,
        sink_out: Numeric,
        heat_kw: Numeric,
    ) -> pd.DataFrame:
        machine = HeatPump.sized(heat_kw, refrigerant, variant=variant)
        return machine.operating_points(source_in, source_out, sink_in, sink_out)

    return points


def fast_machines(refrigerant: str, *, variant: str = "auto") -> Machines:
    """
    Heat pumps of a refrigerant, read from the COP table within 0.1 % of the exact COP.

    Parameters
    ----------
    refrigerant, variant
        As `heatreach.thermo.HeatPump.sized`.

    Returns
    -------
    machines
        Function of source in, source out, sink in, sink out [°C] and size [kW].

    Examples
    --------
    >>> points = fast_machines("R600a")(30.0, 22.0, 40.0, 60.0, 1000.0)
    >>> round(float(points["cop"].iloc[0]), 1)
    5.1
    """

    def points(
        source_in: Numeric,
        source_out: Numeric,
        sink_in: Numeric,
        sink_out: Numeric,
        heat_kw: Numeric,
    ) -> pd.DataFrame:
        waters = (source_in, source_out, sink_in, sink_out)
        return fast_operating_points(refrigerant, *waters, heat_kw=heat_kw, variant=variant)

    return points


def arrange(
    name: str,
    source_in_degc: Numeric,
    source_out_degc: Numeric,
    sink_in_degc: Numeric,
    sink_out_degc: Numeric,
    *,
    heat_kw: Numeric,
    machines: Machines,
) -> pd.DataFrame:
    """
    One arrangement at each of many sets of water temperatures, per unit of heat.

    Parameters
    ----------
    name
        One of `ARRANGEMENTS`.
    source_in_degc, source_out_degc
        Water from the data centre, and as cold as it wants it back [°C].
    sink_in_degc, sink_out_degc
        Water that comes back and goes out to be used [°C]: the network's, or, for the ambient
        loop, the consumer's.
    heat_kw
        Size of the whole arrangement [kW]; the heat pump's own size sets its efficiency.
    machines
        Heat pumps, for example from `exact_machines`.

    Returns
    -------
    table
        One row per point. ``cop``: heat of the arrangement per electricity, infinite without a heat
        pump; ``source_share``: source heat per heat; ``heat_pump_share``: heat pump's part of the
        heat; ``machine_cop``: the heat pump's own; ``preheat_degc``: water between exchanger and
        heat pump; ``cycle``; ``bounded``; ``reason``, '' where it works.

    Raises
    ------
    ValueError
        If there is no such arrangement.

    Examples
    --------
    >>> machines = exact_machines("R1234ze(E)")
    >>> table = arrange(PREHEAT, 60.0, 45.0, 40.0, 65.0, heat_kw=1000.0, machines=machines)
    >>> round(float(table["heat_pump_share"].iloc[0]), 2)
    0.32
    """
    makers = {DIRECT: _direct, PREHEAT: _preheat, CENTRAL: _central, AMBIENT: _ambient}
    if name not in makers:
        raise ValueError(f"no arrangement {name!r}; choose one of {', '.join(makers)}")
    waters = (source_in_degc, source_out_degc, sink_in_degc, sink_out_degc, heat_kw)
    rows = np.broadcast_arrays(*(np.atleast_1d(as_array(values)) for values in waters))
    return makers[name](*(np.array(row, dtype=float) for row in rows), machines=machines)


def loop_temperatures(source_in_degc: Numeric, source_out_degc: Numeric) -> tuple[Numeric, Numeric]:
    """
    Supply and return of an ambient loop behind its exchanger [°C].

    Parameters
    ----------
    source_in_degc, source_out_degc
        Water from the data centre, and as cold as it wants it back [°C].

    Returns
    -------
    supply_degc, return_degc
        Both colder than the source water by the approach of the exchanger.

    Examples
    --------
    >>> loop_temperatures(30.0, 22.0)
    (27.0, 19.0)
    """
    approach = exchanger_approach_k()
    return source_in_degc - approach, source_out_degc - approach


def _direct(
    source_in: npt.NDArray[np.float64],
    source_out: npt.NDArray[np.float64],
    sink_in: npt.NDArray[np.float64],
    sink_out: npt.NDArray[np.float64],
    _heat_kw: npt.NDArray[np.float64],
    *,
    machines: Machines,  # noqa: ARG001
) -> pd.DataFrame:
    """An exchanger alone."""
    approach = exchanger_approach_k()
    possible = np.asarray(
        direct_exchange_possible(source_in, source_out, sink_in, sink_out, approach_k=approach)
    )
    why = np.where(
        source_in - sink_out < approach,
        f"the source is not {approach:g} K warmer than the supply",
        f"the return is not {approach:g} K colder than the water the data centre wants back",
    )
    return _without_heat_pump(possible, why)


def _without_heat_pump(possible: npt.NDArray[np.bool_], why: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Rows of an arrangement whose heat all comes from the source."""
    return pd.DataFrame(
        {
            "cop": np.where(possible, np.inf, np.nan),
            "source_share": np.where(possible, 1.0, np.nan),
            "heat_pump_share": np.where(possible, 0.0, np.nan),
            "machine_cop": np.nan,
            "preheat_degc": np.nan,
            "cycle": "",
            "bounded": False,
            "reason": np.where(possible, "", why),
        }
    )


def _central(
    source_in: npt.NDArray[np.float64],
    source_out: npt.NDArray[np.float64],
    sink_in: npt.NDArray[np.float64],
    sink_out: npt.NDArray[np.float64],
    heat_kw: npt.NDArray[np.float64],
    *,
    machines: Machines,
) -> pd.DataFrame:
    """A heat pump for all heat."""
    points = machines(source_in, source_out, sink_in, sink_out, heat_kw)
    reason = _with_freezing(points)
    works = reason == ""
    return pd.DataFrame(
        {
            "cop": points["cop"].where(works),
            "source_share": points["source_share"].where(works),
            "heat_pump_share": np.where(works, 1.0, np.nan),
            "machine_cop": points["cop"].where(works),
            "preheat_degc": np.nan,
            "cycle": points["variant"].where(works, ""),
            "bounded": points["bounded"] & works,
            "reason": reason,
        }
    )


def _with_freezing(points: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Reasons of operating points; source water must not freeze in the evaporator."""
    least = assumption("heat_pumps", "machine", "min_evaporating_degc").value
    frozen = (points["evaporating_degc"] < least).to_numpy() & (points["reason"] == "").to_numpy()
    text = f"the source water would freeze: evaporating below {least:g} °C"
    return np.where(frozen, text, points["reason"].to_numpy(dtype=str))


def _preheat(
    source_in: npt.NDArray[np.float64],
    source_out: npt.NDArray[np.float64],
    sink_in: npt.NDArray[np.float64],
    sink_out: npt.NDArray[np.float64],
    heat_kw: npt.NDArray[np.float64],
    *,
    machines: Machines,
) -> pd.DataFrame:
    """
    An exchanger on the warm source water, then a heat pump on what it leaves.

    The exchanger warms the return to the approach below the source. It cools the source by its
    share of all source heat; that must leave the water the approach above the return, else the
    exchanger is made smaller until it does. As the heat pump's draw depends on its own
    temperatures, the shares are found in a few rounds.
    """
    approach = exchanger_approach_k()
    glide = sink_out - sink_in
    with np.errstate(divide="ignore", invalid="ignore"):
        most = np.clip((source_in - approach - sink_in) / glide, 0.0, 1.0)
        cooled = np.clip((source_in - approach - sink_in) / (source_in - source_out), 0.0, np.inf)
    drawn = np.ones_like(most)
    for _ in range(_MAX_ROUNDS):
        share = np.nan_to_num(np.minimum(most, cooled * drawn))
        middle = sink_in + share * glide
        behind = source_in - (source_in - source_out) * share / drawn
        points = machines(behind, source_out, middle, sink_out, (1.0 - share) * heat_kw)
        before = drawn
        drawn = share + (1.0 - share) * points["source_share"].fillna(1.0).to_numpy()
        if np.abs(drawn - before).max(initial=0.0) < _SETTLED_SHARE:
            break
    return _preheated(points, share, middle)


def _preheated(
    points: pd.DataFrame, share: npt.NDArray[np.float64], middle: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """Rows of exchanger and heat pump in series, from the heat pump's points."""
    reason = np.select(
        [share < _LEAST_PREHEAT_SHARE, share > 1.0 - _LEAST_PREHEAT_SHARE],
        [
            "the source is not warm enough above the return to preheat it",
            "the exchanger leaves too little for a heat pump to lift",
        ],
        default=_with_freezing(points),
    )
    works = reason == ""
    lifted = 1.0 - share
    return pd.DataFrame(
        {
            "cop": np.where(works, points["cop"] / np.where(works, lifted, 1.0), np.nan),
            "source_share": np.where(works, share + lifted * points["source_share"], np.nan),
            "heat_pump_share": np.where(works, lifted, np.nan),
            "machine_cop": np.where(works, points["cop"], np.nan),
            "preheat_degc": np.where(works, middle, np.nan),
            "cycle": np.where(works, points["variant"], ""),
            "bounded": points["bounded"] & works,
            "reason": reason,
        }
    )


def _ambient(
    source_in: npt.NDArray[np.float64],
    source_out: npt.NDArray[np.float64],
    sink_in: npt.NDArray[np.float64],
    sink_out: npt.NDArray[np.float64],
    heat_kw: npt.NDArray[np.float64],
    *,
    machines: Machines,
) -> pd.DataFrame:
    """A loop at source temperature and a heat pump at the consumer."""
    supply, back = loop_temperatures(source_in, source_out)
    return _central(as_array(supply), as_array(back), sink_in, sink_out, heat_kw, machines=machines)
