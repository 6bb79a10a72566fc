"""
Array-first arguments: a float, an array or a pandas column in, the same shape out.

Shared by all modules of the room; no physics here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .errors import PhysicsRangeError

Numeric = float | npt.NDArray[np.float64]


def as_array(values: Numeric) -> npt.NDArray[np.float64]:
    """
    Return values as an array of floats, without copying where possible.

    Parameters
    ----------
    values
        A float, an array or a pandas column.

    Returns
    -------
    array
        The same numbers, zero-dimensional for a float.
    """
    return np.asarray(values, dtype=np.float64)


def like_input(values: npt.NDArray[np.float64]) -> Numeric:
    """
    Return a float for a single value, else the array.

    Parameters
    ----------
    values
        Result of a calculation on arrays.

    Returns
    -------
    result
        What a caller who gave a float or an array expects.
    """
    return float(values) if values.ndim == 0 else values


def broadcast(**values: Numeric) -> list[npt.NDArray[np.float64]]:
    """
    Return arrays of one common shape, or refuse shapes that do not go together.

    Parameters
    ----------
    **values
        Floats or arrays by the name that a message shall give them.

    Returns
    -------
    arrays
        One array per argument, in the order given; read-only views.

    Raises
    ------
    PhysicsRangeError
        If the shapes differ and none of them is that of a single value; the message names them.

    Examples
    --------
    >>> [array.shape for array in broadcast(flow=np.ones(3), heat=1.0)]
    [(3,), (3,)]
    """
    arrays = {name: as_array(array) for name, array in values.items()}
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError as problem:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise PhysicsRangeError(
            f"arguments differ in shape: {shapes}; give single values or arrays of one shape"
        ) from problem


def refuse_outside(
    values: Numeric, low: float, high: float, *, what: str, unit: str, advice: str
) -> npt.NDArray[np.float64]:
    """
    Return the values as an array, or refuse them if any is out of range.

    Parameters
    ----------
    values
        A float or an array; missing values pass.
    low, high
        Range in which the caller's formula holds.
    what, unit, advice
        Words for the message: the quantity, its unit, the next step.

    Returns
    -------
    array
        The values.

    Raises
    ------
    PhysicsRangeError
        If any value is outside; the message names the worst.
    """
    array = as_array(values)
    wrong = (array < low) | (array > high)
    if np.any(wrong):
        bad = array[wrong]
        worst = float(bad[np.argmax(np.maximum(low - bad, bad - high))])
        raise PhysicsRangeError(
            f"{what} {worst:g} {unit} is outside {low:g} to {high:g} {unit}"
            f" ({int(wrong.sum())} of {array.size} values); {advice}"
        )
    return array
