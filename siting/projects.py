"""
One network per site: PROJECTS, their trench sections (EDGES) and who is connected.

The value of each consumer before any trench is what it pays less what its heat, substation and
share of the energy centre cost. The network room picks consumers and trenches by it; with the
network's own temperatures the value is found anew, and the choice repeated, until it stays. These
rounds search only; the last design is searched more thoroughly and bounded.

Where there are existing heat networks, a site is also planned without them; the better one stays.
Each site is first planned as if the others were not built; sites that want the same consumers are
then planned together (`rivals`). Sites, and groups of sites, are the pieces that workers share.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.network import SKETCH, pipe_catalogue
from heatreach.thermo import exact_machines

from .consumers.heat_networks import HEAT_NETWORK
from .planning.basis import Basis, bounded
from .planning.feed_in import fed_in
from .planning.network_energy import SITE_WATER, Making
from .planning.project_tables import NetworkStudy, SiteNetwork, nothing
from .planning.rivals import planned_jointly
from .planning.terms import consumer_terms
from .planning.worth import connection_values, design_rules, first_guess
from .workers import crew_of

if TYPE_CHECKING:
    import geopandas as gpd

    from .appraisal.conditions import Conditions
    from .hours import Hours
    from .inputs import Inputs
    from .planning.attached import Attached
    from .scenario import Scenario

ROUNDS = 5
PREMIUM_SHARES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Where nothing pays, networks are designed as if heat sold for this much more, in steps, and the
one that comes nearest to paying is shown; it is appraised at the real price all the same."""


def site_networks(
    inputs: Inputs,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
    attached: Attached,
    *,
    workers: int = 1,
) -> list[SiteNetwork]:
    """
    A network for every site; sites that want the same consumers are planned together.

    Parameters
    ----------
    inputs, scenario, conditions, hours
        The study.
    attached
        Graph with sites and consumers.
    workers
        How many processes plan sites at the same time; the networks are the same.

    Returns
    -------
    networks
        One per site, in the order of the sites; ``status`` ``nothing_worth_connecting``,
        ``unreachable`` or ``infeasible`` where there is no project.
    """
    # What zones and maps are made of need not be sent to workers.
    needed = replace(inputs, everywhere=inputs.everywhere[:0], buildings=inputs.buildings[:0])
    names = inputs.sites["id"].tolist()
    parts = (needed, scenario, conditions, hours, attached)
    with crew_of(min(workers, len(names)), _network_study, *parts) as crew:
        alone = crew.each(_alone, range(len(names)), names=[f"data centre {n}" for n in names])
        return planned_jointly(crew, alone, again=_planned_again)


def _network_study(
    inputs: Inputs, scenario: Scenario, conditions: Conditions, hours: Hours, attached: Attached
) -> NetworkStudy:
    """What the networks of all sites share."""
    rules, machine = scenario.network, scenario.heat_pump
    return NetworkStudy(
        inputs,
        scenario,
        conditions,
        attached,
        pipe_catalogue(insulation_series=rules.insulation_series, money=scenario.economics.money),
        _with_terms(inputs, scenario, attached),
        Making(
            scenario=scenario,
            conditions=conditions,
            hours=hours,
            machines=exact_machines(machine.refrigerant, variant=machine.cycle),
        ),
    )


def _alone(study: NetworkStudy, number: int) -> SiteNetwork:
    """Network of a site as if the others were not built, with a bound."""
    return bounded(study, _network_of(study, number))


def _planned_again(
    study: NetworkStudy, basis: Basis, consumers: gpd.GeoDataFrame
) -> SiteNetwork | str:
    """Network of a site for some of its consumers, or why there is none."""
    fresh = consumers.drop(columns="value")
    found = [
        _at_premium(study, basis.site, basis.source, some, basis.premium_share)
        for some in _with_and_without_networks(fresh)
    ]
    built = [network for network in found if isinstance(network, SiteNetwork)]
    return _worth_most(study, fresh, built) if built else found[0]


def _at_premium(
    study: NetworkStudy,
    site: pd.Series[Any],
    source: int,
    consumers: gpd.GeoDataFrame,
    premium_share: float,
) -> SiteNetwork | str:
    """Network of a site for some consumers at one premium, or why there is none."""
    energy = first_guess(site, consumers, study.making)
    if energy["status"].iloc[0] != "ok":
        return str(energy["reason"].iloc[0])
    return _better_network(study, site, source, consumers, energy, premium_share)


