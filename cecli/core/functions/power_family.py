"""The power family of divergences: f_a(r) = (r^a - 1 - a (r - 1))/(a (a - 1)) summed over the outcomes, r = p/q.

All terms are >= 0, so their sum loses no digits for p near q, where r^a - 1 alone would. The order a = 1 is the KL
divergence, a = 0 its reverse, 2 half of chi-squared, 1/2 four times the squared Hellinger distance, -1 half of
Neyman's. Twice the sum is Cressie and Read's statistic per roll with their lambda = a - 1, and a (a - 1) times it is
sum p^a q^(1-a) - 1. Source: Cressie and Read, "Multinomial goodness-of-fit tests", JRSS B 46, 1984.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import expm1, log

Floats = NDArray[np.float64]

_REACH = 0.25
"""Where |r - 1| times the order is below this, f is summed as a series in r - 1."""

_TERMS = 32
"""Terms of the series: at |x| = 1/4 the next is below 2^-60 of the first."""

_NEAR = 0.1
"""Where |p - q|/(p + q) is below this, r - 1 is taken from it and not from the rounded quotient."""


def family_function(x: Floats, order: float) -> Floats:
    """f_a(1 + x) for x >= -1, any shape: x^2/2 + … for small x; infinite at x = -1 where a <= 0.

    >>> family_function(np.array([1e-10, 1.0, -1.0]), 2.0).tolist()
    [5e-21, 0.5, 0.5]
    """
    near = np.abs(x) < _REACH / max(1.0, abs(order))
    result = np.empty_like(x)
    result[near] = _series(x[near], order)
    far = ~near
    result[far] = _direct(x[far], order)
    return result


def family_terms(p: Floats, q: Floats, v: Floats, order: float) -> Floats:
    """q f_a(p/q) >= 0 for each outcome, shape (K,), from v = (p - q)/(p + q), which knows small differences exactly.

    Where q = 0 < p it is the limit: p/(1 - a) for a < 1, else infinite.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x = np.where(np.abs(v) < _NEAR, 2 * v / (1 - v), p / q - 1)
        finite = np.isfinite(x)
        result = q * family_function(np.where(finite, x, 0.0), order)
    limit = p / (1 - order) if order < 1 else np.full_like(p, np.inf)
    result = np.where(finite, result, limit)
    return np.where((p == 0) & (q == 0), 0.0, result)


def _series(x: Floats, order: float) -> Floats:
    """sum over j >= 2 of binomial(a, j) x^j, divided by a (a - 1); the quotient has a limit at a = 0 and 1."""
    coefficients = [0.5]
    for j in range(2, _TERMS):
        coefficients.append(coefficients[-1] * (order - j) / (j + 1))
    result = np.zeros_like(x)
    for coefficient in reversed(coefficients):
        result *= x
        result += coefficient
    return result * x * x


def _direct(x: Floats, order: float) -> Floats:
    r = 1 + x
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = log(r)
        if order >= 0.5:
            result: Floats = (r * _power_quotient(logs, order - 1) - x) / order
        else:
            result = (_power_quotient(logs, order) - x) / (order - 1)
    return np.where(r == 0, 1 / order if order > 0 else np.inf, result)


def _power_quotient(logs: Floats, exponent: float) -> Floats:
    """(r^e - 1)/e, which is log r at e = 0."""
    return logs if exponent == 0 else expm1(exponent * logs) / exponent
