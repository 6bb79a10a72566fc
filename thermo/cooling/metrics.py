"""
Metrics of energy, heat reuse, carbon and water of a data centre, with the boundary made explicit.

Definitions of ISO/IEC 30134 (EN 50600-4): PUE part 2, REF part 3, ERF part 6, CUE part 8, WUE part
9; ERE is The Green Grid's. All are yearly and per energy of the servers or of the data centre.
Savings at the cooling plant are no part of them: a heat pump that spares chiller electricity or
water earns a credit that `cooling_plant` shows by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np

from ..arrays import Numeric, as_array, like_input, refuse_outside
from ..errors import PhysicsRangeError

if TYPE_CHECKING:
    import numpy.typing as npt

Boundary = Literal["outside", "inside"]
ROUNDING = 1e-9  # relative, so that sums of measured parts are not refused for their last digit


class ReuseMetrics(NamedTuple):
    """
    Metrics of one year; those whose inputs are not given are not a number.

    ``total_mwh`` and ``reused_mwh`` are the energies within ``boundary`` on which the others rest.
    """

    boundary: Boundary
    total_mwh: Numeric
    reused_mwh: Numeric
    pue: Numeric
    erf: Numeric
    ere: Numeric
    ref: Numeric
    cue_kg_per_kwh: Numeric
    wue_l_per_kwh: Numeric


def reuse_metrics(
    it_mwh: Numeric,
    overhead_mwh: Numeric,
    *,
    source_heat_mwh: Numeric,
    heat_pump_mwh: Numeric,
    boundary: Boundary,
    delivered_mwh: Numeric | None = None,
    renewable_mwh: Numeric = np.nan,
    grid_kg_per_kwh: Numeric = np.nan,
    water_m3: Numeric = np.nan,
) -> ReuseMetrics:
    """
    PUE, ERF, ERE, REF, CUE and WUE of a data centre that hands over heat.

    Parameters
    ----------
    it_mwh, overhead_mwh
        Electricity of the servers, and of all else in the data centre without the heat pump [MWh].
    source_heat_mwh
        Heat handed to the heat pump, or directly to the network [MWh].
    heat_pump_mwh
        Electricity of the heat pump [MWh].
    boundary
        Whether the heat pump stands ``"outside"`` or ``"inside"`` the data centre. Outside, its
        electricity is not the data centre's and the source heat is what is reused. Inside, its
        electricity counts and the heat it delivers is what is reused.
    delivered_mwh
        Heat leaving the heat pump [MWh]; by default source heat plus all its electricity.
    renewable_mwh
        Renewable energy owned and controlled by the data centre [MWh], for REF.
    grid_kg_per_kwh
        Greenhouse gases per energy into the data centre [kg CO2e/kWh], for CUE.
    water_m3
        Water used by the data centre [m³], for WUE.

    Returns
    -------
    metrics
        All shaped like the inputs.

    Raises
    ------
    PhysicsRangeError
        If the boundary is neither of the two, an energy is negative, or more heat leaves than
        energy enters.

    Notes
    -----
    Outside: ``E_DC = IT + overhead``, ``E_reuse = source heat``. Inside: ``E_DC = IT + overhead +
    heat pump``, ``E_reuse = delivered heat``. If all electricity of the heat pump ends up in the
    delivered heat, ERE is the same in both, PUE and ERF are not. Whether the overhead is that
    before or after the heat pump took load off the cooling plant is the caller's to say; nothing is
    netted here.

    Examples
    --------
    >>> year = dict(source_heat_mwh=0.8, heat_pump_mwh=0.2)
    >>> outside = reuse_metrics(1.0, 0.25, **year, boundary="outside")
    >>> inside = reuse_metrics(1.0, 0.25, **year, boundary="inside")
    >>> [round(m.erf, 2) for m in (outside, inside)], [round(m.ere, 2) for m in (outside, inside)]
    ([0.64, 0.69], [0.45, 0.45])
    """
    if boundary not in get_args(Boundary):
        raise PhysicsRangeError(f"boundary {boundary!r} is neither 'outside' nor 'inside'")
    servers, other = _energy(it_mwh, "servers"), _energy(overhead_mwh, "overhead")
    source, drive = _energy(source_heat_mwh, "source heat"), _energy(heat_pump_mwh, "heat pump")
    made = source + drive if delivered_mwh is None else _energy(delivered_mwh, "delivered heat")
    _refuse_heat_from_nothing(made, source + drive, "heat delivered", "source heat and electricity")
    _refuse_heat_from_nothing(source, servers + other, "source heat", "energy of the data centre")
    inside = boundary == "inside"
    total = like_input(as_array(servers + other + (drive if inside else 0.0)))
    reused = like_input(as_array(np.minimum(made, total) if inside else np.minimum(source, total)))
    return ReuseMetrics(
        boundary=boundary,
        total_mwh=total,
        reused_mwh=reused,
        pue=pue(total, it_mwh),
        erf=erf(reused, total),
        ere=ere(total, reused, it_mwh),
        ref=ref(renewable_mwh, total),
        cue_kg_per_kwh=cue(as_array(grid_kg_per_kwh) * as_array(total), it_mwh),
        wue_l_per_kwh=wue(water_m3, it_mwh),
    )


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


def ref(renewable_mwh: Numeric, total_mwh: Numeric) -> Numeric:
    """
    Renewable energy factor, renewable energy per energy into the data centre [-].

    Parameters
    ----------
    renewable_mwh
        Renewable energy owned and controlled by the data centre [MWh]: made on site, or bought with
        certificates that are retired. Green electricity without them does not count.
    total_mwh
        Energy into the data centre [MWh].

    Returns
    -------
    ref
        From 0 to 1, which is also the value if more renewable energy is owned than used (ISO/IEC
        30134-3).

    Raises
    ------
    PhysicsRangeError
        If the renewable energy is negative or no energy enters.

    Examples
    --------
    >>> ref(0.5, 1.25)
    0.4
    """
    total, renewable = as_array(total_mwh), _energy(renewable_mwh, "renewable energy")
    if np.any(total <= 0.0):
        raise PhysicsRangeError("energy into the data centre must be above 0 MWh")
    return like_input(as_array(np.minimum(renewable / total, 1.0)))


def cue(emissions_t_co2e: Numeric, it_mwh: Numeric) -> Numeric:
    """
    Carbon usage effectiveness, greenhouse gases of the data centre's energy [kg CO2e/kWh].

    Parameters
    ----------
    emissions_t_co2e
        Greenhouse gases of all energy into the data centre [t CO2e].
    it_mwh
        Energy of the servers [MWh].

    Returns
    -------
    cue
        Per energy of the servers, at least 0 (ISO/IEC 30134-8).

    Raises
    ------
    PhysicsRangeError
        If emissions are negative or the servers use no energy.

    Notes
    -----
    With one grid factor it is ``PUE`` times that factor. Heat reuse does not lower it: what the
    heat replaces is counted where it is used, see `emissions`.

    Examples
    --------
    >>> cue(0.25, 1.0)
    0.25
    """
    return _per_it(emissions_t_co2e, it_mwh, "emissions", "t CO2e")


def wue(water_m3: Numeric, it_mwh: Numeric) -> Numeric:
    """
    Water usage effectiveness, water of the data centre per energy of its servers [L/kWh].

    Parameters
    ----------
    water_m3
        Water used on site [m³].
    it_mwh
        Energy of the servers [MWh].

    Returns
    -------
    wue
        At least 0 (ISO/IEC 30134-9); a m³ per MWh is a litre per kWh.

    Raises
    ------
    PhysicsRangeError
        If water is negative or the servers use no energy.

    Examples
    --------
    >>> wue(4.0e3, 8760.0) < 0.46
    True
    """
    return _per_it(water_m3, it_mwh, "water", "m³")


def _per_it(values: Numeric, it_mwh: Numeric, what: str, unit: str) -> Numeric:
    """Something of a year per energy of the servers."""
    amount = refuse_outside(values, 0.0, np.inf, what=what, unit=unit, advice="give 0 or more")
    servers = as_array(it_mwh)
    if not np.all(servers > 0.0):
        raise PhysicsRangeError("energy of the servers must be above 0 MWh")
    return like_input(as_array(amount / servers))


def _energy(values: Numeric, what: str) -> npt.NDArray[np.float64]:
    """Energies, refused if negative."""
    return refuse_outside(values, 0.0, np.inf, what=what, unit="MWh", advice="give 0 or more")


def _refuse_heat_from_nothing(
    heat: npt.NDArray[np.float64], energy: npt.NDArray[np.float64], what: str, limit: str
) -> None:
    """Refuse heat above the energy it comes from."""
    excess = heat - energy * (1.0 + ROUNDING)
    if np.any(excess > 0.0):
        worst = float(np.max(excess))
        raise PhysicsRangeError(
            f"{what} exceeds {limit} by {worst:g} MWh; check which of the two is wrong"
        )
