"""How far a plan and zones may be trusted: the one sentence of each, wherever they are shown."""

from __future__ import annotations

PLAN = (
    "Indicative: a study on open data and assumptions, not for construction; a feasibility study "
    "must follow."
)
ZONES = (
    "Zones are indicative: a rule of thumb drawn on open data, not a designation, and no advice "
    "on whether a network pays."
)
