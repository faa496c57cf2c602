"""The functions of ``elementary`` of one number: the same operations in the same order, hence the same bits, without
what a call of NumPy costs."""

from __future__ import annotations

import math
from functools import cache

from cecli.core.functions.tables import (
    FACTORIALS,
    HIGHEST,
    LEAST,
    LOG_2_HIGH,
    LOG_2_LOW,
    NEAR,
    NEAR_ONE,
    OF_LOGARITHM,
    ROUND,
    STEP_HIGH,
    STEP_LOW,
    STEPS,
    STEPS_IN_ONE,
    powers_of_two,
    reciprocals,
)


@cache
def _powers() -> tuple[list[float], list[float]]:
    high, low = powers_of_two()
    return high.tolist(), low.tolist()


@cache
def _inverses() -> tuple[list[float], list[float], list[float]]:
    inverses, high, low = reciprocals()
    return inverses.tolist(), high.tolist(), low.tolist()


def exp_of(x: float) -> float:
    """e^x.

    >>> exp_of(0.0), exp_of(-math.inf), exp_of(710.0)
    (1.0, 0.0, inf)
    """
    if math.isnan(x) or x > HIGHEST:
        return x if math.isnan(x) else math.inf
    if x < LEAST:
        return 0.0
    high, low, exponent = _exponential(x)
    return math.ldexp(high + low, exponent)


def expm1_of(x: float) -> float:
    """e^x - 1 without the loss of digits near 0.

    >>> expm1_of(1e-20)
    1e-20
    """
    if x == 0 or not abs(x) < 700.0:
        return x if x == 0 else exp_of(x) - 1.0
    if abs(x) < NEAR:
        series = x * (1 / 362880)
        for factorial in FACTORIALS:
            series = (series + 1 / factorial) * x
        return series * x + x
    high, low, exponent = _exponential(x)
    total, error = _two_sum(math.ldexp(high, exponent), -1.0)
    return total + (error + math.ldexp(low, exponent))


def log_of(x: float) -> float:
    """The natural logarithm: -inf at 0, nan below it.

    >>> log_of(1.0), log_of(0.0), log_of(10.0)
    (0.0, -inf, 2.302585092994046)
    """
    return _logarithm(x, 0.0)


def log1p_of(x: float) -> float:
    """log(1 + x) without the rounding of the sum.

    >>> log1p_of(1e-20), log1p_of(-1.0)
    (1e-20, -inf)
    """
    if abs(x) < NEAR_ONE:
        return x if x == 0 else x + x * x * (_series(x) - 0.5)
    total, error = _two_sum(x, 1.0)
    return _logarithm(total, error if math.isfinite(error) else 0.0)


def _exponential(x: float) -> tuple[float, float, int]:
    """e^x as (high + low) 2^n."""
    steps = (x * STEPS_IN_ONE + ROUND) - ROUND
    r = (x - steps * STEP_HIGH) - steps * STEP_LOW
    series = r * (1 / 120)
    for inverse in (1 / 24, 1 / 6, 0.5):
        series = (series + inverse) * r
    tables, exponent = _powers(), int(steps) >> (STEPS.bit_length() - 1)
    place = int(steps) & (STEPS - 1)
    high = tables[0][place]
    return high, tables[1][place] + high * (series * r + r), exponent


def _logarithm(x: float, rest: float) -> float:
    if not 0.0 < x < math.inf:
        return -math.inf if x == 0 else math.inf if x == math.inf else math.nan
    mantissa, exponent = math.frexp(x)
    if mantissa < 0.6875:
        mantissa, exponent = mantissa * 2, exponent - 1
    large = mantissa >= 1
    piece = int(mantissa * 256) - 96 if large else int(mantissa * 512) - 352
    grid = 2.0**26 if large else 2.0**27
    inverses, high_parts, low_parts = _inverses()
    inverse = inverses[piece]
    front = int(mantissa * grid) / grid
    u, below = _two_sum(front * inverse - 1.0, (mantissa - front) * inverse)
    if rest:
        below += math.ldexp(rest, -max(exponent, -60)) * inverse
        below -= below * (u + 0.5 * below)
    high, error = _two_sum(exponent * LOG_2_HIGH + high_parts[piece], u)
    error += below + (exponent * LOG_2_LOW + low_parts[piece])
    return high + (error + (_series(u) - 0.5) * (u * u))


def _series(u: float) -> float:
    series = u * (-1 / 8)
    for inverse in OF_LOGARITHM:
        series = (series + inverse) * u
    return series


def _two_sum(a: float, b: float) -> tuple[float, float]:
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)
