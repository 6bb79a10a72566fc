"""The register: figures of the tables a study consults, with range, source and who chose them."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd

from heatreach.data import Assumption, load_table, table_names
from heatreach.data.tables import NUMBER_COLUMNS

from .appraisal.figures import BY_USER
from .reading.demand_rows import BOILER, FROM_FUEL, HOME_BOILER
from .rules.cells import compliance_rules
from .scenario import Scenario
from .scenario_fields import limits
from .zoning.rules import zone_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .appraisal.conditions import Conditions
    from .inputs import Inputs
    from .rules.table import Rule
    from .zoning.rules import ZoneRule

REGISTER_COLUMNS = [
    "key",
    "value",
    "low",
    "high",
    "unit",
    "price_base",
    "source",
    "locator",
    "note",
    "origin",
]
DEFAULT = "default"
COUNTRY_TABLES = ("climate",)
WHOLE_TABLES = (
    "pipe_costs",
    "crossings",
    "diversity",
    "heat_pumps",
    "heat_stores",
    "heat_profiles",
    "data_centres",
    "grid_trajectories",
    "embodied_carbon",
    "technology_costs",
    "siting_rules",
    "appraisal_views",
    "social_rates",
    "carbon_values",
    "draw_rules",
)
ZONE_TABLES = (
    "certainty_rules",
    "data_centres",
    "diversity",
    "heat_profiles",
    "heat_pumps",
    "heat_stores",
    "siting_rules",
)
DEMAND_TABLES = ("building_ages",)


def all_assumptions() -> pd.DataFrame:
    """
    Every figure of every number table, and what each zone rule and rule of law asks for.

    Returns
    -------
    register
        ``key`` (table/name/parameter@region), value, range, unit, price base, source, locator,
        note; ``origin`` is ``default``.

    Examples
    --------
    >>> bool((all_assumptions()["source"] != "").all())
    True
    """
    parts = [_rows(name) for name in table_names() if "parameter" in load_table(name)]
    parts.append(_rule_rows(zone_rules(load_table("zone_rules")["name"].tolist())))
    parts.append(_compliance_rows(compliance_rules()))
    return pd.concat(parts, ignore_index=True)[REGISTER_COLUMNS]


def assumptions_used(inputs: Inputs, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    The figures behind one study.

    Parameters
    ----------
    inputs, scenario, conditions
        The study.

    Returns
    -------
    register
        As `all_assumptions`, only what this study used; what the user set is marked so.
    """
    series = f"series{scenario.network.insulation_series}"
    pipes = _rows("pipes")
    other = pipes["key"].str.contains("series") & ~pipes["key"].str.contains(series)
    uses = set(inputs.consumers["use"].dropna())
    parts = [
        _scenario_rows(scenario),
        _figures(conditions.figures()),
        pipes[~other],
        *[_rows(name) for name in (*WHOLE_TABLES, *DEMAND_TABLES)],
        _confidence_rows(),
        _named("refrigerants", {scenario.heat_pump.refrigerant}),
        _named("cooling_systems", set(inputs.sites["cooling"])),
        _named("demand_benchmarks", uses | {"reference_climate"}),
        *[_in_country(name, inputs.country) for name in COUNTRY_TABLES],
        _price_rows(scenario.economics.money),
        _named("energy_prices", {"water"}),
        _rules_of(inputs),
        _hypothetical_rows(inputs),
    ]
    return _joined(parts)


def zone_assumptions(inputs: Inputs, scenario: Scenario, rules: Sequence[ZoneRule]) -> pd.DataFrame:
    """
    The figures behind heat-network zones.

    Parameters
    ----------
    inputs, scenario
        The study.
    rules
        Rules by which zones were looked for.

    Returns
    -------
    register
        As `all_assumptions`, only what zones use; what the user set is marked so.
    """
    uses = set(inputs.everywhere["use"].dropna())
    parts = [
        _scenario_rows(scenario),
        _rule_rows(rules),
        *[_rows(name) for name in (*ZONE_TABLES, *DEMAND_TABLES)],
        _confidence_rows(),
        _named("refrigerants", {scenario.heat_pump.refrigerant}),
        _named("cooling_systems", set(inputs.sites["cooling"])),
        _named("demand_benchmarks", uses | {"reference_climate"}),
        _boiler_rows(inputs),
        *[_in_country(name, inputs.country) for name in COUNTRY_TABLES],
        _hypothetical_rows(inputs),
    ]
    return _joined(parts)


