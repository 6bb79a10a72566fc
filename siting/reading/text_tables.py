"""
Tables of text: CSV with comma, semicolon or tab, and Excel workbooks.

The separator and the row of the header are the ones that show most known column names. Formulas
of a workbook count by their stored results. Places in columns are made in `text_places`.
"""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import closing
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import Problem
from .archives import checked_members
from .findings import examples, printable
from .raw import MAX_BYTES, RawTable, chosen_title, decoded, refusal, refuse_repeated
from .values import as_texts, uses_decimal_comma

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

_HEADER_SEARCH_ROWS = 20


def read_csv(path: Path, known: set[str]) -> RawTable:
    """
    Read CSV; the separator that shows most known columns wins.

    Parameters
    ----------
    path
        The file.
    known
        Column names in lower case by which the header is recognised.

    Returns
    -------
    table
        Rows below the header as texts, blanks as None.

    Raises
    ------
    InputError
        If it is not UTF-8, has unclosed quotation marks, ragged rows or repeated columns.
    """
    text = decoded(path)
    tries = {mark: _csv_rows(path.name, text, mark, _HEADER_SEARCH_ROWS) for mark in ",;\t"}
    mark = max(tries, key=lambda m: _header(tries[m][0], known)[1:])
    cells, lines = _csv_rows(path.name, text, mark, None)
    return _table(path.name, cells, lines, known, comma_is_mark=mark == ",")


def read_xlsx(path: Path, layer: str, known: set[str]) -> RawTable:
    """
    Read the sheet named like the table, or the only sheet with content.

    Parameters
    ----------
    path
        The workbook.
    layer
        Name of the sheet to prefer.
    known
        Column names in lower case by which the header is recognised.

    Returns
    -------
    table
        Rows below the header; formulas by their stored results.

    Raises
    ------
    InputError
        If it is no workbook, the sheet cannot be told, or formulas have no results.
    """
    with zipfile.ZipFile(path) as archive:
        checked_members(path.name, archive)
        if "[Content_Types].xml" not in archive.namelist():
            advice = "give the original workbook; a zipped shapefile must end in .zip"
            raise refusal(path.name, "is a zip archive but no Excel workbook", advice)
    sheets = _sheets(path, data_only=True)
    filled = [title for title, rows in sheets.items() if rows[0]]
    formulas = _sheets(path, data_only=False)
    chosen = chosen_title(
        path.name, "sheet", filled or [t for t, r in formulas.items() if r[0]], layer
    )
    _refuse_uncomputed(path.name, sheets[chosen], formulas[chosen])
    cells, lines = sheets[chosen]
    return _table(path.name, cells, lines, known)


def _csv_rows(
    name: str, text: str, mark: str, limit: int | None
) -> tuple[list[list[Any]], list[int]]:
    """Rows that are not blank, and the line each ends on."""
    before = csv.field_size_limit(MAX_BYTES - 1)
    cells: list[list[Any]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=limit is None)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                cells.append(row)
                lines.append(reader.line_num)
            if limit is not None and len(cells) >= limit:
                break
    except csv.Error as error:
        what = f"has a misplaced or unclosed quotation mark ({error})"
        advice = 'double every " inside a quoted cell; the file may also be cut off'
        raise refusal(name, what, advice, where=f"line {reader.line_num}") from error
    finally:
        csv.field_size_limit(before)
    return cells, lines


def _header(cells: Sequence[Sequence[Any]], known: set[str]) -> tuple[int, int, int]:
    """Position of the header, how many known names it has, and its width."""
    counts = [
        sum(isinstance(c, str) and c.strip().casefold() in known for c in row)
        for row in cells[:_HEADER_SEARCH_ROWS]
    ]
    if not counts:
        return 0, 0, 0
    best = max(counts)
    position = counts.index(best) if best > 1 else 0
    return position, best, len(cells[position])


