"""
Claims on greenhouse gases that pass the bound of physics, and what would make them hold.

No heat pump can avoid more than the boiler it replaces emits, running all hours on electricity
without carbon. That bound needs no machine and no climate, and it refuses the largest claims. A
refused claim is shown with the bound and with the reading under which it would hold.
"""

from __future__ import annotations

from ..carbon.saving_bound import largest_possible_saving_t_co2e
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding
from .quantities import boiler_efficiency, gas_kg_per_kwh, grid_kg_per_kwh

_BOUND = "bound: 8760 h, electricity without carbon, gas boiler replaced"


def saving_bound(figures: Figures) -> Finding:
    """
    Check a yearly saving against the most that its heat output can avoid.

    Parameters
    ----------
    figures
        ``heat_kw``, ``avoided_t_co2e`` and ``life_years``.

    Returns
    -------
    finding
        Refused if it is above the bound; then the reading as a total over the life is tried.
    """
    claimed, most = figures("avoided_t_co2e"), largest_saving(figures, figures("heat_kw"))
    ratio, life = claimed / most, figures("life_years")
    words = f"{figures('heat_kw'):g} kW of heat avoid at most {most:,.0f} t a year"
    assumption = ""
    if ratio > 1.0:
        words += f"; the claim is {ratio:.1f} times that"
        if claimed / life <= most:
            assumption = (
                f"it is a total of {life:g} years: {claimed / life:,.0f} t a year,"
                f" {claimed / life / most:.0%} of the bound"
            )
    return Finding(
        INCONSISTENT if ratio > 1.0 else HOLDS,
        words,
        claimed,
        most,
        most,
        "t CO2e/year",
        assumption,
        _BOUND,
    )


def saving_per_power(figures: Figures) -> Finding:
    """
    Check two savings of one publication per power of the servers, and each against the bound.

    Parameters
    ----------
    figures
        ``net_t_co2e`` of ``it_kw`` and ``other_net_t_co2e`` of ``other_it_kw``.

    Returns
    -------
    finding
        Holds if both are equal per power and below the bound.
    """
    one = figures("net_t_co2e") / figures("it_kw") * 1e3
    other = figures("other_net_t_co2e") / figures("other_it_kw") * 1e3
    cop = figures("cop")
    source = largest_saving(figures, figures("other_it_kw"))
    delivered = source * cop / (cop - 1.0)
    beyond = figures("other_net_t_co2e") > delivered
    agree = figures.near(one, other)
    return Finding(
        HOLDS if agree and not beyond else INCONSISTENT,
        f"{one:,.0f} and {other:,.0f} t per MW, a factor {max(one, other) / min(one, other):.1f};"
        f" {figures('other_it_kw'):g} kW avoid at most {source:,.0f} t, {delivered:,.0f} t with the"
        f" heat of a heat pump at COP {cop:g}",
        figures("other_net_t_co2e"),
        one * figures("other_it_kw") / 1e3,
        delivered,
        "t CO2e/year",
        method=_BOUND,
    )


def saving_share(figures: Figures) -> Finding:
    """
    Check a saving stated as a share of the boiler's emissions.

    Parameters
    ----------
    figures
        ``saving_share``, ``avoided_t_co2e`` and ``cop``.

    Returns
    -------
    finding
        Holds with the electricity of the United Kingdom, or under the assumption of a cleaner one.
    """
    share, boiler = figures("saving_share"), gas_kg_per_kwh(figures) / boiler_efficiency()
    needed = (1.0 - share) * boiler * figures("cop")
    here = 1.0 - grid_kg_per_kwh(figures) / figures("cop") / boiler
    power = figures("avoided_t_co2e") / share / largest_saving(figures, 1e3)
    possible, now = 0.0 <= share < 1.0, figures.near(share, here)
    words = (
        f"COP {figures('cop'):g} saves {here:.0%} with the electricity of the United Kingdom; the"
        f" tonnes beside it are those of {power:.1f} MW"
    )
    return Finding(
        (HOLDS if now else ASSUMING) if possible else INCONSISTENT,
        words,
        share,
        here,
        1.0,
        "share of boiler",
        f"electricity of {needed:.3f} kg/kWh at COP {figures('cop'):g}"
        if possible and not now
        else "",
        "emissions per heat of boiler and heat pump",
    )


def largest_saving(figures: Figures, heat_kw: float) -> float:
    """
    Most that an amount of heat can avoid in a year against a gas boiler [t CO2e].

    Parameters
    ----------
    figures
        Of the claim, for its fuel.
    heat_kw
        Heat delivered in every hour [kW].

    Returns
    -------
    bound
        Emissions of the boiler over 8760 h.

    Examples
    --------
    >>> from heatreach.thermo.claims.finding import claim_figures
    >>> round(largest_saving(claim_figures("C58"), 1000.0))
    1886
    """
    bound = largest_possible_saving_t_co2e(
        heat_kw, fuel_kg_per_kwh=gas_kg_per_kwh(figures), boiler_efficiency=boiler_efficiency()
    )
    return float(bound)
