"""Points, correlation and distributions of draws, against scipy.stats and theory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from heatreach.siting.uncertain.draws import (
    central_factor,
    correlated,
    even_points,
    own_points,
    within_range,
)

SAMPLINGS = ("sobol", "latin_hypercube")


@given(st.floats(-5.0, 5.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(0.0, 1.0))
def test_golden_triangular_quantiles_are_scipys(
    centre: float, down: float, up: float, factor: float
) -> None:
    """The inverse distribution is that of scipy.stats.triang, ends without width included."""
    low, high = centre - down, centre + up
    found = float(within_range(np.array(factor), centre, low, high, distribution="triangular"))
    if high - low < 1e-9:
        assert found == pytest.approx(centre, abs=1e-9)
        return
    place = (centre - low) / (high - low)
    expected = stats.triang.ppf(factor, place, loc=low, scale=high - low)
    assert found == pytest.approx(expected, abs=1e-7)


@given(st.floats(-5.0, 5.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0))
@pytest.mark.parametrize("distribution", ["triangular", "uniform"])
def test_property_the_central_factor_gives_exactly_the_centre(
    distribution: str, centre: float, down: float, up: float
) -> None:
    """No rounding at the centre; no leaving of the range."""
    low, high = centre - down, centre + up
    middle = central_factor(centre, low, high)
    assert float(within_range(middle, centre, low, high, distribution=distribution)) == centre
    ends = within_range(np.array([0.0, 1.0]), centre, low, high, distribution=distribution)
    np.testing.assert_allclose(ends, [low, high], atol=1e-12)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_golden_marginals_pass_kolmogorov_smirnov(sampling: str) -> None:
    """4,096 even draws lie nearer to the distribution than chance would have them."""
    factor = even_points(4096, 3, seed=[3], sampling=sampling)
    triangular = within_range(factor[:, 0], 1.0, 0.6, 1.9, distribution="triangular")
    test = stats.kstest(triangular, stats.triang(0.4 / 1.3, loc=0.6, scale=1.3).cdf)
    assert test.statistic < 0.002
    uniform = within_range(factor[:, 1], 1.0, 0.6, 1.9, distribution="uniform")
    assert stats.kstest(uniform, stats.uniform(0.6, 1.3).cdf).statistic < 0.002
    shared = correlated(factor[:, 1], factor[:, 2], 0.7)
    assert stats.kstest(shared, "uniform").pvalue > 0.01


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_golden_correlation_of_normal_quantiles(rho: float) -> None:
    """Two drivers of a group correlate as said, each with the common factor as its root."""
    points = even_points(16384, 3, seed=[4], sampling="sobol")
    one, two = (correlated(points[:, at], points[:, 2], rho) for at in (0, 1))
    quantiles = stats.norm.ppf(np.stack([one, two, points[:, 2]]))
    found = np.corrcoef(quantiles)
    assert found[0, 1] == pytest.approx(rho, abs=0.01)
    assert found[0, 2] == pytest.approx(np.sqrt(rho), abs=0.01)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_property_points_of_projects_are_even_and_independent(sampling: str) -> None:
    """Each project's points fill every stratum; two projects' points know nothing of each other."""
    one, two = (own_points(name, 1024, 2, seed=9, sampling=sampling) for name in ("A", "B"))
    for points in (one, two):
        for column in points.T:
            assert sorted((column * 1024).astype(int).tolist()) == list(range(1024))
    correlation = np.corrcoef(np.concatenate([one, two], axis=1).T)
    assert np.abs(correlation - np.eye(4)).max() < 0.12
    # Quarters of two projects meet about equally often, which shifted Sobol points would not do.
    cells = np.histogram2d(one[:, 0], two[:, 0], bins=4, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(cells.ravel()).pvalue > 1e-4


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_property_seeds_reproduce_points(sampling: str) -> None:
    """The same seed, the same bytes; any count, not only powers of two."""
    first = even_points(1000, 5, seed=[1, 2], sampling=sampling)
    assert first.shape == (1000, 5)
    assert first.tobytes() == even_points(1000, 5, seed=[1, 2], sampling=sampling).tobytes()
    assert first.tobytes() != even_points(1000, 5, seed=[1, 3], sampling=sampling).tobytes()


def test_property_even_points_beat_plain_chance() -> None:
    """The mean of a product over 4,096 Sobol points errs less than random points do."""

    def error(points: Any) -> float:
        return abs(float(np.prod(points[:, :4] + 0.5, axis=1).mean()) - 1.0)

    even = [error(even_points(4096, 4, seed=[at], sampling="sobol")) for at in range(8)]
    plain = [error(np.random.default_rng(at).random((4096, 4))) for at in range(8)]
    assert np.mean(even) < 0.2 * np.mean(plain)
