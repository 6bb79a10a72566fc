"""Refrigerants: spelling, limits, warming potentials and clear refusals."""

from __future__ import annotations

import pytest
from CoolProp.CoolProp import PropsSI

from heatreach.thermo import RefrigerantError, find_refrigerant, refrigerant_names


@pytest.mark.parametrize("spelling", ["R1234ze(E)", "R-1234ze(E)", "r-1234ZE(e)", "R 1234ze(E)"])
def test_spelling_is_forgiven(spelling: str) -> None:
    assert find_refrigerant(spelling).key == "R1234ze(E)"


@pytest.mark.parametrize("name", refrigerant_names())
def test_golden_critical_temperature_is_the_one_of_the_equation_of_state(name: str) -> None:
    fluid = find_refrigerant(name)
    assert fluid.critical_degc == pytest.approx(PropsSI("Tcrit", name) - 273.15, abs=0.01)
    assert fluid.max_condensing_degc < fluid.critical_degc


def test_golden_r32_passes_700_on_ar4_but_not_on_ar6() -> None:
    r32 = find_refrigerant("R32")
    assert r32.gwp("AR4") < 700.0 < r32.gwp("AR6")


@pytest.mark.parametrize(
    ("name", "safety"), [("R717", "B2L"), ("R290", "A3"), ("R1234ze(E)", "A2L"), ("R134a", "A1")]
)
def test_golden_safety_classes(name: str, safety: str) -> None:
    assert find_refrigerant(name).safety_class == safety


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("R-513A", "is a blend"),
        ("R744", "above its critical point"),
        ("R999", "not in the table"),
        ("", "not in the table"),
    ],
)
def test_refrigerant_rejects_what_is_not_modelled(name: str, says: str) -> None:
    with pytest.raises(RefrigerantError, match=says) as caught:
        find_refrigerant(name)
    assert "R717" in str(caught.value)


def test_gwp_rejects_unknown_set() -> None:
    with pytest.raises(RefrigerantError, match="AR4, AR5, AR6"):
        find_refrigerant("R717").gwp("SAR")
