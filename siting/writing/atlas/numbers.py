"""Numbered labels on a map: each at its place, moved aside where it would cover another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle

from .paper import FRAME, INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .paper import Paper

RADIUS_MM = 2.1
ZONE_LETTER = "Z"
"""Before the number of a zone, which is not that of a data centre."""
_RINGS_MM = (0.0, 4.6, 6.6, 9.0, 12.0, 16.0)
_DIRECTIONS = 12


def spread_out(places: Any, *, blocked: Sequence[tuple[float, float, float, float]] = ()) -> Any:
    """
    Where labels may stand: at their places, or as near as they do not cover each other.

    Parameters
    ----------
    places
        What is labelled [mm], shape (N, 2); the first come first.
    blocked
        Boxes that must stay free: left, bottom, right, top [mm].

    Returns
    -------
    spots
        Middles of the labels [mm], shape (N, 2).

    Examples
    --------
    >>> spots = spread_out(np.array([[100.0, 100.0], [100.5, 100.0]]))
    >>> bool(np.hypot(*(spots[1] - spots[0])) >= 2 * RADIUS_MM)
    True
    """
    spots: list[Any] = []
    for place in np.asarray(places, dtype=float).reshape(-1, 2):
        tried = place + _offsets()
        free = _inside(tried) & _clear(tried, spots, blocked)
        spots.append(tried[int(np.argmax(free))] if free.any() else place)
    return np.array(spots).reshape(-1, 2)


def _offsets() -> Any:
    """Where a label is tried: on the spot, then in wider and wider rings."""
    angles = np.deg2rad(45.0 + np.arange(_DIRECTIONS) * 360.0 / _DIRECTIONS)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    return np.vstack([np.zeros((1, 2)), *(ring * radius for radius in _RINGS_MM[1:])])


def _inside(tried: Any) -> Any:
    """Which spots lie within the frame of the map."""
    left, bottom, width, height = FRAME
    low = np.array([left, bottom]) + RADIUS_MM + 0.5
    high = np.array([left + width, bottom + height]) - RADIUS_MM - 0.5
    return ((tried >= low) & (tried <= high)).all(axis=1)


def _clear(tried: Any, spots: list[Any], blocked: Sequence[Any]) -> Any:
    """Which spots touch neither an earlier label nor a box."""
    clear = np.ones(len(tried), dtype=bool)
    for spot in spots:
        clear &= np.hypot(*(tried - spot).T) >= 2.0 * RADIUS_MM + 0.2
    for left, bottom, right, top in blocked:
        near = np.clip(tried, (left, bottom), (right, top))
        clear &= np.hypot(*(tried - near).T) >= RADIUS_MM
    return clear


def draw_numbers(paper: Paper, places: Any, spots: Any, *, letter: str = "") -> None:
    """
    Numbers from 1 on in circles, with a line to what they belong to.

    Parameters
    ----------
    paper
        The sheet.
    places, spots
        What is labelled, and where the labels stand [mm], each of shape (N, 2).
    letter
        Before each number.
    """
    for number, (place, spot) in enumerate(zip(places, spots, strict=True), start=1):
        if np.hypot(*(place - spot)) > RADIUS_MM:
            paper.line([place[0], spot[0]], [place[1], spot[1]], linewidth=0.5, zorder=6.5)
        disc = Circle(tuple(spot), RADIUS_MM, facecolor="white", edgecolor=INK, linewidth=0.6)
        disc.set_zorder(7.0)
        disc.set_gid("number")
        paper.page.add_artist(disc)
        label = f"{letter}{number}"
        size = 5.8 if len(label) < 3 else 4.6
        x, y = spot
        paper.words(x, y, label, size=size, bold=True, across="center", zorder=8.0)
