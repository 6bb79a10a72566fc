"""
The command line: thin callers of the siting room.

Every command says in plain words what it read, what it left out and what it found. Mistakes of the
user end in one message and exit code 1, wrong usage in 2, a plan in which a site could not be
served in 3.
"""

from __future__ import annotations

import csv
import logging
import sys
from contextlib import contextmanager
from importlib.metadata import version
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from heatreach.data import TableError

from .errors import FetchError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from .inputs import Inputs
    from .scenario import Scenario
    from .study import Plan

app = typer.Typer(
    name="heatreach",
    help="Which data centre could heat whom, by which pipe, at what cost, for how much carbon.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
OK, REFUSED, PARTIAL = 0, 1, 3

SitesOption = Annotated[
    str,
    typer.Option("--sites", help="File of data centres (id, lat, lon, it_load_kw), or: osm"),
]
ConsumersOption = Annotated[
    str,
    typer.Option("--consumers", help="File of heat consumers (id, lat, lon), or: osm"),
]
AreaOption = Annotated[
    str | None,
    typer.Option(
        "--area",
        help="OpenStreetMap extract, polygon file, west,south,east,north, or a place name "
        "(the last three download an extract once)",
    ),
]
StreetsOption = Annotated[
    str | None, typer.Option("--streets", help="File of street lines instead of the map's")
]
RadiusOption = Annotated[
    float | None, typer.Option("--radius", help="Longest route from data centre to consumer [m]")
]
ScenarioOption = Annotated[
    Path | None, typer.Option("--scenario", help="TOML file; every key has a default")
]
WeatherOption = Annotated[
    str | None,
    typer.Option(
        "--weather",
        help="EPW or CSV file of hourly outdoor temperature, or: pvgis (downloads once); by default"
        " a typical year of the country",
    ),
]
GridOption = Annotated[
    Path | None,
    typer.Option("--grid", help="CSV file of electricity's emission factor by year"),
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for map, tables and layers")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Only problems and the result")]


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
    out: OutOption = Path("heatreach-demo"),
    quiet: QuietOption = False,
) -> None:
    """
    Plan three hypothetical data centres in a real town; no internet needed.

    The town is Karhula in Kotka, Finland, from OpenStreetMap. The data centres are invented and
    said to be so on every output.
    """
    from .demo import demo_extract, demo_sites
    from .scenario import Scenario

    _plan_and_save(
        lambda progress: _read(
            str(demo_sites()), "osm", str(demo_extract()), None, Scenario(), progress
        ),
        Scenario(),
        out,
        quiet=quiet,
    )


@app.command()
def plan(
    sites: SitesOption,
    consumers: ConsumersOption,
    area: AreaOption = None,
    streets: StreetsOption = None,
    weather: WeatherOption = None,
    grid: GridOption = None,
    radius: RadiusOption = None,
    scenario: ScenarioOption = None,
    out: OutOption = Path("heatreach-out"),
    quiet: QuietOption = False,
) -> None:
    """
    Rank links and networks from data centres to heat consumers.

    Example: heatreach plan --sites sites.csv --consumers osm --area town.osm.pbf --out study
    """
    decided = _scenario(scenario, radius)
    _plan_and_save(
        lambda progress: _read(
            sites, consumers, area, streets, decided, progress, weather=weather, grid=grid
        ),
        decided,
        out,
        quiet=quiet,
    )


@app.command()
def check(
    sites: SitesOption,
    consumers: ConsumersOption,
    area: AreaOption = None,
    streets: StreetsOption = None,
    weather: WeatherOption = None,
    grid: GridOption = None,
    radius: RadiusOption = None,
    scenario: ScenarioOption = None,
) -> None:
    """Read the inputs, report everything wrong or doubtful, compute nothing."""
    console = Console(stderr=True)
    decided = _scenario(scenario, radius)
    inputs = _read(
        sites, consumers, area, streets, decided, None, weather=weather, grid=grid
    ).under(decided)
    _say_inputs(console, inputs)
    for row in inputs.sites.itertuples():
        console.print(
            Text(
                f"  {row.id}: {row.it_load_kw:,.0f} kW IT ({row.it_load_source}), water at "
                f"{row.source_degc:.0f} °C ({row.cooling_source}), {row.source_kw:,.0f} kW of heat"
            )
        )
    for use, group in inputs.consumers.groupby("use", dropna=False):
        heat = group["annual_heat_mwh"].sum()
        console.print(Text(f"  {len(group):,} × {use}: {heat:,.0f} MWh a year"))
    console.print("Nothing was computed or written.")


