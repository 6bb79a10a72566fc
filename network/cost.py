"""
What a trench costs: ground, crossings, upkeep, heat lost and pumping, edge by edge.

Every cost belongs to one edge, so that a plan can be added up from its edges in any order. What is
paid once per crossing is shared among the edges that make it: a bridge or tunnel by length, a level
crossing by halves among the two edges that lead onto it, a bore by the service pipe that needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from heatreach.data import price
from heatreach.thermo import (
    HOURS_PER_YEAR,
    density_kg_m3,
    heat_loss_w_m,
    pressure_gradient_pa_m,
)

from .sizing import flow_limits_kg_s

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from .catalogue import Catalogue
    from .design import DesignRules
    from .streets import StreetGraph

RANGE = ("value", "low", "high")

MWH_PER_YEAR_AND_W = HOURS_PER_YEAR / 1e6
"""Megawatt hours per year in one watt held all year."""

BORES = {"rail": "rail_bore", "water": "water_bore", "motorway": "rail_bore"}
"""Row of the table ``crossings`` for what a pipe crosses; a motorway is jacked like a railway."""


def bore_capex(crosses: Sequence[str], *, money: str) -> npt.NDArray[np.float64]:
    """
    Cost of boring under what pipes cannot avoid.

    Parameters
    ----------
    crosses
        Words joined by ``+``, one text per pipe; a word that stands twice is two bores.
    money
        Currency and price base.

    Returns
    -------
    capex
        Value, low and high; shape (3, pipes).

    Examples
    --------
    >>> bore_capex(["", "building", "rail", "rail+rail"], money="EUR 2024")[0].tolist()
    [0.0, 0.0, 80000.0, 160000.0]
    """
    distinct, which = np.unique(np.asarray(crosses, dtype=str), return_inverse=True)
    total = np.zeros((len(RANGE), len(distinct)))
    for word, name in BORES.items():
        bores = np.array([text.split("+").count(word) for text in distinct.tolist()], dtype=float)
        if bores.any():
            total += np.outer(_one_off_price(name, money), bores)
    return np.asarray(total[:, which], dtype=float)


def _one_off_price(name: str, money: str) -> npt.NDArray[np.float64]:
    """Value, low and high of what one crossing costs."""
    row = price("crossings", name, "one_off_capex", target=money)
    return np.array([row.value, row.low, row.high])


def one_off_capex(streets: StreetGraph, *, money: str) -> npt.NDArray[np.float64]:
    """
    Share of each edge in what crossings cost once.

    Parameters
    ----------
    streets
        The street graph.
    money
        Currency and price base.

    Returns
    -------
    capex
        Value, low and high; shape (3, edges). A way over a whole bridge, through a whole tunnel or
        across a railway pays its price once.
    """
    bridge = streets.of_way("bridge").astype(bool)
    tunnel = streets.of_way("tunnel").astype(bool) & ~bridge
    total = np.zeros((len(RANGE), streets.edges))
    for name, part in (("bridge", bridge), ("tunnel", tunnel)):
        total += np.outer(_one_off_price(name, money), _share_of_run(streets, part))
    onto = streets.level_crossing[streets.tail] ^ streets.level_crossing[streets.head]
    total += np.outer(_one_off_price("level_crossing", money), onto / 2.0)
    return total + bore_capex(streets.crossed().tolist(), money=money)


def _share_of_run(streets: StreetGraph, part: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Share of each edge in the length of the run of connected edges it belongs to."""
    edge = np.flatnonzero(part)
    share = np.zeros(streets.edges)
    if len(edge) == 0:
        return share
    ends = (streets.tail[edge], streets.head[edge])
    links = coo_array((np.ones(len(edge)), ends), shape=(streets.nodes, streets.nodes))
    _, label = connected_components(links, directed=False)
    run = label[streets.tail[edge]]
    length = np.bincount(run, weights=streets.length_m[edge])
    share[edge] = streets.length_m[edge] / length[run]
    return share


def ground_m(streets: StreetGraph) -> npt.NDArray[np.float64]:
    """
    Length times cost factor of each edge in paved and in unpaved ground [m].

    Parameters
    ----------
    streets
        The street graph.

    Returns
    -------
    length
        Shape (2, edges): hard, soft; one of the two is 0.
    """
    weighted = streets.length_m * streets.of_way("cost_factor").astype(float)
    hard = streets.of_way("surface_class") == "hard"
    return np.stack([weighted * hard, weighted * ~hard])


def loss_w_m(catalogue: Catalogue, rules: DesignRules) -> npt.NDArray[np.float64]:
    """
    Heat loss of each pipe of the catalogue, supply and return, at design temperatures [W/m].

    Parameters
    ----------
    catalogue
        The pipes.
    rules
        Temperatures.

    Returns
    -------
    loss
        Shape (pipes,).
    """
    loss = heat_loss_w_m(
        rules.supply_degc,
        rules.return_degc,
        ground_degc=rules.ground_degc,
        u_value_w_mk=catalogue.u_value_w_mk,
    )
    return np.asarray(loss, dtype=float)


