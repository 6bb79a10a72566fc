"""
Estimates scaled to control totals: what an area needs in all, from a source that should know.

Heat that users, meters and certificates state is never scaled; what is left of the control total
is spread over the estimates of the area in proportion. A total that cannot be met that way changes
nothing and says why. Areas come from polygons or from the cells of a raster (`heat_raster`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from ..errors import InputError, Problem
from ..reading.findings import ROWS_SHOWN, shorten
from .benchmarks import sector_of
from .building_use import siting_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

logger = logging.getLogger(__name__)

OK = "ok"
NO_ESTIMATES, GIVEN_EXCEEDS, OUTSIDE = "no_estimates", "given_exceeds_control", "outside"
_FIXED = ("given", "metered: ", "epc: ", "peak x")
"""How the source of heat begins that is never scaled."""
_NO_BUILDING = ("heat_network", "data_centre")
_COLUMNS = (
    "area_id",
    "sector",
    "consumers",
    "control_mwh",
    "given_mwh",
    "estimated_mwh",
    "factor",
    "result_mwh",
    "status",
    "reason",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """
    Consumers whose estimates meet the control totals.

    Attributes
    ----------
    consumers
        CONSUMERS with scaled heat and peaks.
    table
        The table ``reconciliation``, by area and sector.
    doubts
        Totals out of proportion, and those that changed nothing.
    """

    consumers: gpd.GeoDataFrame
    table: pd.DataFrame
    doubts: tuple[Problem, ...]


def no_reconciliation() -> pd.DataFrame:
    """
    The table ``reconciliation`` of a study without control totals.

    Returns
    -------
    table
        All columns, no rows.

    Examples
    --------
    >>> len(no_reconciliation())
    0
    """
    return pd.DataFrame(columns=list(_COLUMNS))


def reconcile(
    consumers: gpd.GeoDataFrame,
    controls: gpd.GeoDataFrame,
    *,
    file: str,
    read_area: shapely.Geometry | None = None,
) -> Reconciled:
    """
    Scale the estimates of each area to its control total.

    Parameters
    ----------
    consumers
        CONSUMERS with their demand, in a metric coordinate system.
    controls
        ``id``, ``annual_heat_mwh``, outlines in the same system and, where a total is of one
        sector only, ``sector``.
    file
        Name of the file of control totals.
    read_area
        Where consumers were read; a total whose area reaches farther out is not used. None if
        that is everywhere.

    Returns
    -------
    reconciled
        New consumers; scaled ones have ", scaled to FILE" at the end of ``demand_source`` (and of
        ``peak_source`` unless the user gave the peak).

    Raises
    ------
    InputError
        If areas overlap, so that a consumer would have two totals.

    Notes
    -----
    With control total C, stated heat G and estimates E of an area, the factor on the estimates is
    ``f = (C - G) / E``, so that ``G + f·E = C``. A consumer is in the area that holds a point on
    its surface, on a common border in that with the smaller id; consumers in no area stay. Where
    tables state the heat of a part of a building (``stated_heat_mwh``), that part belongs to G.
    """
    if controls.empty:
        return Reconciled(consumers=consumers.copy(), table=no_reconciliation(), doubts=())
    areas = _in_order(controls)
    _refuse_overlaps(areas, file)
    frame = consumers.sort_values("id", kind="stable", ignore_index=True)
    area = _areas_of(frame, areas)
    heat = frame["annual_heat_mwh"].fillna(0.0).to_numpy(dtype=float)
    source = frame["demand_source"].astype(str)
    fixed = _fixed_share(frame, heat, source.str.startswith(_FIXED).to_numpy())
    count = len(areas)
    counted = (area >= 0) & (heat > 0.0)
    given, estimated = (
        np.bincount(area[counted], (heat * share)[counted], minlength=count).astype(np.float64)
        for share in (fixed, 1.0 - fixed)
    )
    table = _table(areas, area, counted, given=given, estimated=estimated, read_area=read_area)
    scaled = counted & (fixed < 1.0) & (table["status"].to_numpy() == OK)[area]
    factor = np.where(scaled, table["factor"].to_numpy(dtype=float)[area], 1.0)
    factor = fixed + (1.0 - fixed) * factor
    result = _scaled(frame, factor, scaled, file)
    sums = result["annual_heat_mwh"].fillna(0.0).to_numpy(dtype=float)
    table["result_mwh"] = np.bincount(area[counted], sums[counted], minlength=count)
    logger.info("%d of %d control totals met", int((table["status"] == OK).sum()), count)
    return Reconciled(consumers=result, table=table, doubts=_doubts(table, file))


def wholly_read(controls: gpd.GeoDataFrame, read_area: shapely.Geometry | None) -> Mask:
    """
    Control totals whose area does not reach out of where consumers were read.

    Parameters
    ----------
    controls
        Outlines of the areas.
    read_area
        Where consumers were read, in the same system; None if that is everywhere.

    Returns
    -------
    whole
        True for those that can be used.
    """
    inside: Mask = _share_outside(controls, read_area) <= siting_rule(
        "control", "outside_max_share"
    )
    return inside


def _in_order(controls: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Control totals by area and sector, blanks as ''."""
    sector = pd.Series(controls.get("sector", ""), index=controls.index, dtype=object)
    areas = controls.assign(sector=sector.where(sector.notna(), "").astype(str))
    return areas.sort_values(["id", "sector"], kind="stable", ignore_index=True)


