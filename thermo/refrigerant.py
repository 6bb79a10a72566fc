"""
Refrigerants that heatreach models: limits of use, warming potential and safety class.

The figures come from ``data/refrigerants.csv``; properties of state are in `fluid`. Only pure
fluids that condense below their critical point are modelled. Blends (R454B, R513A, R410A …)
change temperature while they boil and carbon dioxide (R744) gives its heat off above its critical
point; both are refused by name instead of being computed with a cycle that does not fit them.
"""

from __future__ import annotations

from dataclasses import dataclass

from heatreach.data import wide

from .errors import RefrigerantError

GWP_SETS = ("AR4", "AR5", "AR6")
_FLAMMABILITY = ("1", "2L", "2", "3")
_OTHER_CYCLES = {
    "R744": "gives its heat off above its critical point",
    "CO2": "gives its heat off above its critical point",
    "R407C": "is a blend",
    "R410A": "is a blend",
    "R448A": "is a blend",
    "R449A": "is a blend",
    "R450A": "is a blend",
    "R452B": "is a blend",
    "R454B": "is a blend",
    "R454C": "is a blend",
    "R513A": "is a blend",
    "R515B": "is a blend",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refrigerant:
    """One pure refrigerant with the limits of machines that use it; build with `refrigerant`."""

    key: str
    critical_degc: float
    critical_margin_k: float
    max_discharge_degc: float
    max_condensing_bar: float
    gwp_ar4: float
    gwp_ar5: float
    gwp_ar6: float
    safety_class: str

    @property
    def max_condensing_degc(self) -> float:
        """
        Warmest condensing temperature that keeps the margin to the critical point [°C].

        Returns
        -------
        max_condensing_degc
            Critical temperature less the margin [°C].
        """
        return self.critical_degc - self.critical_margin_k

    def gwp(self, gwp_set: str) -> float:
        """
        Global warming potential over 100 years [kg CO2e per kg].

        Parameters
        ----------
        gwp_set
            Assessment report whose values to use: ``"AR4"``, ``"AR5"`` or ``"AR6"``. Rules name
            theirs, and the choice decides whether a fluid passes a limit.

        Returns
        -------
        gwp
            Warming potential, carbon dioxide being 1.

        Raises
        ------
        RefrigerantError
            If the set is none of the three.

        Examples
        --------
        >>> refrigerant("R-32").gwp("AR4"), refrigerant("R-32").gwp("AR6")
        (675.0, 771.0)
        """
        if gwp_set not in GWP_SETS:
            raise RefrigerantError(f"no GWP set {gwp_set!r}; choose one of {', '.join(GWP_SETS)}")
        return {"AR4": self.gwp_ar4, "AR5": self.gwp_ar5, "AR6": self.gwp_ar6}[gwp_set]


def refrigerant_names() -> tuple[str, ...]:
    """
    Every refrigerant that can be computed, by key, in table order.

    Returns
    -------
    names
        Keys as CoolProp spells them, for example ``"R717"``.
    """
    return tuple(wide("refrigerants").index)


def refrigerant(name: str) -> Refrigerant:
    """
    One refrigerant with its limits, by name.

    Parameters
    ----------
    name
        ``"R717"``, ``"R-717"`` or ``"r 717"``; isomers as in ``"R-1234ze(E)"``.

    Returns
    -------
    refrigerant
        The row of ``data/refrigerants.csv``.

    Raises
    ------
    RefrigerantError
        If the fluid is unknown, a blend, or works above its critical point.

    Examples
    --------
    >>> refrigerant("R-717").safety_class
    'B2L'
    """
    table = wide("refrigerants")
    spelled = {_bare(key): key for key in table.index}
    key = spelled.get(_bare(name))
    if key is None:
        raise RefrigerantError(_refusal(name, tuple(table.index)))
    row = table.loc[key]
    letter = "AB"[round(row["higher_toxicity"])]
    limits = ("critical_degc", "critical_margin_k", "max_discharge_degc", "max_condensing_bar")
    gwps = ("gwp_ar4", "gwp_ar5", "gwp_ar6")
    return Refrigerant(
        key=str(key),
        safety_class=letter + _FLAMMABILITY[round(row["flammability_rank"])],
        **{column: float(row[column]) for column in limits + gwps},
    )


def _bare(name: str) -> str:
    """Name without hyphens, spaces or case, for comparison."""
    return name.replace("-", "").replace(" ", "").casefold()


def _refusal(name: str, known: tuple[str, ...]) -> str:
    """Say why a refrigerant is refused and which can be used."""
    reasons = {_bare(key): reason for key, reason in _OTHER_CYCLES.items()}
    reason = reasons.get(_bare(name))
    why = f"{reason}, which this cycle does not model" if reason else "is not in the table"
    return f"refrigerant {name!r} {why}; choose one of {', '.join(known)}"
