"""
Tables of demand joined to consumers: meters, energy certificates, heat maps.

What the user wrote in the consumers file stays; metered heat goes before certificates, these
before heat maps, these before estimates. A row that belongs to no consumer becomes one where it
has a place and heat; what cannot be used is told with its register numbers (`join_doubts`).
Matching is in `matching`, adding up in `flats`; whatever stays open is estimated by `demand`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..reading.demand_rows import newest, row_names
from .benchmarks import RESIDENTIAL, sector_of
from .flats import KINDS, SUMMED, WORDS, buildings_of, chosen, uncovered
from .join_doubts import part_doubts, ratio_doubts, repeated_doubts, rows_doubts
from .matching import NEAREST, NONE, consumers_of_rows, own_ids, spread, unused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt
    from pyproj import CRS

    from ..errors import Problem

    Ints = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

logger = logging.getLogger(__name__)

GIVEN = "given"
TEXTS = ("id", "uprn", "parent_uprn", "kind", *WORDS)
_NUMBERS = (*SUMMED, "dwellings", "built_year")
_REGISTER = ("uprn", "parent_uprn", "members", "wet_system", "communal")
# Uses that the tags of the building itself, or the user, state.
_OWN_USE = ("tag: ", GIVEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandTable:
    """A table of demand as `read_table` returns it: its name and its rows."""

    file: str
    frame: gpd.GeoDataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """
    Consumers with what demand tables say about them.

    Attributes
    ----------
    consumers
        CONSUMERS by id, new ones included, estimates filled in where the tables left any open.
    doubts
        What was accepted or set aside but should be looked at.
    left_out
        Counts of rows that are not used, by reason.
    """

    consumers: gpd.GeoDataFrame
    doubts: tuple[Problem, ...]
    left_out: dict[str, int]


def join_demand(
    consumers: gpd.GeoDataFrame,
    tables: Sequence[DemandTable],
    *,
    fill: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
) -> Joined:
    """
    Consumers with the heat, floor areas and register numbers of demand tables.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand, in a metric coordinate system.
    tables
        Tables of demand, in any coordinate system; of one property the surest kind counts, of one
        kind the first table.
    fill
        Estimates what is left open, as `fill_demand` does.

    Returns
    -------
    joined
        New consumers; ``demand_source`` is "metered: FILE", "epc: FILE" or "heat_map: FILE" where
        the heat is a table's, least sure kind first where several tables give a building its heat.
        Where tables hold only a part of a building, the rest of it is estimated:
        "benchmark, …, for 40 of 80 dwellings; epc: FILE for the others", and ``stated_heat_mwh`` is
        the heat of that part, unless it is a heat map's.
    """
    frame = with_texts(consumers, _REGISTER).sort_values("id", kind="stable", ignore_index=True)
    rows = _rows(tables, frame.crs)
    older = ~rows["newest"].to_numpy()
    doubts = rows_doubts(rows, older, "are older than another row of their property: not used")
    rows = rows[~older].reset_index(drop=True)
    rows, told = _matched(rows, frame)
    doubts += told
    fresh = _new_consumers(rows, frame)
    lost = (rows["target"] == NONE).to_numpy()
    doubts += rows_doubts(rows, lost, "belong to no consumer and have no place with heat: not used")
    doubts += rows_doubts(rows, (rows["target"] >= len(frame)).to_numpy(), _OWN_CONSUMER)
    doubts += rows_doubts(rows, _set_aside(rows, ~lost, frame), _ASIDE)
    rows = pd.DataFrame(rows[~lost].drop(columns="geometry")).reset_index(drop=True)
    before = pd.concat([frame, fresh], ignore_index=True) if len(fresh) else frame
    after, told = _applied(before, rows, fill)
    doubts += told + ratio_doubts(before, after)
    return Joined(
        consumers=after.sort_values("id", kind="stable", ignore_index=True),
        doubts=tuple(doubts),
        left_out={_LOST: int(lost.sum())} | ({_OLDER: int(older.sum())} if older.any() else {}),
    )


_LOST, _OLDER = "demand rows that belong to no consumer", "demand rows older than another"
_BESIDE = "lie in no outline and are given to the nearest within reach, which may be a neighbour"
_SPREAD = "have outlines around several consumers: their heat is spread over these by estimate"
_OWN_CONSUMER = "belong to no consumer: each place with heat is a consumer of its own"
_ASIDE = "are set aside: the consumers file or a surer table gives the heat of their consumer"


def _matched(
    rows: gpd.GeoDataFrame, consumers: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Rows with their consumers, outlines around several split among these, and doubts."""
    matches = consumers_of_rows(rows, consumers)
    for by, count in zip(*np.unique(matches.by.astype(str), return_counts=True), strict=True):
        logger.info("%d rows of demand joined by %s", count, by or "nothing")
    rows = rows.assign(target=matches.target, by=matches.by)
    doubts = rows_doubts(rows, matches.by == NEAREST, _BESIDE) + repeated_doubts(rows)
    rows = spread(rows, consumers)
    split = (rows["around"] > 1).to_numpy()
    first = rows[split].drop_duplicates(["file", "label", "place"])
    doubts += rows_doubts(first, np.ones(len(first), dtype=bool), _SPREAD)
    rows.loc[split, "how"] = [
        "; ".join(filter(None, (how, f"share of an outline around {around} consumers")))
        for how, around in rows.loc[split, ["how", "around"]].itertuples(index=False)
    ]
    return rows.assign(whole=rows["by"].isin(["id", "uprn"])), doubts


