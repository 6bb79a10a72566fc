"""
The folder a run hands out: every file written whole, equal plans giving equal bytes.

Only ``run.json`` may differ between two equal runs, and there only in ``timings`` and
``created``. It lists the other files with their SHA-256, so a reader can tell whether the
folder is complete and unchanged.
"""

from __future__ import annotations

import hashlib
import json
import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .atomic import RECORD, whole_files
from .layers import write_layers
from .map_features import hypothetical_note, is_hypothetical
from .maps import draw_map
from .sheets import write_assumptions, write_columns, write_edges, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .results import FinishedPlan

CONTENTS = {
    "map.html": "map of the plan; opens in any browser, needs no internet",
    "projects.csv": "one heat network per data centre, ranked",
    "links.csv": "each data centre with each consumer in reach, ranked; status says why not",
    "options.csv": "each link with every way to make its heat, the chosen one marked",
    "edges.parquet": "trench sections of all networks with pipe sizes (GeoParquet)",
    "plan.gpkg": "the same as layers for QGIS (GeoPackage)",
    "assumptions.csv": "every assumed figure with its range, unit and source",
    "columns.csv": "meaning, unit and price base of every column",
    RECORD: "versions, inputs with their hashes, options, warnings, hashes of these files",
    "README.txt": "this text",
}


def save(plan: FinishedPlan, out_dir: Path | str) -> tuple[Path, ...]:
    """
    Write every file of a plan into one folder.

    Parameters
    ----------
    plan
        A finished plan.
    out_dir
        Folder to write to; made if it does not exist. Files of an earlier run are replaced,
        all others are left alone.

    Returns
    -------
    paths
        The files written.

    Raises
    ------
    InputError
        If the folder is a file, cannot be written to, or holds files of the same names that
        heatreach did not write. Then nothing has been written.
    """
    folder = Path(out_dir)
    with whole_files(folder, tuple(CONTENTS)) as scratch:
        _write_all(plan, scratch)
    return tuple(folder / name for name in CONTENTS)


def _write_all(plan: FinishedPlan, scratch: Path) -> None:
    """Write every file, the record last because it holds the hashes of the others."""
    _write_text(scratch / "map.html", draw_map(plan))
    write_layers(plan, scratch / "plan.gpkg")
    write_table(plan.links, scratch / "links.csv", table="links")
    write_table(plan.options, scratch / "options.csv", table="options")
    write_table(plan.projects, scratch / "projects.csv", table="projects")
    write_edges(plan.edges, scratch / "edges.parquet")
    write_assumptions(plan.assumptions, scratch / "assumptions.csv")
    write_columns(scratch / "columns.csv", money=plan.money)
    _write_text(scratch / "README.txt", _readme(plan))
    hashes = {path.name: _sha256(path) for path in sorted(scratch.iterdir())}
    _write_text(scratch / RECORD, run_record(plan.run, files=hashes))


def run_record(run: Mapping[str, Any], *, files: Mapping[str, str]) -> str:
    """
    The record of a run as JSON, keys in alphabetical order.

    Parameters
    ----------
    run
        Versions, hashes of inputs, options, warnings, timings.
    files
        SHA-256 of each file written.

    Returns
    -------
    text
        JSON; numbers that are not finite become null.

    Examples
    --------
    >>> print(run_record({"options": {"radius_m": 2000}}, files={}), end="")
    {
      "files": {},
      "options": {
        "radius_m": 2000
      },
      "program": "heatreach"
    }
    """
    record = _plain({**run, "program": "heatreach", "files": dict(files)})
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n"


def _plain(value: Any) -> Any:
    """A value made of what JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, (np.generic, np.ndarray)):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _readme(plan: FinishedPlan) -> str:
    """What each file is, for whoever finds the folder."""
    width = max(map(len, CONTENTS))
    files = "\n".join(f"  {name:<{width}}  {what}" for name, what in CONTENTS.items())
    note = hypothetical_note(is_hypothetical(plan.inputs.sites))
    opening = f"{note}\n\n{plan.summary}" if note else plan.summary
    return (
        "A heat-reuse plan made by heatreach.\n\n"
        f"{opening}\n\n"
        f"{files}\n\n"
        f"Money is in {plan.money}. Data of {plan.inputs.data_date}. {plan.inputs.attribution}\n\n"
        "A text in a CSV file that begins like a formula (= + - @ or a tab) carries a leading\n"
        "apostrophe, so that a spreadsheet shows it and does not run it.\n"
        "The next run into this folder replaces these files; keep your own elsewhere.\n"
    )


def _write_text(path: Path, text: str) -> None:
    """Write UTF-8 with plain line ends, also where the system would use others."""
    path.write_bytes(text.encode("utf-8", errors="backslashreplace"))


def _sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
