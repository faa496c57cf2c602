"""Student's t by the lightest means that keep its digits: density, tail, quantile, and the normal with the same tail.

``upper=True`` takes the probability as that of the upper tail, so that a confidence near 1 loses no digits on its way.
SciPy is imported only where nothing lighter serves.
"""

from __future__ import annotations

import math

from cecli.core.functions.elementary_scalars import exp_of, expm1_of, log1p_of, log_of
from cecli.core.functions.normal import normal_quantile, normal_tail
from cecli.core.functions.settled import settled_of

_EXPANSION_FROM = 100.0
"""Degrees of freedom from which Student's quantile has its expansion."""

_EXPANSION_REACH = 0.4
"""The largest z^2/a that the expansion is used for; farther out in the tail its terms shrink too slowly."""

_NO_STEP = 1e-14
"""A step so short, relatively, may be the error of the tail."""

_START_BITS = 30
"""Of SciPy's quantile so much is taken, on which all its builds agree; the steps find the other digits."""

_MOST_STEPS = 4
"""Each has twice as many digits right as the one before."""

_GAMMA_FROM = 16.0
"""From here on the series of ``_log_gamma_step`` is right to the last digit."""

_GAMMA_SERIES = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432)

_NORMAL_FROM = 1e4
"""Degrees of freedom from which the fraction takes too many steps, and the normal expansion is right to 1e-13."""

_TINY = 1e-300

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


def student_t_tail(t: float, df: float) -> float:
    """P(T >= t) for Student's t with real ``df`` > 0, t finite or not; the upper tail as such.

    Half the incomplete beta function I_x(df/2, 1/2) at x = df/(df + t^2), by its continued fraction (Lentz's algorithm;
    DLMF 8.17.22); from ten thousand degrees of freedom on the normal tail of Hill's expansion. The
    relative error stays below 1e-13, but for that of t itself, which far out in the tail is t^2 times as large.

    >>> student_t_tail(1.0, 1.0), student_t_tail(-1.0, 1.0)
    (0.25, 0.75)
    """
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    z = normal_from_student(abs(t), df) if df >= _NORMAL_FROM else None
    tail = _half_beta(abs(t), df) if z is None else normal_tail(z)
    return tail if t >= 0 else 1.0 - tail


def student_t_quantile(probability: float, df: float, *, upper: bool = False) -> float:
    """t with P(T <= t) = probability (P(T > t) with ``upper``) for Student's t with real ``df`` > 0.

    From a hundred degrees of freedom on the expansion of Hill (Algorithm 396, 1970) with two more terms, within 1e-14;
    below that the first digits of SciPy's, or of Hill's approximation where degrees are not whole, and the others by
    steps of Newton's method.

    >>> round(student_t_quantile(0.025, 100, upper=True), 10)
    1.9839715185
    """
    if df >= _EXPANSION_FROM:
        z = normal_quantile(probability, upper=upper)
        a = df - 0.5
        if z * z <= _EXPANSION_REACH * a:
            return _student_from_normal(z, df)
    if df != int(df) and df >= 2:
        t = math.copysign(student_t_beyond(min(probability, 1.0 - probability), df), probability - 0.5)
        return 0.0 - t if upper else t
    from scipy.special import stdtrit

    t = _mended(settled_of(float(stdtrit(df, probability)), _START_BITS), probability, df)
    return 0.0 - t if upper else t


def student_t_beyond(tail: float, df: float) -> float:
    """t >= 0 with P(T > t) = tail <= 1/2 for ``df`` of 1, or from 2 to 100, without SciPy: within a few 1e-15.

    >>> round(student_t_beyond(0.25, 1.0), 12)
    1.0
    """
    start = 1 / math.tan(math.pi * tail) if df == 1 else _hill(tail, df)
    return abs(_mended(-start, tail, df))


def student_interval(
    mean: float, error: float | None, df: float, confidence: float
) -> tuple[float | None, float | None]:
    """mean -+ t SE with t the quantile for ``df`` degrees of freedom; None where the error is undefined.

    >>> student_interval(1.0, None, 9, 0.95)
    (None, None)
    """
    if error is None or df <= 0:
        return None, None
    margin = student_t_quantile(0.5 + confidence / 2, df) * error
    return mean - margin, mean + margin


