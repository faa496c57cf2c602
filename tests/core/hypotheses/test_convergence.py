"""The growing sample: one sample, its measures, and the laws of large numbers that the replicates obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cecli.core.hypotheses import convergence
from cecli.core.pmfs import sampling
from cecli.core.pmfs.information import cross_entropy, entropy, kl_divergence
from cecli.core.pmfs.pmf import Pmf

DIE = Pmf(np.ones(6, dtype=np.int64))
SKEW = Pmf(np.array([0.9, 0.0, 0.05, 0.02, 0.03]))


@given(st.integers(1, 10**15))
def test_sizes_double_up_to_the_last(rolls):
    ns = convergence.sizes(rolls)
    assert ns[0] == 1
    assert ns[-1] == rolls
    assert ns[:-1] == [2**k for k in range(len(ns) - 1)]
    assert len(ns) == 1 or ns[-2] < rolls <= 2 * ns[-2]


@pytest.mark.parametrize("pmf", [DIE, SKEW])
def test_the_counts_are_those_of_the_seed_s_sequence(pmf):
    ns = [1, 2, 5, 65_536, 65_537, 200_000]
    for n, counts in zip(ns, convergence.growing_counts(pmf, ns, seed=3), strict=True):
        assert counts.tolist() == sampling.counts(pmf, n, seed=3).tolist()


def test_a_longer_sample_goes_on_where_the_shorter_one_ended():
    long = {point.rolls: point.counts.tolist() for point in convergence.growing_sample(DIE, 2**26, seed=4)}
    for rolls in (1000, 10**7, 2**24, 3 * 10**7):
        short = {p.rolls: p.counts.tolist() for p in convergence.growing_sample(DIE, rolls, seed=4)}
        powers = {n: counts for n, counts in short.items() if n.bit_count() == 1}
        assert powers.items() <= long.items()
        assert sum(short[rolls]) == rolls


def test_counts_only_grow_and_the_impossible_never_comes_up():
    before = np.zeros(5, dtype=np.int64)
    for point in convergence.growing_sample(SKEW, 10**15, seed=1):
        assert (point.counts >= before).all()
        assert point.counts.sum() == point.rolls
        assert point.counts[1] == 0
        before = point.counts


def test_the_measures_are_those_of_the_commands():
    for point in convergence.growing_sample(SKEW, 3000, seed=9):
        p = Pmf(point.counts)
        values = point.values
        assert values["kl_divergence"] == kl_divergence(p, SKEW)
        assert values["cross_entropy"] == cross_entropy(p, SKEW)
        assert values["entropy"] == entropy(p)
        assert values["wilks"] == 2 * point.rolls * kl_divergence(p, SKEW)
        exact = math.fsum(abs(point.counts / point.rolls - SKEW.weights)) / 2
        assert math.isclose(values["total_variation"], exact, rel_tol=1e-12, abs_tol=1e-15)


def test_the_band_is_that_of_chi_squared():
    low, high = convergence.wilks_band(DIE, 0.9)
    assert math.isclose(special.chdtrc(5, high), 0.05, rel_tol=1e-12)
    assert math.isclose(special.chdtr(5, low), 0.05, rel_tol=1e-12)
    assert convergence.wilks_band(Pmf(np.array([0, 3])), 0.9) == (0.0, 0.0)


@pytest.mark.parametrize("q", [DIE, SKEW])
def test_replicates_have_the_measures_of_single_samples(q):
    """Every experiment's measures, computed in blocks, are those that the exact functions give for its counts."""
    ns = convergence.sizes(300)
    found = convergence.replicated(q, ns, seed=5, replicates=7)
    possible = Pmf(q.weights[q.weights > 0])
    seeds = np.random.SeedSequence(5, spawn_key=(0, 0, 0, 0)).spawn(len(ns))
    counts, done = np.zeros((7, possible.size), dtype=np.int64), 0
    for place, n in enumerate(ns):
        counts += sampling.multinomial(possible, n - done, seeds[place], 7)
        done = n
        for row, own in enumerate(counts):
            p = Pmf(own)
            kl = kl_divergence(p, possible)
            variation = np.abs(own / n - possible.weights / possible.weights.sum()).sum() / 2
            exact = [variation, kl, cross_entropy(p, possible), entropy(p), 2 * n * kl]
            assert np.allclose(found[place, :, row], exact, rtol=1e-9, atol=1e-12)


def test_the_mean_divergence_and_the_share_within_the_band_tend_to_their_limits():
    """(K-1)/2n and the confidence; at n = 4096 both are within the noise of 20,000 experiments."""
    found = convergence.replicated(DIE, [4096], seed=6, replicates=20_000)[0]
    kl = found[convergence.MEASURES.index("kl_divergence")]
    expected = convergence.expected_divergence(DIE, 4096)
    assert abs(kl.mean() - expected) < 5 * kl.std() / math.sqrt(len(kl))
    share = convergence.share_within(found[-1], convergence.wilks_band(DIE, 0.95))
    assert abs(share - 0.95) < 5 * math.sqrt(0.95 * 0.05 / 20_000)


def test_the_replicates_do_not_depend_on_how_many_there_are_but_for_the_last_chunk():
    """Whole chunks are drawn alike whatever follows."""
    many = Pmf(np.ones(1 << 18, dtype=np.int64))
    four, eight = (convergence.replicated(many, [1, 2], seed=1, replicates=r) for r in (4, 8))
    assert (four == eight[:, :, :4]).all()


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 0.99))
def test_a_spread_is_ordered_and_holds_the_median(values, confidence):
    spread = convergence.spread(np.array(values), confidence)
    assert min(values) <= spread.low <= spread.median <= spread.high <= max(values)
    assert math.isclose(spread.mean, math.fsum(values) / len(values), rel_tol=1e-15)
