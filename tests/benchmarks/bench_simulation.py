"""
How long a network takes to simulate, and how near pandapipes we are, side by side.

    PYTHONPATH=. .venv/bin/python tests/benchmarks/bench_simulation.py

One line per network: consumers, pipes (supply and return counted apart), seconds of our first and
of a later run, seconds of building, first and later run in pandapipes 0.16, and the largest
deviations of flow, pressure drop (pipes above Reynolds 4000) and temperature. The first run of each
process compiles: ours keeps the machine code on disk, so that only the first process ever pays;
``NUMBA_CACHE_DIR`` on an empty folder shows that price. pandapipes runs in an environment of its
own (see ``tests/peers/requirements.txt``); without it only our times are shown. Then a year of
8,760 states against its bins.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from heatreach.network.operation.annual import simulate_year
from heatreach.network.simulate import NetworkState, design_heat_kw, simulate_network
from tests.peers.networks import (
    OPERATION,
    PEERS,
    PIPES,
    RULES,
    for_pandapipes,
    in_pandapipes,
    random_plan,
    street_plan,
)

GIVEN: dict[str, Any] = {"catalogue": PIPES, "rules": RULES, "operation": OPERATION}
TURBULENT = 4000.0
RUNS = 5
CASES = {
    "random": (random_plan, (1, 5, 40, 200, 500)),
    "streets of Karhula": (street_plan, (60, 300)),
}


def timed(plan: Any, streets: Any, heat_kw: Any) -> tuple[NetworkState, float, float]:
    """State, seconds of the first run, least seconds of the later ones."""
    seconds = []
    for _ in range(RUNS):
        start = perf_counter()
        state = simulate_network(plan, streets, **GIVEN, heat_kw=heat_kw)
        seconds.append(perf_counter() - start)
    return state, seconds[0], min(seconds[1:])


def deviations(plan: Any, ours: NetworkState, theirs: dict[str, Any]) -> tuple[float, float, float]:
    """Largest relative difference of flow and of pressure drop, and of temperature in kelvin."""
    parent = plan.tree.parent[1:]
    flow = np.abs(theirs["flow_kg_s"] / ours.flow_kg_s[1:] - 1.0).max()
    mine, other = (
        np.concatenate([supply[parent] - supply[1:], back[1:] - back[parent]])
        for supply, back in (
            (ours.supply_pa, ours.return_pa),
            (theirs["supply_pa"], theirs["return_pa"]),
        )
    )
    asked = theirs["reynolds"] > TURBULENT
    drop = np.abs(other[asked] / mine[asked] - 1.0).max()
    degc = max(
        np.abs(theirs["supply_degc"] - ours.supply_degc).max(),
        np.abs(theirs["return_degc"] - ours.return_degc).max(),
    )
    return float(flow), float(drop), float(degc)


def side_by_side() -> None:
    """Print one line per network."""
    rows, networks = [], []
    for name, (draw, sizes) in CASES.items():
        for consumers in sizes:
            plan, streets = draw(consumers, consumers)
            heat = design_heat_kw(plan)
            state, first, later = timed(plan, streets, heat)
            rows.append((name, consumers, plan, state, first, later))
            networks.append(for_pandapipes(plan, state, heat, runs=RUNS))
    found: list[dict[str, Any]] = [{}] * len(rows)
    if PEERS.is_file():
        with tempfile.TemporaryDirectory() as folder:
            found = in_pandapipes(networks, Path(folder))
    print(f"{'network':20} {'consumers':>9} {'pipes':>6} {'ours 1st':>9} {'later':>9}", end=" ")
    print(f"{'build':>7} {'pp 1st':>7} {'later':>7} {'flow':>8} {'drop':>8} {'K':>8}")
    for (name, consumers, plan, state, first, later), theirs in zip(rows, found, strict=True):
        line = f"{name:20} {consumers:9} {2 * len(plan.edges):6} {first:9.4f} {later:9.5f}"
        if theirs:
            build, start, *rest = theirs["seconds"]
            flow, drop, degc = deviations(plan, state, theirs)
            line += (
                f" {build:7.3f} {start:7.3f} {min(rest):7.3f} {flow:8.1e} {drop:8.1e} {degc:8.1e}"
            )
        print(line)


def year(consumers: int) -> None:
    """Print time and results of a year by hours and by bins."""
    plan, streets = random_plan(consumers, consumers)
    hour = np.arange(8760)
    season = (0.52 + 0.48 * np.cos(2 * np.pi * hour / 8760)) ** 1.5
    load = (
        plan.edges["peak_kw"].iloc[0] * season * (1.0 + 0.3 * np.cos(2 * np.pi * hour / 24)) / 1.3
    )
    print(f"\na year of {consumers} consumers: states, seconds, loss and pumping [MWh]")
    for bins in (None, 8, 16, 32):
        start = perf_counter()
        found = simulate_year(plan, streets, **GIVEN, load_kw=load, bins=bins)
        seconds, states = perf_counter() - start, len(found.bins.hours)
        print(f"{states:6} {seconds:8.3f} {found.loss_mwh:10.3f} {found.pumping_mwh:10.4f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Simulation, side by side with pandapipes.")
    parser.add_argument("--year-of", type=int, default=100, help="consumers in the year's network")
    side_by_side()
    year(parser.parse_args().year_of)
