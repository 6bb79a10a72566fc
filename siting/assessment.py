"""
Every table behind the ranked projects: money by year and payer, figures, rules, and how sure.

One bill of all projects feeds them all, so they cannot disagree. What each table holds is told in
its own module; here they are only called in order and put together. A site without a network has
no row in any of them; its reason stands in PROJECTS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from heatreach.data import assumption

from .appraisal.bill import bill
from .appraisal.carbon_years import carbon_by_year
from .appraisal.figure_table import figure_table, lcoh_parts
from .appraisal.ledger import ledger_of
from .appraisal.payers import cash_flow_table, payer_table
from .appraisal.ranking import rank_stability, weights_of
from .appraisal.returns import shown_inflation
from .appraisal.social import social_figures
from .change_words import Rate, break_even_words, first_change_words, no_break_even_words
from .comply import comply
from .rank import with_choice
from .rank_words import certainty_words, dearer_words
from .uncertain.draws import PROJECT
from .uncertain.drivers import driver_table
from .uncertain.sensitivity import DRIVER
from .uncertain.single_moves import single_moves
from .uncertainty import study_model, uncertainty
from .writing.results import filled_columns, with_registry_columns
from .writing.sheets import ASSESSMENT_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .appraisal.conditions import Conditions
    from .appraisal.ledger import Ledger
    from .inputs import Inputs
    from .planning.project_tables import SiteNetwork
    from .rules.table import Rule
    from .scenario import Scenario
    from .uncertainty import Uncertainty

KEY = "project_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """
    What is known of the projects beyond their rows.

    Attributes
    ----------
    tables
        The tables by name, each with the columns of the registry.
    columns
        What they add to PROJECTS; index ``project_id``.
    draws
        How many draws were made; 0 where there is no project.
    uncertain
        The draws themselves; `None` where there is no project.
    ledger
        Amounts and assumptions behind the cash flows; `None` where there is no project.
    """

    tables: Mapping[str, pd.DataFrame]
    columns: pd.DataFrame
    draws: int
    uncertain: Uncertainty | None = None
    ledger: Ledger | None = None


def assess(
    networks: Sequence[SiteNetwork], inputs: Inputs, scenario: Scenario, conditions: Conditions
) -> Assessment:
    """
    Every table of the projects that can be built.

    Parameters
    ----------
    networks
        One per site, as designed and appraised.
    inputs, scenario, conditions
        The study.

    Returns
    -------
    assessment
        Tables without rows where no site has a network.
    """
    built = [network for network in networks if network.made is not None]
    if not built:
        answers = _answers(_rows(networks), networks, inputs, scenario)
        tables = {name: pd.DataFrame() for name in ASSESSMENT_TABLES} | {"compliance": answers}
        columns = pd.DataFrame(index=pd.Index([], name=KEY, dtype=object))
        return Assessment(tables=_registered(tables), columns=columns, draws=0)
    energy = _rows(built).set_index(KEY)
    total = bill(energy, scenario, conditions)
    drawn = uncertainty(
        total, energy, scenario, conditions, inputs.country, rules=_rules_given(inputs)
    )
    ranges = study_model(total, energy, scenario, conditions, inputs.country).ranges
    # Rules ask for social figures too, which the projects' own rows do not hold.
    social = social_figures(total, scenario, conditions)
    known = _rows(networks).join(social, on=KEY)
    tables = {
        "project_options": _ways(built),
        "cash_flow": cash_flow_table(total, scenario, conditions),
        "figures": figure_table(total, scenario, conditions),
        "lcoh_parts": lcoh_parts(total, scenario, conditions),
        "payers": payer_table(total, scenario, conditions),
        "carbon_by_year": carbon_by_year(energy, scenario, conditions),
        "energy_by_month": _of_each(built, "months"),
        "load_duration": _of_each(built, "durations"),
        "compliance": _answers(known, networks, inputs, scenario),
        "uncertainty": drawn.uncertainty,
        "gates": drawn.gates,
        "sensitivity": drawn.sensitivity,
        "cases": drawn.cases,
    }
    return Assessment(
        tables=_registered(tables),
        columns=_project_columns(energy, drawn, scenario).join(social),
        draws=scenario.uncertainty.draws,
        uncertain=drawn,
        ledger=ledger_of(total, ranges, scenario, conditions, country=inputs.country),
    )


def _rows(networks: Sequence[SiteNetwork]) -> pd.DataFrame:
    """Rows of projects in order of their ids, with all that is known of them."""
    rows = [pd.DataFrame(network.project).drop(columns="geometry") for network in networks]
    return pd.concat(rows, ignore_index=True).sort_values(KEY, kind="stable", ignore_index=True)


def _ways(built: Sequence[SiteNetwork]) -> pd.DataFrame:
    """Every way to make the heat of each network that was tried."""
    ways = [
        network.options.assign(**{KEY: network.project[KEY].iloc[0]})
        for network in built
        if network.options is not None
    ]
    table = pd.concat(ways, ignore_index=True) if ways else pd.DataFrame()
    return pd.DataFrame(filled_columns(table, "project_options"))


def _of_each(built: Sequence[SiteNetwork], name: str) -> pd.DataFrame:
    """One table of every network, one below the other."""
    parts = [
        getattr(network, name).assign(**{KEY: network.project[KEY].iloc[0]}) for network in built
    ]
    table = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(table.sort_values(KEY, kind="stable", ignore_index=True))


def _rules_given(inputs: Inputs) -> tuple[Rule, ...] | None:
    """Rules of the user's file and the table together; `None` for those of the table."""
    return None if inputs.compliance is None else inputs.compliance.rules


