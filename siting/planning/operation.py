"""
How a designed network would run: who is served, and what the year takes.

Every final network is simulated on the design day and over the year. Whoever would be too cold or
get too little pressure is helped by warmer water or wider pipes, whichever is cheaper over the
life, before money and carbon are reckoned; whom nothing helps is named. The simulation is that of
`heatreach.network.simulate`; the energies stay those of the mean yearly load (`network_energy`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from heatreach.data import assumption
from heatreach.network.operation.annual import simulate_year
from heatreach.network.operation.correction_words import COLD_TOLERANCE_K
from heatreach.network.operation.corrections import Remedies, corrected_plan
from heatreach.network.simulate import Operation

from ..hours import mixed_shape
from .pumping import PA_PER_KPA
from .worth import energy_value

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from heatreach.network import Catalogue, DesignRules, NetworkPlan, StreetGraph
    from heatreach.network.operation.annual import NetworkYear
    from heatreach.network.operation.corrections import CorrectedPlan

    from ..appraisal.conditions import Conditions
    from ..hours import Hours
    from ..scenario import Scenario

LOAD_STEPS = 16
"""Steps of load in the year; twice as many change its loss and pumping by about 0.1 %."""

NAMED_MAX = 3
"""Consumers without a remedy that are named; of the others the number is given."""

OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatedNetwork:
    """
    A network put right and simulated.

    Attributes
    ----------
    plan
        The plan, with its corrections; the one given if there are none.
    source_degc
        Supply temperature at the source [°C].
    figures
        Columns of PROJECTS.
    consumers
        Columns of CONNECTIONS by identifier of the consumer.
    """

    plan: NetworkPlan
    source_degc: float
    figures: dict[str, Any]
    consumers: pd.DataFrame


def operated_network(
    plan: NetworkPlan,
    streets: StreetGraph,
    *,
    catalogue: Catalogue,
    rules: DesignRules,
    scenario: Scenario,
    hours: Hours,
    source_degc: float,
    warmth: Warmth,
) -> OperatedNetwork:
    """
    A designed network put right, with its year.

    Parameters
    ----------
    plan, streets, catalogue, rules
        The network, the graph it was designed on, its pipes and the conditions of its design.
    scenario, hours
        How it is run, and the hours of the study.
    source_degc
        Supply temperature at the source [°C].
    warmth
        How warm the supply may become, and what that costs.

    Returns
    -------
    operated
        The network, its figures and what reaches each consumer.
    """
    rule = scenario.network
    operation = Operation(
        drop_max_k=rule.supply_drop_max_k,
        fittings_share=rule.fittings_share,
        substation_drop_pa=rule.substation_drop_kpa * PA_PER_KPA,
        head_max_pa=rule.pump_head_max_kpa * PA_PER_KPA,
    )
    case: dict[str, Any] = {"catalogue": catalogue, "operation": operation}
    found = corrected_plan(
        plan,
        streets,
        rules=rules,
        source_degc=source_degc,
        remedies=Remedies(
            supply_step_k=assumption("siting_rules", "operation", "supply_step_k").value,
            supply_max_degc=max(warmth.most_degc, source_degc),
            supply_value_per_k=warmth.value_per_k,
        ),
        **case,
    )
    year = simulate_year(
        found.plan,
        streets,
        rules=found.rules,
        load_kw=_hourly_kw(found.plan, hours),
        bins=LOAD_STEPS,
        supply_degc=found.source_degc,
        **case,
    )
    return OperatedNetwork(
        plan=found.plan,
        source_degc=found.source_degc,
        figures=_figures(found, year, operation),
        consumers=_at_consumers(found, year, operation),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """
    How warm the supply may become, and what that costs.

    Attributes
    ----------
    most_degc
        Warmest supply at the source [°C].
    value_per_k
        Present value of making the heat of the year one kelvin warmer [money/K].
    """

    most_degc: float
    value_per_k: float


def priced_warmth(
    energy: pd.DataFrame,
    warmer: Callable[[float], pd.DataFrame],
    *,
    scenario: Scenario,
    conditions: Conditions,
) -> Warmth:
    """
    What a warmer supply costs where its heat is made.

    Parameters
    ----------
    energy
        Energies of the network as planned, one row.
    warmer
        Energies with the supply at a given temperature [°C], one row.
    scenario, conditions
        The study.

    Returns
    -------
    warmth
        Price of the first kelvin; no warmth beyond the supply as planned where the machine cannot
        make it.
    """
    now = float(energy["sink_out_degc"].iloc[0])
    more = warmer(now + 1.0)
    if more["status"].iloc[0] != OK:
        return Warmth(most_degc=now, value_per_k=0.0)
    now_costs, more_costs = (energy_value(frame, scenario, conditions) for frame in (energy, more))
    most = assumption("siting_rules", "operation", "supply_max_degc").value
    return Warmth(most_degc=most, value_per_k=max(more_costs - now_costs, 0.0))


def _hourly_kw(plan: NetworkPlan, hours: Hours) -> npt.NDArray[np.float64]:
    """Heat the connected consumers take together in each hour."""
    served = plan.consumers[plan.consumers["connected"]]
    uses = served.rename(columns={"annual_heat_mwh": "heat_mwh"})
    return mixed_shape(uses, hours) * float(uses["heat_mwh"].sum()) * 1e3


def _figures(found: CorrectedPlan, year: NetworkYear, operation: Operation) -> dict[str, Any]:
    """Columns of PROJECTS."""
    weak = found.needed_head_pa > operation.head_max_pa * (1.0 + 1e-9)
    needed_pa = float(np.nanmax(found.needed_head_pa))
    return {
        "pump_head_kpa": min(needed_pa, operation.head_max_pa) / PA_PER_KPA,
        "weak_consumers": int(weak.sum()),
        "cold_consumers": int((found.cold_k > COLD_TOLERANCE_K).sum()),
        "correction": _words(found),
        "loss_year_mwh": year.loss_mwh,
        "pumping_mwh": year.pumping_mwh,
    }


def _words(found: CorrectedPlan) -> str:
    """What was changed and who still lacks what."""
    beyond = len(found.unserved) - NAMED_MAX
    rest = (f"{beyond} more likewise",) if beyond > 0 else ()
    return "; ".join((*found.corrections, *found.unserved[:NAMED_MAX], *rest))


def _at_consumers(found: CorrectedPlan, year: NetworkYear, operation: Operation) -> pd.DataFrame:
    """Columns of CONNECTIONS by consumer, those not connected left out."""
    table = found.plan.consumers
    head_pa = min(float(np.nanmax(found.needed_head_pa)), operation.head_max_pa)
    available = head_pa - found.needed_head_pa + operation.substation_drop_pa
    frame = pd.DataFrame(
        {
            "supply_at_peak_degc": found.state.arriving_degc[0],
            "supply_lowest_degc": year.lowest_arriving_degc,
            "pressure_at_peak_kpa": available / PA_PER_KPA,
        },
        index=table["id"].to_numpy(),
    )
    return frame[table["connected"].to_numpy(dtype=bool)]
