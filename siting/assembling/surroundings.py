"""
What surrounds a study besides the map: weather, grid and prices of years to come, and rules.

All are optional files of the user; the weather can also be fetched. Without them the study takes a
typical year made of the country's climate normals, the scenario's paths of grid and prices, and
the rules of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, Problem
from ..fetching.pvgis import PVGIS_ATTRIBUTION, fetch_outdoor_year
from ..reading.files import file_hash
from ..reading.price_file import read_prices
from ..reading.rule_file import read_rule_file
from ..reading.trajectory import read_trajectory
from ..reading.weather import read_weather

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..reading.price_file import PriceFile
    from ..reading.rule_file import RuleFile
    from ..reading.trajectory import Trajectory
    from ..reading.weather import OutdoorYear

PVGIS = "pvgis"
"""Word that asks for a typical year of the place from PVGIS instead of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    Weather, grid, prices and rules of a study.

    Attributes
    ----------
    weather
        Year of the weather file; `None` without one.
    fetched
        Whether the weather is to come from PVGIS.
    grid
        The user's emission factors by year; `None` without them.
    prices
        The user's prices by year; `None` without them.
    compliance
        The rules of the study with the user's own; `None` without a file.
    cache_dir
        Where downloads are kept.
    hashes
        SHA-256 of each file read.
    """

    weather: OutdoorYear | None
    fetched: bool
    grid: Trajectory | None
    prices: PriceFile | None
    compliance: RuleFile | None
    cache_dir: Path | None
    hashes: Mapping[str, str]

    def outdoor(self, lon: float, lat: float) -> OutdoorYear | None:
        """Weather of the file, or of the place; `None` for the country's typical year."""
        if self.fetched:
            return fetch_outdoor_year(lat, lon, cache_dir=self.cache_dir)
        return self.weather

    @property
    def doubts(self) -> tuple[Problem, ...]:
        """What was accepted of the files of grid, prices and rules but should be looked at."""
        files = (self.grid, self.prices, self.compliance)
        return tuple(doubt for file in files if file is not None for doubt in file.doubts)

    @property
    def attributions(self) -> list[str]:
        """Whose weather the study shows."""
        return [PVGIS_ATTRIBUTION] if self.fetched else []


def read_surroundings(
    *,
    weather: str | Path | None,
    grid: str | Path | None,
    prices: str | Path | None,
    compliance: str | Path | None,
    cache_dir: Path | None,
) -> Surroundings:
    """
    Weather, grid, prices and rules of a study, read and checked; nothing is fetched yet.

    Parameters
    ----------
    weather
        An EPW or CSV file, ``"pvgis"``, or nothing.
    grid, prices, compliance
        CSV files, or nothing.
    cache_dir
        Where downloads are kept; by default the user's cache folder.

    Returns
    -------
    surroundings
        What was read.

    Raises
    ------
    InputError
        With every problem of all files at once.
    """
    from_file = weather is not None and weather != PVGIS
    year, trajectory, by_year, rules = all_read(
        lambda: read_weather(Path(str(weather))) if from_file else None,
        lambda: None if grid is None else read_trajectory(grid),
        lambda: None if prices is None else read_prices(prices),
        lambda: None if compliance is None else read_rule_file(compliance),
    )
    read = {"grid": trajectory, "prices": by_year, "compliance": rules}
    hashes = {name: file.sha256 for name, file in read.items() if file is not None}
    if year is not None:
        hashes["weather"] = file_hash(Path(str(weather)))
    return Surroundings(
        weather=year,
        fetched=weather == PVGIS,
        grid=trajectory,
        prices=by_year,
        compliance=rules,
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
