"""Tail probabilities behind the tests, by the lightest means that keep their digits: no SciPy."""

from __future__ import annotations

import math

import numpy as np

from cecli.core.functions.quantiles import normal_from_student
from cecli.core.sums.exact import ratio

_EXACT_TRIALS = 2000
"""Up to so many trials binomial tails are summed in whole numbers."""

_GAMMA_FROM = 16.0
"""From here on the series of ``_log_gamma_step`` is right to the last digit."""

_GAMMA_SERIES = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432)

_NORMAL_FROM = 1e4
"""Degrees of freedom from which the fraction takes too many steps, and the normal expansion is right to 1e-13."""

_TINY = 1e-300


def normal_tail(z: float) -> float:
    """P(Z >= z) for a standard normal Z.

    >>> normal_tail(1.959963984540054)
    0.025
    """
    return 0.5 * math.erfc(z / math.sqrt(2))


def student_t_tail(t: float, df: float) -> float:
    """P(T >= t) for Student's t with real ``df`` > 0, t finite or not; the upper tail as such.

    Half the incomplete beta function I_x(df/2, 1/2) at x = df/(df + t^2), by its continued fraction (Lentz's algorithm;
    DLMF 8.17.22); from ten thousand degrees of freedom on the normal tail of Hill's expansion (``quantiles``). The
    relative error stays below 1e-13, but for that of t itself, which far out in the tail is t^2 times as large.

    >>> student_t_tail(1.0, 1.0), student_t_tail(-1.0, 1.0)
    (0.25, 0.75)
    """
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    z = normal_from_student(abs(t), df) if df >= _NORMAL_FROM else None
    tail = _half_beta(abs(t), df) if z is None else normal_tail(z)
    return tail if t >= 0 else 1.0 - tail


def student_t_density(t: float, df: float) -> float:
    """The density of Student's t with real ``df`` > 0.

    >>> round(student_t_density(1.0, 1.0), 15), round(1 / (2 * math.pi), 15)
    (0.159154943091895, 0.159154943091895)
    """
    log_length = math.log(math.hypot(1.0, t / math.sqrt(df)))
    return math.exp(_log_gamma_step(df / 2) - 0.5 * math.log(math.pi * df) - (df + 1) * log_length)


def _half_beta(t: float, df: float) -> float:
    """P(T >= t) for t >= 0, from the side of the beta function that loses no digits."""
    slope = t / math.sqrt(df)
    length = math.hypot(1.0, slope)
    log_x = -2 * math.log(length) if slope > 1 else -math.log1p(slope * slope)
    x, rest, a = math.exp(log_x), (slope / length) ** 2, df / 2
    scale = math.exp(_log_gamma_step(a) - 0.5 * math.log(math.pi) + a * log_x) * (slope / length)
    if x < (a + 1) / (a + 2.5):
        return 0.5 * scale * _continued(a, 0.5, x) / a
    return 0.5 - scale * _continued(0.5, a, rest)


def _log_gamma_step(a: float) -> float:
    """log(Gamma(a + 1/2) / Gamma(a)) without the cancellation of two large logarithms."""
    shift = 0.0
    while a < _GAMMA_FROM:
        shift += math.log(a / (a + 0.5))
        a += 1.0
    series = sum(term / a ** (2 * k + 1) for k, term in enumerate(_GAMMA_SERIES))
    return shift + 0.5 * math.log(a) + series


def _continued(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b) a B(a, b) / (x^a (1 - x)^b), for x < (a + 1)/(a + b + 2)."""
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value, m = d, 0
    while True:
        m += 1
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            c, d = _away(1.0 + step / c), 1.0 / _away(1.0 + step * d)
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def fair_coin_tail(heads: int, tosses: int) -> float:
    """P(X <= heads) for X heads of so many tosses of a fair coin, 0 <= heads < tosses/2.

    Up to 2000 tosses the correctly rounded quotient of whole numbers; beyond, the last term by Loader's expansion
    (``poisson``) times the sum of its ratios to the others.

    >>> fair_coin_tail(1, 4)
    0.3125
    """
    if tosses <= _EXACT_TRIALS:
        ways = total = 1
        for k in range(heads):
            ways = ways * (tosses - k) // (k + 1)
            total += ways
        return ratio(total, 1 << tosses)
    from cecli.core.functions.poisson import log_binomial

    reach = min(heads, math.ceil(5 * math.sqrt(tosses)))  # below that e^-50 of the last term is left
    below = np.arange(heads, heads - reach, -1, dtype=np.float64)
    terms = np.cumprod(below / (tosses - below + 1))
    last = float(log_binomial(np.array([float(heads)]), float(tosses), 0.5)[0])
    return math.exp(last) * (1.0 + math.fsum(terms.tolist()))
