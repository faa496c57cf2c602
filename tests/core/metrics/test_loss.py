"""The mean loss, its error and what makes it infinite, from definitions in fractions."""

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch, LossRule, score_rows
from tests.effort import examples


def column(losses, weights=None):
    return Batch(
        np.array(losses, dtype=float), 0, None, "losses", observed_only=True,
        weights=None if weights is None else np.array(weights, dtype=float),
    )  # fmt: skip


def measured(batch, rule=None, **spec):
    metric = METRICS["loss"](Spec(3, **spec))
    metric.update(score_rows(batch, rule or LossRule()))
    return metric.result()


def root(square):
    """The square root of a fraction, rounded once."""
    with mpmath.workdps(60):
        return float(mpmath.sqrt(mpmath.mpf(square.numerator) / square.denominator))


SUBNORMAL = 16 * 5e-324
"""Where a loss times its weight has no digits left to round."""

losses_and_weights = st.lists(st.tuples(st.floats(0, 50), st.integers(1, 6)), min_size=2, max_size=12)


@examples(80)
@given(rows=losses_and_weights)
def test_plain(rows):
    x = [Fraction(loss) for loss, _ in rows]
    n, mean = len(x), sum(x) / len(x)
    found = measured(column([loss for loss, _ in rows]))
    assert found.cross_entropy == float(mean)
    error = root(sum((each - mean) ** 2 for each in x) / (n * (n - 1)))
    assert math.isclose(found.standard_error, error, rel_tol=1e-15, abs_tol=0)
    assert (found.rows, found.mass, found.effective_rows, found.df) == (n, n, n, n - 1)


@examples(80)
@given(rows=losses_and_weights)
def test_importance(rows):
    """m = sum w l / sum w and the linearised error sqrt(n/(n-1) sum (w (l - m))^2) / sum w; Kish's rows."""
    x, w = [Fraction(loss) for loss, _ in rows], [Fraction(weight, 4) for _, weight in rows]
    n, total = len(x), sum(w)
    mean = sum(a * b for a, b in zip(x, w, strict=True)) / total
    found = measured(column([float(a) for a in x], [float(b) for b in w]), weights="importance")
    assert math.isclose(found.cross_entropy, float(mean), rel_tol=1e-15, abs_tol=SUBNORMAL)
    spread = sum((b * (a - mean)) ** 2 for a, b in zip(x, w, strict=True))
    assert math.isclose(found.standard_error, root(spread * n / (n - 1) / total**2), rel_tol=1e-15, abs_tol=SUBNORMAL)
    kish = total**2 / sum(b * b for b in w)
    assert math.isclose(found.effective_rows, float(kish), rel_tol=1e-15)
    assert math.isclose(found.df, float(kish - 1), rel_tol=1e-14, abs_tol=1e-15)


@examples(80)
@given(rows=losses_and_weights)
def test_frequency_is_rows_written_out(rows):
    found = measured(column([a for a, _ in rows], [w for _, w in rows]), weights="frequency")
    written = measured(column([a for a, w in rows for _ in range(w)]))
    for name in ("cross_entropy", "standard_error", "mass", "effective_rows", "df"):
        assert math.isclose(getattr(found, name), getattr(written, name), rel_tol=1e-15), name
    assert (found.rows, written.rows) == (len(rows), sum(w for _, w in rows))


@examples(60)
@given(seed=st.integers(0, 2**32), rows=st.integers(2, 12), weighted=st.booleans())
def test_class_weights_divide_by_those_of_the_observed(seed, rows, weighted):
    generator = np.random.default_rng(seed)
    table, labels = generator.dirichlet(np.ones(3), rows), generator.integers(0, 3, rows)
    by_class, own = np.array([0.5, 1.0, 4.0]), generator.integers(1, 5, rows) / 4
    batch = replace(Batch.of(table, labels), weights=own if weighted else None)
    kind = "importance" if weighted else None
    found = measured(batch, LossRule(class_weights=by_class), weights=kind, own_denominator=True)
    s = [Fraction(value) for value in (own if weighted else np.ones(rows)).tolist()]
    above = [
        a * Fraction(loss) for a, loss in zip(s, score_rows(batch, LossRule(class_weights=by_class)).loss, strict=True)
    ]
    below = [a * Fraction(by_class[y]) for a, y in zip(s, labels.tolist(), strict=True)]
    mean = sum(above) / sum(below)
    spread = sum((a - mean * b) ** 2 for a, b in zip(above, below, strict=True))
    assert math.isclose(found.cross_entropy, float(mean), rel_tol=1e-15)
    error = root(spread * rows / (rows - 1) / sum(below) ** 2)
    assert math.isclose(found.standard_error, error, rel_tol=1e-12, abs_tol=1e-17)
    assert found.mass == float(sum(below))


def test_nearly_equal_losses_keep_their_variance():
    losses = [1.0 + k * 2.0**-50 for k in range(8)]
    expected = root(Fraction(6) * Fraction(2) ** -100 / 8)
    assert math.isclose(measured(column(losses)).standard_error, expected, rel_tol=1e-15)
    assert measured(column([0.1] * 9)).standard_error == 0.0


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 3.0, 4.0]])
def test_infinite_rows(weights):
    kind = None if weights is None else "importance"
    table = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.5, 0.0, 0.5]])
    batch = replace(Batch.of(table, np.array([2, 1, 0, 1]), first_row=100), weights=weights and np.array(weights))
    found = measured(batch, weights=kind)
    assert (found.cross_entropy, found.standard_error) == (math.inf, None)
    assert (found.rows, found.zero_probability_rows, found.first_infinite) == (4, 2, (100, 103))
    a, b = (1, 1) if weights is None else (2, 3)
    finite = (a * math.log(2) + b * math.log(4)) / (a + b)
    assert math.isclose(found.finite_cross_entropy, finite, rel_tol=1e-15)


def test_clipped_zeros_are_counted_and_cost_what_the_clip_says():
    found = measured(Batch.of(np.array([[1.0, 0.0, 0.0]]), np.array([1])), LossRule(clip=1e-3))
    assert math.isclose(found.cross_entropy, -math.log(1e-3), rel_tol=1e-15)
    assert (found.zero_probability_rows, found.finite_cross_entropy, found.first_infinite) == (1, None, ())


def test_without_rows():
    found = METRICS["loss"](Spec(3)).result()
    assert math.isnan(found.cross_entropy)
    assert (found.rows, found.standard_error, found.finite_cross_entropy) == (0, None, None)


@pytest.mark.parametrize("kind", [None, "importance", "frequency"])
@pytest.mark.parametrize("by_class", [False, True])
def test_infinite_rows_keep_their_mass_and_their_share_of_the_effective_rows(kind, by_class):
    table = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.5, 0.0, 0.5]])
    labels, weights = np.array([2, 1, 0, 1]), np.array([1.0, 2.0, 3.0, 4.0])
    rule = LossRule(class_weights=np.array([0.5, 2.0, 3.0]) if by_class else None)
    given = weights if kind else None
    found = measured(replace(Batch.of(table, labels), weights=given), rule, weights=kind, own_denominator=by_class)
    each = rule.class_weights[labels] if by_class else np.ones(4)
    own = np.ones(4) if kind is None else weights
    squares = (own * each**2).sum() if kind == "frequency" else ((own * each) ** 2).sum()
    assert found.mass == (own * each).sum()
    assert math.isclose(found.effective_rows, (own * each).sum() ** 2 / squares, rel_tol=1e-15)
