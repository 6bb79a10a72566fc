"""
Refrigerants that heatreach models: limits of use, warming potential and safety class.

The figures come from ``data/refrigerants.csv``; properties of state are in `fluid` and `blend`,
what rules allow in `refrigerant_rules`. A refrigerant is of one of three kinds: pure and condensing
below its critical point; a blend, which changes temperature while it boils; or trans-critical
(carbon dioxide), which gives its heat off above its critical point. What is not in the table is
refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heatreach.data import wide

from .errors import RefrigerantError

if TYPE_CHECKING:
    import pandas as pd

GWP_SETS = ("AR4", "AR5", "AR6", "EU")
_FLAMMABILITY = ("1", "2L", "2", "3")
_MODELS = ("pure", "transcritical", "pseudo_pure", "mixture")
_ALIASES = {
    "ammonia": "R717",
    "NH3": "R717",
    "carbon dioxide": "R744",
    "CO2": "R744",
    "propane": "R290",
    "isobutane": "R600a",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refrigerant:
    """One refrigerant with the limits of machines that use it; build with `refrigerant`."""

    key: str
    model: str
    critical_degc: float
    critical_bar: float
    critical_margin_k: float
    max_discharge_degc: float
    max_condensing_bar: float
    gwp_ar4: float
    gwp_ar5: float
    gwp_ar6: float
    gwp_eu: float
    fluorinated: bool
    safety_class: str

    @property
    def kind(self) -> str:
        """
        Which cycle fits the refrigerant.

        Returns
        -------
        kind
            ``"pure"``, ``"blend"`` or ``"transcritical"``.
        """
        return "blend" if self.model in {"pseudo_pure", "mixture"} else self.model

    @property
    def max_condensing_degc(self) -> float:
        """
        Warmest condensing temperature that keeps the margin to the critical point [°C].

        Returns
        -------
        max_condensing_degc
            Critical temperature less the margin [°C]; of a blend, a dew temperature.
        """
        return self.critical_degc - self.critical_margin_k

    def gwp(self, gwp_set: str) -> float:
        """
        Global warming potential over 100 years [kg CO2e per kg].

        Parameters
        ----------
        gwp_set
            Whose values to use: ``"AR4"``, ``"AR5"`` or ``"AR6"`` for an assessment report of the
            IPCC, ``"EU"`` for the annexes of Regulation (EU) 2024/573, which mix AR4 for saturated
            and AR6 for unsaturated fluids. Rules name their set, and the choice decides whether a
            fluid passes a limit.

        Returns
        -------
        gwp
            Warming potential, carbon dioxide being 1.

        Raises
        ------
        RefrigerantError
            If there is no such set.

        Examples
        --------
        >>> refrigerant("R-32").gwp("AR4"), refrigerant("R-32").gwp("AR6")
        (675.0, 771.0)
        """
        if gwp_set not in GWP_SETS:
            raise RefrigerantError(f"no GWP set {gwp_set!r}; choose one of {', '.join(GWP_SETS)}")
        sets = (self.gwp_ar4, self.gwp_ar5, self.gwp_ar6, self.gwp_eu)
        return sets[GWP_SETS.index(gwp_set)]


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
        ``"R717"``, ``"R-717"``, ``"r 717"`` or ``"ammonia"``; isomers as in ``"R-1234ze(E)"``.

    Returns
    -------
    refrigerant
        The row of ``data/refrigerants.csv``.

    Raises
    ------
    RefrigerantError
        If the fluid is not in the table.

    Examples
    --------
    >>> refrigerant("R-717").safety_class
    'B2L'
    >>> refrigerant("CO2").kind
    'transcritical'
    """
    table = wide("refrigerants")
    spelled = {_bare(key): key for key in table.index}
    spelled |= {_bare(alias): key for alias, key in _ALIASES.items()}
    key = spelled.get(_bare(name))
    if key is None:
        raise RefrigerantError(
            f"refrigerant {name!r} is not in the table; choose one of {', '.join(table.index)}"
        )
    return _from_row(key, table.loc[key])


def _from_row(key: str, row: pd.Series[float]) -> Refrigerant:
    """Refrigerant from its figures."""
    letter = "AB"[round(row["higher_toxicity"])]
    limits = ("critical_margin_k", "max_discharge_degc", "max_condensing_bar")
    numbers = ("critical_degc", "critical_bar", *limits, "gwp_ar4", "gwp_ar5", "gwp_ar6", "gwp_eu")
    return Refrigerant(
        key=key,
        model=_MODELS[round(row["model_rank"])],
        fluorinated=bool(row["fluorinated"]),
        safety_class=letter + _FLAMMABILITY[round(row["flammability_rank"])],
        **{column: float(row[column]) for column in numbers},
    )


def _bare(name: str) -> str:
    """Name without hyphens, spaces or case, for comparison."""
    return name.replace("-", "").replace(" ", "").casefold()
