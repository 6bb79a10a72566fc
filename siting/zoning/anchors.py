"""
Loads of zones: which are anchors, and which buildings could be required to connect.

Units with one parent register number are one building; buildings of one site (hospital, university,
school) are one load. The anchor test asks the load, the requirement to connect asks the building.
Each heat belongs to one building and one load, so it is counted once. Limits stand in
``data/siting_rules.csv`` and the zone rules. Whether a building will be required is for the
authority of the zone to say; the table only tells which could be.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatreach.data import load_table

from .ranges import RESIDENTIAL, group_sums, heat_ranges, text_column
from .rules import anchor_mwh, class_labels, heat_classes, required_mwh

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

YES, NO, IF_WET = "yes", "no", "if wet system"
CONFIDENCE = ("low", "medium", "high")
SEPARATOR = "; "


def buildings_of(consumers: pd.DataFrame) -> npt.NDArray[np.int64]:
    """
    Number of the building that each consumer is or is part of.

    Parameters
    ----------
    consumers
        ``id``, ``uprn`` and ``parent_uprn``, in order of id.

    Returns
    -------
    building
        Numbers by first member; units with one parent, and the parent itself, share one.

    Examples
    --------
    >>> units = pd.DataFrame({"id": ["a", "b", "c"], "uprn": ["1", "2", "9"],
    ...     "parent_uprn": ["9", "", ""]})
    >>> buildings_of(units).tolist()
    [0, 1, 0]
    """
    return _together(consumers, [_parent_keys(consumers)])


def loads_of(consumers: pd.DataFrame) -> npt.NDArray[np.int64]:
    """
    Number of the load that each consumer belongs to.

    Parameters
    ----------
    consumers
        As for `buildings_of`, with ``site_id``.

    Returns
    -------
    load
        Numbers by first member; buildings of one site share one.

    Examples
    --------
    >>> wards = pd.DataFrame({"id": ["a", "b", "c"], "uprn": "", "parent_uprn": "",
    ...     "site_id": ["s", "", "s"]})
    >>> loads_of(wards).tolist()
    [0, 1, 0]
    """
    return _together(consumers, [_parent_keys(consumers), text_column(consumers, "site_id")])


def _parent_keys(consumers: pd.DataFrame) -> pd.Series[Any]:
    """Parent of each consumer; its own number where that is somebody's parent; blank for none."""
    parent, own = text_column(consumers, "parent_uprn"), text_column(consumers, "uprn")
    return parent.where(parent != "", own.where(own.isin(set(parent) - {""}), ""))


def _together(consumers: pd.DataFrame, keys: Sequence[pd.Series[Any]]) -> npt.NDArray[np.int64]:
    """Group number of each consumer; whoever shares one of the keys shares the group."""
    count = len(consumers)
    rows, columns, first = [np.arange(count)], [np.arange(count)], count
    for key in keys:
        code, names = pd.factorize(key.to_numpy(dtype=object))
        named = np.flatnonzero(key.to_numpy(dtype=object) != "")
        rows.append(named)
        columns.append(first + code[named])
        first += len(names)
    row, column = np.concatenate(rows), np.concatenate(columns)
    links = coo_array((np.ones(len(row)), (row, column)), shape=(first, first))
    label = connected_components(links, directed=False)[1][:count]
    return np.asarray(pd.factorize(label)[0], dtype=np.int64)


