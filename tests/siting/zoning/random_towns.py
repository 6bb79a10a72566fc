"""Random towns: crooked grids of streets with gaps, and loads beside them, on whole metres."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from shapely import LineString, Point

from heatreach.siting.zoning.places import ZonePlaces, zone_places
from tests.siting.zoning.twelve import EAST, NORTH, loads, town_inputs

if TYPE_CHECKING:
    from heatreach.siting import Inputs

SPACING_M = 60


def random_inputs(seed: int, *, shuffle: int = 0, side: int = 6, buildings: int = 40) -> Inputs:
    """A town; another ``shuffle`` is the same town with its rows in another order."""
    random = np.random.default_rng(seed)
    step = np.arange(side) * SPACING_M
    x, y = (axis + random.integers(-15, 16, (side, side)) for axis in np.meshgrid(step, step))
    corner = np.stack([EAST + x, NORTH + y], axis=-1)
    pairs = [((i, j), (i, j + 1)) for i in range(side) for j in range(side - 1)]
    pairs += [((i, j), (i + 1, j)) for i in range(side - 1) for j in range(side)]
    lines = [LineString([corner[a], corner[b]]) for a, b in pairs if random.random() < 0.75]
    lines += [lines[0]]
    west, south, reach = EAST - 20, NORTH - 20, side * SPACING_M
    place = random.integers(0, reach, (buildings, 2)) + np.array([west, south])
    place[1] = place[0]
    heat = np.where(random.random(buildings) < 0.1, 900.0, random.integers(0, 300, buildings))
    frame = loads(
        ids=[f"b{number:03d}" for number in range(buildings)],
        heat_mwh=heat.astype(float).tolist(),
        places=[Point(*xy) for xy in place],
    )
    if shuffle:
        again = np.random.default_rng(shuffle)
        lines = [lines[row] for row in again.permutation(len(lines))]
        frame = frame.iloc[again.permutation(buildings)]
    return town_inputs(frame, lines)


@cache
def random_places(seed: int, *, shuffle: int = 0, side: int = 6, buildings: int = 40) -> ZonePlaces:
    """Loads of a random town on its streets."""
    inputs = random_inputs(seed, shuffle=shuffle, side=side, buildings=buildings)
    return zone_places(inputs, inputs.scenario)
