"""Rows of predictions and labels that come as arrays: checked, and made into batches that the core can score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.functions.elementary import exp, log
from cecli.core.rows.rows import Batch, Kind
from cecli.core.sums.layout import Floats, along, largest, row_sum, shaped
from cecli.library.door import array_of, refuse

_CELLS = 1 << 20
"""Cells that are checked and scored at once, so that memory does not grow with the rows."""

_NEAR = 0.05
"""How far from 1 the sums of rows may be that are those of PMFs."""

_ROUNDING = 2.0**-50
"""A sum of K doubles is off by less than this times K."""


def sized(predictions: ArrayLike, name: str = "predictions") -> tuple[NDArray[Any], int]:
    """The table, and how many classes it speaks of: two where it has a single column."""
    found = array_of(name, predictions, (1, 2))
    width = 2 if found.ndim == 1 else max(2, found.shape[1])
    return table_of(found, width, name), width


def table_of(predictions: ArrayLike, classes: int, name: str = "predictions") -> NDArray[Any]:
    """A table (n, K), or (n, 1) of the figures of class 1 of two."""
    table = array_of(name, predictions, (1, 2))
    table = table[:, None] if table.ndim == 1 else table
    if table.shape[1] != classes and not (table.shape[1] == 1 and classes == 2):
        raise ValueError(f"{name}: {table.shape[1]} columns for {classes} classes")
    return table if table.dtype.kind == "f" else table.astype(np.float64)


def slices(rows: int, classes: int) -> list[slice]:
    """Some rows after the others, so many cells at once."""
    size = max(1, _CELLS // classes)
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]


def by_name(labels: NDArray[Any], names: tuple[str, ...], rows: int) -> NDArray[np.intp]:
    """The class numbers of labels that are names; another name is a ValueError."""
    if len(labels) != rows:
        raise ValueError(f"labels: {len(labels):,} of them for {rows:,} rows of predictions")
    known = {name: k for k, name in enumerate(names)}
    found = np.array([known.get(label, -1) for label in labels.tolist()], dtype=np.intp)
    refuse("labels", found < 0, labels, "a class")
    return found


def check_first(predictions: NDArray[Any], labels: NDArray[Any]) -> None:
    """Raise ValueError where whole numbers stand for predictions, and fractions for labels: scikit-learn's order."""
    if predictions.ndim != 1 or predictions.dtype.kind not in "bui" or labels.dtype.kind != "f":
        return
    if labels.ndim == 2 or (labels != np.floor(labels)).any():
        raise ValueError("predictions: class numbers, and labels are fractions: predictions come first, then labels")


def check_order(table: NDArray[Any], observed: NDArray[Any], kind: Kind, clipped: bool) -> None:
    """Raise ValueError where predictions are certain in every row and labels are PMFs that are not: scikit-learn's
    order. With a clip such predictions have a finite loss, and may be meant."""
    if kind != "probabilities" or clipped or observed.ndim == 1:
        return
    certain, spread = (((values == 0) | (values == 1)).all() for values in (table, observed))
    if certain and not spread:
        raise ValueError(
            "predictions: every row gives one class a probability of 1, and labels are spread: are the two swapped? "
            "predictions come first, then labels"
        )


def batch_of(
    table: NDArray[Any],
    observed: NDArray[Any] | None,
    kind: Kind,
    start: int,
    tolerance: float,
    normalize: bool,
    name: str = "predictions",
) -> Batch:
    """The rows of a table and what was observed of them, checked; they begin with row ``start``."""
    labels, soft = (observed, None) if observed is None or observed.ndim == 1 else (None, observed)
    if table.shape[1] == 1:
        column = np.ascontiguousarray(table[:, 0], dtype=np.float64)
        _check_range(column[None, :], 0, kind, start, column=True, name=name)
        return Batch(column, 0, labels, kind, binary=True, soft=None if soft is None else shaped(soft)[0])
    values, axis = shaped(table)
    if kind == "logits":
        check_logits(values, axis, start, name)
        return Batch(values, axis, labels, kind, soft=None if soft is None else shaped(soft)[0])
    _check_range(values, axis, kind, start, name=name)
    sums = row_sum(values if kind == "probabilities" else exp(values), axis)
    if normalize:
        _refuse_rows(sums == 0, sums, start, "a row with a sum above 0", name)
        values = values / along(sums, axis) if kind == "probabilities" else values - along(log(sums), axis)
    else:
        _check_sums(sums, values.shape[axis], tolerance, start, name)
    return Batch(values, axis, labels, kind, row_sums=sums, soft=None if soft is None else shaped(soft)[0])


def check_pmfs(name: str, table: Floats, tolerance: float) -> None:
    """Raise ValueError unless every row of a table is a PMF."""
    refuse(name, ~((table >= 0) & (table <= 1)), table, "a probability from 0 to 1")
    sums = row_sum(*shaped(table))
    wrong = np.abs(sums - 1.0) > tolerance + table.shape[1] * _ROUNDING
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{name}[{row}]: the row sums to {sums[row]:.10g}, not to 1")


def _check_range(
    values: Floats, axis: int, kind: Kind, start: int, column: bool = False, name: str = "predictions"
) -> None:
    if kind == "logits":
        wrong, wanted = ~np.isfinite(values), "a finite logit"
    elif kind == "probabilities":
        wrong, wanted = ~((values >= 0) & (values <= 1)), "a probability from 0 to 1 (kind='logits' for raw scores)"
    else:
        wrong, wanted = ~(values <= 0), "a log-probability, at most 0 (kind='logits' for raw scores)"
    _refuse_cells(wrong, values, axis, start, wanted, column, name)


def check_logits(values: Floats, axis: int, start: int, name: str = "predictions") -> None:
    """Raise ValueError for logits that are none; ``values`` are shaped, their first row is row ``start``."""
    _refuse_cells(np.isnan(values) | (values == np.inf), values, axis, start, "a finite logit or -inf", name=name)
    empty = largest(values, axis)[0] == -np.inf
    _refuse_rows(empty, np.full(len(empty), -np.inf), start, "a row with a logit above -inf", name)


def _check_sums(sums: Floats, classes: int, tolerance: float, start: int, name: str) -> None:
    off = np.flatnonzero(np.abs(sums - 1.0) > tolerance + classes * _ROUNDING)
    if len(off):
        near = np.abs(sums - 1.0).max() <= _NEAR
        divide = "normalize=True divides each row by its sum"
        hint = divide if near else "all columns must be classes, and all classes here"
        raise ValueError(f"{name}[{start + int(off[0])}]: the row sums to {sums[off[0]]:.10g}, not to 1; {hint}")


def _refuse_cells(
    wrong: NDArray[np.bool_],
    values: Floats,
    axis: int,
    start: int,
    wanted: str,
    column: bool = False,
    name: str = "predictions",
) -> None:
    if wrong.any():
        by_row, table = (wrong.T, values.T) if axis == 0 else (wrong, values)
        row, k = (int(place) for place in np.argwhere(by_row)[0])
        place = f"{start + row}" if column else f"{start + row}, {k}"
        raise ValueError(f"{name}[{place}]: expected {wanted}, found {table[row, k].item()!r}")


def _refuse_rows(wrong: NDArray[np.bool_], sums: Floats, start: int, wanted: str, name: str = "predictions") -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{name}[{start + row}]: expected {wanted}, found {sums[row].item()!r}")
