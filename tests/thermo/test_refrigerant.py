"""Refrigerants: spelling, limits, warming potentials, rules and clear refusals."""

from __future__ import annotations

import pytest
from CoolProp.CoolProp import PropsSI

from heatreach.data import wide
from heatreach.thermo import RefrigerantError, find_refrigerant, refrigerant_names
from heatreach.thermo.refrigerant import GWP_SETS
from heatreach.thermo.refrigerants.refrigerant_rules import passes, refrigerant_rules

MIXTURES = {"R513A", "R454B"}
BLENDS = {"R410A", "R407C"} | MIXTURES
PURE = {"R717", "R600a", "R290", "R1234ze(E)", "R1234yf", "R1233zd(E)", "R134a", "R32"}
EVERY = PURE | BLENDS | {"R744"}


def test_every_refrigerant_is_there_with_its_kind() -> None:
    assert set(refrigerant_names()) == EVERY
    kinds = {name: find_refrigerant(name).kind for name in EVERY}
    assert {name for name, kind in kinds.items() if kind == "pure"} == PURE
    assert {name for name, kind in kinds.items() if kind == "blend"} == BLENDS
    assert kinds["R744"] == "transcritical"


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("R1234ze(E)", "R1234ze(E)"),
        ("R-1234ze(E)", "R1234ze(E)"),
        ("r-1234ZE(e)", "R1234ze(E)"),
        ("R 1234ze(E)", "R1234ze(E)"),
        ("R-454B", "R454B"),
        ("r 744", "R744"),
        ("CO2", "R744"),
        ("Ammonia", "R717"),
        ("isobutane", "R600a"),
    ],
)
def test_spelling_is_forgiven(spelling: str, key: str) -> None:
    assert find_refrigerant(spelling).key == key


@pytest.mark.parametrize("name", sorted(EVERY - MIXTURES))
def test_golden_critical_point_is_the_one_of_the_equation_of_state(name: str) -> None:
    fluid = find_refrigerant(name)
    assert fluid.critical_degc == pytest.approx(PropsSI("Tcrit", name) - 273.15, abs=0.01)
    assert fluid.critical_bar == pytest.approx(PropsSI("Pcrit", name) / 1e5, abs=0.01)
    assert fluid.max_condensing_degc < fluid.critical_degc


@pytest.mark.parametrize("name", sorted(EVERY))
def test_property_limits_are_ordered(name: str) -> None:
    fluid = find_refrigerant(name)
    assert fluid.max_condensing_degc == fluid.critical_degc - fluid.critical_margin_k
    assert fluid.critical_margin_k == (8.0 if fluid.kind == "blend" else 5.0)
    if fluid.kind == "transcritical":
        assert fluid.max_condensing_bar > fluid.critical_bar
    else:
        assert fluid.max_condensing_bar < fluid.critical_bar


@pytest.mark.parametrize("name", sorted(BLENDS))
@pytest.mark.parametrize("gwp_set", GWP_SETS)
def test_golden_blends_warm_as_their_constituents(name: str, gwp_set: str) -> None:
    """Mass-weighted by hand, e.g. R454B on AR4: 0.689 x 675 + 0.311 x 4 = 466.3, listed as 466."""
    parts = wide("refrigerant_blends")
    column = f"gwp_{gwp_set.lower()}"
    potentials = {part: find_refrigerant(part).gwp(gwp_set) for part in ("R32", "R134a", "R1234yf")}
    potentials["R125"] = parts[column].to_dict()["R125"]
    shares = {
        part: parts[f"mass_{part.lower()}_share"].fillna(0.0).to_dict()[name] for part in potentials
    }
    assert sum(shares.values()) == pytest.approx(1.0)
    total = sum(shares[part] * potentials[part] for part in potentials)
    assert find_refrigerant(name).gwp(gwp_set) == pytest.approx(total, abs=0.51)


