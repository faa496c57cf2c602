"""The entropy estimate of Nemenman, Shafee and Bialek: the posterior mean under a prior that is nearly flat in entropy.

The prior mixes symmetric Dirichlet priors of all concentrations b, so weighted that the prior's expected entropy
xi(b) = psi(K b + 1) - psi(b + 1) is uniform. The mixture is integrated over u = log b by the trapezoidal rule, from b =
e^-40 to e^40: cut at b = e^10 the fifth digit is wrong already. So far out differences of log-gammas and of trigammas
cancel; they are taken in forms that do not. Source: Nemenman, Shafee and Bialek, "Entropy and inference, revisited",
NIPS 2001.
"""

from __future__ import annotations

import math

import numpy as np

from cecli.core.functions.elementary import exp, log, log1p, power
from cecli.core.functions.power_family import family_function
from cecli.core.functions.settled import settled_of
from cecli.core.pmfs.weights import Floats

_REACH = 40.0
_POINTS = 1201
_NEGLIGIBLE = 60.0
"""A weight of e^-60 of the largest adds nothing to a double."""

_LARGE = 30.0
"""From this concentration on the trigammas' difference is a series; its first term left out is below 2^-53."""

_TRIGAMMA = ((1, -1 / 2), (2, 1 / 6), (4, -1 / 30), (6, 1 / 42), (8, -1 / 30), (10, 5 / 66), (12, -691 / 2730))
"""psi'(x + 1) = 1/x - 1/(2 x^2) + 1/(6 x^3) - …: exponents less 1 and coefficients."""


def nsb(values: Floats, multiplicity: Floats, total: float, sides: int) -> tuple[float, float]:
    """Posterior mean and standard deviation of the entropy in nats.

    ``values`` are the distinct counts > 0, ``multiplicity`` how many outcomes have each, ``sides`` all outcomes.

    >>> mean, deviation = nsb(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 3.0, 1.0, 2.0]), 19.0, 11)
    >>> round(mean, 9)
    2.187774463
    """
    if sides == 1:
        return 0.0, 0.0
    low, high = -_REACH, _REACH
    while True:
        u = np.linspace(low, high, _POINTS)
        weight = _log_weight(exp(u), values, multiplicity, total, sides) + u
        inside = np.flatnonzero(weight > weight.max() - _NEGLIGIBLE)
        if len(inside) > _POINTS // 4:
            break
        step = u[1] - u[0]
        low, high = u[inside[0]] - step, u[inside[-1]] + step
    chance = exp(weight - weight.max())
    chance[[0, -1]] /= 2
    chance /= chance.sum()
    moments = np.array([_moments(b, values, multiplicity, total, sides) for b in exp(u[inside]).tolist()])
    chance = chance[inside]
    mean = float((chance * moments[:, 0]).sum())
    variance = float((chance * (moments[:, 1] + (moments[:, 0] - mean) ** 2)).sum())
    return settled_of(mean), settled_of(math.sqrt(variance))


def _log_weight(b: Floats, values: Floats, multiplicity: Floats, total: float, sides: int) -> Floats:
    """log of the likelihood of the counts at concentration b times dxi/db, up to a constant."""
    result = -_log_rising(sides * b, total)
    for value, times in zip(values.tolist(), multiplicity.tolist(), strict=True):
        result += times * _log_rising(b, value)
    return result + log(_slope(b, sides))


def _log_rising(x: Floats, n: float) -> Floats:
    """log Gamma(x + n) - log Gamma(x) without cancellation for large x."""
    from scipy.special import gammaln

    large = x > _LARGE
    result = np.empty_like(x)
    small = x[~large]
    result[~large] = gammaln(small + n) - gammaln(small)
    big = x[large]
    y = n / big
    result[large] = n * log(big) + big * family_function(y, 1.0) - 0.5 * log1p(y)
    result[large] += _stirling(big + n) - _stirling(big)
    return result


def _stirling(x: Floats) -> Floats:
    square = x * x
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x


def _slope(b: Floats, sides: int) -> Floats:
    """dxi/db = K psi'(K b + 1) - psi'(b + 1) > 0."""
    from scipy.special import polygamma

    large = b > _LARGE
    result = np.empty_like(b)
    small = b[~large]
    result[~large] = sides * polygamma(1, sides * small + 1) - polygamma(1, small + 1)
    big = b[large]
    scale = np.zeros_like(big)
    for exponent, c in _TRIGAMMA:
        scale += c * (float(power(sides, -exponent)) - 1) * power(big, 1.0 - exponent)
    result[large] = scale / big**2
    return result


def _moments(b: float, values: Floats, multiplicity: Floats, total: float, sides: int) -> tuple[float, float]:
    """Mean and variance of the entropy under the Dirichlet posterior with weights a = n(k) + b, of sum A.

    With s = a/A, d = psi(a + 1) - psi(A + 1) and t(x) = x psi'(x) they are -sum s d and
    (sum s (d + mean)^2 + sum s (t(a + 1) - t(A + 1)))/(A + 1), which is the variance of Wolpert and Wolf, "Estimating
    functions of probability distributions from a finite set of samples", 1995, with what cancels in it taken out.
    """
    from scipy.special import polygamma, psi

    a = np.append(values, 0.0) + b
    whole = total + sides * b
    share = np.append(multiplicity, sides - multiplicity.sum()) * a / whole
    difference = psi(a + 1) - psi(whole + 1)
    mean = -float((share * difference).sum())
    spread = (a + 1) * polygamma(1, a + 1) - (whole + 1) * polygamma(1, whole + 1)
    variance = float((share * ((difference + mean) ** 2 + spread)).sum()) / (whole + 1)
    return mean, max(variance, 0.0)
