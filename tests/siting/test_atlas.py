"""Map sheets: page size, scale, what is drawn, texts of any kind, equal bytes."""

from __future__ import annotations

import dataclasses
import os
import pickle
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import Rectangle
from pypdf import PdfReader
from shapely.geometry import LineString

from heatreach.siting.writing.atlas import layers
from heatreach.siting.writing.atlas.document import (
    plan_sheets,
    sheets_of_zones,
    write_atlas,
)
from heatreach.siting.writing.atlas.legend import legend_mm
from heatreach.siting.writing.atlas.lettering import elided, legible, width_mm, wrapped
from heatreach.siting.writing.atlas.network_sheet import _loads_table
from heatreach.siting.writing.atlas.numbers import RADIUS_MM, spread_out
from heatreach.siting.writing.atlas.panel import BLOCK_MM, BOTTOM, ROW_MM, SCALE_MM, Panel
from heatreach.siting.writing.atlas.paper import FRAME, Paper, drawing_rules
from heatreach.siting.writing.atlas.pipe_sizes import label_sizes, metres_by_size
from heatreach.siting.writing.atlas.sheet_list import ATLAS, MOST_NETWORKS, MOST_ZONES, left_out
from heatreach.siting.writing.atlas.window import Window, bar_length_m, window_around
from heatreach.siting.writing.handout import contents_of
from heatreach.siting.writing.wording import figure
from heatreach.siting.writing.zone_handout import save_zones
from heatreach.siting.zoning.reasons import NEIGHBOURS

from .conftest import CRS, EAST, NORTH, make_plan, make_zones

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STUDY = ("links", "projects", "edges", "connections", "money", "summary", "crs", "run")
STUDY_INPUTS = ("sites", "roads", "attribution", "data_date")
A3_POINTS = (1190.55, 841.89)
"""ISO 216: 420 mm x 297 mm, at 72 points to 25.4 mm."""
HOSTILE = (
    "$\\frac{1}{0}$ and $x^2$",
    "C:\\new\\table",
    "line one\nline two\ttab",
    "a \u202egnp.exe\u202c b",
    "مركز بيانات",
    "数据中心 🔥🏭",
    "x" * 5000,
    "_^{} & % # ~",
    "\x00\x07",
    "\ud800 lone",
)


def page_texts(path: Path) -> list[str]:
    """Text of every page as another library reads it."""
    with path.open("rb") as file:
        return [page.extract_text() for page in PdfReader(file).pages]


def drawn(plan: Any) -> list[Figure]:
    """All sheets of a plan."""
    with drawing_rules():
        return list(plan_sheets(plan))


def map_of(figure: Figure) -> Axes:
    """Axes of the map."""
    return next(axes for axes in figure.axes if axes.get_label() == "map")


def shapes_named(axes: Axes, gid: str) -> list[Any]:
    """Paths drawn under a name, in metres of the plan."""
    named = [drawn for drawn in axes.collections if drawn.get_gid() == gid]
    return [path for collection in named for path in collection.get_paths()]


def texts(figure: Figure) -> list[str]:
    """Texts of a sheet."""
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def lengths_named(axes: Axes, gid: str) -> float:
    """Total length of lines drawn under a name [m]."""
    steps = [np.diff(path.vertices, axis=0) for path in shapes_named(axes, gid)]
    return float(sum(np.hypot(*step.T).sum() for step in steps))


