"""
Uncertainty of projects: seconds and memory, beside a plain loop.

``python tests/benchmarks/bench_uncertainty.py [--projects 100] [--draws 10000]``

First `uncertainty` as a study calls it: draws, gates, tornado, Sobol indices, break-even values and
cases of all projects. Then the draws alone with their figures and percentiles, and at least 65,536
appraisals of one project with first-order and total indices. The plain loop is what a spreadsheet
would do: one draw after the other, one year after the other, net present value only; it is run on a
few hundred draws, checked against the arrays and scaled up. Kernels are compiled before the first
time is taken. Processor seconds of all threads together, so that neither other work nor idle cores
count. Ratios may be compared between machines, seconds may not.
"""

from __future__ import annotations

import argparse
import resource
import runpy
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.siting.appraisal.bill import bill
from heatreach.siting.appraisal.cash_flow import (
    cash_lines,
    line_lives,
    line_profiles,
    payer_signs,
)
from heatreach.siting.appraisal.conditions import conditions_of
from heatreach.siting.appraisal.price_paths import price_paths
from heatreach.siting.scenario import scenario_of
from heatreach.siting.uncertain.drawn_figures import UNITS, drawn_figures, spread
from heatreach.siting.uncertain.drawn_flows import draw_flows, draw_npv
from heatreach.siting.uncertain.sensitivity import sobol_indices
from heatreach.siting.uncertainty import driver_draws, study_model, uncertainty

if TYPE_CHECKING:
    import pandas as pd

    from heatreach.siting.scenario import Scenario
    from heatreach.siting.uncertain.drawn_flows import DrawnModel

MADE = Path(__file__).resolve().parents[1] / "siting" / "made_projects.py"
COUNTRY = "DE"
EVALUATIONS = 65_536
PLAIN_DRAWS = 300


def _energies(projects: int) -> pd.DataFrame:
    """Made-up projects of the tests."""
    frame: pd.DataFrame = runpy.run_path(str(MADE))["energies"](projects)
    return frame


def made(projects: int, draws: int) -> tuple[DrawnModel, Scenario]:
    """Projects of one study."""
    scenario = scenario_of({"uncertainty": {"draws": draws}}, name="bench")
    conditions, frame = conditions_of(scenario, COUNTRY), _energies(projects)
    money = bill(frame, scenario, conditions)
    return study_model(money, frame, scenario, conditions, COUNTRY), scenario


def all_draws(model: DrawnModel, scenario: Scenario) -> float:
    """Draw every project, with figures and percentiles; return their NPVs' mean."""
    total = 0.0
    for row, drawn in enumerate(driver_draws(model, scenario)):
        figures = drawn_figures(draw_flows(model, row, drawn), model.factors, scenario)
        total += sum(spread(name, figures)["p50"] for name in ("npv", "lcoh_per_mwh"))
        for name in UNITS:
            spread(name, figures)
    return total


def whole(projects: int, draws: int) -> float:
    """Processor seconds of everything that a study asks for."""
    scenario = scenario_of({"uncertainty": {"draws": draws}}, name="bench")
    conditions, frame = conditions_of(scenario, COUNTRY), _energies(projects)
    money = bill(frame, scenario, conditions)
    start = process_time()
    uncertainty(money, frame, scenario, conditions, COUNTRY)
    return process_time() - start


def indices(model: DrawnModel) -> tuple[int, int, float]:
    """Factors, appraisals and processor seconds of one project's indices: 65,536 or a few more."""
    active = np.flatnonzero(model.ranges.drawn[0])
    counted = [0]

    def values(factors: Any) -> Any:
        counted[0] += len(factors)
        drawn = np.repeat(model.ranges.centre[0][:, None], len(factors), axis=1)
        drawn[active] = model.ranges.at(0, active, factors.T, distribution="triangular")
        return draw_npv(model, 0, drawn)

    start = process_time()
    # The design takes the next power of two below what is allowed.
    sobol_indices(values, len(active), evaluations=2 * EVALUATIONS, seed=[1])
    return len(active), counted[0], process_time() - start