def _with_terms(inputs: Inputs, scenario: Scenario, attached: Attached) -> gpd.GeoDataFrame:
    """Consumers with their node and terms."""
    terms = consumer_terms(inputs.consumers, scenario, country=inputs.country)
    return inputs.consumers.join(terms).assign(node=attached.consumer_node)


def _network_of(study: NetworkStudy, number: int) -> SiteNetwork:
    """Network of one site, or the reason why there is none."""
    site = study.inputs.sites.iloc[number].copy()
    site["service_crosses"] = study.attached.site_pipe.crosses[number]
    source = int(study.attached.site_node[number])
    everyone = study.consumers.assign(node=study.attached.nodes_from(source))
    known = everyone["annual_heat_mwh"].gt(0.0) & everyone["peak_kw"].gt(0.0)
    near = everyone.distance(site.geometry) <= study.scenario.search.radius_m
    open_ = everyone.get("barred", pd.Series("", index=everyone.index)).fillna("") == ""
    chosen = everyone[known & near & open_].reset_index(drop=True)
    consumers = _with_networks_fed_in(chosen, site, study)
    if source < 0 or consumers.empty:
        return nothing(study, site, *_why_nobody(study, number))
    found = [
        _paying_or_nearest(study, site, source, some)
        for some in _with_and_without_networks(consumers)
    ]
    built = [network for network in found if network.made is not None]
    return _worth_most(study, consumers, built) if built else found[0]


def _with_and_without_networks(consumers: gpd.GeoDataFrame) -> list[gpd.GeoDataFrame]:
    """Consumers as they are and, where there are both, the buildings without heat networks."""
    network = (consumers["use"] == HEAT_NETWORK).to_numpy()
    if network.any() and not network.all():
        return [consumers, consumers[~network].reset_index(drop=True)]
    return [consumers]


def _worth_most(
    study: NetworkStudy, consumers: gpd.GeoDataFrame, built: list[SiteNetwork]
) -> SiteNetwork:
    """
    The better network, of those with and without existing heat networks.

    The water of a heat network is hot: to feed one may cost more in the COP for all the others
    than it brings, which no value of a single consumer can say.
    """
    best = max(built, key=_worth)
    made = best.built
    if len(made.basis.consumers) == len(consumers):
        return best
    aside = consumers[consumers["use"] == HEAT_NETWORK].reset_index(drop=True)
    basis = replace(made.basis, aside=aside)
    return basis.tables(study, made.plan, made.state, made.energy)


def _worth(network: SiteNetwork) -> tuple[bool, float]:
    """What networks are compared by, as in `rank`: those that lose by how near they are to pay."""
    pays = network.npv >= 0.0
    return pays, network.npv if pays else -_price_gap(network)


def _paying_or_nearest(
    study: NetworkStudy, site: pd.Series[Any], source: int, consumers: gpd.GeoDataFrame
) -> SiteNetwork:
    """Network of a site at the real price or, if none pays, the one nearest to paying."""
    energy = first_guess(site, consumers, study.making)
    if energy["status"].iloc[0] != "ok":
        return nothing(study, site, "infeasible", str(energy["reason"].iloc[0]))
    nearest, reason = None, ""
    for premium in PREMIUM_SHARES:
        network = _better_network(study, site, source, consumers, energy, premium)
        if isinstance(network, str):
            reason = network
            continue
        if premium == 0.0:
            return network
        if nearest is not None and _price_gap(network) >= _price_gap(nearest):
            return nearest
        nearest = network
    if nearest is not None:
        return nearest
    text = f"nobody in reach can be connected, most often because: {reason}"
    return nothing(study, site, "nothing_worth_connecting", text)


