"""
Claims on amounts of energy and power, recomputed by balances.

The recurring error is to mix the heat drawn from the source with the heat delivered: they differ by
the electricity of the heat pump. Others mix power with energy, or two years in one sentence.
"""

from __future__ import annotations

from ..demand.load_duration import HOURS_PER_YEAR
from ..recovery import recoverable_heat_kw
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, compared, overlap
from .quantities import boiler_efficiency

_BALANCE = "energy balance of a heat pump: delivered = source + electricity"
_HOURS = "mean power times 8760 h"


def recovered_share(figures: Figures) -> Finding:
    """
    Check a recovered share against the powers it is stated with.

    Parameters
    ----------
    figures
        ``electricity_kw``, ``delivered_kw``, ``it_kw`` and ``recovered_share``.

    Returns
    -------
    finding
        Holds if the source heat, delivered less electricity, is that share of the servers' power.
    """
    source = figures("delivered_kw") - figures("electricity_kw")
    share = source / figures("it_kw")
    cop = figures("delivered_kw") / figures("electricity_kw")
    return compared(
        figures,
        figures("recovered_share"),
        share,
        unit="share of server heat",
        words=f"COP {cop:.1f}; only {source:g} kW come from the servers, {share:.0%} of"
        f" {figures('it_kw'):g} kW",
        method=_BALANCE,
    )


def captured_heat(figures: Figures) -> Finding:
    """
    Check an amount of recovered heat per power of the servers.

    Parameters
    ----------
    figures
        ``module_kw``, ``it_kw``, ``recovered_kw`` and ``cop``.

    Returns
    -------
    finding
        Under the assumption that it is source heat, if it is not more than the servers give.
    """
    share = figures("recovered_kw") / figures("it_kw")
    delivered = figures("recovered_kw") * figures("cop") / (figures("cop") - 1.0)
    fits = share <= 1.0
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"{figures('it_kw') / figures('module_kw'):g} modules; {share:.0%} of the servers' heat, or"
        f" {delivered:.0f} kW delivered at COP {figures('cop'):g}",
        figures("recovered_kw"),
        delivered,
        figures("it_kw"),
        "kW",
        "it is heat drawn from the servers; what is delivered is more" if fits else "",
        _BALANCE,
    )


def yearly_energy(figures: Figures) -> Finding:
    """
    Check a yearly energy against its power.

    Parameters
    ----------
    figures
        ``cooling_kw`` and ``energy_mwh``.

    Returns
    -------
    finding
        Holds if it is the power over all hours of a year.
    """
    energy = figures("cooling_kw") * HOURS_PER_YEAR / 1e3
    return compared(
        figures,
        figures("energy_mwh"),
        energy,
        unit="MWh/year",
        words=f"{figures('cooling_kw'):g} kW over 8760 h is {energy:,.0f} MWh",
        method=_HOURS,
    )


def heat_basis(figures: Figures) -> Finding:
    """
    Check that an amount of heat is that of the servers and not another energy.

    Parameters
    ----------
    figures
        ``heat_mwh``, ``it_kw`` and ``cooling_kw``.

    Returns
    -------
    finding
        Holds if the heat is that of the servers over a year.
    """
    heat = figures("it_kw") * HOURS_PER_YEAR / 1e3
    cooling = figures("cooling_kw") * HOURS_PER_YEAR / 1e3
    words = f"the servers give {heat:,.0f} MWh of heat"
    if figures.near(figures("heat_mwh"), cooling):
        words += f"; {cooling:,.0f} MWh is the electricity of the cooling"
    return compared(figures, figures("heat_mwh"), heat, unit="MWh/year", words=words, method=_HOURS)


def heat_pump_energy(figures: Figures) -> Finding:
    """
    Check a heat pump's electricity and its emissions against heat and COP.

    Parameters
    ----------
    figures
        ``heat_mwh``, ``cop``, ``electricity_mwh``, ``grid_kg_per_kwh`` and ``emitted_t_co2e``.

    Returns
    -------
    finding
        Holds if the heat is what is delivered; under an assumption if it must be source heat.
    """
    heat, cop = figures("heat_mwh"), figures("cop")
    for_delivered, for_source = heat / cop, heat / (cop - 1.0)
    claimed = figures("electricity_mwh")
    emitted = claimed * figures("grid_kg_per_kwh")
    carbon = figures.near(emitted, figures("emitted_t_co2e"))
    verdict, assumption = INCONSISTENT, ""
    if carbon and figures.near(claimed, for_delivered):
        verdict = HOLDS
    elif carbon and figures.near(claimed, for_source):
        verdict = ASSUMING
        assumption = f"{heat:g} MWh is source heat, so {heat + for_source:,.0f} MWh are delivered"
    return Finding(
        verdict,
        f"{for_delivered:.0f} MWh if {heat:g} MWh are delivered, {for_source:.0f} MWh if they are"
        f" drawn from the source; {claimed:g} MWh emit {emitted:.0f} t",
        claimed,
        for_source,
        unit="MWh/year",
        assumption=assumption,
        method=_BALANCE,
    )


