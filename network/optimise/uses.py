"""
What a tree does with each chain of streets: the cut it has, or the way it is passed.

A tree on a skeleton of chains is the same as one use per chain; this turns one into the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .model import UNUSED

if TYPE_CHECKING:
    import numpy.typing as npt

    from .chains import Skeleton
    from .model import Model
    from .passages import Passage


class Use(NamedTuple):
    """What a tree does with a chain: the number of its cut, or of the passage taken (else -1)."""

    cut: int
    passage: int


def reached_by(skeleton: Skeleton, passage: Passage) -> npt.NDArray[np.int64]:
    """
    Nodes that the edges of a passage lead to, in its direction.

    Parameters
    ----------
    skeleton
        The chains.
    passage
        One of them in one direction.

    Returns
    -------
    node
        Shape (edges of the chain,).
    """
    chain = skeleton.chains[passage.chain]
    inner = chain.node if passage.begin == chain.begin else chain.node[::-1]
    return np.append(inner, passage.end)


def tree_of_uses(
    model: Model, skeleton: Skeleton, passages: list[Passage], uses: list[Use]
) -> npt.NDArray[np.int64]:
    """
    Tree that uses the chains in a certain way.

    Parameters
    ----------
    model
        The problem.
    skeleton, passages
        Its chains and the passages through them.
    uses
        By chain.

    Returns
    -------
    parent_edge
        Edge towards the root at each node; only what leads to a consumer.
    """
    towards = np.full(model.nodes, UNUSED, dtype=np.int64)
    for chain, use in zip(skeleton.chains, uses, strict=True):
        if use.passage >= 0:
            passage = passages[use.passage]
            towards[reached_by(skeleton, passage)] = passage.edge
        elif use.cut >= 0:
            at = int(chain.cut[use.cut])
            towards[chain.node[:at]] = chain.edge[:at]
            towards[chain.node[at:]] = chain.edge[at + 1 :]
    towards[model.terminal] = skeleton.service_edge
    towards[model.root] = UNUSED
    parent_edge = np.full(model.nodes, UNUSED, dtype=np.int64)
    for terminal in model.terminal.tolist():
        path: list[int] = []
        node = terminal
        while towards[node] >= 0 and parent_edge[node] < 0 and len(path) <= model.nodes:
            path.append(node)
            node = int(model.tail[towards[node]] + model.head[towards[node]]) - node
        if node == model.root or parent_edge[node] >= 0:
            parent_edge[path] = towards[path]
    return parent_edge


def uses_of_tree(
    skeleton: Skeleton, passages: list[Passage], parent_edge: npt.NDArray[np.int64]
) -> list[Use]:
    """
    What a tree does with each chain.

    Parameters
    ----------
    skeleton, passages
        The chains and the passages through them.
    parent_edge
        Edge towards the root at each node.

    Returns
    -------
    uses
        By chain.
    """
    taken = {(passage.chain, passage.begin): at for at, passage in enumerate(passages)}
    uses = []
    for number, chain in enumerate(skeleton.chains):
        circuit = chain.begin == chain.end
        if not circuit and parent_edge[chain.end] == chain.edge[-1]:
            uses.append(Use(UNUSED, taken[number, chain.begin]))
        elif not circuit and parent_edge[chain.begin] == chain.edge[0]:
            uses.append(Use(UNUSED, taken[number, chain.end]))
        else:
            ahead = parent_edge[chain.node] == chain.edge[:-1]
            at = len(ahead) if ahead.all() else int(np.argmin(ahead))
            # Of cuts with nobody between them only the first is a choice.
            cut = int(np.searchsorted(chain.cut, at, side="right")) - 1
            uses.append(Use(cut, UNUSED))
    return uses


def behind(
    skeleton: Skeleton, passages: list[Passage], uses: list[Use], passage: Passage
) -> tuple[tuple[int, Use], ...]:
    """
    Uses of all chains that settle what a passage carries on.

    Parameters
    ----------
    skeleton, passages
        The chains and the passages through them.
    uses
        By chain.
    passage
        The passage.

    Returns
    -------
    uses
        Chains and their uses, each once.
    """
    found: dict[int, Use] = {}
    waiting = [(passage.end, passage.chain)]
    while waiting:
        node, came = waiting.pop()
        for number, chain in enumerate(skeleton.chains):
            if number in (came, passage.chain) or node not in (chain.begin, chain.end):
                continue
            use = uses[number]
            if number not in found and use.passage >= 0 and passages[use.passage].begin == node:
                waiting.append((passages[use.passage].end, number))
            found[number] = use
    return tuple(sorted(found.items()))
