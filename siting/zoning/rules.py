"""
Rules by which heat-network zones are found, and the size classes that tables and maps share.

A rule says how density is measured, which density it asks for and how many anchor loads. The rows
stand in ``data/zone_rules.csv`` with their legal status and source; none of them designates a zone.
Classes of density are bounded by the general rules, classes of anchor loads and the limit above
which a building could be required to connect by rows of ``data/siting_rules.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from heatreach.data import load_table

from ..consumers.building_use import siting_rule
from ..errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

METHODS = ("trench", "street", "radius")
"""Ways to measure linear heat density: per metre of trench, per metre of street, by radius."""

_NUMBERS = {
    "threshold_mwh_m": float,
    "anchor_mwh": float,
    "anchors_min": int,
    "buildings_min": int,
    "heat_min_mwh": float,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRule:
    """
    One rule by which zones are found.

    Attributes
    ----------
    name, title
        Short name, and what it is in words.
    method
        ``trench``, ``street`` or ``radius``.
    jurisdiction
        Where the rule comes from; blank for general classes.
    country
        ISO 3166-1 alpha-2 code of that place; blank for general classes.
    threshold_mwh_m
        Linear heat density asked for [MWh/(m·year)].
    anchors_min
        Anchor loads that a zone needs.
    anchor_mwh
        Yearly heat from which a load is an anchor [MWh/year].
    buildings_min
        Consumers that a zone needs.
    heat_min_mwh
        Yearly heat that a zone needs [MWh/year].
    legal_status
        ``draft``, ``assessment``, ``rule of thumb`` or ``funding condition``.
    date, source, locator, note
        Whence the rule and what to know of it.
    """

    name: str
    title: str
    method: str
    threshold_mwh_m: float
    jurisdiction: str = ""
    country: str = ""
    anchors_min: int = 0
    anchor_mwh: float = 500.0
    buildings_min: int = 1
    heat_min_mwh: float = 0.0
    legal_status: str = ""
    date: str = ""
    source: str = ""
    locator: str = ""
    note: str = ""


@cache
def _all_rules() -> dict[str, ZoneRule]:
    """Every rule of the table by name, in its order."""
    columns = [field.name for field in fields(ZoneRule)]
    rows = load_table("zone_rules")[columns].itertuples(index=False, name=None)
    rules = [_rule(dict(zip(columns, row, strict=True))) for row in rows]
    return {rule.name: rule for rule in rules}


def _rule(row: dict[str, str]) -> ZoneRule:
    """One row of the table as a rule."""
    cells: dict[str, Any] = {key: _NUMBERS.get(key, str)(cell) for key, cell in row.items()}
    return ZoneRule(**cells)


def zone_rules(names: Sequence[str] | None = None, *, country: str = "") -> tuple[ZoneRule, ...]:
    """
    Rules by name, or those that fit a country.

    Parameters
    ----------
    names
        Names in ``data/zone_rules.csv``; by default the general classes and the rules of the
        country.
    country
        ISO 3166-1 alpha-2 code of the study; blank where unknown.

    Returns
    -------
    rules
        In the order asked, else in that of the table; each once.

    Raises
    ------
    InputError
        If a name is unknown, with the nearest one, or none is asked for.

    Examples
    --------
    >>> [rule.name for rule in zone_rules(country="DE")]
    ['class_4', 'class_8', 'class_16', 'de_street_1_5']
    >>> zone_rules(["scotland_baseline"])[0].anchors_min
    2
    """
    known = _all_rules()
    if names is None:
        return tuple(rule for rule in known.values() if rule.country in ("", country))
    wanted = tuple(dict.fromkeys(names))
    problems = [_unknown(name, tuple(known)) for name in wanted if name not in known]
    if not wanted:
        problems = [
            Problem(file="--rule", where="", what="no rule is named", advice=_offer(tuple(known)))
        ]
    if problems:
        raise InputError(problems)
    return tuple(known[name] for name in wanted)


def _unknown(name: str, known: tuple[str, ...]) -> Problem:
    """Problem of a name that is no rule, with the nearest that is."""
    near = get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]!r}? " if near else ""
    what = f"there is no zone rule {name!r}"
    return Problem(file="--rule", where="", what=what, advice=advice + _offer(known))


def _offer(known: tuple[str, ...]) -> str:
    """All names there are."""
    return f"rules are: {', '.join(known)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    """One class of sizes: its label, from where it begins, and up to where (not included)."""

    label: str
    low: float
    high: float


@cache
def density_classes() -> tuple[SizeClass, ...]:
    """
    Classes of linear heat density, bounded by the general trench rules [MWh/(m·year)].

    Returns
    -------
    classes
        From the lowest to the highest; the last is open.

    Examples
    --------
    >>> [size.label for size in density_classes()]
    ['below 4', '4 to 8', '8 to 16', '16 and more']
    """
    general = [rule for rule in _all_rules().values() if not rule.jurisdiction]
    return _classes(sorted({rule.threshold_mwh_m for rule in general}))


@cache
def heat_classes() -> tuple[SizeClass, ...]:
    """
    Size classes of the yearly heat of loads [MWh/year].

    Returns
    -------
    classes
        Five, from the lowest to the highest; the last is open.

    Examples
    --------
    >>> [size.label for size in heat_classes()]
    ['below 500', '500 to 1,000', '1,000 to 2,000', '2,000 to 5,000', '5,000 and more']
    """
    rows = load_table("siting_rules")
    bounds = rows.loc[rows["name"] == "anchor_class", "value"]
    return _classes(sorted(bounds.tolist()))


def _classes(bounds: Sequence[float]) -> tuple[SizeClass, ...]:
    """Classes between bounds, open below the first and above the last."""
    edges = [0.0, *bounds, np.inf]
    texts = [f"{bound:,g}" for bound in bounds]
    labels = [
        f"below {texts[0]}",
        *[f"{low} to {high}" for low, high in pairwise(texts)],
        f"{texts[-1]} and more",
    ]
    return tuple(
        SizeClass(label=label, low=low, high=high)
        for label, (low, high) in zip(labels, pairwise(edges), strict=True)
    )


def class_labels(values: npt.ArrayLike, classes: Sequence[SizeClass]) -> npt.NDArray[np.object_]:
    """
    Label of the class that each value lies in.

    Parameters
    ----------
    values
        Sizes; NaN has no class.
    classes
        Classes without gaps, from the lowest.

    Returns
    -------
    labels
        One per value, blank for NaN; a value on a bound belongs to the class above.

    Examples
    --------
    >>> class_labels([3.9, 4.0, 20.0, float("nan")], density_classes()).tolist()
    ['below 4', '4 to 8', '16 and more', '']
    """
    number = np.asarray(values, dtype=float)
    row = np.searchsorted([size.low for size in classes[1:]], number, side="right")
    labels = np.array([size.label for size in classes], dtype=object)[row]
    labels[np.isnan(number)] = ""
    return np.asarray(labels, dtype=object)


def required_mwh() -> float:
    """
    Yearly heat above which a non-domestic building could be required to connect [MWh/year].

    Returns
    -------
    limit_mwh
        Of the row ``required/heat_min_mwh``.

    Examples
    --------
    >>> required_mwh() > 0.0
    True
    """
    return siting_rule("required", "heat_min_mwh")


def anchor_mwh() -> float:
    """
    Yearly heat from which a load is an anchor where no rule says otherwise [MWh/year].

    Returns
    -------
    limit_mwh
        Of the row ``anchor/heat_min_mwh``.

    Examples
    --------
    >>> anchor_mwh() > 0.0
    True
    """
    return siting_rule("anchor", "heat_min_mwh")
