"""Masses by position against fractions, as counts and as sums of weights."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.tally import Tally
from tests.effort import examples

weight = st.floats(5e-324, 1e300)
batches = st.lists(
    st.tuples(st.booleans(), st.lists(st.tuples(weight, st.integers(0, 40)), max_size=8)), max_size=6
)  # fmt: skip


def filled(parts):
    """A tally of some batches, and the masses as fractions."""
    tally, masses = Tally(), {}
    for weighted, rows in parts:
        weights, places = [w for w, _ in rows], [p for _, p in rows]
        tally.add(np.array(weights) if weighted else None, len(rows), np.array(places, dtype=np.intp))
        for w, place in rows:
            masses[place] = masses.get(place, Fraction(0)) + (Fraction(w) if weighted else 1)
    return tally, masses


def integers(masses, places=range(45)):
    return [int(masses.get(place, 0) * 2**FRACTION_BITS) for place in places]


@examples(60)
@given(parts=batches)
def test_masses(parts):
    tally, masses = filled(parts)
    assert tally.masses(0, 45) == integers(masses)
    assert [tally.mass(place) for place in (0, 7, 44, 1000)] == integers(masses, (0, 7, 44, 1000))
    counts = tally.counts(0, 45)
    if any(weighted and rows for weighted, rows in parts):
        assert counts is None
    else:
        assert counts.tolist() == [masses.get(place, 0) for place in range(45)]


@examples(60)
@given(ours=batches, theirs=batches, shift=st.integers(0, 5))
def test_merge_with_and_without_other_places(ours, theirs, shift):
    (plain, masses), (other, more) = filled(ours), filled(theirs)
    moved, _ = filled(ours)
    before = other.masses(0, 45)
    plain.merge(other)
    assert plain.masses(0, 45) == integers({p: masses.get(p, 0) + more.get(p, 0) for p in range(45)})
    moved.merge(other, [place + shift for place in range(45)])
    assert moved.masses(0, 50) == integers({p: masses.get(p, 0) + more.get(p - shift, 0) for p in range(50)}, range(50))
    assert other.masses(0, 45) == before, "the other stays as it is"


def test_without_positions_all_is_at_the_first():
    tally = Tally()
    tally.add(None, 3)
    tally.add(np.array([0.5, 0.25]), 2)
    tally.add(None, 0)
    assert tally.masses(0, 2) == [(15 << FRACTION_BITS) >> 2, 0]


@pytest.mark.parametrize("places", [[10**6], [10**6, 3, 3]])
def test_few_rows_among_many_positions(places):
    tally = Tally()
    tally.add(None, 1, np.array([10**6]))
    tally.add(None, len(places), np.array(places))
    assert tally.mass(10**6) == 2 << FRACTION_BITS
    assert tally.mass(3) == (len(places) - 1) << FRACTION_BITS
