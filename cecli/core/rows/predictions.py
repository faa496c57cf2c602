"""What a table of predictions says of its rows before anything is observed, for each kind of figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cecli.core.functions.elementary import exp, log1p
from cecli.core.rows import losses
from cecli.core.sums.layout import Floats, Integers, along, largest, pick, squared_distance


@dataclass(frozen=True, eq=False, repr=False)
class Predicted:
    """The predictions of n rows over K classes, tables along ``axis``.

    ``order`` ranks the classes of a row as the probabilities do, without their rounding; ``top`` is the first class and
    ``confidence`` its probability; ``loss_of`` gives -log q of one class a row, ``losses`` of all, ``brier`` the
    squared distance to one class a row.
    """

    probabilities: Floats
    order: Floats
    axis: int
    top: Integers
    confidence: Floats
    loss_of: Callable[[Integers], Floats]
    losses: Callable[[], Floats]
    brier: Callable[[Integers], Floats]

    @property
    def classes(self) -> int:
        """K."""
        return int(self.order.shape[self.axis])


def predicted_of(values: Floats, axis: int, kind: str, binary: bool) -> Predicted:
    """The predictions in a checked table, or in the column (n,) of class 1 of a binary one."""
    values = np.asarray(values, dtype=np.float64)
    if binary:
        return _of_column(values, kind)
    if kind == "logits":
        return _of_logits(values, axis)
    top = largest(values, axis)[1]
    if kind == "probabilities":
        probabilities = values
        each = lambda: losses.loss_of_probabilities(values)  # noqa: E731
        loss_of = lambda classes: losses.loss_of_probabilities(pick(values, classes, axis))  # noqa: E731
    else:
        probabilities = exp(values)
        each = lambda: np.subtract(0.0, values)  # noqa: E731
        loss_of = lambda classes: np.subtract(0.0, pick(values, classes, axis))  # noqa: E731
    return Predicted(
        probabilities,
        values,
        axis,
        top,
        pick(probabilities, top, axis),
        loss_of,
        each,
        lambda classes: squared_distance(probabilities, classes, axis),
    )


def _of_logits(values: Floats, axis: int) -> Predicted:
    probabilities, peak, log_rest, top = losses.probabilities_of_logits(values, axis)
    return Predicted(
        probabilities,
        values,
        axis,
        top,
        pick(probabilities, top, axis),
        lambda classes: losses.loss_of_logits(values, classes, axis, peak, log_rest),
        lambda: (along(peak, axis) - values) + along(log_rest, axis),
        lambda classes: squared_distance(probabilities, classes, axis),
    )


def _of_column(values: Floats, kind: str) -> Predicted:
    """Two classes from the figure of class 1; what is said of class 0 is never taken from a rounded 1 - p."""
    each = losses.binary_losses(values, kind)
    if kind == "logits":
        one = exp(np.minimum(values, 0.0) - log1p(exp(-np.abs(values))))
        order = np.stack([np.zeros_like(values), values])
    else:
        one = exp(values) if kind == "log-probabilities" else values
        order = np.stack([np.full_like(one, 0.5), one])
    probabilities = np.stack([1.0 - one, one])
    top = (order[1] > order[0]).astype(np.intp)

    def brier(classes: Integers) -> Floats:
        gap = one - classes
        return np.asarray(2.0 * gap * gap)

    return Predicted(
        probabilities,
        order,
        0,
        top,
        np.maximum(one, 1.0 - one),
        lambda classes: pick(each, classes, 0),
        lambda: each,
        brier,
    )
