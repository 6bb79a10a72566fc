"""
A plan as it stands while it is put right: simulated, priced, and changed one way or the other.

A `Version` is a plan under rules with what its consumers lack. Which change is made is decided in
`corrections`; here a warmer supply or wider pipes become a new version, with its own design flows,
losses and costs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo import HOURS_PER_YEAR, density_kg_m3, mass_flow_kg_s

from ..cost import MWH_PER_YEAR_AND_W, bore_capex, loss_w_m, one_off_capex
from ..simulate import design_heat_kw, simulate_network
from ..sizing import NO_PIPE, trench_capex
from .hydraulics import along, pipe_friction

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..designing.plan_tables import NetworkPlan
    from ..streets import StreetGraph
    from .corrections import Remedies
    from .states import NetworkState, Operation

ENDINGS = ("", "_low", "_high")
"""Endings of a value and its range."""

PRESSURE_TOLERANCE_PA = 1e-3
"""What the sum of rounding errors may take from a consumer's pressure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    What stays the same while a plan is corrected.

    Attributes
    ----------
    streets, catalogue, operation, remedies
        As for `heatreach.network.operation.corrections.corrected_plan`.
    design_supply_degc
        Design supply temperature of the plan as it came [°C].
    source_over_k
        How much warmer the water leaves the source than design supply says [K].
    """

    streets: StreetGraph
    catalogue: Catalogue
    operation: Operation
    remedies: Remedies
    design_supply_degc: float
    source_over_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """
    A plan as it stands, and how it does.

    Attributes
    ----------
    plan, rules, state
        The plan, its rules and its states: design day, and mean load where yearly heat is known.
    cold_k
        What the supply of each consumer lacks in the worst state [K].
    head_pa
        Head that the way of each consumer takes, its substation included [Pa].
    own_head_pa
        The same with every section at its own design flow [Pa].
    value
        Present value of all that corrections change.
    """

    plan: NetworkPlan
    rules: DesignRules
    state: NetworkState
    cold_k: npt.NDArray[np.float64]
    head_pa: npt.NDArray[np.float64]
    own_head_pa: npt.NDArray[np.float64]
    value: float

    def source_degc(self, case: Case) -> float:
        """Supply temperature at the source [°C]."""
        return self.rules.supply_degc + case.source_over_k


def version_of(case: Case, plan: NetworkPlan, rules: DesignRules) -> Version:
    """
    A plan under rules, simulated and valued.

    Parameters
    ----------
    case
        What stays the same.
    plan, rules
        The plan and its rules.

    Returns
    -------
    version
        The plan with what its consumers lack.
    """
    heat = [design_heat_kw(plan)]
    if "annual_heat_mwh" in plan.consumers:
        yearly = plan.consumers["annual_heat_mwh"].to_numpy(dtype=float)
        heat.append(np.where(plan.consumers["connected"], yearly, 0.0) * 1e3 / HOURS_PER_YEAR)
    state = simulate_network(
        plan,
        case.streets,
        catalogue=case.catalogue,
        rules=rules,
        operation=replace(case.operation, head_max_pa=np.inf),
        heat_kw=np.array(heat),
        supply_degc=rules.supply_degc + case.source_over_k,
    )
    taken = state.head_pa[:, None] - state.differential_pa + case.operation.substation_drop_pa
    own = own_head_pa(case, plan, rules, plan.edges["size"].to_numpy(dtype=np.int64))
    return Version(
        plan=plan,
        rules=rules,
        state=state,
        cold_k=state.too_cold_k.max(axis=0),
        head_pa=np.maximum(taken.max(axis=0), own),
        own_head_pa=own,
        value=sum(cost_parts(case, plan, rules).values()),
    )


def cost_parts(case: Case, plan: NetworkPlan, rules: DesignRules) -> dict[str, float]:
    """
    Present values that corrections change, named as in the plan; pumping at design flow.

    Parameters
    ----------
    case, plan, rules
        As for `version_of`.

    Returns
    -------
    parts
        Money by name.
    """
    edges, middle = plan.edges, (rules.supply_degc + rules.return_degc) / 2.0
    length = edges["length_m"].to_numpy(dtype=float)
    lost_mwh = float((edges["loss_w_m"] * length).sum()) * rules.loss_factor * MWH_PER_YEAR_AND_W
    volume_m3_s = edges["flow_kg_s"].to_numpy(dtype=float) / density_kg_m3(middle)
    gradient = design_gradients(case, plan, rules, edges["size"].to_numpy(dtype=np.int64))
    hydraulic_kw = float((gradient * length) @ volume_m3_s) / 1e3
    warmer_k = rules.supply_degc - case.design_supply_degc
    return {
        "capex": plan.cost,
        "on_top": plan.cost * rules.upkeep_value_share,
        "losses": lost_mwh * rules.loss_value_per_mwh,
        "pumping": hydraulic_kw * rules.pumping_value_per_kw,
        "warmer_supply": warmer_k * case.remedies.supply_value_per_k,
    }


def own_head_pa(
    case: Case, plan: NetworkPlan, rules: DesignRules, size: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """
    Head each consumer's way takes with every section at its own design flow.

    Parameters
    ----------
    case, plan, rules
        As for `version_of`.
    size
        Pipes taken instead of the plan's, one per section.

    Returns
    -------
    head_pa
        Substation included [Pa]; NaN where not connected.
    """
    length = np.concatenate([[0.0], plan.edges["length_m"].to_numpy(dtype=float)])
    drop = np.concatenate([[0.0], design_gradients(case, plan, rules, size)]) * length
    way = along(plan.tree, drop[None, :] * (1.0 + case.operation.fittings_share))[0]
    joined = plan.consumers["connected"].to_numpy(dtype=bool)
    head = way[leaves(case, plan)] + case.operation.substation_drop_pa
    found: npt.NDArray[np.float64] = np.where(joined, head, np.nan)
    return found


def design_gradients(
    case: Case, plan: NetworkPlan, rules: DesignRules, size: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """
    Supply and return gradient of each section at its design flow.

    Parameters
    ----------
    case, plan, rules, size
        As for `own_head_pa`.

    Returns
    -------
    gradient_pa_m
        Both pipes together [Pa/m]; 0 without a pipe.
    """
    flow = plan.edges["flow_kg_s"].to_numpy(dtype=float)
    bore = case.catalogue.inner_diameter_mm[np.maximum(size, 0)]
    both = np.zeros(len(flow))
    for degc in (rules.supply_degc, rules.return_degc):
        both += pipe_friction(
            flow,
            bore,
            temperature_degc=np.full(len(flow), degc),
            roughness_mm=case.catalogue.roughness_mm,
        ).gradient_pa_m
    laid: npt.NDArray[np.float64] = np.where(size == NO_PIPE, 0.0, both)
    return laid


def leaves(case: Case, plan: NetworkPlan) -> npt.NDArray[np.int64]:
    """
    Tree node of each row of the consumers; meaningless where not connected.

    Parameters
    ----------
    case, plan
        As for `version_of`.

    Returns
    -------
    node
        Positions in the tree.
    """
    place = np.zeros(case.streets.nodes + 1, dtype=np.int64)
    place[plan.tree.node] = np.arange(len(plan.tree.node))
    found: npt.NDArray[np.int64] = place[plan.consumers["node"].to_numpy(dtype=np.int64)]
    return found


def lacks_pressure(case: Case, version: Version) -> npt.NDArray[np.bool_]:
    """
    Whether the way of each consumer takes more than the pump can give.

    Parameters
    ----------
    case, version
        The case and the plan as it stands.

    Returns
    -------
    lacks
        One per row.
    """
    return version.head_pa > case.operation.head_max_pa + PRESSURE_TOLERANCE_PA


def warmer(case: Case, version: Version, supply_degc: float) -> Version:
    """
    The plan with another supply temperature: other design flows and losses.

    Parameters
    ----------
    case, version
        The case and the plan as it stands.
    supply_degc
        Design supply temperature [°C].

    Returns
    -------
    version
        The plan as it then stands.
    """
    rules = replace(version.rules, supply_degc=supply_degc)
    edges = version.plan.edges.assign(
        flow_kg_s=mass_flow_kg_s(
            version.plan.edges["peak_kw"].to_numpy(dtype=float), supply_degc, rules.return_degc
        )
    )
    return version_of(case, _with_losses(case, replace(version.plan, edges=edges), rules), rules)


def _with_losses(case: Case, plan: NetworkPlan, rules: DesignRules) -> NetworkPlan:
    """The plan with the losses of its pipes at design temperatures."""
    size = plan.edges["size"].to_numpy()
    loss = np.where(size == NO_PIPE, 0.0, loss_w_m(case.catalogue, rules)[np.maximum(size, 0)])
    return replace(plan, edges=plan.edges.assign(loss_w_m=loss))


def repiped(case: Case, version: Version, size: npt.NDArray[np.int64]) -> Version:
    """
    The plan with other pipes: their costs and losses; crossings and bores stay paid.

    Parameters
    ----------
    case, version
        The case and the plan as it stands.
    size
        Pipe of each section.

    Returns
    -------
    version
        The plan as it then stands; sections whose pipe changed are no longer existing ones.
    """
    plan, edges = version.plan, version.plan.edges
    dug = size != edges["size"].to_numpy(dtype=np.int64)
    lay = edges["existing"].to_numpy(dtype=bool)
    change = _trench_change(case, plan, size) * dug
    more = {f"capex{end}": row for end, row in zip(ENDINGS, change, strict=True)}
    if (lay & dug).any():
        # What lies there already was not paid for, nor what it goes under.
        edge = plan.tree.edge[1:]
        bores = bore_capex(case.streets.crossed().tolist(), money=case.catalogue.money)
        found = bores[:, edge] * (lay & dug)
        more |= {f"bore_capex{end}": row for end, row in zip(ENDINGS, found, strict=True)}
    added = {name: edges[name].to_numpy(dtype=float) + row for name, row in more.items()}
    changed = replace(
        plan,
        edges=edges.assign(size=size, existing=lay & ~dug, **added),
        cost=plan.cost + float(change[0].sum()),
        proven=False,
    )
    return version_of(case, _with_losses(case, changed, version.rules), version.rules)


def _trench_change(
    case: Case, plan: NetworkPlan, size: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """What each section costs more with another pipe; value, low and high, shape (3, sections)."""
    edges, edge = plan.edges, plan.tree.edge[1:]
    metres = edges["length_m"].to_numpy(dtype=float)
    metres = metres * case.streets.of_way("cost_factor")[edge].astype(float)
    hard, lay = (edges[name].to_numpy(dtype=bool) for name in ("hard", "existing"))
    old, new = (
        np.nan_to_num(
            trench_capex(which, case.catalogue, hard_m=metres * hard, soft_m=metres * ~hard)
        )
        for which in (edges["size"].to_numpy(dtype=np.int64), size)
    )
    change: npt.NDArray[np.float64] = new - np.where(lay, 0.0, old)
    if lay.any():
        change += one_off_capex(case.streets, money=case.catalogue.money)[:, edge] * lay
    return change