def required_to_connect(consumers: pd.DataFrame) -> pd.DataFrame:
    """
    Whether each building could be required to connect under the draft English regulations.

    Parameters
    ----------
    consumers
        ``id``, ``uprn``, ``parent_uprn``, ``use``, ``sector``, ``annual_heat_mwh``, ``wet_system``
        and ``communal``.

    Returns
    -------
    required
        One row per consumer, the same for all units of a building: ``building``, ``required``
        (yes, no, if wet system) and ``reason``.

    Notes
    -----
    Communally heated: yes, whatever its size. Else homes: no. Else yes if the heat of the units
    that are no homes is above the limit and water heats the building, "if wet system" where that is
    not known. Uses that can never be required (an existing heat network is no building) stand in
    ``data/use_sectors.csv``.
    """
    building = buildings_of(consumers)
    count = int(building.max(initial=-1)) + 1

    def any_of(which: pd.Series[Any]) -> npt.NDArray[np.bool_]:
        return group_sums(building, which.to_numpy(dtype=float), count) > 0.0

    wet, communal = text_column(consumers, "wet_system"), text_column(consumers, "communal")
    work = ~text_column(consumers, "sector").eq(RESIDENTIAL)
    barred = work & text_column(consumers, "use").isin(_uses_never_required())
    work &= ~barred
    heat = consumers["annual_heat_mwh"].where(work, 0.0)
    above = group_sums(building, heat, count) > required_mwh()
    dry = any_of(work & wet.eq(NO)) & ~any_of(work & wet.ne(NO))
    limit = f"{required_mwh():,.0f} MWh/yr"
    cases = [
        (~any_of(~barred), NO, "joined by agreement, not as a building"),
        (any_of(communal.eq(YES)), YES, "heated communally already"),
        (~any_of(work), NO, "homes that are not heated communally"),
        (~above, NO, f"needs no more than {limit}"),
        (any_of(wet.eq(YES)), YES, f"not homes, above {limit}, heated by water"),
        (dry, NO, "not heated by water"),
    ]
    conditions = [case[0] for case in cases]
    word = np.select(conditions, [case[1] for case in cases], IF_WET)
    unknown = f"not homes, above {limit}; whether water heats it is not known"
    reason = np.select(conditions, [case[2] for case in cases], unknown)
    return pd.DataFrame(
        {"building": building, "required": word[building], "reason": reason[building]},
        index=consumers.index,
    )


@cache
def _uses_never_required() -> frozenset[str]:
    """Uses that cannot be required to connect although nobody lives there."""
    table = load_table("use_sectors")
    rows = (table["sector"] != RESIDENTIAL) & (table["can_be_required"] == NO)
    return frozenset(table.loc[rows, "use"])


