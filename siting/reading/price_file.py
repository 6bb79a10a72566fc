"""
A user's own prices of electricity and fuels, year by year.

A CSV file or workbook with the columns ``year``, ``price_base`` (the money of each row, such as
``EUR 2024``) and one or more of ``electricity_per_mwh``, ``gas_per_mwh``, ``oil_per_mwh`` and
``district_heat_per_mwh``, in real money. Everything wrong is refused at once (`year_table`). The
price of the first year of operation replaces the scenario's, later years become a path
(`heatreach.siting.appraisal.price_paths`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic_core import PydanticCustomError

from heatreach.data import price_factor

from ..scenario_words import checked_money
from .column_rules import registry_range
from .raw import refusal
from .year_table import YearRules, read_year_table, years_beyond

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from ..errors import Problem
    from .findings import Findings

    Floats = npt.NDArray[np.float64]

FUELS = ("electricity", "gas", "oil", "district_heat")
PRICE_BASE = "price_base"
TABLE = "prices"
_ENDING = "_per_mwh"
_PER_KWH = 1e3
_UNIT = "money per MWh"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFile:
    """
    Prices by year, as the user gave them.

    Attributes
    ----------
    file
        Its name.
    years
        Calendar years, rising.
    price_base
        Currency and price base of each year's prices.
    prices
        By carrier of `FUELS` as far as the file has it: one figure per year [money/MWh].
    doubts
        What was accepted but should be looked at.
    sha256
        Hash of the file.
    """

    file: str
    years: Floats
    price_base: tuple[str, ...]
    prices: Mapping[str, Floats]
    doubts: tuple[Problem, ...]
    sha256: str

    def by_year(self, fuel: str, years: Floats, *, money: str) -> Floats:
        """
        Price of each year in one money [money/MWh].

        Parameters
        ----------
        fuel
            One of those in `prices`.
        years
            Calendar years; shape (years,).
        money
            Currency and price base wanted.

        Returns
        -------
        prices
            Rows brought to that money by price index and exchange rate, then straight between the
            years given and constant before and after them: nobody stated that a trend goes on.
        """
        factors = np.array([price_factor(base, money) for base in self.price_base])
        return np.asarray(np.interp(years, self.years, self.prices[fuel] * factors))

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
        return years_beyond(self.years, years, file=self.file, kept="prices")


def read_prices(path: Path | str) -> PriceFile:
    """
    Read prices of electricity and fuels by year.

    Parameters
    ----------
    path
        CSV or XLSX with ``year``, ``price_base`` and at least one column of prices, real money
        per MWh (gas by gross, oil by net calorific value, as in the tables); other columns are
        left alone.

    Returns
    -------
    prices
        Years in rising order with their prices.

    Raises
    ------
    InputError
        With everything that is wrong in the file.
    """
    table = read_year_table(
        path,
        YearRules(
            layer=TABLE,
            units=dict.fromkeys((fuel + _ENDING for fuel in FUELS), _UNIT),
            required={PRICE_BASE: "currency and price year of each row, for example EUR 2024"},
            check=_check_prices,
            words={PRICE_BASE: _check_money},
        ),
    )
    if not table.numbers:
        columns = ", ".join(fuel + _ENDING for fuel in FUELS)
        raise refusal(table.file, "has no column of prices", f"add one or more of {columns}")
    return PriceFile(
        file=table.file,
        years=table.years,
        price_base=table.words[PRICE_BASE],
        prices={name.removesuffix(_ENDING): column for name, column in table.numbers.items()},
        doubts=table.doubts,
        sha256=table.sha256,
    )


def _check_prices(values: Floats, texts: list[str], name: str, findings: Findings) -> None:
    """Refuse prices out of range; below it they are probably per kWh."""
    low, high = registry_range(TABLE, name)
    outside = np.isfinite(values) & ((values < low) | (values > high))
    if not outside.any():
        return
    worst = float(values[outside][0])
    advice = f"give {low:g} to {high:g} {_UNIT}"
    if 0.0 < worst < low:
        advice = f"if {worst:g} is money per kWh, write {worst * _PER_KWH:g}"
    findings.refuse(
        f"is outside {low:g} to {high:g} {_UNIT}", advice, column=name, mask=outside, shown=texts
    )


def _check_money(texts: list[str], name: str, findings: Findings) -> None:
    """Refuse price bases into which nothing can be converted."""
    for text in dict.fromkeys(texts):
        try:
            checked_money(text)
        except PydanticCustomError as error:
            what, _, advice = error.message().partition("; ")
            rows = np.array([other == text for other in texts]) if text else np.zeros(0, dtype=bool)
            if rows.any():
                findings.refuse(what, advice, column=name, mask=rows, shown=texts)
