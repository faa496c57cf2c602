"""Tails against 50 digits (mpmath), and against each other where the way of finding them changes."""

import math

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cecli.core.functions.quantiles import student_t_quantile
from cecli.core.functions.tails import fair_coin_tail, normal_tail, student_t_tail


def exact_student(t, df):
    with mpmath.workdps(50):
        t, df = mpmath.mpf(t), mpmath.mpf(df)
        upper = mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True) / 2
        return float(upper if t >= 0 else 1 - upper)


class TestStudent:
    @pytest.mark.parametrize("df", [0.3, 1, 1.5, 2, 4.7, 9, 50, 99.99, 100, 1000, 9999, 10000, 12345.6])
    @pytest.mark.parametrize(
        "t", [0.0, 1e-9, 0.1, 1, 1.7, 1.73, 1.74, 2.5, 5, 10, 20, 100, 1e10, 1e100, -0.5, -2, -40, -1e200]
    )
    def test_against_mpmath(self, t, df):
        wanted = exact_student(t, df)
        if wanted < 1e-300:
            assert student_t_tail(t, df) < 1e-299
        else:
            assert math.isclose(student_t_tail(t, df), wanted, rel_tol=2e-13)

    @settings(max_examples=200, deadline=None)
    @given(df=st.floats(0.5, 1e6), tail=st.floats(1e-12, 0.5))
    def test_it_turns_the_quantile_around(self, df, tail):
        found = student_t_tail(student_t_quantile(tail, df, upper=True), df)
        assert math.isclose(found, tail, rel_tol=1e-9, abs_tol=1e-13)

    @pytest.mark.parametrize("t", [0.01, 1.5, 4.0, 12.0])
    def test_no_step_where_the_expansion_begins(self, t):
        below, above = student_t_tail(t, math.nextafter(1e4, 0)), student_t_tail(t, 1e4)
        assert math.isclose(below, above, rel_tol=2e-13)

    def test_the_ends(self):
        assert student_t_tail(math.inf, 3) == 0.0
        assert student_t_tail(-math.inf, 3) == 1.0
        assert student_t_tail(0.0, 3) == 0.5
        assert student_t_tail(1e5, 1e12) == 0.0

    def test_many_degrees_of_freedom_are_normal(self):
        assert math.isclose(student_t_tail(2.0, 1e15), normal_tail(2.0), rel_tol=1e-14)


class TestCoin:
    @settings(max_examples=100, deadline=None)
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
