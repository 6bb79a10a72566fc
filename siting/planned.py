"""A finished study: its tables, and what can be made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .project import project_of
from .reporting import report_of
from .writing.handout import save
from .writing.maps.drawing import draw_map
from .writing.notebook import plan_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from .assessment import Assessment
    from .inputs import Inputs
    from .project import Project
    from .reading.tile_source import TileSource
    from .scenario import Scenario
    from .zones import Zones


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    A finished study.

    Attributes
    ----------
    links, options, projects, edges, connections
        LINKS, each link under every arrangement, PROJECTS, EDGES and who is connected, in the
        study's metric coordinate system; the columns are those of the registry.
    assessment
        Tables behind the projects: cash flow, figures, payers, carbon by year, rules, and how sure
        all that is.
    inputs, scenario
        What the plan was made from.
    money
        Currency and price base of every money column.
    assumptions
        Every figure used, with range, unit and source.
    summary
        What the ranking says, how sure that is and what would change it, in words.
    run
        Versions, input hashes, options, warnings, timings, ``run_id``.
    zones
        Heat-network zones of the area, where they were asked for.
    """

    links: gpd.GeoDataFrame
    options: pd.DataFrame
    projects: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    assessment: Assessment
    inputs: Inputs
    scenario: Scenario
    money: str
    assumptions: pd.DataFrame
    summary: str
    run: Mapping[str, Any]
    zones: Zones | None = None

    @property
    def crs(self) -> CRS:
        """The metric coordinate system."""
        return self.inputs.crs

    @property
    def partial(self) -> bool:
        """Whether a site could not be connected or served at all."""
        return bool(self.projects["status"].isin(["unreachable", "infeasible"]).any())

    def project(self, name: str) -> Project:
        """One project by its id or its site's; `UnknownIdError` names the nearest where none is."""
        return project_of(self, name)

    def map(self, *, tiles: TileSource | None = None) -> str:
        """Page with the map, as HTML text; it fetches nothing but tiles, if a source is named."""
        return draw_map(self, tiles=tiles)

    def report(self, projects: Sequence[str] = (), *, paper: str = "a4") -> str:
        """Report as HTML text, of all or some projects, for paper ``a4`` or ``a3``."""
        return report_of(self, projects, paper=paper)

    def save(self, folder: Path | str, *, tiles: TileSource | None = None) -> tuple[Path, ...]:
        """Write every output into one folder and return the files."""
        return save(self, folder, tiles=tiles)

    def __repr__(self) -> str:
        return f"<Plan of {len(self.projects):,} projects: {self.summary}>"

    def _repr_html_(self) -> str:
        """Map, table and warnings, as notebooks show them."""
        return plan_view(self)