def homes_served(figures: Figures) -> Finding:
    """
    Check a number of homes heated by the servers.

    Parameters
    ----------
    figures
        ``homes``, ``it_kw``, ``home_gas_mwh`` and ``cop``.

    Returns
    -------
    finding
        Under the assumption of the share of heat that is used, unless more homes than heat.
    """
    delivered = figures("it_kw") * HOURS_PER_YEAR / 1e3 * figures("cop") / (figures("cop") - 1.0)
    home = figures("home_gas_mwh") * boiler_efficiency()
    most, claim = delivered / home, figures.span("homes")
    low, high = claim.low / most, claim.high / most
    fits = high <= 1.0 + figures("rounding_share")
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"{most:,.0f} homes of {home:.1f} MWh if all heat is used at COP {figures('cop'):g}; the"
        f" claim is {low:.0%} to {high:.0%} of it",
        claim.value,
        most,
        most,
        "homes",
        f"{low:.0%} to {high:.0%} of the heat finds a use" if fits else "",
        "server heat and COP over the heat of a home",
    )


def heated_floor(figures: Figures) -> Finding:
    """
    Check a floor area heated by a plant.

    Parameters
    ----------
    figures
        ``heat_kw``, ``floor_area_m2`` and the reported ``saved_mwh`` of a year.

    Returns
    -------
    finding
        Under the assumption of peak power, if the reported energy needs fewer hours than a year.
    """
    saved = figures.span("saved_mwh")
    low, high = (1e3 * energy / figures("heat_kw") for energy in (saved.low, saved.high))
    watts = 1e3 * figures("heat_kw") / figures("floor_area_m2")
    fits = high <= HOURS_PER_YEAR
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"{watts:.1f} W/m2; the reported {saved.low:g} to {saved.high:g} MWh a year are"
        f" {low:.0f} to {high:.0f} full-load hours",
        figures("heat_kw"),
        saved.value,
        unit="kW claimed, MWh/year found",
        assumption="it is the peak; over a year the heat is a small part of it" if fits else "",
        method="power per area, and energy per power",
    )


def heat_of_electricity(figures: Figures) -> Finding:
    """
    Check the share of the servers' electricity that becomes heat.

    Parameters
    ----------
    figures
        ``heat_share`` and ``it_kw``.

    Returns
    -------
    finding
        Holds if not more heat is claimed than electricity enters.
    """
    all_of_it = float(recoverable_heat_kw(figures("it_kw"), 1.0, 1.0))
    claimed = figures.span("heat_share")
    bound = all_of_it / figures("it_kw")
    return Finding(
        HOLDS if claimed.high <= bound and claimed.low > 0.0 else INCONSISTENT,
        f"energy is conserved: {bound:.0%} of it becomes heat; what water carries is less, a"
        " capture share that every site states",
        claimed.value,
        bound,
        bound,
        "share",
        method="energy balance of the servers",
    )


def mean_power(figures: Figures) -> Finding:
    """
    Check a power against a yearly energy of the same publication.

    Parameters
    ----------
    figures
        ``power_kw`` and ``energy_mwh``.

    Returns
    -------
    finding
        Holds if the energy is not more than the power gives in a year.
    """
    mean = figures("energy_mwh") * 1e3 / HOURS_PER_YEAR
    claimed = figures("power_kw")
    fits = mean <= claimed * (1.0 + figures("rounding_share"))
    return Finding(
        HOLDS if fits else INCONSISTENT,
        f"{figures('energy_mwh') / 1e6:g} TWh a year are {mean / 1e6:.1f} GW on average,"
        f" {mean / claimed:.1f} times {claimed / 1e6:g} GW",
        claimed / 1e6,
        mean / 1e6,
        unit="GW",
        method=_HOURS,
    )


def same_quantity(figures: Figures) -> Finding:
    """
    Check two figures that one publication gives for one quantity.

    Parameters
    ----------
    figures
        ``energy_mwh`` and ``other_energy_mwh``.

    Returns
    -------
    finding
        Holds if they are equal within rounding.
    """
    one, other = figures("energy_mwh"), figures("other_energy_mwh")
    return compared(
        figures,
        one / 1e6,
        other / 1e6,
        unit="TWh/year",
        words=f"{one / 1e6:g} and {other / 1e6:g} TWh differ by a factor {other / one:.1f}",
        method="comparison of two statements",
    )


def homes_electricity(figures: Figures) -> Finding:
    """
    Check a data centre's electricity stated in homes.

    Parameters
    ----------
    figures
        ``homes``, ``home_electricity_mwh`` and the ``mean_it_kw`` of large data centres.

    Returns
    -------
    finding
        Under the assumption of that load, if large data centres have it.
    """
    energy = figures("homes") * figures("home_electricity_mwh")
    mean, known = energy * 1e3 / HOURS_PER_YEAR, figures.span("mean_it_kw")
    fits = overlap((mean, mean), (known.low, known.high))
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"{energy / 1e3:,.0f} GWh a year, {mean / 1e3:.0f} MW on average",
        figures("homes"),
        mean / 1e3,
        unit="homes claimed, MW found",
        assumption=f"a site of {mean / 1e3:.0f} MW and homes of"
        f" {figures('home_electricity_mwh'):g} MWh"
        if fits
        else "",
        method=_HOURS,
    )
