"""Hall's transformation of a studentised mean: an interval, and its inverse, that know of the skewness of the rows."""

from __future__ import annotations

import math

from cecli.core.functions.elementary_scalars import exp_of, log_of
from cecli.core.functions.student import student_t_quantile, student_t_tail


def kurtosis_freedom(n: float, kurtosis: float) -> float:
    """min(n - 1, 2n/(kurtosis - 1)), the degrees of freedom of the variance of n rows of this m4/m2^2.

    They are Satterthwaite's, the chi-squared whose variance is that of s^2. Of two equally frequent values, kurtosis 1,
    there are n - 1.

    >>> kurtosis_freedom(100, 3.0), kurtosis_freedom(100, 41.0), kurtosis_freedom(2, 1.0)
    (99, 5.0, 1)
    """
    excess = kurtosis - 1.0
    return min(n - 1, 2 * n / excess) if excess > 0 else n - 1


def hall_interval(mean: float, error: float, tilt: float, df: float, confidence: float) -> tuple[float, float]:
    """The ends m - s (3/G) [(1 + G (x - G/6n))^(1/3) - 1] for x = t/sqrt(n) and -t/sqrt(n), t Student's quantile.

    ``error`` is s/sqrt(n), ``tilt`` G/sqrt(n) with G = m3/m2^1.5 the skewness; G = 0 gives Student's interval. Written
    without a cancellation near 0. Far below the usual confidence both ends lie on one side of the mean, which is then
    an end. Source: Hall, "On the removal of skewness by transformation", J. R. Stat. Soc. B 54, 1992.

    >>> hall_interval(1.0, 0.0, 0.3, 9, 0.95)
    (1.0, 1.0)
    """
    t = student_t_quantile(0.5 + confidence / 2, df)
    return min(mean, mean - error * _untilted(t, tilt)), max(mean, mean - error * _untilted(-t, tilt))


def hall_score(t: float, tilt: float) -> float:
    """What the t-score of a mean is after Hall's transformation: ((1 + G t/3)^3 - 1)/G + G/6, where G is the tilt.

    It is increasing in t, and the inverse of what ``hall_interval`` takes of Student's quantile.

    >>> hall_score(2.0, 0.0), hall_score(math.inf, 0.1)
    (2.0, inf)
    """
    if math.isinf(t):
        return t
    third = tilt * t / 3
    return t * (1 + third + third * third / 3) + tilt / 6


def hall_tails(t: float, tilt: float, df: float) -> tuple[float, float]:
    """P(T >= h) and P(T <= h) of Student's T at h, the transformed t-score.

    >>> hall_tails(0.0, 0.0, 10)
    (0.5, 0.5)
    """
    score = hall_score(t, tilt)
    return student_t_tail(score, df), student_t_tail(-score, df)


def cube_root(x: float) -> float:
    """The real cube root, to an ulp or two.

    >>> cube_root(-27.0), cube_root(0.0)
    (-3.0, 0.0)
    """
    size = abs(x)
    if not 0 < size < math.inf:
        return x
    root = exp_of(log_of(size) / 3)
    root -= (root - size / (root * root)) / 3
    return math.copysign(root, x)


def _untilted(t: float, tilt: float) -> float:
    """(3/G) [(1 + G y)^(1/3) - 1] with y = t - G/6: as 3y/(c^2 + c + 1) of the root c it has no pole at G = 0."""
    y = t - tilt / 6
    root = cube_root(1 + tilt * y)
    return 3 * y / (root * root + root + 1)
