"""
Coordinates and cells of the COP table, laid so that the kinks of a cycle lie on cell faces.

A solved cycle depends on the evaporating temperature and the two sink temperatures, smoothly but
for a few kinks: where the liquid leaves at its bubble point instead of subcooled (small glide of
the sink), where an internal exchanger has nothing to exchange, where nothing flashes between two
stages. Each cycle has a coordinate in which its kink is nearly a plane, and axes with edges there.
Within a cell the table is a polynomial of second order per axis; see `cop_table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..cycle import ZERO_CELSIUS_KELVIN
from ..cycles.cycle_choice import TRANSCRITICAL

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..cycles.pinch import Approaches

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

# Evaporating temperatures that machines see, with some room.
COLDEST_DEGC, WARMEST_DEGC = -40.0, 90.0
_SLOTS_PER_K = 8
_STEPS = 60
_FINE_K = 0.125
_TWO_STAGES = ("two_stage", "intercooled")
_SINK_COLDEST_DEGC, _GLIDE_WIDEST_K = 5.0, 90.0


class Axis(NamedTuple):
    """Edges of the cells along one axis and a finder of the cell at each eighth of a kelvin."""

    edges: Floats
    per_k: Floats
    finder: Whole

    @property
    def cells(self) -> int:
        """
        Number of cells.

        Returns
        -------
        cells
            One less than the edges.
        """
        return len(self.edges) - 1

    @property
    def nodes(self) -> Floats:
        """
        Edges and middles of the cells.

        Returns
        -------
        nodes
            Where cycles are solved [K or °C].
        """
        middles = 0.5 * (self.edges[1:] + self.edges[:-1])
        return np.append(np.stack([self.edges[:-1], middles], axis=1).ravel(), self.edges[-1])

    def locate(self, place: Floats) -> tuple[Whole, Floats]:
        """
        Cell of each place and the share of the cell that lies before it.

        Parameters
        ----------
        place
            Coordinates; those outside the axis are moved to its ends.

        Returns
        -------
        cell, share
            Number of the cell, and 0 to 1 within it.
        """
        slot = ((place - self.edges[0]) * _SLOTS_PER_K).astype(np.int64)
        cell = self.finder.take(slot, mode="clip")
        return cell, (place - self.edges.take(cell)) * self.per_k.take(cell)


def axis(places: Floats) -> Axis:
    """
    Axis with edges near the given places.

    Parameters
    ----------
    places
        Wanted edges; moved to whole eighths of a kelvin from the first, doubles dropped.

    Returns
    -------
    axis
        The axis.

    Examples
    --------
    >>> cell, share = axis(np.array([0.0, 2.0, 10.0])).locate(np.array([4.0]))
    >>> int(cell[0]), float(share[0])
    (1, 0.25)
    """
    first = float(np.min(places))
    steps = np.unique(np.round((places - first) * _SLOTS_PER_K).astype(np.int64))
    edges = first + steps / _SLOTS_PER_K
    return Axis(edges, 1.0 / np.diff(edges), np.repeat(np.arange(len(steps) - 1), np.diff(steps)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Axes of one cycle's table, and how temperatures become coordinates and back."""

    variant: str
    pinch_k: float
    share: float
    share_per_k: float
    axes: tuple[Axis, Axis, Axis]

    @property
    def shape(self) -> tuple[int, int, int]:
        """
        Cells along each axis.

        Returns
        -------
        shape
            Three numbers.
        """
        warm, second, glide = self.axes
        return warm.cells, second.cells, glide.cells

    def coordinates(
        self, evaporating: Floats, sink_in: Floats, sink_out: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """
        Coordinates of points.

        Parameters
        ----------
        evaporating, sink_in, sink_out
            Temperatures [°C].

        Returns
        -------
        warm, second, glide
            First the condensing temperature that the share of latent heat lets one expect [°C], of
            carbon dioxide the return. Second the lift from the evaporating to that temperature [K];
            with an internal exchanger, the return above the evaporating temperature; of two stages,
            the harmonic mean of evaporating and expected condensing temperature above the return;
            of carbon dioxide the evaporating temperature. Third the glide of the sink [K].
        """
        glide = sink_out - sink_in
        if self.variant == TRANSCRITICAL:
            return sink_in, evaporating, glide
        share = self.share - self.share_per_k * (sink_out - evaporating)
        warm = sink_in + self.pinch_k + share * glide
        if self.variant == "ihx":
            return warm, sink_in - evaporating, glide
        if self.variant in _TWO_STAGES:
            cold, hot = evaporating + ZERO_CELSIUS_KELVIN, warm + ZERO_CELSIUS_KELVIN
            middle = 2.0 * cold * hot / (cold + hot) - ZERO_CELSIUS_KELVIN
            return warm, middle - sink_in, glide
        return warm, warm - evaporating, glide

    def temperatures(
        self, warm: Floats, second: Floats, glide: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """
        Evaporating temperature and sink temperatures at coordinates [°C].

        Parameters
        ----------
        warm, second, glide
            As `coordinates` returns them.

        Returns
        -------
        evaporating, sink_in, sink_out
            Temperatures [°C].
        """
        if self.variant == TRANSCRITICAL:
            return second, warm, warm + glide
        share = np.full(np.shape(warm), self.share)
        # The share depends on the result, by a tenth of it at most: the steps shrink quickly.
        for _ in range(_STEPS):
            sink_in = warm - self.pinch_k - share * glide
            evaporating = self._evaporating(warm, second, sink_in)
            share = self.share - self.share_per_k * (sink_in + glide - evaporating)
        sink_in = warm - self.pinch_k - share * glide
        return self._evaporating(warm, second, sink_in), sink_in, sink_in + glide

    def locate(
        self, evaporating: Floats, sink_in: Floats, sink_out: Floats
    ) -> tuple[Whole, Floats, npt.NDArray[np.bool_]]:
        """
        Cell of each point and its place within.

        Parameters
        ----------
        evaporating, sink_in, sink_out
            Temperatures [°C], one-dimensional.

        Returns
        -------
        cell, place, inside
            Number of the cell; three shares by points; whether the point is on the grid at all.
        """
        shares = np.empty((3, len(evaporating)))
        cell: Whole = np.zeros(len(evaporating), dtype=np.int64)
        inside = (evaporating >= COLDEST_DEGC) & (evaporating <= WARMEST_DEGC)
        places = self.coordinates(evaporating, sink_in, sink_out)
        for number, (line, place) in enumerate(zip(self.axes, places, strict=True)):
            inside &= (place >= line.edges[0]) & (place <= line.edges[-1])
            along, shares[number] = line.locate(place)
            cell = cell * line.cells + along
        return cell, shares, inside

    def _evaporating(self, warm: Floats, second: Floats, sink_in: Floats) -> Floats:
        """Evaporating temperature by the first two coordinates and the return [°C]."""
        if self.variant == "ihx":
            return sink_in - second
        if self.variant in _TWO_STAGES:
            middle = sink_in + second + ZERO_CELSIUS_KELVIN
            hot = warm + ZERO_CELSIUS_KELVIN
            with np.errstate(divide="ignore"):
                return middle * hot / (2.0 * hot - middle) - ZERO_CELSIUS_KELVIN
        return warm - second


def make_grid(
    variant: str,
    approaches: Approaches,
    *,
    max_condensing_degc: float,
    share: tuple[float, float] = (1.0, 0.0),
    kinks: tuple[float, float] = (0.0, 0.0),
) -> Grid:
    """
    Grid for a cycle of one machine.

    Parameters
    ----------
    variant
        Name of the cycle.
    approaches
        Temperature differences of the machine.
    max_condensing_degc
        Warmest condensing temperature of the refrigerant [°C]; of carbon dioxide, warmest return.
    share
        Typical share of the sink's glide below the dew point [-], and by how much it falls per
        kelvin from the evaporating temperature to the leaving water [1/K].
    kinks
        Glides of the sink between which there are kinks in no one plane [K].

    Returns
    -------
    grid
        Axes with cells of mostly 10 K, finer at kinks, small lifts and near the critical point.
    """
    top = np.array([0.0, 1.25, 2.5, 5.0, 10.0, 15.0, *np.arange(20.0, max_condensing_degc, 10.0)])
    warm = np.array([*(max_condensing_degc - top), _SINK_COLDEST_DEGC])
    if variant != TRANSCRITICAL:
        # The more the discharge gas is superheated, the further below this coordinate it condenses.
        beyond = np.array([1.25, *np.arange(2.5, 21.0, 2.5), 30.0, 60.0])
        warm = np.array([*warm, *(max_condensing_degc + beyond)])
    slack = approaches.liquid_approach_k - approaches.condenser_pinch_k
    kink = slack * np.array([0.0, 1.0, 1.125, 1.25, 1.375, 1.5, 1.625])
    glide = np.array([*kink, 5.0, *np.arange(10.0, _GLIDE_WIDEST_K + 1.0, 10.0)])
    glide = np.array([*glide, *np.arange(kinks[0], kinks[1], _FINE_K)])
    if variant == TRANSCRITICAL:
        # Returns around the critical temperature bend the optimum pressure most.
        glide = np.array(
            [*np.arange(0.0, 30.0, 2.5), *np.arange(30.0, _GLIDE_WIDEST_K + 1.0, 10.0)]
        )
        fine, end = np.arange(25.0, 35.0, 1.25), max_condensing_degc + 0.1
        warm = np.array(
            [*np.arange(_SINK_COLDEST_DEGC, 25.0, 5.0), *fine, *np.arange(35.0, end, 2.5)]
        )
    axes = (axis(warm), axis(_second_edges(variant, approaches)), axis(glide))
    return Grid(
        variant=variant,
        pinch_k=approaches.condenser_pinch_k,
        share=share[0],
        share_per_k=share[1],
        axes=axes,
    )


def _second_edges(variant: str, approaches: Approaches) -> Floats:
    """Edges of the second axis."""
    if variant == TRANSCRITICAL:
        return np.array([-20.0, -10.0, 0.0, 10.0, 15.0, 20.0])
    if variant == "ihx":
        # No heat is exchanged while the leaving liquid is colder than the suction gas.
        kink = approaches.superheat_k - approaches.liquid_approach_k
        return kink + np.array([*np.arange(-100.0, 121.0, 10.0), -5.0, 5.0])
    if variant in _TWO_STAGES:
        # Nothing flashes while the leaving liquid is colder than the middle of both pressures.
        near = np.array([-5.0, -2.5, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.5, 5.0])
        kink = approaches.liquid_approach_k
        return kink + np.array([*near, *np.arange(-50.0, -5.0, 5.0), *np.arange(10.0, 56.0, 5.0)])
    return np.array([6.0, 8.0, 10.0, 15.0, 20.0, *np.arange(30.0, 141.0, 10.0)])
