"""
EDGES: the trench sections of a designed network as a table with lines.

The tree of a plan has one edge per street segment. For people, consecutive segments of one street
with one flow and one pipe are one section.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from heatreach.thermo import (
    HOURS_PER_YEAR,
    density_kg_m3,
    pressure_gradient_pa_m,
    velocity_m_s,
)

from .streets import SERVICE_PIPE

if TYPE_CHECKING:
    import numpy.typing as npt

    from .catalogue import Catalogue
    from .design import DesignRules
    from .designing.plan_tables import NetworkPlan
    from .flows import Tree
    from .streets import StreetGraph

SUMS = ("length_m", "loss_mwh", "capex", "capex_low", "capex_high")


def section_table(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    loss_kw: npt.NDArray[np.float64],
) -> gpd.GeoDataFrame:
    """
    Trench sections of a plan.

    Parameters
    ----------
    plan
        The designed network.
    streets
        The graph it was designed on.
    catalogue
        Pipes of the design.
    rules
        Conditions of the design.
    loss_kw
        Mean heat loss of the edge towards each tree node but the root [kW], shape (edges,).

    Returns
    -------
    sections
        EDGES without ``project_id``, ``site_id`` and ``edge_id``, from the source outwards.
    """
    tree = plan.tree
    detail = _details(plan, streets, catalogue, rules).assign(
        loss_mwh=loss_kw * HOURS_PER_YEAR / 1e3
    )
    label = _section_of(tree, streets, plan.edges)
    grouped = detail.groupby(label, sort=True)
    table = grouped.first()
    table[list(SUMS)] = grouped[list(SUMS)].sum()
    table["loss_w_m"] = table["loss_mwh"] / HOURS_PER_YEAR * 1e6 / table["length_m"]
    lines = _lines(tree, streets, label)
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=lines, crs=streets.crs)


def _details(
    plan: NetworkPlan, streets: StreetGraph, catalogue: Catalogue, rules: DesignRules
) -> pd.DataFrame:
    """Columns of EDGES per tree edge."""
    edges = plan.edges
    edge, size = edges["edge"].to_numpy(), edges["size"].to_numpy()
    middle = (rules.supply_degc + rules.return_degc) / 2.0
    flow, bore = edges["flow_kg_s"].to_numpy(), catalogue.inner_diameter_mm[size]
    road_class = streets.of_way("highway")[edge]
    gradient = pressure_gradient_pa_m(
        flow, bore, temperature_degc=middle, roughness_mm=catalogue.roughness_mm
    )
    return pd.DataFrame(
        {
            "kind": np.where(road_class == SERVICE_PIPE, "service", "street"),
            "road_class": road_class,
            "length_m": edges["length_m"],
            "consumers": edges["consumers"],
            "peak_sum_kw": edges["peak_sum_kw"],
            "peak_kw": edges["peak_kw"],
            "dn": catalogue.dn[size],
            "flow_kg_s": flow,
            "velocity_m_s": velocity_m_s(flow, bore, density_kg_m3(middle)),
            "gradient_pa_m": gradient,
            "surface_class": np.where(edges["hard"], "hard", "soft"),
            "crossing": edges["crossing"],
            "private": streets.of_way("private")[edge].astype(bool),
            "cost_factor": streets.of_way("cost_factor")[edge].astype(float),
            "capex": edges["capex"],
            "capex_low": edges["capex_low"],
            "capex_high": edges["capex_high"],
        }
    )


def _section_of(tree: Tree, streets: StreetGraph, edges: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Section of each tree node but the root: the tree node at which it begins."""
    nodes = len(tree.node)
    children = np.bincount(tree.parent[1:], minlength=nodes)
    way = np.where(tree.edge >= 0, streets.way[tree.edge], -1)
    crossing = np.concatenate([[""], edges["crossing"].to_numpy()])
    size = np.concatenate([[-1], edges["size"].to_numpy()])
    parent = tree.parent
    begins = (
        (parent == 0)
        | (children[parent] != 1)
        | (way != way[parent])
        | (crossing != crossing[parent])
        | (size != size[parent])
    )
    section = np.arange(nodes)
    for level in tree.levels():
        section[level] = np.where(begins[level], section[level], section[parent[level]])
    return section[1:]


def _lines(
    tree: Tree, streets: StreetGraph, section: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Line of each section in order of its number, from the source outwards."""
    distinct, which = np.unique(section, return_inverse=True)
    nodes = np.concatenate([tree.node[tree.parent[distinct]], tree.node[1:]])
    owner = np.concatenate([np.arange(len(distinct)), which])
    order = np.argsort(owner, kind="stable")
    xy = np.column_stack([streets.x[nodes[order]], streets.y[nodes[order]]])
    return np.asarray(shapely.linestrings(xy, indices=owner[order]), dtype=object)
