"""
Every arrangement and supply temperature of a designed network, and the best of them.

A network is designed at the temperature its consumers need. Then it is tried warmer, and with every
arrangement of the energy centre, on the same trenches: pipes are sized anew, temperatures, energies
and money follow. If another temperature is best, the network is designed once more for it, and the
better of the two stays. What is chosen is simulated over the year and put right; should it then
fall behind the next best, that one is, until the best is one that has been.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.network import NORMAL, flow_share
from heatreach.network.designing.resized import bounded_by, resized_plan
from heatreach.thermo import AMBIENT

from .arrangements import TOO_LARGE, arrangements_tried
from .choice import NPV, OK, best_first, loser_reasons, way_keys, way_objective
from .energy_centre import network_arrangements
from .feed_in import WORDS
from .loop_network import loop_figures
from .network_energy import mean_state, network_supply, supplies_under
from .network_load import appraised_loads
from .project_tables import Made
from .temperatures import TOLERANCE_K, TRIED, too_cold_supplies, tried_supplies
from .worth import connection_values, design_rules

if TYPE_CHECKING:
    from heatreach.network import NetworkPlan, NetworkTemperatures

    from .basis import Basis
    from .project_tables import NetworkStudy, SiteNetwork

    _Piped = tuple[Basis, NetworkPlan, NetworkTemperatures]

FIGURES = (
    "dn_max",
    "heat_mwh",
    "loss_mwh",
    "cop",
    "electricity_mwh",
    "capex",
    "opex_per_year",
    "lcoh_per_mwh",
    "npv",
    "avoided_t_co2e",
    "cost_per_t_co2e",
)
"""Columns of a way that its row of PROJECTS has too."""
COMPARED = "compared"
"""Status of a way whose figures are shown though no project is planned so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """
    A network under one arrangement at one supply temperature.

    ``study`` makes heat by that arrangement only; ``designed`` is what the way was made from, and
    ``operated`` the project once it was simulated.
    """

    study: NetworkStudy
    designed: SiteNetwork
    basis: Basis
    plan: NetworkPlan
    state: NetworkTemperatures
    energy: pd.DataFrame
    row: dict[str, Any]
    operated: SiteNetwork | None = None


def best_supplied(
    study: NetworkStudy, network: SiteNetwork, *, taken: frozenset[str] = frozenset()
) -> SiteNetwork:
    """
    A designed network under its best arrangement and supply temperature, as it will run.

    Parameters
    ----------
    study
        What the networks share.
    network
        Designed at the temperature its consumers need.
    taken
        Consumers that other networks serve.

    Returns
    -------
    best
        The network simulated and put right; ``options`` holds every way with why it lost. One
        without a plan is given back.
    """
    if network.made is None:
        return network
    objective = way_objective(study.scenario)
    ways, rows = _tried(study, network)
    best = _first(rows, objective)
    if best is not None and abs(_kelvin(ways[best])) > TOLERANCE_K:
        designed = _redesigned(ways[best], taken)
        if designed is not None and _better(designed, ways[best], objective):
            ways, rows = _tried(study, designed)
        elif designed is not None:
            ways[best] = _bounded(ways[best], designed)
    return _operated(ways, rows, objective, study)


def _kelvin(way: _Way) -> float:
    """How much warmer a way is than the design it was made of [K]."""
    return way.basis.rules.supply_degc - way.designed.built.basis.rules.supply_degc


def _tried(study: NetworkStudy, network: SiteNetwork) -> tuple[dict[int, _Way], pd.DataFrame]:
    """Ways of a network that work, by row, and the rows of all."""
    need = _needed_degc(network.built.plan)
    ways: dict[int, _Way] = {}
    rows: list[dict[str, Any]] = []
    tried = [(degc, _at_supply(study, network, degc)) for degc in _supplies(study, network, need)]
    piped = [warmed for _, warmed in tried if warmed is not None]
    names = network_arrangements(study.scenario)
    found = {name: iter(_arranged(study, network, name, piped)) for name in names}
    for degc, warmed in tried:
        for name in names:
            way = TOO_LARGE if warmed is None else next(found[name])
            if isinstance(way, _Way):
                ways[len(rows)] = way
                rows.append(way.row)
            else:
                said = {"status": "infeasible", "reason": way}
                rows.append({"option": name, "supply_degc": degc, **said})
    if AMBIENT in arrangements_tried(study.scenario):
        rows.append(_as_loop(study, network, need))
    cold = too_cold_supplies(np.array([need]), study.scenario)
    cold = cold[cold["supply_degc"] < min(row["supply_degc"] for row in rows) - TOLERANCE_K]
    cold = cold.drop(columns="load").assign(option="", status="infeasible")
    table = pd.concat([pd.DataFrame(rows), cold], ignore_index=True)
    name = network.project["project_id"].iloc[0]
    blank = {column: np.nan for column in FIGURES if column not in table}
    return ways, table.assign(project_id=name, load=0, **blank)