def _answers(
    projects: pd.DataFrame, networks: Sequence[SiteNetwork], inputs: Inputs, scenario: Scenario
) -> pd.DataFrame:
    """What rules say of every data centre, and of those projects that can be built."""
    connections = [pd.DataFrame(network.connections) for network in networks]
    return comply(
        projects,
        inputs.sites,
        scenario,
        country=inputs.country,
        rules=_rules_given(inputs),
        connections=pd.concat(connections, ignore_index=True),
        consumers=inputs.consumers,
    )


def _registered(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the registry's columns, their rows in any order."""
    full = {
        name: pd.DataFrame(with_registry_columns(frame, name)) for name, frame in tables.items()
    }
    return {name: frame.drop(columns="geometry", errors="ignore") for name, frame in full.items()}


def _project_columns(energy: pd.DataFrame, drawn: Uncertainty, scenario: Scenario) -> pd.DataFrame:
    """What the draws say of each project."""
    spread = drawn.uncertainty[drawn.uncertainty["figure"] == "npv"].set_index(KEY)
    firm = rank_stability(
        drawn.draws,
        ids=drawn.project_ids,
        objective=scenario.ranking.objective,
        weights=weights_of(scenario),
        top_count=scenario.ranking.top_count,
    )
    return firm.assign(
        **{f"npv_{name}": spread[name] for name in ("p10", "p50", "p90")},
        npv_positive_share=(drawn.draws["npv"] > 0.0).mean(axis=1),
        what_would_change=_break_evens(energy, drawn, scenario),
    )


def _break_evens(energy: pd.DataFrame, drawn: Uncertainty, scenario: Scenario) -> list[str]:
    """What would have to be true for each project to break even, in words."""
    alone = drawn.sensitivity[drawn.sensitivity["kind"] == DRIVER]
    money = scenario.economics.money
    cells = ("npv", "price_gap_per_mwh", "irr_share")
    return [
        break_even_words(
            alone[alone[KEY] == name], npv=npv, money=money, rate=_rate(scenario, turns_at)
        )
        or no_break_even_words(npv=npv, price_gap_per_mwh=gap, money=money)
        for name, npv, gap, turns_at in zip(
            energy.index, *(energy[cell] for cell in cells), strict=True
        )
    ]


def _rate(scenario: Scenario, irr_share: float) -> Rate:
    """The discount rate with its range, and where a project turns; blank without a single rate."""
    row = assumption("scenario", "economics", "discount_rate_share")
    value = scenario.economics.discount_rate_share
    # Discount rates are real; a return shown in money of the day is not.
    turns_at = (1.0 + irr_share) / (1.0 + shown_inflation(scenario)) - 1.0
    return Rate(value=value, low=row.low, high=row.high, break_even=turns_at)


def with_assessment(projects: Any, assessment: Assessment, scenario: Scenario) -> Any:
    """
    PROJECTS with what the assessment says of each.

    Parameters
    ----------
    projects
        PROJECTS with ``project_id``, ``status`` and the objectives.
    assessment
        Of the same projects.
    scenario
        Weights of the objectives.

    Returns
    -------
    projects
        New frame of the same type; blank where a site has no network.
    """
    joined = projects.join(assessment.columns, on="project_id")
    return with_choice(joined, weights=weights_of(scenario))


def assurance_words(projects: pd.DataFrame, assessment: Assessment, scenario: Scenario) -> str:
    """
    How sure the first place is and what would change it, in a few sentences.

    Parameters
    ----------
    projects
        PROJECTS, ranked, with the columns of `with_assessment`.
    assessment
        Of the same projects.
    scenario
        Objective, weights, money.

    Returns
    -------
    words
        Blank where nothing is ranked.
    """
    ranked = projects[projects["rank"].notna()]
    drawn = assessment.uncertain
    if ranked.empty or drawn is None:
        return ""
    first: Any = ranked.iloc[0]
    drivers = driver_table().loc[list(drawn.drivers)]
    rows = projects.set_index(KEY).loc[list(drawn.project_ids)]
    other_first = first_change_words(
        single_moves(
            {name: rows[name].to_numpy() for name in drawn.one_at_a_time},
            drawn.one_at_a_time,
            (drivers["scope"] == PROJECT).tolist(),
        ),
        drivers,
        ids=drawn.project_ids,
        names=dict(zip(projects[KEY], projects["name"].astype(str), strict=True)),
        hypothetical=set(projects.loc[projects["hypothetical"], KEY]),
        objective=scenario.ranking.objective,
        weights=weights_of(scenario),
        first=str(first["project_id"]),
    )
    money, rate = scenario.economics.money, scenario.economics.discount_rate_share
    dearer = dearer_words(assessment.tables["payers"], project_id=str(first[KEY]), money=money)
    sentences = (
        dearer,
        certainty_words(projects, draws=assessment.draws, money=money, rate_share=rate),
        str(first["what_would_change"]),
        other_first,
    )
    return " ".join(sentence for sentence in sentences if sentence)
