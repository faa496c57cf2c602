"""The temperature of least loss against Newton's method in 50 digits, at its ends, and whatever the order of the rows.

The reference (``reference``) solves f'(b) = 0 with mpmath, on the very doubles that the fit sees.
"""

import itertools
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.calibration import temperature
from cecli.core.calibration.logit_rows import logit_rows
from cecli.core.calibration.temperature import Slopes, fit_temperature, unit_of
from cecli.core.rows.rows import Batch
from tests.effort import examples


def fit(*parts, weights=None, start=None):
    """The fit to batches of (logits, labels), each its own part of the sweep."""
    rows = []
    span = 0.0
    for k, (logits, labels) in enumerate(parts):
        batch = Batch.of(np.asarray(logits, dtype=float), np.asarray(labels), "logits")
        if weights is not None:
            batch = replace(batch, weights=weights[k])
        kept, _, own = logit_rows(batch)
        rows.append(kept.normalised())
        span = max(span, own)

    def sweep(new):
        total = new()
        for part in rows:
            one = new()
            one.update(part)
            total.merge(one)
        return total

    return fit_temperature(sweep, span, start)


def reference(logits, labels, temperature, weights=None):
    """T by Newton's method on f' in 50 digits, from a T that is near."""
    with mpmath.workdps(50):
        b = 1 / mpmath.mpf(temperature)
        table = [[mpmath.mpf(float(z)) if z > -math.inf else None for z in row] for row in logits]
        for _ in range(60):
            slope = curvature = mpmath.mpf(0)
            for k, (row, label) in enumerate(zip(table, labels, strict=True)):
                present = [z for z in row if z is not None]
                terms = [mpmath.exp(b * (z - max(present))) for z in present]
                total = mpmath.fsum(terms)
                mean = mpmath.fsum(t * z for t, z in zip(terms, present, strict=True)) / total
                soft = label if isinstance(label, (list, np.ndarray)) else None
                if soft is None:
                    observed = row[int(label)]
                else:
                    pairs = zip(soft, row, strict=True)
                    observed = mpmath.fsum(mpmath.mpf(float(q)) * z for q, z in pairs if q)
                w = 1 if weights is None else mpmath.mpf(float(weights[k]))
                mass = 1 if soft is None else mpmath.fsum(mpmath.mpf(float(q)) for q in soft)
                slope += w * (mass * mean - observed)
                curvature += (
                    mass * w * mpmath.fsum(t * (z - mean) ** 2 for t, z in zip(terms, present, strict=True)) / total
                )
            step = slope / curvature
            b -= step
            if abs(step) < mpmath.mpf(10) ** -40 * b:
                return 1 / b
        raise AssertionError("the reference did not converge")


def case(seed, rows, classes, spread, offset, wrong):
    """Logits, and labels of which a share is drawn at random."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(rows, classes)) * spread + offset
    labels = np.where(random.random(rows) < wrong, random.integers(0, classes, rows), logits.argmax(axis=1))
    return logits, labels


CASES = [
    (1, 40, 2, 1.0, 0.0, 0.5),
    (2, 40, 5, 30.0, -1300.0, 0.3),
    (3, 25, 70, 4.0, 0.0, 0.4),
    (4, 60, 3, 1e-6, 0.0, 0.5),
    (5, 60, 3, 1e5, 1e7, 0.6),
    (6, 30, 4, 1.0, 0.0, 0.05),
    (7, 200, 4, 1.0, 0.0, 0.02),
]


@pytest.mark.parametrize("numbers", CASES)
def test_against_50_digits(numbers):
    logits, labels = case(*numbers)
    found = fit((logits, labels))
    assert found.solution == "interior"
    exact = reference(logits, labels, found.temperature)
    assert abs(found.temperature - exact) <= 1e-14 * exact


def test_nearly_unbounded_and_nearly_uniform():
    """One row in a hundred thousand's margin decides; and a slope at 0 that is only just below 0."""
    right = [[0.0, -1.0]] * 300
    found = fit(([*right, [0.0, -1e-3]], [0] * 300 + [1]))
    assert abs(found.temperature / reference([*right, [0.0, -1e-3]], [0] * 300 + [1], found.temperature) - 1) < 1e-13
    even = [[1.0, 0.0]] * 1001
    labels = [0] * 501 + [1] * 500
    found = fit((even, labels))
    assert found.temperature == pytest.approx(1 / math.log(501 / 500), rel=1e-12)


