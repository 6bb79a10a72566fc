"""
Run networks in pandapipes: `python run_pandapipes.py networks.json results.json`.

Stands alone: it runs in an environment of its own (`requirements.txt` beside it), because
pandapipes and this project need different versions of pandas. Networks come as plain lists;
results go back as plain lists, with the seconds of building and of each run.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandapipes as pp
from pandapipes.properties.fluids import (
    Fluid,
    FluidPropertyConstant,
    FluidPropertyInterExtra,
    _add_fluid_to_net,
)

KELVIN = 273.15
PA_PER_BAR = 1e5


def water(table: dict[str, list[float]]) -> Fluid:
    """Water with the properties given, so that programs and not steam tables are compared."""
    kelvin = np.array(table["temperature_degc"]) + KELVIN
    names = {
        "density": "density_kg_m3",
        "viscosity": "viscosity_pa_s",
        "heat_capacity": "heat_capacity_j_kgk",
    }
    curves = {
        name: FluidPropertyInterExtra(kelvin, np.array(table[column]))
        for name, column in names.items()
    }
    return Fluid(
        "water of the comparison",
        "liquid",
        **curves,
        compressibility=FluidPropertyConstant(1.0),
        molar_mass=FluidPropertyConstant(18.015),
    )


def build(network: dict[str, Any]) -> Any:
    """Supply and return pipes, consumers that hold heat and return temperature, one pump."""
    parent = np.array(network["parent"])
    nodes = len(parent)
    net = pp.create_empty_network(fluid=None)
    if network.get("water") is None:
        pp.create_fluid_from_lib(net, "water", overwrite=True)
    else:
        _add_fluid_to_net(net, water(network["water"]))
    source_k = network["supply_degc"] + KELVIN
    pp.create_junctions(net, 2 * nodes, pn_bar=10.0, tfluid_k=source_k)
    bore_mm = np.array(network["inner_diameter_mm"])[1:]
    pipes = {
        "length_km": np.array(network["length_m"])[1:] / 1e3,
        "inner_diameter_mm": bore_mm,
        # Heat passes through the outer surface; a bare pipe's is that of its bore.
        "outer_diameter_mm": bore_mm,
        "u_w_per_m2k": np.array(network["u_value_w_mk"])[1:] / (np.pi * bore_mm / 1e3),
        "k_mm": network["roughness_mm"],
        "text_k": network["ground_degc"] + KELVIN,
        "sections": network["sections"],
    }
    below = np.arange(1, nodes)
    pp.create_pipes_from_parameters(net, parent[1:], below, **pipes)
    pp.create_pipes_from_parameters(net, below + nodes, parent[1:] + nodes, **pipes)
    at = np.array(network["consumer_node"])
    pp.create_heat_consumers(
        net,
        at,
        at + nodes,
        qext_w=np.array(network["heat_kw"]) * 1e3,
        treturn_k=np.array(network["return_degc"]) + KELVIN,
    )
    head_bar = network["head_pa"] / PA_PER_BAR
    pp.create_circ_pump_const_pressure(
        net, nodes, 0, p_flow_bar=5.0 + head_bar, plift_bar=head_bar, t_flow_k=source_k
    )
    return net


def solve(net: Any) -> None:
    """Flows, pressures and temperatures together, to tight tolerances."""
    pp.pipeflow(
        net,
        mode="bidirectional",
        friction_model="colebrook",
        max_iter_colebrook=100,
        tolerance_colebrook=1e-9,
        max_iter_hyd=200,
        max_iter_therm=200,
        max_iter_bidirect=200,
        tol_p=1e-8,
        tol_m=1e-8,
        tol_T=1e-6,
        tol_res=1e-5,
    )


def results(net: Any, nodes: int) -> dict[str, list[float]]:
    """Flow per supply pipe, pressure and temperature per junction, supply and return."""
    flow = net.res_pipe["mdot_from_kg_per_s"].to_numpy()[: nodes - 1]
    bar, kelvin = net.res_junction["p_bar"].to_numpy(), net.res_junction["t_k"].to_numpy()
    return {
        "flow_kg_s": flow.tolist(),
        "reynolds": net.res_pipe["reynolds"].to_numpy().tolist(),
        "supply_pa": ((bar[:nodes] - 5.0) * PA_PER_BAR).tolist(),
        "return_pa": ((bar[nodes:] - 5.0) * PA_PER_BAR).tolist(),
        "supply_degc": (kelvin[:nodes] - KELVIN).tolist(),
        "return_degc": (kelvin[nodes:] - KELVIN).tolist(),
    }


def compared(network: dict[str, Any]) -> dict[str, list[float]]:
    """One network built and run as often as asked."""
    clock = time.perf_counter
    start = clock()
    net = build(network)
    seconds = [clock() - start]
    for _ in range(network["runs"]):
        start = clock()
        solve(net)
        seconds.append(clock() - start)
    return results(net, len(network["parent"])) | {"seconds": seconds}


def main() -> None:
    """Read, build, run, write."""
    given, wanted = (Path(name) for name in sys.argv[1:3])
    wanted.write_text(json.dumps([compared(one) for one in json.loads(given.read_text())]))


if __name__ == "__main__":
    main()
