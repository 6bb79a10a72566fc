"""
Heat that a data centre can hand over, and at what temperature.

Temperatures and capture shares by cooling system come from ``data/cooling_systems.csv``. They are
those of the *water* that reaches the heat pump: the air of a hot aisle is 5 to 10 K warmer than the
water behind its coil. What is not captured is rejected by the data centre's own plant, see
`cooling_plant`; how the load of the servers moves over the day is in `it_load`, the metrics of
reuse are in `metrics`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import wide

from .arrays import Numeric, as_array, like_input, refuse_outside
from .errors import PhysicsRangeError

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def mixed_hall(
    liquid: str = "direct_to_chip", air: str = "air_hall"
) -> tuple[CoolingSystem, CoolingSystem]:
    """
    Two streams of a hall in which liquid takes part of the heat and air the rest.

    Parameters
    ----------
    liquid, air
        Names in ``data/cooling_systems.csv``: the system at the chips, and that of the rest.

    Returns
    -------
    streams
        The liquid stream as it stands in the table, and the air stream whose capture share is
        per heat of all servers [-]. What neither takes is left to the data centre's own plant.

    Raises
    ------
    PhysicsRangeError
        If there is no such system.

    Notes
    -----
    ``capture_air = (1 - capture_liquid) capture_air_system``. Heat pumps can use the streams one by
    one at their own temperatures, or one mixed loop, see `mixed_water`.

    Examples
    --------
    >>> [round(stream.capture_share, 3) for stream in mixed_hall()]
    [0.7, 0.255]
    """
    chips, rest = cooling_system(liquid), cooling_system(air)
    left = (1.0 - chips.capture_share) * rest.capture_share
    return chips, replace(rest, capture_share=left)


def mixed_water(streams: Sequence[CoolingSystem]) -> CoolingSystem:
    """
    One loop of water that serves several streams side by side.

    Parameters
    ----------
    streams
        Cooling systems of one hall, each capturing its share of the heat of all servers.

    Returns
    -------
    system
        Water as cold as the coldest stream needs it, the mixed water of all streams, and the share
        of heat they capture together.

    Raises
    ------
    PhysicsRangeError
        If there is no stream, or together they capture more than all heat.

    Notes
    -----
    Every stream gets water at the lowest return and heats it to its own temperature, so its flow
    per heat is ``1 / (source - lowest return)`` at constant heat capacity; the mixture is at
    ``lowest return + heat / flow``. Mixing costs temperature: a heat pump on the warm stream alone
    lifts less, see `mixed_hall`.

    Examples
    --------
    >>> round(mixed_water(mixed_hall()).source_degc, 1)
    37.3
    """
    shares = [stream.capture_share for stream in streams]
    if not streams or sum(shares) > 1.0:
        raise PhysicsRangeError(
            f"{len(streams)} streams capture {sum(shares):g} of the servers' heat; "
            "give at least one stream and at most all heat"
        )
    coldest = min(stream.source_return_degc for stream in streams)
    flow = sum(stream.capture_share / (stream.source_degc - coldest) for stream in streams)
    return CoolingSystem(
        key="+".join(stream.key for stream in streams),
        source_degc=coldest + sum(shares) / flow,
        source_return_degc=coldest,
        capture_share=sum(shares),
    )


def recoverable_heat_kw(
    it_load_kw: Numeric,
    utilisation: Numeric,
    capture_share: Numeric,
    *,
    other_heat_share: Numeric = 0.0,
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
    other_heat_share
        Heat of fans, UPS and lighting inside the hall per heat of the servers [-]; not counted
        unless given, see ``hall/other_heat_share`` in ``data/data_centres.csv``.

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
    ``it_load · utilisation · (1 + other) · capture``: all electricity of servers becomes heat.

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
    other = refuse_outside(
        other_heat_share, 0.0, 1.0, what="other heat share", unit="of 1", advice=advice
    )
    return like_input(as_array(load * use * (1.0 + other) * caught))
