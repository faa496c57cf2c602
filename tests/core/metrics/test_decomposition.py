"""Reliability, resolution and uncertainty against their definitions at 50 digits, and the identity they obey."""

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec, decomposition
from cecli.core.metrics.decomposition import DecompositionResult
from cecli.core.rows.losses import softmax
from cecli.core.rows.rows import Batch, LossRule, score_rows
from tests.effort import examples


def decomposed(batch, classes, rule=None, group=0):
    metric = METRICS["decomposition"](Spec(classes))
    metric.update(score_rows(batch, rule or LossRule()))
    return metric.result(group)


def forecasts(generator, classes, distinct):
    """Some PMFs of which one may be certain."""
    table = generator.dirichlet(np.full(classes, 0.7), distinct).reshape(distinct, classes)
    if distinct > 2:
        table[0] = np.eye(classes)[0]
    return table


def by_definition(table, soft, weights):
    """The terms at 50 digits: forecasts are equal where all their digits are."""
    with mpmath.workdps(50):
        masses = {}
        for row, observed, weight in zip(table.tolist(), soft.tolist(), weights.tolist(), strict=True):
            mass = masses.setdefault(tuple(row), [mpmath.mpf(0)] * len(row))
            for k, share in enumerate(observed):
                mass[k] = mass[k] + mpmath.mpf(weight) * mpmath.mpf(share)
        total = mpmath.fsum(mpmath.fsum(mass) for mass in masses.values())
        overall = [mpmath.fsum(mass[k] for mass in masses.values()) / total for k in range(table.shape[1])]
        cost, calibration, resolution = mpmath.mpf(0), mpmath.mpf(0), mpmath.mpf(0)
        for forecast, mass in masses.items():
            own = mpmath.fsum(mass)
            for q, n, o in zip(forecast, mass, overall, strict=True):
                if n:
                    cost += -n * mpmath.log(q) if q else mpmath.inf
                    calibration += n * mpmath.log(n / own / mpmath.mpf(q)) if q else mpmath.inf
                    resolution += n * mpmath.log(n / own / o)
        uncertainty = -mpmath.fsum(o * mpmath.log(o) for o in overall if o)
        figures = (cost / total, calibration / total, resolution / total, uncertainty)
        return DecompositionResult(len(masses), *(float(figure) for figure in figures))


NAMES = ("cross_entropy", "reliability", "resolution", "uncertainty")


def check(found, expected):
    assert (found.forecasts, found.reason) == (expected.forecasts, None)
    for name in NAMES:
        got, wanted = getattr(found, name), getattr(expected, name)
        assert got == wanted or math.isclose(got, wanted, rel_tol=1e-13, abs_tol=1e-15), name
    if found.cross_entropy < math.inf:
        whole = found.reliability - found.resolution + found.uncertainty
        assert math.isclose(found.cross_entropy, whole, rel_tol=1e-13, abs_tol=1e-14)


@examples(80)
@given(
    seed=st.integers(0, 2**32),
    rows=st.integers(1, 60),
    classes=st.sampled_from([2, 3, 70]),
    distinct=st.integers(1, 6),
    soft=st.booleans(),
    weighted=st.booleans(),
)
def test_by_definition(seed, rows, classes, distinct, soft, weighted):
    generator = np.random.default_rng(seed)
    table = forecasts(generator, classes, distinct)[generator.integers(0, distinct, rows)]
    labels = generator.integers(0, classes, rows)
    observed = generator.dirichlet(np.ones(classes), rows).reshape(rows, classes) if soft else np.eye(classes)[labels]
    weights = generator.uniform(0.1, 3, rows) if weighted else np.ones(rows)
    batch = replace(Batch.of(table, observed if soft else labels), weights=weights if weighted else None)
    check(decomposed(batch, classes), by_definition(table, observed, weights))


@examples(40)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(["logits", "log-probabilities", "probabilities"]))
def test_every_kind_and_a_binary_column(seed, kind):
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 4, 40)
    logits = generator.normal(0, 2, (4, 3))
    values = {"logits": logits, "log-probabilities": np.log(softmax(logits)), "probabilities": softmax(logits)}[kind]
    labels = generator.integers(0, 3, 40)
    expected = by_definition(softmax(logits)[rows], np.eye(3)[labels], np.ones(40))
    check(decomposed(Batch.of(values[rows], labels, kind), 3), expected)
    column = logits[:, :1]
    one = 1 / (1 + np.exp(-column))
    values = {"logits": column, "log-probabilities": np.log(one), "probabilities": one}[kind]
    table, labels = np.hstack([1 - one, one])[rows], labels % 2
    found = decomposed(Batch.of(values[rows], labels, kind), 2)
    check(found, by_definition(table, np.eye(2)[labels], np.ones(40)))


def test_by_hand():
    """Two forecasts, ten rows each: 0.8 comes true in 6 of 10, 0.2 in 2 of 10."""
    table = np.repeat([[0.8, 0.2], [0.2, 0.8]], 10, axis=0)
    labels = np.array([0] * 6 + [1] * 4 + [0] * 2 + [1] * 8)
    found = decomposed(Batch.of(table, labels), 2)
    kl = lambda p, q: p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))  # noqa: E731
    assert math.isclose(found.reliability, kl(0.6, 0.8) / 2, rel_tol=1e-14)
    assert math.isclose(found.resolution, (kl(0.6, 0.4) + kl(0.2, 0.4)) / 2, rel_tol=1e-14)
    assert math.isclose(found.uncertainty, -0.4 * math.log(0.4) - 0.6 * math.log(0.6), rel_tol=1e-14)


