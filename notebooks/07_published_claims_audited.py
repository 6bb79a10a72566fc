# %% [markdown]
# # Which published claims about heat from data centres hold when they are recomputed?
#
# Papers, vendors' pages and reports say what heat pumps reach, how much carbon is saved and what it costs. 79 of these claims are
# stored with their figures. This notebook recomputes every one with the same engine that plans networks, and shows what comes out:
# the claim holds, holds if something is assumed, contradicts physics or its own figures, or cannot be recomputed at all.
#
# No verdict is stored anywhere: change a figure and the verdict changes (section 5 does so). Nothing is downloaded.
# Code: MIT licence. The claims are facts quoted in our own words.

# %%
from io import BytesIO

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image

from heatreach.data import load_table
from heatreach.thermo import carnot_cop, lorenz_cop
from heatreach.thermo.claims import VERDICTS, audit_claim, audit_claims

pd.set_option("display.max_colwidth", None)


def picture(figure, alt):
    """Show a figure with words for those who cannot see it."""
    stream = BytesIO()
    figure.savefig(stream, dpi=110)
    plt.close(figure)
    return Image(stream.getvalue(), alt=alt)


audit = audit_claims().set_index("id")
print(f"{len(audit)} claims from {audit['publication'].nunique()} publications")

# %% [markdown]
# ## 1. What comes out
#
# Four verdicts. *Inconsistent* means beyond a bound of physics, against the claim's own other figures, or far from what was published
# about the same thing elsewhere; it says nothing about anybody's intentions, and often the cause is a slip of unit or a missing word.

# %%
counts = audit["verdict"].value_counts().reindex(list(VERDICTS))
by_topic = pd.crosstab(audit["topic"], audit["verdict"]).reindex(columns=list(VERDICTS))
pd.concat([by_topic, counts.rename("all topics").to_frame().T])

# %%
bars, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
by_topic[::-1].plot.barh(
    stacked=True,
    ax=axes,
    width=0.7,
    color=["#1b6e53", "#8cc5a4", "#b3401f", "#b9bcc0"],
    edgecolor="white",
)
axes.set(xlabel="number of claims", ylabel="", xticks=range(0, 21, 5))
axes.legend(frameon=False, fontsize=9)
axes.spines[["top", "right"]].set_visible(False)
picture(
    bars, "Bars: number of claims by topic and verdict; the table above holds the same numbers."
)

# %% [markdown]
# ## 2. Every claim
#
# Claimed and recomputed figure stand in the same unit where one number says it; the words say how it was found. The last column holds
# what must be assumed for a claim to hold, or the reading under which a refused one would.

# %%
shown = [
    "publication",
    "claim",
    "verdict",
    "claimed_figure",
    "recomputed_figure",
    "unit",
    "recomputed",
    "assumption",
]
audit[shown].style.format(precision=3, thousands=",", na_rep="–")

# %% [markdown]
# ## 3. Coefficients of performance: claimed, recomputed, and the limit
#
# The COP says how much heat a heat pump gives per unit of electricity. Six claims name a COP between two temperatures. The engine
# solves a real cycle with three common refrigerants at those temperatures. The limit of Carnot is what a perfect machine could do
# between the warmest source and the supply that the claim names; no machine comes near it. (Perfect machines that follow the cooling
# of one water and the heating of the other have the limit of Lorenz, which lies higher; the engine tests against that one.)

# %%
figures = load_table("claim_inputs").pivot(
    index="name", columns="parameter", values=["low", "value", "high"]
)
cops = audit[(audit["unit"] == "COP") & (audit.index != "C05")]
points = pd.DataFrame(
    {
        "source (°C)": figures["value"]["source_in_degc"],
        "supply (°C)": figures["value"]["sink_out_degc"],
        "claimed from": figures["low"]["cop"],
        "claimed to": figures["high"]["cop"],
        "engine": cops["recomputed_figure"],
        "verdict": cops["verdict"],
    }
).loc[cops.index]
shared = figures["value"].loc["reference"]
source, supply = points["source (°C)"], points["supply (°C)"]
points["Carnot"] = carnot_cop(source, supply)
points["Lorenz"] = lorenz_cop(
    source, source - shared["source_cooling_k"], supply - shared["sink_glide_k"], supply
)
points["engine / Carnot"] = points["engine"] / points["Carnot"]
points.round(2)

# %%
chart, axes = plt.subplots(figsize=(8, 3.8), layout="constrained")
rows = range(len(points))
axes.barh(
    rows,
    points["claimed to"] - points["claimed from"] + 0.06,
    left=points["claimed from"] - 0.03,
    height=0.5,
    color="#8fb4d9",
)
axes.plot(points["engine"], rows, "o", color="#16324f")
axes.plot(points["Carnot"], rows, "|", color="#b3401f", markersize=20, markeredgewidth=2.5)
axes.set_yticks(
    rows,
    [f"{name}: {a:g} to {b:g} °C" for name, a, b in zip(points.index, source, supply, strict=True)],
)
axes.invert_yaxis()
axes.set(xlim=(0, None), xlabel="coefficient of performance (heat per electricity)")
axes.legend(["recomputed", "limit of Carnot", "claimed"], frameon=False, loc="lower right")
axes.spines[["top", "right"]].set_visible(False)
picture(
    chart,
    "For each claim on a COP: the claimed range as a bar, the recomputed COP as a dot, the limit of Carnot as a mark far to the right of both.",
)

