"""Holm's p-values against his procedure, step by step."""

from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.holm import holm

p_values = st.lists(st.none() | st.floats(0, 1), max_size=8)


def rejected(p_values, level):
    """Which hypotheses the procedure rejects: from the smallest p on, as long as p < level / (those that are left)."""
    left = sorted((p, k) for k, p in enumerate(p_values) if p is not None)
    found = set()
    for before, (p, k) in enumerate(left):
        if not p * (len(left) - before) < level:
            break
        found.add(k)
    return found


@given(p_values, st.floats(0.001, 1))
def test_the_procedure(values, level):
    adjusted = holm(values)
    assert {k for k, p in enumerate(adjusted) if p is not None and p < level} == rejected(values, level)


@given(p_values)
def test_bounds(values):
    for p, adjusted in zip(values, holm(values), strict=True):
        assert (p is None) == (adjusted is None)
        assert p is None or p <= adjusted <= 1


def test_one_stays_as_it_is():
    assert holm([0.03]) == [0.03]
    assert holm([None, 0.03]) == [None, 0.03]
    assert holm([]) == []
