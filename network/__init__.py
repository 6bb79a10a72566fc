"""
Where the pipe runs, how big it is, what it loses and costs.

Reading order: `crs` (metric coordinates), `osm` (reader), `streets` with `ways` (the graph), `nx`
(from and to networkx), `noding`, `carriageways`, `islands`, `barriers` (streets as they are
drawn, put in order), `connect` with `approaches`, and `attach` (building to street), `routing`
(shortest routes), `catalogue`, `sizing` and `cost` (pipes and what they cost), `flows` (trees,
diversity), `design` (which consumers, which trench) with `problem`, `selection`, `plan_tables`,
`break_even`; the folder `optimise` (how that is solved and bounded), the folder `steiner`
(shortest trees); `check` (every plan added up again), `simulate` with `thermal` and `hydraulics`,
`mean_load`, `annual` and `corrections` (temperatures and pressures), `phases` and `staged_design`
(growth in stages), `sections` (the table people see).
"""

from .attach import attach, attach_candidates
from .catalogue import Catalogue, pipe_catalogue
from .check import check_plan
from .connect import Candidates, Connections, connect, connect_all
from .cost import bore_capex, flow_share
from .crs import metric_crs
from .design import DesignRules, design_network
from .designing.break_even import CapacityPrice, break_even, capacity_price
from .designing.plan_tables import NetworkPlan
from .errors import ContradictionError, OsmFileError, StreetError
from .flows import Tree, design_peak_kw, diversity_factor
from .nx import from_networkx, to_networkx
from .operation.annual import LoadBins, NetworkYear, annual_bins, simulate_year
from .operation.corrections import CorrectedPlan, Remedies, corrected_plan
from .operation.mean_load import (
    LinkTemperatures,
    NetworkTemperatures,
    link_temperatures,
    network_temperatures,
)
from .optimise.solve import NORMAL, QUICK, SKETCH, THOROUGH, Effort
from .osm import OsmExtract, read_osm
from .routing import (
    RoutingIndex,
    ShortestPaths,
    Trace,
    components,
    route_lines,
    route_table,
    routing_index,
    shortest_paths,
    trace,
)
from .sections import section_table
from .simulate import NetworkState, Operation, design_heat_kw, simulate_network
from .sizing import NO_PIPE, flow_limits_kg_s, pipe_sizes, trench_capex
from .stages.phases import GrowthPlan, Stages, growth_plan
from .stages.staged_design import design_growth
from .steiner import SteinerTree, heuristic_tree, steiner_tree
from .streets import SERVICE_PIPE, StreetGraph, street_graph
from .tidying.barriers import bore_weight_m, with_bores
from .tidying.carriageways import CarriagewayReport, one_trench
from .tidying.islands import disconnected_parts, parts_in_words
from .tidying.noding import NodingReport, node_lines

__all__ = [
    "NORMAL",
    "NO_PIPE",
    "QUICK",
    "SERVICE_PIPE",
    "SKETCH",
    "THOROUGH",
    "Candidates",
    "CapacityPrice",
    "CarriagewayReport",
    "Catalogue",
    "Connections",
    "ContradictionError",
    "CorrectedPlan",
    "DesignRules",
    "Effort",
    "GrowthPlan",
    "LinkTemperatures",
    "LoadBins",
    "NetworkPlan",
    "NetworkState",
    "NetworkTemperatures",
    "NetworkYear",
    "NodingReport",
    "Operation",
    "OsmExtract",
    "OsmFileError",
    "Remedies",
    "RoutingIndex",
    "ShortestPaths",
    "Stages",
    "SteinerTree",
    "StreetError",
    "StreetGraph",
    "Trace",
    "Tree",
    "annual_bins",
    "attach",
    "attach_candidates",
    "bore_capex",
    "bore_weight_m",
    "break_even",
    "capacity_price",
    "check_plan",
    "components",
    "connect",
    "connect_all",
    "corrected_plan",
    "design_growth",
    "design_heat_kw",
    "design_network",
    "design_peak_kw",
    "disconnected_parts",
    "diversity_factor",
    "flow_limits_kg_s",
    "flow_share",
    "from_networkx",
    "growth_plan",
    "heuristic_tree",
    "link_temperatures",
    "metric_crs",
    "network_temperatures",
    "node_lines",
    "one_trench",
    "parts_in_words",
    "pipe_catalogue",
    "pipe_sizes",
    "read_osm",
    "route_lines",
    "route_table",
    "routing_index",
    "section_table",
    "shortest_paths",
    "simulate_network",
    "simulate_year",
    "steiner_tree",
    "street_graph",
    "to_networkx",
    "trace",
    "trench_capex",
    "with_bores",
]
