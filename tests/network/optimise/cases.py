"""
Small random design problems and their true optimum by honest enumeration.

Tests share it by ``from tests.network.optimise.cases import random_model, models, brute_force``
(pytest's importlib mode makes the folder importable from any test). `random_model` is seeded and
draws streets like a town's: a jittered grid with gaps, parallel ways, consumers as leaves with
several candidate connections. `models` is the Hypothesis strategy over its arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from hypothesis import strategies as st

from heatreach.network.optimise.model import UNUSED, Model, evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

WINTER = (0.449677646267461, 0.551234688, 53.84382392, 1.762743268)


class Best(NamedTuple):
    """The optimum: edge towards the root at each node, and objective (inf where none fits)."""

    parent_edge: npt.NDArray[np.int64]
    objective: float
    trees: int


class TooManyTreesError(RuntimeError):
    """More trees than a test should enumerate."""


def winter(numbers: int) -> npt.NDArray[np.float64]:
    """Share of the sum of peaks that arises at one time among 0, 1, 2 … buildings (Winter 2001)."""
    a, b, c, d = WINTER
    factor = a + b / (1.0 + (np.arange(numbers + 1) / c) ** d)
    factor[:2] = 1.0
    return np.minimum.accumulate(np.minimum(factor, 1.0))


def random_model(
    seed: int,
    *,
    consumers: int = 5,
    rows: int = 3,
    columns: int = 3,
    sizes: int = 3,
    services: int = 3,
    sources: int = 1,
    diversity: bool = True,
    coincident: bool = False,
    must_share: float = 0.3,
    prize_scale: float = 1.0,
    capacity_share: float = np.inf,
    existing_share: float = 0.0,
    zero_share: float = 0.0,
    parallel_share: float = 0.1,
    missing_size_share: float = 0.0,
    steep: bool = False,
    grouped: bool = False,
) -> Model:
    """
    A small town, the same for the same arguments.

    ``sources > 1`` adds a virtual root; ``existing_share`` of the streets hold a pipe that costs
    next to nothing up to its size; ``steep`` makes pipe prices rise like the load, so that trunks
    matter; ``grouped`` lets consumers stand for several buildings with a steeper diversity.
    ``must_share`` consumers must be connected; capacity and pipes always suffice for those.
    """
    rng = np.random.default_rng(seed)
    tail, head, length = _streets(rng, rows, columns, parallel_share)
    streets, length_of = len(tail), list(length)
    corners = rows * columns
    near = min(services, corners)
    for consumer in range(consumers):
        ways = rng.choice(corners, size=int(rng.integers(1, near + 1)), replace=False)
        tail += [int(way) for way in ways]
        head += [corners + consumer] * len(ways)
        length_of += [float(value) for value in rng.uniform(4.0, 60.0, len(ways))]
    metres = np.array(length_of)
    peak = np.round(rng.lognormal(3.3, 0.8, consumers), 1) + 1.0
    count = rng.integers(1, 9, consumers) if grouped else np.ones(consumers, dtype=np.int64)
    largest = np.where(count > 1, peak * rng.uniform(0.2, 0.9, consumers), peak)
    floor = peak * (rng.uniform(0.3, 0.95, consumers) if coincident else 0.0)
    limit = np.asarray(float(peak.max()) * 0.7 * 1.8 ** np.arange(sizes), dtype=np.float64)
    limit[-1] = max(float(limit[-1]), 1.001 * float(peak.sum()))  # clear of rounding
    per_m = rng.uniform(250.0, 450.0) * _price_steps(rng, limit, steep=steep)
    ground = rng.choice([1.0, 0.75, 1.4], size=len(metres), p=[0.6, 0.3, 0.1])
    cost = (metres * ground)[:, None] * per_m
    _lay_existing(rng, cost, streets, existing_share, zero_share)
    for edge in np.flatnonzero(rng.random(streets) < missing_size_share).tolist():
        cost[edge, int(rng.integers(1, sizes)) :] = np.inf
    must = rng.random(consumers) < must_share
    scale = 250.0 * float(np.median(metres)) * prize_scale
    prize = np.where(must, np.inf, rng.lognormal(0.3, 1.0, consumers) * scale)
    if missing_size_share > 0.0:
        prize = np.where(must, 50.0 * scale, prize)
    nodes, root = corners + consumers, int(rng.integers(corners))
    source_edge = np.empty(0, dtype=np.int64)
    source_cost = np.zeros((consumers, 1))
    least = 1.001 * max(float(peak[must].sum()), float(peak.max()))
    capacity = np.array([max(capacity_share * float(peak.sum()), least)])
    if sources > 1:
        root, nodes = nodes, nodes + 1
        source_edge = len(tail) + np.arange(sources)
        tail += [root] * sources
        head += [int(node) for node in rng.choice(corners, size=sources, replace=False)]
        fixed = rng.choice([0.0, 0.0, 0.3], size=sources) * scale
        cost = np.vstack([cost, np.repeat(fixed[:, None], sizes, axis=1)])
        source_cost = rng.uniform(0.0, 0.3, (consumers, sources)) * scale
        capacity = np.repeat(capacity, sources) * rng.uniform(1.0, 1.5, sources)
    through = np.ones(nodes, dtype=bool)
    through[corners : corners + consumers] = False
    return Model(
        nodes=nodes,
        root=root,
        tail=np.array(tail, dtype=np.int64),
        head=np.array(head, dtype=np.int64),
        cost=cost,
        limit_kw=limit,
        through=through,
        terminal=np.arange(corners, corners + consumers, dtype=np.int64),
        peak_kw=peak,
        coincident_kw=floor,
        largest_kw=largest,
        count=count.astype(np.int64),
        prize=prize,
        diversity=_diversity(int(count.sum()), falls=diversity, grouped=grouped),
        source_edge=source_edge.astype(np.int64),
        capacity_kw=capacity,
        source_cost=source_cost,
    )


def _streets(
    rng: np.random.Generator, rows: int, columns: int, parallel_share: float
) -> tuple[list[int], list[int], list[float]]:
    """A connected grid with gaps, jittered lengths and some parallel ways."""
    node = np.arange(rows * columns).reshape(rows, columns)
    across = np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()])
    along = np.stack([node[:-1].ravel(), node[1:].ravel()])
    pairs = np.concatenate([across, along], axis=1).T
    pairs = pairs[rng.permutation(len(pairs))]
    group = np.arange(rows * columns)
    tail: list[int] = []
    head: list[int] = []
    for a, b in pairs.tolist():
        bridge = group[a] != group[b]
        if not bridge and rng.random() < 0.3:
            continue
        group[group == group[b]] = group[a]
        for _ in range(1 + int(rng.random() < parallel_share)):
            tail.append(a)
            head.append(b)
    return tail, head, [float(value) for value in rng.uniform(30.0, 160.0, len(tail))]


def _price_steps(
    rng: np.random.Generator, limit_kw: npt.NDArray[np.float64], *, steep: bool
) -> npt.NDArray[np.float64]:
    """Cost per metre of each size, relative to the smallest."""
    exponent = rng.uniform(0.6, 0.95) if steep else rng.uniform(0.2, 0.5)
    steps: npt.NDArray[np.float64] = (limit_kw / limit_kw[0]) ** exponent
    return steps


def _lay_existing(
    rng: np.random.Generator,
    cost: npt.NDArray[np.float64],
    streets: int,
    existing_share: float,
    zero_share: float,
) -> None:
    """Make some streets cheap up to the size of the pipe that lies there, others free."""
    for edge in np.flatnonzero(rng.random(streets) < existing_share).tolist():
        laid = int(rng.integers(1, cost.shape[1] + 1))
        cost[edge, :laid] *= 0.02
    cost[:streets][rng.random(streets) < zero_share] = 0.0


def _diversity(buildings: int, *, falls: bool, grouped: bool) -> npt.NDArray[np.float64]:
    """Diversity table: Winter's, a steeper one for few buildings, or none."""
    if not falls:
        return np.ones(2)
    if grouped:
        return winter(max(buildings, 1))
    number = np.maximum(np.arange(buildings + 1), 1)
    return 0.62 + 0.38 / number  # steeper than Winter's, so that few consumers feel it


