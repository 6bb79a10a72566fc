"""
Fields of the scenario with default, limits and description from the tables.

Numbers come from ``scenario`` and ``columns``, words from ``choices``; `scenario` puts the fields
into its sections, and what a word must be is judged in `scenario_words`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from heatreach.data import assumption, load_table

from .reading.values import SHOWN_UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping


@lru_cache(maxsize=1)
def limits() -> Mapping[str, Mapping[str, str]]:
    """
    Rows of the column registry for scenario keys.

    Returns
    -------
    rows
        By ``section.key``: kind, unit, ``minimum``, ``maximum``, ``description``.

    Examples
    --------
    >>> limits()["search.radius_m"]["unit"]
    'm'
    """
    rows = load_table("columns")
    rows = rows[rows["table"] == "scenario"]
    cells: list[dict[Any, str]] = rows.to_dict("records")
    return {row["column"]: row for row in cells}


def limits_text(where: str) -> str:
    """
    Meaning, limits and unit of a scenario key, for messages.

    Parameters
    ----------
    where
        ``section.key``.

    Returns
    -------
    text
        Where to look for the keys if there is none of that name.

    Examples
    --------
    >>> limits_text("search.radius_m")
    'Longest route from data centre to consumer; between 50 and 20000 m'
    """
    row = limits().get(where)
    if row is None:
        return "see `heatreach assumptions --table scenario` for every key and its default"
    unit = SHOWN_UNIT.get(row["unit"], row["unit"])
    return f"{row['description']}; between {row['minimum']} and {row['maximum']} {unit}".rstrip()


def number(section: str, key: str) -> Any:
    """
    Field of a number with default and limits from the tables.

    Parameters
    ----------
    section, key
        Place in the scenario.

    Returns
    -------
    field
        For a pydantic model.
    """
    row = limits()[f"{section}.{key}"]
    return Field(
        default_factory=lambda: _default(section, key, whole=row["kind"] == "integer"),
        ge=float(row["minimum"]),
        le=float(row["maximum"]),
        strict=True,
        description=row["description"],
    )


def optional(section: str, key: str) -> Any:
    """
    Field of a number that by default follows the country or is left out.

    Parameters
    ----------
    section, key
        Place in the scenario.

    Returns
    -------
    field
        For a pydantic model; its default is `None`.
    """
    row = limits()[f"{section}.{key}"]
    return Field(
        default=None,
        ge=float(row["minimum"]),
        le=float(row["maximum"]),
        strict=True,
        description=row["description"],
    )


def word(section: str, key: str) -> Any:
    """
    Field of a word with its default from the table of choices.

    Parameters
    ----------
    section, key
        Place in the scenario.

    Returns
    -------
    field
        For a pydantic model.
    """
    rows = load_table("choices")
    row = rows[(rows["section"] == section) & (rows["key"] == key)].iloc[0]
    return Field(default=row["default"], description=row["description"])


def _default(section: str, key: str, *, whole: bool) -> float:
    """Default of a number; a whole one where the registry wants it."""
    value = assumption("scenario", section, key).value
    return int(value) if whole else value
