"""Plans and zones as the writers take them: in the form of their files, or parts of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from .results import FinishedPlan
    from .zone_results import FinishedRule, FinishedZones


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenInputs:
    """Inputs, or those of a part; satisfies `heatreach.siting.writing.results.FinishedInputs`."""

    sites: gpd.GeoDataFrame
    consumers: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    attribution: str
    data_date: str

    @property
    def everywhere(self) -> gpd.GeoDataFrame:
        """All consumers of the area, as far as the files know them."""
        return self.consumers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenAssessment:
    """Tables behind the projects; what they were reckoned from is not written."""

    tables: Mapping[str, pd.DataFrame]
    ledger: None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenZones:
    """Zones, or one of them; satisfy `heatreach.siting.writing.zone_results.FinishedZones`."""

    zones: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    anchors: gpd.GeoDataFrame
    sources: gpd.GeoDataFrame
    members: pd.DataFrame
    cells: gpd.GeoDataFrame
    blocks: gpd.GeoDataFrame
    totals: pd.DataFrame
    reconciliation: pd.DataFrame
    inputs: WrittenInputs
    rules: Sequence[FinishedRule]
    assumptions: pd.DataFrame
    summary: str
    crs: Any
    run: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenPlan:
    """A plan as written; satisfies `heatreach.siting.writing.results.FinishedPlan`."""

    whole: FinishedPlan
    projects: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    connections: gpd.GeoDataFrame
    assessment: WrittenAssessment
    inputs: WrittenInputs
    money: str
    assumptions: pd.DataFrame
    summary: str
    crs: Any
    run: Mapping[str, Any]
    zones: FinishedZones | None = None

    @property
    def links(self) -> gpd.GeoDataFrame:
        """Links as the plan has them: the report shows none."""
        return self.whole.links

    @property
    def options(self) -> pd.DataFrame:
        """Options as the plan has them: the report shows none."""
        return self.whole.options
