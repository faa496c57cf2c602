"""Quantiles of the distributions behind the intervals, by the lightest means that give them.

``upper=True`` takes the probability as that of the upper tail, so that a confidence near 1 loses no digits on its way.
SciPy is imported only where nothing lighter serves.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.normal import normal_quantile

Floats = NDArray[np.float64]

_EXPANSION_FROM = 100.0
"""Degrees of freedom from which Student's quantile has its expansion."""

_EXPANSION_REACH = 0.4
"""The largest z^2/a that the expansion is used for; farther out in the tail its terms shrink too slowly."""

_NO_STEP = 1e-14
"""A step so short, relatively, may be the error of the tail."""

_MOST_STEPS = 4
"""Each has twice as many digits right as the one before."""

_BETA_EXPANSION_FROM = 1e7
"""The least a and b of a beta distribution from which its quantiles have an expansion."""

_STUDENT = (
    (-1 / 16, -1 / 48),
    (21 / 512, 1 / 64, 7 / 2560, 1 / 5760),
    (-671 / 8192, -245 / 8192, -257 / 40960, -2209 / 2580480, -407 / 5806080, -1 / 362880),
    (
        180323 / 524288,
        1483 / 12288,
        33053 / 1310720,
        12899 / 3440640,
        41383 / 99090432,
        3529 / 103219200,
        173 / 92897280,
        1 / 19353600,
    ),
)
"""Coefficients of z, z^3, z^5, … in the terms of a^-2, a^-4, a^-6 and a^-8 of w, a = df - 1/2.

With w = sqrt(a log(1 + t^2/df)) and s = w^2/a the densities of t and z match where
w' exp(-w^2/2) sqrt((s/2)/sinh(s/2)) is proportional to exp(-z^2/2). That is even in a, so w has terms of even powers
only, each the polynomial c(z) that solves c' - z c = (what the terms before it leave)."""


def student_t_quantile(probability: float, df: float, *, upper: bool = False) -> float:
    """t with P(T <= t) = probability (P(T > t) with ``upper``) for Student's t with real ``df`` > 0.

    From a hundred degrees of freedom on the expansion of Hill (Algorithm 396, 1970) with two more terms, within 1e-14;
    below that SciPy's, mended by a step of Newton's method where it is farther off, as in versions before 1.16.

    >>> round(student_t_quantile(0.025, 100, upper=True), 10)
    1.9839715185
    """
    if df >= _EXPANSION_FROM:
        z = normal_quantile(probability, upper=upper)
        a = df - 0.5
        if z * z <= _EXPANSION_REACH * a:
            return _student_from_normal(z, df)
    from scipy.special import stdtrit

    t = _mended(float(stdtrit(df, probability)), probability, df)
    return 0.0 - t if upper else t


def _mended(t: float, probability: float, df: float) -> float:
    """Steps of Newton's method on the tail, while they are longer than what the tail itself is off by."""
    from cecli.core.functions.tails import student_t_density, student_t_tail

    size, wanted = abs(t), probability if t < 0 else 1.0 - probability
    for _ in range(_MOST_STEPS):
        density = student_t_density(size, df) if math.isfinite(size) else 0.0
        if not density > 0:
            break
        step = (student_t_tail(size, df) - wanted) / density
        if abs(step) <= _NO_STEP * size:
            break
        size += step
    return math.copysign(size, t)


def normal_from_student(t: float, df: float) -> float | None:
    """The z >= 0 beyond which a standard normal has the tail that Student's t has beyond ``t`` >= 0.

    None where the expansion of ``student_t_quantile``, which is turned around here, does not reach.

    >>> round(normal_from_student(1.9839715185, 100), 9)
    1.959963985
    """
    if df < _EXPANSION_FROM:
        return None
    a = df - 0.5
    w = math.sqrt(a * math.log1p(t * t / df)) if t < 1e150 else math.inf
    if w * w > _EXPANSION_REACH * a:
        return None
    z = w
    for _ in range(8):  # each step gains three digits or more
        z -= _bent(z, a) - w
    return z


def _student_from_normal(z: float, df: float) -> float:
    a = df - 0.5
    w = _bent(z, a)
    return math.copysign(math.sqrt(df) * math.sqrt(math.expm1(w * w / a)), w)


def _bent(z: float, a: float) -> float:
    """w of z by the expansion."""
    w = z
    for power, coefficients in enumerate(_STUDENT, start=1):
        term = 0.0
        for coefficient in reversed(coefficients):
            term = term * z * z + coefficient
        w += term * z * (1 / a) ** (2 * power)
    return w


def chi_squared_quantile(probability: float, df: float, *, upper: bool = False) -> float:
    """x with P(X <= x) = probability (P(X > x) with ``upper``) for chi-squared with real ``df`` > 0.

    One degree of freedom is the square of a normal quantile; the others come from SciPy.

    >>> round(chi_squared_quantile(0.05, 1, upper=True), 12)
    3.841458820694
    """
    if df == 1 and upper:
        return normal_quantile(probability / 2, upper=True) ** 2
    from scipy.special import gammainccinv, gammaincinv

    return 2 * float((gammainccinv if upper else gammaincinv)(df / 2, probability))


def beta_quantile(probability: float, a: Floats, b: Floats, *, upper: bool = False) -> Floats:
    """x with P(X <= x) = probability (P(X > x) with ``upper``) for Beta(a, b); a, b > 0 of shape (K,).

    Where a and b are both huge it is the expansion of Cornish and Fisher (1938), right to 1e-12 there: SciPy loses
    digits, then time, then everything (nan from 1e15 on).

    >>> beta_quantile(0.25, np.array([1.0]), np.array([1.0])).round(12).tolist()
    [0.25]
    """
    from scipy.special import betainccinv, betaincinv

    huge = np.minimum(a, b) >= _BETA_EXPANSION_FROM
    result: Floats = np.empty_like(a)
    result[~huge] = (betainccinv if upper else betaincinv)(a[~huge], b[~huge], probability)
    result[huge] = _beta_from_normal(normal_quantile(probability, upper=upper), a[huge], b[huge])
    return result


def _beta_from_normal(z: float, a: Floats, b: Floats) -> Floats:
    """Mean and standard deviation, skewness and excess kurtosis of Beta(a, b) put into the expansion about z."""
    n = a + b
    deviation = np.sqrt((a / n) * (b / n) / (n + 1))
    skewness = 2 * (b - a) / n / (n + 2) / deviation
    kurtosis = 6 * (((a - b) / n) ** 2 / deviation**2 / (n + 2) - 1) / (n + 3)
    normal = z + skewness * (z * z - 1) / 6 + kurtosis * (z**3 - 3 * z) / 24 - skewness**2 * (2 * z**3 - 5 * z) / 36
    result: Floats = a / n + deviation * normal
    return result
