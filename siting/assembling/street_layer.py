"""
The street layer of a study: what is put right in streets before anything is hung on them.

Lines of the user are noded, the two carriageways of one street become one trench, and a street that
meets rail, water or a motorway without a bridge, underpass or level crossing says that a pipe needs
a bore there. What was done is told in words; distances are in ``siting_rules``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd

from heatreach.data import assumption
from heatreach.network import street_graph
from heatreach.network.tidying.barriers import with_bores
from heatreach.network.tidying.carriageways import one_trench
from heatreach.network.tidying.islands import disconnected_parts, parts_in_words
from heatreach.network.tidying.noding import NEAR_MISS, node_lines

from ..errors import Problem

if TYPE_CHECKING:
    from pyproj import CRS

    from heatreach.network import OsmExtract, StreetGraph
    from heatreach.network.tidying.noding import NodingReport


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetLayer:
    """
    Streets ready for buildings, and what was done to them.

    Attributes
    ----------
    graph
        The street graph.
    doubts
        What was put right, or priced, but should be looked at.
    left_out
        Counts of what was not used, by reason.
    """

    graph: StreetGraph
    doubts: tuple[Problem, ...]
    left_out: dict[str, int]


def street_rule(parameter: str) -> float:
    """
    One rule for streets.

    Parameters
    ----------
    parameter
        Its name under ``streets`` in ``data/siting_rules.csv``.

    Returns
    -------
    value
        In the unit of the table.

    Examples
    --------
    >>> street_rule("snap_tolerance_m")
    1.0
    """
    return assumption("siting_rules", "streets", parameter).value


def street_layer(
    source: OsmExtract | gpd.GeoDataFrame,
    *,
    file: str,
    barriers: gpd.GeoDataFrame,
    crs: CRS,
    paths: bool,
) -> StreetLayer:
    """
    Streets of an extract or of the user, ready for buildings to be hung on.

    Parameters
    ----------
    source
        An extract, or lines of the user in the study's coordinate system.
    file
        Its name, for messages.
    barriers
        Rail, water and motorways (column ``kind``) in the study's coordinate system.
    crs
        The study's metric coordinate system.
    paths
        Whether footways, paths and tracks may carry pipes too.

    Returns
    -------
    layer
        Graph, doubts and counts.

    Notes
    -----
    Only lines of the user are noded: extracts have common nodes where streets meet, and planar cuts
    would join their bridges to what they pass over.
    """
    doubts: list[Problem] = []
    drawn = isinstance(source, gpd.GeoDataFrame)
    if isinstance(source, gpd.GeoDataFrame):
        tolerance = street_rule("snap_tolerance_m")
        source, noded = node_lines(source, tolerance_m=tolerance, paths=paths)
        doubts += _noding_doubt(file, noded)
    graph, merged = one_trench(
        street_graph(source, crs=crs, paths=paths),
        apart_m=street_rule("carriageway_distance_m"),
        barriers=barriers,
    )
    if len(barriers):
        graph = with_bores(graph, barriers, together_m=street_rule("bore_together_m"))
        doubts += _bore_doubt(file, graph, drawn=drawn)
    left_out = {"second carriageways of one street": merged.carriageways}
    return StreetLayer(graph=graph, doubts=tuple(doubts), left_out=left_out)


def _noding_doubt(file: str, report: NodingReport) -> list[Problem]:
    """What noding changed or left loose, if anything."""
    if not report.changed and not report.near_misses:
        return []
    advice = "nothing to do if that is right"
    if report.near_misses:
        reach = NEAR_MISS * report.tolerance_m
        advice = f"join the lines where ends within {reach:g} m of another street should meet it"
    return [Problem(file=file, where="", what=str(report), advice=advice)]


def _bore_doubt(file: str, streets: StreetGraph, *, drawn: bool) -> list[Problem]:
    """Where streets cross barriers as if they were not there, by kind."""
    found = Counter(word for text in streets.bore for word in text.split("+") if word)
    if not found:
        return []
    kinds = ", ".join(f"{count:,} {word}" for word, count in sorted(found.items()))
    what = f"streets cross barriers without bridge, underpass or level crossing: {kinds}"
    advice = "a pipe there is priced as a bore"
    if drawn:
        advice += "; mark bridges with 'yes' in a column bridge"
    return [Problem(file=file, where="", what=what, advice=advice)]


def cut_off_doubt(
    file: str, streets: StreetGraph, places: gpd.GeoSeries, *, drawn: bool
) -> tuple[Problem, ...]:
    """
    Doubt the parts of the streets that hold places and that nothing connects to the rest.

    Parameters
    ----------
    file
        Name of the street layer for the message.
    streets
        The street graph.
    places
        Sites and consumers in its coordinate system.
    drawn
        Whether the streets are the user's lines.

    Returns
    -------
    doubts
        One or none.
    """
    parts = disconnected_parts(streets, places=places)
    parts = parts[parts["places"] > 0]
    if parts.empty:
        return ()
    count = int(parts["places"].sum())
    near = "1 site or consumer is" if count == 1 else f"{count:,} sites and consumers are"
    what = f"{parts_in_words(parts)}; {near} nearest to such a part"
    advice = "join the lines" if drawn else "give a larger extract"
    advice += ", or allow paths with paths = 'yes' under [network]"
    return (Problem(file=file, where="", what=what, advice=advice),)