def _with_networks_fed_in(
    consumers: gpd.GeoDataFrame, site: pd.Series[Any], study: NetworkStudy
) -> gpd.GeoDataFrame:
    """Consumers of a site with its heat networks cut to what it can feed in, and their terms."""
    network = (consumers["use"] == HEAT_NETWORK).to_numpy()
    if not network.any():
        return consumers
    water = {name: site[name] for name in SITE_WATER}
    loads = consumers.assign(**water).rename(columns={"annual_heat_mwh": "heat_mwh"})
    cut = fed_in(pd.DataFrame(loads), study.scenario, study.making.hours)
    cut = cut.rename(columns={"heat_mwh": "annual_heat_mwh"})
    # A network's peak is its own: nothing of it is spread over other hours.
    cut["coincident_kw"] = cut["coincident_kw"].mask(network, cut["peak_kw"])
    terms = consumer_terms(cut, study.scenario, country=study.inputs.country)
    cut.loc[network, list(terms)] = terms[network]
    changed = ["annual_heat_mwh", "peak_kw", "peak_source", "coincident_kw", *terms]
    changed.append("network_least_kw")
    return consumers.assign(**{name: cut[name] for name in changed})


def _why_nobody(study: NetworkStudy, number: int) -> tuple[str, str]:
    """Status and reason of a site that has no street or nobody to heat."""
    if study.attached.site_node[number] < 0:
        gap = study.attached.site_pipe.gap_m[number]
        return "unreachable", f"data centre lies {gap:,.0f} m from any street"
    radius = study.scenario.search.radius_m
    return "no_consumers", f"no consumer with a known demand within {radius:,.0f} m"


def _price_gap(network: SiteNetwork) -> float:
    """How much dearer heat would have to sell for the project to pay."""
    return float(network.project["price_gap_per_mwh"].iloc[0])


def _better_network(
    study: NetworkStudy,
    site: pd.Series[Any],
    source: int,
    consumers: gpd.GeoDataFrame,
    energy: pd.DataFrame,
    premium_share: float,
) -> SiteNetwork | str:
    """
    Network within what the source can carry, or with room for the largest consumer if that pays.

    A consumer larger than the source, a works for example, can still take all its heat as base
    load; its own share of boiler heat is then large. Existing heat networks are no such case: they
    take what the source can feed in (`feed_in`).
    """
    arguments = (study, site, source, consumers, energy, premium_share)
    within = _best_network(*arguments)
    largest = float(consumers["peak_kw"].max())
    rules = design_rules(site, energy, consumers, study.scenario, study.conditions)
    if largest <= rules.capacity_kw:
        return within
    beyond = _best_network(*arguments, least_capacity_kw=largest)
    if isinstance(within, str) or isinstance(beyond, str):
        return beyond if isinstance(within, str) else within
    return max(within, beyond, key=lambda network: network.npv)


def _best_network(
    study: NetworkStudy,
    site: pd.Series[Any],
    source: int,
    consumers: gpd.GeoDataFrame,
    energy: pd.DataFrame,
    premium_share: float,
    *,
    least_capacity_kw: float = 0.0,
) -> SiteNetwork | str:
    """Best of a few rounds of value, design and energy; if there is none, the commonest reason."""
    before, best, reason = np.zeros(len(consumers), dtype=bool), None, ""
    last: SiteNetwork | None = None
    for _ in range(ROUNDS):
        group = consumers[before] if before.any() else consumers
        value = connection_values(
            consumers, group, energy, study.scenario, study.conditions, premium_share=premium_share
        )
        rules = design_rules(
            site,
            energy,
            group,
            study.scenario,
            study.conditions,
            least_capacity_kw=least_capacity_kw,
            last=last,
        )
        basis = Basis(site, source, consumers.assign(value=value), rules, premium_share)
        plan = basis.designed(study, effort=SKETCH)
        chosen = plan.consumers["connected"].to_numpy()
        if not chosen.any():
            reason = _commonest_reason(plan.consumers)
            break
        network = basis.appraised(study, plan)
        if isinstance(network, str):
            reason = network
            break
        last, energy = network, network.built.energy
        if best is None or network.npv > best.npv:
            best = network
        if np.array_equal(chosen, before):
            break
        before = chosen
    return reason if best is None else best


def _commonest_reason(consumers: pd.DataFrame) -> str:
    """Why most consumers are left out; of those with a route, if there are any."""
    routed = consumers[np.isfinite(consumers["route_m"])]
    known = consumers if routed.empty else routed
    kind = known["reason_key"].fillna(known["reason"])
    words = {
        "too_far": "not worth its trench at these prices",
        "not_worth_its_trench": "not worth its trench at these prices",
        "source_too_small": "needs more heat than the data centre has left",
    }
    return str(kind.replace(words).mode().iloc[0])
