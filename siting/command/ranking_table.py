"""The ranked projects as the terminal shows them, in 80 columns, with how sure their order is."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ..planned import Plan

MILLION = 1e6
DECIMALS_BELOW = 10.0
PERCENT = 100.0
DRAWS = (
    "P10 to P90: the net present value in eight of ten draws from the ranges of the assumptions; "
    "first: share of the draws in which a project is first"
)


def ranking_table(plan: Plan) -> Table:
    """
    Ranked projects.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    table
        For the terminal.
    """
    title = f"Heat networks by rank; money in {plan.money}, M: millions"
    table = Table(
        title=title,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("#", justify="right")
    table.add_column("Data centre", min_width=14, overflow="fold")
    currency = plan.money.split()[0]
    headings = (
        "Loads",
        "MWh/yr",
        "tCO2e\n/yr",
        f"{currency}\n/MWh",
        "NPV\nM",
        "P10 to\nP90",
        "First\n%",
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in plan.projects.itertuples():
        table.add_row(*(Text(cell) for cell in _ranking_cells(row)))
    table.caption, table.caption_justify = DRAWS, "left"
    return table


def _ranking_cells(row: Any) -> list[str]:
    """Cells of one project; those that cannot be built show no figures."""
    name = site_name(row)
    if row.status != "ok":
        return ["–", name]
    return [
        _rank(row.rank),
        name,
        f"{row.consumers:,}",
        f"{row.heat_mwh:,.0f}",
        f"{row.avoided_t_co2e:,.0f}",
        f"{row.lcoh_per_mwh:,.0f}",
        _millions(row.npv),
        f"{_millions(row.npv_p10)} to {_millions(row.npv_p90)}",
        "–" if isnan(row.first_share) else f"{PERCENT * row.first_share:.0f}",
    ]


def _rank(rank: Any) -> str:
    """A place; a dash where what is ranked by has no figure."""
    return "–" if str(rank) in {"<NA>", "nan"} else str(rank)


def _millions(money: float) -> str:
    """Money in millions, two decimals below ten of them."""
    if isnan(money):
        return "–"
    millions = money / MILLION
    return f"{millions + 0.0:,.{2 if abs(millions) < DECIMALS_BELOW else 1}f}"


def site_name(row: Any) -> str:
    """
    Name of a site, called hypothetical if it is and its name does not say so.

    Parameters
    ----------
    row
        With ``name`` and ``hypothetical``.

    Returns
    -------
    name
        Plain text.
    """
    said = not row.hypothetical or "hypothetical" in str(row.name).lower()
    return str(row.name) if said else f"{row.name} (hypothetical)"
