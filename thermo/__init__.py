"""
What the machines, the heat and the carbon do.

Reading order: `water` (properties), `friction`, `pipe` (flow, gradient, loss of one pipe),
`recovery` (heat of servers), `exchanger` (heat without a heat pump), `refrigerant` (which fluids,
and their limits), `fluid` (their states), `cycle` (COP at given saturation temperatures),
`efficiency` (what machines reach), `pinch` (the cycle that heat exchangers allow), `heat_pump`
(machines, limits, electricity), `load_duration` (base load and peak), `emissions` (what is
avoided). `arrays` and `errors` are shared. No geometry, no graph, no files of the user.
"""

from .arrangement import (
    AMBIENT,
    ARRANGEMENTS,
    CENTRAL,
    DIRECT,
    PREHEAT,
    Machines,
    arrange,
    exact_machines,
    fast_machines,
    loop_temperatures,
)
from .arrays import Numeric
from .carbon.air_source import air_source_cop, heating_curve_degc, seasonal_air_source_cop
from .carbon.embodied import PipeCarbon, pipe_carbon_kg_per_m
from .carbon.emission_factors import GridFactor, electricity_factor, fuel_factor
from .carbon.grid import grid_paths, grid_trajectory, years_between
from .carbon.saving_bound import (
    largest_possible_saving_t_co2e,
    largest_saving_t_co2e,
    refuse_beyond_bound,
)
from .checks.comparison import comparison_table, heating_cop, lift_table
from .checks.correlations import jensen_cop, jesper_cop
from .cooling.cooling_balance import CoolingCredit, HeatBalance, cooling_credit, heat_balance
from .cooling.cooling_plant import (
    OwnPlant,
    PlantHours,
    cooling_plant_hours,
    cooling_shortfall_kw,
    free_cooling_hours_share,
    own_plant,
    takeable_share,
)
from .cooling.it_load import it_load_kinds, it_load_kw, it_load_shape
from .cooling.metrics import ReuseMetrics, cue, ere, erf, pue, ref, reuse_metrics, wue
from .cooling.water_use import (
    avoided_water_m3,
    checked_water_m3,
    evaporation_l_per_kwh,
    makeup_l_per_kwh,
    water_bound_m3,
)
from .cop.points import fast_operating_points, machine_points
from .cycle import cycle_cop
from .cycles.efficiency import (
    Efficiencies,
    carnot_cop,
    cop_range,
    efficiency_by_size,
    lorenz_cop,
    low_lift_factor,
)
from .cycles.part_load import part_load_factor
from .demand.climate_year import climate_year, heating_degree_days
from .demand.load_duration import (
    HOURS_PER_YEAR,
    covered_share,
    sorted_load,
)
from .demand.peak import peak_share_per_hour, shape_with_full_load_hours
from .dispatch import Dispatch, dispatch
from .emissions import (
    Savings,
    YearlySavings,
    net_savings_t_co2e,
    yearly_savings,
)
from .errors import PhysicsRangeError, RefrigerantError
from .exchanger import direct_exchange_possible, exchanger_approach_k
from .friction import friction_factor
from .heat_pump import HeatPump, heat_pump_cop
from .modules import (
    BankLoad,
    BankReliability,
    bank_load,
    bank_min_load_share,
    bank_reliability,
    modules_needed,
)
from .pipe import (
    heat_loss_w_m,
    mass_flow_kg_s,
    outlet_degc,
    pressure_drop_pa,
    pressure_gradient_pa_m,
    pumping_kw,
    velocity_m_s,
)
from .profiles import heat_shape, heat_shapes
from .recovery import (
    CoolingSystem,
    cooling_system,
    mixed_hall,
    mixed_water,
    recoverable_heat_kw,
)
from .refrigerant import Refrigerant, refrigerant_names
from .refrigerant import refrigerant as find_refrigerant
from .refrigerants.refrigerant_rules import passes as refrigerant_passes
from .refrigerants.refrigerant_rules import refrigerant_rules as all_refrigerant_rules
from .water import density_kg_m3, heat_capacity_kj_kgk, viscosity_pa_s
from .year.dispatch_bound import EnergyPrices, dispatch_gap, energy_cost
from .year.plant import HourlyLoad, Machine, SourceHours
from .year.plant_size import PlantSizes, least_cost_size
from .year.store import Store, hot_water_store

__all__ = [
    "AMBIENT",
    "ARRANGEMENTS",
    "CENTRAL",
    "DIRECT",
    "HOURS_PER_YEAR",
    "PREHEAT",
    "BankLoad",
    "BankReliability",
    "CoolingCredit",
    "CoolingSystem",
    "Dispatch",
    "Efficiencies",
    "EnergyPrices",
    "GridFactor",
    "HeatBalance",
    "HeatPump",
    "HourlyLoad",
    "Machine",
    "Machines",
    "Numeric",
    "OwnPlant",
    "PhysicsRangeError",
    "PipeCarbon",
    "PlantHours",
    "PlantSizes",
    "Refrigerant",
    "RefrigerantError",
    "ReuseMetrics",
    "Savings",
    "SourceHours",
    "Store",
    "YearlySavings",
    "air_source_cop",
    "all_refrigerant_rules",
    "arrange",
    "avoided_water_m3",
    "bank_load",
    "bank_min_load_share",
    "bank_reliability",
    "carnot_cop",
    "checked_water_m3",
    "climate_year",
    "comparison_table",
    "cooling_credit",
    "cooling_plant_hours",
    "cooling_shortfall_kw",
    "cooling_system",
    "cop_range",
    "covered_share",
    "cue",
    "cycle_cop",
    "density_kg_m3",
    "direct_exchange_possible",
    "dispatch",
    "dispatch_gap",
    "efficiency_by_size",
    "electricity_factor",
    "energy_cost",
    "ere",
    "erf",
    "evaporation_l_per_kwh",
    "exact_machines",
    "exchanger_approach_k",
    "fast_machines",
    "fast_operating_points",
    "find_refrigerant",
    "free_cooling_hours_share",
    "friction_factor",
    "fuel_factor",
    "grid_paths",
    "grid_trajectory",
    "heat_balance",
    "heat_capacity_kj_kgk",
    "heat_loss_w_m",
    "heat_pump_cop",
    "heat_shape",
    "heat_shapes",
    "heating_cop",
    "heating_curve_degc",
    "heating_degree_days",
    "hot_water_store",
    "it_load_kinds",
    "it_load_kw",
    "it_load_shape",
    "jensen_cop",
    "jesper_cop",
    "largest_possible_saving_t_co2e",
    "largest_saving_t_co2e",
    "least_cost_size",
    "lift_table",
    "loop_temperatures",
    "lorenz_cop",
    "low_lift_factor",
    "machine_points",
    "makeup_l_per_kwh",
    "mass_flow_kg_s",
    "mixed_hall",
    "mixed_water",
    "modules_needed",
    "net_savings_t_co2e",
    "outlet_degc",
    "own_plant",
    "part_load_factor",
    "peak_share_per_hour",
    "pipe_carbon_kg_per_m",
    "pressure_drop_pa",
    "pressure_gradient_pa_m",
    "pue",
    "pumping_kw",
    "recoverable_heat_kw",
    "ref",
    "refrigerant_names",
    "refrigerant_passes",
    "refuse_beyond_bound",
    "reuse_metrics",
    "seasonal_air_source_cop",
    "shape_with_full_load_hours",
    "sorted_load",
    "takeable_share",
    "velocity_m_s",
    "viscosity_pa_s",
    "water_bound_m3",
    "wue",
    "yearly_savings",
    "years_between",
]