def _boiler_rows(inputs: Inputs) -> pd.DataFrame:
    """Efficiencies by which heat was found from fuel, if it was for anybody."""
    rows = _named("technology_costs", {HOME_BOILER, BOILER})
    rows = rows[rows["parameter"] == "efficiency_gross_share"]
    fuel = inputs.everywhere["demand_source"].str.contains(FROM_FUEL, regex=False, na=False)
    return rows if fuel.any() else rows.iloc[:0]


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts of a register as one, each figure once, in order of their keys."""
    register = pd.concat([part for part in parts if len(part)], ignore_index=True)
    register = register[REGISTER_COLUMNS].drop_duplicates("key")
    return register.sort_values("key", kind="stable", ignore_index=True)


def _confidence_rows() -> pd.DataFrame:
    """How far a figure of each origin may stray, as figures; origins without a range have none."""
    table = load_table("confidence_rules")
    parts = []
    for name in ("low_share", "high_share"):
        rows = table[table[name].astype(str) != ""]
        evidence = rows["evidence"].str.strip(": ")
        parts.append(
            rows.assign(
                key="confidence_rules/" + rows["aspect"] + "/" + evidence + "/" + name,
                value=rows[name].astype(float),
                low=rows[name].astype(float),
                high=rows[name].astype(float),
                unit="dimensionless",
                price_base="",
                locator="",
                origin=DEFAULT,
            )
        )
    return pd.concat(parts)[REGISTER_COLUMNS]


def _rule_rows(rules: Sequence[ZoneRule]) -> pd.DataFrame:
    """What each zone rule asks for, as figures with their source."""
    asked = {
        "threshold_mwh_m": "MWh/(m*year)",
        "anchors_min": "dimensionless",
        "anchor_mwh": "MWh/year",
        "buildings_min": "dimensionless",
        "heat_min_mwh": "MWh/year",
    }
    rows = [
        {
            "key": f"zone_rules/{rule.name}/{name}",
            "value": getattr(rule, name),
            "low": getattr(rule, name),
            "high": getattr(rule, name),
            "unit": unit,
            "price_base": "",
            "source": rule.source,
            "locator": rule.locator,
            "note": rule.note,
            "origin": DEFAULT,
        }
        for rule in rules
        for name, unit in asked.items()
    ]
    return pd.DataFrame(rows, columns=REGISTER_COLUMNS)


def _compliance_rows(rules: Sequence[Rule], given: Collection[str] = ()) -> pd.DataFrame:
    """What each rule of law, funding or guidance asks for, as figures with their source."""
    rows = [
        {
            "key": f"compliance_rules/{rule.rule}/{rule.figure}",
            "value": rule.threshold,
            "low": rule.threshold,
            "high": rule.threshold,
            "unit": rule.unit,
            "price_base": "",
            "source": rule.source,
            "locator": rule.locator,
            "note": f"{rule.status}, {rule.comparison.replace('_', ' ')}; {rule.note}".rstrip("; "),
            "origin": BY_USER if rule.rule in given else DEFAULT,
        }
        for rule in rules
        if not isnan(rule.threshold)
    ]
    return pd.DataFrame(rows, columns=REGISTER_COLUMNS)


def _rules_of(inputs: Inputs) -> pd.DataFrame:
    """Rules that a study asked, with those of the user's file."""
    if inputs.compliance is None:
        return _compliance_rows(compliance_rules())
    own = inputs.compliance
    return _compliance_rows(own.rules, given={*own.added, *own.changed})


def _rows(table: str) -> pd.DataFrame:
    """A number table in the register's columns."""
    rows = load_table(table)
    region = rows["region"].where(rows["region"] == "", "@" + rows["region"])
    key = table + "/" + rows["name"] + "/" + rows["parameter"] + region
    return rows.assign(key=key, origin=DEFAULT)


