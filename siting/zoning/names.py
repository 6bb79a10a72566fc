"""What a zone is called, for people; its identifier is another thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from ..consumers.building_use import siting_rule
from .ranges import text_column

if TYPE_CHECKING:
    import numpy.typing as npt

    from .places import ZonePlaces

    Ints = npt.NDArray[np.int64]


def zone_names(places: ZonePlaces, zone: Ints, largest: Ints) -> list[str]:
    """
    Name of each zone: its largest consumer's, else a street's, else its use.

    Parameters
    ----------
    places
        Consumers on the street graph.
    zone
        Zone of each consumer, -1 for none.
    largest
        Row of the largest consumer of each zone.

    Returns
    -------
    names
        One per zone. The street is the one with most heat of the zone, else the nearest that has a
        name ("near …"); it is added to a consumer's name that stands twice, and goes first in zones
        of ``zone_words/street_name_loads_min`` consumers or more.
    """
    names = text_column(places.consumers, "name").to_numpy(dtype=object)[largest]
    streets = _streets(places, zone, largest)
    twice = pd.Series(names).duplicated(keep=False).to_numpy() & (names != "")
    uses = text_column(places.consumers, "use").to_numpy(dtype=object)[largest]
    ids = places.consumers["id"].to_numpy(dtype=object)[largest]
    members = np.bincount(zone[zone >= 0], minlength=len(largest))
    many = members >= siting_rule("zone_words", "street_name_loads_min")
    plain = [
        str(name or street or f"{use}, {own}")
        for name, street, use, own in zip(names, streets, uses, ids, strict=True)
    ]
    both = (names != "") & (streets != "")
    with_street = [f"{name}, {street}" for name, street in zip(names, streets, strict=True)]
    street_first = [f"{street} with {name}" for name, street in zip(names, streets, strict=True)]
    return list(np.select([both & many, both & twice], [street_first, with_street], plain).tolist())


def _streets(places: ZonePlaces, zone: Ints, largest: Ints) -> npt.NDArray[np.object_]:
    """Street on which most heat of each zone stands, else the nearest with a name."""
    consumers = places.consumers
    stands = (zone >= 0) & (places.consumer_section >= 0)
    street = text_column(places.sections, "name").to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "zone": zone[stands],
            "street": street[places.consumer_section[stands]],
            "heat": consumers["annual_heat_mwh"].to_numpy(dtype=float)[stands],
        }
    )
    sums = frame[frame["street"] != ""].groupby(["zone", "street"])["heat"].sum().reset_index()
    sums = sums.sort_values(["zone", "heat", "street"], ascending=[True, False, True])
    best = sums.drop_duplicates("zone").set_index("zone")["street"]
    found = best.reindex(range(len(largest)), fill_value="").to_numpy(dtype=object, copy=True)
    named = np.flatnonzero(street != "")
    asking = np.flatnonzero(found == "")
    if len(named) and len(asking):
        lines = places.sections.geometry.to_numpy()[named]
        spots = consumers.geometry.to_numpy()[largest[asking]]
        row, near = shapely.STRtree(lines).query_nearest(spots)
        # Of several as near, the first by name.
        order = np.lexsort((street[named[near]].astype(str), row))
        first = order[np.diff(row[order], prepend=-1) != 0]
        found[asking] = "near " + street[named[near[first]]]
    return found
