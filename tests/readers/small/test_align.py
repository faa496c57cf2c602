"""Two PMFs over the same outcomes: matched by name, by number or by position, and what cannot be matched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError
from cecli.readers.small.align import align


def pmf(weights, outcomes=None, name="p"):
    return Pmf(np.array(weights), outcomes, name)


def aligned(p, q, missing="error"):
    a, b, notes = align(p, q, missing)
    assert a.labels() == b.labels()
    return list(a.labels()), a.weights.tolist(), b.weights.tolist(), notes


def test_by_outcome_not_by_order():
    p, q = pmf([0.5, 0.3, 0.2], ["x", "y", "z"]), pmf([3, 1, 6], ["z", "x", "y"], "q")
    assert aligned(p, q) == (["x", "y", "z"], [0.5, 0.3, 0.2], [1, 6, 3], [])


@given(st.lists(st.text(max_size=2), unique=True, min_size=1, max_size=9).flatmap(
    lambda names: st.tuples(st.just(names), st.permutations(names))
))  # fmt: skip
def test_any_order_is_brought_back(orders):
    names, shuffled = orders
    weight = {name: index + 1 for index, name in enumerate(names)}
    q = pmf([weight[name] for name in shuffled], shuffled, "q")
    assert aligned(pmf([weight[name] for name in names], names), q)[2] == list(range(1, len(names) + 1))


def test_an_outcome_of_one_side_is_an_error():
    p, q = pmf([1, 1, 1], ["a", "b", "c"]), pmf([1, 1], ["a", "d"], "q")
    with pytest.raises(InputError) as caught:
        align(p, q)
    said = 'outcomes "b", "c" are only in p, not in q; outcome "d" is only in q, not in p'
    assert (caught.value.message, caught.value.hint) == (said, "--missing zero takes it as probability 0 there")


def test_missing_zero():
    p, q = pmf([2, 3], ["a", "b"]), pmf([0.5, 0.5], ["c", "a"], "q")
    labels, left, right, notes = aligned(p, q, "zero")
    assert (labels, left, right) == (["a", "b", "c"], [2, 3, 0], [0.5, 0, 0.5])
    assert notes == [
        'outcome "b" is only in p, not in q: taken as probability 0 there',
        'outcome "c" is only in q, not in p: taken as probability 0 there',
    ]
    a, b, _ = align(p, q, "zero")
    assert (a.is_counts, b.is_counts) == (True, False)


def test_many_missing_outcomes_are_counted():
    p, q = pmf([1] * 9, [f"x{k}" for k in range(9)]), pmf([1], ["x0"], "q")
    with pytest.raises(InputError, match='outcomes "x1", "x2", "x3", "x4", "x5" and 3 more are only in p'):
        align(p, q)


def test_without_names_by_position():
    assert aligned(pmf([1, 2]), pmf([3, 4], None, "q")) == (["1", "2"], [1, 2], [3, 4], [])


@pytest.mark.parametrize("missing", ["error", "zero"])
def test_without_names_another_k_is_an_error(missing):
    with pytest.raises(InputError, match=r"^p has 2 outcomes, q has 3$"):
        align(pmf([1, 2]), pmf([1, 1, 1], None, "q"), missing)


def test_names_that_are_the_numbers_of_the_other_side():
    p, q = pmf([1, 2, 3], ["3", "1", "2"]), pmf([7, 8, 9], None, "q")
    assert aligned(p, q) == (["3", "1", "2"], [1, 2, 3], [9, 7, 8], [])
    assert aligned(q, p) == (["1", "2", "3"], [7, 8, 9], [2, 3, 1], [])


def test_names_on_one_side_only_by_position_with_a_note():
    p, q = pmf([1, 2], ["heads", "tails"]), pmf([3, 4], None, "uniform:2")
    note = "uniform:2 has no names for its outcomes: matched with those of p by position"
    assert aligned(p, q) == (["heads", "tails"], [1, 2], [3, 4], [note])
    assert aligned(q, p) == (["heads", "tails"], [3, 4], [1, 2], [note])
    with pytest.raises(InputError, match=r"^p has 2 outcomes, uniform:3 has 3$"):
        align(p, pmf([1, 1, 1], None, "uniform:3"))


def test_an_unseen_face_is_named():
    p, q = pmf([1, 2], ["1", "3"]), pmf([1, 1, 1], None, "uniform:3")
    with pytest.raises(InputError, match=r'^outcome "2" is only in uniform:3, not in p$'):
        align(p, q)
    assert aligned(p, q, "zero")[:3] == (["1", "3", "2"], [1, 2, 0], [1, 1, 1])


def test_outcomes_that_only_look_the_same():
    composed, other = Pmf(np.array([1, 1]), ["\u00e9", "b"], "p"), Pmf(np.array([1, 1]), ["e\u0301", "b"], "q")
    with pytest.raises(InputError) as caught:
        align(composed, other)
    assert "composed of other characters" in caught.value.hint
    with pytest.raises(InputError) as caught:
        align(composed, Pmf(np.array([1, 1]), ["\u00e8", "b"], "q"))
    assert "--missing zero" in caught.value.hint
