"""Losses of single rows: what one predicted PMF says of one observed class.

Arrays here are *class-major* or *row-major* with the classes along ``axis``; see ``layout``. A row's figures depend on
that row alone, to the bit.
"""

from __future__ import annotations

import numpy as np

from cecli.core.functions.elementary import exp, expm1, log, log1p
from cecli.core.sums.layout import Floats, Integers, along, largest, pick, put, row_sum, shaped


def log_sum_exp(logits: Floats) -> Floats:
    """log sum_c exp(z_c) of each row of shape (n, K), shape (n,).

    Taken as m + log1p(sum over the other classes of exp(z_c - m)) with m the largest logit, so it neither overflows nor
    loses the small terms beside 1. Source: Blanchard, Higham and Higham, "Accurately computing the log-sum-exp and
    softmax functions", IMA J. Numer. Anal. 41, 2021.

    >>> log_sum_exp(np.array([[1000.0, 1000.0], [0.0, -np.inf]]))
    array([1000.69314718,    0.        ])
    """
    values, axis = shaped(logits)
    peak, _ = largest(values, axis)
    return peak + log1p(_others(values, axis)[0])


def softmax(logits: Floats) -> Floats:
    """exp(z_c) / sum_d exp(z_d) of each row of shape (n, K), the same shape. A logit of -inf gives exactly 0.

    >>> softmax(np.array([[0.0, 0.0], [10000.0, -10000.0]]))
    array([[0.5, 0.5],
           [1. , 0. ]])
    """
    values, axis = shaped(logits)
    rest, exponentials, peak, top = _others(values, axis)
    exponentials += exponentials * _rounding(values, along(peak, axis))
    put(exponentials, top, axis, 1.0)
    exponentials /= along(1.0 + rest, axis)
    return exponentials.T if axis == 0 else exponentials


def probabilities_of_logits(values: Floats, axis: int) -> tuple[Floats, Floats, Floats, Integers]:
    """The softmax of shaped logits, the largest logit m, log1p(r) and the class of m.

    r is the sum of exp(z_c - m) over the other classes, so -log q(y) = (m - z_y) + log1p(r).
    """
    rest, exponentials, peak, top = _others(values, axis)
    put(exponentials, top, axis, 1.0)
    exponentials /= along(1.0 + rest, axis)
    return exponentials, peak, log1p(rest), top


def loss_of_logits(values: Floats, labels: Integers, axis: int, peak: Floats, log_rest: Floats) -> Floats:
    """-log softmax(z)_y = (m - z_y) + log1p(r), shape (n,), in nats.

    >>> z = np.array([[0.0, -40.0]])
    >>> values, axis = shaped(z)
    >>> _, peak, log_rest, _ = probabilities_of_logits(values, axis)
    >>> loss_of_logits(values, np.array([0]), axis, peak, log_rest)
    array([4.24835426e-18])
    """
    with np.errstate(over="ignore"):  # logits of 1e308 and -1e308: infinitely far apart
        return (peak - pick(values, labels, axis)) + log_rest


def losses_of_logits(values: Floats, labels: Integers, axis: int) -> Floats:
    """The same losses, to the bit, where nothing but them is wanted.

    >>> values, axis = shaped(np.array([[0.0, -40.0]]))
    >>> losses_of_logits(values, np.array([0]), axis)
    array([4.24835426e-18])
    """
    rest, _, peak, _ = _others(values, axis)
    return loss_of_logits(values, labels, axis, peak, log1p(rest))


def loss_of_probabilities(observed: Floats) -> Floats:
    """-log p of the probabilities given to the observed classes, in nats; infinite at 0, and 0 (never -0) at 1.

    >>> loss_of_probabilities(np.array([1.0, 0.5, 0.0]))
    array([0.        , 0.69314718,        inf])
    """
    with np.errstate(divide="ignore"):
        loss = log(observed)
    return np.subtract(0.0, loss, out=loss)


def binary_losses(values: Floats, kind: str) -> Floats:
    """-log q of class 0 and of class 1, shape (2, n), from the figure of class 1 alone, shape (n,).

    The loss of class 0 is -log1p(-p), of a log-probability -log(1 - exp(x)) (Maechler, "Accurately computing
    log(1 - exp(-|a|))", 2012), of a logit log(1 + exp(z)): none is taken from a rounded 1 - p.

    >>> binary_losses(np.array([1e-20]), "probabilities")[0]
    array([1.e-20])
    """
    with np.errstate(divide="ignore"):
        if kind == "logits":
            rest = log1p(exp(-np.abs(values)))
            zero, one = np.maximum(values, 0.0) + rest, np.maximum(-values, 0.0) + rest
        elif kind == "probabilities":
            zero, one = 0.0 - log1p(-values), 0.0 - log(values)
        else:
            near, far = log(-expm1(values)), log1p(-exp(values))
            zero, one = 0.0 - np.where(values > -log(2.0), near, far), 0.0 - values
    return np.stack([zero, one])


_DOMINATED = 0.5
"""Below this the other classes together are small beside the largest, and a loss may be as small as their sum."""


def _others(values: Floats, axis: int) -> tuple[Floats, Floats, Floats, Integers]:
    """sum of exp(z_c - m) without the largest term, all exp(z_c - m) (0 in its place), m, and its class.

    The rounding of z_c - m is half an ulp of it, which exp makes a relative error of up to 745 half-ulps. Where a loss
    can be no larger than the sum, the rounding is found exactly and taken back.
    """
    peak, top = largest(values, axis)
    with np.errstate(over="ignore"):
        exponentials = np.subtract(values, along(peak, axis))
    exp(exponentials, out=exponentials)
    put(exponentials, top, axis, 0.0)
    rest = row_sum(exponentials, axis)
    dominated = np.flatnonzero(rest < _DOMINATED)
    if len(dominated):
        some, peaks = values.take(dominated, axis=1 - axis), along(peak[dominated], axis)
        terms = exponentials.take(dominated, axis=1 - axis)
        terms += terms * _rounding(some, peaks)
        rest[dominated] = row_sum(terms, axis)
    return rest, exponentials, peak, top


def _rounding(values: Floats, peaks: Floats) -> Floats:
    """The exact error of the rounded difference: (z - m) - fl(z - m); 0 where z is -inf.

    Source: Knuth, The Art of Computer Programming 2, 4.2.2, theorem B (TwoSum).
    """
    with np.errstate(over="ignore", invalid="ignore"):
        difference = values - peaks
        back = difference - values
        error = (values - (difference - back)) - (peaks + back)
    return np.where(np.isfinite(error), error, 0.0)
