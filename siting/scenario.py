"""
What a planner may decide: the scenario.

Every key has a default in the tables ``scenario`` (numbers) and ``choices`` (words), and its limits
in ``columns``. A scenario file is TOML with the same sections; a wrong key or value is refused with
the nearest right one. Keys left out of a section that depend on the country (prices, grid factor)
are `None` here and filled by `conditions`.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from heatreach.data import assumption, load_table
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Choice = Literal["yes", "no"]
Objective = Literal["npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e"]


@lru_cache(maxsize=1)
def _limits() -> Mapping[str, Mapping[str, str]]:
    """Rows of the column registry for scenario keys, by ``section.key``."""
    rows = load_table("columns")
    rows = rows[rows["table"] == "scenario"].set_index("column")
    return rows.to_dict("index")  # type: ignore[return-value]


def _number(section: str, key: str) -> Any:
    """Field of a number with default and limits from the tables."""
    row = _limits()[f"{section}.{key}"]
    return Field(
        default_factory=lambda: assumption("scenario", section, key).value,
        ge=float(row["minimum"]),
        le=float(row["maximum"]),
        description=row["description"],
    )


def _optional(section: str, key: str) -> Any:
    """Field of a number that by default follows the country."""
    row = _limits()[f"{section}.{key}"]
    return Field(
        default=None,
        ge=float(row["minimum"]),
        le=float(row["maximum"]),
        description=row["description"],
    )


def _word(section: str, key: str) -> Any:
    """Field of a word with its default from the table of choices."""
    rows = load_table("choices")
    row = rows[(rows["section"] == section) & (rows["key"] == key)].iloc[0]
    return Field(default=row["default"], description=row["description"])


class _Section(BaseModel):
    """A section of the scenario; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Place(_Section):
    """Where the study is."""

    country: str = _word("place", "country")


class Search(_Section):
    """How far to look."""

    radius_m: float = _number("search", "radius_m")


class Network(_Section):
    """Temperatures and rules of the pipe network."""

    supply_degc: float = _number("network", "supply_degc")
    return_degc: float = _number("network", "return_degc")
    insulation_series: int = _number("network", "insulation_series")
    connector_max_m: float = _number("network", "connector_max_m")
    candidates: int = _number("network", "candidates")
    supply_drop_max_k: float = _number("network", "supply_drop_max_k")
    fittings_share: float = _number("network", "fittings_share")
    substation_drop_kpa: float = _number("network", "substation_drop_kpa")
    paths: Choice = _word("network", "paths")


class Source(_Section):
    """What is assumed of data centres that do not say."""

    utilisation: float = _number("source", "utilisation")
    cooling: str = _word("source", "cooling")


class HeatPump(_Section):
    """The heat pump of the energy centre."""

    refrigerant: str = _word("heat_pump", "refrigerant")
    peak_share: float = _number("heat_pump", "peak_share")


class Emissions(_Section):
    """What the heat is compared with, and how emissions count."""

    counterfactual: str = _word("emissions", "counterfactual")
    gwp_set: Literal["AR4", "AR5", "AR6"] = _word("emissions", "gwp_set")
    grid_co2e_kg_per_kwh: float | None = _optional("emissions", "grid_co2e_kg_per_kwh")


class Economics(_Section):
    """Rates, lives and prices."""

    money: str = _word("economics", "money")
    discount_rate_share: float = _number("economics", "discount_rate_share")
    life_years: int = _number("economics", "life_years")
    tariff_discount_share: float = _number("economics", "tariff_discount_share")
    soft_cost_share: float = _number("economics", "soft_cost_share")
    heat_tariff_per_mwh: float | None = _optional("economics", "heat_tariff_per_mwh")
    electricity_price_per_mwh: float | None = _optional("economics", "electricity_price_per_mwh")
    fuel_price_per_mwh: float | None = _optional("economics", "fuel_price_per_mwh")
    source_heat_price_per_mwh: float | None = _optional("economics", "source_heat_price_per_mwh")


class Ranking(_Section):
    """What is best."""

    objective: Objective = _word("ranking", "objective")