def _as_loop(study: NetworkStudy, network: SiteNetwork, need: float) -> dict[str, Any]:
    """Row of the network as an ambient loop, which is compared but not planned."""
    found = loop_figures(study, network)
    row = {"option": AMBIENT, "supply_degc": need}
    if isinstance(found, str):
        return row | {"status": "infeasible", "reason": found}
    figures = {name: found[name] for name in FIGURES}
    return row | {"status": COMPARED, "reason": "", **figures}


def _needed_degc(plan: NetworkPlan) -> float:
    """Warmest supply that a connected consumer needs [°C]."""
    return float(plan.consumers.loc[plan.consumers["connected"], "supply_degc"].max())


def _supplies(study: NetworkStudy, network: SiteNetwork, need: float) -> list[float]:
    """Supply temperatures to try, that of the design among them."""
    own = network.built.basis.rules.supply_degc
    if study.scenario.network.supply_choice != TRIED:
        return [own]
    tried = tried_supplies(np.array([need]), study.scenario)["supply_degc"].tolist()
    return sorted({own, *(degc for degc in tried if abs(degc - own) > TOLERANCE_K)})


def _at_supply(study: NetworkStudy, network: SiteNetwork, degc: float) -> _Piped | None:
    """Basis, pipes and temperatures of a network at a supply temperature; None without pipes."""
    made = network.built
    if degc == made.basis.rules.supply_degc:
        return made.basis, made.plan, made.state
    rules = replace(made.basis.rules, supply_degc=degc)
    plan = resized_plan(made.plan, study.attached.graph, catalogue=study.catalogue, rules=rules)
    if plan is None:
        return None
    basis = replace(made.basis, rules=rules)
    return basis, plan, _warm_state(study, basis, plan)


def _warm_state(study: NetworkStudy, basis: Basis, plan: NetworkPlan) -> NetworkTemperatures:
    """Mean-load state of a plan with design supply at every consumer, needed or not."""
    need = np.maximum(plan.consumers["supply_degc"], basis.rules.supply_degc)
    warm = replace(plan, consumers=plan.consumers.assign(supply_degc=need))
    return mean_state(warm, study.attached.graph, rules=basis.rules, **study.pipes)


def _arranged(
    study: NetworkStudy, designed: SiteNetwork, name: str, piped: list[_Piped]
) -> list[_Way | str]:
    """A network under an arrangement at each of some supplies, or why it cannot work there."""
    if not piped:
        return []
    forced = _forced(study, name)
    networks = [(plan, state) for _, plan, state in piped]
    energy = supplies_under(name, designed.built.basis.site, networks, forced.making)
    works = np.flatnonzero(energy["status"] == OK).tolist()
    made: list[_Way | str] = energy["reason"].tolist()
    if not works:
        return made
    good = [(plan, basis.rules, state) for basis, plan, state in (piped[n] for n in works)]
    rows = appraised_loads(forced, good, energy.iloc[works])[list(FIGURES)].to_dict("records")
    for number, figures in zip(works, rows, strict=True):
        basis, plan, state = piped[number]
        row = {"option": name, "supply_degc": basis.rules.supply_degc, "status": OK, "reason": ""}
        made[number] = _Way(
            study=forced,
            designed=designed,
            basis=basis,
            plan=plan,
            state=state,
            energy=energy.iloc[[number]].reset_index(drop=True),
            row=row | {str(column): value for column, value in figures.items()},
        )
    return made


def _forced(study: NetworkStudy, name: str) -> NetworkStudy:
    """The study with one arrangement."""
    scenario = study.making.scenario
    (word,) = (key for key, arrangement in WORDS.items() if arrangement == name)
    heat_pump = scenario.heat_pump.model_copy(update={"arrangement": word})
    making = replace(study.making, scenario=scenario.model_copy(update={"heat_pump": heat_pump}))
    return replace(study, making=making)


