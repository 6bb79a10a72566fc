"""
Existing heat networks as consumers: those of the map and those the user gives.

Pipes that touch or nearly touch are one network; a network that the user gives replaces those of
the map beside it and keeps their pipes. A network's heat is never guessed from its length: without
``annual_heat_mwh`` or ``peak_kw`` of the user it stays a row that says what to give. How much of
its heat a data centre can feed in is found in `heatreach.siting.planning.feed_in`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatreach.data import assumption

from ..errors import InputError, Problem
from ..reading.column_rules import registry_range
from ..reading.findings import ROWS_SHOWN, shorten
from .building_use import parse_numbers, siting_rule, tag_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from pyproj import CRS

    from heatreach.network import OsmExtract

    Floats = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

HEAT_NETWORK = "heat_network"
"""Use of consumers that are existing heat networks."""
STEAM = "steam network: a heat pump that makes hot water cannot feed it"
GIVE_HEAT = "unknown: heat of an existing network is not guessed; give its annual_heat_mwh"
_KWH_PER_MWH = 1000.0
_NUMBERS = ("annual_heat_mwh", "peak_kw", "supply_degc", "return_degc")
_GIVEN = "given"
_DEFAULT = "default of existing heat networks"


def existing_heat_networks(
    extract: OsmExtract | None, given: gpd.GeoDataFrame | None, crs: CRS | str
) -> gpd.GeoDataFrame:
    """
    Existing heat networks, one consumer each.

    Parameters
    ----------
    extract
        Map objects with ``pipelines``, or None.
    given
        Networks of the user: ``id``, geometry (pipes, supply area or connection point) and any of
        ``name``, ``annual_heat_mwh``, ``peak_kw``, ``supply_degc``, ``return_degc``,
        ``counterfactual``; or None.
    crs
        Metric coordinate system of the study.

    Returns
    -------
    networks
        CONSUMERS of use ``heat_network`` ordered by ``id``, geometry the pipes (a multiline), else
        the area or point given; with ``operator`` and ``barred``, the reason why a network cannot
        be connected (steam), blank otherwise.

    Notes
    -----
    Networks are the connected components of pipes within ``joining_m`` of each other, steam apart
    from water; the id is the smallest of the members'. Heat from the peak, or the peak from the
    heat, by the full-load hours of the benchmarks; temperatures that are not known are those of
    ``data/siting_rules.csv``.
    """
    mapped = _mapped(extract, crs)
    if given is None or given.empty:
        return _completed(mapped)
    own = _given(given.to_crs(crs))
    owner = _replaced_by(mapped, own)
    own["geometry"] = _with_pipes(own, mapped, owner)
    mapped_names = dict(zip(owner[::-1], mapped["name"][::-1], strict=True))
    own["name"] = [
        name or mapped_names.get(row, "") for row, name in enumerate(own["name"].tolist())
    ]
    return _completed(pd.concat([own, mapped[owner < 0]], ignore_index=True))


def with_network_temperatures(consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Consumers with the temperatures of existing heat networks filled in.

    Parameters
    ----------
    consumers
        Any consumers with ``use``; of networks ``supply_degc`` and ``return_degc`` may be missing.

    Returns
    -------
    consumers
        New frame; networks have both and their ``temperature_source``, others stay as they are.

    Examples
    --------
    >>> row = {"id": ["a"], "use": ["heat_network"], "return_degc": [45.0]}
    >>> one = gpd.GeoDataFrame(row, geometry=[shapely.Point(0, 0)], crs=32635)
    >>> with_network_temperatures(one)["supply_degc"].tolist()
    [90.0]
    """
    frame = consumers.copy()
    network = frame["use"] == HEAT_NETWORK
    if not network.any():
        return frame
    for column in ("supply_degc", "return_degc"):
        cells = pd.Series(frame.get(column, np.nan), index=frame.index)
        frame[column] = pd.to_numeric(cells, errors="coerce").astype(float)
    told = pd.Series(frame.get("temperature_source", ""), index=frame.index, dtype=object)
    frame["temperature_source"] = told.fillna("").astype(str)
    found = pd.DataFrame(_temperatures(frame[network]))
    blank = network & (frame["temperature_source"] == "")
    for name in found.columns.astype(str):
        rows = blank if name == "temperature_source" else network
        frame.loc[rows, name] = found.loc[rows[network], name]
    return frame


