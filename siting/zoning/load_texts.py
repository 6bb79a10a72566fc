"""What is said of a load that gathers several consumers: its id, name, members and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .ranges import group_sums, text_column

if TYPE_CHECKING:
    import numpy.typing as npt

CONFIDENCE = ("low", "medium", "high")
SEPARATOR = "; "
_OF_LARGEST = ("use", "uprn", "parent_uprn")
"""Columns in which the largest member speaks for the load."""


def largest_members(consumers: pd.DataFrame, load: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """
    Row of the member of each load with most heat.

    Parameters
    ----------
    consumers
        ``annual_heat_mwh``, in order of id.
    load
        Load of each, from 0 without gaps.

    Returns
    -------
    largest
        One per load; ties go to the smallest id.

    Examples
    --------
    >>> heat = pd.DataFrame({"annual_heat_mwh": [1.0, 3.0, 3.0]})
    >>> largest_members(heat, np.array([0, 0, 0])).tolist()
    [1]
    """
    heat = consumers["annual_heat_mwh"].to_numpy(dtype=float)
    order = np.lexsort((np.arange(len(load)), -heat, load))
    found: npt.NDArray[np.int64] = order[np.diff(load[order], prepend=-1) != 0]
    return found


def load_texts(
    consumers: pd.DataFrame, load: npt.NDArray[np.int64], largest: npt.NDArray[np.int64]
) -> dict[str, Any]:
    """
    Columns of text of the table ``anchors``.

    Parameters
    ----------
    consumers
        Members of the loads, in order of id.
    load
        Load of each, from 0 without gaps.
    largest
        As of `largest_members`.

    Returns
    -------
    texts
        ``consumer_id, name, use, uprn, parent_uprn, members, confidence`` and ``demand_source``.
        A load of several goes by the name of its site, if the map has one.
    """
    first, count = consumers.iloc[largest], len(largest)
    return {
        "consumer_id": _load_ids(consumers, load, largest),
        "name": _load_names(consumers, load, largest),
        **{name: text_column(first, name).to_numpy() for name in _OF_LARGEST},
        "members": _members(consumers, load, count),
        "confidence": _confidence(consumers, load, count),
        "demand_source": _joined(text_column(consumers, "demand_source"), load, count),
    }


def _load_names(
    consumers: pd.DataFrame, load: npt.NDArray[np.int64], largest: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Name of the site where one is known and the load is more than one of its buildings."""
    names = text_column(consumers, "name").to_numpy(dtype=object)[largest]
    sites = text_column(consumers, "site_name")
    named = sites[sites != ""].groupby(load[sites.to_numpy() != ""]).min()
    rows = named.index.to_numpy(dtype=np.int64)
    asked = (np.bincount(load, minlength=len(largest))[rows] > 1) | (names[rows] == "")
    names[rows[asked]] = named.to_numpy(dtype=object)[asked]
    return np.asarray(names, dtype=object)


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
    return found.reindex(range(groups), fill_value="").to_numpy(dtype=object, copy=True)


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
