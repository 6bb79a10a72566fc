"""
A table of solved cycles that answers a million points per second, near the exact COP.

One `CopTable` belongs to one refrigerant, cycle and isentropic efficiency. It is filled cell by
cell, where points are asked for: 27 nodes of a cell are solved exactly, a polynomial of second
order per axis goes through them, and two places between the nodes are solved again and compared. A
cell that misses them by more than a set tolerance is never used: its points are solved exactly.
The check is a sample, not a proof: see the notes of `cop_points.machine_points` for the errors
found. Size, drive, limits and the choice of the cycle come after the lookup, in `cop_points`;
cells are laid in `cop_grid`, kept on disk by `cop_store`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from heatreach.data import assumption, wide

from ..cycles.cycle_choice import TRANSCRITICAL
from ..cycles.pinch import Approaches
from ..refrigerant import refrigerant as find_refrigerant
from .cells import (
    COP_TOLERANCE,
    NODES,
    QUANTITIES,
    Cycles,
    check,
    corners,
    cycles_from,
    evaluate,
    polynomials,
    solve_nodes,
    too_warm,
)
from .edge import completed, nodes_below, nodes_without_glide, pinch_begins
from .source import CellSource, exact_solver, source_of
from .store import content_key, load_arrays, save_arrays

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int64]

# Points in a cell below which solving them is no slower than filling the cell.
MIN_POINTS_PER_CELL = 16
# Errors elsewhere in a cell per error at its check points; least and most tolerances at those.
_ERROR_RATIO, _LEAST_MARGIN, _MOST_TOLERANCES = 2.0, 0.1, 4.0
_UNKNOWN, _USED, _REFUSED, _TOO_WARM = 0, 1, 2, 3
_CHUNK = 4096
_WORTH_KEEPING = 100
_tables: dict[str, CopTable] = {}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CopTable:
    """
    Cycles of one refrigerant, variant and efficiency, tabulated as far as they were asked for.

    Attributes
    ----------
    source
        Machine whose cycles these are, and the grid.
    key
        Hash of all that the table depends on.
    nodes
        Solved quantities at each node; NaN where not solved or no cycle.
    solved
        Which nodes were solved.
    state
        Of each cell: 0 not filled, 1 used, 2 refused by its check, 3 beyond the critical margin.
    margin
        Of each used cell, errors of temperatures and pressure per their tolerances [-].
    rows
        Row of each used cell in ``coefficients``, -1 elsewhere.
    coefficients
        Polynomial of each used cell, one per quantity.
    max_error_share
        Largest relative difference of shaft COP at the check points of used cells [-].
    """

    source: CellSource
    key: str
    nodes: Floats
    solved: npt.NDArray[np.bool_]
    state: npt.NDArray[np.int8]
    margin: Floats
    rows: Whole
    coefficients: npt.NDArray[np.float32]
    max_error_share: float

    @property
    def kept(self) -> dict[str, npt.NDArray[np.generic]]:
        """
        What is kept on disk.

        Returns
        -------
        arrays
            Nodes, states and margins of cells, and the measured error.
        """
        return {
            "nodes": self.nodes,
            "solved": self.solved,
            "state": self.state,
            "margin": self.margin,
            "error": np.array(self.max_error_share),
        }

    def cycles(
        self,
        evaporating_degc: Floats,
        sink_in_degc: Floats,
        sink_out_degc: Floats,
        *,
        near: Callable[[Cycles, Floats], npt.NDArray[np.bool_]] | None = None,
    ) -> Cycles:
        """
        Cycles at points, from the table where it may be used, else solved.

        Parameters
        ----------
        evaporating_degc, sink_in_degc, sink_out_degc
            Points [°C], one-dimensional, all of one length.
        near
            Says which of looked-up cycles lie so near a limit that they shall be solved exactly;
            its second argument is how many tolerances they may be off.

        Returns
        -------
        cycles
            One value per point.

        Notes
        -----
        Cells that hold ``MIN_POINTS_PER_CELL`` of the points or more are filled first; the fuller
        table is what `cop_table` returns from then on. Cells that hold fewer are not used even if
        they are filled, so an answer depends on the request and not on what was asked before.
        """
        grid = self.source.grid
        if grid.variant == TRANSCRITICAL:
            evaporating_degc = np.minimum(evaporating_degc, _throttled_degc())
        cell, place, inside = grid.locate(evaporating_degc, sink_in_degc, sink_out_degc)
        crowded = np.bincount(cell[inside], minlength=len(self.state)) >= MIN_POINTS_PER_CELL
        table = _filled(_tables.get(self.key, self), crowded)
        state = np.where(crowded, table.state, _UNKNOWN)[cell]
        state[~inside] = _UNKNOWN
        if grid.variant == TRANSCRITICAL:
            # Refused whatever the cycle, which takes milliseconds to solve.
            state[sink_in_degc > grid.axes[0].edges[-1]] = _TOO_WARM
        found = np.full((len(cell), QUANTITIES), np.nan)
        used = np.flatnonzero(state == _USED)
        row = table.rows[cell[used]]
        for start in range(0, len(used), _CHUNK):
            some = slice(start, start + _CHUNK)
            found[used[some]] = evaluate(table.coefficients, row[some], place[:, used[some]])
        result = cycles_from(found, evaporating_degc, grid.variant)
        exact = (state == _UNKNOWN) | (state == _REFUSED)
        if near is not None:
            looked_up = Cycles(*(column[used] for column in result))
            exact[used] |= near(looked_up, table.margin[cell[used]])
        return self._with_exact(result, np.flatnonzero(exact), sink_in_degc, sink_out_degc)

    def _with_exact(
        self, found: Cycles, where: Whole, sink_in_degc: Floats, sink_out_degc: Floats
    ) -> Cycles:
        """Replace some points by their exact cycles; equal ones are solved once."""
        if not len(where):
            return found
        points = np.stack([found.evaporating_degc, sink_in_degc, sink_out_degc], axis=1)[where]
        distinct, back = np.unique(points, axis=0, return_inverse=True)
        solve = exact_solver(self.source, self.source.refrigerant.max_condensing_degc)
        solved = np.array([solve(*point) for point in distinct.tolist()])[back.ravel()]
        for column, values in zip(found, solved.T, strict=True):
            column[where] = values
        return found


def cop_table(
    refrigerant: str,
    *,
    isentropic_efficiency: float,
    variant: str = "single",
    approaches: Approaches | None = None,
) -> CopTable:
    """
    Table of one refrigerant, cycle and efficiency, as full as memory and disk know it.

    Parameters
    ----------
    refrigerant
        Name of a refrigerant in ``data/refrigerants.csv``.
    isentropic_efficiency
        Isentropic efficiency of each compressor stage [-].
    variant
        ``"single"``, ``"ihx"``, ``"two_stage"``, ``"intercooled"`` or, for carbon dioxide,
        ``"transcritical"``.
    approaches
        Temperature differences of the machine; by default those of ``data/heat_pumps.csv``.

    Returns
    -------
    table
        Read it with `CopTable.cycles`, which fills it where it is read.

    Examples
    --------
    >>> import numpy as np
    >>> table = cop_table("R600a", isentropic_efficiency=0.75)
    >>> cycles = table.cycles(np.array([19.0]), np.array([40.0]), np.array([60.0]))
    >>> cycles.shaft_cop.round(1)
    array([5.7])
    """
    limits = find_refrigerant(refrigerant)
    if approaches is None:
        approaches = Approaches(*wide("heat_pumps").loc["machine", list(Approaches._fields)])
    efficiency, differences = float(isentropic_efficiency), tuple(map(float, approaches))
    key = content_key([limits, variant, efficiency, differences, *_figures()])
    if key not in _tables:
        source = source_of(limits, variant, efficiency, Approaches(*differences))
        _tables[key] = _read(_empty(source, key))
    return _tables[key]


def forget_tables() -> None:
    """Forget all tables in memory; those on disk stay."""
    _tables.clear()


def _figures() -> list[float]:
    """Figures of the data room that a cycle uses besides the machine's own."""
    rows = wide("heat_pumps").loc[["ihx", TRANSCRITICAL]].to_numpy(dtype=float).ravel()
    return [float(value) for value in rows if not np.isnan(value)]


