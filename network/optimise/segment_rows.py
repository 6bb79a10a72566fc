"""
Rows of the programme over chains (`segment_program`), written kind by kind.

One binary column per place a chain can be cut and, per passage, one per level reached: level by
level, so that branching on one halves the range of loads. Exactly one use per chain; peaks,
buildings and coincident loads are conserved at junctions; every junction with demand is entered by
exactly one chain, every other by at most one. All costs are constants, so the programme has no big
numbers.

The largest consumer of each chain is followed on its own: each passage on its way must be taken,
at a level that carries it. That is the strong, disaggregated form (Balakrishnan, Magnanti and Wong
1989, Oper. Res. 37(5)) for those who matter most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .passages import ROUNDING
from .rows import Rows

if TYPE_CHECKING:
    from .chains import Skeleton
    from .model import Model
    from .passages import Level, Passage
    from .uses import Use

    Terms = list[tuple[int, float]]


NEGLIGIBLE = 1e-9
"""Relative size below which a coefficient counts as zero."""


class Surcharge(NamedTuple):
    """What a passage truly costs while the chains behind it are used in a certain way."""

    passage: int
    cost: float
    behind: tuple[tuple[int, Use], ...]  # chain and its use


class SegmentRows:
    """
    Columns and rows as they are written.

    Parameters
    ----------
    model, skeleton
        The problem and its chains.
    passages, levels
        The passages and the levels of each.
    """

    def __init__(
        self,
        model: Model,
        skeleton: Skeleton,
        passages: list[Passage],
        levels: list[list[Level]],
    ) -> None:
        self.model, self.skeleton, self.passages, self.levels = model, skeleton, passages, levels
        self.rows = Rows()
        self.extra: dict[int, list[int]] = {}
        self.load: list[Terms] = [[] for _ in passages]
        self.followed: list[tuple[list[int], dict[int, Terms]]] = []
        self.scale = (float(model.peak_kw.max()), 1.0, float(model.peak_kw.max()))
        table = np.minimum([1, int(model.count.sum())], len(model.diversity) - 1)
        self.quantities = [0]
        if model.diversity[table[0]] > model.diversity[table[1]]:
            self.quantities.append(1)
        if (model.coincident_kw > model.diversity[table[1]] * model.peak_kw).any():
            self.quantities.append(2)
        self.into: dict[int, list[int]] = {int(node): [] for node in skeleton.junction}
        self.out_of: dict[int, list[int]] = {int(node): [] for node in skeleton.junction}
        for number, passage in enumerate(passages):
            self.into[passage.end].append(number)
            self.out_of[passage.begin].append(number)

    def columns(self) -> None:
        """Cuts, levels and what each passage carries on."""
        self.cut = [
            [self.rows.column(cost=float(cost), upper=1.0, integral=True) for cost in c.cut_cost]
            for c in self.skeleton.chains
        ]
        self.level = [
            [
                self.rows.column(cost=cost, upper=1.0, integral=True)
                for cost in _rises(levels, [level.cost for level in levels])
            ]
            for levels in self.levels
        ]
        for levels, columns in zip(self.levels, self.level, strict=True):
            for at in range(1, len(levels)):
                if levels[at].count_min == levels[at - 1].count_min:
                    self.rows.row([(columns[at], 1.0), (columns[at - 1], -1.0)], upper=0.0)
        self.sums = {
            (number, at): self.rows.column(upper=max(passage.most[at], 0.0) / self.scale[at])
            for number, passage in enumerate(self.passages)
            for at in self.quantities
        }

    def used(self, number: int, sign: float = 1.0) -> Terms:
        """Whether a passage is taken."""
        return self.at_level(number, [sign] * len(self.level[number]))

    def at_level(self, number: int, values: list[float]) -> Terms:
        """A value that depends on the level of a passage."""
        rises = _rises(self.levels[number], values)
        # What is but rounding would only mislead the solver.
        least = NEGLIGIBLE * max(map(abs, values), default=0.0)
        return [(c, r) for c, r in zip(self.level[number], rises, strict=True) if abs(r) > least]

    def hanging(self, chain: int, node: int, sign: float = 1.0) -> Terms:
        """Whether a chain is cut so that some of its consumers hang on a junction."""
        return [(column, sign) for column, own in self.hung(chain, node) if own[1]]

    def hung(self, chain: int, node: int) -> list[tuple[int, tuple[float, int, float]]]:
        """The cuts of a chain and what hangs on a junction with each."""
        whole, sides = self.skeleton.chains[chain], []
        for column, at in zip(self.cut[chain], whole.cut.tolist(), strict=True):
            own = (0.0, 0, 0.0)
            if whole.begin == node:
                own = whole.demand.sums(slice(0, at))
            if whole.end == node:
                other = whole.demand.sums(slice(at, None))
                own = (own[0] + other[0], own[1] + other[1], own[2] + other[2])
            sides.append((column, own))
        return sides

    def choices(self) -> None:
        """Each chain is used in one way."""
        for chain in range(len(self.skeleton.chains)):
            terms = [(column, 1.0) for column in self.cut[chain]]
            for number, passage in enumerate(self.passages):
                if passage.chain == chain:
                    terms += self.used(number)
            self.rows.row(terms, lower=1.0, upper=1.0)

    def junctions(self) -> None:
        """Each junction is entered once if anything hangs on it, and else at most once."""
        touching: dict[int, list[int]] = {node: [] for node in self.into}
        for number, chain in enumerate(self.skeleton.chains):
            for node in {chain.begin, chain.end}:
                touching[node].append(number)
        for node, chains in touching.items():
            if node == self.model.root:
                continue
            entered = [term for number in self.into[node] for term in self.used(number)]
            if self.skeleton.demand.buildings[node]:
                self.rows.row(entered, lower=1.0, upper=1.0)
            else:
                self.rows.row(entered, upper=1.0)
                self._optional(node, chains)
            self._conserved(node, chains)

    def _optional(self, node: int, chains: list[int]) -> None:
        """A junction without demand is entered if and only if something goes on from it."""
        leaving: Terms = []
        for chain in chains:
            own = self.hanging(chain, node)
            for number in self.out_of[node]:
                if self.passages[number].chain == chain:
                    own += self.used(number)
            others = [
                term
                for number in self.into[node]
                if self.passages[number].chain != chain
                for term in self.used(number, -1.0)
            ]
            self.rows.row(own + others, upper=0.0)
            leaving += own
        entered = [term for number in self.into[node] for term in self.used(number)]
        self.rows.row(entered + [(column, -1.0) for column, _ in leaving], upper=0.0)

    def _conserved(self, node: int, chains: list[int]) -> None:
        """What is carried to a junction stays there, hangs on it or is carried on."""
        for at in self.quantities:
            scale = self.scale[at]
            terms: Terms = [(self.sums[number, at], 1.0) for number in self.into[node]]
            for number in self.out_of[node]:
                own = float(self.passages[number].behind[at][0]) / scale
                terms.append((self.sums[number, at], -1.0))
                terms += self.used(number, -own)
            for chain in chains:
                terms += [(c, -float(own[at]) / scale) for c, own in self.hung(chain, node)]
            stays = float(self.skeleton.demand[at][node]) / scale
            self.rows.row([t for t in terms if t[1]], lower=stays, upper=stays)

    def limits(self) -> None:
        """What a passage carries on stays under the line of its level."""
        for number, levels in enumerate(self.levels):
            self._ranges(number, levels)
            if 1 in self.quantities:
                self._under_line(number, levels)

    def _ranges(self, number: int, levels: list[Level]) -> None:
        """Each quantity between its bounds."""
        least = self.passages[number].least
        for at in self.quantities:
            scale, carried = self.scale[at], (self.sums[number, at], 1.0)
            most = [
                (float(lv.peak_kw.max()), float(lv.count_max), lv.coincident_kw)[at]
                for lv in levels
            ]
            low = [float(max(lv.count_min, least[1])) if at == 1 else least[at] for lv in levels]
            self.rows.row([carried, *self.at_level(number, [-v / scale for v in most])], upper=0.0)
            if at == 0 and 2 not in self.quantities:
                for k in range(1, len(levels)):
                    if levels[k].count_min == levels[k - 1].count_min:
                        low[k] = max(low[k], float(levels[k - 1].peak_kw.min()))
            below = [-value * (1.0 - ROUNDING) / scale for value in low]
            self.rows.row([carried, *self.at_level(number, below)], lower=0.0)

    def _under_line(self, number: int, levels: list[Level]) -> None:
        """Peaks under a line that rises with the number of buildings, one slope for all levels."""
        slopes = sorted(
            float((lv.peak_kw[-1] - lv.peak_kw[0]) / (lv.buildings[-1] - lv.buildings[0]))
            for lv in levels
            if len(lv.buildings) > 1
        )
        slope = slopes[len(slopes) // 2] if slopes else 0.0
        if slope <= 0.0:
            return
        scale = self.scale[0]
        terms: Terms = [(self.sums[number, 0], 1.0), (self.sums[number, 1], -slope / scale)]
        values = []
        for lv in levels:
            # Between two points the bound of the upper one holds.
            upper = np.append(lv.peak_kw[1:], lv.peak_kw[-1])
            values.append(-float((upper - slope * lv.buildings).max()) / scale)
        terms += self.at_level(number, values)
        self.rows.row(terms, upper=0.0)

    def commodities(self) -> None:
        """Large consumers are followed one by one: who leads to them is used, and carries them."""
        for node in self.skeleton.junction.tolist():
            if node != self.model.root and self.skeleton.demand.buildings[node]:
                self._followed({node: [(-1, 1.0)]}, self.skeleton.demand.sums(np.array([node]))[0])
        for number, chain in enumerate(self.skeleton.chains):
            if not chain.demand.buildings.any() or chain.begin == chain.end:
                continue
            at = int(np.argmax(chain.demand.peak_kw))
            first = [
                (column, 1.0)
                for column, cut in zip(self.cut[number], chain.cut.tolist(), strict=True)
                if cut > at
            ]
            last = [
                (column, 1.0)
                for column, cut in zip(self.cut[number], chain.cut.tolist(), strict=True)
                if cut <= at
            ]
            for other, passage in enumerate(self.passages):
                if passage.chain == number:
                    (first if passage.begin == chain.begin else last).extend(self.used(other))
            self._followed({chain.begin: first, chain.end: last}, float(chain.demand.peak_kw[at]))

    def _followed(self, wanted: dict[int, Terms], peak_kw: float) -> None:
        """One consumer that hangs on one of some junctions."""
        flow = [self.rows.column(upper=1.0) for _ in self.passages]
        self.followed.append((flow, wanted))
        for number, column in enumerate(flow):
            self.rows.row([(column, 1.0), *self.able(number, peak_kw)], upper=0.0)
            self.load[number].append((column, -peak_kw / self.scale[0]))
        for node in self.into:
            if node == self.model.root:
                continue
            terms = [(flow[number], 1.0) for number in self.into[node]]
            terms += [(flow[number], -1.0) for number in self.out_of[node]]
            fixed = 0.0
            for column, value in wanted.get(node, []):
                if column < 0:
                    fixed = value
                else:
                    terms.append((column, -value))
            self.rows.row(terms, lower=fixed, upper=fixed)

    def able(self, number: int, peak_kw: float) -> Terms:
        """Whether a passage is taken at a level that carries a load at all, negative."""
        fits = [
            float(level.peak_kw.max()) >= peak_kw * (1.0 - ROUNDING)
            for level in self.levels[number]
        ]
        return self.at_level(number, [-float(fit) for fit in fits])

    def carried_peaks(self) -> None:
        """A passage carries at least the large consumers it leads to."""
        for number, terms in enumerate(self.load):
            if terms:
                self.rows.row([(self.sums[number, 0], 1.0), *terms], lower=0.0)

    def surcharge(self, extra: Surcharge) -> None:
        """True cost of a passage while nothing behind it changes."""
        levels = self.levels[extra.passage]
        if not levels:
            return
        base = min(level.cost for level in levels)
        missing = extra.cost - base
        terms: Terms = [(self.extra_column(extra.passage), 1.0)]
        terms += self.at_level(extra.passage, [level.cost - base for level in levels])
        terms += self.used(extra.passage, -missing)
        for chain, use in extra.behind:
            if use.passage >= 0:
                terms += self.used(use.passage, -missing)
            else:
                terms.append((self.cut[chain][use.cut], -missing))
        self.rows.row(terms, lower=-missing * len(extra.behind))

    def extra_column(self, passage: int) -> int:
        """Column of a passage's surcharge."""
        if passage not in self.extra:
            self.extra[passage] = [self.rows.column(cost=1.0)]
        return self.extra[passage][0]


def _rises(levels: list[Level], values: list[float]) -> list[float]:
    """How much a value grows from level to level; each range of buildings starts from zero."""
    return [
        value - (values[at - 1] if at and levels[at - 1].count_min == level.count_min else 0.0)
        for at, (level, value) in enumerate(zip(levels, values, strict=True))
    ]
