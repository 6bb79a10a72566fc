"""
The folder of an earlier run, checked before anything in it is believed.

The record says which files there were and what they held. A folder is refused, with everything
that is wrong at once, if a file that is read is missing, leads elsewhere or was changed. Times do
not count, nor what is not read (maps, workbooks and texts may have been changed by their readers).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pyproj import CRS
from pyproj.exceptions import CRSError

from ..errors import InputError, Problem
from ..scenario import Scenario
from ..writing.atomic import RECORD
from ..writing.handout import FORM
from ..writing.layers.digest import layers_digest
from ..writing.record import seal_of
from .findings import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LARGEST_RECORD_BYTES = 2**26
WORDS = ("money", "summary", "attribution", "data_date", "crs")
"""What a record says of a plan besides the number of its form."""
AGAIN = "run the study again, or give the folder as the run wrote it"
TEXTS = ("run_id", "country", "weather", "data_date")
SHARED = ("files", "layers", "inputs", "content", "versions")
COUNTS = ("left_out", "zones_left_out")
TERMS = {"discount_rate_share", "life_years", "basis"}
"""Options of a section on money that a report cannot do without."""


def read_record(folder: Path) -> dict[str, Any]:
    """
    The record of a finished plan.

    Parameters
    ----------
    folder
        Folder that `Plan.save` wrote.

    Returns
    -------
    record
        Content of ``run.json``.

    Raises
    ------
    InputError
        If the folder holds no plan, its record was changed, or it was written in another form.
    """
    path = folder / RECORD
    if not folder.is_dir():
        raise _refused(folder, "there is no such folder", "give the folder of a run: its --out")
    try:
        has_record = path.is_file() and path.stat().st_size <= LARGEST_RECORD_BYTES
    except OSError as error:
        what = f"cannot be looked at ({error.strerror or error})"
        raise _refused(folder, what, "check the permissions") from error
    if path.is_symlink() or not has_record:
        raise _refused(folder, f"holds no {RECORD} of a run", "give the folder of a finished run")
    try:
        record = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        is_ours = isinstance(record, dict) and record.get("program") == "heatreach"
    except (OSError, ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise _refused(folder, f"its {RECORD} is not one of heatreach", AGAIN)
    _refuse_other_forms(folder, record)
    if not _is_sealed(record) or not _is_sound(record):
        raise _refused(folder, f"{RECORD} was changed after heatreach wrote it", AGAIN)
    return dict(record)


def _no_number(word: str) -> float:
    """Refuse the words NaN and Infinity, which are not JSON and which we never write."""
    raise ValueError(word)


def _is_sealed(record: Mapping[str, Any]) -> bool:
    """Whether the seal is that of the record; there is none for one that we could not write."""
    try:
        return bool(record.get("seal") == seal_of(record))
    except (ValueError, RecursionError):
        return False


def _is_sound(record: Mapping[str, Any]) -> bool:
    """Whether the parts of a record are what they should be."""
    about, zones = record["plan"], record.get("zones", {})
    words = [about.get(name) for name in WORDS] + (
        [about.get("zones")] if "zones" in record else []
    )
    warnings = record.get("warnings", [])
    return (
        "files" in record
        and all(isinstance(word, str) for word in words)
        and all(_is_map(record.get(name, {}), (str,)) for name in SHARED)
        and _is_map({name: record.get(name) for name in TEXTS}, (str, type(None)))
        and _is_map(record.get("seeds", {}), (int,))
        and isinstance(warnings, list)
        and all(isinstance(warning, str) for warning in warnings)
        and isinstance(zones, dict)
        and all(_is_map(part.get(name, {}), (int,)) for part in (record, zones) for name in COUNTS)
        and _are_options(record.get("options", {}))
        and _is_crs(about["crs"])
    )


def _is_map(part: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a part of a record is a mapping of texts to such values; no truth is a number."""
    return isinstance(part, dict) and all(
        isinstance(value, kinds) and not isinstance(value, bool) for value in part.values()
    )


def _are_options(options: Any) -> bool:
    """Whether options are decisions as a scenario takes them; unknown ones are only shown."""
    if not _is_map(options, (str, float, int, dict, type(None))):
        return False
    sections: dict[str, Any] = {
        name: field.annotation.model_fields
        for name, field in Scenario.model_fields.items()
        if name in options and field.annotation is not None
    }
    plain = (str, float, int, type(None))
    if not all(_is_map(part, plain) for part in options.values() if isinstance(part, dict)):
        return False
    if not all(isinstance(options[name], dict) for name in sections):
        return False
    known = {
        name: {key: value for key, value in options[name].items() if key in keys}
        for name, keys in sections.items()
    }
    try:
        Scenario.model_validate(known, strict=True)
    except ValidationError:
        return False
    return "economics" not in known or known["economics"].keys() >= TERMS


def _is_crs(text: str) -> bool:
    """Whether a text names a coordinate system in metres."""
    try:
        return CRS.from_user_input(text).is_projected
    except (CRSError, ValueError):
        return False


def _refuse_other_forms(folder: Path, record: Mapping[str, Any]) -> None:
    """Refuse a folder of zones alone, and one written by a version with other files."""
    versions, about = record.get("versions"), record.get("plan")
    by = versions.get("heatreach") if isinstance(versions, dict) else None
    if not isinstance(about, dict):
        if "rules" in record:
            what = "holds zones without a plan"
            raise _refused(folder, what, "give the folder of heatreach plan or demo")
        about = {}
    if about.get("form") != FORM:
        was = "no form" if "form" not in about else f"form {printable(str(about['form']))[:20]}"
        maker = f"heatreach {printable(str(by))[:40]}" if by else "an unknown version of heatreach"
        what = f"was written by {maker} with {was}; this version reads form {FORM}"
        raise _refused(folder, what, "run the study again with this version")


def refuse_changed(folder: Path, record: Mapping[str, Any], names: Sequence[str]) -> None:
    """
    Refuse a folder in which a file is missing, leads elsewhere or was changed.

    Parameters
    ----------
    folder
        Folder of a run.
    record
        Its record.
    names
        Files that are going to be read.

    Raises
    ------
    InputError
        With every such file.
    """
    problems = []
    for name in names:
        what = _fault(folder, record, name)
        if what:
            where = str(folder / name)
            problems.append(Problem(file=printable(where), where="", what=what, advice=AGAIN))
    if problems:
        raise InputError(problems)


def _fault(folder: Path, record: Mapping[str, Any], name: str) -> str:
    """What is wrong with one file; blank for nothing."""
    path = folder / name
    if name not in record["files"]:
        return f"{RECORD} does not name it"
    if path.is_symlink():
        return "is a link that may lead out of the folder"
    if not path.is_file():
        return "is missing"
    try:
        same = hashlib.sha256(path.read_bytes()).hexdigest() == record["files"][name]
        if not same and name in record.get("layers", {}):
            # Another program may have touched the file without changing what it says.
            same = layers_digest(path) == record["layers"][name]
    except (OSError, ValueError, sqlite3.Error) as error:
        return f"cannot be read ({printable(str(error))[:80]})"
    return "" if same else "was changed after heatreach wrote it"


def _refused(folder: Path, what: str, advice: str) -> InputError:
    """The refusal of a folder as a whole."""
    problem = Problem(file=printable(str(folder)), where="", what=what, advice=advice)
    return InputError([problem])
