"""
Sites that want the same consumers, planned together.

Planned each by itself, two data centres may both count on one hospital. Such sites are handed to
the network room at once, with what each consumer is worth to each of them, and every consumer goes
where the whole gains most. The result must beat taking turns (the best site first, the others from
what it leaves), or turns are taken. Either way each network is then designed with a bound.

An existing heat network can take heat from several data centres. As long as its load never falls
below what all of them would feed in, none is in the others' way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.network import NORMAL, design_network

from ..consumers.heat_networks import HEAT_NETWORK
from .project_options import best_supplied
from .project_tables import nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    from heatreach.network import DesignRules, NetworkPlan

    from .basis import Basis
    from .project_tables import NetworkStudy, SiteNetwork

OUTBID = "what it could heat is heated at less cost from another data centre"


@dataclass(frozen=True, slots=True)
class _Sharing:
    """The study, networks with room for all, and how a site is planned anew with fewer to serve."""

    study: NetworkStudy
    room: frozenset[str]
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str]


def planned_jointly(
    study: NetworkStudy,
    alone: list[SiteNetwork],
    *,
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str],
) -> list[SiteNetwork]:
    """
    Networks of all sites, every consumer in one of them at most, each with a bound.

    Parameters
    ----------
    study
        What the networks share.
    alone
        Network of each site as if the others were not built.
    again
        Plans a site anew for some of the consumers of its basis.

    Returns
    -------
    networks
        In the same order; ``npv_alone`` and ``consumers_alone`` say what each would be alone,
        ``shared_with`` which sites it was planned with.
    """
    alone = [_bounded(study, one) for one in alone]
    sharing = _Sharing(study, _with_room_for_all(alone), again)
    room = sharing.room
    networks, groups = list(alone), _rivals(alone, [[n] for n in range(len(alone))], room)
    done: list[list[int]] = [[n] for n in range(len(alone))]
    while True:
        for group in groups:
            if group not in done:
                done.append(group)
                shared = _shared_out(sharing, [alone[number] for number in group])
                for number, network in zip(group, shared, strict=True):
                    networks[number] = network
        # Who loses a consumer may turn to one that a third site serves.
        wider = _rivals(networks, groups, room)
        if len(wider) == len(groups):
            break
        groups = wider
    mates = {number: [alone[n] for n in group] for group in groups for number in group}
    for number, network in enumerate(networks):
        others = [other for other in networks if other is not network]
        taken = frozenset().union(*map(_connected_ids, others)) - room
        networks[number] = _final(study, network, alone[number], mates[number], taken)
    return networks


def _final(
    study: NetworkStudy,
    network: SiteNetwork,
    alone: SiteNetwork,
    group: list[SiteNetwork],
    taken: frozenset[str],
) -> SiteNetwork:
    """A network at its best temperature, as it will run, beside what it would be alone."""
    final = best_supplied(study, network, taken=taken)
    if len(group) == 1:
        alone = final
    elif alone.made is not None:
        alone = alone.made.basis.operated(study, alone)
    return _beside_alone(final, alone, group)


def _with_room_for_all(alone: list[SiteNetwork]) -> frozenset[str]:
    """Existing heat networks whose load never falls below what all sites in reach would feed in."""
    bases = [network.made.basis.consumers for network in alone if network.made is not None]
    fed = [table[table["use"] == HEAT_NETWORK] for table in bases]
    fed = [table[["id", "peak_kw", "network_least_kw"]] for table in fed if len(table)]
    if not fed:
        return frozenset()
    asked = pd.concat(fed).groupby("id").agg({"peak_kw": "sum", "network_least_kw": "min"})
    return frozenset(asked.index[asked["peak_kw"] <= asked["network_least_kw"]])


def _rivals(
    networks: list[SiteNetwork], groups: list[list[int]], room: frozenset[str]
) -> list[list[int]]:
    """Groups joined where networks of different groups serve the same consumer."""
    wants = [_connected_ids(network) - room for network in networks]
    joined: list[list[int]] = []
    for group in groups:
        own = set().union(*(wants[number] for number in group))
        touched = [
            other
            for other in joined
            if not own.isdisjoint(set().union(*(wants[number] for number in other)))
        ]
        merged = sorted(sum(touched, group))
        joined = [*(other for other in joined if other not in touched), merged]
    return joined


def _connected_ids(network: SiteNetwork) -> set[str]:
    """Consumers that a network serves."""
    table = network.connections
    return set(table.loc[table["connected"].astype(bool), "consumer_id"])


def _bounded(study: NetworkStudy, network: SiteNetwork) -> SiteNetwork:
    """A network designed with more effort and a bound; the better of the two, with that bound."""
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


def _shared_out(sharing: _Sharing, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals, by the way of sharing that is worth most."""
    ways = (_together(sharing, group), _in_turns(sharing, group))
    return max(ways, key=_gain)


