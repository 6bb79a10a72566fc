"""
The command line: thin callers of the siting room.

Every command says in plain words what it read, what it left out and what it found; with ``--json``
it answers in one JSON document instead. Mistakes of the user end in one message and exit code 1,
wrong usage in 2, a plan in which a site could not be served in 3.
"""

from __future__ import annotations

import csv
import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from heatreach.data import TableError

from .command import arguments as given
from .command.answers import (
    DONE,
    FAILED_WORD,
    REFUSED_WORD,
    inputs_answer,
    problems_answer,
    say_json,
    table_rows,
)
from .command.finished import open_folder, report
from .command.progress import console_progress
from .command.runs import REFUSED, plan_and_save, read_files, scenario_of_command, zone_and_save
from .command.saying import Manner, say_controls, say_inputs
from .command.words import register_table, sources_table, totals_table
from .errors import FetchError, InputError, WorkerError

app = typer.Typer(
    name="heatreach",
    help="Which data centre could heat whom, by which pipe, at what cost, for how much carbon.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(show: bool) -> None:
    """Print the version and stop."""
    if show:
        print(f"heatreach {version('heatreach')}")
        raise typer.Exit


@app.callback()
def _main(
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version")
    ] = False,
) -> None:
    """Find out which data centre could heat whom."""


