"""
Compiled loops of `thermal`: one Newton step on a tree, flows and temperatures out, returns in.

Tree nodes come in an order in which every parent stands before its children. ``table`` is the
enthalpy of the water table, ``loss_kw_k`` the loss of one pipe towards each node per kelvin.

Own method: let ``y`` be what is left, at a node, of the largest admissible sum of exponents
``U·L/(m·c)`` on the way from the source. A branch in which everybody bypasses draws exactly
``(sum of U·L/c behind) / y``, so flows are looked for in the form ``a + c/y``: from the leaves
inwards the form of each branch is matched in value and slope, from the source outwards flows
follow. That is Newton's method on the whole tree; each step costs one pass in and one out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

TABLE_STEP_K = 0.25
"""Step of the water table; between its points enthalpy, density and viscosity are straight."""

ROUNDS_MAX = 200
"""Newton steps; fewer than ten are usual."""

FLOW_TOLERANCE = 1e-11
"""Largest relative change of any consumer's flow at which a state counts as settled."""

SPREAD_MIN_K = 1.0
"""Least cooling a consumer's flow is reckoned with: water colder than that cannot serve it."""

DAMPED_AFTER = 12
"""Newton steps after which only part of each is taken, so that none repeats itself for ever."""

LEAF_ROUNDS_MAX = 60
"""Newton steps, or bisections where those leave the bracket, on the flow of one consumer."""

LEAST_LEFT = 1e-12
"""Least share of the admissible exponent that is left at a node, so that no division fails."""

LEAST_FLOW_KG_S = 1e-9
"""Flow in pipes that need none, so that no division fails."""

SMALLEST_DROP_K = 1e-3
"""Below this drop the heat capacity of the table's cell is the mean along the pipe."""


@compiled
def _enthalpy(table: Floats, t_degc: float) -> float:
    """Enthalpy of water [kJ/kg], as `enthalpy_kj_kg`."""
    cell = min(max(int(t_degc / TABLE_STEP_K), 0), len(table) - 2)
    slope = (table[cell + 1] - table[cell]) / TABLE_STEP_K
    found: float = table[cell] + slope * (t_degc - cell * TABLE_STEP_K)
    return found


@compiled
def _temperature(table: Floats, enthalpy: float) -> float:
    """Temperature of water of an enthalpy [°C], the inverse of `_enthalpy`."""
    cell = min(max(int(enthalpy / table[-1] * (len(table) - 1)), 0), len(table) - 2)
    while cell > 0 and table[cell] > enthalpy:
        cell -= 1
    while cell < len(table) - 2 and table[cell + 1] < enthalpy:
        cell += 1
    step = (enthalpy - table[cell]) / (table[cell + 1] - table[cell])
    degc: float = (cell + step) * TABLE_STEP_K
    return degc


@compiled
def _capacity(table: Floats, warm_degc: float, cold_degc: float) -> float:
    """Mean heat capacity of water between two temperatures [kJ/(kg·K)]."""
    if abs(warm_degc - cold_degc) < SMALLEST_DROP_K:
        cell = min(max(int(warm_degc / TABLE_STEP_K), 0), len(table) - 2)
        slope: float = (table[cell + 1] - table[cell]) / TABLE_STEP_K
        return slope
    lost = _enthalpy(table, warm_degc) - _enthalpy(table, cold_degc)
    return lost / (warm_degc - cold_degc)


@compiled
def _given(table: Floats, t_degc: float, back_degc: float) -> float:
    """Enthalpy a consumer takes from its water [kJ/kg], never reckoned below the least spread."""
    warm = max(t_degc, back_degc + SPREAD_MIN_K)
    return _enthalpy(table, warm) - _enthalpy(table, back_degc)


@compiled
def _end_draw(
    table: Floats,
    heat_kw: float,
    back_degc: float,
    above_k: float,
    ground_degc: float,
    u: float,
    guess: float,
) -> tuple[float, float]:
    """
    Flow [kg/s] that brings a heat through a pipe with a loss ``u``, and its fall per exponent.

    ``above_k`` is how far the water at the pipe's beginning is warmer than the ground.
    """
    low = heat_kw / _given(table, ground_degc + above_k, back_degc)
    high = heat_kw / _given(table, -np.inf, back_degc)
    flow = min(max(guess, low), high)
    fall = 0.0
    for _ in range(LEAF_ROUNDS_MAX):
        over = above_k * np.exp(-u / flow)
        given = _given(table, ground_degc + over, back_degc)
        steep = 0.0
        if over > 0.0 and ground_degc + over > back_degc + SPREAD_MIN_K:
            steep = flow * _capacity(table, ground_degc + over, ground_degc + over) * over
        slope = given + steep * u / (flow * flow)
        fall = steep / slope
        missing = heat_kw - flow * given
        if missing > 0.0:
            low = flow
        else:
            high = flow
        wanted = flow + missing / slope
        if not low <= wanted <= high:
            wanted = 0.5 * (low + high)
        change = abs(wanted - flow)
        flow = wanted
        if change <= 1e-13 * flow:
            break
    return flow, fall


