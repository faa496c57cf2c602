"""Pairs of classes and what their confusion costs, against sums over the rows in fractions and mpmath."""

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.confusions import Confusion
from cecli.core.rows.rows import Batch, LossRule, score_rows
from tests.effort import examples


def confusions(batch, classes, rule=None, group=0):
    metric = METRICS["confusions"](Spec(classes))
    metric.update(score_rows(batch, rule or LossRule()))
    return metric.result(group)


def by_definition(table, labels, weights):
    """Pair -> rows, mass and cost."""
    pairs = {}
    for row, label, weight in zip(table.tolist(), labels.tolist(), weights.tolist(), strict=True):
        predicted = row.index(max(row))
        if predicted != label:
            rows, mass, cost = pairs.get((label, predicted), (0, Fraction(0), mpmath.mpf(0)))
            own = mpmath.log(mpmath.mpf(max(row)) / row[label]) if row[label] else mpmath.inf
            pairs[label, predicted] = (rows + 1, mass + Fraction(weight), cost + weight * own)
    return pairs


@examples(60)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 30), classes=st.sampled_from([2, 4, 70]), weighted=st.booleans())
def test_by_definition(seed, rows, classes, weighted):
    generator = np.random.default_rng(seed)
    table = generator.dirichlet(np.full(classes, 0.4), rows).reshape(rows, classes)
    table[generator.random(rows) < 0.1] = np.eye(classes)[-1]
    labels = generator.integers(0, classes, rows)
    weights = generator.integers(1, 9, rows) / 8 if weighted else np.ones(rows)
    batch = replace(Batch.of(table, labels), weights=weights if weighted else None)
    with mpmath.workdps(50):
        expected = by_definition(table, labels, weights)
    found = confusions(batch, classes)
    assert {(pair.observed, pair.predicted) for pair in found} == set(expected)
    for pair in found:
        count, mass, cost = expected[pair.observed, pair.predicted]
        assert (pair.rows, pair.mass) == (count, float(mass))
        if cost == mpmath.inf:
            assert pair.excess_cost == math.inf
        else:  # the cost is a difference of two logarithms, so its error is of their size
            assert abs(pair.excess_cost - float(cost)) <= 1e-15 * count * 40
    keys = [(-pair.excess_cost, -pair.rows, pair.observed, pair.predicted) for pair in found]
    assert keys == sorted(keys)


@examples(40)
@given(seed=st.integers(0, 2**32))
def test_each_group_for_itself(seed):
    generator = np.random.default_rng(seed)
    table, labels = generator.dirichlet(np.ones(3), 30), generator.integers(0, 3, 30)
    group = generator.integers(0, 3, 30)
    batch = Batch.of(table, labels)
    for number in range(3):
        chosen = np.flatnonzero(group == number)
        assert confusions(replace(batch, group=group), 3, group=number) == confusions(batch.only(chosen), 3)


def test_the_rows_are_those_of_a_confusion_matrix():
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(3)
    table, labels = generator.dirichlet(np.ones(5), 500), generator.integers(0, 5, 500)
    expected = metrics.confusion_matrix(labels, table.argmax(axis=1), labels=range(5))
    for pair in confusions(Batch.of(table, labels), 5):
        assert pair.rows == expected[pair.observed, pair.predicted]
    assert sum(pair.rows for pair in confusions(Batch.of(table, labels), 5)) == 500 - np.trace(expected)


def test_the_cost_is_of_what_was_predicted_whatever_changes_the_loss():
    batch = Batch.of(np.array([[0.1, 0.8, 0.1]]), np.array([0]))
    for rule in (
        LossRule(),
        LossRule(clip=0.2),
        LossRule(smoothing=0.5),
        LossRule(class_weights=np.array([9.0, 1, 1])),
    ):
        [pair] = confusions(batch, 3, rule)
        assert math.isclose(pair.excess_cost, math.log(8), rel_tol=1e-15)


def test_a_tie_is_no_confusion_with_itself():
    assert confusions(Batch.of(np.full((2, 2), 0.5), np.array([0, 1])), 2) == (Confusion(1, 0, 1, 1.0, 0.0),)


def test_soft_labels_have_no_pairs():
    assert confusions(Batch.of(np.array([[0.9, 0.1]]), np.array([[0.0, 1.0]])), 2) == ()
    assert confusions(Batch(np.array([0.5]), 0, None, "probabilities", observed_only=True), 2) == ()


def test_binary():
    [pair] = confusions(Batch.of(np.array([[0.9], [0.2]]), np.array([0, 0])), 2)
    assert (pair.observed, pair.predicted, pair.rows) == (0, 1, 1)
    assert math.isclose(pair.excess_cost, math.log(9), rel_tol=1e-14)
