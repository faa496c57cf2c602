"""The exact form of weights, against fractions."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import exact_weights, probabilities, surprisals, total_count

counts = (
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=6)
    .filter(any)
    .map(lambda values: Pmf(np.array(values, dtype=np.int64)))
)
floats = st.lists(st.floats(0, 2), min_size=1, max_size=6).filter(any).map(lambda values: Pmf(np.array(values)))


@given(st.one_of(counts, floats))
def test_the_whole_numbers_are_the_weights(pmf):
    weights = exact_weights(pmf)
    values = [Fraction(m) * Fraction(2) ** e for m, e in weights.integers()]
    assert values == [Fraction(w) for w in pmf.weights.tolist()]
    assert weights.total * Fraction(2) ** weights.unit == sum(values)
    assert np.all(np.abs(weights.low) <= np.spacing(weights.high) / 2)


@given(counts)
def test_probabilities_of_counts_are_the_nearest_doubles(pmf):
    values = pmf.weights.tolist()
    assert probabilities(pmf).tolist() == [n / sum(values) for n in values]
    assert total_count(pmf.weights) == sum(values)


@given(floats)
def test_probabilities_of_probabilities_are_within_an_ulp(pmf):
    total = sum(map(Fraction, pmf.weights.tolist()))
    exact = np.array([float(Fraction(w) / total) for w in pmf.weights.tolist()])
    assert np.all(np.abs(probabilities(pmf) - exact) <= np.spacing(exact))


@pytest.mark.parametrize(
    "pmf",
    [
        Pmf(np.array([5e-324, 1.0])),
        Pmf(np.array([1e-320, 0.7, 0.2, 0.1000003])),
        Pmf(np.array([0.5, 0.5])),
        Pmf(np.array([0.5, 0.25, np.nextafter(0.25, 0)])),
        Pmf(np.array([1 - 2**-53, 2**-54])),
        Pmf(np.array([2**63 - 1, 1])),
        Pmf(np.array([2**63 - 1, 2**63 - 1, 1])),
        Pmf(np.array([1e308, 1e308, 1e-308])),
    ],
    ids=str,
)
def test_surprisals_are_within_a_few_ulps_at_both_ends(pmf):
    with mpmath.workdps(700):
        weights = [mpmath.mpf(w) for w in pmf.weights.tolist()]
        expected = [float(-mpmath.log(w / sum(weights))) for w in weights]
    np.testing.assert_allclose(surprisals(exact_weights(pmf)), expected, rtol=5e-16)


def test_surprisals_of_the_impossible_and_the_certain():
    certain, impossible = surprisals(exact_weights(Pmf(np.array([3.0, 0.0]))))
    assert (certain, math.copysign(1, certain), impossible) == (0, 1, math.inf)


def test_the_rest_of_a_share_whose_bits_reach_below_the_unit_or_not():
    """1 - p of the largest outcome is exact, be its weight a count (no bits below 1) or a double."""
    for pmf in (Pmf(np.array([3, 1])), Pmf(np.array([2**62 + 1, 1])), Pmf(np.array([0.75, 0.25]))):
        shares = [Fraction(w) for w in pmf.weights.tolist()]
        exact = mpmath.log(mpmath.mpf(sum(shares).numerator) / sum(shares).denominator) - mpmath.log(
            mpmath.mpf(shares[0].numerator) / shares[0].denominator
        )
        assert surprisals(exact_weights(pmf))[0] == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize("total", [107, 2**53, 2**53 + 2])
def test_shares_of_totals_on_either_side_of_the_largest_exact_double(total):
    pmf = Pmf(np.array([1, total - 1]))
    assert probabilities(pmf).tolist() == [1 / total, (total - 1) / total]
