"""
A user's own emission factors of electricity, year by year.

A CSV file or workbook with the columns ``year`` and ``electricity_kg_per_kwh``, and
``marginal_kg_per_kwh`` if wanted. Everything wrong is refused at once (`year_table`). What the
factors do between the years, and beyond the last, is in `heatreach.thermo.carbon.grid`; official
trajectories change every year and are therefore read, not built in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heatreach.thermo.carbon.grid import years_between

from .column_rules import registry_range
from .raw import refusal
from .year_table import YearRules, read_year_table, years_beyond

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from ..errors import Problem
    from .findings import Findings

    Floats = npt.NDArray[np.float64]

AVERAGE, MARGINAL = "electricity_kg_per_kwh", "marginal_kg_per_kwh"
_PER_KWH = {"g/kWh": 1e-3, "kg/MWh": 1e-3}
_UNIT = "kg/kWh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """
    Emission factors of electricity by year, as the user gave them.

    `years` rise; `average` and, where given, `marginal` [kg/kWh] have one figure per year. `doubts`
    were accepted; `sha256` is the hash of the file, `file` its name.
    """

    file: str
    years: Floats
    average: Floats
    marginal: Floats | None
    doubts: tuple[Problem, ...]
    sha256: str

    def factors(self, years: Floats, *, basis: str = "average") -> Floats:
        """
        Factor of each year [kg CO2e/kWh].

        Parameters
        ----------
        years
            Calendar years; shape (years,).
        basis
            ``"average"`` or ``"marginal"``.

        Returns
        -------
        factors
            Straight between the years given, constant before and after them.

        Raises
        ------
        InputError
            If marginal factors are wanted and the file has none.
        """
        if basis != "marginal":
            return years_between(years, self.years, self.average)
        if self.marginal is None:
            what = f"has no column {MARGINAL}, but marginal factors are wanted"
            raise refusal(self.file, what, "add the column or count average factors")
        return years_between(years, self.years, self.marginal)

    def beyond(self, years: Floats) -> tuple[Problem, ...]:
        """
        Doubts about years that the file does not cover.

        Parameters
        ----------
        years
            Calendar years of the study.

        Returns
        -------
        doubts
            One if some years are before the first or after the last given; else none.
        """
        return years_beyond(self.years, years, file=self.file, kept="factors")


def read_trajectory(path: Path | str) -> Trajectory:
    """
    Read emission factors of electricity by year.

    Parameters
    ----------
    path
        CSV or XLSX with ``year``, ``electricity_kg_per_kwh`` [kg CO2e/kWh] and, if wanted,
        ``marginal_kg_per_kwh``; other columns are left alone.

    Returns
    -------
    trajectory
        Years in rising order with their factors.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    table = read_year_table(
        path,
        YearRules(
            layer="trajectory",
            units={AVERAGE: _UNIT, MARGINAL: _UNIT},
            required={AVERAGE: f"{_UNIT}, so 0.2 and not 200"},
            check=_check_factors,
            words={},
        ),
    )
    return Trajectory(
        file=table.file,
        years=table.years,
        average=table.numbers[AVERAGE],
        marginal=table.numbers.get(MARGINAL),
        doubts=table.doubts,
        sha256=table.sha256,
    )


def _check_factors(values: Floats, texts: list[str], name: str, findings: Findings) -> None:
    """Refuse factors out of range, with the unit that was probably meant."""
    low, high = registry_range("scenario", "emissions.grid_co2e_kg_per_kwh")
    outside = np.isfinite(values) & ((values < low) | (values > high))
    if not outside.any():
        return
    worst = float(values[outside][0])
    meant = [unit for unit, share in _PER_KWH.items() if low <= worst * share <= high]
    advice = f"give {low:g} to {high:g} {_UNIT}"
    if worst > high and meant:
        advice = f"if {worst:g} is in {' or '.join(meant)}, write {worst / 1e3:g}"
    findings.refuse(
        f"is outside {low:g} to {high:g} {_UNIT}", advice, column=name, mask=outside, shown=texts
    )
