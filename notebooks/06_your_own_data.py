# %% [markdown]
# # What happens to my own files, and what does it say when they are wrong?
#
# You have a list of data centres, a spreadsheet of buildings and perhaps streets from a GIS. This notebook makes such files, reads them,
# plans with them, and then breaks them one by one in the ways files break in real offices: wrong units, exchanged coordinates, rows
# twice, half a download. Each mistake is refused or doubted with file, row, column and what to do.
#
# Everything here is **made up**: a street corner with five buildings and two hypothetical data centres. No map is read and nothing is
# downloaded. Code: MIT licence; data read from your own files keep whatever licence they came with.

# %%
import tempfile
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString

from heatreach.data import load_table
from heatreach.siting import InputError, Scenario, plan, read_inputs, read_scenario

pd.set_option("display.max_colwidth", None)
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. Three files
#
# A CSV of data centres and an Excel workbook of buildings give places as latitude and longitude. The streets are a GeoPackage in the
# Finnish grid (EPSG:3067, metres): a file that says its coordinate system may use any. Only `id`, a place and `it_load_kw` must be there. The
# name of one data centre is a small attack: a formula for spreadsheets and a script for browsers.

# %%
ATTACK = '=HYPERLINK("http://example.org")<script>alert(1)</script>'
sites = pd.DataFrame(
    {
        "id": ["north", "south"],
        "name": [ATTACK, "Hypothetical south"],
        "lat": [60.5272, 60.5228],
        "lon": [26.9420, 26.9413],
        "it_load_kw": [1500, 1500],
        "cooling": ["direct_to_chip", "air_hall"],
        "hypothetical": True,
    }
)
buildings = pd.DataFrame(
    {
        "id": ["b1", "b2", "b3", "b4", "b5"],
        "name": ["School", "Pool", "Flats by the park", "Flats in the lane", "Office"],
        "lat": [60.5251, 60.5243, 60.5256, 60.5262, 60.5237],
        "lon": [26.9447, 26.9460, 26.9430, 26.9440, 26.9441],
        "use": ["school", "pool", "flats", "flats", "office"],
        "annual_heat_mwh": [820, 1900, None, None, None],  # the meter, where there is one
        "peak_kw": [450, None, None, None, None],
        "floor_area_m2": [None, None, 9200, None, 3100],
        "dwellings": [None, None, None, 64, None],
    }
)
WEST, SOUTH = 496_600, 6_709_500
main = [
    LineString([(WEST + a, SOUTH + 300), (WEST + b, SOUTH + 300)])
    for a, b in pairwise((0, 240, 420, 800))
]
lanes = [
    LineString([(WEST + x, SOUTH + a), (WEST + x, SOUTH + b)])
    for x in (240, 420)
    for a, b in pairwise((0, 300, 700))
]
streets = gpd.GeoDataFrame(
    {"highway": ["secondary"] * 3 + ["residential"] * 4}, geometry=main + lanes, crs=3067
)
good = {
    "sites": folder / "sites.csv",
    "consumers": folder / "buildings.xlsx",
    "streets": folder / "streets.gpkg",
}
sites.to_csv(good["sites"], index=False)
buildings.to_excel(good["consumers"], index=False, engine="openpyxl")
streets.to_file(good["streets"])

# %%
inputs = read_inputs(**good)
print(
    f"{len(inputs.sites)} data centres, {len(inputs.consumers)} buildings, in {inputs.crs.to_string()}"
)
print("doubts:", *inputs.doubts or ["none"])

# %% [markdown]
# ## 2. What was given stays, what was not is estimated and says so
#
# Two buildings have meters. For the others the heat follows from floor area or number of homes and use, with a range; `confidence` says how
# sure it is. The school's peak was given, the others' peaks are estimated.

# %%
done = inputs.under(Scenario())
demand = done.consumers[
    [
        "id",
        "use",
        "annual_heat_mwh",
        "heat_low_mwh",
        "heat_high_mwh",
        "confidence",
        "demand_source",
        "peak_kw",
        "peak_source",
    ]
]
units = {
    "annual_heat_mwh": "heat (MWh/yr)",
    "heat_low_mwh": "low",
    "heat_high_mwh": "high",
    "peak_kw": "peak (kW)",
}
demand.round(0).rename(columns=units)

# %%
done.sites[
    [
        "id",
        "it_load_kw",
        "it_load_source",
        "cooling",
        "cooling_source",
        "source_degc",
        "utilisation",
        "source_kw",
    ]
].round(2)

