"""
What surrounds a study besides the map: the weather of the place and the grid of the years to come.

Both are optional files of the user; the weather can also be fetched. Without them the study takes a
typical year made of the country's climate normals and the scenario's path of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Problem
from ..fetching.pvgis import PVGIS_ATTRIBUTION, fetch_outdoor_year
from ..reading.files import file_hash
from ..reading.trajectory import read_trajectory
from ..reading.weather import read_weather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..reading.trajectory import Trajectory
    from ..reading.weather import OutdoorYear

PVGIS = "pvgis"
"""Word that asks for a typical year of the place from PVGIS instead of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    Weather and grid of a study.

    Attributes
    ----------
    weather
        Year of the weather file; `None` without one.
    fetched
        Whether the weather is to come from PVGIS.
    grid
        The user's emission factors by year; `None` without them.
    cache_dir
        Where downloads are kept.
    hashes
        SHA-256 of each file read.
    """

    weather: OutdoorYear | None
    fetched: bool
    grid: Trajectory | None
    cache_dir: Path | None
    hashes: Mapping[str, str]

    def outdoor(self, lon: float, lat: float) -> OutdoorYear | None:
        """Weather of the file, or of the place; `None` for the country's typical year."""
        if self.fetched:
            return fetch_outdoor_year(lat, lon, cache_dir=self.cache_dir)
        return self.weather

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What was accepted of the grid file but should be looked at."""
        return () if self.grid is None else self.grid.doubts

    @property
    def attributions(self) -> list[str]:
        """Whose weather the study shows."""
        return [PVGIS_ATTRIBUTION] if self.fetched else []


def read_surroundings(
    *, weather: str | Path | None, grid: str | Path | None, cache_dir: Path | None
) -> Surroundings:
    """
    Weather and grid of a study, read and checked; nothing is fetched yet.

    Parameters
    ----------
    weather
        An EPW or CSV file, ``"pvgis"``, or nothing.
    grid
        A CSV file, or nothing.
    cache_dir
        Where downloads are kept; by default the user's cache folder.

    Returns
    -------
    surroundings
        What was read.

    Raises
    ------
    InputError
        With every problem of both files at once.
    """
    from_file = weather is not None and weather != PVGIS
    year, trajectory = all_read(
        lambda: read_weather(Path(str(weather))) if from_file else None,
        lambda: None if grid is None else read_trajectory(grid),
    )
    hashes = {} if trajectory is None else {"grid": trajectory.sha256}
    if year is not None:
        hashes["weather"] = file_hash(Path(str(weather)))
    return Surroundings(
        weather=year,
        fetched=weather == PVGIS,
        grid=trajectory,
        cache_dir=cache_dir,
        hashes=hashes,
    )


def all_read(*readers: Callable[[], Any]) -> list[Any]:
    """
    What each of several readers gives.

    Parameters
    ----------
    readers
        Called one after another, also where one refuses.

    Returns
    -------
    results
        One per reader.

    Raises
    ------
    InputError
        With the problems of all readers together.
    """
    results: list[Any] = []
    problems: list[Problem] = []
    for read in readers:
        try:
            results.append(read())
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return results
