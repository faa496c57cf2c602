"""Logarithms of Poisson and binomial probabilities against 50 digits, however large the counts."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.poisson import deviance, fair_coin_tail, log_binomial, log_poisson
from tests.effort import examples


@examples(150)
@given(n=st.integers(0, 40) | st.integers(0, 10**9), mean=st.floats(1e-3, 1e9))
def test_poisson(n, mean):
    got = float(log_poisson(np.array([float(n)]), np.array([mean]))[0])
    with mpmath.workdps(50):
        m = mpmath.mpf(mean)
        exact = n * mpmath.log(m) - m - mpmath.loggamma(n + 1)
    assert math.isclose(got, exact, rel_tol=1e-13, abs_tol=1e-13)


@examples(150)
@given(n=st.integers(1, 10**6), part=st.floats(0, 1), share=st.floats(1e-6, 1 - 1e-6))
def test_binomial(n, part, share):
    k = round(part * n)
    got = float(log_binomial(np.array([float(k)]), float(n), share)[0])
    with mpmath.workdps(50):
        s = mpmath.mpf(share)
        ways = mpmath.loggamma(n + 1) - mpmath.loggamma(k + 1) - mpmath.loggamma(n - k + 1)
        exact = ways + k * mpmath.log(s) + (n - k) * mpmath.log(1 - s)
    assert math.isclose(got, exact, rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize(("n", "mean", "expected"), [(0, 0.0, 0.0), (0, 2.5, -2.5), (3, 0.0, -math.inf)])
def test_edges(n, mean, expected):
    assert log_poisson(np.array([float(n)]), np.array([mean])).tolist() == [expected]


def test_the_whole_is_one():
    counts = np.arange(0.0, 400.0)
    assert math.isclose(math.fsum(np.exp(log_poisson(counts, np.full(400, 90.0))).tolist()), 1.0, rel_tol=1e-13)
    counts = np.arange(0.0, 301.0)
    assert math.isclose(math.fsum(np.exp(log_binomial(counts, 300.0, 0.3)).tolist()), 1.0, rel_tol=1e-13)


def test_deviance_is_0_where_the_count_is_the_mean():
    assert deviance(np.array([7.0, 1e9]), np.array([7.0, 1e9])).tolist() == [0.0, 0.0]
    assert (deviance(np.array([6.0, 8.0]), np.array([7.0, 7.0])) > 0).all()


class TestCoin:
    @examples(100)
    @given(tosses=st.integers(1, 60), data=st.data())
    def test_small_ones_are_exact(self, tosses, data):
        heads = data.draw(st.integers(0, (tosses - 1) // 2))
        assert fair_coin_tail(heads, tosses) == sum(math.comb(tosses, k) for k in range(heads + 1)) / 2**tosses

    @pytest.mark.parametrize("tosses", [2001, 4999, 20000])
    @pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.45, 0.49, 0.4999])
    def test_large_ones_against_whole_numbers(self, tosses, share):
        heads = int(tosses * share)
        ways = total = 1
        for k in range(heads):
            ways = ways * (tosses - k) // (k + 1)
            total += ways
        with mpmath.workdps(40):
            wanted = mpmath.mpf(total) / mpmath.mpf(2) ** tosses
        if wanted < 1e-300:
            assert fair_coin_tail(heads, tosses) < 1e-299
        else:
            assert math.isclose(fair_coin_tail(heads, tosses), float(wanted), rel_tol=5e-13)

    def test_no_step_where_the_expansion_begins(self):
        assert 0 < fair_coin_tail(950, 2001) < fair_coin_tail(950, 2000) < fair_coin_tail(951, 2001) * 1.5

    def test_a_thousand_million_tosses(self):
        n = 10**9
        half = fair_coin_tail(n // 2 - 1, n)  # (1 - P(X = n/2))/2, and P(X = n/2) is sqrt(2/(pi n)) (1 - 1/(4 n) + …)
        assert math.isclose(half, (1 - math.sqrt(2 / (math.pi * n))) / 2, rel_tol=1e-12)
