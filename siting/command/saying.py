"""What the commands that compute say in the end, to people in tables or to programs in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

from .answers import (
    DONE,
    PARTIAL_WORD,
    inputs_answer,
    plan_answer,
    say_json,
    zones_answer,
)
from .dry_run import NOTHING_DONE, dry_run_answer, dry_run_table
from .ranking_table import ranking_table, site_name
from .words import input_words, rules_table, supply_words, totals_table, zones_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..inputs import Inputs
    from ..planned import Plan
    from ..zones import Zones
    from .forecast import Size

MOST_CONTROLS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """
    How a command is to answer.

    Attributes
    ----------
    command
        Its name.
    quiet
        Whether to say only problems and the result.
    as_json
        Whether to answer for programs.
    dry_run
        Whether to say only what the run would take.
    """

    command: str
    quiet: bool
    as_json: bool = False
    dry_run: bool = False


def say_plan(finished: Plan, written: Sequence[Path], manner: Manner, *, partial: bool) -> None:
    """
    What a plan found, for people or for programs.

    Parameters
    ----------
    finished
        The plan.
    written
        Files of it.
    manner
        How to answer.
    partial
        Whether something that was asked for could not be done.
    """
    if manner.as_json:
        status = PARTIAL_WORD if partial else DONE
        say_json(manner.command, status, plan_answer(finished, written))
        return
    output = Console()
    output.print(ranking_table(finished))
    for row in finished.projects[finished.projects["status"] != "ok"].itertuples():
        output.print(Text(f"No network for {site_name(row)}: {row.reason}."))
    if finished.zones is not None:
        _say_zones(output, finished.zones)
    _say_pages(written)
    typer.echo(finished.summary)


def _say_pages(written: Sequence[Path]) -> None:
    """Where the pages for people are."""
    titles = {"map.html": "Map", "report.html": "Report"}
    for path in written:
        if path.name in titles:
            typer.echo(f"{titles[path.name]}: {path.resolve()}")


def say_dry_run(size: Size, manner: Manner, inputs: Inputs, *, plans: bool) -> None:
    """
    What a run would take, for people or for programs.

    Parameters
    ----------
    size
        How much there is to do.
    manner
        How to answer.
    inputs
        What was read.
    plans
        Whether networks are planned, not only zones found.
    """
    if manner.as_json:
        answer = {**inputs_answer(inputs), **dry_run_answer(size, plans=plans)}
        say_json(manner.command, DONE, {"dry_run": True, **answer})
        return
    Console().print(dry_run_table(size, plans=plans))
    typer.echo(NOTHING_DONE)


def say_found(found: Zones, written: Sequence[Path], manner: Manner, *, partial: bool) -> None:
    """
    What zones were found, for people or for programs.

    Parameters
    ----------
    found
        The zones.
    written
        Files of them.
    manner
        How to answer.
    partial
        Whether a control total could not be met.
    """
    if manner.as_json:
        status = PARTIAL_WORD if partial else DONE
        say_json(manner.command, status, zones_answer(found, written))
        return
    output = Console()
    output.print(totals_table(found.totals))
    _say_zones(output, found)
    _say_pages(written)
    typer.echo(found.summary)


def _say_zones(output: Console, zones: Zones) -> None:
    """Zones by rule, the first of them, and what they lack."""
    from ..writing.zone_results import first_rule

    say_controls(output, zones.inputs)
    output.print(rules_table(zones))
    shown = first_rule(zones)
    if (zones.zones["rule"] == shown).any():
        output.print(zones_table(zones, shown))
    for what, count in zones.run["left_out"].items():
        if what not in zones.inputs.left_out:
            output.print(Text(f"Left out: {_number_of(count, what)}."))
    for what, count in zones.run["zones_left_out"].items():
        output.print(Text(f"Left out: {count:,} × {what}."))
    words = supply_words(zones)
    if words:
        output.print(Text(words))


def _number_of(count: int, what: str) -> str:
    """How many of something, which is named in the plural."""
    for noun in ("consumer", "data centre"):
        if count == 1 and what.startswith(f"{noun}s "):
            what = noun + what[len(noun) + 1 :]
    return f"{count:,} {what}"


def say_controls(output: Console, inputs: Inputs) -> None:
    """
    What control totals made of the estimates.

    Parameters
    ----------
    output
        Where to say it.
    inputs
        Inputs of a study.
    """
    totals = inputs.reconciliation
    for row in totals.head(MOST_CONTROLS).itertuples():
        output.print(Text(f"Control total {row.area_id}: {row.reason}"))
    if len(totals) > MOST_CONTROLS:
        output.print(f"… and {len(totals) - MOST_CONTROLS:,} more control totals.")


def say_inputs(console: Console, inputs: Inputs) -> None:
    """
    What was read, left out and doubted.

    Parameters
    ----------
    console
        Where to say it.
    inputs
        Inputs of a study.
    """
    for line, style in input_words(inputs):
        console.print(Text(line), style=style)
