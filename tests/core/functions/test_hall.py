"""Hall's transformation against its formula in high precision."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.hall import cube_root, hall_interval, hall_score, hall_tails, kurtosis_freedom
from cecli.core.functions.student import student_interval, student_t_quantile, student_t_tail

mpmath.mp.dps = 40


def by_formula(mean, error, n, skewness, df, confidence):
    """The ends as they are written, with a cancellation that 40 digits stand."""
    root, g, s = mpmath.sqrt(n), mpmath.mpf(skewness), error * mpmath.sqrt(n)
    t = mpmath.mpf(student_t_quantile(0.5 + confidence / 2, df))
    ends = []
    for x in (t / root, -t / root):
        inner = 1 + g * (x - g / (6 * n))
        root3 = mpmath.sign(inner) * mpmath.cbrt(abs(inner))
        ends.append(mean - s * (3 / g) * (root3 - 1))
    return ends


@pytest.mark.parametrize("skewness", [-3.0, -1e-3, 1e-6, 0.2, 2.0, 9.0])
@pytest.mark.parametrize("n", [3, 30, 1000])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_the_ends(skewness, n, confidence):
    df = max(2.0, 0.7 * n)
    low, high = hall_interval(1.25, 0.125, skewness / math.sqrt(n), df, confidence)
    expected = by_formula(mpmath.mpf(1.25), mpmath.mpf(0.125), n, skewness, df, confidence)
    assert math.isclose(low, min(1.25, expected[0]), rel_tol=1e-13)
    assert math.isclose(high, max(1.25, expected[1]), rel_tol=1e-13)


def test_without_skewness_it_is_students():
    low, high = hall_interval(1.0, 0.25, 0.0, 12.5, 0.9)
    expected = student_interval(1.0, 0.25, 12.5, 0.9)
    assert (low, high) == pytest.approx(expected, rel=1e-15)


@given(st.floats(-1.5, 1.5), st.floats(2, 1000), st.floats(0.5, 0.999))
def test_the_score_of_an_end_is_the_quantile(tilt, df, confidence):
    low, high = hall_interval(0.0, 1.0, tilt, df, confidence)
    t = student_t_quantile(0.5 + confidence / 2, df)
    if low < 0 < high:
        assert math.isclose(hall_score(-low, tilt), t, rel_tol=1e-9, abs_tol=1e-9)
        assert math.isclose(hall_score(-high, tilt), -t, rel_tol=1e-9, abs_tol=1e-9)


@given(st.floats(-2, 2), st.lists(st.floats(-50, 50), min_size=2, max_size=2, unique=True))
def test_the_score_increases(tilt, pair):
    lower, upper = sorted(pair)
    assert hall_score(lower, tilt) <= hall_score(upper, tilt)


def test_tails_are_students_of_the_score():
    score = hall_score(1.5, 0.2)
    assert hall_tails(1.5, 0.2, 9.0) == (student_t_tail(score, 9.0), student_t_tail(-score, 9.0))
    assert hall_tails(math.inf, 0.2, 9.0) == (0.0, 1.0)


@pytest.mark.parametrize("x", [1e-300, 2.0, -0.3, 1e300, 7.0])
def test_the_cube_root(x):
    expected = mpmath.sign(x) * mpmath.cbrt(abs(mpmath.mpf(x)))
    assert math.isclose(cube_root(x), expected, rel_tol=4e-16)


def test_degrees_of_freedom():
    assert kurtosis_freedom(50, 1.0) == 49
    assert kurtosis_freedom(50, 1.5) == 49
    assert kurtosis_freedom(50, 11.0) == 10
