"""The loss under softmax(b z + a), its gradient and its Hessian in b and the biases, summed over rows.

Gradients are exact sums. The sums over rows of products p_c p_d, which make the Hessian, are taken of p in two parts of
16 bits, whole numbers whose products a matrix multiplication adds without rounding: no order of the rows, no number of
threads changes a bit of them either, and they are right to 2^-33.
"""

from __future__ import annotations

import numpy as np

from cecli.core.calibration.logit_rows import LogitRows, Tilted
from cecli.core.functions.elementary import log1p
from cecli.core.sums.exact import ExactSums, to_float
from cecli.core.sums.layout import Floats, along, largest, put, row_sum
from cecli.core.sums.tally import Tally

_BITS = 16
_ROWS = 1 << 20
"""Rows whose products are added at once: of numbers below 2^16 each, so that no sum reaches 2^53."""


class VectorSums:
    """The loss of all rows under softmax(b z + a), its gradient and its Hessian in (b, a), z in multiples of ``unit``.

    No weight is larger than ``heaviest``. A fresh one is the identity of ``merge``, which is associative and
    commutative to the bit.
    """

    def __init__(self, inverse: float, unit: float, biases: Floats, heaviest: float = 1.0) -> None:
        self._inverse, self._unit, self._biases, self._heaviest = inverse, unit, biases, heaviest
        self._loss, self._slope, self._curvature = ExactSums(), ExactSums(), ExactSums()
        self._residuals, self._mixed = ExactSums(), ExactSums()
        self._products = np.zeros((2, len(biases), len(biases)), dtype=np.int64)
        self._not_right = 0

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        for start in range(0, rows.rows, _ROWS):
            self._update(rows if rows.rows <= _ROWS else rows.only(np.arange(start, min(start + _ROWS, rows.rows))))

    def merge(self, other: VectorSums) -> None:
        """Add the rows of ``other``."""
        for name in ("_loss", "_slope", "_curvature", "_residuals", "_mixed"):
            getattr(self, name).merge(getattr(other, name))
        self._products += other._products
        self._not_right += other._not_right

    @property
    def loss(self) -> float:
        """The sum of the row losses."""
        return to_float(self._loss.integer())

    @property
    def all_right(self) -> bool:
        """Whether every row has its observed class alone at the top."""
        return not self._not_right

    def gradient(self) -> Floats:
        """The derivatives by b and by each bias, shape (1 + K,)."""
        residuals = self._residuals.integers(0, len(self._biases))
        return np.array([to_float(whole) for whole in (self._slope.integer(), *residuals)])

    def hessian(self) -> Floats:
        """The second derivatives, shape (1 + K, 1 + K).

        Those by two biases are -sum w p_c p_d, and a row of them sums to 0, which gives the diagonal without
        cancellation.
        """
        classes = len(self._biases)
        high, mixed = self._products.astype(np.float64)
        products = np.ldexp(high, -2 * _BITS) + np.ldexp(mixed + mixed.T, -3 * _BITS)
        np.fill_diagonal(products, 0.0)
        products *= self._heaviest
        result = np.empty((1 + classes, 1 + classes))
        result[1:, 1:] = np.diag(products.sum(axis=1)) - products
        result[0, 0] = to_float(self._curvature.integer())
        result[0, 1:] = result[1:, 0] = [to_float(whole) for whole in self._mixed.integers(0, classes)]
        return result

    def _update(self, rows: LogitRows) -> None:
        tilted, axis = rows.tilted(self._inverse, self._unit, self._biases), rows.axis
        mean = tilted.mean(tilted.gaps)
        shares = tilted.terms / along(tilted.total, axis)
        residual = rows.less_observed(tilted.terms, tilted.total)
        mixed = shares * (tilted.gaps - along(mean, axis))
        root = np.ones(()) if rows.weights is None else along(np.sqrt(rows.weights / self._heaviest), axis)
        if rows.weights is not None:
            residual, mixed = residual * along(rows.weights, axis), mixed * along(rows.weights, axis)
        self._loss.update(rows.weighted(_losses(rows, tilted)))
        self._slope.update(rows.weighted(mean - rows.of_observed(tilted.gaps)))
        self._curvature.update(rows.weighted(tilted.variance(tilted.gaps, mean)))
        self._residuals.update_columns(residual, axis)
        self._mixed.update_columns(mixed, axis)
        self._add_products(shares * root, axis)
        alone = np.count_nonzero(tilted.terms == 1.0, axis=axis) == 1
        self._not_right += int(np.count_nonzero(~(alone & (rows.of_observed(tilted.terms) == 1.0))))

    def _add_products(self, shares: Floats, axis: int) -> None:
        """Add p p^T of figures from 0 to 1, in two parts of whole numbers."""
        by_class = shares if axis == 0 else shares.T
        high = np.rint(np.ldexp(by_class, _BITS))
        low = np.rint(np.ldexp(by_class - np.ldexp(high, -_BITS), 2 * _BITS))
        self._products[0] += (high @ high.T).astype(np.int64)
        self._products[1] += (high @ low.T).astype(np.int64)


def _losses(rows: LogitRows, tilted: Tilted) -> Floats:
    """-log p of what was observed: log1p of the terms beside the largest, less its exponent."""
    others = tilted.terms.copy()
    put(others, largest(tilted.exponents, rows.axis)[1], rows.axis, 0.0)
    exponents = np.where(np.isinf(tilted.exponents), 0.0, tilted.exponents)
    return log1p(row_sum(others, rows.axis)) - rows.of_observed(exponents)


class LabelMasses:
    """The mass of every observed class, and the largest weight."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self.observed = Tally()
        self.heaviest = 1.0
        self._some = False

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        if rows.labels is not None:
            self.observed.add(rows.weights, rows.rows, rows.labels)
        else:
            by_class = np.asarray(rows.soft) if rows.axis == 0 else np.asarray(rows.soft).T
            for k, column in enumerate(by_class):
                self.observed.add(rows.weighted(column), rows.rows, np.full(rows.rows, k))
        if rows.weights is not None and rows.rows:
            self._weigh(float(rows.weights.max()))

    def merge(self, other: LabelMasses) -> None:
        """Add the rows of ``other``."""
        self.observed.merge(other.observed)
        if other._some:
            self._weigh(other.heaviest)

    def _weigh(self, weight: float) -> None:
        self.heaviest = max(self.heaviest, weight) if self._some else weight
        self._some = True
