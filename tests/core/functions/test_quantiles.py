"""Quantiles against 40-digit distribution functions: one Newton step must find nothing left to correct."""

import mpmath
import numpy as np
import pytest
from scipy import special

from cecli.core.functions import quantiles
from cecli.core.functions.normal import normal_quantile

TAILS = [0.4, 0.25, 0.1, 0.025, 0.005, 1e-4, 1e-6, 1e-9, 1e-12]


def relative_error(x, tail, upper_tail, density):
    """How far x > 0 is from where ``upper_tail`` is ``tail``, relative to x, by Newton's step."""
    x = mpmath.mpf(x)
    return float(abs((upper_tail(x) - mpmath.mpf(tail)) / density(x) / x))


def test_the_middle_is_0():
    assert quantiles.student_t_quantile(0.5, 100) == 0


@pytest.mark.parametrize("df", [1, 2, 4.5, 30, 99.9, 100, 100.5, 144, 1000, 1e5])
def test_student(df):
    n = mpmath.mpf(df)
    with mpmath.workdps(40):
        scale = mpmath.exp(mpmath.loggamma((n + 1) / 2) - mpmath.loggamma(n / 2)) / mpmath.sqrt(n * mpmath.pi)
        for tail in TAILS:
            t = quantiles.student_t_quantile(tail, df, upper=True)
            error = relative_error(
                t,
                tail,
                lambda x: mpmath.betainc(n / 2, 0.5, 0, n / (n + x * x), regularized=True) / 2,
                lambda x: scale * (1 + x * x / n) ** (-(n + 1) / 2),
            )
            assert error < 1e-14, tail
            assert quantiles.student_t_quantile(tail, df) == -t


@pytest.mark.parametrize("tail", [0.025, 1e-8, 1e-40, 1e-200])
def test_student_on_both_sides_of_the_expansion_agrees_with_scipy(tail):
    for df in (99, 100, 150, 1e4):
        t = quantiles.student_t_quantile(tail, df)
        assert special.stdtr(df, t) == pytest.approx(tail, rel=1e-9)


def test_student_tends_to_the_normal():
    assert quantiles.student_t_quantile(0.975, 1e100) == pytest.approx(normal_quantile(0.975), rel=1e-15)


@pytest.mark.parametrize("tail", [0.9, 0.05, 1e-6, 1e-30])
@pytest.mark.parametrize("df", [1, 2, 5, 99.5])
def test_chi_squared(tail, df):
    half = mpmath.mpf(df) / 2
    with mpmath.workdps(40):
        error = relative_error(
            quantiles.chi_squared_quantile(tail, df, upper=True),
            tail,
            lambda x: mpmath.gammainc(half, x / 2, regularized=True),
            lambda x: mpmath.exp(-x / 2) * x ** (half - 1) / (2**half * mpmath.gamma(half)),
        )
    assert error < 1e-13


def test_the_two_tails_of_chi_squared_meet():
    for df in (1, 7):
        assert quantiles.chi_squared_quantile(0.25, df) == pytest.approx(
            quantiles.chi_squared_quantile(0.75, df, upper=True), rel=1e-13
        )


@pytest.mark.parametrize("tail", [0.3, 0.025, 1e-8])
def test_beta(tail):
    a, b = np.array([0.5, 3.0, 57.0]), np.array([10.5, 3.0, 411.0])
    high = quantiles.beta_quantile(tail, a, b, upper=True)
    low = quantiles.beta_quantile(tail, a, b)
    for x, y, left, right in zip(a, b, low, high, strict=True):
        for value in (left, 1 - right):
            first, second = (x, y) if value is left else (y, x)
            mass = mpmath.betainc(first, second, 0, mpmath.mpf(value), regularized=True)
            assert float(mass) == pytest.approx(tail, rel=1e-10)


@pytest.mark.parametrize("tail", [0.3, 0.025, 1e-9])
def test_the_expansion_for_huge_counts_meets_scipy_where_it_begins(tail):
    a, b = np.array([1.1e7, 5e7, 2e7]), np.array([1.2e7, 1e9, 2e7])
    np.testing.assert_allclose(quantiles.beta_quantile(tail, a, b), special.betaincinv(a, b, tail), rtol=1e-11)
    high = quantiles.beta_quantile(tail, a, b, upper=True)
    np.testing.assert_allclose(high, special.betainccinv(a, b, tail), rtol=1e-11)


def test_beta_of_counts_that_scipy_cannot_do_is_normal_about_its_mean():
    low = quantiles.beta_quantile(0.025, np.array([4e15]), np.array([6e15]))
    assert (0.4 - low[0]) * 1e16**0.5 / 0.24**0.5 == pytest.approx(1.959963984540054, rel=1e-6)


@pytest.mark.parametrize("off", [0.0, 1e-16, 3e-11, -2e-9])
@pytest.mark.parametrize("df", [1, 2, 4.5, 30, 99.9])
def test_a_quantile_that_is_off_is_mended_and_a_good_one_left_alone(monkeypatch, df, off):
    """SciPy before 1.16 is off by up to 4e-11."""
    good = {tail: quantiles.student_t_quantile(tail, df) for tail in TAILS}
    monkeypatch.setattr(special, "stdtrit", lambda df, tail: good[tail] * (1 + off))
    for tail, t in good.items():
        assert quantiles.student_t_quantile(tail, df) == pytest.approx(t, rel=5e-15)
        if not off:
            assert quantiles.student_t_quantile(tail, df) == t
