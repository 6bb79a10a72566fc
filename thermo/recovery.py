"""
Heat that a data centre can hand over, at what temperature, and the metrics of its reuse.

Temperatures and capture shares by cooling system come from ``data/cooling_systems.csv``. They are
those of the *water* that reaches the heat pump: the air of a hot aisle is 5 to 10 K warmer than the
water behind its coil. The metrics follow ISO/IEC 30134 (parts 2 and 6) and The Green Grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from heatreach.data import wide

from .arrays import Numeric, as_array, like_input, refuse_outside
from .errors import PhysicsRangeError

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoolingSystem:
    """How servers are cooled: water to and from the heat pump, and the share of heat it carries."""

    key: str
    source_degc: float
    source_return_degc: float
    capture_share: float


def cooling_system(key: str = UNKNOWN) -> CoolingSystem:
    """
    One cooling system with its water temperatures and capture share.

    Parameters
    ----------
    key
        Name in ``data/cooling_systems.csv``; without one, cautious values for an air-cooled hall.

    Returns
    -------
    system
        Water temperatures [°C] and captured share of the heat of the servers [-].

    Raises
    ------
    PhysicsRangeError
        If there is no such system.

    Examples
    --------
    >>> cooling_system("direct_to_chip").source_degc
    45.0
    """
    table = wide("cooling_systems")
    if key not in table.index:
        raise PhysicsRangeError(
            f"no cooling system {key!r}; choose one of {', '.join(table.index)}"
        )
    row = table.loc[key].to_dict()
    return CoolingSystem(
        key=key,
        source_degc=float(row["source_degc"]),
        source_return_degc=float(row["source_return_degc"]),
        capture_share=float(row["capture_share"]),
    )


def recoverable_heat_kw(
    it_load_kw: Numeric, utilisation: Numeric, capture_share: Numeric
) -> Numeric:
    """
    Heat of the servers that reaches the water [kW].

    Parameters
    ----------
    it_load_kw
        Installed electrical load of the servers [kW].
    utilisation
        Mean electrical load per installed load [-], 0–1.
    capture_share
        Share of the servers' heat that the cooling system hands over [-], 0–1.

    Returns
    -------
    heat_kw
        Mean recoverable heat [kW], shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If a load is negative or a share is outside 0–1.

    Notes
    -----
    All electricity of servers becomes heat. Heat of fans, UPS and lighting is not counted.

    Examples
    --------
    >>> recoverable_heat_kw(2000.0, 0.5, 0.8)
    800.0
    """
    load = as_array(it_load_kw)
    if np.any(load < 0.0):
        raise PhysicsRangeError(f"IT load {load.min():g} kW cannot be negative")
    advice = "give a share, not percent"
    use = refuse_outside(utilisation, 0.0, 1.0, what="utilisation", unit="of 1", advice=advice)
    caught = refuse_outside(
        capture_share, 0.0, 1.0, what="capture share", unit="of 1", advice=advice
    )
    return like_input(as_array(load * use * caught))


def pue(total_mwh: Numeric, it_mwh: Numeric) -> Numeric:
    """
    Power usage effectiveness, energy of the whole data centre per energy of its servers [-].

    Parameters
    ----------
    total_mwh
        Energy into the data centre [MWh]; with the heat pump only if that is inside its boundary.
    it_mwh
        Energy of the servers [MWh].

    Returns
    -------
    pue
        At least 1 (ISO/IEC 30134-2).

    Raises
    ------
    PhysicsRangeError
        If the whole is smaller than the servers' part.

    Examples
    --------
    >>> pue(1.25, 1.0)
    1.25
    """
    total, servers = as_array(total_mwh), as_array(it_mwh)
    if not np.all((servers > 0.0) & (total >= servers)):
        raise PhysicsRangeError("energy of the data centre must be at least that of its servers")
    return like_input(as_array(total / servers))


def erf(reused_mwh: Numeric, total_mwh: Numeric) -> Numeric:
    """
    Energy reuse factor, heat reused outside per energy into the data centre [-].

    Parameters
    ----------
    reused_mwh
        Heat at the hand-off, outside the data centre's boundary [MWh]: source heat if the heat pump
        stands outside, delivered heat if it stands inside.
    total_mwh
        Energy into the data centre within the same boundary [MWh].

    Returns
    -------
    erf
        From 0, nothing reused, to 1 (ISO/IEC 30134-6).

    Raises
    ------
    PhysicsRangeError
        If more is reused than enters.

    Examples
    --------
    >>> erf(0.8, 1.25)
    0.64
    """
    reused, total = as_array(reused_mwh), as_array(total_mwh)
    if not np.all((reused >= 0.0) & (reused <= total) & (total > 0.0)):
        raise PhysicsRangeError("reused heat must be between 0 and the energy into the data centre")
    return like_input(as_array(reused / total))


def ere(total_mwh: Numeric, reused_mwh: Numeric, it_mwh: Numeric) -> Numeric:
    """
    Energy reuse effectiveness, energy not reused per energy of the servers [-].

    Parameters
    ----------
    total_mwh, reused_mwh
        Energy into the data centre and heat reused outside, within one boundary [MWh].
    it_mwh
        Energy of the servers [MWh].

    Returns
    -------
    ere
        From 0, all reused, to the PUE, nothing reused; values below 1 are normal.

    Raises
    ------
    PhysicsRangeError
        If more is reused than enters, or less enters than the servers use.

    Notes
    -----
    ``ERE = (E_DC - E_reuse) / E_IT = (1 - ERF) PUE``. The same plant has the same ERE whether its
    heat pump is counted inside or outside, though not the same ERF.

    Examples
    --------
    >>> round(ere(1.25, 0.8, 1.0), 2)
    0.45
    """
    unused = 1.0 - as_array(erf(reused_mwh, total_mwh))
    return like_input(as_array(unused * pue(total_mwh, it_mwh)))
