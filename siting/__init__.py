"""
Whether it is worth building, and what to build first.

Reading order: `scenario` (what a planner decides), `inputs` (the only reader) with `given`,
`coverage`, `sites`, `demand` and `data_centres`; then the one path of `study`: `screen` (candidate
links), `projects` (a network per site) with `worth` and `network_energy`, `options` (how the heat
is made), `terms` and `conditions` (prices and factors), `appraise` (money and carbon), `rank`,
`register` (every figure used). `reading` opens users' files, `fetching` downloads maps, `writing`
hands over. `cli` is the command line.
"""

from .errors import FetchError, InputError, Problem
from .gathering import read_inputs
from .inputs import Inputs
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
