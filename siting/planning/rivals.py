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

from ..consumers.heat_networks import HEAT_NETWORK
from .project_options import best_supplied
from .ways_of_sharing import WAYS, Sharing, connected_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from ..workers import Crew
    from .basis import Basis
    from .project_tables import NetworkStudy, SiteNetwork


@dataclass(frozen=True, slots=True)
class _Contest:
    """Networks that want the same consumers, and one way of sharing those out."""

    way: Callable[[Sharing, list[SiteNetwork]], list[SiteNetwork]]
    group: list[SiteNetwork]
    room: frozenset[str]
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str]


@dataclass(frozen=True, slots=True)
class _Last:
    """A network before its last step, what it would be alone, and who serves what it might."""

    network: SiteNetwork
    alone: SiteNetwork
    group: list[SiteNetwork]
    taken: frozenset[str]


def planned_jointly(
    crew: Crew[NetworkStudy],
    alone: list[SiteNetwork],
    *,
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str],
) -> list[SiteNetwork]:
    """
    Networks of all sites, every consumer in one of them at most, each with a bound.

    Parameters
    ----------
    crew
        Works on groups and sites; knows what the networks share.
    alone
        Network of each site as if the others were not built, with a bound (`bounded`).
    again
        Plans a site anew for some of the consumers of its basis.

    Returns
    -------
    networks
        In the same order; ``npv_alone`` and ``consumers_alone`` say what each would be alone,
        ``shared_with`` which sites it was planned with.
    """
    room = _with_room_for_all(alone)
    networks, groups = list(alone), _rivals(alone, [[n] for n in range(len(alone))], room)
    done: list[list[int]] = [[n] for n in range(len(alone))]
    while True:
        fresh = [group for group in groups if group not in done]
        done += fresh
        rivals = [[alone[number] for number in group] for group in fresh]
        for group, shared in zip(fresh, _shared_out(crew, rivals, room, again), strict=True):
            for number, network in zip(group, shared, strict=True):
                networks[number] = network
        # Who loses a consumer may turn to one that a third site serves.
        wider = _rivals(networks, groups, room)
        if len(wider) == len(groups):
            break
        groups = wider
    mates = {number: [alone[n] for n in group] for group in groups for number in group}
    return _finished(crew, networks, alone, mates, room)


def _finished(
    crew: Crew[NetworkStudy],
    networks: list[SiteNetwork],
    alone: list[SiteNetwork],
    mates: dict[int, list[SiteNetwork]],
    room: frozenset[str],
) -> list[SiteNetwork]:
    """
    Networks after their last step, one after the other: each leaves what the others serve.

    Several workers do all at once, as if those before did not change; a network that did find what
    it might serve changed is done again. An error counts only for what is really asked, so that
    one worker and several meet the same: then the network is done here.
    """
    networks, first = list(networks), 0
    found: dict[tuple[int, frozenset[str]], SiteNetwork | None] = {}
    while first < len(networks):
        ahead = range(first, len(networks) if crew.several else first + 1)
        asked = [(number, _taken(networks, number, room)) for number in ahead]
        asked = [key for key in asked if key not in found]
        pieces = [_Last(networks[n], alone[n], mates[n], taken) for n, taken in asked]
        work = _ahead if crew.several else _final
        found |= zip(asked, crew.each(work, pieces, names=_names(pieces)), strict=True)
        while first < len(networks) and (key := (first, _taken(networks, first, room))) in found:
            network = found[key]
            if network is None:
                last = [_Last(networks[first], alone[first], mates[first], key[1])]
                (network,) = crew.each(_final, last, names=_names(last))
            networks[first] = network
            first += 1
    return networks


def _names(pieces: list[_Last]) -> list[str]:
    """What is worked on, for whoever reads an error."""
    return [f"data centre {name}" for name in _site_ids([piece.network for piece in pieces])]


def _taken(networks: list[SiteNetwork], number: int, room: frozenset[str]) -> frozenset[str]:
    """Consumers within reach of a network's design that others serve."""
    made = networks[number].made
    if made is None:
        return frozenset()
    others = (network for place, network in enumerate(networks) if place != number)
    served = frozenset().union(*map(connected_ids, others)) - room
    return served & frozenset(made.basis.consumers["id"])


def _ahead(study: NetworkStudy, last: _Last) -> SiteNetwork | None:
    """A network done before it is known whether that is asked; nothing if it cannot be."""
    try:
        return _final(study, last)
    except Exception:  # noqa: BLE001 - told when it is done again, if it is asked
        return None


def _final(study: NetworkStudy, last: _Last) -> SiteNetwork:
    """A network at its best temperature, as it will run, beside what it would be alone."""
    final, alone = best_supplied(study, last.network, taken=last.taken), last.alone
    if len(last.group) == 1:
        alone = final
    elif alone.made is not None:
        alone = alone.made.basis.operated(study, alone)
    return _beside_alone(final, alone, last.group)


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
    wants = [connected_ids(network) - room for network in networks]
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


def _shared_out(
    crew: Crew[NetworkStudy],
    groups: list[list[SiteNetwork]],
    room: frozenset[str],
    again: Callable[[NetworkStudy, Basis, gpd.GeoDataFrame], SiteNetwork | str],
) -> list[list[SiteNetwork]]:
    """Networks of each group of rivals, by the way of sharing that is worth most."""
    contests = [_Contest(way, group, room, again) for group in groups for way in WAYS]
    names = [f"rivals {', '.join(_site_ids(contest.group))}" for contest in contests]
    shared = crew.each(_shared, contests, names=names)
    return [
        max(shared[place : place + len(WAYS)], key=_gain)
        for place in range(0, len(shared), len(WAYS))
    ]


def _shared(study: NetworkStudy, contest: _Contest) -> list[SiteNetwork]:
    """Networks of rivals by one way of sharing."""
    return contest.way(Sharing(study, contest.room, contest.again), contest.group)


def _gain(networks: list[SiteNetwork]) -> tuple[float, float]:
    """What networks gain together; those that lose need not be built, but should lose little."""
    npv = [network.npv for network in networks]
    return sum(max(value, 0.0) for value in npv), sum(npv)


def _site_ids(group: list[SiteNetwork]) -> list[str]:
    """Data centres of some networks."""
    return [str(network.project["site_id"].iloc[0]) for network in group]


def _beside_alone(
    network: SiteNetwork, alone: SiteNetwork, group: list[SiteNetwork]
) -> SiteNetwork:
    """A network with what it would be alone, and who it was planned with."""
    (own,) = _site_ids([alone])
    others = _site_ids(group)
    row = network.project.assign(
        npv_alone=alone.npv if alone.made is not None else np.nan,
        consumers_alone=int(alone.project["consumers"].iloc[0]),
        shared_with=", ".join(sorted(name for name in others if name != own)),
    )
    return replace(network, project=row)
