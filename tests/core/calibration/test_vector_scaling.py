"""Temperature and biases of least loss: the gradient is 0 in 50 digits, SciPy finds no better, and errors are those of
the inverse Hessian."""

import itertools
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special

from cecli.core.calibration.logit_rows import logit_rows
from cecli.core.calibration.standard_errors import Direction, ScalingErrors
from cecli.core.calibration.temperature import Slopes, fit_temperature, unit_of
from cecli.core.calibration.vector_scaling import NoBestBiases, fit_vector_scaling
from cecli.core.calibration.vector_sums import VectorSums
from cecli.core.rows.rows import Batch
from tests.effort import examples


class Case:
    """Rows in parts, and what is fitted to them."""

    def __init__(self, logits, labels, weights=None, cuts=()):
        self.logits, self.labels, self.weights = np.asarray(logits, dtype=float), np.asarray(labels), weights
        edges = [0, *cuts, len(self.labels)]
        self.parts, spans = [], [0.0]
        for a, b in itertools.pairwise(edges):
            batch = Batch.of(self.logits[a:b], self.labels[a:b], "logits")
            batch = batch if weights is None else replace(batch, weights=weights[a:b])
            kept, _, span = logit_rows(batch)
            self.parts.append(kept.normalised())
            spans.append(span)
        self.span = max(spans)
        self.unit = unit_of(self.span)

    def sweep(self, new):
        total = new()
        for part in self.parts:
            one = new()
            one.update(part)
            total.merge(one)
        return total

    def fit(self):
        return fit_vector_scaling(self.sweep, self.logits.shape[1], fit_temperature(self.sweep, self.span))

    def loss(self, inverse, biases):
        """The loss in double precision, for SciPy."""
        u = self.logits * (inverse / self.unit) + biases
        losses = special.logsumexp(u, axis=1) - u[np.arange(len(u)), self.labels]
        return float(losses.sum() if self.weights is None else (self.weights * losses).sum())

    def gradient(self, inverse, biases):
        """The derivatives in 50 digits, by b and each a, and the sizes of what was summed."""
        with mpmath.workdps(50):
            b = mpmath.mpf(inverse) / mpmath.mpf(self.unit)
            sums = [mpmath.mpf(0) for _ in range(1 + len(biases))]
            for k, (row, label) in enumerate(zip(self.logits, self.labels, strict=True)):
                z = [mpmath.mpf(float(one)) for one in row]
                u = [b * one + mpmath.mpf(float(a)) for one, a in zip(z, biases, strict=True)]
                terms = [mpmath.exp(one - max(u)) for one in u]
                p = [term / mpmath.fsum(terms) for term in terms]
                w = 1 if self.weights is None else mpmath.mpf(float(self.weights[k]))
                sums[0] += w * (mpmath.fsum(x * y for x, y in zip(p, z, strict=True)) - z[label]) / self.unit
                for c in range(len(biases)):
                    sums[1 + c] += w * (p[c] - (c == label))
            return [float(one) for one in sums]


