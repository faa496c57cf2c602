"""Accuracy, Brier score, class figures, label frequencies and row sums, by definition and with weights."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples

CLASSES = 4


def batch_of(seed, rows):
    random = np.random.default_rng(seed)
    return Batch.of(random.dirichlet(np.ones(CLASSES), rows), random.integers(0, CLASSES, rows))


def result(name, batch, **spec):
    metric = METRICS[name](Spec(CLASSES, top_k=2, **spec))
    metric.update(score_rows(batch, top_k=2))
    return metric.result()


@examples(40)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 30))
def test_by_definition(seed, rows):
    batch = batch_of(seed, rows)
    table, labels = batch.values.T.tolist(), batch.labels.tolist()
    order = [sorted(range(CLASSES), key=lambda k, row=row: (-row[k], k)) for row in table]
    accuracy = result("accuracy", batch)
    assert accuracy.accuracy == sum(o[0] == y for o, y in zip(order, labels, strict=True)) / rows
    assert accuracy.top_k_accuracy == sum(y in o[:2] for o, y in zip(order, labels, strict=True)) / rows
    brier = math.fsum((p - (k == y)) ** 2 for row, y in zip(table, labels, strict=True) for k, p in enumerate(row))
    assert math.isclose(result("brier", batch).brier, brier / rows, rel_tol=1e-14)
    assert result("labels", batch).masses == tuple(float(labels.count(k)) for k in range(CLASSES))
    predicted = [o[0] for o in order]
    for k, got in enumerate(result("classes", batch)):
        right = sum(p == y == k for p, y in zip(predicted, labels, strict=True))
        n, m = labels.count(k), predicted.count(k)
        assert got.rows == n
        assert got.precision == (right / m if m else None)
        assert got.recall == (right / n if n else None)
        assert got.f1 == (2 * right / (n + m) if n + m else None)
        losses = [-math.log(row[k]) for row, y in zip(table, labels, strict=True) if y == k]
        assert (got.cross_entropy is None) == (not losses)
        if losses:
            assert math.isclose(got.cross_entropy, math.fsum(losses) / n, rel_tol=1e-14)


@pytest.mark.parametrize("name", ["loss", "labels", "accuracy", "brier", "calibration", "classes", "row_sums"])
@examples(15)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 15))
def test_whole_weights_are_rows_written_out(name, seed, rows):
    batch = batch_of(seed, rows)
    weights = np.random.default_rng(seed).integers(1, 4, rows)
    got = result(name, replace(batch, weights=weights.astype(float)), weights="frequency")
    written = result(name, batch.only(np.repeat(np.arange(rows), weights)))
    if name == "loss":
        got = (got.cross_entropy, got.standard_error, got.mass, got.df)
        written = (written.cross_entropy, written.standard_error, written.mass, written.df)
    if name == "classes":
        got = [replace(figures, rows=0) for figures in got]
        written = [replace(figures, rows=0) for figures in written]
    numbers, others = numbers_in(got), numbers_in(written)
    assert len(numbers) == len(others)
    assert np.allclose(numbers, others, rtol=1e-12, atol=1e-15)


def numbers_in(shown):
    """All numbers in a result, in the order of its fields."""
    return [float(text) for text in re.findall(r"(?<=[=(, ])-?[0-9][0-9.e+-]*", repr(shown))]


@pytest.mark.parametrize("name", METRICS)
def test_without_rows_there_is_nothing_and_no_error(name):
    assert "=inf" not in repr(METRICS[name](Spec(CLASSES)).result())


def test_row_sums_take_the_largest():
    table = np.array([[0.5, 0.5], [0.5, 0.5004], [0.4999, 0.5]])
    metric = METRICS["row_sums"](Spec(2))
    metric.update(score_rows(Batch.of(table, np.array([0, 1, 0]))))
    assert math.isclose(metric.result().max_row_sum_deviation, 4e-4, rel_tol=1e-9)
    logits = METRICS["row_sums"](Spec(2))
    logits.update(score_rows(Batch.of(table, np.array([0, 1, 0]), "logits")))
    assert logits.result().max_row_sum_deviation is None


def test_infinite_rows_are_named_first_to_last():
    from cecli.core.sums.named_rows import NAMED_ROWS

    table = np.tile([1.0, 0.0], (20, 1))
    whole = Batch.of(table, np.ones(20, dtype=int))
    metric = METRICS["loss"](Spec(2))
    for rows in (range(19, 10, -1), range(5), range(10, 4, -1)):
        metric.update(score_rows(whole.only(np.array(rows))))
    assert metric.result().first_infinite == tuple(range(NAMED_ROWS))
    assert metric.result().zero_probability_rows == 20


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rows", [1, 50])
def test_against_scikit_learn(rows, weighted):
    metrics = pytest.importorskip("sklearn.metrics")
    batch = batch_of(rows, rows)
    table, labels = batch.values.T, batch.labels
    weights = np.random.default_rng(1).uniform(0.1, 5, rows) if weighted else None
    kind = "importance" if weighted else None
    batch = replace(batch, weights=weights)
    options = {"sample_weight": weights, "labels": range(CLASSES)}
    accuracy = result("accuracy", batch, weights=kind)
    top = metrics.top_k_accuracy_score(labels, table, k=2, **options)
    brier = metrics.brier_score_loss(labels, table, **options)
    assert math.isclose(accuracy.accuracy, np.average(table.argmax(axis=1) == labels, weights=weights), rel_tol=1e-12)
    assert math.isclose(accuracy.top_k_accuracy, top, rel_tol=1e-12)
    assert math.isclose(result("brier", batch, weights=kind).brier, brier, rel_tol=1e-12)
    assert math.isclose(
        result("loss", batch, weights=kind).cross_entropy, metrics.log_loss(labels, table, **options), rel_tol=1e-12
    )


@pytest.mark.parametrize("kind", ["importance", "frequency"])
def test_rows_of_a_class_are_rows_of_hard_labels_and_mass_of_soft_ones(kind):
    table = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.125, 0.125, 0.75]])
    weights = np.array([2.0, 3.0, 5.0])
    hard = replace(Batch.of(table, np.array([1, 1, 2])), weights=weights)
    metric = METRICS["classes"](Spec(3, weights=kind))
    metric.update(score_rows(hard))
    assert [figures.rows for figures in metric.result()] == [0, 2, 1]
    masses = np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75], [0.0, 0.0, 1.0]])
    soft = replace(Batch.of(table, masses), weights=weights)
    metric = METRICS["classes"](Spec(3, weights=kind))
    metric.update(score_rows(soft))
    assert [figures.rows for figures in metric.result()] == [1.0, 1.75, 7.25]
