"""
Write two pages of figures that the engine makes: heat pumps compared, and claims audited.

Run ``python docs/make_comparison.py`` after a change of the engine or of its tables; a test fails
while a page is older than the engine.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pandas as pd

from heatreach.data import assumption, load_table, wide
from heatreach.thermo.checks.comparison import comparison_table, lift_table
from heatreach.thermo.claims import VERDICTS, audit_claims

FOLDER = Path(__file__).resolve().parent
SMALL_LIFT_K, LARGE_LIFT_K = 25.0, 40.0
SUPPLY_DEGC, HEAT_KW, FLUID = 60.0, 1000.0, "R600a"
WIDE = {"source_cooling_k": 8.0, "sink_glide_k": 20.0}
NARROW = {"source_cooling_k": 5.0, "sink_glide_k": 10.0}
LINE = 100
NOTICE = "<!-- made by docs/make_comparison.py; do not edit -->\n"


def number(value: float, digits: int = 2) -> str:
    """Write a number, or a dash for none."""
    return "–" if pd.isna(value) else f"{value:.{digits}f}"


def percent(value: float) -> str:
    """Write a signed share in percent, or a dash for none."""
    return "–" if pd.isna(value) else f"{100.0 * value:+.0f} %"


def span(values: pd.Series[float]) -> str:
    """Write the least and largest share of a column."""
    return f"{percent(values.min())} to {percent(values.max())}"


def share_of(value: float) -> str:
    """Write a share in percent."""
    return f"{100.0 * value:.0f} %"


def words(cycle: object) -> str:
    """Write the name of a cycle as words."""
    return str(cycle).replace("_", " ")


def either(one: float, other: float, word: str) -> str:
    """Write two numbers with a word between them, or one dash for none."""
    return (
        "–"
        if pd.isna(one) and pd.isna(other)
        else f"{number(one)} {word} {number(other)}".replace(".00", "")
    )


def wrapped(text: str) -> str:
    """Wrap paragraphs and list items; leave tables, headings and comments alone."""
    pieces = re.split(r"(\n(?=- )|\n\n)", text)
    return "".join(_filled(piece) if piece.strip() else piece for piece in pieces).rstrip() + "\n"


def _filled(block: str) -> str:
    """Wrap one paragraph or list item."""
    if block.lstrip().startswith(("|", "#", "<")):
        return block
    return textwrap.fill(
        " ".join(block.split()),
        LINE,
        subsequent_indent="  " if block.startswith("- ") else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Lay out a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def plants_table(points: pd.DataFrame) -> str:
    """Published points and plants, one line each."""
    head = [
        "published", "source °C", "sink °C", "COP published", "COP engine", "all fluids",
        "deviation", "within the band", "remark",
    ]  # fmt: skip
    rows = []
    for row in points.itertuples(index=False):
        inside = "–" if pd.isna(row.within_band) else ("yes" if row.within_band else "no")
        how = f"{row.engine_fluid}, {words(row.engine_cycle)}"
        engine = f"{number(row.engine_cop)} ({how})" if row.engine_fluid else "–"
        rows.append(
            [
                str(row.title),
                either(row.source_in_degc, row.source_out_degc, "→"),
                either(row.sink_in_degc, row.sink_out_degc, "→"),
                "–" if pd.isna(row.published_cop) else f"{row.published_cop:.2f} {row.cop_means}",
                engine,
                either(row.engine_low, row.engine_high, "to"),
                percent(row.deviation_share),
                inside,
                f"source: {row.source_means}; {row.remark} [{row.source}]",
            ]
        )
    return markdown(head, rows)


def lifts_table(lifts: pd.DataFrame) -> str:
    """Engine and correlations over the lift, one line each."""
    head = [
        "lift K", "Jesper", "Jensen/Pieper", "engine", "cycle", "engine against Jesper",
        "constant efficiency", "against Jesper",
    ]  # fmt: skip
    rows = [
        [
            number(row.lift_k, 0),
            number(row.jesper_cop),
            number(row.jensen_cop),
            number(row.engine_cop),
            words(row.variant),
            percent(row.deviation_share),
            number(row.constant_cop),
            percent(row.constant_deviation_share),
        ]
        for row in lifts.itertuples(index=False)
    ]
    return markdown(head, rows)


def comparison_page() -> str:
    """Text of the page on heat pumps."""
    points = comparison_table()
    wide_lifts = lift_table(SUPPLY_DEGC, FLUID, heat_kw=HEAT_KW, **WIDE)
    narrow_lifts = lift_table(SUPPLY_DEGC, FLUID, heat_kw=HEAT_KW, **NARROW)
    band = assumption("heat_pumps", "machine", "cop_band_share")
    small, large = (
        pd.concat([lifts[keep(lifts["lift_k"])] for lifts in (wide_lifts, narrow_lifts)])
        for keep in (lambda k: k <= SMALL_LIFT_K, lambda k: k >= LARGE_LIFT_K)
    )
    known = points[points["deviation_share"].notna()]
    inside = int(known["within_band"].sum())
    danish = points[points["title"].str.startswith("Danish catalogue, excess")]
    computed = points[points["engine_fluid"] != ""]
    refused = computed[computed["engine_fluid"] != computed["refrigerant"]]
    air, coil = (
        percent(points.loc[points["title"].str.contains(word), "deviation_share"].iloc[0])
        for word in ("air as source", "behind coil")
    )
    machine = wide("heat_pumps").loc["machine"]
    doubled = wide_lifts.loc[wide_lifts["variant"] == "two_stage", "lift_k"].min()
    return wrapped(f"""{NOTICE}