def _table(
    name: str,
    cells: list[list[Any]],
    lines: list[int],
    known: set[str],
    *,
    comma_is_mark: bool = True,
) -> RawTable:
    """Header and rows of a text table; ragged rows are refused, rows above the header noted."""
    if not cells:
        raise refusal(name, "has no rows", "export it again")
    top, _, _ = _header(cells, known)
    notes = []
    if top:
        what = f"{top} row{'s' * (top > 1)} above the header skipped: {examples(cells[0][:1])}"
        notes.append(Problem(file=printable(name), where="", what=what, advice="nothing to do"))
    header = ["" if c is None else str(c).strip() for c in cells[top]]
    body, rows = cells[top + 1 :], np.array(lines[top + 1 :], dtype=np.int64)
    while header and not header[-1] and not any(_filled(row, len(header) - 1) for row in body):
        header.pop()
    _refuse_ragged(name, body, rows, len(header))
    width = len(header)
    header = [text or f"unnamed_{i + 1}" for i, text in enumerate(header)]
    refuse_repeated(name, header)
    columns = list(zip_longest(*(row[:width] for row in body))) or [()] * width
    columns += [(None,) * len(body)] * (width - len(columns))
    frame = pd.DataFrame(
        {h: pd.Series(list(c), dtype=object) for h, c in zip(header, columns, strict=True)}
    )
    frame = frame.where(frame.map(lambda c: not isinstance(c, str) or bool(c.strip())), None)
    numeric = [as_texts(frame[h]) for h in header if h.casefold() in known]
    comma = not comma_is_mark and uses_decimal_comma(numeric)
    return RawTable(file=name, frame=frame, rows=rows, decimal_comma=comma, notes=tuple(notes))


def _filled(row: Sequence[Any], position: int) -> bool:
    """Whether a row has anything at a position."""
    return len(row) > position and row[position] not in (None, "")


def _refuse_ragged(
    name: str, body: Sequence[Sequence[Any]], rows: npt.NDArray[np.int64], width: int
) -> None:
    """Refuse rows with too few cells (a file cut off) or too many (an unquoted separator)."""
    wrong = [
        i
        for i, row in enumerate(body)
        if len(row) < width or any(_filled(row, k) for k in range(width, len(row)))
    ]
    if wrong:
        some = ", ".join(f"row {rows[i]} has {len(body[i])}" for i in wrong[:3])
        what = f"{len(wrong)} row(s) do not fit the {width} columns of the header: {some}"
        advice = (
            "put texts that hold the separator in quotes; a short last row means a cut-off file"
        )
        raise refusal(name, what, advice)


def _sheets(path: Path, *, data_only: bool) -> dict[str, tuple[list[list[Any]], list[int]]]:
    """Rows of every sheet, with the results of formulas or the formulas themselves."""
    import openpyxl

    with path.open("rb") as handle:
        book = openpyxl.load_workbook(handle, read_only=True, data_only=data_only)
        with closing(book):
            return {sheet.title: _sheet_rows(sheet) for sheet in book.worksheets}


def _refuse_uncomputed(
    name: str, results: tuple[list[list[Any]], list[int]], given: tuple[list[list[Any]], list[int]]
) -> None:
    """Refuse a sheet whose formulas have no stored results: every one would read as blank."""
    by_line = dict(zip(results[1], results[0], strict=True))
    formulas = [
        (line, column)
        for cells, line in zip(*given, strict=True)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell.startswith("=")
    ]
    if formulas and not any(_filled(by_line.get(line, []), column) for line, column in formulas):
        what = f"holds {len(formulas)} formula(s) without results (first in row {formulas[0][0]})"
        raise refusal(name, what, "open and save it in a spreadsheet program, or paste the values")


def _sheet_rows(sheet: Any) -> tuple[list[list[Any]], list[int]]:
    """Rows of a sheet that hold anything, with their numbers."""
    sheet.reset_dimensions()
    cells: list[list[Any]] = []
    lines: list[int] = []
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in row):
            cells.append(list(row))
            lines.append(number)
    width = max((len(row) for row in cells), default=0)
    return [row + [None] * (width - len(row)) for row in cells], lines