def test_soft_labels_weights_and_impossible_classes():
    random = np.random.default_rng(8)
    logits = random.normal(size=(30, 3)) * 5
    soft = (random.dirichlet([1, 1, 1], size=30) + np.eye(3)[logits.argmax(axis=1)]) / 2
    logits[0], soft[0] = [1.0, -np.inf, 0.0], [0.25, 0.0, 0.75]
    weights = random.uniform(0.1, 9, size=30)
    found = fit((logits, soft), weights=[weights])
    assert found.solution == "interior"
    exact = reference(logits, list(soft), found.temperature, weights)
    assert abs(found.temperature - exact) <= 1e-14 * exact


def test_whole_weights_are_repeated_rows():
    logits, labels = case(*CASES[1])
    times = np.random.default_rng(0).integers(1, 5, len(labels))
    weighted = fit((logits, labels), weights=[times.astype(float)])
    repeated = fit((np.repeat(logits, times, axis=0), np.repeat(labels, times)))
    assert weighted.temperature == pytest.approx(repeated.temperature, rel=1e-15)


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        ([[1.0, 0.0], [1.0, 0.0]], [0, 1]),  # no better than chance
        ([[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [1, 2]),  # worse
        ([[3.0, 3.0], [0.0, 0.0]], [0, 1]),  # nothing is said
        ([[0.0, -np.inf, 1.0]], [0]),
    ],
)
def test_equal_probabilities_may_be_best(logits, labels):
    found = fit((logits, labels))
    assert (found.solution, found.temperature) == ("uniform", math.inf)


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        ([[1.0, 0.0], [-5.0, 2.0]], [0, 1]),
        ([[1.0, 1.0, 0.0], [3.0, 2.0, 3.0]], [1, 2]),  # the first shares the top with another class
        ([[0.0, -np.inf], [-1e-300, 0.0]], [0, 1]),
        ([[2.0, 2.0, 0.0]], [[0.5, 0.5, 0.0]]),
    ],
)
def test_there_may_be_no_best(logits, labels):
    found = fit((logits, labels))
    assert (found.solution, found.temperature) == ("unbounded", 0.0)


@pytest.mark.parametrize("power", [-900, -40, 3, 900])
def test_logits_times_a_power_of_two(power):
    logits, labels = case(*CASES[0])
    assert fit((np.ldexp(logits, power), labels)).temperature == math.ldexp(fit((logits, labels)).temperature, power)


def test_rows_that_are_infinitely_wrong_are_set_apart():
    batch = Batch.of(np.array([[0.0, -np.inf], [1.0, 3.0], [-np.inf, 1.0]]), np.array([1, 0, 1]), "logits")
    kept, wrong, span = logit_rows(batch)
    assert kept.values.tolist() == [[1.0, -np.inf], [3.0, 1.0]]
    assert wrong.values.tolist() == [[0.0], [-np.inf]]
    assert span == 2.0
    soft = Batch.of(np.array([[0.0, -np.inf], [0.0, -np.inf]]), np.array([[1.0, 0.0], [0.5, 0.5]]), "logits")
    kept, wrong, _ = logit_rows(soft)
    assert (kept.rows, wrong.rows) == (1, 1)


@examples(40)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 59), max_size=3, unique=True), st.sampled_from([3, 70]))
def test_no_order_and_no_split_changes_a_bit(seed, cuts, classes):
    logits, labels = case(seed % 50, 60, classes, 5.0, 3.0, 0.5)
    whole = fit((logits, labels))
    order = np.random.default_rng(seed).permutation(60)
    edges = [0, *sorted(cuts), 60]
    parts = [(logits[order[a:b]], labels[order[a:b]]) for a, b in itertools.pairwise(edges)]
    assert fit(*parts) == whole