@pytest.fixture(scope="module")
def sheets() -> list[Figure]:
    """Overview and network of a plan of 24 buildings."""
    return drawn(make_plan())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the same plan."""
    path = tmp_path_factory.mktemp("atlas") / ATLAS
    write_atlas(make_plan(), path)
    return path


def said(figure: Figure) -> str:
    """All texts of a sheet, one after the other."""
    return " ".join(texts(figure))


def test_golden_pages_are_a3_landscape_and_one_per_network(written: Path) -> None:
    with written.open("rb") as file:
        pages = PdfReader(file).pages
        sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages]
    # One project of two has a network; the other stands on the overview with its reason.
    assert len(sizes) == 2
    assert np.allclose(sizes, [A3_POINTS] * 2, atol=0.01)
    overview, network = page_texts(written)
    assert "no consumer is worth a pipe" in overview
    assert "Sheet 1 of 2" in overview
    assert "Sheet 2 of 2" in network


def test_a_network_says_what_a_drawing_must_say(written: Path) -> None:
    plan = make_plan()
    text = page_texts(written)[1]
    row = plan.projects.iloc[0]
    for words in (
        "Hypothetical data centre s0",
        "not for construction",
        "Heat network 1 by rank",
        "1.23 million EUR 2024",
        "WGS 84 / UTM zone 35N (EPSG:32635)",
        "Scale 1:5,000 at A3",
        "Data of 2024-05-01",
        "OpenStreetMap contributors, ODbL",
        f"{figure(row.supply_degc)} / {figure(row.return_degc)} °C",
        "DN 250 to 350",
        "up to DN 50",
        "All 12 loads",
    ):
        assert words in text, words


def test_golden_scale_bar_is_as_long_on_paper_as_it_says(sheets: list[Figure]) -> None:
    for sheet in sheets:
        scale = float(
            next(t for t in texts(sheet) if "at A3" in t).split(":")[1].split()[0].replace(",", "")
        )
        parts = [
            patch
            for axes in sheet.axes
            for patch in axes.patches
            if isinstance(patch, Rectangle) and patch.get_gid() == "scale bar"
        ]
        edges = [part.get_window_extent() for part in parts]
        points = max(edge.x1 for edge in edges) - min(edge.x0 for edge in edges)
        metres = float(
            next(t for t in texts(sheet) if re.fullmatch(r"[\d,]+ m", t))[:-2].replace(",", "")
        )
        assert points / 72.0 * 0.0254 * scale == pytest.approx(metres, rel=0.005)
        # The map itself: a metre east and a metre north on paper.
        axes = map_of(sheet)
        corner, east, north = axes.transData.transform(
            [(EAST, NORTH), (EAST + metres, NORTH), (EAST, NORTH + metres)]
        )
        assert east[0] - corner[0] == pytest.approx(points, rel=0.005)
        assert north[1] - corner[1] == pytest.approx(points, rel=0.005)


@pytest.mark.parametrize("size", [3.0, 180.0, 640.0, 2_300.0, 41_000.0, 900_000.0])
def test_property_scale_is_round_and_everything_fits(size: float) -> None:
    window = window_around([(EAST, NORTH, EAST + size, NORTH + size / 3)])
    west, south, east, north = window.bounds
    assert west < EAST
    assert east > EAST + size
    assert south < NORTH
    assert north > NORTH + size / 3
    digits = f"{window.scale:.0f}".rstrip("0")
    assert digits in {"1", "125", "2", "25", "5", "75"}
    assert 20.0 <= bar_length_m(window.scale) * 1000.0 / window.scale <= 64.0


def test_every_trench_lies_within_the_frame_and_is_drawn_whole(sheets: list[Figure]) -> None:
    plan = make_plan()
    axes = map_of(sheets[1])
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    inside = shapely.box(west, south, east, north)
    assert shapely.contains_properly(inside, plan.edges.geometry.to_numpy()).all()
    assert lengths_named(axes, "pipes") == pytest.approx(float(plan.edges.length.sum()))


def test_metres_by_size_add_up(sheets: list[Figure]) -> None:
    plan = make_plan()
    found = texts(sheets[1])
    assert f"{plan.edges['length_m'].sum():,.0f}" == found[found.index("All") + 1]
    by_size = plan.edges.groupby("dn")["length_m"].sum()
    metres = metres_by_size(plan.edges)
    assert sum(metres.values()) == round(float(by_size.sum()))
    assert all(abs(metres[dn] - length) < 1.0 for dn, length in by_size.items())


def test_golden_long_mains_are_labelled_along_the_pipe_where_there_is_room() -> None:
    """At 1:1,000 a metre is a millimetre: of mains of 100, 60 and 8 mm the last is too short."""
    window = Window(west=0.0, south=0.0, scale=1000.0)
    lines = {
        "DN100": [(50, 50), (150, 50)], "DN80": [(150, 50), (150, 110)],
        "DN65": [(150, 110), (158, 110)], "DN25": [(50, 50), (50, 150)],
    }  # fmt: skip
    edges = gpd.GeoDataFrame(
        {"dn": list(lines), "kind": ["street", "street", "street", "service"]},
        geometry=[LineString(points) for points in lines.values()],
        crs=CRS,
    )
    paper = Paper()
    label_sizes(paper, edges, window, [])
    left, bottom = FRAME[:2]
    labels = {text.get_text(): text for text in paper.page.texts}
    assert set(labels) == {"DN100", "DN80"}
    assert labels["DN100"].get_position() == (left + 100.0, bottom + 50.0)
    assert labels["DN100"].get_rotation() == 0.0
    assert labels["DN80"].get_rotation() in (90.0, 270.0)
    blocked = (left + 99.0, bottom + 49.0, left + 101.0, bottom + 51.0)
    assert len(label_sizes(Paper(), edges, window, [blocked])) == 1


def test_every_connected_load_is_drawn_and_the_largest_are_numbered(sheets: list[Figure]) -> None:
    plan = make_plan()
    loads = plan.connections[plan.connections["connected"]]
    paths = shapes_named(map_of(sheets[1]), "loads")
    assert len(paths) == len(loads) == 12
    areas = sorted(shapely.Polygon(path.vertices).area for path in paths)
    assert areas == pytest.approx(sorted(loads.area))
    largest = loads.sort_values("annual_heat_mwh", ascending=False)["name"].iloc[0]
    found = texts(sheets[1])
    assert found[found.index("1") + 1] == largest


def test_many_loads_are_added_up_in_the_last_rows() -> None:
    plan = make_plan(300)
    figure = drawn(plan)[1]
    text = said(figure)
    loads = plan.connections[plan.connections["connected"]]
    match = re.search(r"(\d+) smaller loads", text)
    assert match
    numbers = [p for axes in figure.axes for p in axes.patches if p.get_gid() == "number"]
    assert len(numbers) + int(match.group(1)) == len(loads) == 150
    assert len(shapes_named(map_of(figure), "loads")) == 150
    assert f"{loads['annual_heat_mwh'].sum():,.0f}" in text


def test_nothing_leaves_the_paper_or_its_panel() -> None:
    plan = make_plan(200, name=lambda number: f"{'Interminable name of a clinic ' * 9}{number}")
    border = 8.0 / 25.4 * 72.0
    for sheet in drawn(plan):
        # Letters are rounded to whole dots when measured: the finer the dots the truer.
        sheet.set_dpi(216.0)
        dots, renderer = 3.0, FigureCanvasAgg(sheet).get_renderer()  # type: ignore[no-untyped-call]
        for text in (text for axes in sheet.axes for text in axes.texts):
            box = text.get_window_extent(renderer)
            assert box.x0 >= border * dots
            assert box.x1 <= sheet.bbox.width - border * dots
            assert box.y0 >= border * dots
            assert box.y1 <= sheet.bbox.height - border * dots


def test_texts_of_the_inputs_are_drawn_letter_by_letter(tmp_path: Path) -> None:
    names = HOSTILE[:-1]
    plan = make_plan(
        40, name=lambda number: names[number // 2 % len(names)], attribution=HOSTILE[2]
    )
    plan = dataclasses.replace(plan, money="$EUR$", summary=HOSTILE[0])
    write_atlas(plan, tmp_path / ATLAS)
    overview, network = page_texts(tmp_path / ATLAS)
    for text in (overview, network):
        assert HOSTILE[0] in text
        assert "$EUR$" in text
        assert "line one line two tab" in text
    assert HOSTILE[1] in network
    assert "□□□□ □□" in network
    for sheet in drawn(plan):
        assert not any(text.get_parse_math() for axes in sheet.axes for text in axes.texts)


def test_lettering_fits_its_room() -> None:
    for text in HOSTILE:
        assert width_mm(elided(text, 30.0, 7.0), 7.0) <= 30.0
        rows = wrapped(text, 30.0, 7.0, lines=3)
        assert 1 <= len(rows) <= 3
        assert all(width_mm(row, 7.0) <= 30.0 for row in rows)
    assert legible("a\u202eb\u200b") == "a b"
    assert legible("  ") == "–"


def test_golden_width_of_letters_is_that_of_the_font() -> None:
    # DejaVu Sans: "n" is 1,298 of 2,048 units wide (its horizontal metrics table).
    assert width_mm("n" * 10, 72.0) == pytest.approx(10 * 1298 / 2048 * 25.4, rel=0.002)


def shuffled(frame: Any) -> Any:
    """Rows of a table the other way round."""
    return frame.iloc[::-1]


def test_equal_plans_give_equal_bytes_in_any_order_of_rows(tmp_path: Path, written: Path) -> None:
    plan = make_plan()
    inputs = dataclasses.replace(
        plan.inputs,
        sites=shuffled(plan.inputs.sites),
        consumers=shuffled(plan.inputs.consumers),
        roads=shuffled(plan.inputs.roads),
    )
    names = ("projects", "edges", "connections", "links")
    turned = {name: shuffled(getattr(plan, name)) for name in names}
    write_atlas(dataclasses.replace(plan, inputs=inputs, **turned), tmp_path / "c.pdf")
    first = written.read_bytes()
    assert (tmp_path / "c.pdf").read_bytes() == first


def test_equal_bytes_in_another_process_with_other_settings(tmp_path: Path) -> None:
    made = make_plan(6)
    inputs = {name: getattr(made.inputs, name) for name in STUDY_INPUTS}
    parts = {name: getattr(made, name) for name in STUDY}
    plan = SimpleNamespace(**parts, inputs=SimpleNamespace(**inputs), zones=None)
    (tmp_path / "plan").write_bytes(pickle.dumps(plan))
    code = (
        "import pickle, sys; from pathlib import Path; import heatreach.siting\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import matplotlib as mpl\n"
        "mpl.rcParams['font.size'] = 30; mpl.rcParams['text.usetex'] = True\n"
        "from heatreach.siting.writing.atlas.document import write_atlas\n"
        "write_atlas(pickle.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))\n"
        "assert mpl.rcParams['font.size'] == 30\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    write_atlas(cast("Any", plan), tmp_path / "here.pdf")
    there = tmp_path / "there.pdf"
    command = [sys.executable, "-c", code, str(tmp_path / "plan"), str(there)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "7"})
    assert there.read_bytes() == (tmp_path / "here.pdf").read_bytes()


def test_fonts_are_embedded_as_outlines_that_can_be_read(written: Path) -> None:
    with written.open("rb") as file:
        reader = PdfReader(file)
        fonts = [font.get_object() for font in reader.pages[1]["/Resources"]["/Font"].values()]  # type: ignore[index]
        assert fonts
        for font in fonts:
            assert "DejaVuSans" in str(font["/BaseFont"])
            assert str(font["/Subtype"]) != "/Type3"
        assert "/CreationDate" not in (reader.metadata or {})


def test_a_plan_without_networks_gives_an_overview_that_says_so() -> None:
    plan = make_plan()
    none = plan.projects.assign(rank=pd.array([None, None], dtype="Int64"), status="infeasible")
    nothing = dataclasses.replace(plan, projects=none, edges=plan.edges.iloc[:0])
    (overview,) = drawn(nothing)
    text = said(overview)
    assert "No network was found" in text
    assert "no consumer is worth a pipe" in text
    empty = dataclasses.replace(
        nothing,
        projects=plan.projects.iloc[:0],
        connections=plan.connections.iloc[:0],
        inputs=dataclasses.replace(
            plan.inputs, sites=plan.inputs.sites.iloc[:0], roads=plan.inputs.roads.iloc[:0]
        ),
    )
    assert len(drawn(empty)) == 1


def test_zones_have_a_sheet_each_and_say_what_is_left_out() -> None:
    zones = make_zones()
    with drawing_rules():
        pages = [said(sheet) for sheet in sheets_of_zones(zones)]
    assert len(pages) == 5
    assert "4 zones by other rules" in pages[0]
    assert left_out(None, zones) in pages[0]
    for words in (
        "Indicative zone class_4/c00000",
        "Low",
        "class_4",
        "Anchor load",
        "MWh per m and year",
    ):
        assert words in pages[1], words
    assert "Heat-network zone Z1 by heat" in pages[1]
    assert "draft English test, as a yardstick" in pages[1]
    assert "which is not drawn" in pages[1]
    assert "Z4" in pages[0]
    assert "A denser rule asks" in pages[0]
    assert "Harbour hall" in pages[2]
    assert "62 %" in pages[2]


def test_every_building_and_anchor_of_a_zone_is_drawn() -> None:
    zones = make_zones()
    with drawing_rules():
        figure = list(sheets_of_zones(zones))[1]
    zone_id = "class_4/c00000"
    members = set(zones.members.loc[zones.members["zone_id"] == zone_id, "consumer_id"])
    anchors = zones.anchors[zones.anchors["consumer_id"].isin(members) & zones.anchors["anchor"]]
    numbers = [p for axes in figure.axes for p in axes.patches if p.get_gid() == "number"]
    assert len(shapes_named(map_of(figure), "members")) == len(members) == 6
    assert len(numbers) == len(anchors)
    (outline,) = shapes_named(map_of(figure), "outline")
    shape = zones.zones.set_index("zone_id").loc[zone_id, "geometry"]
    assert shapely.Polygon(outline.vertices).equals(shape)


def test_zones_without_anchors_or_sources_say_what_was_looked_at() -> None:
    zones = make_zones()
    rows = zones.zones.assign(reason=f"indicative: so much heat; {NEIGHBOURS}")
    bare = dataclasses.replace(
        zones, zones=rows, anchors=zones.anchors.iloc[:0], sources=zones.sources.iloc[:0],
        run=zones.run | {"options": {"search": {"radius_m": 1500.0}}},
    )  # fmt: skip
    with drawing_rules():
        pages = [said(sheet) for sheet in sheets_of_zones(bare)]
    assert "None of its 6 loads is an anchor load." in pages[1]
    assert "None within 1,500 m along the streets." in pages[1]
    assert f"Hardly a network {NEIGHBOURS}" in pages[1]


def test_a_summary_stands_whole_on_the_overview() -> None:
    words = " ".join(f"word{number}" for number in range(180))
    overview = drawn(dataclasses.replace(make_plan(), summary=words))[0]
    assert words in said(overview)


def test_a_plan_with_zones_has_both() -> None:
    """The sheets of each name its own run, and how far it may be trusted."""
    plan = make_plan()
    plan = dataclasses.replace(plan, zones=make_zones(), run={**plan.run, "run_id": "0123456789ab"})
    pages = [said(sheet) for sheet in drawn(plan)]
    assert len(pages) == 6
    assert "Sheet 6 of 6" in pages[5]
    assert "Heat-network zone" in pages[2]
    for page in pages[:2]:
        assert "run 0123456789ab" in page
        assert "not for construction" in page
    for page in pages[2:]:
        assert "run abc123" in page
        assert "0123456789ab" not in page
        assert "not a designation, and no advice" in page


def test_lists_end_above_the_legend(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little room there is: no row is written over what stands below."""
    ends, close = [], Panel.close

    def watched(panel: Panel, entries: Any, *args: Any, **more: Any) -> None:
        ends.append(panel.y - (BOTTOM + BLOCK_MM + SCALE_MM + legend_mm(len(entries))))
        close(panel, entries, *args, **more)

    monkeypatch.setattr(Panel, "close", watched)
    drawn(dataclasses.replace(make_plan(120), zones=make_zones()))
    assert min(ends) > -ROW_MM
    panel = Panel(Paper())
    panel.y = BOTTOM + BLOCK_MM + SCALE_MM + legend_mm(12) + 20.0
    assert len(_loads_table(panel, make_plan().connections, entries=12, complete=True)) == 0
    assert panel.y > BOTTOM + BLOCK_MM + SCALE_MM + legend_mm(12)


