"""
Consumers that must, must not or may only together be connected, for any solver of the model.

Forced and forbidden consumers change the model and cost nothing in exactness. Groups (all members
or none) are settled by branching: a relaxed problem without the group rule bounds each branch, a
branch whose answer splits a group is parted into "all in" and "all out" (Land and Doig 1960). With
an exact solver the answer is optimal; with a bounded one the bound stays valid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .branching import Choice, Relaxed, search_branches
from .marginal import joined, trimmed
from .model import UNUSED, Model, evaluate, without_consumers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


class Solved(Protocol):
    """What a solver hands back: a solution and a bound on the objective."""

    @property
    def parent_edge(self) -> Ints:
        """Edge towards the root at each node, as in `heatreach.network.optimise.model.evaluate`."""

    @property
    def lower_bound(self) -> float:
        """Value that no solution of the model undercuts."""


Solver: TypeAlias = Callable[[Model], Solved]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    Which consumers must, must not or may only together be connected.

    Attributes
    ----------
    forced, forbidden
        Masks by consumer, closed under the groups.
    groups
        Consumers that join all or none; disjoint.
    """

    forced: Flags
    forbidden: Flags
    groups: tuple[Ints, ...]

    def allow(self, connected: Flags) -> bool:
        """Whether a set of consumers keeps all rules."""
        if not connected[self.forced].all() or connected[self.forbidden].any():
            return False
        return not any(_mixed(connected, group) for group in self.groups)


def rules(
    model: Model,
    *,
    forced: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Sequence[Iterable[int]] = (),
) -> Rules:
    """
    Rules on consumers, made consistent.

    Parameters
    ----------
    model
        The problem.
    forced, forbidden
        Consumers that must, must not be connected.
    groups
        Consumers that are connected all or none; groups that share a member become one.

    Returns
    -------
    rules
        Masks and disjoint groups; a member's fate is its group's.

    Raises
    ------
    ValueError
        If a consumer would be forced and forbidden, or no way leads to a forced one.
    """
    must = np.isinf(model.prize)
    must[_numbers(forced)] = True
    banned = np.zeros(model.consumers, dtype=bool)
    banned[_numbers(forbidden)] = True
    merged = _merged(groups)
    reached = reachable(model)
    for group in merged:
        must[group] |= must[group].any()
        banned[group] |= banned[group].any() or not reached[group].all()
    clash = np.flatnonzero(must & (banned | ~reached))
    if len(clash):
        names = ", ".join(map(str, clash[:10].tolist()))
        raise ValueError(
            f"consumers {names} must be connected, but they (or members of their groups) are "
            "forbidden or no way leads there; take them off the forced ones or add streets"
        )
    free = tuple(group for group in merged if not (must[group[0]] or banned[group[0]]))
    return Rules(forced=must, forbidden=banned, groups=free)


def reachable(model: Model) -> Flags:
    """
    Whether any way leads from the root to each consumer.

    Parameters
    ----------
    model
        The problem.

    Returns
    -------
    reachable
        One value per consumer; ways through other consumers do not count.
    """
    passable = model.through.copy()
    passable[model.root] = True
    laid = np.isfinite(model.cost).any(axis=1)
    inner = laid & passable[model.tail] & passable[model.head]
    shape = (model.nodes, model.nodes)
    graph = coo_array((inner[inner], (model.tail[inner], model.head[inner])), shape=shape)
    part = connected_components(graph, directed=False)[1]
    near = passable & (part == part[model.root])
    found = near.copy()
    found[model.tail[laid & near[model.head]]] = True
    found[model.head[laid & near[model.tail]]] = True
    reached: Flags = found[model.terminal]
    return reached


def restricted(model: Model, *, forced: Flags, forbidden: Flags) -> tuple[Model, float]:
    """
    Model in which forced consumers must be connected and forbidden ones do not exist.

    Parameters
    ----------
    model
        The problem.
    forced, forbidden
        Masks by consumer.

    Returns
    -------
    model, constant
        The smaller model on the same nodes and edges, and the prizes of the forbidden: objective
        and bound of the smaller model plus this are those of the problem.
    """
    tied = replace(model, prize=np.where(forced, np.inf, model.prize))
    smaller = without_consumers(tied, forbidden)
    return smaller, float(model.prize[forbidden].sum())


