"""What a run tells of itself: its stages and their times, versions of what it used, its name."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import resources
from importlib.metadata import version
from time import perf_counter
from typing import TYPE_CHECKING, Any

from heatreach.data import table_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LIBRARIES = (
    "heatreach",
    "coolprop",
    "geopandas",
    "networkx",
    "numpy",
    "osmium",
    "pandas",
    "scipy",
    "shapely",
)
ID_LENGTH = 12
"""Digits of the name of a run."""


class Clock:
    """
    Tells the caller each stage and keeps how long it took.

    Parameters
    ----------
    progress
        Called with a stage and the share done; nobody is told if left out.
    """

    def __init__(self, progress: Callable[[str, float], None] | None) -> None:
        self.report = progress or (lambda _stage, _share: None)
        self.stage = ""
        self.since = perf_counter()
        self.seconds: dict[str, float] = {}

    def next(self, stage: str, share: float) -> None:
        """Close the running stage and open the next."""
        now = perf_counter()
        if self.stage:
            self.seconds[self.stage] = round(now - self.since, 3)
        self.stage, self.since = stage, now
        self.report(stage, share)


def versions() -> dict[str, str]:
    """
    Versions of the libraries that decide results, and of Python.

    Returns
    -------
    versions
        By name.

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    return {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}


def run_id(parts: Mapping[str, Any]) -> str:
    """
    Name of a run: equal parts and equal tables of figures give the same.

    Parameters
    ----------
    parts
        What decides the results besides the tables: hashes of inputs, options, rules.

    Returns
    -------
    name
        Twelve hexadecimal digits.

    Examples
    --------
    >>> run_id({"a": 1, "b": 2}) == run_id({"b": 2, "a": 1})
    True
    """
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=True)
    digest = hashlib.sha256(text.encode())
    for name in table_names():
        digest.update((resources.files("heatreach.data") / f"{name}.csv").read_bytes())
    return digest.hexdigest()[:ID_LENGTH]
