"""A temperature and a bias for each class that together minimise the loss: softmax(b z + a), b = 1/T.

The loss is convex in (b, a), and Newton's method finds its least value. Only what is fixed by the data is free: adding
the same number to all biases changes nothing, so they sum to 0; the bias of a class that never occurs would be
-infinity, and that of a class of which no row is in doubt could be any, so these stay 0. Source: Guo et al., ICML 2017
(vector scaling has a factor for each class, too); Alexandari, Kundaje and Shrikumar, "Maximum likelihood with
bias-corrected calibration is hard-to-beat at label shift adaptation", ICML 2020, where this form is.

Gradients are exact sums. The sums over rows of products p_c p_d, which make the Hessian, are taken of p in two parts of
16 bits, whole numbers whose products a matrix multiplication adds without rounding: no order of the rows, no number of
threads changes a bit of them either, and they are right to 2^-33.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cecli.core.exact import ExactSums, to_float
from cecli.core.layout import Floats, along, largest, put, row_sum
from cecli.core.logit_rows import LogitRows, Tilted
from cecli.core.scaling_errors import Direction
from cecli.core.tally import Tally
from cecli.core.temperature import CLOSE, Fitted, Solution, Sweep

MOST_CLASSES = 2048
"""The Hessian has as many rows: at this size it takes 64 MB a thread."""

MOST_STEPS = 100
"""Newton's method takes about ten."""

_BITS = 16
_ROWS = 1 << 20
"""Rows whose products are added at once: of numbers below 2^16 each, so that no sum reaches 2^53."""

_ENOUGH = 1e-4
"""A step must lower the loss by this share of what its slope promises (Armijo)."""

_ROUNDING = 2.0**-46
"""So much of the loss is not told from its rounding."""


@dataclass(frozen=True, eq=False)
class VectorFit:
    """The least loss is at 1/T = ``inverse``, in units of 1/``unit``, and ``biases`` (K,), 0 where none was
    ``fitted``. ``direction`` and ``bias_errors`` (K,) come from the inverse of the Hessian; nan for what is fixed."""

    inverse: float
    unit: float
    biases: Floats
    solution: Solution
    fitted: NDArray[np.bool_]
    direction: Direction | None = None
    bias_errors: Floats | None = None

    @property
    def temperature(self) -> float:
        """T, as of a Fitted."""
        return Fitted(self.inverse, self.unit, self.solution).temperature


def fit_vector_scaling(sweep: Sweep, classes: int, start: Fitted) -> VectorFit | None:
    """The T and the biases at which the loss is least, from the best T without biases; None where there are none.

    A damped Newton step is halved until the loss falls as far as it should. There is no least loss where some classes
    can be told apart without error: it falls for ever as the logits grow. That is found out where all rows are right
    with a margin (solution ``unbounded``), and else by a search that does not end (None).
    """
    if start.solution == "unbounded":
        return VectorFit(math.inf, start.unit, np.zeros(classes), "unbounded", np.ones(classes, dtype=bool))
    masses = sweep(lambda: _Masses(classes))
    observed = np.array([mass > 0 for mass in masses.observed.masses(0, classes)])
    search = _Search(sweep, start.unit, observed, masses.heaviest)
    in_doubt = search.at(start.inverse, np.zeros(classes)).hessian().diagonal()[1:] > 0
    search = replace(search, fitted=observed & in_doubt)
    found = search.least(start.inverse, np.zeros(classes), fixed=False)
    if found is not None and found.solution == "interior" and found.inverse <= 0:
        found = search.least(0.0, found.biases, fixed=True)
    return found


class _Masses:
    """The mass of every observed class, and the largest weight."""

    def __init__(self, classes: int) -> None:
        self._classes = classes
        self.observed = Tally()
        self.heaviest = 1.0
        self._some = False

    def update(self, rows: LogitRows) -> None:
        if rows.labels is not None:
            self.observed.add(rows.weights, rows.rows, rows.labels)
        else:
            by_class = np.asarray(rows.soft) if rows.axis == 0 else np.asarray(rows.soft).T
            for k, column in enumerate(by_class):
                self.observed.add(rows.weighted(column), rows.rows, np.full(rows.rows, k))
        if rows.weights is not None and rows.rows:
            self._weigh(float(rows.weights.max()))

    def merge(self, other: _Masses) -> None:
        self.observed.merge(other.observed)
        if other._some:
            self._weigh(other.heaviest)

    def _weigh(self, weight: float) -> None:
        self.heaviest = max(self.heaviest, weight) if self._some else weight
        self._some = True