def _first(rows: pd.DataFrame, objective: str) -> int | None:
    """Row of the best way; None where none works."""
    best = int(best_first(rows, objective)[0])
    return best if rows["status"].iloc[best] == OK else None


def _redesigned(way: _Way, taken: frozenset[str]) -> SiteNetwork | None:
    """The network designed anew for a way, without consumers that others serve."""
    study, before = way.study, way.basis
    consumers = before.consumers[~before.consumers["id"].isin(taken)].reset_index(drop=True)
    joined = way.plan.consumers.loc[way.plan.consumers["connected"], "id"]
    group = consumers[consumers["id"].isin(joined)]
    value = connection_values(
        consumers,
        group,
        way.energy,
        study.scenario,
        study.conditions,
        premium_share=before.premium_share,
    )
    rules = design_rules(
        before.site,
        way.energy,
        group,
        study.scenario,
        study.conditions,
        least_capacity_kw=way.plan.peak_kw,
        last=_as_network(way),
    )
    rules = replace(rules, supply_degc=before.rules.supply_degc)
    basis = replace(before, consumers=consumers.assign(value=value), rules=rules)
    plan = basis.designed(study, effort=NORMAL)
    if not plan.consumers["connected"].any():
        return None
    state = _warm_state(study, basis, plan)
    energy = network_supply(before.site, plan, state, study.making)
    if energy["status"].iloc[0] != OK:
        return None
    return basis.tables(study, plan, state, energy)


def _as_network(way: _Way) -> SiteNetwork:
    """The network of a way; only what it was made of is the way's, its tables are not."""
    share = flow_share(way.plan.edges, way.study.catalogue, way.basis.rules)
    made = Made(
        plan=way.plan, state=way.state, energy=way.energy, flow_share=share, basis=way.basis
    )
    return replace(way.designed, made=made)


def _better(designed: SiteNetwork, way: _Way, objective: str) -> bool:
    """Whether a new design is better than the old one at the same temperature."""
    new, old = designed.project, pd.DataFrame([way.row])
    if objective == NPV and max(new[NPV].iloc[0], old[NPV].iloc[0]) < 0.0:
        # Of two that lose, the smaller loss is often just the smaller network.
        return bool(_loss_per_mwh(new) < _loss_per_mwh(old))
    places = (way_keys(row.assign(status=OK), objective) for row in (new, old))
    first, second = ([float(part[0]) for part in place] for place in places)
    return first < second


def _loss_per_mwh(row: pd.DataFrame) -> float:
    """What a network that does not pay loses per heat sold."""
    return float(-row[NPV].iloc[0] / row["heat_mwh"].iloc[0])


def _bounded(way: _Way, designed: SiteNetwork) -> _Way:
    """A way with the objective and bound of the design that it was better than."""
    made = designed.built
    value = made.basis.consumers.set_index("id")["value"]
    plan = bounded_by(
        way.plan, made.plan, value, catalogue=way.study.catalogue, rules=made.basis.rules
    )
    return replace(way, plan=plan)


def _operated(
    ways: dict[int, _Way], rows: pd.DataFrame, objective: str, study: NetworkStudy
) -> SiteNetwork:
    """The best way that was simulated and put right, with all ways."""
    while True:
        best = _first(rows, objective)
        if best is None:
            raise ValueError("a network was designed that no arrangement can supply")
        way = ways[best]
        if way.operated is not None:
            return _with_options(way, way.operated, rows, best, study)
        network = way.basis.operated(way.study, _as_network(way))
        ways[best] = replace(way, operated=network)
        own = network.project.iloc[0]
        for column in FIGURES:
            rows.loc[best, column] = own[column]


def _with_options(
    way: _Way, network: SiteNetwork, rows: pd.DataFrame, best: int, study: NetworkStudy
) -> SiteNetwork:
    """The network chosen, with all ways and why the others lost."""
    objective, money = way_objective(study.scenario), study.scenario.economics.money
    chosen = np.arange(len(rows)) == best
    lost = (rows["status"].isin((OK, COMPARED)) & ~chosen).to_numpy()
    winner = rows.iloc[[best] * int(lost.sum())]
    why = loser_reasons(rows[lost], winner, objective=objective, money=money)
    reason = rows["reason"].to_numpy(dtype=object, copy=True)
    reason[lost] = why
    options = rows.assign(chosen=chosen, reason=reason).drop(columns="load")
    project = network.project.assign(supply_needed_degc=_needed_degc(way.plan))
    return replace(network, project=project, options=options)
