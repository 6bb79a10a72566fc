"""Commands on the folder of a finished run: show it, and write a report from it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from . import arguments as given
from .answers import DONE, say_json
from .opening import MAP, REPORT, is_unchanged, page_of, show

Paper = Literal["a4", "a3"]


def open_folder(
    folder: Annotated[Path, typer.Argument(help="Folder that a run wrote")],
    report: Annotated[bool, typer.Option("--report", help="The report, not the map")] = False,
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Show the map or the report of a finished run in the browser, and print its path.

    Example: heatreach open heatreach-demo
    """
    page = page_of(folder, REPORT if report else MAP)
    unchanged = is_unchanged(page)
    if not unchanged:
        print(f"{page.name} was changed after heatreach wrote it.", file=sys.stderr)
    shown = show(page)
    if as_json:
        say_json("open", DONE, {"page": str(page), "opened": shown, "unchanged": unchanged})
        return
    print(page)
    if not shown and not quiet:
        print("No browser with a window was found; open this file in one.", file=sys.stderr)


def report(
    folder: Annotated[Path, typer.Argument(help="Folder that a run wrote")],
    project: Annotated[
        list[str] | None,
        typer.Option(
            "--project",
            help="Project to show, by its id or its data centre's; may be given several times. "
            "The report then holds nothing of the others",
        ),
    ] = None,
    paper: Annotated[
        Paper, typer.Option("--paper", help="Size of the paper that the report is printed on")
    ] = "a4",
    out: Annotated[Path, typer.Option("--out", help="File to write")] = Path(
        "heatreach-report.html"
    ),
    as_json: given.Json = False,
    quiet: given.Quiet = False,
) -> None:
    """
    Write a report from the folder of an earlier run, without planning again.

    Example: heatreach report study --project S1 --out client.html

    Example: heatreach report study --paper a3 --out board.html

    The folder must be as the run wrote it: changed tables are refused.
    """
    from ..saved import read_plan
    from .reporting import refuse_place, wanted_projects, write_report

    refuse_place(out)
    saved = read_plan(folder)
    shown = wanted_projects(saved, project or ())
    write_report(saved.report(shown, paper=paper), out)
    if as_json:
        ids = shown or saved.projects["project_id"].tolist()
        say_json("report", DONE, {"report": str(out), "paper": paper, "projects": ids})
        return
    print(out)
    if not quiet:
        count = f"{len(shown):,} of " if shown else ""
        print(
            f"Report on {count}{len(saved.projects):,} projects of {folder}; nothing was planned "
            "again.",
            file=sys.stderr,
        )
