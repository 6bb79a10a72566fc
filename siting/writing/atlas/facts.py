"""Figures of a project and of a zone, as the panel of their sheet tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...heat_words import large_load_words
from ...rank_words import terms_words
from ..best_source import zone_caveat
from ..maps.zone_classes import LONG_METHODS
from ..report.sheets import Fact
from ..report.words import instead_words, money, share, spread
from ..wording import MISSING, figure, is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ..zone_results import FinishedRule

PER_METRE = "MWh per m and year"


def project_facts(row: Any, base: str, run: Mapping[str, Any]) -> list[Fact]:
    """
    Headline figures of a project.

    Parameters
    ----------
    row
        Of PROJECTS.
    base
        Currency and price base.
    run
        Record of the run, with the terms of the present value.

    Returns
    -------
    facts
        In the order in which an engineer asks.
    """
    chance = share(row.npv_positive_share)
    low, high = (money(value, base) for value in (row.npv_p10, row.npv_p90))
    return [
        Fact(
            label="Heat delivered",
            value=figure(row.heat_mwh, "MWh/yr"),
            note=f"{figure(row.consumers)} of {figure(row.consumers_in_reach)} consumers in reach; "
            f"range {spread(row.heat_low_mwh, row.heat_high_mwh, 'MWh/yr')}",
        ),
        Fact(
            label="Trench",
            value=f"{figure(row.trench_m, 'm')}, {_largest_pipe(row)}",
            note=f"of it service pipes {figure(row.service_m, 'm')}",
        ),
        Fact(label="Heat over trench", value=figure(row.linear_heat_density_mwh_m, PER_METRE)),
        Fact(
            label="Supply / return",
            value=f"{figure(row.supply_degc)} / {figure(row.return_degc, '°C')}",
        ),
        Fact(label="Peak of the network", value=figure(row.peak_kw, "kW")),
        Fact(
            label="Heat pump",
            value=f"{figure(row.heat_pump_kw, 'kW')}, COP {figure(row.cop)} over the year",
            note=_how(row),
        ),
        Fact(
            label="Net present value",
            value=money(row.npv, base),
            note=f"{_terms(run)}P10 to P90: {low} to {high}; above zero in {chance} of the draws",
        ),
        Fact(
            label="Cost of heat (LCOH)",
            value=figure(row.lcoh_per_mwh, f"{base}/MWh"),
            note=f"consumers' heat costs {figure(row.present_per_mwh, f'{base}/MWh')} with "
            f"{instead_words(run)}, assumed",
        ),
        Fact(label="Investment", value=money(row.capex, base)),
        Fact(label="Emissions avoided", value=figure(row.avoided_t_co2e, "t CO₂e/yr")),
    ]


def _largest_pipe(row: Any) -> str:
    """The largest pipe in words."""
    return MISSING if is_blank(row.dn_max) else f"up to {row.dn_max}"


def _terms(run: Mapping[str, Any]) -> str:
    """Years and rate of a present value, where the record tells them."""
    terms = run.get("options", {}).get("economics", {})
    if not {"life_years", "discount_rate_share"} <= set(terms):
        return ""
    return f"{terms_words(terms['life_years'], terms['discount_rate_share'])}; "


def _how(row: Any) -> str:
    """How the heat is made, and what the COP is that of."""
    cop = []
    if not is_blank(row.exchanger_kw) and float(row.exchanger_kw) > 0.0:
        cop = [f"COP with the exchanger ({figure(row.exchanger_kw, 'kW')})"]
    if not is_blank(row.machine_cop):
        cop.append(f"heat pump alone {figure(row.machine_cop)} at full load")
    made = [] if is_blank(row.option) else [f"{row.option}; plant at the data centre"]
    return "; ".join([*cop, *made])


def load_facts(loads: pd.DataFrame) -> list[Fact]:
    """
    What to know of one load that takes much of the heat.

    Parameters
    ----------
    loads
        ``consumer_id`` or ``id``, ``annual_heat_mwh``, ``confidence``; the largest first.

    Returns
    -------
    facts
        None where no load is large.
    """
    words = large_load_words(loads)
    if not words:
        return []
    heat = loads["annual_heat_mwh"]
    value = f"{share(float(heat.iloc[0]) / float(heat.sum()))} of the heat"
    return [Fact(label="Largest load", value=value, note=words)]


def zone_facts(row: Any, rule: FinishedRule | None) -> list[Fact]:
    """
    Figures of a zone, with the rule that drew it.

    Parameters
    ----------
    row
        Of ZONES.
    rule
        The rule, where it is known.

    Returns
    -------
    facts
        The rule first.
    """
    method = LONG_METHODS.get(str(row.method), str(row.method)).lower()
    return [
        Fact(
            label="Rule",
            value=str(row.rule),
            note="" if rule is None else f"{rule.title}; {rule.legal_status}",
        ),
        Fact(
            label="Threshold",
            value=f"{figure(row.threshold_mwh_m, PER_METRE)}",
            note=f"{method}; {_asks(rule)}" if rule is not None else method,
        ),
        Fact(label="Certainty", value=str(row.certainty), note=_text(row.certainty_reason)),
        Fact(
            label="Caution",
            value="Hardly a network" if zone_caveat(row) else "",
            note=zone_caveat(row),
        ),
        Fact(
            label="Heat",
            value=figure(row.heat_mwh, "MWh/yr"),
            note=f"range {spread(row.heat_low_mwh, row.heat_high_mwh, 'MWh/yr')}; homes take "
            f"{share(row.residential_share)}",
        ),
        Fact(label="Peak of all loads", value=figure(row.peak_kw, "kW")),
        Fact(
            label="Consumers",
            value=figure(row.consumers),
            note=f"anchor loads {figure(row.anchors)}; by the draft English test, as a yardstick, "
            f"{figure(row.required)} could be required to connect, {figure(row.required_if_wet)} "
            "more if heated by water",
        ),
        Fact(
            label="Area",
            value=figure(row.area_ha, "ha"),
            note=figure(row.heat_density_mwh_ha, "MWh per ha and year"),
        ),
        Fact(
            label="Heat over trench",
            value=figure(row.trench_heat_density_mwh_m, PER_METRE),
            note=f"{figure(row.trench_m, 'm')} of trench, which is not drawn; per metre of street "
            f"{figure(row.street_heat_density_mwh_m)}, by radius "
            f"{figure(row.radius_heat_density_mwh_m)}",
        ),
        Fact(
            label="To be crossed",
            value=f"{figure(row.rail_crossings)} railways, {figure(row.water_crossings)} waters, "
            f"{figure(row.trunk_crossings)} main roads",
        ),
        Fact(label="Heat networks near", value=_text(row.heat_networks)),
    ]


def _asks(rule: FinishedRule) -> str:
    """What a rule asks for besides a density."""
    asks = []
    if rule.anchors_min:
        asks.append(f"{rule.anchors_min} anchor loads of {figure(rule.anchor_mwh, 'MWh/yr')}")
    if rule.buildings_min:
        asks.append(f"{rule.buildings_min} consumers")
    if rule.heat_min_mwh:
        asks.append(figure(rule.heat_min_mwh, "MWh/yr"))
    return f"asks for {', '.join(asks)}" if asks else "asks for nothing else"


def _text(value: Any) -> str:
    """A text of the table; blank for none."""
    return "" if is_blank(value) else str(value)
