"""
What a planner needs to know of each way, from its tags.

Tags are those of OpenStreetMap, of an extract or of user lines that carry them; what is not tagged
is an ordinary paved street. Which classes carry pipes is a table (``road_classes``), the price of
crossings another (``crossings``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import load_table, wide

from .errors import StreetError

if TYPE_CHECKING:
    import numpy.typing as npt

WAY_COLUMNS = (
    *("way_id", "highway", "name", "surface_class", "private", "bridge", "tunnel"),
    *("cost_factor", "connectable", "crosses", "oneway"),
)
PRIVATE_ACCESS = ("private", "no", "customers", "permit", "delivery", "military")
NOT_A_TUNNEL = ("", "no", "building_passage", "culvert")
HIGHEST_LAYER = 5
"""OpenStreetMap counts layers from -5 to 5; larger numbers are some other kind of layer."""


def _text(tags: pd.DataFrame, column: str) -> pd.Series:
    """One tag as text, blank where absent."""
    if column not in tags:
        return pd.Series("", index=tags.index)
    return tags[column].fillna("").astype(str)


def carries_pipes(tags: pd.DataFrame, *, paths: bool) -> npt.NDArray[np.bool_]:
    """
    Whether each way may carry a pipe; ways without a class are ordinary streets.

    Parameters
    ----------
    tags
        One row per way with OpenStreetMap tags as columns; absent columns read as untagged.
    paths
        Whether footways, paths and tracks may carry pipes too.

    Returns
    -------
    carries
        One value per way.
    """
    classes = load_table("road_classes").set_index("highway")["use"]
    highway = _text(tags, "highway")
    use = highway.map(classes).fillna("never").where(highway != "", "default")
    allowed = use.isin(["default", "second_pass"] if paths else ["default"])
    return (allowed & (_text(tags, "area") != "yes")).to_numpy()


def way_attributes(tags: pd.DataFrame) -> pd.DataFrame:
    """
    What the planner needs to know of each street, from its tags.

    Parameters
    ----------
    tags
        One row per way with OpenStreetMap tags as columns; absent columns read as untagged.

    Returns
    -------
    ways
        Columns ``WAY_COLUMNS``, index 0…n-1. ``cost_factor`` multiplies the trench cost: the
        user's own factor, times those of a bridge, tunnel or private road.
    """
    factors = wide("crossings")["cost_factor"]
    bridge = ~_text(tags, "bridge").isin(["", "no"])
    passage = _text(tags, "tunnel") == "building_passage"
    tunnel = ~_text(tags, "tunnel").isin(NOT_A_TUNNEL)
    private = _text(tags, "access").isin(PRIVATE_ACCESS)
    given = _given_factor(tags)
    factor = (
        given
        * np.where(bridge, factors["bridge"], 1.0)
        * np.where(tunnel, factors["tunnel"], 1.0)
        * np.where(passage, factors["building_passage"], 1.0)
        * np.where(private, factors["private_road"], 1.0)
    )
    ways = pd.DataFrame(
        {
            "way_id": tags["way_id"] if "way_id" in tags else np.arange(len(tags)),
            "highway": _text(tags, "highway"),
            "name": _text(tags, "name"),
            "surface_class": surface_class(tags),
            "private": private,
            "bridge": bridge,
            "tunnel": tunnel | passage,
            "cost_factor": factor,
            "connectable": ~(bridge | tunnel | passage),
            "crosses": "",
            "oneway": _oneway(tags),
        }
    )
    return ways.reset_index(drop=True)


def _oneway(tags: pd.DataFrame) -> npt.NDArray[np.int64]:
    """1 where traffic runs only as drawn, -1 only against it, 0 both ways or around a circle."""
    tag = _text(tags, "oneway").str.lower()
    around = _text(tags, "junction").isin(["roundabout", "circular"])
    against = tag.isin(["-1", "reverse"])
    way = np.where(tag.isin(["yes", "true", "1", "1.0"]), 1, np.where(against, -1, 0))
    return np.where(around, 0, way).astype(np.int64)


def _given_factor(tags: pd.DataFrame) -> pd.Series:
    """The user's own cost factor of each way, 1 where there is none."""
    if "cost_factor" not in tags:
        return pd.Series(1.0, index=tags.index)
    given = tags["cost_factor"].astype(float).fillna(1.0)
    if not ((given > 0.0) & np.isfinite(given)).all():
        raise StreetError(f"cost_factor must be above 0; the smallest is {given.min():g}")
    return given


def surface_class(tags: pd.DataFrame) -> pd.Series:
    """Paved (``hard``) or unpaved (``soft``) ground of each way, by surface tag, else by class."""
    by_surface = load_table("surfaces").set_index("surface")["surface_class"]
    by_class = load_table("road_classes").set_index("highway")["surface_class"]
    tagged = _text(tags, "surface").map(by_surface)
    return tagged.fillna(_text(tags, "highway").map(by_class)).fillna("hard")


def levels(tags: pd.DataFrame) -> npt.NDArray[np.int64]:
    """
    Level above ground of each way.

    Parameters
    ----------
    tags
        One row per way with OpenStreetMap tags as columns; absent columns read as untagged.

    Returns
    -------
    level
        The tag ``layer`` where it is a number from -5 to 5, else 1 for bridges, -1 for tunnels and
        0 otherwise.
    """
    layer = pd.to_numeric(_text(tags, "layer"), errors="coerce").to_numpy(dtype=float)
    tunnel = ~_text(tags, "tunnel").isin(NOT_A_TUNNEL)
    bridge = ~_text(tags, "bridge").isin(["", "no"])
    usual = np.where(bridge, 1, np.where(tunnel, -1, 0))
    level = np.where(np.abs(layer) <= HIGHEST_LAYER, np.round(np.nan_to_num(layer)), usual)
    return level.astype(np.int64)
