"""
The pipe of a single link: diameter, flow, temperatures, losses, pumping and cost.

One pipe pair from data centre to consumer, sized for that consumer alone at the temperatures of the
link, whatever flows in it: network water at supply temperature or the loop of an ambient network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from heatreach.data import price
from heatreach.network import (
    NO_PIPE,
    bore_capex,
    link_temperatures,
    pipe_catalogue,
    pipe_sizes,
    trench_capex,
)
from heatreach.thermo import (
    HOURS_PER_YEAR,
    density_kg_m3,
    heat_capacity_kj_kgk,
    mass_flow_kg_s,
    pressure_gradient_pa_m,
    velocity_m_s,
)

from ..appraisal.carbon import pipe_embodied_t_co2e
from .pumping import pumping_mwh

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..appraisal.conditions import Conditions
    from ..scenario import Scenario

CROSSINGS = {"bridges": "bridge", "tunnels": "tunnel", "level_crossings": "level_crossing"}


def link_pipes(links: pd.DataFrame, scenario: Scenario, conditions: Conditions) -> pd.DataFrame:
    """
    Pipe of each link, sized, at mean load, with its cost.

    Parameters
    ----------
    links
        ``supply_degc`` and ``return_degc`` at the consumer, ``peak_kw`` and ``heat_mwh`` that the
        pipe hands over, ``route_m``, ``hard_weighted_m``, ``soft_weighted_m``, crossings and
        ``service_crosses``.
    scenario, conditions
        The study.

    Returns
    -------
    pipes
        Pipe columns of LINKS, ``dn`` blank where no pipe of the catalogue is large enough; index as
        given.
    """
    money, rules = scenario.economics.money, scenario.network
    catalogue = pipe_catalogue(insulation_series=rules.insulation_series, money=money)
    supply, back = links["supply_degc"].to_numpy(), links["return_degc"].to_numpy()
    middle = (supply + back) / 2.0
    flow = np.asarray(mass_flow_kg_s(links["peak_kw"].to_numpy(), supply, back))
    size = pipe_sizes(flow, catalogue, temperature_degc=middle)
    bore = catalogue.inner_diameter_mm[size]
    gradient = pressure_gradient_pa_m(
        flow, bore, temperature_degc=middle, roughness_mm=catalogue.roughness_mm
    )
    state = link_temperatures(
        links["heat_mwh"].to_numpy() * 1e3 / HOURS_PER_YEAR,
        supply_degc=supply,
        return_degc=back,
        length_m=links["route_m"].to_numpy(),
        u_value_w_mk=catalogue.u_value_w_mk[size],
        ground_degc=conditions.ground_degc.value,
        drop_max_k=rules.supply_drop_max_k,
        heat_capacity_kj_kgk=np.asarray(heat_capacity_kj_kgk(middle)),
    )
    capex = trench_capex(
        size,
        catalogue,
        hard_m=links["hard_weighted_m"].to_numpy(),
        soft_m=links["soft_weighted_m"].to_numpy(),
    )
    capex = capex + _crossing_capex(links, money)
    bores = bore_capex(links["service_crosses"].tolist(), money=money)
    capex = capex + bores
    dn = pd.Series(np.where(size == NO_PIPE, "", catalogue.dn[size]), index=links.index)
    feed_peak = links["peak_kw"].to_numpy() + state.loss_kw
    return pd.DataFrame(
        {
            "dn": dn,
            "flow_kg_s": flow,
            "velocity_m_s": velocity_m_s(flow, bore, density_kg_m3(middle)),
            "gradient_pa_m": gradient,
            "supply_drop_k": state.supply_drop_k,
            "sink_out_degc": state.source_supply_degc,
            "sink_in_degc": state.source_return_degc,
            "loss_mwh": state.loss_kw * HOURS_PER_YEAR / 1e3,
            "feed_peak_kw": feed_peak,
            "pumping_mwh": pumping_mwh(
                flow,
                2.0 * gradient * links["route_m"].to_numpy(),
                temperature_degc=middle,
                mean_flow_kg_s=state.flow_kg_s,
                scenario=scenario,
            ),
            "embodied_t_co2e": pipe_embodied_t_co2e(dn, links["route_m"], scenario),
            "bore_capex": bores[0],
            "pipe_capex": capex[0],
            "pipe_capex_low": capex[1],
            "pipe_capex_high": capex[2],
        },
        index=links.index,
    )


def _crossing_capex(links: pd.DataFrame, money: str) -> npt.NDArray[np.float64]:
    """One-off cost of the crossings on each route; shape (3, links)."""
    total = np.zeros((3, len(links)))
    for column, name in CROSSINGS.items():
        row = price("crossings", name, "one_off_capex", target=money)
        total += np.outer([row.value, row.low, row.high], links[column].to_numpy())
    return total