def student_t_density(t: float, df: float) -> float:
    """The density of Student's t with real ``df`` > 0.

    >>> round(student_t_density(1.0, 1.0), 15), round(1 / (2 * math.pi), 15)
    (0.159154943091895, 0.159154943091895)
    """
    log_length = log_of(math.hypot(1.0, t / math.sqrt(df)))
    return exp_of(_log_gamma_step(df / 2) - 0.5 * log_of(math.pi * df) - (df + 1) * log_length)


def normal_from_student(t: float, df: float) -> float | None:
    """The z >= 0 beyond which a standard normal has the tail that Student's t has beyond ``t`` >= 0.

    None where the expansion of ``student_t_quantile``, which is turned around here, does not reach.

    >>> round(normal_from_student(1.9839715185, 100), 9)
    1.959963985
    """
    if df < _EXPANSION_FROM:
        return None
    a = df - 0.5
    w = math.sqrt(a * log1p_of(t * t / df)) if t < 1e150 else math.inf
    if w * w > _EXPANSION_REACH * a:
        return None
    z = w
    for _ in range(8):  # each step gains three digits or more
        z -= _bent(z, a) - w
    return z


def _mended(t: float, probability: float, df: float) -> float:
    """Steps of Newton's method on the tail, while they are longer than what the tail itself is off by."""
    size, wanted = abs(t), probability if t < 0 else 1.0 - probability
    for _ in range(_MOST_STEPS):
        density = student_t_density(size, df) if math.isfinite(size) else 0.0
        if not density > 0:
            break
        step = (student_t_tail(size, df) - wanted) / density
        size += step
        if abs(step) <= _NO_STEP * size:
            break
    return math.copysign(size, t)


def _hill(tail: float, df: float) -> float:
    """t > 0 with this upper tail, to some digits (Hill, Algorithm 396, 1970)."""
    a = 1 / (df - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * df
    y = exp_of(2 / df * log_of(2 * tail * d))
    if y <= 0.05 + a:
        inner = 1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)
        return math.sqrt(df * ((inner * y - 1) * (df + 1) / (df + 2) + 1 / y))
    x = settled_of(normal_quantile(tail), _START_BITS)
    y = x * x
    if df < 5:
        c += 0.3 * (df - 4.5) * (x + 0.6)
    c += (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    return math.sqrt(df * expm1_of(a * y * y))


def _student_from_normal(z: float, df: float) -> float:
    a = df - 0.5
    w = _bent(z, a)
    return math.copysign(math.sqrt(df) * math.sqrt(expm1_of(w * w / a)), w)


def _bent(z: float, a: float) -> float:
    """w of z by the expansion."""
    w, square, scale = z, 1.0 / (a * a), 1.0
    for coefficients in _STUDENT:
        scale *= square
        term = 0.0
        for coefficient in reversed(coefficients):
            term = term * z * z + coefficient
        w += term * z * scale
    return w


def _half_beta(t: float, df: float) -> float:
    """P(T >= t) for t >= 0, from the side of the beta function that loses no digits."""
    slope = t / math.sqrt(df)
    length = math.hypot(1.0, slope)
    log_x = -2 * log_of(length) if slope > 1 else -log1p_of(slope * slope)
    x, rest, a = exp_of(log_x), (slope / length) ** 2, df / 2
    scale = exp_of(_log_gamma_step(a) - 0.5 * log_of(math.pi) + a * log_x) * (slope / length)
    if x < (a + 1) / (a + 2.5):
        return 0.5 * scale * _continued(a, 0.5, x) / a
    return 0.5 - scale * _continued(0.5, a, rest)


def _log_gamma_step(a: float) -> float:
    """log(Gamma(a + 1/2) / Gamma(a)) without the cancellation of two large logarithms."""
    shift = 0.0
    while a < _GAMMA_FROM:
        shift += log_of(a / (a + 0.5))
        a += 1.0
    series = 0.0
    for term in reversed(_GAMMA_SERIES):
        series = series / (a * a) + term
    return shift + 0.5 * log_of(a) + series / a


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
