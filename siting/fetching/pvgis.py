"""
Typical meteorological year of a place from PVGIS, asked once and kept.

PVGIS is the service of the European Commission's Joint Research Centre; it composes a typical year
(ISO 15927-4) from satellite and reanalysis data of the last decades. Only the air temperature is
used. The answer lies in the cache folder, so a second study of the place asks nobody.

The service counts hours in UTC. They are moved by the whole hours nearest to the place's longitude
over 15°, its solar time zone, which in most countries is local standard time or an hour beside it;
summer time is not followed. The months of the typical year come from different years, so the
hours moved across New Year come from the other end of it.
"""

from __future__ import annotations

import json
import logging
import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import requests

from heatreach.data import assumption

from ..errors import FetchError
from ..reading.weather import HOURS, OutdoorYear
from .cache import cache_folder, facts_of, is_intact, locked, made, put_in_place
from .web import HOSTS, check_address, opened, pieces, plain_reason

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

logger = logging.getLogger(__name__)

PVGIS_URL = "https://re.jrc.ec.europa.eu/api/v5_3"
PVGIS_ATTRIBUTION = "PVGIS © European Union, 2001-2026 (typical meteorological year, T2m)"
DEADLINE_S = 120.0
_MAX_BYTES = 20_000_000
# A hundredth of a degree is a kilometre: finer than the weather, and buildings share an answer.
_DECIMALS = 2
_DEGREES_PER_HOUR = 15.0
_ADVICE = (
    "give a weather file (EPW or CSV) of the place, or none for a year from the climate normals"
)


def fetch_outdoor_year(
    lat: float,
    lon: float,
    *,
    pvgis_url: str = PVGIS_URL,
    cache_dir: Path | str | None = None,
    hosts: frozenset[str] = HOSTS,
    deadline_s: float = DEADLINE_S,
    refresh: bool = False,
) -> OutdoorYear:
    """
    Typical year of hourly outdoor temperatures of a place.

    Parameters
    ----------
    lat, lon
        Place [°], WGS 84; rounded to a hundredth of a degree.
    pvgis_url
        Address of the service, without ``/tmy``.
    cache_dir
        Folder for downloads; by default the user's (see `cache.cache_folder`).
    hosts
        Names that may be asked.
    deadline_s
        Time after which the request is given up [s].
    refresh
        Ask again, although an answer is kept.

    Returns
    -------
    year
        8760 hours from 1 January 00:00, in UTC moved by the whole hours nearest to ``lon / 15``.

    Raises
    ------
    FetchError
        If the place is nowhere, the service cannot be asked, or its answer is not a year.
    """
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise FetchError(f"lat {lat:g}, lon {lon:g} is no place; check the axes")
    # Adding nought turns -0.0 into 0.0, of which no server has heard.
    lat, lon = round(lat, _DECIMALS) + 0.0, round(lon, _DECIMALS) + 0.0
    path = cache_folder(cache_dir) / "pvgis" / f"tmy_{lat:.2f}_{lon:.2f}.json"
    if refresh or not is_intact(path):
        _receive(f"{pvgis_url}/tmy?lat={lat}&lon={lon}&outputformat=json", path, hosts, deadline_s)
    utc = _hours_utc(path.read_bytes())
    shift = round(lon / _DEGREES_PER_HOUR)
    asked = str(facts_of(path).get("url", pvgis_url))
    return OutdoorYear(
        degc=np.roll(utc, shift),
        source=f"{PVGIS_ATTRIBUTION}, {asked}, UTC{shift:+d}",
        place=f"lat {lat:g}, lon {lon:g}",
    )


def _receive(url: str, path: Path, hosts: frozenset[str], deadline_s: float) -> None:
    """Ask for the year, check it and keep it."""
    check_address(url, hosts=hosts)
    made(path.parent)
    with locked(path):
        logger.info("asking %s", url)
        try:
            body = _answer(url, hosts, deadline_s)
            _hours_utc(body)
        except (FetchError, requests.RequestException) as failure:
            reason = plain_reason(failure)
            raise FetchError(f"no typical year from {url}: {reason}; {_ADVICE}") from failure
        draft = path.with_name(f"draft_{path.name}")
        draft.write_bytes(body)
        put_in_place(draft, path, {"url": url, "attribution": PVGIS_ATTRIBUTION})


def _answer(url: str, hosts: frozenset[str], deadline_s: float) -> bytes:
    """Body of a successful answer."""
    end = time.monotonic() + deadline_s
    with opened(url, hosts=hosts) as response:
        body = b"".join(pieces(response, max_bytes=_MAX_BYTES, end=end))
    if response.status_code != requests.codes.ok:
        reason = _said(body) or response.reason
        raise FetchError(f"the server answered {response.status_code}: {reason}")
    return body


def _said(body: bytes) -> str:
    """What the service says of its refusal, '' if nothing readable."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    said = answer.get("message", "") if isinstance(answer, dict) else ""
    return "".join(c for c in str(said)[:200] if c.isprintable())


def _hours_utc(body: bytes) -> Floats:
    """Air temperature of the 8760 hours of an answer [°C], or the reason why it is no year."""
    try:
        hours: list[dict[str, Any]] = json.loads(body)["outputs"]["tmy_hourly"]
        stamps = [str(hour["time(UTC)"]) for hour in hours]
        degc = np.array([float(hour["T2m"]) for hour in hours])
    except (ValueError, KeyError, TypeError) as fault:
        raise FetchError("the answer is not that of PVGIS, or incomplete") from fault
    if len(degc) != HOURS:
        raise FetchError(f"the answer has {len(degc)} hours, not {HOURS}")
    # Stamps read YYYYMMDD:HHMM; the years differ, the rest must run through one year.
    order = [(stamp[4:8], stamp[9:11]) for stamp in stamps]
    if order != sorted(order) or len(set(order)) != HOURS or order[0] != ("0101", "00"):
        raise FetchError("the hours of the answer do not run through one year")
    low = assumption("climate", "limits", "outdoor_min_degc").value
    high = assumption("climate", "limits", "outdoor_max_degc").value
    if not all(math.isfinite(value) and low <= value <= high for value in degc):
        raise FetchError("the answer holds temperatures that do not occur on earth")
    return degc
