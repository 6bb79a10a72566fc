"""
Tables of one network: its project, its trench sections, who is connected.

A designed network (or the reason why there is none) becomes rows of PROJECTS, EDGES and
CONNECTIONS, with its money and carbon. Which network it is, is decided in `projects`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from heatreach.network import section_table

from ..consumers.heat_networks import HEAT_NETWORK
from .network_energy import network_credits, network_year
from .network_load import appraised_load, served_heat
from .year_tables import energy_by_month, load_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heatreach.network import (
        Catalogue,
        DesignRules,
        NetworkPlan,
        NetworkTemperatures,
    )

    from ..appraisal.conditions import Conditions
    from ..inputs import Inputs
    from ..scenario import Scenario
    from .attached import Attached
    from .basis import Basis
    from .network_energy import Making

BETTER_WITHOUT = (
    "left out: without existing heat networks and their hot water the data centre has a better one"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """
    What a network was made from.

    Attributes
    ----------
    plan, state, energy
        Its design, mean-load state and energies.
    flow_share
        How far its pipes are filled.
    basis
        What the design started from.
    """

    plan: NetworkPlan
    state: NetworkTemperatures
    energy: pd.DataFrame
    flow_share: float
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNetwork:
    """
    The project of one site (one row), its sections and its consumers.

    Attributes
    ----------
    project, edges, connections
        Its tables.
    made
        What it was made from; None where there is no network.
    options
        Every arrangement and supply temperature tried on it; None where none were.
    months, durations
        Its heat by month, and its load sorted; None where there is no network.
    """

    project: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    made: Made | None = None
    options: pd.DataFrame | None = None
    months: pd.DataFrame | None = None
    durations: pd.DataFrame | None = None

    @property
    def built(self) -> Made:
        """What the network was made from; an error where there is none."""
        if self.made is None:
            raise ValueError("this site has no network")
        return self.made

    @property
    def npv(self) -> float:
        """Net present value; 0 where there is no network."""
        return 0.0 if self.made is None else float(self.project["npv"].iloc[0])


@dataclass(frozen=True, slots=True)
class NetworkStudy:
    """What the networks of all sites share."""

    inputs: Inputs
    scenario: Scenario
    conditions: Conditions
    attached: Attached
    catalogue: Catalogue
    consumers: gpd.GeoDataFrame
    making: Making

    @property
    def pipes(self) -> dict[str, Any]:
        """Catalogue and scenario, as the functions of `network_energy` take them."""
        return {"catalogue": self.catalogue, "scenario": self.scenario}


def project_tables(
    study: NetworkStudy,
    site: pd.Series[Any],
    plan: NetworkPlan,
    rules: DesignRules,
    state: NetworkTemperatures,
    energy: pd.DataFrame,
    known: Mapping[str, Any] | None = None,
) -> SiteNetwork:
    """
    Tables of a designed and calculated network.

    Parameters
    ----------
    study
        What the networks share.
    site
        Row of SITES.
    plan, rules, state
        The network, the conditions of its design, its mean-load state.
    energy
        Its machine and energies, one row.
    known
        Figures that are known better than by
        `heatreach.siting.planning.network_load.network_figures`.

    Returns
    -------
    network
        Project, sections and connections.
    """
    edges = section_table(
        plan,
        study.attached.graph,
        catalogue=study.catalogue,
        rules=rules,
        loss_kw=state.loss_kw[1:],
    )
    name = project_id(site["id"])
    numbers = [f"{name}-{row + 1:04d}" for row in range(len(edges))]
    edges = edges.assign(
        project_id=name, site_id=site["id"], edge_id=numbers, hypothetical=site["hypothetical"]
    )
    served = plan.consumers[plan.consumers["connected"]]
    got = served_heat(served, energy)
    year = network_year(energy, served, study.making)
    saved = network_credits(site, year, study.making)
    money = appraised_load(study, plan, rules, state, energy, dict(known or {}) | saved)
    row = money.assign(
        **_lengths(edges),
        project_id=name,
        site_id=site["id"],
        name=site["name"],
        hypothetical=site["hypothetical"],
        consumers=len(served),
        heat_networks=int((served["use"] == HEAT_NETWORK).sum()),
        consumers_in_reach=int(plan.consumers["route_m"].le(rules.reach_m).sum()),
        peak_sum_kw=served["peak_kw"].sum(),
        proven=plan.proven,
        lower_bound=plan.lower_bound,
        gap_share=plan.gap,
        design_objective=plan.objective,
        design_gap=plan.objective - plan.lower_bound,
        supply_degc=rules.supply_degc,
        return_degc=rules.return_degc,
    )
    row["linear_heat_density_mwh_m"] = row["heat_mwh"] / row["trench_m"]
    outline = shapely.union_all(edges.geometry.to_numpy())
    project = gpd.GeoDataFrame(row, geometry=[outline], crs=study.inputs.crs)
    return SiteNetwork(
        project=project,
        edges=edges,
        connections=_connections(study, site, plan, name, state).assign(
            annual_heat_mwh=lambda all_: (
                all_["id"]
                .map(got.set_index("id")["annual_heat_mwh"])
                .fillna(all_["annual_heat_mwh"])
            )
        ),
        months=energy_by_month(year),
        durations=load_duration(year),
    )


def project_id(site_id: str) -> str:
    """
    Identifier of the project of a site.

    Parameters
    ----------
    site_id
        Identifier of the site.

    Returns
    -------
    project_id
        For example ``P-dc1``.
    """
    return f"P-{site_id}"


def _lengths(edges: pd.DataFrame) -> dict[str, float]:
    """Trench lengths of a project."""
    length = edges["length_m"]
    return {
        "trench_m": float(length.sum()),
        "service_m": float(length[edges["kind"] == "service"].sum()),
        "private_m": float(length[edges["private"]].sum()),
    }


def _connections(
    study: NetworkStudy,
    site: pd.Series[Any],
    plan: NetworkPlan,
    name: str,
    state: NetworkTemperatures,
) -> gpd.GeoDataFrame:
    """Every consumer in reach of the site with what the plan decided."""
    arrives = np.full(study.attached.graph.nodes, np.nan)
    arrives[plan.tree.node] = state.supply_degc
    frame = _decided(study, site, plan.consumers)
    connected = frame["connected"].to_numpy()
    return frame.assign(
        project_id=np.where(connected, name, ""),
        supply_at_consumer_degc=np.where(connected, arrives[frame["node"].to_numpy()], np.nan),
    )


def _decided(
    study: NetworkStudy, site: pd.Series[Any], consumers: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Consumers near the site, connected or not."""
    frame = gpd.GeoDataFrame(consumers, geometry="geometry", crs=study.inputs.crs)
    near = frame.distance(site.geometry) <= study.scenario.search.radius_m
    frame = frame[near.to_numpy()].reset_index(drop=True)
    return frame.assign(
        consumer_id=frame["id"], site_id=site["id"], hypothetical=site["hypothetical"]
    )