def drawn(seed, rows=300, classes=4, spread=8.0, offset=-500.0):
    """Overconfident logits with wrong biases, and labels that follow the right ones."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(rows, classes)) * 2
    labels = (truth + random.gumbel(size=truth.shape)).argmax(axis=1)
    return truth * spread + random.normal(size=classes) * 3 + offset, labels


@pytest.mark.parametrize(
    "case",
    [
        Case(*drawn(1)),
        Case(*drawn(2, rows=900, classes=9, spread=0.01, offset=0.0)),
        Case(*drawn(3, classes=2)),
        Case(*drawn(4), weights=np.random.default_rng(4).uniform(0.01, 20, 300)),
        Case(*drawn(5, rows=450, classes=66)),
    ],
    ids=["plain", "many", "two classes", "weights", "row-major"],
)
def test_the_gradient_is_0_at_the_least_loss(case):
    found = case.fit()
    assert found.solution == "interior"
    assert abs(found.biases.sum()) < 1e-12
    sizes = 1.0 if case.weights is None else case.weights.max()
    assert np.abs(case.gradient(found.inverse, found.biases)).max() < 1e-11 * sizes * len(case.labels) ** 0.5


def test_scipy_finds_no_better():
    case = Case(*drawn(6))
    found = case.fit()
    other = optimize.minimize(
        lambda x: case.loss(x[0], x[1:]), np.r_[1.0, np.zeros(4)], method="BFGS", options={"gtol": 1e-6}
    )
    assert case.loss(found.inverse, found.biases) <= other.fun + 1e-9
    assert found.temperature == pytest.approx(case.unit / other.x[0], rel=1e-4)
    assert found.biases == pytest.approx(other.x[1:] - other.x[1:].mean(), abs=1e-4)


def test_errors_are_those_of_the_inverse_hessian():
    """The Hessian by differences of the exact gradient, bordered by the constraint that the biases sum to 0."""
    case = Case(*drawn(7, rows=200))
    found = case.fit()
    point = np.r_[found.inverse, found.biases]
    step = 1e-6
    columns = []
    for k in range(5):
        move = np.zeros(5)
        move[k] = step
        ahead, behind = (np.array(case.gradient(x[0], x[1:])) for x in (point + move, point - move))
        columns.append((ahead - behind) / (2 * step))
    border = np.r_[0.0, np.ones(4)]
    bordered = np.block([[np.array(columns), border[:, None]], [border[None, :], np.zeros((1, 1))]])
    covariance = np.linalg.inv(bordered)[:5, :5]
    assert found.bias_errors == pytest.approx(np.sqrt(covariance.diagonal()[1:]), rel=1e-5)
    assert found.direction.of_inverse == pytest.approx(covariance[0, 0], rel=1e-5)
    sums = case.sweep(lambda: ScalingErrors(found.inverse, found.unit, found.biases, found.direction, False))
    assert sums.result().standard_error == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-5)


def test_a_class_without_rows_keeps_its_bias():
    logits, labels = drawn(8)
    case = Case(logits[labels != 2], labels[labels != 2])
    found = case.fit()
    assert found.fitted.tolist() == [True, True, False, True]
    assert found.biases[2] == 0
    assert abs(found.biases.sum()) < 1e-12
    assert np.isnan(found.bias_errors[2])
    slope = np.array(case.gradient(found.inverse, found.biases))
    assert abs(slope[0]) < 1e-11
    assert np.ptp(slope[[1, 2, 4]]) < 1e-10  # equal: their mean is what the constraint holds


def test_a_temperature_below_0_is_none():
    """Where larger logits mean less, the best that is left is what the labels' frequencies say."""
    logits, labels = drawn(9, offset=0.0)
    case = Case(-logits, labels)
    found = case.fit()
    assert (found.solution, found.temperature) == ("uniform", np.inf)
    shares = np.log(np.bincount(labels) / len(labels))
    assert found.biases == pytest.approx(shares - shares.mean(), rel=1e-9)


def test_rows_that_are_all_right():
    assert Case([[3.0, 0.0], [0.0, 2.0]], [0, 1]).fit().solution == "unbounded"


@pytest.mark.parametrize(
    ("logits", "labels", "classes"),
    [
        ([[3.0, 0.0], [2.0, 0.5], [2.0, 1.9], [1.0, 0.9]], [0, 0, 1, 1], [1]),  # a bias makes all rows right
        ([[0.0, 0.5], [2.0, 0.0], [0.0, 1.5]], [0, 0, 1], [0]),
        # Class 2 has no chance where the others are observed: its bias is best without end.
        (np.log([[0.9, 0.1, 1e-300], [0.2, 0.8, 1e-300], [0.7, 0.3, 1e-300], [0.05, 0.15, 0.8]]), [1, 1, 0, 2], None),
    ],
)
def test_biases_that_run_away(logits, labels, classes):
    table = np.array(logits)
    table[table < -600] = -np.inf
    with pytest.raises(NoBestBiases) as found:
        Case(table, labels).fit()
    assert found.value.classes == (classes or [2])


