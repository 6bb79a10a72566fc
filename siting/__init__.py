"""
Whether it is worth building, and what to build first.

Reading order: `scenario` (what a planner decides), `inputs` and `gathering` (the only reader) with
`sites`, `demand` and `data_centres`; then the one path of `study`: `screen` (candidate links),
`options` (how the heat is made), `projects` (a network per site), `appraise` (money and carbon),
`rank`, `register` (every figure used). `zones` is the second path: who needs the heat, and where
pipes are worth it. `reading` opens users' files, `fetching` downloads maps, `writing` hands over.
`saved` reads that back; `project` and `one_zone` pick out what is known of one of them. `cli` is
the command line.
"""

from .errors import FetchError, InputError, Problem, UnknownIdError, WorkerError
from .gathering import read_inputs
from .inputs import Inputs
from .one_zone import Zone
from .planned import Plan
from .project import Project
from .reading.tile_source import TileSource, read_tile_source
from .saved import SavedPlan, read_plan
from .scenario import Scenario, read_scenario
from .study import plan
from .zones import Zones, zone

__all__ = [
    "FetchError",
    "InputError",
    "Inputs",
    "Plan",
    "Problem",
    "Project",
    "SavedPlan",
    "Scenario",
    "TileSource",
    "UnknownIdError",
    "WorkerError",
    "Zone",
    "Zones",
    "plan",
    "read_inputs",
    "read_plan",
    "read_scenario",
    "read_tile_source",
    "zone",
]
