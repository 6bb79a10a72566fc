"""
Claims on cooling water, recomputed with `water_use` and refused where they pass its bound.

However a site is cooled, it cannot evaporate more than all heat of its servers and all work of its
chillers take. A claim above that has a slip of unit, or counts water that is not for cooling.
"""

from __future__ import annotations

from heatreach.data import assumption

from ..cooling.water_use import makeup_l_per_kwh, water_bound_m3
from ..demand.load_duration import HOURS_PER_YEAR
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, compared, overlap

_METHOD = "bound: all heat and chiller work evaporated, with blowdown"


def water_bound(figures: Figures) -> Finding:
    """
    Check a yearly use of water against the most that cooling can take.

    Parameters
    ----------
    figures
        ``it_kw`` and ``water_m3``.

    Returns
    -------
    finding
        Refused if it is above the bound.
    """
    heat = figures("it_kw") * HOURS_PER_YEAR / 1e3
    most, claimed = float(water_bound_m3(heat)), figures("water_m3")
    return Finding(
        INCONSISTENT if claimed > most else HOLDS,
        f"{claimed / heat:.2f} L per kWh of servers, at most {most / heat:.2f}: {most:,.0f} m3, of"
        f" which the claim is {claimed / most:.1f} times",
        claimed,
        most,
        most,
        "m3/year",
        method=_METHOD,
    )


def water_saved(figures: Figures) -> Finding:
    """
    Check a saved share against the amounts before and after.

    Parameters
    ----------
    figures
        ``water_m3``, ``remaining_m3`` and ``saved_share``.

    Returns
    -------
    finding
        Holds if the amounts give that share.
    """
    before, after = figures("water_m3"), figures("remaining_m3")
    share = 1.0 - after / before
    return compared(
        figures,
        figures("saved_share"),
        share,
        unit="share",
        words=f"{before:,.0f} to {after:,.0f} m3 is {share:.0%} less; elsewhere"
        f" {figures('saved_share'):.0%} is said",
        method="ratio of the two amounts",
    )


def water_of_load(figures: Figures) -> Finding:
    """
    Check a use of water by the load that would evaporate it.

    Parameters
    ----------
    figures
        ``water_m3`` and the ``mean_it_kw`` of large data centres.

    Returns
    -------
    finding
        Under the assumption of that load, if large data centres have it.
    """
    known, work = figures.span("mean_it_kw"), _chiller_work()
    most_heat = figures("water_m3") / float(makeup_l_per_kwh())
    mean = most_heat * 1e3 / HOURS_PER_YEAR
    least = mean / (1.0 + work)
    fits = overlap((least, mean), (known.low, known.high))
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"it carries off {most_heat / (1.0 + work) / 1e3:.0f} to {most_heat / 1e3:.0f} GWh of"
        f" server heat, a mean of {least / 1e3:.0f} to {mean / 1e3:.0f} MW",
        figures("water_m3"),
        (least + mean) / 2.0,
        unit="m3/year claimed, kW found",
        assumption=f"a site of {least / 1e3:.0f} to {mean / 1e3:.0f} MW, all heat evaporated"
        if fits
        else "",
        method="make-up water per heat",
    )


def _chiller_work() -> float:
    """Chiller electricity per heat that the bound of the engine allows for [-]."""
    return assumption("data_centres", "evaporation", "chiller_work_share").value