def refuse_repeated_ids(
    consumers: gpd.GeoDataFrame, networks: gpd.GeoDataFrame, *, file: str
) -> None:
    """
    Refuse networks that bear the id of another consumer.

    Parameters
    ----------
    consumers, networks
        Both with ``id``.
    file
        Name of the file of networks for the message.

    Raises
    ------
    InputError
        If any id stands in both.

    Examples
    --------
    >>> one = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=32635)
    >>> refuse_repeated_ids(one, one.assign(id="b"), file="networks.csv")
    """
    both = sorted(set(consumers["id"]) & set(networks["id"]))
    if not both:
        return
    shown = ", ".join(shorten(name) for name in both[:ROWS_SHOWN])
    what = f"heat networks bear the id of a consumer: {shown}{', …' * (len(both) > ROWS_SHOWN)}"
    advice = "give the networks other ids, or leave them out of the consumers"
    raise InputError([Problem(file=file, where="column id", what=what, advice=advice)])


def _mapped(extract: OsmExtract | None, crs: CRS | str) -> gpd.GeoDataFrame:
    """Networks of the map: one row per group of pipes, not yet completed."""
    columns = ("id", "name", "operator", "barred", "classified_by", "supply_degc")
    if extract is None or extract.pipelines.empty:
        empty = {column: pd.Series(dtype=object) for column in columns}
        return gpd.GeoDataFrame(empty, geometry=[], crs=crs)
    pipes = extract.pipelines.to_crs(crs)
    pipes = pipes.iloc[sorted(range(len(pipes)), key=lambda row: _number(pipes, row))]
    tags, shapes = list(pipes["tags"]), pipes.geometry.to_numpy()
    steam = np.array([_is_steam(own) for own in tags], dtype=bool)
    label = _groups(shapes, steam)
    members = [np.flatnonzero(label == number) for number in np.unique(label)]
    frame = pd.DataFrame(
        {
            "id": [pipes["osm_id"].iloc[rows[0]] for rows in members],
            "name": [_commonest(tags, rows, "name") for rows in members],
            "operator": [_commonest(tags, rows, "operator") for rows in members],
            "barred": [STEAM if steam[rows[0]] else "" for rows in members],
            "classified_by": "tag: man_made=pipeline",
            "supply_degc": _tagged_supply(tags, members),
        }
    )
    outlines = [_pipes_of(shapes[rows]) for rows in members]
    return gpd.GeoDataFrame(frame, geometry=outlines, crs=crs)


def _number(pipes: gpd.GeoDataFrame, row: int) -> tuple[str, int]:
    """Kind and number of a map object, the order of ids."""
    kind, _, number = pipes["osm_id"].iloc[row].partition("/")
    return kind, int(number)


def _is_steam(tags: dict[str, str]) -> bool:
    """Whether a pipe carries steam and no hot water."""
    words = (tags.get("substance") or tags.get("type") or "").replace(" ", "").split(";")
    return "steam" in words and "hot_water" not in words