@app.command()
def assumptions(
    table: Annotated[
        str | None, typer.Option("--table", help="Only this table, for example pipes")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table")] = False,
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
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(register[columns].itertuples(index=False))
        return
    _print_register(register)


@app.command()
def fetch(
    place: Annotated[str, typer.Argument(help="Place name or west,south,east,north")],
    radius: Annotated[float, typer.Option("--radius", help="Margin around the place [m]")] = 2000.0,
    refresh: Annotated[bool, typer.Option("--refresh", help="Download again")] = False,
) -> None:
    """Download the OpenStreetMap extract of a place once and print its path."""
    from .fetching.fetch import fetch_place, find_area

    with _progress_bar(quiet=False) as bar:

        def report(done: int, total: int | None) -> None:
            bar("downloading", done / total if total else 0.0)

        path = fetch_place(find_area(place), margin_m=radius, progress=report, refresh=refresh)
    print(path)


def _scenario(path: Path | None, radius: float | None) -> Scenario:
    """Scenario of the file, with the radius of the command line on top."""
    from .scenario import Scenario, read_scenario, scenario_of

    scenario = Scenario() if path is None else read_scenario(path)
    if radius is None:
        return scenario
    values = scenario.model_dump()
    values["search"]["radius_m"] = radius
    return scenario_of(values, name="--radius")


def _read(
    sites: str,
    consumers: str,
    area: str | None,
    streets: str | None,
    scenario: Scenario,
    progress: Callable[[str, float], None] | None,
    *,
    weather: str | None = None,
    grid: Path | None = None,
) -> Inputs:
    """Inputs of a command."""
    from .gathering import read_inputs

    return read_inputs(
        sites=sites,
        consumers=consumers,
        area=area,
        streets=streets,
        weather=weather,
        grid=grid,
        scenario=scenario,
        progress=progress,
    )


def _plan_and_save(
    read: Callable[[Callable[[str, float], None]], Inputs],
    scenario: Scenario,
    out: Path,
    *,
    quiet: bool,
) -> None:
    """Read, plan, save and say what came out."""
    from .study import plan as make_plan

    console = Console(stderr=True, quiet=quiet)
    with _progress_bar(quiet=quiet) as bar:
        inputs = read(lambda stage, share: bar(stage, 0.3 * share))
        finished = make_plan(
            inputs, scenario, progress=lambda stage, share: bar(stage, 0.3 + 0.6 * share)
        )
        bar("writing map, tables and layers", 0.95)
        finished.save(out)
        bar("done", 1.0)
    _say_inputs(console, inputs)
    output = Console()
    output.print(_ranking(finished))
    for row in finished.projects[finished.projects["status"] != "ok"].itertuples():
        output.print(Text(f"No network for {_site_name(row)}: {row.reason}."))
    print(f"Map: {(out / 'map.html').resolve()}")
    print(finished.summary)
    if finished.partial:
        raise typer.Exit(PARTIAL)


@contextmanager
def _progress_bar(*, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """Progress bar on the error stream; what it yields sets stage and share done."""
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


def _say_inputs(console: Console, inputs: Inputs) -> None:
    """What was read, left out and doubted."""
    console.print(
        f"Read {len(inputs.sites):,} data centres, {len(inputs.consumers):,} consumers and "
        f"{inputs.streets.length_m.sum() / 1e3:,.0f} km of streets"
        f"{f' in {inputs.country}' if inputs.country else ''}; lengths in {inputs.crs.name}."
    )
    for what, count in inputs.left_out.items():
        console.print(Text(f"  left out: {count:,} {what}"))
    for doubt in inputs.doubts:
        console.print(Text(f"  look at this: {doubt}"), style="yellow")


def _ranking(plan: Plan) -> Table:
    """Ranked projects as a table that fits a terminal of 80 columns."""
    title = f"Heat networks by rank; money in {plan.money}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("Data centre", min_width=16, overflow="fold")
    currency = plan.money.split()[0]
    headings = ("Heated", "MWh/yr", "km", "COP", "tCO2e/yr", "NPV M", f"{currency}/MWh")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in plan.projects.itertuples():
        table.add_row(*(Text(cell) for cell in _ranking_cells(row)))
    return table


def _ranking_cells(row: Any) -> list[str]:
    """Cells of one project; those that cannot be built show no figures."""
    name = _site_name(row)
    if row.status != "ok":
        return ["–", name]
    return [
        str(row.rank),
        name,
        f"{row.consumers:,}",
        f"{row.heat_mwh:,.0f}",
        f"{row.trench_m / 1e3:,.1f}",
        "direct" if isnan(row.cop) else f"{row.cop:.1f}",
        f"{row.avoided_t_co2e:,.0f}",
        f"{row.npv / 1e6:,.2f}",
        f"{row.lcoh_per_mwh:,.0f}",
    ]


def _site_name(row: Any) -> str:
    """Name of a site, called hypothetical if it is and its name does not say so."""
    said = not row.hypothetical or "hypothetical" in str(row.name).lower()
    return str(row.name) if said else f"{row.name} (hypothetical)"


def _print_register(register: pd.DataFrame) -> None:
    """The register as a table for the terminal."""
    table = Table(title=f"{len(register):,} assumptions")
    for column in ("Figure", "Value", "Range", "Unit", "Source"):
        table.add_column(column, overflow="fold")
    for row in register.itertuples():
        table.add_row(*(Text(cell) for cell in _register_cells(row)))
    Console().print(table)


def _register_cells(row: Any) -> tuple[str, ...]:
    """Cells of one assumption."""
    unit = "" if row.unit == "dimensionless" else row.unit
    base = f" ({row.price_base})" if row.price_base else ""
    return (row.key, f"{row.value:g}", f"{row.low:g} to {row.high:g}", unit + base, row.source)


def main() -> None:
    """Run the command line; mistakes of the user become one message and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        app()
    except (InputError, FetchError, TableError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(REFUSED) from None
