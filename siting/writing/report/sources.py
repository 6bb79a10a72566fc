"""What a plan was made from: decisions, every assumed figure with its source, words, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heatreach.data import load_table

from ..results import described_columns
from ..sheets import data_dictionary
from ..wording import MISSING, is_blank
from .tables import Grid
from .words import each_row, unit_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ..results import FinishedPlan

TERMS = (
    "npv",
    "irr_share",
    "payback_years",
    "lcoh_per_mwh",
    "avoided_t_co2e",
    "carbon_g_per_kwh",
    "cost_per_t_co2e",
    "social_npv",
    "linear_heat_density_mwh_m",
    "cop",
    "first_share",
    "top_share",
)
"""Columns of PROJECTS that the report explains."""
TABLED = {
    **{
        f"economics.{fuel}_price_per_mwh": rf"energy_prices/{fuel}/price_per_mwh(@.*)?"
        for fuel in ("electricity", "gas", "oil", "district_heat")
    },
    "economics.source_heat_price_per_mwh": (
        r"energy_prices/heat_bought_from_source/price_per_mwh(@.*)?"
    ),
    "emissions.grid_co2e_kg_per_kwh": r"emission_factors/electricity/co2e_\w+_kg_per_kwh(@.*)?",
}
"""Rows of the register, as patterns, that stand in for keys of the scenario left open."""
TERM_WORDS = {
    "npv": "Net present value (NPV)",
    "irr_share": "Rate of return (IRR)",
    "payback_years": "Payback",
    "lcoh_per_mwh": "Cost of heat (levelised, LCOH)",
    "avoided_t_co2e": "Emissions avoided",
    "carbon_g_per_kwh": "Emissions of the heat",
    "cost_per_t_co2e": "Cost of a tonne avoided",
    "social_npv": "Net present value to society",
    "linear_heat_density_mwh_m": "Heat over trench",
    "cop": "COP",
    "first_share": "Comes first in",
    "top_share": "Among the first in",
}


def decisions_grid(plan: FinishedPlan) -> Grid | None:
    """
    What was decided for the study, defaults included.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    grid
        One row per key of the scenario; `None` where the run keeps none.
    """
    described = described_columns("scenario").set_index("column")
    cells = []
    for key, value in _flat(plan.run.get("options", {})):
        known = key in described.index
        unit = unit_words(described.loc[key, "unit"]) if known else ""
        words = str(described.loc[key, "description"]) if known else ""
        told = f"{_plain(value)} {unit}".strip()
        cells.append((key, words, _from_tables(key, plan) if is_blank(value) else told))
    if not cells:
        return None
    return Grid(
        caption="Decisions of the study",
        headings=[("Key", ""), ("Meaning", ""), ("Value", "")],
        rows=cells,
        texts=3,
        file="run.json",
        note="A scenario file may change each of them.",
    )


def _from_tables(key: str, plan: FinishedPlan) -> str:
    """The figure of the tables that stood in for a key that the scenario leaves open."""
    register = plan.assumptions
    wanted = TABLED.get(key)
    rows = register[register["key"].astype(str).str.fullmatch(wanted)] if wanted else register[:0]
    told = [f"{_plain(row.value)} {unit_words(row.unit)}".strip() for row in each_row(rows)]
    return f"{' and '.join(told)}, from the tables" if told else "none given"


def _flat(options: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Options of sections as ``section.key``, in alphabetical order."""
    found: list[tuple[str, Any]] = []
    for key in sorted(options):
        value = options[key]
        if isinstance(value, dict):
            found += _flat(value, f"{before}{key}.")
        else:
            found.append((f"{before}{key}", value))
    return found


