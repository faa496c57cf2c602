"""A row's figures depend on that row alone, whatever block, order and memory layout it comes in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums.layout import CLASS_MAJOR, along, largest, pick, rank, row_sum, shaped, squared_distance
from tests.effort import examples

SIZES = [1, 2, 3, 10, CLASS_MAJOR, CLASS_MAJOR + 1, 100]


def table_of(seed, rows, classes):
    return np.random.default_rng(seed).random((rows, classes))


@pytest.mark.parametrize("classes", SIZES)
def test_layout_depends_on_the_number_of_classes_alone(classes):
    for rows in (1, 2, 500):
        values, axis = shaped(table_of(1, rows, classes))
        assert axis == (0 if classes <= CLASS_MAJOR else 1)
        assert values.shape[axis] == classes
        assert values.flags.c_contiguous


@pytest.mark.parametrize("classes", SIZES)
@examples(15)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 40), cut=st.integers(0, 40))
def test_a_row_alone_gives_the_same_bits(classes, seed, rows, cut):
    table = table_of(seed, rows, classes)
    whole, axis = shaped(table)
    sums = row_sum(whole, axis)
    for rows_of in (slice(0, cut), slice(cut, rows), slice(0, 1), slice(rows - 1, rows)):
        assert row_sum(shaped(table[rows_of])[0], axis).tobytes() == sums[rows_of].tobytes()
    fortran = row_sum(shaped(np.asfortranarray(table))[0], axis)
    strided = row_sum(shaped(np.repeat(table, 2, axis=0)[::2])[0], axis)
    assert fortran.tobytes() == strided.tobytes() == sums.tobytes()


@pytest.mark.parametrize("classes", SIZES)
@examples(15)
@given(seed=st.integers(0, 2**32), levels=st.integers(1, 4))
def test_against_loops_over_rows_with_many_ties(classes, seed, levels):
    random = np.random.default_rng(seed)
    table = random.integers(0, levels, (7, classes)).astype(float)
    labels = random.integers(0, classes, 7)
    values, axis = shaped(table)
    best, top = largest(values, axis)
    ranks = rank(values, labels, axis)
    for n, row in enumerate(table.tolist()):
        own = row[labels[n]]
        assert best[n] == max(row)
        assert top[n] == row.index(max(row)), "a tie goes to the class that stands first"
        assert pick(values, labels, axis)[n] == own
        assert ranks[n] == sum(x > own for x in row) + sum(x == own for x in row[: labels[n]])
        assert squared_distance(values, labels, axis)[n] == sum((x - (k == labels[n])) ** 2 for k, x in enumerate(row))
    assert (rank(values, top, axis) == 0).all()


def test_along_fits_the_table():
    for classes in (3, 100):
        table = table_of(5, 4, classes)
        values, axis = shaped(table)
        scaled = values / along(row_sum(values, axis), axis)
        assert np.allclose(row_sum(scaled, axis), 1.0, rtol=0, atol=1e-14)


def test_float32_is_widened_before_anything_is_summed():
    table = table_of(3, 5, 10).astype(np.float32)
    values, axis = shaped(table)
    assert values.dtype == np.float64
    assert row_sum(values, axis).tobytes() == row_sum(shaped(table.astype(np.float64))[0], axis).tobytes()


@pytest.mark.parametrize("classes", [2, 5, CLASS_MAJOR + 1, 1024, 1025])
def test_rank_of_ties_by_brute_force(classes):
    rng = np.random.default_rng(classes)
    table = rng.integers(0, 3, (200, classes)).astype(float)
    table[:50] = rng.permuted(np.arange(classes, dtype=float)[None, :].repeat(50, axis=0), axis=1)
    pairs = np.arange(50, 100)
    table[pairs] = rng.random((50, classes)) + 1
    first, second = 0, classes - 1
    table[pairs, first] = table[pairs, second] = 0.5  # a tie of just two
    labels = rng.integers(0, classes, 200)
    labels[pairs] = second
    values, axis = shaped(table)
    own = table[np.arange(200), labels][:, None]
    before = np.arange(classes)[None, :] < labels[:, None]
    expected = ((table > own) | ((table == own) & before)).sum(axis=1)
    assert rank(values, labels, axis).tolist() == expected.tolist()


@pytest.mark.parametrize("classes", [3, CLASS_MAJOR + 1])
def test_tables_are_made_double_unless_said_otherwise(classes):
    table = np.ones((4, classes), dtype=np.float32)
    assert shaped(table)[0].dtype == np.float64
    assert shaped(table, widen=False)[0].dtype == (np.float64 if classes <= CLASS_MAJOR else np.float32)
