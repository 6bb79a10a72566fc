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
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=False, undefined=StrictUndefined
    )
    template = environment.get_template("heat_pump_comparison.md.jinja")
    told = template.render(**points_told(points), **lifts_told(), **machine_told())
    return wrapped(f"{NOTICE}\n{told}")


def points_told(points: pd.DataFrame) -> dict[str, str | int]:
    """What the published points say."""
    known = points[points["deviation_share"].notna()]
    danish = points[points["title"].str.startswith("Danish catalogue, excess")]
    computed = points[points["engine_fluid"] != ""]
    refused = computed[computed["engine_fluid"] != computed["refrigerant"]]
    air, coil = (
        percent(points.loc[points["title"].str.contains(word), "deviation_share"].iloc[0])
        for word in ("air as source", "behind coil")
    )
    return {
        "plants": plants_table(points),
        "inside": int(known["within_band"].sum()),
        "known": len(known),
        "deviations": span(known["deviation_share"]),
        "danish": danish_words(danish),
        "cooled": cooled_words(computed),
        "refused": refused_words(refused),
        "air": air,
        "coil": coil,
    }


def lifts_told() -> dict[str, object]:
    """What the engine and two correlations say from small to large lift."""
    wide_lifts, narrow_lifts = (
        lift_table(SUPPLY_DEGC, FLUID, heat_kw=HEAT_KW, **how) for how in (WIDE, NARROW)
    )
    both = pd.concat([wide_lifts, narrow_lifts])
    small, large = both[both["lift_k"] <= SMALL_LIFT_K], both[both["lift_k"] >= LARGE_LIFT_K]
    doubled = wide_lifts.loc[wide_lifts["variant"] == "two_stage", "lift_k"].min()
    return {
        "fluid": FLUID,
        "heat_kw": f"{HEAT_KW:.0f}",
        "supply_degc": f"{SUPPLY_DEGC:.0f}",
        "wide": WIDE,
        "narrow": NARROW,
        "wide_lifts": lifts_table(wide_lifts),
        "narrow_lifts": lifts_table(narrow_lifts),
        "constant_at_small": span(small["constant_deviation_share"]),
        "engine_at_small": span(small["deviation_share"]),
        "engine_at_large": span(large["deviation_share"]),
        "doubled_k": f"{doubled:.0f}",
    }


def machine_told() -> dict[str, str]:
    """What the engine takes for every machine."""
    band = assumption("heat_pumps", "machine", "cop_band_share")
    machine = wide("heat_pumps").loc["machine"]
    return {
        "band": share_of(band.value),
        "band_low": share_of(band.low),
        "band_high": share_of(band.high),
        "evaporator_pinch_k": f"{machine['evaporator_pinch_k']:g}",
        "condenser_pinch_k": f"{machine['condenser_pinch_k']:g}",
        "superheat_k": f"{machine['superheat_k']:g}",
        "auxiliaries": share_of(machine["auxiliary_share"]),
    }


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
