"""The sign-flip test against a walk through all signs in fractions, and the laws of the drawn one."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cecli.core.paired.sign_flip import EXACT, normal_sign_flip, sign_flip
from tests.effort import examples


def walked(differences):
    """The two-sided p-value and the one of so large a sum, over all signs, ties within 1e-12."""
    exact = [Fraction(d) for d in differences]
    observed = sum(exact)
    slack = abs(observed) / 10**12 + sum(map(abs, exact)) / 2**55
    sums = [sum(s * d for s, d in zip(signs, exact, strict=True)) for signs in itertools.product((1, -1), repeat=len(exact))]  # fmt: skip # noqa: E501
    far = sum(abs(s) >= abs(observed) - slack for s in sums)
    return far / len(sums), sum(s >= observed - slack for s in sums) / len(sums)


class TestExact:
    @examples(80)
    @given(st.lists(st.floats(-100, 100) | st.integers(-3, 3).map(float), max_size=9))
    def test_all_signs(self, differences):
        found = sign_flip(np.array(differences, dtype=float))
        assert found.method == "exact"
        assert (found.p_value, found.upper) == walked(differences)

    @pytest.mark.parametrize("n", [8, 10, 12])
    def test_scipy_agrees(self, n):
        d = np.random.default_rng(n).normal(0.3, 1, n)

        def statistic(x, y, axis):
            return np.mean(x - y, axis=axis)

        for alternative, name in (("two-sided", "p_value"), ("greater", "upper"), ("less", "lower")):
            wanted = stats.permutation_test(
                (d, np.zeros(n)), statistic, permutation_type="samples", n_resamples=np.inf, alternative=alternative,
                vectorized=True,
            ).pvalue  # fmt: skip
            assert math.isclose(getattr(sign_flip(d), name), wanted, rel_tol=1e-14)

    def test_differences_of_0_change_nothing(self):
        d = np.array([0.5, -0.25, 0.75])
        assert sign_flip(np.concatenate([d, np.zeros(1000)])) == sign_flip(d)

    def test_identical_models(self):
        assert sign_flip(np.zeros(6)).p_value == 1.0
        assert sign_flip(np.zeros(0)).p_value == 1.0

    def test_the_smallest_p_value_of_n_rows_is_2_of_2_to_the_n(self):
        assert sign_flip(np.arange(1.0, 6.0)).p_value == 2 / 2**5

    def test_logarithms_that_tie_but_for_rounding(self):
        d = np.log([2.0, 3.0, 6.0])  # log 2 + log 3 - log 6 is 1e-16, not 0
        assert sign_flip(np.array([d[0], d[1], -d[2]])).p_value == 1.0

    @pytest.mark.parametrize("signs", [(1, 1, -1), (-1, -1, 1)])
    def test_sums_that_tie_but_for_rounding(self, signs):
        """log 2 + log 3 - log 6 + log 5 is log 5, on one side or the other; of products of whole numbers it is sure."""
        d = np.log([2.0, 3.0, 6.0, 5.0]) * (*signs, 1)
        products = [
            math.prod(Fraction(n) ** s for n, s in zip((2, 3, 6, 5), powers, strict=True))
            for powers in itertools.product((1, -1), repeat=4)
        ]
        assert sign_flip(d).upper == sum(product >= 5 for product in products) / 16
        assert sign_flip(-d).lower == sum(product <= Fraction(1, 5) for product in products) / 16

    @pytest.mark.parametrize("scale", [1e-300, 1e-320, 1e300])
    def test_any_scale(self, scale):
        d = np.array([3.0, 1.0, -2.0, 5.0, 4.0])
        assert math.isclose(sign_flip(d * scale).p_value, sign_flip(d).p_value)


class TestDrawn:
    D = np.random.default_rng(3).normal(0.15, 1, 200)

    def test_it_begins_after_twenty(self):
        assert sign_flip(self.D[:EXACT]).method == "exact"
        found = sign_flip(self.D[: EXACT + 1])
        assert (found.method, found.flips) == ("monte-carlo", 9999)

    def test_it_is_near_the_exact_one(self):
        d = self.D[:18]
        exact = sign_flip(d).p_value
        padded = np.concatenate([d, np.full(5, 1e-200)])  # five more that do not count
        drawn = sign_flip(padded, flips=200_000)
        assert drawn.method == "monte-carlo"
        assert abs(drawn.p_value - exact) < 5 * math.sqrt(exact * (1 - exact) / 200_000)

    def test_it_is_near_its_normal_limit(self):
        score = self.D.sum() / math.sqrt((self.D**2).sum())
        drawn, normal = sign_flip(self.D, flips=100_000), normal_sign_flip(score)
        for name in ("p_value", "upper", "lower"):
            assert abs(getattr(drawn, name) - getattr(normal, name)) < 0.01

    def test_order_does_not_matter_and_the_seed_does(self):
        shuffled = np.random.default_rng(1).permutation(self.D)
        assert sign_flip(shuffled, seed=5) == sign_flip(self.D, seed=5)
        assert sign_flip(self.D, seed=6) != sign_flip(self.D, seed=5)

    def test_the_smallest_p_value(self):
        assert sign_flip(np.arange(1.0, 101.0), flips=999).p_value == 1 / 1000

    def test_more_draws_than_are_held_at_once(self):
        found = sign_flip(self.D[:25], flips=70_000)
        assert found.flips == 70_000
        assert math.isclose(found.p_value * 70_001, round(found.p_value * 70_001))


def test_the_normal_limit():
    found = normal_sign_flip(-1.959963984540054)
    assert math.isclose(found.p_value, 0.05)
    assert math.isclose(found.lower, 0.025)
    assert math.isclose(found.upper, 0.975)
