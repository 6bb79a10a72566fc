"""
Properties added up to buildings: flats under their parent, meters under their building.

Of several figures for one property the surest counts: a meter before a certificate before a heat
map. A row without a register number may be the whole building, so beside such a row only figures
of the surest kind are added. Properties known to be only part of their building leave a rest open.
Which building a property belongs to, `matching` finds; what becomes of the sums, `joined` decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .benchmarks import RESIDENTIAL, sector_of
from .building_use import siting_rule

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

KINDS = ("metered", "epc", "heat_map")
"""Kinds of demand tables, the surest first."""
SUMMED = ("annual_heat_mwh", "peak_kw", "floor_area_m2")
WORDS = ("use", "name", "wet_system", "communal")


def buildings_of(rows: pd.DataFrame) -> pd.DataFrame:
    """
    What the rows of each building say together.

    Parameters
    ----------
    rows
        Rows in a fixed order with ``target`` (number of the building), ``kind``, ``file``,
        ``file_number``, ``uprn``, ``parent_uprn``, the figures `SUMMED`, ``dwellings``,
        ``built_year`` and the words `WORDS` (blank where not known); ``how`` may say how the heat
        was worked out.

    Returns
    -------
    buildings
        Indexed by ``target``: the figures added up (NaN where no row states them; a peak only of a
        single property, for peaks do not add), the words that most heat stands behind, the median
        year, ``dwellings`` and ``units`` (properties without a word about their use), ``uprn``,
        ``parent_uprn``, ``members``, and ``heat_by`` and ``facts_by``, where heat and facts come
        from, least sure first.

    Examples
    --------
    >>> flats = pd.DataFrame({
    ...     "target": [0, 0], "kind": "epc", "file": "a.csv", "file_number": 0,
    ...     "uprn": ["11", "12"], "parent_uprn": "1", "annual_heat_mwh": [6.0, 7.5],
    ...     "peak_kw": np.nan, "floor_area_m2": [50.0, 60.0], "dwellings": np.nan,
    ...     "built_year": np.nan, "use": "flats", "name": "", "wet_system": "", "communal": ""})
    >>> building = buildings_of(flats).loc[0]
    >>> print(building["annual_heat_mwh"], building["uprn"], building["members"])
    13.5 1 11 12
    """
    targets = pd.Index(np.unique(rows["target"].to_numpy()), name="target")
    out = pd.DataFrame(index=targets)
    counted = rows[chosen(rows, np.ones(len(rows), dtype=bool))]
    size = counted.groupby("target").size().reindex(targets)
    for column in SUMMED:
        known = rows[chosen(rows, rows[column].notna().to_numpy())]
        out[column] = known.groupby("target")[column].sum().reindex(targets)
        if column == "annual_heat_mwh":
            how = known.get("how", pd.Series("", index=known.index))
            out["heat_by"] = _sources(known, how).reindex(targets, fill_value="")
    out["peak_kw"] = out["peak_kw"].where(size == 1)
    for column in WORDS:
        out[column] = _prevailing(rows, column).reindex(targets, fill_value="")
    years = rows[rows["built_year"].notna()].groupby("target")["built_year"].median()
    out["built_year"] = np.floor(years.reindex(targets))
    out = out.join(_homes(counted, size))
    plain = pd.Series("", index=counted.index)
    out["facts_by"] = _sources(counted, plain).reindex(targets, fill_value="")
    return out.join(_registers(rows, targets))


def chosen(rows: pd.DataFrame, known: Mask) -> Mask:
    """
    Rows that count for a figure, each property once.

    Parameters
    ----------
    rows
        As for `buildings_of`.
    known
        True where a row states the figure.

    Returns
    -------
    chosen
        True for rows that are added up. Of one property the surest kind counts, of one kind the
        first file; of several heat maps of one building the first.

    Examples
    --------
    >>> rows = pd.DataFrame({"target": 0, "kind": ["epc", "metered"], "uprn": "11",
    ...                      "file_number": [0, 1]})
    >>> chosen(rows, np.array([True, True])).tolist()
    [False, True]
    """
    rank = rows["kind"].map({kind: number for number, kind in enumerate(KINDS)}).astype(int)
    frame = pd.DataFrame(
        {
            "target": rows["target"].to_numpy(),
            "uprn": rows["uprn"].to_numpy(),
            "rank": rank.to_numpy(),
            "file": rows["file_number"].to_numpy(),
        }
    )[known]
    whole = (frame["uprn"] == "").groupby(frame["target"]).transform("any")
    property_key = frame["uprn"].where(~whole, "")
    surest = frame["rank"].groupby([frame["target"], property_key]).transform("min")
    frame = frame[frame["rank"] == surest]
    first = frame["file"].groupby([frame["target"], frame["uprn"], frame["rank"]]).transform("min")
    adds_up = (frame["uprn"] == "") & (frame["rank"] != KINDS.index("heat_map"))
    kept = frame.index[(frame["file"] == first) | adds_up]
    result = np.zeros(len(rows), dtype=bool)
    result[kept.to_numpy()] = True
    return result


def uncovered(rows: pd.DataFrame, consumers: pd.DataFrame) -> pd.DataFrame:
    """
    Buildings of which the rows with heat are known to be a part only.

    Parameters
    ----------
    rows
        As for `buildings_of`, with ``whole``: whether a row names the building itself.
    consumers
        CONSUMERS before tables were joined, numbered as ``target`` is; ``use``, ``dwellings`` and
        ``floor_area_m2``.

    Returns
    -------
    open
        Indexed by ``target``: ``share`` of the building that no row covers, and ``words``, that
        share in homes or floor area.

    Notes
    -----
    ``share = 1 - told/known`` by homes where their number is known or by floor area where rows
    state one, whichever leaves less; a row without floor area is taken to have the mean of its
    neighbours. A rest below 1 - ``joined/covered_min_share`` is none. The floor area of a single
    home, and the area of a pool or greenhouse, tell no part.
    """
    known = rows[chosen(rows, rows["annual_heat_mwh"].notna().to_numpy())]
    target = known["target"]
    named = known["uprn"] != ""
    several = named.groupby(target).transform("sum") > 1
    part = (known["parent_uprn"] != "") | known["floor_area_m2"].notna()
    part = (part | known["dwellings"].notna() | several) & ~(known["whole"] & ~several)
    use = known["use"].where(known["use"] != "", target.map(consumers["use"]).fillna(""))
    home = (sector_of(use) == RESIDENTIAL) & (named | known["floor_area_m2"].notna())
    area = known["floor_area_m2"]
    area = area.fillna(area.groupby(target).transform("mean"))
    told = pd.DataFrame(
        {
            "part": part.groupby(target).all(),
            "homes": known["dwellings"].fillna(home.astype(float)).groupby(target).sum(),
            "area": area.groupby(target).sum(min_count=1),
        }
    )
    building = consumers.reindex(told.index)
    floor = building["floor_area_m2"].where(~building["use"].isin(_NO_PARTS))
    homes = building["dwellings"].where(building["dwellings"] > 0.0)
    by_homes = ~(told["area"] / floor > told["homes"] / homes) & homes.notna()
    total = homes.where(by_homes, floor)
    rest = total - told["homes"].where(by_homes, told["area"])
    share = rest / total
    least = 1.0 - siting_rule("joined", "covered_min_share")
    unit = np.where(by_homes, "dwellings", "m2")
    words = [f"{a:,.0f} of {b:,.0f} {u}" for a, b, u in zip(rest, total, unit, strict=True)]
    table = pd.DataFrame({"share": share, "words": words}, index=told.index)
    # A difference at the limit is none, whatever the last digit says.
    return table[told["part"] & (share > least + _ROUNDING)]


_NO_PARTS = ("home", "pool", "greenhouse")
_ROUNDING = 1e-9


def _sources(rows: pd.DataFrame, how: pd.Series[Any]) -> pd.Series[Any]:
    """Kinds and files behind each building, and how they were used, least sure first."""
    rank = rows["kind"].map({kind: number for number, kind in enumerate(KINDS)}).astype(int)
    labels = pd.DataFrame(
        {
            "target": rows["target"],
            "label": rows["kind"] + ": " + rows["file"] + how.where(how == "", ", " + how),
            "rank": -rank,
            "file": rows["file_number"],
        }
    ).drop_duplicates(["target", "label"])
    labels = labels.sort_values(["target", "rank", "file", "label"], kind="stable")
    return _joined(labels["target"], labels["label"], "; ")


def _joined(target: pd.Series[Any], texts: pd.Series[Any], between: str) -> pd.Series[Any]:
    """Texts of each building as one; nothing is joined where there is only one."""
    alone = ~target.duplicated(keep=False)
    several = texts[~alone].groupby(target[~alone]).agg(between.join)
    single = pd.Series(texts[alone].to_numpy(dtype=object), index=target[alone].to_numpy())
    joined: pd.Series[Any] = pd.concat([single, several])
    return joined


def _prevailing(rows: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Word of each building that most heat, else most rows, stand behind."""
    filled = rows[rows[column] != ""]
    votes = (
        filled.assign(heat=filled["annual_heat_mwh"].fillna(0.0))
        .groupby(["target", column], as_index=False)
        .agg(heat=("heat", "sum"), count=("heat", "size"))
        .sort_values(["target", "heat", "count", column], ascending=[True, False, False, True])
        .drop_duplicates("target")
    )
    return pd.Series(votes[column].to_numpy(dtype=object), index=votes["target"].to_numpy())


