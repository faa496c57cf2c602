"""The power family and the Poisson law against 50-digit arithmetic, near and far."""

import mpmath
import numpy as np
import pytest

from cecli.core.functions.poisson import deviance, log_binomial, log_poisson
from cecli.core.functions.power_family import family_function, family_terms

ORDERS = [-2.0, -1.0, 0.0, 1e-9, 0.3, 0.5, 1 - 1e-9, 1.0, 1 + 1e-9, 5 / 3, 2.0, 7.0]
POINTS = [-0.999, -0.5, -0.2501, -0.2499, -1e-3, -1e-12, 0.0, 1e-300, 1e-9, 0.01, 0.2499, 0.2501, 0.9, 3.0, 1e6]


def exact(x, order):
    r, a = 1 + mpmath.mpf(x), mpmath.mpf(order)
    if a == 1:
        return r * mpmath.log(r) - x
    if a == 0:
        return x - mpmath.log(r)
    return (r**a - 1 - a * x) / (a * (a - 1))


@pytest.mark.parametrize("order", ORDERS)
def test_the_function(order):
    with mpmath.workdps(700):
        expected = [float(exact(x, order)) for x in POINTS]
    np.testing.assert_allclose(family_function(np.array(POINTS), order), expected, rtol=2e-14, atol=0)


@pytest.mark.parametrize("order", ORDERS)
def test_limits_at_zero(order):
    # r = 0: 1/a or infinity; q = 0 < p: p/(1 - a) or infinity; both 0: 0
    p, q, v = np.array([0.0, 0.5, 0.0]), np.array([0.25, 0.0, 0.0]), np.array([-1.0, 1.0, 0.0])
    terms = family_terms(p, q, v, order)
    assert terms[0] == pytest.approx(0.25 / order if order > 0 else np.inf, rel=1e-14)
    assert terms[1] == pytest.approx(0.5 / (1 - order) if order < 1 else np.inf, rel=1e-14)
    assert terms[2] == 0


@pytest.mark.parametrize(
    ("n", "mean"), [(0, 3.5), (1, 1.0), (15, 20.0), (16, 3.0), (10**6, 10**6), (10**9, 1.1e9), (7, 0.01)]
)
def test_poisson(n, mean):
    with mpmath.workdps(50):
        expected = n * mpmath.log(mean) - mean - mpmath.loggamma(n + 1)
    assert float(log_poisson(np.array([n]), np.array([mean]))[0]) == pytest.approx(float(expected), rel=1e-14)


def test_poisson_of_mean_0():
    assert log_poisson(np.array([0.0, 1.0]), np.array([0.0, 0.0])).tolist() == [0, -np.inf]


@pytest.mark.parametrize(("k", "n", "share"), [(0, 5, 0.3), (5, 5, 0.3), (500_300, 10**6, 0.5), (17, 40, 0.9)])
def test_binomial(k, n, share):
    with mpmath.workdps(50):
        chance = mpmath.log(mpmath.binomial(n, k)) + k * mpmath.log(share) + (n - k) * mpmath.log(1 - mpmath.mpf(share))
    assert float(log_binomial(np.array([k]), n, share)[0]) == pytest.approx(float(chance), rel=1e-13, abs=1e-13)


def test_deviance_is_0_where_the_count_is_expected():
    assert deviance(np.array([7.0]), np.array([7.0])).tolist() == [0]