def test_too_many_sheets_are_cut_and_said() -> None:
    plan = make_plan()
    count = MOST_NETWORKS + 5
    projects = pd.concat([plan.projects.iloc[:1]] * count, ignore_index=True).assign(
        project_id=[f"p{number:03d}" for number in range(count)],
        rank=pd.array(range(1, count + 1), dtype="Int64"),
    )
    edges = pd.concat([plan.edges.iloc[:1]] * count, ignore_index=True).assign(
        project_id=projects["project_id"]
    )
    many = dataclasses.replace(plan, projects=projects, edges=edges)
    with drawing_rules():
        overview = next(plan_sheets(many))
    said = f"The first {MOST_NETWORKS} of {count} networks have a map sheet"
    assert left_out(many, None).startswith(said)
    assert any(said in text for text in texts(overview))
    zones = make_zones(4 * (MOST_ZONES + 3))
    assert "by other rules" in left_out(None, zones)


def test_a_city_behind_a_network_stays_small() -> None:
    plan = make_plan()
    along = [
        LineString(
            [(EAST - 50_000 + 100 * k, NORTH - 50_000), (EAST - 50_000 + 100 * k, NORTH + 50_000)]
        )
        for k in range(1000)
    ]
    roads = gpd.GeoDataFrame({"highway": "residential"}, geometry=along, index=range(1000), crs=CRS)
    inputs = dataclasses.replace(plan.inputs, roads=roads)
    _, network = drawn(dataclasses.replace(plan, inputs=inputs))
    streets = shapes_named(map_of(network), "streets")
    west, east = map_of(network).get_xlim()
    assert len(streets) == sum(west <= line.coords[0][0] <= east for line in along)
    assert all(np.ptp(path.vertices[:, 1]) <= 1500.0 for path in streets)