def _homes(counted: pd.DataFrame, size: pd.Series[Any]) -> pd.DataFrame:
    """Homes that are stated or follow from the use, and properties of unknown use."""
    several = counted["target"].map(size).to_numpy() > 1
    use = counted["use"]
    home = (sector_of(use) == RESIDENTIAL).to_numpy() & several
    number = counted["dwellings"].where(counted["dwellings"].notna(), np.where(home, 1.0, np.nan))
    unit = number.isna() & (use == "") & several & (counted["uprn"] != "")
    return pd.DataFrame(
        {
            "dwellings": number.groupby(counted["target"]).sum(min_count=1),
            "units": unit.groupby(counted["target"]).sum().astype(float),
        }
    )


def _registers(rows: pd.DataFrame, targets: pd.Index[Any]) -> pd.DataFrame:
    """Register numbers of each building, its parent and its members."""
    out = pd.DataFrame("", index=targets, columns=["uprn", "parent_uprn", "members"], dtype=object)
    parents = rows[rows["parent_uprn"] != ""]
    votes = parents.groupby(["target", "parent_uprn"], as_index=False).size()
    votes = votes.sort_values(
        ["target", "size", "parent_uprn"], ascending=[True, False, True]
    ).drop_duplicates("target")
    own = rows[rows["uprn"] != ""].drop_duplicates(["target", "uprn"])
    own = own.sort_values(["target", "uprn"], kind="stable")
    single = own[~own["target"].duplicated(keep=False)]
    out.loc[single["target"], "uprn"] = single["uprn"].to_numpy()
    out.loc[votes["target"], "uprn"] = votes["parent_uprn"].to_numpy()
    members = _joined(own["target"], own["uprn"], " ").reindex(targets, fill_value="")
    out["members"] = members.where(members != out["uprn"], "")
    return out
