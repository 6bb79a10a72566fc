"""
For which countries the tables have rows of their own, and which country a study is in.

Prices, emission factors and climate differ by country; where a table has no row for one, its
general row applies, and the planner is told.
"""

from __future__ import annotations

from heatreach.data import load_table

from ..errors import Problem
from .country import country_at

TABLES = ("climate", "emission_factors", "energy_prices")
_ADVICE = "set country under [place] in the scenario"


def countries_with_rows(table: str) -> tuple[str, ...]:
    """
    List the countries for which a table has rows.

    Parameters
    ----------
    table
        Name of a number table.

    Returns
    -------
    codes
        ISO 3166-1 alpha-2 codes in alphabetical order.

    Examples
    --------
    >>> "FI" in countries_with_rows("climate")
    True
    """
    return tuple(sorted(set(load_table(table)["region"]) - {""}))


def country_of_study(
    lon: float, lat: float, *, given: str = "", file: str = "map"
) -> tuple[str, tuple[Problem, ...]]:
    """
    Country whose prices, factors and climate apply.

    Parameters
    ----------
    lon, lat
        Middle of the study [°].
    given
        Country the scenario names; blank to take it from the map.
    file
        What the message calls the source of the place.

    Returns
    -------
    code, doubts
        ISO 3166-1 alpha-2 code, blank where unknown, and what is doubtful about it.

    Examples
    --------
    >>> country_of_study(26.95, 60.53)
    ('FI', ())
    """
    if given:
        return given, _without_rows(given, "scenario")
    found = country_at(lon, lat)
    if found is None:
        what = f"no country found at lon {lon:.3f}, lat {lat:.3f}; the general rows apply"
        return "", (Problem(file=file, where="country", what=what, advice=_ADVICE),)
    if not found.also:
        return found.code, _without_rows(found.code, file)
    what = f"taken as {found.code}, could also be {', '.join(found.also)}"
    doubt = Problem(file=file, where="country", what=what, advice=_ADVICE)
    return found.code, (doubt, *_without_rows(found.code, file))


def _without_rows(code: str, file: str) -> tuple[Problem, ...]:
    """Doubt a country for which tables have no rows of their own."""
    lacking = [table for table in TABLES if code not in countries_with_rows(table)]
    if not lacking:
        return ()
    known = sorted({code for table in lacking for code in countries_with_rows(table)})
    what = f"{' and '.join(lacking)} have no rows for {code}; the general rows apply"
    advice = f"there are rows for {', '.join(known)}; give prices and grid factor in the scenario"
    return (Problem(file=file, where="country", what=what, advice=advice),)
