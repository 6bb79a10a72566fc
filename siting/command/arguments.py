"""Arguments that several commands of the command line share, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Sites = Annotated[
    str,
    typer.Option("--sites", help="File of data centres (id, lat, lon, it_load_kw), or: osm"),
]
ZoneSites = Annotated[
    str,
    typer.Option(
        "--sites",
        help="File of data centres (id, lat, lon, it_load_kw), none, or: osm (those of the area)",
    ),
]
Consumers = Annotated[
    str,
    typer.Option("--consumers", help="File of heat consumers (id, lat, lon), or: osm"),
]
ZoneConsumers = Annotated[
    str,
    typer.Option(
        "--consumers",
        help="File of heat consumers (id, lat, lon), a GeoTIFF of heat per cell, or: osm",
    ),
]
Area = Annotated[
    str | None,
    typer.Option(
        "--area",
        help="OpenStreetMap extract, polygon file, west,south,east,north, or a place name "
        "(the last three download an extract once)",
    ),
]
Streets = Annotated[
    str | None, typer.Option("--streets", help="File of street lines instead of the map's")
]
Demand = Annotated[
    list[str] | None,
    typer.Option(
        "--demand",
        help="File of metered heat, energy certificates or a heat map, joined by register number "
        "or place; may be given several times",
    ),
]
Control = Annotated[
    str | None,
    typer.Option(
        "--control",
        help="File of areas with the heat that all in them need (annual_heat_mwh), or a GeoTIFF of "
        "heat per cell; estimates are scaled to it, given figures never",
    ),
]
HeatNetworks = Annotated[
    str | None,
    typer.Option(
        "--heat-networks",
        help="File of existing heat networks that could take heat, or: osm",
    ),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        help="Zone rule, for example class_4 or scotland_baseline; may be given several times. "
        "By default the general classes and the rules of the country",
    ),
]
Zones = Annotated[
    bool,
    typer.Option("--zones", help="Find heat-network zones of the whole area too"),
]
Radius = Annotated[
    float | None,
    typer.Option("--radius", help="Longest route from data centre to consumer, in metres"),
]
ScenarioFile = Annotated[
    Path | None, typer.Option("--scenario", help="TOML file; every key has a default")
]
Weather = Annotated[
    str | None,
    typer.Option(
        "--weather",
        help="EPW or CSV file of hourly outdoor temperature, or: pvgis (downloads once); by default"
        " a typical year of the country",
    ),
]
Grid = Annotated[
    Path | None,
    typer.Option("--grid", help="CSV file of electricity's emission factor by year"),
]
Prices = Annotated[
    Path | None,
    typer.Option(
        "--prices",
        help="CSV file of real prices by year: year, price_base (such as EUR 2024) and any of "
        "electricity_per_mwh, gas_per_mwh, oil_per_mwh, district_heat_per_mwh; by default the "
        "country's, changing as the scenario says",
    ),
]
Compliance = Annotated[
    Path | None,
    typer.Option(
        "--compliance",
        help="CSV file of rules of law and funding; a row adds a rule, or changes that of the "
        "same name. What there is: heatreach assumptions --table compliance_rules",
    ),
]
Tiles = Annotated[
    Path | None,
    typer.Option(
        "--tiles",
        help="TOML file with url (https, {z}, {x}, {y}), attribution and max_zoom of background "
        "tiles for the map; a key in url can be read in map.html. By default the map fetches "
        "nothing",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        min=1,
        help="Processes that plan data centres at the same time; the files are the same byte for "
        "byte",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder for map, tables and layers")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Only problems and the result")]
Json = Annotated[
    bool,
    typer.Option("--json", help="Answer as one JSON document on standard output, for programs"),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Read the inputs and say how much there is to do, how long it should take and how "
        "much memory; compute and write nothing",
    ),
]
