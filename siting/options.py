"""
Ways to make the heat of each link and network, side by side, and the one that is chosen.

A link can be served by an exchanger alone, an exchanger with a heat pump behind it, a heat pump, or
a loop at source temperature with a heat pump at the consumer; the first three at any supply
temperature that is warm enough for its consumer. Each way has its own temperatures, pipe, machines,
losses, pumping and money. The best by the objective of the ranking is chosen unless the planner
says otherwise, and others are kept with what they would have given and why they lost. COPs for the
comparison come from the table of `heatreach.thermo`, sizes are a share of the peak; what is chosen
is solved exactly and sized as the planner asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.thermo import AMBIENT, exact_machines, fast_machines

from .planning.arrangements import arranged_links, arrangement_machines, arrangements_tried
from .planning.choice import (
    OK,
    best_first,
    first_of_each,
    loser_reasons,
    way_objective,
)
from .planning.link_pipes import link_pipes
from .planning.loads import year_loads
from .planning.temperatures import too_cold_supplies, tried_supplies

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from .appraisal.conditions import Conditions
    from .hours import Hours
    from .planning.loads import YearLoads
    from .scenario import Scenario

    Rows = npt.NDArray[np.intp]

SIZED_BEST = 2
"""Arrangements of a link that are sized by cost: the best of the comparison, each at its best
temperature."""
CHUNK = 2000
"""Links worked on at a time; bounds the memory of their hourly shapes."""
NAMES = ("site_id", "consumer_id", "hypothetical")
"""Columns of a link that rows without figures have too."""


def link_options(
    links: pd.DataFrame,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Every link under every arrangement and supply temperature, and under those chosen.

    Parameters
    ----------
    links
        Links that are routed and piped for the supply temperature their consumer needs, without
        geometry.
    terms
        Income, present heat and substation of each link's consumer; index of the links.
    scenario, conditions, hours
        The study.

    Returns
    -------
    chosen
        One row per link, index of the links: pipe, energies, money and carbon of the way chosen,
        its COP exact; ``supply_degc`` is that of the way, ``supply_needed_degc`` what the consumer
        needs. ``infeasible`` with the reasons where none works.
    options
        Rows per link: every arrangement at the supply temperature chosen (at the one needed, where
        an ambient loop is), the best arrangement at each other temperature, and one without
        arrangement for each that is too cold. ``chosen`` marks the row of the link, ``reason`` says
        why the others lost.

    Notes
    -----
    All ways are compared with COPs from the table and machines of the scenario's share of the peak.
    The best of each link is then solved exactly and sized as the scenario asks, and the comparison
    repeated until the best is such a row; of sizes by cost, the best two arrangements are.
    """
    parts = [
        _chunk_options(links.iloc[rows], terms.iloc[rows], scenario, conditions, hours)
        for rows in _chunks(len(links))
    ]
    chosen, options = zip(*parts, strict=True)
    return pd.concat(chosen), pd.concat(options, ignore_index=True)


def _chunks(count: int) -> Iterator[slice]:
    """Slices of rows."""
    return (slice(first, first + CHUNK) for first in range(0, count, CHUNK))


@dataclass(frozen=True, slots=True)
class _Ways:
    """
    Links at every supply temperature tried, as loads, and which link each is.

    ``at_need`` marks the temperature the consumer needs, one row per link.
    """

    loads: YearLoads
    terms: pd.DataFrame
    link: Rows
    at_need: npt.NDArray[np.bool_]
    scenario: Scenario
    conditions: Conditions

    def under(self, name: str, rows: Rows, *, exact: bool) -> pd.DataFrame:
        """Some of the ways under an arrangement, with their link and row."""
        scenario = self.scenario
        if not exact:
            # Ways are compared at one size; the best is then sized as the scenario asks.
            alike = scenario.heat_pump.model_copy(update={"sizing": "share"})
            scenario = scenario.model_copy(update={"heat_pump": alike})
        maker = exact_machines if exact else fast_machines
        mine = np.zeros(len(self.link), dtype=bool)
        mine[rows] = True
        found = arranged_links(
            name,
            self.loads.rows(mine),
            self.terms[mine],
            scenario,
            self.conditions,
            arrangement_machines(maker, name, scenario),
        )
        return found.loc[rows].copy().assign(load=self.link[rows], way=rows, exact=exact)

    def compared(self) -> pd.DataFrame:
        """All ways under all arrangements; of an ambient loop there is one per link."""
        every, own = np.arange(len(self.link)), np.flatnonzero(self.at_need)
        parts = [
            self.under(name, own if name == AMBIENT else every, exact=False)
            for name in arrangements_tried(self.scenario)
        ]
        return pd.concat(parts, ignore_index=True)

    def solved(self, tried: pd.DataFrame, rows: Rows) -> pd.DataFrame:
        """What was tried, with some rows solved exactly and sized as the scenario asks."""
        tried = tried.copy()
        for name, group in tried.iloc[rows].groupby("option", sort=False):
            again = self.under(str(name), group["way"].to_numpy(dtype=np.intp), exact=True)
            again = again.set_axis(group.index)[list(tried)]
            tried = pd.concat([tried.drop(index=group.index), again])
        return tried.sort_index()


