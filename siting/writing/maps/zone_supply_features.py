"""What the map shows of supply: data centres, and the route from the best one to each zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ..best_source import source_cautions
from ..results import in_order
from ..wording import html_text, is_blank
from ..zone_results import SEPARATOR, first_rule, rows_of_rule
from .background import is_hypothetical, site_symbol
from .geojson import Theme, as_features, drawable, figure_column, name_column

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd

    from ..zone_results import FinishedZones

MOST_ROUTES = 60
ROUTE_TOLERANCE_M = 1.0
PERCENT = 100.0
ROUTE_COLOUR, ROUTE_WIDTH = "#AA3377", 1.5
"""Unlike those of pipes and of zones, and thin: nobody plans a pipe there."""


def best_source(
    row: Any, zones: FinishedZones, built: Collection[str] | None = None, *, brief: bool = False
) -> Any:
    """
    The data centre that could cover most of a zone, how much, and what limits that.

    Parameters
    ----------
    row
        A row of the ZONES table.
    zones
        Finished zones.
    built
        Data centres for which the plan builds a network; None without a plan.
    brief
        Whether to leave out the heat pump's part.

    Returns
    -------
    text
        HTML; a dash where none is in reach.
    """
    if is_blank(row.best_site_id):
        return html_text(None)
    sites = zones.inputs.sites
    mine = sites[sites["id"] == row.best_site_id]
    name = mine["name"].iloc[0] if len(mine) and "name" in mine else None
    named = html_text(row.best_site_id if is_blank(name) else name, longest=40)
    share = row.best_covered_share
    if not is_blank(share):
        named += Markup(f", {PERCENT * share:.0f}&nbsp;%")
    return Markup("; ").join([named, *source_cautions(zones, row, built, brief=brief)])


def route_themes(zones: FinishedZones, notes: list[str], *, listed: bool = False) -> list[Theme]:
    """
    Ways from the best data centre of each zone, one theme per rule.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.
    listed
        Whether each stands in the layer switch, off at first; else it follows its zones.

    Returns
    -------
    themes
        In the order of the rules.
    """
    style = {"color": ROUTE_COLOUR, "weight": ROUTE_WIDTH, "opacity": 0.8, "dashArray": "2 5"}
    labels = {"kind": "Line", "site": "Data centre", "zone": "Zone", "route": "Route"}
    labels |= {"share": "Could cover alone", "way": "Heat per metre of way and trench"}
    drawn, left = [], 0
    for number, rule in enumerate(zones.rules, start=1):
        pairs = drawable(rows_of_rule(zones.sources, "zone_sources", rule.name))
        best = pairs[pairs["site_rank"] == 1] if len(pairs) else pairs
        best = _largest_first(best)
        left += max(len(best) - MOST_ROUTES, 0)
        rows = best.head(MOST_ROUTES)
        drawn.append(
            Theme(
                key=f"zone_routes_{number}",
                label=f"Ways from data centres, no planned pipes: {html_text(rule.title)}",
                features=as_features(
                    rows.geometry,
                    ["route"] * len(rows),
                    _route_texts(rows, zones),
                    tolerance_m=ROUTE_TOLERANCE_M,
                ),
                styles={"route": style},
                tooltip=labels,
                popup=labels,
                show=False,
                listed=listed,
            )
        )
    if left:
        notes.append(
            f"{left:,} routes from data centres to smaller zones are not drawn; "
            "all are in zones.gpkg."
        )
    return drawn


def _route_texts(rows: Any, zones: FinishedZones) -> dict[str, list[str]]:
    """What is said of each route."""
    if not len(rows):
        return {}
    names = zones.zones.set_index("zone_id")["name"]
    called = [
        key if is_blank(name) else name
        for key, name in zip(rows["site_id"], rows["site_name"], strict=True)
    ]
    return {
        "kind": ["shortest way, no planned pipe"] * len(rows),
        "site": [str(html_text(name)) for name in called],
        "zone": [str(html_text(names.get(key, key))) for key in rows["zone_id"]],
        "route": figure_column(rows, "route_m", "m"),
        "share": figure_column(rows, "covered_share", "% of the heat", scale=1 / PERCENT),
        "way": figure_column(rows, "way_heat_density_mwh_m", "MWh/m/yr"),
    }


def _largest_first(pairs: Any) -> Any:
    """Pairs by the heat that the data centre could cover."""
    if not len(pairs):
        return pairs
    return pairs.sort_values(
        ["covered_mwh", "zone_id"], ascending=[False, True], kind="stable", na_position="last"
    )


def site_theme(zones: FinishedZones) -> Theme:
    """
    Data centres, numbered by the heat of zones that they could cover.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    theme
        Without features where the study has none.
    """
    sites = drawable(in_order(zones.inputs.sites, "sites"))
    pairs = rows_of_rule(zones.sources, "zone_sources", first_rule(zones))
    numbers = site_numbers(sites, pairs)
    hypothetical = is_hypothetical(sites)
    classes = [
        f"{numbers.get(key, '')}{'h' if imagined else ''}"
        for key, imagined in zip(sites["id"], hypothetical, strict=True)
    ]
    texts = {
        "name": name_column(sites, "id"),
        "kind": ["hypothetical" if imagined else "existing" for imagined in hypothetical],
        "it": figure_column(sites, "it_load_kw", "kW"),
        "heat": figure_column(sites, "source_kw", "kW"),
        "zones": [str(html_text(text, longest=300)) for text in _zones_of(sites, pairs, zones)],
    }
    short = {"name": "Data centre", "kind": "Status", "heat": "Heat, yearly mean"}
    return Theme(
        key="sites",
        label="Data centres",
        features=as_features(sites.geometry.representative_point(), classes, texts),
        styles={kind: {"html": site_symbol(kind)} for kind in sorted(set(classes))},
        tooltip=short,
        popup={
            **short,
            "it": "IT load",
            "zones": "Zones in reach with what it could cover of each alone, best first",
        },
        marker="site",
    )


def site_numbers(sites: gpd.GeoDataFrame, pairs: Any) -> dict[Any, int]:
    """
    Number of each data centre, by the largest part of a zone's heat it could cover.

    Parameters
    ----------
    sites
        Data centres.
    pairs
        Rows of ZONE_SOURCES of one rule.

    Returns
    -------
    numbers
        From 1, by identifier; data centres without a zone in reach have none.
    """
    if not len(pairs):
        return {}
    most = pairs.groupby("site_id")["covered_mwh"].max().reset_index()
    most = most[most["site_id"].isin(sites["id"])]
    ordered = most.sort_values(["covered_mwh", "site_id"], ascending=[False, True], kind="stable")
    return {key: number for number, key in enumerate(ordered["site_id"], start=1)}


def _zones_of(sites: gpd.GeoDataFrame, pairs: Any, zones: FinishedZones) -> list[str]:
    """Zones in reach of each data centre, best first."""
    if not len(pairs):
        return ["none"] * len(sites)
    names = zones.zones.set_index("zone_id")["name"]
    ordered = pairs.sort_values(["zone_rank", "zone_id"], kind="stable")
    named = ordered.assign(
        named=[
            f"{key if is_blank(names.get(key)) else names.get(key)} ({PERCENT * share:.0f} %)"
            if not is_blank(share)
            else str(names.get(key, key))
            for key, share in zip(ordered["zone_id"], ordered["covered_share"], strict=True)
        ]
    )
    lists = named.groupby("site_id")["named"].agg(SEPARATOR.join)
    return [str(lists.get(key, "none")) for key in sites["id"]]
