"""Quantiles of chi-squared and beta against 40-digit distribution functions."""

import mpmath
import numpy as np
import pytest
from scipy import special

from cecli.core.functions.beta_gamma import beta_quantile, chi_squared_quantile


def relative_error(x, tail, upper_tail, density):
    """How far x > 0 is from where ``upper_tail`` is ``tail``, relative to x, by Newton's step."""
    x = mpmath.mpf(x)
    return float(abs((upper_tail(x) - mpmath.mpf(tail)) / density(x) / x))


@pytest.mark.parametrize("tail", [0.9, 0.05, 1e-6, 1e-30])
@pytest.mark.parametrize("df", [1, 2, 5, 99.5])
def test_chi_squared(tail, df):
    half = mpmath.mpf(df) / 2
    with mpmath.workdps(40):
        error = relative_error(
            chi_squared_quantile(tail, df, upper=True),
            tail,
            lambda x: mpmath.gammainc(half, x / 2, regularized=True),
            lambda x: mpmath.exp(-x / 2) * x ** (half - 1) / (2**half * mpmath.gamma(half)),
        )
    assert error < 1e-13


def test_the_two_tails_of_chi_squared_meet():
    for df in (1, 7):
        assert chi_squared_quantile(0.25, df) == pytest.approx(chi_squared_quantile(0.75, df, upper=True), rel=1e-13)


@pytest.mark.parametrize("tail", [0.3, 0.025, 1e-8])
def test_beta(tail):
    a, b = np.array([0.5, 3.0, 57.0]), np.array([10.5, 3.0, 411.0])
    high = beta_quantile(tail, a, b, upper=True)
    low = beta_quantile(tail, a, b)
    for x, y, left, right in zip(a, b, low, high, strict=True):
        for value in (left, 1 - right):
            first, second = (x, y) if value is left else (y, x)
            mass = mpmath.betainc(first, second, 0, mpmath.mpf(value), regularized=True)
            assert float(mass) == pytest.approx(tail, rel=1e-10)


@pytest.mark.parametrize("tail", [0.3, 0.025, 1e-9])
def test_the_expansion_for_huge_counts_meets_scipy_where_it_begins(tail):
    a, b = np.array([1.1e7, 5e7, 2e7]), np.array([1.2e7, 1e9, 2e7])
    np.testing.assert_allclose(beta_quantile(tail, a, b), special.betaincinv(a, b, tail), rtol=1e-11)
    high = beta_quantile(tail, a, b, upper=True)
    np.testing.assert_allclose(high, special.betainccinv(a, b, tail), rtol=1e-11)


def test_beta_of_counts_that_scipy_cannot_do_is_normal_about_its_mean():
    low = beta_quantile(0.025, np.array([4e15]), np.array([6e15]))
    assert (0.4 - low[0]) * 1e16**0.5 / 0.24**0.5 == pytest.approx(1.959963984540054, rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(0.5, 1e6), (10.0, 1e8), (10.0, 1e18), (697.0, 4.5e18), (1e4, 1e10)])
@pytest.mark.parametrize("tail", [0.25, 0.025, 1e-6])
def test_beta_of_lopsided_counts(a, b, tail):
    for upper in (False, True):
        x = float(beta_quantile(tail, np.array([a]), np.array([b]), upper=upper)[0])
        with mpmath.workdps(40):  # one step of Newton's method on the gamma distribution that it tends to
            y = -mpmath.log1p(-mpmath.mpf(x)) * (b + (a - 1) / 2)
            mass = (
                mpmath.gammainc(a, y, mpmath.inf, regularized=True)
                if upper
                else mpmath.gammainc(a, 0, y, regularized=True)
            )
            density = mpmath.exp(-y + (a - 1) * mpmath.log(y) - mpmath.loggamma(a))
            assert abs((mass - tail) / density / y) < 1e-11
        mirrored = 1 - float(beta_quantile(tail, np.array([b]), np.array([a]), upper=not upper)[0])
        assert mirrored == pytest.approx(x, rel=1e-10, abs=3e-16)
