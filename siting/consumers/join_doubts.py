"""
What should be looked at after demand tables were joined.

Rows that belong to nobody or stand at no building, rows that may be one property twice, buildings
of which only a part is told, and heat out of proportion to the estimate that it replaces: each told
with counts and the first register numbers, per file. Nothing is changed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import Problem
from ..reading.findings import ROWS_SHOWN, printable, shorten
from .building_use import siting_rule
from .flats import KINDS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Mask = npt.NDArray[np.bool_]


def rows_doubts(rows: pd.DataFrame, mask: Mask, what: str) -> list[Problem]:
    """
    Doubt some rows, the first of them named.

    Parameters
    ----------
    rows
        ``file`` and ``label`` (how a row is called) of each row.
    mask
        True for the rows that are doubted.
    what
        What is the matter with them.

    Returns
    -------
    doubts
        One per file.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"file": "a.csv", "label": ["11", "12"]})
    >>> print(rows_doubts(rows, np.array([False, True]), "belong to nobody")[0].what)
    1 rows belong to nobody: 12
    """
    advice = "check register numbers and places"
    return [
        Problem(
            file=str(file),
            where="",
            what=f"{len(some):,} rows {what}: {_named(some)}",
            advice=advice,
        )
        for file, some in rows[mask].groupby("file", sort=True)
    ]


def _named(rows: pd.DataFrame) -> str:
    """First register numbers, ids or places of some rows."""
    labels = rows["label"].to_numpy(dtype=object)
    names = [shorten(text or "without number or id") for text in labels]
    distinct = list(dict.fromkeys(names))
    more = ", …" if len(distinct) > ROWS_SHOWN else ""
    return ", ".join(distinct[:ROWS_SHOWN]) + more


def repeated_doubts(rows: pd.DataFrame) -> list[Problem]:
    """
    Doubt rows of one kind at one place without register number, which may be one property twice.

    Parameters
    ----------
    rows
        ``file``, ``kind``, ``uprn``, ``id``, ``name``, ``label`` and ``place`` (any text, blank
        where not known) of rows of demand.

    Returns
    -------
    doubts
        One per file.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"file": "a.csv", "kind": "epc", "uprn": "", "id": "",
    ...     "name": "", "label": ["flat 1", "flat 1"], "place": "60.51,24.95"})
    >>> print(repeated_doubts(rows)[0].what.split(",")[0])
    2 rows of one kind are at the same place
    """
    asked = rows[(rows["uprn"] == "") & ((rows["id"] != "") | (rows["place"] != ""))]
    twice = asked[["kind", "id", "name", "place"]].duplicated(keep=False)
    mask = twice.reindex(rows.index, fill_value=False).to_numpy(dtype=bool)
    what = "of one kind are at the same place, without a number to tell them apart, and added up"
    return rows_doubts(rows, mask, what)


def part_doubts(
    consumers: gpd.GeoDataFrame, words: pd.Series[str], files: pd.Series[str]
) -> list[Problem]:
    """
    Doubt heat of a building of which tables hold a part only.

    Parameters
    ----------
    consumers
        CONSUMERS of which a rest is estimated, with ``id``.
    words
        How much that rest is.
    files
        Kinds and files that tell the part.

    Returns
    -------
    doubts
        One per kind and file.
    """
    problems = []
    for file, some in consumers.groupby(files, sort=True):
        first = some.head(ROWS_SHOWN)
        names = [f"{shorten(name)} ({words.loc[row]})" for row, name in first["id"].items()]
        more = ", …" if len(some) > ROWS_SHOWN else ""
        what = (
            f"{len(some):,} consumers are told of in part only, the rest is estimated: "
            f"{', '.join(names)}{more}"
        )
        advice = "are all properties of the building listed?"
        problems.append(Problem(file=printable(str(file)), where="", what=what, advice=advice))
    return problems


def ratio_doubts(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[Problem]:
    """
    Doubt heat that tables brought and that is out of proportion to the estimate it replaces.

    Parameters
    ----------
    before, after
        CONSUMERS before and after the tables were joined, in one order.

    Returns
    -------
    doubts
        One per table and side.
    """
    low, high = siting_rule("joined", "ratio_min"), siting_rule("joined", "ratio_max")
    old = before["annual_heat_mwh"].to_numpy(dtype=float)
    new = after["annual_heat_mwh"].to_numpy(dtype=float)
    kinds = tuple(f"{kind}: " for kind in KINDS)
    told = _told_by(after, kinds).str.startswith(kinds).to_numpy()
    ratio = np.divide(new, old, out=np.ones(len(new)), where=(old > 0.0) & told)
    problems = []
    for mask, what, advice in (
        (
            ratio < low,
            f"less than {low:g} times",
            "are all properties of the building listed?",
        ),
        (
            ratio > high,
            f"more than {high:g} times",
            "is the heat in the unit of its column?",
        ),
    ):
        for files, some in after[mask].groupby(_told_by(after[mask], kinds), sort=True):
            names = ", ".join(shorten(name) for name in some["id"].tolist()[:ROWS_SHOWN])
            more = ", …" if len(some) > ROWS_SHOWN else ""
            text = f"heat of {len(some):,} consumers is {what} its estimate: {names}{more}"
            problems.append(Problem(file=printable(str(files)), where="", what=text, advice=advice))
    return problems


def _told_by(consumers: gpd.GeoDataFrame, kinds: tuple[str, ...]) -> pd.Series[str]:
    """Table that gave the heat of each consumer, else its floor area."""
    heat = consumers["demand_source"].str.startswith(kinds)
    by: pd.Series[str] = consumers["demand_source"].where(heat, consumers["area_source"])
    return by
