"""What a table of predictions says before anything is observed, for each kind, at 50 digits."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.rows.losses import softmax
from cecli.core.rows.predictions import predicted_of
from cecli.core.sums.layout import shaped
from tests.effort import examples

KINDS = ("probabilities", "logits", "log-probabilities")


def exact(row, kind):
    """The PMF of a row."""
    figures = [mpmath.mpf(value) for value in row]
    if kind == "probabilities":
        return figures
    terms = [mpmath.exp(figure) for figure in figures]
    return [term / mpmath.fsum(terms) for term in terms] if kind == "logits" else terms


def by_row(table, axis):
    return table.T if axis == 0 else table


@pytest.mark.parametrize("kind", KINDS)
@examples(40)
@given(seed=st.integers(0, 2**32), classes=st.sampled_from([2, 5, 70]), rows=st.integers(1, 6))
def test_a_table(kind, seed, classes, rows):
    logits = np.random.default_rng(seed).normal(0, 4, (rows, classes))
    table = {"logits": logits, "probabilities": softmax(logits), "log-probabilities": np.log(softmax(logits))}[kind]
    values, axis = shaped(table)
    found = predicted_of(values, axis, kind, False)
    labels = np.arange(rows) % classes
    with mpmath.workdps(50):
        pmfs = [exact(row, kind) for row in table.tolist()]
        losses = [[-mpmath.log(p) for p in pmf] for pmf in pmfs]
    assert found.classes == classes
    assert found.top.tolist() == table.argmax(axis=1).tolist()
    close = {"rel_tol": 1e-13, "abs_tol": 1e-15}
    for n, pmf in enumerate(pmfs):
        assert math.isclose(found.confidence[n], max(pmf), **close)
        assert math.isclose(found.loss_of(labels)[n], losses[n][labels[n]], **close)
        squares = mpmath.fsum((p - (k == labels[n])) ** 2 for k, p in enumerate(pmf))
        assert math.isclose(found.brier(labels)[n], squares, **close)
        for k in range(classes):
            assert math.isclose(by_row(found.probabilities, axis)[n, k], pmf[k], **close)
            assert math.isclose(by_row(found.losses(), axis)[n, k], losses[n][k], **close)


@pytest.mark.parametrize("kind", KINDS)
@examples(60)
@given(p=st.floats(1e-300, 1, exclude_max=True))
def test_a_column_is_two_classes(kind, p):
    figure = {"probabilities": p, "log-probabilities": math.log(p), "logits": math.log(p) - math.log1p(-p)}[kind]
    found = predicted_of(np.array([figure, figure]), 0, kind, True)
    with mpmath.workdps(700):
        x = mpmath.mpf(figure)
        one = {"probabilities": x, "log-probabilities": mpmath.exp(x), "logits": 1 / (1 + mpmath.exp(-x))}[kind]
        losses = [-mpmath.log(1 - one), -mpmath.log(one)]
        for label in (0, 1):
            labels = np.array([label, label])
            assert math.isclose(found.loss_of(labels)[0], losses[label], rel_tol=1e-13)
            assert found.loss_of(labels)[0] == found.losses()[label, 0]
            assert math.isclose(found.brier(labels)[0], 2 * (one - label) ** 2, rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(found.confidence[0], max(one, 1 - one), rel_tol=1e-14)
    assert found.classes == 2
    assert found.top.tolist() == [int(found.order[1, 0] > found.order[0, 0])] * 2


@pytest.mark.parametrize(
    ("kind", "figure"), [("probabilities", 0.5), ("logits", 0.0), ("log-probabilities", math.log(0.5))]
)
def test_a_tie_goes_to_the_first_class(kind, figure):
    assert predicted_of(np.array([figure]), 0, kind, True).top.tolist() == [0]
    values, axis = shaped(np.full((1, 2), figure))
    assert predicted_of(values, axis, kind, False).top.tolist() == [0]