def _named(table: str, names: set[str]) -> pd.DataFrame:
    """Rows of some names."""
    rows = _rows(table)
    return rows[rows["name"].isin(names)]


def _in_country(table: str, country: str) -> pd.DataFrame:
    """Rows of the country, and the general ones it lacks."""
    rows = _rows(table)
    own = rows[rows["region"] == country]
    general = rows[(rows["region"] == "") & ~rows["parameter"].isin(own["parameter"])]
    return pd.concat([own, general])


def _figures(figures: Iterable[Assumption]) -> pd.DataFrame:
    """Assumptions as register rows."""
    rows = pd.DataFrame([asdict(figure) for figure in figures])
    user = rows["source"] == BY_USER
    return rows.assign(
        key=[figure.key for figure in figures], origin=user.map({True: BY_USER, False: DEFAULT})
    )


def _scenario_rows(scenario: Scenario) -> pd.DataFrame:
    """Numbers and words of the scenario, with who chose them; what the user set has no range."""
    chosen, default = scenario.model_dump(), Scenario().model_dump()
    words = load_table("choices").rename(columns={"section": "name", "key": "parameter"})
    words = words.assign(
        key="scenario/" + words["name"] + "/" + words["parameter"],
        note=words["description"],
        **dict.fromkeys(["low", "high", "unit", "price_base", "locator"], ""),
    )
    numbers = _rows("scenario").astype({"low": object, "high": object})
    rows = pd.concat([numbers, words, _optional_rows(scenario)], ignore_index=True)
    pairs = list(zip(rows["name"], rows["parameter"], strict=True))
    value = pd.Series([chosen[name][key] for name, key in pairs], dtype=object)
    own = pd.Series([chosen[name][key] != default[name][key] for name, key in pairs], dtype=bool)
    number = own & (rows["unit"] != "")
    return rows.assign(
        value=value,
        low=rows["low"].mask(number, value),
        high=rows["high"].mask(number, value),
        source=rows["source"].mask(own, BY_USER),
        **{name: rows[name].mask(own, "") for name in ("locator", "note")},
        origin=own.map({True: BY_USER, False: DEFAULT}),
    )


def _optional_rows(scenario: Scenario) -> pd.DataFrame:
    """Keys without a default, such as a price of heat, as far as the user set them."""
    default, money = Scenario().model_dump(), scenario.economics.money
    rows = [
        {
            "key": f"scenario/{section}/{key}",
            "name": section,
            "parameter": key,
            "unit": limits()[f"{section}.{key}"]["unit"].replace("EUR", money.split()[0]),
            "price_base": money if "EUR" in limits()[f"{section}.{key}"]["unit"] else "",
        }
        for section, keys in scenario.model_dump().items()
        for key, value in keys.items()
        if default[section][key] is None and value is not None
    ]
    columns = ["key", "name", "parameter", "unit", "price_base"]
    blank = dict.fromkeys(["low", "high", "source", "locator", "note"], "")
    return pd.DataFrame(rows, columns=columns).assign(**blank)


def _hypothetical_rows(inputs: Inputs) -> pd.DataFrame:
    """One row per data centre that does not exist."""
    ids = inputs.sites.loc[inputs.sites["hypothetical"], "id"]
    rows = pd.DataFrame({"key": "sites/" + ids + "/hypothetical"})
    note = "this data centre does not exist; it was assumed for the study"
    return rows.assign(
        value="yes", low="", high="", unit="", price_base="", locator="", note=note,
        source=BY_USER, origin=BY_USER,
    )  # fmt: skip


def _price_rows(money: str) -> pd.DataFrame:
    """Price indices and exchange rates between the years the tables use and the plan's."""
    years = {money.split()[1]}
    for table in table_names():
        rows = load_table(table)
        if set(NUMBER_COLUMNS) <= set(rows.columns):
            years |= {base.split()[1] for base in rows["price_base"] if base}
    rows = _rows("price_index")
    return rows[rows["parameter"].str[-4:].isin(years)]
