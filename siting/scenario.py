"""
What a planner may decide: the scenario.

Every key has a default in the tables ``scenario`` (numbers) and ``choices`` (words), and its limits
in ``columns``. A scenario file is TOML with the same sections; every wrong key, value and word of
it is refused at once with the nearest right one (words are judged in `scenario_words`). Keys left
out that depend on the country (prices, grid factor) are `None` here and filled by `conditions`.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from .errors import InputError, Problem
from .reading.findings import printable, shorten
from .scenario_fields import limits_text, number, optional, word
from .scenario_words import (
    checked_country,
    checked_cycle,
    checked_load_profile,
    checked_money,
    checked_name,
    unknown_word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import ValidationInfo
    from pydantic_core import ErrorDetails

Choice = Literal["yes", "no"]
ElectricityBasis = Literal["lifecycle", "direct", "marginal"]
GwpSet = Literal["AR4", "AR5", "AR6"]
GridPath = Literal["frozen", "declining"]
Cycle = Literal["auto", "single", "ihx", "two_stage", "intercooled", "transcritical"]
Arrangement = Literal["best", "direct", "preheat", "central", "ambient"]
Sizing = Literal["share", "least_cost"]
Objective = Literal["npv", "avoided_t_co2e", "lcoh_per_mwh", "cost_per_t_co2e", "weighted"]
Basis = Literal["real", "nominal"]
ResidualValue = Literal["straight_line", "none"]
TariffIndex = Literal["counterfactual", "level"]
Sampling = Literal["sobol", "latin_hypercube"]
Distribution = Literal["triangular", "uniform"]
SupplyChoice = Literal["best", "given"]
Country = Annotated[str, AfterValidator(checked_country)]
Money = Annotated[str, AfterValidator(checked_money)]
Cooling = Annotated[str, AfterValidator(partial(checked_name, table="cooling_systems"))]
LoadProfile = Annotated[str, AfterValidator(checked_load_profile)]
Refrigerant = Annotated[str, AfterValidator(partial(checked_name, table="refrigerants"))]
Counterfactual = Annotated[str, AfterValidator(partial(checked_name, table="counterfactuals"))]

# What pydantic finds, in words of a planner; the limits follow in the advice.
_WRONG = {
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "float_type": "is no number",
    "int_type": "is no whole number",
    "finite_number": "is not finite",
    "string_type": "is no text",
    "model_type": "is no section",
    "missing": "is missing",
}


class _Section(BaseModel):
    """A section of the scenario; unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )


class Place(_Section):
    """Where the study is."""

    country: Country = word("place", "country")


class Search(_Section):
    """How far to look."""

    radius_m: float = number("search", "radius_m")


class Network(_Section):
    """Temperatures and rules of the pipe network."""

    supply_degc: float = number("network", "supply_degc")
    return_degc: float = number("network", "return_degc")
    insulation_series: int = number("network", "insulation_series")
    connector_max_m: float = number("network", "connector_max_m")
    candidates: int = number("network", "candidates")
    supply_drop_max_k: float = number("network", "supply_drop_max_k")
    fittings_share: float = number("network", "fittings_share")
    substation_drop_kpa: float = number("network", "substation_drop_kpa")
    pump_head_max_kpa: float = number("network", "pump_head_max_kpa")
    paths: Choice = word("network", "paths")
    supply_choice: SupplyChoice = word("network", "supply_choice")

    @field_validator("return_degc")
    @classmethod
    def _colder_than_supply(cls, value: float, info: ValidationInfo) -> float:
        """Refuse a return that is not colder than the supply."""
        supply = info.data.get("supply_degc")
        if supply is not None and value >= supply:
            what = f"is not colder than supply_degc ({supply:g} °C)"
            raise PydanticCustomError("pair", "{what}", {"what": what})
        return value


class Source(_Section):
    """What is assumed of data centres that do not say."""

    utilisation: float = number("source", "utilisation")
    cooling: Cooling = word("source", "cooling")
    load_profile: LoadProfile = word("source", "load_profile")


class HeatPump(_Section):
    """The heat pump of the energy centre."""

    refrigerant: Refrigerant = word("heat_pump", "refrigerant")
    cycle: Cycle = word("heat_pump", "cycle")
    arrangement: Arrangement = word("heat_pump", "arrangement")
    sizing: Sizing = word("heat_pump", "sizing")
    peak_share: float = number("heat_pump", "peak_share")
    store_hours: float = number("heat_pump", "store_hours")
    module_kw: float | None = optional("heat_pump", "module_kw")

    @field_validator("cycle")
    @classmethod
    def _fits_refrigerant(cls, value: str, info: ValidationInfo) -> str:
        """Refuse a cycle that the refrigerant cannot run."""
        refrigerant = info.data.get("refrigerant")
        return value if refrigerant is None else checked_cycle(value, refrigerant)


class Emissions(_Section):
    """What the heat is compared with, and how emissions count."""

    counterfactual: Counterfactual = word("emissions", "counterfactual")
    electricity_basis: ElectricityBasis = word("emissions", "electricity_basis")
    grid_path: GridPath = word("emissions", "grid_path")
    upstream: Choice = word("emissions", "upstream")
    grid_losses: Choice = word("emissions", "grid_losses")
    embodied: Choice = word("emissions", "embodied")
    gwp_set: GwpSet = word("emissions", "gwp_set")
    grid_co2e_kg_per_kwh: float | None = optional("emissions", "grid_co2e_kg_per_kwh")


