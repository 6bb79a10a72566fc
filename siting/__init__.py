"""
Whether it is worth building, and what to build first.

Reading order: `scenario` (what a planner decides), `inputs` and `gathering` (the only reader) with
`sites`, `demand` and `data_centres`; then the one path of `study`: `screen` (candidate links),
`options` (how the heat is made), `projects` (a network per site), `appraise` (money and carbon),
`rank`, `register` (every figure used). `zones` is the second path: who needs the heat, and where
pipes are worth it. `reading` opens users' files, `fetching` downloads maps, `writing` hands over.
`cli` is the command line.
"""

from .errors import FetchError, InputError, Problem
from .gathering import read_inputs
from .inputs import Inputs
from .scenario import Scenario, read_scenario
from .study import Plan, plan
from .zones import Zones, zone

__all__ = [
    "FetchError",
    "InputError",
    "Inputs",
    "Plan",
    "Problem",
    "Scenario",
    "Zones",
    "plan",
    "read_inputs",
    "read_scenario",
    "zone",
]
