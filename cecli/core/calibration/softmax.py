"""Predictions made softer or sharper: softmax(z / T + a), with one temperature T and, where there are some, a bias a
per class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cecli.core.functions.elementary import exp, log, log1p
from cecli.core.functions.error_free import two_product
from cecli.core.rows.losses import binary_losses
from cecli.core.rows.rows import Kind
from cecli.core.sums.layout import Floats, along, largest, put, row_sum


@dataclass(frozen=True)
class Scaling:
    """Logits z become z / T + a, ``biases`` a of shape (K,).

    T = infinity leaves every class that is possible (z > -infinity) equally probable; T = 0, the limit, leaves all to
    the largest logits of a row.
    """

    temperature: float = 1.0
    biases: Floats | None = None


PLAIN = Scaling()


def probabilities(values: Floats, axis: int, scaling: Scaling = PLAIN) -> Floats:
    """softmax(z / T + a) of shaped logits, shaped alike; each a few ulps off at most, and a row sums to 1 within as
    many.

    Formed as exp(u_c - u_max) / (1 + sum of the others), the rounding errors of u_c - u_max taken along: exp makes a
    relative error of them.

    >>> z = np.array([[0.0, 0.0], [3.0, -np.inf]]).T
    >>> probabilities(z, 0, Scaling(2.0)).T
    array([[0.5, 0.5], [1. , 0. ]])
    """
    high, low = exponents(values, axis, scaling)
    terms, rest = _terms(high, low, axis)
    terms /= along(1.0 + rest, axis)
    return terms


def log_probabilities(values: Floats, axis: int, scaling: Scaling = PLAIN) -> Floats:
    """log softmax(z / T + a) of shaped logits, shaped alike: (u_c - u_max) - log1p(sum of exp of the others).

    Nothing is lost near 0: of z = (0, -40) the first is -4.2e-18. Never -0.

    >>> log_probabilities(np.array([[0.0], [-40.0]]), 0).ravel()
    array([-4.24835426e-18, -4.00000000e+01])
    """
    high, low = exponents(values, axis, scaling)
    rest = along(log1p(_terms(high, low, axis)[1]), axis)
    return (high - rest) + low + 0.0


def exponents(values: Floats, axis: int, scaling: Scaling = PLAIN) -> tuple[Floats, Floats]:
    """u_c - u_max, u = z / T + a, rounded, and what the rounding took away; exactly 0 for the first class of the
    largest u.

    Source of the exact errors: Knuth, The Art of Computer Programming 2, 4.2.2, theorem B (TwoSum); of the product,
    Dekker, Numer. Math. 18, 1971.
    """
    high, low = _less_the_largest(values, np.zeros(()), axis)
    temperature = scaling.temperature
    if temperature == 0 or math.isinf(temperature):
        kept = high == 0 if temperature == 0 else high > -math.inf
        high, low = np.where(kept, 0.0, -math.inf), np.zeros(())
    elif temperature != 1:
        high, low = _divided(high, low, temperature)
    if scaling.biases is None:
        return high, low
    biases = np.broadcast_to(along(scaling.biases, 1 - axis), high.shape)
    high, error = _sum(high, biases)
    return _less_the_largest(high, error + low, axis)


def scaled(values: Floats, axis: int, scaling: Scaling) -> Floats:
    """The logits z / T + a less the largest of their row: what softmax turns into the same probabilities."""
    high, low = exponents(values, axis, scaling)
    return high + low


def as_logits(values: Floats, kind: Kind, binary: bool) -> Floats:
    """Shaped logits of checked predictions: their logarithms where they are probabilities.

    The column (n,) of class 1 of a binary prediction becomes a table of both classes, shape (2, n). Wide logits of
    single precision become doubles.
    """
    values = np.asarray(values, dtype=np.float64)
    if binary:
        if kind == "logits":
            return np.stack([np.zeros_like(values), values])
        return 0.0 - binary_losses(values, kind)
    if kind != "probabilities":
        return values
    with np.errstate(divide="ignore"):
        return log(values)


def _terms(high: Floats, low: Floats, axis: int) -> tuple[Floats, Floats]:
    """exp of every exponent, the largest exactly 1, and the sum of the others, shape (n,)."""
    terms = exp(high)
    terms += terms * low
    top = largest(high, axis)[1]
    put(terms, top, axis, 0.0)
    rest = row_sum(terms, axis)
    put(terms, top, axis, 1.0)
    return terms, rest


def _less_the_largest(high: Floats, low: Floats, axis: int) -> tuple[Floats, Floats]:
    """A sum of two, less its value where ``high`` is largest, as a sum of two."""
    peak, top = largest(high, axis)
    difference, error = _sum(high, -along(peak, axis))
    if low.ndim:
        rows = np.arange(len(top))
        own = low[top, rows] if axis == 0 else low[rows, top]
        error = error + (low - along(own, axis))
    put(error, top, axis, 0.0)
    return difference, error


def _sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """The rounded sum and its rounding error, 0 where either is infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = a + b
        back = total - a
        error = (a - (total - back)) + (b - back)
    return total, np.where(np.isfinite(error), error, 0.0)


def _divided(high: Floats, low: Floats, divisor: float) -> tuple[Floats, Floats]:
    """A sum of two by a number, as a sum of two."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        quotient = high / divisor
        product, error = two_product(quotient, np.asarray(divisor))
        rest = ((high - product) - error + low) / divisor
    return quotient, np.where(np.isfinite(rest), rest, 0.0)