def _ways(
    links: pd.DataFrame,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> _Ways:
    """Links piped for every supply temperature that is warm enough."""
    need = links["supply_degc"].to_numpy(dtype=float)
    tried = tried_supplies(need, scenario)
    link = tried["load"].to_numpy(dtype=np.intp)
    supply = tried["supply_degc"].to_numpy()
    frame = links.iloc[link].reset_index(drop=True)
    frame = frame.assign(supply_degc=supply, supply_needed_degc=need[link])
    pipes = link_pipes(frame, scenario, conditions)
    frame = frame.drop(columns=[c for c in frame if c in pipes]).join(pipes)
    return _Ways(
        loads=year_loads(frame, hours),
        terms=terms.iloc[link].reset_index(drop=True),
        link=link,
        at_need=supply == need[link],
        scenario=scenario,
        conditions=conditions,
    )


def _chunk_options(
    links: pd.DataFrame,
    terms: pd.DataFrame,
    scenario: Scenario,
    conditions: Conditions,
    hours: Hours,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Options of some links."""
    ways = _ways(links, terms, scenario, conditions, hours)
    objective = way_objective(scenario)
    tried = _decided(ways, objective)
    order = best_first(tried, objective)
    best = order[first_of_each(tried["load"].to_numpy()[order])]
    works = (tried["status"].to_numpy() == OK)[best]
    won = tried.iloc[best].set_axis(links.index).drop(columns=["load", "way", "exact"])
    nothing = _nothing_works(won[~works], tried, np.flatnonzero(~works))
    chosen = pd.concat([won[works], nothing]).loc[links.index]
    marked = tried.assign(chosen=False)
    marked.loc[marked.index[best[works]], "chosen"] = True
    kept = marked[_kept(tried, order, best, works)]
    kept = _with_reasons(kept, tried.iloc[best], objective, scenario.economics.money)
    cold = _too_cold(links, scenario)
    options = pd.concat([kept, cold], ignore_index=True)
    options = options.sort_values(["load", "supply_degc"], kind="stable", ignore_index=True)
    return chosen, options.drop(columns=["load", "way", "exact"])


def _decided(ways: _Ways, objective: str) -> pd.DataFrame:
    """All ways, the best of each link solved exactly."""
    tried = ways.compared()
    if ways.scenario.heat_pump.sizing == "least_cost":
        tried = ways.solved(tried, _best_arrangements(tried, objective))
    while True:
        order = best_first(tried, objective)
        best = order[first_of_each(tried["load"].to_numpy()[order])]
        open_ = ~tried["exact"].to_numpy(dtype=bool) & (tried["status"] == OK).to_numpy()
        rows = best[open_[best]]
        if not len(rows):
            return tried
        tried = ways.solved(tried, rows)


def _best_arrangements(tried: pd.DataFrame, objective: str) -> Rows:
    """Rows of the best arrangements of each link, each at its best temperature."""
    order = best_first(tried, objective)
    ordered = tried.iloc[order]
    own = ~ordered.duplicated(["load", "option"]).to_numpy() & (ordered["status"] == OK).to_numpy()
    rows = order[own]
    place = tried.iloc[rows].groupby("load").cumcount().to_numpy()
    return rows[place < SIZED_BEST]


def _kept(
    tried: pd.DataFrame, order: Rows, best: Rows, works: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Rows that are shown: all at the temperature chosen, loops, the best of each other one."""
    supply, load = tried["supply_degc"].to_numpy(), tried["load"].to_numpy(dtype=np.intp)
    shown = np.where(works, supply[best], tried["supply_needed_degc"].to_numpy()[best])
    loop = (tried["option"] == AMBIENT).to_numpy()
    place = np.empty(len(order))
    place[order] = np.arange(len(order))
    # Where nothing works at a temperature the last arrangement is shown: it reaches furthest.
    place = np.where(tried["status"] == OK, place, 2.0 * len(order) - place)
    rows = np.lexsort((place, supply, load))
    rows = rows[~loop[rows]]
    kept = (supply == shown[load]) | loop
    kept[rows[~tried.iloc[rows].duplicated(["load", "supply_degc"]).to_numpy()]] = True
    return np.asarray(kept)


def _with_reasons(
    kept: pd.DataFrame, winners: pd.DataFrame, objective: str, money: str
) -> pd.DataFrame:
    """Rows with why those that work were not chosen."""
    lost = ((kept["status"] == OK) & ~kept["chosen"]).to_numpy()
    losers = kept[lost]
    winner = winners.iloc[losers["load"].to_numpy(dtype=np.intp)]
    why = loser_reasons(losers, winner, objective=objective, money=money)
    reason = kept["reason"].to_numpy(dtype=object, copy=True)
    reason[lost] = why
    return kept.assign(reason=reason)


def _too_cold(links: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """A row for each supply temperature that is too cold for a link's consumer."""
    need = links["supply_degc"].to_numpy(dtype=float)
    cold = too_cold_supplies(need, scenario)
    load = cold["load"].to_numpy(dtype=np.intp)
    names = links[[name for name in NAMES if name in links]].iloc[load].reset_index(drop=True)
    return names.join(cold).assign(
        option="",
        cycle="",
        status="infeasible",
        chosen=False,
        dn="",
        supply_needed_degc=need[load],
    )


def _nothing_works(rows: pd.DataFrame, tried: pd.DataFrame, loads: Rows) -> pd.DataFrame:
    """Links that no arrangement serves, with the reasons of all at the temperature needed."""
    own = tried[tried["supply_degc"] == tried["supply_needed_degc"]]
    own = own[own["load"].isin(loads)]
    said = own["option"] + ": " + own["reason"]
    reasons = said.groupby(own["load"]).agg("; ".join).reindex(loads)
    first = own[~own.duplicated("load")].set_index("load").reindex(loads)
    # The first is no ambient loop unless that is the only one, so the pipe is that of a network.
    first = first.set_axis(rows.index)[list(rows)]
    return first.assign(
        option="", cycle="", status="infeasible", reason=reasons.to_numpy(dtype=object)
    )
