"""Exact sums against Python's own whole numbers and fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums import exact

finite = st.floats(allow_nan=False, allow_infinity=False)


def as_fraction(values):
    return sum((Fraction(value) for value in values), Fraction(0))


@given(st.lists(finite))
def test_the_integer_is_the_sum_of_the_fractions(values):
    assert Fraction(exact.exact_integer(np.array(values)), 1 << exact.FRACTION_BITS) == as_fraction(values)


@pytest.mark.parametrize(
    "values",
    [
        [5e-324],
        [5e-324, -5e-324, 1.7e308],
        [1.7976931348623157e308] * 3,
        [2.0**935, 2.0**934, -(2.0**-1074)],
        [0.0, -0.0],
        [],
    ],
)
def test_the_ends_of_the_range(values):
    assert Fraction(exact.exact_integer(np.array(values, dtype=float)), 1 << 1074) == as_fraction(values)


def test_a_sum_past_the_largest_double_is_infinite():
    assert exact.exact_sum(np.array([1.7e308, 1.7e308])) == math.inf


@given(st.lists(finite, max_size=30), st.data())
def test_any_split_and_order_gives_the_same_integers(values, data):
    values = np.array(values, dtype=float)
    index = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values))), dtype=np.intp)
    whole = exact.ExactSums()
    whole.update(values, index)
    cut = data.draw(st.integers(0, len(values)))
    order = np.array(data.draw(st.permutations(range(len(values)))), dtype=np.intp)
    left, right = exact.ExactSums(), exact.ExactSums()
    left.update(values[order][:cut], index[order][:cut])
    right.update(values[order][cut:], index[order][cut:])
    right.merge(left)
    assert right.integers(0, 4) == whole.integers(0, 4)


def test_many_blocks_carry_into_python_integers():
    rng = np.random.default_rng(5)
    sums = exact.ExactSums()
    blocks = [(rng.exponential(size=7), rng.integers(0, 3, 7)) for _ in range(1100)]
    for values, index in blocks:
        sums.update(values, index)
    values, index = (np.concatenate(part) for part in zip(*blocks, strict=True))
    assert [exact.to_float(total) for total in sums.integers(0, 3)] == [math.fsum(values[index == k]) for k in range(3)]


def test_more_values_than_a_chunk():
    values = np.random.default_rng(1).lognormal(sigma=30, size=3 * exact.CHUNK + 5)
    assert exact.exact_sum(values) == math.fsum(values)


@given(st.floats(1e-140, 1e140), st.floats(1e-140, 1e140))
def test_two_product_is_exact(a, b):
    product, error = exact.two_product(np.array([a]), np.array([b]))
    assert Fraction(float(product[0])) + Fraction(float(error[0])) == Fraction(a) * Fraction(b)


@given(st.fractions(min_value=0), st.integers(-400, 400))
def test_root_ratio_squares_back(fraction, power):
    fraction *= Fraction(2) ** power
    root = Fraction(exact.root_ratio(fraction.numerator, fraction.denominator))
    assert abs(root * root - fraction) <= fraction * Fraction(4, 2**53)


def test_few_values_among_many_positions():
    sums = exact.ExactSums()
    sums.update(np.array([1.5, 2.0, 0.25]), np.array([90_000, 3, 90_000]))
    sums.update(np.array([1.0]), np.array([200_000]))
    assert [exact.to_float(sums.integer(place)) for place in (3, 90_000, 200_000, 5)] == [2.0, 1.75, 1.0, 0.0]


@given(st.lists(st.tuples(finite, finite), max_size=20))
def test_products_of_any_size_are_exact(pairs):
    a, b = (np.array([pair[side] for pair in pairs], dtype=float) for side in (0, 1))
    products = exact.ExactProducts()
    products.update(a, b)
    total = sum((Fraction(x) * Fraction(y) for x, y in pairs), Fraction(0))
    assert Fraction(products.integer(), 1 << 2148) == total


@given(st.integers(1, 5), st.integers(0, 40), st.integers(0, 10**6))
def test_sums_over_an_axis_are_those_of_each_column(columns, rows, seed):
    random = np.random.default_rng(seed)
    table = random.normal(size=(columns, rows)) * 10.0 ** random.integers(-300, 300, size=(columns, rows))
    for axis, laid in ((0, table), (1, np.ascontiguousarray(table.T))):
        sums = exact.ExactSums()
        sums.update_columns(laid, axis)
        assert sums.integers(0, columns) == [exact.exact_integer(column) for column in table]


@pytest.mark.parametrize("axis", [0, 1])
def test_sums_over_an_axis_longer_than_a_chunk(axis):
    rows = 2 * exact.CHUNK + 3
    table = np.random.default_rng(axis).lognormal(sigma=20, size=(2, rows))
    sums = exact.ExactSums()
    sums.update_columns(table if axis == 0 else np.ascontiguousarray(table.T), axis)
    assert [exact.to_float(total) for total in sums.integers(0, 2)] == [math.fsum(column) for column in table]


def test_blocks_of_the_largest_sums_do_not_overflow():
    """Chunks whose values fill a window: sums of 64 bits must be carried before there are two thousand of them."""
    window = 30
    value = (2**exact.WIDTH - 1) << (window * exact.WIDTH)
    sums, index = exact.ExactSums(), np.zeros(exact.CHUNK, dtype=np.intp)
    sums.update(np.full(exact.CHUNK, exact.to_float(value)), index)
    ((at, held),) = sums._pending.items()
    assert (at, held.tolist()) == (window, [exact.CHUNK * (2**exact.WIDTH - 1)]), "no block has a larger sum"
    held = held.copy()
    for _ in range(3000):
        sums._hold(held, window, 1, None)
    assert sums.integer() == 3001 * exact.CHUNK * value


def test_products_are_exact_at_every_size():
    """Where the pieces of a product leave the range of doubles as well as where they just do not."""
    powers = [-1070, -1000, -761, -600, -540, -485, -481, -480, -479, -400, 0, 479, 480, 481, 485, 500, 540, 1000]
    values = np.array([math.ldexp(1 + k / 7, power) for k, power in enumerate(powers)])
    for a in values.tolist():
        products = exact.ExactProducts()
        products.update(np.full(len(values), a), values, np.arange(len(values)))
        for k, b in enumerate(values.tolist()):
            assert Fraction(products.integer(k), 1 << 2148) == Fraction(a) * Fraction(b)
