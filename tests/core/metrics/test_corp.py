"""CORP and AUC against scikit-learn, against counting pairs in fractions, and the identities they obey."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.corp import CorpResult
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples


def corp(batch, group=0, classes=2):
    metric = METRICS["corp"](Spec(classes))
    metric.update(score_rows(batch))
    return metric.result(group)


def binary(values, labels, kind="probabilities", weights=None):
    batch = Batch.of(np.asarray(values, dtype=float)[:, None], np.asarray(labels), kind)
    return replace(batch, weights=None if weights is None else np.asarray(weights, dtype=float))


def pairs(values, labels, weights):
    """The share of pairs in the right order, ties half, in fractions."""
    right = total = Fraction(0)
    for p, y, w in zip(values, labels, weights, strict=True):
        for q, x, v in zip(values, labels, weights, strict=True):
            if (y, x) == (1, 0):
                total += Fraction(w) * Fraction(v)
                right += Fraction(w) * Fraction(v) * (2 if p > q else 1 if p == q else 0) / 2
    return right / total if total else None


levels = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 1.0])
rows_of = st.lists(st.tuples(levels, st.integers(0, 1), st.integers(1, 5)), min_size=1, max_size=25)


@examples(150)
@given(rows=rows_of, weighted=st.booleans())
def test_auc_counts_pairs(rows, weighted):
    values, labels, weights = zip(*rows, strict=True)
    found = corp(binary(values, labels, weights=weights if weighted else None))
    expected = pairs(values, labels, weights if weighted else [1] * len(rows))
    assert (found.auc is None) == (expected is None)
    if expected is not None:
        assert math.isclose(found.auc, float(expected), rel_tol=1e-14, abs_tol=1e-300)


@examples(100)
@given(rows=rows_of, weighted=st.booleans())
def test_the_parts_are_not_negative_and_make_the_score(rows, weighted):
    values, labels, weights = zip(*rows, strict=True)
    found = corp(binary(values, labels, weights=weights if weighted else None))
    own = weights if weighted else [1] * len(rows)
    brier = math.fsum(w * 2 * (p - y) ** 2 for p, y, w in zip(values, labels, own, strict=True)) / sum(own)
    assert math.isclose(found.brier.score, brier, rel_tol=1e-13, abs_tol=1e-15)
    for parts in (found.brier, found.log_loss):
        assert parts.miscalibration >= 0
        assert parts.discrimination >= 0
        if parts.score < math.inf:
            whole = parts.miscalibration - parts.discrimination + parts.uncertainty
            assert math.isclose(parts.score, whole, rel_tol=1e-12, abs_tol=1e-12)
    assert found.log_loss.discrimination < math.inf, "PAV is 0 or 1 only where it is right"
    if len(set(labels)) == 1:
        assert found.log_loss.uncertainty == found.brier.uncertainty == 0.0


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("rows", [40, 9000])
def test_against_scikit_learn(rows, weighted):
    metrics, isotonic = pytest.importorskip("sklearn.metrics"), pytest.importorskip("sklearn.isotonic")
    generator = np.random.default_rng(rows)
    values = np.round(generator.random(rows), 3).clip(0.001, 0.999)
    labels = (generator.random(rows) < values**1.5).astype(int)
    weights = generator.uniform(0.2, 4, rows) if weighted else None
    found = corp(binary(values, labels, weights=weights))
    calibrated = isotonic.IsotonicRegression().fit(values, labels, sample_weight=weights).predict(values)
    options = {"labels": [0, 1], "sample_weight": weights}
    score = metrics.log_loss(labels, values, **options)
    best = metrics.log_loss(labels, calibrated, **options)
    base = metrics.log_loss(labels, np.full(rows, np.average(labels, weights=weights)), **options)
    assert math.isclose(found.log_loss.score, score, rel_tol=1e-12)
    assert math.isclose(found.log_loss.miscalibration, score - best, rel_tol=1e-9)
    assert math.isclose(found.log_loss.discrimination, base - best, rel_tol=1e-9)
    assert math.isclose(found.log_loss.uncertainty, base, rel_tol=1e-12)
    mean = lambda p: 2 * float(np.average((p - labels) ** 2, weights=weights))  # noqa: E731
    assert math.isclose(
        found.brier.score, 2 * metrics.brier_score_loss(labels, values, sample_weight=weights), rel_tol=1e-12
    )
    assert math.isclose(found.brier.miscalibration, mean(values) - mean(calibrated), rel_tol=1e-9)
    assert math.isclose(found.auc, metrics.roc_auc_score(labels, values, sample_weight=weights), rel_tol=1e-12)
    assert found.bins == len(np.unique(calibrated))


def test_calibrated_and_useless_and_perfect():
    calibrated = corp(binary([0.25] * 4 + [0.75] * 4, [0, 0, 0, 1, 0, 1, 1, 1]))
    assert calibrated.log_loss.miscalibration == calibrated.brier.miscalibration == 0.0
    assert calibrated.bins == 2
    backwards = corp(binary([0.9, 0.9, 0.1, 0.1], [0, 0, 1, 1]))
    assert (backwards.auc, backwards.bins) == (0.0, 1)
    assert backwards.log_loss.discrimination == 0.0
    perfect = corp(binary([0.2, 0.3, 0.6, 0.7], [0, 0, 1, 1]))
    assert perfect.auc == 1.0
    assert math.isclose(perfect.log_loss.discrimination, math.log(2), rel_tol=1e-15)


def test_only_the_order_of_the_forecast_matters_beside_its_score():
    values, labels = np.array([0.1, 0.4, 0.35, 0.8, 0.65]), [0, 0, 1, 1, 1]
    one, other = corp(binary(values, labels)), corp(binary(values**3, labels))
    assert one.auc == other.auc
    assert one.log_loss.discrimination == other.log_loss.discrimination
    assert one.bins == other.bins


@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
def test_one_column_two_columns_and_every_kind(kind):
    generator = np.random.default_rng(4)
    logits, labels = generator.normal(0, 2, 60), generator.integers(0, 2, 60)
    one = 1 / (1 + np.exp(-logits))
    expected = corp(binary(one, labels))
    values = {"probabilities": one, "logits": logits, "log-probabilities": np.log(one)}[kind]
    zero = {"probabilities": 1 - one, "logits": np.zeros(60), "log-probabilities": np.log1p(-one)}[kind]
    for found in (
        corp(binary(values, labels, kind)),
        corp(Batch.of(np.stack([zero, values], axis=1), labels, kind)),
    ):
        assert (found.auc, found.bins) == (expected.auc, expected.bins)
        for name in ("log_loss", "brier"):
            for part in ("score", "miscalibration", "discrimination", "uncertainty"):
                got, wanted = getattr(getattr(found, name), part), getattr(getattr(expected, name), part)
                assert math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-14), (name, part)


def test_an_impossible_outcome_is_infinite_miscalibration():
    found = corp(binary([0.0, 0.5, 1.0], [1, 0, 1]))
    assert found.log_loss.score == found.log_loss.miscalibration == math.inf
    assert math.isfinite(found.log_loss.discrimination)
    assert math.isfinite(found.brier.miscalibration)


def test_logits_that_are_infinitely_far_apart():
    table = np.array([[-np.inf, 0.0], [0.0, -np.inf], [0.5, 0.25]])
    found = corp(Batch.of(table, np.array([1, 0, 1]), "logits"))
    assert math.isfinite(found.log_loss.score)
    assert found.auc == 1.0


def test_each_group_for_itself():
    generator = np.random.default_rng(9)
    values, labels, group = generator.random(50), generator.integers(0, 2, 50), generator.integers(0, 3, 50)
    whole = replace(binary(values, labels), group=group)
    for number in range(3):
        alone = corp(binary(values[group == number], labels[group == number]))
        assert corp(whole, number) == alone
    assert corp(whole, 7).reason == "there are no rows"


def test_where_there_is_none():
    assert corp(Batch.of(np.full((2, 3), 1 / 3), np.array([0, 1])), classes=3) == CorpResult(
        reason="there are more than two classes"
    )
    assert corp(Batch.of(np.full((1, 2), 0.5), np.full((1, 2), 0.5))) == CorpResult(reason="the labels are soft")
    assert METRICS["corp"](Spec(2)).result() == CorpResult(reason="there are no rows")
    assert corp(binary([0.3], [1])).auc is None
