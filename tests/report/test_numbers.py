"""Numbers as text."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.report.numbers import aligned, rounded, shortest

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite)
def test_shortest_reads_back_to_the_same_double(value):
    assert float(shortest(value)) == value
    assert float(shortest(np.float64(value))) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0, "0.0"),
        (0.0, "0.0"),
        (np.float64(-0.0), "0.0"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (None, ""),
        (2**63, "9223372036854775808"),
        (np.int64(7), "7"),
        (np.bool_(True), "true"),
        (False, "false"),
        ("01", "01"),
        (5e-324, "5e-324"),
    ],
)
def test_shortest_at_the_edges(value, text):
    assert shortest(value) == text


@pytest.mark.parametrize("write", [shortest, rounded])
def test_nan_and_foreign_types_are_refused(write):
    with pytest.raises(ValueError, match="nan"):
        write(math.nan)
    with pytest.raises(TypeError):
        write([1.0])


@given(finite, st.integers(1, 17))
def test_rounded_is_within_half_a_unit_of_its_last_digit(value, digits):
    shown, exact = Fraction(rounded(value, digits)), Fraction(value)
    assert abs(shown - exact) <= abs(exact) / 2 * Fraction(10) ** (1 - digits)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9999999, "1"),
        (9.9999999e-6, "0.00001"),
        (9.9e-6, "9.9e-06"),
        (123456789.6, "123456790"),
        (1e15, "1e+15"),
        (-1 / 3, "-0.333333"),
        (-0.0, "0"),
        (1000, "1,000"),
        (-1000, "-1,000"),
        (math.inf, "inf"),
        ("1000", "1000"),
    ],
)
def test_rounded_at_the_edges(value, text):
    assert rounded(value) == text


@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6), finite)), st.integers(1, 9))
def test_aligned_shows_the_rounded_values_in_cells_of_one_width(values, digits):
    texts = aligned(values, digits)
    assert len({len(text) for text in texts}) <= 1
    for value, text in zip(values, texts, strict=True):
        plain = rounded(value, digits)
        assert text.strip() == plain or float(text) == float(plain.replace(",", ""))


def test_aligned_puts_points_below_each_other():
    points = {text.index(".") for text in aligned([0.5, 123.25, -7.125])}
    assert len(points) == 1