@compiled
def settle(
    parent: Ints,
    leaf: Flags,
    loss_kw_k: Floats,
    heat_kw: Floats,
    back_degc: Floats,
    source_degc: Floats,
    ground_degc: Floats,
    cap: Floats,
    table: Floats,
    flow: Floats,
    own: Floats,
    supply: Floats,
) -> Ints:
    """Fill flows and supply temperatures of each state; the steps each took."""
    states, nodes = heat_kw.shape
    rounds = np.full(states, ROUNDS_MAX)
    used, exponent, left = np.zeros(nodes), np.zeros(nodes), np.zeros(nodes)
    for s in range(states):
        supply[s, :] = source_degc[s]
        left[:] = cap[s]
        for step in range(ROUNDS_MAX + 1):
            for v in range(1, nodes):
                capacity = _capacity(table, supply[s, parent[v]], supply[s, v])
                exponent[v] = loss_kw_k[v] / capacity
            change = _step(
                parent, leaf, heat_kw[s], back_degc, source_degc[s] - ground_degc[s],
                ground_degc[s], cap[s], table, exponent, left, own[s],
                1.0 if step < DAMPED_AFTER else 0.5 if step < 3 * DAMPED_AFTER else 0.2,
            )  # fmt: skip
            _carry(
                parent, source_degc[s], ground_degc[s], exponent, own[s], flow[s], used, supply[s]
            )
            if change <= FLOW_TOLERANCE:
                rounds[s] = step
                break
    return rounds


@compiled
def _step(
    parent: Ints,
    leaf: Flags,
    heat_kw: Floats,
    back_degc: Floats,
    source_over_k: float,
    ground_degc: float,
    cap: float,
    table: Floats,
    loss_kg_s: Floats,
    left: Floats,
    own: Floats,
    taken: float,
) -> float:
    """One Newton step, of which a share is taken; the largest relative change of a flow."""
    nodes = len(parent)
    fixed, falling, behind = np.zeros(nodes), np.zeros(nodes), loss_kg_s.copy()
    for v in range(nodes - 1, 0, -1):
        u, above, here = loss_kg_s[v], left[parent[v]], left[v]
        warm = source_over_k * np.exp(above - cap)
        if leaf[v]:
            branch, fall = LEAST_FLOW_KG_S, 0.0
            if heat_kw[v] > 0.0:
                branch, fall = _end_draw(
                    table, heat_kw[v], back_degc[v], warm, ground_degc, u, own[v]
                )
            falling[v] = fall * above * above
            if branch * above < u:
                branch, falling[v] = u / above, u
        else:
            if heat_kw[v] > 0.0:
                over = source_over_k * np.exp(here - cap)
                draw, fall = _end_draw(
                    table, heat_kw[v], back_degc[v], over, ground_degc, 0.0, own[v]
                )
                fixed[v] += draw - fall * here
                falling[v] += fall * here * here
            branch = max(fixed[v] + falling[v] / here, LEAST_FLOW_KG_S)
            steep = falling[v] / (here * here)
            above = here + u / branch
            falling[v] = above * above * steep / (1.0 + u * steep / (branch * branch))
        fixed[v] = branch - falling[v] / above
        fixed[parent[v]] += fixed[v]
        falling[parent[v]] += falling[v]
        behind[parent[v]] += behind[v]
    change = 0.0
    ahead = np.full(nodes, cap)
    for v in range(1, nodes):
        u, above = loss_kg_s[v], ahead[parent[v]]
        wanted = max(fixed[v] + falling[v] / above, behind[v] / above, LEAST_FLOW_KG_S)
        ahead[v] = max(above - u / wanted, LEAST_LEFT * cap)
        left[v] += taken * (ahead[v] - left[v])
        if heat_kw[v] > 0.0:
            over = source_over_k * np.exp((above if leaf[v] else ahead[v]) - cap)
            wanted = _end_draw(
                table, heat_kw[v], back_degc[v], over, ground_degc, u if leaf[v] else 0.0, own[v]
            )[0]
            if leaf[v]:
                wanted = max(wanted, u / above)
        elif not leaf[v]:
            continue
        change = max(change, abs(wanted - own[v]) / wanted)
        own[v] = wanted
    return change


@compiled
def _carry(
    parent: Ints,
    source_degc: float,
    ground_degc: float,
    loss_kg_s: Floats,
    own: Floats,
    flow: Floats,
    used: Floats,
    supply: Floats,
) -> None:
    """Flow of each pipe from the consumers' own, and the supply temperature it brings."""
    nodes = len(parent)
    flow[:] = own
    for v in range(nodes - 1, 0, -1):
        flow[parent[v]] += flow[v]
    for v in range(1, nodes):
        used[v] = used[parent[v]] + loss_kg_s[v] / flow[v]
        supply[v] = ground_degc + (source_degc - ground_degc) * np.exp(-used[v])


@compiled
def mix_returns(
    parent: Ints,
    loss_kw_k: Floats,
    heat_kw: Floats,
    back_degc: Floats,
    ground_degc: Floats,
    table: Floats,
    flow: Floats,
    own: Floats,
    supply: Floats,
    back: Floats,
    arriving: Floats,
    delivered: Floats,
) -> None:
    """Fill return temperatures and heat delivered, mixing enthalpies inwards."""
    states, nodes = flow.shape
    for s in range(states):
        carried = np.zeros(nodes)
        for v in range(nodes - 1, -1, -1):
            here = _enthalpy(table, supply[s, v])
            if heat_kw[s, v] > 0.0 and supply[s, v] > back_degc[v]:
                most = own[s, v] * (here - _enthalpy(table, back_degc[v]))
                delivered[s, v] = min(heat_kw[s, v], most)
            carried[v] += own[s, v] * here - delivered[s, v]
            mixed = supply[s, v]
            if flow[s, v] > 0.0:
                mixed = _temperature(table, carried[v] / flow[s, v])
            back[s, v], arriving[s, v] = mixed, mixed
            if v == 0:
                continue
            over = mixed - ground_degc[s]
            for _ in range(4):
                capacity = _capacity(table, mixed, arriving[s, v])
                units = loss_kw_k[v] / (flow[s, v] * capacity)
                arriving[s, v] = ground_degc[s] + over * np.exp(-units)
            carried[parent[v]] += flow[s, v] * _enthalpy(table, arriving[s, v])
