"""
One project of a plan: its figures, tables, network, map and report.

A `Project` only picks out what a plan holds already and shows itself in notebooks. It works on
every finished plan, also on one read back from a folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .parts import known_id, part_of_plan
from .writing.maps.drawing import draw_map
from .writing.object_views import project_view
from .writing.report.document import draw_report
from .writing.results import in_order
from .writing.sheets import ASSESSMENT_TABLES
from .writing.wording import figure, is_blank, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from .parts import PlanPart
    from .reading.tile_source import TileSource
    from .writing.results import FinishedPlan

MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Project:
    """
    A heat network from one data centre, with everything that a plan knows of it.

    Every column of PROJECTS is an attribute (``project.npv``, ``project.lcoh_per_mwh``), and so is
    every table of the assessment, with the rows of this project (``project.cash_flow``,
    ``project.figures``, ``project.payers``, ``project.carbon_by_year``, ``project.compliance``,
    ``project.uncertainty``, ``project.gates``, ``project.sensitivity`` and so on).

    Attributes
    ----------
    part
        The project as a plan of its own, as the writers take it.
    row
        Its row of PROJECTS.
    of
        Number of projects of the plan it was taken from.
    """

    part: PlanPart
    row: pd.Series
    of: int

    def __getattr__(self, name: str) -> Any:
        """A column of PROJECTS or a table of the assessment."""
        if not name.startswith("_") and name not in type(self).__slots__:
            if name in self.row.index:
                return self.row[name]
            if name in self.part.assessment.tables:
                return self.part.assessment.tables[name]
        raise AttributeError(f"a project has no {name!r}; dir(project) lists what it has")

    def __dir__(self) -> Iterable[str]:
        tables = [name for name in ASSESSMENT_TABLES if name in self.part.assessment.tables]
        return sorted({*object.__dir__(self), *map(str, self.row.index), *tables})

    @property
    def name(self) -> str:
        """Name of the data centre, or its identifier where it has none."""
        own = self.row["name"]
        return str(self.row["site_id"] if is_blank(own) else own)

    @property
    def rank(self) -> int | None:
        """Place in the ranking; `None` for a project that is not ranked."""
        return None if is_blank(self.row["rank"]) else int(self.row["rank"])

    @property
    def money(self) -> str:
        """Currency and price base of every money column, for example ``EUR 2024``."""
        return self.part.money

    @property
    def summary(self) -> str:
        """Why it stands where it does and what would change that, in words."""
        return self.part.summary

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """EDGES of its network."""
        return self.part.edges

    @property
    def connections(self) -> gpd.GeoDataFrame:
        """CONNECTIONS: every consumer in reach of its data centre, connected or not."""
        return self.part.connections

    @property
    def links(self) -> gpd.GeoDataFrame:
        """LINKS of its data centre."""
        return self.part.links

    @property
    def options(self) -> pd.DataFrame:
        """OPTIONS of those links; the ways to make the heat are ``project_options``."""
        return self.part.options

    def map(self, *, tiles: TileSource | None = None) -> str:
        """Page with the map of its network, as HTML text."""
        return draw_map(self.part, tiles=tiles)

    def report(self) -> str:
        """Report on this project alone, as HTML text."""
        return draw_report(self.part, of=self.of)

    def __repr__(self) -> str:
        place = "not ranked" if self.rank is None else f"rank {self.rank}"
        npv = self.row["npv"]
        worth = "" if is_blank(npv) else f", NPV {figure(npv / MILLION)} million {self.money}"
        called = f"{plain_text(self.row['project_id'])}: {plain_text(self.name)}"
        return f"<Project {called}, {place}{worth}>"

    def _repr_html_(self) -> str:
        """Map, headline figures and warnings, as notebooks show them."""
        return project_view(self.part)


def project_of(plan: FinishedPlan, name: str) -> Project:
    """
    One project of a plan.

    Parameters
    ----------
    plan
        A finished plan.
    name
        Identifier of the project, or of its data centre; of several projects of one data centre
        the best.

    Returns
    -------
    project
        The project with everything that belongs to it.

    Raises
    ------
    UnknownIdError
        If there is no such project; the message names the nearest.
    """
    rows = in_order(plan.projects, "projects")
    own, sites = rows["project_id"].tolist(), rows["site_id"].tolist()
    found = known_id(name, [*own, *sites], noun="project", where="projects.csv")
    project_id = found if found in own else own[sites.index(found)]
    part = part_of_plan(plan, project_id)
    return Project(part=part, row=part.projects.iloc[0], of=len(rows))
