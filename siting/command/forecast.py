"""
What a run will take, before it is run: its size, its time stage by stage, its memory.

Sizes are counted on the inputs as they were read. Seconds and megabytes per thousand of what a
stage works on are rows of ``data/run_rates.csv``, measured on one small computer and marked as
guesses: another computer, or a town that is harder to plan, may take several times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from heatreach.data import assumption

from ..zoning.rules import zone_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..inputs import Inputs
    from ..scenario import Scenario

TABLE = "run_rates"
THOUSAND = 1000.0
M2_PER_KM2 = 1e6
WRITING = "writing map, tables and layers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """
    How much there is to do.

    Attributes
    ----------
    sites, consumers, everywhere
        Data centres, consumers in reach of one, and all that were read.
    links
        Pairs of data centre and consumer within the radius by straight line.
    sections, streets_km
        Street sections and their length [km].
    area_km2
        Box around sites, consumers and streets [km²].
    draws
        Draws of the assumptions.
    rules
        Zone rules that will be applied; none if no zones are looked for.
    """

    sites: int
    consumers: int
    everywhere: int
    links: int
    sections: int
    streets_km: float
    area_km2: float
    draws: int
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A guess with its range."""

    value: float
    low: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(
            value=self.value + other.value, low=self.low + other.low, high=self.high + other.high
        )

    def times(self, factor: float) -> Range:
        """The same for as many thousands."""
        return Range(value=self.value * factor, low=self.low * factor, high=self.high * factor)


def size_of(
    inputs: Inputs, scenario: Scenario, *, zones: bool, rules: Sequence[str] | None = None
) -> Size:
    """
    How much a study has to do.

    Parameters
    ----------
    inputs
        What was read.
    scenario
        Decisions of the study.
    zones
        Whether zones are looked for.
    rules
        Names of zone rules; none for those of the country.

    Returns
    -------
    size
        Counts.
    """
    length_m = np.asarray(inputs.streets.length_m)
    chosen = zone_rules(rules, country=inputs.country) if zones else ()
    return Size(
        sites=len(inputs.sites),
        consumers=len(inputs.consumers),
        everywhere=len(inputs.everywhere),
        links=_links(inputs, scenario.search.radius_m),
        sections=len(length_m),
        streets_km=float(length_m.sum()) / THOUSAND,
        area_km2=_area_km2(inputs),
        draws=scenario.uncertainty.draws,
        rules=tuple(rule.name for rule in chosen),
    )


def _links(inputs: Inputs, radius_m: float) -> int:
    """Pairs of data centre and consumer within the radius by straight line."""
    near = shapely.STRtree(inputs.consumers.geometry.to_numpy())
    sites = inputs.sites.geometry.to_numpy()
    return int(near.query(sites, predicate="dwithin", distance=radius_m).shape[1])


def _area_km2(inputs: Inputs) -> float:
    """Box around all that was read [km²]."""
    frames = (inputs.sites, inputs.everywhere, inputs.roads)
    bounds = np.vstack([frame.total_bounds for frame in frames if len(frame)])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return float((east - west) * (north - south)) / M2_PER_KM2


def plan_stages(size: Size) -> list[tuple[str, Range]]:
    """
    Stages of a plan and what each should take [s].

    Parameters
    ----------
    size
        How much there is to do.

    Returns
    -------
    stages
        In the order and by the names that a run tells its progress.
    """
    return [
        ("connecting buildings to streets", _seconds("attach", size.consumers)),
        ("routing and sizing links", _seconds("links", size.links)),
        ("heat pumps, money and carbon of links", _seconds("options", size.links)),
        ("designing networks", _seconds("networks", size.links, size.sites)),
        ("how sure that is", _seconds("draws", size.draws * size.sites)),
        ("ranking", _seconds("ranking", size.links)),
    ]


def zone_stages(size: Size) -> list[tuple[str, Range]]:
    """
    Stages of finding zones and what each should take [s].

    Parameters
    ----------
    size
        How much there is to do.

    Returns
    -------
    stages
        In the order and by the names that a run tells its progress.
    """
    first, more = _seconds("first_zones", size.sections), _seconds("zones", size.everywhere)
    return [
        ("connecting buildings to streets", _seconds("attach", size.everywhere)),
        *(
            (f"growing zones by {rule}", more if number else first)
            for number, rule in enumerate(size.rules)
        ),
        ("heat per hectare", _seconds("areas", size.everywhere)),
    ]


def writing_stage(size: Size) -> list[tuple[str, Range]]:
    """
    What writing should take [s].

    Parameters
    ----------
    size
        How much there is to do.

    Returns
    -------
    stages
        One.
    """
    return [(WRITING, _seconds("writing", size.links + size.everywhere * len(size.rules)))]


def memory_mb(size: Size) -> Range:
    """
    Most memory that a run should hold at once [MB].

    Parameters
    ----------
    size
        How much there is to do.

    Returns
    -------
    memory
        With its range.
    """
    parts = {"links": size.links, "consumers": size.everywhere, "sections": size.sections}
    memory = _rate("memory", "fixed_megabytes")
    for name, count in parts.items():
        memory += _rate("memory", f"per_thousand_{name}_megabytes").times(count / THOUSAND)
    return memory


def total(stages: Sequence[tuple[str, Range]]) -> Range:
    """
    All stages together.

    Parameters
    ----------
    stages
        With what each takes.

    Returns
    -------
    sum
        Ends of ranges added up too: stages are slow together on a slow computer.
    """
    return sum((taken for _, taken in stages), Range(value=0.0, low=0.0, high=0.0))


def expected(stages: Sequence[tuple[str, Range]]) -> list[tuple[str, float]]:
    """
    Stages with the middle of what each should take, as a progress bar wants them.

    Parameters
    ----------
    stages
        With ranges [s].

    Returns
    -------
    stages
        With seconds.
    """
    return [(name, taken.value) for name, taken in stages]


def _seconds(name: str, count: float, sites: int = 0) -> Range:
    """Fixed time of a stage, that of its thousands, and that of each data centre [s]."""
    taken = _rate(name, "fixed_seconds")
    taken += _rate(name, "per_thousand_seconds").times(count / THOUSAND)
    return taken + _rate(name, "per_site_seconds").times(sites) if sites else taken


def _rate(name: str, parameter: str) -> Range:
    """One row of the table."""
    row = assumption(TABLE, name, parameter)
    return Range(value=row.value, low=row.low, high=row.high)
