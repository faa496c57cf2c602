"""The bins of the calibration error."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cecli.core.metrics.calibration import BINS, Calibration
from cecli.core.metrics.spec import Spec
from cecli.core.rows import Batch, score_rows


def ece(table, labels):
    calibration = Calibration(Spec(2))
    calibration.update(score_rows(Batch.of(np.array(table, dtype=float), np.array(labels))))
    return calibration.result().ece


@settings(max_examples=80, deadline=None)
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
