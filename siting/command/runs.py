"""
What the commands that compute have in common: read, compute with a progress bar, save, say.

Folders appear whole or not at all; what could not be done of what was asked ends in exit code 3.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..consumers.reconcile import NO_ESTIMATES
from .ranking_table import ranking_table, site_name
from .words import (
    input_words,
    rules_table,
    supply_words,
    totals_table,
    zones_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ..inputs import Inputs
    from ..scenario import Scenario
    from ..zones import Zones

REFUSED, PARTIAL = 1, 3
MOST_CONTROLS = 12
RASTERS = (".tif", ".tiff")


def scenario_of_command(path: Path | None, radius: float | None) -> Scenario:
    """
    Scenario of the file, with the radius of the command line on top.

    Parameters
    ----------
    path
        TOML file; none for the defaults.
    radius
        Longest route from data centre to consumer [m]; none for that of the scenario.

    Returns
    -------
    scenario
        Decisions of the study.
    """
    from ..scenario import Scenario, read_scenario, scenario_of

    scenario = Scenario() if path is None else read_scenario(path)
    if radius is None:
        return scenario
    values = scenario.model_dump()
    values["search"]["radius_m"] = radius
    return scenario_of(values, name="--radius")


def read_files(
    files: Mapping[str, Any],
    scenario: Scenario,
    progress: Callable[[str, float], None] | None,
    *,
    zones: bool,
) -> Inputs:
    """
    Inputs of a command.

    Parameters
    ----------
    files
        Arguments of `heatreach.siting.read_inputs` by name.
    scenario
        Decisions of the study.
    progress
        Called with a stage and the share done.
    zones
        Whether zones are looked for, so that the whole area is read.

    Returns
    -------
    inputs
        What the study works on.
    """
    from ..gathering import read_inputs

    return read_inputs(**files, scenario=scenario, progress=progress, zones=zones)


def plan_and_save(
    files: Mapping[str, Any],
    scenario: Scenario,
    out: Path,
    *,
    quiet: bool,
    zones: bool = False,
    rules: Sequence[str] | None = None,
) -> None:
    """
    Read, plan, save and say what came out.

    Parameters
    ----------
    files
        Arguments of `heatreach.siting.read_inputs` by name.
    scenario
        Decisions of the study.
    out
        Folder to write to.
    quiet
        Whether to say only the result.
    zones
        Whether to find heat-network zones too; a rule that is named asks for them as well.
    rules
        Names of zone rules.

    Raises
    ------
    Exit
        With code 3 if something that was asked for could not be done.
    """
    from ..study import plan as make_plan

    console = Console(stderr=True, quiet=quiet)
    zones = zones or bool(rules)
    with console_progress(quiet=quiet) as bar:
        inputs = read_files(
            files, scenario, lambda stage, share: bar(stage, 0.3 * share), zones=zones
        )
        finished = make_plan(
            inputs,
            scenario,
            progress=lambda stage, share: bar(stage, 0.3 + 0.6 * share),
            zones=zones,
            rules=rules,
        )
        bar("writing map, tables and layers", 0.95)
        finished.save(out)
        bar("done", 1.0)
    say_inputs(console, inputs)
    output = Console()
    output.print(ranking_table(finished))
    for row in finished.projects[finished.projects["status"] != "ok"].itertuples():
        output.print(Text(f"No network for {site_name(row)}: {row.reason}."))
    if finished.zones is not None:
        _say_zones(output, finished.zones)
    typer.echo(f"Map: {(out / 'map.html').resolve()}")
    typer.echo(finished.summary)
    if finished.partial or _control_missed(inputs, files):
        raise typer.Exit(PARTIAL)


def zone_and_save(
    files: Mapping[str, Any],
    scenario: Scenario,
    out: Path,
    *,
    rules: Sequence[str] | None,
    quiet: bool,
) -> None:
    """
    Read, find zones, save and say what came out.

    Parameters
    ----------
    files
        Arguments of `heatreach.siting.read_inputs` by name.
    scenario
        Decisions of the study.
    out
        Folder to write to.
    rules
        Names of zone rules; none for the general ones and those of the country.
    quiet
        Whether to say only the result.

    Raises
    ------
    Exit
        With code 3 if a control total could not be met.
    """
    from ..zones import zone as find_zones
    from ..zoning.rules import zone_rules

    zone_rules(rules)
    console = Console(stderr=True, quiet=quiet)
    with console_progress(quiet=quiet) as bar:
        inputs = read_files(
            files, scenario, lambda stage, share: bar(stage, 0.4 * share), zones=True
        )
        found = find_zones(
            inputs,
            scenario,
            rules=rules,
            progress=lambda stage, share: bar(stage, 0.4 + 0.5 * share),
        )
        bar("writing map, tables and layers", 0.95)
        found.save(out)
        bar("done", 1.0)
    say_inputs(console, inputs)
    output = Console()
    output.print(totals_table(found.totals))
    _say_zones(output, found)
    typer.echo(f"Map: {(out / 'map.html').resolve()}")
    typer.echo(found.summary)
    if _control_missed(inputs, files):
        raise typer.Exit(PARTIAL)


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


def _control_missed(inputs: Inputs, files: Mapping[str, Any]) -> bool:
    """
    Whether a control total could not be met.

    A raster shows heat also where the map has no building; that is no failure of its other cells.
    """
    status = inputs.reconciliation["status"]
    is_raster = str(files.get("control") or "").lower().endswith(RASTERS)
    fine = ["ok", NO_ESTIMATES] if is_raster else ["ok"]
    return bool((~status.isin(fine)).any())


@contextmanager
def console_progress(*, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """
    Progress bar on the error stream.

    Parameters
    ----------
    quiet
        Whether to show nothing.

    Yields
    ------
    show
        Called with a stage and the share done.
    """
    bar = Progress(
        TextColumn("{task.description:<42}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True, quiet=quiet),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=1.0)

        def show(stage: str, share: float) -> None:
            bar.update(task, description=stage, completed=share)

        yield show


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
