"""
What would have to be true for another result, in words: break-evens, and what would be first.

Made from the one-at-a-time figures of `uncertainty`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .appraisal.ranking import places
from .rank_words import PERCENT, figure, gap_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from .uncertain.single_moves import Moves

MOST_REASONS = 3
MOST_CHANGES = 2
HEAT, PER_YEAR, PURE = "MWh/year", "1/year", "dimensionless"
SHARES = ("share ", "efficiency ")
"""How the names of assumptions begin that are said in percent."""


class Rate(NamedTuple):
    """The discount rate: assumed, its range, and the one at which a project turns (NaN: none)."""

    value: float
    low: float
    high: float
    break_even: float


def break_even_words(
    sensitivity: pd.DataFrame, *, npv: float, money: str, rate: Rate | None = None
) -> str:
    """
    What would have to be true for a project to break even, nearest first.

    Parameters
    ----------
    sensitivity
        Rows of one project: ``driver``, ``label``, ``value``, ``low``, ``high``, ``unit``,
        ``break_even``; those of groups have none.
    npv
        Its net present value.
    money
        Currency and price base.
    rate
        The discount rate, which is no driver; named last, where it turns within its range.

    Returns
    -------
    sentence
        The nearest break-evens, measured by the range of each assumption. Those outside their range
        are named only where no other is left, and are called so.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({
    ...     "driver": ["a", "b"], "label": ["price of electricity", "cost of pipes"],
    ...     "unit": ["EUR/MWh", "EUR"], "value": [112.0, 1e6], "low": [80.0, 7e5],
    ...     "high": [160.0, 1.5e6], "break_even": [131.0, 1.1e6],
    ... })
    >>> words = break_even_words(rows, npv=1e5, money="EUR 2024")
    >>> words.split(" or ")[0]
    'It would no longer pay if the cost of pipes were 10 % higher'
    >>> words.split(" or ")[1]
    'the price of electricity were above 131 EUR/MWh (112 assumed).'
    """
    rows = sensitivity[sensitivity["break_even"].notna()]
    rows = rows[(rows["break_even"] - rows["value"]).abs() > 0.0]
    at_rate = _rate_conditions(rate, pays=npv > 0.0)
    if rows.empty:
        return _changes(at_rate, pays=npv > 0.0) if at_rate else ""
    up = rows["break_even"] > rows["value"]
    end = rows["high"].where(up, rows["low"])
    reach = ((rows["break_even"] - rows["value"]) / (end - rows["value"])).abs()
    rows = rows.assign(_reach=reach).sort_values(["_reach", "driver"], kind="stable")
    within = rows[rows["_reach"] <= 1.0]
    known = len(within) or at_rate
    shown = within.head(MOST_REASONS) if known else rows.head(1)
    pays = npv > 0.0
    parts = [_condition(row, money, pays=pays) for row in shown.itertuples()]
    outside = "" if known else ", which lies outside the range of that assumption"
    return _changes([*parts, *at_rate], pays=pays, outside=outside)


def _changes(parts: Sequence[str], *, pays: bool, outside: str = "") -> str:
    """Alternatives as a sentence."""
    opening = "It would no longer pay if" if pays else "It would break even if"
    return f"{opening} {_either(parts)}{outside}."


def _rate_conditions(rate: Rate | None, *, pays: bool) -> list[str]:
    """On which side of its rate of return the discount rate would have to be; none out of range."""
    if rate is None or not rate.low <= rate.break_even <= rate.high:
        return []
    bound = "above" if pays else "no more than"
    turns, assumed = (figure(PERCENT * share) for share in (rate.break_even, rate.value))
    return [f"the discount rate were {bound} {turns} % ({assumed} % assumed)"]


def _either(parts: Sequence[str]) -> str:
    """Alternatives as one phrase; the last one is set off by "or"."""
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} or {parts[-1]}"


def _condition(row: Any, money: str, *, pays: bool) -> str:
    """On which side of its break-even one assumption would have to be."""
    up = row.break_even > row.value
    if row.value and (row.unit in (money.split()[0], HEAT) or _is_multiplier(row)):
        change = PERCENT * abs(row.break_even / row.value - 1.0)
        size = f"{change:,.0f}" if change >= 1.0 else f"{change:.1g}"
        return f"the {row.label} were {size} % {'higher' if up else 'lower'}"
    bound = ("above" if up else "below") if pays else ("at least" if up else "no more than")
    limit, assumed = (_with_unit(value, row) for value in (row.break_even, row.value))
    # The unit stands once, behind the limit, unless it belongs to the figure as percent does.
    short = assumed if "%" in assumed else figure(row.value)
    return f"the {row.label} were {bound} {limit} ({short} assumed)"


def _is_multiplier(row: Any) -> bool:
    """Whether a driver multiplies what it drives, and is 1 by itself."""
    return bool(row.value == 1.0 and row.unit in ("", PURE))


def _with_unit(value: float, row: Any) -> str:
    """A figure with its unit; shares in percent."""
    if row.unit == PER_YEAR:
        return f"{figure(PERCENT * value)} % a year"
    if row.unit in ("", PURE):
        is_share = str(row.label).startswith(SHARES)
        return f"{figure(PERCENT * value)} %" if is_share else figure(value)
    words = {"year": "years", "degC": "°C"}.get(row.unit, str(row.unit)).replace("**", "")
    return f"{figure(value)} {words}"


def no_break_even_words(*, npv: float, price_gap_per_mwh: float, money: str) -> str:
    """
    What to say of a project for which no assumption alone gives a break-even.

    Parameters
    ----------
    npv, price_gap_per_mwh
        Its net present value, and how much dearer heat would have to sell.
    money
        Currency and price base.

    Returns
    -------
    sentence
        Plain words.

    Examples
    --------
    >>> print(no_break_even_words(npv=-5.0, price_gap_per_mwh=20.0, money="GBP 2023"))
    No assumption alone makes it break even; heat would have to sell for 20 GBP/MWh more.
    """
    if npv > 0.0:
        return "No assumption alone stops it paying."
    gap = gap_words(price_gap_per_mwh, money.split()[0])
    return f"No assumption alone makes it break even; heat would have to sell for {gap} more."


def first_change_words(
    moves: Moves,
    drivers: pd.DataFrame,
    *,
    ids: Sequence[str],
    names: Mapping[str, str],
    hypothetical: Collection[str] = (),
    objective: str,
    weights: Mapping[str, float],
    first: str,
) -> str:
    """
    Which assumption, at which end of its range, would put another project first.

    Parameters
    ----------
    moves
        Figures of all projects with one assumption moved.
    drivers
        ``label`` of each driver, in their order.
    ids
        Identifiers of the projects, in their order.
    names
        Name of the data centre of each project, by identifier.
    hypothetical
        Identifiers of those whose data centre does not exist.
    objective, weights
        What projects are ranked by.
    first
        Identifier of the project that is first at the central values.

    Returns
    -------
    sentence
        Blank with fewer than two projects.

    Examples
    --------
    >>> import pandas as pd
    >>> from heatreach.siting.uncertain.single_moves import single_moves
    >>> npv = np.array([[[3.0, 1.0]], [[2.0, 2.0]]])
    >>> drivers = pd.DataFrame({"label": ["price of electricity"]})
    >>> words = first_change_words(
    ...     single_moves({"npv": [2.5, 2.0]}, {"npv": npv}, [False]), drivers, ids=["a", "b"],
    ...     names={"a": "A", "b": "B"}, objective="npv", weights={}, first="a",
    ... )
    >>> print(words)
    B would come first if the price of electricity were at the high end of its range.
    """
    if len(ids) < 2 or drivers.empty:
        return ""
    place = places(moves.figures, ids=ids, objective=objective, weights=weights)
    winner = np.asarray(ids, dtype=object)[np.argmax(place == 1, axis=0)]
    taken = np.flatnonzero((place == 1).any(axis=0) & (winner != first))
    if not len(taken):
        return "No assumption alone, anywhere in its range, would put another project first."
    found: dict[str, list[str]] = {}
    for move in taken:
        label, end = drivers["label"].iloc[moves.driver[move]], ("low", "high")[moves.end[move]]
        whose = moves.project[move]
        at = f"the {label}"
        if whose >= 0:
            own = ids[whose] == winner[move]
            at = f"its own {label}" if own else f"{at} at {names[ids[whose]]}"
        found.setdefault(str(winner[move]), []).append(f"{at} were at the {end} end of its range")
    parts = [
        f"{_called(names[who], hypothetical=who in hypothetical)} would come first if "
        f"{_either(ways[:MOST_CHANGES])}"
        for who, ways in list(found.items())[:MOST_CHANGES]
    ]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def _called(name: str, *, hypothetical: bool) -> str:
    """A data centre at the head of a sentence, called hypothetical if it is."""
    return f"the hypothetical data centre {name}" if hypothetical else name
