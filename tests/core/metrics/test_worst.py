"""The rows that cost most, against sorting all of them; what was predicted for each, and what cannot be named."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.worst import WorstRow
from cecli.core.rows.rows import Batch, LossRule, score_rows
from tests.effort import examples


def worst(batch, size, rule=None, group=0):
    metric = METRICS["worst"](Spec(3, worst=size))
    metric.update(score_rows(batch, rule or LossRule()))
    return metric.result(group)


@examples(60)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 40), size=st.integers(1, 6), grouped=st.booleans())
def test_as_sorted(seed, rows, size, grouped):
    generator = np.random.default_rng(seed)
    table = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.25, 0.7, 0.05]])[generator.integers(0, 3, rows)]
    labels, group = generator.integers(0, 3, rows), generator.integers(0, 2, rows)
    batch = replace(Batch.of(table.reshape(rows, 3), labels, first_row=10), group=group if grouped else None)
    batch = replace(batch, ids=np.array([f"id {n}" for n in range(rows)], dtype=object))
    with np.errstate(divide="ignore"):
        losses = -np.log(table.reshape(rows, 3)[np.arange(rows), labels]) + 0.0
    for number in range(2 if grouped else 1):
        of_group = [n for n in range(rows) if not grouped or group[n] == number]
        order = sorted(of_group, key=lambda n: (-losses[n], n))[:size]
        assert worst(batch, size, group=number) == tuple(
            WorstRow(n + 10, losses[n], int(labels[n]), int(table[n].argmax()), float(table[n, labels[n]]), f"id {n}")
            for n in order
        )


def test_the_probability_is_that_of_the_file_and_the_loss_that_of_the_rule():
    [row] = worst(Batch.of(np.array([[0.1, 0.9, 0.0]]), np.array([2])), 1, LossRule(clip=0.01))
    assert math.isclose(row.loss, -math.log(0.01), rel_tol=1e-15)
    assert (row.probability, row.predicted) == (0.0, 1)
    [row] = worst(Batch.of(np.array([[0.1, 0.9, 0.0]]), np.array([0])), 1, LossRule(smoothing=0.5))
    assert row.loss == math.inf
    assert row.probability == 0.1


@pytest.mark.parametrize("kind", ["logits", "log-probabilities"])
def test_of_other_kinds_it_is_exp_of_the_loss(kind):
    table = np.log(np.array([[0.5, 0.25, 0.25]]))
    [row] = worst(Batch.of(table, np.array([1]), kind), 1)
    assert math.isclose(row.probability, 0.25, rel_tol=1e-15)


def test_of_a_binary_column():
    rows = worst(Batch.of(np.array([[0.9], [0.2]]), np.array([0, 1])), 2)
    assert [(row.row, row.label, row.predicted) for row in rows] == [(0, 0, 1), (1, 1, 0)]
    assert math.isclose(rows[0].probability, 0.1, rel_tol=1e-14)
    assert math.isclose(rows[1].probability, 0.2, rel_tol=1e-15)


def test_soft_labels_name_no_label():
    [row] = worst(Batch.of(np.array([[0.5, 0.25, 0.25]]), np.array([[0.0, 0.5, 0.5]])), 1)
    assert (row.label, row.predicted, row.probability) == (None, 0, None)


@pytest.mark.parametrize(("kind", "figure"), [("probabilities", 0.25), ("log-probabilities", math.log(0.25))])
def test_where_only_what_was_observed_is_known(kind, figure):
    [row] = worst(Batch(np.array([figure]), 0, None, kind, observed_only=True), 1)
    assert (row.label, row.predicted) == (None, None)
    assert math.isclose(row.probability, 0.25, rel_tol=1e-15)


def test_weights_do_not_matter():
    batch = Batch.of(np.array([[0.5, 0.5, 0.0], [0.25, 0.75, 0.0]]), np.array([0, 0]))
    assert worst(replace(batch, weights=np.array([100.0, 1.0])), 2) == worst(batch, 2)


def test_none_wanted():
    assert worst(Batch.of(np.array([[0.5, 0.25, 0.25]]), np.array([0])), 0) == ()
