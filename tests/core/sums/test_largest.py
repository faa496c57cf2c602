"""The few largest entries against sorting them all."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums.largest import Largest, by_group
from tests.effort import examples

figures = st.one_of(st.sampled_from([0.0, 1.0, 2.0, float("inf")]), st.floats(0, 10))
rows = st.lists(st.tuples(figures, st.integers(0, 3)), max_size=40)


def added(held, part, start, grouped):
    values = np.array([value for value, _ in part])
    groups = np.array([group for _, group in part], dtype=np.intp) if grouped else None
    found = held.rows(values, groups)
    entries = [(-values[row], start + int(row)) for row in found]
    for group, some in by_group(entries, None if groups is None else groups[found]).items():
        held.add(group, some)
    return found


@examples(150)
@given(whole=rows, cuts=st.lists(st.integers(0, 40), max_size=3), size=st.integers(0, 6), grouped=st.booleans())
def test_as_sorted(whole, cuts, size, grouped):
    held = Largest(size)
    ends = sorted({0, *cuts, len(whole)})
    for start, stop in pairwise(ends):
        added(held, whole[start:stop], start, grouped)
    for group in range(4 if grouped else 1):
        of_group = [(-value, k) for k, (value, own) in enumerate(whole) if own == group or not grouped]
        assert held.of(group) == sorted(of_group)[:size]


@examples(80)
@given(ours=rows, theirs=rows, size=st.integers(1, 5))
def test_merge(ours, theirs, size):
    mine, other, both = Largest(size), Largest(size), Largest(size)
    added(mine, ours, 0, True)
    added(other, theirs, len(ours), True)
    added(both, ours + theirs, 0, True)
    before = [other.of(group) for group in range(4)]
    mine.merge(other)
    assert [mine.of(group) for group in range(4)] == [both.of(group) for group in range(4)]
    assert [other.of(group) for group in range(4)] == before


def test_most_rows_are_never_looked_at():
    held = Largest(3)
    added(held, [(float(value), 0) for value in range(1000)], 0, False)
    assert held.rows(np.arange(900.0), None).tolist() == []
    assert held.rows(np.array([5.0, 997.0, 2000.0]), None).tolist() == [1, 2], "997 may tie"
    assert len(Largest(3).rows(np.arange(1000.0), None)) == 3
    assert Largest(0).rows(np.arange(5.0), None).tolist() == []


def test_by_group():
    assert by_group([], None) == {}
    assert by_group([(1,), (2,)], None) == {0: [(1,), (2,)]}
    assert by_group([(1,), (2,), (3,)], np.array([5, 0, 5])) == {5: [(1,), (3,)], 0: [(2,)]}