def test_logits_that_mean_less_and_tell_the_classes_apart():
    """The loss falls for ever as the temperature goes below 0, which is none: equal probabilities but for biases."""
    found = Case([[0.0, 3.0], [0.5, 2.0], [0.9, 0.8], [2.0, 1.0]], [0, 0, 1, 1]).fit()
    assert (found.solution, found.biases.tolist()) == ("uniform", [0.0, 0.0])


def test_a_class_that_is_never_in_doubt_keeps_its_bias():
    """At a temperature that suits the other two, all rows of class 2 and all others are hundreds of nats apart."""
    logits, labels = drawn(10, classes=3)
    logits = np.column_stack([logits[:, :2] / 50, np.where(labels == 2, 50.0, -50.0)])
    logits[labels == 2, :2] = 0.0
    found = Case(logits, labels).fit()
    assert found.solution == "interior"
    assert found.fitted.tolist() == [True, True, False]
    assert found.biases[2] == 0


def test_biases_without_a_best():
    """The classes meet in just one point, z = 1, where both occur: 1/T grows for ever, and the bias with it."""
    with pytest.raises(NoBestBiases):
        Case([[0.0, z] for z in (0.0, 0.5, 1.0, 1.0, 1.5)], [0, 0, 0, 1, 1]).fit()


@examples(25)
@given(st.integers(0, 10**6), st.sampled_from([3, 66]), st.booleans())
def test_no_order_and_no_split_changes_a_bit(seed, classes, weighted):
    logits, labels = drawn(seed % 7, rows=240, classes=classes)
    random = np.random.default_rng(seed)
    weights = np.random.default_rng(seed % 7).uniform(0.5, 2, 240) if weighted else None
    whole = Case(logits, labels, weights).fit()
    order = random.permutation(240)
    cuts = sorted(random.choice(np.arange(1, 240), size=4, replace=False).tolist())
    again = Case(logits[order], labels[order], None if weights is None else weights[order], cuts).fit()
    assert (again.inverse, again.solution) == (whole.inverse, whole.solution)
    assert again.biases.tolist() == whole.biases.tolist()
    assert np.array_equal(again.bias_errors, whole.bias_errors, equal_nan=True)


def test_the_hessian_is_that_of_the_gradient():
    case = Case(*drawn(11, rows=50), weights=np.random.default_rng(1).uniform(0.1, 3, 50))
    point = np.r_[3.0, 0.5, -0.25, 0.0, -0.25]
    hessian = case.sweep(lambda: VectorSums(point[0], case.unit, point[1:], case.weights.max())).hessian()
    for k in range(5):
        move = np.zeros(5)
        move[k] = 1e-6
        ahead, behind = (np.array(case.gradient(x[0], x[1:])) for x in (point + move, point - move))
        assert hessian[k] == pytest.approx((ahead - behind) / 2e-6, rel=1e-6, abs=1e-7)


def test_robust_and_clustered_errors_by_brute_force():
    random = np.random.default_rng(12)
    logits, labels = drawn(12, rows=80)
    clusters = random.integers(0, 11, 80)
    weights = random.uniform(0.5, 4, 80)
    batch = replace(Batch.of(logits, labels, "logits"), weights=weights, cluster=clusters)
    rows, _, span = logit_rows(batch)
    unit = unit_of(span)

    def sweep(new):
        total = new()
        total.update(rows)
        return total

    found = fit_temperature(sweep, span)
    z = logits / unit
    p = special.softmax(found.inverse * z, axis=1)
    mean = (p * z).sum(axis=1)
    score, variance = mean - z[np.arange(80), labels], (p * z**2).sum(axis=1) - mean**2
    curvature = (weights * variance).sum()
    direction = Direction(1 / sweep(lambda: Slopes(found.inverse, unit)).result()[1])
    sums = np.bincount(clusters, weights * score)
    clustered = np.sqrt(11 / 10 * (sums**2).sum()) / curvature
    both = sweep(lambda: ScalingErrors(found.inverse, unit, None, direction, False)).result()
    assert both.robust == pytest.approx(clustered, rel=1e-9)
    assert both.standard_error == pytest.approx(np.sqrt((weights**2 * variance).sum()) / curvature, rel=1e-9)
    rows = replace(rows, cluster=None)
    plain = sweep(lambda: ScalingErrors(found.inverse, unit, None, direction, False)).result()
    lifted = weights * score / (1 - weights * variance / curvature)  # HC3: below 200 rows
    assert plain.robust == pytest.approx(np.sqrt((lifted**2).sum()) / curvature, rel=1e-9)