def assumption_grids(assumptions: pd.DataFrame) -> list[Grid]:
    """
    Every assumed figure with range, unit and source, one table per kind.

    Parameters
    ----------
    assumptions
        The register.

    Returns
    -------
    grids
        In the order of their names.
    """
    register = assumptions.sort_values("key", kind="stable")
    kinds = register["key"].astype(str).str.split("/").str[0]
    return [
        Grid(
            caption=f"{str(kind).replace('_', ' ')} ({len(rows):,})",
            headings=[("Figure", ""), ("Source", ""), ("Value", ""), ("Range", "")],
            rows=[_assumption_cells(row) for row in each_row(rows)],
            texts=2,
        )
        for kind, rows in register.groupby(kinds, sort=True)
    ]


def _assumption_cells(row: Any) -> tuple[Any, ...]:
    """One assumption."""
    unit = unit_words(row.unit)
    base = "" if is_blank(row.price_base) else f" ({row.price_base})"
    given = "" if row.origin == "default" else f" [{row.origin}]"
    place = "" if is_blank(row.locator) else f": {row.locator}"
    name = str(row.key).partition("/")[2] or row.key
    value = f"{_plain(row.value)} {unit}{base}".strip()
    reach = MISSING if is_blank(row.low) else f"{_plain(row.low)} to {_plain(row.high)}"
    return (f"{name}{given}", f"{row.source}{place}", value, reach)


def _plain(value: Any) -> str:
    """A figure or a word as it stands in the register."""
    if is_blank(value):
        return MISSING
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or isinstance(value, int):
        return str(value)
    return f"{value:g}"


def source_rows(assumptions: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """
    The sources of the assumptions, with what they are and how many figures come from each.

    Parameters
    ----------
    assumptions
        The register.

    Returns
    -------
    rows
        Key, citation, licence, and number of figures; in the order of the keys.
    """
    known = load_table("sources").set_index("key")
    counts = assumptions["source"].fillna("").astype(str).value_counts()
    rows = []
    for key in sorted(counts.index):
        listed = key in known.index
        citation = str(known.loc[key, "citation"]) if listed else key
        licence = str(known.loc[key, "licence"]) if listed else ""
        rows.append((key, citation, licence, int(counts[key])))
    return rows


def glossary(plan: FinishedPlan) -> list[tuple[str, str, str]]:
    """
    Words of the report and what they mean.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    terms
        Word, unit and meaning, from the data dictionary.
    """
    dictionary = data_dictionary(plan.money, tables=("projects",)).set_index("column")
    return [
        (
            TERM_WORDS[term],
            unit_words(dictionary.loc[term, "unit"]),
            str(dictionary.loc[term, "description"]),
        )
        for term in TERMS
    ]


def provenance(run: Mapping[str, Any], crs: Any) -> list[tuple[str, str]]:
    """
    What the report was made from and with.

    Parameters
    ----------
    run
        Record of the run.
    crs
        Metric coordinate system.

    Returns
    -------
    rows
        Names and values, in one order; no time of day.
    """
    rows = [("Coordinate system", str(crs))]
    rows += [
        (label, str(run[key]))
        for key, label in (("run_id", "Run"), ("country", "Country"), ("weather", "Weather"))
        if not is_blank(run.get(key))
    ]
    # Files sorted anew hold the same: the report names what they say, the record their bytes.
    inputs: Mapping[str, str] = run.get("content") or run.get("inputs", {})
    rows += [(f"Input: {name}", f"SHA-256 {inputs[name]}") for name in sorted(inputs)]
    for key, label in (("versions", "Versions"), ("seeds", "Seeds")):
        parts: Mapping[str, Any] = run.get(key, {})
        if parts:
            rows.append((label, ", ".join(f"{name} {parts[name]}" for name in sorted(parts))))
    return rows


def left_out(run: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """
    What the reader of the inputs left out, and how often.

    Parameters
    ----------
    run
        Record of the run.

    Returns
    -------
    rows
        What, and its number.
    """
    found: Mapping[str, int] = run.get("left_out", {})
    return [(what, int(found[what])) for what in sorted(found)]
