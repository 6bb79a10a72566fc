"""
What a network design starts from, and the appraised network that comes of it.

A basis holds one site's consumers with their values and the rules of the design. The network room
designs on it; temperatures, energies and money then follow, and with them the next basis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.network import NORMAL, design_network, flow_share

from .network_energy import mean_state, network_supply
from .operation import operated_network, priced_warmth
from .project_tables import Made, project_tables, with_left_aside

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from heatreach.network import DesignRules, Effort, NetworkPlan, NetworkTemperatures

    from .operation import OperatedNetwork
    from .project_tables import NetworkStudy, SiteNetwork


@dataclass(frozen=True, slots=True)
class Basis:
    """
    One site, the consumers it may serve with what each is worth, and the rules of the design.

    Attributes
    ----------
    site
        Row of SITES.
    source
        Graph node of the site.
    consumers
        Consumers in reach with terms and ``value``.
    rules
        Conditions of the design.
    premium_share
        How much dearer than its tariff heat is taken to sell.
    aside
        Existing heat networks that the site does better without; None where there are none.
    """

    site: pd.Series[Any]
    source: int
    consumers: gpd.GeoDataFrame
    rules: DesignRules
    premium_share: float
    aside: gpd.GeoDataFrame | None = None

    def designed(self, study: NetworkStudy, *, effort: Effort) -> NetworkPlan:
        """Network for this basis."""
        # The values hold the premium; so must the price from which a break-even is counted.
        dearer = self.consumers["tariff_per_mwh"] * (1.0 + self.premium_share)
        plan = design_network(
            study.attached.graph,
            self.source,
            self.consumers.assign(tariff_per_mwh=dearer),
            mode="npv",
            catalogue=study.catalogue,
            rules=self.rules,
            effort=effort,
        )
        tariff = self.consumers["tariff_per_mwh"].to_numpy()
        return replace(plan, consumers=plan.consumers.assign(tariff_per_mwh=tariff))

    def appraised(self, study: NetworkStudy, plan: NetworkPlan) -> SiteNetwork | str:
        """Project of a plan, or why the site cannot supply it."""
        state = mean_state(plan, study.attached.graph, rules=self.rules, **study.pipes)
        energy = network_supply(self.site, plan, state, study.making)
        if energy["status"].iloc[0] != "ok":
            return str(energy["reason"].iloc[0])
        return self.tables(study, plan, state, energy)

    def tables(
        self,
        study: NetworkStudy,
        plan: NetworkPlan,
        state: NetworkTemperatures,
        energy: pd.DataFrame,
        figures: Mapping[str, Any] | None = None,
    ) -> SiteNetwork:
        """Project of a plan with known temperatures and energies, and figures known better."""
        network = project_tables(study, self.site, plan, self.rules, state, energy, figures)
        network.project["design_premium_share"] = self.premium_share
        if self.aside is not None:
            network = with_left_aside(study, network, self.site, self.aside)
        share = flow_share(plan.edges, study.catalogue, self.rules)
        made = Made(plan=plan, state=state, energy=energy, flow_share=share, basis=self)
        return replace(network, made=made)

    def operated(self, study: NetworkStudy, network: SiteNetwork) -> SiteNetwork:
        """A final network checked on the design day and over the year, put right if need be."""
        made = network.built
        plan = made.plan
        warmth = priced_warmth(
            made.energy,
            lambda degc: network_supply(
                self.site, plan, made.state, study.making, supply_degc=degc
            ),
            scenario=study.scenario,
            conditions=study.conditions,
        )
        now = float(made.state.supply_degc[0])
        for allowed in (warmth, replace(warmth, most_degc=now)):
            found = operated_network(
                plan,
                study.attached.graph,
                rules=self.rules,
                hours=study.making.hours,
                source_degc=now,
                warmth=allowed,
                **study.pipes,
            )
            state, energy = made.state, made.energy
            if found.plan is not plan:
                state, energy = self._changed(study, found)
            if energy["status"].iloc[0] == "ok":
                break
        table = self.tables(study, found.plan, state, energy, found.figures)
        return replace(table, connections=_joined(table.connections, found.consumers))

    def _changed(
        self, study: NetworkStudy, found: OperatedNetwork
    ) -> tuple[NetworkTemperatures, pd.DataFrame]:
        """Temperatures and energies of a network that was put right."""
        state = mean_state(
            found.plan,
            study.attached.graph,
            rules=self.rules,
            source_least_degc=found.source_degc,
            **study.pipes,
        )
        return state, network_supply(self.site, found.plan, state, study.making)


def _joined(connections: gpd.GeoDataFrame, consumers: pd.DataFrame) -> gpd.GeoDataFrame:
    """CONNECTIONS with what reaches each consumer."""
    found = consumers.reindex(connections["consumer_id"])
    return connections.assign(**{str(name): found[name].to_numpy() for name in found})


def bounded(study: NetworkStudy, network: SiteNetwork) -> SiteNetwork:
    """
    A network designed with more effort and a bound; the better of the two, with that bound.

    Parameters
    ----------
    study
        What the networks share.
    network
        Designed with little effort.

    Returns
    -------
    network
        With ``lower_bound`` and gap; one without a plan is given back.
    """
    if network.made is None:
        return network
    made = network.made
    basis = made.basis
    plan = basis.designed(study, effort=NORMAL)
    if plan.consumers["connected"].any():
        again = basis.appraised(study, plan)
        if not isinstance(again, str) and again.npv >= network.npv:
            return again
    lower = min(plan.lower_bound, made.plan.objective)
    gap = made.plan.objective / lower - 1.0 if lower > 0.0 else np.inf
    kept = replace(made.plan, lower_bound=lower, gap=gap, proven=False)
    return basis.tables(study, kept, made.state, made.energy)
