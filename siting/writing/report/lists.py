"""Lists of the report: all projects in rank order; pipes and consumers of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..wording import MISSING, figure, html_text, is_blank
from .tables import Grid, thousand
from .words import each_row, share, spread

if TYPE_CHECKING:
    import pandas as pd

MOST_CONSUMERS = 15


def pipes_grid(edges: pd.DataFrame, base: str) -> Grid:
    """
    Trench by size of pipe.

    Parameters
    ----------
    edges
        EDGES of one project.
    base
        Currency and price base.

    Returns
    -------
    grid
        One row per nominal diameter, the smallest first.
    """
    known = edges.assign(dn=edges["dn"].fillna("").astype(str))
    sums = known.groupby("dn")[["length_m", "loss_mwh", "capex"]].sum()
    order = sorted(sums.index, key=lambda dn: (_size(dn), dn))
    cells = [(dn or MISSING, *(figure(value) for value in sums.loc[dn])) for dn in order]
    cells.append(("all", *(figure(value) for value in sums.sum())))
    return Grid(
        caption="Trench by size of pipe",
        headings=[("Pipe", ""), ("Trench", "m"), ("Heat lost", "MWh/yr"), ("Cost", base)],
        rows=cells,
        file="edges.parquet",
        note="Bare cost of pipes and trench; crossings, soft costs and contingency are extra.",
    )


def _size(dn: str) -> int:
    """Nominal diameter as a number."""
    digits = "".join(letter for letter in dn if letter.isdecimal())
    return int(digits) if digits else 0


def consumers_grid(served: pd.DataFrame) -> Grid:
    """
    The largest consumers of a network.

    Parameters
    ----------
    served
        Connected rows of CONNECTIONS of one project, with ``confidence`` where it is known.

    Returns
    -------
    grid
        Largest first.
    """
    ordered = served.sort_values(
        ["annual_heat_mwh", "consumer_id"], ascending=[False, True], kind="stable"
    )
    shown = ordered.head(MOST_CONSUMERS)
    cells = [
        (
            html_text(row.consumer_id if is_blank(row.name) else row.name, longest=60),
            row.use,
            getattr(row, "confidence", None),
            figure(row.annual_heat_mwh),
            figure(row.peak_kw),
            figure(row.route_m),
            figure(row.supply_at_consumer_degc),
        )
        for row in each_row(shown)
    ]
    left = len(ordered) - len(shown)
    return Grid(
        caption="Consumers connected, the largest first",
        headings=[
            ("Consumer", ""),
            ("Use", ""),
            ("Demand is", "sure"),
            ("Heat", "MWh/yr"),
            ("Peak", "kW"),
            ("Pipe length", "m"),
            ("Supply", "°C"),
        ],
        rows=cells,
        texts=3,
        file="plan.gpkg",
        note=f"{left:,} smaller ones are not listed." if left > 0 else "",
    )


def ranking_grid(projects: pd.DataFrame, base: str) -> Grid:
    """
    All projects in rank order.

    Parameters
    ----------
    projects
        PROJECTS, in order.
    base
        Currency and price base.

    Returns
    -------
    grid
        One row per project.
    """
    cells = [
        (
            MISSING if is_blank(row.rank) else f"{int(row.rank)}",
            project_name(row),
            figure(row.consumers),
            figure(row.heat_mwh),
            figure(thousand(row.capex)),
            figure(thousand(row.npv)),
            spread(thousand(row.npv_p10), thousand(row.npv_p90)),
            share(row.npv_positive_share),
            figure(row.lcoh_per_mwh),
            figure(row.avoided_t_co2e),
        )
        for row in each_row(projects)
    ]
    in_thousands = f"thousand {base}"
    return Grid(
        caption="Projects in rank order",
        headings=[
            ("Rank", ""),
            ("Data centre", ""),
            ("Consumers", ""),
            ("Heat", "MWh/yr"),
            ("Investment", in_thousands),
            ("NPV", in_thousands),
            ("P10 to P90", in_thousands),
            ("Pays in", "of draws"),
            ("Heat cost", f"{base}/MWh"),
            ("Avoided", "t CO₂e/yr"),
        ],
        rows=cells,
        texts=2,
        file="projects.csv",
    )


def project_name(row: Any) -> Any:
    """
    Name of the data centre of a project, or its identifier.

    Parameters
    ----------
    row
        Of PROJECTS.

    Returns
    -------
    name
        HTML; says if the data centre does not exist.
    """
    named = html_text(row.site_id if is_blank(row.name) else row.name)
    imagined = not is_blank(row.hypothetical) and bool(row.hypothetical)
    return named + " (hypothetical)" if imagined else named
