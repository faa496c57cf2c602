"""The exact tail against the plain enumeration of every table in rational arithmetic."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.hypotheses.enumeration import (
    hypergeometric_groups,
    may_fit,
    multinomial_groups,
    number_of_states,
    upper_tail,
)


def tables(n, cells):
    return (t for t in itertools.product(range(n + 1), repeat=cells) if sum(t) == n)


@given(st.lists(st.sampled_from([0.1, 0.2, 0.4]), min_size=1, max_size=5), st.integers(1, 12))
def test_all_tables_together_are_certain(weights, n):
    groups = multinomial_groups(np.array(weights), n, 1.0)
    assert upper_tail(groups, n, -1.0) == pytest.approx(1, rel=1e-14)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.data())
def test_all_pairs_of_samples_together_are_certain(margins, data):
    n = data.draw(st.integers(1, sum(margins)))
    groups = hypergeometric_groups(np.array([*margins, 1]), n, sum(margins) + 1 - n, 1.0)
    assert upper_tail(groups, n, -1.0) == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("weights", [[1, 1, 1], [1, 1, 2], [9, 3, 3, 1], [5, 2]])
@pytest.mark.parametrize("n", [1, 4, 7])
def test_pearson_in_fractions(weights, n):
    shares = [Fraction(w, sum(weights)) for w in weights]

    def statistic(table):
        return sum((o - n * p) ** 2 / (n * p) for o, p in zip(table, shares, strict=True))

    def chance(table):
        result = Fraction(math.factorial(n))
        for o, p in zip(table, shares, strict=True):
            result *= p**o / math.factorial(o)
        return result

    groups = multinomial_groups(np.array(weights), n, 2.0)
    for observed in itertools.islice(tables(n, len(weights)), 0, None, 5):
        bound = statistic(observed)
        expected = float(sum(chance(t) for t in tables(n, len(weights)) if statistic(t) >= bound))
        assert upper_tail(groups, n, float(bound) * (1 - 1e-9)) == pytest.approx(expected, rel=1e-13)


def partitions(n, parts, largest=None):
    """The ways to write n as a sum of at most so many parts in falling order."""
    if n == 0:
        yield ()
    elif parts:
        for first in range(min(n, largest or n), 0, -1):
            yield from ((first, *rest) for rest in partitions(n - first, parts - 1, first))


@pytest.mark.parametrize(("cells", "n"), [(100, 12), (30, 20), (12, 30), (5000, 7)])
def test_many_alike_cells_of_which_most_stay_empty(cells, n):
    """Each partition of n in the ways its parts and the empty cells are arranged, in whole numbers."""

    def chance(parts):
        ways = math.factorial(n) * math.perm(cells, len(parts))
        for part in set(parts):
            ways //= math.factorial(parts.count(part))
        return Fraction(ways, cells**n * math.prod(map(math.factorial, parts)))

    def pearson(parts):
        return Fraction(cells, n) * sum(part**2 for part in parts) - n

    groups = multinomial_groups(np.ones(cells), n, 2.0)
    assert upper_tail(groups, n, -1.0) == pytest.approx(1, rel=1e-11)
    bound = sorted(pearson(parts) for parts in partitions(n, cells))[int(number_of_states(groups, n, 1e9)) // 3]
    expected = float(sum(chance(parts) for parts in partitions(n, cells) if pearson(parts) >= bound))
    assert upper_tail(groups, n, float(bound) * (1 - 1e-9)) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("n", [1, 5, 9])
def test_empty_cells_of_several_groups(n):
    """What is left empty in a group that has begun and in those behind it, against all tables."""
    weights = np.array([5.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    groups = multinomial_groups(weights, n, 1.0)
    shares = weights / weights.sum()
    found, expected = [], []
    for table in tables(n, 6):
        expected.append(
            math.factorial(n) * math.prod(s**t / math.factorial(t) for s, t in zip(shares, table, strict=True))
        )
        found.append(2 * sum(t * math.log(t / (n * s)) for s, t in zip(shares, table, strict=True) if t))
    bound = float(np.quantile(found, 0.4))
    tail = math.fsum(p for p, g in zip(expected, found, strict=True) if g >= bound * (1 - 1e-9))
    assert upper_tail(groups, n, bound * (1 - 1e-9)) == pytest.approx(tail, rel=1e-12)


@pytest.mark.parametrize(("sizes", "n"), [([3], 7), ([2, 1], 9), ([2, 2, 1], 6), ([1, 1], 5)])
def test_the_number_of_tables_with_alike_ones_once(sizes, n):
    weights = np.repeat(np.arange(1.0, len(sizes) + 1), sizes)
    groups = multinomial_groups(weights, n, 1.0)
    seen = set()
    for table in tables(n, len(weights)):
        parts, start = [], 0
        for size in sizes:
            parts.append(tuple(sorted(table[start : start + size])))
            start += size
        seen.add(tuple(parts))
    assert number_of_states(groups, n, 1e9) == len(seen)


def test_the_number_of_tables_with_margins():
    margins = np.array([2, 2, 3])
    seen = {(*sorted((a, b)), c) for a in range(3) for b in range(3) for c in range(4) if a + b + c == 4}
    assert number_of_states(hypergeometric_groups(margins, 4, 3, 1.0), 4, 1e9) == len(seen)


def test_too_many_tables_are_told_before_they_are_counted():
    assert not may_fit(20_000, 6, 1e6)
    assert not may_fit(10**15, 2, 1e6)
    assert may_fit(10**6, 2, 1e6)
    assert number_of_states(multinomial_groups(np.ones(50), 200, 1.0), 200, 1e6) == math.inf


@pytest.mark.parametrize("cells", range(1, 7))
def test_no_test_within_the_limit_is_given_up_unseen(cells):
    for n in range(1, 61):
        for weights in (np.ones(cells), np.arange(1.0, cells + 1)):
            states = number_of_states(multinomial_groups(weights, n, 1.0), n, 1e9)
            assert may_fit(n, cells, states)
