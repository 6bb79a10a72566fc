"""
Words of a scenario that the reference tables must know: names, country, money.

Each check returns the word as it is stored or raises pydantic's own error, whose message says what
is wrong and what comes nearest. `scenario` puts them on its fields.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from pydantic_core import PydanticCustomError

from heatreach.data import load_table
from heatreach.thermo import PhysicsRangeError, find_refrigerant, it_load_kinds
from heatreach.thermo.cycles.cycle_choice import refuse_variant

_MONEY = re.compile(r"([A-Z]{3}) (\d{4})", re.ASCII)
_COUNTRY = re.compile(r"([A-Za-z]{2})?", re.ASCII)
# What people write for two countries whose ISO code is another.
_COMMON_SLIPS = {"UK": "GB", "EL": "GR"}


def checked_name(word: str, table: str) -> str:
    """
    Name of a row in a table.

    Parameters
    ----------
    word
        The name given.
    table
        The table.

    Returns
    -------
    word
        The name, unchanged.

    Raises
    ------
    PydanticCustomError
        If the table does not know it; the message offers the nearest name.

    Examples
    --------
    >>> checked_name("air_hall", "cooling_systems")
    'air_hall'
    """
    known = sorted(set(load_table(table)["name"]))
    if word in known:
        return word
    raise unknown_word(word, known)


def checked_load_profile(word: str) -> str:
    """
    Kind of data centre whose load over day and week is known.

    Parameters
    ----------
    word
        The kind given.

    Returns
    -------
    word
        Unchanged.

    Raises
    ------
    PydanticCustomError
        If there is no such kind; the message offers the nearest.

    Examples
    --------
    >>> checked_load_profile("colocation")
    'colocation'
    """
    if word in it_load_kinds():
        return word
    raise unknown_word(word, sorted(it_load_kinds()))


def checked_cycle(word: str, refrigerant: str) -> str:
    """
    Cycle that a refrigerant can run.

    Parameters
    ----------
    word
        Name of the cycle.
    refrigerant
        Name of the refrigerant, known to the tables.

    Returns
    -------
    word
        Unchanged.

    Raises
    ------
    PydanticCustomError
        If the machine's physics refuses the pair; the message says what would go instead.

    Examples
    --------
    >>> checked_cycle("transcritical", "R744")
    'transcritical'
    """
    try:
        refuse_variant(find_refrigerant(refrigerant), word)
    except PhysicsRangeError as error:
        reason, _, advice = str(error).partition("; ")
        raise _error(f"is refused: {reason}", advice) from error
    return word


def unknown_word(word: str, known: list[str]) -> PydanticCustomError:
    """
    Make the error for a word that is none of those known.

    Parameters
    ----------
    word
        The word given.
    known
        The words there are.

    Returns
    -------
    error
        To be raised by the caller; offers the nearest word, or all where none is near.

    Examples
    --------
    >>> unknown_word("nvp", ["npv", "lcoh_per_mwh"]).message()
    "is not known; did you mean 'npv'?"
    """
    lower = {name.casefold(): name for name in known}
    begun = [name for name in lower if word and name.startswith(word.casefold())]
    near = [lower[n] for n in (get_close_matches(word.casefold(), lower, n=1) or begun)]
    advice = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return _error("is not known", advice)


def checked_country(code: str) -> str:
    """
    Two-letter code of a country, in capitals; blank where the map shall decide.

    Parameters
    ----------
    code
        ISO 3166-1 alpha-2 code or blank. Whether the tables have rows for it is not asked here.

    Returns
    -------
    code
        In capitals.

    Raises
    ------
    PydanticCustomError
        If it is no such code.

    Examples
    --------
    >>> checked_country("fi")
    'FI'
    """
    if not _COUNTRY.fullmatch(code):
        advice = "write the two letters of ISO 3166-1, for example FI, or leave it blank"
        raise _error("is no country code", advice)
    meant = _COMMON_SLIPS.get(code.upper())
    if meant:
        raise _error("is no ISO 3166-1 country code", f"did you mean {meant!r}?")
    return code.upper()


def checked_money(text: str) -> str:
    """
    Currency and year into which every amount of the tables can be brought.

    Parameters
    ----------
    text
        For example ``"EUR 2024"``.

    Returns
    -------
    text
        Unchanged.

    Raises
    ------
    PydanticCustomError
        If it is not written so, or if the price index lacks the currency or the year.

    Examples
    --------
    >>> checked_money("GBP 2023")
    'GBP 2023'
    """
    currencies, years = _convertible()
    span = f"{', '.join(currencies)} with a year from {years[0]} to {years[-1]}"
    match = _MONEY.fullmatch(text)
    if match is None:
        advice = f'write currency and year, for example "EUR 2024"; known are {span}'
        raise _error("is no currency with its price year", advice)
    if match[1] not in currencies or match[2] not in years:
        advice = f"known are {span} (table price_index)"
        raise _error("cannot be converted", advice)
    return text


@lru_cache(maxsize=1)
def _convertible() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Currencies of the price index, and the years in which all have an index and a rate."""
    rows = load_table("price_index")
    parts = (
        rows["parameter"].str.extract(r"(?P<kind>index|rate)_(?P<year>\d{4})").join(rows["name"])
    )
    years = parts.groupby("name")["year"].agg(set)
    currencies = sorted(set(parts.loc[parts["kind"] == "index", "name"]))
    return tuple(currencies), tuple(sorted(set.intersection(*years)))


def _error(what: str, advice: str) -> PydanticCustomError:
    """Error of a word; the two halves of its message are parted by a semicolon."""
    # Braces would be taken for fields of the message, so the texts go in as its values.
    return PydanticCustomError("word", "{what}; {advice}", {"what": what, "advice": advice})
