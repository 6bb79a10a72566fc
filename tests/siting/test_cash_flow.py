"""What money lines do over the years, and for whom: laws, and profiles counted on fingers."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from heatreach.data import load_table
from heatreach.siting.appraisal.cash_flow import (
    PAYERS,
    SOCIETY,
    cash_lines,
    cost_signs,
    line_lives,
    line_profiles,
    payer_signs,
    present_worths,
    yearly_flows,
)
from heatreach.siting.appraisal.returns import discount_factors, levelised_cost, npv

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

LINES = list(cash_lines().index)
TABLE = cash_lines()
AMOUNTS = hnp.arrays(float, (len(LINES),), elements=st.floats(0.0, 1e6))
RATES = st.floats(0.0, 0.5)
HORIZONS = st.integers(1, 45)


def lives(years: float = 20.0, **by_name: float) -> dict[str, float]:
    """Every life alike, but for some by the name of the row."""
    keys = dict.fromkeys(key for key in TABLE["life"] if key)
    return {key: by_name.get(key.split("/")[1], years) for key in keys}


def paths(years: int, **changes: float) -> dict[str, Floats]:
    """Every price level, but for some that change by a share every year."""
    names = [name for name in dict.fromkeys(TABLE["path"]) if name]
    return {name: (1.0 + changes.get(name, 0.0)) ** np.arange(float(years)) for name in names}


def profile(line: str, years: int, *, residual: bool = True, life: float = 20.0) -> list[float]:
    """Profile of one line."""
    table = line_profiles(years, lives(life), paths(years), residual=residual)
    return [float(value) for value in table[LINES.index(line)]]


# The table of lines.


def test_docs_lines_say_what_they_are() -> None:
    lines = cash_lines()
    assert lines.index.is_unique
    assert set(lines["kind"]) == {"investment", "once", "yearly"}
    assert (lines["description"] != "").all()
    assert (lines["part"] != "").all()
    assert ((lines["life"] != "") == (lines["kind"] == "investment")).all()
    assert ((lines["path"] != "") == (lines["kind"] == "yearly")).all()
    assert set(lines[list(PAYERS)].to_numpy().ravel()) == {-1.0, 0.0, 1.0}


def test_docs_every_life_is_a_row() -> None:
    assert set(line_lives()) == set(lives())
    assert all(years >= 1.0 for years in line_lives().values())


def test_docs_drivers_are_powers() -> None:
    for text in TABLE["drivers"]:
        for part in text.split():
            name, power = part.split(":")
            assert name.isidentifier()
            assert float(power) != 0.0


def test_property_the_table_is_not_changed_by_callers() -> None:
    mine = cash_lines()
    mine.loc[:, "operator"] = 7.0
    assert set(cash_lines()["operator"]) == {-1.0, 0.0, 1.0}
    assert set(payer_signs("operator")) == {-1.0, 0.0, 1.0}


# Who pays.


def test_golden_transfers_cancel_in_society() -> None:
    """What one pays and another gets: heat sold, charges, grant, source heat, carbon payments."""
    society = dict(zip(LINES, payer_signs(SOCIETY), strict=True))
    parts = {"heat sold", "standing charges", "connection charges", "grant", "source heat"}
    between = TABLE.index[TABLE["part"].isin(parts | {"carbon payments"})]
    assert len(between) == 12
    assert {society[line] for line in between} == {0.0}
    # What nobody gets: pipes and electricity are paid, heat of today and cooling are spared.
    assert society["pipe"] == society["electricity_heat"] == -1.0
    assert society["spared_gas"] == society["cooling_water"] == 1.0


@given(amounts=AMOUNTS, years=HORIZONS)
@settings(max_examples=25)
def test_property_payers_add_up_to_society(amounts: Floats, years: int) -> None:
    profiles = line_profiles(years, lives(), paths(years, gas=0.03), residual=True)
    each = sum(yearly_flows(amounts, payer_signs(payer), profiles) for payer in PAYERS)
    whole = yearly_flows(amounts, payer_signs(SOCIETY), profiles)
    np.testing.assert_allclose(each, whole, atol=1e-9 * (amounts.sum() + 1.0))


def test_payer_signs_rejects_a_stranger() -> None:
    with pytest.raises(ValueError, match="no payer 'landlord'; there are: operator, data_centre"):
        payer_signs("landlord")


def test_golden_cost_of_heat_is_what_the_operator_pays() -> None:
    """Charges, grant and sales are no cost; source heat that is not needed is taken off."""
    cost = dict(zip(LINES, cost_signs(), strict=True))
    parts = {TABLE.loc[line, "part"] for line, sign in cost.items() if sign}
    income = {"grant", "connection charges", "heat sold", "standing charges", "carbon payments"}
    others = {"heat of today", "spared cooling"}
    assert parts == set(TABLE["part"]) - income - others
    assert cost["source_heat_spared"] == -1.0
    assert {sign for line, sign in cost.items() if line != "source_heat_spared"} == {0.0, 1.0}


# What lines do over the years.


@pytest.mark.parametrize(
    ("life", "years", "expected"),
    [
        # Lasts exactly as long as the horizon: nothing is left, and nothing is bought at its end.
        (5.0, 5, [1, 0, 0, 0, 0, 0]),
        # Two of five years left.
        (5.0, 3, [1, 0, 0, -2 / 5]),
        # Bought again in years 2 and 4; one of two years left at 5.
        (2.0, 5, [1, 0, 1, 0, 1, -1 / 2]),
        # Twice the life: bought twice, nothing left.
        (3.0, 6, [1, 0, 0, 1, 0, 0, 0]),
        # Every year anew.
        (1.0, 3, [1, 1, 1, 0]),
        # Lives are whole years, at least one.
        (2.4, 5, [1, 0, 1, 0, 1, -1 / 2]),
        (0.2, 3, [1, 1, 1, 0]),
        (1.0, 1, [1, 0]),
    ],
)
def test_golden_renewals_and_what_is_left(life: float, years: int, expected: list[float]) -> None:
    assert profile("pipe", years, life=life) == pytest.approx(expected)
    sold = [max(value, 0.0) for value in expected]
    assert profile("pipe", years, life=life, residual=False) == pytest.approx(sold)


def test_golden_once_and_yearly() -> None:
    assert profile("grant", 3) == profile("soft_costs", 3) == [1.0, 0.0, 0.0, 0.0]
    assert profile("pipe_upkeep", 3) == [0.0, 1.0, 1.0, 1.0]


def test_golden_prices_follow_their_path() -> None:
    rising = line_profiles(3, lives(), paths(3, gas=0.1, tariff_gas=0.05), residual=True)
    of = dict(zip(LINES, rising.tolist(), strict=True))
    assert of["backup_heat"] == of["spared_gas"] == pytest.approx([0.0, 1.0, 1.1, 1.21])
    assert of["tariff_gas"] == pytest.approx([0.0, 1.0, 1.05, 1.1025])
    assert of["electricity_heat"] == [0.0, 1.0, 1.0, 1.0]


def test_golden_a_longer_path_is_cut_and_level_may_be_left_out() -> None:
    long = paths(60, electricity=0.02)
    del long["level"]
    cut = line_profiles(4, lives(), long, residual=True)
    np.testing.assert_array_equal(
        cut, line_profiles(4, lives(), paths(4, electricity=0.02), residual=True)
    )


def test_line_profiles_rejects_short_paths_and_horizons() -> None:
    with pytest.raises(ValueError, match=r"price path '.*' has 4 years, the horizon 5"):
        line_profiles(5, lives(), paths(4), residual=True)
    with pytest.raises(ValueError, match="the horizon is 0 years"):
        line_profiles(0, lives(), paths(4), residual=True)


def test_property_draws_are_one_by_one() -> None:
    random = np.random.default_rng(3)
    drawn_lives = {key: random.uniform(1.0, 50.0, 6) for key in lives()}
    drawn_paths = {key: random.uniform(0.5, 2.0, (6, 25)) for key in paths(25)}
    together = line_profiles(25, drawn_lives, drawn_paths, residual=True)
    assert together.shape == (6, len(LINES), 26)
    for draw in range(6):
        one = line_profiles(
            25,
            {key: float(years[draw]) for key, years in drawn_lives.items()},
            {key: path[draw] for key, path in drawn_paths.items()},
            residual=True,
        )
        np.testing.assert_array_equal(together[draw], one)


@pytest.mark.parametrize("rows", [(), (3,), (2, 3)])
@pytest.mark.parametrize("draws", [(), (4,)])
def test_property_flows_are_the_sum_over_lines(
    rows: tuple[int, ...], draws: tuple[int, ...]
) -> None:
    random = np.random.default_rng(5)
    amounts = random.uniform(0.0, 10.0, (*rows, *draws, len(LINES)))
    profiles = random.uniform(-1.0, 1.0, (*draws, len(LINES), 8))
    signs = payer_signs("operator")
    flows = yearly_flows(amounts, signs, profiles)
    assert flows.shape == (*rows, *draws, 8)
    for place in product(*map(range, rows + draws)):
        draw = place[len(rows) :]
        by_line = [
            sign * amount * line
            for sign, amount, line in zip(signs, amounts[place], profiles[draw], strict=True)
        ]
        np.testing.assert_allclose(flows[place], np.sum(by_line, axis=0), atol=1e-12)


# Laws of the worth of lines.


@given(amounts=AMOUNTS, years=HORIZONS, rate=RATES, life=st.floats(1.0, 60.0))
@settings(max_examples=40)
def test_property_worths_give_the_npv_of_the_flows(
    amounts: Floats, years: int, rate: float, life: float
) -> None:
    profiles = line_profiles(years, lives(life), paths(years, electricity=0.02), residual=True)
    factors, signs = discount_factors(rate, years), payer_signs("operator")
    fast = amounts @ (signs * present_worths(profiles, factors))
    slow = npv(yearly_flows(amounts, signs, profiles), factors)
    assert fast == pytest.approx(slow, abs=1e-9 * (amounts.sum() + 1.0) * years)


@given(years=HORIZONS, rate=RATES, life=st.floats(1.0, 60.0))
@settings(max_examples=60)
def test_property_a_mandatory_cost_never_raises_the_worth(
    years: int, rate: float, life: float
) -> None:
    """More of any line that the operator pays, renewed and credited, is worth less or nothing."""
    worths = present_worths(
        line_profiles(years, lives(life), paths(years), residual=True),
        discount_factors(rate, years),
    )
    paid = payer_signs("operator") < 0.0
    assert (worths[paid] >= -1e-12).all()
    # A thing that is bought is never worth more to the operator than not to have bought it.
    assert (worths[TABLE["kind"] == "investment"] >= -1e-12).all()


@given(amounts=AMOUNTS, years=HORIZONS, rate=RATES, life=st.floats(1.0, 60.0))
@settings(max_examples=40)
def test_property_what_is_left_never_lowers_the_worth(
    amounts: Floats, years: int, rate: float, life: float
) -> None:
    factors, signs = discount_factors(rate, years), payer_signs("operator")
    none, straight = (
        npv(
            yearly_flows(
                amounts, signs, line_profiles(years, lives(life), paths(years), residual=residual)
            ),
            factors,
        )
        for residual in (False, True)
    )
    assert none <= straight + 1e-9 * (amounts.sum() + 1.0)


@given(amounts=AMOUNTS, years=HORIZONS, rate=RATES)
@settings(max_examples=40)
def test_property_parts_add_up_to_the_levelised_cost(
    amounts: Floats, years: int, rate: float
) -> None:
    profiles = line_profiles(years, lives(), paths(years), residual=True)
    factors = discount_factors(rate, years)
    whole = levelised_cost(yearly_flows(amounts, cost_signs(), profiles), 1000.0, factors)
    parts = [
        levelised_cost(
            yearly_flows(amounts, cost_signs() * (TABLE["part"] == part).to_numpy(), profiles),
            1000.0,
            factors,
        )
        for part in dict.fromkeys(TABLE["part"])
    ]
    assert sum(parts) == pytest.approx(whole, rel=1e-9, abs=1e-9)


def test_golden_a_life_equal_to_the_horizon_is_an_annuity() -> None:
    """Owning things of 20 years over 40 costs the annuity of 20 years, paid for 40."""
    rate = 0.035
    worths = present_worths(
        line_profiles(40, lives(20.0), paths(40), residual=True), discount_factors(rate, 40)
    )
    annuity = rate / (1.0 - 1.035**-20)
    assert worths[LINES.index("substation")] == pytest.approx(annuity * (1.0 - 1.035**-40) / rate)


def test_docs_views_hold_horizons_and_rates() -> None:
    views = load_table("appraisal_views")
    assert set(views["parameter"]) == {"horizon_years", "rate_share"}
    years = views.loc[views["parameter"] == "horizon_years", "value"]
    assert {20.0, 25.0, 30.0, 40.0} <= set(years)