class Scenario(_Section):
    """
    All decisions of a study, section by section.

    Examples
    --------
    >>> Scenario().search.radius_m
    2000.0
    >>> Scenario(search={"radius_m": 1500}).search.radius_m
    1500.0
    """

    place: Place = Field(default_factory=Place)
    search: Search = Field(default_factory=Search)
    network: Network = Field(default_factory=Network)
    source: Source = Field(default_factory=Source)
    heat_pump: HeatPump = Field(default_factory=HeatPump)
    emissions: Emissions = Field(default_factory=Emissions)
    economics: Economics = Field(default_factory=Economics)
    ranking: Ranking = Field(default_factory=Ranking)


SETTABLE_WORDS = {
    ("heat_pump", "refrigerant"): "refrigerants",
    ("source", "cooling"): "cooling_systems",
    ("emissions", "counterfactual"): "counterfactuals",
}
"""Words that must be names in a table."""


def read_scenario(path: Path) -> Scenario:
    """
    Scenario of a TOML file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    scenario
        Defaults where the file is silent.

    Raises
    ------
    InputError
        With every wrong key and value of the file at once.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError([_problem(path, "", "no such file", "check the path")]) from error
    except UnicodeDecodeError as error:
        advice = "save it as UTF-8 text"
        raise InputError([_problem(path, "", "is not UTF-8 text", advice)]) from error
    except (tomllib.TOMLDecodeError, OSError) as error:
        advice = "write sections as [network] and values as radius_m = 1500"
        raise InputError([_problem(path, "", f"is not TOML: {error}", advice)]) from error
    return scenario_of(given, name=path.name)


def scenario_of(given: Mapping[str, Any], *, name: str) -> Scenario:
    """
    Scenario of nested values.

    Parameters
    ----------
    given
        Sections and keys as in the TOML file.
    name
        What to call the source of the values in messages.

    Returns
    -------
    scenario
        The checked scenario.

    Raises
    ------
    InputError
        With every wrong key and value at once.

    Examples
    --------
    >>> scenario_of({"network": {"supply_degc": 60}}, name="example").network.supply_degc
    60.0
    """
    try:
        scenario = Scenario.model_validate(given)
    except ValidationError as error:
        problems = [_translated(name, item) for item in error.errors()]
        raise InputError(problems) from error
    problems = _word_problems(scenario, name)
    if problems:
        raise InputError(problems)
    return scenario


def _problem(path: Path, where: str, what: str, advice: str) -> Problem:
    """A problem of a scenario file."""
    return Problem(file=path.name, where=where, what=what, advice=advice)


def _translated(name: str, item: Any) -> Problem:
    """One of pydantic's findings in our words."""
    path = [str(part) for part in item["loc"]]
    where = ".".join(path)
    value = item.get("input")
    if item["type"] == "extra_forbidden":
        known = _known_keys(path[:-1])
        near = get_close_matches(path[-1], known, n=1)
        advice = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
        return Problem(file=name, where=where, what="is not a key of the scenario", advice=advice)
    text = item["msg"][:1].lower() + item["msg"][1:]
    row = _limits().get(where)
    advice = (
        f"{row['description']}; between {row['minimum']} and {row['maximum']} {row['unit']}"
        if row
        else "see `heatreach assumptions` for every key and its default"
    )
    return Problem(file=name, where=where, what=f"{value!r}: {text}", advice=advice)


def _known_keys(path: list[str]) -> list[str]:
    """Keys allowed at a place of the scenario."""
    model: Any = Scenario
    for part in path:
        field = model.model_fields.get(part)
        if field is None:
            return []
        model = field.annotation
    return list(model.model_fields)


def _word_problems(scenario: Scenario, name: str) -> list[Problem]:
    """Words that are not names in their table."""
    checks = [
        (section, key, getattr(getattr(scenario, section), key), set(load_table(table)["name"]))
        for (section, key), table in SETTABLE_WORDS.items()
    ]
    return [
        Problem(
            file=name,
            where=f"{section}.{key}",
            what=f"{word!r} is not known",
            advice=_nearest_word(word, known),
        )
        for section, key, word, known in checks
        if word not in known
    ]


def _nearest_word(word: str, known: set[str]) -> str:
    """The nearest right word, or all of them."""
    near = get_close_matches(word, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