def _gain(networks: list[SiteNetwork]) -> tuple[float, float]:
    """What networks gain together; those that lose need not be built, but should lose little."""
    npv = [network.npv for network in networks]
    return sum(max(value, 0.0) for value in npv), sum(npv)


def _together(sharing: _Sharing, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals from one joint design."""
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
    return [_share(sharing, plan, number, basis) for number, basis in enumerate(bases)]


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


def _share(sharing: _Sharing, plan: NetworkPlan, number: int, basis: Basis) -> SiteNetwork:
    """Network of one of several sources, or why there is none."""
    study, own = sharing.study, plan.of_source(number)
    served = own.consumers[own.consumers["connected"]]
    if served.empty:
        return nothing(study, basis.site, "nothing_worth_connecting", OUTBID)
    hot = plan.consumers.loc[plan.consumers["use"] == HEAT_NETWORK, "supply_degc"]
    if served["supply_degc"].max() < hot.max():
        # A heat network asked for the joint temperature, and another site feeds it.
        others = set(basis.consumers["id"]) - set(served["id"])
        return _from_what_is_left(sharing, basis, others)
    common = replace(basis, rules=_temperatures_of(own, basis.rules))
    network = common.appraised(study, own)
    if isinstance(network, str):
        return nothing(study, basis.site, "infeasible", network)
    return network


def _temperatures_of(plan: NetworkPlan, rules: DesignRules) -> DesignRules:
    """A site's rules at the temperatures of the joint design."""
    return replace(rules, supply_degc=plan.supply_degc, return_degc=plan.return_degc)


def _in_turns(sharing: _Sharing, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals, the best site first and the others from what is left."""
    taken: set[str] = set()
    planned: dict[int, SiteNetwork] = {}
    for number in sorted(range(len(group)), key=lambda n: (-group[n].npv, n)):
        planned[number] = _from_what_is_left(sharing, group[number].built.basis, taken)
        taken |= _connected_ids(planned[number]) - sharing.room
    return [planned[number] for number in range(len(group))]


def _from_what_is_left(sharing: _Sharing, basis: Basis, taken: set[str]) -> SiteNetwork:
    """Network of a site for the consumers that others have not taken."""
    study = sharing.study
    gone = basis.consumers["id"].isin(taken)
    consumers = basis.consumers[~gone].reset_index(drop=True)
    nobody = nothing(study, basis.site, "nothing_worth_connecting", OUTBID)
    if (basis.consumers.loc[gone, "use"] == HEAT_NETWORK).any() and len(consumers):
        # Without the heat network the water need not be as warm: nothing of the plan holds on.
        found = sharing.again(study, basis, consumers)
        return nobody if isinstance(found, str) else _bounded(study, found)
    left = replace(basis, consumers=consumers)
    plan = left.designed(study, effort=NORMAL)
    if not plan.consumers["connected"].any():
        return nobody
    found = left.appraised(study, plan)
    return nobody if isinstance(found, str) else found


def _beside_alone(
    network: SiteNetwork, alone: SiteNetwork, group: list[SiteNetwork]
) -> SiteNetwork:
    """A network with what it would be alone, and who it was planned with."""
    own = alone.project["site_id"].iloc[0]
    others = [rival.project["site_id"].iloc[0] for rival in group]
    row = network.project.assign(
        npv_alone=alone.npv if alone.made is not None else np.nan,
        consumers_alone=int(alone.project["consumers"].iloc[0]),
        shared_with=", ".join(sorted(str(name) for name in others if name != own)),
    )
    return replace(network, project=row)