@given(st.integers(0, 10**6))
@examples(30)
def test_from_any_start(seed):
    logits, labels = case(*CASES[seed % len(CASES)])
    wanted = fit((logits, labels))
    start = wanted.inverse * 10.0 ** np.random.default_rng(seed).uniform(-6, 6)
    assert fit((logits, labels), start=start).inverse == pytest.approx(wanted.inverse, rel=1e-14)


def test_the_slope_is_that_of_the_loss():
    """Against the differences of losses summed in 50 digits."""
    logits, labels = case(9, 20, 4, 3.0, 0.0, 0.5)
    rows, _, span = logit_rows(Batch.of(logits, labels, "logits"))
    slopes = Slopes(0.7, unit_of(span))
    slopes.update(rows)
    with mpmath.workdps(50):

        def loss(b):
            total = mpmath.mpf(0)
            for row, label in zip(logits / unit_of(span), labels, strict=True):
                u = [b * mpmath.mpf(float(z)) for z in row]
                total += mpmath.log(mpmath.fsum(mpmath.exp(one) for one in u)) - u[label]
            return total

        wanted = [mpmath.diff(loss, mpmath.mpf(0.7), order) for order in (1, 2)]
    assert slopes.result() == pytest.approx([float(one) for one in wanted], rel=1e-13)


def counted(slopes, start):
    """Where the slope changes its sign, and how often it was asked for."""
    asked = []

    def of(b):
        asked.append(b)
        return slopes(b)

    return temperature._least(of, start), len(asked)


SLOPES = {
    "a line": (lambda b: (b - 3, 1.0), 3.0),
    "Newton leaves the bracket": (lambda b: (1 - 3 / b, 3 / b**2), 3.0),
    "Newton goes much too far": (lambda b: (math.tanh(b - 50), 1 / math.cosh(min(abs(b - 50), 300)) ** 2), 50.0),
    "no curvature below": (lambda b: (-1.0, 0.0) if b < 49 else (b - 50, 1.0), 50.0),
    "no curvature above": (lambda b: (1.0, 0.0) if b > 1e-3 else (b - 1e-5, 1.0), 1e-5),
    "a curvature that misleads": (lambda b: (b - 2, 1e-3), 2.0),
    "Newton creeps": (lambda b: ((b - 1) ** 3 + 1e-9 * (b - 1), 3 * (b - 1) ** 2 + 1e-9), 1.0),
}


@pytest.mark.parametrize("name", SLOPES)
@pytest.mark.parametrize("start", [1e-6, 0.7, 40.0, 1e6])
def test_a_root_is_found_from_anywhere(name, start):
    slopes, root = SLOPES[name]
    found, asked = counted(slopes, start)
    assert found == pytest.approx(root, rel=2 * temperature.CLOSE if "misleads" in name else 1e-12)
    assert asked < 90


@pytest.mark.parametrize("classes", [3, 64, 65, 100])
@pytest.mark.parametrize("wrong", [False, True])
def test_how_far_the_logits_of_a_row_are_apart(classes, wrong):
    logits = np.random.default_rng(classes).normal(0, 5, (6, classes))
    labels = np.zeros(6, dtype=int)
    logits[1, 1:3] = logits[4, 2] = -np.inf
    if wrong:
        logits[5, 0], logits[5, 1] = -np.inf, 1e6  # a row that is left out
    kept, left_out, span = logit_rows(Batch.of(logits, labels, "logits"))
    finite = np.where(np.isfinite(logits), logits, np.nan)[: 5 if wrong else 6]
    assert span == (np.nanmax(finite, axis=1) - np.nanmin(finite, axis=1)).max()
    assert (kept.rows, 0 if left_out is None else left_out.rows) == ((5, 1) if wrong else (6, 0))
