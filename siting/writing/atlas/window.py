"""What part of the world a sheet shows: a round scale at which everything fits, with a margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .paper import FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARGIN_MM = 14.0
"""Room on paper between what is shown and the frame."""
LARGEST_SCALE = 500.0
_ROUND_SCALES = (1.0, 1.25, 2.0, 2.5, 5.0, 7.5)
_ROUND_STEPS = (1.0, 2.0, 5.0)
GRID_MM = 38.0
"""Least distance of two grid lines on paper."""
BAR_MM = 64.0
"""Room for the scale bar on paper."""
MM_PER_M = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    Part of the plan's plane that fills the frame of a sheet.

    Attributes
    ----------
    west, south
        Lower left corner [m].
    scale
        Metres in the field per metre on paper.
    """

    west: float
    south: float
    scale: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north [m]."""
        east = self.west + FRAME[2] * self.scale / MM_PER_M
        return self.west, self.south, east, self.south + FRAME[3] * self.scale / MM_PER_M

    def on_paper(self, points: Any) -> Any:
        """
        Where points lie on the sheet [mm].

        Parameters
        ----------
        points
            Coordinates [m], shape (N, 2).

        Returns
        -------
        places
            Shape (N, 2).
        """
        corner = np.array([self.west, self.south])
        return (np.asarray(points) - corner) * MM_PER_M / self.scale + np.array(FRAME[:2])


def window_around(boxes: Sequence[Any]) -> Window:
    """
    Window around what a sheet shows, at the largest round scale that leaves a margin.

    Parameters
    ----------
    boxes
        West, south, east, north of each thing shown [m]; those that are not finite do not count.

    Returns
    -------
    window
        Around the origin where there is nothing to show.

    Examples
    --------
    >>> window_around([(0.0, 0.0, 1200.0, 300.0)]).scale
    5000.0
    """
    known = [box for box in boxes if np.isfinite(box).all()]
    box = np.array(known) if known else np.zeros((1, 4))
    west, south = box[:, :2].min(axis=0)
    east, north = box[:, 2:].max(axis=0)
    room = np.array(FRAME[2:]) - 2.0 * MARGIN_MM
    needed = float((np.array([east - west, north - south]) * MM_PER_M / room).max())
    scale = next(scale for scale in _scales() if scale >= needed)
    half = np.array(FRAME[2:]) * scale / MM_PER_M / 2.0
    # Whole metres, so that a window does not hang on the last digit of a coordinate.
    middle = np.round([(west + east) / 2.0, (south + north) / 2.0])
    return Window(west=float(middle[0] - half[0]), south=float(middle[1] - half[1]), scale=scale)


def _scales() -> Iterator[float]:
    """Round scales, from the largest drawing on."""
    power = 100.0
    while True:
        yield from (s * power for s in _ROUND_SCALES if s * power >= LARGEST_SCALE)
        power *= 10.0


def scale_words(scale: float) -> str:
    """
    A scale as drawings state it.

    Parameters
    ----------
    scale
        Metres in the field per metre on paper.

    Returns
    -------
    words
        For example ``1:5,000``.

    Examples
    --------
    >>> scale_words(12_500.0)
    '1:12,500'
    """
    return f"1:{scale:,.0f}"


def grid_step_m(scale: float) -> float:
    """
    Distance of grid lines [m].

    Parameters
    ----------
    scale
        Of the sheet.

    Returns
    -------
    step
        1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> grid_step_m(5000.0)
    200.0
    """
    least = GRID_MM * scale / MM_PER_M
    power = 10.0 ** np.floor(np.log10(least))
    return float(min(step * power for step in (*_ROUND_STEPS, 10.0) if step * power >= least))


def bar_length_m(scale: float) -> float:
    """
    What the scale bar measures [m].

    Parameters
    ----------
    scale
        Of the sheet.

    Returns
    -------
    length
        Round, and short enough for its place.

    Examples
    --------
    >>> bar_length_m(5000.0)
    200.0
    """
    most = BAR_MM * scale / MM_PER_M
    power = 10.0 ** np.floor(np.log10(most))
    return float(max(step * power for step in _ROUND_STEPS if step * power <= most))


def grid_values(low: float, high: float, step: float) -> list[float]:
    """
    Multiples of a step between two bounds.

    Parameters
    ----------
    low, high
        Bounds [m].
    step
        Distance [m].

    Returns
    -------
    values
        Growing.

    Examples
    --------
    >>> grid_values(150.0, 460.0, 100.0)
    [200.0, 300.0, 400.0]
    """
    first, last = int(np.ceil(low / step)), int(np.floor(high / step))
    return [float(number * step) for number in range(first, last + 1)]