@pytest.mark.parametrize(
    ("name", "gwps"),
    [
        ("R410A", (2088, 1924, 2256)),
        ("R32", (675, 677, 771)),
        ("R454B", (466, 467, 531)),
        ("R513A", (631, 573, 673)),
        ("R134a", (1430, 1300, 1530)),
    ],
)
def test_golden_warming_potentials_by_report(name: str, gwps: tuple[int, int, int]) -> None:
    """IPCC AR4, AR5 and AR6 over 100 years, as tabulated in a literature review."""
    assert tuple(find_refrigerant(name).gwp(s) for s in ("AR4", "AR5", "AR6")) == gwps


def test_golden_r32_passes_700_on_ar4_but_not_on_ar6() -> None:
    r32 = find_refrigerant("R32")
    assert r32.gwp("AR4") < 700.0 < r32.gwp("AR6")
    assert refrigerant_rules().loc["us_aim_data_centres", "gwp_set"] == "AR4"
    assert passes("R-32", "us_aim_data_centres")


def test_golden_what_the_rules_leave() -> None:
    """A literature review's summary: US 700, and EU 150 on large heat pumps."""
    natural = {"R717", "R600a", "R290", "R744"}
    unsaturated = {"R1234ze(E)", "R1234yf", "R1233zd(E)"}
    us = {name for name in EVERY if passes(name, "us_aim_chillers")}
    assert us == natural | unsaturated | {"R32", "R454B", "R513A"}
    assert us == {name for name in EVERY if passes(name, "eu_chillers_above_12_kw")}
    large = {name for name in EVERY if passes(name, "eu_self_contained_above_50_kw")}
    assert large == natural | unsaturated
    assert {n for n in EVERY if passes(n, "eu_self_contained_to_12_kw_2032")} == natural
    assert all(passes(name, "uk_company_reporting") for name in EVERY)


def test_docs_rules_are_whole() -> None:
    rules = refrigerant_rules()
    assert rules.index.is_unique
    assert set(rules["gwp_set"]) <= set(GWP_SETS)
    assert set(rules["status"]) == {"confirmed", "partly", "unverified"}
    assert set(rules["fluorinated"]) == {"allowed", "banned"}
    assert set(rules["jurisdiction"]) == {"US", "EU", "UK"}
    assert (rules[["applies_to", "source", "locator"]] != "").all(axis=None)
    limited = rules["gwp_below"].notna() | (rules["fluorinated"] == "banned")
    assert limited.drop("uk_company_reporting").all()
    assert rules.loc[limited, "from_date"].notna().all()
    assert (rules["gwp_below"].dropna() > 0).all()


@pytest.mark.parametrize(
    ("name", "safety"),
    [
        ("R717", "B2L"),
        ("R290", "A3"),
        ("R1234ze(E)", "A2L"),
        ("R134a", "A1"),
        ("R744", "A1"),
        ("R513A", "A1"),
        ("R454B", "A2L"),
        ("R410A", "A1"),
    ],
)
def test_golden_safety_classes(name: str, safety: str) -> None:
    assert find_refrigerant(name).safety_class == safety


@pytest.mark.parametrize("name", ["R-448A", "R452B", "R125", "R999", ""])
def test_refrigerant_rejects_what_is_not_modelled(name: str) -> None:
    with pytest.raises(RefrigerantError, match="not in the table") as caught:
        find_refrigerant(name)
    assert "R717" in str(caught.value)


def test_gwp_rejects_unknown_set() -> None:
    with pytest.raises(RefrigerantError, match="AR4, AR5, AR6"):
        find_refrigerant("R717").gwp("SAR")


def test_passes_rejects_unknown_rule_and_fluid() -> None:
    with pytest.raises(RefrigerantError, match="us_aim_chillers"):
        passes("R717", "us_aim_chillrs")
    with pytest.raises(RefrigerantError, match="not in the table"):
        passes("R22", "us_aim_chillers")
