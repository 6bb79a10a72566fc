"""The zones of one rule on paper: outlines by heat over trench, data centres, scale and north."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely
from markupsafe import Markup

from ..maps.geojson import drawable
from ..maps.zone_classes import LONG_METHODS, density_labels, density_styles, method_density
from ..wording import is_blank
from ..zone_results import rows_of_rule
from .charts import Chart
from .paper import (
    LEGEND,
    WIDTH,
    Sheet,
    credit,
    on_paper,
    path_of,
    scale_bar,
    sheet_of,
    site_marks,
    streets_path,
)
from .svg import mark, picture, text_width, words
from .words import counted, each_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..zone_results import FinishedRule, FinishedZones

MOST_OUTLINES = 400
OUTLINE_TOLERANCE_M = 2.0
FILL_OPACITY = 0.18
FAR_SHARE = 1.0
"""A data centre is shown if it is no farther away than the zones together are wide."""


def zone_chart(zones: FinishedZones, rule: FinishedRule, name: str) -> Chart | None:
    """
    Plan of the zones of one rule.

    Parameters
    ----------
    zones
        Finished zones.
    rule
        The rule.
    name
        Identifier of the picture, unique in the page.

    Returns
    -------
    chart
        The picture; `None` where the rule found no zone.
    """
    found = drawable(rows_of_rule(zones.zones, "zones", rule.name))
    if found.empty:
        return None
    shown = found.head(MOST_OUTLINES)
    sites = drawable(zones.inputs.sites)
    sheet = sheet_of([frame.total_bounds for frame in (shown, _near(sites, shown)) if len(frame)])
    streets, left = streets_path(zones.inputs.roads, sheet)
    labels = density_labels(shown[method_density(rule.method)])
    title = f"Zones of rule {rule.name}"
    caption = _caption(len(found), len(shown), rule, left=left)
    svg = picture(
        name,
        on_paper(
            name,
            sheet,
            streets,
            *_outlines(shown, labels, sheet),
            *_ranks(shown, sheet),
            *site_marks(sites, sheet),
        ),
        _legend(labels, sheet),
        scale_bar(sheet),
        credit(zones.inputs.attribution, sheet),
        width=WIDTH,
        height=sheet.height + LEGEND,
        title=title,
        description=caption,
    )
    return Chart(svg=svg, title=title, caption=caption, file="zones.csv", wide=True)


def _near(sites: Any, shown: Any) -> Any:
    """Data centres near enough to be on the paper."""
    if sites.empty:
        return sites
    west, south, east, north = shown.total_bounds
    reach = FAR_SHARE * max(east - west, north - south)
    return sites[sites.distance(shapely.box(west, south, east, north)) <= reach]


def _outlines(shown: Any, labels: Sequence[str], sheet: Sheet) -> list[Markup]:
    """Zones in the colour, width and dashes of their density, the smallest on top."""
    styles = density_styles()
    drawn = []
    for row, label in reversed(list(zip(each_row(shown), labels, strict=True))):
        colour, width, dashes = styles[label]
        shapes = shapely.get_parts(shapely.simplify(row.geometry, OUTLINE_TOLERANCE_M))
        shapes = shapes[shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON]
        rings = shapely.get_parts(shapely.boundary(shapes))
        drawn.append(
            mark(
                "path",
                d=path_of(rings, sheet, closed=True),
                fill=colour,
                fill_opacity=FILL_OPACITY,
                fill_rule="evenodd",
                stroke=colour,
                stroke_width=width,
                stroke_dasharray=dashes or "none",
            )
        )
    return drawn


def _ranks(shown: Any, sheet: Sheet) -> list[Markup]:
    """The rank of each zone, as in the table; lower ranks first, so that rank 1 is never hidden."""
    drawn = []
    for row in reversed(list(each_row(shown))):
        if is_blank(row.rank):
            continue
        point = shapely.get_coordinates(row.geometry.representative_point())
        x, y = sheet.places(point)[0]
        drawn.append(words(x, y + 5, str(int(row.rank)), anchor="middle", bold=True, halo=True))
    return drawn


def _legend(labels: Sequence[str], sheet: Sheet) -> Markup:
    """Classes of density that occur."""
    top, parts, x = sheet.height + 20, [], 4.0
    for label, (colour, width, dashes) in density_styles().items():
        if label not in labels:
            continue
        line = {"stroke": colour, "stroke_width": width, "stroke_dasharray": dashes or "none"}
        parts.append(mark("line", x1=x, x2=x + 34, y1=top - 4, y2=top - 4, **line))
        parts.append(words(x + 40, top, f"{label} MWh/m/yr"))
        x += 40 + text_width(f"{label} MWh/m/yr") + 14
    parts.append(words(4.0, top + 24, "Number: rank by heat, as in the table. DC: data centre."))
    return Markup("").join(parts)


def _caption(found: int, shown: int, rule: FinishedRule, *, left: bool) -> str:
    """What the plan shows, in a sentence, and what it leaves out."""
    meaning = LONG_METHODS[rule.method].lower()
    text = f"{counted(found, 'zone')} by heat {meaning}; indicative, none is a designation."
    if shown < found:
        text += f" The {shown:,} with the most heat are drawn."
    return text + (" Some minor streets are left out." if left else "")
