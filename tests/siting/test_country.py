"""Countries of well-known places; positions from general geography."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heatreach.siting.assembling.country import country_at

PLACES = {
    "Kotka": (26.95, 60.53, "FI"),
    "KIT Campus Nord": (8.43, 49.10, "DE"),
    "Neuss": (6.69, 51.20, "DE"),
    "Isle of Man": (-4.5, 54.2, "IM"),
    "London": (-0.1, 51.5, "GB"),
    "Belfast": (-5.93, 54.60, "GB"),
    "Derry": (-7.32, 54.997, "GB"),
    "Dundalk": (-6.4, 54.0, "IE"),
    "Dublin": (-6.26, 53.35, "IE"),
    "Seattle": (-122.33, 47.6, "US"),
    "Ashburn": (-77.49, 39.04, "US"),
    "Honolulu": (-157.85, 21.3, "US"),
    "San Juan": (-66.1, 18.45, "PR"),
    "Windsor, Ontario": (-83.03, 42.31, "CA"),
    "Detroit": (-83.05, 42.33, "US"),
    "Basel": (7.588, 47.557, "CH"),
    "Strasbourg": (7.75, 48.58, "FR"),
    "Monaco": (7.42, 43.735, "MC"),
    "Vaduz": (9.52, 47.14, "LI"),
    "Luxembourg": (6.13, 49.61, "LU"),
    "Maastricht": (5.69, 50.85, "NL"),
    "Copenhagen": (12.57, 55.68, "DK"),
    "Malmö": (13.0, 55.6, "SE"),
    "Oslo": (10.75, 59.9, "NO"),
    "Maseru": (27.48, -29.31, "LS"),
    "Hong Kong": (114.16, 22.28, "HK"),
    "Sydney": (151.2, -33.87, "AU"),
}


@pytest.mark.parametrize("place", PLACES)
def test_golden_places_lie_in_their_countries(place: str) -> None:
    lon, lat, code = PLACES[place]
    country = country_at(lon, lat)
    assert country is not None
    assert country.code == code


def test_golden_open_sea_has_no_country() -> None:
    assert country_at(-40.0, 35.0) is None


def test_golden_inland_place_is_certain() -> None:
    country = country_at(26.95, 60.53)
    assert country is not None
    assert not country.ambiguous


def test_golden_border_town_names_both_countries() -> None:
    tornio = country_at(24.14, 65.85)
    assert tornio is not None
    assert tornio.ambiguous
    assert {tornio.code, *tornio.also} == {"FI", "SE"}


def test_golden_outline_shared_by_several_states_names_them() -> None:
    singapore = country_at(103.85, 1.3)
    assert singapore is not None
    assert "SG" in (singapore.code, *singapore.also)
    assert singapore.ambiguous


@settings(max_examples=200, deadline=None)
@given(lon=st.floats(-180, 180), lat=st.floats(-90, 90))
def test_property_codes_are_two_letters_and_distinct(lon: float, lat: float) -> None:
    country = country_at(lon, lat)
    if country is not None:
        codes = (country.code, *country.also)
        assert len(set(codes)) == len(codes)
        assert all(len(code) == 2 and code.isupper() for code in codes)


@pytest.mark.parametrize("position", [(181.0, 0.0), (0.0, 91.0), (float("nan"), 0.0)])
def test_country_at_rejects_positions_off_the_globe(position: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a position on the globe"):
        country_at(*position)


def test_property_no_slow_import_is_needed() -> None:
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('country', {country_file()!r})\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "sys.modules['country'] = module\n"
        "spec.loader.exec_module(module)\n"
        "assert module.country_at(26.95, 60.53).code == 'FI'\n"
        "assert 'pyrosm' not in sys.modules and 'geopandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def country_file() -> str:
    """Path of the module under test."""
    file = sys.modules[country_at.__module__].__file__
    assert file is not None
    return file
