"""
Claims on costs and prices, recomputed by arithmetic and against the price tables.

All money of a claim is compared at one price base; what a publication does not date is taken as
printed. Profitability of projects is decided in the siting room, not here.
"""

from __future__ import annotations

import math

from scipy.constants import lb

from heatreach.data import assumption, price

from .finding import (
    ASSUMING,
    HOLDS,
    INCONSISTENT,
    NOT_CHECKABLE,
    Figures,
    Finding,
    compared,
    overlap,
)

_BASE = "EUR 2024"
_MACHINES = ("large_1mw", "large_3mw", "large_10mw")
_COLD_WATER_KELVIN = 288.15
_KJ_PER_KWH = 3600.0


def heat_cost(figures: Figures) -> Finding:
    """
    Check the electricity cost of heat against its price and COP.

    Parameters
    ----------
    figures
        ``cop``, ``electricity_price_per_mwh`` and ``heat_cost_per_mwh``.

    Returns
    -------
    finding
        Holds if it is the price over the COP.
    """
    found = figures("electricity_price_per_mwh") / figures("cop")
    needed = figures("electricity_price_per_mwh") / figures("heat_cost_per_mwh")
    return compared(
        figures,
        figures("heat_cost_per_mwh"),
        found,
        unit="USD/MWh",
        words=f"{figures('electricity_price_per_mwh') / 1e3:g} USD over {figures('cop'):g} is"
        f" {found / 1e3:.4f} USD per kWh; the claim needs a COP of {needed:.1f}",
        method="price over COP",
    )


def heat_price(figures: Figures) -> Finding:
    """
    Check what networks pay for heat against published cases.

    Parameters
    ----------
    figures
        ``heat_price_per_mwh`` with its range.

    Returns
    -------
    finding
        Holds if it meets the range of the price table.
    """
    claim = figures.span("heat_price_per_mwh")
    known = price("energy_prices", "heat_bought_from_source", "price_per_mwh", target=_BASE)
    fits = overlap((claim.low, claim.high), (known.low, known.high))
    return Finding(
        HOLDS if fits else INCONSISTENT,
        f"published cases run from {known.low:g} to {known.high:g} EUR/MWh; the claim is"
        f" {claim.low / known.high:.0f} to {claim.high / known.high:.0f} times the dearest",
        claim.value,
        known.value,
        unit="EUR/MWh",
        method="comparison with data/energy_prices.csv",
    )


def steam_price(figures: Figures) -> Finding:
    """
    Restate a price of steam in the unit of its tariff; nothing to compare it with is known.

    Parameters
    ----------
    figures
        ``heat_price_per_mwh`` and ``steam_kpa``.

    Returns
    -------
    finding
        Not checkable, with the price per thousand pounds.
    """
    # Importing CoolProp takes a second; only who needs steam pays for it.
    from CoolProp.CoolProp import PropsSI

    vapour = PropsSI("H", "P", figures("steam_kpa") * 1e3, "Q", 1, "Water")
    water = PropsSI("H", "T", _COLD_WATER_KELVIN, "P", figures("steam_kpa") * 1e3, "Water")
    kwh = (vapour - water) / 1e3 * lb * 1e3 / _KJ_PER_KWH
    tariff = figures("heat_price_per_mwh") * kwh / 1e3
    return Finding(
        NOT_CHECKABLE,
        f"it is {tariff:.0f} USD per thousand pounds of steam ({kwh:.0f} kWh); {figures.remark}",
        figures("heat_price_per_mwh"),
        tariff,
        unit="USD/MWh claimed, USD/klb found",
        method="enthalpy of steam over cold water",
    )


def recouped_share(figures: Figures) -> Finding:
    """
    Check the share of operating cost that sold heat brings in.

    Parameters
    ----------
    figures
        ``recouped_share``, ``heat_price_per_mwh``, ``electricity_price_per_mwh`` and ``pue``.

    Returns
    -------
    finding
        Under the assumption of those prices and of full use, if the share meets the claim.
    """
    claim = figures.span("recouped_share")
    bill = figures("pue") * figures("electricity_price_per_mwh")
    found = figures("heat_price_per_mwh") / bill
    fits = overlap((found, found), (claim.low, claim.high))
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"{found:.1%} of the electricity bill",
        claim.value,
        found,
        unit="share of bill",
        assumption=f"heat at {figures('heat_price_per_mwh'):g} USD/MWh, power at"
        f" {figures('electricity_price_per_mwh'):g} USD/MWh, PUE {figures('pue'):g}, all heat sold"
        if fits
        else "",
        method="heat price over PUE times electricity price",
    )


