"""Quantiles of the gamma and beta families, chi-squared among them: where SciPy is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, expm1
from cecli.core.functions.normal import normal_quantile
from cecli.core.functions.settled import settled, settled_of

Floats = NDArray[np.float64]

_BETA_EXPANSION_FROM = 1e7
"""The least a and b of a beta distribution from which its quantiles have an expansion."""

_LOPSIDED = 1e5
"""So many times the lesser of a and b the larger makes the gamma distribution of the lesser right to 1e-11."""


def chi_squared_quantile(probability: float, df: float, *, upper: bool = False) -> float:
    """x with P(X <= x) = probability (P(X > x) with ``upper``) for chi-squared with real ``df`` > 0.

    One degree of freedom is the square of a normal quantile; the others come from SciPy.

    >>> round(chi_squared_quantile(0.05, 1, upper=True), 12)
    3.841458820694
    """
    if df == 1 and upper:
        return normal_quantile(probability / 2, upper=True) ** 2
    from scipy.special import gammainccinv, gammaincinv

    return 2 * settled_of(float((gammainccinv if upper else gammaincinv)(df / 2, probability)))


def beta_quantile(probability: float, a: Floats, b: Floats, *, upper: bool = False) -> Floats:
    """x with P(X <= x) = probability (P(X > x) with ``upper``) for Beta(a, b); a, b > 0 of shape (K,).

    Where a and b are both huge it is the expansion of Cornish and Fisher (1938), right to 1e-12 there, and where one
    is very much larger than the other Wise's gamma distribution (1950): SciPy loses digits in both, then time, then
    everything (nan from 1e15 on; quantiles that are a fifth off at a = 10, b = 1e18).

    >>> beta_quantile(0.25, np.array([1.0]), np.array([1.0])).round(12).tolist()
    [0.25]
    """
    from scipy.special import betainccinv, betaincinv

    huge = np.minimum(a, b) >= _BETA_EXPANSION_FROM
    result: Floats = np.empty_like(a)
    steep, flat = ~huge & (b >= _LOPSIDED * a), ~huge & (a >= _LOPSIDED * b)
    plain = ~(huge | steep | flat)
    result[plain] = settled((betainccinv if upper else betaincinv)(a[plain], b[plain], probability))
    result[steep] = -expm1(-_wise(probability, a[steep], b[steep], upper))
    result[flat] = exp(-_wise(probability, b[flat], a[flat], not upper))
    result[huge] = _beta_from_normal(normal_quantile(probability, upper=upper), a[huge], b[huge])
    return result


def _wise(probability: float, a: Floats, b: Floats, upper: bool) -> Floats:
    """-log(1 - x) for the quantile x of Beta(a, b), b much larger than a: about Gamma(a)/(b + (a - 1)/2)."""
    from scipy.special import gammainccinv, gammaincinv

    return settled((gammainccinv if upper else gammaincinv)(a, probability)) / (b + (a - 1) / 2)


def _beta_from_normal(z: float, a: Floats, b: Floats) -> Floats:
    """Mean and standard deviation, skewness and excess kurtosis of Beta(a, b) put into the expansion about z."""
    n = a + b
    deviation = np.sqrt((a / n) * (b / n) / (n + 1))
    skewness = 2 * (b - a) / n / (n + 2) / deviation
    kurtosis = 6 * (((a - b) / n) ** 2 / deviation**2 / (n + 2) - 1) / (n + 3)
    normal = z + skewness * (z * z - 1) / 6 + kurtosis * (z**3 - 3 * z) / 24 - skewness**2 * (2 * z**3 - 5 * z) / 36
    result: Floats = a / n + deviation * normal
    return result
