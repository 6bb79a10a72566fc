"""A small made-up plan, and made-up zones, for the tests of their writers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, Point, box

from heatreach.data import load_table
from heatreach.siting.writing.sheets import ASSESSMENT_TABLES
from heatreach.siting.zoning.rules import ZoneRule, zone_rules

from .browsing import system_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


CRS = "EPSG:32635"
EAST, NORTH = 497_000.0, 6_708_000.0
USES = ("flats", "school", "office", "pool", "industry", "observatory")
PIPES = ("DN25", "DN80", "DN150", "DN250")


@dataclass(frozen=True, kw_only=True)
class MadeInputs:
    """Inputs of a made-up plan."""

    sites: gpd.GeoDataFrame
    consumers: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    attribution: str
    data_date: str

    @property
    def everywhere(self) -> gpd.GeoDataFrame:
        """All consumers of the area."""
        return self.consumers


@dataclass(frozen=True, kw_only=True)
class MadeZones:
    """Made-up zones; satisfy `heatreach.siting.writing.zone_results.FinishedZones`."""

    zones: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    anchors: gpd.GeoDataFrame
    sources: gpd.GeoDataFrame
    members: pd.DataFrame
    cells: gpd.GeoDataFrame
    blocks: gpd.GeoDataFrame
    totals: pd.DataFrame
    reconciliation: pd.DataFrame
    inputs: MadeInputs
    rules: tuple[ZoneRule, ...]
    assumptions: pd.DataFrame
    summary: str
    crs: Any
    run: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class MadeAssessment:
    """Tables behind made-up projects."""

    tables: dict[str, pd.DataFrame]
    ledger: Any = None


@dataclass(frozen=True, kw_only=True)
class MadePlan:
    """A made-up plan; satisfies `heatreach.siting.writing.results.FinishedPlan`."""

    links: gpd.GeoDataFrame
    options: pd.DataFrame
    projects: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    assessment: MadeAssessment
    inputs: MadeInputs
    money: str
    assumptions: pd.DataFrame
    summary: str
    crs: Any
    run: dict[str, Any]
    zones: Any = None


def table(name: str, cells: dict[str, Any], geometry: list[Any]) -> gpd.GeoDataFrame:
    """A table with every column of the registry; numbers not given count upwards."""
    registry = load_table("columns")
    rows = registry[(registry["table"] == name) & (registry["kind"] != "geometry")]
    size = len(geometry)
    filled: dict[str, Any] = {}
    for number, row in enumerate(rows.itertuples()):
        steps = np.arange(size)
        if row.kind in ("number", "share"):
            filled[str(row.column)] = (number + steps + 1) / 7
        elif row.kind == "integer":
            filled[str(row.column)] = steps
        elif row.kind == "boolean":
            filled[str(row.column)] = np.zeros(size, dtype=bool)
        else:
            filled[str(row.column)] = pd.Series([""] * size, dtype="str")
    for column, values in cells.items():
        filled[column] = values
    return gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(geometry, crs=CRS), crs=CRS)


def make_assessment(name: Callable[[int], str]) -> MadeAssessment:
    """Tables behind two projects; every text of theirs is a name."""
    registry = load_table("columns")
    tables = {}
    for table_name in ASSESSMENT_TABLES:
        mine = registry[registry["table"] == table_name]
        texts = mine.loc[mine["kind"] == "text", "column"]
        cells = {text: [name(0), name(1)] for text in texts} | {"project_id": ["p0", "p1"]}
        tables[table_name] = pd.DataFrame(table(table_name, cells, [None, None])).drop(
            columns="geometry"
        )
    return MadeAssessment(tables=tables)


def make_plan(
    buildings: int = 24,
    *,
    name: Callable[[int], str] = "Building {}".format,
    attribution: str = "© OpenStreetMap contributors, ODbL 1.0",
    extra_column: str = "remark",
) -> MadePlan:
    """A street with buildings along it and a data centre at each end; every other is connected."""
    side = [
        box(EAST + 40 * i, NORTH + 20, EAST + 40 * i + 18, NORTH + 38) for i in range(buildings)
    ]
    ids = [f"c{i:05d}" for i in range(buildings)]
    names = [name(i) for i in range(buildings)]
    uses = [USES[i % len(USES)] for i in range(buildings)]
    end = EAST + 40 * buildings
    ends = [Point(EAST - 60, NORTH), box(end + 20, NORTH, end + 60, NORTH + 30)]
    sites = gpd.GeoDataFrame(
        {
            "id": ["s0", "s1"],
            "name": [name(0), "Harbour hall"],
            "it_load_kw": [2000.0, 1500.0],
            "hypothetical": [True, False],
            extra_column: ["kept", "too"],
        },
        geometry=gpd.GeoSeries(ends, crs=CRS),
        crs=CRS,
    )
    consumers = gpd.GeoDataFrame(
        {"id": ids, "name": names, "use": uses}, geometry=gpd.GeoSeries(side, crs=CRS), crs=CRS
    )
    street = LineString([(EAST - 100, NORTH), (end + 100, NORTH)])
    cross = [
        LineString([(EAST + 400 * i, NORTH - 300), (EAST + 400 * i, NORTH + 300)]) for i in range(4)
    ]
    roads = gpd.GeoDataFrame(
        {"highway": ["secondary", *["residential"] * 4]},
        geometry=gpd.GeoSeries([street, *cross], crs=CRS),
        crs=CRS,
    )
    connected = [i % 2 == 0 for i in range(buildings)]
    connections = table(
        "connections",
        {
            "consumer_id": ids,
            "site_id": ["s0"] * buildings,
            "project_id": ["p0" if yes else None for yes in connected],
            "connected": connected,
            "name": names,
            "use": uses,
            "reason": [name(i) for i in range(buildings)],
        },
        side,
    )
    sections = [
        LineString([(EAST + 40 * i, NORTH), (EAST + 40 * (i + 1), NORTH)]) for i in range(buildings)
    ]
    edges = table(
        "edges",
        {
            "edge_id": [f"e{i:05d}" for i in range(buildings)],
            "project_id": ["p0"] * buildings,
            "site_id": ["s0"] * buildings,
            "dn": [PIPES[-1 - (i * len(PIPES)) // max(buildings, 1)] for i in range(buildings)],
            "surface_class": ["hard"] * buildings,
        },
        sections,
    )
    projects = table(
        "projects",
        {
            "rank": pd.array([1, None], dtype="Int64"),
            "project_id": ["p0", "p1"],
            "site_id": ["s0", "s1"],
            "name": [name(0), "Harbour hall"],
            "hypothetical": [True, False],
            "status": ["ok", "infeasible"],
            "reason": [name(1), "no consumer is worth a pipe"],
            "npv": [1_234_567.891, -98_765.4321],
        },
        [MultiLineString(sections), None],
    )
    links = table(
        "links",
        {
            "rank": pd.array([*range(1, buildings), None], dtype="Int64"),
            "site_id": ["s0"] * buildings,
            "consumer_id": ids,
            "status": [*["ok"] * (buildings - 1), "unreachable"],
            "reason": names,
            "heat_mwh": np.arange(buildings) + 1234.56789012,
        },
        [*sections[:-1], None],
    )
    options = table(
        "options",
        {
            "site_id": ["s0"] * buildings,
            "consumer_id": ids,
            "option": ["central heat pump"] * buildings,
            "reason": names,
        },
        [None] * buildings,
    )
    assumptions = pd.DataFrame(
        {
            "key": ["prices/gas/price_per_mwh@FI", "heat_pumps/large/cop"],
            "value": [45.5, 3.0],
            "low": [30.0, 2.5],
            "high": [80.0, 3.5],
            "unit": ["EUR/MWh", "dimensionless"],
            "price_base": ["EUR 2024", ""],
            "source": ["eurostat", "judgement"],
            "locator": ["=table 1", "guess"],
            "origin": ["default", "given by the user"],
        }
    )
    return MadePlan(
        links=links,
        options=pd.DataFrame(options.drop(columns="geometry")),
        projects=projects,
        edges=edges,
        connections=connections,
        assessment=make_assessment(name),
        inputs=MadeInputs(
            sites=sites,
            consumers=consumers,
            roads=roads,
            attribution=attribution,
            data_date="2024-05-01",
        ),
        money="EUR 2024",
        assumptions=assumptions,
        summary=f"{name(0)} heats most.",
        crs=CRS,
        run={
            "version": "0.1.0",
            "options": {"radius_m": np.float64(2000.0), "top": np.int64(3)},
            "warnings": ["café"],
            "timings": {"map": 0.123, "never": float("nan")},
            "created": "2026-01-01T00:00:00",
        },
    )


@pytest.fixture(scope="session")
def plan_maker() -> Callable[..., MadePlan]:
    """Makes plans of a wanted size, with wanted names."""
    return make_plan


@pytest.fixture
def made_plan() -> MadePlan:
    """A small made-up plan."""
    return make_plan()


STAMPS = {"data_date": "2024-05-01", "run_id": "abc123"}
DENSITIES = (3.0, 5.0, 9.0, 20.0)


def make_zones(
    buildings: int = 24, *, name: Callable[[int], str] = "Building {}".format, **changes: Any
) -> MadeZones:
    """Zones on the street of `make_plan`: four per rule, six buildings each, dense in turn."""
    made = make_plan(buildings, name=name, **changes)
    rules = zone_rules(["class_4", "class_8", "scotland_baseline"])
    ids, shapes = made.inputs.consumers["id"], made.inputs.consumers.geometry
    heat = np.linspace(200.0, 9000.0, buildings)
    consumers = made.inputs.consumers.assign(
        annual_heat_mwh=heat, demand_source="benchmark", confidence="low", parent_uprn=""
    )
    groups = np.array_split(np.arange(buildings), 4)
    keys = [(rule, number) for rule in rules[:2] for number in range(len(groups))]
    outlines = [shapes.iloc[groups[number]].union_all().envelope.buffer(15) for _, number in keys]
    zone_ids = [f"{rule.name}/{ids[groups[number][0]]}" for rule, number in keys]
    zones = table(
        "zones",
        {
            "rank": [number + 1 for _, number in keys],
            "zone_id": zone_ids,
            "name": [name(number) for _, number in keys],
            "rule": [rule.name for rule, _ in keys],
            "method": [rule.method for rule, _ in keys],
            "threshold_mwh_m": [rule.threshold_mwh_m for rule, _ in keys],
            "heat_mwh": [float(heat[groups[number]].sum()) for _, number in keys],
            "heat_low_mwh": 100.0,
            "heat_high_mwh": 99_000.0,
            "trench_heat_density_mwh_m": [DENSITIES[number] for _, number in keys],
            "certainty": "Low",
            "certainty_reason": name(2),
            "best_site_id": ["s1" if number else "" for _, number in keys],
            "best_covered_share": [0.62 if number else np.nan for _, number in keys],
            **STAMPS,
        },
        outlines,
    )
    sections = table(
        "street_sections",
        {
            "section_id": [f"n{i:05d}" for i in range(buildings)],
            "name": [name(i) for i in range(buildings)],
            "street_heat_density_mwh_m": np.linspace(0.5, 20.0, buildings),
            "rules": ["" if i < 3 else "de_street_1_5" for i in range(buildings)],
            **STAMPS,
        },
        list(made.edges.geometry),
    )
    anchors = table(
        "anchors",
        {
            "consumer_id": ids.tolist(),
            "name": [name(i) for i in range(buildings)],
            "heat_mwh": heat,
            "anchor": heat >= 500.0,
            "required": ["if wet system"] * buildings,
            "required_reason": [name(i) for i in range(buildings)],
            **STAMPS,
        },
        list(shapes.representative_point()),
    )
    named = zip(zone_ids, keys, strict=True)
    pairs = [(zone_id, rule) for zone_id, (rule, number) in named if number]
    sources = table(
        "zone_sources",
        {
            "zone_id": [zone_id for zone_id, _ in pairs],
            "rule": [rule.name for _, rule in pairs],
            "site_id": "s1",
            "site_name": "Harbour hall",
            "site_rank": 1,
            "zone_rank": range(1, len(pairs) + 1),
            "covered_share": 0.62,
            **STAMPS,
        },
        [made.edges.geometry.iloc[0]] * len(pairs),
    )
    members = table(
        "zone_consumers",
        {
            "zone_id": np.repeat(zone_ids, [len(groups[number]) for _, number in keys]),
            "rule": np.repeat(
                [rule.name for rule, _ in keys], [len(groups[number]) for _, number in keys]
            ),
            "consumer_id": np.concatenate([ids[groups[number]] for _, number in keys]),
            **STAMPS,
        },
        [None] * sum(len(groups[number]) for _, number in keys),
    )
    squares = [box(EAST + 100 * i, NORTH, EAST + 100 * i + 100, NORTH + 100) for i in range(8)]
    cells = table(
        "heat_cells",
        {
            "cell_id": [f"{i}" for i in range(8)],
            "heat_density_mwh_ha": np.geomspace(50.0, 5000.0, 8),
            **STAMPS,
        },
        squares,
    )
    blocks = table("blocks", {"block_id": [f"b{i}" for i in range(8)], **STAMPS}, squares)
    totals = table("demand_totals", {"use": ["flats", "all"]}, [None, None])
    return MadeZones(
        zones=zones,
        sections=sections,
        anchors=anchors,
        sources=sources,
        members=pd.DataFrame(members.drop(columns="geometry")),
        cells=cells,
        blocks=blocks,
        totals=pd.DataFrame(totals.drop(columns="geometry")),
        reconciliation=pd.DataFrame(),
        inputs=dataclasses.replace(made.inputs, consumers=consumers),
        rules=rules,
        assumptions=made.assumptions,
        summary=f"{name(0)} is the heart of the largest zone.",
        crs=CRS,
        run={
            "run_id": "abc123",
            "zones_left_out": {"scotland_baseline: dense enough, but too few anchor loads": 2},
            "timings": {"zones": 0.5},
            "warnings": [],
        },
    )


@pytest.fixture(scope="session")
def zones_maker() -> Callable[..., MadeZones]:
    """Makes zones of a wanted size, with wanted names."""
    return make_zones


@pytest.fixture
def made_zones() -> MadeZones:
    """Small made-up zones."""
    return make_zones()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One browser for all pages that are looked at; skips where there is none."""
    with system_browser() as chromium:
        yield chromium


@pytest.fixture
def no_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no map sheets but an empty file: they cost a second a folder; their tests draw them."""

    def written(_study: Any, path: Path) -> None:
        path.write_bytes(b"%PDF-1.4\n%%EOF\n")

    for name in ("write_atlas", "write_zone_atlas"):
        monkeypatch.setattr(f"heatreach.siting.writing.atlas.document.{name}", written)
