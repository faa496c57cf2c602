"""Power: SciPy's noncentral chi-squared, the smallest number of rolls, and the test itself in simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from cecli.core.hypotheses.power import Plan, asymptotic_power, confirmed_rolls, plan, rolls_needed, simulated_power
from cecli.core.pmfs.pmf import Pmf
from cecli.errors import UsageError

WOLF = Pmf(np.array([3246, 3449, 2897, 2841, 3635, 3932]))
FAIR = Pmf(np.ones(6, dtype=np.int64))
LOADED = Pmf(np.array([1, 1, 1, 1, 1, 5]))


def of(df, effect, alpha=0.05):
    critical = stats.chi2.isf(alpha, df)
    return Plan(FAIR, FAIR, "g", alpha, df, critical, effect, 0.0)


@pytest.mark.parametrize("df", [1, 5, 99, 2500])
@pytest.mark.parametrize("noncentrality", [1e-6, 0.5, 16.5, 80.0, 400.0])
def test_noncentral_tail(df, noncentrality):
    test = of(df, noncentrality)
    expected = stats.ncx2.sf(test.critical_value, df, noncentrality)
    assert asymptotic_power(test, 1) == pytest.approx(expected, rel=1e-9)


def test_ends_of_the_tail():
    assert asymptotic_power(of(5, 1e9), 10**6) == 1
    assert asymptotic_power(of(5, 0.0), 7) == pytest.approx(0.05, rel=1e-12)


@pytest.mark.parametrize(
    ("p", "statistic", "rolls", "power"),
    [
        # mpmath, 50 digits
        (WOLF, "g", 1217, 0.9001365219707662),
        (WOLF, "pearson", 1216, 0.9000945643089043),
        (Pmf(np.array([0.16] * 5 + [0.2])), "pearson", 2059, 0.9000509295989609),
    ],
)
def test_rolls_needed(p, statistic, rolls, power):
    test = plan(p, FAIR, statistic)
    assert rolls_needed(test, 0.9) == rolls
    assert asymptotic_power(test, rolls) == pytest.approx(power, rel=1e-12)
    assert asymptotic_power(test, rolls - 1) < 0.9


def test_near_equal_pmfs_need_numbers_past_the_doubles():
    test = plan(Pmf(np.array([10**15 + 1, 10**15 - 1])), Pmf(np.array([1, 1])))
    assert rolls_needed(test, 0.9) == pytest.approx(10.507 / 1e-30, rel=1e-3)


def test_equal_pmfs_are_never_told_apart():
    test = plan(FAIR, FAIR)
    assert test.effect == 0
    assert rolls_needed(test, 0.9) is None
    assert rolls_needed(test, 0.01) == 1


@pytest.mark.parametrize("statistic", ["g", "pearson"])
def test_an_impossible_outcome_decides(statistic):
    test = plan(Pmf(np.array([0.5, 0.4, 0.1])), Pmf(np.array([1, 1, 0])), statistic)
    assert test.effect == math.inf
    assert test.degrees_of_freedom == 1
    assert rolls_needed(test, 0.9) == 22  # 1 - 0.9^22 = 0.9015
    assert simulated_power(test, 22, seed=1, replicates=4000) >= 0.88


def test_simulation_raises_what_the_formula_promises():
    # 20,000 simulated experiments of the real test: 28 rolls have power 0.82, not 0.9
    test = plan(LOADED, FAIR, "pearson", 0.01)
    assert rolls_needed(test, 0.9) == 28
    assert simulated_power(test, 28, seed=3) == pytest.approx(0.82, abs=0.015)
    needed = confirmed_rolls(test, 0.9, 28, seed=3)
    assert 32 <= needed <= 37
    assert simulated_power(test, needed, seed=3) >= 0.9
    assert confirmed_rolls(test, 0.9, 28, seed=3) == needed


def test_size_of_g_at_ten_rolls_a_face():
    # notes of 400,000 runs: 0.054
    assert simulated_power(plan(WOLF, FAIR), 60, seed=4, null=True) == pytest.approx(0.054, abs=0.006)


def test_too_many_rolls_to_simulate():
    with pytest.raises(UsageError, match="not simulated"):
        confirmed_rolls(plan(WOLF, FAIR), 0.9, 10**16, seed=1)


def test_one_outcome_tests_nothing():
    certain = plan(Pmf(np.array([1, 0])), Pmf(np.array([1, 0])))
    assert (certain.degrees_of_freedom, certain.critical_value, certain.effect) == (0, 0.0, 0.0)
    assert asymptotic_power(certain, 10**6) == 0.0
    assert rolls_needed(certain, 0.5) is None
