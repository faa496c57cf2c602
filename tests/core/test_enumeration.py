"""The exact tail against the plain enumeration of every table in rational arithmetic."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.enumeration import hypergeometric_groups, may_fit, multinomial_groups, number_of_states, upper_tail


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
