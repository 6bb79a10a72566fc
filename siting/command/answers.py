"""
Answers for programs: one JSON document on standard output, and nothing else there.

Keys say the unit as columns do; numbers that are not known are null. What people read (progress,
doubts, messages) goes to the error stream as ever.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pandas as pd

from ..writing.record import plain
from ..writing.results import in_order
from ..writing.sheets import data_dictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..errors import Problem
    from ..inputs import Inputs
    from ..planned import Plan
    from ..zones import Zones

DONE, PARTIAL_WORD, REFUSED_WORD, FAILED_WORD = "done", "partial", "refused", "failed"


def say_json(command: str, status: str, answer: Mapping[str, Any]) -> None:
    """
    Print the answer of a command.

    Parameters
    ----------
    command
        Name of the command.
    status
        ``done``, ``partial``, ``refused`` or ``failed``.
    answer
        What it found.
    """
    head = {"program": "heatreach", "version": version("heatreach")}
    whole = plain({**head, "command": command, "status": status, **answer})
    # Plain ASCII, so that no terminal's code page can break it.
    sys.stdout.write(json.dumps(whole, indent=2, allow_nan=False) + "\n")


def problems_answer(problems: Sequence[Problem]) -> dict[str, Any]:
    """
    What is wrong with inputs.

    Parameters
    ----------
    problems
        All of them.

    Returns
    -------
    answer
        Under ``problems``: file, where, what, advice.
    """
    return {"problems": [problem_row(problem) for problem in problems]}


def problem_row(problem: Problem) -> dict[str, str]:
    """
    One problem or doubt.

    Parameters
    ----------
    problem
        What is wrong or doubtful.

    Returns
    -------
    row
        File, where, what, advice.
    """
    names = ("file", "where", "what", "advice")
    return {name: getattr(problem, name) for name in names}


def inputs_answer(inputs: Inputs) -> dict[str, Any]:
    """
    What was read.

    Parameters
    ----------
    inputs
        Inputs of a study.

    Returns
    -------
    answer
        Counts, place, what was left out and what should be looked at.
    """
    return {
        "inputs": {
            "sites": len(inputs.sites),
            "consumers_in_reach": len(inputs.consumers),
            "consumers": len(inputs.everywhere),
            "streets_km": float(inputs.streets.length_m.sum()) / 1e3,
            "country": inputs.country,
            "crs": inputs.crs.to_string(),
            "data_date": inputs.data_date,
            "attribution": inputs.attribution,
            "hashes": dict(inputs.hashes),
        },
        "left_out": dict(inputs.left_out),
        "doubts": [problem_row(doubt) for doubt in inputs.doubts],
    }


def plan_answer(plan: Plan, files: Sequence[Path]) -> dict[str, Any]:
    """
    What a plan found and wrote.

    Parameters
    ----------
    plan
        A finished plan.
    files
        What was written.

    Returns
    -------
    answer
        Ranked projects with every column, and what the columns mean.
    """
    zones = {} if plan.zones is None else {"zones": _zones_part(plan.zones)}
    return {
        **inputs_answer(plan.inputs),
        "warnings": plan.run["warnings"],
        "money": plan.money,
        "summary": plan.summary,
        "projects": table_rows(in_order(plan.projects, "projects")),
        "columns": _columns("projects", plan.money),
        **zones,
        "files": [str(path.resolve()) for path in files],
        "timings_s": plan.run["timings"],
    }


def zones_answer(zones: Zones, files: Sequence[Path]) -> dict[str, Any]:
    """
    What zones were found and written.

    Parameters
    ----------
    zones
        Finished zones.
    files
        What was written.

    Returns
    -------
    answer
        Zones of every rule with every column, and what the columns mean.
    """
    return {
        **inputs_answer(zones.inputs),
        "warnings": zones.run["warnings"],
        **_zones_part(zones),
        "files": [str(path.resolve()) for path in files],
        "timings_s": zones.run["timings"],
    }


def _zones_part(zones: Zones) -> dict[str, Any]:
    """Zones with what they lack."""
    return {
        "run_id": zones.run["run_id"],
        "summary": zones.summary,
        "rules": [rule.name for rule in zones.rules],
        "zones": table_rows(in_order(zones.zones, "zones")),
        "columns": _columns("zones", ""),
        "demand_totals": table_rows(zones.totals),
        "reconciliation": table_rows(zones.reconciliation),
        "zones_left_out": dict(zones.run["zones_left_out"]),
    }


def table_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """
    Rows of a table without their geometry.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    rows
        By column; cells that hold nothing are None.

    Examples
    --------
    >>> table_rows(pd.DataFrame({"a": [1.5, float("nan")], "b": ["x", pd.NA]}))
    [{'a': 1.5, 'b': 'x'}, {'a': None, 'b': None}]
    """
    cells = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object)
    rows: Any = cells.where(cells.notna(), None).to_dict("records")
    return [dict(row) for row in rows]


def _columns(table: str, money: str) -> dict[str, dict[str, str]]:
    """Unit and meaning of the columns of a table."""
    rows: Any = data_dictionary(money, tables=[table]).itertuples()
    return {
        row.column: {
            "unit": row.unit,
            "price_base": row.price_base,
            "description": row.description,
        }
        for row in rows
        if row.kind != "geometry"
    }
