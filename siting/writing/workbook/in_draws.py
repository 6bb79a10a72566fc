"""What the draws do with an assumption of the workbook: move it, hold it, or keep a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...uncertain.drivers import LIFE

if TYPE_CHECKING:
    from ...appraisal.ledger import Ledger

DRAWN, HELD, DECIDED = "drawn", "held", "decision"
SCENARIO_HOW, CONTINGENCY = "scenario", "contingency_share"


def key_in_draws(ledger: Ledger, name: str) -> str:
    """
    What the draws do with a key of the scenario's economics.

    Parameters
    ----------
    ledger
        Of the projects.
    name
        The key.

    Returns
    -------
    word
        ``decision`` for most; a few are uncertain too and drawn; contingency is held.
    """
    if name == CONTINGENCY:
        return HELD
    drivers = ledger.ranges.drivers
    is_same = (drivers["how"] == SCENARIO_HOW) & (drivers["origin"] == f"economics.{name}")
    same = drivers.index[is_same]
    return driver_in_draws(ledger, str(same[0])) if len(same) else DECIDED


def driver_in_draws(ledger: Ledger, driver: str) -> str:
    """
    Whether a driver is drawn in this study; what the user gives has no range.

    Parameters
    ----------
    ledger
        Of the projects.
    driver
        Its name.

    Returns
    -------
    word
        ``drawn`` or ``held``.
    """
    number = ledger.ranges.drivers.index.get_loc(driver)
    low, high = (ends[:, number] for ends in (ledger.ranges.low, ledger.ranges.high))
    return DRAWN if (low < high).any() else HELD


def life_in_draws(ledger: Ledger, key: str) -> str:
    """
    Whether a life is drawn.

    Parameters
    ----------
    ledger
        Of the projects.
    key
        As in `heatreach.siting.appraisal.cash_flow.line_lives`.

    Returns
    -------
    word
        ``drawn`` or ``held``.
    """
    drivers = ledger.ranges.drivers
    origins = " ".join(drivers.loc[drivers["kind"] == LIFE, "origin"]).split()
    return DRAWN if key in {origin.rpartition("/")[0] for origin in origins} else HELD
