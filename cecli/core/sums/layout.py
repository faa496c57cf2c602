"""How a table of rows by classes lies in memory, so that reductions over the classes are fast and always the same.

With few classes the table is *class-major*: an array (K, n) with a contiguous vector per class, and a reduction is a
loop over the classes in their order. With many it is *row-major*: an array (n, K), and a reduction is NumPy's over the
contiguous row. Which of the two depends on K alone; a row's figures then depend on that row alone, whatever the block
it came in, its size and its memory order (NumPy sums a row in Fortran order, or a block of one row, differently).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

CLASS_MAJOR = 64
"""Up to this many classes a loop over vectors beats NumPy's reduction over short rows."""


def shaped(rows: NDArray[np.floating], widen: bool = True) -> tuple[Floats, int]:
    """The table (n, K) as float64 in the layout for its K, and the axis of the classes in it: 0 or 1.

    A table that already lies so is not copied. Without ``widen`` a row-major one keeps its precision, for those who
    make doubles of a few rows at a time, in the cache.

    >>> values, axis = shaped(np.zeros((5, 3)))
    >>> values.shape, axis
    ((3, 5), 0)
    """
    if rows.shape[1] <= CLASS_MAJOR:
        return np.ascontiguousarray(rows.T, dtype=np.float64), 0
    return np.ascontiguousarray(rows, dtype=np.float64 if widen else None), 1


def along(row_figures: NDArray[np.float64], axis: int) -> Floats:
    """Figures of shape (n,) made ready to be combined with a shaped table."""
    return row_figures[None, :] if axis == 0 else row_figures[:, None]


def pick(values: Floats, classes: Integers, axis: int) -> Floats:
    """The entry of every row at its class, shape (n,)."""
    rows = np.arange(values.shape[1 - axis])
    return np.asarray(values[classes, rows] if axis == 0 else values[rows, classes])


def row_sum(values: Floats, axis: int) -> Floats:
    """The sum over the classes, shape (n,)."""
    if axis == 1:
        return np.asarray(np.add.reduce(values, axis=1))
    total: Floats = values[0].copy()
    for column in values[1:]:
        total += column
    return total


def largest(values: Floats, axis: int) -> tuple[Floats, Integers]:
    """The largest entry of every row and its class, the first one at a tie; both of shape (n,)."""
    if axis == 1:
        classes = values.argmax(axis=1)
        return pick(values, classes, axis), classes
    best = values[0].copy()
    classes = np.zeros(best.shape, dtype=np.uint8)  # CLASS_MAJOR classes fit, and bytes move eight times faster
    ahead = np.empty(best.shape, dtype=bool)
    for k in range(1, len(values)):
        np.greater(values[k], best, out=ahead)
        np.maximum(classes, ahead.view(np.uint8) * np.uint8(k), out=classes)
        np.maximum(best, values[k], out=best)
    return best, classes.astype(np.intp)


def rank(values: Floats, classes: Integers, axis: int) -> Integers:
    """How many classes come before the row's own: those with a larger entry, and equal ones that stand first."""
    own = along(pick(values, classes, axis), axis)
    if axis == 1:
        places = _counts(values > own)
        tied = np.flatnonzero(_counts(values >= own) - places > 1)
        before = np.arange(values.shape[1])[None, :] < classes[tied, None]
        places[tied] += np.count_nonzero((values[tied] == own[tied]) & before, axis=1)
        return places
    ahead, at_least = np.zeros((2, values.shape[1]), dtype=np.uint8)
    found = np.empty(values.shape[1], dtype=bool)
    for column in values:
        np.greater(column, own[0], out=found)
        ahead += found.view(np.uint8)
        np.greater_equal(column, own[0], out=found)
        at_least += found.view(np.uint8)
    places = ahead.astype(np.intp)
    tied = np.flatnonzero(at_least - ahead > 1)
    if len(tied):
        before = np.arange(len(values))[:, None] < classes[tied][None, :]
        places[tied] += np.count_nonzero((values[:, tied] == own[:, tied]) & before, axis=0)
    return places


def _counts(found: NDArray[np.bool_]) -> Integers:
    """How many entries of each row are true; a long row at a time, which NumPy counts by words."""
    if found.shape[1] < 1024:
        return np.asarray(np.count_nonzero(found, axis=1))
    return np.array([np.count_nonzero(row) for row in found], dtype=np.intp)


def squared_distance(values: Floats, classes: Integers, axis: int) -> Floats:
    """sum_c (p_c - [c = y])^2 of every row, shape (n,)."""
    squares = values * values
    gap = pick(values, classes, axis) - 1.0
    put(squares, classes, axis, gap * gap)
    return row_sum(squares, axis)


def put(values: Floats, classes: Integers, axis: int, figures: Floats | float) -> None:
    """Set the entry of every row at its class."""
    rows = np.arange(values.shape[1 - axis])
    if axis == 0:
        values[classes, rows] = figures
    else:
        values[rows, classes] = figures
