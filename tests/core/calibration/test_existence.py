"""Whether biases are best: what the gaps between classes say, against a linear program over all rows."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from cecli.core.calibration.existence import LargestGaps, running_away
from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.sums.layout import shaped
from tests.effort import examples


def gaps_of(table, labels):
    values, axis = shaped(np.array(table, dtype=float))
    found = LargestGaps(len(table[0]))
    found.update(LogitRows(values, axis, np.array(labels)))
    return found


def has_way_out(table, labels, fitted):
    """Whether some direction makes no row worse and some row better, by the program over all rows."""
    size, rows = len(table[0]), []
    for row, label in zip(table, labels, strict=True):
        for c, figure in enumerate(row):
            if c != label and figure > -np.inf:
                line = np.zeros(1 + size)
                line[0], line[1 + c], line[1 + label] = figure - row[label], 1, -1
                rows.append(line)
    if not rows:
        return False
    bounds = [(0, 1)] + [(-1, 1) if free else (0, 0) for free in fitted]
    found = linprog(
        np.sum(rows, axis=0), np.array(rows), np.zeros(len(rows)),
        np.array([[0, *map(float, fitted)]]), np.zeros(1), bounds,
    )  # fmt: skip
    return bool(found.fun < -1e-7)


@st.composite
def cases(draw):
    classes = draw(st.integers(2, 4))
    logit = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, -np.inf])
    rows = draw(st.lists(st.tuples(st.integers(0, classes - 1), *[logit] * classes), min_size=1, max_size=7))
    labels = [label for label, *row in rows]
    table = [list(row) for _, *row in rows]
    for row, label in zip(table, labels, strict=True):
        row[label] = max(row[label], -9.0)
    fixed = draw(st.lists(st.booleans(), min_size=classes, max_size=classes))
    return table, labels, [label in labels and not (hold and draw(st.booleans())) for label, hold in enumerate(fixed)]


@examples(200)
@given(case=cases())
def test_it_is_what_a_linear_program_says(case):
    table, labels, fitted = case
    assume(any(fitted))
    found = running_away(gaps_of(table, labels), np.array(fitted))
    assert bool(found) == has_way_out(table, labels, fitted)
    assert all(fitted[k] for k in found)


def test_soft_labels_weights_and_parts():
    table, labels = np.array([[1.0, 0.0, 2.0], [0.0, 5.0, 1.0]]), np.array([2, 0])
    soft = np.array([[0.0, 0.0, 1.0], [0.5, 0.0, 0.5]])
    values, axis = shaped(table)
    whole, parts, alone = (LargestGaps(3) for _ in range(3))
    whole.update(LogitRows(values, axis, None, soft=shaped(soft)[0]))
    assert whole.most.tolist() == [[0.0, 5.0, 1.0], [-np.inf] * 3, [-1.0, 4.0, 0.0]]
    assert whole.least[2].tolist() == [-1.0, -2.0, 0.0]
    for k in range(2):
        part = LargestGaps(3)
        part.update(LogitRows(values[:, k : k + 1], axis, labels[k : k + 1]))
        parts.merge(part)
    assert np.array_equal(parts.most, gaps_of(table, labels).most)
    alone.update(LogitRows(values, axis, labels, weights=np.array([1.0, 0.0])))
    assert alone.most[0].tolist() == [-np.inf] * 3
    assert np.array_equal(parts.negated().most, gaps_of(-table, labels).most)


@pytest.mark.parametrize("size", [3, 80])
def test_many_classes_that_confuse_each_other_have_best_biases(size):
    draw = np.random.default_rng(size)
    table = draw.normal(size=(40 * size, size))
    assert running_away(gaps_of(table, draw.integers(0, size, 40 * size)), np.ones(size, dtype=bool)) == []