def plain_npv(model: DrawnModel, drawn: Any, scenario: Scenario) -> list[float]:
    """Draw after draw, line after line, year after year, in plain Python."""
    lines, years = cash_lines(), scenario.economics.life_years
    kinds = list(lines["kind"])
    names = list(lines.index)
    signs = payer_signs("operator").tolist()
    conditions = conditions_of(scenario, COUNTRY)
    paths = price_paths(scenario, conditions, years)
    lives = line_lives()
    drivers = list(model.ranges.drivers.index)
    life_of = {
        cell.rpartition("/")[0]: name
        for name, row in model.ranges.drivers.iterrows()
        if row["kind"] == "life"
        for cell in row["origin"].split()
    }
    results = []
    for draw in range(drawn.shape[1]):
        ratio = {name: float(drawn[at, draw]) for at, name in enumerate(drivers)}
        own = {key: life * ratio[life_of[key]] for key, life in lives.items()}
        profiles = line_profiles(years, own, paths, residual=True).tolist()
        amounts = []
        for amount, powers in zip(model.amounts[0].tolist(), model.powers, strict=True):
            value = amount
            for driver, power in powers:
                value *= float(drawn[driver, draw]) ** power
            amounts.append(value)
        bought = sum(a for a, kind in zip(amounts, kinds, strict=True) if kind == "investment")
        for at, name in enumerate(names):
            if name == "soft_costs":
                amounts[at] = model.shares[0, 0] * ratio["soft_cost"] * bought
            if name == "contingency":
                amounts[at] = model.shares[0, 1] * ratio["contingency"] * bought
        worth = 0.0
        for at, path in enumerate(lines["path"]):
            change = {"electricity": "electricity", "gas": "gas", "oil": "gas"}
            fuel = change.get(path.removeprefix("tariff_"), "gas")
            growth = 1.0 + ratio[f"{fuel}_price_change"] if path not in ("", "level") else 1.0
            for year in range(years + 1):
                bend = growth ** max(year - 1, 0)
                worth += signs[at] * amounts[at] * profiles[at][year] * bend / 1.035**year
        results.append(worth)
    return results


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--draws", type=int, default=10_000)
    given = parser.parse_args()
    warm, few = made(1, 1024)
    all_draws(warm, few)
    indices(warm)
    whole(1, 1024)
    seconds = whole(given.projects, given.draws)
    print(f"{given.projects} projects x {given.draws} draws, all tables: {seconds:.1f} s")

    model, scenario = made(given.projects, given.draws)
    start = process_time()
    all_draws(model, scenario)
    seconds = process_time() - start
    each = seconds / (given.projects * given.draws)
    print(
        f"{given.projects} projects x {given.draws} draws, {len(UNITS)} figures with percentiles:"
    )
    print(f"  {seconds:.1f} s, {1e-6 / each:.2f} million appraisals per second")

    drawn = next(driver_draws(model, scenario))
    start = process_time()
    draw_npv(model, 0, drawn)
    fast = (process_time() - start) / drawn.shape[1]
    start = process_time()
    plain = plain_npv(model, drawn[:, :PLAIN_DRAWS], scenario)
    slow = (process_time() - start) / PLAIN_DRAWS
    np.testing.assert_allclose(plain, draw_npv(model, 0, drawn[:, :PLAIN_DRAWS]), rtol=1e-9)
    print(f"net present value alone: {1e-6 / fast:.2f} million per second;")
    print(f"  plain loop {1e-3 / slow:.2f} thousand per second, {slow / fast:.0f} times slower")
    print(f"  (all draws of all projects so: {slow * given.projects * given.draws / 60.0:.0f} min)")

    factors, count, seconds = indices(model)
    print(f"{count} appraisals of one project, {factors} factors, Sobol indices with bands:")
    print(f"  {seconds:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"largest memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
