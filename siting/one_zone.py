"""
One heat-network zone: its figures, loads, streets, data centres in reach, and map.

A `Zone` only picks out what `Zones` hold already and shows itself in notebooks. It is indicative,
as all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .parts import known_id, part_of_zones
from .writing.maps.zone_drawing import draw_zone_map
from .writing.object_views import zone_view
from .writing.results import in_order
from .writing.wording import figure, is_blank, plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from .reading.tile_source import TileSource
    from .writing.written_study import WrittenZones
    from .writing.zone_results import FinishedRule, FinishedZones


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zone:
    """
    A zone by one rule, with everything that is known of it.

    Every column of ZONES is an attribute (``zone.heat_mwh``, ``zone.certainty``). ``anchors``,
    ``sources`` and ``consumers`` are the tables; how many there are stands in ``row``.

    Attributes
    ----------
    part
        The zone alone, as the writers take it.
    row
        Its row of ZONES.
    """

    part: WrittenZones
    row: pd.Series

    def __getattr__(self, name: str) -> Any:
        """A column of ZONES."""
        if not name.startswith("_") and name not in type(self).__slots__ and name in self.row.index:
            return self.row[name]
        raise AttributeError(f"a zone has no {name!r}; dir(zone) lists what it has")

    def __dir__(self) -> Iterable[str]:
        return sorted({*object.__dir__(self), *map(str, self.row.index)})

    @property
    def name(self) -> str:
        """Name of the zone, or its identifier where it has none."""
        own = self.row["name"]
        return str(self.row["zone_id"] if is_blank(own) else own)

    @property
    def rank(self) -> int | None:
        """Place among the zones of its rule; `None` for a zone that is not ranked."""
        return None if is_blank(self.row["rank"]) else int(self.row["rank"])

    @property
    def rule(self) -> FinishedRule:
        """The rule by which it was found, with its threshold."""
        return self.part.rules[0]

    @property
    def summary(self) -> str:
        """Why it is a zone, in words."""
        return self.part.summary

    @property
    def outline(self) -> Any:
        """Its outline in the study's metric coordinate system."""
        return self.part.zones.geometry.iloc[0]

    @property
    def members(self) -> pd.DataFrame:
        """ZONE_CONSUMERS: its loads."""
        return self.part.members

    @property
    def consumers(self) -> gpd.GeoDataFrame:
        """CONSUMERS in it, with their demand."""
        return self.part.inputs.consumers

    @property
    def anchors(self) -> gpd.GeoDataFrame:
        """ANCHORS in it: large loads, and buildings that could be required to connect."""
        return self.part.anchors

    @property
    def sections(self) -> gpd.GeoDataFrame:
        """STREET_SECTIONS at which its loads stand."""
        return self.part.sections

    @property
    def sources(self) -> gpd.GeoDataFrame:
        """ZONE_SOURCES: data centres in its reach."""
        return self.part.sources

    def map(self, *, tiles: TileSource | None = None) -> str:
        """Page with the map of the zone, as HTML text."""
        return draw_zone_map(self.part, tiles=tiles)

    def __repr__(self) -> str:
        heat = figure(self.row["heat_mwh"], "MWh/yr")
        return f"<Zone {plain_text(self.row['zone_id'])}: {plain_text(self.name)}, {heat}>"

    def _repr_html_(self) -> str:
        """Map, figures, rule and warnings, as notebooks show them."""
        return zone_view(self.part)


def zone_of(zones: FinishedZones, zone_id: str) -> Zone:
    """
    One zone of an area.

    Parameters
    ----------
    zones
        Finished zones.
    zone_id
        Identifier of the zone; it begins with the name of its rule.

    Returns
    -------
    zone
        The zone with everything that belongs to it.

    Raises
    ------
    UnknownIdError
        If there is no such zone; the message names the nearest.
    """
    ids = in_order(zones.zones, "zones")["zone_id"].tolist() if len(zones.zones) else []
    part = part_of_zones(zones, known_id(zone_id, ids, noun="zone", where="zones.csv"))
    return Zone(part=part, row=part.zones.iloc[0])