class Economics(_Section):
    """Rates, lives and prices."""

    money: Money = word("economics", "money")
    basis: Basis = word("economics", "basis")
    inflation_share: float = number("economics", "inflation_share")
    residual_value: ResidualValue = word("economics", "residual_value")
    discount_rate_share: float = number("economics", "discount_rate_share")
    consumer_rate_share: float = number("economics", "consumer_rate_share")
    first_year: int = number("economics", "first_year")
    life_years: int = number("economics", "life_years")
    tariff_discount_share: float = number("economics", "tariff_discount_share")
    tariff_index: TariffIndex = word("economics", "tariff_index")
    connection_charge_per_kw: float = number("economics", "connection_charge_per_kw")
    heat_tariff_per_mwh: float | None = optional("economics", "heat_tariff_per_mwh")
    standing_charge_per_year: float = number("economics", "standing_charge_per_year")
    soft_cost_share: float = number("economics", "soft_cost_share")
    contingency_share: float = number("economics", "contingency_share")
    grant_share: float = number("economics", "grant_share")
    electricity_price_change_share: float = number("economics", "electricity_price_change_share")
    gas_price_change_share: float = number("economics", "gas_price_change_share")
    carbon_price_per_t: float | None = optional("economics", "carbon_price_per_t")
    social_carbon_value_per_t: float | None = optional("economics", "social_carbon_value_per_t")
    electricity_price_per_mwh: float | None = optional("economics", "electricity_price_per_mwh")
    gas_price_per_mwh: float | None = optional("economics", "gas_price_per_mwh")
    oil_price_per_mwh: float | None = optional("economics", "oil_price_per_mwh")
    district_heat_price_per_mwh: float | None = optional("economics", "district_heat_price_per_mwh")
    source_heat_price_per_mwh: float | None = optional("economics", "source_heat_price_per_mwh")

    @field_validator("standing_charge_per_year")
    @classmethod
    def _beside_a_price(cls, value: float, info: ValidationInfo) -> float:
        """Refuse a standing charge where the price of heat follows the counterfactual."""
        follows = info.data.get("heat_tariff_per_mwh", 0.0) is None
        if value > 0.0 and follows:
            what = "needs a heat price of your own beside it (economics.heat_tariff_per_mwh)"
            raise PydanticCustomError("pair", "{what}", {"what": what})
        return value


class Uncertainty(_Section):
    """How the ranges of the assumptions are drawn from."""

    draws: int = number("uncertainty", "draws")
    seed: int = number("uncertainty", "seed")
    sampling: Sampling = word("uncertainty", "sampling")
    distribution: Distribution = word("uncertainty", "distribution")


class Ranking(_Section):
    """What is best."""

    objective: Objective = word("ranking", "objective")
    top_count: int = number("ranking", "top_count")
    npv_weight: float = number("ranking", "npv_weight")
    avoided_weight: float = number("ranking", "avoided_weight")
    lcoh_weight: float = number("ranking", "lcoh_weight")
    abatement_weight: float = number("ranking", "abatement_weight")


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
    uncertainty: Uncertainty = Field(default_factory=Uncertainty)
    ranking: Ranking = Field(default_factory=Ranking)


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
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _refusal(path, "is not UTF-8 text", "save it with encoding UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        advice = "write sections as [search] and values as radius_m = 1500"
        raise _refusal(path, f"is not TOML: {error}", advice) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        advice = "check the path and the permissions"
        raise _refusal(path, f"cannot be opened ({reason})", advice) from error
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
        return Scenario.model_validate(given)
    except ValidationError as error:
        raise InputError([_translated(name, item) for item in error.errors()]) from error


def _refusal(path: Path, what: str, advice: str) -> InputError:
    """Make the error for a scenario file that cannot be read."""
    return InputError([Problem(file=printable(path.name), where="", what=what, advice=advice)])


def _translated(name: str, item: ErrorDetails) -> Problem:
    """One of pydantic's findings in our words."""
    path = [printable(str(part)) for part in item["loc"]]
    where, value = ".".join(path), shorten(repr(item["input"]))
    kind, advice = item["type"], limits_text(".".join(path))
    if kind == "extra_forbidden":
        what, advice = "is not a key of the scenario", _nearest_key(path)
    elif kind == "literal_error":
        words = unknown_word(str(item["input"]), _allowed(path)).message()
        what, _, advice = f"{value} {words}".partition("; ")
    elif kind == "word":
        what, _, advice = f"{value} {item['msg']}".partition("; ")
    else:
        what = f"{value} {_WRONG.get(kind, item['msg'])}"
    return Problem(file=printable(name), where=where, what=what, advice=advice)


def _allowed(path: list[str]) -> list[str]:
    """Words allowed for a key."""
    section: Any = Scenario.model_fields[path[0]].annotation
    return [str(word) for word in get_args(section.model_fields[path[1]].annotation)]


def _keys() -> dict[str, list[str]]:
    """Keys of each section."""
    sections: dict[str, Any] = {n: f.annotation for n, f in Scenario.model_fields.items()}
    return {name: list(section.model_fields) for name, section in sections.items()}


def _nearest_key(path: list[str]) -> str:
    """The key that was probably meant, in this section or another, or all there are."""
    keys = _keys()
    here = keys[path[0]] if len(path) > 1 else list(keys)
    near = get_close_matches(path[-1], here, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    everywhere = {key: section for section, names in keys.items() for key in names}
    near = get_close_matches(path[-1], everywhere, n=1)
    if near:
        return f"did you mean {near[0]!r} in section [{everywhere[near[0]]}]?"
    return f"known are {', '.join(here)}"