def solve_restricted(
    model: Model, *, solver: Solver, forced: Flags, forbidden: Flags
) -> tuple[Ints, float]:
    """
    Solution and bound of a model under forced and forbidden consumers.

    Parameters
    ----------
    model
        The problem.
    solver
        Solves a model.
    forced, forbidden
        Masks by consumer.

    Returns
    -------
    parent_edge, lower_bound
        A tree that leads to no forbidden consumer, and a bound on the problem's objective.
    """
    smaller, constant = restricted(model, forced=forced, forbidden=forbidden)
    if not smaller.consumers:
        return np.full(model.nodes, UNUSED, dtype=np.int64), constant
    solved = solver(smaller)
    kept = evaluate(smaller, solved.parent_edge).connected
    tree = trimmed(smaller, solved.parent_edge, kept=kept)
    return tree, float(solved.lower_bound) + constant


def choose(
    model: Model,
    *,
    solver: Solver,
    forced: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    groups: Sequence[Iterable[int]] = (),
    branches: int = 64,
) -> Choice:
    """
    Best solution under forced, forbidden and grouped consumers, with a bound.

    Parameters
    ----------
    model
        The problem.
    solver
        Solves a model and bounds it; called once per branch.
    forced, forbidden
        Consumers that must, must not be connected.
    groups
        Consumers that are connected all or none.
    branches
        Most relaxed problems to solve.

    Returns
    -------
    choice
        Solution, objective, bound.

    Raises
    ------
    ValueError
        If the rules contradict each other or no way leads to a forced consumer.

    Notes
    -----
    Without groups one call of the solver is all, and its word on optimality carries over.
    """
    asked = rules(model, forced=forced, forbidden=forbidden, groups=groups)

    def relax(must: Flags, banned: Flags) -> Relaxed:
        tree, bound = solve_restricted(model, solver=solver, forced=must, forbidden=banned)
        connected = evaluate(model, tree).connected
        split = _most_divided(model, connected, asked.groups)
        if split < 0:
            return Relaxed(lower_bound=bound, candidates=(tree,), split=split)
        return Relaxed(lower_bound=bound, candidates=_unmixed(model, tree, asked), split=split)

    def value(tree: Ints) -> float:
        found = evaluate(model, tree)
        return found.objective if asked.allow(found.connected) else np.inf

    return search_branches(
        model,
        forced=asked.forced,
        forbidden=asked.forbidden,
        units=asked.groups,
        relax=relax,
        value=value,
        branches=branches,
    )


def _numbers(consumers: Iterable[int]) -> Ints:
    """Consumers as an array of numbers."""
    return np.fromiter(consumers, dtype=np.int64)


def _merged(groups: Sequence[Iterable[int]]) -> list[Ints]:
    """Disjoint groups: those that share a member become one."""
    merged: list[set[int]] = []
    for members in groups:
        joint = set(_numbers(members).tolist())
        apart = [group for group in merged if not group & joint]
        merged = [*apart, joint.union(*(group for group in merged if group & joint))]
    return [np.array(sorted(group), dtype=np.int64) for group in merged if group]


def _mixed(connected: Flags, group: Ints) -> bool:
    """Whether some members of a group are in and some out."""
    return bool(connected[group].any() and not connected[group].all())


def _most_divided(model: Model, connected: Flags, groups: Sequence[Ints]) -> int:
    """Group whose lesser side is largest by peak; -1 if none is mixed."""
    sides = [
        min(model.peak_kw[group[connected[group]]].sum(), model.peak_kw[group].sum() / 2.0)
        if _mixed(connected, group)
        else -1.0
        for group in groups
    ]
    return int(np.argmax(sides)) if sides and max(sides) >= 0.0 else -1


def _unmixed(model: Model, tree: Ints, asked: Rules) -> tuple[Ints, ...]:
    """Trees that keep the groups: mixed ones dropped, or made whole."""
    connected = evaluate(model, tree).connected
    kept, whole = connected.copy(), tree
    for group in asked.groups:
        if not _mixed(connected, group):
            continue
        kept[group] = False
        for consumer in group[~connected[group]].tolist():
            wider = joined(model, whole, consumer=consumer)
            whole = whole if wider is None else wider
    return trimmed(model, tree, kept=kept), whole
