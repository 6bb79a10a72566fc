"""
Straight pieces of drawn lines: cut, joined and strung together again.

The arrays that `noding` works on. A piece knows its line, its row in the layer and its level, and
where along its line it begins.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from ..streets import VERTEX_TOLERANCE_M, joined

if TYPE_CHECKING:
    import numpy.typing as npt

SAME_STREET = ("highway", "access", "bridge", "tunnel", "layer", "surface", "cost_factor", "name")
"""Tags that two pieces on one place must share for one of them to be a duplicate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """
    Straight pieces of lines, in order of line and along it.

    Attributes
    ----------
    start, end
        Ends [m], shape (pieces, 2).
    line, row, level
        Line, row in the layer and level of each piece.
    begins_m
        Where the piece begins along its line [m].
    was_cut
        Whether the piece is part of a drawn one.
    first, last
        Whether its line begins or ends with it.
    """

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    line: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    begins_m: npt.NDArray[np.float64]
    was_cut: npt.NDArray[np.bool_]
    first: npt.NDArray[np.bool_]
    last: npt.NDArray[np.bool_]

    @property
    def joint_m(self) -> float:
        """Distance within which vertices are one [m]."""
        return VERTEX_TOLERANCE_M

    @property
    def length_m(self) -> npt.NDArray[np.float64]:
        """Length of each piece [m]."""
        return np.asarray(np.hypot(*(self.end - self.start).T), dtype=float)

    @property
    def is_tip(self) -> npt.NDArray[np.bool_]:
        """Whether a line begins or ends with the piece."""
        return self.first | self.last

    def shapes(self) -> npt.NDArray[np.object_]:
        """Pieces as shapely lines."""
        ends = np.stack([self.start, self.end], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)

    def some(self, rows: npt.NDArray[np.generic]) -> Pieces:
        """Some of the pieces."""
        return Pieces(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def from_m(
        self,
        piece: npt.NDArray[np.int64],
        tip: npt.NDArray[np.int64],
        other: npt.NDArray[np.int64],
    ) -> npt.NDArray[np.float64]:
        """Way along a line from the start (0) or end (1) of pieces to other pieces of it [m]."""
        here = self.begins_m[piece] + tip * self.length_m[piece]
        behind = self.begins_m[other] - here
        ahead = here - (self.begins_m[other] + self.length_m[other])
        return np.maximum(np.maximum(behind, ahead), 0.0)

    def joined_by(
        self,
        start: npt.NDArray[np.float64],
        end: npt.NDArray[np.float64],
        like: Pieces,
        piece: npt.NDArray[np.int64],
    ) -> Pieces:
        """These and new pieces, each a line of its own in the row of some piece."""
        new = int(max(self.line.max(initial=-1), like.line.max(initial=-1))) + 1
        added = Pieces(
            start=start,
            end=end,
            line=new + np.arange(len(piece)),
            row=like.row[piece],
            level=like.level[piece],
            begins_m=np.zeros(len(piece)),
            was_cut=np.zeros(len(piece), dtype=bool),
            first=np.ones(len(piece), dtype=bool),
            last=np.ones(len(piece), dtype=bool),
        )
        both = {
            field.name: np.concatenate([getattr(self, field.name), getattr(added, field.name)])
            for field in fields(self)
        }
        return Pieces(**both)


def pieces_of(
    shapes: npt.NDArray[np.object_],
    rows: npt.NDArray[np.int64],
    level: npt.NDArray[np.int64],
) -> Pieces:
    """
    Straight pieces of some lines of a layer.

    Parameters
    ----------
    shapes
        Lines of the layer, in metres.
    rows
        Rows to take.
    level
        Level of each row of the layer.

    Returns
    -------
    pieces
        The pieces.
    """
    parts, which = shapely.get_parts(shapes[rows], return_index=True)
    xy, line = shapely.get_coordinates(parts, return_index=True)
    inside = np.flatnonzero(line[1:] == line[:-1])
    owner = line[inside]
    length = np.hypot(*(xy[inside + 1] - xy[inside]).T)
    first, last = np.ones(len(owner), dtype=bool), np.ones(len(owner), dtype=bool)
    first[1:] = last[:-1] = owner[1:] != owner[:-1]
    total = np.cumsum(length) - length
    begins = total - total[first][np.cumsum(first) - 1]
    return Pieces(
        start=xy[inside],
        end=xy[inside + 1],
        line=owner,
        row=rows[which[owner]],
        level=level[rows[which[owner]]],
        begins_m=begins,
        was_cut=np.zeros(len(owner), dtype=bool),
        first=first,
        last=last,
    )


def cut(
    pieces: Pieces, piece: npt.NDArray[np.int64], place: npt.NDArray[np.float64]
) -> tuple[Pieces, int]:
    """
    Pieces cut at places on or beside them.

    Parameters
    ----------
    pieces
        The pieces.
    piece, place
        Which to cut, and where [m], shape (cuts,) and (cuts, 2); cuts at their ends count for
        nothing.

    Returns
    -------
    cut
        More pieces, in the order of the old.
    places
        Number of places at which any piece was cut.
    """
    along = pieces.end[piece] - pieces.start[piece]
    length = pieces.length_m[piece]
    offset = np.sum((place - pieces.start[piece]) * along, axis=1) / np.maximum(length, 1e-12)
    inside = (offset > VERTEX_TOLERANCE_M) & (offset < length - VERTEX_TOLERANCE_M)
    piece, place, offset = piece[inside], place[inside], offset[inside]
    order = np.lexsort((place[:, 1], place[:, 0], offset, piece))
    piece, place, offset = piece[order], place[order], offset[order]
    apart = np.ones(len(piece), dtype=bool)
    apart[1:] = (piece[1:] != piece[:-1]) | (np.diff(offset) > VERTEX_TOLERANCE_M)
    piece, place, offset = piece[apart], place[apart], offset[apart]
    owner = np.concatenate([np.arange(len(pieces.line)), piece])
    starts = np.concatenate([pieces.start, place])
    begins = np.concatenate([np.zeros(len(pieces.line)), offset])
    order = np.lexsort((begins, owner))
    owner, starts, begins = owner[order], starts[order], begins[order]
    opens, closes = np.ones(len(owner), dtype=bool), np.ones(len(owner), dtype=bool)
    opens[1:] = closes[:-1] = owner[1:] != owner[:-1]
    ends = pieces.end[owner]
    ends[:-1][~closes[:-1]] = starts[1:][~opens[1:]]
    whole = pieces.some(owner)
    result = replace(
        whole,
        start=starts,
        end=ends,
        begins_m=whole.begins_m + begins,
        was_cut=whole.was_cut | ~(opens & closes),
        first=whole.first & opens,
        last=whole.last & closes,
    )
    return result, len(np.unique(np.round(place, 2), axis=0))


def nodes_of(
    pieces: Pieces,
) -> tuple[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]], npt.NDArray[np.int64]]:
    """
    Nodes at both ends of each piece, and how many pieces meet there.

    Parameters
    ----------
    pieces
        The pieces.

    Returns
    -------
    node
        Node of each start and of each end.
    degree
        Pieces at each node.
    """
    xy = np.stack([pieces.start, pieces.end], axis=1).reshape(-1, 2)
    ends = np.stack([pieces.first, pieces.last], axis=1).reshape(-1)
    _, node = joined(xy, np.repeat(pieces.level, 2), ends)
    node = node.reshape(-1, 2)
    real = node[:, 0] != node[:, 1]
    degree = np.bincount(node[real].reshape(-1), minlength=int(node.max(initial=-1)) + 1)
    return (node[:, 0], node[:, 1]), degree


