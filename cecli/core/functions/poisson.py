"""Logarithms of Poisson and binomial probabilities without the cancellation of log-factorials.

log P(n) = -stirling_error(n) - (n log(n/m) - n + m) - log(2 pi n)/2: each part is small where the probability is large,
so the error does not grow with n. Source: Loader, "Fast and accurate computation of binomial probabilities", 2000.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import log
from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.functions.power_family import family_function

Floats = NDArray[np.float64]

_SMALL = np.array(
    [
        0.0,
        0.08106146679532726,
        0.0413406959554093,
        0.02767792568499834,
        0.020790672103765093,
        0.016644691189821193,
        0.013876128823070748,
        0.01189670994589177,
        0.010411265261972096,
        0.009255462182712733,
        0.00833056343336287,
        0.00757367548795184,
        0.00694284010720953,
        0.006408994188004207,
        0.0059513701127588475,
        0.005554733551962801,
    ]
)
"""log n! - ((n + 1/2) log n - n + log(2 pi)/2) for n from 1 to 15, by mpmath; from 16 on its series is exact."""

_EXACT_TRIALS = 2000
"""Up to so many trials binomial tails are summed in whole numbers."""

_LOG_2_PI = 1.8378770664093453


def log_poisson(n: Floats, mean: Floats) -> Floats:
    """log of m^n e^-m / n! for whole n >= 0 and m >= 0, broadcast.

    >>> log_poisson(np.array([0.0, 2.0]), np.array([1.0, 1.0])).round(12).tolist()
    [-1.0, -1.69314718056]
    """
    n, mean = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(mean, dtype=np.float64))
    result = np.where(n == 0, -mean, -np.inf)
    some = (n > 0) & (mean > 0)
    result[some] = -_stirling_error(n[some]) - deviance(n[some], mean[some]) - 0.5 * (_LOG_2_PI + log(n[some]))
    return result


def log_binomial(k: Floats, n: float, share: float) -> Floats:
    """log of binomial(n, k) s^k (1 - s)^(n - k) for whole 0 <= k <= n, n > 0 and 0 < s < 1.

    >>> np.exp(log_binomial(np.array([0.0, 1.0, 2.0]), 2.0, 0.5)).round(15).tolist()
    [0.25, 0.5, 0.25]
    """
    k = np.asarray(k, dtype=np.float64)
    whole = log_poisson(np.array([n]), np.array([n]))
    result: Floats = log_poisson(k, np.full_like(k, n * share)) + log_poisson(n - k, np.full_like(k, n * (1 - share)))
    return result - whole


def fair_coin_tail(heads: int, tosses: int) -> float:
    """P(X <= heads) for X heads of so many tosses of a fair coin, 0 <= heads < tosses/2.

    Up to 2000 tosses the correctly rounded quotient of whole numbers; beyond, the last term by Loader's expansion
    times the sum of its ratios to the others.

    >>> fair_coin_tail(1, 4)
    0.3125
    """
    if tosses <= _EXACT_TRIALS:
        ways = total = 1
        for k in range(heads):
            ways = ways * (tosses - k) // (k + 1)
            total += ways
        return total / (1 << tosses)
    reach = min(heads, math.ceil(5 * math.sqrt(tosses)))  # below that e^-50 of the last term is left
    below = np.arange(heads, heads - reach, -1, dtype=np.float64)
    terms = np.cumprod(below / (tosses - below + 1))
    last = float(log_binomial(np.array([float(heads)]), float(tosses), 0.5)[0])
    return exp_of(last) * (1.0 + math.fsum(terms.tolist()))


def deviance(n: Floats, mean: Floats) -> Floats:
    """n log(n/m) - n + m >= 0 for n >= 0 and m > 0."""
    result: Floats = mean * family_function((n - mean) / mean, 1.0)
    return result


def _stirling_error(n: Floats) -> Floats:
    small = n < len(_SMALL)
    result = np.empty_like(n)
    result[small] = _SMALL[n[small].astype(np.intp)]
    x = 1 / n[~small]
    square = x * x
    result[~small] = x * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    return result
