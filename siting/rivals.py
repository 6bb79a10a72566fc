"""
Sites that want the same consumers, planned together.

Planned each by itself, two data centres may both count on one hospital. Such sites are handed to
the network room at once, with what each consumer is worth to each of them, and every consumer goes
where the whole gains most. The result must beat taking turns (the best site first, the others from
what it leaves), or turns are taken. Either way each network is then designed with a bound.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.network import NORMAL, design_network

from .project_tables import nothing

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import DesignRules, NetworkPlan

    from .basis import Basis
    from .project_tables import NetworkStudy, SiteNetwork

OUTBID = "what it could heat is heated at less cost from another data centre"


def planned_jointly(study: NetworkStudy, alone: list[SiteNetwork]) -> list[SiteNetwork]:
    """
    Networks of all sites, every consumer in one of them at most, each with a bound.

    Parameters
    ----------
    study
        What the networks share.
    alone
        Network of each site as if the others were not built.

    Returns
    -------
    networks
        In the same order; ``npv_alone`` and ``consumers_alone`` say what each would be alone,
        ``shared_with`` which sites it was planned with.
    """
    alone = [_bounded(study, one) for one in alone]
    networks, groups = list(alone), _rivals(alone, [[n] for n in range(len(alone))])
    done: list[list[int]] = [[n] for n in range(len(alone))]
    while True:
        for group in groups:
            if group not in done:
                done.append(group)
                shared = _shared_out(study, [alone[number] for number in group])
                for number, network in zip(group, shared, strict=True):
                    networks[number] = network
        # Who loses a consumer may turn to one that a third site serves.
        wider = _rivals(networks, groups)
        if len(wider) == len(groups):
            break
        groups = wider
    mates = {number: [alone[n] for n in group] for group in groups for number in group}
    return [
        _final(study, network, alone[number], mates[number])
        for number, network in enumerate(networks)
    ]


def _final(
    study: NetworkStudy, network: SiteNetwork, alone: SiteNetwork, group: list[SiteNetwork]
) -> SiteNetwork:
    """A network as it will run, beside what it would be alone."""
    final = network if network.made is None else network.made.basis.operated(study, network)
    if len(group) == 1:
        alone = final
    elif alone.made is not None:
        alone = alone.made.basis.operated(study, alone)
    return _beside_alone(final, alone, group)


def _rivals(networks: list[SiteNetwork], groups: list[list[int]]) -> list[list[int]]:
    """Groups joined where networks of different groups serve the same consumer."""
    wants = [_connected_ids(network) for network in networks]
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


def _shared_out(study: NetworkStudy, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals, by the way of sharing that is worth most."""
    ways = (_together(study, group), _in_turns(study, group))
    return max(ways, key=_gain)


def _gain(networks: list[SiteNetwork]) -> tuple[float, float]:
    """What networks gain together; those that lose need not be built, but should lose little."""
    npv = [network.npv for network in networks]
    return sum(max(value, 0.0) for value in npv), sum(npv)


def _together(study: NetworkStudy, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals from one joint design."""
    bases = [network.built.basis for network in group]
    consumers, values = _common_consumers(study, bases)
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
    return [_share(study, plan, number, basis) for number, basis in enumerate(bases)]


def _common_consumers(
    study: NetworkStudy, bases: list[Basis]
) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """Consumers that any of the sites may serve, and what each is worth to each site."""
    wanted = pd.concat([basis.consumers["id"] for basis in bases]).unique()
    consumers = study.consumers[study.consumers["id"].isin(wanted)].reset_index(drop=True)
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


def _share(study: NetworkStudy, plan: NetworkPlan, number: int, basis: Basis) -> SiteNetwork:
    """Network of one of several sources, or why there is none."""
    own = plan.of_source(number)
    if not own.consumers["connected"].any():
        return nothing(study, basis.site, "nothing_worth_connecting", OUTBID)
    common = replace(basis, rules=_temperatures_of(own, basis.rules))
    network = common.appraised(study, own)
    if isinstance(network, str):
        return nothing(study, basis.site, "infeasible", network)
    return network


def _temperatures_of(plan: NetworkPlan, rules: DesignRules) -> DesignRules:
    """A site's rules at the temperatures of the joint design."""
    return replace(rules, supply_degc=plan.supply_degc, return_degc=plan.return_degc)


def _in_turns(study: NetworkStudy, group: list[SiteNetwork]) -> list[SiteNetwork]:
    """Networks of rivals, the best site first and the others from what is left."""
    taken: set[str] = set()
    planned: dict[int, SiteNetwork] = {}
    for number in sorted(range(len(group)), key=lambda n: (-group[n].npv, n)):
        basis = group[number].built.basis
        free = ~basis.consumers["id"].isin(taken).to_numpy()
        left = replace(basis, consumers=basis.consumers[free].reset_index(drop=True))
        plan = left.designed(study, effort=NORMAL)
        network = nothing(study, basis.site, "nothing_worth_connecting", OUTBID)
        if plan.consumers["connected"].any():
            found = left.appraised(study, plan)
            network = network if isinstance(found, str) else found
        planned[number] = network
        taken |= _connected_ids(network)
    return [planned[number] for number in range(len(group))]


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
