"""How other libraries score: their clipping, their normalisation, their precision.

Each library is a function from the predictions of a batch to -log of what it makes of them, a table in the precision
that it works in. Checked against the libraries themselves: torch 2.13, Keras 3.15, scikit-learn 1.9, XGBoost 3.2,
LightGBM 4.7. To add one: write its function here and its line in
LIBRARIES of ``core.families``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log, log1p
from cecli.core.rows.predictions import predicted_of
from cecli.core.rows.rows import Batch, LossRule
from cecli.core.sums.layout import Floats, along, row_sum

Table = NDArray[np.floating[Any]]


def _probabilities(batch: Batch) -> tuple[Floats, int]:
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    return predicted.probabilities, predicted.axis


def _single(batch: Batch) -> Table:
    """A binary column of probabilities or their logarithms: the probabilities of class 1 as float32."""
    one = batch.values if batch.kind == "probabilities" else exp(batch.values)
    return one.astype(np.float32)


def _taken(function: Callable[[Floats], Floats], table: Table) -> Table:
    """A function of each number as a library would round it that works in the precision of the table: NumPy's own in
    single precision differ between processors."""
    result: Table = function(table.astype(np.float64, copy=False)).astype(table.dtype, copy=False)
    return result


def _row_sum(table: Table, axis: int) -> Table:
    """The sum of each row in the precision of the table, whatever rows stand beside it."""
    sums: Table = np.expand_dims(row_sum(table.astype(np.float64, copy=False), axis), axis)
    return sums.astype(table.dtype, copy=False)


def _negative_log(table: Table) -> Table:
    return np.asarray(-_taken(log, table))


def _log_softmax(logits: Table, axis: int) -> Table:
    """In the precision of the logits: z - max - log sum exp(z - max)."""
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return np.asarray(shifted - _taken(log, _row_sum(_taken(exp, shifted), axis)))


def _binary_cross_entropy(one: Table) -> Table:
    """PyTorch's ``binary_cross_entropy``: no logarithm is less than -100."""
    return np.asarray(np.minimum(np.stack([-_taken(log1p, -one), -_taken(log, one)]), np.float32(100)))


def torch(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """``cross_entropy`` of float32 logits. Of probabilities ``nll_loss(log(p))``; soft labels and smoothing only
    ``cross_entropy(log(p))`` has, which divides by the sum of the row. A binary column: ``binary_cross_entropy``, of
    logits ``binary_cross_entropy_with_logits``."""
    single = batch.values.astype(np.float32)
    if batch.binary and batch.kind == "logits":
        rest = _taken(log1p, _taken(exp, -np.abs(single)))
        return np.stack([np.maximum(single, 0) + rest, np.maximum(-single, 0) + rest]), 0
    if batch.binary:
        return _binary_cross_entropy(_single(batch)), 0
    logits = _taken(log, single) if batch.kind == "probabilities" else single
    if batch.kind == "logits" or rule.smoothing or batch.soft is not None:
        logits = _log_softmax(logits, batch.axis)
    return -logits, batch.axis


def keras(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """``SparseCategoricalCrossentropy``; of soft labels and with smoothing ``CategoricalCrossentropy``: float32, rows
    divided by their sum, then p clipped to [1e-7, 1 - 1e-7]; from logits the log-softmax. ``BinaryCrossentropy`` of a
    binary column clips, too, but for logits."""
    if batch.kind == "logits":
        return torch(batch, rule)
    low, high = np.float32(1e-7), np.float32(1) - np.float32(1e-7)
    if batch.binary:
        return _binary_cross_entropy(np.clip(_single(batch), low, high)), 0
    table, axis = _probabilities(batch)
    single = table.astype(np.float32)
    return _negative_log(np.clip(single / _row_sum(single, axis), low, high)), axis


def sklearn(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """``log_loss``: p clipped to [eps, 1 - eps] with the eps of the dtype the predictions have, no division by the
    sum."""
    table, axis = _probabilities(batch)
    stored = table.astype(np.dtype(batch.precision))
    epsilon = np.finfo(stored.dtype).eps
    return _negative_log(np.clip(stored, epsilon, stored.dtype.type(1) - epsilon)), axis


def kaggle(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """Multi-class log loss as Kaggle's pages put it: each row divided by its sum, then p := max(min(p, 1 - 1e-15),
    1e-15)."""
    table, axis = _probabilities(batch)
    table = table / along(row_sum(table, axis), axis)
    return _negative_log(np.clip(table, 1e-15, 1.0 - 1e-15)), axis


def xgboost(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """``mlogloss`` and ``logloss``: float32 probabilities, p clipped below at 1e-16; of a binary column 1 - p in
    float32."""
    table, axis = _probabilities(batch)
    single = table.astype(np.float32)
    if batch.binary:
        single[0] = np.float32(1.0) - single[1]
    return _negative_log(np.maximum(single, np.float32(1e-16))), axis


def lightgbm(batch: Batch, rule: LossRule) -> tuple[Table, int]:
    """``multi_logloss`` and ``binary_logloss``: double, but p <= 1e-15 costs -log(1e-15f), a float32."""
    table, axis = _probabilities(batch)
    least = np.float32(1e-15)
    return np.where(table > float(least), _negative_log(table), float(_negative_log(np.asarray(least)))), axis
