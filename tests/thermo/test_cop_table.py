"""COP tables against the exact machine: error, limits, kinks, determinism, what is kept on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from heatreach.thermo import HeatPump, PhysicsRangeError, RefrigerantError
from heatreach.thermo.cop import store as cop_store
from heatreach.thermo.cop import table as cop_table
from heatreach.thermo.cop.cells import COP_TOLERANCE, Cycles, solve_nodes
from heatreach.thermo.cop.points import fast_operating_points, machine_points
from heatreach.thermo.cop.store import content_key, load_arrays, save_arrays

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from heatreach.thermo.cop.source import CellSource

    Waters = tuple[npt.NDArray[np.float64], ...]

PROMISED = 1e-3
# Fluid with the ranges of evaporator outlet, sink in and glide in which its limits are met.
REGIONS = {
    "R717": ((10.0, 30.0), (35.0, 55.0), (0.0, 30.0)),
    "R600a": ((10.0, 30.0), (35.0, 55.0), (0.0, 30.0)),
    "R290": ((10.0, 30.0), (45.0, 70.0), (0.0, 25.0)),
    "R1234ze(E)": ((20.0, 40.0), (55.0, 80.0), (0.0, 25.0)),
    "R1234yf": ((20.0, 40.0), (50.0, 75.0), (10.0, 25.0)),
    "R1233zd(E)": ((40.0, 60.0), (55.0, 80.0), (0.0, 30.0)),
    "R134a": ((0.0, 20.0), (55.0, 75.0), (10.0, 25.0)),
    "R32": ((10.0, 30.0), (35.0, 60.0), (10.0, 25.0)),
    "R410A": ((10.0, 30.0), (35.0, 55.0), (10.0, 20.0)),
    "R407C": ((10.0, 30.0), (40.0, 60.0), (4.0, 20.0)),
    "R513A": ((10.0, 30.0), (50.0, 70.0), (10.0, 20.0)),
    "R454B": ((10.0, 30.0), (35.0, 55.0), (0.0, 20.0)),
}
MANY, COMPARED = 12_000, 300


def waters(fluid: str, count: int = MANY, seed: int = 11) -> Waters:
    """Random points of a region, the source cooled by up to 12 K."""
    random = np.random.default_rng(seed)
    cold, back, glide = (random.uniform(*span, count) for span in REGIONS[fluid])
    return cold + random.uniform(0.0, 12.0, count), cold, back, back + glide


def compare(found: pd.DataFrame, machine: HeatPump, water: Waters, chosen: slice) -> None:
    """A table's answer against the exact machine at some of the points."""
    exact = machine.operating_points(*(array[chosen] for array in water))
    ours = found.iloc[chosen].reset_index(drop=True)
    assert list(ours["reason"]) == list(exact["reason"])
    served = exact["reason"] == ""
    assert served.sum() > 20
    error = (ours["cop"] / exact["cop"] - 1.0).abs()
    assert error[served].max() <= PROMISED
    assert ours["cop"][~served].isna().all()
    np.testing.assert_allclose(ours["lorenz_cop"], exact["lorenz_cop"])
    np.testing.assert_allclose(ours["evaporating_degc"], exact["evaporating_degc"])
    # Two cycles that draw level may be named either way; the COP is then the same.
    same = ours["variant"] == exact["variant"]
    assert same.mean() > 0.99
    both = served & same
    for column, tolerance in (("condensing_degc", 0.02), ("discharge_degc", 0.5)):
        gap = (ours[column] - exact[column]).abs()[both]
        assert not gap.max() > tolerance, column
    share = (ours["source_share"] - exact["source_share"]).abs()[both]
    assert share.max() <= PROMISED


@pytest.mark.parametrize("fluid", REGIONS)
def test_golden_table_is_within_a_thousandth_of_the_exact_cycle(fluid: str) -> None:
    """Points on both sides of limits, changes of cycle and, from no glide on, of kinks."""
    water = waters(fluid)
    points = fast_operating_points(fluid, *water, heat_kw=1000.0)
    compare(points, HeatPump.sized(1000.0, fluid), water, slice(0, COMPARED))


