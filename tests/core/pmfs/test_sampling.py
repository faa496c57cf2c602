"""The stream: pinned, a prefix of itself, without the impossible, and fair."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.pmfs import sampling
from cecli.core.pmfs.pmf import Pmf
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


def test_the_streams_of_experiments_and_of_many_sides_are_pinned():
    # As above: never change them.
    limits = sampling.thresholds(DIE)
    assert sampling.block_of_rolls(1, 0, limits, 12, experiment=1).tolist() == [5, 5, 1, 2, 5, 2, 1, 5, 2, 2, 3, 5]
    assert sampling.block_of_rolls(1, 1, limits, 12, experiment=2).tolist() == [3, 2, 1, 1, 2, 4, 1, 4, 1, 2, 4, 3]
    fair = sampling.thresholds(Pmf(np.ones(10**6, dtype=np.int64)))
    assert sampling.block_of_rolls(1, 0, fair, 8).tolist() == [
        699034,
        174335,
        645118,
        320202,
        96861,
        812578,
        150999,
        844356,
    ]
    loaded = sampling.thresholds(Pmf(np.arange(1, 10**6 + 1)))
    assert sampling.block_of_rolls(1, 0, loaded, 8).tolist() == [
        836082,
        417534,
        803192,
        565864,
        311224,
        901431,
        388586,
        918888,
    ]


@pytest.mark.parametrize("sides", [512, 1000, 2**16, 999_983])
def test_the_fair_die_of_many_sides_has_the_thresholds_of_the_definition(sides):
    """Words at a threshold, just below and just above it: where arithmetic could be off by one."""
    limits = sampling.thresholds(Pmf(np.full(sides, 3)))
    assert limits.fair
    bounds = [(2**64 * (k + 1)) // sides for k in range(0, sides - 1, max(1, sides // 500))]
    words = [0, 1, 2**64 - 1, *(b + d for b in bounds for d in (-1, 0, 1))]
    every = np.array([(2**64 * (k + 1)) // sides for k in range(sides - 1)], dtype=np.uint64)
    expected = np.searchsorted(every, np.array(words, dtype=np.uint64), side="right")
    assert sampling._fair(np.array(words, dtype=np.uint64), sides).tolist() == expected.tolist()


def test_words_are_looked_up_among_many_close_thresholds():
    """A thousand outcomes within the reach of one entry of the guide, so that a few steps do not suffice."""
    weights = np.concatenate([np.full(1000, 1e-9), [1.0], np.full(1000, 1e-9)])
    limits = sampling.thresholds(Pmf(weights))
    words = np.sort(np.concatenate([limits.bounds - np.uint64(1), limits.bounds, limits.bounds + np.uint64(1)]))
    found = limits.guide[(words >> np.uint64(limits.shift)).astype(np.intp)]
    mixed = found < 0
    assert mixed.any()
    found[mixed] = sampling._looked_up(words[mixed], -1 - found[mixed], limits.bounds)
    assert found.tolist() == np.searchsorted(limits.bounds, words, side="right").tolist()


@pytest.mark.parametrize("n", [0, 1, 70_000, 10**8])
def test_experiments_begin_with_the_seed_s_own_and_do_not_depend_on_their_number(n):
    pmf = Pmf(np.array([3, 0, 2, 5]))
    few, many = (np.array(list(sampling.experiments(pmf, n, 3, repeat))) for repeat in (2, 5))
    assert few.tolist() == many[:2].tolist()
    assert few[0].tolist() == sampling.counts(pmf, n, seed=3).tolist()
    assert (many.sum(axis=1) == n).all()
    assert not many[:, 1].any()
    assert n < 2 or len({tuple(own) for own in many.tolist()}) > 1


def test_experiments_are_independent_of_each_other():
    """Pearson's statistic of the table of 400 experiments: between the ends of one in a million of chi-squared."""
    tables = np.array(list(sampling.experiments(DIE, 600, 2, 400)))
    statistic = ((tables - 100.0) ** 2 / 100).sum()
    assert 1680 < statistic < 2330  # the quantiles of 2000 degrees of freedom are 1706 and 2314


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
