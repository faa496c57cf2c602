"""Tests of fit: SciPy's figures, G = 2N KL, exact against simulated, and the outcomes that cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cecli.core.families import STATISTICS
from cecli.core.hypotheses.goodness_of_fit import (
    Choice,
    Statistics,
    chi_squared_tail,
    goodness_of_fit,
    two_samples,
)
from cecli.core.pmfs.information import kl_divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, UsageError

WOLF = np.array([3246, 3449, 2897, 2841, 3635, 3932])
FAIR = Pmf(np.ones(6, dtype=np.int64))
ASYMPTOTIC = Choice("asymptotic")
EXACT = Choice("exact")
COUNTS = st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(any).map(np.array)


@pytest.mark.parametrize("name", STATISTICS)
def test_the_white_die_as_scipy_has_it(name):
    fit = goodness_of_fit(WOLF, FAIR, name, ASYMPTOTIC)
    expected = stats.power_divergence(WOLF, lambda_=STATISTICS[name] - 1)
    assert fit.statistic == pytest.approx(expected.statistic, rel=1e-11)
    assert fit.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert fit.p_value > 0
    assert fit.degrees_of_freedom == 5


@given(COUNTS)
def test_g_is_2n_times_the_divergence(counts):
    fair = Pmf(np.ones(len(counts), dtype=np.int64))
    fit = goodness_of_fit(counts, fair, "g", ASYMPTOTIC)
    assert fit.statistic == 2 * int(counts.sum()) * kl_divergence(Pmf(counts), fair)


@pytest.mark.parametrize("name", STATISTICS)
@given(COUNTS)
def test_contributions_add_up_to_the_statistic(name, counts):
    fair = Pmf(np.ones(len(counts), dtype=np.int64))
    fit = goodness_of_fit(counts, fair, name, ASYMPTOTIC)
    assert np.all(fit.contributions >= 0)
    assert fit.contributions.sum() == pytest.approx(fit.statistic, rel=1e-12, abs=1e-12)
    assert fit.residuals @ np.sqrt(fit.expected) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["g", "pearson", "cressie-read", "freeman-tukey"])
def test_statistics_of_many_samples_are_those_of_each(name):
    q = Pmf(np.array([0.1, 0.2, 0.2, 0.5]))
    rows = np.random.default_rng(1).multinomial(40, q.weights, size=50)
    expected = [goodness_of_fit(row, q, name, ASYMPTOTIC).statistic for row in rows]
    many = Statistics(40 * q.weights, STATISTICS[name])
    np.testing.assert_allclose(many.of(rows), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(many.of(rows[:1]), expected[:1], rtol=1e-12, atol=1e-13)


def test_exact_p_value_in_fractions():
    # all 455 tables in rational arithmetic (fractions.Fraction)
    fit = goodness_of_fit(np.array([9, 1, 1, 1]), Pmf(np.array([9, 3, 3, 1])), "g", EXACT)
    assert fit.p_value == pytest.approx(0.5768276429577881, rel=1e-13)


@pytest.mark.parametrize("k", [0, 3, 5, 9])
def test_a_fair_coin_is_the_binomial_test(k):
    fit = goodness_of_fit(np.array([k, 10 - k]), Pmf(np.array([1, 1])), "pearson")
    assert fit.method == "exact"
    assert fit.p_value == pytest.approx(stats.binomtest(k, 10).pvalue, rel=1e-12)


def test_monte_carlo_agrees_with_exact_and_repeats():
    counts = np.array([1, 0, 3, 2, 0, 6])
    exact = goodness_of_fit(counts, FAIR, "g", EXACT).p_value
    simulated = goodness_of_fit(counts, FAIR, "g", Choice("monte-carlo", 20_000, seed=5))
    assert simulated.p_value == pytest.approx(exact, abs=4 * math.sqrt(exact / 20_000))
    assert simulated == simulated and simulated.replicates == 20_000
    again = goodness_of_fit(counts, FAIR, "g", Choice("monte-carlo", 20_000, seed=5))
    assert again.p_value == simulated.p_value


def test_simulated_p_values_are_never_0():
    fit = goodness_of_fit(WOLF, FAIR, "g", Choice("monte-carlo", 99, seed=1))
    assert fit.p_value == 1 / 100


def test_auto_takes_what_suits():
    assert goodness_of_fit(np.array([3, 4, 5]), Pmf(np.array([1, 1, 1]))).method == "exact"
    assert goodness_of_fit(WOLF, FAIR).method == "asymptotic"
    many = np.arange(100) % 3
    assert goodness_of_fit(many, Pmf(np.arange(1.0, 101.0)), choice=Choice(replicates=99)).method == "monte-carlo"
    huge = np.array([2**62, 2**62, 2**62])
    assert goodness_of_fit(huge, Pmf(np.array([1.0, 1.0, 1e-30]))).method == "asymptotic"


def test_an_outcome_neither_possible_nor_seen_is_dropped():
    fit = goodness_of_fit(np.array([1, 2, 0]), Pmf(np.array([1, 2, 0])), "pearson", ASYMPTOTIC)
    assert (fit.statistic, fit.p_value, fit.degrees_of_freedom) == (0, 1, 1)
    assert fit.contributions.tolist() == fit.residuals.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("method", ["auto", "asymptotic", "exact", "monte-carlo"])
def test_an_impossible_outcome_that_came_up_rejects(name, method):
    fit = goodness_of_fit(np.array([1, 2, 1]), Pmf(np.array([1, 2, 0])), name, Choice(method))
    assert fit.p_value == 0
    assert fit.impossible.tolist() == [2]
    assert fit.residuals[2] == math.inf


def test_empty_cells():
    counts = np.array([0, 5, 7, 3, 9, 6])
    assert goodness_of_fit(counts, FAIR, "neyman", ASYMPTOTIC).statistic == math.inf
    assert goodness_of_fit(counts, FAIR, "modified-g", ASYMPTOTIC).p_value == 0
    assert 0 < goodness_of_fit(counts, FAIR, "neyman", EXACT).p_value < 0.1
    root = 4 * sum((math.sqrt(o) - math.sqrt(5)) ** 2 for o in counts.tolist())
    assert goodness_of_fit(counts, FAIR, "freeman-tukey", ASYMPTOTIC).statistic == pytest.approx(root, rel=1e-13)


def test_one_outcome_fits_always():
    fit = goodness_of_fit(np.array([5]), Pmf(np.array([1.0])))
    assert (fit.p_value, fit.degrees_of_freedom) == (1, 0)


def test_counts_past_doubles_keep_the_statistic():
    fit = goodness_of_fit(np.array([10**15 + 1, 10**15 - 1]), Pmf(np.array([1, 1])), "pearson", ASYMPTOTIC)
    assert fit.statistic == pytest.approx(2e-15, rel=1e-14)


def test_what_is_out_of_reach_says_so():
    with pytest.raises(UsageError, match="more than 200,000,000 tables"):
        goodness_of_fit(WOLF, FAIR, "g", EXACT)
    with pytest.raises(UsageError, match="not simulated"):
        goodness_of_fit(np.array([2**62, 2**62]), Pmf(np.array([1, 1])), "g", Choice("monte-carlo"))


@pytest.mark.parametrize("table", [[[3, 5], [8, 2]], [[0, 5], [5, 0]], [[7, 1], [3, 9]]])
def test_two_coins_are_fishers_test(table):
    # of tables with these margins the statistic orders as the hypergeometric probability does
    fit = two_samples(np.array(table[0]), np.array(table[1]), "pearson", EXACT)
    assert fit.p_value == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-12)


@pytest.mark.parametrize("name", ["g", "pearson", "cressie-read", "freeman-tukey"])
def test_two_samples_as_a_contingency_table(name):
    table = np.array([[30, 50, 20, 90], [80, 20, 20, 40]])
    fit = two_samples(table[0], table[1], name, ASYMPTOTIC)
    expected = stats.chi2_contingency(table, lambda_=STATISTICS[name] - 1)
    assert fit.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert fit.p_value == pytest.approx(expected.pvalue, rel=1e-10)
    assert fit.degrees_of_freedom == expected.dof == 3
    assert fit.contributions.sum() == pytest.approx(fit.statistic, rel=1e-12)
    back = two_samples(table[1], table[0], name, ASYMPTOTIC)
    assert back.statistic == pytest.approx(fit.statistic, rel=1e-13)
    np.testing.assert_allclose(back.standardized, -fit.standardized, rtol=1e-12)


def test_two_samples_simulated_as_exact():
    first, second = np.array([3, 5, 2, 9, 0]), np.array([8, 2, 2, 4, 0])
    exact = two_samples(first, second, "g", EXACT)
    assert exact.degrees_of_freedom == 3
    simulated = two_samples(first, second, "g", Choice("monte-carlo", 20_000, seed=2))
    assert simulated.p_value == pytest.approx(exact.p_value, abs=0.01)


def test_equal_samples_do_not_differ():
    assert two_samples(np.array([3, 4]), np.array([6, 8])).p_value == 1


def test_counts_too_large_to_pool():
    with pytest.raises(InputError, match="2\\^63"):
        two_samples(np.array([2**62]), np.array([2**62]))


def test_the_tail_at_its_ends():
    assert chi_squared_tail(0.0, 3) == chi_squared_tail(0.0, 0) == 1
    assert chi_squared_tail(math.inf, 3) == chi_squared_tail(1.0, 0) == 0
