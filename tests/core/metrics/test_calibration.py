"""The bins of the calibration error."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from cecli.core.metrics.calibration import BINS, Calibration
from cecli.core.metrics.reliability_cells import absolute_moments, mean_and_band
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples


def ece(table, labels):
    calibration = Calibration(Spec(2))
    calibration.update(score_rows(Batch.of(np.array(table, dtype=float), np.array(labels))))
    return calibration.result().ece


@examples(80)
@given(rows=st.lists(st.tuples(st.floats(0.5, 1.0), st.integers(0, 1)), min_size=1, max_size=20))
def test_against_fractions(rows):
    bins = [[Fraction(0), 0] for _ in range(BINS)]
    for confidence, label in rows:
        its = bins[min(math.floor(BINS * confidence), BINS - 1)]
        its[0] += Fraction(confidence)
        its[1] += label == 0
    expected = sum(abs(right - confidence) for confidence, right in bins) / len(rows)
    assert ece([[c, 1 - c] for c, _ in rows], [label for _, label in rows]) == float(expected)


@pytest.mark.parametrize("k", range(8, 16))
def test_a_confidence_on_an_edge_belongs_to_the_bin_above(k):
    edge = k / BINS
    below = math.nextafter(edge, 0)
    # In one bin the two would cancel out to |1 - edge - below|; in two bins they are added up.
    together = ece([[edge, 1 - edge], [below, 1 - below]], [0, 1])
    apart = (1 - edge + below) / 2
    same = abs(1 - edge - below) / 2
    assert math.isclose(together, same if k == BINS else apart, rel_tol=1e-12)


def test_certain_and_right_is_perfect():
    assert ece([[1.0, 0.0], [0.0, 1.0]], [0, 1]) == 0.0
    assert ece([[1.0, 0.0], [0.0, 1.0]], [1, 0]) == 1.0


def test_without_rows():
    assert math.isnan(Calibration(Spec(2)).result().ece)


def binned(table, labels, weights=None, kind=None, soft=None):
    calibration = Calibration(Spec(2, weights=kind))
    batch = Batch.of(np.array(table, dtype=float), None if soft is not None else np.array(labels))
    weights = None if weights is None else np.array(weights, dtype=float)
    calibration.update(score_rows(replace(batch, weights=weights, soft=soft)))
    return calibration.bins()


@examples(60)
@given(rows=st.lists(st.tuples(st.floats(0.5, 1.0), st.integers(0, 1)), min_size=1, max_size=40))
def test_bins_against_fractions_and_scipys_beta(rows):
    found = binned([[c, 1 - c] for c, _ in rows], [label for _, label in rows])
    assert len(found) == BINS
    for number, one in enumerate(found):
        inside = [(c, label) for c, label in rows if min(math.floor(BINS * c), BINS - 1) == number]
        assert one.mass == len(inside)
        if not inside:
            assert (one.confidence, one.accuracy, one.accuracy_low, one.accuracy_high) == (None,) * 4
            continue
        right = sum(label == 0 for _, label in inside)
        assert one.confidence == float(sum(Fraction(c) for c, _ in inside) / len(inside))
        assert one.accuracy == right / len(inside)
        exact = stats.binomtest(right, len(inside)).proportion_ci(0.95, "exact")
        assert (one.accuracy_low, one.accuracy_high) == pytest.approx((exact.low, exact.high), rel=1e-9, abs=1e-12)


def test_bins_of_repeated_rows_are_those_of_the_rows_and_weights_of_importance_have_no_exact_interval():
    table, labels = [[0.875, 0.125], [0.8125, 0.1875], [0.84375, 0.15625]], [0, 1, 0]
    repeated = binned(np.repeat(table, [2, 1, 3], axis=0), np.repeat(labels, [2, 1, 3]))
    assert binned(table, labels, [2, 1, 3], "frequency") == repeated
    weighted = binned(table, labels, [2, 1, 3], "importance")
    assert [replace(one, accuracy_low=None, accuracy_high=None) for one in repeated] == weighted


@pytest.mark.parametrize("rows", [1, 2, 7, 60, 100_000])
@pytest.mark.parametrize("wrong", [1e-5, 0.03, 0.2, 0.5, 0.75, 0.9999])
def test_moments_of_a_few_wrong_rows_are_those_of_a_binomial(rows, wrong):
    variance = rows * wrong * (1 - wrong)
    if variance >= 25:
        return
    k = np.arange(rows + 1)
    chance, gaps = stats.binom.pmf(k, rows, wrong), np.abs(k - rows * wrong)
    expected = [float(np.sum(chance * gaps**power)) for power in (1, 2, 3)]
    assert absolute_moments(rows, wrong, variance) == pytest.approx(expected, rel=1e-9)
    scaled = absolute_moments(rows, wrong, variance / 4)  # confidences that differ within the bin vary less
    assert scaled == pytest.approx([expected[0] / 2, expected[1] / 4, expected[2] / 8], rel=1e-9)


@pytest.mark.parametrize(
    ("rows", "wrong", "variance"), [(1000, 0.1, 90.0), (0, 0.1, 4.0), (5, 0.0, 2.25), (5, 1.0, 1.0)]
)
def test_moments_of_many_wrong_rows_are_those_of_a_normal(rows, wrong, variance):
    def moment(power):
        return 2 * integrate.quad(lambda x: x**power * stats.norm.pdf(x, scale=math.sqrt(variance)), 0, np.inf)[0]

    assert absolute_moments(rows, wrong, variance) == pytest.approx([moment(power) for power in (1, 2, 3)], rel=1e-9)


@pytest.mark.parametrize("deviations", [[3.0], [1.0, 1.0], [1.0, 2.0, 4.0, 0.5], [1.0] * 15])
def test_the_band_is_the_quantile_of_a_sum_of_gaps(deviations):
    draws = np.abs(np.random.default_rng(0).normal(size=(400_000, len(deviations))) * deviations).sum(axis=1) / 100
    mean, band = mean_and_band([absolute_moments(0, 0.5, d * d) for d in deviations], 100)
    assert mean == pytest.approx(draws.mean(), rel=5e-3)
    assert band == pytest.approx(np.quantile(draws, 0.95), rel=2e-2 if len(deviations) > 1 else 5e-2)


def test_a_band_without_spread_is_the_mean():
    assert mean_and_band([(2.0, 4.0, 8.0)], 10) == (0.2, 0.2)
