"""
Where the pipe runs, how big it is, what it loses and costs.

Reading order: `crs` (metric coordinates), `osm` (reader), `streets` (the graph), `nx` (from and to
networkx), `connect` (building to street), `routing` (shortest routes), `catalogue` and `sizing`
(pipes), `flows` (trees, diversity), `design` and `choice` (which consumers, which trench),
`simulate` (temperatures and losses), `sections` (the table people see).
"""

from .attach import attach
from .catalogue import Catalogue, pipe_catalogue
from .connect import Connections, connect
from .crs import metric_crs
from .design import DesignRules, NetworkPlan, design_network, trench_weight
from .errors import OsmFileError, StreetError
from .flows import Tree, design_peak_kw, diversity_factor
from .nx import from_networkx, to_networkx
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
from .simulate import (
    LinkTemperatures,
    NetworkTemperatures,
    link_temperatures,
    network_temperatures,
)
from .sizing import NO_PIPE, flow_limits_kg_s, pipe_sizes, trench_capex
from .streets import SERVICE_PIPE, StreetGraph, street_graph

__all__ = [
    "NO_PIPE",
    "SERVICE_PIPE",
    "Catalogue",
    "Connections",
    "DesignRules",
    "LinkTemperatures",
    "NetworkPlan",
    "NetworkTemperatures",
    "OsmExtract",
    "OsmFileError",
    "RoutingIndex",
    "ShortestPaths",
    "StreetError",
    "StreetGraph",
    "Trace",
    "Tree",
    "attach",
    "components",
    "connect",
    "design_network",
    "design_peak_kw",
    "diversity_factor",
    "flow_limits_kg_s",
    "from_networkx",
    "link_temperatures",
    "metric_crs",
    "network_temperatures",
    "pipe_catalogue",
    "pipe_sizes",
    "read_osm",
    "route_lines",
    "route_table",
    "routing_index",
    "section_table",
    "shortest_paths",
    "street_graph",
    "to_networkx",
    "trace",
    "trench_capex",
    "trench_weight",
]
