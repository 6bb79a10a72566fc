"""Lines below the staircase: for every group of consumers, with diversity."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.network.optimise.minorants import Corners, corners, lines, most_peak_kw
from heatreach.network.optimise.model import Model, evaluate
from heatreach.network.optimise.ranges import flow_ranges
from tests.network.optimise.cases import all_trees, models, random_model


def test_golden_one_size_is_a_constant() -> None:
    """A load that is known has one cost."""
    known = Corners(
        reach_kw=np.array([[10.0, 20.0]]),
        cost=np.array([[8.0, 10.0]]),
        needed=np.array([[False, True]]),
    )
    found = lines(known, tilt=0.3)
    assert (found.number[0], found.intercept[0, 0], found.slope[0, 0]) == (1, 10.0, 0.0)


@settings(max_examples=40)
@given(models(max_consumers=4), st.floats(0.0, 1.0))
def test_property_a_line_lies_below_the_cost_of_every_tree(model: Model, tilt: float) -> None:
    """Every edge of every feasible tree, at its own load."""
    found = lines(corners(model, flow_ranges(model)), tilt=tilt)
    real = np.arange(found.intercept.shape[1])[None, :] < found.number[:, None]
    for parent_edge in islice(all_trees(model), 300):
        carried = evaluate(model, parent_edge)
        if not np.isfinite(carried.objective):
            continue
        used = np.flatnonzero(parent_edge >= 0)
        edge = parent_edge[used]
        arc = np.where(model.head[edge] == used, edge, edge + model.edges)
        height = found.intercept[arc] + found.slope[arc] * carried.peak_kw[used, None]
        lowest = np.where(real[arc], height, np.inf).min(axis=1, initial=np.inf)
        assert (lowest <= carried.edge_cost[used] * (1.0 + 1e-8) + 1e-9).all()


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_property_no_group_within_a_limit_has_more_peaks(
    seed: int, grouped: bool, coincident: bool
) -> None:
    """Random groups of forty consumers, at limits of their own design loads."""
    model = random_model(
        seed, consumers=40, rows=2, columns=2, grouped=grouped, coincident=coincident
    )
    rng = np.random.default_rng(seed)
    inside = rng.random((50, 40)) < rng.random((50, 1))
    inside[:, 0] = True
    peak, count = inside @ model.peak_kw, inside @ model.count
    largest = (inside * model.largest_kw).max(axis=1)
    load = model.design_kw(peak, count, largest, inside @ model.coincident_kw)
    most = most_peak_kw(model, load)
    assert (np.diff(most, axis=1) >= 0).all()
    number = np.minimum(count, most.shape[1] - 1)
    assert (peak <= most[np.arange(50), number] * (1.0 + 1e-8)).all()


@pytest.mark.parametrize("tilt", [0.0, 0.3, 1.0])
def test_property_each_size_has_a_line_at_or_below_its_corner(tilt: float) -> None:
    model = random_model(3, consumers=8, rows=4, columns=4, sizes=6)
    sizes = corners(model, flow_ranges(model))
    found = lines(sizes, tilt=tilt)
    real = np.arange(found.intercept.shape[1])[None, :] < found.number[:, None]
    for s in range(sizes.cost.shape[1]):
        height = found.intercept + found.slope * sizes.reach_kw[:, s, None]
        lowest = np.where(real, height, np.inf).min(axis=1)
        needed = sizes.needed[:, s]
        assert (lowest[needed] <= sizes.cost[needed, s] * (1.0 + 1e-8)).all()
