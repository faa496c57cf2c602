"""The stream: pinned, a prefix of itself, without the impossible, and fair."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core import sampling
from cecli.core.pmf import Pmf
from cecli.errors import UsageError

DIE = Pmf(np.ones(6, dtype=np.int64))


def sequence(seed, n, pmf):
    return np.concatenate(list(sampling.rolls(seed, n, sampling.thresholds(pmf))))


def test_the_stream_is_pinned():
    # These literals are the promise that a seed gives the same rolls in every version. Never change them.
    assert sequence(1, 20, DIE).tolist() == [4, 1, 3, 1, 0, 4, 0, 5, 2, 2, 1, 0, 4, 0, 2, 1, 4, 3, 3, 1]
    loaded = Pmf(np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.5]))
    assert sequence(1, 20, loaded).tolist() == [5, 1, 5, 3, 0, 5, 1, 5, 4, 3, 3, 1, 5, 0, 3, 2, 5, 5, 5, 2]
    assert sampling.block_of_rolls(2**52 + 1, 3, sampling.thresholds(DIE))[:12].tolist() == [
        3,
        0,
        5,
        5,
        5,
        1,
        2,
        4,
        0,
        4,
        2,
        5,
    ]
    assert sampling.counts(DIE, 200_000, seed=7).tolist() == [33203, 33351, 33407, 33313, 33289, 33437]


@pytest.mark.parametrize("n", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_the_shorter_sequence_is_a_prefix_of_the_longer(n):
    longer = sequence(5, 200_001, DIE)
    assert np.array_equal(np.concatenate([[], *sampling.rolls(5, n, sampling.thresholds(DIE))]), longer[:n])


def test_blocks_do_not_depend_on_one_another():
    limits = sampling.thresholds(DIE)
    backwards = [sampling.block_of_rolls(9, i, limits) for i in (2, 1, 0)][::-1]
    assert np.array_equal(np.concatenate(backwards), sequence(9, 3 * sampling.BLOCK, DIE))


def test_counts_are_the_tally_of_the_sequence():
    pmf = Pmf(np.array([3, 0, 2, 5]))
    assert sampling.counts(pmf, 100_000, seed=3).tolist() == np.bincount(sequence(3, 100_000, pmf)).tolist()


@given(st.lists(st.one_of(st.just(0.0), st.floats(0, 1), st.floats(0, 1e-300)), min_size=1, max_size=8).filter(any))
def test_the_thresholds_are_exact_for_probabilities(weights):
    exact = [Fraction(w) for w in weights]
    sums = [sum(exact[: k + 1]) for k in range(len(exact))]
    expected = [math.floor(2**64 * s / sums[-1]) for s in sums if s < sums[-1]]
    assert sampling.thresholds(Pmf(np.array(weights))).bounds.tolist() == expected


@given(
    st.lists(
        st.one_of(st.integers(0, 9), st.integers(0, 2**32), st.integers(0, 2**63 - 1)), min_size=1, max_size=8
    ).filter(any)
)
def test_the_thresholds_are_exact_for_counts(weights):
    sums = [sum(weights[: k + 1]) for k in range(len(weights))]
    expected = [(s << 64) // sums[-1] for s in sums if s < sums[-1]]
    assert sampling.thresholds(Pmf(np.array(weights, dtype=np.int64))).bounds.tolist() == expected


@pytest.mark.parametrize(
    "pmf",
    [
        Pmf(np.array([0, 1, 0, 3, 0])),
        Pmf(np.array([0.0, 0.1, 0.2, 0.7, 0.0])),
        Pmf(np.array([0.0, 5e-324, 1.0, 0.0])),
        Pmf(np.arange(3000) % 3),
    ],
    ids=["counts", "probabilities", "tiny", "many"],
)
@pytest.mark.parametrize("n", [300_000, 10**15])
def test_the_impossible_never_comes_up(pmf, n):
    tally = sampling.counts(pmf, n, seed=11)
    assert tally.sum() == n
    assert not tally[pmf.weights == 0].any()


def test_every_word_finds_the_outcome_between_its_thresholds():
    pmf = Pmf(np.random.default_rng(3).dirichlet(np.full(5000, 0.2)))
    limits = sampling.thresholds(pmf)
    source = np.random.PCG64(np.random.SeedSequence(4, spawn_key=(2,)))
    words = source.random_raw(sampling.BLOCK)
    expected = np.searchsorted(limits.bounds, words, side="right")
    assert np.array_equal(sampling.block_of_rolls(4, 2, limits), expected)


@pytest.mark.parametrize("n", [1_000_000, 10**12])
def test_the_frequencies_are_those_of_the_pmf(n):
    weights = np.array([1, 2, 3, 4, 0, 90])
    expected = weights / 100
    tally = sampling.counts(Pmf(weights), n, seed=123)
    possible = weights > 0
    chi_squared = ((tally - n * expected)[possible] ** 2 / (n * expected[possible])).sum()
    assert chi_squared < 23.5  # the upper 1e-4 or so of four degrees of freedom; the seed is fixed


def test_more_rolls_than_a_count_holds_are_refused():
    assert sampling.counts(DIE, 2**63 - 1, seed=1).sum(dtype=object) == 2**63 - 1
    with pytest.raises(UsageError, match="rolls"):
        sampling.counts(DIE, 2**63, seed=1)
