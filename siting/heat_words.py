"""Where the heat of a network comes from and who takes most of it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .consumers.tag_rules import siting_rule
from .rank_words import LEAST_SHARE, MOST_SHARE

if TYPE_CHECKING:
    import pandas as pd


def made_words(row: Any) -> str:
    """
    Where the heat of a link or network comes from.

    Parameters
    ----------
    row
        With ``source_mwh``, ``electricity_mwh``, ``machine_loss_mwh``, ``backup_mwh`` and
        ``reuse_share``.

    Returns
    -------
    words
        Shares of all heat that is made, that of the electricity of heat pumps among it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> made_words(SimpleNamespace(source_mwh=73.0, electricity_mwh=20.0, machine_loss_mwh=2.0,
    ...                            backup_mwh=9.0, reuse_share=0.91))
    '73% of it warmth of the data centre, 91% with the electricity of the heat pump, the rest from \
the boiler'
    """
    drive = np.nan_to_num(row.electricity_mwh) - np.nan_to_num(row.machine_loss_mwh)
    made = row.source_mwh + drive + row.backup_mwh
    taken = row.source_mwh / made if made > 0.0 else 0.0
    parts = [f"{taken:.0%} of it warmth of the data centre"]
    if drive > LEAST_SHARE * made:
        parts.append(f"{row.reuse_share:.0%} with the electricity of the heat pump")
    if row.reuse_share < MOST_SHARE:
        parts.append("the rest from the boiler")
    return ", ".join(parts)


def large_loads(connections: pd.DataFrame) -> dict[str, str]:
    """
    What is said of projects that hang on one load.

    Parameters
    ----------
    connections
        CONNECTIONS with ``project_id`` (blank where not connected), ``consumer_id``,
        ``annual_heat_mwh`` and ``confidence``.

    Returns
    -------
    words
        By ``project_id``; none where no load takes as much as ``data/siting_rules.csv`` asks for.
    """
    mine = connections[connections["project_id"].fillna("") != ""]
    keys = ["annual_heat_mwh", "consumer_id"]
    mine = mine.sort_values(keys, ascending=[False, True], kind="stable")
    said = {str(name): large_load_words(rows) for name, rows in mine.groupby("project_id")}
    return {name: words for name, words in said.items() if words}


def large_load_words(loads: pd.DataFrame) -> str:
    """
    What is said of the largest of some loads.

    Parameters
    ----------
    loads
        ``consumer_id`` (or ``id``), ``annual_heat_mwh`` and ``confidence``, the largest first.

    Returns
    -------
    words
        Blank where it takes less than the share of ``data/siting_rules.csv``.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"consumer_id": ["a", "b", "c"], "annual_heat_mwh": [3.0, 7.0, 2.0]}
    >>> large_load_words(pd.DataFrame(rows | {"confidence": "low"}).iloc[[1, 0, 2]])
    'the largest load, b, takes 58% of the heat; its demand is guessed (low confidence): meter it \
first'
    """
    if loads.empty or not loads["annual_heat_mwh"].sum() > 0.0:
        return ""
    first: Any = loads.iloc[0]
    share = first["annual_heat_mwh"] / loads["annual_heat_mwh"].sum()
    if share < siting_rule("project_words", "large_load_share"):
        return ""
    name = first["consumer_id"] if "consumer_id" in loads else first["id"]
    takes = f"the only load is {name}"
    if len(loads) > 1:
        takes = f"the largest load, {name}, takes {share:.0%} of the heat"
    guessed = "; its demand is guessed (low confidence): meter it first"
    return takes + (guessed if first.get("confidence") == "low" else "")
