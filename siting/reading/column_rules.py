"""
What the column registry says about the columns of an input table.

The registry is ``data/columns.csv``. Rows of it marked ``check`` hold the ranges of combined
checks and are no columns.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from heatreach.data import load_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

NEAR = 0.75


def input_columns(table: str) -> pd.DataFrame:
    """
    Rows of the registry for one input table, without combined checks.

    Parameters
    ----------
    table
        Name of the table.

    Returns
    -------
    columns
        One row per column, indexed by its name.

    Examples
    --------
    >>> input_columns("streets").index[0]
    'geometry'
    """
    columns = load_table("columns")
    columns = columns[(columns["table"] == table) & (columns["required"] != "check")]
    indexed: pd.DataFrame = columns.set_index("column")
    return indexed


def registry_range(table: str, column: str) -> tuple[float, float]:
    """
    Read the range of a column from the registry.

    Parameters
    ----------
    table, column
        Row of ``data/columns.csv``.

    Returns
    -------
    minimum, maximum
        Infinite where the registry leaves them blank.

    Examples
    --------
    >>> registry_range("sites", "utilisation")
    (0.01, 1.0)
    """
    columns = load_table("columns")
    row = columns[(columns["table"] == table) & (columns["column"] == column)].iloc[0]
    return float(row["minimum"] or "-inf"), float(row["maximum"] or "inf")


def nearest_names(word: str, words: Sequence[str]) -> list[str]:
    """
    Names near a word, capitals and separators not counted.

    Parameters
    ----------
    word
        Name of a column that is looked for.
    words
        Names there are.

    Returns
    -------
    names
        At most two, as written.

    Examples
    --------
    >>> nearest_names("it_load_kw", ["IT Load (kW)", "name", "it-load-kw"])
    ['it-load-kw', 'IT Load (kW)']
    """
    plain = {re.sub(r"[\s\-.]+", "_", str(w)).casefold(): str(w) for w in words}
    hits = difflib.get_close_matches(word.casefold(), plain, n=2, cutoff=NEAR)
    contained = [p for p in plain if word in p.split("_") or p in word.split("_")]
    return [plain[h] for h in dict.fromkeys([*hits, *contained])][:2]