def with_texts(frame: gpd.GeoDataFrame, columns: Iterable[str]) -> gpd.GeoDataFrame:
    """
    Copy of a table whose text columns are there and without missing values.

    Parameters
    ----------
    frame
        Any table.
    columns
        Names of text columns.

    Returns
    -------
    frame
        New frame; '' where a cell is missing.
    """
    copy = frame.copy()
    for column in columns:
        cells = pd.Series(copy.get(column, ""), index=copy.index, dtype=object)
        copy[column] = cells.where(cells.notna(), "").astype(str)
    return copy


def _rows(tables: Sequence[DemandTable], crs: CRS) -> gpd.GeoDataFrame:
    """Rows of all tables in an order that does not depend on theirs."""
    frames = []
    for number, table in enumerate(tables):
        frame = with_texts(table.frame.to_crs(crs), (*TEXTS, "heat_from"))
        frame = frame.rename(columns={"heat_from": "how"}).reset_index(drop=True)
        frame["newest"] = newest(frame)
        for column in _NUMBERS:
            frame[column] = pd.Series(frame.get(column, np.nan), index=frame.index, dtype=float)
        frame["label"] = row_names(frame)
        frame["kind"] = frame["kind"].where(frame["kind"] != "", KINDS[-1])
        kept = frame[[*TEXTS, *_NUMBERS, "label", "how", "newest", "geometry"]]
        frames.append(kept.assign(file=table.file, file_number=number))
    rows = pd.concat(frames, ignore_index=True)
    rows["place"] = shapely.to_wkb(rows.geometry.to_numpy(), hex=True)
    rows["place"] = rows["place"].fillna("").astype(str)
    keys = ["file_number", *TEXTS, "place", *_NUMBERS, "how", "newest"]
    return rows.sort_values(keys, kind="stable", ignore_index=True)


def _new_consumers(rows: gpd.GeoDataFrame, consumers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Consumers made of rows with a place and heat that belong to none; ``rows`` gets targets."""
    free = rows[rows["target"] == NONE]
    names = pd.Series(own_ids(free), index=free.index, dtype=object)
    heat = free["annual_heat_mwh"].groupby(names).transform("sum") > 0.0
    place = free.geometry.notna()
    usable = heat & place.groupby(names).transform("any")
    located = free[usable & place].assign(new_id=names[usable & place])
    first = located.drop_duplicates("new_id").sort_values("new_id", kind="stable")
    number = pd.Series(np.arange(len(first)) + len(consumers), index=first["new_id"])
    rows.loc[usable.index[usable], "target"] = names[usable].map(number).to_numpy(dtype=np.int64)
    ids = unused(first["new_id"].tolist(), set(consumers["id"]))
    fresh = gpd.GeoDataFrame({"id": ids}, geometry=first.geometry.to_numpy(), crs=consumers.crs)
    return with_texts(fresh, _REGISTER)


def _applied(
    before: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    fill: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Consumers with what their rows say, what depends on it estimated anew, and doubts."""
    buildings = buildings_of(rows)
    touched = before.iloc[buildings.index.to_numpy()].copy()
    told = buildings.set_index(touched.index)
    touched = with_texts(
        touched,
        ("name", "use", "classified_by", "levels_source", "area_source", "demand_source"),
    )
    touched = with_texts(touched, ("peak_source",))
    for column in (*_NUMBERS, "levels"):
        cells = pd.Series(touched.get(column, np.nan), index=touched.index)
        touched[column] = pd.to_numeric(cells).astype(float)
    parts = uncovered(rows, touched)
    parts = parts[~_given(touched, "demand_source", "annual_heat_mwh").loc[parts.index]]
    told = _without_parts(told, touched, parts.index)
    _take_use(touched, told)
    _take_words(touched, told)
    _take_figures(touched, told)
    doubts = _add_rest(touched, parts, fill)
    rest = before.drop(index=touched.index)
    return pd.concat([rest, fill(touched)]).sort_index(), doubts


def _without_parts(
    told: pd.DataFrame, touched: gpd.GeoDataFrame, parts: pd.Index[Any]
) -> pd.DataFrame:
    """What rows say of their buildings, without what holds only for a part of one."""
    told = told.copy()
    told.loc[parts, ["floor_area_m2", "dwellings", "units", "peak_kw"]] = np.nan
    told.loc[parts[(touched.loc[parts, "use"] != "").to_numpy()], "use"] = ""
    return told


def _add_rest(
    touched: gpd.GeoDataFrame,
    parts: pd.DataFrame,
    fill: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame],
) -> list[Problem]:
    """Add the estimate of what no row covers to the heat that rows state of a part; doubts."""
    touched["stated_heat_mwh"] = np.nan
    if parts.empty:
        return []
    told = touched.loc[parts.index]
    blank = {"annual_heat_mwh": np.nan, "peak_kw": np.nan, "demand_source": "", "peak_source": ""}
    whole = fill(told.assign(**blank))
    rest = whole["annual_heat_mwh"] * parts["share"]
    known = rest.notna()
    by = told["demand_source"]
    words = parts["words"].where(known, parts["words"] + ", which stay unknown")
    doubts = part_doubts(told, words, by)
    row = parts.index[known]
    surest = ~by.str.startswith(KINDS[-1])
    touched.loc[row, "stated_heat_mwh"] = told["annual_heat_mwh"].where(surest)[row]
    touched.loc[row, "annual_heat_mwh"] += rest[row]
    source = whole["demand_source"] + ", for " + words + "; " + by + " for the others"
    touched.loc[row, "demand_source"] = source[row]
    return doubts


