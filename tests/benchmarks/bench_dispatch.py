"""
What the hourly balance of a link costs in time and memory, and how far it is from the optimum.

``python tests/benchmarks/bench_dispatch.py``

2,000 links of 8,760 hours, with and without store, least load and limited boiler; the same balance
as a loop over hours in plain Python, one link; sizes on a grid of 11 heat pumps by 4 stores; the
highest memory of 10,000 links in a process of its own; the linear programme of one link. Then the
gap of the rule for loads of four kinds. Times are those of the processor.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from heatreach.thermo.dispatch import dispatch
from heatreach.thermo.year.dispatch_bound import EnergyPrices, dispatch_bound, dispatch_gap
from heatreach.thermo.year.plant import HourlyLoad, Machine, SourceHours
from heatreach.thermo.year.plant_size import least_cost_size
from heatreach.thermo.year.store import hot_water_store

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float64]

LINKS = 2_000
MANY_LINKS = 10_000
HOURS = 8760
RUNS = 3
SEED = 20240229
PRICES = EnergyPrices(electricity_per_mwh=100.0, backup_per_mwh=80.0, unserved_per_mwh=5000.0)


class Plants(NamedTuple):
    """Loads, sources and machines of many links."""

    load: HourlyLoad
    source: SourceHours
    machine: Machine
    peak_kw: FloatArray


def outdoor_degc(random: np.random.Generator) -> FloatArray:
    """Temperatures of a synthetic year."""
    hour = np.arange(HOURS)
    noise = np.convolve(random.standard_normal(HOURS + 71), np.ones(72) / np.sqrt(72), "valid")
    season = 9.0 - 9.0 * np.cos(2 * np.pi * (hour / 24 - 20) / 365)
    return np.asarray(season - 3.0 * np.cos(2 * np.pi * (hour - 3) / 24) + 3.0 * noise)


def load_shapes(random: np.random.Generator, hot_water: FloatArray) -> FloatArray:
    """Degree-hour loads with shares of hot water, each row with sum 1."""
    hour = np.arange(HOURS)
    degrees = np.clip(15.0 - outdoor_degc(random), 0.0, None)
    heating = degrees * (1.0 + 0.3 * np.sin(2 * np.pi * hour / 24))
    water = 1.0 + 0.5 * np.sin(2 * np.pi * (hour - 6) / 24)
    share = hot_water[:, None]
    return np.asarray((1.0 - share) * heating / heating.sum() + share * water / water.sum())


def plants(count: int, min_load_share: float = 0.0) -> Plants:
    """Links that share twelve loads and three sources."""
    random = np.random.default_rng(SEED)
    shapes = load_shapes(random, np.linspace(0.05, 0.5, 12))
    swing = 1.0 + np.array([[0.0], [0.1], [0.2]]) * np.sin(2 * np.pi * np.arange(HOURS) / 24)
    shape_of = random.integers(0, 12, count)
    heat = random.uniform(200.0, 20_000.0, count)
    peak = heat * 1100.0 * shapes.max(axis=1)[shape_of]
    cop = random.uniform(3.0, 5.0, count)
    return Plants(
        HourlyLoad(heat_mwh=heat, shapes=shapes, shape_of=shape_of, loss_mwh=heat * 0.1),
        SourceHours(
            source_kw=peak * random.uniform(0.2, 0.6, count),
            shapes=swing / swing.mean(axis=1, keepdims=True),
            shape_of=random.integers(0, 3, count),
        ),
        Machine(
            heat_pump_kw=peak * random.uniform(0.2, 0.7, count),
            cop=cop,
            source_share=1.0 - 0.95 / cop,
            min_load_share=min_load_share,
        ),
        peak,
    )


def timed(action: Callable[[], Any], runs: int = RUNS) -> float:
    """Median seconds of an action, after one run that warms it up."""
    action()
    seconds = []
    for _ in range(runs):
        began = process_time()
        action()
        seconds.append(process_time() - began)
    return median(seconds)


def plain_loop(load: list[float], able: list[float], capacity: float, keep: float) -> float:
    """Boiler heat of one link by a loop over hours, with the same two passes."""
    need = [0.0] * len(load)
    for t in range(len(load) - 1, 0, -1):
        need[t - 1] = min(capacity, max(0.0, (need[t] + load[t] - able[t]) / keep))
    content = backup = 0.0
    for wanted, most, aim in zip(load, able, need, strict=True):
        kept = content * keep
        output = max(0.0, min(most, wanted + aim - kept))
        content = kept + output - wanted
        backup += max(0.0, -content)
        content = max(0.0, content)
    return backup


def time_rows() -> list[tuple[str, float]]:
    """Microseconds per link of each kind."""
    plain, least = plants(LINKS), plants(LINKS, 0.25)
    tank = hot_water_store(plain.peak_kw * 0.002)
    boiler = plain.peak_kw * 0.5
    kinds: list[tuple[str, Callable[[], Any]]] = [
        ("no store", partial(dispatch, *plain[:3])),
        ("no store, least load", partial(dispatch, *least[:3])),
        ("store", partial(dispatch, *plain[:3], store=tank)),
        ("store, least load", partial(dispatch, *least[:3], store=tank)),
        ("store, limited boiler", partial(dispatch, *plain[:3], store=tank, boiler_kw=boiler)),
    ]
    rows = [(name, timed(action) / LINKS * 1e6) for name, action in kinds]
    shape = plain.load.shapes[0]
    load = (shape * 1e7).tolist()
    able = [float(shape.max()) * 4e6] * HOURS
    rows.append(
        ("plain Python loop, store", timed(lambda: plain_loop(load, able, 5e3, 0.9999)) * 1e6)
    )
    one = plants(1)
    store = hot_water_store(one.peak_kw * 0.002)
    bound = partial(dispatch_bound, *one[:3], prices=PRICES, store=store)
    rows.append(("linear programme, store", timed(bound, runs=1) * 1e6))
    few = plants(50)
    sizes = partial(
        least_cost_size,
        *few[:3],
        peak_shares=np.linspace(0.0, 1.0, 11),
        store_hours=np.array([0.0, 2.0, 4.0, 8.0]),
        annual_cost=lambda heat_pump, content, *_: 80.0 * heat_pump + 150.0 * content,
        prices=PRICES,
        standby_share=1.0,
    )
    rows.append(("sizes, grid of 44", timed(sizes, runs=1) / 50 * 1e6))
    return rows


def gap_rows() -> list[tuple[str, list[float]]]:
    """Gap [%] by kind of load: constant COP, with least load, with part load, COP by the hour."""
    random = np.random.default_rng(SEED)
    shapes = load_shapes(random, np.array([0.1, 0.3, 0.5, 1.0]))
    peak = 5e6 * shapes.max(axis=1)
    load = HourlyLoad(heat_mwh=np.full(4, 5000.0), shapes=shapes)
    source = SourceHours(source_kw=peak * 0.5)
    outdoor = outdoor_degc(np.random.default_rng(SEED))
    hourly = 3.5 + 0.05 * outdoor
    constant = Machine(heat_pump_kw=peak * 0.4, cop=4.0, source_share=0.76)
    machines: list[tuple[str, Machine, bool]] = [
        ("constant COP", constant, False),
        ("part load", constant, True),
        (
            "least load 25 %",
            Machine(heat_pump_kw=peak * 0.4, cop=4.0, source_share=0.76, min_load_share=0.25),
            False,
        ),
        (
            "COP + 0.05 per K outdoors",
            Machine(
                heat_pump_kw=peak * 0.4, cop=hourly[None], source_share=1 - 0.95 / hourly[None]
            ),
            False,
        ),
    ]
    rows = []
    for hours in (0.0, 4.0, 24.0):
        tank = hot_water_store(peak * 0.4 * hours / 1000.0)
        for name, machine, part_load in machines:
            gap = dispatch_gap(
                load, source, machine, prices=PRICES, store=tank, part_load=part_load
            )
            rows.append((f"store {hours:2.0f} h, {name}", (gap.gap_share * 100.0).tolist()))
    return rows


def highest_memory_mb() -> float:
    """Highest resident memory of this process so far, as Linux keeps it per program."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024.0


