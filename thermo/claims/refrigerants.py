"""
Claims on refrigerants and on rules, recomputed with the figures of ``data/refrigerants.csv``.

A warming potential without its assessment report is half a figure: the report moves it by up to ten
per cent and decides whether a fluid passes a limit.
"""

from __future__ import annotations

from ..demand.load_duration import HOURS_PER_YEAR
from ..refrigerant import GWP_SETS
from ..refrigerant import refrigerant as find_refrigerant
from ..refrigerants.refrigerant_rules import refrigerant_rules
from .finding import ASSUMING, HOLDS, INCONSISTENT, Figures, Finding, compared

_METHOD = "data/refrigerants.csv"


def warming_potential(figures: Figures) -> Finding:
    """
    Check warming potentials against the three assessment reports.

    Parameters
    ----------
    figures
        The fluids as subject, and ``gwp_`` with each fluid's name.

    Returns
    -------
    finding
        Holds if every report agrees; under the assumption of the reports that do.
    """
    fluids = {key: figures(f"gwp_{key.lower()}") for key in figures.subject}
    fitting = [
        name
        for name in GWP_SETS
        if all(figures.near(gwp, find_refrigerant(key).gwp(name)) for key, gwp in fluids.items())
    ]
    verdict = {0: INCONSISTENT, len(GWP_SETS): HOLDS}.get(len(fitting), ASSUMING)
    first = next(iter(fluids))
    return Finding(
        verdict,
        "; ".join(_by_set(key) for key in fluids),
        fluids[first],
        find_refrigerant(first).gwp(fitting[0] if fitting else "AR6"),
        unit="kg CO2e/kg",
        assumption=f"values of {' or '.join(fitting)}" if verdict == ASSUMING else "",
        method=_METHOD,
    )


def one_gwp_set(figures: Figures) -> Finding:
    """
    Check that two warming potentials of one fluid come from one assessment report.

    Parameters
    ----------
    figures
        The fluid as subject, ``gwp_`` and ``other_gwp_`` with its name, the second as a range.

    Returns
    -------
    finding
        Holds if one report has both.
    """
    fluid = figures.subject[0]
    first = figures(f"gwp_{fluid.lower()}")
    other = figures.span(f"other_gwp_{fluid.lower()}")
    values = {name: find_refrigerant(fluid).gwp(name) for name in GWP_SETS}
    first_sets = {name for name, gwp in values.items() if figures.near(first, gwp)}
    other_sets = {name for name, gwp in values.items() if other.low <= gwp <= other.high}
    return Finding(
        HOLDS if first_sets & other_sets else INCONSISTENT,
        f"{_by_set(fluid)}: {first:g} is {_named(first_sets)}, the other {_named(other_sets)}",
        first,
        other.high,
        unit="kg CO2e/kg",
        method=_METHOD,
    )


def safety_class(figures: Figures) -> Finding:
    """
    Check one safety class claimed for several fluids.

    Parameters
    ----------
    figures
        The fluids as subject; ``higher_toxicity`` and ``flammability_rank`` of the claimed class.

    Returns
    -------
    finding
        Holds if all have it.
    """
    letter = "AB"[round(figures("higher_toxicity"))]
    claimed = letter + ("1", "2L", "2", "3")[round(figures("flammability_rank"))]
    classes = {key: find_refrigerant(key).safety_class for key in figures.subject}
    right = sum(found == claimed for found in classes.values())
    return Finding(
        HOLDS if right == len(classes) else INCONSISTENT,
        ", ".join(f"{key} is {found}" for key, found in classes.items()),
        float(len(classes)),
        float(right),
        unit=f"fluids of class {claimed}",
        method=_METHOD,
    )


def rule_limit(figures: Figures) -> Finding:
    """
    Check a limit and the year of its rule.

    Parameters
    ----------
    figures
        The rule as subject; ``gwp_limit``, ``rule_year`` and the ``published_rule_year``.

    Returns
    -------
    finding
        Holds if both are right.
    """
    rule = refrigerant_rules().loc[[figures.subject[0]]].to_dict("records")[0]
    limit, year = float(rule["gwp_below"]), figures("published_rule_year")
    limit_right = figures("gwp_limit") == limit
    year_right = round(figures("rule_year")) == round(year)
    return Finding(
        HOLDS if limit_right and year_right else INCONSISTENT,
        f"limit {limit:g} in a rule of {year:.0f} that applies from"
        f" {rule['from_date']:%d %B %Y} to {rule['applies_to']}: the limit is"
        f" {'right' if limit_right else 'wrong'}, the year {'right' if year_right else 'wrong'}",
        figures("rule_year"),
        year,
        unit="year",
        method="data/refrigerant_rules.csv",
    )


def phase_down(figures: Figures) -> Finding:
    """
    Check a cut against the share that a schedule leaves.

    Parameters
    ----------
    figures
        ``cut_share`` and ``remaining_share``.

    Returns
    -------
    finding
        Holds if both add up to one.
    """
    cut = 1.0 - figures("remaining_share")
    return compared(
        figures,
        figures("cut_share"),
        cut,
        unit="share of baseline",
        words=f"{figures('remaining_share'):.0%} of the baseline is left, a cut of {cut:.0%}",
        method="comparison with the schedule",
    )


def rule_status(figures: Figures) -> Finding:
    """
    Check an obligation by the state of its rule.

    Parameters
    ----------
    figures
        ``in_force`` (0 or 1), ``threshold_mwh`` and ``heat_kw``.

    Returns
    -------
    finding
        Holds if in force, under the assumption that the draft becomes law if not.
    """
    heat = figures("heat_kw") * HOURS_PER_YEAR / 1e3
    law = figures("in_force") >= 1.0
    large = heat >= figures("threshold_mwh")
    return Finding(
        (HOLDS if law else ASSUMING) if large else INCONSISTENT,
        f"threshold of {figures('threshold_mwh'):g} MWh a year for buildings;"
        f" {figures('heat_kw'):g} kW are {heat:,.0f} MWh, {heat / figures('threshold_mwh'):.0f}"
        " times that",
        figures("threshold_mwh"),
        heat,
        unit="MWh/year",
        assumption="" if law or not large else "the draft regulations become law",
        method="comparison with the rule",
    )


def _by_set(fluid: str) -> str:
    """Warming potentials of one fluid by assessment report."""
    found = find_refrigerant(fluid)
    return f"{fluid} " + ", ".join(f"{found.gwp(name):g} ({name})" for name in GWP_SETS)


def _named(sets: set[str]) -> str:
    """Assessment reports by name."""
    return " or ".join(sorted(sets)) or "of no report"
