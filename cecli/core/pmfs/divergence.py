"""D(p||q) by Loader's deviance terms, which keep their digits where p is near q.

With v = (p - q)/(p + q), each term p log(p/q) - p + q = (p + q) [v^2 + (1 + v)(atanh v - v)] is >= 0, and they
sum to D(p||q) since p and q sum to 1. All that matters is v, and v is had without cancellation: for weights a, b with
exact sums A, B the difference p - q = (a - b A/B)/A is taken in pairs of doubles (106 bits), and in whole numbers
where even they are too few, which a divergence below ``_CLOSE`` tells.
Source: Loader, "Fast and accurate computation of binomial probabilities", 2000.
"""

from __future__ import annotations

import math

import numpy as np

from cecli.core.functions.elementary import log
from cecli.core.functions.error_free import two_product
from cecli.core.pmfs.weights import LOG_2, Floats, Weights
from cecli.core.sums.exact import exact_sum, ratio

_NEAR = 0.5
"""Where |v| is below this, atanh v - v is summed as a series; elsewhere p log(p/q) - p + q loses at most two bits."""

_SERIES = 26
"""Terms of v^3/3 + v^5/5 + …: at |v| = 1/2 the next is below 2^-58 of the first."""

_CLOSE = 1e-28
"""An error of 2^-103 in p/q - 1 is one of 2^-102 / sqrt(2 D) in D: below a tenth of an ulp down to here."""

_REFINED = 1e-9
"""Where D is below ``_CLOSE``, v is taken in whole numbers if it is below this."""

_SURE = 2.0**-50
"""From here on the error of 2^-104 in the largest v is below 2^-54 of it."""


def relative_entropy(a: Weights, b: Weights) -> float:
    """D(p||q) in nats of the PMFs that two aligned arrays of weights stand for; where b(k) = 0, a(k) must be 0."""
    v = _relative_differences(a, b)
    divergence = exact_sum(_terms(a, b, v))
    if divergence >= _CLOSE:
        return divergence
    return exact_sum(_terms(a, b, _refined(a, b, v)))


def relative_differences(a: Weights, b: Weights) -> Floats:
    """v = (p - q)/(p + q) for each outcome, shape (K,), to a few ulps of the largest |v|; 0 where p = q = 0."""
    v = _relative_differences(a, b)
    return v if np.abs(v).max() >= _SURE else _refined(a, b, v)


def log_ratio_terms(a: Weights, b: Weights) -> Floats:
    """p log(p/q) for each outcome, shape (K,): 0 where p = 0, infinite where q = 0 < p."""
    v = _refined(a, b, _relative_differences(a, b))
    near = np.abs(v) < _NEAR
    logs = _log_ratios(a, b)
    logs[near] = 2 * (v[near] + _atanh_rest(v[near]))
    terms: Floats = np.multiply(a.scaled() / a.mantissa, logs, out=np.zeros_like(logs), where=a.high > 0)
    return terms


def _terms(a: Weights, b: Weights, v: Floats) -> Floats:
    """p log(p/q) - p + q >= 0 for each outcome."""
    p, q = a.scaled() / a.mantissa, b.scaled() / b.mantissa
    terms: Floats = q.copy()
    far = (np.abs(v) >= _NEAR) & (a.high > 0)
    if far.any():
        terms[far] = p[far] * _log_ratios(a, b)[far] - (p[far] - q[far])
    near = np.abs(v) < _NEAR
    x = v[near]
    terms[near] = (p[near] + q[near]) * (x * x + (1 + x) * _atanh_rest(x))
    return terms


def _atanh_rest(v: Floats) -> Floats:
    """atanh v - v for |v| < 1/2."""
    square = v * v
    result = np.full_like(v, 1 / (2 * _SERIES + 1))
    for k in range(_SERIES - 1, 0, -1):
        result *= square
        result += 1 / (2 * k + 1)
    result *= square
    result *= v
    return result


def _log_ratios(a: Weights, b: Weights) -> Floats:
    """log(p/q), infinite where q = 0; a power of two too large for a double is added as its logarithm."""
    offsets = (a.exponents - a.total_exponent) - (b.exponents - b.total_exponent)
    within = np.clip(offsets, -1000, 1000)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = (a.high / b.high) * (b.mantissa / a.mantissa)
        logs: Floats = log(np.ldexp(quotient, within)) + (offsets - within) * LOG_2
    return logs


def _relative_differences(a: Weights, b: Weights) -> Floats:
    """(p - q)/(p + q) with an absolute error of about 2^-104; 0 where p = q = 0."""
    high, low = _total_ratio(a, b)
    offsets = (b.exponents - b.total_exponent) - (a.exponents - a.total_exponent)
    shift = np.clip(offsets, -200, 200)  # farther apart, v is 1 or -1 to the last bit
    other, other_low = np.ldexp(b.high, shift), np.ldexp(b.low, shift)
    product, error = two_product(other, np.full_like(other, high))
    difference = (a.high - product) + ((a.low - other_low * high) - (error + other * low))
    total = a.high + product
    result: Floats = np.divide(difference, total, out=np.zeros_like(total), where=total > 0)
    return result


def _total_ratio(a: Weights, b: Weights) -> tuple[float, float]:
    """mantissa(a) / mantissa(b) as a double and the rest, exact to 106 bits."""
    numerator = a.total << max(0, b.total.bit_length() - a.total.bit_length())
    denominator = b.total << max(0, a.total.bit_length() - b.total.bit_length())
    high = ratio(numerator, denominator)
    above, below = high.as_integer_ratio()
    return high, ratio(numerator * below - above * denominator, denominator * below)


def _refined(a: Weights, b: Weights, v: Floats) -> Floats:
    """``v`` with its small entries replaced by the correctly rounded (aB - bA)/(aB + bA) of whole numbers."""
    small = np.flatnonzero((np.abs(v) < _REFINED) & (a.high > 0))
    common = math.gcd(a.total, b.total)
    a_total, b_total = a.total // common, b.total // common
    offset = b.unit - a.unit
    result: Floats = v.copy()
    pairs = zip(a.take(small).integers(), b.take(small).integers(), strict=True)
    result[small] = [_cross_difference(m * b_total, n * a_total, e - f + offset) for (m, e), (n, f) in pairs]
    return result


def _cross_difference(x: int, y: int, shift: int) -> float:
    """(x 2^shift - y)/(x 2^shift + y), rounded once."""
    if shift >= 0:
        x <<= shift
    else:
        y <<= -shift
    return (x - y) / (x + y)
