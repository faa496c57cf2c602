"""The power of the t test against SciPy's noncentral t."""

import math

import pytest
from scipy import stats

from cecli.core.functions.t_power import rows_for_power, t_power


@pytest.mark.parametrize("rows", [2, 3, 5, 12, 100, 4000])
@pytest.mark.parametrize("effect", [0.0, 0.05, 0.4, 1.5, 3.0])
@pytest.mark.parametrize("level", [0.05, 0.01])
def test_power(rows, effect, level):
    t, shift = stats.t.isf(level / 2, rows - 1), effect * math.sqrt(rows)
    expected = stats.nct.sf(t, rows - 1, shift) + stats.nct.cdf(-t, rows - 1, shift)
    if math.isnan(expected):  # SciPy's beyond its reach, where it is 1
        expected = 1.0
    assert math.isclose(t_power(effect, rows, level), expected, abs_tol=2e-6)


def test_rows():
    assert rows_for_power(-1.5, 0.05, 0.9) == rows_for_power(1.5, 0.05, 0.9) == 7
    assert rows_for_power(1e-10, 0.05, 0.9) == math.inf
    assert rows_for_power(100.0, 0.05, 0.9) == 2
