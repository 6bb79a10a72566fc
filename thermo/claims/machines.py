"""
Claims on the COP of heat pumps, recomputed with the pinch-solved machines of `heat_pump`.

Machines of one class differ by about ten per cent and a claim rarely names its return temperatures,
so a claimed COP is compared with a band: the spread over common fluids, widened by the share that
`cop_range` states. What supply temperatures machines reach is in `feasibility`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..cycles.efficiency import cop_range, lorenz_cop
from ..heat_pump import HeatPump
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, overlap

MACHINES = ("R717", "R600a", "R1234ze(E)")
_COMMON = "R600a"
# Ends and tolerance of the search for an isentropic efficiency.
_SEARCHED, _SMALL = (0.25, 1.0), 1e-4
_METHOD = "pinch-solved heat pump, fluids R717, R600a and R1234ze(E), band of machines added"


class Band(NamedTuple):
    """COP of the middle fluid and the band of machines around all fluids."""

    cop: float
    low: float
    high: float


def engine_band(figures: Figures, source_in_degc: float, sink_out_degc: float) -> Band:
    """
    COP that the engine finds between two temperatures, with the band of real machines.

    Parameters
    ----------
    figures
        Of the claim: cooling of the source, glide of the sink and size of the machine.
    source_in_degc, sink_out_degc
        Water into the evaporator and out of the condenser [°C].

    Returns
    -------
    band
        Median over the common fluids that can serve the point, and the band around all of them;
        NaN if none can.

    Examples
    --------
    >>> from heatreach.thermo.claims.finding import claim_figures
    >>> band = engine_band(claim_figures("C02"), 30.0, 60.0)
    >>> bool(band.low < 5.03 < band.high)
    True
    """
    water = _water(figures, source_in_degc, sink_out_degc)
    cops = np.array([HeatPump.sized(figures("heat_kw"), key).cop(*water) for key in MACHINES])
    cops = cops[np.isfinite(cops)]
    if cops.size == 0:
        return Band(np.nan, np.nan, np.nan)
    low, high = cop_range(cops)
    return Band(float(np.median(cops)), float(np.min(low)), float(np.max(high)))


def cop_at_point(figures: Figures) -> Finding:
    """
    Check a COP claimed between two temperatures.

    Parameters
    ----------
    figures
        ``source_in_degc``, ``sink_out_degc`` and ``cop``.

    Returns
    -------
    finding
        Holds if claim and band overlap; a lower COP holds under the assumption of the poorer
        compressor and drive that give it; a COP above the engine's band is refused.
    """
    source, sink = figures("source_in_degc"), figures("sink_out_degc")
    claim, band = figures.span("cop"), engine_band(figures, source, sink)
    most = float(lorenz_cop(*_water(figures, source, sink)))
    words = f"engine {band.cop:.2f} ({band.low:.2f} to {band.high:.2f}), Lorenz {most:.1f}"
    verdict, assumption = HOLDS, ""
    if not overlap((claim.low, claim.high), (band.low, band.high)):
        verdict = INCONSISTENT
        needed = _needed_efficiency(figures, claim.value)
        words += f"; needs isentropic times drive efficiency of {needed:.2f}"
        if claim.high < band.low and needed >= figures.span("least_efficiency").low:
            verdict = ASSUMING
            assumption = f"compressor and drive together reach only {needed:.2f}"
    return Finding(verdict, words, claim.value, band.cop, most, "COP", assumption, _METHOD)


def cop_span(figures: Figures) -> Finding:
    """
    Check a range of COPs claimed for a range of temperatures.

    Parameters
    ----------
    figures
        ``source_in_degc``, ``sink_out_degc`` and ``cop``, all with ranges.

    Returns
    -------
    finding
        Holds if the engine's range over the corners contains the claimed one.
    """
    corners, claim = _corners(figures), figures.span("cop")
    low, high = min(b.low for b in corners.values()), max(b.high for b in corners.values())
    middle = engine_band(figures, figures("source_in_degc"), figures("sink_out_degc"))
    words = f"engine {low:.1f} to {high:.1f} over these temperatures, {middle.cop:.2f} midway"
    inside = low <= claim.low and claim.high <= high
    partly = overlap((low, high), (claim.low, claim.high))
    verdict = HOLDS if inside else (ASSUMING if partly else INCONSISTENT)
    assumption = "" if inside or not partly else f"only between {low:.1f} and {high:.1f}"
    return Finding(
        verdict, words, claim.value, middle.cop, unit="COP", assumption=assumption, method=_METHOD
    )


def cop_corners(figures: Figures) -> Finding:
    """
    Check one range of COPs claimed for all combinations of a source and a supply range.

    Parameters
    ----------
    figures
        ``source_in_degc``, ``sink_out_degc`` and ``cop``, all with ranges.

    Returns
    -------
    finding
        Holds if the band at every corner meets the claimed range; under an assumption if the
        middle does but a corner does not.
    """
    claim = figures.span("cop")
    wanted = (claim.low, claim.high)
    corners = _corners(figures)
    outside = [water for water, b in corners.items() if not overlap(wanted, (b.low, b.high))]
    middle = engine_band(figures, figures("source_in_degc"), figures("sink_out_degc"))
    shown = ", ".join(f"{a:g} to {b:g} °C {band.cop:.1f}" for (a, b), band in corners.items())
    verdict = HOLDS if not outside else INCONSISTENT
    assumption = ""
    if outside and overlap(wanted, (middle.low, middle.high)):
        verdict = ASSUMING
        far = " and ".join(f"{a:g} to {b:g} °C" for a, b in outside)
        assumption = f"near the middle of both ranges; not from {far}"
    words = f"engine: {shown}; midway {middle.cop:.1f}"
    return Finding(
        verdict, words, claim.value, middle.cop, unit="COP", assumption=assumption, method=_METHOD
    )


def cop_order(figures: Figures) -> Finding:
    """
    Check that two COPs of one publication are ordered as their lifts are.

    Parameters
    ----------
    figures
        Two points, the second with the prefix ``other_``.

    Returns
    -------
    finding
        Holds if the first COP, carried to the second point in the engine's proportion, falls into
        the range claimed there.
    """
    first = engine_band(figures, figures("source_in_degc"), figures("sink_out_degc"))
    second = engine_band(figures, figures("other_source_in_degc"), figures("other_sink_out_degc"))
    carried = figures("cop") * second.cop / first.cop
    there = figures.span("other_cop")
    share = figures("rounding_share")
    fits = overlap((carried, carried), (there.low * (1.0 - share), there.high * (1.0 + share)))
    words = (
        f"engine {first.cop:.2f} and {second.cop:.2f}: a machine with COP {figures('cop'):g} at the"
        f" first point has {carried:.2f} at the second, not {there.low:g} to {there.high:g}"
    )
    if fits:
        words = words.replace(", not ", ", within ")
    return Finding(
        HOLDS if fits else INCONSISTENT, words, there.value, carried, unit="COP", method=_METHOD
    )


def _corners(figures: Figures) -> dict[tuple[float, float], Band]:
    """Bands at the four corners of a source and a supply range."""
    sources, sinks = figures.span("source_in_degc"), figures.span("sink_out_degc")
    pairs = product((sources.low, sources.high), (sinks.low, sinks.high))
    return {(source, sink): engine_band(figures, source, sink) for source, sink in pairs}


def _water(
    figures: Figures, source_in_degc: float, sink_out_degc: float
) -> tuple[float, float, float, float]:
    """Four water temperatures from the two that a claim names."""
    return (
        source_in_degc,
        source_in_degc - figures("source_cooling_k"),
        sink_out_degc - figures("sink_glide_k"),
        sink_out_degc,
    )


def _needed_efficiency(figures: Figures, cop: float) -> float:
    """Isentropic times drive efficiency that gives a COP with a common fluid; NaN if none does."""
    water = _water(figures, figures("source_in_degc"), figures("sink_out_degc"))
    machine = HeatPump.sized(figures("heat_kw"), _COMMON)
    drive = float(machine.drive_efficiency)

    def excess(isentropic: float) -> float:
        poorer = replace(machine, isentropic_efficiency=isentropic)
        return float(poorer.cop(*water)) - cop

    if not excess(_SEARCHED[0]) < 0.0 < excess(_SEARCHED[1]):
        return np.nan
    return float(brentq(excess, *_SEARCHED, xtol=_SMALL)) * drive