def anchor_loads(consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Every load that is an anchor or holds a building that could be required to connect.

    Parameters
    ----------
    consumers
        CONSUMERS with known heat in order of id, with the columns that demand gives.

    Returns
    -------
    loads
        Rows of the table ``anchors`` without zones, date and run; ``load`` is the number of
        `loads_of`. A point on the largest member is the place.

    Notes
    -----
    A load is an anchor from the heat in ``anchor/heat_min_mwh``; a zone asks its own rule.
    """
    load = loads_of(consumers)
    count = int(load.max(initial=-1)) + 1
    table = heat_ranges(consumers, load, count)
    table = table.assign(
        load=np.arange(count),
        anchor=table["heat_mwh"] >= anchor_mwh(),
        **_required_words(required_to_connect(consumers), load, count),
    )
    keep = (table["anchor"] | (table["required"] != NO)).to_numpy()
    # From here on only loads that are told of, numbered anew.
    number = np.where(keep, np.cumsum(keep) - 1, -1)[load]
    mine, load, count = consumers[number >= 0], number[number >= 0], int(keep.sum())
    heat = mine["annual_heat_mwh"].to_numpy(dtype=float)
    # The largest member speaks for the load; ties go to the smallest id, as rows are ordered by it.
    order = np.lexsort((np.arange(len(load)), -heat, load))
    largest = order[np.diff(load[order], prepend=-1) != 0]
    first = mine.iloc[largest]
    table = table[keep].reset_index(drop=True)
    table = table.assign(
        consumer_id=_load_ids(mine, load, largest),
        **{
            name: text_column(first, name).to_numpy()
            for name in ("name", "use", "uprn", "parent_uprn")
        },
        members=_members(mine, load, count),
        heat_class=class_labels(table["heat_mwh"], heat_classes()),
        confidence=_confidence(mine, load, count),
        demand_source=_joined(text_column(mine, "demand_source"), load, count),
    )
    places = shapely.point_on_surface(first.geometry.to_numpy())
    return gpd.GeoDataFrame(table, geometry=places, crs=consumers.crs)


def _required_words(
    required: pd.DataFrame, load: npt.NDArray[np.int64], count: int
) -> dict[str, Any]:
    """Strongest word over the buildings of each load, and how many of them it holds for."""
    one = required.assign(load=load).drop_duplicates("building")
    number = {
        word: group_sums(one["load"].to_numpy(), one["required"].eq(word), count).astype(int)
        for word in (YES, IF_WET, NO)
    }
    word = np.select([number[YES] > 0, number[IF_WET] > 0], [YES, IF_WET], NO)
    buildings = np.bincount(one["load"], minlength=count)
    first = {(row.load, row.required): row.reason for row in one.iloc[::-1].itertuples()}
    reasons = []
    for place, strongest in enumerate(word.tolist()):
        text = str(first[place, strongest])
        if buildings[place] > 1:
            text = f"{number[strongest][place]} of its {buildings[place]} buildings: {text}"
        reasons.append(text)
    return {"required": word, "required_reason": reasons}


def _load_ids(
    consumers: pd.DataFrame, load: npt.NDArray[np.int64], largest: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Site, else parent, else the consumer itself where a load has no other member."""
    ids = consumers["id"].to_numpy(dtype=object)[largest]
    several = np.bincount(load) > 1
    for column in ("parent_uprn", "site_id"):
        named = text_column(consumers, column)
        shared = named[named != ""].groupby(load[named.to_numpy() != ""]).min()
        rows = shared.index.to_numpy(dtype=np.int64)
        ids[rows[several[rows]]] = shared.to_numpy(dtype=object)[several[rows]]
    return np.asarray(ids, dtype=object)


def _members(
    consumers: pd.DataFrame, load: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.object_]:
    """Ids of the members of loads that have several."""
    texts = _joined(consumers["id"].astype(str), load, count)
    texts[np.bincount(load, minlength=count) <= 1] = ""
    return texts


def _joined(
    texts: pd.Series[Any], group: npt.NDArray[np.int64], groups: int
) -> npt.NDArray[np.object_]:
    """Different texts of each group, in alphabetical order."""
    frame = pd.DataFrame({"group": group, "text": texts.to_numpy(dtype=object)})
    frame = frame[frame["text"] != ""].drop_duplicates().sort_values(["group", "text"])
    found = frame.groupby("group")["text"].agg(SEPARATOR.join)
    return np.asarray(found.reindex(range(groups), fill_value=""), dtype=object)


def _confidence(
    consumers: pd.DataFrame, load: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.object_]:
    """Confidence that carries most of each load's heat; of equals the lower one."""
    words = text_column(consumers, "confidence")
    heat = [
        group_sums(load, consumers["annual_heat_mwh"].where(words.eq(word), 0.0), count)
        for word in CONFIDENCE
    ]
    return np.asarray(np.array(CONFIDENCE, dtype=object)[np.argmax(heat, axis=0)], dtype=object)


def zone_counts(
    consumers: pd.DataFrame,
    load: npt.NDArray[np.int64],
    required: pd.DataFrame,
    zone: npt.NDArray[np.int64],
    *,
    zones: int,
    anchor_mwh: float,
) -> pd.DataFrame:
    """
    Anchor loads and buildings that could be required to connect in each zone.

    Parameters
    ----------
    consumers
        Consumers with known heat.
    load
        Load of each, as of `loads_of`.
    required
        As of `required_to_connect`.
    zone
        Zone of each, -1 for none.
    zones
        Number of zones.
    anchor_mwh
        Heat from which a load is an anchor [MWh/year].

    Returns
    -------
    counts
        ``anchors``, ``required`` and ``required_if_wet``, one row per zone. Only the heat of a load
        that lies in the zone counts for it, so one heat never makes two anchors of a rule.
    """
    inside = zone >= 0
    frame = pd.DataFrame(
        {
            "zone": zone,
            "load": load,
            "building": required["building"].to_numpy(),
            "required": required["required"].to_numpy(),
            "heat": consumers["annual_heat_mwh"].to_numpy(dtype=float),
        }
    )[inside]
    heat = frame.groupby(["zone", "load"])["heat"].sum()
    anchors = heat[heat >= anchor_mwh].groupby("zone").size()
    one = frame.drop_duplicates(["zone", "building"])
    words = {"required": YES, "required_if_wet": IF_WET}
    counts = {
        name: np.bincount(one.loc[one["required"] == word, "zone"], minlength=zones)
        for name, word in words.items()
    }
    found = anchors.reindex(range(zones), fill_value=0).to_numpy(dtype=np.int64)
    return pd.DataFrame({"anchors": found, **counts})
