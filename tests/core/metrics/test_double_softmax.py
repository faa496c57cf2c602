"""Softmax of probabilities is told from probabilities, by the bound e / (e + K - 1) on the largest."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.losses import softmax
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples


def looks(table, kind="probabilities", group=None, number=0):
    table = np.asarray(table, dtype=float)
    metric = METRICS["twice"](Spec(max(2, table.shape[1])))
    batch = Batch.of(table, np.zeros(len(table), dtype=int), kind)
    metric.update(score_rows(replace(batch, group=group)))
    return metric.result(number).looks_softmaxed_twice


def confident(generator, rows, classes):
    """Forecasts some of which are nearly certain."""
    return softmax(generator.normal(0, 6, (rows, classes)))


@examples(60)
@given(seed=st.integers(0, 2**32), classes=st.integers(2, 80))
def test_softmax_of_a_model_that_is_sometimes_sure(seed, classes):
    table = confident(np.random.default_rng(seed), 200, classes)
    assert not looks(table)
    assert looks(softmax(table))
    assert looks(np.log(softmax(table)), "log-probabilities")
    assert not looks(np.log(table), "log-probabilities")


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_the_bound(classes):
    bound = math.e / (math.e + classes - 1)
    row = lambda top: [[top] + [(1 - top) / (classes - 1)] * (classes - 1)]  # noqa: E731
    assert looks(row(bound))
    assert looks(row(bound * 1.0005)), "printed with few decimals"
    assert not looks(row(min(1.0, bound * 1.01)))
    assert not looks(row(1 / classes)), "a forecast that is always unsure is no softmax of a certain one"


@pytest.mark.parametrize("kind", ["probabilities", "log-probabilities"])
def test_a_binary_column(kind):
    """The sigmoid of a probability lies from 1/2 to e / (e + 1)."""
    sigmoid = lambda p: 1 / (1 + np.exp(-np.asarray(p)))  # noqa: E731
    of = np.log if kind == "log-probabilities" else np.asarray
    assert looks(of(sigmoid([[0.0], [0.4], [0.95]])), kind)
    assert not looks(of(sigmoid([[0.0], [0.4], [0.6]])), kind), "no forecast was sure"
    assert not looks(of([[0.5], [0.3], [0.72]]), kind), "no sigmoid of a probability is below 1/2"
    assert not looks(of([[0.5], [0.75]]), kind)


def test_logits_are_left_to_the_reader():
    assert not looks(softmax(confident(np.random.default_rng(1), 50, 3)), "logits")


def test_each_group_for_itself():
    table = confident(np.random.default_rng(2), 100, 3)
    both = np.concatenate([table, softmax(table)])
    group = np.repeat([0, 1], 100)
    assert not looks(both, group=group, number=0)
    assert looks(both, group=group, number=1)
    assert not looks(both)


def test_nothing_seen():
    assert not METRICS["twice"](Spec(3)).result().looks_softmaxed_twice
