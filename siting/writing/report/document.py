"""
``report.html``: the plan as a report that opens from disk, can be mailed, and prints to A4.

One file without scripts; pictures are inline SVG, texts are texts. The page's policy names the hash
of its one style sheet and allows nothing else, so nothing can run and nothing be fetched. Whatever
the template prints goes through `html_text` unless it is markup already, so a text of the inputs
cannot become markup even where a module forgot it. Equal plans give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ..maps.background import hypothetical_note, is_hypothetical
from ..maps.page import asset
from ..results import in_order
from ..wording import html_text, if_given, is_blank
from ..written import written_plan, written_register, written_zones
from .evidence import (
    LIMITS,
    ZONE_LIMITS,
    compliance_grids,
    demand_grid,
    instead_limit,
    sites_grid,
)
from .lists import project_name, ranking_grid
from .sheets import MOST_SHEETS, headline_facts, project_sheets
from .sources import (
    assumption_grids,
    decisions_grid,
    glossary,
    left_out,
    provenance,
    source_rows,
)
from .spread import rank_chart
from .words import counted, each_row, share
from .zone_loads import totals_grid
from .zone_section import zone_section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from ..results import FinishedPlan
    from ..zone_results import FinishedZones
    from .zone_section import ZoneSection

PAPERS = {"a4": ("report.css",), "a3": ("report.css", "report_a3.css")}
"""Style sheets for each size of paper."""
GENERATOR = '<meta name="generator" content="heatreach report">'
"""Line by which one of our reports is known; nothing in it depends on the study."""
LONGEST_PROSE = 4000
PART_OF = (
    " This is a part of a study: it shows {shown:,} of its {all:,} projects. Ranks, and how often "
    "a project comes first, are those among all of them."
)
MOST_ROWS = 40
"""Projects in the table of all; more stand in ``projects.csv``."""
SENTENCE_END = re.compile(r"(?<=[a-z0-9%)]\.)\s+(?=[A-Z])")


def draw_report(plan: FinishedPlan, *, paper: str = "a4", of: int | None = None) -> str:
    """
    The report of a plan as one HTML page.

    Parameters
    ----------
    plan
        A finished plan, or a part of one.
    paper
        One of `PAPERS`, for printing.
    of
        For a part, the number of projects of the whole plan; then every project has a sheet.

    Returns
    -------
    html
        The page; write it as UTF-8.

    Raises
    ------
    ValueError
        If the paper is not known.
    """
    if paper not in PAPERS:
        raise ValueError(f"no paper {paper!r}; there is {' and '.join(PAPERS)}")
    content = _content(written_plan(plan), of)
    return page_of("report.html", content, styles=PAPERS[paper])


def draw_zone_report(zones: FinishedZones) -> str:
    """
    The report of zones without a plan as one HTML page.

    Parameters
    ----------
    zones
        Finished zones.

    Returns
    -------
    html
        The page; write it as UTF-8.
    """
    written = written_zones(zones)
    register = written_register(zones.assumptions)
    content = {
        "title": "Heat-network zones",
        "banner": hypothetical_note(is_hypothetical(written.inputs.sites), noun="report"),
        "zones": zone_section(written),
        "demand": totals_grid(written.totals),
        "assumptions": assumption_grids(register),
        "number_of_assumptions": f"{len(register):,}",
        "sources": source_rows(register),
        "limits": ZONE_LIMITS,
        "warnings": [str(warning) for warning in written.run.get("warnings", ())],
        "provenance": provenance(written.run, written.crs),
        "attribution": if_given(written.inputs.attribution),
        "data_date": if_given(written.inputs.data_date),
    }
    return page_of("zone_report.html", content, styles=PAPERS["a4"])


def page_of(template: str, content: Mapping[str, Any], *, styles: Sequence[str]) -> str:
    """
    A page of a report.

    Parameters
    ----------
    template
        Name of its template among the assets.
    content
        What it shows; all but markup is escaped.
    styles
        Names of its style sheets, joined in this order.

    Returns
    -------
    html
        The page.
    """
    style = "".join(map(asset, styles))
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        policy=Markup(style_policy(style)),
        generator=Markup(GENERATOR),
        style=Markup(style),
        **content,
    )


def _safe(value: Any) -> Any:
    """What the template prints: markup as it is, everything else cleaned and escaped."""
    return value if isinstance(value, Markup) else html_text(value, longest=LONGEST_PROSE)


def style_policy(style: str) -> str:
    """
    A policy that lets one style sheet apply, no script run and nothing be fetched.

    Parameters
    ----------
    style
        Text of the style sheet, exactly as between its tags.

    Returns
    -------
    policy
        Value of a ``Content-Security-Policy`` meta element.

    Examples
    --------
    >>> style_policy("").split("; ")[1]
    "style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode()
    parts = ("default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'")
    return "; ".join((*parts, "form-action 'none'"))


