"""
Consumers that get too cold or too little pressure, and what it takes to serve them.

A plan is simulated on the design day and at mean load, and the pressure on each way is also taken
with every section at its own design flow, which its few consumers may reach while others do not.
Who is too cold needs a warmer supply: a wider pipe would only cool the water further. Who has too
little pressure is helped by wider pipes on the way, or by warmer water, of which less has to flow:
the cheaper of the two in present value is taken. What nothing can help is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..sizing import NO_PIPE
from .correction_case import (
    Case,
    cost_parts,
    design_gradients,
    lacks_pressure,
    leaves,
    own_head_pa,
    repiped,
    version_of,
    warmer,
)
from .correction_words import COLD_TOLERANCE_K, supply_words, unserved_words, width_words

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..catalogue import Catalogue
    from ..design import DesignRules
    from ..designing.plan_tables import NetworkPlan
    from ..streets import StreetGraph
    from .correction_case import Version
    from .states import NetworkState, Operation

ROUNDS_MAX = 12
"""Rounds of warmer supply and wider pipes; a wider pipe cools, so one may call for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """
    What may be changed, and what a warmer supply costs.

    Attributes
    ----------
    supply_step_k, supply_max_degc
        Step by which the supply is raised [K], and how warm it may leave the source [°C].
    supply_value_per_k
        Present value of making the heat one kelvin warmer over the life, heat losses not counted
        [money/K].
    """

    supply_step_k: float
    supply_max_degc: float
    supply_value_per_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedPlan:
    """
    A plan that serves its consumers, or says whom it cannot.

    Attributes
    ----------
    plan, rules
        The plan with its new pipes, costs, flows and losses; the rules with the new supply.
    state
        Its states: design day, and mean load where the consumers' yearly heat is known.
    source_degc
        Supply temperature at the source [°C].
    cold_k
        What the supply of each consumer lacks in the worse state [K]; NaN if not connected.
    needed_head_pa
        Head that each consumer's way takes, its substation included [Pa]; NaN if not connected.
    extra_value
        Present value of all corrections.
    corrections
        What was changed, why and for how much, in plain words.
    unserved
        Who stays short of what, in plain words; empty if nobody.
    """

    plan: NetworkPlan
    rules: DesignRules
    state: NetworkState
    source_degc: float
    cold_k: npt.NDArray[np.float64]
    needed_head_pa: npt.NDArray[np.float64]
    extra_value: float
    corrections: tuple[str, ...]
    unserved: tuple[str, ...]


def corrected_plan(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    operation: Operation,
    remedies: Remedies,
    source_degc: float | None = None,
) -> CorrectedPlan:
    """
    Plan whose supply and pipes serve every consumer, as far as that is possible.

    Parameters
    ----------
    plan
        The designed network; its consumers may carry ``supply_degc``, ``return_degc``,
        ``annual_heat_mwh`` and ``id``.
    streets
        The graph it was designed on.
    catalogue, rules
        Pipes and conditions of the design.
    operation
        How the network is run; its ``head_max_pa`` limits the pump.
    remedies
        What may be changed.
    source_degc
        Supply temperature at the source [°C] where that is not the one the design reckons
        consumers to get; it keeps its distance from that when the supply is raised.

    Returns
    -------
    corrected
        Plan, rules, states, and in words what was changed and who stays unserved.

    Notes
    -----
    Pipes are widened one section at a time, the steepest on the way to the worst consumer first,
    and with it those before it that would be narrower. Supply rises in whole steps. The lower bound
    of the plan stays; a plan whose pipes have changed is no longer called proven.
    """
    case = Case(
        streets=streets,
        catalogue=catalogue,
        operation=operation,
        remedies=remedies,
        design_supply_degc=rules.supply_degc,
        source_over_k=0.0 if source_degc is None else source_degc - rules.supply_degc,
    )
    version = first = version_of(case, plan, rules)
    words: list[str] = []
    for _ in range(ROUNDS_MAX):
        served = _warmed(case, version)
        if served is not version:
            words.append(supply_words(case, version, served))
        version = served
        if not lacks_pressure(case, version).any():
            break
        served, said = _pressed(case, version)
        if served is version:
            break
        words.append(said)
        version = served
    return CorrectedPlan(
        plan=_valued(case, first, version),
        rules=version.rules,
        state=version.state,
        source_degc=version.source_degc(case),
        cold_k=version.cold_k,
        needed_head_pa=version.head_pa,
        extra_value=version.value - first.value,
        corrections=tuple(words),
        unserved=tuple(unserved_words(case, version)),
    )


