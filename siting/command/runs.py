"""
What the commands that compute have in common: read, compute with a progress bar, save, say.

Folders appear whole or not at all; what could not be done of what was asked ends in exit code 3.
With ``as_json`` the answer is one JSON document on standard output, with ``dry_run`` it is what
the run would take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from ..consumers.reconcile import NO_ESTIMATES
from .progress import console_progress
from .saying import say_dry_run, say_found, say_inputs, say_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ..inputs import Inputs
    from ..reading.tile_source import TileSource
    from ..scenario import Scenario
    from .saying import Manner

REFUSED, PARTIAL = 1, 3
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
    manner: Manner,
    zones: bool = False,
    rules: Sequence[str] | None = None,
    tiles: Path | None = None,
    workers: int = 1,
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
    manner
        How to answer.
    zones
        Whether to find heat-network zones too; a rule that is named asks for them as well.
    rules
        Names of zone rules.
    tiles
        File that names the background of the map; none for nothing.
    workers
        How many processes share the work.

    Raises
    ------
    Exit
        With code 3 if something that was asked for could not be done.
    """
    from ..inputs import refuse_nothing_to_plan
    from ..study import plan as make_plan
    from .dry_run import stages_of
    from .forecast import WRITING, expected, size_of

    zones = zones or bool(rules)
    background = _tiles_named(tiles)
    with console_progress(quiet=manner.quiet, waits=True) as bar:
        inputs = read_files(
            files, scenario, lambda stage, share: bar(stage, 0.3 * share), zones=zones
        )
        refuse_nothing_to_plan(inputs)
        size = size_of(inputs, scenario, zones=zones, rules=rules)
        if not manner.dry_run:
            bar.expect(expected(stages_of(size, plans=True)))
            finished = make_plan(
                inputs, scenario, progress=bar, zones=zones, rules=rules, workers=workers
            )
            bar(WRITING, 0.95)
            written = finished.save(out, tiles=background)
            bar("done", 1.0)
    say_inputs(Console(stderr=True, quiet=manner.quiet), inputs)
    if manner.dry_run:
        say_dry_run(size, manner, inputs, plans=True)
        return
    partial = finished.partial or _control_missed(inputs, files)
    say_plan(finished, written, manner, partial=partial)
    if partial:
        raise typer.Exit(PARTIAL)


def zone_and_save(
    files: Mapping[str, Any],
    scenario: Scenario,
    out: Path,
    *,
    rules: Sequence[str] | None,
    manner: Manner,
    tiles: Path | None = None,
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
    manner
        How to answer.
    tiles
        File that names the background of the map; none for nothing.

    Raises
    ------
    Exit
        With code 3 if a control total could not be met.
    """
    from ..zones import zone as find_zones
    from ..zoning.rules import zone_rules
    from .dry_run import stages_of
    from .forecast import WRITING, expected, size_of

    zone_rules(rules)
    background = _tiles_named(tiles)
    with console_progress(quiet=manner.quiet, waits=True) as bar:
        inputs = read_files(
            files, scenario, lambda stage, share: bar(stage, 0.4 * share), zones=True
        )
        size = size_of(inputs, scenario, zones=True, rules=rules)
        if not manner.dry_run:
            bar.expect(expected(stages_of(size, plans=False)))
            found = find_zones(inputs, scenario, rules=rules, progress=bar)
            bar(WRITING, 0.95)
            written = found.save(out, tiles=background)
            bar("done", 1.0)
    say_inputs(Console(stderr=True, quiet=manner.quiet), inputs)
    if manner.dry_run:
        say_dry_run(size, manner, inputs, plans=False)
        return
    partial = _control_missed(inputs, files)
    say_found(found, written, manner, partial=partial)
    if partial:
        raise typer.Exit(PARTIAL)


def _tiles_named(path: Path | None) -> TileSource | None:
    """The background of the map, looked at before anything is computed."""
    from ..reading.tile_source import read_tile_source

    return None if path is None else read_tile_source(path)


def _control_missed(inputs: Inputs, files: Mapping[str, Any]) -> bool:
    """
    Whether a control total could not be met.

    A raster shows heat also where the map has no building; that is no failure of its other cells.
    """
    status = inputs.reconciliation["status"]
    is_raster = str(files.get("control") or "").lower().endswith(RASTERS)
    fine = ["ok", NO_ESTIMATES] if is_raster else ["ok"]
    return bool((~status.isin(fine)).any())
