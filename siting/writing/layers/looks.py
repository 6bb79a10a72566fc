"""
How the layers of ``plan.gpkg`` and ``zones.gpkg`` look in QGIS: the classes of the maps, once more.

Colours are those of the map; a second cue (width, dashes, shape of a marker, hatch) says the same
to readers who do not see them apart. Rows of the input never become part of a style: conditions
compare columns with names of our own tables.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ..maps.classes import PIPE_CLASSES, USE_GROUPS
from ..maps.zone_classes import density_labels, density_styles, heat_radii, section_styles
from ..maps.zone_heat_features import cell_bounds, cell_classes
from ..maps.zone_supply_features import ROUTE_COLOUR
from .qml import Look, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..zone_results import FinishedRule

WHITE, BLACK, GREY = "#ffffff", "#1e1e1e", "#8c8c8c"
PAYS, LOSES = "#0072B2", "#D55E00"
# Second cue of a group of uses: shape of a point, hatch of an outline.
CUES = (
    ("circle", "solid"),
    ("square", "b_diagonal"),
    ("triangle", "f_diagonal"),
    ("diamond", "diagonal_x"),
    ("pentagon", "cross"),
    ("cross_fill", "horizontal"),
)
DIGITS_OF_DN = "to_int(regexp_replace(\"dn\", '[^0-9]', ''))"
# A file of sites need not have names; what does not exist says so.
SITE_LABEL = (
    "coalesce(nullif(attribute($currentfeature, 'name'), ''), \"id\")"
    " || if(\"hypothetical\" IS TRUE, ' (hypothetical)', '')"
)
PLAN_LABELS = {"sites": SITE_LABEL}
ZONE_LABELS = {"sites": SITE_LABEL, "zones": '"name"'}


def plan_looks() -> Mapping[str, Sequence[Look]]:
    """
    Looks of the layers of a plan.

    Returns
    -------
    looks
        By layer.

    Examples
    --------
    >>> [look.label for look in plan_looks()["edges"]][:2]
    ['up to DN 50', 'DN 65 to 100']
    """
    return {
        "sites": _sites(),
        "consumers": _consumers(),
        "projects": [Look(label="All trenches of a project", colour=BLACK, width=1.2)],
        "edges": _edges(),
        "links": _links(),
        "streets": [Look(label="Street", colour="#cfccc3", width=0.8)],
    }


def zone_looks(rules: Sequence[FinishedRule]) -> Mapping[str, Sequence[Look]]:
    """
    Looks of the layers of zones.

    Parameters
    ----------
    rules
        Rules that were asked for.

    Returns
    -------
    looks
        By layer.
    """
    return {
        "zones": [_rule_look(rule, opacity=0.35, pattern="solid") for rule in rules],
        "rule_totals": [_rule_look(rule, opacity=1.0, pattern="no") for rule in rules],
        "street_sections": _sections(),
        "anchors": _anchors(),
        "zone_sources": [Look(label="Route", colour=ROUTE_COLOUR, width=2.5, dashes="10 5")],
        "sites": _sites(),
        "consumers": [Look(label="Consumer", colour="#d9d9d9", outline=GREY, size=5.0)],
        "zone_consumers": [Look(label="Consumer in a zone", colour="#31688E", size=4.0)],
        "heat_cells": _areas(),
        "blocks": _areas(),
    }


def _sites() -> list[Look]:
    """Data centres, those that do not exist drawn hollow."""
    same: dict[str, Any] = {"outline": BLACK, "shape": "star", "size": 22.0, "width": 1.5}
    return [
        Look(label="Data centre", where='"hypothetical" IS NOT TRUE', colour="#CC79A7", **same),
        Look(
            label="Hypothetical data centre",
            where='"hypothetical" IS TRUE',
            colour=WHITE,
            dashes="4 3",
            **same,
        ),
    ]


def _consumers() -> list[Look]:
    """Connected consumers by group of uses, the others in grey."""
    looks = []
    named = [use for *_, uses in USE_GROUPS.values() for use in uses]
    for (legend, _, colour, uses), (shape, pattern) in zip(USE_GROUPS.values(), CUES, strict=True):
        listed = ", ".join(map(quoted, uses))
        mine = f'"use" IN ({listed})'
        if "other" in uses:
            rest = ", ".join(map(quoted, named))
            mine = f'{mine} OR "use" IS NULL OR "use" NOT IN ({rest})'
        where = f'"connected" IS TRUE AND ({mine})'
        look = Look(
            label=legend, where=where, colour=colour, outline=BLACK, shape=shape, pattern=pattern
        )
        looks.append(look)
    left = '"connected" IS NOT TRUE'
    look = Look(label="Not connected", where=left, colour=WHITE, outline=GREY, pattern="no")
    return [*looks, look]


def _edges() -> list[Look]:
    """Trench sections by pipe size, wider and darker where larger."""
    bounds = [0, *(largest for largest, *_ in PIPE_CLASSES)]
    return [
        Look(
            label=legend,
            where=f"coalesce({DIGITS_OF_DN}, 0) {'>=' if low == 0 else '>'} {low}"
            f" AND coalesce({DIGITS_OF_DN}, 0) <= {high}",
            colour=colour,
            width=width,
            dashes=dashes,
        )
        for (low, high), (_, legend, colour, width, dashes) in zip(
            pairwise(bounds), PIPE_CLASSES, strict=True
        )
    ]


def _links() -> list[Look]:
    """Routed links, those that pay as whole lines."""
    return [
        Look(label="Link that does not pay", where='"npv" < 0', colour=LOSES, dashes="4 4"),
        Look(label="Link that pays", where='"npv" >= 0', colour=PAYS, width=2.0),
    ]


def _rule_look(rule: FinishedRule, *, opacity: float, pattern: str) -> Look:
    """Zones of one rule, in the colour of the class of its threshold."""
    colour, width, dashes = density_styles()[density_labels([rule.threshold_mwh_m])[0]]
    return Look(
        label=f"{rule.name}: {rule.title}",
        where=f'"rule" = {quoted(rule.name)}',
        colour=colour,
        width=width,
        dashes=dashes,
        opacity=opacity,
        pattern=pattern,
    )


def _sections() -> list[Look]:
    """Street sections by heat per metre; those below the lowest class by what a rule says."""
    looks = []
    below, worth, *_ = section_styles()
    for label, (colour, width) in section_styles().items():
        named = below if label == worth else label
        where = f'"density_class" = {quoted(named)}'
        if named == below:
            blank = "coalesce(\"rules\", '')"
            where = f"{where} AND {blank} {'<>' if label == worth else '='} ''"
        dashes = density_styles().get(label, ("", 0.0, ""))[2]
        looks.append(
            Look(label=label, where=where, colour=colour, width=width / 2.0, dashes=dashes)
        )
    return looks


def _anchors() -> list[Look]:
    """Loads by size; anchors filled, other buildings that could be required to connect hollow."""
    return [
        Look(
            label=f"{kind}, {label} MWh/yr",
            where=f'"anchor" IS {"TRUE" if is_anchor else "NOT TRUE"} '
            f'AND "heat_class" = {quoted(label)}',
            colour="#0072B2" if is_anchor else WHITE,
            outline=WHITE if is_anchor else "#0072B2",
            size=2.0 * radius,
        )
        for kind, is_anchor in (("Anchor", True), ("Could be required", False))
        for label, radius in heat_radii().items()
    ]


def _areas() -> list[Look]:
    """Cells or blocks by heat per hectare, darker where denser."""
    edges = [None, *cell_bounds(), None]
    looks = []
    for (low, high), (label, colour) in zip(pairwise(edges), cell_classes().items(), strict=True):
        parts = [f'"heat_density_mwh_ha" >= {low:g}'] if low is not None else []
        parts += [f'"heat_density_mwh_ha" < {high:g}'] if high is not None else []
        looks.append(
            Look(
                label=f"{label} MWh/ha/yr",
                where=" AND ".join(parts),
                colour=colour,
                outline="#5a5a5a",
                width=0.6,
                opacity=0.75,
            )
        )
    return looks
