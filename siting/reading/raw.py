"""
A file as it was read, before anything in it is believed.

Holds the shape all readers return (`RawTable`), the refusal they raise, and the checks they share.
The readers are `text_tables`, `map_files` and `archives`; `files` chooses among them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InputError, Problem
from .findings import examples, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from pyproj import CRS

ACCEPTED = (
    "GeoPackage (.gpkg), GeoJSON (.geojson, .json), GeoParquet (.parquet), FlatGeobuf (.fgb), "
    "shapefile (.zip or .shp), CSV (.csv) or Excel (.xlsx) with the columns lat and lon, "
    "or easting and northing (British National Grid)"
)
# Guards against files made to exhaust the machine; far above any real input.
MAX_BYTES = 2**31
MAX_ROWS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """
    A file as it was read, before anything in it is believed.

    `geometry` holds None where there is none or (`unreadable`) where it is broken; it is None as a
    whole for tables whose places stand in columns. `crs` is None where none is declared, or where
    `crs_text` names one that nobody knows.
    """

    file: str
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    row_word: str = "row"
    geometry: npt.NDArray[np.object_] | None = None
    unreadable: npt.NDArray[np.bool_] | None = None
    crs: CRS | None = None
    crs_text: str = ""
    decimal_comma: bool = False
    short_names: bool = False
    notes: tuple[Problem, ...] = ()


def refusal(file: str, what: str, advice: str, where: str = "") -> InputError:
    """
    Make the error for one problem of one file.

    Parameters
    ----------
    file
        Name of the file, or of the option it was given for.
    what, advice, where
        Parts of the `Problem`.

    Returns
    -------
    error
        To be raised by the caller.

    Examples
    --------
    >>> print(refusal("a.csv", "is empty", "export it again"))
    1 problem in the inputs:
      - a.csv: is empty; export it again
    """
    problem = Problem(file=printable(file), where=where, what=what, advice=advice)
    return InputError([problem])


def decoded(path: Path) -> str:
    """
    Text of a file in UTF-8.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    text
        Its content without byte-order mark.

    Raises
    ------
    InputError
        If it is not UTF-8 or holds NUL bytes; the message names place and likely encoding.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before, after = data[: error.start].rpartition(b"\n")[2], data[error.start :]
        around = before[-10:] + after.partition(b"\n")[0][:10]
        what = (
            f"is not UTF-8: byte {data[error.start]:#04x} at position {error.start}, line {line}; "
            f"read as Windows-1252 the place says {examples([around.decode('cp1252', 'replace')])}"
        )
        advice = "save it with encoding UTF-8 (in Excel: 'CSV UTF-8')"
        raise refusal(path.name, what, advice) from error
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        what = f"holds NUL bytes (first on line {line})"
        raise refusal(path.name, what, "it is damaged or UTF-16; export it again as UTF-8")
    return text


def chosen_title(name: str, word: str, titles: Sequence[str], wanted: str) -> str:
    """
    Choose the layer or sheet that is meant.

    Parameters
    ----------
    name
        Name of the file, for the message.
    word
        What is chosen among, such as "sheet".
    titles
        Those that hold anything.
    wanted
        The title that decides where there are several; capitals do not count.

    Returns
    -------
    title
        The only title, or the wanted one.

    Raises
    ------
    InputError
        If there is none, or if several could be meant.

    Examples
    --------
    >>> chosen_title("a.xlsx", "sheet", ["Notes", "Sites"], "sites")
    'Sites'
    """
    if not titles:
        raise refusal(name, f"has no {word} with content", "export it again")
    named = [title for title in titles if title.casefold() == wanted.casefold()]
    if len(titles) == 1 or len(named) == 1:
        return (named or list(titles))[0]
    what = f"has {len(titles)} {word}s: {', '.join(printable(t) for t in titles[:8])}"
    advice = f"name the one that is meant '{wanted}', or save it as a file of its own"
    raise refusal(name, what, advice)


def refuse_repeated(name: str, header: Iterable[str]) -> None:
    """
    Refuse column names that occur twice; formats that ignore capitals could not hold them.

    Parameters
    ----------
    name
        Name of the file, for the message.
    header
        Names of the columns.

    Raises
    ------
    InputError
        If a name occurs twice, capitals not counted.
    """
    counts = Counter(h.casefold() for h in header)
    twice = [h for h in header if counts[h.casefold()] > 1]
    if twice:
        what = f"has columns of the same name: {', '.join(printable(h) for h in twice[:6])}"
        raise refusal(name, what, "rename or delete one (capitals do not count)")


def check_rows(name: str, count: int) -> None:
    """
    Refuse a table with more rows than a machine can hold.

    Parameters
    ----------
    name
        Name of the file, for the message.
    count
        Number of rows.

    Raises
    ------
    InputError
        If there are more than `MAX_ROWS`.
    """
    if count > MAX_ROWS:
        what = f"has {count:,} rows; the limit is {MAX_ROWS:,}"
        raise refusal(name, what, "cut it to the study area")
