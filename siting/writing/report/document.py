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
from ..zone_handout import INDICATIVE
from .evidence import LIMITS, compliance_grids, demand_grid, sites_grid
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

if TYPE_CHECKING:
    import pandas as pd

    from ..results import FinishedPlan

LONGEST_PROSE = 4000
MOST_ROWS = 40
"""Projects in the table of all; more stand in ``projects.csv``."""
SENTENCE_END = re.compile(r"(?<=[a-z0-9%)]\.)\s+(?=[A-Z])")


def draw_report(plan: FinishedPlan) -> str:
    """
    The report of a plan as one HTML page.

    Parameters
    ----------
    plan
        A finished plan.

    Returns
    -------
    html
        The page; write it as UTF-8.
    """
    style = asset("report.css")
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        policy=Markup(style_policy(style)), style=Markup(style), **_content(plan)
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


def _content(plan: FinishedPlan) -> dict[str, Any]:
    """Everything the page shows."""
    projects = in_order(plan.projects, "projects").drop(columns="geometry", errors="ignore")
    ranked = projects[projects["rank"].notna() & (projects["status"] == "ok")]
    flags = is_hypothetical(plan.inputs.sites)
    options: Any = plan.run.get("options", {})
    return {
        "title": "Heat-reuse report",
        "banner": hypothetical_note(flags, noun="report"),
        "scope": _scope(plan, projects, ranked),
        "summary": _sentences(plan.summary),
        "first": _first(plan, ranked),
        "ranking": ranking_grid(projects.head(MOST_ROWS), plan.money),
        "ranking_left": max(len(projects) - MOST_ROWS, 0),
        "firm": rank_chart(ranked.head(MOST_ROWS), "rank", top_count=_top_count(options)),
        "terms_of_money": _terms_of_money(plan.money, options),
        "sheets": project_sheets(plan, projects),
        "sheets_left": max(len(projects) - MOST_SHEETS, 0),
        "compliance": compliance_grids(plan, projects.head(MOST_SHEETS)),
        "demand": demand_grid(plan, projects.head(MOST_ROWS)),
        "sites": sites_grid(plan),
        "left_out": left_out(plan.run),
        "warnings": [str(warning) for warning in plan.run.get("warnings", ())],
        "decisions": decisions_grid(plan),
        "assumptions": assumption_grids(plan),
        "number_of_assumptions": f"{len(plan.assumptions):,}",
        "sources": source_rows(plan),
        "limits": LIMITS,
        "glossary": glossary(plan),
        "provenance": provenance(plan),
        "attribution": if_given(plan.inputs.attribution),
        "data_date": if_given(plan.inputs.data_date),
        "zones": None if plan.zones is None else f"{plan.zones.summary} {INDICATIVE}",
    }


def _scope(plan: FinishedPlan, projects: pd.DataFrame, ranked: pd.DataFrame) -> str:
    """What was looked at, in a sentence."""
    country = plan.run.get("country")
    where = "" if is_blank(country) else f" ({country})"
    found = counted(len(ranked), "network")
    verb = "is" if len(ranked) == 1 else "are"
    return (
        f"Looked at: {counted(len(projects), 'data centre')} and "
        f"{counted(len(plan.inputs.consumers), 'heat consumer')} in reach{where}. "
        f"{found[:1].upper()}{found[1:]} {verb} ranked."
    )


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
        "facts": headline_facts(row, plan.money),
        "payers": [str(text) for text in mine["description"]] if len(mine) else [],
        "chance": share(row.npv_positive_share),
    }


def _top_count(options: Any) -> int | None:
    """How many projects count as the first ones."""
    ranking = options.get("ranking", {})
    return ranking.get("top_count") if isinstance(ranking, dict) else None


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