@pytest.mark.parametrize("classes", [3, 66])
@pytest.mark.parametrize("weighted", [False, True])
def test_soft_labels(classes, weighted):
    """At the least loss the mean PMF is that of the labels, class by class, and so is the mean logit."""
    random = np.random.default_rng(classes)
    logits, hard = drawn(9, rows=6 * classes + 100, classes=classes, offset=0.0)
    soft = (random.dirichlet(np.ones(classes), len(hard)) + np.eye(classes)[hard]) / 2
    case = Case(logits, soft, random.uniform(0.1, 5, len(hard)) if weighted else None, cuts=(50,))
    found = case.fit()
    assert found.solution == "interior"
    weights = np.ones(len(hard)) if case.weights is None else case.weights
    p = special.softmax(logits * (found.inverse / case.unit) + found.biases, axis=1)
    assert np.abs(weights @ (p - soft)).max() < 1e-9 * weights.sum()
    assert abs(weights @ ((p - soft) * logits).sum(axis=1)) < 1e-9 * weights.sum() * np.abs(logits).max()

    def loss(point):
        u = logits * (point[0] / case.unit) + point[1:]
        return float(weights @ (special.logsumexp(u, axis=1) - (soft * u).sum(axis=1)))

    best = loss(np.r_[found.inverse, found.biases])
    sums = case.sweep(lambda: VectorSums(found.inverse, case.unit, found.biases, weights.max() if weighted else 1.0))
    assert sums.loss == pytest.approx(best, rel=1e-12)
    for move in random.normal(size=(20, 1 + classes)) * 1e-3:
        assert loss(np.r_[found.inverse, found.biases] + move) > best


def test_hard_labels_as_soft_ones_give_the_same_fit():
    logits, labels = drawn(10)
    hard, soft = Case(logits, labels).fit(), Case(logits, np.eye(4)[labels]).fit()
    assert soft.temperature == pytest.approx(hard.temperature, rel=1e-10)
    assert soft.biases == pytest.approx(hard.biases, abs=1e-10)


def test_classes_that_rows_rule_out():
    logits, labels = drawn(11, offset=0.0)
    logits[np.arange(300), (labels + 1) % 4] = np.where(
        np.arange(300) % 3, logits[np.arange(300), (labels + 1) % 4], -np.inf
    )
    found = Case(logits, labels).fit()
    p = special.softmax(logits * (found.inverse / found.unit) + found.biases, axis=1)
    assert np.abs((p - np.eye(4)[labels]).sum(axis=0)).max() < 1e-8
    mean = np.where(np.isfinite(logits), p * np.where(np.isfinite(logits), logits, 0.0), 0.0).sum()
    assert mean == pytest.approx(logits[np.arange(300), labels].sum(), rel=1e-10)


def test_weights_of_any_size_give_the_same_fit():
    logits, labels = drawn(12)
    weights = np.random.default_rng(12).uniform(0.5, 3, len(labels))
    found = Case(logits, labels, weights).fit()
    for scale in (2.0**-40, 2.0**60):
        other = Case(logits, labels, weights * scale).fit()
        assert other.temperature == pytest.approx(found.temperature, rel=1e-12)
        assert other.biases == pytest.approx(found.biases, abs=1e-12)
        assert other.bias_errors == pytest.approx(found.bias_errors / math.sqrt(scale), rel=1e-9)