# %% [markdown]
# Every other figure of a study comes from the tables of the project. `assumptions` lists all that this plan consulted, with range and
# source, and says which were yours. Few draws and one way to make the heat, a central heat pump, keep this quick.

# %%
quick = Scenario(
    search={"radius_m": 800},
    uncertainty={"draws": 256},
    network={"supply_choice": "given"},
    heat_pump={"arrangement": "central"},
)
study = plan(inputs, quick)
terms = study.scenario.economics
print(
    f"net present value: over {terms.life_years} years at {terms.discount_rate_share:.1%} a year, real"
)
ranked = study.projects[["rank", "name", "consumers", "heat_mwh", "npv", "status"]]
ranked.rename(
    columns={"heat_mwh": "heat (MWh/yr)", "npv": f"net present value ({study.money})"}
).round(0)

# %%
study.assumptions["origin"].value_counts().rename("figures").to_frame()

# %% [markdown]
# The attack in the name of a data centre is only text. It stands on the map with its signs taken apart, so no browser runs it.

# %%
page = study.map()
print("as a script in the map:", "<script>alert(1)" in page)
print("as plain text in the map:", "HYPERLINK" in page)

# %% [markdown]
# ## 3. Which columns, in which units
#
# Unknown columns are kept as they are; a column whose name is *nearly* a known one is doubted. Units are part of the name: `it_load_kw` is in
# kW and nothing else. This is the registry that readers, tables and this notebook share.

# %%
registry = load_table("columns")
known = registry[
    registry["table"].isin(["sites", "consumers"]) & registry["required"].isin(["yes", "no"])
]
known[["table", "column", "unit", "required", "minimum", "maximum", "description"]].reset_index(
    drop=True
)

# %% [markdown]
# ## 4. Breaking them
#
# Each line below changes one thing and reads again. `answer` says what came back: *refused* with problems, or *accepted* with doubts.


# %%
def answer(**changed):
    """Read with some files changed; what comes back, and every problem or doubt."""
    try:
        return "accepted", read_inputs(**(good | changed)).doubts
    except InputError as error:
        return "refused", error.problems


def csv(frame, name, **how):
    """Write a table beside the good files."""
    frame.to_csv(folder / name, index=False, **how)
    return folder / name


def scenario(text, name):
    """Write a scenario and read it."""
    (folder / name).write_text(text, encoding="utf-8")
    try:
        return "accepted", (read_scenario(folder / name),)
    except InputError as error:
        return "refused", error.problems


# %%
swapped = sites.rename(columns={"lat": "lon", "lon": "lat"})
twice = buildings.assign(id=["b1", "b2", "b2", "b4", "b5"])
in_kwh = buildings.assign(annual_heat_mwh=buildings["annual_heat_mwh"] * 1000)
negative = sites.assign(it_load_kw=[1500, -1500])
with_unit = sites.assign(it_load_kw=["1500", "1.5 MW"])
percent = sites.assign(utilisation=[0.6, 60])
renamed = sites.rename(columns={"it_load_kw": "IT load"})
misspelt = buildings.replace({"use": {"school": "scool"}})
(folder / "broken.xlsx").write_bytes(good["consumers"].read_bytes()[:3000])
(folder / "page.csv").write_text("<!DOCTYPE html><title>Please log in</title>")
streets.to_crs(4326).set_crs(3067, allow_override=True).to_file(folder / "wrong_crs.gpkg")
many = sites.assign(
    id=["north", "north"], it_load_kw=[1500, 9_000_000], cooling=["imersion", "air_hall"]
)

said = {
    "latitude and longitude exchanged": answer(sites=csv(swapped, "swapped.csv")),
    "kWh in a column of MWh": answer(consumers=csv(in_kwh, "in_kwh.csv")),
    "one id twice": answer(consumers=csv(twice, "twice.csv")),
    "negative load": answer(sites=csv(negative, "negative.csv")),
    "a unit in the cell": answer(sites=csv(with_unit, "with_unit.csv")),
    "60 for 60 %": answer(sites=csv(percent, "percent.csv")),
    "no column it_load_kw": answer(sites=csv(renamed, "renamed.csv")),
    "a use misspelt": answer(consumers=csv(misspelt, "misspelt.csv")),
    "degrees declared as metres": answer(streets=folder / "wrong_crs.gpkg"),
    "half a workbook": answer(consumers=folder / "broken.xlsx"),
    "a login page saved as CSV": answer(sites=folder / "page.csv"),
    "a file that is not there": answer(sites=folder / "sties.csv"),
    "several mistakes at once": answer(sites=csv(many, "many.csv")),
    "a key of the scenario misspelt": scenario("[search]\nradus_m = 1500\n", "key.toml"),
    "3.5 for 3.5 % in the scenario": scenario(
        "[economics]\ndiscount_rate_share = 3.5\n", "rate.toml"
    ),
}
refusals = pd.DataFrame(
    [
        (wrong, came, Path(p.file).name, p.where, p.what, p.advice)
        for wrong, (came, problems) in said.items()
        for p in problems
    ],
    columns=["mistake", "answer", "file", "where", "what is wrong", "what to do"],
).set_index("mistake")
refusals