def test_a_calibrated_forecast_has_reliability_0():
    table = np.repeat([[0.75, 0.25], [0.5, 0.5]], 4, axis=0)
    found = decomposed(Batch.of(table, np.array([0, 0, 0, 1, 0, 1, 0, 1])), 2)
    assert found.reliability == 0.0
    constant = decomposed(Batch.of(table[:4], np.array([0, 0, 1, 1])), 2)
    assert constant.resolution == 0.0, "one forecast for all tells nothing apart"


def test_an_impossible_outcome_costs_reliability():
    found = decomposed(Batch.of(np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([1, 0])), 2)
    assert (found.cross_entropy, found.reliability) == (math.inf, math.inf)
    assert found.resolution == found.uncertainty == math.log(2)


def test_two_zeros_are_one_forecast():
    assert decomposed(Batch.of(np.array([[0.0, 1.0], [-0.0, 1.0]]), np.array([1, 1])), 2).forecasts == 1
    assert decomposed(Batch.of(np.array([[0.0], [-0.0]]), np.array([1, 1]), "logits"), 2).forecasts == 1


def test_it_is_of_the_plain_loss():
    batch = Batch.of(np.array([[0.9, 0.1], [0.9, 0.1], [0.3, 0.7]]), np.array([0, 1, 1]))
    rule = LossRule(clip=0.2, smoothing=0.1, class_weights=np.array([3.0, 1.0]))
    assert decomposed(batch, 2, rule) == decomposed(batch, 2)


@examples(30)
@given(seed=st.integers(0, 2**32))
def test_each_group_for_itself(seed):
    generator = np.random.default_rng(seed)
    table, labels = forecasts(generator, 3, 4)[generator.integers(0, 4, 40)], generator.integers(0, 3, 40)
    group = generator.integers(0, 3, 40)
    for number in range(3):
        chosen = np.flatnonzero(group == number)
        alone = decomposed(Batch.of(table[chosen], labels[chosen]), 3)
        assert decomposed(replace(Batch.of(table, labels), group=group), 3, group=number) == alone


class TestTooMany:
    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        monkeypatch.setattr(decomposition, "MOST_FORECASTS", 5)

    def batch(self, start, count):
        column = np.linspace(0.1, 0.9, 20)[start : start + count, None]
        return Batch.of(np.hstack([column, 1 - column]), np.zeros(count, dtype=int))

    @pytest.mark.parametrize("steps", [[(0, 6)], [(0, 3), (3, 3)], [(0, 20), (0, 1)]])
    def test_in_one_accumulator(self, steps):
        metric = METRICS["decomposition"](Spec(2))
        for start, count in steps:
            metric.update(score_rows(self.batch(start, count)))
        assert metric.result() == DecompositionResult(reason="there are more than 5 distinct forecasts")

    def test_in_two(self):
        first, second = (METRICS["decomposition"](Spec(2)) for _ in range(2))
        first.update(score_rows(self.batch(0, 4)))
        second.update(score_rows(self.batch(2, 4)))
        first.merge(second)
        assert first.result().reason == "there are more than 5 distinct forecasts"
        assert second.result().forecasts == 4
        fresh = METRICS["decomposition"](Spec(2))
        fresh.merge(first)
        assert fresh.result().reason is not None

    def test_the_most_there_may_be(self):
        metric = METRICS["decomposition"](Spec(2))
        metric.update(score_rows(self.batch(0, 5)))
        metric.update(score_rows(self.batch(2, 3)))
        assert metric.result().forecasts == 5


def test_many_classes_hold_fewer_forecasts():
    metric = METRICS["decomposition"](Spec(decomposition.MOST_CELLS // 2))
    assert metric._most == 2


def test_nothing_to_decompose():
    assert METRICS["decomposition"](Spec(2)).result().reason == "there are no rows"
    observed = Batch(np.array([0.5]), 0, None, "probabilities", observed_only=True)
    assert decomposed(observed, 2).reason == "there are no rows"


@pytest.mark.parametrize("grouped", [False, True])
def test_forecasts_with_the_same_hash_are_told_apart(grouped):
    def step(state, word):
        mixed = (state ^ word) * 0x9E3779B97F4A7C15 % 2**64
        return mixed ^ (mixed >> 29)

    bits = np.array([1.0, 2.0, 0.5]).view(np.uint64).tolist()
    word = bits[2] ^ step(0, bits[0]) ^ step(0, bits[1])  # what a second figure must be for the same hash
    other = float(np.array([word], dtype=np.uint64).view(np.float64)[0])
    assert math.isfinite(other)
    table = np.array([[1.0, 0.5], [2.0, other], [1.0, 0.5], [2.0, other]])
    batch = Batch.of(table, np.array([0, 1, 1, 1]), "logits")
    found = decomposed(replace(batch, group=np.zeros(4, dtype=np.intp)) if grouped else batch, 2)
    log_p = np.log(softmax(table))
    expected = by_definition(np.exp(log_p), np.eye(2)[batch.labels], np.ones(4))
    assert found.forecasts == 2
    assert found.cross_entropy == pytest.approx(-log_p[np.arange(4), batch.labels].mean(), rel=1e-14)
    assert found.resolution == pytest.approx(expected.resolution, rel=1e-12)


def test_forecasts_that_sum_to_more_than_1_may_be_better_than_reliable():
    batch = Batch.of(np.full((4, 2), 0.6), np.array([0, 1, 0, 1]))
    assert decomposed(batch, 2).reliability == pytest.approx(math.log(5 / 6), rel=1e-14)
    assert decomposed(Batch.of(np.full((4, 2), 0.5), np.array([0, 1, 0, 1])), 2).reliability == 0
