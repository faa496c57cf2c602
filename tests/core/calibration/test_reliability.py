"""The calibration error in its variants against brute force, its bands against simulation, and the bins' intervals."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from cecli.core.calibration.reliability import VARIANTS, ClassWise, EqualMass, EqualWidth, equal_mass_edges
from cecli.core.metrics import Spec
from cecli.core.metrics.calibration import Calibration
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples

BINS = 15


def drawn(seed, rows=400, classes=4, sharpness=2.0):
    """Probabilities, and labels drawn from them."""
    random = np.random.default_rng(seed)
    table = special.softmax(random.normal(size=(rows, classes)) * sharpness, axis=1)
    return table, (random.random(rows)[:, None] > table.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1)


def error(make, table, labels, weights=None, kind=None, cuts=()):
    """The result of a variant over rows in parts."""
    spec = Spec(classes=max(2, table.shape[1]), weights=kind)
    edges = [0, *cuts, len(table)]
    total = make(spec)
    for a, b in itertools.pairwise(edges):
        batch = Batch.of(table[a:b], labels[a:b])
        part = make(spec)
        part.update(score_rows(batch if weights is None else replace(batch, weights=weights[a:b])))
        total.merge(part)
    return total


def gaps(p, right, bins):
    """sum over bins of |right - p| / N, the plain way."""
    return sum(abs((right[bins == b] - p[bins == b]).sum()) for b in np.unique(bins)) / len(p)


def width_bins(p):
    return np.minimum((p * BINS).astype(int), BINS - 1)


@pytest.mark.parametrize("seed", range(4))
def test_variants_by_brute_force(seed):
    table, labels = drawn(seed, rows=401, classes=3 + seed)
    top, right = table.max(axis=1), table.argmax(axis=1) == labels
    assert error(EqualWidth, table, labels).result().ece == pytest.approx(gaps(top, right, width_bins(top)))
    order = np.argsort(top)
    split = np.concatenate([np.full(len(part), k) for k, part in enumerate(np.array_split(order, BINS))])
    bins = np.empty(len(top), dtype=int)
    bins[order] = split
    assert error(EqualMass, table, labels).result().ece == pytest.approx(gaps(top, right, bins))
    each = [gaps(p, labels == k, width_bins(p)) for k, p in enumerate(table.T)]
    assert error(ClassWise, table, labels).result().ece == pytest.approx(np.mean(each))


def test_the_error_of_equal_width_is_that_of_score():
    table, labels = drawn(5)
    score = Calibration(Spec(classes=4))
    score.update(score_rows(Batch.of(table, labels)))
    wanted, found = score.result(), error(EqualWidth, table, labels).result()
    assert (found.ece, found.expected, found.band) == (wanted.ece, wanted.ece_expected, wanted.ece_band)


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(("classes", "sharpness"), [(2, 2.0), (3, 1.0), (10, 3.0)])
def test_the_band_holds_in_simulation(name, classes, sharpness):
    """Labels drawn 400 times from the same probabilities: 95 % are below the band, those of many dependent bins more.

    400 draws of a true 5 % exceed 8.3 % once in 300.
    """
    table, _ = drawn(1, 300, classes, sharpness)
    random = np.random.default_rng(2)
    found = []
    for _ in range(400):
        labels = (random.random(len(table))[:, None] > table.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1)
        found.append(error(VARIANTS[name], table, labels).result())
    errors, bands = np.array([one.ece for one in found]), np.array([one.band for one in found])
    assert np.mean(errors > bands) < 0.083
    assert np.mean([one.expected for one in found]) == pytest.approx(errors.mean(), rel=0.04)
    if name != "class-wise" or classes == 2:
        assert np.mean(errors > bands) > 0.02
    else:
        assert np.quantile(errors, 0.95) > 0.8 * bands.mean()


@examples(30)
@given(st.integers(0, 10**6), st.sampled_from(sorted(VARIANTS)), st.sampled_from([None, "importance", "frequency"]))
def test_no_order_and_no_split_changes_a_bit(seed, name, kind):
    table, labels = drawn(seed % 5, rows=90, classes=3)
    table = np.round(table, 2) if seed % 2 else table  # with many ties
    table /= table.sum(axis=1, keepdims=True)
    random = np.random.default_rng(seed)
    weights = None if kind is None else np.random.default_rng(3).integers(1, 4, 90).astype(float)
    whole = error(VARIANTS[name], table, labels, weights, kind).result()
    order = random.permutation(90)
    cuts = sorted(random.choice(np.arange(1, 90), size=3, replace=False).tolist())
    part = None if weights is None else weights[order]
    assert error(VARIANTS[name], table[order], labels[order], part, kind, cuts).result() == whole


@pytest.mark.parametrize("name", VARIANTS)
def test_whole_weights_are_repeated_rows(name):
    table, labels = drawn(6, rows=120)
    times = np.random.default_rng(1).integers(1, 6, 120)
    weighted = error(VARIANTS[name], table, labels, times.astype(float), "frequency").result()
    repeated = error(VARIANTS[name], np.repeat(table, times, axis=0), np.repeat(labels, times)).result()
    assert weighted.ece == pytest.approx(repeated.ece, rel=1e-14)
    assert weighted.band == pytest.approx(repeated.band, rel=1e-12)


def test_soft_labels_have_no_band():
    table, _ = drawn(7, rows=50, classes=3)
    soft = np.random.default_rng(0).dirichlet([1, 1, 1], size=50)
    found = {name: error(make, table, soft).result() for name, make in VARIANTS.items()}
    assert all(one.band is None and one.expected is None for one in found.values())
    each = [gaps(p, q, width_bins(p)) for p, q in zip(table.T, soft.T, strict=True)]
    assert found["class-wise"].ece == pytest.approx(np.mean(each))
    own = soft[np.arange(50), table.argmax(axis=1)]
    assert found["equal-width"].ece == pytest.approx(gaps(table.max(axis=1), own, width_bins(table.max(axis=1))))


def test_bins_have_exact_intervals():
    table, labels = drawn(8, rows=500)
    bins = error(EqualWidth, table, labels).bins(0.9)
    top, right = table.max(axis=1), table.argmax(axis=1) == labels
    assert len(bins) == BINS
    for k, one in enumerate(bins):
        inside = width_bins(top) == k
        assert (one.low, one.high, one.rows) == (k / BINS, (k + 1) / BINS, inside.sum())
        if not one.rows:
            assert (one.confidence, one.accuracy, one.accuracy_low) == (None, None, None)
            continue
        assert one.confidence == pytest.approx(top[inside].mean())
        assert one.accuracy == pytest.approx(right[inside].mean())
        exact = stats.binomtest(int(right[inside].sum()), one.rows).proportion_ci(0.9, "exact")
        assert (one.accuracy_low, one.accuracy_high) == pytest.approx((exact.low, exact.high))


def test_weights_of_importance_have_no_exact_intervals():
    table, labels = drawn(9, rows=50)
    weights = np.random.default_rng(0).uniform(0.1, 2, 50)
    assert {one.accuracy_low for one in error(EqualWidth, table, labels, weights, "importance").bins()} == {None}


def test_one_column_is_two_classes():
    """The binary column against the same prediction as two columns."""
    random = np.random.default_rng(4)
    p = random.random(200)
    labels = (random.random(200) < p).astype(int)
    both = np.column_stack([1 - p, p])
    for make in VARIANTS.values():
        assert error(make, p[:, None], labels).result().ece == pytest.approx(error(make, both, labels).result().ece)


def test_equal_confidences_share_a_bin():
    edges = equal_mass_edges(np.array([0.5] * 8 + [0.9] * 2), bins=5)
    assert edges.tolist() == [0.5, 0.5, 0.5, 0.9]
    table = np.full((10, 2), 0.5)
    table[8:] = 0.9, 0.1
    found = error(EqualMass, table, np.array([0] * 5 + [1] * 5)).result()
    assert found.ece == pytest.approx((abs(5 - 4) + abs(0 - 1.8)) / 10)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows(rows):
    table, labels = drawn(10, rows=rows)
    for make in VARIANTS.values():
        found = error(make, table, labels).result().ece
        assert np.isnan(found) if rows == 0 else 0 <= found <= 1
