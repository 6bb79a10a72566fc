"""Sizes of pipes on a sheet: a label on each longer stretch of main, and metres by size."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from .lettering import width_mm
from .marks import touch
from .panel import Column
from .window import MM_PER_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .marks import Box
    from .panel import Panel
    from .paper import Paper
    from .window import Window

SERVICE = "service"
LABEL_PT, LABEL_HEIGHT_MM = 5.0, 2.3
SPARE_MM, LONG_MM, STRAIGHT_MM, MOST_LABELS = 3.0, 25.0, 0.3, 40
"""Pipe left on each side of a label, pipe that always has one, bend that is still straight."""
PAIRS = 4
_PAIR = (
    Column(heading="Pipe", width=11.0, right=False),
    Column(heading="m", width=9.0),
    Column(heading="", width=4.0),
)


def metres_by_size(edges: Any) -> dict[str, int]:
    """
    Whole metres of trench by size of pipe; they add up to the whole metres of all.

    Parameters
    ----------
    edges
        EDGES with ``dn`` and ``length_m``.

    Returns
    -------
    metres
        The largest pipes first.

    Examples
    --------
    >>> import pandas as pd
    >>> metres_by_size(pd.DataFrame({"dn": ["DN20", "DN100", "DN65"], "length_m": [1.4] * 3}))
    {'DN100': 2, 'DN65': 1, 'DN20': 1}
    """
    sums = edges.groupby("dn")["length_m"].sum()
    sizes = sorted(sums.index, key=lambda dn: (-_size(dn), str(dn)))
    length = sums[sizes].to_numpy(dtype=float)
    whole = np.floor(length).astype(int)
    # What rounding down leaves goes to those that lost most by it.
    missing = round(float(length.sum())) - int(whole.sum())
    whole[np.argsort(whole - length, kind="stable")[:missing]] += 1
    return {str(dn): int(metres) for dn, metres in zip(sizes, whole, strict=True)}


def _size(dn: Any) -> int:
    """Number of a nominal size; 0 for none."""
    found = re.search(r"\d+", str(dn))
    return int(found.group()) if found else 0


def sizes_table(panel: Panel, edges: Any) -> None:
    """
    Table of metres by size, several sizes to a row.

    Parameters
    ----------
    panel
        Of the sheet.
    edges
        EDGES of the project.
    """
    metres = metres_by_size(edges)
    if not metres:
        return
    panel.heading("Trench by size of pipe, mains and service pipes")
    cells = [[dn, f"{length:,}", ""] for dn, length in metres.items()]
    cells.append(["All", f"{sum(metres.values()):,}", ""])
    rows = -(-len(cells) // PAIRS)
    beside = -(-len(cells) // rows)
    cells += [["", "", ""]] * (rows * beside - len(cells))
    lines = [[text for size in cells[row::rows] for text in size] for row in range(rows)]
    panel.table(_PAIR * beside, lines)


def label_sizes(paper: Paper, edges: Any, window: Window, taken: Sequence[Box]) -> list[Box]:
    """
    Label longer straight stretches of main with the size of their pipe, where there is room.

    Parameters
    ----------
    paper
        The sheet.
    edges
        EDGES of the project.
    window
        What the sheet shows.
    taken
        Boxes that must stay free [mm].

    Returns
    -------
    boxes
        What the labels cover [mm].
    """
    boxes: list[Box] = []
    for dn, start, end in _stretches(edges[edges["kind"] != SERVICE], window):
        if len(boxes) == MOST_LABELS:
            break
        corners = _plate(dn, start, end)
        low, high = corners.min(axis=0), corners.max(axis=0)
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        if any(touch(box, other) for other in (*taken, *boxes)):
            continue
        boxes.append(box)
        paper.shape(corners, facecolor="white", linewidth=0.0, zorder=6.2)
        x, y = (start + end) / 2.0
        along = np.degrees(np.arctan2(*(end - start)[::-1]))
        turned = float((along + 90.0) % 180.0 - 90.0)
        looks: dict[str, Any] = {"size": LABEL_PT, "across": "center", "zorder": 6.4}
        paper.words(x, y, dn, turned=turned, **looks)
    return boxes


def _stretches(mains: Any, window: Window) -> list[tuple[str, Any, Any]]:
    """The longest straight piece of each stretch of one size, and every other that is long."""
    found = []
    for dn, rows in mains.groupby("dn"):
        least = width_mm(str(dn), LABEL_PT) + 2.0 * SPARE_MM
        whole = shapely.line_merge(shapely.union_all(rows.geometry.to_numpy()))
        smooth = shapely.simplify(whole, STRAIGHT_MM * window.scale / MM_PER_M)
        for line in shapely.get_parts(smooth):
            points = np.asarray(window.on_paper(shapely.get_coordinates(line)))
            length = np.hypot(*np.diff(points, axis=0).T)
            wanted = (length >= LONG_MM) | ((length >= least) & (length == length.max()))
            found += [
                (float(length[k]), str(dn), points[k], points[k + 1])
                for k in np.flatnonzero(wanted)
            ]
    found.sort(key=lambda piece: (-piece[0], piece[1], *piece[2]))
    return [piece[1:] for piece in found]


def _plate(dn: str, start: Any, end: Any) -> Any:
    """Corners of the white plate below a label, along the pipe [mm]."""
    middle, way = (start + end) / 2.0, (end - start) / np.hypot(*(end - start))
    half = way * (width_mm(dn, LABEL_PT) / 2.0 + 0.5)
    up = np.array([-way[1], way[0]]) * LABEL_HEIGHT_MM / 2.0
    return np.array(
        [middle + half + up, middle - half + up, middle - half - up, middle + half - up]
    )
