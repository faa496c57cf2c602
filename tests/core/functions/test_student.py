"""Student's t against 40-digit and 50-digit arithmetic, and its parts against each other where the way changes."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cecli.core.functions.normal import normal_quantile, normal_tail
from cecli.core.functions.student import student_t_quantile, student_t_tail
from tests.effort import examples

TAILS = [0.4, 0.25, 0.1, 0.025, 0.005, 1e-4, 1e-6, 1e-9, 1e-12]


def relative_error(x, tail, upper_tail, density):
    """How far x > 0 is from where ``upper_tail`` is ``tail``, relative to x, by Newton's step."""
    x = mpmath.mpf(x)
    return float(abs((upper_tail(x) - mpmath.mpf(tail)) / density(x) / x))


def exact_student(t, df):
    with mpmath.workdps(50):
        t, df = mpmath.mpf(t), mpmath.mpf(df)
        upper = mpmath.betainc(df / 2, 0.5, 0, df / (df + t * t), regularized=True) / 2
        return float(upper if t >= 0 else 1 - upper)


def test_the_middle_is_0():
    assert student_t_quantile(0.5, 100) == 0


@pytest.mark.parametrize("df", [1, 2, 4.5, 30, 99.9, 100, 100.5, 144, 1000, 1e5])
def test_student(df):
    n = mpmath.mpf(df)
    with mpmath.workdps(40):
        scale = mpmath.exp(mpmath.loggamma((n + 1) / 2) - mpmath.loggamma(n / 2)) / mpmath.sqrt(n * mpmath.pi)
        for tail in TAILS:
            t = student_t_quantile(tail, df, upper=True)
            error = relative_error(
                t,
                tail,
                lambda x: mpmath.betainc(n / 2, 0.5, 0, n / (n + x * x), regularized=True) / 2,
                lambda x: scale * (1 + x * x / n) ** (-(n + 1) / 2),
            )
            assert error < 1e-14, tail
            assert student_t_quantile(tail, df) == -t


@pytest.mark.parametrize("tail", [0.025, 1e-8, 1e-40, 1e-200])
def test_student_on_both_sides_of_the_expansion_agrees_with_scipy(tail):
    for df in (99, 100, 150, 1e4):
        t = student_t_quantile(tail, df)
        assert special.stdtr(df, t) == pytest.approx(tail, rel=1e-9)


def test_student_tends_to_the_normal():
    assert student_t_quantile(0.975, 1e100) == pytest.approx(normal_quantile(0.975), rel=1e-15)


@pytest.mark.parametrize("off", [0.0, 1e-16, 3e-11, -2e-9])
@pytest.mark.parametrize("df", [1, 2, 4.5, 30, 99.9])
def test_a_quantile_that_is_off_is_mended_and_a_good_one_left_alone(monkeypatch, df, off):
    """SciPy before 1.16 is off by up to 4e-11."""
    good = {tail: student_t_quantile(tail, df) for tail in TAILS}
    monkeypatch.setattr(special, "stdtrit", lambda df, tail: good[tail] * (1 + off))
    for tail, t in good.items():
        assert student_t_quantile(tail, df) == pytest.approx(t, rel=5e-15)
        if not off:
            assert student_t_quantile(tail, df) == t


class TestTail:
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

    @examples(200)
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
