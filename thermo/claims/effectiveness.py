"""
Claims on PUE, ERE and the share of cooling, recomputed with the definitions of `metrics`.

Most of them are broken by definition alone: a data centre whose PUE is 1.5 has a third of its
energy left for everything but servers, and ERE falls to zero, not to one, if all heat is reused.
"""

from __future__ import annotations

from ..cooling.metrics import ere, erf, reuse_metrics
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, compared, overlap

_METHOD = "ERE = (1 - ERF) PUE"


def overhead_of_pue(figures: Figures) -> Finding:
    """
    Check an overhead stated beside a PUE.

    Parameters
    ----------
    figures
        ``pue`` and ``overhead_share`` (per energy of the servers).

    Returns
    -------
    finding
        Holds if the overhead is the PUE less one.
    """
    share = figures("pue") - 1.0
    return compared(
        figures,
        figures("overhead_share"),
        share,
        unit="per server energy",
        words=f"PUE {figures('pue'):g} less 1 is {share:.0%} of the servers' energy",
        method="definition of PUE",
    )


def cooling_within_pue(figures: Figures) -> Finding:
    """
    Check a share of cooling in all energy against a PUE.

    Parameters
    ----------
    figures
        ``pue`` and ``cooling_share`` (per energy of the data centre).

    Returns
    -------
    finding
        Holds if the PUE leaves that much energy to all overhead together.
    """
    claimed, pue = figures("cooling_share"), figures("pue")
    most = 1.0 - 1.0 / pue
    fits = claimed <= most * (1.0 + figures("rounding_share"))
    return Finding(
        HOLDS if fits else INCONSISTENT,
        f"PUE {pue:g} leaves {most:.1%} to everything but servers; {claimed:.0%} needs a PUE of at"
        f" least {1.0 / (1.0 - claimed):.2f}",
        claimed,
        most,
        most,
        "share of all energy",
        method="definition of PUE",
    )


def cooling_implies_pue(figures: Figures) -> Finding:
    """
    Check a share of cooling by the PUE that it implies.

    Parameters
    ----------
    figures
        ``cooling_share``, and the ``plausible_pue`` of data centres in operation.

    Returns
    -------
    finding
        Under the assumption of that PUE, if it is one that data centres have.
    """
    share, known = figures.span("cooling_share"), figures.span("plausible_pue")
    least, most = 1.0 / (1.0 - share.low), 1.0 / (1.0 - share.high)
    fits = overlap((least, most), (known.low, known.high))
    implied = f"{least:.2f}" if least == most else f"{least:.2f} to {most:.2f}"
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"needs a PUE of at least {implied}; data centres have {known.low:g} to {known.high:g}",
        share.value,
        1.0 / (1.0 - share.value),
        unit="share claimed, PUE found",
        assumption=f"a PUE of at least {implied}" if fits else "",
        method="definition of PUE",
    )


def overhead_cut(figures: Figures) -> Finding:
    """
    Check a fall of PUE against the cooling powers of the same publication.

    Parameters
    ----------
    figures
        ``pue``, ``lower_pue``, ``it_kw``, ``cooling_before_kw`` and ``cooling_after_kw``.

    Returns
    -------
    finding
        Under the assumption that both PUE are inputs, if the powers lead into the claimed range.
    """
    after = figures.span("lower_pue")
    saved = (figures("cooling_before_kw") - figures("cooling_after_kw")) / figures("it_kw")
    found = figures("pue") - saved
    share = figures("rounding_share")
    fits = overlap((found, found), (after.low * (1.0 - share), after.high * (1.0 + share)))
    cuts = [(figures("pue") - pue) / (figures("pue") - 1.0) for pue in (after.high, after.low)]
    return Finding(
        ASSUMING if fits else INCONSISTENT,
        f"overhead falls by {cuts[0]:.0%} to {cuts[1]:.0%}; the cooling powers give {found:.2f}",
        after.value,
        found,
        unit="PUE",
        assumption="the powers are measured and the heat pump's own is not counted" if fits else "",
        method="definition of PUE",
    )


