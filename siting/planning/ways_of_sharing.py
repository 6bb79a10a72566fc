"""Ways of sharing out consumers among data centres that want the same: jointly, or in turns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.network import NORMAL, design_network

from ..consumers.heat_networks import HEAT_NETWORK
from .basis import bounded
from .project_tables import nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    from heatreach.network import DesignRules, NetworkPlan

    from .basis import Basis
    from .project_tables import NetworkStudy, SiteNetwork

OUTBID = "what it could heat is heated at less cost from another data centre"
NOR_ALONE = "; alone it would not pay either"


@dataclass(frozen=True, slots=True)
class Sharing:
    """
    What a way of sharing needs beside the networks.

    Attributes
    ----------
    study
        What the networks share.
    room
        Consumers with room for the heat of several sites.
    again
        Plans a site anew, with fewer consumers to serve.
    """

    study: NetworkStudy
    room: frozenset[str]
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str]


def connected_ids(network: SiteNetwork) -> set[str]:
    """
    Consumers that a network serves.

    Parameters
    ----------
    network
        Network of a site.

    Returns
    -------
    ids
        Ids of consumers.
    """
    table = network.connections
    return set(table.loc[table["connected"].astype(bool), "consumer_id"])


def together(sharing: Sharing, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """
    Networks of rivals from one joint design.

    Parameters
    ----------
    sharing
        The study, and how a site is planned anew.
    group
        Networks that want the same consumers.

    Returns
    -------
    networks
        One per site, in their order.
    """
    study = sharing.study
    bases = [network.built.basis for network in group]
    consumers, values = _common_consumers(bases)
    plan = design_network(
        study.attached.graph,
        pd.DataFrame(
            {
                "node": [basis.source for basis in bases],
                "capacity_kw": [basis.rules.capacity_kw for basis in bases],
            }
        ),
        consumers,
        mode="npv",
        catalogue=study.catalogue,
        rules=_common_rules(bases),
        values=values,
        effort=NORMAL,
    )
    return [_share(sharing, plan, number, alone) for number, alone in enumerate(group)]


def _outbid(study: NetworkStudy, alone: SiteNetwork) -> SiteNetwork:
    """No network for a site whose consumers others heat, beside what it would have been alone."""
    reason = OUTBID + (NOR_ALONE if alone.npv < 0.0 else "")
    return nothing(study, alone.built.basis.site, "nothing_worth_connecting", reason)


def _common_consumers(
    bases: list[Basis],
) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """Consumers that any of the sites may serve, and what each is worth to each site."""
    # What a heat network takes, and where it is joined, depends on the site: the most counts here.
    every = pd.concat([basis.consumers for basis in bases], ignore_index=True)
    every = every.sort_values(["id", "peak_kw"], ascending=[True, False], kind="stable")
    consumers = every.drop_duplicates("id").drop(columns="value").reset_index(drop=True)
    values = np.column_stack(
        [
            consumers["id"].map(basis.consumers.set_index("id")["value"]).to_numpy(dtype=float)
            for basis in bases
        ]
    )
    # Out of a site's reach: it would lose more by serving than by leaving the consumer out.
    beyond = -np.nanmax(np.abs(values), axis=1, keepdims=True)
    return consumers, np.where(np.isnan(values), beyond, values)


def _common_rules(bases: list[Basis]) -> DesignRules:
    """Rules that suit all of the sites: the warmest supply, else the mean."""
    every = [basis.rules for basis in bases]
    return replace(
        every[0],
        supply_degc=max(rules.supply_degc for rules in every),
        return_degc=float(np.mean([rules.return_degc for rules in every])),
        loss_value_per_mwh=float(np.mean([rules.loss_value_per_mwh for rules in every])),
        pumping_value_per_kw=float(np.mean([rules.pumping_value_per_kw for rules in every])),
        loss_factor=float(np.mean([rules.loss_factor for rules in every])),
        flow_share=float(np.mean([rules.flow_share for rules in every])),
    )


def _share(sharing: Sharing, plan: NetworkPlan, number: int, alone: SiteNetwork) -> SiteNetwork:
    """Network of one of several sources, or why there is none."""
    study, own, basis = sharing.study, plan.of_source(number), alone.built.basis
    served = own.consumers[own.consumers["connected"]]
    if served.empty:
        return _outbid(study, alone)
    hot = plan.consumers.loc[plan.consumers["use"] == HEAT_NETWORK, "supply_degc"]
    if served["supply_degc"].max() < hot.max():
        # A heat network asked for the joint temperature, and another site feeds it.
        others = set(basis.consumers["id"]) - set(served["id"])
        return _from_what_is_left(sharing, alone, others)
    common = replace(basis, rules=_temperatures_of(own, basis.rules))
    network = common.appraised(study, own)
    if isinstance(network, str):
        return nothing(study, basis.site, "infeasible", network)
    return network


def _temperatures_of(plan: NetworkPlan, rules: DesignRules) -> DesignRules:
    """A site's rules at the temperatures of the joint design."""
    return replace(rules, supply_degc=plan.supply_degc, return_degc=plan.return_degc)


def in_turns(sharing: Sharing, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """
    Networks of rivals, the best site first and the others from what is left.

    Parameters
    ----------
    sharing
        The study, and how a site is planned anew.
    group
        Networks that want the same consumers.

    Returns
    -------
    networks
        One per site, in their order.
    """
    taken: set[str] = set()
    planned: dict[int, SiteNetwork] = {}
    for number in sorted(range(len(group)), key=lambda n: (-group[n].npv, n)):
        planned[number] = _from_what_is_left(sharing, group[number], taken)
        taken |= connected_ids(planned[number]) - sharing.room
    return [planned[number] for number in range(len(group))]


def _from_what_is_left(sharing: Sharing, alone: SiteNetwork, taken: set[str]) -> SiteNetwork:
    """Network of a site for the consumers that others have not taken."""
    study, basis = sharing.study, alone.built.basis
    gone = basis.consumers["id"].isin(taken)
    consumers = basis.consumers[~gone].reset_index(drop=True)
    nobody = _outbid(study, alone)
    if (basis.consumers.loc[gone, "use"] == HEAT_NETWORK).any() and len(consumers):
        # Without the heat network the water need not be as warm: nothing of the plan holds on.
        found = sharing.again(study, basis, consumers)
        return nobody if isinstance(found, str) else bounded(study, found)
    left = replace(basis, consumers=consumers)
    plan = left.designed(study, effort=NORMAL)
    if not plan.consumers["connected"].any():
        return nobody
    found = left.appraised(study, plan)
    return nobody if isinstance(found, str) else found


WAYS = (together, in_turns)
"""Each is tried; the one that is worth most is kept."""