@dataclass(frozen=True)
class _Search:
    """The least loss over (b, a): a one to one with the classes, those not ``fitted`` held at 0."""

    sweep: Sweep
    unit: float
    fitted: NDArray[np.bool_]
    heaviest: float

    def at(self, inverse: float, biases: Floats) -> VectorSums:
        """The loss and its derivatives."""
        return self.sweep(lambda: VectorSums(inverse, self.unit, biases, self.heaviest))

    def least(self, inverse: float, biases: Floats, fixed: bool) -> VectorFit | None:
        """Newton's method from a point; with ``fixed`` b stays."""
        here = self.at(inverse, biases)
        for _ in range(MOST_STEPS):
            if here.all_right:
                return VectorFit(math.inf, self.unit, np.zeros_like(biases), "unbounded", self.fitted)
            step = self._step(here, fixed)
            if step is None:
                return None
            move, slope = step
            if self._is_close(move, inverse, biases):
                return self._found(inverse + float(move[0]), biases + move[1:], fixed)
            size = 1.0
            while True:
                there = self.at(inverse + size * float(move[0]), biases + size * move[1:])
                if there.loss <= here.loss + size * _ENOUGH * slope + _ROUNDING * here.loss:
                    break
                size /= 2
                if size < 2.0**-30:
                    return None
            inverse, biases, here = inverse + size * float(move[0]), biases + size * move[1:], there
        return None

    def _is_close(self, move: Floats, inverse: float, biases: Floats) -> bool:
        far = max(CLOSE * abs(inverse), 2.0**-50), CLOSE * max(1.0, float(np.abs(biases).max()))
        return abs(float(move[0])) <= far[0] and float(np.abs(move[1:]).max()) <= far[1]

    def _step(self, here: VectorSums, fixed: bool) -> tuple[Floats, float] | None:
        """Newton's step in (b, a), and the slope of the loss along it; damped where the Hessian is no help."""
        gradient, free = here.gradient(), self._free(fixed)
        hessian = here.hessian()
        damping = 0.0
        while damping < 1e6:
            move = np.zeros(len(gradient))
            inverse = _bordered_inverse(hessian[np.ix_(free, free)], free > 0, damping)
            if inverse is not None:
                move[free] = -np.sum(inverse * gradient[free][None, :], axis=1)
                slope = float(np.sum(move * gradient))
                if slope <= 0 and np.isfinite(move).all():
                    return move, slope
            damping = max(1e-10, 100 * damping)
        return None

    def _found(self, inverse: float, biases: Floats, fixed: bool) -> VectorFit:
        sums, free = self.at(inverse, biases), self._free(fixed)
        covariance = _bordered_inverse(sums.hessian()[np.ix_(free, free)], free > 0, 0.0)
        solution: Solution = "uniform" if fixed else "interior"
        found = VectorFit(inverse, self.unit, biases, solution, self.fitted)
        if covariance is None or (covariance.diagonal() < 0).any():
            return found
        errors = np.full(1 + len(biases), np.nan)
        errors[free] = np.sqrt(covariance.diagonal())
        direction = None
        if not fixed:
            of_biases = np.zeros(1 + len(biases))
            of_biases[free] = covariance[0]
            direction = Direction(float(covariance[0, 0]), of_biases[1:])
        return VectorFit(inverse, self.unit, biases, solution, self.fitted, direction, errors[1:])

    def _free(self, fixed: bool) -> NDArray[np.intp]:
        """Positions in (b, a) of what may move."""
        biases = 1 + np.flatnonzero(self.fitted)
        return biases if fixed else np.concatenate([[0], biases])


def _bordered_inverse(hessian: Floats, summed: NDArray[np.bool_], damping: float) -> Floats | None:
    """The inverse of a Hessian among the moves whose ``summed`` parts sum to 0; None where there is none."""
    diagonal = hessian.diagonal()
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    size = len(hessian)
    bordered = np.zeros((size + 1, size + 1))
    bordered[:size, :size] = hessian * scale[:, None] * scale[None, :] + damping * np.eye(size)
    border = np.where(summed, scale, 0.0)
    border /= max(np.abs(border).max(), 1e-300)
    bordered[:size, size] = bordered[size, :size] = border
    try:
        inverse = np.linalg.inv(bordered)[:size, :size]
    except np.linalg.LinAlgError:
        return None
    return inverse * scale[:, None] * scale[None, :]


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
    return np.log1p(row_sum(others, rows.axis)) - rows.of_observed(exponents)