def _content(plan: FinishedPlan, of: int | None) -> dict[str, Any]:
    """Everything the page shows."""
    most = MOST_SHEETS if of is None else len(plan.projects)
    projects = in_order(plan.projects, "projects").drop(columns="geometry", errors="ignore")
    ranked = projects[projects["rank"].notna() & (projects["status"] == "ok")]
    flags = is_hypothetical(plan.inputs.sites)
    options: Any = plan.run.get("options", {})
    return {
        "title": "Heat-reuse report",
        "banner": hypothetical_note(flags, noun="report"),
        "scope": _scope(plan, projects, ranked, of),
        "summary": _sentences(plan.summary),
        "first": _first(plan, ranked),
        "ranking": ranking_grid(projects.head(MOST_ROWS), plan.money),
        "ranking_left": max(len(projects) - MOST_ROWS, 0),
        "firm": rank_chart(
            ranked.head(MOST_ROWS), "rank", top_count=_top_count(options, len(ranked))
        ),
        "terms_of_money": _terms_of_money(plan.money, options),
        "sheets": project_sheets(plan, projects.head(most)),
        "sheets_left": max(len(projects) - most, 0),
        "compliance": compliance_grids(plan, projects.head(most)),
        "demand": demand_grid(plan, projects.head(MOST_ROWS)),
        "sites": sites_grid(plan),
        "left_out": left_out(plan.run),
        "warnings": [str(warning) for warning in plan.run.get("warnings", ())],
        "decisions": decisions_grid(plan),
        "assumptions": assumption_grids(plan.assumptions),
        "number_of_assumptions": f"{len(plan.assumptions):,}",
        "sources": source_rows(plan.assumptions),
        "limits": [instead_limit(plan.run), *LIMITS],
        "glossary": glossary(plan),
        "provenance": [("Money", plan.money), *provenance(plan.run, plan.crs)],
        "attribution": if_given(plan.inputs.attribution),
        "data_date": if_given(plan.inputs.data_date),
        "zones": None if plan.zones is None else _zones(plan, projects),
    }


def _zones(plan: FinishedPlan, projects: pd.DataFrame) -> ZoneSection | None:
    """The section on zones; what the plan left out too is said under data quality."""
    if plan.zones is None:
        return None
    return zone_section(plan.zones, projects, told=plan.run.get("left_out", {}))


def _scope(plan: FinishedPlan, projects: pd.DataFrame, ranked: pd.DataFrame, of: int | None) -> str:
    """What was looked at, in a sentence; of a part, what it is a part of."""
    country = plan.run.get("country")
    where = "" if is_blank(country) else f" ({country})"
    found = counted(len(ranked), "network")
    verb = "is" if len(ranked) == 1 else "are"
    return (
        f"Looked at: {counted(len(projects), 'data centre')} and "
        f"{counted(_consumers_in_reach(plan), 'heat consumer')} in reach{where}. "
        f"{found[:1].upper()}{found[1:]} {verb} ranked."
        + ("" if of is None else PART_OF.format(shown=len(projects), all=of))
    )


def _consumers_in_reach(plan: FinishedPlan) -> int:
    """Consumers in reach of any data centre, each counted once."""
    return plan.connections["consumer_id"].nunique() if len(plan.connections) else 0


def _sentences(text: Any) -> list[str]:
    """A long text sentence by sentence, which is easier to read."""
    return [part for part in SENTENCE_END.split(str(text)) if part.strip()]


def _first(plan: FinishedPlan, ranked: pd.DataFrame) -> dict[str, Any] | None:
    """The first project in figures and in words of those who pay and gain."""
    if ranked.empty:
        return None
    row: Any = next(each_row(ranked.head(1)))
    payers = plan.assessment.tables["payers"]
    mine = payers[payers["project_id"] == row.project_id] if len(payers) else payers
    return {
        "name": project_name(row),
        "facts": headline_facts(row, plan.money, plan.run),
        "payers": [str(text) for text in mine["description"]] if len(mine) else [],
        "chance": share(row.npv_positive_share),
    }


def _top_count(options: Any, ranked: int) -> int | None:
    """How many projects count as the first ones; none where that would be all of them."""
    ranking = options.get("ranking", {})
    count = ranking.get("top_count") if isinstance(ranking, dict) else None
    return None if count is None or count >= ranked else count


def _terms_of_money(money: str, options: Any) -> str:
    """In what money, at which rate and over which horizon everything is counted."""
    economics = options.get("economics", {})
    text = f"Money is in {money}"
    if not isinstance(economics, dict) or "discount_rate_share" not in economics:
        return f"{text}."
    rate, life = 100.0 * economics["discount_rate_share"], economics.get("life_years")
    basis, grant = economics.get("basis"), economics.get("grant_share") or 0.0
    return (
        f"{text}; {basis} terms, discounted at {rate:g} % a year over {life:g} years unless said "
        f"otherwise; grant: {share(grant) if grant else 'none'}. The cost of heat is per MWh "
        "delivered to consumers."
    )
