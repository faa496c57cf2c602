"""Intervals: the published figures, the equations that define them, and the ends."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cecli.core.families import INTERVALS
from cecli.core.pmfs.intervals import confidence_interval

MAY_JOHNSON = np.array([56, 72, 73, 59, 62, 87, 58])
"""Data of May and Johnson, "Constructing two-sided simultaneous confidence intervals", J. Stat. Software 5, 2000."""


def interval(method, counts, confidence=0.95):
    array = np.array(counts, dtype=np.int64)
    return confidence_interval(method, array, sum(array.tolist()), confidence)


def test_wilson_solves_its_quadratic():
    z = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(0.95))
    total = int(MAY_JOHNSON.sum())
    for bounds in interval("wilson", MAY_JOHNSON):
        for n, p in zip(MAY_JOHNSON.tolist(), bounds, strict=True):
            assert float(abs(n - total * mpmath.mpf(p)) / mpmath.sqrt(total * p * (1 - p))) == pytest.approx(
                float(z), 1e-12
            )


def test_goodman_is_wilson_at_a_kth_of_the_error():
    for joint, single in zip(
        interval("goodman", MAY_JOHNSON, 0.93), interval("wilson", MAY_JOHNSON, 0.99), strict=True
    ):
        np.testing.assert_allclose(joint, single, rtol=1e-13)


def test_goodman_on_the_white_die():
    # statsmodels 0.15.0: multinomial_proportions_confint([3246, …], method="goodman")
    low, high = interval("goodman", [3246, 3449, 2897, 2841, 3635, 3932])
    assert (low[0], high[0]) == pytest.approx((0.15553898990137419, 0.16929598108067206), rel=1e-12)


def test_jeffreys_published_figures():
    # mpmath, 50 digits: quantiles of Beta(n + 1/2, N - n + 1/2)
    low, high = interval("jeffreys", MAY_JOHNSON)
    assert low[0] == pytest.approx(0.09281703072767834, rel=1e-12)
    assert high[0] == pytest.approx(0.15170408971957058, rel=1e-12)
    assert high[6] == pytest.approx(0.1564056155211677, rel=1e-12)


@pytest.mark.parametrize("counts", [[1, 9], [3, 40, 7], [0, 5, 1000]])
def test_clopper_pearson_leaves_half_the_error_on_each_side(counts):
    total = sum(counts)
    low, high = interval("clopper-pearson", counts, 0.99)
    for n, left, right in zip(counts, low, high, strict=True):
        if n:
            # P(X >= n | left) = alpha/2, as an incomplete beta function
            assert float(mpmath.betainc(n, total - n + 1, 0, left, regularized=True)) == pytest.approx(0.005, rel=1e-5)
        if n < total:
            # P(X <= n | right) = alpha/2
            mass = mpmath.betainc(total - n, n + 1, 0, 1 - mpmath.mpf(right), regularized=True)
            assert float(mass) == pytest.approx(0.005, rel=1e-5)


def test_clopper_pearson_of_none_is_a_power():
    _, high = interval("clopper-pearson", [0, 10])
    assert high[0] == pytest.approx(1 - 0.025**0.1, rel=1e-12)


def test_wald_is_symmetric_and_cut_at_the_ends():
    low, high = interval("wald", [1, 2, 97])
    assert low[0] == 0
    assert high[2] == 1
    low, high = interval("wald", [30, 70])
    assert (high[0] - low[0]) / 2 == pytest.approx(1.959963984540054 * math.sqrt(0.3 * 0.7 / 100), rel=1e-14)
    assert (high[0] + low[0]) / 2 == pytest.approx(0.3, rel=1e-14)


@pytest.mark.parametrize("method", INTERVALS)
def test_the_ends_are_exact(method):
    low, high = interval(method, [0, 10, 0], 0.99)
    assert low.tolist()[::2] == [0, 0]
    assert high[1] == 1
    assert low[1] > 0 or method == "wald"
    assert high[0] < 1


@pytest.mark.parametrize("method", INTERVALS)
@example(counts=[1, 144115188075855864], confidence=0.9998970031738281)
@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=5).filter(any), st.floats(0.5, 0.9999))
def test_bounds_enclose_the_estimate(method, counts, confidence):
    low, high = interval(method, counts, confidence)
    p = np.array([n / sum(counts) for n in counts])
    slack = 1e-12 if method != "jeffreys" else 1e-2
    assert np.all((low >= 0) & (high <= 1) & (low <= high))
    assert np.all((low <= p + slack) & (p - slack <= high))


def test_which_hold_at_once():
    assert [name for name, method in INTERVALS.items() if method.simultaneous] == [
        "goodman",
        "sison-glaz",
        "bonferroni-clopper-pearson",
    ]


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("counts", [(696, 4513645125816053323), (1, 2**62), (10, 10**18), (10**7, 10**9), (3, 10**6)])
def test_bounds_of_clopper_and_pearson_enclose_the_estimate_at_large_counts(counts, confidence):
    counts = np.array(counts)
    low, high = confidence_interval("clopper-pearson", counts, int(counts.sum()), confidence)
    share = counts / float(counts.sum())
    assert (low <= share).all()
    assert (share <= high).all()
