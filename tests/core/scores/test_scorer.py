"""The figures of a report, and what is undefined."""

import math

import numpy as np
import pytest
from scipy import special

from cecli.core.functions.student import student_interval
from cecli.core.metrics import Spec
from cecli.core.rows.rows import Batch
from cecli.core.scores.scorer import Scorer, perplexity, skill


def scored(table, labels, **options):
    scorer = Scorer(Spec(max(2, np.shape(table)[1]), **options))
    scorer.update(Batch.of(np.array(table, dtype=float), np.array(labels)))
    return scorer.result()


def test_by_hand():
    got = scored([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]], [0, 1, 1, 2], top_k=2)
    ln2 = math.log(2)
    assert math.isclose(got.cross_entropy, ln2 * 5 / 4, rel_tol=1e-15)
    assert math.isclose(got.standard_error, ln2 / 4, rel_tol=1e-15)
    assert got.accuracy == 0.75
    assert got.top_k_accuracy == 1.0
    assert got.brier == (3 * (0.25 + 0.0625 + 0.0625) + (0.25 + 0.5625 + 0.0625)) / 4
    assert got.ece == 0.25
    assert math.isclose(got.label_entropy, 1.5 * ln2, rel_tol=1e-15)
    assert math.isclose(got.skill, 1 - 5 / 6, rel_tol=1e-14)
    assert (got.rows, got.mass, got.effective_rows, got.zero_probability_rows) == (4, 4, 4, 0)
    assert got.max_row_sum_deviation == 0.0
    of_first, of_second, of_third = got.classes
    assert (of_first.rows, of_first.precision, of_first.recall, of_first.f1) == (1, 0.5, 1.0, 2 / 3)
    assert (of_second.rows, of_second.precision, of_second.recall, of_second.f1) == (2, 1.0, 0.5, 2 / 3)
    assert of_third.cross_entropy == -math.log(0.5)


def test_one_row_has_no_error():
    got = scored([[0.5, 0.5]], [0])
    assert (got.standard_error, got.low, got.high) == (None, None, None)
    assert got.label_entropy == 0.0
    assert got.skill is None


def test_a_class_never_predicted_or_never_seen():
    got = scored([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1]], [0, 1])
    assert got.classes[1].precision is None
    assert got.classes[1].recall == 0.0
    assert got.classes[1].f1 == 0.0
    unseen = got.classes[2]
    assert (unseen.rows, unseen.cross_entropy, unseen.precision, unseen.recall, unseen.f1) == (
        0,
        None,
        None,
        None,
        None,
    )


def test_top_k_says_nothing_of_k_classes():
    assert scored([[0.2] * 5], [3], top_k=5).top_k_accuracy is None
    assert scored([[0.2] * 5], [3], top_k=4).top_k_accuracy == 1.0


def test_infinite():
    got = scored([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]], [1, 0, 1])
    assert got.cross_entropy == math.inf
    assert (got.standard_error, got.low, got.high) == (None, None, None)
    assert got.perplexity == math.inf
    assert got.skill == -math.inf
    assert got.finite_cross_entropy == -math.log(0.5)
    assert got.zero_probability_rows == 2
    assert got.first_infinite == (0, 2)
    assert got.classes[1].cross_entropy == math.inf
    assert got.classes[0].cross_entropy == -math.log(0.5)


def test_only_infinite_rows_have_no_finite_mean():
    assert scored([[1.0, 0.0]], [1]).finite_cross_entropy is None


def test_no_zero_probability_no_finite_mean():
    assert scored([[0.5, 0.5]], [1]).finite_cross_entropy is None


@pytest.mark.parametrize("df", [1, 2, 5, 30, 99, 100, 539, 10**6])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_interval_is_student_s(df, confidence):
    low, high = student_interval(2.0, 0.25, df, confidence)
    for end in (high, low):
        assert math.isclose(special.stdtr(df, abs(end - 2.0) / 0.25), 0.5 + confidence / 2, rel_tol=1e-12)
    assert low < 2.0 < high


def test_interval_perplexity_skill_at_their_edges():
    assert student_interval(1.0, None, 5, 0.95) == (None, None)
    assert student_interval(1.0, 0.1, 0, 0.95) == (None, None)
    assert student_interval(1.0, 0.0, 5, 0.95) == (1.0, 1.0)
    assert perplexity(0.0) == 1.0
    assert perplexity(1e6) == math.inf
    assert skill(0.5, 0.0) is None
    assert skill(2.0, 1.0) == -1.0


def test_labels_all_the_same_have_entropy_zero_and_no_skill():
    got = scored([[0.7, 0.3], [0.6, 0.4]], [0, 0])
    assert got.label_entropy == 0.0
    assert math.copysign(1, got.label_entropy) == 1
    assert got.skill is None


def test_nothing_added():
    got = Scorer(Spec(3)).result()
    assert got.rows == 0
    assert math.isnan(got.cross_entropy)
    assert got.skill is None
