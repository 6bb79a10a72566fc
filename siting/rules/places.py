"""
Places that rules name: countries, parts of them, and the European Union.

Codes are those of ISO 3166, with EU beside them; names and memberships stand in
``data/jurisdictions.csv``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from heatreach.data import load_table

if TYPE_CHECKING:
    from .table import Rule


@cache
def jurisdictions() -> dict[str, tuple[str, str]]:
    """
    Places that rules name.

    Returns
    -------
    places
        Code (ISO 3166, and EU) -> its name in words and the code of what it is part of.

    Examples
    --------
    >>> jurisdictions()["FI"], jurisdictions()["GB-ENG"]
    (('Finland', 'EU'), ('England', 'GB'))
    """
    rows = load_table("jurisdictions")[["code", "name", "part_of"]]
    return {code: (name, part) for code, name, part in rows.itertuples(index=False, name=None)}


def places_around(country: str) -> frozenset[str]:
    """
    A place and everything that it is part of.

    Parameters
    ----------
    country
        ISO 3166 code, of a country or of a part of one.

    Returns
    -------
    codes
        The code itself and those around it.

    Examples
    --------
    >>> sorted(places_around("FI")), sorted(places_around("US-CA")), sorted(places_around("JP"))
    (['EU', 'FI'], ['US', 'US-CA'], ['JP'])
    """
    codes = []
    while country:
        codes.append(country)
        part_of = country.partition("-")[0] if "-" in country else ""
        country = jurisdictions().get(country, ("", part_of))[1]
    return frozenset(codes)


def places(rule: Rule) -> str:
    """
    Where a rule holds, in words.

    Parameters
    ----------
    rule
        The rule.

    Returns
    -------
    text
        Names joined by "and"; codes where a place has no name in the table.

    Examples
    --------
    >>> from heatreach.siting.rules.cells import compliance_rules
    >>> places(compliance_rules()[0])
    'the European Union'
    """
    return " and ".join(place_name(code) for code in rule.jurisdiction) or "any country"


def place_name(code: str) -> str:
    """
    Name of a place by its code.

    Parameters
    ----------
    code
        ISO 3166 code, or EU.

    Returns
    -------
    name
        The code itself where the table has no name.

    Examples
    --------
    >>> place_name("US-CA"), place_name("JP")
    ('California', 'JP')
    """
    return jurisdictions().get(code, (code, ""))[0]
