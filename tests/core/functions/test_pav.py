"""Pooled adjacent violators against the min-max formula in fractions, and against scikit-learn."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions import pav
from cecli.core.functions.pav import pooled
from tests.effort import examples


def fit(sums, masses):
    """The fitted value of every entry, from the blocks."""
    block_sums, block_masses = pooled(np.array(sums, dtype=float), np.array(masses, dtype=float))
    levels = block_sums / block_masses
    ends = np.cumsum(block_masses)
    return levels[np.searchsorted(ends, np.cumsum(masses), side="left")]


def by_formula(sums, masses):
    """max over s <= i of min over t >= i of the mean of s…t: Barlow et al. 1972, theorem 1.4, in fractions."""
    n = len(sums)
    above, below = [0], [0]
    for total, mass in zip(sums, masses, strict=True):
        above.append(above[-1] + Fraction(total))
        below.append(below[-1] + Fraction(mass))
    mean = lambda s, t: (above[t + 1] - above[s]) / (below[t + 1] - below[s])  # noqa: E731
    return [max(min(mean(s, t) for t in range(i, n)) for s in range(i + 1)) for i in range(n)]


entries = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=14)


@examples(150)
@given(rows=entries)
def test_against_the_formula(rows):
    sums, masses = zip(*rows, strict=True)
    assert [Fraction(got).limit_denominator(1000) for got in fit(sums, masses).tolist()] == by_formula(sums, masses)


@examples(60)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 2, 100, 4096, 4097, 30_000]), values=st.integers(2, 50))
def test_however_many_there_are(seed, size, values):
    """Blocks rise, hold all that there was, and are those of one entry after the other."""
    generator = np.random.default_rng(seed)
    masses = generator.integers(1, 5, size).astype(float)
    sums = np.floor(masses * generator.integers(0, values, size) * np.linspace(0.5, 1, size))
    block_sums, block_masses = pooled(sums, masses)
    assert (np.diff(block_sums / block_masses) > 0).all()
    assert (block_sums.sum(), block_masses.sum()) == (sums.sum(), masses.sum())
    plain_sums, plain_masses = pav._one_by_one(sums.tolist(), masses.tolist())
    assert block_sums.tolist() == plain_sums.tolist()
    assert block_masses.tolist() == plain_masses.tolist()


@pytest.mark.parametrize("size", [50, 20_000])
def test_against_scikit_learn(size):
    isotonic = pytest.importorskip("sklearn.isotonic")
    generator = np.random.default_rng(size)
    masses = generator.uniform(0.1, 5, size)
    means = np.sort(generator.random(size)) + generator.normal(0, 0.3, size)
    expected = isotonic.IsotonicRegression().fit(np.arange(size), means, sample_weight=masses).predict(np.arange(size))
    block_sums, block_masses = pooled(means * masses, masses)
    levels = np.unique(expected)
    assert len(levels) == len(block_sums)
    assert np.allclose(block_sums / block_masses, levels, rtol=1e-12, atol=1e-14)


def test_by_name():
    assert pooled(np.array([3.0, 2.0, 1.0]), np.ones(3))[1].tolist() == [3.0], "all fall: one block"
    assert pooled(np.array([1.0, 1.0]), np.ones(2))[1].tolist() == [2.0], "equal means are one block"
    assert pooled(np.array([0.0, 2.0, 3.0]), np.array([1.0, 4.0, 3.0]))[0].tolist() == [0.0, 2.0, 3.0]
