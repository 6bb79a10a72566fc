"""
Where a pipe may join an existing heat network: one tap in every stretch of its pipes.

A building takes heat at one place, a network anywhere along its pipes. Its pipes are cut into short
stretches, each with its own service pipes to the streets around, and each service pipe ends at a
node of its own, so that a route may end at whichever is nearest by street. No route runs along the
network itself: what lies there belongs to somebody else.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from .connect import Candidates, Connections
from .streets import SHORTEST_EDGE_M

if TYPE_CHECKING:
    import numpy.typing as npt


def stretches(
    shapes: npt.NDArray[np.object_], *, spacing_m: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """
    Pipes cut into stretches.

    Parameters
    ----------
    shapes
        Lines, multilines, outlines (their edges count) and points, in metres.
    spacing_m
        Longest stretch [m].

    Returns
    -------
    pieces
        Lines no longer than that, and the points as they are.
    owner
        Shape of each piece, rising.

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> pipes = np.array([LineString([(0, 0), (90, 0)]), Point(5, 5)], dtype=object)
    >>> pieces, owner = stretches(pipes, spacing_m=40.0)
    >>> shapely.length(pieces).tolist(), owner.tolist()
    ([30.0, 30.0, 30.0, 0.0], [0, 0, 0, 1])
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    outline = shapely.get_dimensions(parts) == 2
    parts[outline] = shapely.boundary(parts[outline])
    parts, row = shapely.get_parts(parts, return_index=True)
    owner = owner[row]
    line = np.flatnonzero(shapely.length(parts) > 0.0)
    cut, of_line = _cut(parts[line], spacing_m)
    whole = np.setdiff1d(np.arange(len(parts)), line)
    pieces = np.concatenate([cut, parts[whole]])
    part = np.concatenate([line[of_line], whole])
    order = np.argsort(part, kind="stable")
    return pieces[order], owner[part[order]]


def _cut(
    lines: npt.NDArray[np.object_], spacing_m: float
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Lines cut into equal stretches, and the line of each."""
    length = shapely.length(lines)
    count = np.ceil(length / spacing_m).astype(np.int64)
    of_line = np.repeat(np.arange(len(lines)), count)
    number = np.arange(len(of_line)) - np.repeat(np.cumsum(count) - count, count)
    size = (length / count)[of_line]
    xy, row = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    step[np.unique(row, return_index=True)[1]] = 0.0
    along = np.cumsum(step)
    along -= along[np.searchsorted(row, row)]
    ends = shapely.line_interpolate_point(
        np.repeat(lines[of_line], 2),
        (np.column_stack([number, number + 1]) * size[:, None]).ravel(),
    )
    at = np.column_stack([number, number + 1]).ravel() * np.repeat(size, 2)
    inner = np.minimum((along / (length / count)[row]).astype(np.int64), count[row] - 1)
    first = (np.cumsum(count) - count)[row]
    piece = np.concatenate([np.repeat(np.arange(len(of_line)), 2), first + inner])
    place = np.concatenate([at, along])
    every = np.concatenate([shapely.get_coordinates(ends), xy])
    order = np.lexsort((place, piece))
    return np.asarray(shapely.linestrings(every[order], indices=piece[order])), of_line


def single(candidates: Candidates, owner: npt.NDArray[np.int64]) -> tuple[Candidates, Any]:
    """
    Every candidate pipe as a place of its own.

    Parameters
    ----------
    candidates
        Pipes of stretches.
    owner
        Network of each stretch.

    Returns
    -------
    taps
        One place per pipe; of pipes of one network that meet a street at one point, the shortest.
    network
        Network of each tap, rising.
    """
    pipes, of_network = candidates.pipes, owner[candidates.place]
    spot = np.round(pipes.end / SHORTEST_EDGE_M).astype(np.int64)
    order = np.lexsort((pipes.length_m, pipes.segment, spot[:, 1], spot[:, 0], of_network))
    key = np.column_stack([of_network, spot])[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]).any(axis=1)
    kept = order[fresh]
    taps = pipes.part(kept)
    return Candidates(place=np.arange(len(kept)), pipes=taps, best=taps), of_network[kept]


def joined(first: Candidates, second: Candidates) -> Candidates:
    """
    Places of two sets of candidates, the second numbered on.

    Parameters
    ----------
    first, second
        Candidates on one street graph.

    Returns
    -------
    candidates
        Of all places.
    """
    places = len(first.best.segment)
    return Candidates(
        place=np.concatenate([first.place, places + second.place]),
        pipes=_both(first.pipes, second.pipes),
        best=_both(first.best, second.best),
    )


def _both(first: Connections, second: Connections) -> Connections:
    """Pipes of two sets."""
    return Connections(
        **{
            field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])
            for field in fields(first)
        }
    )


def unhung(candidates: Candidates, place: npt.NDArray[np.bool_]) -> Candidates:
    """
    Candidates without the pipes of some places.

    Parameters
    ----------
    candidates
        Service pipes.
    place
        Places that are not to be hung on the graph, shape (places,).

    Returns
    -------
    candidates
        The others' pipes; places keep their numbers, those left out are unconnected.
    """
    keep = np.flatnonzero(~place[candidates.place])
    best = candidates.best
    segment = np.where(place, -1, best.segment)
    return Candidates(
        place=candidates.place[keep],
        pipes=candidates.pipes.part(keep),
        best=Connections(
            **{field.name: getattr(best, field.name) for field in fields(best)}
            | {"segment": segment}
        ),
    )
