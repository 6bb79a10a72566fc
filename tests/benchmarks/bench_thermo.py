"""
What one point of the physics costs: heat pump, COP table, cycle, friction; peers beside.

``python tests/benchmarks/bench_thermo.py``

COP of 6,000 different operating points by `HeatPump.cop` (pinches solved), a million points by
`fast_operating_points` (everything counted: evaporation, lookup, choice of the cycle, limits,
drive, bounds) and what filling its table costs at first, the same cycle at given
saturation temperatures by `cycle_cop` and by TESPy (whose network is built once and only set to the
next point and solved, its fastest use), pressure gradients by heatreach and friction factors by
fluids. COP of both cycles must agree to 1e-6.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from CoolProp.CoolProp import PropsSI
from fluids.friction import friction_factor as fluids_friction_factor
from tespy.components import Compressor, CycleCloser, SimpleHeatExchanger, Valve
from tespy.connections import Connection
from tespy.networks import Network

from heatreach.thermo import (
    HeatPump,
    cycle_cop,
    fast_operating_points,
    friction_factor,
    pressure_gradient_pa_m,
    refrigerant_names,
)
from heatreach.thermo.cop.table import forget_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

POINTS = 6_000
TABLE_POINTS, FEW_POINTS = 1_000_000, 2_000
COMPARED, COMPARED_SLOW = 1_000, 100
SLOW, SLOW_POINTS = ("R744",), 5_000
TESPY_POINTS = 60
PIPES = 100_000
SCALAR_PIPES = 20_000
FLUIDS = ("R600a", "R717", "R1234ze(E)")
SUPERHEAT_K, EFFICIENCY = 5.0, 0.75
RUNS = 3
SEED = 20240229


class Row(NamedTuple):
    """One line of the table."""

    what: str
    points: int
    microseconds: float


def timed(what: str, points: int, action: Callable[[], Any], runs: int = RUNS) -> Row:
    """Median time per point of an action, after one run that warms it up."""
    action()
    seconds = []
    for _ in range(runs):
        began = perf_counter()
        action()
        seconds.append(perf_counter() - began)
    return Row(what, points, median(seconds) / points * 1e6)


def heat_pump_rows(random: np.random.Generator) -> list[Row]:
    """Pinch-solved machines at different points, one refrigerant after another."""
    source, sink = random.uniform(20, 40, POINTS), random.uniform(35, 50, POINTS)
    waters = (source, source - random.uniform(4, 8, POINTS))
    sinks = (sink, sink + random.uniform(10, 30, POINTS))
    size = random.uniform(100.0, 5000.0, POINTS)
    rows = []
    for fluid in FLUIDS:
        machine = HeatPump.sized(size, fluid)
        cop = partial(machine.cop, *waters, *sinks)
        rows.append(timed(f"HeatPump.cop, {fluid}", POINTS, cop))
    same, equal = HeatPump.sized(1000.0, FLUIDS[0]), np.full(POINTS, 30.0)
    cop = partial(same.cop, equal, equal - 8.0, equal + 10.0, equal + 35.0)
    rows.append(timed(f"HeatPump.cop, {FLUIDS[0]}, equal points", POINTS, cop))
    return rows


class TableRow(NamedTuple):
    """One refrigerant: exact cycle, first and later use of the table, agreement."""

    fluid: str
    exact_microseconds: float
    few_first_seconds: float
    many_first_seconds: float
    lookup_microseconds: float
    largest_error: float
    served_share: float


def table_waters(random: np.random.Generator, count: int) -> tuple[npt.NDArray[np.float64], ...]:
    """Waters of data centres and of heat networks with not too high temperatures."""
    source, sink = random.uniform(20, 45, count), random.uniform(30, 55, count)
    return source, source - random.uniform(4, 10, count), sink, sink + random.uniform(5, 30, count)


def one_site(random: np.random.Generator) -> tuple[npt.NDArray[np.float64], ...]:
    """Links of one data centre to consumers of similar temperatures."""
    source = np.full(FEW_POINTS, 30.0)
    sink, supply = random.normal(40.0, 2.0, FEW_POINTS), random.normal(65.0, 2.0, FEW_POINTS)
    return source, source - 8.0, sink, supply


def first_seconds(fluid: str, waters: tuple[npt.NDArray[np.float64], ...]) -> float:
    """Time of a request whose table is neither in memory nor on disk."""
    forget_tables()
    os.environ["HEATREACH_CACHE"] = tempfile.mkdtemp(dir=os.environ["TMPDIR"])
    began = perf_counter()
    fast_operating_points(fluid, *waters, heat_kw=1000.0)
    return perf_counter() - began


def table_row(random: np.random.Generator, fluid: str) -> TableRow:
    """Build time, lookup time and error of the tables of one refrigerant, cycle by the rule."""
    count = SLOW_POINTS if fluid in SLOW else TABLE_POINTS
    waters = table_waters(random, count)
    few = first_seconds(fluid, one_site(random))
    many = first_seconds(fluid, waters)
    lookup = partial(fast_operating_points, fluid, *waters, heat_kw=1000.0)
    row = timed("", count, lookup)
    some = slice(0, COMPARED_SLOW if fluid in SLOW else COMPARED)
    machine = HeatPump.sized(1000.0, fluid)
    began = perf_counter()
    exact = machine.operating_points(*(array[some] for array in waters))
    seconds = perf_counter() - began
    found = lookup()
    error = (found["cop"][some] / exact["cop"] - 1.0).abs().max()
    served = float((found["reason"] == "").mean())
    return TableRow(
        fluid, seconds / len(exact) * 1e6, few, many, row.microseconds, float(error), served
    )


class TespyCycle:
    """A single-stage cycle in TESPy that is set from point to point."""

    def __init__(self, fluid: str) -> None:
        self.fluid = fluid
        self.network = Network(iterinfo=False)
        closer, valve = CycleCloser("closer"), Valve("valve")
        compressor = Compressor("compressor")
        evaporator, condenser = SimpleHeatExchanger("evaporator"), SimpleHeatExchanger("condenser")
        self.suction = Connection(closer, "out1", compressor, "in1", label="1")
        self.discharge = Connection(compressor, "out1", condenser, "in1", label="2")
        self.liquid = Connection(condenser, "out1", valve, "in1", label="3")
        mixture = Connection(valve, "out1", evaporator, "in1", label="4")
        vapour = Connection(evaporator, "out1", closer, "in1", label="0")
        self.network.add_conns(self.suction, self.discharge, self.liquid, mixture, vapour)
        compressor.set_attr(eta_s=EFFICIENCY)
        evaporator.set_attr(pr=1)
        condenser.set_attr(pr=1)
        self.suction.set_attr(fluid={fluid: 1}, m=1)
        self.liquid.set_attr(x=0)

    def cop(self, cold: float, warm: float) -> float:
        """COP at an evaporating and a condensing temperature [°C]."""
        low = PropsSI("P", "T", cold + 273.15, "Q", 1, self.fluid)
        high = PropsSI("P", "T", warm + 273.15, "Q", 0, self.fluid)
        self.suction.set_attr(p=low, T=cold + SUPERHEAT_K + 273.15)
        self.discharge.set_attr(p=high)
        self.network.solve("design")
        h1, h2, h3 = (c.h.val_SI for c in (self.suction, self.discharge, self.liquid))
        return float((h2 - h3) / (h2 - h1))

    def cops(
        self, cold: npt.NDArray[np.float64], warm: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        """COP of many points, one after another."""
        points = zip(cold.tolist(), warm.tolist(), strict=True)
        return np.array([self.cop(*point) for point in points])


def cycle_rows(random: np.random.Generator) -> tuple[list[Row], float]:
    """The same cycle by both programs, and the largest relative difference of COP."""
    rows, difference = [], 0.0
    for fluid in FLUIDS:
        cold, warm = random.uniform(5, 30, POINTS), random.uniform(50, 80, POINTS)
        rows.append(timed(f"cycle_cop, {fluid}", POINTS, partial(ours, fluid, cold, warm)))
        cold, warm = cold[:TESPY_POINTS], warm[:TESPY_POINTS]
        solve_all = partial(TespyCycle(fluid).cops, cold, warm)
        rows.append(timed(f"TESPy, {fluid}", TESPY_POINTS, solve_all, runs=1))
        ratio = ours(fluid, cold, warm) / solve_all()
        difference = max(difference, float(np.abs(ratio - 1.0).max()))
    return rows, difference


def ours(
    fluid: str, cold: npt.NDArray[np.float64], warm: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """COP of the cycle by heatreach."""
    return np.asarray(
        cycle_cop(
            fluid,
            evaporating_degc=cold,
            condensing_degc=warm,
            superheat_k=SUPERHEAT_K,
            subcooling_k=0.0,
            isentropic_efficiency=EFFICIENCY,
        )
    )


def pipe_rows(random: np.random.Generator) -> list[Row]:
    """Friction in arrays, and one pipe at a time by fluids."""
    bore, flow = random.uniform(20, 500, PIPES), random.uniform(0.1, 200.0, PIPES)
    temperature = random.uniform(40, 80, PIPES)
    reynolds, relative = 10 ** random.uniform(3.7, 6.5, PIPES), random.uniform(1e-5, 1e-3, PIPES)
    few = list(zip(reynolds[:SCALAR_PIPES].tolist(), relative[:SCALAR_PIPES].tolist(), strict=True))
    return [
        timed(
            "pressure_gradient_pa_m, array",
            PIPES,
            lambda: pressure_gradient_pa_m(
                flow, bore, temperature_degc=temperature, roughness_mm=0.1
            ),
        ),
        timed("friction_factor, array", PIPES, lambda: friction_factor(reynolds, relative)),
        timed(
            "fluids.friction_factor, one by one",
            SCALAR_PIPES,
            lambda: [fluids_friction_factor(Re=re, eD=rough) for re, rough in few],
        ),
    ]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = os.environ["HEATREACH_CACHE"] = folder
        report()


def report() -> None:
    random = np.random.default_rng(SEED)
    cycles, difference = cycle_rows(random)
    rows = [*heat_pump_rows(random), *cycles, *pipe_rows(random)]
    print(f"{'':<38}{'points':>9}{'µs per point':>14}")
    for row in rows:
        print(f"{row.what:<38}{row.points:>9,}{row.microseconds:>14.3f}")
    print(f"\nlargest relative difference of COP to TESPy: {difference:.1e}")
    for mine, theirs in zip(cycles[::2], cycles[1::2], strict=True):
        ratio = theirs.microseconds / mine.microseconds
        print(f"{theirs.what} over {mine.what}: {ratio:,.0f} times the time")
    print(f"\n{'COP table':<12}{'exact':>10}{'2,000':>11}{'all':>11}{'lookup':>10}", end="")
    print(f"{'largest':>10}{'points':>8}   ({TABLE_POINTS:,} points, R744 {SLOW_POINTS:,})")
    print(f"{'':<12}{'µs/point':>10}{'first, s':>11}{'first, s':>11}{'µs/point':>10}", end="")
    print(f"{'error':>10}{'served':>8}")
    for fluid in refrigerant_names():
        cells = table_row(random, fluid)
        print(
            f"{cells.fluid:<12}{cells.exact_microseconds:>10.0f}{cells.few_first_seconds:>11.3f}"
            f"{cells.many_first_seconds:>11.2f}{cells.lookup_microseconds:>10.2f}"
            f"{cells.largest_error:>10.1e}{cells.served_share:>8.2f}",
            flush=True,
        )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