def _throttled_degc() -> float:
    """Warmest evaporating temperature of carbon dioxide machines [°C]."""
    return assumption("heat_pumps", TRANSCRITICAL, "max_evaporating_degc").value


def _empty(source: CellSource, key: str) -> CopTable:
    """Table with no cell filled."""
    count = int(np.prod([len(axis.nodes) for axis in source.grid.axes]))
    cells = int(np.prod(source.grid.shape))
    return CopTable(
        source=source,
        key=key,
        nodes=np.full((count, QUANTITIES), np.nan),
        solved=np.zeros(count, dtype=bool),
        state=np.zeros(cells, dtype=np.int8),
        margin=np.zeros(cells),
        rows=np.full(cells, -1, dtype=np.int64),
        coefficients=np.zeros((0, QUANTITIES, NODES), dtype=np.float32),
        max_error_share=0.0,
    )


def _read(table: CopTable) -> CopTable:
    """Table with what is kept on disk, if that still agrees with the solver."""
    kept = load_arrays(table.key, table.kept)
    if kept is None:
        return table
    nodes, solved = kept["nodes"].astype(np.float64), kept["solved"].astype(bool)
    known = np.flatnonzero(solved & np.isfinite(nodes).all(axis=1))
    if not len(known):
        return table
    probe = known[[0, len(known) // 2, -1]]
    again = solve_nodes(table.source, probe)
    if not np.allclose(again, nodes[probe], rtol=1e-6, atol=0.0):
        return table
    return _compiled(
        replace(
            table,
            nodes=nodes,
            solved=solved,
            state=kept["state"].astype(np.int8),
            margin=kept["margin"].astype(np.float64),
            max_error_share=float(kept["error"].astype(np.float64)),
        )
    )


def _filled(table: CopTable, crowded: npt.NDArray[np.bool_]) -> CopTable:
    """Table with the crowded cells filled, kept in memory and, if worth it, on disk."""
    wanted = np.flatnonzero(crowded & (table.state == _UNKNOWN))
    if not len(wanted):
        return table
    fuller = _fill(table, wanted)
    _tables[table.key] = fuller
    if int(fuller.solved.sum()) - int(table.solved.sum()) >= _WORTH_KEEPING:
        save_arrays(table.key, fuller.kept)
    return fuller


def _fill(table: CopTable, cells: Whole) -> CopTable:
    """Table with some cells solved, checked and compiled."""
    numbers = corners(table.source.grid, cells)
    fuller = _solved(table, numbers)
    values = fuller.nodes[numbers]
    crossed = np.isnan(values).any(axis=(1, 2)) & np.isfinite(values).any(axis=(1, 2))
    if table.source.refrigerant.kind == "blend" and crossed.any():
        fuller = _solved(fuller, nodes_below(table.source.grid, cells[crossed]))
    useless = warm = too_warm(table.source, numbers, values)
    if table.source.grid.variant == TRANSCRITICAL:
        fuller = _solved(fuller, nodes_without_glide(table.source.grid, numbers))
        useless = pinch_begins(table.source.grid, fuller.nodes, numbers)
    values = _continued(fuller)[numbers]
    whole = np.isfinite(values).all(axis=(1, 2)) & ~useless
    errors, gaps = check(table.source, cells[whole], polynomials(values[whole]))
    fine = (errors <= COP_TOLERANCE) & (gaps <= _MOST_TOLERANCES)
    good = cells[whole][fine]
    state, margin = table.state.copy(), table.margin.copy()
    state[cells] = _REFUSED
    state[good] = _USED
    state[cells[warm]] = _TOO_WARM
    margin[good] = np.maximum(_ERROR_RATIO * gaps[fine], _LEAST_MARGIN)
    worst = float(errors[fine].max(initial=table.max_error_share))
    return _compiled(replace(fuller, state=state, margin=margin, max_error_share=worst))


def _solved(table: CopTable, numbers: Whole) -> CopTable:
    """Table with some nodes solved."""
    missing = np.unique(numbers)
    missing = missing[~table.solved[missing]]
    nodes, solved = table.nodes.copy(), table.solved.copy()
    nodes[missing], solved[missing] = solve_nodes(table.source, missing), True
    return replace(table, nodes=nodes, solved=solved)


def _continued(table: CopTable) -> Floats:
    """Nodes, of a blend continued a little beyond its limit."""
    limits = table.source.refrigerant
    if limits.kind != "blend":
        return table.nodes
    limit = limits.max_condensing_degc
    return completed(table.source.grid, table.nodes, table.solved, limit_degc=limit)


def _compiled(table: CopTable) -> CopTable:
    """Table with the coefficients of all used cells."""
    used = np.flatnonzero(table.state == _USED)
    rows = np.full(len(table.state), -1, dtype=np.int64)
    rows[used] = np.arange(len(used))
    values = _continued(table)[corners(table.source.grid, used)]
    return replace(table, rows=rows, coefficients=polynomials(values))