# Heat pumps of the engine beside published ones

Every line sets a published figure beside `HeatPump`, solved exactly at the same water temperatures
and the same size of machine. Efficiencies and temperature differences are the general ones of
`data/heat_pumps.csv`; none was changed after a comparison. The efficiencies by class of size were
chosen with the Danish catalogue's COP at 1 and 3 MW in view, so those rows show that the choice is
consistent, not that the engine is right; only the plants and the correlations are evidence. The
published figures are rows of `data/published_machines.csv` and `data/published_plants.csv`; the
names in brackets are keys of `data/sources.csv`.

## Catalogue and plants

{plants_table(points)}

"All fluids" is the least and the largest COP over all fluids that can serve the point, without
carbon dioxide. A dash is a figure that is not published, or cannot be computed without it.

{inside} of {len(known)} comparable points lie within ±{share_of(band.value)}; the
deviations run from {span(known["deviation_share"])}.

What deviates, and why as far as it can be told:

- **Danish catalogue.** {danish_words(danish)} The catalogue's efficiency per Lorenz COP rises from
  0.40 to 0.50 with size. The engine has only three classes of size, so it gains less with size
  than the catalogue says.
- **Kajaani** publishes heat and cold, not electricity. Heat less cold is the power that reaches
  the refrigerant, so its COP is compared with the engine's shaft COP. Its machines join propane and
  isobutane stages, which the engine does not model.
- **Mäntsälä** shows what the word source means. The same plant, with the same COP of 3.4, deviates
  by {air} if its exhaust air is taken for water and by {coil} with the water behind the coil.
  Its return temperature is not published.
- **Espoo and Kirkkonummi** print a COP of 6.6 at 85 °C. Read as heat and cold together, which is
  an inference, it is (6.6 + 1) / 2 = 3.8 for heating; the engine cannot be asked, for want of the
  source temperature.
- **Intercoolers.** {cooled_words(computed)} {refused_words(refused)}
- **To 125 °C** agreement says little. Return and cooled source are not published but stand-ins, one
  fluid alone can serve the point, and the limit of discharge temperature that calls for its
  intercooler is a guess, which one stage would exceed by a few kelvin only.

## From small to large lift

{FLUID}, {HEAT_KW:.0f} kW, supply at {SUPPLY_DEGC:.0f} °C. Lift is sink out less source in, as
Jesper defines it. "Constant efficiency" is the same cycle if its isentropic
efficiency did not fall at small lift, which the engine lets it do (`low_lift_factor`), and without
the bound by the Lorenz COP.

Source cooled by {WIDE["source_cooling_k"]:.0f} K, sink warmed by {WIDE["sink_glide_k"]:.0f} K:

{lifts_table(wide_lifts)}

Source cooled by {NARROW["source_cooling_k"]:.0f} K, sink warmed by {NARROW["sink_glide_k"]:.0f} K:

{lifts_table(narrow_lifts)}

**10 to 25 K, the lifts of data-centre sources.** A constant isentropic efficiency over-predicts:
here by {span(small["constant_deviation_share"])} against Jesper, most at the smallest lift. With
the fall of the efficiency the engine deviates by {span(small["deviation_share"])}. That fall comes
from the built-in volume ratio of compressors, not from these figures, and Jesper's correlation is
itself a fit with scatter. Jensen and Pieper take a constant efficiency too and lie above Jesper
in the same way.

