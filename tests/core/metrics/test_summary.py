"""Macro and weighted F1, balanced accuracy and MCC: by hand, from a confusion matrix, and against scikit-learn."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.summary import summary
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples


def test_three_classes():
    found = summary([2, 2, 3], [2, 3, 2], [1, 2, 2])
    assert math.isclose(found.macro_f1, (0.5 + 0.8 + 0.8) / 3, rel_tol=1e-15)
    assert math.isclose(found.weighted_f1, (2 * 0.5 + 2 * 0.8 + 3 * 0.8) / 7, rel_tol=1e-15)
    assert math.isclose(found.balanced_accuracy, (0.5 + 1 + 2 / 3) / 3, rel_tol=1e-15)
    assert math.isclose(found.mcc, 19 / math.sqrt(32 * 32), rel_tol=1e-15)


def test_a_class_that_is_never_met_does_not_count():
    assert summary([2, 0, 2], [2, 0, 2], [2, 0, 2]).macro_f1 == 1.0


def test_one_prediction_for_all_has_no_correlation():
    assert summary([2, 2], [4, 0], [2, 0]).mcc == 0.0


def test_all_wrong_is_negative():
    assert summary([2, 2], [2, 2], [0, 0]).mcc == -1.0


def test_nothing():
    assert summary([0, 0], [0, 0], [0, 0]).macro_f1 is None


matrices = st.integers(1, 5).flatmap(
    lambda classes: st.lists(
        st.lists(st.integers(0, 6), min_size=classes, max_size=classes), min_size=classes, max_size=classes
    )
)


@examples(150)
@given(counts=matrices)
def test_mcc_is_the_correlation_of_indicators(counts):
    """Gorodkin's R_K: the covariances of observed and predicted indicators, summed over the classes; from the matrix
    itself, not from its margins."""
    matrix = np.array(counts, dtype=float)
    total = matrix.sum()
    if not total:
        return
    classes = range(len(matrix))
    rows = [(i, j) for i in classes for j in classes for _ in range(int(matrix[i, j]))]
    observed, predicted = np.eye(len(matrix))[[i for i, _ in rows]], np.eye(len(matrix))[[j for _, j in rows]]
    covariance = lambda x, y: float(((x - x.mean(axis=0)) * (y - y.mean(axis=0))).sum() / total)  # noqa: E731
    below = math.sqrt(covariance(observed, observed) * covariance(predicted, predicted))
    expected = covariance(observed, predicted) / below if below else 0.0
    masses = (matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix))
    got = summary(*([int(mass) for mass in each] for each in masses)).mcc
    assert math.isclose(got, expected, rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("classes", "rows"), [(2, 30), (3, 200), (7, 40), (40, 60)])
def test_against_scikit_learn(classes, rows, weighted):
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(classes)
    table, labels = generator.dirichlet(np.ones(classes), rows), generator.integers(0, classes, rows)
    weights = generator.uniform(0.1, 4, rows) if weighted else None
    metric = METRICS["classes"](Spec(classes, weights="importance" if weighted else None))
    batch = Batch.of(table, labels)
    metric.update(score_rows(batch if weights is None else Batch(**vars(batch) | {"weights": weights})))
    found, predicted = metric.summary(), table.argmax(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # classes that are predicted and never observed
        options = {"sample_weight": weights}
        expected = {
            "macro_f1": metrics.f1_score(labels, predicted, average="macro", **options),
            "weighted_f1": metrics.f1_score(labels, predicted, average="weighted", **options),
            "balanced_accuracy": metrics.balanced_accuracy_score(labels, predicted, **options),
            "mcc": metrics.matthews_corrcoef(labels, predicted, **options),
        }
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            labels, predicted, labels=range(classes), zero_division=np.nan, **options
        )
    for name, figure in expected.items():
        assert math.isclose(getattr(found, name), figure, rel_tol=1e-12, abs_tol=1e-14), name
    for k, own in enumerate(metric.result()):
        for got, figure in ((own.precision, precision[k]), (own.recall, recall[k]), (own.f1, f1[k])):
            assert (got is None) == bool(np.isnan(figure))
            assert got is None or math.isclose(got, figure, rel_tol=1e-12)
