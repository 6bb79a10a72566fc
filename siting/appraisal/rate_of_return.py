"""
Internal rates of return: every rate at which a cash flow is worth nothing.

With ``x = 1/(1 + r)`` a net present value is a polynomial in x, and its roots are counted, not
sampled: one change of sign in the flows means one root (Descartes); with more, the polynomial is
written in Bernstein form, whose changes of sign bound the roots of an interval, and halved until
each interval holds one root or none. Rates from 0 up are sought in x, rates below 0 in
``y = 1 + r``, so that neither end loses digits.

References
----------
B. Mourrain, F. Rouillier, M.-F. Roy: Bernstein's basis and real root isolation, in Combinatorial
and Computational Geometry, MSRI Publications 52 (2005), pages 459-478.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heatreach.network.compiled import compiled

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

# The lowest rate sought is -99 % a year: nobody calls a loss of more than that a return.
_LOWEST_Y = 0.01
# Rates nearer to each other than this share of 1 + r are one: a double root is known no better.
_SAME = 1e-6
# Rounding of a Bernstein coefficient, per flow, relative to the sum of magnitudes.
_ROUNDING = 4.0 * float(np.finfo(float).eps)
# Size of Newton's last step, relative to the root: what it leaves is of the order of its square.
_STEP = 1e-9
# Halves of an interval that may be sought, and steps to a root: halving 1 ends at 0 before.
_DEEPEST, _MOST_STEPS = 110, 1200


def irr(flows: Floats) -> Floats:
    """
    Internal rate of return: the one rate at which the flows are worth nothing.

    Parameters
    ----------
    flows
        Money per year, shape (…, N + 1), real or nominal; the rate is of the same kind.

    Returns
    -------
    rate
        Shape (…), above −0.99 [1/year]; NaN where there is no such rate, or more than one.

    Notes
    -----
    Solves ``Σ flow(t)/(1 + r)^t = 0``. Flows that never change sign have no rate, nor do flows of
    nothing; flows that change sign more than once may have several, of which none is *the* rate
    (`irr_roots` counts them). A rate at which the worth touches zero without crossing it is a root
    like any other, known to about seven digits. The rate does not depend on the unit of money, and
    does not say on which side of it the gain is: a credit has a rate too.

    Examples
    --------
    >>> flows = np.array([[-100.0, 60.0, 60.0], [100.0, 60.0, 60.0], [-1000.0, 2500.0, -1540.0]])
    >>> irr(flows).round(6).tolist()
    [0.130662, nan, nan]
    """
    rates, counts = _solve(flows)
    return np.where(counts == 1, rates, np.nan)


def irr_roots(flows: Floats) -> Integers:
    """
    How many rates make the flows worth nothing.

    Parameters
    ----------
    flows
        Money per year, shape (…, N + 1).

    Returns
    -------
    count
        Shape (…): different rates above −0.99, a multiple root counted once; 0 where all flows are
        zero or one is not finite.

    Examples
    --------
    >>> irr_roots(np.array([[-1000.0, 2500.0, -1540.0], [-1000.0, 2500.0, -1600.0]])).tolist()
    [2, 0]
    """
    return _solve(flows)[1]


def _solve(flows: Floats) -> tuple[Floats, Integers]:
    """Lowest root and number of roots of each row of flows."""
    flows = np.ascontiguousarray(flows, dtype=float)
    rates, counts = _roots_by_row(flows.reshape(-1, flows.shape[-1]))
    return rates.reshape(flows.shape[:-1]), counts.reshape(flows.shape[:-1])


@compiled
def _roots_by_row(flows: Floats) -> tuple[Floats, Integers]:
    """Lowest root and number of roots of each row."""
    rows, years = flows.shape
    rates, counts = np.full(rows, np.nan), np.zeros(rows, np.int64)
    scaled = np.empty(years)
    stack = np.empty((_DEEPEST + 2, 2, years))
    ends = np.empty((_DEEPEST + 2, 2))
    roots = np.empty(8 * years + 8)
    for row in range(rows):
        length, changes = _scale(flows[row], scaled)
        if changes == 1:
            counts[row] = _only_root(scaled[:length], roots)
        elif changes > 1:
            counts[row] = _all_roots(scaled[:length], stack, ends, roots)
        if counts[row]:
            rates[row] = roots[0]
    return rates, counts


@compiled
def _scale(flows: Floats, scaled: Floats) -> tuple[int, int]:
    """Copy flows from first to last, the largest made 1: number and changes of sign if finite."""
    largest, first, last = 0.0, len(flows), -1
    for year in range(len(flows)):
        size = abs(flows[year])
        if not size < np.inf:
            return 0, 0
        if size > 0.0:
            first, last = min(first, year), year
            largest = max(largest, size)
    changes, positive = 0, flows[first] > 0.0 if last >= 0 else False
    for year in range(first, last + 1):
        value = flows[year] / largest
        scaled[year - first] = value
        if (value < 0.0) if positive else (value > 0.0):
            changes += 1
            positive = not positive
    return max(0, last - first + 1), changes


@compiled
def _only_root(flows: Floats, roots: Floats) -> int:
    """Root of flows with one change of sign: in x from 0 to 1, or in y from the lowest to 1."""
    total = size = 0.0
    for flow in flows:
        total += flow
        size += abs(flow)
    if abs(total) <= _ROUNDING * len(flows) * size:
        roots[0] = 0.0
        return 1
    if total * flows[-1] > 0.0:
        found = _crossing(flows, 0.0, total, roots)
        roots[0] = 1.0 / roots[0] - 1.0
    else:
        found = _crossing(flows[::-1].copy(), _LOWEST_Y, total, roots)
        roots[0] -= 1.0
    return found


@compiled
def _crossing(coefficients: Floats, start: float, total: float, roots: Floats) -> int:
    """Root between start and 1 of a polynomial that has one above 0; total is its value at 1."""
    if _value(coefficients, start)[0] * total >= 0.0:
        return 0
    roots[0] = _root_between(coefficients, start, 1.0, -total)
    return 1


@compiled
def _value(coefficients: Floats, x: float) -> tuple[float, float, float, float]:
    """Polynomial, lowest power first, and its slope; both again of the magnitudes."""
    value = slope = size = size_slope = 0.0
    for power in range(len(coefficients) - 1, -1, -1):
        coefficient = coefficients[power]
        slope = slope * x + value
        value = value * x + coefficient
        size_slope = size_slope * x + size
        size = size * x + abs(coefficient)
    return value, slope, size, size_slope


@compiled
def _root_between(coefficients: Floats, low: float, high: float, sign_low: float) -> float:
    """
    Root of a polynomial that changes sign in an interval: Newton's steps, or else halves.

    The steps are those of ``log(gains/costs)`` over ``log x``, which is nearly straight; both
    logarithms are short fractions, exact near the root.
    """
    x, before = high, np.inf
    for _ in range(_MOST_STEPS):
        value, slope, size, size_slope = _value(coefficients, x)
        if value == 0.0:
            return x
        if value * sign_low > 0.0:
            low = x
        else:
            high = x
        share = value / size
        square = share * share
        distance = 2.0 * share * (15.0 - 4.0 * square) / (15.0 - 9.0 * square)
        rise = 2.0 * x * (slope * size - value * size_slope)
        step = -distance * (size * size - value * value) / rise if rise != 0.0 else np.inf
        near = x * (2.0 + step) / (2.0 - step) if abs(step) < 1.0 else x * (2.0 + step)
        if abs(step) <= _STEP and low <= near <= high:
            return near
        if low < near < high and abs(distance) < 0.5 * before:
            x, before = near, abs(distance)
        else:
            x, before = 0.5 * (low + high), np.inf
    return x


@compiled
def _all_roots(flows: Floats, stack: Floats, ends: Floats, roots: Floats) -> int:
    """All different roots, lowest rate first."""
    below, near_below = _half(flows[::-1].copy(), _LOWEST_Y, stack, ends, roots)
    roots[:below] -= 1.0
    above, near_above = _half(flows, 0.0, stack, ends, roots[below:])
    roots[below : below + above] = 1.0 / roots[below : below + above] - 1.0
    if near_below and near_above:
        above -= 1
        roots[below - 1] = 0.0
    kept = 0
    for rate in np.sort(roots[: below + above]):
        if not kept or rate - roots[kept - 1] > _SAME * (1.0 + rate):
            roots[kept] = rate
            kept += 1
    return kept


@compiled
def _half(
    coefficients: Floats, start: float, stack: Floats, ends: Floats, roots: Floats
) -> tuple[int, bool]:
    """
    Roots of a polynomial from start to 1, as `_isolate`.

    Its running sums are the coefficients of the polynomial over ``1 − x``, which has the same roots
    there: if they change sign once or never, that is how many there are above 0.
    """
    count = len(coefficients)
    sums, sizes = stack[0, 0, :count], stack[0, 1, :count]
    total = size = 0.0
    for place in range(count):
        total += coefficients[place]
        size += abs(coefficients[place])
        sums[place], sizes[place] = total, size
    changes, sure = _changes(sums, sizes)
    if not sure or changes > 1:
        return _isolate(coefficients, start, stack, ends, roots)
    return (_crossing(coefficients, start, total, roots) if changes else 0), False


@compiled
def _isolate(
    coefficients: Floats, start: float, stack: Floats, ends: Floats, roots: Floats
) -> tuple[int, bool]:
    """
    Number of roots of a polynomial from start to 1, and whether the last is a cloud about 1.

    Intervals wait on the stack, the lowest on top, in Bernstein form: the polynomial and, as scale
    of its rounding, that of magnitudes. One whose sign rounding hides, or that cannot be halved any
    more, is a root; such intervals side by side are one, a cloud.
    """
    count = len(coefficients)
    _bernstein(coefficients, stack[0, 0, :count])
    _bernstein(np.abs(coefficients), stack[0, 1, :count])
    for part in range(2):
        if start > 0.0:
            _split(stack[0, part, :count], start, stack[1, part, :count])
    ends[0, 0], ends[0, 1] = start, 1.0
    top, found, cloud_low, cloud_high = 0, 0, -1.0, -1.0
    while top >= 0:
        low, high = ends[top]
        changes, sure = _changes(stack[top, 0, :count], stack[top, 1, :count])
        if changes == 0 and sure:
            top -= 1
        elif changes == 1 and sure and found < len(roots):
            roots[found] = _root_between(coefficients, low, high, stack[top, 0, 0])
            found += 1
            top -= 1
        elif changes < 0 or high - low <= 2e-16 * high or top >= _DEEPEST:
            top -= 1
            if low == cloud_high and found:
                roots[found - 1] = 0.5 * (cloud_low + high)
            elif found < len(roots):
                roots[found] = 0.5 * (low + high)
                cloud_low = low
                found += 1
            cloud_high = high
        else:
            middle = 0.5 * (low + high)
            for part in range(2):
                _split(stack[top, part, :count], 0.5, stack[top + 1, part, :count])
            ends[top + 1, 0], ends[top + 1, 1] = low, middle
            ends[top, 0] = middle
            top += 1
    return found, cloud_high == 1.0


@compiled
def _bernstein(coefficients: Floats, out: Floats) -> None:
    """Bernstein coefficients of a polynomial from 0 to 1."""
    degree = len(coefficients) - 1
    for place in range(degree + 1):
        total, weight = 0.0, 1.0
        for power in range(place + 1):
            total += weight * coefficients[power]
            if power < degree:
                weight *= (place - power) / (degree - power)
        out[place] = total


@compiled
def _split(values: Floats, share: float, left: Floats) -> None:
    """Part an interval (de Casteljau): the lower part goes to left, the upper stays in values."""
    count = len(values)
    left[0] = values[0]
    for level in range(1, count):
        for place in range(count - level):
            values[place] += share * (values[place + 1] - values[place])
        left[level] = values[0]


@compiled
def _changes(values: Floats, magnitudes: Floats) -> tuple[int, bool]:
    """Changes of sign, −1 if rounding hides all signs; sure if rounding cannot have hidden one."""
    changes, sign, hidden, seen = 0, 0.0, 0, False
    sure = True
    for place in range(len(values)):
        value = values[place]
        if abs(value) <= _ROUNDING * len(values) * magnitudes[place]:
            hidden += 1
            continue
        if not seen:
            sure = hidden == 0
        elif value * sign < 0.0:
            changes += 1
        elif hidden:
            sure = False
        seen, sign, hidden = True, np.sign(value), 0
    if not seen:
        return -1, False
    if changes == 1 and values[0] * values[-1] < 0.0:
        return 1, hidden == 0 and sure
    return changes, sure and hidden == 0