@pytest.mark.parametrize("variant", ["ihx", "two_stage", "intercooled"])
def test_golden_forced_cycles_keep_the_error(variant: str) -> None:
    """Return near the evaporating temperature, where exchanger and economiser go idle."""
    random = np.random.default_rng(3)
    cold, back, glide = (random.uniform(*s, MANY) for s in ((5, 25), (10, 40), (0, 60)))
    back = np.maximum(back, 20.0)
    glide = np.maximum(glide, cold + 20.0 - back)
    water = (cold + 8.0, cold, back, back + glide)
    points = fast_operating_points("R290", *water, heat_kw=1000.0, variant=variant)
    compare(points, HeatPump.sized(1000.0, "R290", variant), water, slice(0, COMPARED))


def test_golden_carbon_dioxide_keeps_the_error() -> None:
    random = np.random.default_rng(4)
    spans = ((8.0, 18.0), (25.0, 30.0), (30.0, 40.0))
    cold, back, glide = (random.uniform(*span, 400) for span in spans)
    water = (cold + 8.0, cold, back, back + glide)
    points = fast_operating_points("R744", *water, heat_kw=1000.0)
    assert set(points["variant"]) == {"transcritical"}
    compare(points, HeatPump.sized(1000.0, "R744"), water, slice(0, 60))


def test_sizes_have_their_own_efficiencies() -> None:
    water = waters("R600a", 3000)
    size = np.random.default_rng(5).choice([100.0, 1000.0, 8000.0], 3000)
    points = fast_operating_points("R600a", *water, heat_kw=size)
    some = slice(0, 200)
    compare(points, HeatPump.sized(size[some], "R600a"), water, some)


def test_table_states_its_error_and_was_used() -> None:
    water = waters("R600a")
    cold = np.minimum(water[1] - 3.0, water[0] - 8.0)
    looked_up = 0

    def never(cycles: Cycles, _: object) -> npt.NDArray[np.bool_]:
        nonlocal looked_up
        looked_up = len(cycles.shaft_cop)
        return np.zeros(looked_up, dtype=bool)

    cop_table.cop_table("R600a", isentropic_efficiency=0.75).cycles(
        cold, water[2], water[3], near=never
    )
    table = cop_table.cop_table("R600a", isentropic_efficiency=0.75)
    assert 0.0 < table.max_error_share <= COP_TOLERANCE
    assert looked_up > 0.95 * len(cold)


def test_few_points_are_solved_exactly() -> None:
    water = waters("R1234ze(E)", 8, seed=6)
    points = fast_operating_points("R1234ze(E)", *water, heat_kw=1000.0)
    exact = HeatPump.sized(1000.0, "R1234ze(E)").operating_points(*water)
    pd.testing.assert_frame_equal(points[exact.columns], exact, rtol=1e-12)


def test_points_beyond_the_table_are_solved_exactly() -> None:
    """Colder and warmer than any cell, and sinks with a glide beyond the axis."""
    machine = HeatPump.sized(1000.0, "R1233zd(E)")
    cold = np.repeat([-15.0, 100.0, 20.0], 40)
    back = np.repeat([-12.0, 110.0, 8.0], 40)
    out = np.linspace(0.0, 4.0, 120) + np.repeat([-8.0, 125.0, 102.0], 40)
    water = (cold + 8.0, cold, back, out)
    exact = machine.operating_points(*water)
    pd.testing.assert_frame_equal(machine_points(machine, *water)[exact.columns], exact, rtol=1e-12)


def test_property_order_and_history_do_not_matter() -> None:
    water = waters("R134a", 4000)
    first = fast_operating_points("R134a", *water, heat_kw=1000.0)
    fast_operating_points("R134a", *waters("R134a", 9000, seed=8), heat_kw=1000.0)
    order = np.random.default_rng(9).permutation(4000)
    again = fast_operating_points("R134a", *(array[order] for array in water), heat_kw=1000.0)
    pd.testing.assert_frame_equal(
        again, first.iloc[order].reset_index(drop=True), rtol=1e-9, check_exact=False
    )


