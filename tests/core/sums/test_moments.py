"""Means and standard errors against exact fractions, nearly equal figures included."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.sums.moments import Moments, WeightedMoments
from tests.effort import examples

figures = st.lists(
    st.floats(0, 1e3) | st.floats(0.5, 0.5 + 1e-9) | st.sampled_from([0.0, 1e-300, 745.0]), min_size=1, max_size=10
)


def root(x):
    """The square root of a fraction, correct to more digits than a double has."""
    with mpmath.workdps(60):
        return float(mpmath.sqrt(mpmath.mpf(x.numerator) / mpmath.mpf(x.denominator)))


def close(got, expected):
    return math.isclose(got, expected, rel_tol=4e-16, abs_tol=0.0)


@examples(150)
@given(x=figures)
def test_plain(x):
    moments = Moments()
    moments.update(np.array(x))
    got = moments.result()
    exact = [Fraction(value) for value in x]
    n, mean = len(x), sum(exact) / len(x)
    assert got.mean == float(mean), "correctly rounded"
    assert (got.n, got.mass, got.effective, got.df) == (n, n, n, n - 1)
    if n == 1:
        assert got.standard_error is None
    else:
        assert close(got.standard_error, root(sum((v - mean) ** 2 for v in exact) / (n * (n - 1))))


def test_nearly_equal_figures_keep_their_digits():
    x = 0.7 + 1e-9 * np.random.default_rng(1).random(1000)
    moments = Moments()
    moments.update(x)
    exact = [Fraction(value) for value in x.tolist()]
    mean = sum(exact) / 1000
    assert close(moments.result().standard_error, root(sum((v - mean) ** 2 for v in exact) / (1000 * 999)))


def test_equal_figures_have_an_error_of_exactly_zero():
    moments = Moments()
    moments.update(np.full(1000, 0.1))
    assert moments.result().mean == 0.1
    assert moments.result().standard_error == 0.0


def test_nothing_at_all():
    got = Moments().result()
    assert got.n == 0
    assert math.isnan(got.mean)
    assert got.standard_error is None


@examples(100)
@given(rows=st.lists(st.tuples(st.just(0.0) | st.floats(1e-20, 50), st.floats(1e-3, 1e3)), min_size=1, max_size=10))
def test_importance_weights(rows):
    """sum w x / sum w; sqrt(n/(n-1) sum w^2 (x - m)^2) / sum w; Kish's n."""
    x, w = (np.array(column) for column in zip(*rows, strict=True))
    moments = WeightedMoments()
    moments.update(x, w)
    got = moments.result()
    xs, ws = [Fraction(v) for v in x.tolist()], [Fraction(v) for v in w.tolist()]
    n, total = len(xs), sum(ws)
    mean = sum(a * b for a, b in zip(xs, ws, strict=True)) / total
    assert got.mean == float(mean)
    assert close(got.mass, float(total))
    assert close(got.effective, float(total * total / sum(v * v for v in ws)))
    if n > 1:
        spread = sum((b * (a - mean)) ** 2 for a, b in zip(xs, ws, strict=True))
        expected = root(Fraction(n, n - 1) * spread / total**2)
        assert math.isclose(got.standard_error, expected, rel_tol=1e-14, abs_tol=1e-300)
    else:
        assert got.standard_error is None


@examples(60)
@given(rows=st.lists(st.tuples(st.just(0.0) | st.floats(1e-20, 50), st.integers(1, 6)), min_size=1, max_size=8))
def test_repeat_counts_are_the_rows_written_out(rows):
    x, w = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    moments, written = WeightedMoments(frequency=True), Moments()
    moments.update(x, w)
    written.update(np.repeat(x, w.astype(int)))
    a, b = moments.result(), written.result()
    assert a.mean == b.mean
    assert (a.standard_error is None) == (b.standard_error is None)
    if a.standard_error is not None:
        assert math.isclose(a.standard_error, b.standard_error, rel_tol=4e-16)
    assert a.df == b.df


def test_weights_of_one_are_no_weights():
    x = np.random.default_rng(2).exponential(size=50)
    plain, weighted = Moments(), WeightedMoments()
    plain.update(x)
    weighted.update(x, np.ones(50))
    assert weighted.result().mean == plain.result().mean
    assert math.isclose(weighted.result().standard_error, plain.result().standard_error, rel_tol=1e-15)


@pytest.mark.parametrize("scale", [1e-140, 1e-3, 1.0, 1e3, 1e140])
def test_the_scale_of_weights_does_not_matter(scale):
    x, w = np.array([0.25, 1.5, 3.0]), np.array([1.0, 2.0, 4.0])
    one, other = WeightedMoments(), WeightedMoments()
    one.update(x, w)
    other.update(x, w * scale)
    assert math.isclose(one.result().mean, other.result().mean, rel_tol=1e-15)
    assert math.isclose(one.result().standard_error, other.result().standard_error, rel_tol=1e-14)


def test_groups_are_apart():
    moments = Moments()
    moments.update(np.array([1.0, 5.0, 2.0]), np.array([0, 2, 0]))
    assert moments.result(0).mean == 1.5
    assert moments.result(1).n == 0
    assert moments.result(2).mean == 5.0


@examples(60)
@given(
    rows=st.lists(
        st.tuples(st.floats(1e-20, 50), st.integers(1, 6), st.sampled_from([0.25, 1.0, 3.0, 0.1])),
        min_size=1,
        max_size=8,
    )
)
def test_repeat_counts_of_figures_with_denominators_are_the_rows_written_out(rows):
    x, w, d = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    repeats, written = WeightedMoments(frequency=True), WeightedMoments()
    repeats.update(x, w, d)
    index = np.repeat(np.arange(len(x)), w.astype(int))
    written.update(x[index], np.ones(len(index)), d[index])
    a, b = repeats.result(), written.result()
    assert (a.mean, a.standard_error, a.mass, a.effective) == (b.mean, b.standard_error, b.mass, b.effective)
    assert (a.n, b.n) == (len(x), len(index))
