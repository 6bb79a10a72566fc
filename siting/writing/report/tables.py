"""Tables of one project: figures at rates and horizons, payers, ranges, gates, cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..wording import figure, is_blank
from .words import FIGURES, PERCENT, THOUSAND, amount, each_row, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

PAYERS = {
    "operator": "Operator of the network",
    "data_centre": "Data centre",
    "consumer": "Consumers",
    "public": "Public purse",
    "society": "All four together",
}
OPERATOR = "commercial"
VIEWS = {OPERATOR: "operator", "social": "society, with the value of carbon"}
COMPARISONS = {"at_most": "at most", "at_least": "at least", "above": "above", "below": "below"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """
    A table of the report.

    Attributes
    ----------
    caption
        What it holds.
    headings
        Words and unit of each column.
    rows
        Cells as people read them; texts of inputs too, the page escapes all.
    texts
        Number of leading columns that are words; the others are figures and stand right.
    file
        Where the same, unrounded, is found; blank for nowhere.
    note
        What to know when reading it.
    """

    caption: str
    headings: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Any]]
    texts: int = 1
    file: str = ""
    note: str = ""


def figures_grid(rows: pd.DataFrame, base: str, rate_share: float | None = None) -> Grid:
    """
    Value, return, payback and cost of heat at several horizons and rates.

    Parameters
    ----------
    rows
        FIGURES of one project.
    base
        Currency and price base.
    rate_share
        Discount rate of the study, to mark its rows; `None` where not known.

    Returns
    -------
    grid
        One row per view, horizon and rate.
    """
    ordered = rows.sort_values(
        ["view", "horizon_years", "rate_share"], kind="stable", na_position="last"
    )
    cells = [
        (
            _seen_by(row, rate_share),
            figure(row.horizon_years),
            figure(percent(row.rate_share)),
            figure(thousand(row.npv)),
            figure(percent(row.irr_share)),
            figure(row.payback_years),
            figure(row.discounted_payback_years),
            figure(row.lcoh_per_mwh),
            figure(row.cost_per_t_co2e),
        )
        for row in each_row(ordered)
    ]
    return Grid(
        caption="Value, return, payback and cost of heat, by horizon and discount rate",
        headings=[
            ("Seen by", ""),
            ("Horizon", "years"),
            ("Rate", "%/yr"),
            ("NPV", f"thousand {base}"),
            ("IRR", "%/yr"),
            ("Payback", "years"),
            ("discounted", "years"),
            ("Heat cost", f"{base}/MWh"),
            ("Carbon", f"{base}/t CO₂e"),
        ],
        rows=cells,
        file="figures.csv",
        note="A dash: there is none, for example no payback within the horizon. A negative cost of "
        "carbon means that saving it earns money.",
    )


def _seen_by(row: Any, rate_share: float | None) -> str:
    """Who looks, and whether at the rate of the study."""
    named = VIEWS.get(row.view, str(row.view))
    is_ours = row.view == OPERATOR and rate_share is not None and row.rate_share == rate_share
    return f"{named}, at the scenario's rate" if is_ours else named


def percent(value: Any) -> Any:
    """
    A share in percent.

    Parameters
    ----------
    value
        Number; blanks stay blank.

    Returns
    -------
    amount
        In percent.

    Examples
    --------
    >>> percent(0.25)
    25.0
    """
    return None if is_blank(value) else PERCENT * float(value)


def thousand(value: Any) -> Any:
    """
    An amount in thousands.

    Parameters
    ----------
    value
        Number; blanks stay blank.

    Returns
    -------
    amount
        In thousands.

    Examples
    --------
    >>> thousand(1500.0)
    1.5
    """
    return None if is_blank(value) else float(value) / THOUSAND


def payers_grid(rows: pd.DataFrame, base: str) -> Grid:
    """
    Who pays and who gains.

    Parameters
    ----------
    rows
        PAYERS of one project.
    base
        Currency and price base.

    Returns
    -------
    grid
        One row per payer, with its sentence.
    """
    order = {payer: number for number, payer in enumerate(PAYERS)}
    numbers = rows["payer"].map(order).fillna(len(order))
    ordered = rows.assign(order=numbers).sort_values("order", kind="stable")
    cells = [
        (
            PAYERS.get(row.payer, row.payer),
            row.description,
            figure(thousand(row.paid)),
            figure(thousand(row.gained)),
            figure(thousand(row.npv)),
        )
        for row in each_row(ordered)
    ]
    unit = f"thousand {base}"
    return Grid(
        caption="Who pays, who gains (present values over the horizon)",
        headings=[("", ""), ("In words", ""), ("Pays", unit), ("Gains", unit), ("Remains", unit)],
        rows=cells,
        texts=2,
        file="payers.csv",
    )


def ranges_grid(rows: pd.DataFrame) -> Grid:
    """
    Low, middle and high outcome of each headline figure.

    Parameters
    ----------
    rows
        UNCERTAINTY of one project.

    Returns
    -------
    grid
        One row per figure.
    """
    cells = [
        (
            FIGURES.get(row.figure, row.figure),
            *(amount(value, row.unit) for value in (row.central, row.p10, row.p50, row.p90)),
            share(row.none_share),
        )
        for row in each_row(rows)
    ]
    return Grid(
        caption="Range of the headline figures",
        headings=[
            ("", ""),
            ("As assumed", ""),
            ("P10", ""),
            ("P50", ""),
            ("P90", ""),
            ("None in", "of draws"),
        ],
        rows=cells,
        file="uncertainty.csv",
        note="P10: one draw in ten lies below; P50: half of them; P90: nine in ten.",
    )


def gates_grid(rows: pd.DataFrame) -> Grid:
    """
    How often each threshold is met.

    Parameters
    ----------
    rows
        GATES of one project.

    Returns
    -------
    grid
        One row per gate.
    """
    cells = [
        (
            row.title,
            row.jurisdiction,
            f"{COMPARISONS.get(row.comparison, row.comparison)} "
            f"{share(row.threshold) if _is_share(row) else amount(row.threshold, row.unit)}",
            share(row.met_share),
        )
        for row in each_row(rows)
    ]
    return Grid(
        caption="How often a threshold is met",
        headings=[("Threshold", ""), ("Where", ""), ("Asks for", ""), ("Met in", "of draws")],
        rows=cells,
        texts=2,
        file="gates.csv",
    )


def _is_share(row: Any) -> bool:
    """Whether a threshold is a part of a whole."""
    return str(row.figure).endswith("_share") and str(row.unit) == "dimensionless"


def cases_grid(rows: pd.DataFrame, base: str) -> Grid:
    """
    Named cases side by side.

    Parameters
    ----------
    rows
        CASES of one project.
    base
        Currency and price base.

    Returns
    -------
    grid
        One row per case.
    """
    cells = [
        (
            row.label,
            figure(thousand(row.npv)),
            figure(row.lcoh_per_mwh),
            figure(percent(row.irr_share)),
            figure(row.payback_years),
            figure(row.avoided_life_t_co2e),
        )
        for row in each_row(rows)
    ]
    return Grid(
        caption="What if: named cases",
        headings=[
            ("Case", ""),
            ("NPV", f"thousand {base}"),
            ("Heat cost", f"{base}/MWh"),
            ("IRR", "%/yr"),
            ("Payback", "years"),
            ("Avoided", "t CO₂e, life"),
        ],
        rows=cells,
        file="cases.csv",
    )