def losses_per_m(catalogue: Catalogue, rules: DesignRules) -> npt.NDArray[np.float64]:
    """
    Present value of the heat a metre of trench loses over the life, by pipe [money/m].

    Parameters
    ----------
    catalogue
        The pipes.
    rules
        Temperatures and the value of lost heat.

    Returns
    -------
    losses
        Shape (pipes,).
    """
    loss_mwh = loss_w_m(catalogue, rules) * rules.loss_factor * MWH_PER_YEAR_AND_W
    return np.asarray(loss_mwh * rules.loss_value_per_mwh, dtype=float)


def pumping_per_m(catalogue: Catalogue, rules: DesignRules) -> npt.NDArray[np.float64]:
    """
    Present value of pumping through a metre of trench over the life, by pipe [money/m].

    Parameters
    ----------
    catalogue
        The pipes.
    rules
        Temperatures, the value of pumping power and how far pipes are filled.

    Returns
    -------
    pumping
        Shape (pipes,).

    Notes
    -----
    Hydraulic power of supply and return at design flow, ``2·(dp/dx)·m/rho``. A pipe's flow is taken
    as its share of the largest it may carry, so that the cost of a section depends on its pipe
    only; `flow_share` of one plan serves the next.
    """
    middle = (rules.supply_degc + rules.return_degc) / 2.0
    limit = flow_limits_kg_s(catalogue, temperature_degc=np.array([middle]))[0]
    flow = limit * rules.flow_share
    gradient = pressure_gradient_pa_m(
        flow,
        catalogue.inner_diameter_mm,
        temperature_degc=middle,
        roughness_mm=catalogue.roughness_mm,
    )
    power_kw = 2.0 * gradient * flow / density_kg_m3(middle) / 1e3
    return np.asarray(power_kw * rules.pumping_value_per_kw, dtype=float)


def flow_share(edges: pd.DataFrame, catalogue: Catalogue, rules: DesignRules) -> float:
    """
    How far the pipes of a plan are filled: design flow over the largest flow, mean by length.

    Parameters
    ----------
    edges
        Sections of the plan: ``size``, ``flow_kg_s``, ``length_m``.
    catalogue, rules
        Pipes and temperatures.

    Returns
    -------
    share
        One value for all pipes, so that a larger pipe never costs less to pump through.
    """
    middle = np.array([(rules.supply_degc + rules.return_degc) / 2.0])
    limit = flow_limits_kg_s(catalogue, temperature_degc=middle)[0]
    share = edges["flow_kg_s"].to_numpy() / limit[edges["size"].to_numpy()]
    return float(np.average(share, weights=edges["length_m"].to_numpy()))


def running_per_m(catalogue: Catalogue, rules: DesignRules) -> npt.NDArray[np.float64]:
    """
    Present value of heat lost and pumping per metre of trench over the life, by pipe [money/m].

    Parameters
    ----------
    catalogue, rules
        Pipes and conditions of the design.

    Returns
    -------
    running
        Shape (pipes,).
    """
    return losses_per_m(catalogue, rules) + pumping_per_m(catalogue, rules)


def capex_by_pipe(
    streets: StreetGraph, catalogue: Catalogue, *, column: str = "value"
) -> npt.NDArray[np.float64]:
    """
    Investment in each edge with each pipe.

    Parameters
    ----------
    streets
        The street graph.
    catalogue
        The pipes.
    column
        ``value``, ``low`` or ``high``.

    Returns
    -------
    capex
        Shape (edges, pipes).
    """
    row = RANGE.index(column)
    ground = ground_m(streets)
    per_m = catalogue.capex_per_m[row]
    capex = ground[0][:, None] * per_m[0] + ground[1][:, None] * per_m[1]
    one_off = one_off_capex(streets, money=catalogue.money)[row]
    return np.asarray(capex + one_off[:, None], dtype=float)


def cost_by_pipe(
    streets: StreetGraph, catalogue: Catalogue, rules: DesignRules
) -> npt.NDArray[np.float64]:
    """
    Present value of each edge with each pipe: investment, upkeep, heat lost and pumping.

    Parameters
    ----------
    streets
        The street graph.
    catalogue
        The pipes.
    rules
        Conditions of the design.

    Returns
    -------
    cost
        Shape (edges, pipes).
    """
    capex = capex_by_pipe(streets, catalogue) * (1.0 + rules.upkeep_value_share)
    running = streets.length_m[:, None] * running_per_m(catalogue, rules)
    return np.asarray(capex + running, dtype=float)
