"""
What heat reuse saves the data centre itself, and its reuse metrics.

The data centre's own plant stays, sized for all heat, and rejects what the network does not take.
In hours in which it would have cooled, it uses less electricity and, where it evaporates water,
less water. These credits stand beside the results and are counted in none of them: who gains is the
data centre, and whether it shares is a matter of contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption
from heatreach.thermo import (
    HOURS_PER_YEAR,
    cooling_credit,
    cooling_plant_hours,
    cooling_shortfall_kw,
    heat_balance,
    it_load_shape,
    own_plant,
    reuse_metrics,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..hours import Hours


def site_credits(
    site: pd.Series[Any], taken_kw: npt.NDArray[np.float64], hours: Hours
) -> dict[str, float]:
    """
    Credits and metrics of one data centre.

    Parameters
    ----------
    site
        Row of SITES.
    taken_kw
        Heat that the network takes in each hour [kW], shape (8760,).
    hours
        Hours of the study.

    Returns
    -------
    credits
        ``own_cooling_kw`` (installed with one spare unit, able to reject all heat alone),
        ``cooling_shortfall_kw`` (heat that it could not reject in the worst hour with one unit out
        and nothing taken: zero), ``cooling_credit_mwh``, ``water_credit_m3``, ``erf``, ``ere``; the
        metrics with the heat pump outside the data centre's boundary, NaN where its PUE is not
        known.
    """
    mean_kw = float(site["it_load_kw"] * site["utilisation"])
    servers = mean_kw * it_load_shape(hours.load_profile, utilisation=float(site["utilisation"]))
    plant = cooling_plant_hours(
        hours.outdoor_degc,
        source_degc=float(site["source_degc"]),
        source_return_degc=float(site["source_return_degc"]),
    )
    units = assumption("data_centres", "own_plant", "units").value
    own = own_plant(float(servers.max()), float(servers.max()) / units)
    balance = heat_balance(servers, taken_kw, plant, capture_share=float(site["capture_share"]))
    credit = cooling_credit(balance, plant, evaporative_share=_share(site))
    energy, pue = mean_kw * HOURS_PER_YEAR / 1e3, _number(site, "pue")
    metrics = {"erf": np.nan, "ere": np.nan}
    if np.isfinite(pue):
        found = reuse_metrics(
            energy,
            (pue - 1.0) * energy,
            source_heat_mwh=float(taken_kw.sum() / 1e3),
            heat_pump_mwh=0.0,
            boundary="outside",
        )
        metrics = {"erf": float(found.erf), "ere": float(found.ere)}
    return {
        "own_cooling_kw": float(own.installed_kw),
        "cooling_shortfall_kw": float(np.max(cooling_shortfall_kw(servers, own.firm_kw))),
        "cooling_credit_mwh": float(credit.electricity_mwh),
        "water_credit_m3": float(credit.water_m3),
        **metrics,
    }


def _share(site: pd.Series[Any]) -> float:
    """Share of rejected heat that evaporates water; none unless stated."""
    share = _number(site, "evaporative_share")
    return share if np.isfinite(share) else 0.0


def _number(site: pd.Series[Any], column: str) -> float:
    """A number of the site, NaN where it is not known."""
    return float(pd.to_numeric(site.get(column, np.nan), errors="coerce"))
