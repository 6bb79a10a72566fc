"""
Who pays and who gains: the operator of the network, the data centre, the consumers, the public.

The same money lines as everywhere, seen from each side; what one pays another mostly receives, so
that the four add up to society. Present values are at the study's rate and without a value of
carbon, which is in `social`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .cash_flow import PAYERS, SOCIETY, YEARLY, cash_lines, payer_signs
from .line_values import study_factors, study_profiles
from .returns import discount_factors, nominal_flows, shown_inflation, shown_rate

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..scenario import Scenario
    from .bill import Bill
    from .conditions import Conditions

    Floats = npt.NDArray[np.float64]

FIRST_YEAR = 1
TODAY, HEAT, CHARGES, COOLING = "heat of today", "heat sold", "standing charges", "spared cooling"
CONSUMER = "consumer"
"""The payer whose bills before and after are compared."""
PERCENT = 100.0
THOUSAND, MILLION, MANY = 1e3, 1e6, 1e7
"""From `MANY` on sums are said in millions: below, a tenth of one would hide what differs."""


def payer_table(bill: Bill, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    What each payer of a project pays, gains and keeps.

    Parameters
    ----------
    bill
        Of `heatreach.siting.appraisal.bill.bill`; its index is the project's identifier.
    scenario, conditions
        The study.

    Returns
    -------
    table
        Table ``payers``: one row per project and payer, and one for society, which is their sum.
        ``paid`` and ``gained`` are present values over the horizon, ``npv`` their difference;
        ``paid_per_year`` and ``gained_per_year`` are those of the first year of operation.
        Consumers also have their bill for heat before and after, per year and per MWh.

    Notes
    -----
    A part (pipes, electricity, heat sold) is paid in years in which it costs the payer money and
    gained in those in which it brings some: the residual value is gained by whom the investment
    cost. To society a transfer is neither.
    """
    factors = study_factors(scenario)
    flows = _by_part(bill, scenario, conditions)
    flows[SOCIETY] = np.sum(list(flows.values()), axis=0)
    tables = [
        _payer(payer, money, factors, bill).assign(**_heat_bill(payer, bill))
        for payer, money in flows.items()
    ]
    stacked = pd.concat(tables, ignore_index=True)
    rows = len(bill.amounts)
    order = np.arange(len(stacked)).reshape(len(tables), rows).T.ravel()
    table = stacked.iloc[order].reset_index(drop=True)
    sentences = [_sentence(row, scenario, bill) for _, row in table.iterrows()]
    return table.assign(description=sentences)


def _by_part(bill: Bill, scenario: Scenario, conditions: Conditions) -> dict[str, Floats]:
    """Real money of each payer, shape (rows, years + 1, parts); what is paid is negative."""
    group = (cash_lines()["part"].to_numpy() == np.array(_parts())[:, None]).astype(float)
    amounts, profiles = bill.amounts.to_numpy(), study_profiles(scenario, conditions)
    return {
        payer: np.einsum(
            "pl,rl,ly->ryp", group * payer_signs(payer), amounts, profiles, optimize=True
        )
        for payer in PAYERS
    }


def _parts() -> list[str]:
    """What money is for, in the order of the lines."""
    return list(dict.fromkeys(cash_lines()["part"]))


def _payer(payer: str, money: Floats, factors: Floats, bill: Bill) -> pd.DataFrame:
    """Sums of one payer; one row per project."""
    worth = {"paid": np.maximum(-money, 0.0), "gained": np.maximum(money, 0.0)}
    present = {name: (factors @ part).sum(axis=1) for name, part in worth.items()}
    first = {f"{name}_per_year": part[:, FIRST_YEAR].sum(axis=1) for name, part in worth.items()}
    return pd.DataFrame(
        {
            "project_id": bill.amounts.index,
            "payer": payer,
            "npv": present["gained"] - present["paid"],
            **present,
            **first,
        }
    )


def _heat_bill(payer: str, bill: Bill) -> dict[str, Floats | float]:
    """What consumers pay for heat today and from the network, in the first year."""
    names = ("before_per_year", "after_per_year", "before_per_mwh", "after_per_mwh")
    if payer != CONSUMER:
        return dict.fromkeys(names, np.nan)
    before, after = _of_parts(bill, TODAY), _of_parts(bill, HEAT, CHARGES)
    heat = bill.heat_mwh.to_numpy()
    per_mwh = [
        np.divide(money, heat, out=np.full_like(money, np.nan), where=heat > 0.0)
        for money in (before, after)
    ]
    return dict(zip(names, (before, after, *per_mwh), strict=True))


def _of_parts(bill: Bill, *parts: str) -> Floats:
    """First-year amount of some parts of the lines together."""
    chosen = cash_lines()["part"].isin(parts)
    return np.asarray(bill.amounts.loc[:, chosen.to_numpy()].sum(axis=1).to_numpy(dtype=float))


