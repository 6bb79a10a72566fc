"""Simulated networks side by side with pandapipes 0.16, from one consumer to five hundred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from heatreach.network.simulate import NetworkState, design_heat_kw, simulate_network
from tests.peers.networks import (
    OPERATION,
    PIPES,
    RULES,
    for_pandapipes,
    in_pandapipes,
    random_plan,
    street_plan,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from heatreach.network import NetworkPlan

# The largest deviations allowed. pandapipes takes the heat capacity at a consumer as the mean of
# that at supply and return, we the difference of enthalpies: 0.056 % apart between 75 and 45 °C.
# It writes 3.71 in Colebrook's formula where we write 3.7, up to 0.1 % in friction, and does not
# know laminar flow: pipes below Reynolds 4000 are therefore not asked for.
FLOW_SHARE, DROP_SHARE, DEGC_K = 1e-3, 2e-2, 0.2
# What is really reached with the same properties of water on both sides.
NEAR_FLOW_SHARE, NEAR_DROP_SHARE, NEAR_DEGC_K = 6e-4, 2e-3, 2e-3
# Its own table of water puts the heat capacity at 45 and 75 °C another 0.09 % above IAPWS-IF97.
OWN_WATER_FLOW_SHARE = 2e-3
TURBULENT = 4000.0

CASES = {
    "one consumer": (random_plan, 1, 1.0, True),
    "five": (random_plan, 5, 1.0, True),
    "forty": (random_plan, 40, 1.0, True),
    "two hundred": (random_plan, 200, 1.0, True),
    "five hundred": (random_plan, 500, 1.0, True),
    "streets of Karhula, 60": (street_plan, 60, 1.0, True),
    "streets of Karhula, 300": (street_plan, 300, 1.0, True),
    "forty at a third of the load": (random_plan, 40, 1 / 3, True),
    "forty with its own water": (random_plan, 40, 1.0, False),
}


@dataclass(frozen=True)
class Pair:
    """One network as we and as pandapipes see it."""

    plan: NetworkPlan
    ours: NetworkState
    theirs: dict[str, npt.NDArray[np.float64]]


@pytest.fixture(scope="module")
def pairs(peers: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """All networks, simulated by both."""
    plans, states, networks = [], [], []
    for draw, consumers, share, own_water in CASES.values():
        plan, streets = draw(consumers, consumers)
        heat = design_heat_kw(plan) * share
        state = simulate_network(
            plan, streets, catalogue=PIPES, rules=RULES, operation=OPERATION, heat_kw=heat
        )
        plans.append(plan)
        states.append(state)
        networks.append(for_pandapipes(plan, state, heat, own_water=own_water))
    found = in_pandapipes(networks, tmp_path_factory.mktemp("pandapipes"))
    triples = zip(plans, states, found, strict=True)
    return {name: Pair(*three) for name, three in zip(CASES, triples, strict=True)}


def drops(pair: Pair) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pressure lost per pipe, supply and return, turbulent ones only: ours, theirs."""
    parent = pair.plan.tree.parent[1:]
    ours, theirs = pair.ours, pair.theirs
    mine = [
        ours.supply_pa[parent] - ours.supply_pa[1:],
        ours.return_pa[1:] - ours.return_pa[parent],
    ]
    other = [
        theirs["supply_pa"][parent] - theirs["supply_pa"][1:],
        theirs["return_pa"][1:] - theirs["return_pa"][parent],
    ]
    asked = theirs["reynolds"] > TURBULENT
    assert asked.mean() > 0.5
    return np.concatenate(mine)[asked], np.concatenate(other)[asked]


@pytest.mark.parametrize("case", CASES)
def test_golden_pandapipes_agrees(pairs: dict[str, Pair], case: str) -> None:
    pair = pairs[case]
    assert pair.ours.settled
    assert np.nanmax(pair.ours.bypass_kg_s) < 1e-9, "pandapipes knows no bypass"
    share = FLOW_SHARE if CASES[case][3] else OWN_WATER_FLOW_SHARE
    assert pair.theirs["flow_kg_s"] == pytest.approx(pair.ours.flow_kg_s[1:], rel=share)
    mine, other = drops(pair)
    assert other == pytest.approx(mine, rel=DROP_SHARE)
    assert pair.theirs["supply_degc"] == pytest.approx(pair.ours.supply_degc, abs=DEGC_K)
    assert pair.theirs["return_degc"] == pytest.approx(pair.ours.return_degc, abs=DEGC_K)
    # The whole way to the worst consumer and back, as the pump sees it.
    whole = pair.ours.head_pa - OPERATION.substation_drop_pa
    spread = pair.theirs["supply_pa"] - pair.theirs["return_pa"]
    leaves = np.setdiff1d(np.arange(len(spread)), pair.plan.tree.parent)
    assert spread[0] - spread[leaves].min() == pytest.approx(whole, rel=DROP_SHARE)


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][3]])
def test_golden_pandapipes_with_the_same_water_is_nearly_equal(
    pairs: dict[str, Pair], case: str
) -> None:
    pair = pairs[case]
    assert pair.theirs["flow_kg_s"] == pytest.approx(pair.ours.flow_kg_s[1:], rel=NEAR_FLOW_SHARE)
    mine, other = drops(pair)
    assert other == pytest.approx(mine, rel=NEAR_DROP_SHARE)
    assert pair.theirs["supply_degc"] == pytest.approx(pair.ours.supply_degc, abs=NEAR_DEGC_K)
    assert pair.theirs["return_degc"] == pytest.approx(pair.ours.return_degc, abs=NEAR_DEGC_K)
