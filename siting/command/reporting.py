"""Write a report from the folder of an earlier run: what may be asked, and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError, Problem, UnknownIdError
from ..project import project_of
from ..reading.findings import printable
from ..writing.atomic import claimed_files, whole_file
from ..writing.report.document import GENERATOR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..saved import SavedPlan

HEAD_BYTES = 4096
"""How much of a file is looked at to tell one of our reports."""


def wanted_projects(plan: SavedPlan, names: Sequence[str]) -> list[str]:
    """
    Projects that were asked for.

    Parameters
    ----------
    plan
        A study read back.
    names
        Projects by id, or by that of their site.

    Returns
    -------
    ids
        Identifiers of the projects, each once, in the order asked for.

    Raises
    ------
    InputError
        With every name that no project has.
    """
    found, problems = [], []
    for name in names:
        try:
            found.append(str(project_of(plan, name).row["project_id"]))
        except UnknownIdError as error:
            what, _, advice = str(error).partition("; ")
            problems.append(Problem(file="--project", where="", what=what, advice=advice))
    if problems:
        raise InputError(problems)
    return list(dict.fromkeys(found))


def refuse_place(path: Path) -> None:
    """
    Refuse a place where a report would take something away.

    Parameters
    ----------
    path
        File that is to be written; an older report there may be replaced.

    Raises
    ------
    InputError
        If it belongs to a run or to somebody else, is no file, or cannot be looked at.
    """
    try:
        what = _fault(path)
    except OSError as error:
        raise _refused(path, f"cannot be looked at ({error.strerror or error})") from error
    if what:
        raise _refused(path, what)


def _fault(path: Path) -> str:
    """What is wrong with a place to write to; blank for nothing."""
    if path.is_symlink():
        return "is a link, and what it leads to would be left behind"
    if path.is_dir():
        return "is a folder, not a file"
    if not path.parent.is_dir():
        return "cannot be written (there is no such folder)"
    # Some file systems take no notice of capitals.
    claimed = {name.casefold() for name in claimed_files(path.parent.resolve())}
    if path.name.casefold() in claimed:
        return "is a file of a run, which must stay as it is"
    if path.exists() and not path.is_file():
        return "is no file that could be replaced"
    if path.exists() and not _is_report(path):
        return "was not written by this command and would be overwritten"
    return ""


def write_report(html: str, path: Path) -> None:
    """
    Write a report whole, over an older report but over nothing else.

    Parameters
    ----------
    html
        The page.
    path
        File to write.

    Raises
    ------
    InputError
        If `refuse_place` refuses it, or it cannot be written.
    """
    refuse_place(path)
    try:
        whole_file(path, html)
    except OSError as error:
        raise _refused(path, f"cannot be written ({error.strerror or error})") from error


def _is_report(path: Path) -> bool:
    """Whether a file begins like one of our reports."""
    with path.open("rb") as handle:
        return GENERATOR.encode() in handle.read(HEAD_BYTES)


def _refused(path: Path, what: str) -> InputError:
    """The refusal of a place to write to."""
    advice = "name another file with --out"
    return InputError([Problem(file=printable(str(path)), where="", what=what, advice=advice)])