def without_repeats(pieces: Pieces, tags: pd.DataFrame) -> tuple[Pieces, int, int]:
    """
    Pieces that have length and do not lie on an equal one.

    Parameters
    ----------
    pieces
        The pieces.
    tags
        Tags of each row of the layer.

    Returns
    -------
    kept
        The pieces kept, of equal ones the first.
    empty, double
        Numbers left out for either cause.
    """
    (start, end), _ = nodes_of(pieces)
    empty = start == end
    known = [tag for tag in SAME_STREET if tag in tags]
    kind = tags[known].fillna("").astype(str).agg("\x1f".join, axis=1) if known else ""
    group = pd.Series(kind, index=tags.index).astype("category").cat.codes.to_numpy()[pieces.row]
    key = pd.DataFrame(
        {
            "a": np.minimum(start, end),
            "b": np.maximum(start, end),
            "level": pieces.level,
            "kind": group,
        }
    )
    double = key[~empty].duplicated().to_numpy()
    kept = np.flatnonzero(~empty)[~double]
    return pieces.some(kept), int(empty.sum()), int(double.sum())


def chained(pieces: Pieces, rows: int) -> npt.NDArray[np.object_]:
    """
    One line, or several, per row of the layer.

    Parameters
    ----------
    pieces
        The pieces.
    rows
        Number of rows of the layer.

    Returns
    -------
    shapes
        Lines; empty where a row has no piece.
    """
    begins = np.ones(len(pieces.line), dtype=bool)
    begins[1:] = (pieces.line[1:] != pieces.line[:-1]) | (pieces.start[1:] != pieces.end[:-1]).any(
        axis=1
    )
    chain = np.cumsum(begins) - 1
    xy = np.concatenate([pieces.start[begins], pieces.end])
    owner = np.concatenate([chain[begins], chain])
    order = np.argsort(owner, kind="stable")
    lines = np.asarray(shapely.linestrings(xy[order], indices=owner[order]), dtype=object)
    row = pieces.row[begins]
    shapes = np.full(rows, shapely.LineString(), dtype=object)
    order = np.argsort(row, kind="stable")
    used = np.unique(row)
    several = shapely.multilinestrings(lines[order], indices=np.searchsorted(used, row[order]))
    single = np.bincount(np.searchsorted(used, row), minlength=len(used)) == 1
    several = np.asarray(several, dtype=object)
    several[single] = shapely.get_geometry(several[single], 0)
    shapes[used] = several
    return shapes
