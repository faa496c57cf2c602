"""How other libraries score: their clipping, their normalisation, their precision.

Each library is a function from the predictions of a batch to -log of what it makes of them, a table in the precision
that it works in. Checked against the libraries themselves: torch 2.13, Keras 3.15, scikit-learn 1.9, XGBoost 3.2,
LightGBM 4.7. To add one: write its function and its line in LIKE.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.layout import Floats, along, row_sum
from cecli.core.predicted import predicted_of
from cecli.core.rows import Batch

Table = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Library:
    """How a library scores.

    ``losses`` gives -log q of every class, a table along ``axis``, from the probabilities in double and their
    logarithms. ``soft``: whether it takes soft labels; ``by_rows``: whether its mean is over the rows, even where they
    have weights; ``weights``: whether it takes weights of rows, ``single_weights`` as float32; ``rule``: whether it
    has smoothing and class weights.
    """

    losses: Callable[[Batch], tuple[Table, int]]
    note: str
    soft: bool = False
    weights: bool = True
    single_weights: bool = False
    by_rows: bool = False
    smoothing: bool = False
    class_weights: bool = False


def _probabilities(batch: Batch) -> tuple[Floats, int]:
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    return predicted.probabilities, predicted.axis


def _negative_log(table: Table) -> Table:
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(table))


def _log_softmax(logits: Table, axis: int) -> Table:
    """In the precision of the logits: z - max - log sum exp(z - max)."""
    with np.errstate(invalid="ignore"):
        shifted = logits - logits.max(axis=axis, keepdims=True)
    total = np.exp(shifted).sum(axis=axis, keepdims=True)
    return np.asarray(shifted - np.log(total))


def _torch(batch: Batch) -> tuple[Table, int]:
    """``CrossEntropyLoss`` of float32 logits; of probabilities ``nll_loss(log(p))`` of float32 p; nothing is
    clipped."""
    if batch.kind == "logits" and not batch.binary:
        return -_log_softmax(batch.values.astype(np.float32), batch.axis), batch.axis
    if batch.kind == "logits":
        z = batch.values.astype(np.float32)
        rest = np.log1p(np.exp(-np.abs(z)))
        return np.stack([np.maximum(z, 0) + rest, np.maximum(-z, 0) + rest]), 0
    if batch.kind == "log-probabilities" and not batch.binary:
        return -batch.values.astype(np.float32), batch.axis
    table, axis = _probabilities(batch)
    losses = _negative_log(table.astype(np.float32))
    return np.minimum(losses, np.float32(100.0)) if batch.binary else losses, axis


def _keras(batch: Batch) -> tuple[Table, int]:
    """``CategoricalCrossentropy``: float32, rows divided by their sum, then p clipped to [1e-7, 1 - 1e-7]; from logits
    the log-softmax in float32. A binary column is two classes here, as in ``BinaryCrossentropy`` but for its
    clipping."""
    if batch.kind == "logits" and not batch.binary:
        return _torch(batch)
    table, axis = _probabilities(batch)
    single = table.astype(np.float32)
    single = single / single.sum(axis=axis, keepdims=True)
    epsilon = np.float32(1e-7)
    return _negative_log(np.clip(single, epsilon, np.float32(1.0) - epsilon)), axis


def _sklearn(batch: Batch) -> tuple[Table, int]:
    """``log_loss``: p clipped to [eps, 1 - eps] with the eps of the dtype the predictions have, no division by the
    sum."""
    table, axis = _probabilities(batch)
    stored = table.astype(np.dtype(batch.precision))
    epsilon = np.finfo(stored.dtype).eps
    return _negative_log(np.clip(stored, epsilon, stored.dtype.type(1) - epsilon)), axis


def _kaggle(batch: Batch) -> tuple[Table, int]:
    """Multi-class log loss as Kaggle's pages put it: each row divided by its sum, then p := max(min(p, 1 - 1e-15),
    1e-15)."""
    table, axis = _probabilities(batch)
    table = table / along(row_sum(table, axis), axis)
    return _negative_log(np.clip(table, 1e-15, 1.0 - 1e-15)), axis


def _xgboost(batch: Batch) -> tuple[Table, int]:
    """``mlogloss`` and ``logloss``: float32 probabilities, p clipped below at 1e-16; of a binary column 1 - p in
    float32."""
    table, axis = _probabilities(batch)
    single = table.astype(np.float32)
    if batch.binary:
        single[0] = np.float32(1.0) - single[1]
    return _negative_log(np.maximum(single, np.float32(1e-16))), axis


def _lightgbm(batch: Batch) -> tuple[Table, int]:
    """``multi_logloss`` and ``binary_logloss``: double, but p <= 1e-15 costs -log(1e-15f), a float32."""
    table, axis = _probabilities(batch)
    least = np.float32(1e-15)
    return np.where(table > float(least), _negative_log(table), float(-np.log(least))), axis


LIKE: dict[str, Library] = {
    "torch": Library(
        _torch, "float32, nothing clipped (a binary column: logarithms of at least -100)", soft=True, weights=False,
        smoothing=True, class_weights=True
    ),
    "keras": Library(
        _keras, "float32, rows divided by their sum, clipped to [1e-7, 1 - 1e-7]", soft=True, by_rows=True,
        smoothing=True
    ),
    "sklearn": Library(_sklearn, "clipped to [eps, 1 - eps] with the eps of the predictions' type"),
    "kaggle": Library(_kaggle, "rows divided by their sum, clipped to [1e-15, 1 - 1e-15]", weights=False),
    "xgboost": Library(_xgboost, "float32, clipped below at 1e-16", single_weights=True),
    "lightgbm": Library(_lightgbm, "clipped below at 1e-15", single_weights=True),
}  # fmt: skip