@st.composite
def models(
    draw: st.DrawFn, *, max_consumers: int = 4, max_rows: int = 3, max_columns: int = 3
) -> Model:
    """Strategy: random models, by default tiny enough for `brute_force`."""
    return random_model(
        draw(st.integers(0, 10**6)),
        consumers=draw(st.integers(1, max_consumers)),
        rows=draw(st.integers(2, max_rows)),
        columns=draw(st.integers(2, max_columns)),
        sizes=draw(st.integers(2, 5)),
        services=draw(st.integers(1, 3)),
        sources=draw(st.integers(1, 3)),
        diversity=draw(st.booleans()),
        coincident=draw(st.booleans()),
        must_share=draw(st.sampled_from([0.0, 0.3, 1.0])),
        prize_scale=draw(st.sampled_from([0.3, 1.0, 4.0])),
        capacity_share=draw(st.sampled_from([np.inf, 0.5, 0.8])),
        existing_share=draw(st.sampled_from([0.0, 0.0, 0.3])),
        zero_share=draw(st.sampled_from([0.0, 0.0, 0.2])),
        parallel_share=draw(st.sampled_from([0.0, 0.1])),
        missing_size_share=draw(st.sampled_from([0.0, 0.0, 0.2])),
        steep=draw(st.booleans()),
        grouped=draw(st.booleans()),
    )