@app.command()
def demo(
    out: given.Out = Path("heatreach-demo"),
    zones: given.Zones = False,
    tiles: given.Tiles = None,
    workers: given.Workers = 1,
    dry_run: given.DryRun = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Plan three hypothetical data centres in a real town; no internet needed.

    The town is Karhula in Kotka, Finland, from OpenStreetMap. The data centres are invented and
    said to be so on every output.
    """
    from .demo import demo_extract, demo_sites
    from .scenario import Scenario

    files = {"sites": str(demo_sites()), "consumers": "osm", "area": str(demo_extract())}
    manner = Manner(command="demo", quiet=quiet, as_json=as_json, dry_run=dry_run)
    plan_and_save(files, Scenario(), out, zones=zones, tiles=tiles, workers=workers, manner=manner)


@app.command()
def plan(
    sites: given.Sites,
    consumers: given.Consumers,
    area: given.Area = None,
    streets: given.Streets = None,
    demand: given.Demand = None,
    control: given.Control = None,
    heat_networks: given.HeatNetworks = None,
    weather: given.Weather = None,
    grid: given.Grid = None,
    prices: given.Prices = None,
    compliance: given.Compliance = None,
    radius: given.Radius = None,
    scenario: given.ScenarioFile = None,
    zones: given.Zones = False,
    rule: given.Rules = None,
    out: given.Out = Path("heatreach-out"),
    tiles: given.Tiles = None,
    workers: given.Workers = 1,
    dry_run: given.DryRun = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Rank links and networks from data centres to heat consumers.

    Example: heatreach plan --sites sites.csv --consumers osm --area town.osm.pbf --out study

    With --zones, heat-network zones of the whole area are found too; with --dry-run it is only said
    how much there is to do and how long it should take.
    """
    files = {
        "sites": sites,
        "consumers": consumers,
        "area": area,
        "streets": streets,
        "demand": demand or (),
        "control": control,
        "heat_networks": heat_networks,
        "weather": weather,
        "grid": grid,
        "prices": prices,
        "compliance": compliance,
    }
    decided = scenario_of_command(scenario, radius)
    manner = Manner(command="plan", quiet=quiet, as_json=as_json, dry_run=dry_run)
    plan_and_save(
        files, decided, out, zones=zones, rules=rule, tiles=tiles, workers=workers, manner=manner
    )


@app.command()
def zone(
    area: given.Area = None,
    consumers: given.ZoneConsumers = "osm",
    sites: given.ZoneSites = "osm",
    streets: given.Streets = None,
    rule: given.Rules = None,
    demand: given.Demand = None,
    control: given.Control = None,
    heat_networks: given.HeatNetworks = None,
    weather: given.Weather = None,
    radius: given.Radius = None,
    scenario: given.ScenarioFile = None,
    out: given.Out = Path("heatreach-zones"),
    tiles: given.Tiles = None,
    dry_run: given.DryRun = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Find heat-network zones: where heat is dense, who is in it, what could feed it.

    Example: heatreach zone --area town.osm.pbf --rule class_4 --rule scotland_baseline --out zones

    Example: heatreach zone --area town.osm.pbf --demand meters.csv --control wards.gpkg

    Zones are indicative: rules of thumb on open data, no designation.

    Where no data centre is known, zones are found all the same.

    Exit code 3: a control total could not be met.
    """
    files = {
        "sites": sites,
        "consumers": consumers,
        "area": area,
        "streets": streets,
        "demand": demand or (),
        "control": control,
        "heat_networks": heat_networks,
        "weather": weather,
    }
    decided = scenario_of_command(scenario, radius)
    manner = Manner(command="zone", quiet=quiet, as_json=as_json, dry_run=dry_run)
    zone_and_save(files, decided, out, rules=rule, tiles=tiles, manner=manner)


@app.command()
def check(
    sites: given.Sites,
    consumers: given.Consumers,
    area: given.Area = None,
    streets: given.Streets = None,
    demand: given.Demand = None,
    control: given.Control = None,
    heat_networks: given.HeatNetworks = None,
    weather: given.Weather = None,
    grid: given.Grid = None,
    prices: given.Prices = None,
    compliance: given.Compliance = None,
    radius: given.Radius = None,
    scenario: given.ScenarioFile = None,
    zones: given.Zones = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Read the inputs, report everything wrong or doubtful, compute nothing.

    Heat is listed by kind of use, with what told the use and how sure it is; with --zones that of
    the whole area.
    """
    from .consumers.totals import demand_totals

    console = Console(stderr=True, quiet=quiet)
    files = {
        "sites": sites,
        "consumers": consumers,
        "area": area,
        "streets": streets,
        "demand": demand or (),
        "control": control,
        "heat_networks": heat_networks,
        "weather": weather,
        "grid": grid,
        "prices": prices,
        "compliance": compliance,
    }
    decided = scenario_of_command(scenario, radius)
    inputs = read_files(files, decided, None, zones=zones).under(decided)
    totals = demand_totals(inputs.everywhere if zones else inputs.consumers)
    if as_json:
        found = {
            **inputs_answer(inputs),
            "sites": table_rows(inputs.sites),
            "demand_totals": table_rows(totals),
            "reconciliation": table_rows(inputs.reconciliation),
        }
        say_json("check", DONE, found)
        return
    say_inputs(console, inputs)
    for row in inputs.sites.itertuples():
        console.print(
            Text(
                f"  {row.id}: {row.it_load_kw:,.0f} kW IT ({row.it_load_source}), water at "
                f"{row.source_degc:.0f} °C ({row.cooling_source}), {row.source_kw:,.0f} kW of heat"
            )
        )
    console.print(totals_table(totals))
    console.print(sources_table(totals))
    say_controls(console, inputs)
    console.print("Nothing was computed or written.")


@app.command()
def assumptions(
    table: Annotated[
        str | None, typer.Option("--table", help="Only this table, for example pipes")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table")] = False,
    as_json: given.Json = False,
) -> None:
    """List every default: value, unit, range and source."""
    from .register import all_assumptions

    register = all_assumptions()
    if table is not None:
        known = sorted(register["key"].str.split("/").str[0].unique())
        if table not in known:
            raise typer.BadParameter(f"no table {table!r}; there are: {', '.join(known)}")
        register = register[register["key"].str.startswith(f"{table}/")]
    columns = ["key", "value", "low", "high", "unit", "price_base", "source", "locator", "note"]
    if as_json:
        say_json("assumptions", DONE, {"assumptions": table_rows(register[columns])})
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(register[columns].itertuples(index=False))
    else:
        Console().print(register_table(register))


@app.command()
def fetch(
    place: Annotated[str, typer.Argument(help="Place name or west,south,east,north")],
    radius: Annotated[float, typer.Option("--radius", help="Margin around the place [m]")] = 2000.0,
    refresh: Annotated[bool, typer.Option("--refresh", help="Download again")] = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """Download the OpenStreetMap extract of a place once and print its path."""
    from .fetching.fetch import fetch_place, find_area

    with console_progress(quiet=quiet) as bar:

        def report(done: int, total: int | None) -> None:
            bar("downloading", done / total if total else 0.0)

        path = fetch_place(find_area(place), margin_m=radius, progress=report, refresh=refresh)
    if as_json:
        say_json("fetch", DONE, {"extract": str(path)})
    else:
        print(path)


app.command("open")(open_folder)
app.command()(report)


def main() -> None:
    """Run the command line; mistakes of the user become one message and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        app()
    except (InputError, FetchError, TableError, WorkerError) as error:
        print(error, file=sys.stderr)
        if "--json" in sys.argv[1:]:
            _refuse_for_programs(error)
        raise SystemExit(REFUSED) from None


def _refuse_for_programs(error: Exception) -> None:
    """The same message as JSON, with every problem by itself."""
    refused = isinstance(error, InputError)
    problems = problems_answer(error.problems if isinstance(error, InputError) else ())
    status = REFUSED_WORD if refused else FAILED_WORD
    say_json(sys.argv[1], status, {"message": str(error), **problems})
