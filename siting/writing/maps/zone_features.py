"""
What the map shows of zones: their outlines by rule, and the ranks of the first.

Data centres are in `zone_supply_features`; streets, loads and heat by hectare in
`zone_heat_features`. The best zones of each rule are drawn; what is left out to keep the page
small is said in words and stands in the layers file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..wording import figure, html_text, is_blank
from ..zone_results import first_rule, rows_of_rule
from .geojson import Theme, as_features, drawable, figure_column, name_column, text_column
from .zone_classes import (
    LONG_METHODS,
    density_labels,
    density_styles,
    line_style,
    method_density,
)
from .zone_supply_features import best_source

if TYPE_CHECKING:
    from ..zone_results import FinishedRule, FinishedZones

MOST_ZONES = 150
MOST_RANKS = 10
ZONE_TOLERANCE_M = 1.0


def zone_themes(zones: FinishedZones, notes: list[str]) -> list[Theme]:
    """
    Outlines of the zones, one theme per rule that found any.

    Parameters
    ----------
    zones
        Finished zones.
    notes
        Sentences on what is not drawn are put here.

    Returns
    -------
    themes
        In the order of the rules; only the first rule is shown at first.
    """
    shown = first_rule(zones)
    return [
        _zone_theme(zones, rule, number=number, show=rule.name == shown, notes=notes)
        for number, rule in enumerate(zones.rules, start=1)
    ]


def _zone_theme(
    zones: FinishedZones, rule: FinishedRule, *, number: int, show: bool, notes: list[str]
) -> Theme:
    """Outlines of the zones of one rule; the smallest drawn last, so that none hides another."""
    all_rows = drawable(rows_of_rule(zones.zones, "zones", rule.name))
    if len(all_rows) > MOST_ZONES:
        notes.append(
            f"{MOST_ZONES:,} of {len(all_rows):,} zones of rule {rule.name} are drawn, those with "
            "the most heat; all are in zones.gpkg."
        )
    rows = all_rows.head(MOST_ZONES)
    own = method_density(rule.method)
    short = {"name": "Zone", "heat": "Heat", rule.method: LONG_METHODS[rule.method]}
    short |= {"certainty": "Certainty"}
    more = {"rule": "Rule", "rank": "Rank", "range": "Range", "consumers": "Consumers"}
    more |= {
        "anchors": "Anchor loads",
        "required": "Could be required to connect (draft English test, shown as a yardstick)",
    }
    others = [method for method in LONG_METHODS if method != rule.method]
    more |= {method: LONG_METHODS[method] for method in others}
    more |= {"length": "Trench", "area": "Area", "crossings": "Trench crosses"}
    more |= {"source": "Best data centre, if for this zone alone"}
    more |= {"networks": "Existing heat networks near"}
    more |= {"why": "Why this certainty", "id": "Zone id"}
    return Theme(
        key=f"zones_{number}",
        label=f"Zones: {html_text(rule.title)}",
        features=as_features(
            rows.geometry,
            density_labels(rows[own]) if len(rows) else [],
            _zone_texts(rows, rule, zones),
            tolerance_m=ZONE_TOLERANCE_M,
        ),
        styles={label: line_style(look) for label, look in density_styles().items()},
        tooltip=short,
        popup={**short, **more},
        show=show,
        highlight={"fillOpacity": 0.35},
    )


def _zone_texts(rows: Any, rule: FinishedRule, zones: FinishedZones) -> dict[str, list[str]]:
    """What is said of each zone."""
    density = "MWh/m/yr"
    return {
        "name": name_column(rows, "zone_id"),
        "rule": [str(html_text(rule.title))] * len(rows),
        "rank": figure_column(rows, "rank"),
        "heat": figure_column(rows, "heat_mwh", "MWh/yr"),
        "range": [
            f"{figure(low)} to {figure(high, 'MWh/yr')}"
            for low, high in zip(rows["heat_low_mwh"], rows["heat_high_mwh"], strict=True)
        ],
        **{method: figure_column(rows, method_density(method), density) for method in LONG_METHODS},
        "consumers": figure_column(rows, "consumers"),
        "anchors": figure_column(rows, "anchors"),
        "required": [_required_text(row) for row in rows.itertuples()],
        "length": figure_column(rows, "trench_m", "m"),
        "area": figure_column(rows, "area_ha", "ha"),
        "crossings": [crossings_text(row) for row in rows.itertuples()],
        "source": [str(best_source(row, zones)) for row in rows.itertuples()],
        "networks": text_column(rows, "heat_networks"),
        "certainty": text_column(rows, "certainty"),
        "why": [str(html_text(text, longest=240)) for text in rows["certainty_reason"]],
        "id": text_column(rows, "zone_id"),
    }


def _required_text(row: Any) -> str:
    """Buildings that could be required to connect, and those of which it is not known."""
    return f"{figure(row.required)}, and {figure(row.required_if_wet)} more if water heats them"


def crossings_text(row: Any) -> str:
    """
    What the trench of a zone crosses, in words.

    Parameters
    ----------
    row
        A row of the ZONES table.

    Returns
    -------
    text
        For example ``"1 railway, 2 waters"``.
    """
    counts = (
        (row.rail_crossings, "railway", "railways"),
        (row.water_crossings, "water", "waters"),
        (row.trunk_crossings, "trunk road or motorway", "trunk roads or motorways"),
    )
    named = [
        f"{int(count):,} {one if count == 1 else many}"
        for count, one, many in counts
        if not is_blank(count) and count > 0
    ]
    return ", ".join(named) or "no railway, water or trunk road"


def rank_themes(zones: FinishedZones) -> list[Theme]:
    """
    Ranks of the first zones, so that they are found at any scale; each theme follows its zones.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    themes
        One per rule, in their order; none is in the layer switch of its own.
    """
    drawn = []
    for number, rule in enumerate(zones.rules, start=1):
        rows = drawable(rows_of_rule(zones.zones, "zones", rule.name)).head(MOST_RANKS)
        ranks = figure_column(rows, "rank")
        drawn.append(
            Theme(
                key=f"zone_ranks_{number}",
                label="Ranks of zones",
                features=as_features(rows.geometry.representative_point(), ranks),
                styles={rank: {"html": f'<span class="zone-rank">{rank}</span>'} for rank in ranks},
                show=False,
                listed=False,
                marker="letter",
            )
        )
    return drawn
