"""
Whether it is worth building, and what to build first.

Reading order: `scenario` (what a planner decides), `inputs` (the only readers), `study` (the one
path from inputs to a plan), and along that path `screen` (candidate links), `projects` (a network
per site), `options` (how the heat is made), `appraise` (money and carbon), `rank`, `register`
(every figure used), `handout` (the only writers). Readers: `files`, `validate`, `values`, `area`,
`fetch`, `extracts`, `overpass`, `country`, `building_use`, `demand`, `data_centres`, `sites`.
Writers: `maps`, `layers`, `sheets`. `cli` is the command line.
"""

from .errors import FetchError, InputError, Problem
from .inputs import Inputs, read_inputs
from .scenario import Scenario, read_scenario
from .study import Plan, plan

__all__ = [
    "FetchError",
    "InputError",
    "Inputs",
    "Plan",
    "Problem",
    "Scenario",
    "plan",
    "read_inputs",
    "read_scenario",
]