def _sentence(row: pd.Series, scenario: Scenario, bill: Bill) -> str:
    """What the row says: what happens in the first year, and what that comes to."""
    economics, payer = scenario.economics, str(row["payer"])
    words = Words(economics.money)
    opening = _OPENINGS[payer](row, bill.amounts.loc[row["project_id"]], words)
    if not row["paid"] and not row["gained"]:
        return f"{opening}."
    who, verbs = _RESULTS.get(payer, ("it", ("gains", "loses")))
    verb = verbs[int(row["npv"] < 0.0)]
    rate = PERCENT * economics.discount_rate_share
    return (
        f"{opening}; over {economics.life_years} years at {rate:g} % {who} {verb}"
        f" {words(abs(row['npv']))}."
    )


@dataclass(frozen=True, slots=True)
class Words:
    """Amounts of money in words."""

    money: str

    def __call__(self, *amounts: float) -> str:
        """One amount, or one instead of another, in thousands or (large ones) in millions."""
        large = max(abs(amount) for amount in amounts) >= MANY
        unit, digits, word = (MILLION, 1, "million") if large else (THOUSAND, 0, "thousand")
        said = [f"{round(float(amount) / unit, digits) + 0.0:,.{digits}f}" for amount in amounts]
        return f"{' instead of '.join(said)} {word} {self.money}"

    @property
    def currency(self) -> str:
        """Currency without its year."""
        return self.money.split()[0]


def _sum(amounts: pd.Series) -> float:
    """Amounts together."""
    return float(amounts.to_numpy(dtype=float).sum())


def _operator(row: pd.Series, amounts: pd.Series, words: Words) -> str:
    """What the network's operator spends, takes in and pays."""
    lines = cash_lines()
    at_start = (lines["kind"] != YEARLY) * lines["operator"]
    helped = _sum(amounts[at_start > 0.0]) > 0.0
    after = " after grant and connection charges" * helped
    return (
        f"The operator spends {words(-_sum(amounts * at_start))} on building{after}, then takes in"
        f" {words(row['gained_per_year'])} and pays {words(row['paid_per_year'])} in the first year"
    )


def _data_centre(_row: pd.Series, amounts: pd.Series, words: Words) -> str:
    """What its heat brings the data centre, and what it no longer spends."""
    heat = float(amounts["source_heat"] - amounts["source_heat_spared"])
    lines = cash_lines()
    cooling = _sum(amounts[lines["part"] == COOLING])
    paid = f"gets {words(heat)}" if heat >= 0.0 else f"pays {words(-heat)}"
    return (
        f"The data centre {paid} a year for its heat and saves {words(cooling)} of electricity and"
        " water for cooling"
    )


def _consumer(row: pd.Series, amounts: pd.Series, words: Words) -> str:
    """What heat costs consumers now and then."""
    if not np.isfinite(row["before_per_mwh"]):
        return "No consumer gets heat"
    charge = float(amounts["connection_charge"])
    joined = f", after {words(charge)} once to be connected" if charge else ""
    return (
        f"Consumers pay {row['after_per_mwh']:.0f} {words.currency}/MWh for heat in the first year"
        f" instead of {row['before_per_mwh']:.0f}"
        f" ({words(row['after_per_year'], row['before_per_year'])} a year){joined}"
    )


def _public(_row: pd.Series, amounts: pd.Series, words: Words) -> str:
    """What is granted, and paid for emissions avoided."""
    grant, yearly = float(amounts["grant"]), float(amounts["carbon_payment"])
    given = [f"grants {words(grant)}"] * bool(grant)
    given += [f"pays {words(yearly)} a year for emissions avoided"] * bool(yearly)
    return f"The public {' and '.join(given) or 'neither grants nor pays anything'}"


def _society(_row: pd.Series, _amounts: pd.Series, _words: Words) -> str:
    """All of them, among whom transfers cancel."""
    return "All four together, before any value of emissions avoided"


_OPENINGS = {
    "operator": _operator,
    "data_centre": _data_centre,
    CONSUMER: _consumer,
    "public": _public,
    SOCIETY: _society,
}
_RESULTS = {CONSUMER: ("they", ("gain", "lose")), SOCIETY: ("they", ("gain", "lose"))}


def cash_flow_table(bill: Bill, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    Money of every payer by year and part.

    Parameters
    ----------
    bill
        Of `heatreach.siting.appraisal.bill.bill`; its index is the project's identifier.
    scenario, conditions
        The study; ``economics.basis`` says whether money is real or of the day.

    Returns
    -------
    table
        Table ``cash_flow``: one row per project, year and part in which money moves; what a payer
        pays is negative. ``discount_factor`` fits the money: the products add up to the net present
        value in either basis.
    """
    economics = scenario.economics
    growth = nominal_flows(np.ones(economics.life_years + 1), shown_inflation(scenario))
    real = _by_part(bill, scenario, conditions)
    money = {payer: flows * growth[:, None] for payer, flows in real.items()}
    rate = float(shown_rate(economics.discount_rate_share, scenario))
    moved = np.any([flows != 0.0 for flows in money.values()], axis=0)
    project, year, part = np.nonzero(moved)
    return pd.DataFrame(
        {
            "project_id": bill.amounts.index.to_numpy()[project],
            "year": year,
            "calendar_year": economics.first_year - 1 + year,
            "part": np.array(_parts(), dtype=object)[part],
            **{payer: flows[project, year, part] for payer, flows in money.items()},
            "discount_factor": discount_factors(rate, economics.life_years)[year],
        }
    )
