"""The normal quantile against 40-digit arithmetic, and to the bit against the standard library."""

from statistics import NormalDist

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.normal import normal_quantile


@pytest.mark.parametrize("tail", [0.4, 0.25, 0.1, 0.075, 0.025, 0.005, 1e-4, 1e-6, 1e-9, 1e-12, 1e-20, 1e-100, 1e-300])
def test_one_newton_step_finds_nothing_to_correct(tail):
    z = normal_quantile(tail, upper=True)
    with mpmath.workdps(40):
        error = (mpmath.erfc(mpmath.mpf(z) / mpmath.sqrt(2)) / 2 - mpmath.mpf(tail)) / mpmath.npdf(z) / z
    assert abs(float(error)) < 1e-15
    assert normal_quantile(tail) == -z


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_it_is_that_of_the_standard_library(probability):
    assert normal_quantile(probability) == NormalDist().inv_cdf(probability)


def test_the_middle_is_0():
    assert normal_quantile(0.5) == normal_quantile(0.5, upper=True) == 0