def test_too_many_streets_leave_main_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan()
    monkeypatch.setattr(layers, "MOST_STREET_POINTS", 500)
    curve = np.column_stack(
        [EAST + np.linspace(0.0, 900.0, 300), NORTH + 30.0 * (np.arange(300) % 2)]
    )
    roads = gpd.GeoDataFrame(
        {"highway": ["residential", "service", "primary"]},
        geometry=[LineString(curve), LineString(curve + 1.0), LineString(curve[:2])],
        crs=CRS,
    )
    inputs = dataclasses.replace(plan.inputs, roads=roads)
    network = drawn(dataclasses.replace(plan, inputs=inputs))[1]
    assert len(shapes_named(map_of(network), "streets")) == 1
    assert any("only main roads" in text for text in texts(network))


def test_labels_do_not_cover_each_other_and_stay_on_the_map() -> None:
    rng = np.random.default_rng(1)
    left, bottom, width, _ = FRAME
    places = np.array([left, bottom]) + 30.0 * rng.random((25, 2))
    spots = spread_out(places, blocked=[(left + 10, bottom + 10, left + 14, bottom + 14)])
    apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    assert apart[~np.eye(25, dtype=bool)].min() >= 2 * RADIUS_MM
    assert (spots[:, 0] >= left + RADIUS_MM).all()
    assert (spots[:, 0] <= left + width - RADIUS_MM).all()


def test_both_folders_hold_the_sheets(tmp_path: Path) -> None:
    zones = make_zones()
    assert tmp_path / ATLAS in save_zones(zones, tmp_path)
    assert (tmp_path / ATLAS).stat().st_size < 1_000_000
    readme = (tmp_path / "README.txt").read_text(encoding="utf-8")
    assert ATLAS in readme
    assert left_out(None, zones) in readme
    assert ATLAS in contents_of(make_plan(4))
