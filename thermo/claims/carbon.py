"""
Claims on greenhouse gases, recomputed with `emissions`: factors, amounts, signs.

What no machine can exceed is in `bounds`.
"""

from __future__ import annotations

from scipy.constants import lb

from ..demand.load_duration import HOURS_PER_YEAR
from ..emissions import net_savings_t_co2e
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, compared, overlap
from .quantities import boiler_efficiency, gas_kg_per_kwh, grid_kg_per_kwh

_METHOD = "net saving of the emissions engine"


def grid_factor(figures: Figures) -> Finding:
    """
    Check a grid factor against published ones, and against a slip of unit.

    Parameters
    ----------
    figures
        ``grid_kg_per_kwh`` and ``published_grid_kg_per_kwh`` with its range.

    Returns
    -------
    finding
        Holds if it lies in the published range; else the reading in pounds per MWh is tried.
    """
    claimed, known = figures("grid_kg_per_kwh"), figures.span("published_grid_kg_per_kwh")
    in_pounds = claimed * lb
    fits = known.low <= claimed <= known.high
    slip = known.low <= in_pounds <= known.high
    words = f"published {known.low:g} to {known.high:g} kg/kWh, {claimed / known.value:.1f} times"
    if slip and not fits:
        words += f"; {claimed * 1e3:g} lb/MWh is {in_pounds:.3f} kg/kWh"
    return Finding(
        HOLDS if fits else INCONSISTENT,
        words,
        claimed,
        in_pounds if slip else known.value,
        unit="kg/kWh",
        assumption="the number is in pounds per MWh" if slip and not fits else "",
        method="comparison with published factors and conversion of units",
    )


def two_grid_factors(figures: Figures) -> Finding:
    """
    Check two grid factors used for one grid in one publication.

    Parameters
    ----------
    figures
        ``grid_kg_per_kwh``, ``other_grid_kg_per_kwh``, and the heat they are used on.

    Returns
    -------
    finding
        Holds if they are equal within rounding; the net saving with each is shown.
    """
    one, other = figures("grid_kg_per_kwh"), figures("other_grid_kg_per_kwh")
    nets = [_as_published(figures, factor) for factor in (one, other)]
    return compared(
        figures,
        one,
        other,
        unit="kg/kWh",
        words=f"net {nets[0]:.0f} t with {one:g} and {nets[1]:.0f} t with {other:g} kg/kWh",
        method=_METHOD,
    )


def fuel_avoided(figures: Figures) -> Finding:
    """
    Check the emissions of an amount of fuel that is not burnt.

    Parameters
    ----------
    figures
        ``heat_mwh``, ``fuel_kg_per_kwh`` and ``avoided_t_co2e``.

    Returns
    -------
    finding
        Under the assumption that the boiler loses nothing, if the product is as claimed.
    """
    heat, factor = figures("heat_mwh"), gas_kg_per_kwh(figures)
    lossless, real = heat * factor, heat * factor / boiler_efficiency()
    lossy = figures.near(figures("avoided_t_co2e"), real)
    return compared(
        figures,
        figures("avoided_t_co2e"),
        real if lossy else lossless,
        unit="t CO2e/year",
        words=f"{lossless:.1f} t, or {real:.0f} t with a boiler of {boiler_efficiency():.0%}",
        assumption="" if lossy else "a boiler efficiency of 1",
        method="heat times factor",
    )


