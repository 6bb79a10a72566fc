"""
The design problem as rows and columns of a mixed-integer programme.

Every directed edge has one binary column per *option*: a size of pipe and a range of how many
buildings it serves. Flow is conserved exactly, no losses inside; each edge is bounded by what can
pass it at all; each node has at most one edge towards the root. Consumers are *tracked*, each with
a flow of its own on the edges that can lead to it (the strong, disaggregated form), or their sums
flow together (the small form, for nearly tree-like streets).

Diversity lets the limit of a size rise with the number of buildings; a straight line bounds it from
above, of one slope for all options of an edge. The programme is therefore a relaxation: its optimum
never exceeds the true one, and equals it where every range is a single number or diversity plays no
part.

Formulations: Balakrishnan, Magnanti & Wong (1989, Oper. Res. 37(5)) for fixed-charge design,
Ljubić, Putz & Salazar-González (2012, Networks 59(1)) for single-source network loading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .model import UNUSED
from .rows import Programme, Rows

if TYPE_CHECKING:
    import numpy.typing as npt

    from .arcs import Arcs, Option
    from .model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulation(Programme):
    """
    The programme, with the place of each quantity.

    Attributes
    ----------
    arcs
        Edge (-1 for the one above a single source) and end nodes of each arc.
    option_column
        Columns of each arc's options.
    options
        The options of each arc.
    flow_column
        Columns of the flow of each consumer, by arc and consumer.
    sum_column
        Columns of the sums of the untracked by arc: peaks, buildings, coincident loads.
    left_column
        Column of each consumer being left out.
    """

    arcs: Arcs
    options: list[list[Option]]
    option_column: list[list[int]]
    flow_column: dict[tuple[int, int], int]
    sum_column: dict[tuple[int, int], int]
    left_column: list[int]


def formulation(
    model: Model,
    arcs: Arcs,
    options: list[list[Option]],
    *,
    tracked: npt.NDArray[np.bool_],
) -> Formulation:
    """
    The programme for given options and tracked consumers.

    Parameters
    ----------
    model
        The problem.
    arcs, options
        Its arcs and what may be laid on each.
    tracked
        Consumers whose flow is kept apart, shape (k,); those whose source costs differ always are.

    Returns
    -------
    programme
        Rows and columns, with the place of each quantity.
    """
    return _Writer(model, arcs, options, tracked | _picky(model)).written()


def _picky(model: Model) -> npt.NDArray[np.bool_]:
    """Consumers whose cost depends on the source they hang on."""
    cost = model.source_cost
    picky: npt.NDArray[np.bool_] = cost.max(axis=1, initial=0.0) > cost.min(axis=1, initial=np.inf)
    return picky


class _Writer:
    """Writes the columns, then the rows."""

    def __init__(
        self,
        model: Model,
        arcs: Arcs,
        options: list[list[Option]],
        tracked: npt.NDArray[np.bool_],
    ) -> None:
        self.model, self.arcs, self.options, self.tracked = model, arcs, options, tracked
        self.rows = Rows()
        self.scale = float(model.peak_kw.max(initial=1.0))
        origin = model.root if len(model.source_edge) else UNUSED
        self.origin = origin
        self.into: dict[int, list[int]] = {}
        self.out_of: dict[int, list[int]] = {}
        for arc in range(len(arcs.edge)):
            self.into.setdefault(int(arcs.end[arc]), []).append(arc)
            self.out_of.setdefault(int(arcs.begin[arc]), []).append(arc)
        self.quantities = (
            model.peak_kw / self.scale,
            model.count.astype(float),
            model.coincident_kw / self.scale,
        )
        self.diverse = self._falls(arcs.count_min, arcs.count_max)
        self.coincides = bool((model.coincident_kw > 0.0).any())

    def _falls(
        self, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        """Whether diversity changes within each range of buildings."""
        table, last = self.model.diversity, len(self.model.diversity) - 1
        falls: npt.NDArray[np.bool_] = table[np.minimum(low, last)] > table[np.minimum(high, last)]
        return falls

    def written(self) -> Formulation:
        """The programme."""
        self._columns()
        self._joining()
        self._conservation()
        self._limits()
        self._arborescence()
        base = self.model.source_cost.min(axis=1, initial=np.inf)
        programme = self.rows.programme(offset=float(base.sum()))
        return Formulation(
            **{name: getattr(programme, name) for name in Programme.__slots__},
            arcs=self.arcs,
            options=self.options,
            option_column=self.choice,
            flow_column=self.flow,
            sum_column=self.sums,
            left_column=self.left,
        )

    def _columns(self) -> None:
        """Options, flows of the tracked, sums of the others, consumers left out."""
        rows, model, arcs = self.rows, self.model, self.arcs
        base = model.source_cost.min(axis=1, initial=np.inf)
        must = np.isinf(model.prize)
        self.left = [
            rows.column(
                cost=0.0 if must[k] else float(model.prize[k] - base[k]),
                upper=0.0 if must[k] else 1.0,
            )
            for k in range(model.consumers)
        ]
        self.choice = [
            [rows.column(cost=option.cost, upper=1.0, integral=True) for option in of_arc]
            for of_arc in self.options
        ]
        self.flow: dict[tuple[int, int], int] = {}
        self.sums: dict[tuple[int, int], int] = {}
        source = {int(edge): s for s, edge in enumerate(model.source_edge.tolist())}
        for arc, edge in enumerate(arcs.edge.tolist()):
            if arcs.consumer[arc] >= 0:
                continue
            for k in np.flatnonzero(arcs.members[arc] & self.tracked).tolist():
                extra = model.source_cost[k, source[edge]] - base[k] if edge in source else 0.0
                self.flow[arc, k] = rows.column(cost=float(extra), upper=1.0)
            for at, quantity in enumerate(self.quantities):
                others = float(quantity[arcs.members[arc] & ~self.tracked].sum())
                if others > 0.0 and self._summed(at):
                    self.sums[arc, at] = rows.column(upper=others)

    def _used(self, arc: int, sign: float = 1.0) -> list[tuple[int, float]]:
        """Terms of whether an arc is used."""
        return [(column, sign) for column in self.choice[arc]]

    def _joining(self) -> None:
        """Each consumer has one service pipe or is left out."""
        for k, node in enumerate(self.model.terminal.tolist()):
            terms = [(self.left[k], 1.0)]
            for arc in self.into.get(node, []):
                terms += self._used(arc)
            self.rows.row(terms, lower=1.0, upper=1.0)

    def _conservation(self) -> None:
        """What flows into a node flows on, consumer by consumer and in sums."""
        for node in sorted(set(self.into) | set(self.out_of)):
            if node == self.origin or (node in self.into and self._is_end(node)):
                continue
            balance: dict[tuple[str, int], list[tuple[int, float]]] = {}
            for arc in self.into.get(node, []):
                self._carried(arc, 1.0, balance)
            for arc in self.out_of.get(node, []):
                self._carried(arc, -1.0, balance)
            for terms in balance.values():
                self.rows.row(terms, lower=0.0, upper=0.0)

    def _is_end(self, node: int) -> bool:
        """Whether a node is a consumer."""
        return bool(self.arcs.consumer[self.into[node][0]] >= 0)

    def _carried(
        self, arc: int, sign: float, balance: dict[tuple[str, int], list[tuple[int, float]]]
    ) -> None:
        """Add what an arc carries to the balances of a node."""
        k = int(self.arcs.consumer[arc])
        if k >= 0 and self.tracked[k]:
            balance.setdefault(("consumer", k), []).extend(self._used(arc, sign))
        elif k >= 0:
            for at, quantity in enumerate(self.quantities):
                if quantity[k] > 0.0 and self._summed(at):
                    terms = self._used(arc, sign * float(quantity[k]))
                    balance.setdefault(("sum", at), []).extend(terms)
        else:
            for member in np.flatnonzero(self.arcs.members[arc] & self.tracked).tolist():
                terms = [(self.flow[arc, member], sign)]
                balance.setdefault(("consumer", member), []).extend(terms)
            for at in range(len(self.quantities)):
                if (arc, at) in self.sums:
                    balance.setdefault(("sum", at), []).append((self.sums[arc, at], sign))

    def _summed(self, at: int) -> bool:
        """Whether a quantity flows in sums at all."""
        return at == 0 or (at == 1 and bool(self.diverse.any())) or (at == 2 and self.coincides)

    def _total(self, arc: int, at: int) -> list[tuple[int, float]]:
        """Terms of all that an arc carries of one quantity."""
        terms = [
            (self.flow[arc, k], float(self.quantities[at][k]))
            for k in np.flatnonzero(self.arcs.members[arc] & self.tracked).tolist()
            if self.quantities[at][k] > 0.0
        ]
        if (arc, at) in self.sums:
            terms.append((self.sums[arc, at], 1.0))
        return terms

    def _limits(self) -> None:
        """Nothing flows without a pipe, and not more than the pipe's size allows."""
        for arc, options in enumerate(self.options):
            if len(options) > 1 or self.arcs.consumer[arc] < 0:
                self.rows.row(self._used(arc), upper=1.0)
            if self.arcs.consumer[arc] >= 0:
                continue  # its options are those that carry its consumer
            for k in np.flatnonzero(self.arcs.members[arc] & self.tracked).tolist():
                need = max(self.model.largest_kw[k], self.model.coincident_kw[k])
                fits = [
                    (column, -1.0)
                    for column, option in zip(self.choice[arc], options, strict=True)
                    if option.limit_kw >= need
                ]
                self.rows.row([(self.flow[arc, k], 1.0), *fits], upper=0.0)
            self._limit_of_peaks(arc)
            self._limit_of_coincident(arc)

    def _limit_of_coincident(self, arc: int) -> None:
        """What is drawn at the same hour within each option's limit."""
        most = float(self.quantities[2][self.arcs.members[arc]].sum())
        levels = [min(option.limit_kw / self.scale, most) for option in self.options[arc]]
        if min(levels, default=most) < most:
            self._limit_of(arc, 2, levels)

    def _limit_of_peaks(self, arc: int) -> None:
        """Peaks within each option's limit at the number of buildings, bounded by one line."""
        options, members = self.options[arc], self.arcs.members[arc]
        most = float(self.quantities[0][members].sum())
        points = [_limits(self.model, option, most, self.scale) for option in options]
        slope = _slope(points)
        levels = [float((bound - slope * at).max()) for at, bound in points]
        if slope > 0.0 or min(levels, default=most) < most or (arc, 0) in self.sums:
            self._limit_of(arc, 0, levels, slope=slope)
        if self.diverse[arc]:
            self._range_of_buildings(arc)

    def _limit_of(self, arc: int, at: int, levels: list[float], *, slope: float = 0.0) -> None:
        """One row: what is carried stays under the option's level, more by building."""
        terms = self._total(arc, at)
        if slope > 0.0:
            terms += [(column, -slope * value) for column, value in self._total(arc, 1)]
        if terms:
            used = zip(self.choice[arc], levels, strict=True)
            self.rows.row(terms + [(column, -level) for column, level in used], upper=0.0)

    def _range_of_buildings(self, arc: int) -> None:
        """Buildings within the range of the option used."""
        total = self._total(arc, 1)
        used = list(zip(self.choice[arc], self.options[arc], strict=True))
        most = [(column, -float(option.count_max)) for column, option in used]
        self.rows.row(total + most, upper=0.0)
        if any(option.count_min > 1 for _, option in used):
            least = [(column, -float(option.count_min)) for column, option in used]
            self.rows.row(total + least, lower=0.0)

    def _arborescence(self) -> None:
        """One edge towards the root at most, and one if anything goes on from there."""
        for node, arriving in self.into.items():
            if self._is_end(node):
                continue
            every = [term for arc in arriving for term in self._used(arc)]
            self.rows.row(every, upper=1.0)
            leaving = [term for arc in self.out_of.get(node, []) for term in self._used(arc, -1.0)]
            self.rows.row([*every, *leaving], upper=0.0)
            for arc in self.out_of.get(node, []):
                to = self.arcs.end[arc]
                others = [
                    term
                    for other in arriving
                    if self.arcs.begin[other] != to
                    for term in self._used(other, -1.0)
                ]
                self.rows.row([*self._used(arc), *others], upper=0.0)


def _limits(
    model: Model, option: Option, most: float, scale: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Largest sum of peaks at each number of buildings in the option's range."""
    last = len(model.diversity) - 1
    at = np.arange(option.count_min, max(min(option.count_max, last), option.count_min) + 1)
    bound = np.minimum(option.limit_kw / scale / model.diversity[np.minimum(at, last)], most)
    return at, bound


def _slope(points: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]) -> float:
    """Slope of the line over an arc's options: the middle one of their mean slopes."""
    slopes = sorted(
        float((bound[-1] - bound[0]) / (at[-1] - at[0])) for at, bound in points if len(at) > 1
    )
    return slopes[len(slopes) // 2] if slopes else 0.0
