"""
Sites that hold several buildings, and map objects that are mapped twice.

The buildings of one hospital, university or school carry the id of the site they stand on, so
that they can be summed to one load. Which sites count is told by the rule ``campus`` of
``data/building_tags.csv``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .tag_rules import first_rule, siting_rule, tag_values

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

_PLAIN = ("building", "yes")


def covered_pairs(
    geometry: npt.NDArray[np.object_], ids: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """
    Outlines that a bigger outline, or the same one with a lower id, covers, and that one.

    Parameters
    ----------
    geometry
        Outlines in a metric coordinate system.
    ids
        Their ids as text; they break ties, so that the order of rows changes nothing.

    Returns
    -------
    one, other
        Rows of the covered and of the covering outline of each pair.

    Examples
    --------
    >>> boxes = np.array([shapely.box(0, 0, 9, 9), shapely.box(0, 0, 9, 9.5)])
    >>> [int(row.item()) for row in covered_pairs(boxes, np.array(["a", "b"], dtype=object))]
    [0, 1]
    """
    area = shapely.area(geometry)
    one, other = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    pairs = one != other
    one, other = one[pairs], other[pairs]
    lesser = (area[one] < area[other]) | ((area[one] == area[other]) & (ids[one] > ids[other]))
    one, other = one[lesser], other[lesser]
    shared = shapely.area(shapely.intersection(geometry[one], geometry[other]))
    covered = shared > siting_rule("outbuilding", "covered_share") * area[one]
    return one[covered], other[covered]


def with_tags_of_twins(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Buildings, each with the tags of a slightly smaller outline of the same building as well.

    Parameters
    ----------
    buildings
        ``osm_id``, ``tags`` and geometry in a metric coordinate system, ordered by id.

    Returns
    -------
    joined
        New frame. Own tags go first, but for a plain ``building=yes``; a part, an outbuilding and
        a structure give none. All rows stay: which of the outlines counts is decided elsewhere.
    """
    tags = list(buildings["tags"])
    geometry = buildings.geometry.to_numpy()
    area = shapely.area(geometry)
    one, other = covered_pairs(geometry, buildings["osm_id"].to_numpy(dtype=object))
    unfit = tag_values(tags, "building:part") != ""
    for rule in ("drop", "drop_unless_used"):
        unfit = unfit | (first_rule(tags, rule)["by"] != "").to_numpy()
    twins = (area[one] >= siting_rule("outbuilding", "twin_share") * area[other]) & ~unfit[one]
    order = np.lexsort((one[twins], other[twins]))
    for small, big in zip(one[twins][order], other[twins][order], strict=True):
        more = dict(tags[small])
        if tags[big].get("building") != "yes":
            more.pop("building", None)
        plain = {key: text for key, text in tags[big].items() if (key, text) != _PLAIN}
        tags[big] = {"building": "yes", **more, **plain}
    return buildings.assign(tags=pd.Series(tags, index=buildings.index, dtype=object))


def without_doubles(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Areas of one kind ordered by id, each once.

    Parameters
    ----------
    areas
        ``osm_id`` and geometry in a metric coordinate system, all of one kind.

    Returns
    -------
    single
        New frame; of areas mapped twice (as way and relation) the bigger, else the lower id.
    """
    ordered = areas.sort_values("osm_id", kind="stable").reset_index(drop=True)
    ids = ordered["osm_id"].to_numpy(dtype=object)
    twice = covered_pairs(ordered.geometry.to_numpy(), ids)[0]
    return ordered.drop(index=np.unique(twice)).reset_index(drop=True)


def site_names(site_id: pd.Series[str], areas: gpd.GeoDataFrame) -> pd.Series[str]:
    """
    Name that the map gives to the site that each consumer stands on.

    Parameters
    ----------
    site_id
        As of `site_ids`.
    areas
        Sites with ``osm_id`` and ``tags``.

    Returns
    -------
    names
        Indexed like `site_id`; blank without a site, or where its outline has no name.

    Examples
    --------
    >>> areas = pd.DataFrame({"osm_id": ["way/7"], "tags": [{"name": "North Campus"}]})
    >>> site_names(pd.Series(["way/7", ""]), areas).tolist()
    ['North Campus', '']
    >>> site_names(pd.Series(["", ""]), areas.iloc[:0]).tolist()
    ['', '']
    """
    names = pd.Series(tag_values(list(areas["tags"]), "name"), index=areas["osm_id"], dtype=object)
    named = names[~names.index.duplicated()].to_dict()
    found = [named.get(site, "") for site in site_id]
    return pd.Series(found, index=site_id.index, dtype=str)


def site_ids(consumers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series[str]:
    """
    Id of the site that each consumer stands on; blank where it stands on none.

    Parameters
    ----------
    consumers
        ``id`` and geometry in a metric coordinate system.
    areas
        Sites with ``osm_id``, ``tags`` and geometry in the same system.

    Returns
    -------
    ids
        Indexed like `consumers`. Of nested sites the largest counts, because it is the one that
        could be served as one load; of equal ones that with the smallest id.
    """
    wanted = (first_rule(list(areas["tags"]), "campus")["by"] != "").to_numpy()
    sites = areas[wanted]
    polygons, names = sites.geometry.to_numpy(), sites["osm_id"].to_numpy(dtype=object)
    inside = shapely.point_on_surface(consumers.geometry.to_numpy())
    place, site = shapely.STRtree(polygons).query(inside, predicate="intersects")
    order = np.lexsort((names[site].astype(str), -shapely.area(polygons)[site], place))
    place, site = place[order], site[order]
    first = np.diff(place, prepend=-1) != 0
    found = np.full(len(consumers), "", dtype=object)
    found[place[first]] = names[site[first]]
    return pd.Series(found, index=consumers.index, dtype=str)
