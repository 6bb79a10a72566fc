"""
True areas of raster cells, whatever the map projection makes of them.

A hectare of Web Mercator at 60° N is a quarter of a hectare on the ground, and a cell of a degree
grid has no fixed size at all. Used by `raster`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]


def cell_areas(affine: Sequence[float], crs: CRS, row: Ints, column: Ints) -> Floats:
    """
    True area of the cells of a raster [m²].

    Parameters
    ----------
    affine
        Six numbers a to f: ``x = a·column + b·row + c``, ``y = d·column + e·row + f`` of the upper
        left corner of a cell.
    crs
        Coordinate system of the raster.
    row, column
        Position of each cell.

    Returns
    -------
    areas
        That of the grid where the coordinate system keeps areas, else that of the four corners in
        an equal-area projection around the cells.

    Examples
    --------
    >>> grid = (100.0, 0.0, 5_000_000.0, 0.0, -100.0, 4_000_000.0)
    >>> cell_areas(grid, CRS.from_epsg(3035), np.array([0]), np.array([7])).tolist()
    [10000.0]
    """
    a, b, c, d, e, f = affine
    operation = crs.coordinate_operation
    metres = crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info)
    if metres and operation is not None and "equal area" in operation.method_name.lower():
        return np.full(len(row), abs(a * e - b * d))
    steps = np.array([(0, 0), (0, 1), (1, 1), (1, 0)])
    rows, columns = row[:, None] + steps[:, 0], column[:, None] + steps[:, 1]
    x, y = a * columns + b * rows + c, d * columns + e * rows + f
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    local = CRS.from_proj4(f"+proj=laea +lat_0={lat.mean()} +lon_0={lon.mean()} +ellps=WGS84")
    east, north = Transformer.from_crs("EPSG:4326", local, always_xy=True).transform(lon, lat)
    turned = np.roll(east, -1, axis=1) * north - east * np.roll(north, -1, axis=1)
    areas: Floats = np.abs(turned.sum(axis=1)) / 2.0
    return areas
