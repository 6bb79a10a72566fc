"""
What the machines, the heat and the carbon do.

Reading order: `water` (properties), `friction`, `pipe` (flow, gradient, loss of one pipe),
`recovery` (heat of servers), `exchanger` (heat without a heat pump), `refrigerant` (which fluids,
and their limits), `fluid` (their states), `cycle` (COP at given saturation temperatures),
`efficiency` (what machines reach), `pinch` (the cycle that heat exchangers allow), `heat_pump`
(machines, limits, electricity), `load_duration` (base load and peak), `emissions` (what is
avoided). `arrays` and `errors` are shared. No geometry, no graph, no files of the user.
"""

from .arrays import Numeric
from .cycle import cycle_cop
from .efficiency import Efficiencies, cop_range, efficiency_by_size, lorenz_cop
from .emissions import Savings, net_savings_t_co2e
from .errors import PhysicsRangeError, RefrigerantError
from .exchanger import direct_exchange_possible, exchanger_approach_k
from .friction import friction_factor
from .heat_pump import HeatPump, heat_pump_cop
from .load_duration import HOURS_PER_YEAR, base_load_hours, base_load_share, load_share
from .pipe import (
    heat_loss_w_m,
    mass_flow_kg_s,
    outlet_degc,
    pressure_drop_pa,
    pressure_gradient_pa_m,
    pumping_kw,
    velocity_m_s,
)
from .recovery import CoolingSystem, cooling_system, ere, erf, pue, recoverable_heat_kw
from .refrigerant import Refrigerant, refrigerant_names
from .refrigerant import refrigerant as find_refrigerant
from .water import density_kg_m3, heat_capacity_kj_kgk, viscosity_pa_s

__all__ = [
    "HOURS_PER_YEAR",
    "CoolingSystem",
    "Efficiencies",
    "HeatPump",
    "Numeric",
    "PhysicsRangeError",
    "Refrigerant",
    "RefrigerantError",
    "Savings",
    "base_load_hours",
    "base_load_share",
    "cooling_system",
    "cop_range",
    "cycle_cop",
    "density_kg_m3",
    "direct_exchange_possible",
    "efficiency_by_size",
    "ere",
    "erf",
    "exchanger_approach_k",
    "find_refrigerant",
    "friction_factor",
    "heat_capacity_kj_kgk",
    "heat_loss_w_m",
    "heat_pump_cop",
    "load_share",
    "lorenz_cop",
    "mass_flow_kg_s",
    "net_savings_t_co2e",
    "outlet_degc",
    "pressure_drop_pa",
    "pressure_gradient_pa_m",
    "pue",
    "pumping_kw",
    "recoverable_heat_kw",
    "refrigerant_names",
    "velocity_m_s",
    "viscosity_pa_s",
]
