"""
The metric coordinate system of a study.

Lengths and areas are measured in the Universal Transverse Mercator zone of the study's centre, or,
beyond its latitude limits, in an equal-area projection about that centre. Web Mercator is never
used for lengths: it shows them twice as long at 60° north.
"""

from __future__ import annotations

import math

from pyproj import CRS

UTM_SOUTH_LIMIT_DEGREES, UTM_NORTH_LIMIT_DEGREES = -80.0, 84.0
ZONE_WIDTH_DEGREES = 6.0


def metric_crs(lon: float, lat: float) -> CRS:
    """
    Projected coordinate system in metres for a study about one point.

    Parameters
    ----------
    lon, lat
        Centre of the study [°], WGS 84; longitudes beyond ±180° are wrapped.

    Returns
    -------
    crs
        The UTM zone of the point; a Lambert azimuthal equal-area system about the point beyond
        80° south and 84° north, where UTM is not defined.

    Raises
    ------
    ValueError
        If the latitude lies outside ±90° or a coordinate is not finite.

    Notes
    -----
    Planar UTM lengths differ from geodesic ones by up to 0.04 % near a zone's centre and 0.1 %
    at its edge (scale factor 0.9996 on the central meridian).

    Examples
    --------
    >>> metric_crs(26.95, 60.53).to_epsg()
    32635
    """
    if not (math.isfinite(lon) and abs(lat) <= 90.0):  # noqa: PLR2004
        raise ValueError(f"no place on Earth has longitude {lon} and latitude {lat}")
    lon = (lon + 180.0) % 360.0 - 180.0
    if not UTM_SOUTH_LIMIT_DEGREES <= lat <= UTM_NORTH_LIMIT_DEGREES:
        return CRS.from_proj4(f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +datum=WGS84 +units=m")
    zone = int((lon + 180.0) // ZONE_WIDTH_DEGREES) + 1
    return CRS.from_epsg((32600 if lat >= 0.0 else 32700) + zone)
