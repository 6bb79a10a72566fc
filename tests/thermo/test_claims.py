"""Published claims: verdicts come out of a calculation, and change with it."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.data import TableError, load_table
from heatreach.thermo import HeatPump, cop_range
from heatreach.thermo.claims import VERDICTS, audit_claim, audit_claims
from heatreach.thermo.claims.finding import claim_figures, overlap
from heatreach.thermo.claims.machines import engine_band

HOLDS, ASSUMING, INCONSISTENT, NOT_CHECKABLE = VERDICTS
GAS_KG_PER_KWH, BOILER = 0.183, 0.85  # United Kingdom, gross calorific value
HOURS = 8760.0


@cache
def audit() -> pd.DataFrame:
    """Every claim as published."""
    return audit_claims().set_index("id")


def test_docs_every_claim_has_a_verdict_and_numbers_or_a_reason() -> None:
    table = audit()
    assert len(table) == 79
    assert set(table["verdict"]) == set(VERDICTS)
    assert (table["recomputed"] != "").all()
    checkable = table[table["verdict"] != NOT_CHECKABLE]
    assert checkable[["claimed_figure", "recomputed_figure"]].notna().all(axis=None)
    assert (checkable["method"] != "").all()
    assert (table.loc[table["verdict"] == ASSUMING, "assumption"] != "").all()
    assert (table.loc[table["verdict"] == HOLDS, "assumption"] == "").all()


def test_docs_no_verdict_is_stored() -> None:
    claims = load_table("published_claims")
    assert list(claims.columns) == ["id", "source", "topic", "subject", "claim", "check", "remark"]
    cells = claims[["claim", "remark"]].to_numpy().ravel()
    assert not any(verdict in str(cell) for cell in cells for verdict in VERDICTS[1:])
    context = claims[claims["check"] == "context"]
    assert (context["remark"] != "").all()


def test_docs_figures_belong_to_claims() -> None:
    claims, inputs = load_table("published_claims"), load_table("claim_inputs")
    assert set(inputs["name"]) - set(claims["id"]) == {"reference"}
    checked = set(claims.loc[claims["check"] != "context", "id"])
    assert checked - set(inputs["name"]) == set()


def test_golden_a_saving_beyond_physics_is_refused_with_its_bound() -> None:
    """33,100-33,200 t a year from 1 MW of heat: hand calculation of the most that is possible."""
    most = 1.0 * HOURS * GAS_KG_PER_KWH / BOILER
    row = audit().loc["C58"]
    assert row["verdict"] == INCONSISTENT
    assert row["bound"] == pytest.approx(most, rel=1e-9)
    assert row["bound_ratio"] == pytest.approx(33_150.0 / most)
    assert row["bound_ratio"] == pytest.approx(17.6, abs=0.05)
    assert "20 years" in row["assumption"]
    assert audit_claim("C58", avoided_t_co2e=33_150.0 / 20.0).verdict == HOLDS


@pytest.mark.parametrize(
    ("claim", "recomputed"),
    [
        ("C06", 0.10e3 / 5.0),  # USD/MWh: price over COP
        ("C10", (0.8 - 0.2) / 1.0),  # delivered less electricity, per MW of servers
        ("C13", 1.0 - 1.0 / 1.5),  # all that is not servers, at PUE 1.5
        ("C18", 1.25 - 0.8),  # ERE is PUE less what is reused
        ("C19", 428.0 * 0.45359237 / 1e3),  # pounds per MWh read as kilograms
        ("C21", 0.5 * HOURS),
        ("C23", 3500.0 * 3.6 * 0.053),  # MWh to GJ, 0.053 kg/MJ
        ("C24", 3500.0 / (5.0 - 1.0)),  # source heat over COP less one
        ("C25", 3500.0 * 3.6 * 0.053 - 875.0 * 0.15),
        ("C43", 20.0 / (1.3 * 120.0)),
        ("C46", HOURS * 4.0 / 3.0 / (11.5 * BOILER)),
        ("C55", (60.0 + 90.0) / 2.0 * 1.8 + 32.0),
        ("C71", 460e6 / HOURS / 1e3),  # TWh over hours, in GW
        ("C77", 1.0 - (273.15 + 15.0) / (273.15 + 60.0)),
        ("C78", 0.177 / 4.0),
    ],
)
def test_golden_figures_by_hand(claim: str, recomputed: float) -> None:
    assert audit().loc[claim, "recomputed_figure"] == pytest.approx(recomputed, rel=1e-6)


def test_golden_water_beyond_physics_is_refused() -> None:
    """Latent heat 2.45 MJ/kg, chiller work 0.2 of the heat, 4 cycles of concentration; 2 %."""
    most = HOURS * 1.2 * 3.6 / 2.45 * 4.0 / 3.0
    row = audit().loc["C32"]
    assert row["verdict"] == INCONSISTENT
    assert row["bound"] == pytest.approx(most, rel=0.02)


def test_golden_refrigerants_of_the_reports() -> None:
    """R-513A is 44 % R-134a (1430) and 56 % R-1234yf (4) by mass in AR4; R-410A halves of two."""
    assert audit_claim("C36").recomputed == pytest.approx(0.44 * 1430 + 0.56 * 4, rel=2e-3)
    assert audit_claim("C35").recomputed == pytest.approx((675 + 3500) / 2.0, rel=2e-3)
    assert "AR4" in audit_claim("C35").assumption


@pytest.mark.parametrize(
    ("claim", "figures", "verdict"),
    [
        ("C02", {"cop": 12.0}, INCONSISTENT),
        ("C02", {"cop": 5.0}, HOLDS),
        ("C03", {"cop": 5.8}, HOLDS),
        ("C03", {"cop": 2.0}, INCONSISTENT),
        ("C05", {"cop": 5.2}, HOLDS),
        ("C06", {"heat_cost_per_mwh": 20.0}, HOLDS),
        ("C09", {"sink_out_degc": 82.0}, HOLDS),
        ("C10", {"recovered_share": 0.6}, HOLDS),
        ("C11", {"recovered_kw": 1200.0}, INCONSISTENT),
        ("C12", {"overhead_share": 0.4}, INCONSISTENT),
        ("C13", {"pue": 1.7}, HOLDS),
        ("C14", {"cooling_after_kw": 450.0}, INCONSISTENT),
        ("C15", {"saved_share": 0.5}, HOLDS),
        ("C16", {"ere": 0.0}, HOLDS),
        ("C17", {"productive_share": 0.08}, HOLDS),
        ("C18", {"ere": 0.45}, HOLDS),
        ("C19", {"grid_kg_per_kwh": 0.194}, HOLDS),
        ("C20", {"other_grid_kg_per_kwh": 0.15}, HOLDS),
        ("C22", {"heat_mwh": 8760.0}, HOLDS),
        ("C23", {"avoided_t_co2e": 786.0}, HOLDS),
        ("C24", {"electricity_mwh": 700.0, "emitted_t_co2e": 105.0}, HOLDS),
        ("C25", {"net_t_co2e": 851.0}, HOLDS),
        ("C25", {"net_t_co2e": 1000.0}, INCONSISTENT),
        ("C27", {"other_net_t_co2e": 648.0}, HOLDS),
        ("C28", {"saved_mwh": 50_000.0}, INCONSISTENT),
        ("C32", {"water_m3": 4000.0}, HOLDS),
        ("C33", {"saved_share": 0.95}, HOLDS),
        ("C34", {"water_m3": 1.9e7}, INCONSISTENT),
        ("C35", {"gwp_r410a": 1700.0}, INCONSISTENT),
        ("C37", {"gwp_r1234ze(e)": 1.0}, HOLDS),
        ("C39", {"rule_year": 2023.0}, HOLDS),
        ("C41", {"heat_price_per_mwh": 20.0}, HOLDS),
        ("C43", {"recouped_share": 0.5}, INCONSISTENT),
        ("C44", {"cop": 15.0}, INCONSISTENT),
        ("C45", {"sink_out_degc": 145.0}, INCONSISTENT),
        ("C46", {"homes": 2000.0}, INCONSISTENT),
        ("C48", {"cooling_share": 0.8}, INCONSISTENT),
        ("C50", {"capex_per_kw": 5000.0}, INCONSISTENT),
        ("C52", {"sink_out_degc": 60.0}, HOLDS),
        ("C53", {"cut_share": 0.6}, INCONSISTENT),
        ("C55", {"fahrenheit_degf": 100.0}, INCONSISTENT),
        ("C56", {"air_supply_degc": 95.0}, HOLDS),
        ("C59", {"saving_share": 1.2}, INCONSISTENT),
        ("C61", {"warm_water_degc": 75.0}, INCONSISTENT),
        ("C62", {"distance_m": 100.0}, HOLDS),
        ("C62", {"distance_m": 200_000.0}, INCONSISTENT),
        ("C64", {"fuel_kg_per_kwh": 0.3}, INCONSISTENT),
        ("C66", {"in_force": 1.0}, HOLDS),
        ("C67", {"heat_share": 1.1}, INCONSISTENT),
        ("C68", {"grant_year": 2025.0}, HOLDS),
        ("C71", {"energy_mwh": 140e6}, HOLDS),
        ("C72", {"other_energy_mwh": 200e6}, HOLDS),
        ("C73", {"homes": 5e6}, INCONSISTENT),
        ("C78", {"emitted_kg_per_kwh": 0.044}, HOLDS),
    ],
)
def test_verdicts_follow_the_figures(claim: str, figures: dict[str, float], verdict: str) -> None:
    assert audit_claim(claim, **figures).verdict == verdict
    if claim not in {"C02", "C03", "C62"} or verdict == INCONSISTENT:
        assert audit().loc[claim, "verdict"] != verdict


def test_changes_reach_the_table() -> None:
    table = audit_claims({"C06": {"heat_cost_per_mwh": 20.0}}).set_index("id")
    assert table.loc["C06", "verdict"] == HOLDS
    others = table.drop(index="C06")
    pd.testing.assert_frame_equal(others, audit().drop(index="C06"))


@given(heat_mw=st.floats(0.1, 100.0), share=st.floats(0.01, 5.0))
@settings(max_examples=40)
def test_property_a_saving_holds_up_to_its_bound_only(heat_mw: float, share: float) -> None:
    bound = heat_mw * HOURS * GAS_KG_PER_KWH / BOILER
    finding = audit_claim("C58", heat_kw=1e3 * heat_mw, avoided_t_co2e=share * bound)
    if not math.isclose(share, 1.0, rel_tol=1e-6):
        assert (finding.verdict == INCONSISTENT) == (share > 1.0)


@given(cop=st.floats(1.5, 20.0))
@settings(max_examples=15)
def test_property_a_cop_holds_inside_its_band_only(cop: float) -> None:
    band = engine_band(claim_figures("C04"), 25.0, 45.0)
    verdict = audit_claim("C04", cop=cop).verdict
    assert (verdict == HOLDS) == overlap((cop, cop), (band.low, band.high))
    if cop > band.high:
        assert verdict == INCONSISTENT


def test_band_is_that_of_the_machines() -> None:
    band = engine_band(claim_figures("C02"), 30.0, 60.0)
    cop = float(HeatPump.sized(1000.0, "R600a").cop(30.0, 22.0, 40.0, 60.0))
    low, high = cop_range(cop)
    assert band.low <= low <= band.cop <= high <= band.high


def test_needed_efficiency_gives_the_claimed_cop() -> None:
    """The machine that the audit of the San Jose pilot asks for has that COP."""
    words = audit_claim("C03").words
    product = float(words.rsplit(" ", 1)[1])
    normal = HeatPump.sized(1000.0, "R600a")
    poorer = HeatPump(
        refrigerant="R600a",
        isentropic_efficiency=product / float(normal.drive_efficiency),
        drive_efficiency=normal.drive_efficiency,
        auxiliary_share=normal.auxiliary_share,
        evaporator_pinch_k=normal.evaporator_pinch_k,
        condenser_pinch_k=normal.condenser_pinch_k,
        liquid_approach_k=normal.liquid_approach_k,
        superheat_k=normal.superheat_k,
    )
    assert poorer.cop(35.0, 27.0, 40.0, 60.0) == pytest.approx(4.2, abs=0.06)


def test_audit_rejects_unknown_claims_and_figures() -> None:
    with pytest.raises(TableError, match="no claim 'C99'"):
        audit_claim("C99")
    with pytest.raises(TableError, match="C06 has no figure 'colour'"):
        audit_claim("C06", colour=1.0)
    with pytest.raises(TableError, match="no claim C99"):
        audit_claims({"C99": {"cop": 1.0}})
