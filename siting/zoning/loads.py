"""
What all rules of a study share, and the tables that go with its zones.

Facts of every consumer are found once (`zone_loads`); members of zones, street sections and anchor
loads are written down as rows. What each column means stands in ``data/columns.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..consumers.confidence import is_stated
from .anchors import anchor_loads, loads_of, required_to_connect
from .load_texts import SEPARATOR
from .ranges import heat_ranges, heat_share, linear_heat_density_mwh_m, text_column
from .rules import class_labels, density_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from .growth import Grown
    from .places import ZonePlaces
    from .rules import ZoneRule

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoads:
    """
    What all rules of a study share.

    Attributes
    ----------
    places
        Consumers on the street graph, completed by the scenario, in order of id.
    given
        Whether the heat of each consumer was given rather than estimated.
    load
        Load that each consumer belongs to, as of `heatreach.siting.zoning.anchors.loads_of`.
    required
        As of `heatreach.siting.zoning.anchors.required_to_connect`.
    """

    places: ZonePlaces
    given: Bools
    load: Ints
    required: pd.DataFrame


def zone_loads(places: ZonePlaces) -> ZoneLoads:
    """
    Facts of every consumer that all rules share.

    Parameters
    ----------
    places
        Consumers on the street graph.

    Returns
    -------
    loads
        The facts.
    """
    consumers = places.consumers
    return ZoneLoads(
        places=places,
        given=is_stated(text_column(consumers, "demand_source")).to_numpy(dtype=bool),
        load=loads_of(consumers),
        required=required_to_connect(consumers),
    )


def member_rows(places: ZonePlaces, grown: Grown, zones: pd.DataFrame) -> pd.DataFrame:
    """
    Consumers of the zones of one rule.

    Parameters
    ----------
    places
        Consumers on the street graph.
    grown
        The zones.
    zones
        ``zone_id`` in order of number.

    Returns
    -------
    members
        Rows of the table ``zone_consumers``, by zone, then id.
    """
    row = np.flatnonzero(grown.zone >= 0)
    row = row[np.argsort(grown.zone[row], kind="stable")]
    consumers = places.consumers.iloc[row]
    sections = np.append(places.sections["section_id"].to_numpy(dtype=object), "")
    return pd.DataFrame(
        {
            "zone_id": zones["zone_id"].to_numpy(dtype=object)[grown.zone[row]],
            "rule": grown.rule.name,
            "consumer_id": consumers["id"].to_numpy(dtype=object),
            "use": text_column(consumers, "use").to_numpy(),
            "heat_mwh": consumers["annual_heat_mwh"].to_numpy(dtype=float),
            "confidence": text_column(consumers, "confidence").to_numpy(),
            "service_m": places.service_m[row],
            "section_id": sections[places.consumer_section[row]],
            "radius_m": grown.radius_m[row],
        }
    )


def section_rows(loads: ZoneLoads, rules: Sequence[ZoneRule]) -> gpd.GeoDataFrame:
    """
    Street sections at which consumers stand, with their heat.

    Parameters
    ----------
    loads
        Consumers on the street graph.
    rules
        Rules of the study; those of method street are checked.

    Returns
    -------
    sections
        Rows of the table ``street_sections``, without date and run, in order of section.
    """
    places = loads.places
    count = len(places.sections)
    at, consumers = places.consumer_section, places.consumers
    number = np.bincount(at[at >= 0], minlength=count)
    table = places.sections.reset_index(drop=True).assign(
        consumers=number,
        **heat_ranges(consumers, at, count),
        given_share=heat_share(consumers, loads.given, at, count),
    )
    density = linear_heat_density_mwh_m(table["heat_mwh"], table["length_m"])
    table = table.assign(
        street_heat_density_mwh_m=density,
        density_class=class_labels(density, density_classes()),
        rules=_street_rules(density, rules),
    )
    return table[number > 0].reset_index(drop=True)


def _street_rules(density: pd.Series[float], rules: Sequence[ZoneRule]) -> list[str]:
    """Names of the street rules that each section meets."""
    street = [rule for rule in rules if rule.method == "street"]
    return [
        " ".join(rule.name for rule in street if value >= rule.threshold_mwh_m)
        for value in density.tolist()
    ]


def anchor_rows(loads: ZoneLoads, members: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Loads that are anchors or could be required to connect, with the zones that they lie in.

    Parameters
    ----------
    loads
        Consumers with their loads.
    members
        ``zone_id``, ``rule`` and ``consumer_id`` of the zones of all rules, in order of rule and
        zone.

    Returns
    -------
    anchors
        Rows of the table ``anchors``, without date and run, by falling heat, then id.
    """
    consumers = loads.places.consumers
    table = anchor_loads(consumers)
    load_of = pd.Series(loads.load, index=consumers["id"].to_numpy(dtype=object))
    within = members.assign(load=load_of.loc[members["consumer_id"]].to_numpy())

    def listed(column: str) -> npt.NDArray[np.object_]:
        found = within.drop_duplicates(["load", column]).groupby("load", sort=False)[column]
        texts = found.agg(SEPARATOR.join).reindex(table["load"]).fillna("")
        return np.asarray(texts, dtype=object)

    table = table.assign(zone_ids=listed("zone_id"), rule=listed("rule"))
    return table.sort_values(
        ["heat_mwh", "consumer_id"], ascending=[False, True], kind="stable", ignore_index=True
    ).drop(columns="load")
