"""Macro and weighted F1, balanced accuracy and MCC, worked out by hand from their definitions."""

import math

from cecli.core.metrics.summary import summary


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