def _groups(shapes: Shapes, steam: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Number of the network of each pipe; numbers follow the first pipe of each."""
    one, other = shapely.STRtree(shapes).query(
        shapes, predicate="dwithin", distance=siting_rule(HEAT_NETWORK, "joining_m")
    )
    alike = steam[one] == steam[other]
    links = coo_array((np.ones(alike.sum()), (one[alike], other[alike])), shape=(len(shapes),) * 2)
    found = connected_components(links, directed=False)[1]
    _, first = np.unique(found, return_index=True)
    label: npt.NDArray[np.int32] = np.argsort(np.argsort(first)).astype(np.int32)[found]
    return label


def _commonest(tags: Sequence[dict[str, str]], rows: npt.NDArray[np.int64], key: str) -> str:
    """Value of a tag that most pipes of a network bear, the first in order of letters on a tie."""
    values = tag_values([tags[row] for row in rows], key)
    kinds, counts = np.unique(values[values != ""].astype(str), return_counts=True)
    return str(kinds[np.argmax(counts)]) if len(kinds) else ""


def _tagged_supply(
    tags: Sequence[dict[str, str]], members: Sequence[npt.NDArray[np.int64]]
) -> Floats:
    """Warmest temperature tagged on a network's pipes [°C], NaN where none in range is."""
    hottest = parse_numbers(tag_values(tags, "temperature:max"))
    usual = parse_numbers(tag_values(tags, "temperature"))
    degc = np.where(np.isnan(hottest), usual, hottest)
    coldest, warmest = registry_range("heat_networks", "supply_degc")
    # The pipe of the return may be tagged too; what is no warmer than it is taken for it.
    coldest = max(coldest, siting_rule(HEAT_NETWORK, "return_degc"))
    degc = np.where((degc > coldest) & (degc <= warmest), degc, -np.inf)
    supply = np.array([degc[rows].max() for rows in members])
    return np.where(np.isfinite(supply), supply, np.nan)


def _pipes_of(shapes: Shapes) -> shapely.MultiLineString:
    """All lines of some shapes as one multiline; outlines give their rings."""
    ring = np.isin(shapely.get_type_id(shapes), (3, 6))
    lines = shapely.get_parts(np.where(ring, shapely.boundary(shapes), shapes))
    lines = shapely.get_parts(lines)
    return shapely.MultiLineString(list(lines[np.isin(shapely.get_type_id(lines), (1, 2))]))


def _given(given: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Networks of the user in order of id, their texts without blanks."""
    frame = given.sort_values("id", kind="stable").reset_index(drop=True)
    for column in ("name", "operator", "counterfactual"):
        texts = pd.Series(frame.get(column, ""), index=frame.index, dtype=object)
        frame[column] = texts.fillna("").astype(str)
    return frame.assign(id=frame["id"].astype(str), barred="", classified_by=_GIVEN)


def _replaced_by(mapped: gpd.GeoDataFrame, own: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Row of the given network that stands in for each of the map's, -1 for none."""
    owner = np.full(len(mapped), -1)
    water = np.flatnonzero(mapped["barred"] == "")
    if not len(water):
        return owner
    reach = siting_rule(HEAT_NETWORK, "joining_m")
    shapes, givens = mapped.geometry.to_numpy()[water], own.geometry.to_numpy()
    row, match = shapely.STRtree(givens).query(shapes, predicate="dwithin", distance=reach)
    distance = shapely.distance(shapes[row], givens[match])
    order = np.lexsort((match, distance, row))
    first = order[np.unique(row[order], return_index=True)[1]]
    owner[water[row[first]]] = match[first]
    return owner


def _with_pipes(
    own: gpd.GeoDataFrame, mapped: gpd.GeoDataFrame, owner: npt.NDArray[np.int64]
) -> Shapes:
    """Geometry of given networks, with the pipes of those of the map that they replace."""
    shapes: Shapes = np.array(own.geometry.to_numpy(), dtype=object)
    pipes = mapped.geometry.to_numpy()
    lines = np.isin(shapely.get_type_id(shapes), (1, 5))
    for row in range(len(shapes)):
        mine = pipes[owner == row]
        # A point given on a mapped network only says which one; its place adds no pipe.
        if len(mine) or lines[row]:
            shapes[row] = _pipes_of(np.array([shapes[row], *mine], dtype=object))
    return shapes


def _completed(networks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Networks with every column of CONSUMERS that is known or follows."""
    frame = networks.sort_values("id", kind="stable").reset_index(drop=True)
    for column in _NUMBERS:
        cells = pd.Series(frame.get(column, np.nan), index=frame.index)
        frame[column] = pd.to_numeric(cells, errors="coerce").astype(float)
    texts = pd.Series(frame.get("counterfactual", ""), index=frame.index, dtype=object)
    frame = frame.assign(
        name=frame["name"].astype(str),
        operator=frame["operator"].astype(str),
        counterfactual=texts.fillna("").astype(str),
        use=HEAT_NETWORK,
        floor_area_m2=np.nan,
        levels=np.nan,
        levels_source="",
        area_source="",
        **_temperatures(frame),
    )
    return frame.assign(**_heat(frame))


def _temperatures(frame: pd.DataFrame) -> dict[str, Any]:
    """Supply and return of networks [°C] and where they come from; what is given stays."""
    supply, back = frame["supply_degc"], frame["return_degc"]
    usual = siting_rule(HEAT_NETWORK, "supply_degc")
    usual_back = siting_rule(HEAT_NETWORK, "return_degc")
    known = supply.notna().astype(int) + back.notna()
    filled = supply.fillna((back + (usual - usual_back)).clip(lower=usual)).fillna(usual)
    filled_back = back.fillna((filled * usual_back / usual).clip(upper=usual_back))
    partly = f"part given, rest: {_DEFAULT}"
    source = np.select([known == len(("supply", "return")), known > 0], [_GIVEN, partly], _DEFAULT)
    return {
        "supply_degc": filled,
        "return_degc": filled_back,
        "temperature_source": pd.Series(source, index=frame.index, dtype=str),
    }


def _heat(frame: pd.DataFrame) -> dict[str, Any]:
    """Yearly heat and peak of networks: given, one from the other, or unknown with the reason."""
    hours = assumption("demand_benchmarks", HEAT_NETWORK, "full_load_hours_per_year").value
    heat, peak = frame["annual_heat_mwh"], frame["peak_kw"]
    heat_words = [_GIVEN, "peak x full-load hours"]
    peak_words = [_GIVEN, "full-load hours"]
    heat_source = np.select([heat.notna(), peak.notna()], heat_words, GIVE_HEAT)
    peak_source = np.select([peak.notna(), heat.notna()], peak_words, "unknown: no yearly heat")
    return {
        "annual_heat_mwh": heat.fillna(peak * hours / _KWH_PER_MWH),
        "peak_kw": peak.fillna(heat * _KWH_PER_MWH / hours),
        "demand_source": pd.Series(heat_source, index=frame.index, dtype=str),
        "peak_source": pd.Series(peak_source, index=frame.index, dtype=str),
    }
