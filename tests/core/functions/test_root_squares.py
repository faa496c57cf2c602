"""Roots of sums of squares that no double holds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.cluster_errors import cr2, jackknife
from cecli.core.functions.root_squares import power_of_two, root_of_squares


@given(st.lists(st.floats(-1e150, 1e150), max_size=6))
def test_it_is_that_of_hypot(figures):
    assert root_of_squares(figures) == pytest.approx(math.hypot(*figures), rel=1e-15, abs=0)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 1e308])
def test_squares_may_be_beyond_the_doubles(size):
    assert root_of_squares([size, size], 0.5) == pytest.approx(size, rel=1e-15)
    assert cr2([size, -size], [0.5, 0.5]) == pytest.approx(2 * size, rel=1e-15) or size == 1e308
    assert jackknife([size / 4, -size / 4], [0.5, 0.5]) == pytest.approx(size / 2, rel=1e-15, abs=5e-324)


@given(st.floats(5e-324, 1.7e308))
def test_a_figure_is_divided_without_rounding(figure):
    unit = power_of_two([figure])
    assert figure / unit * unit == figure
    assert 0.5 <= figure / unit < 2.0
