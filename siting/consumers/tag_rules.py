"""
Rules about tags: which row of a rule fits a map object, and what its tags say in numbers.

The rules stand in ``data/building_tags.csv``, sizes and distances in ``data/siting_rules.csv``.
Nothing is decided here; `building_use` and its neighbours ask.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import assumption, load_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

ANY_VALUE = "*"


def siting_rule(name: str, parameter: str) -> float:
    """
    One size, distance or count of the siting rules.

    Parameters
    ----------
    name, parameter
        Address in ``data/siting_rules.csv``.

    Returns
    -------
    value
        In the unit that ends the parameter's name.

    Examples
    --------
    >>> siting_rule("data_centre", "cluster_distance_m") > 0.0
    True
    """
    return assumption("siting_rules", name, parameter).value


@cache
def _rules(rule: str) -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Rows of one rule in order: key, value, also_key, also_value, use, note."""
    table = load_table("building_tags")
    rows = table[table["rule"] == rule]
    columns = ["key", "value", "also_key", "also_value", "use", "note"]
    return tuple(rows[columns].itertuples(index=False, name=None))


def tag_values(tags: Sequence[dict[str, str]], key: str) -> npt.NDArray[np.object_]:
    """
    Value of one tag of every map object.

    Parameters
    ----------
    tags
        All tags of each object.
    key
        Tag key.

    Returns
    -------
    values
        Text, blank where an object lacks the tag.

    Examples
    --------
    >>> tag_values([{"name": "Mill"}, {}], "name").tolist()
    ['Mill', '']
    """
    return np.array([t.get(key, "") for t in tags], dtype=object)


def tag_keys(rule: str) -> tuple[str, ...]:
    """
    Keys of a rule, in the order of the table.

    Parameters
    ----------
    rule
        Word in the ``rule`` column of ``data/building_tags.csv``.

    Returns
    -------
    keys
        Each once.

    Examples
    --------
    >>> tag_keys("built_year")[0]
    'start_date'
    """
    return tuple(dict.fromkeys(row[0] for row in _rules(rule)))


def first_text(tags: Sequence[dict[str, str]], rule: str) -> npt.NDArray[np.object_]:
    """
    Text under the first key of a rule that each map object has.

    Parameters
    ----------
    tags
        All tags of each object.
    rule
        Word in the ``rule`` column of ``data/building_tags.csv``.

    Returns
    -------
    texts
        Blank where an object has none of the keys.

    Examples
    --------
    >>> first_text([{"building:flats": "8"}, {}], "dwellings").tolist()
    ['8', '']
    """
    texts = np.full(len(tags), "", dtype=object)
    for key in tag_keys(rule):
        texts = np.where(texts == "", tag_values(tags, key), texts).astype(object)
    return texts


def first_rule(tags: Sequence[dict[str, str]], rule: str) -> pd.DataFrame:
    """
    First row of a rule that fits each map object.

    Parameters
    ----------
    tags
        All tags of each object.
    rule
        Word in the ``rule`` column of ``data/building_tags.csv``.

    Returns
    -------
    found
        One row per object: ``order`` (row of the rule, or the number of rows where none fits),
        ``use``, ``by`` ("amenity=school") and ``note``; blank where none fits.

    Examples
    --------
    >>> first_rule([{"amenity": "school;library"}, {}], "tag")["use"].tolist()
    ['school', '']
    """
    rows = _rules(rule)
    order = np.full(len(tags), len(rows), dtype=np.int64)
    columns = {
        key: _split(tag_values(tags, key), key)
        for key in {k for r in rows for k in (r[0], r[2]) if k}
    }
    for number in range(len(rows) - 1, -1, -1):
        key, value, also_key, also_value, _, _ = rows[number]
        fits = _has(columns[key], value)
        if also_key:
            fits &= _has(columns[also_key], also_value)
        order[fits] = number
    words = [(use, f"{key}={value}", note) for key, value, _, _, use, note in rows]
    words.append(("", "", ""))
    frame = pd.DataFrame([words[number] for number in order], columns=["use", "by", "note"])
    frame.insert(0, "order", order)
    return frame


def _split(
    values: npt.NDArray[np.object_], key: str
) -> tuple[npt.NDArray[np.int64], list[frozenset[str]]]:
    """Codes of the distinct values, and the parts of each ("swimming;sauna" has two)."""
    empty = {"", *(row[1] for row in _rules("no_use") if row[0] == key)}
    codes, distinct = pd.factorize(values)
    parts = [frozenset(p.strip() for p in str(v).lower().split(";")) - empty for v in distinct]
    return codes, parts


def _has(
    column: tuple[npt.NDArray[np.int64], list[frozenset[str]]], value: str
) -> npt.NDArray[np.bool_]:
    """Whether one of the parts of each value is the one asked for."""
    codes, parts = column
    hits = [bool(p) if value == ANY_VALUE else value in p for p in parts]
    found: npt.NDArray[np.bool_] = np.array(hits, dtype=bool)[codes] if parts else codes != codes
    return found


def parse_numbers(values: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """
    Mean of the numbers in each text, NaN where there is none above zero.

    Parameters
    ----------
    values
        Texts such as ``"3.5"``, ``"2;3"``, ``"1,5"`` or ``"EG"``.

    Returns
    -------
    numbers
        One per text; a decimal comma is read as a point.

    Examples
    --------
    >>> parse_numbers(np.array(["3.5", "2;3", "1,5", "EG"], dtype=object)).tolist()
    [3.5, 2.5, 1.5, nan]
    """
    texts = pd.Series(values, dtype=str)
    parts = texts.str.extractall(r"(?<![\d.,-])(\d+(?:[.,]\d+)?)")[0].str.replace(",", ".")
    means = pd.to_numeric(parts).groupby(level=0).mean()
    numbers = means.reindex(range(len(texts))).to_numpy(dtype=float)
    return np.where(numbers > 0.0, numbers, np.nan)
