"""
Pipes of an OpenStreetMap extract that carry heat.

Part of the reader in `osm`: says by its tags whether a pipeline carries heat, and draws it as far
as its nodes are in the file. Which pipes are one network is decided in the siting room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .osm_roads import NodeRuns, unbroken_lines

if TYPE_CHECKING:
    import numpy.typing as npt

    from .osm_roads import NodeArrays

_HEAT = frozenset({"heat", "hot_water", "steam"})
_HEATING = frozenset({"heat", "heating", "district_heating"})
_UNTOLD = frozenset({"", "water"})
_NOT_IN_USE = ("disused", "abandoned", "proposed", "construction")
_WGS84 = "EPSG:4326"


def carries_heat(tags: Any) -> bool:
    """
    Whether a pipeline carries heat, by its tags.

    Parameters
    ----------
    tags
        Anything with ``get``: a mapping, or the tags of a pyosmium object.

    Returns
    -------
    heat
        True for ``substance`` (formerly ``type``) heat, hot_water or steam, or, where it is not
        told or is water, for ``utility`` or ``usage`` heating; never for pipes out of use.

    Examples
    --------
    >>> carries_heat({"man_made": "pipeline", "substance": "hot_water"})
    True
    >>> carries_heat({"man_made": "pipeline", "substance": "gas", "usage": "heating"})
    False
    """
    if any(tags.get(key, "no") == "yes" for key in _NOT_IN_USE):
        return False
    substance = tags.get("substance") or tags.get("type") or ""
    if not _HEAT.isdisjoint(_words(substance)):
        return True
    uses = _words(tags.get("utility", "")) | _words(tags.get("usage", ""))
    return substance in _UNTOLD and not _HEATING.isdisjoint(uses)


def _words(value: str) -> set[str]:
    """Values of a tag that may list several."""
    return {word.strip() for word in value.split(";")}


def pipelines_of(
    runs: NodeRuns,
    outlines: list[tuple[str, dict[str, str], Any]],
    bbox: tuple[float, float, float, float] | None,
) -> tuple[gpd.GeoDataFrame, int]:
    """
    Heat pipes and plants mapped as pipeline areas.

    Parameters
    ----------
    runs
        Node runs of the heat pipes; put in order of way number.
    outlines
        ``osm_id``, tags and (multi)polygon of each area.
    bbox
        West, south, east, north [°] that a pipe must touch, or None for all; kept whole.

    Returns
    -------
    pipelines
        ``osm_id`` and ``tags`` with geometry, in order of ``osm_id``'s kind and number.
    cut
        Segments left out because an end has no position.
    """
    shapes, cut = _as_lines(runs.arrays())
    names = [f"way/{number}" for number in sorted(runs.way_id)]
    rows = [
        *(row for row in zip(names, runs.tags, shapes, strict=True) if not row[2].is_empty),
        *outlines,
    ]
    rows = [(name, tags, _single(shape)) for name, tags, shape in rows]
    rows.sort(key=lambda row: (row[0].partition("/")[0], int(row[0].partition("/")[2])))
    frame = gpd.GeoDataFrame(
        {
            "osm_id": pd.Series([row[0] for row in rows], dtype=str),
            "tags": pd.Series([row[1] for row in rows], dtype=object),
        },
        geometry=gpd.GeoSeries([row[2] for row in rows], crs=_WGS84),
        crs=_WGS84,
    )
    if bbox is not None:
        frame = frame[shapely.intersects(frame.geometry.to_numpy(), shapely.box(*bbox))]
    return frame.reset_index(drop=True), cut


def _single(shape: Any) -> Any:
    """Shape of one part without the wrapper of many."""
    return shapely.get_geometry(shape, 0) if shapely.get_num_geometries(shape) == 1 else shape


def no_pipelines() -> gpd.GeoDataFrame:
    """
    Layer without pipes.

    Returns
    -------
    pipelines
        Empty, with the columns of `pipelines_of`.

    Examples
    --------
    >>> list(no_pipelines())
    ['osm_id', 'tags', 'geometry']
    """
    return pipelines_of(NodeRuns(), [], None)[0]


def _as_lines(nodes: NodeArrays) -> tuple[npt.NDArray[np.object_], int]:
    """Each run as a line, in parts where nodes are missing, and how many segments were lost."""
    runs = int(nodes.run[-1]) + 1 if len(nodes.run) else 0
    start = np.flatnonzero(nodes.run[1:] == nodes.run[:-1])
    whole = nodes.present[start] & nodes.present[start + 1]
    lines, owner = unbroken_lines(nodes, start[whole])
    shapes = np.full(runs, shapely.LineString(), dtype=object)
    own, parts = np.unique(owner, return_counts=True)
    single = np.isin(owner, own[parts == 1])
    shapes[owner[single]] = lines[single]
    shapes[own[parts > 1]] = shapely.multilinestrings(
        lines[~single], indices=np.repeat(np.arange((parts > 1).sum()), parts[parts > 1])
    )
    return shapes, int((~whole).sum())
