"""
Loads of zones: which are anchors, and which buildings could be required to connect.

Units with one parent register number are one building; buildings of one site (hospital, university,
school) are one load of the table. As anchors count the buildings that reach the limit alone, and a
load whose buildings only reach it together counts as one (`counting`). The requirement to connect
asks the building. Cells of a heat map are no buildings and count for neither. Limits stand in
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

from .counting import anchor_counts, is_cell
from .load_texts import largest_members, load_texts
from .ranges import RESIDENTIAL, group_sums, heat_ranges, text_column
from .rules import anchor_mwh, class_labels, heat_classes, required_mwh

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

YES, NO, IF_WET, UNKNOWN = "yes", "no", "if wet system", "not known"
STRENGTH = (YES, IF_WET, UNKNOWN, NO)
"""Words of the requirement to connect; of several buildings the strongest speaks."""


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
        ``id``, ``uprn``, ``parent_uprn``, ``use``, ``sector``, ``annual_heat_mwh``, ``wet_system``,
        ``communal`` and ``demand_source``.

    Returns
    -------
    required
        One row per consumer, the same for all units of a building: ``building``, ``required``
        (yes, no, if wet system, not known) and ``reason``.

    Notes
    -----
    Communally heated: yes, whatever its size. Else homes: no. Else yes if the heat of the units
    that are no homes is above the limit and water heats the building, "if wet system" where that is
    not known. Units of unknown use could be homes or not: "not known" where they decide. Uses that
    can never be required (an existing heat network is no building) stand in
    ``data/use_sectors.csv``; cells of a heat map are no buildings either.
    """
    building = buildings_of(consumers)
    count = int(building.max(initial=-1)) + 1

    def any_of(which: pd.Series[Any]) -> npt.NDArray[np.bool_]:
        return group_sums(building, which.to_numpy(dtype=float), count) > 0.0

    wet, communal = text_column(consumers, "wet_system"), text_column(consumers, "communal")
    sector, cell = text_column(consumers, "sector"), is_cell(consumers)
    work = ~sector.isin([RESIDENTIAL, ""])
    barred = work & text_column(consumers, "use").isin(_uses_never_required())
    work &= ~barred & ~cell
    perhaps = work | (sector.eq("") & ~cell)

    def is_above(which: pd.Series[Any]) -> npt.NDArray[np.bool_]:
        heat = consumers["annual_heat_mwh"].where(which, 0.0)
        return group_sums(building, heat, count) > required_mwh()

    above = is_above(work)
    dry = any_of(work & wet.eq(NO)) & ~any_of(work & wet.ne(NO))
    limit = f"{required_mwh():,.0f} MWh/yr"
    cases = [
        (any_of(cell), NO, "a cell of a heat map, not a building"),
        (~any_of(~barred), NO, "joined by agreement, not as a building"),
        (any_of(communal.eq(YES)), YES, "heated communally already"),
        (~above & is_above(perhaps), UNKNOWN, "its use is not known"),
        (~any_of(perhaps), NO, "homes that are not heated communally"),
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
    A load is an anchor from the heat in ``anchor/heat_min_mwh``; a zone asks its own rule. A site
    that has a name goes by it, else its largest member gives the name.
    """
    load = loads_of(consumers)
    count = int(load.max(initial=-1)) + 1
    required = required_to_connect(consumers)
    numbers = anchor_counts(
        consumers, load, required["building"].to_numpy(), loads=count, anchor_mwh=anchor_mwh()
    )
    table = heat_ranges(consumers, load, count)
    table = table.assign(
        load=np.arange(count),
        anchor=numbers["anchors"] > 0,
        anchor_count=numbers["anchors"],
        **_required_words(required, load, count),
    )
    keep = (table["anchor"] | (table["required"] != NO)).to_numpy()
    # From here on only loads that are told of, numbered anew.
    number = np.where(keep, np.cumsum(keep) - 1, -1)[load]
    mine, load = consumers[number >= 0], number[number >= 0]
    largest = largest_members(mine, load)
    table = table[keep].reset_index(drop=True)
    table = table.assign(
        heat_class=class_labels(table["heat_mwh"], heat_classes()),
        **load_texts(mine, load, largest),
    )
    places = shapely.point_on_surface(mine.geometry.to_numpy()[largest])
    return gpd.GeoDataFrame(table, geometry=places, crs=consumers.crs)


def _required_words(
    required: pd.DataFrame, load: npt.NDArray[np.int64], count: int
) -> dict[str, Any]:
    """Strongest word over the buildings of each load, and how many of them it holds for."""
    one = required.assign(load=load).drop_duplicates("building")
    number = {
        word: group_sums(one["load"].to_numpy(), one["required"].eq(word), count).astype(int)
        for word in STRENGTH
    }
    word = np.select([number[word] > 0 for word in STRENGTH[:-1]], STRENGTH[:-1], STRENGTH[-1])
    buildings = np.bincount(one["load"], minlength=count)
    first = {(row.load, row.required): row.reason for row in one.iloc[::-1].itertuples()}
    reasons = []
    for place, strongest in enumerate(word.tolist()):
        text = str(first[place, strongest])
        if buildings[place] > 1:
            text = f"{number[strongest][place]} of its {buildings[place]} buildings: {text}"
        reasons.append(text)
    return {"required": word, "required_reason": reasons, "buildings": buildings}


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
        ``anchors``, ``anchors_low`` (with every heat at its low end), ``cells`` (of a heat map),
        ``buildings``, ``required`` and ``required_if_wet``, one row per zone. Only the heat of a
        load that lies in the zone counts for it, so one heat never makes two anchors of a rule.
    """
    inside = np.flatnonzero(zone >= 0)
    mine, zone, load = consumers.iloc[inside], zone[inside], load[inside]
    building = required["building"].to_numpy()[inside]
    # Parts of one load in different zones are loads of their own here.
    pair, part = np.unique(np.stack([zone, load]), axis=1, return_inverse=True)
    part = part.reshape(-1)
    parts = pair.shape[1]
    anchors = anchor_counts(mine, part, building, loads=parts, anchor_mwh=anchor_mwh)
    words = pd.DataFrame(
        {"zone": zone, "building": building, "required": required["required"].to_numpy()[inside]}
    ).drop_duplicates(["zone", "building"])
    counts = {name: group_sums(pair[0], anchors[name], zones).astype(int) for name in anchors}
    counts["cells"] = group_sums(zone, is_cell(mine), zones).astype(int)
    counts["buildings"] = np.bincount(words["zone"], minlength=zones).astype(int)
    for name, word in {"required": YES, "required_if_wet": IF_WET}.items():
        rows = words.loc[words["required"] == word, "zone"]
        counts[name] = np.bincount(rows, minlength=zones).astype(int)
    return pd.DataFrame(counts)