def test_waters_that_make_no_sense_are_rows_with_a_reason() -> None:
    source_in, sink_out = np.full(50, 30.0), np.linspace(10.0, 70.0, 50)
    sink_out[3] = np.nan
    found = fast_operating_points("R600a", source_in, 22.0, 40.0, sink_out, heat_kw=1000.0)
    exact = HeatPump.sized(1000.0, "R600a").operating_points(source_in, 22.0, 40.0, sink_out)
    assert list(found["reason"]) == list(exact["reason"])
    assert list(found["variant"]) == list(exact["variant"])
    none = np.array([])
    assert len(fast_operating_points("R600a", none, none, none, none, heat_kw=1000.0)) == 0


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many nodes are solved from now on, one number per call."""
    calls: list[int] = []

    def spy(source: CellSource, numbers: npt.NDArray[np.int64]) -> object:
        calls.append(len(numbers))
        return solve_nodes(source, numbers)

    monkeypatch.setattr(cop_table, "solve_nodes", spy)
    return calls


def test_tables_are_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATREACH_CACHE", str(tmp_path))
    cop_table.forget_tables()
    water = waters("R600a", 2000)
    first = fast_operating_points("R600a", *water, heat_kw=1000.0)
    kept = sorted(tmp_path.rglob("*"))
    assert kept
    assert all(path.parent == tmp_path / "cop_tables" or path.is_dir() for path in kept)
    assert not list(tmp_path.rglob("*.new"))
    cop_table.forget_tables()
    calls = counted(monkeypatch)
    again = fast_operating_points("R600a", *water, heat_kw=1000.0)
    # Only the probes of each table are solved again.
    assert calls
    assert max(calls) == 3
    pd.testing.assert_frame_equal(first, again, rtol=1e-9)


@pytest.mark.parametrize("damage", ["cut", "text", "pickle", "foreign", "wrong"])
def test_damaged_files_are_made_again(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEATREACH_CACHE", str(tmp_path))
    cop_table.forget_tables()
    water = waters("R600a", 2000)
    first = fast_operating_points("R600a", *water, heat_kw=1000.0, variant="single")
    (path,) = tmp_path.rglob("*.npz")
    content = path.read_bytes()
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "text":
        path.write_text("not a table")
    elif damage == "pickle":
        arrays["nodes"] = np.array([{"a": 1}], dtype=object)
        np.savez(path, **arrays)
    elif damage == "foreign":
        np.savez(path, **(arrays | {"key": np.array("another")}))
    else:
        np.savez(path, **(arrays | {"nodes": arrays["nodes"] * 1.01}))
    cop_table.forget_tables()
    again = fast_operating_points("R600a", *water, heat_kw=1000.0, variant="single")
    pd.testing.assert_frame_equal(first, again, rtol=1e-9)
    with np.load(path) as file:
        assert file["nodes"].dtype == np.float64


def test_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HEATREACH_CACHE", str(tmp_path / "file"))
    cop_table.forget_tables()
    points = fast_operating_points("R600a", *waters("R600a", 2000), heat_kw=1000.0)
    assert (points["reason"] == "").any()
    assert not save_arrays("0" * 32, {"a": np.zeros(2)})
    assert load_arrays("0" * 32, {"a": np.zeros(2)}) is None


def test_key_depends_on_all_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {content_key(["R717", 0.75]), content_key(["R717", 0.76]), content_key(["R7170.75"])}
    monkeypatch.setattr(cop_store, "_FORMAT", -1)
    keys.add(content_key(["R717", 0.75]))
    assert len(keys) == 4
    tables = [
        cop_table.cop_table("R717", isentropic_efficiency=efficiency, variant=variant)
        for efficiency in (0.7, 0.75)
        for variant in ("single", "two_stage")
    ]
    assert len({table.key for table in tables}) == 4


def test_fast_points_reject_what_machines_reject() -> None:
    with pytest.raises(PhysicsRangeError, match="at least 0 kW"):
        fast_operating_points("R717", 30.0, 22.0, 40.0, 60.0, heat_kw=-1.0)
    with pytest.raises(RefrigerantError):
        fast_operating_points("R999", 30.0, 22.0, 40.0, 60.0, heat_kw=1.0)
    with pytest.raises(PhysicsRangeError, match="cycle"):
        fast_operating_points("R717", 30.0, 22.0, 40.0, 60.0, heat_kw=1.0, variant="three")
