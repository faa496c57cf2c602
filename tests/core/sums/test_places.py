"""Positions of keys: as they came, however they were merged."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums.places import Places

keys = st.lists(st.integers(0, 2**62), max_size=20)


def array(some):
    return np.array(some, dtype=np.intp)


@given(parts=st.lists(keys, max_size=5))
def test_a_key_keeps_its_position(parts):
    places, known = Places(), {}
    for part in parts:
        for key, place in zip(part, places.of(array(part)).tolist(), strict=True):
            assert known.setdefault(key, place) == place
    assert sorted(known.values()) == list(range(len(known)))
    assert places.keys == known


@given(ours=keys, theirs=keys)
def test_merge_says_where_the_others_are(ours, theirs):
    mine, other = Places(), Places()
    mine.of(array(ours))
    other.of(array(theirs))
    before = dict(other.keys)
    moved = mine.merge(other)
    assert other.keys == before
    assert [mine.keys[key] for key in sorted(other.keys, key=other.keys.get)] == moved
    assert set(mine.keys) == set(ours) | set(theirs)


def test_nothing():
    none = Places().of(array([]))
    assert none.tolist() == []
    assert none.dtype == np.intp, "positions, which index even where there are none"
    assert Places().merge(Places()) == []
