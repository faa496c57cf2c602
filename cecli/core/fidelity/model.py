"""What one model says of some rows, in the forms that divergences are taken of: probabilities and logarithms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cecli.core.functions.elementary import log, log1p
from cecli.core.functions.error_free import two_sum
from cecli.core.rows.losses import binary_losses, probabilities_of_logits
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Floats, Integers, along, largest, pick, put, row_sum

PIECE = 1 << 13
"""Classes of a wide row that are gone over together."""


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """n rows over K classes, tables along ``axis``, arrays (n,) else.

    ``logs`` are logarithms of weights that are proportional to the probabilities, -inf where these are 0, ``peak`` the
    largest of a row and ``log_rest`` the logarithm of the sum of exp(logs - peak). ``pmf`` and ``log_pmf`` are the
    probabilities, each row divided by its sum, and their logarithms. ``order`` ranks the classes without rounding, and
    ``top`` is the first one. ``weights`` are the probabilities as they stand in the file, what they lack beside it,
    None where the file holds logarithms; these are ``logits`` where a loss is of their softmax.
    """

    @property
    def classes(self) -> int:
        """K."""
        return int(self.logs.shape[self.axis])

    def losses(self, labels: Integers | None = None) -> Floats:
        """-log q of the observed class of every row, or of all classes, as ``score`` takes them, of undivided rows."""
        logs = self.logs if labels is None else pick(self.logs, labels, self.axis)
        if not self.logits:
            return np.subtract(0.0, logs)
        peak, log_rest = (self.peak, self.log_rest) if labels is not None else (
            along(self.peak, self.axis), along(self.log_rest, self.axis)
        )  # fmt: skip
        with np.errstate(over="ignore"):
            return np.asarray((peak - logs) + log_rest)

    logs: Floats
    peak: Floats
    log_rest: Floats
    pmf: Floats
    log_pmf: Floats
    order: Floats
    top: Integers
    axis: int
    weights: tuple[Floats, Floats | None] | None = None
    logits: bool = False

    @cached_property
    def has_zeros(self) -> bool:
        """Whether some probability is 0, and no small number that rounds to it."""
        return bool(self.log_pmf.size and self.log_pmf.min() == -np.inf)

    def pieces(self) -> Iterator[Model]:
        """Itself, of many classes a few at a time: the tables alone."""
        if self.axis == 0 or self.classes <= PIECE:
            yield self
            return
        for start in range(0, self.classes, PIECE):
            part = slice(start, start + PIECE)
            weights = None if self.weights is None else (self.weights[0][:, part], None)
            tables = self.pmf[:, part], self.log_pmf[:, part]
            yield Model(
                self.logs[:, part], self.peak, self.log_rest, *tables, self.order, self.top, 1, weights, self.logits
            )  # fmt: skip

    def take(self, rows: Integers) -> Model:
        """Some of the rows."""

        def some(table: Floats) -> Floats:
            return table.take(rows, axis=1 - self.axis)

        weights = None
        if self.weights is not None:
            high, low = self.weights
            weights = some(high), None if low is None else some(low)
        columns = self.peak[rows], self.log_rest[rows]
        return Model(
            some(self.logs),
            *columns,
            some(self.pmf),
            some(self.log_pmf),
            self.order,
            self.top[rows],
            self.axis,
            weights,
        )


def model_of(batch: Batch, flipped: bool = False) -> Model:
    """The rows of a checked batch; ``flipped``: of two classes the other one comes first.

    >>> model = model_of(Batch.of(np.array([[0.25, 0.25], [0.0, 1.0]]), np.array([0, 0])))
    >>> model.pmf.T.tolist(), model.log_pmf[:, 1].tolist()
    ([[0.5, 0.5], [0.0, 1.0]], [-inf, 0.0])
    """
    values = np.asarray(batch.values, dtype=np.float64)
    if batch.binary:
        return _of_column(values, batch.kind, flipped)
    if batch.kind != "probabilities":
        return _of_logs(values, batch.axis, batch.kind == "logits")
    return _of_weights(values, batch.axis)


def _of_column(values: Floats, kind: str, flipped: bool) -> Model:
    """Two classes from the figure of class 1; that of class 0 is never taken from a rounded 1 - p."""
    step = -1 if flipped else 1
    if kind == "logits":
        return _of_logs(np.stack([np.zeros_like(values), values])[::step], 0)
    logs = np.subtract(0.0, binary_losses(values, kind))[::step]
    if kind == "log-probabilities":
        return _of_logs(logs, 0, logits=False)
    rest, error = two_sum(np.ones_like(values), -values)
    high, low = np.stack([rest, values])[::step], np.stack([error, np.zeros_like(values)])[::step]
    top = largest(np.stack([np.full_like(values, 0.5), values])[::step], 0)[1]
    peak = pick(logs, top, 0)
    return Model(logs, peak, 0.0 - peak, high, logs, high, top, 0, (high, low))


def _of_logs(logs: Floats, axis: int, logits: bool = True) -> Model:
    pmf, peak, log_rest, top = probabilities_of_logits(logs, axis)
    with np.errstate(over="ignore"):
        log_pmf = logs - along(peak, axis)
    log_pmf -= along(log_rest, axis)
    return Model(logs, peak, log_rest, pmf, log_pmf, logs, top, axis, logits=logits)


def _of_weights(weights: Floats, axis: int) -> Model:
    peak, top = largest(weights, axis)
    others = weights.copy()
    put(others, top, axis, 0.0)
    rest = row_sum(others, axis)
    with np.errstate(divide="ignore"):
        logs = log(weights)
    log_peak, log_rest = pick(logs, top, axis), log1p(rest / peak)
    log_pmf = (logs - along(log_peak, axis)) - along(log_rest, axis)
    pmf = np.divide(weights, along(peak + rest, axis), out=others)
    return Model(logs, log_peak, log_rest, pmf, log_pmf, weights, top, axis, (weights, None))
