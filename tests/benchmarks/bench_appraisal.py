"""
What it costs to appraise links, on one core, against plain ways of doing the same.

``python tests/benchmarks/bench_appraisal.py``

One million links over 25 years, from the amounts of all money lines, in chunks: net present value,
levelised cost and both paybacks; the same with internal rates of return; worths only. Internal
rates of flows that change sign once, with a loss in a year of renewal, and at random. Then the bill
made from energies. Peers: numpy-financial and plain NumPy, link by link. Times are those of the
processor; the highest memory is that of a process of its own.
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
import numpy_financial as npf
import pandas as pd

from heatreach.siting.appraisal.bill import bill
from heatreach.siting.appraisal.cash_flow import (
    cash_lines,
    cost_signs,
    payer_signs,
    present_worths,
    yearly_flows,
)
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.line_values import study_factors, study_profiles
from heatreach.siting.appraisal.returns import (
    discounted_payback,
    irr,
    irr_roots,
    npv,
    simple_payback,
)
from heatreach.siting.appraise import appraise
from heatreach.siting.scenario import Scenario
from heatreach.thermo import CENTRAL

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

LINKS = 1_000_000
CHUNK = 20_000
FEW = 2_000
RUNS = 3
SEED = 20240229
RATE = 0.035


class Study(NamedTuple):
    """What all links share."""

    profiles: Floats
    factors: Floats
    signs: Floats
    costs: Floats


def study() -> Study:
    """Profiles and factors of the plain scenario: 25 years at 3.5 %."""
    scenario = Scenario()
    profiles = study_profiles(scenario, conditions_of(scenario, "DE"))
    return Study(profiles, study_factors(scenario), payer_signs("operator"), cost_signs())


def amounts(count: int, seed: int = SEED) -> tuple[Floats, Floats]:
    """Money per line and heat of made-up links; heat is sold for cost and up to twice as much."""
    random = np.random.default_rng(seed)
    lines = cash_lines()
    size = random.lognormal(0.0, 1.0, (count, 1)) * 1e4
    money = size * random.uniform(0.0, 1.0, (count, len(lines)))
    money *= np.where(lines["kind"].to_numpy() == "yearly", 0.05, 1.0)
    money[:, lines.index.get_loc("tariff_given")] += 3.0 * size[:, 0]
    return money, 20.0 * size[:, 0]


def figures(
    money: Floats, heat: Floats, shared: Study, *, with_rate: bool = False
) -> tuple[Floats, ...]:
    """Worth, levelised cost, both paybacks, and the internal rate of return if wanted."""
    flows = yearly_flows(money, shared.signs, shared.profiles)
    cost = money @ (shared.costs * present_worths(shared.profiles, shared.factors))
    lcoh = cost / (heat * shared.factors[1:].sum())
    return (
        npv(flows, shared.factors),
        lcoh,
        simple_payback(flows),
        discounted_payback(flows, shared.factors),
        *((irr(flows),) if with_rate else ()),
    )


figures_with_rate = partial(figures, with_rate=True)


def worths_only(money: Floats, heat: Floats, shared: Study) -> tuple[Floats, ...]:
    """Worth and levelised cost without yearly flows."""
    worths = present_worths(shared.profiles, shared.factors)
    both = money @ np.stack([shared.signs * worths, shared.costs * worths], axis=1)
    return both[:, 0], both[:, 1] / (heat * shared.factors[1:].sum())


def plain_numpy(money: Floats, heat: Floats, shared: Study) -> list[tuple[float, ...]]:
    """Link by link with NumPy."""
    rows: list[tuple[float, ...]] = []
    signed = shared.signs[:, None] * shared.profiles
    costs = shared.costs[:, None] * shared.profiles
    annuity = shared.factors[1:].sum()
    for amount, mwh in zip(money, heat, strict=True):
        flow = amount @ signed
        worth = flow * shared.factors
        cost = (amount @ costs) @ shared.factors
        rows.append((worth.sum(), cost / (mwh * annuity), crossing(flow), crossing(worth)))
    return rows


def crossing(flow: Floats) -> float:
    """Payback of one row, with NumPy."""
    total = np.cumsum(flow)
    if total[-1] < 0.0:
        return float("nan")
    owed = np.flatnonzero(total < 0.0)
    if not len(owed):
        return 0.0
    return float(owed[-1] - total[owed[-1]] / flow[owed[-1] + 1])


def with_numpy_financial(money: Floats, heat: Floats, shared: Study) -> list[tuple[float, ...]]:
    """Link by link with numpy-financial; paybacks as in `plain_numpy`."""
    rows: list[tuple[float, ...]] = []
    signed = shared.signs[:, None] * shared.profiles
    costs = shared.costs[:, None] * shared.profiles
    years = len(shared.factors) - 1
    for amount, mwh in zip(money, heat, strict=True):
        flow = amount @ signed
        lcoh = npf.npv(RATE, amount @ costs) * -npf.pmt(RATE, years, 1.0) / mwh
        worth = npf.npv(RATE, flow)
        rows.append((worth, lcoh, crossing(flow), crossing(flow * shared.factors)))
    return rows


def timed(action: Callable[[], Any], runs: int = RUNS) -> float:
    """Median seconds of an action, after one run that warms it up."""
    action()
    seconds = []
    for _ in range(runs):
        began = process_time()
        action()
        seconds.append(process_time() - began)
    return median(seconds)


def in_chunks(
    action: Callable[[Floats, Floats, Study], tuple[Floats, ...]], shared: Study
) -> tuple[float, float]:
    """Seconds for all links, made up anew in every chunk, and the sum of worths as a check."""
    money, heat = amounts(CHUNK)
    action(money, heat, shared)
    seconds = total = 0.0
    for chunk in range(LINKS // CHUNK):
        scale = 1.0 + chunk / LINKS
        share, mwh = money * scale, heat * scale
        began = process_time()
        total += float(action(share, mwh, shared)[0].sum())
        seconds += process_time() - began
    return seconds, total


def rows_of_links(shared: Study) -> list[tuple[str, float]]:
    """Links per second of every way."""
    rows = [
        ("NPV, LCOH, paybacks", LINKS / in_chunks(figures, shared)[0]),
        ("and IRR", LINKS / in_chunks(figures_with_rate, shared)[0]),
        ("NPV and LCOH from worths", LINKS / in_chunks(worths_only, shared)[0]),
    ]
    money, heat = amounts(FEW)
    peers: list[tuple[str, Callable[[Floats, Floats, Study], list[tuple[float, ...]]]]] = [
        ("peer: NumPy, link by link", plain_numpy),
        ("peer: numpy-financial, link by link", with_numpy_financial),
    ]
    ours = np.stack(figures(money, heat, shared), axis=1)
    for name, peer in peers:
        np.testing.assert_allclose(np.array(peer(money, heat, shared)), ours, rtol=1e-9, atol=1e-6)
        rows.append((name, FEW / timed(partial(peer, money, heat, shared), runs=1)))
    return rows


def rows_of_rates(shared: Study) -> list[tuple[str, float]]:
    """Internal rates per second by kind of flow, and by numpy-financial."""
    random = np.random.default_rng(SEED)
    plain = random.uniform(50.0, 150.0, (10 * CHUNK, 26))
    plain[:, 0] = -random.uniform(500.0, 2500.0, len(plain))
    renewed = plain.copy()
    renewed[:, 20] = -random.uniform(100.0, 600.0, len(plain))
    wild = random.normal(size=(CHUNK, 26))
    links = yearly_flows(amounts(CHUNK)[0], shared.signs, shared.profiles)
    rows = [
        (f"IRR, {name}", len(flows) / timed(partial(irr, flows)))
        for name, flows in (
            ("links as above", links),
            ("one change of sign", plain),
            ("loss in a year of renewal", renewed),
            ("signs at random", wild),
        )
    ]
    few = plain[: FEW // 10]
    np.testing.assert_allclose([npf.irr(row) for row in few], irr(few), atol=1e-9)
    seconds = timed(lambda: [npf.irr(row) for row in few], runs=1)
    rows.append(("peer: IRR of numpy-financial, one change of sign", len(few) / seconds))
    several = float(np.mean(irr_roots(wild) > 1))
    print(f"of the flows with signs at random {several:.0%} have several internal rates")
    return rows


def rows_of_bills() -> list[tuple[str, float]]:
    """Links per second from energies to all figures of a link, tables of prices and all."""
    scenario = Scenario()
    known = conditions_of(scenario, "DE")
    random = np.random.default_rng(SEED)
    heat = random.uniform(100.0, 10_000.0, CHUNK)
    columns: dict[str, Any] = {
        name: heat * share
        for name, share in {
            "heat_mwh": 1.0,
            "loss_mwh": 0.1,
            "pumping_mwh": 0.01,
            "feed_peak_kw": 0.5,
            "heat_pump_kw": 0.25,
            "boiler_kw": 0.5,
            "heat_pump_mwh": 0.99,
            "backup_mwh": 0.11,
            "source_mwh": 0.74,
            "electricity_mwh": 0.25,
            "present_t_co2e": 0.22,
            "spared_gas": 60.0,
            "tariff_gas": 90.0,
            "pipe_capex": 100.0,
            "pipe_capex_low": 80.0,
            "pipe_capex_high": 150.0,
            "substation_capex": 50.0,
            "substation_capex_low": 40.0,
            "substation_capex_high": 80.0,
            "substation_upkeep": 1.0,
            "embodied_t_co2e": 0.05,
        }.items()
    }
    zero = dict.fromkeys(
        ("exchanger_kw", "store_mwh", "bore_capex", "present_electricity_mwh"), np.zeros(CHUNK)
    )
    energy = pd.DataFrame({"option": np.full(CHUNK, CENTRAL, dtype=object), **columns, **zero})
    return [
        ("bill: amounts from energies", CHUNK / timed(lambda: bill(energy, scenario, known))),
        ("appraise: every column", CHUNK / timed(lambda: appraise(energy, scenario, known))),
    ]


def peak_mb() -> float:
    """Highest memory of this process [MB], Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return float(line.split()[1]) / 1024.0
    return float("nan")


def memory() -> None:
    """Print the highest memory before and after a million links."""
    shared = study()
    money, heat = amounts(FEW)
    figures_with_rate(money, heat, shared)
    before = peak_mb()
    in_chunks(figures_with_rate, shared)
    after = peak_mb()
    print(f"highest memory: {before:.0f} MB after imports, {after:.0f} MB after {LINKS:,} links")


def main() -> None:
    """Print the tables."""
    shared = study()
    print(f"{len(shared.signs)} lines, {len(shared.factors) - 1} years, one core")
    rows = rows_of_links(shared)
    fastest_peer = max(rate for name, rate in rows if name.startswith("peer"))
    for name, rate in rows:
        print(f"{name:50s} {rate:12,.0f} links/s {rate / fastest_peer:8.1f} x fastest peer")
    for name, rate in rows_of_rates(shared) + rows_of_bills():
        print(f"{name:50s} {rate:12,.0f} /s")


def alone() -> None:
    """Run both parts in processes of their own, with one thread of linear algebra each."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(threads, "1")
    for part in ("speed", "memory"):
        subprocess.run([sys.executable, __file__, part], check=True, env=environment)


if __name__ == "__main__":
    {"speed": main, "memory": memory}.get("".join(sys.argv[1:]), alone)()