def memory_of_many() -> None:
    """Print what many links with stores add to the memory of this process."""
    before = highest_memory_mb()
    many = plants(MANY_LINKS, 0.25)
    tank = hot_water_store(many.peak_kw * 0.002)
    began = process_time()
    dispatch(*many[:3], store=tank, boiler_kw=many.peak_kw * 0.5)
    took = process_time() - began
    print(f"{MANY_LINKS:,} links x {HOURS:,} h, store, least load, limited boiler: {took:.1f} s,")
    print(f"highest memory {highest_memory_mb():,.0f} MB, of which {before:,.0f} MB before")


def main() -> None:
    print(f"{'8,760 hours of one link':<38}{'µs':>14}")
    for name, microseconds in time_rows():
        print(f"{name:<38}{microseconds:>14,.0f}")
    print()
    subprocess.run([sys.executable, __file__, "memory"], check=True)
    print(f"\n{'gap [%] by share of hot water':<38}{'10 %':>9}{'30 %':>9}{'50 %':>9}{'100 %':>9}")
    for name, gaps in gap_rows():
        print(
            f"{name:<38}" + "".join(f"{abs(gap) if abs(gap) < 1e-4 else gap:>9.3f}" for gap in gaps)
        )
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    memory_of_many() if sys.argv[1:] == ["memory"] else main()