def _valued(case: Case, first: Version, last: Version) -> NetworkPlan:
    """The corrected plan with its objective, and its gap to the bound of the plan it was."""
    plan = last.plan
    if last is first:
        return plan
    objective = plan.objective + last.value - first.value
    before = cost_parts(case, first.plan, first.rules)
    change = {
        name: plan.cost_parts.get(name, 0.0) + value - before[name]
        for name, value in cost_parts(case, plan, last.rules).items()
    }
    return replace(
        plan,
        cost_parts={**plan.cost_parts, **change},
        objective=objective,
        gap=(objective - plan.lower_bound) / plan.lower_bound if plan.lower_bound else plan.gap,
    )


def _steps(case: Case, version: Version, lacking_k: float) -> float:
    """Design supply temperature some whole steps higher, at least one, within the limit."""
    step = case.remedies.supply_step_k
    count = max(1.0, np.ceil(round(lacking_k / step, 9)))
    highest = case.remedies.supply_max_degc - case.source_over_k
    return float(min(version.rules.supply_degc + count * step, highest))


def _warmed(case: Case, version: Version) -> Version:
    """The plan with the least supply temperature that leaves nobody too cold."""
    while True:
        lacking = float(np.nanmax(version.cold_k, initial=0.0))
        wanted = _steps(case, version, lacking)
        if lacking <= COLD_TOLERANCE_K or wanted <= version.rules.supply_degc:
            return version
        version = warmer(case, version, wanted)


def _pressed(case: Case, version: Version) -> tuple[Version, str]:
    """The plan with enough pressure by warmer water or wider pipes, whichever is cheaper."""
    warm, wide = _by_warmth(case, version), _by_width(case, version)
    served = [not lacks_pressure(case, found).any() for found in (warm, wide)]
    if served[0] and (not served[1] or warm.value < wide.value):
        return warm, supply_words(case, version, warm)
    if wide is version:
        return warm, supply_words(case, version, warm)
    return wide, width_words(case, version, wide)


def _by_warmth(case: Case, version: Version) -> Version:
    """The plan with warmer water until the pump suffices, or the limit is reached."""
    while lacks_pressure(case, version).any():
        wanted = _steps(case, version, 0.0)
        if wanted <= version.rules.supply_degc:
            break
        version = warmer(case, version, wanted)
    return version


def _by_width(case: Case, version: Version) -> Version:
    """The plan with wider pipes until the pump suffices, or none is left to widen."""
    while lacks_pressure(case, version).any():
        size = _wider(case, version)
        if size is None:
            break
        version = repiped(case, version, size)
    return version


def _wider(case: Case, version: Version) -> npt.NDArray[np.int64] | None:
    """
    Pipes with which the pump should suffice, widened one section at a time.

    States are not simulated anew after every section: until the plan with all of the wider pipes
    is, a way takes as much more than at the sections' own design flows as it did before.
    """
    plan, rules = version.plan, version.rules
    first = plan.edges["size"].to_numpy(dtype=np.int64)
    leaf, still = leaves(case, plan), case.operation.substation_drop_pa
    more = (version.head_pa - still) / np.maximum(version.own_head_pa - still, 1e-9)
    size, head = first, version.head_pa
    while True:
        lacking = np.flatnonzero(head > case.operation.head_max_pa)
        for row in lacking[np.argsort(-head[lacking], kind="stable")].tolist():
            wider = _widened(case, version, size, int(leaf[row]))
            if wider is not None:
                size = wider
                break
        else:
            return None if size is first else size
        head = still + (own_head_pa(case, plan, rules, size) - still) * more


def _widened(
    case: Case, version: Version, size: npt.NDArray[np.int64], leaf: int
) -> npt.NDArray[np.int64] | None:
    """Pipes with the steepest section on the way to a tree node one wider."""
    way = _way(version.plan.tree.parent, leaf) - 1
    gradient = design_gradients(case, version.plan, version.rules, size)[way]
    open_ = (size[way] != NO_PIPE) & (size[way] < len(case.catalogue.dn) - 1)
    if not open_.any():
        return None
    steepest = way[np.argmax(np.where(open_, gradient, -1.0))]
    alike = (size[way] == size[steepest]) & np.isclose(gradient, gradient[way == steepest])
    new = size.copy()
    new[way[alike]] += 1
    before = way[: int(np.flatnonzero(alike)[0])]
    laid = before[size[before] != NO_PIPE]
    new[laid] = np.maximum(new[laid], size[steepest] + 1)
    return new


def _way(parent: npt.NDArray[np.int64], leaf: int) -> npt.NDArray[np.int64]:
    """Tree nodes on the way from the root, which is left out, to a node."""
    way = []
    while leaf:
        way.append(leaf)
        leaf = int(parent[leaf])
    return np.array(way[::-1], dtype=np.int64)
