"""The CSV and Parquet tables: registry headers, enough digits, no formulas."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreach.data import load_table
from heatreach.siting.writing.sheets import (
    data_dictionary,
    write_assumptions,
    write_columns,
    write_edges,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def written(plan: Any, folder: Path, name: str = "links") -> tuple[bytes, pd.DataFrame]:
    """Bytes of a table's CSV file, and the table as a script reads it."""
    path = folder / f"{name}.csv"
    write_table(getattr(plan, name), path, table=name)
    return path.read_bytes(), pd.read_csv(path)


@pytest.mark.parametrize("name", ["links", "projects"])
def test_docs_header_is_the_registry(made_plan: Any, tmp_path: Path, name: str) -> None:
    content, _ = written(made_plan, tmp_path, name)
    registry = load_table("columns")
    rows = registry[(registry["table"] == name) & (registry["kind"] != "geometry")]
    assert content.decode().splitlines()[0] == ",".join(rows["column"])
    assert content.decode().startswith("rank,")
    assert b"\r" not in content


def test_property_numbers_keep_their_digits(made_plan: Any, tmp_path: Path) -> None:
    _, links = written(made_plan, tmp_path)
    exact = made_plan.links["heat_mwh"].to_numpy()
    assert links["heat_mwh"].to_numpy() == pytest.approx(exact, rel=1e-9)


def test_property_unranked_rows_come_last_with_blank_rank(made_plan: Any, tmp_path: Path) -> None:
    content, links = written(made_plan, tmp_path)
    assert links["rank"].isna().tolist() == [False] * (len(links) - 1) + [True]
    assert content.decode().splitlines()[-1].startswith(",s0,")
    assert content.decode().splitlines()[1].startswith("1,s0,")


def test_property_rows_do_not_depend_on_their_order(
    plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    plan = plan_maker(20)
    content, _ = written(plan, tmp_path)
    shuffled = plan.links.sample(frac=1, random_state=2)
    write_table(shuffled, tmp_path / "again.csv", table="links")
    assert (tmp_path / "again.csv").read_bytes() == content


@given(st.text(max_size=30))
def test_property_no_text_becomes_a_formula(tmp_path_factory: Any, text: str) -> None:
    path = tmp_path_factory.mktemp("sheet") / "assumptions.csv"
    write_assumptions(pd.DataFrame({"key": ["k"], "source": [text]}), path)
    with path.open(newline="", encoding="utf-8") as handle:
        cell = next(csv.DictReader(handle))["source"]
    assert not cell.startswith(("=", "@", "\t", "\r", "\n"))
    if cell[:1] in ("+", "-"):
        assert isinstance(float(cell), float)


def test_golden_formula_gets_an_apostrophe_and_numbers_stay(
    plan_maker: Callable[..., Any], tmp_path: Path
) -> None:
    names = ["=cmd()", "+1+1", "-12", "@SUM(A1)", "\tx", 'plain, "quoted"\nname']
    plan = plan_maker(6, name=lambda i: names[i])
    _, links = written(plan, tmp_path)
    shown = links.set_index("consumer_id")["reason"].tolist()
    assert shown == ["'=cmd()", "'+1+1", "-12", "'@SUM(A1)", "'\tx", 'plain, "quoted"\nname']


def test_golden_booleans_are_words(made_plan: Any, tmp_path: Path) -> None:
    content, projects = written(made_plan, tmp_path, "projects")
    assert projects["hypothetical"].tolist() == [True, False]
    assert b"true" in content


def test_property_own_columns_follow(made_plan: Any, tmp_path: Path) -> None:
    links = made_plan.links.assign(**{"=evil()": "x"})
    write_table(links, tmp_path / "links.csv", table="links")
    header = (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.endswith(",'=evil()")


def test_property_empty_table_has_a_header(made_plan: Any, tmp_path: Path) -> None:
    bare = gpd.GeoDataFrame(geometry=[], crs=made_plan.crs)
    write_table(bare, tmp_path / "links.csv", table="links")
    lines = (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("rank,site_id,consumer_id,")


def test_write_table_rejects_missing_columns(made_plan: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'links' lacks the columns npv"):
        write_table(made_plan.links.drop(columns="npv"), tmp_path / "x.csv", table="links")


def test_docs_dictionary_names_the_price_base(tmp_path: Path) -> None:
    dictionary = data_dictionary("GBP 2023").set_index(["table", "column"])
    assert dictionary.loc[("links", "cost_per_t_co2e"), "unit"] == "GBP/t_co2e"
    assert dictionary.loc[("projects", "npv"), "price_base"] == "GBP 2023"
    assert dictionary.loc[("links", "heat_mwh"), "price_base"] == ""
    write_columns(tmp_path / "columns.csv", money="EUR 2024")
    back = pd.read_csv(tmp_path / "columns.csv")
    assert set(back["table"]) >= {"links", "projects", "edges", "connections"}
    assert (back["description"].str.len() > 0).all()


def test_property_edges_come_back_from_parquet(made_plan: Any, tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    write_edges(made_plan.edges, path)
    back = gpd.read_parquet(path)
    assert back.crs == made_plan.crs
    assert back["capex"].tolist() == made_plan.edges["capex"].tolist()
    assert back.geometry.geom_equals(made_plan.edges.geometry).all()
    write_edges(made_plan.edges.sample(frac=1, random_state=1), tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == path.read_bytes()


def test_golden_assumptions_are_ordered_and_complete(made_plan: Any, tmp_path: Path) -> None:
    write_assumptions(made_plan.assumptions, tmp_path / "assumptions.csv")
    text = (tmp_path / "assumptions.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "key,value,low,high,unit,price_base,source,locator,origin"
    assert text.splitlines()[1].startswith("heat_pumps/large/cop,3,2.5,3.5,")
    assert "'=table 1" in text
