"""
The hand-worked case: twelve buildings on a street, each rule to the last digit.

A route between two buildings at x and y is 10 + |x - y| + 10 m. What follows from the table in
`tests.siting.zoning.twelve` is worked out in the comments.
"""

from __future__ import annotations

import numpy as np
import pytest

from heatreach.siting.zoning.growth import Grown, grown_zones
from heatreach.siting.zoning.places import ZonePlaces, zone_places
from heatreach.siting.zoning.rules import ZoneRule
from heatreach.siting.zoning.sections import section_densities
from tests.siting.zoning.twelve import IDS, twelve_inputs

Zone = tuple[str, float, float, float]
"""Buildings of a zone, its heat [MWh], its trench [m] and its weakest joint [MWh/m]."""


@pytest.fixture(scope="module")
def places() -> ZonePlaces:
    """The twelve buildings on their street."""
    inputs = twelve_inputs()
    return zone_places(inputs, inputs.scenario)


def by_hand(places: ZonePlaces, grown: Grown) -> list[Zone]:
    """Zones of a result as the tables below have them."""
    found = []
    for zone in range(grown.zones):
        member = np.flatnonzero(grown.zone == zone)
        names = " ".join(places.consumers["id"].iloc[member])
        trench = places.graph.length_m[grown.edges[grown.edge_zone == zone]].sum()
        heat = places.heat_mwh[member].sum()
        found.append((names, float(heat), float(trench), float(grown.joint_mwh_m[zone])))
    return found


def rule(method: str, threshold_mwh_m: float, *, buildings_min: int = 2) -> ZoneRule:
    """A rule without anchors."""
    return ZoneRule(
        name="made",
        title="made",
        method=method,
        threshold_mwh_m=threshold_mwh_m,
        buildings_min=buildings_min,
    )


# Radii at 4 MWh/m: 50 60 30 10 | 10 10 12 10 | 200 150 100 5 m. b01-b02 are 50 m apart, b02-b03
# 60 m: one cluster. b03-b04 are 80 m apart, b04-b05 too: b04 and b05 are alone. b09 reaches b06
# (180 of 210 m) but not b05 (220 m). b12 reaches 5 m, less than its own pipe, but lies within the
# 100 m of b11. Joints: b02-b03 360/60 = 6, b06-b09 840/180.
RADIUS_4 = [
    ("b06 b07 b08 b09 b10 b11 b12", 1948.0, 330.0 + 70.0, 840.0 / 180.0),
    ("b01 b02 b03", 560.0, 70.0 + 30.0, 360.0 / 60.0),
]

# Radii at 8: 25 30 15 5 | 5 5 6 5 | 100 75 50 2.5 m. b08-b09 60 of 105 m, b07-b09 140 of 106 m,
# b02-b03 60 of 45 m; b11-b12 50 of 52.5 m: joint 420/50 = 8.4.
RADIUS_8 = [
    ("b08 b09 b10 b11 b12", 1860.0, 210.0 + 50.0, 420.0 / 50.0),
    ("b01 b02", 440.0, 30.0 + 20.0, 440.0 / 50.0),
]

# Radii at 16: b09-b10 80 of 87.5 m, b10-b11 100 of 62.5 m, b01-b02 50 of 27.5 m.
RADIUS_16 = [("b09 b10", 1400.0, 60.0 + 20.0, 1400.0 / 80.0)]

# Worth at 4 after the service pipe: 40 50 20 0 | 0 0 2 0 | 190 140 90 -5 m. b01 brings 40 - 30,
# b03 20 - 40; b10 brings 140 - 60, b11 90 - 80, b12 less than nothing.
TRENCH_4 = [
    ("b09 b10 b11", 1800.0, 140.0 + 30.0, 1000.0 / 100.0),
    ("b01 b02", 440.0, 30.0 + 20.0, 440.0 / 50.0),
]
TRENCH_4_ALONE = [
    *TRENCH_4,
    ("b03", 120.0, 10.0, np.nan),
    ("b07", 48.0, 10.0, np.nan),
]

# Worth at 8: b10 brings 65 - 60, b11 40 - 80 at b10; b01 15 - 30 at b02.
TRENCH_8 = [("b09 b10", 1400.0, 60.0 + 20.0, 1400.0 / 80.0)]

# Sections: 600/200 = 3, 168/200 = 0.84, 1820/200 = 9.1 MWh/m. Along the trench b02-b04 280/120,
# b11-b12 420/50.
STREET_1_5 = [
    ("b09 b10 b11 b12", 1820.0, 170.0 + 40.0, 420.0 / 50.0),
    ("b01 b02 b03 b04", 600.0, 130.0 + 40.0, 280.0 / 120.0),
]

# Below 0.84 all three sections share junctions. b05 and b04 join b09 best (840/220, 840/280), not
# their neighbours (80/60, 280/120); b01, b02 and b03 meet the rest best in b02-b09: 1040/380.
STREET_0_8 = [(" ".join(IDS), 2588.0, 560.0 + 120.0, 1040.0 / 380.0)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (rule("radius", 4.0), RADIUS_4),
        (rule("radius", 8.0), RADIUS_8),
        (rule("radius", 16.0), RADIUS_16),
        (rule("trench", 4.0), TRENCH_4),
        (rule("trench", 4.0, buildings_min=1), TRENCH_4_ALONE),
        (rule("trench", 8.0), TRENCH_8),
        (rule("trench", 16.0), []),
        (rule("street", 1.5), STREET_1_5),
        (rule("street", 0.8), STREET_0_8),
        (rule("street", 9.2), []),
    ],
)
def test_golden_zones_by_hand(places: ZonePlaces, asked: ZoneRule, expected: list[Zone]) -> None:
    found = by_hand(places, grown_zones(places, asked))
    assert [zone[0] for zone in found] == [zone[0] for zone in expected]
    for number in (1, 2, 3):
        assert [zone[number] for zone in found] == pytest.approx(
            [zone[number] for zone in expected], rel=1e-13, nan_ok=True
        )


def test_golden_radii_and_sections_by_hand(places: ZonePlaces) -> None:
    grown = grown_zones(places, rule("radius", 4.0))
    assert grown.radius_m.tolist() == [50, 60, 30, 10, 10, 10, 12, 10, 200, 150, 100, 5]
    found = zip(places.sections["length_m"], section_densities(places), strict=True)
    expected = [(100.0, 0.0), (100.0, 0.0), (200.0, 0.84), (200.0, 3.0), (200.0, 9.1)]
    assert sorted(found) == expected


def test_rows_in_any_order_give_the_same(places: ZonePlaces) -> None:
    inputs = twelve_inputs(order=(7, 3, 11, 0, 5, 9, 1, 10, 2, 8, 4, 6))
    other = zone_places(inputs, inputs.scenario)
    for asked in (rule("radius", 4.0), rule("trench", 4.0), rule("street", 1.5)):
        assert by_hand(other, grown_zones(other, asked)) == by_hand(
            places, grown_zones(places, asked)
        )


def test_street_without_zones_is_no_error(places: ZonePlaces) -> None:
    grown = grown_zones(places, rule("radius", 1000.0))
    assert grown.zones == 0
    assert len(grown.edges) == len(grown.edge_zone) == 0
    assert (grown.zone == -1).all()


def test_unknown_method_and_tiles_are_refused(places: ZonePlaces) -> None:
    with pytest.raises(ValueError, match="choose radius, trench or street"):
        grown_zones(places, rule("circle", 4.0))
    with pytest.raises(ValueError, match="do not make a square"):
        grown_zones(places, rule("radius", 4.0), tiles=5)
