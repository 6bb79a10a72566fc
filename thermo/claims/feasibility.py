"""
Claims on what machines and places can do at all: temperatures, fluids, plants, engines.

Whether a supply temperature is reached follows from the limits of real machines in
``data/refrigerants.csv``; where it is not, the engine's own reason is shown. How well it is reached
is in `machines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.constants import zero_Celsius

from heatreach.data import assumption

from ..arrays import as_array
from ..heat_pump import HeatPump
from ..refrigerant import refrigerant_names
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, overlap
from .machines import engine_band

if TYPE_CHECKING:
    import numpy.typing as npt

_METHOD = "limits of machines in the engine: critical point, pressure, discharge temperature"


def supply_reached(figures: Figures) -> Finding:
    """
    Check that some machine reaches a supply temperature.

    Parameters
    ----------
    figures
        ``sink_out_degc`` with the highest temperature claimed, and ``source_in_degc``.

    Returns
    -------
    finding
        Holds if any fluid does; under an assumption if only the warmer end of the source or only
        a part of the claim is in reach, or if the table remarks a doubt.
    """
    top, source = figures.span("sink_out_degc").high, figures.span("source_in_degc")
    able = _able(figures, source.value, top)
    needed = source.value
    if not able:
        able, needed = _able(figures, source.high, top), source.high
    best = max((cop for cop in able.values()), default=np.nan)
    named = ", ".join(able) or "no fluid"
    words = f"{top:g} °C from {needed:g} °C: {named}; best COP {best:.1f}"
    assumed = figures.remark
    if len(able) == 1 or needed > source.value:
        assumed = f"machines for {named} and a source of {needed:g} °C"
    verdict = INCONSISTENT if not able else (ASSUMING if assumed else HOLDS)
    claimed = figures("sink_out_degc")
    return Finding(
        verdict,
        words,
        claimed,
        best,
        unit="°C claimed, COP found",
        assumption=assumed if able else "",
        method=_METHOD,
    )


def supply_of_refrigerant(figures: Figures) -> Finding:
    """
    Check that one fluid serves a whole range of supply temperatures.

    Parameters
    ----------
    figures
        The fluid as subject; ``sink_out_degc`` with its range, ``source_in_degc``.

    Returns
    -------
    finding
        Holds if the warmest end is reached; inconsistent, with the warmest supply that is, if not.
    """
    fluid, supply = figures.subject[0], figures.span("sink_out_degc")
    trial = np.arange(supply.low - figures("sink_glide_k"), supply.high + 1.0)
    points = _points(figures, fluid, figures("source_in_degc"), trial)
    fine = trial[np.isfinite(points)]
    warmest = float(fine.max()) if fine.size else np.nan
    reached = warmest >= supply.high
    words = f"{fluid} supplies up to {warmest:.0f} °C; {supply.low:g} to {supply.high:g} °C asked"
    if not reached:
        others = _able(figures, figures("source_in_degc"), supply.high)
        words += f"; {supply.high:g} °C is reached by {', '.join(others)}"
    return Finding(
        HOLDS if reached else INCONSISTENT,
        words,
        supply.high,
        warmest,
        warmest,
        "°C",
        "" if reached else f"supply of at most {warmest:.0f} °C",
        _METHOD,
    )


def supply_range(figures: Figures) -> Finding:
    """
    Check supply temperatures of old and modern networks by what they ask of a heat pump.

    Parameters
    ----------
    figures
        ``old_supply_degc``, ``modern_supply_degc`` and ``source_in_degc``.

    Returns
    -------
    finding
        Under an assumption if every end can be served, since publications name different ranges.
    """
    old, modern = figures.span("old_supply_degc"), figures.span("modern_supply_degc")
    source = figures("source_in_degc")
    ends = sorted({modern.low, modern.high, old.low, old.high})
    cops = [engine_band(figures, source, end).cop for end in ends]
    shown = ", ".join(f"{end:g} °C {cop:.1f}" for end, cop in zip(ends, cops, strict=True))
    ordered = modern.value < old.value and bool(np.isfinite(cops).all())
    return Finding(
        ASSUMING if ordered else INCONSISTENT,
        f"COP from {source:g} °C: {shown}; {figures.remark}",
        old.value,
        cops[-1],
        unit="°C claimed, COP found",
        assumption="supply and return are given per consumer" if ordered else "",
        method="pinch-solved heat pump at every end of both ranges",
    )


def plant_temperatures(figures: Figures) -> Finding:
    """
    Check the temperatures quoted of a plant against its published records.

    Parameters
    ----------
    figures
        The plant as subject; ``source_in_degc`` and ``sink_out_degc``.

    Returns
    -------
    finding
        Holds if one record contains both temperatures.
    """
    names = ("source_in_degc", "sink_out_degc")
    plant = figures.subject[0]
    records = [
        [assumption("published_machines", key, name) for name in names]
        for key in (plant, f"{plant}_2025")
    ]
    fits = [
        all(row.low <= figures(row.parameter) <= row.high for row in record) for record in records
    ]
    shown = "; ".join(
        f"{source.low:g}-{source.high:g} to {sink.low:g}-{sink.high:g} °C"
        for source, sink in records
    )
    return Finding(
        HOLDS if any(fits) else INCONSISTENT,
        f"plant sheet, then operator's page of 2025: {shown}",
        figures("sink_out_degc"),
        records[0][1].value,
        unit="°C",
        method="comparison with published records of the plant",
    )


def source_temperatures(figures: Figures) -> Finding:
    """
    Check temperatures of cooling systems against the table that the engine starts from.

    Parameters
    ----------
    figures
        Any of ``liquid_degc``, ``rear_door_degc``, ``warm_water_degc`` and ``hot_aisle_degc``.

    Returns
    -------
    finding
        Holds if each range meets that of its system; air is compared after the coil's drop.
    """
    drop = assumption("cooling_systems", "air_hall", "air_coil_drop_k")
    systems = {
        "liquid_degc": ("direct_to_chip", 0.0),
        "warm_water_degc": ("direct_to_chip", 0.0),
        "rear_door_degc": ("rear_door", 0.0),
        "hot_aisle_degc": ("air_hall", drop.value),
    }
    fits, shown = [], []
    for name, (system, coil) in systems.items():
        if name not in figures:
            continue
        row = assumption("cooling_systems", system, "source_degc")
        ours = (row.low, row.high)
        claim = figures.span(name)
        fits.append(overlap((claim.low - coil, claim.high - coil), ours))
        shown.append(f"{system} {ours[0]:g}-{ours[1]:g} °C")
    air = "hot_aisle_degc" in figures
    verdict = (ASSUMING if air else HOLDS) if all(fits) else INCONSISTENT
    assumed = f"hot-aisle air is {drop.low:g} to {drop.high:g} K above the water behind its coil"
    return Finding(
        verdict,
        f"water of the engine's systems: {', '.join(shown)}",
        figures(next(name for name in systems if name in figures)),
        assumption("cooling_systems", "direct_to_chip", "source_degc").value,
        unit="°C",
        assumption=assumed if air else "",
        method="comparison with data/cooling_systems.csv",
    )


def air_machines(figures: Figures) -> Finding:
    """
    Check that small air-to-air machines can export heat to a network.

    Parameters
    ----------
    figures
        ``module_kw``, ``it_kw``, ``air_supply_degc`` and ``sink_out_degc``.

    Returns
    -------
    finding
        Inconsistent if the air they blow is colder than the coldest supply of the network.
    """
    air, supply = figures.span("air_supply_degc"), figures.span("sink_out_degc")
    count = figures("it_kw") / figures.span("module_kw").high
    warm_enough = air.high >= supply.low
    return Finding(
        HOLDS if warm_enough else INCONSISTENT,
        f"air of at most {air.high:g} °C against a supply of {supply.low:g} °C or more; at least"
        f" {count:.0f} units per {figures('it_kw'):g} kW of servers",
        air.high,
        supply.low,
        unit="°C",
        method="comparison of temperatures; a room unit makes no hot water",
    )


def power_from_heat(figures: Figures) -> Finding:
    """
    Check that excess heat can return as electricity.

    Parameters
    ----------
    figures
        ``source_in_degc`` and ``cold_degc``.

    Returns
    -------
    finding
        Inconsistent: the heat pump itself draws electricity, and Carnot leaves an ideal engine the
        share shown; it would hold only if that share were near one.
    """
    hot, cold = figures("source_in_degc"), figures("cold_degc")
    carnot = (hot - cold) / (hot + zero_Celsius)
    drawn = 1.0 / figures("cop")
    holds = figures.near(carnot, 1.0)
    return Finding(
        HOLDS if holds else INCONSISTENT,
        f"a heat pump draws {drawn:.2f} kWh per kWh of heat and makes none; an ideal engine between"
        f" {hot:g} and {cold:g} °C returns {carnot:.1%}",
        1.0,
        carnot,
        carnot,
        "share of heat",
        method="Carnot efficiency",
    )


def _able(figures: Figures, source_in_degc: float, sink_out_degc: float) -> dict[str, float]:
    """COP by fluid, of the fluids that reach a supply temperature."""
    found = {
        name: float(_points(figures, name, source_in_degc, np.array([sink_out_degc]))[0])
        for name in refrigerant_names()
    }
    return {name: cop for name, cop in found.items() if np.isfinite(cop) and cop > 1.0}


def _points(
    figures: Figures, fluid: str, source_in_degc: float, sink_out_degc: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """COP of one fluid at several supply temperatures."""
    machine = HeatPump.sized(figures("heat_kw"), fluid)
    return as_array(
        machine.cop(
            source_in_degc,
            source_in_degc - figures("source_cooling_k"),
            sink_out_degc - figures("sink_glide_k"),
            sink_out_degc,
        )
    )
