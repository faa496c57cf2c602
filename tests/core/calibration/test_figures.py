"""The figures before and after calibration: those of the report, the error clustered where rows belong together."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cecli.core.calibration.figures import CalibrationScorer
from cecli.core.metrics import Spec
from cecli.core.rows.rows import Batch
from cecli.core.scores.scorer import Scorer


def batch_of(seed, rows, cluster=None):
    random = np.random.default_rng(seed)
    batch = Batch.of(random.dirichlet(np.ones(3), rows), random.integers(0, 3, rows))
    return replace(batch, cluster=None if cluster is None else np.arange(rows) % cluster)


@pytest.mark.parametrize("cluster", [None, 4])
def test_the_error_is_that_of_the_report(cluster):
    batch = batch_of(1, 40, cluster)
    figures, scorer = CalibrationScorer(Spec(3)), Scorer(Spec(3))
    for accumulator in (figures, scorer):
        accumulator.update(batch)
    got, report = figures.result(), scorer.result()
    assert got.loss.cross_entropy == report.cross_entropy
    assert got.standard_error == report.standard_error
    assert got.accuracy == report.accuracy
    assert (got.standard_error == got.loss.standard_error) is (cluster is None)
    assert sum(bin_.rows for bin_ in got.bins) == 40


def test_an_infinite_loss_has_no_error_with_clusters_either():
    table = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]])
    figures = CalibrationScorer(Spec(2))
    figures.update(replace(Batch.of(table, np.array([1, 0, 1])), cluster=np.array([0, 0, 1])))
    assert figures.result().loss.cross_entropy == math.inf
    assert figures.result().standard_error is None


def test_the_loss_alone():
    whole, parts = (
        CalibrationScorer(Spec(3), loss_only=True),
        [CalibrationScorer(Spec(3), loss_only=True) for _ in "ab"],
    )
    batches = batch_of(2, 10), batch_of(3, 20)
    for part, batch in zip(parts, batches, strict=True):
        part.update(batch)
        whole.update(batch)
    parts[0].merge(parts[1])
    got = whole.result()
    assert parts[0].result().loss == got.loss
    assert (got.errors, got.bins) == ({}, ())
    assert math.isnan(got.accuracy)
    assert got.standard_error == got.loss.standard_error