def _take_use(touched: gpd.GeoDataFrame, told: pd.DataFrame) -> None:
    """Use of the tables, unless the user or the building's own use tag states one."""
    own = touched["classified_by"].str.startswith(_OWN_USE) & (touched["use"] != "")
    new = (told["use"] != "") & ~own
    other = new & (told["use"] != touched["use"])
    touched.loc[new, "use"] = told.loc[new, "use"]
    touched.loc[new, "classified_by"] = told.loc[new, "facts_by"]
    # Storeys and floor area that followed from the other use are estimated anew.
    levels = other & (touched["levels_source"] == "default")
    touched.loc[levels, "levels"] = np.nan
    touched.loc[levels, "levels_source"] = ""
    area = other & touched["area_source"].str.contains("outline|unknown") & _drawn(touched)
    touched.loc[area, "floor_area_m2"] = np.nan
    touched.loc[area, "area_source"] = ""


def _drawn(touched: gpd.GeoDataFrame) -> Mask:
    """Consumers whose outline can give a floor area."""
    drawn: Mask = shapely.area(touched.geometry.to_numpy()) > 0.0
    return drawn


def _take_words(touched: gpd.GeoDataFrame, told: pd.DataFrame) -> None:
    """Names, register numbers and the like where the consumer has none."""
    for column in ("name", *_REGISTER):
        blank = touched[column] == ""
        touched.loc[blank, column] = told.loc[blank, column]
    homes = told["dwellings"].fillna(0.0) + told["units"].fillna(0.0).where(
        sector_of(touched["use"]) == RESIDENTIAL, 0.0
    )
    touched["dwellings"] = touched["dwellings"].fillna(homes.where(homes > 0.0))
    touched["built_year"] = touched["built_year"].fillna(told["built_year"])


def _take_figures(touched: gpd.GeoDataFrame, told: pd.DataFrame) -> None:
    """Heat, floor area and peak of the tables; blank what was estimated."""
    area = told["floor_area_m2"].notna() & (touched["area_source"] != GIVEN)
    # The floor area of a pool or greenhouse is that of its water or glass, which no table means.
    area &= ~touched["use"].isin(["pool", "greenhouse"])
    heat_given = _given(touched, "demand_source", "annual_heat_mwh")
    peak_given = _given(touched, "peak_source", "peak_kw")
    for take, figure, source, by in (
        (area, "floor_area_m2", "area_source", "facts_by"),
        (~heat_given, "annual_heat_mwh", "demand_source", "heat_by"),
        (~peak_given, "peak_kw", "peak_source", "facts_by"),
    ):
        touched.loc[take, figure] = told.loc[take, figure]
        touched.loc[take, source] = told.loc[take, by].where(told.loc[take, figure].notna(), "")


def _given(frame: gpd.GeoDataFrame, source: str, figure: str) -> pd.Series[bool]:
    """Rows whose figure the user gave."""
    given: pd.Series[bool] = (frame[source] == GIVEN) & frame[figure].notna()
    return given


def _set_aside(rows: gpd.GeoDataFrame, used: Mask, consumers: gpd.GeoDataFrame) -> Mask:
    """Rows with heat whose heat is not the consumer's in the end."""
    known = used & rows["annual_heat_mwh"].notna().to_numpy()
    aside = known.copy()
    kept = rows[known].reset_index(drop=True)
    aside[known] = ~chosen(kept, np.ones(len(kept), dtype=bool))
    sources = pd.Series(consumers.get("demand_source", ""), index=consumers.index)
    given = rows["target"].map(sources == GIVEN).fillna(value=False).astype(bool).to_numpy()
    result: Mask = aside | (known & given)
    return result