def capex_range(figures: Figures) -> Finding:
    """
    Check a range of investment per heat output against the catalogue.

    Parameters
    ----------
    figures
        ``capex_per_kw`` with its range, and the ``equipment_share`` of the catalogue's investment.

    Returns
    -------
    finding
        Holds if the catalogue's machines, installation left out, lie in the range.
    """
    claim = figures.span("capex_per_kw")
    whole = [
        price("heat_pumps", name, "capex_per_kw", target="USD 2024").value for name in _MACHINES
    ]
    bare = [cost * figures("equipment_share") for cost in whole]
    share = figures("rounding_share")
    low, high = claim.low * (1.0 - share), claim.high * (1.0 + share)
    inside = [low <= cost <= high for cost in bare]
    verdict = HOLDS if all(inside) else (ASSUMING if any(inside) else INCONSISTENT)
    shown = [f"{cost:,.0f}" for cost in (*whole, *bare)]
    return Finding(
        verdict,
        f"catalogue at 1, 3 and 10 MW: {', '.join(shown[:3])} USD/kW installed,"
        f" {', '.join(shown[3:])} USD/kW without installation (USD 2024)",
        claim.value,
        bare[1],
        unit="USD/kW",
        assumption="only some sizes of machine" if verdict == ASSUMING else "",
        method="data/heat_pumps.csv at one price base",
    )


def pipe_cost(figures: Figures) -> Finding:
    """
    Check a distance at which heat is worth piping, for a small and a large source.

    Parameters
    ----------
    figures
        ``distance_m``, and for both sources the power and the price of pipe per metre.

    Returns
    -------
    finding
        Holds if the pipe costs no more than ``pipe_price_share`` of the heat price at both sizes,
        under an assumption if at one.
    """
    heat = price("energy_prices", "heat_sold", "price_per_mwh", target=_BASE, region="GB").value
    limit = figures("pipe_price_share") * heat
    costs = {size: _pipe_per_mwh(figures, size) for size in ("small", "large")}
    fits = {size: cost <= limit for size, cost in costs.items()}
    verdict = HOLDS if all(fits.values()) else (ASSUMING if any(fits.values()) else INCONSISTENT)
    small, large = figures("small_kw") / 1e3, figures("large_kw") / 1e3
    return Finding(
        verdict,
        f"{figures('distance_m') / 1e3:g} km cost {costs['small']:.1f} EUR/MWh at {small:g} MW and"
        f" {costs['large']:.1f} at {large:g} MW; {figures('pipe_price_share'):.0%} of the heat"
        f" price is {limit:.1f}",
        figures("distance_m") / 1e3,
        costs["small"],
        unit="km claimed, EUR/MWh found",
        assumption="a source of several MW: no distance fits all sizes"
        if verdict == ASSUMING
        else "",
        method=f"annuity of the pipe over {figures('full_load_hours_per_year'):g} h",
    )


def _pipe_per_mwh(figures: Figures, size: str) -> float:
    """Yearly cost of the pipe per heat it carries [EUR/MWh, price base of the comparison]."""
    rows = price("claim_inputs", figures.claim, f"{size}_pipe_per_m", target=_BASE)
    printed = assumption("claim_inputs", figures.claim, f"{size}_pipe_per_m").value
    per_m = figures(f"{size}_pipe_per_m") * rows.value / printed
    capex_per_kw = per_m * figures("distance_m") / figures(f"{size}_kw")
    rate = assumption("scenario", "economics", "discount_rate_share").value
    life = assumption("technology_costs", "pipe", "life_years").value
    annuity = rate / (1.0 - math.pow(1.0 + rate, -life))
    return capex_per_kw * annuity / figures("full_load_hours_per_year") * 1e3