def cooling_cost_cut(figures: Figures) -> Finding:
    """
    Check a saved share of cooling energy against a fall of PUE.

    Parameters
    ----------
    figures
        ``pue``, ``lower_pue`` and ``saved_share``.

    Returns
    -------
    finding
        Holds if the saving lies in the fall of the overhead.
    """
    overhead, after = figures("pue") - 1.0, figures.span("lower_pue")
    least, most = ((figures("pue") - pue) / overhead for pue in (after.high, after.low))
    claimed = figures("saved_share")
    fits = overlap((claimed, claimed), (least, most))
    return Finding(
        HOLDS if fits else INCONSISTENT,
        f"PUE {figures('pue'):g} to {after.low:g}-{after.high:g} cuts the overhead by {least:.0%}"
        f" to {most:.0%}; {claimed:.0%} is claimed",
        claimed,
        (least + most) / 2.0,
        unit="share of overhead",
        method="definition of PUE",
    )


def ere_of_full_reuse(figures: Figures) -> Finding:
    """
    Check the ERE of a data centre that reuses all its heat.

    Parameters
    ----------
    figures
        ``pue`` and ``ere``.

    Returns
    -------
    finding
        Holds if the claim is the zero that the definition gives.
    """
    pue = figures("pue")
    found = float(ere(pue, pue, 1.0))
    holds = abs(figures("ere") - found) <= figures("rounding_share")
    return Finding(
        HOLDS if holds else INCONSISTENT,
        f"ERE of full reuse is {found:g}; it runs from 0 to the PUE of {pue:g}, and below 1 is"
        " usual",
        figures("ere"),
        found,
        unit="ERE",
        method=_METHOD,
    )


def productive_share(figures: Figures) -> Finding:
    """
    Check the share of energy that an ERE is said to mean.

    Parameters
    ----------
    figures
        ``ere``, ``productive_share``, ``pue``, and a reuse ``reused_kw`` per ``it_kw``.

    Returns
    -------
    finding
        Holds if the ERF of that ERE meets the claimed share.
    """
    pue, claim, share = figures("pue"), figures.span("ere"), figures.span("productive_share")
    least, most = 1.0 - claim.high / pue, 1.0 - claim.low / pue
    reuse = reuse_metrics(
        figures("it_kw"),
        (pue - 1.0) * figures("it_kw"),
        source_heat_mwh=figures("reused_kw"),
        heat_pump_mwh=0.0,
        boundary="outside",
    )
    return Finding(
        HOLDS if overlap((least, most), (share.low, share.high)) else INCONSISTENT,
        f"at PUE {pue:g} it means that {least:.0%} to {most:.0%} is reused;"
        f" {figures('reused_kw'):g} kW per {figures('it_kw'):g} kW gives"
        f" ERF {float(reuse.erf):.2f} and ERE {float(reuse.ere):.2f}",
        share.value,
        1.0 - claim.value / pue,
        unit="share reused",
        method=_METHOD,
    )


def ere_of_reuse(figures: Figures) -> Finding:
    """
    Check an ERE stated beside a PUE and an amount of reused heat.

    Parameters
    ----------
    figures
        ``pue``, ``ere``, ``reused_kw`` and ``it_kw``.

    Returns
    -------
    finding
        Holds if the definition gives that ERE.
    """
    servers, total = figures("it_kw"), figures("pue") * figures("it_kw")
    found = float(ere(total, figures("reused_kw"), servers))
    share = float(erf(figures("reused_kw"), total))
    return compared(
        figures,
        figures("ere"),
        found,
        unit="ERE",
        words=f"PUE {figures('pue'):g} with ERF {share:.2f} is ERE {found:.2f}",
        method=_METHOD,
    )
