"""
The metric coordinate system of a study.

Lengths and areas are measured in the Universal Transverse Mercator zone of the study's centre, or,
beyond its latitude limits, in an equal-area projection about that centre. Web Mercator is never
used for lengths: it shows them twice as long at 60° north.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pyproj import CRS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
    if not (math.isfinite(lon) and abs(lat) <= 90.0):
        raise ValueError(f"no place on Earth has longitude {lon} and latitude {lat}")
    lon = (lon + 180.0) % 360.0 - 180.0
    if not UTM_SOUTH_LIMIT_DEGREES <= lat <= UTM_NORTH_LIMIT_DEGREES:
        return CRS.from_proj4(f"+proj=laea +lat_0={lat:.4f} +lon_0={lon:.4f} +datum=WGS84 +units=m")
    zone = int((lon + 180.0) // ZONE_WIDTH_DEGREES) + 1
    return CRS.from_epsg((32600 if lat >= 0.0 else 32700) + zone)


def middle_degrees(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """
    Mean longitude and latitude of places [°], also where they lie on both sides of ±180°.

    Parameters
    ----------
    lon, lat
        Places [°], WGS 84; at least one.

    Returns
    -------
    lon, lat
        Their middle [°].

    Examples
    --------
    >>> import numpy as np
    >>> middle_degrees(np.array([179.9, -179.7]), np.array([-17.0, -16.0]))
    (-179.9, -16.5)
    """
    # Turned so that the first place has longitude 0: no study is half the world wide.
    east = (lon - lon[0] + 180.0) % 360.0 - 180.0
    middle = (float(lon[0] + east.mean()) + 180.0) % 360.0 - 180.0
    return round(middle, 9), float(lat.mean())


def measures_metres(crs: CRS) -> bool:
    """
    Whether distances between coordinates are metres on the ground.

    Parameters
    ----------
    crs
        Any coordinate system.

    Returns
    -------
    metric
        False for degrees, feet and Web Mercator.

    Examples
    --------
    >>> [measures_metres(CRS(code)) for code in (32635, 4326, 3857, 2263)]
    [True, False, False, False]
    """
    if not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        return False
    operation = crs.coordinate_operation
    return operation is None or "Pseudo Mercator" not in operation.method_name