# %% [markdown]
# Most claimed COPs are sound, and one is modest: C03 quotes a pilot plant that needs a poor compressor to be as low as reported. C05 is
# the odd one out. It sets that plant beside a general COP of 4 to 5 at a *larger* lift, and no one machine does better when the lift grows.
#
# ## 4. Beyond what physics allows
#
# Thirteen claims meet a hard limit: energy in equals energy out, no heat pump can avoid more than the boiler it replaces emits, water
# can carry off only so much heat. Six of them are beyond it.

# %%
bounded = audit[audit["bound"].notna()].sort_values("bound_ratio", ascending=False)
beyond = bounded[bounded["bound_ratio"] > 1.0]
beyond[["claim", "claimed_figure", "bound", "bound_ratio", "unit", "assumption"]].style.format(
    precision=2, thousands=","
)

# %% [markdown]
# ## 5. By hand
#
# Three of the refusals need no engine. **C58**: 1 MW of heat in all 8,760 hours of a year replaces gas burnt at an efficiency of 85 %, and a
# kWh of gas emits 0.183 kg; that is all that can be avoided, even with electricity that emits nothing. **C06**: electricity at 100 USD/MWh
# through a COP of 5 gives heat at 20 USD/MWh. **C71**: 460 TWh a year is a mean power, too.

# %%
fuel, boiler, hours = 0.183, 0.85, 8760
hand = pd.Series(
    {
        "C58": 1.0 * hours * fuel / boiler,  # MW times hours times t per MWh of fuel
        "C06": 100.0 / 5.0,  # USD per MWh of electricity over COP
        "C71": 460.0e3 / hours,  # GWh over hours
    }
)
compared = pd.DataFrame(
    {
        "by hand": hand,
        "recomputed": audit["recomputed_figure"],
        "claimed": audit["claimed_figure"],
        "unit": audit["unit"],
    }
)
compared.loc[hand.index].round(1)

# %% [markdown]
# And what would have made them hold? Put the other figure in and ask again.

# %%
asked = {
    "C06, a kWh of heat at 2 US cents": audit_claim("C06", heat_cost_per_mwh=20.0),
    "C58, the tonnes spread over 20 years": audit_claim("C58", avoided_t_co2e=33_150 / 20),
    "C13, cooling as a third of all energy": audit_claim("C13", cooling_share=1 / 3),
}
pd.DataFrame(list(asked.values()), index=list(asked))[["verdict", "words"]]

# %% [markdown]
# ## Who says what

# %%
sources = load_table("sources").set_index("key")["citation"]
per_publication = pd.crosstab(audit["publication"], audit["verdict"]).reindex(
    columns=list(VERDICTS)
)
per_publication.assign(citation=sources)

# %% [markdown]
# ## Answer
#
# 41 of 79 claims stand: 15 as they are written and 26 once something is said that the publication leaves out (an efficiency, a set of
# factors, a size, a temperature). 27 contradict physics or other figures, their own or published ones; six of those lie beyond a hard
# bound, one by a factor of 17.6. 11 are forecasts, laws or facts that no calculation can decide. What is said about the COP of heat
# pumps is mostly sound; totals of carbon and water, and ratios such as ERE and PUE, are where to look twice.
#
# ## Limits
#
# - **None of these publications was read first-hand.** The claims were taken from a literature review, and the review may have cut or
#   misread them. Read the original before you quote a verdict against its authors.
# - Where a claim is silent (size of plant, how far the water cools, what counts as equal), figures of our own fill in. They stand under
#   `reference` in `claim_inputs.csv`, most of them marked as guesses; two figures count as equal within 2 %.
# - A COP is compared with a band of ±10 % around three refrigerants. A machine outside it is possible; one beyond the limit of Lorenz is not.
# - The choice of claims is not a sample of the literature, so shares of verdicts say nothing about a publication's other pages.
# - The same list, kept in step with the engine by a test, is `docs/claims_audit.md`.

# %%
standing = audit["verdict"].isin(VERDICTS[:2])
assert counts.tolist() == [15, 26, 27, 11]  # as in docs/claims_audit.md
assert (
    audit.loc[standing, "bound_ratio"].fillna(0.0) <= 1.0
).all()  # nothing beyond physics stands
assert set(beyond["verdict"]) == {"inconsistent"}
assert len(bounded) == 13
assert len(beyond) == 6
assert (points[["claimed to", "engine"]].max(axis=1) < points["Carnot"]).all()
assert (points["Carnot"] < points["Lorenz"]).all()
assert points["engine / Carnot"].max() < 0.75
assert (audit.loc[hand.index, "recomputed_figure"] / hand - 1.0).abs().max() < 0.02
assert {finding.verdict for finding in asked.values()} <= {"holds", "holds under an assumption"}
