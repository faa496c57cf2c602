"""Entropy, cross-entropy and KL divergence against mpmath on the weights as they are, and their identities."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.pmfs.information import (
    cross_entropy,
    cross_entropy_terms,
    entropy,
    entropy_terms,
    infinite_outcomes,
    kl_divergence,
    kl_terms,
    perplexity,
)
from cecli.core.pmfs.pmf import Pmf

FEW_ULPS = 2e-15


def pmf(*weights):
    whole = all(isinstance(w, int) for w in weights)
    return Pmf(np.array(weights, dtype=np.int64 if whole else np.float64))


def exact(weights):
    values = [mpmath.mpf(w) for w in weights.weights.tolist()]
    total = mpmath.fsum(values)
    return [value / total for value in values]


def exact_cross_entropy(p, q):
    return -mpmath.fsum(x * mpmath.log(y) for x, y in zip(exact(p), exact(q), strict=True) if x)


def exact_divergence(p, q):
    return mpmath.fsum(x * mpmath.log(x / y) for x, y in zip(exact(p), exact(q), strict=True) if x)


def assert_near(value, expected, rel=FEW_ULPS):
    assert abs(value - expected) <= rel * abs(expected), (value, mpmath.nstr(expected, 20))


def random_pairs(kind):
    """Pairs from far apart to 1e-15 apart; ``kind`` says which of the two are counts."""
    rng = np.random.default_rng(2024)
    for sides in (1, 2, 6, 40):
        for spread in (None, 1.5, 0.3, 1e-2, 1e-6, 1e-9, 1e-12, 1e-15):
            q = np.maximum(rng.dirichlet(np.full(sides, 0.5)), 1e-30)
            p = rng.dirichlet(np.ones(sides)) if spread is None else q * (1 + spread * rng.uniform(-0.6, 0.6, sides))
            scale = 10.0 ** rng.integers(3, 18)
            yield (
                Pmf(np.rint(p * scale).astype(np.int64) + 1) if kind[0] == "c" else Pmf(p),
                Pmf(np.rint(q * 1e15).astype(np.int64) + 1) if kind[1] == "c" else Pmf(q),
            )


@pytest.mark.parametrize("kind", ["ff", "cc", "cf", "fc"])
def test_all_three_agree_with_80_digits(kind):
    with mpmath.workdps(80):
        for p, q in random_pairs(kind):
            assert_near(entropy(p), exact_cross_entropy(p, p))
            assert_near(cross_entropy(p, q), exact_cross_entropy(p, q))
            divergence = exact_divergence(p, q)
            assert_near(kl_divergence(p, q), divergence if abs(divergence) > 1e-70 else 0)


@pytest.mark.parametrize("sides", [1000, 10**6])
def test_many_outcomes(sides):
    rng = np.random.default_rng(5)
    p, q = Pmf(rng.integers(1, 40, sides)), Pmf(rng.integers(1, 40, sides))
    table, times = np.unique(np.stack([p.weights, q.weights]), axis=1, return_counts=True)
    with mpmath.workdps(50):
        a, b = (mpmath.mpf(int(x.weights.sum())) for x in (p, q))
        cells = [
            (mpmath.mpf(x) / a, mpmath.mpf(y) / b, n)
            for (x, y), n in zip(table.T.tolist(), times.tolist(), strict=True)
        ]
        assert_near(entropy(p), -mpmath.fsum(n * x * mpmath.log(x) for x, _, n in cells))
        assert_near(cross_entropy(p, q), -mpmath.fsum(n * x * mpmath.log(y) for x, y, n in cells))
        assert_near(kl_divergence(p, q), mpmath.fsum(n * x * mpmath.log(x / y) for x, y, n in cells))
    assert entropy(Pmf(np.ones(sides))) == pytest.approx(math.log(sides), rel=FEW_ULPS)


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (pmf(1.0, 1e-300), 6.917755278982137e-298),
        (pmf(1.0, 5e-324), 3.68e-321),
        (pmf(0.5, 0.5), math.log(2)),
        (pmf(0.1, 0.1), math.log(2)),
        (pmf(1.0), 0.0),
        (pmf(0, 7, 0), 0.0),
        (pmf(2**63 - 1, 2**63 - 1, 2**63 - 1), math.log(3)),
    ],
    ids=str,
)
def test_entropy_of_named_cases(p, expected):
    assert entropy(p) == pytest.approx(expected, rel=FEW_ULPS, abs=0)
    assert math.copysign(1, entropy(p)) == 1


@pytest.mark.parametrize("k", [7, 14, 20, 34, 50])
def test_a_coin_a_little_off_fair(k):
    with mpmath.workdps(80):
        p, q = pmf(0.5 + 2.0**-k / 2, 0.5 - 2.0**-k / 2), pmf(0.5, 0.5)
        assert_near(kl_divergence(p, q), exact_divergence(p, q))


def test_counts_near_1e15_against_a_fair_die():
    counts = [10**15 + d for d in (1, -1, 0, 0, 2, -2)]
    assert kl_divergence(pmf(*counts), pmf(1, 1, 1, 1, 1, 1)) == pytest.approx(8.333333333333333e-31, rel=FEW_ULPS)
    assert kl_divergence(pmf(*counts), Pmf(np.full(6, 0.3))) == pytest.approx(8.333333333333333e-31, rel=FEW_ULPS)


def test_a_divergence_far_below_106_bits():
    p = pmf(2**62 + 1, 2**62 - 1, 2**62)
    assert kl_divergence(p, pmf(1, 1, 1)) == pytest.approx(2.0**-124 / 3, rel=FEW_ULPS)
    p = pmf(1.0, 1e-300)
    assert kl_divergence(p, pmf(1.0, 2e-300)) == pytest.approx((1 - math.log(2)) * 1e-300, rel=FEW_ULPS)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (pmf(1, 2, 3), pmf(10**15, 2 * 10**15, 3 * 10**15)),
        (pmf(1, 2, 3), pmf(0.5, 1.0, 1.5)),
        (pmf(0.1, 0.2, 0.7), pmf(0.4, 0.8, 2.8)),
        (pmf(2**63 - 1, 2**63 - 1), pmf(1, 1)),
        (pmf(1.0), pmf(0.3)),
        (pmf(0, 5), pmf(0, 9)),
    ],
    ids=str,
)
def test_proportional_weights_are_exactly_0_apart(p, q):
    assert kl_divergence(p, q) == 0
    assert kl_divergence(q, p) == 0
    assert not kl_terms(p, q).contribution.any()


def test_a_tiny_q_is_a_large_loss_and_no_q_an_infinite_one():
    half = pmf(0.5, 0.5)
    assert cross_entropy(half, pmf(1e-300, 1.0)) == pytest.approx(345.38776394910684, rel=FEW_ULPS)
    assert kl_divergence(half, pmf(1e-300, 1.0)) == pytest.approx(344.6946167685469, rel=FEW_ULPS)
    assert kl_divergence(half, pmf(5e-324, 1.0)) == pytest.approx(536 * math.log(2), rel=FEW_ULPS)
    assert cross_entropy(half, pmf(0, 1)) == math.inf
    assert kl_divergence(half, pmf(0, 1)) == math.inf
    assert infinite_outcomes(half, pmf(0, 1)).tolist() == [0]
    assert kl_terms(half, pmf(0, 1)).contribution[0] == math.inf


def test_an_outcome_that_neither_has_counts_for_nothing():
    p, q = pmf(0.25, 0.75, 0.0), pmf(0.75, 0.25, 0.0)
    assert cross_entropy(p, q) == pytest.approx(1.1116412889528633, rel=FEW_ULPS)
    assert kl_divergence(p, q) == pytest.approx(0.5493061443340549, rel=FEW_ULPS)
    assert infinite_outcomes(p, q).size == 0
    assert cross_entropy_terms(p, q).contribution[2] == 0


def test_terms_sum_to_their_measure():
    p, q = pmf(3246, 3449, 2897, 2841, 3635, 3932), pmf(0.1, 0.2, 0.3, 0.2, 0.1, 0.1)
    for terms, value in [
        (entropy_terms(p), entropy(p)),
        (cross_entropy_terms(p, q), cross_entropy(p, q)),
        (kl_terms(p, q), kl_divergence(p, q)),
    ]:
        assert terms.contribution.sum() == pytest.approx(value, rel=1e-14)
        np.testing.assert_array_equal(terms.p, p.weights / 20000)
        np.testing.assert_allclose(terms.surprisal, -np.log(terms.q), rtol=FEW_ULPS)
    assert kl_terms(p, q).contribution.tolist() == pytest.approx((terms.p * np.log(terms.p / terms.q)).tolist())


def test_perplexity_is_the_sides_of_a_die_and_may_overflow():
    assert perplexity(entropy(pmf(1, 1, 1, 1, 1, 1))) == pytest.approx(6, rel=FEW_ULPS)
    assert perplexity(0.0) == 1
    assert perplexity(math.inf) == perplexity(710.0) == math.inf


weight = st.one_of(st.just(0.0), st.floats(1e-100, 1), st.floats(1e-3, 1))
whole = st.one_of(st.just(0), st.integers(1, 50), st.integers(1, 2**63 - 1))


@st.composite
def pairs(draw):
    sides = draw(st.integers(1, 7))
    p, q = (
        np.array(draw(st.lists(draw(st.sampled_from([weight, whole])), min_size=sides, max_size=sides).filter(any)))
        for _ in range(2)
    )
    return Pmf(p), Pmf(q)


@given(pairs())
def test_cross_entropy_is_entropy_plus_divergence(pair):
    p, q = pair
    total = cross_entropy(p, q)
    assert total == pytest.approx(entropy(p) + kl_divergence(p, q), rel=FEW_ULPS, abs=0) or math.isinf(total)
    assert math.isinf(total) == math.isinf(kl_divergence(p, q)) == bool(infinite_outcomes(p, q).size)


@given(pairs())
def test_nothing_is_negative_and_the_divergence_is_0_for_proportional_weights_only(pair):
    p, q = pair
    divergence = kl_divergence(p, q)
    assert divergence >= 0
    assert entropy(p) >= 0
    assert math.copysign(1, divergence) == math.copysign(1, entropy(p)) == 1
    a, b = ([Fraction(w) for w in x.weights.tolist()] for x in pair)
    proportional = all(x * sum(b) == y * sum(a) for x, y in zip(a, b, strict=True))
    assert (divergence == 0) == proportional
    assert kl_divergence(p, p) == 0


@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_of_the_outcomes_changes_no_bit(pair, random):
    order = random.sample(range(pair[0].size), pair[0].size)
    p, q = pair
    shuffled = Pmf(p.weights[order]), Pmf(q.weights[order])
    assert entropy(shuffled[0]) == entropy(p)
    assert cross_entropy(*shuffled) == cross_entropy(p, q)
    assert kl_divergence(*shuffled) == kl_divergence(p, q)


@given(pairs(), st.integers(-60, 60))
def test_scaling_by_a_power_of_two_changes_no_bit(pair, exponent):
    p, q = (Pmf(np.where(w.weights == 0, 0.0, np.maximum(w.weights.astype(np.float64), 1e-280))) for w in pair)
    scaled = Pmf(np.ldexp(p.weights, exponent))
    assert entropy(scaled) == entropy(p)
    assert cross_entropy(scaled, q) == cross_entropy(p, q)
    assert kl_divergence(scaled, q) == kl_divergence(p, q)
    assert kl_divergence(q, scaled) == kl_divergence(q, p)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ([2**60, 2**60 + 1], [2**60 + 1, 2**60]),
        ([2**62, 2**61, 2**60 + 3], [2**62 + 1, 2**61, 2**60 + 2]),
        ([10**15, 10**15 + 1, 10**15], [10**15, 10**15, 10**15]),
        ([2**62 + 1, 2**62, 2**61], [2**62, 2**62, 2**61]),
        ([2**62 + 3, 3**39, 5**26], [2**62 + 2, 3**39, 5**26 + 1]),
        ([10**9, 10**9 + 1], [10**9, 10**9]),
        ([0.5, 0.5], [0.5, math.nextafter(0.5, 1)]),
        ([1.0, 2.0, 4.0], [1.0, 2.0, math.nextafter(4.0, 0)]),
    ],
)
def test_the_divergence_of_pmfs_that_differ_in_the_last_digit(p, q):
    with mpmath.workdps(150):
        ps, qs = ([mpmath.mpf(w) / mpmath.fsum(map(mpmath.mpf, side)) for w in side] for side in (p, q))
        expected = mpmath.fsum(x * mpmath.log(x / y) for x, y in zip(ps, qs, strict=True))
    assert 0 < kl_divergence(Pmf(np.array(p)), Pmf(np.array(q))) == pytest.approx(float(expected), rel=1e-15, abs=0)