def net_saving(figures: Figures) -> Finding:
    """
    Check a net saving against the figures it is printed with.

    Parameters
    ----------
    figures
        ``net_t_co2e``, ``heat_mwh``, ``cop``, ``it_kw`` and the factors.

    Returns
    -------
    finding
        Holds with one boundary, where the electricity of the heat pump is part of the heat that a
        real boiler would have made; under the assumptions of the publication, if they lead to it.
    """
    claim, share = figures.span("net_t_co2e"), figures("rounding_share")
    found = _as_published(figures, grid_kg_per_kwh(figures))
    wanted = (claim.low * (1.0 - share), claim.high * (1.0 + share))
    consistent = [_consistent(figures, eta) for eta in (1.0, boiler_efficiency())]
    right = overlap((consistent[1], consistent[1]), wanted)
    fits = overlap((found, found), wanted) and not right
    capture = figures("heat_mwh") * 1e3 / HOURS_PER_YEAR / figures("it_kw")
    return Finding(
        HOLDS if right else (ASSUMING if fits else INCONSISTENT),
        f"{found:.0f} t; with one boundary {consistent[0]:.0f} t, or {consistent[1]:.0f} t with a"
        f" boiler of {boiler_efficiency():.0%}",
        claim.value,
        found,
        unit="t CO2e/year",
        assumption=f"{capture:.0%} of the heat is used, the boiler loses nothing, source heat"
        f" counts as delivered, {grid_kg_per_kwh(figures):g} kg/kWh"
        if fits
        else "",
        method=_METHOD,
    )


def saving_sign(figures: Figures) -> Finding:
    """
    Check that savings shrink, and may turn negative, where the heat is already clean.

    Parameters
    ----------
    figures
        ``fuel_kg_per_kwh`` of the clean heat, and ``cop``.

    Returns
    -------
    finding
        Holds if the net saving against it is below that against gas.
    """
    heat = 1000.0
    electricity = {"heat_pump_mwh": heat / figures("cop"), "pumping_mwh": 0.0}
    factors = {"electricity_t_co2e_per_mwh": grid_kg_per_kwh(figures)}
    clean = figures("fuel_kg_per_kwh")
    gas = gas_kg_per_kwh(Figures(figures.claim, (), "", {}))
    nets = [
        net_savings_t_co2e(
            heat,
            fuel_t_co2e_per_mwh=factor,
            boiler_efficiency=boiler_efficiency(),
            **electricity,
            **factors,
        ).net_t_co2e
        for factor in (gas, clean)
    ]
    return Finding(
        HOLDS if nets[1] < nets[0] else INCONSISTENT,
        f"per GWh of heat {nets[0]:.0f} t against gas, {nets[1]:.0f} t against heat of {clean:g}"
        " kg/kWh: the sign is free",
        clean,
        float(nets[1]),
        unit="kg/kWh claimed, t/GWh found",
        method=_METHOD,
    )


def heat_emissions(figures: Figures) -> Finding:
    """
    Check the emissions claimed for heat from a heat pump.

    Parameters
    ----------
    figures
        ``emitted_kg_per_kwh`` and ``cop``.

    Returns
    -------
    finding
        Holds if it is the grid factor over the COP.
    """
    found = grid_kg_per_kwh(figures) / figures("cop")
    return compared(
        figures,
        figures("emitted_kg_per_kwh"),
        found,
        unit="kg/kWh of heat",
        words=f"COP {figures('cop'):g} draws {1.0 / figures('cop'):.2f} kWh and emits {found:.3f}"
        " kg per kWh of heat",
        method="grid factor over COP",
    )


def _as_published(figures: Figures, factor: float) -> float:
    """Net saving with source heat counted as delivered and a boiler without loss."""
    heat = figures("heat_mwh")
    return _saving(figures, heat, heat / (figures("cop") - 1.0), factor, 1.0)


def _consistent(figures: Figures, efficiency: float) -> float:
    """Net saving with the electricity of the heat pump in the heat delivered."""
    drive = figures("heat_mwh") / (figures("cop") - 1.0)
    heat = figures("heat_mwh") + drive
    return _saving(figures, heat, drive, grid_kg_per_kwh(figures), efficiency)


def _saving(
    figures: Figures, heat: float, electricity: float, factor: float, efficiency: float
) -> float:
    """Net saving of the emissions engine without pumping, backup and leakage."""
    return float(
        net_savings_t_co2e(
            heat,
            fuel_t_co2e_per_mwh=gas_kg_per_kwh(figures),
            boiler_efficiency=efficiency,
            heat_pump_mwh=electricity,
            pumping_mwh=0.0,
            electricity_t_co2e_per_mwh=factor,
        ).net_t_co2e
    )
