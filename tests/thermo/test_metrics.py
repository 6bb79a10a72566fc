"""Metrics of energy, reuse, carbon and water, with the boundary explicit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.thermo import PhysicsRangeError, cue, ere, erf, pue, ref, reuse_metrics, wue

energies = st.floats(0.1, 1e5)
shares = st.floats(0.0, 1.0)


def test_golden_reuse_metrics_do_not_depend_on_where_the_heat_pump_stands() -> None:
    """1 MWh of servers, PUE 1.25, 0.8 MWh of source heat, COP 5: ERE 0.45 both ways."""
    outside = reuse_metrics(1.0, 0.25, source_heat_mwh=0.8, heat_pump_mwh=0.2, boundary="outside")
    inside = reuse_metrics(1.0, 0.25, source_heat_mwh=0.8, heat_pump_mwh=0.2, boundary="inside")
    assert (outside.total_mwh, outside.reused_mwh, outside.pue) == (1.25, 0.8, 1.25)
    assert outside.erf == pytest.approx(0.64)
    assert outside.ere == pytest.approx(0.45)
    assert inside.total_mwh == pytest.approx(1.45)
    assert inside.reused_mwh == pytest.approx(1.0)
    assert inside.pue == pytest.approx(1.45)
    assert inside.erf == pytest.approx(0.69, abs=0.0005)
    assert inside.ere == pytest.approx(0.45)


def test_golden_other_metrics_by_hand() -> None:
    """1,000 MWh of servers, 300 of overhead: REF 0.5, CUE 1.3 x 0.2, WUE 450 m³ / 1,000 MWh."""
    year = reuse_metrics(
        1000.0,
        300.0,
        source_heat_mwh=0.0,
        heat_pump_mwh=0.0,
        boundary="outside",
        renewable_mwh=650.0,
        grid_kg_per_kwh=0.2,
        water_m3=450.0,
    )
    assert (year.ref, year.wue_l_per_kwh) == (0.5, 0.45)
    assert year.cue_kg_per_kwh == pytest.approx(0.26)
    assert (year.erf, year.ere) == (0.0, 1.3)
    assert ref(3.0, 1.5) == 1.0
    assert cue(0.26, 1.0) == 0.26
    assert wue(450.0, 1000.0) == 0.45


def test_what_is_not_given_is_not_a_number() -> None:
    year = reuse_metrics(1.0, 0.2, source_heat_mwh=0.5, heat_pump_mwh=0.1, boundary="inside")
    for value in (year.ref, year.cue_kg_per_kwh, year.wue_l_per_kwh):
        assert math.isnan(float(value))


@given(servers=energies, overhead=st.floats(1.0, 2.5), share=shares)
def test_property_ere_is_pue_times_heat_not_reused(
    servers: float, overhead: float, share: float
) -> None:
    total = servers * overhead
    reused = share * total
    value = ere(total, reused, servers)
    assert value == pytest.approx((total - reused) / servers, abs=1e-9)
    assert value == pytest.approx(
        (1.0 - float(erf(reused, total))) * float(pue(total, servers)), abs=1e-9
    )
    assert -1e-12 <= float(value) <= float(pue(total, servers)) + 1e-12


@given(servers=energies, overhead=st.floats(0.0, 1.5), share=shares, cop=st.floats(1.5, 12.0))
def test_property_ere_is_the_same_within_both_boundaries(
    servers: float, overhead: float, share: float, cop: float
) -> None:
    source = share * servers
    drive = source / (cop - 1.0)
    outside, inside = (
        reuse_metrics(
            servers,
            overhead * servers,
            source_heat_mwh=source,
            heat_pump_mwh=drive,
            boundary=boundary,
        )
        for boundary in ("outside", "inside")
    )
    assert outside.ere == pytest.approx(inside.ere, abs=1e-9)
    assert float(inside.erf) >= float(outside.erf) - 1e-12
    assert float(inside.pue) >= float(outside.pue)


@given(loss=st.floats(0.0, 0.2))
def test_property_heat_lost_inside_raises_ere_by_as_much(loss: float) -> None:
    parts = {"source_heat_mwh": 0.8, "heat_pump_mwh": 0.2}
    tight = reuse_metrics(1.0, 0.25, **parts, boundary="inside")
    leaky = reuse_metrics(1.0, 0.25, **parts, delivered_mwh=1.0 - loss, boundary="inside")
    assert float(leaky.ere) - float(tight.ere) == pytest.approx(loss, abs=1e-12)


def test_metrics_are_shaped_like_their_inputs() -> None:
    year = reuse_metrics(
        np.array([1.0, 2.0]),
        0.25,
        source_heat_mwh=np.array([0.8, 0.0]),
        heat_pump_mwh=0.0,
        boundary="outside",
    )
    np.testing.assert_allclose(year.ere, [0.45, 1.125])


def test_metrics_reject_more_reuse_than_energy() -> None:
    with pytest.raises(PhysicsRangeError, match="reused"):
        erf(2.0, 1.0)
    with pytest.raises(PhysicsRangeError, match="at least that of its servers"):
        pue(0.9, 1.0)
    with pytest.raises(PhysicsRangeError, match="source heat exceeds energy of the data centre"):
        reuse_metrics(1.0, 0.2, source_heat_mwh=1.3, heat_pump_mwh=0.0, boundary="outside")
    with pytest.raises(PhysicsRangeError, match=r"heat delivered exceeds .* by 0\.1 MWh"):
        reuse_metrics(
            1.0,
            0.2,
            source_heat_mwh=0.8,
            heat_pump_mwh=0.2,
            delivered_mwh=1.1,
            boundary="inside",
        )


def test_metrics_reject_what_is_no_year_of_a_data_centre() -> None:
    with pytest.raises(PhysicsRangeError, match="neither 'outside' nor 'inside'"):
        reuse_metrics(
            1.0,
            0.2,
            source_heat_mwh=0.0,
            heat_pump_mwh=0.0,
            boundary="beside",  # type: ignore[arg-type]
        )
    with pytest.raises(PhysicsRangeError, match=r"overhead -0\.2 MWh"):
        reuse_metrics(1.0, -0.2, source_heat_mwh=0.0, heat_pump_mwh=0.0, boundary="outside")
    with pytest.raises(PhysicsRangeError, match="water"):
        wue(-1.0, 1.0)
    with pytest.raises(PhysicsRangeError, match="servers must be above 0"):
        cue(1.0, 0.0)
    with pytest.raises(PhysicsRangeError, match="above 0 MWh"):
        ref(0.0, 0.0)
    with pytest.raises(PhysicsRangeError, match="renewable energy -1 MWh"):
        ref(-1.0, 1.0)
