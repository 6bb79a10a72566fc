"""
Money and carbon of projects when their drivers are not at their central values.

Every amount of a bill is a product of powers of drivers (column ``drivers`` of ``cash_lines``), so
that a draw only scales it; soft costs, contingency and grant are shares of what is then invested.
How years bend is in `drawn_profiles`. Who is connected and where the trench runs stay as planned;
sizes follow the demand by its powers in ``cash_lines``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..appraisal.carbon_years import carbon_lines
from ..appraisal.cash_flow import INVESTMENT, cash_lines, cost_signs, payer_signs
from ..appraisal.returns import discount_factors
from .drawn_profiles import bends, class_profiles, class_worths, spread_flows
from .drivers import exponents

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt
    import pandas as pd

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario
    from .drawn_profiles import Profiles
    from .drivers import Ranges

    Floats = npt.NDArray[np.float64]
    Powers = tuple[tuple[tuple[int, float], ...], ...]

SOFT, CONTINGENCY, GRANT, CARBON_PAYMENT = "soft_costs", "contingency", "grant", "carbon_payment"
OPERATOR, SOCIETY, COST = 0, 1, 2
"""Places of the sums in `Drawn`: what the operator gains, what all gain, what heat costs."""
DEMAND, CARBON_VALUE = "demand", "carbon_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carbon:
    """Emissions by line: amounts, shape (rows, lines), and what draws do to them."""

    amounts: Floats
    signs: Floats
    profiles: Floats
    powers: Powers


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnModel:
    """
    Amounts of all projects with the powers of their drivers: everything a draw needs.

    Attributes
    ----------
    ranges
        Drivers of the projects.
    amounts, heat_mwh
        Central, shape (rows, lines) and (rows,).
    powers
        Drivers and their powers per line.
    shares
        Soft costs, contingency and grant as shares of what they are shares of, shape (rows, 3).
    source_share
        Heat taken from the data centre over all that it has, shape (rows,); NaN if not known.
    weights
        Signs of each sum, sorted into classes of lines, shape (3, classes, lines).
    bought
        Lines that are investments.
    profiles, carbon, factors
        Years of money, emissions, and discount factors.
    """

    ranges: Ranges
    amounts: Floats
    heat_mwh: Floats
    powers: Powers
    shares: Floats
    source_share: Floats
    weights: Floats
    bought: npt.NDArray[np.bool_]
    profiles: Profiles
    carbon: Carbon
    factors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """
    Draws of one project.

    Attributes
    ----------
    flows
        Money per year for `OPERATOR`, `SOCIETY` and `COST`, shape (3, draws, years).
    heat_mwh
        Heat delivered per year, shape (draws,).
    net_t, emitted_t
        Tonnes avoided less those caused, shape (draws, years), and caused in the first year.
    carbon_value
        What a tonne counts for society against the central case, shape (draws,).
    source_share
        Heat taken from the data centre over all that it has, shape (draws,).
    """

    flows: Floats
    heat_mwh: Floats
    net_t: Floats
    emitted_t: Floats
    carbon_value: Floats
    source_share: Floats


def drawn_model(
    amounts: pd.DataFrame,
    heat_mwh: pd.Series[float],
    energy: pd.DataFrame,
    ranges: Ranges,
    scenario: Scenario,
    conditions: Conditions,
) -> DrawnModel:
    """
    Everything that draws of a set of projects need.

    Parameters
    ----------
    amounts, heat_mwh
        Of the central bill: rows × lines, and heat per year.
    energy
        Energies of the same rows.
    ranges
        Their drivers.
    scenario, conditions
        Rate, horizon, price paths, factors.

    Returns
    -------
    model
        For `draw_flows` and `draw_npv`.
    """
    lines, years = cash_lines(), scenario.economics.life_years
    place = {str(name): number for number, name in enumerate(ranges.drivers.index)}
    ordered = amounts[list(lines.index)].to_numpy(dtype=float)
    tonnes = carbon_lines(energy, scenario, conditions, years)
    signs = np.stack([payer_signs("operator"), payer_signs("society"), cost_signs()])
    profiles = class_profiles(ranges, scenario, conditions)
    return DrawnModel(
        ranges=ranges,
        amounts=ordered,
        heat_mwh=np.asarray(heat_mwh, dtype=np.float64),
        powers=_powers(lines["drivers"], place),
        shares=_shares(ordered, lines),
        source_share=_source_share(energy),
        weights=_weights(signs, profiles),
        bought=(lines["kind"] == INVESTMENT).to_numpy(),
        profiles=profiles,
        carbon=Carbon(
            amounts=tonnes.amounts.to_numpy(dtype=float),
            signs=np.asarray(tonnes.signs, dtype=float),
            profiles=np.asarray(tonnes.profiles, dtype=float),
            powers=_powers(tonnes.drivers, place),
        ),
        factors=discount_factors(scenario.economics.discount_rate_share, years),
    )


def _powers(drivers: Iterable[str], place: dict[str, int]) -> Powers:
    """Number and power of the drivers of each line."""
    return tuple(
        tuple((place[name], power) for name, power in exponents(cell).items()) for cell in drivers
    )


@cache
def _places() -> dict[str, int]:
    """Places of the lines that are shares of others, or of tonnes."""
    order = list(cash_lines().index)
    return {name: order.index(name) for name in (SOFT, CONTINGENCY, GRANT, CARBON_PAYMENT)}


def _weights(signs: Floats, profiles: Profiles) -> Floats:
    """Signs of the lines of each class, shape (sums, classes, lines)."""
    member = np.zeros((len(profiles.table), signs.shape[1]))
    member[profiles.of_line, np.arange(signs.shape[1])] = 1.0
    return signs[:, None, :] * member


def _source_share(energy: pd.DataFrame) -> Floats:
    """Heat taken from the data centre over all that it has."""
    if not {"source_mwh", "source_left_mwh"} <= set(energy):
        return np.full(len(energy), np.nan)
    taken, left = (energy[name].to_numpy(dtype=float) for name in ("source_mwh", "source_left_mwh"))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(taken / (taken + left))


def _shares(amounts: Floats, lines: pd.DataFrame) -> Floats:
    """Soft costs and contingency per investment, grant per all three, shape (rows, 3)."""
    at = _places()
    invested = amounts[:, (lines["kind"] == INVESTMENT).to_numpy()].sum(axis=1)
    soft, contingency, grant = (amounts[:, at[name]] for name in (SOFT, CONTINGENCY, GRANT))
    whole = invested + soft + contingency
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.stack([soft / invested, contingency / invested, grant / whole], axis=1)
    return np.asarray(np.nan_to_num(shares, nan=0.0, posinf=0.0, neginf=0.0))


def draw_flows(model: DrawnModel, row: int, drawn: Floats) -> Drawn:
    """
    Money by year and tonnes of one project in every draw.

    Parameters
    ----------
    model
        Of `drawn_model`.
    row
        Place of the project.
    drawn
        Ratios and changes, shape (drivers, draws).

    Returns
    -------
    draws
        Money, heat and tonnes.

    Notes
    -----
    ``amount = central·Π ratio^power``; a price that changes by ``g`` instead of ``g0`` a year is
    ``((1+g)/(1+g0))^(t−1)`` of its central path; lives are rounded to whole years.
    """
    signed = _signed_tonnes(model, row, drawn)
    sums = _class_sums(model, model.weights, row, drawn)
    life, growth = bends(model.profiles, drawn)
    used = np.flatnonzero(np.any(sums != 0.0, axis=(0, 2)))
    flows = spread_flows(sums[:, used], model.profiles.table[used], life[used], growth[used])
    place = {name: number for number, name in enumerate(model.ranges.drivers.index)}
    caused = np.where(signed < 0.0, -signed, 0.0)
    return Drawn(
        flows=flows,
        heat_mwh=model.heat_mwh[row] * drawn[place[DEMAND]],
        net_t=signed.T @ model.carbon.profiles,
        emitted_t=caused.T @ model.carbon.profiles[:, 1],
        carbon_value=drawn[place[CARBON_VALUE]],
        source_share=model.source_share[row] * drawn[place[DEMAND]],
    )


def draw_npv(model: DrawnModel, row: int, drawn: Floats) -> Floats:
    """
    Net present value of the operator in every draw, without making the years.

    Parameters
    ----------
    model
        Of `drawn_model`.
    row
        Place of the project.
    drawn
        Ratios and changes, shape (drivers, draws).

    Returns
    -------
    npv
        Shape (draws,); equal to discounting the flows of `draw_flows`.
    """
    sums = _class_sums(model, model.weights[OPERATOR : OPERATOR + 1], row, drawn)[0]
    life, growth = bends(model.profiles, drawn)
    used = np.flatnonzero(np.any(sums != 0.0, axis=1))
    worth = class_worths(model.profiles.table[used], life[used], growth[used], model.factors)
    return np.asarray((sums[used] * worth).sum(axis=0))


def _scaled(amounts: Floats, powers: Powers, drawn: Floats) -> Floats:
    """Amounts of one project in every draw, shape (lines, draws)."""
    result = np.repeat(amounts[:, None], drawn.shape[1], axis=1)
    raised: dict[tuple[int, float], Floats] = {}
    for line, factors in enumerate(powers):
        if amounts[line] != 0.0:
            for driver, power in factors:
                if (driver, power) not in raised:
                    # Powers of one and their inverse need no logarithm, and are exact.
                    raised[driver, power] = (
                        drawn[driver] if power == 1.0 else drawn[driver] ** power
                    )
                result[line] *= raised[driver, power]
    return result


def _signed_tonnes(model: DrawnModel, row: int, drawn: Floats) -> Floats:
    """Tonnes of each line of one project in every draw, shape (lines, draws)."""
    tonnes = _scaled(model.carbon.amounts[row], model.carbon.powers, drawn)
    return model.carbon.signs[:, None] * tonnes


def _class_sums(model: DrawnModel, weights: Floats, row: int, drawn: Floats) -> Floats:
    """Signed amounts added up by class, shape (sums, classes, draws)."""
    at = _places()
    amounts = _scaled(model.amounts[row], model.powers, drawn)
    invested = amounts[model.bought].sum(axis=0)
    share = model.shares[row]
    for number, name in enumerate((SOFT, CONTINGENCY)):
        ratio = np.ones(drawn.shape[1])
        for driver, power in model.powers[at[name]]:
            ratio = ratio * drawn[driver] ** power
        amounts[at[name]] = share[number] * ratio * invested
    amounts[at[GRANT]] = share[2] * (invested + amounts[at[SOFT]] + amounts[at[CONTINGENCY]])
    paid = model.amounts[row, at[CARBON_PAYMENT]]
    if paid != 0.0:
        first = model.carbon.profiles[:, 1]
        central = (model.carbon.signs * model.carbon.amounts[row]) @ first
        drawn_first = first @ _signed_tonnes(model, row, drawn)
        amounts[at[CARBON_PAYMENT]] = paid * drawn_first / central
    flat = weights.reshape(-1, weights.shape[-1]) @ amounts
    return np.asarray(flat.reshape(*weights.shape[:2], -1))
