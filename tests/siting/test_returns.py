"""Discounting, payback, rates of return and costs per unit, against books and other programs."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy_financial as npf
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from heatreach.siting.appraisal.returns import (
    abatement_cost,
    discount_factors,
    discounted_payback,
    irr,
    irr_roots,
    levelised_cost,
    nominal_flows,
    nominal_rate,
    npv,
    simple_payback,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

MONEY = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 2))
FLOWS = st.lists(MONEY, min_size=2, max_size=41).map(np.array)
RATES = st.floats(0.0, 0.5)


def array(*values: float) -> Floats:
    """Flows of some years."""
    return np.array(values, dtype=float)


def investments(count: int, years: int, seed: int = 20240229) -> Floats:
    """Money spent in year 0 and earned in every year after it."""
    random = np.random.default_rng(seed)
    flows = random.uniform(0.0, 100.0, (count, years + 1))
    flows[:, 0] = -random.uniform(50.0, 3000.0, count)
    return flows


# Discounting.


@pytest.mark.parametrize(("years", "recovery"), [(20, 0.0704), (25, 0.0607), (40, 0.0468)])
def test_golden_capital_recovery_at_the_green_book_rate(years: int, recovery: float) -> None:
    """Reference page on economics: capital recovery at 3.5 %, four digits."""
    assert 1.0 / discount_factors(0.035, years)[1:].sum() == pytest.approx(recovery, abs=5e-5)
    assert -npf.pmt(0.035, years, 1.0) == pytest.approx(recovery, abs=5e-5)


def test_golden_capital_recovery_of_a_textbook() -> None:
    """G. M. Masters, Renewable and Efficient Electric Power Systems, table 5.6: CRF(6 %, 10)."""
    assert 1.0 / discount_factors(0.06, 10)[1:].sum() == pytest.approx(0.13587, abs=5e-6)


def test_golden_rate_that_falls() -> None:
    """Two years at 25 %, then one at 0: 1, 0.8, 0.64, 0.64."""
    np.testing.assert_allclose(discount_factors([0.25, 0.25, 0.0], 3), [1.0, 0.8, 0.64, 0.64])


def test_discount_factors_reject_wrong_rates() -> None:
    with pytest.raises(ValueError, match="a discount rate is -1; rates must be above -1"):
        discount_factors(-1.0, 5)
    with pytest.raises(ValueError, match="a discount rate is nan"):
        discount_factors(float("nan"), 5)
    with pytest.raises(ValueError, match="rates of 4 years for a horizon of 5"):
        discount_factors([0.1] * 4, 5)


@given(flows=FLOWS, rate=RATES)
def test_golden_npv_is_that_of_numpy_financial(flows: Floats, rate: float) -> None:
    ours = npv(flows, discount_factors(rate, len(flows) - 1))
    assert ours == pytest.approx(npf.npv(rate, flows), rel=1e-9, abs=1e-6)


def test_property_rates_and_rows_side_by_side_are_one_by_one() -> None:
    flows = investments(7, 12)
    rates = [[0.0], [0.035], [0.1]]
    table = npv(flows[:, None, :], discount_factors(rates, 12))
    each = [[npv(row, discount_factors(rate[0], 12)) for rate in rates] for row in flows]
    np.testing.assert_allclose(table, each)


@given(flows=FLOWS, rate=RATES, inflation=st.floats(0.0, 0.2))
def test_property_real_and_nominal_worth_are_one(
    flows: Floats, rate: float, inflation: float
) -> None:
    years = len(flows) - 1
    real = npv(flows, discount_factors(rate, years))
    shown = nominal_flows(flows, inflation)
    nominal = npv(shown, discount_factors(float(nominal_rate(rate, inflation)), years))
    assert nominal == pytest.approx(real, rel=1e-9, abs=1e-9 * np.abs(flows).sum())


@given(
    spent=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=5),
    earned=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=35),
    rates=st.tuples(RATES, RATES),
)
def test_property_worth_falls_with_the_rate_where_money_comes_after_cost(
    spent: list[float], earned: list[float], rates: tuple[float, float]
) -> None:
    """With cost in year 0 only; later cost is itself discounted, and need not obey."""
    flows = array(-sum(spent), *earned)
    low, high = sorted(rates)
    worth = [float(npv(flows, discount_factors(rate, len(earned)))) for rate in (low, high)]
    assert worth[1] <= worth[0] + 1e-9 * np.abs(flows).sum()


# Internal rates.


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        # Newnan, Engineering Economic Analysis, example 7-1: 5000 for 1252.28 in 5 years: 8 %.
        ([-5000.0] + [1252.28] * 5, 0.08),
        # Money that only comes back, and that only half comes back in one year.
        ([-100.0, 50.0, 50.0], 0.0),
        ([-100.0, 50.0], -0.5),
        # A factor of 10¹² within a year, and within two.
        ([-1.0, 1e12], 1e12 - 1.0),
        ([-1.0, 0.0, 1e12], 1e6 - 1.0),
        # Nearly all lost: 1.1 % comes back.
        ([-1000.0, 11.0], -0.989),
        # Years without money before and after move nothing.
        ([0.0, 0.0, -100.0, 110.0, 0.0], 0.1),
        # A credit: first received, then paid.
        ([100.0, -110.0], 0.1),
        # −(1 − x)² and −(1 − 1.5 x)²: worth touches zero.
        ([-1.0, 2.0, -1.0], 0.0),
        ([-1.0, 3.0, -2.25], 0.5),
        # (1 − x)³ crosses zero once.
        ([1.0, -3.0, 3.0, -1.0], 0.0),
    ],
)
def test_golden_single_rates(flows: list[float], rate: float) -> None:
    found = irr(np.array(flows))
    assert found == pytest.approx(rate, rel=2e-6, abs=1e-6)
    assert irr_roots(np.array(flows)) == 1


def test_golden_rate_of_a_textbook_between_its_tables() -> None:
    """Newnan, example 7-13, device B instead of A: 9.45 %, straight between 9 and 10 %."""
    flows = array(-3500.0, 0.0, 500.0, 1000.0, 1500.0, 2000.0)
    assert irr(flows) == pytest.approx(0.0945, abs=2e-4)


@pytest.mark.parametrize(
    ("flows", "rates"),
    [
        ([-1000.0, 2500.0, -1540.0], (0.1, 0.4)),
        # Strip mine of Brigham's Financial Management (project M, in millions): 25 % and 400 %.
        ([-1.6, 10.0, -10.0], (0.25, 4.0)),
        # Exercise of a finance course, in billions: 9.11 % and 190.89 %.
        ([-2.3, 9.2, -7.3], (0.0911, 1.9089)),
        # Worth nothing at 0, at 100 %: −(1 − x)(1 − 2x).
        ([-1.0, 3.0, -2.0], (0.0, 1.0)),
        # One above zero, one below: −(1 − 1.25 x)(1 − 0.5 x).
        ([-1.0, 1.75, -0.625], (0.25, -0.5)),
        # (1 − 1.1 x)(1 − 1.2 x)(1 − 1.3 x).
        ([1.0, -3.6, 4.31, -1.716], (0.1, 0.2, 0.3)),
    ],
)
def test_golden_several_rates_are_none(flows: list[float], rates: tuple[float, ...]) -> None:
    for rate in rates:
        worth = float(npv(np.array(flows), discount_factors(rate, len(flows) - 1)))
        assert worth == pytest.approx(0.0, abs=2e-4 * max(map(abs, flows)))
    assert irr_roots(np.array(flows)) == len(rates)
    assert np.isnan(irr(np.array(flows)))


@pytest.mark.parametrize(
    "flows",
    [
        [0.0, 0.0, 0.0],
        [-100.0, -5.0, -5.0],
        [100.0, 5.0],
        [-100.0],
        [0.0, -100.0, 0.0],
        # Two changes of sign and no root: 2500² < 4·1000·1600.
        [-1000.0, 2500.0, -1600.0],
        # Exactly −99 %, and worse: the search ends above.
        [-100.0, 1.0],
        [-100.0, 0.5],
        [-100.0, np.nan, 200.0],
        [-100.0, np.inf],
    ],
)
def test_golden_no_rate(flows: list[float]) -> None:
    assert irr_roots(np.array(flows)) == 0
    assert np.isnan(irr(np.array(flows)))


def test_golden_rates_are_those_of_numpy_financial() -> None:
    flows = investments(300, 25)
    np.testing.assert_allclose(irr(flows), [npf.irr(row) for row in flows], atol=1e-9)


@given(
    spent=st.integers(1, 10_000),
    earned=st.lists(st.integers(0, 2_000), min_size=1, max_size=25).filter(any),
)
def test_golden_rates_of_any_investment_are_those_of_numpy_financial(
    spent: int, earned: list[int]
) -> None:
    flows = array(-spent, *earned)
    theirs = npf.irr(flows)
    if theirs > -0.989:
        assert irr(flows) == pytest.approx(theirs, rel=1e-7, abs=1e-9)
    assert irr_roots(flows) <= 1


def sturm_count(flows: list[int]) -> int:
    """Different roots 1 + r above 1/100, counted exactly by Sturm's theorem."""

    def remainder(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
        a = list(a)
        while len(a) >= len(b):
            share = a[0] / b[0]
            a = [x - share * (b[i] if i < len(b) else 0) for i, x in enumerate(a)][1:]
        while a and a[0] == 0:
            a.pop(0)
        return a

    def value(p: list[Fraction], y: Fraction) -> Fraction:
        total = Fraction(0)
        for coefficient in p:
            total = total * y + coefficient
        return total

    p = [Fraction(flow) for flow in flows]
    while p and p[0] == 0:
        p.pop(0)
    if len(p) < 2:
        return 0
    chain = [p, [c * (len(p) - 1 - i) for i, c in enumerate(p[:-1])]]
    while rest := remainder(chain[-2], chain[-1]):
        chain.append([-c for c in rest])

    def changes(values: list[Fraction]) -> int:
        signs = [v > 0 for v in values if v != 0]
        return sum(a != b for a, b in pairwise(signs))

    return changes([value(q, Fraction(1, 100)) for q in chain]) - changes([q[0] for q in chain])


@given(flows=st.lists(st.integers(-30, 30), min_size=2, max_size=12))
def test_golden_roots_are_counted_as_by_sturm(flows: list[int]) -> None:
    """Exact arithmetic in fractions; a root at the very end, −99 %, is not put."""
    assume(sum(f * Fraction(100) ** t for t, f in enumerate(flows)) != 0)
    assert irr_roots(np.array(flows, dtype=float)) == sturm_count(flows)


@given(
    roots=st.lists(st.integers(-90, 300), min_size=1, max_size=7, unique=True),
    scale=st.floats(1e-6, 1e9),
)
def test_golden_every_root_put_in_is_found(roots: list[int], scale: float) -> None:
    """Products of (1 − (1 + r) x) for whole percentages, up to seven at once."""
    flows = array(scale)
    for percent in roots:
        flows = np.convolve(flows, [1.0, -(1.0 + percent / 100.0)])
    assert irr_roots(flows) == len(roots)
    if len(roots) == 1:
        assert irr(flows) == pytest.approx(roots[0] / 100.0, abs=1e-12)


@given(flows=FLOWS, scale=st.floats(1e-3, 1e6))
def test_property_scaling_money_scales_worth_and_leaves_the_rate(
    flows: Floats, scale: float
) -> None:
    factors = discount_factors(0.05, len(flows) - 1)
    size = np.abs(flows).sum() * scale
    assert npv(scale * flows, factors) == pytest.approx(
        scale * npv(flows, factors), rel=1e-9, abs=1e-9 * size
    )
    assert irr_roots(2.0**20 * flows) == irr_roots(flows)
    np.testing.assert_array_equal(irr(2.0**20 * flows), irr(flows))


@given(flows=FLOWS)
def test_property_worth_is_nothing_at_the_rate(flows: Floats) -> None:
    rate = float(irr(flows))
    assume(np.isfinite(rate))
    powers = (1.0 + rate) ** -np.arange(float(len(flows)))
    assert abs(flows @ powers) <= 1e-9 * (np.abs(flows) @ powers)


def test_property_many_rows_are_one_by_one() -> None:
    random = np.random.default_rng(7)
    flows = random.normal(size=(4, 50, 16))
    flows[0, :3] = 0.0
    rates, counts = irr(flows), irr_roots(flows)
    assert rates.shape == counts.shape == (4, 50)
    for place in np.ndindex(4, 50):
        np.testing.assert_array_equal(irr(flows[place]), rates[place])
        assert irr_roots(flows[place]) == counts[place]


# Payback.


@pytest.mark.parametrize(
    ("flows", "years"),
    [
        # 100 spent; 40, then 60 of the 80 of year 2: 1 + 60/80.
        ([-100.0, 40.0, 80.0], 1.75),
        ([-100.0, 100.0, 0.0], 1.0),
        ([-100.0, 40.0, 59.0], np.nan),
        ([0.0, -50.0], np.nan),
        ([10.0, 10.0], 0.0),
        ([0.0, 0.0], 0.0),
        # Nothing owed until year 1 makes it 20; 20 of the 40 of year 2.
        ([10.0, -30.0, 40.0], 1.5),
        # Sums −100, −40, 20, −60, 0: back in year 2, but the renewal of year 3 needs all of year 4.
        ([-100.0, 60.0, 60.0, -80.0, 60.0], 4.0),
        # The same with 30 in year 4: sum −30 at the horizon, so the money never comes back.
        ([-100.0, 60.0, 60.0, -80.0, 30.0], np.nan),
        # A renewal out of what was earned: sums −100, 50, 10, 70 are never negative again.
        ([-100.0, 150.0, -40.0, 60.0], 100.0 / 150.0),
        # Sums −100, −60, −20; the last year earns 40 and leaves a residual value of 60: 20/100.
        ([-100.0, 40.0, 40.0, 100.0], 2.2),
        # A loss on the way: 130 to be earned by years 3 and 4.
        ([-100.0, 0.0, -30.0, 65.0, 130.0], 3.5),
    ],
)
def test_golden_simple_payback(flows: list[float], years: float) -> None:
    assert simple_payback(np.array(flows)) == pytest.approx(years, nan_ok=True)


def test_golden_discounted_payback() -> None:
    """At 25 %: 75 and 100 are worth 60 and 64, so 1 + 40/64 years."""
    assert discounted_payback(array(-100.0, 75.0, 100.0), discount_factors(0.25, 2)) == 1.625


def test_golden_payback_of_a_level_income_is_the_logarithm() -> None:
    """Whole years of discounted payback follow −ln(1 − capex·r/income)/ln(1 + r)."""
    rate, income, years = 0.05, 100.0, 14
    capex = income * (1.0 - 1.05**-years) / rate
    flows = np.r_[-capex, np.full(30, income)]
    assert discounted_payback(flows, discount_factors(rate, 30)) == pytest.approx(years)
    assert simple_payback(flows) == pytest.approx(capex / income)


def test_golden_renewal_is_paid_back_with_interest() -> None:
    """At 25 %, 120, −80, 300 are worth 96, −51.2, 153.6; sums −90, 6, −45.2: 2 + 45.2/153.6."""
    flows, factors = array(-90.0, 120.0, -80.0, 300.0), discount_factors(0.25, 3)
    assert discounted_payback(flows, factors) == pytest.approx(2.0 + 45.2 / 153.6)
    assert simple_payback(flows) == pytest.approx(2.0 + 50.0 / 300.0)


@given(flows=FLOWS, rate=RATES)
def test_property_there_is_a_payback_where_the_value_is_not_negative(
    flows: Floats, rate: float
) -> None:
    """Any flows, with renewals and losses anywhere; sums that are nil but for rounding left out."""
    factors = discount_factors(rate, len(flows) - 1)
    for years, worth in (
        (simple_payback(flows), flows.sum()),
        (discounted_payback(flows, factors), npv(flows, factors)),
    ):
        assume(worth == 0.0 or abs(worth) > 1e-9 * np.abs(flows).sum())
        assume(worth != 0.0 or not flows.any())
        assert np.isfinite(years) == (worth >= 0.0)


@given(flows=FLOWS)
def test_property_after_payback_the_sum_stays_positive(flows: Floats) -> None:
    """And just before it, it was not; by the running sum of another program."""
    years, sums = float(simple_payback(flows)), np.cumsum(flows)
    small = 1e-9 * np.abs(flows).sum()
    if np.isnan(years):
        assert sums[-1] < small
    else:
        assert (sums[int(np.ceil(years)) :] >= -small).all()
        assert years == 0.0 or np.interp(years, range(len(sums)), sums) == pytest.approx(
            0.0, abs=small
        )


@given(flows=FLOWS, rate=RATES, turn=st.integers(1, 41))
def test_property_discounting_never_shortens_payback(flows: Floats, rate: float, turn: int) -> None:
    """Where money is spent first and earned after: what comes late loses more weight."""
    flows = np.where(np.arange(len(flows)) < turn, -np.abs(flows), np.abs(flows))
    simple = float(simple_payback(flows))
    discounted = float(discounted_payback(flows, discount_factors(rate, len(flows) - 1)))
    if np.isnan(simple):
        assert np.isnan(discounted)
    elif np.isfinite(discounted):
        assert discounted >= simple - 1e-9


# Cost of heat and of carbon.


def test_golden_levelised_cost_with_rising_price() -> None:
    """
    G. M. Masters, Renewable and Efficient Electric Power Systems, pages 253-254.

    5.2 cents per kWh rising by 6 % a year from the day of purchase, at 10 % over 20 years, are
    8.47 cents levelised; with 1.66 of capital 10.13.
    """
    factors = discount_factors(0.10, 20)
    fuel = np.r_[0.0, 0.052 * 1.06 ** np.arange(1.0, 21.0)]
    assert levelised_cost(fuel, 1.0, factors) == pytest.approx(0.0847, abs=5e-5)
    capital = np.r_[0.0166 / -npf.pmt(0.10, 20, 1.0), np.zeros(20)]
    assert levelised_cost(fuel + capital, 1.0, factors) == pytest.approx(0.1013, abs=5e-5)


@given(
    costs=st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40),
    heat=st.floats(1.0, 1e6),
    more=st.floats(1.01, 10.0),
    rate=RATES,
)
def test_property_heat_gets_cheaper_with_demand_at_fixed_cost(
    costs: list[float], heat: float, more: float, rate: float
) -> None:
    factors = discount_factors(rate, len(costs) - 1)
    few, many = levelised_cost(np.array(costs), np.array([heat, heat * more]), factors)
    assert many < few
    assert many * more == pytest.approx(few)


def test_golden_no_heat_has_no_cost() -> None:
    assert np.isnan(levelised_cost(array(1.0, 1.0), 0.0, discount_factors(0.1, 1)))


def test_golden_cost_of_abatement() -> None:
    """500 lost for 10 t is 50 per tonne, 500 gained −50; of no tonne, or fewer, there is none."""
    cost = abatement_cost(array(-500.0, 500.0, -500.0, 500.0, 0.0), array(10.0, 10.0, 0.0, -3.0, 5))
    np.testing.assert_array_equal(cost, [50.0, -50.0, np.nan, np.nan, 0.0])