**40 K and more.** The engine is {span(large["deviation_share"])} from Jesper. From
{doubled:.0f} K on it chooses two stages, and the correlation describes machines on the market,
whatever their number of stages. Force `variant="single"` to see what one stage gives.

## Why a COP carries ±{share_of(band.value)}

Machines of one class differ among themselves in compressor, exchangers and drive, and published
machines scatter around any curve, so no model with one efficiency per size can remove it. The
engine's own choices (pinches of {machine["evaporator_pinch_k"]:g} and
{machine["condenser_pinch_k"]:g} K, superheat of {machine["superheat_k"]:g} K, efficiencies by class
of size, {share_of(machine["auxiliary_share"])} of the heat for auxiliaries)
are rows with ranges, most of them judgements. The band is a judgement too
({share_of(band.low)} to {share_of(band.high)}, `machine/cop_band_share`). Deviations above show
that for a plant whose temperatures are badly known it is too narrow: the definition of source and
return temperature moves a COP more than the machine does.

## What is not known

No open table of measured COPs of large heat pumps at sources of 20 to 60 °C was found. The evidence
at data-centre temperatures is the Danish catalogue, the two correlations and a few plants, of which
only Kajaani states all four temperatures. Figures above are nameplate or design values, not
measurements over a year.
""")


def danish_words(danish: pd.DataFrame) -> str:
    """Say how the engine deviates from the catalogue by size."""
    parts = [
        f"{percent(row.deviation_share)} at {row.machine_kw / 1e3:g} MW"
        for row in danish.itertuples(index=False)
    ]
    return f"The engine deviates by {', '.join(parts)}."


def refused_words(refused: pd.DataFrame) -> str:
    """Say where the engine refuses the fluid of a plant."""
    if refused.empty:
        return "The engine serves every point that it can compute with the fluid tried first."
    named = ", ".join(f"{row.title} ({row.refrigerant})" for row in refused.itertuples(index=False))
    return (
        f"The engine refuses the fluid tried first at: {named}. It computes another fluid instead;"
        " the reason stands in the remark."
    )


def cooled_words(computed: pd.DataFrame) -> str:
    """Say where the engine cools the gas between two stages."""
    cooled = computed[computed["engine_cycle"] == "intercooled"]
    named = ", ".join(f"{row.title} ({row.engine_fluid})" for row in cooled.itertuples(index=False))
    return (
        "Where the gas would leave the compressor hotter than the fluid allows, the engine has two"
        f" stages with an open intercooler: {named or 'nowhere here'}. Large ammonia plants are"
        " commonly built so. Odense shows that ammonia serves such a duty, but neither its COP nor"
        " its cycle is published, so this cycle is checked against equations, not against a plant."
    )


def claims_page() -> str:
    """Text of the page on claims."""
    audit = audit_claims()
    counts = audit["verdict"].value_counts()
    sources = load_table("sources").set_index("key")["citation"]
    listed = "\n".join(f"- `{key}`: {sources[key]}" for key in audit["publication"].unique())
    rows = [
        [row.id, f"`{row.publication}`", row.claim, f"**{row.verdict}**", row.recomputed,
         row.assumption]
        for row in audit.itertuples(index=False)
    ]  # fmt: skip
    head = ["id", "publication", "claim, in our words", "verdict", "recomputed", "would hold if"]
    share = assumption("claim_inputs", "reference", "rounding_share").value
    summary = ", ".join(f"{counts.get(verdict, 0)} {verdict}" for verdict in VERDICTS)
    return wrapped(f"""{NOTICE}
# Published claims, recomputed

{len(audit)} claims: {summary}.

Every verdict is computed by `heatreach.thermo.claims` from the figures of the claim
(`data/claim_inputs.csv`) and the engine; none is stored. Two figures are equal within
{share_of(share)}; a COP is compared with the band of machines. A claim beyond physics is
refused, with the bound. The last column names what a claim that holds assumes, or the reading under
which a refused one would hold. The claims were read in a literature review, not in the originals.

{markdown(head, rows)}

## Publications

{listed}
""")


def pages() -> dict[str, str]:
    """Text of every page by file name."""
    return {"heat_pump_comparison.md": comparison_page(), "claims_audit.md": claims_page()}


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
