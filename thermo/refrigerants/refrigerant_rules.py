"""
Rules that limit the warming potential of refrigerants, and whether a fluid passes one.

The rules are rows of ``data/refrigerant_rules.csv`` with jurisdiction, kind of equipment, first
day, limit, the set of warming potentials that the rule prescribes and a status: ``confirmed`` (date
and limit are), ``partly`` (secondary sources, or only one of the two) or ``unverified`` (read the
rule before relying on it). The figures of the fluids are in `refrigerant`. Exemptions, for example
where safety asks for another fluid, are not modelled; nothing here is legal advice.
"""

from __future__ import annotations

import pandas as pd

from heatreach.data import load_table

from ..errors import RefrigerantError
from ..refrigerant import refrigerant as find_refrigerant


def refrigerant_rules() -> pd.DataFrame:
    """
    Every rule on refrigerants, one row each.

    Returns
    -------
    rules
        Index: name of the rule. Columns: ``jurisdiction``, ``applies_to``, ``from_date`` (missing
        if no day is set), ``gwp_set``, ``gwp_below`` (NaN if there is no limit), ``fluorinated``
        (``"allowed"`` or ``"banned"``), ``status``, ``source``, ``locator``, ``note``.

    Examples
    --------
    >>> rules = refrigerant_rules()
    >>> rules.loc["us_aim_data_centres", "gwp_set"]
    'AR4'
    """
    rules = load_table("refrigerant_rules").set_index("name")
    rules["gwp_below"] = pd.to_numeric(rules["gwp_below"]).astype(float)
    rules["from_date"] = pd.to_datetime(rules["from_date"], format="%Y-%m-%d")
    return rules


def passes(refrigerant: str, rule: str) -> bool:
    """
    Whether new equipment may use a refrigerant once a rule applies.

    Parameters
    ----------
    refrigerant
        Name of a refrigerant in ``data/refrigerants.csv``.
    rule
        Name of a rule in ``data/refrigerant_rules.csv``.

    Returns
    -------
    passes
        True if the warming potential, in the rule's own set, is below the limit and the fluid is
        not banned for its fluorine. A rule that only prescribes a set for reporting is passed.

    Raises
    ------
    RefrigerantError
        If the refrigerant or the rule is not in its table.

    Examples
    --------
    >>> passes("R-32", "us_aim_chillers"), passes("R-32", "eu_self_contained_above_50_kw")
    (True, False)
    """
    rules = refrigerant_rules()
    if rule not in rules.index:
        raise RefrigerantError(f"no rule {rule!r}; choose one of {', '.join(rules.index)}")
    row = rules.loc[rule]
    fluid = find_refrigerant(refrigerant)
    if fluid.fluorinated and row["fluorinated"] == "banned":
        return False
    # A missing limit compares false.
    return not fluid.gwp(str(row["gwp_set"])) >= row["gwp_below"]