# %% [markdown]
# ## 5. What is *not* a mistake, and what is only doubted
#
# Exports differ from office to office. Semicolons and decimal commas, capitals in headings and columns nobody asked for are read as they are
# meant: the first file below raises no doubt at all. What could be right but looks odd is accepted and doubted; doubts stand in the
# report and in `run.json`.

# %%
comma = sites.assign(utilisation=[0.55, 0.6], note="ours").rename(columns=str.upper)
odd = buildings.assign(
    id=["1.2E+11", "b2", "b3", "b4", "b5"], floor_area_m2=[70, None, 9200, None, 3100]
)
near = sites.assign(utilization=0.6)
accepted = {
    "semicolons, decimal commas, capitals": answer(
        sites=csv(comma, "comma.csv", sep=";", decimal=",")
    ),
    "id spoilt by a spreadsheet; far too much heat for the floor": answer(
        consumers=csv(odd, "odd.csv")
    ),
    "a column that is nearly a known one": answer(sites=csv(near, "near.csv")),
}
rows = [
    (what, came, p.where, p.what, p.advice)
    for what, (came, doubts) in accepted.items()
    for p in doubts
]
doubts = pd.DataFrame(
    rows, columns=["file", "answer", "where", "what is odd", "what to do"]
).set_index("file")
doubts

# %%
read_as_meant = read_inputs(**(good | {"sites": folder / "comma.csv"})).sites
read_as_meant[["id", "it_load_kw", "utilisation"]]

# %% [markdown]
# ## Answer
#
# Your files are read in whatever format and coordinate system they declare, checked against one registry of columns and completed by
# estimates that are marked as such; what you give is never overwritten. Of fifteen mistakes all were refused before anything was computed,
# each with the row or the key, the value and a remedy, and a file with three mistakes was told all three at once. What may be right is
# accepted with a doubt.
#
# ## Limits
#
# - A check sees what cannot be, not what is untrue. A load of 1,500 kW that should be 1,050 kW passes; so does heat in kWh where neither
#   peak nor floor area stands beside it and the number is small enough: of the two meters in kWh above only the school's was noticed.
#   Compare the totals with what you know.
# - Places are checked against each other and against land and sea; a data centre in the wrong street of the right town is not noticed.
# - Columns `x` and `y` in a CSV tell no coordinate system. Give latitude and longitude, or a file that declares its system.
# - Estimates from use and floor area are good for ranking, not for contracts; the range beside each says how far off it may be.

# %%
left = {path.name for path in folder.iterdir()}
made = (
    {path.name for path in good.values()}
    | set(refusals["file"])
    | {"comma.csv", "odd.csv", "near.csv"}
)
assert left == made - {"sties.csv"}  # reading wrote nothing beside the files
assert {came for came, _ in said.values()} == {"refused"}
assert len(said) == 15
assert (refusals["what to do"] != "").all()  # each with a remedy
assert refusals.loc["one id twice", "where"] == "column id, 2 rows: 3, 4"
assert refusals.loc["negative load", "where"] == "column it_load_kw, row 3 (south)"
assert "1500" in refusals.loc["a unit in the cell", "what to do"]
assert "0.6" in refusals.loc["60 for 60 %", "what to do"]
assert "radius_m" in refusals.loc["a key of the scenario misspelt", "what to do"]
assert len(refusals.loc["several mistakes at once"]) == 3
assert {came for came, _ in accepted.values()} == {"accepted"}
assert read_as_meant["utilisation"].tolist() == [0.55, 0.6]
heat = done.consumers.set_index("id")
assert heat.loc["b1", "annual_heat_mwh"] == 820
assert heat.loc["b1", "peak_kw"] == 450
assert "<script>alert(1)" not in page
assert "HYPERLINK" in page
assert study.projects["rank"].notna().any()