def brute_force(model: Model, *, most: int = 30_000) -> Best:
    """
    The optimum over all subsets of consumers and all trees, each priced by `evaluate`.

    Consumers are taken in turn: each stays out, or joins the tree so far by any simple path. Every
    tree whose leaves are consumers arises exactly once that way; a tree with other leaves is never
    cheaper, as no cost is negative. More than ``most`` trees raise `TooManyTreesError`.
    """
    best = Best(np.full(model.nodes, UNUSED, dtype=np.int64), np.inf, 0)
    for number, parent_edge in enumerate(all_trees(model), start=1):
        if number > most:
            raise TooManyTreesError(f"more than {most} trees")
        objective = evaluate(model, parent_edge).objective
        best = best._replace(trees=number)
        if objective < best.objective:
            best = Best(parent_edge.copy(), objective, number)
    return best


def all_trees(model: Model) -> Iterator[npt.NDArray[np.int64]]:
    """Every tree on the root whose leaves are consumers, once each (the array is reused)."""
    beside: list[list[tuple[int, int]]] = [[] for _ in range(model.nodes)]
    for edge, (a, b) in enumerate(zip(model.tail.tolist(), model.head.tolist(), strict=True)):
        beside[a].append((b, edge))
        beside[b].append((a, edge))
    parent_edge = np.full(model.nodes, UNUSED, dtype=np.int64)
    inside = np.zeros(model.nodes, dtype=bool)
    inside[model.root] = True
    path: set[int] = set()

    def climb(node: int, consumer: int) -> Iterator[npt.NDArray[np.int64]]:
        for above, edge in beside[node]:
            if inside[above] and (above == model.root or model.through[above]):
                if above in path:
                    continue
                parent_edge[node] = edge
                yield from join(consumer + 1)
                parent_edge[node] = UNUSED
            elif model.through[above] and not inside[above]:
                parent_edge[node] = edge
                inside[above] = True
                path.add(above)
                yield from climb(above, consumer)
                path.discard(above)
                inside[above] = False
                parent_edge[node] = UNUSED

    def join(consumer: int) -> Iterator[npt.NDArray[np.int64]]:
        nonlocal path
        if consumer == model.consumers:
            yield parent_edge
            return
        if np.isfinite(model.prize[consumer]):
            yield from join(consumer + 1)
        kept, path = path, set()
        node = int(model.terminal[consumer])
        inside[node] = True
        path.add(node)
        yield from climb(node, consumer)
        inside[node] = False
        path = kept

    yield from join(0)
