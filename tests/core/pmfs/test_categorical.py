"""The fit: exact quotients, log-likelihood, and the posterior means."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.families import SMOOTHINGS
from cecli.core.pmfs.categorical import log_likelihood, maximum_likelihood, pseudocount, smoothed
from cecli.core.pmfs.pmf import Pmf
from cecli.errors import UsageError

WOLF = np.array([3246, 3449, 2897, 2841, 3635, 3932])
"""R. Wolf's white die, 20,000 rolls (Jaynes, "Concentration of distributions at entropy maxima")."""

SPARSE = np.array([4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1])
FAIR = Pmf(np.ones(6, dtype=np.int64))


def test_the_white_die():
    assert maximum_likelihood(WOLF).tolist() == [0.1623, 0.17245, 0.14485, 0.14205, 0.18175, 0.1966]
    assert log_likelihood(WOLF, Pmf(WOLF)) == pytest.approx(-35699.805127193526, rel=1e-15)
    assert log_likelihood(WOLF, FAIR) == pytest.approx(-20000 * math.log(6), rel=1e-15)


def test_counts_past_2_to_53():
    counts = np.array([10**15, 2 * 10**15, 3 * 10**15, 4 * 10**15, 5 * 10**15, 10**15 - 1])
    assert maximum_likelihood(counts).tolist() == [n / (16 * 10**15 - 1) for n in counts.tolist()]
    assert log_likelihood(counts, Pmf(counts)) == pytest.approx(-2.6086921322062212e16, rel=1e-15)


def test_log_likelihood_at_its_ends():
    assert log_likelihood(np.array([1, 0]), Pmf(np.array([0.0, 1.0]))) == -math.inf
    certain = log_likelihood(np.array([7, 0]), Pmf(np.array([1.0, 0.0])))
    assert (certain, math.copysign(1, certain)) == (0, 1)


@given(st.lists(st.integers(1, 10**6), min_size=6, max_size=6))
def test_no_pmf_is_likelier_than_the_fit(counts):
    array = np.array(counts)
    assert log_likelihood(array, Pmf(array)) >= log_likelihood(array, FAIR) * (1 + 1e-15)


@pytest.mark.parametrize(
    ("name", "alpha"),
    [
        ("laplace", lambda n, k: mpmath.mpf(1)),
        ("jeffreys", lambda n, k: mpmath.mpf("0.5")),
        ("perks", lambda n, k: mpmath.mpf(1) / k),
        ("minimax", lambda n, k: mpmath.sqrt(n) / k),
        ("0.1", lambda n, k: mpmath.mpf(0.1)),
        ("1e-320", lambda n, k: mpmath.mpf(1e-320)),
        ("1e308", lambda n, k: mpmath.mpf(1e308)),
    ],
)
@pytest.mark.parametrize("counts", [SPARSE, WOLF, np.array([2**63 - 1, 0, 5])], ids=["sparse", "wolf", "huge"])
def test_posterior_means(name, alpha, counts):
    total, sides = sum(counts.tolist()), len(counts)
    with mpmath.workdps(50):
        a = alpha(total, sides)
        expected = [float((n + a) / (total + sides * a)) for n in counts.tolist()]
    result = smoothed(counts, pseudocount(name, total, sides))
    np.testing.assert_allclose(result, expected, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("name", ["none", "0", "0.0", "-0.0"])
def test_no_smoothing_is_the_maximum_likelihood_estimate(name):
    assert smoothed(SPARSE, pseudocount(name, 19, 11)).tolist() == maximum_likelihood(SPARSE).tolist()


@pytest.mark.parametrize("text", ["-1", "inf", "nan", "jaynes", "", "1_0", "1e999"])
def test_other_smoothings_are_usage_errors_that_name_the_choices(text):
    with pytest.raises(UsageError) as error:
        pseudocount(text, 19, 11)
    assert all(name in str(error.value.hint) for name in SMOOTHINGS)


def test_a_smoothing_that_is_nearly_a_name_is_told_the_name():
    with pytest.raises(UsageError) as error:
        pseudocount("Laplace!", 19, 11)
    assert error.value.hint == "did you mean laplace?"


def test_no_smoothing_rounds_once_where_doubles_do_not_hold_the_counts():
    counts = np.array([2**53 + 1, 3, 2**62 + 2**9 + 1])
    exact = [n / sum(counts.tolist()) for n in counts.tolist()]
    assert smoothed(counts, 0.0).tolist() == exact
    total = float(sum(counts.tolist()))
    assert (counts.astype(float) / total).tolist() != exact, "which quotients of doubles are not"