def with_left_aside(
    study: NetworkStudy, network: SiteNetwork, site: pd.Series[Any], aside: gpd.GeoDataFrame
) -> SiteNetwork:
    """
    A network with the existing heat networks that it is better without.

    Parameters
    ----------
    study
        What the networks share.
    network
        Designed without them.
    site
        Row of SITES.
    aside
        Rows of CONSUMERS with ``use`` ``heat_network``.

    Returns
    -------
    whole
        The same network; each of them is an unconnected row of its connections with the reason.
    """
    rows = _decided(
        study, site, aside.assign(connected=False, reason=BETTER_WITHOUT, route_m=np.nan)
    ).assign(project_id="")
    together = pd.concat([pd.DataFrame(network.connections), pd.DataFrame(rows)], ignore_index=True)
    connections = gpd.GeoDataFrame(together, geometry="geometry", crs=study.inputs.crs)
    return replace(network, connections=connections)


def nothing(study: NetworkStudy, site: pd.Series[Any], status: str, reason: str) -> SiteNetwork:
    """
    Tables of a site without a network.

    Parameters
    ----------
    study
        What the networks share.
    site
        Row of SITES.
    status, reason
        Why there is none.

    Returns
    -------
    network
        A project without figures, no sections, everybody unconnected.
    """
    crs = study.inputs.crs
    row = {
        "project_id": project_id(site["id"]),
        "site_id": site["id"],
        "name": site["name"],
        "hypothetical": site["hypothetical"],
        "status": status,
        "reason": reason,
        "consumers": 0,
        "source_kw": site["source_kw"],
    }
    near = _decided(
        study,
        site,
        study.consumers.assign(connected=False, reason=reason, route_m=np.nan),
    )
    return SiteNetwork(
        project=gpd.GeoDataFrame([row], geometry=[None], crs=crs),
        edges=gpd.GeoDataFrame({"project_id": []}, geometry=[], crs=crs),
        connections=near.assign(project_id=""),
    )
