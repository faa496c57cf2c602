"""The power of Student's two-sided test, and how many rows it takes."""

from __future__ import annotations

import math

from cecli.core.functions.elementary_scalars import exp_of, log_of
from cecli.core.functions.normal import normal_quantile, normal_tail
from cecli.core.functions.student import student_t_beyond, student_t_quantile

_STEPS = 400
_REACH = 9.0
"""Standard deviations of the estimated spread that are integrated over."""


def t_power(effect: float, rows: float, level: float) -> float:
    """P(|T| > t) of the noncentral t of rows - 1 degrees of freedom, ``effect`` the mean over the standard deviation.

    The mean of Phi(d - t s) + Phi(-d - t s), d = effect sqrt(rows), over the distribution of s, the estimated spread
    over the true one, by Simpson's rule; right to 1e-6 or better.

    >>> round(t_power(1.0, 13, 0.05), 3), round(t_power(0.0, 10, 0.05), 3)
    (0.911, 0.05)
    """
    df = rows - 1
    few = df < 100
    t = student_t_beyond(level / 2, df) if few else student_t_quantile(level / 2, df, upper=True)
    shift = abs(effect) * math.sqrt(rows)
    width = _REACH / math.sqrt(2 * df)
    low, high = max(0.0, 1 - width), 1 + width
    if t * low < 40 < t * high:  # for few degrees all happens where t s is not yet far out
        high = max(low + 1e-9, (40 + shift) / t) if (40 + shift) / t < high else high
    scale = (df / 2) * log_of(df / 2) - math.lgamma(df / 2) + log_of(2.0)
    step, terms = (high - low) / _STEPS, []
    for k in range(_STEPS + 1):
        s = low + k * step
        density = exp_of(scale + (df - 1) * log_of(s) - df * s * s / 2) if s > 0 else _at_zero(df)
        inside = normal_tail(t * s - shift) + normal_tail(t * s + shift)
        terms.append((1 if k in (0, _STEPS) else 4 if k % 2 else 2) * density * inside)
    return min(1.0, math.fsum(terms) * step / 3)


def rows_for_power(effect: float, level: float, power: float) -> float:
    """The smallest number of rows, 2 or more, with which Student's two-sided test has this power; infinite for 0.

    >>> rows_for_power(1.0, 0.05, 0.9), rows_for_power(0.0, 0.05, 0.9)
    (13, inf)
    """
    if not effect:
        return math.inf
    z = normal_quantile(level / 2, upper=True) + normal_quantile(1 - power, upper=True)
    start = (z / effect) ** 2 if abs(effect) > 1e-9 else math.inf
    if start >= 2**52:
        return math.inf
    rows = max(2, math.ceil(start))
    while t_power(effect, rows, level) < power:
        rows += 1
    return rows


def _at_zero(df: float) -> float:
    """The density of s at 0: that of half a normal distribution for one degree of freedom, else 0."""
    return math.sqrt(2 / math.pi) if df == 1 else 0.0
