"""Two data centres that want the same consumers: nobody is heated twice, the whole gains most."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from heatreach.siting import Plan, Scenario, plan, read_inputs
from heatreach.siting.planning import rivals, ways_of_sharing
from heatreach.siting.workers import Crew

if TYPE_CHECKING:
    from pathlib import Path

EAST, NORTH = 450_000.0, 5_430_000.0
"""South of Karlsruhe, in UTM zone 32."""


def layer(path: Path, cells: dict[str, list[object]], shapes: list[Any]) -> Path:
    """A file of features near Karlsruhe."""
    moved = gpd.GeoSeries(shapes).translate(EAST, NORTH)
    gpd.GeoDataFrame(cells, geometry=moved, crs=32632).to_file(path)
    return path


PAYING = Scenario.model_validate(
    {
        "economics": {"heat_tariff_per_mwh": 140.0},
        "network": {"supply_choice": "given"},
        "uncertainty": {"draws": 64},
    }
)
"""A price at which both data centres would pay alone; who wins whom is the question here."""


def study(folder: Path, sites: dict[str, tuple[float, float]]) -> Plan:
    """One street of 900 m with a hospital and a school between the ends."""
    streets = [LineString([(x, 0.0), (x + 100.0, 0.0)]) for x in range(0, 900, 100)]
    return plan(
        read_inputs(
            sites=layer(
                folder / f"sites-{len(sites)}-{'-'.join(sites)}.gpkg",
                {
                    "id": list(sites),
                    "it_load_kw": [2000.0] * len(sites),
                    "source_degc": [40.0] * len(sites),
                },
                [Point(place) for place in sites.values()],
            ),
            consumers=layer(
                folder / "consumers.gpkg",
                {
                    "id": ["hospital", "school", "flats"],
                    "use": ["hospital", "school", "flats"],
                    "annual_heat_mwh": [3000.0, 900.0, 700.0],
                    "peak_kw": [1200.0, 500.0, 300.0],
                },
                [Point(350.0, 20.0), Point(500.0, -20.0), Point(800.0, 15.0)],
            ),
            streets=layer(folder / "streets.gpkg", {"highway": ["residential"] * 9}, streets),
            scenario=PAYING,
        )
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the layers of the made town lie."""
    return tmp_path_factory.mktemp("rivals")


@pytest.fixture(scope="module")
def joint(folder: Path) -> Plan:
    """Both data centres at once."""
    return study(folder, {"west": (5.0, 10.0), "east": (895.0, 10.0)})


def test_golden_nobody_is_heated_twice(joint: Plan) -> None:
    served = joint.connections[joint.connections["connected"]]
    assert not served["consumer_id"].duplicated().any()
    assert set(served["consumer_id"]) <= {"hospital", "school", "flats"}
    assert len(served) > 0


def test_golden_rivals_know_each_other_and_what_each_would_be_alone(
    joint: Plan, folder: Path
) -> None:
    projects = joint.projects.set_index("site_id")
    assert projects.loc["west", "shared_with"] == "east"
    assert projects.loc["east", "shared_with"] == "west"
    alone = {
        name: study(folder, {name: place}).projects.iloc[0]
        for name, place in {"west": (5.0, 10.0), "east": (895.0, 10.0)}.items()
    }
    for name, project in alone.items():
        assert projects.loc[name, "npv_alone"] == pytest.approx(project["npv"], rel=0.02)
        assert project["shared_with"] == ""
        assert project["npv_alone"] == pytest.approx(project["npv"], rel=0.02)
        assert project["npv"] > 0.0
    # Together they are worth at least as much as the better one alone.
    together = projects["npv"].fillna(0.0).sum()
    assert together >= max(project["npv"] for project in alone.values()) * 0.98


@pytest.mark.parametrize(("npv", "nor_alone"), [(-1.0, True), (0.0, False), (5.0, False)])
def test_who_is_outbid_reads_whether_it_would_pay_alone(
    monkeypatch: pytest.MonkeyPatch, npv: float, nor_alone: bool
) -> None:
    monkeypatch.setattr(ways_of_sharing, "nothing", lambda *said: said)
    basis = SimpleNamespace(site="west")
    alone: Any = SimpleNamespace(npv=npv, built=SimpleNamespace(basis=basis))
    *_, status, reason = cast("Any", ways_of_sharing._outbid(cast("Any", None), alone))
    assert status == "nothing_worth_connecting"
    assert reason.startswith("what it could heat is heated at less cost from another data centre")
    assert reason.endswith("; alone it would not pay either") == nor_alone


class _Together(Crew[None]):
    """A crew that works on all pieces ahead, as several processes do."""

    several = True


def _finishing(patch: pytest.MonkeyPatch, *, asked: str, fails: str) -> Any:
    """Three networks, the last steps of the first two taking a consumer each from the next."""
    networks: list[Any] = [
        SimpleNamespace(site=name, served=name, project=pd.DataFrame({"site_id": [name]}))
        for name in "abc"
    ]

    def final(_study: None, last: Any) -> Any:
        if (last.network.site, "".join(sorted(last.taken))) == (asked, fails):
            raise ValueError(f"no network of {asked} beside {fails}")
        taken = "".join(sorted(last.taken)).upper()
        return SimpleNamespace(site=last.network.site, served=taken, project=last.network.project)

    def taken(networks: list[Any], number: int, _room: Any) -> frozenset[str]:
        return frozenset(n.served for place, n in enumerate(networks) if place < number)

    patch.setattr(rivals, "_final", final)
    patch.setattr(rivals, "_taken", taken)
    return networks, networks, {number: [] for number in range(3)}, frozenset()


@pytest.mark.parametrize("crew", [Crew(None), _Together(None)], ids=["one", "several"])
def test_an_error_counts_only_for_what_is_really_asked(
    crew: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network b beside a as it was is never asked: a changes in its own last step."""
    parts = _finishing(monkeypatch, asked="b", fails="a")
    finished: list[Any] = rivals._finished(crew, *parts)
    assert [network.served for network in finished] == ["", "", ""]
    parts = _finishing(monkeypatch, asked="c", fails="")
    with pytest.raises(ValueError, match="no network of c beside ") as caught:
        rivals._finished(crew, *parts)
    assert caught.value.__notes__ == ["while working on data centre c"]


def test_golden_a_site_outbid_says_so(joint: Plan) -> None:
    projects = joint.projects.set_index("site_id")
    for _, project in projects[projects["consumers"] == 0].iterrows():
        assert "another data centre" in project["reason"]


def test_golden_bounds_are_reported(joint: Plan) -> None:
    built = joint.projects[joint.projects["status"] == "ok"]
    assert (built["lower_bound"] <= built["design_objective"] * (1.0 + 1e-6)).all()
    assert (built["gap_share"] >= 0.0).all()
    assert (built["gap_share"] <= 0.01).all()