def _refuse_overlaps(areas: gpd.GeoDataFrame, file: str) -> None:
    """Refuse areas that share ground, unless their totals are of different sectors."""
    shapes = areas.geometry.to_numpy()
    sector = areas["sector"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    same = (sector[one] == sector[other]) | (sector[one] == "") | (sector[other] == "")
    pairs = (one < other) & same
    one, other = one[pairs], other[pairs]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    bad = shared > siting_rule("control", "overlap_max_share") * smaller
    if not bad.any():
        return
    ids = areas["id"].tolist()
    names = [
        f"{shorten(ids[a])} and {shorten(ids[b])} ({m2:,.0f} m²)"
        for a, b, m2 in zip(one[bad], other[bad], shared[bad], strict=True)
    ]
    more = ", …" if len(names) > ROWS_SHOWN else ""
    what = f"areas of control totals overlap: {', '.join(names[:ROWS_SHOWN])}{more}"
    advice = "cut them so that each building lies in one area, or give each a sector of its own"
    raise InputError([Problem(file=file, where="", what=what, advice=advice)])


def _areas_of(consumers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> Ints:
    """Row of the control total of each consumer, -1 where it has none."""
    place = shapely.point_on_surface(consumers.geometry.to_numpy())
    row, area = shapely.STRtree(areas.geometry.to_numpy()).query(place, predicate="intersects")
    sector = sector_of(consumers["use"].astype(str)).to_numpy()
    wanted = areas["sector"].to_numpy()
    fits = (wanted[area] == "") | (wanted[area] == sector[row])
    fits &= ~consumers["use"].isin(_NO_BUILDING).to_numpy()[row]
    row, area = row[fits], area[fits]
    order = np.lexsort((area, row))
    row, area = row[order], area[order]
    first = np.diff(row, prepend=-1) != 0
    found = np.full(len(consumers), -1, dtype=np.int64)
    found[row[first]] = area[first]
    return found


def _table(
    areas: gpd.GeoDataFrame,
    area: Ints,
    counted: Mask,
    *,
    given: Floats,
    estimated: Floats,
    read_area: shapely.Geometry | None,
) -> pd.DataFrame:
    """Reconciliation before the result: sums, factor, status and reason of each total."""
    control = areas["annual_heat_mwh"].to_numpy(dtype=float)
    rest = control - given
    factor = np.divide(rest, estimated, out=np.full(len(rest), np.nan), where=estimated > 0.0)
    outside = _share_outside(areas, read_area)
    too_far = outside > siting_rule("control", "outside_max_share")
    status = np.select(
        [too_far, estimated <= 0.0, rest <= 0.0], [OUTSIDE, NO_ESTIMATES, GIVEN_EXCEEDS], OK
    ).astype(object)
    factor[status != OK] = np.nan
    table = pd.DataFrame(
        {
            "area_id": areas["id"].astype(str),
            "sector": areas["sector"],
            "consumers": np.bincount(area[counted], minlength=len(areas)),
            "control_mwh": control,
            "given_mwh": given,
            "estimated_mwh": estimated,
            "factor": factor,
            "result_mwh": np.nan,
            "status": status,
        }
    )
    return table.assign(reason=_reasons(table, outside))[list(_COLUMNS)]


def _share_outside(areas: gpd.GeoDataFrame, read_area: shapely.Geometry | None) -> Floats:
    """Share of each area that lies where no consumers were read."""
    shapes = areas.geometry.to_numpy()
    if read_area is None:
        return np.zeros(len(shapes))
    shapely.prepare(read_area)
    shared = shapely.area(shapely.intersection(shapes, read_area))
    share: Floats = 1.0 - shared / shapely.area(shapes)
    return share


def _reasons(table: pd.DataFrame, outside: Floats) -> list[str]:
    """What became of each total, in words."""
    rows: Any = table.itertuples()
    return [_reason(row, share) for row, share in zip(rows, outside, strict=True)]


def _reason(row: Any, outside: float) -> str:
    """What became of one total, in words."""
    stated = f"{row.given_mwh:,.0f}"
    if row.status == OK:
        return f"estimates times {row.factor:.3g}"
    if row.status == NO_ESTIMATES:
        control = f"{row.control_mwh:,.0f}"
        return f"no estimated heat to scale; stated are {stated} of {control} MWh a year"
    if row.status == GIVEN_EXCEEDS:
        return (
            f"users, meters and certificates state {stated} MWh a year, no less than the control "
            f"total of {row.control_mwh:,.0f}"
        )
    return f"{outside:.0%} of the area lies where no consumers were read"


def _fixed_share(frame: gpd.GeoDataFrame, heat: Floats, whole: Mask) -> Floats:
    """Share of each consumer's heat that is never scaled: all, a stated part of it, or nothing."""
    cells = pd.Series(frame.get("stated_heat_mwh", np.nan), index=frame.index, dtype=float)
    part = np.clip(cells.fillna(0.0).to_numpy(), 0.0, heat)
    share = np.divide(part, heat, out=np.zeros(len(heat)), where=heat > 0.0)
    return np.where(whole, 1.0, share)


def _scaled(frame: gpd.GeoDataFrame, factor: Floats, scaled: Mask, file: str) -> gpd.GeoDataFrame:
    """Consumers with heat and peaks times their factor, and their sources saying so."""
    result = frame.copy()
    peak = scaled & frame["peak_kw"].notna().to_numpy()
    peak &= ~frame["peak_source"].astype(str).str.startswith(_FIXED).to_numpy()
    mark = f", scaled to {file}"
    for rows, figure, source in (
        (scaled, "annual_heat_mwh", "demand_source"),
        (peak, "peak_kw", "peak_source"),
    ):
        result.loc[rows, figure] = frame.loc[rows, figure] * factor[rows]
        result.loc[rows, source] = frame.loc[rows, source].astype(str) + mark
    return result


def _doubts(table: pd.DataFrame, file: str) -> tuple[Problem, ...]:
    """Totals that changed nothing, and factors out of proportion."""
    low, high = siting_rule("control", "factor_min"), siting_rule("control", "factor_max")
    factor = table["factor"].to_numpy(dtype=float)
    doubts = []
    for status in (NO_ESTIMATES, GIVEN_EXCEEDS, OUTSIDE):
        some = table[table["status"] == status]
        if len(some):
            what = f"{len(some):,} control totals are not used: {_examples(some)}"
            advice = "check areas, units and what the totals count"
            doubts.append(Problem(file=file, where="", what=what, advice=advice))
    odd = table[(factor < low) | (factor > high)]
    if len(odd):
        what = (
            f"{len(odd):,} control totals lie outside {low:g} to {high:g} times the estimates: "
            f"{_examples(odd)}"
        )
        advice = "is the unit right, and do both count the same buildings?"
        doubts.append(Problem(file=file, where="", what=what, advice=advice))
    return tuple(doubts)


def _examples(table: pd.DataFrame) -> str:
    """First areas with their reasons."""
    rows: Sequence[Any] = list(table.head(ROWS_SHOWN).itertuples())
    texts = [f"{shorten(row.area_id)} ({row.reason})" for row in rows]
    return "; ".join(texts) + ("; …" if len(table) > ROWS_SHOWN else "")
