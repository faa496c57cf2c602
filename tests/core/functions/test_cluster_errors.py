"""Errors over clusters against leaving each out, and against matrices of the regression on a constant."""

import math

import numpy as np
import pytest

from cecli.core.functions.cluster_errors import bell_mccaffrey, contributions_freedom, cr2, jackknife
from cecli.core.sums.clusters import cluster_errors
from cecli.core.sums.exact import FRACTION_BITS

SIZES = [(3, 3, 3), (2, 5, 1, 9), (1, 1, 1, 1, 1), (40, 4, 4, 4, 4), (7, 30)]


def sample(sizes):
    generator = np.random.default_rng(len(sizes))
    return [generator.exponential(1, size) + generator.normal(0, 0.3) ** 2 for size in sizes]


def parts(rows):
    y, n = np.concatenate(rows), sum(map(len, rows))
    mean = y.mean()
    shares = [len(own) / n for own in rows]
    return mean, shares, [1 - p for p in shares], [float((own - mean).sum() / n) for own in rows]


@pytest.mark.parametrize("sizes", SIZES)
def test_the_jackknife_leaves_each_cluster_out(sizes):
    rows = sample(sizes)
    mean, _, rests, residuals = parts(rows)
    without = [np.concatenate([other for j, other in enumerate(rows) if j != k]).mean() for k in range(len(rows))]
    count = len(rows)
    expected = math.sqrt((count - 1) / count * sum((each - mean) ** 2 for each in without))
    assert math.isclose(jackknife(residuals, rests), expected, rel_tol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_cr2_and_its_degrees_of_freedom_by_matrices(sizes):
    """A_g = (I - H_gg)^(-1/2); Satterthwaite's df are (sum l)^2 / sum l^2 of G'G, G = (I - H)_g A_g X_g M."""
    rows = sample(sizes)
    _, shares, rests, residuals = parts(rows)
    n, y = sum(sizes), np.concatenate(rows)
    hat = np.full((n, n), 1 / n)
    variance, columns, start = 0.0, [], 0
    for size in sizes:
        own = slice(start, start + size)
        values, vectors = np.linalg.eigh(np.eye(size) - hat[own, own])
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        variance += (np.ones(size) @ adjust @ (y - y.mean())[own] / n) ** 2
        columns.append((np.eye(n) - hat)[:, own] @ adjust @ np.ones(size) / n)
        start += size
    gram = np.array(columns) @ np.array(columns).T
    assert math.isclose(cr2(residuals, rests), math.sqrt(variance), rel_tol=1e-11)
    assert math.isclose(bell_mccaffrey(shares, rests), np.trace(gram) ** 2 / (gram**2).sum(), rel_tol=1e-11)


def test_degrees_of_freedom_of_contributions_within_bounds():
    assert contributions_freedom([0.0, 0.0, 0.0], [0.5, 0.5, 0.5]) == 2
    assert contributions_freedom([1.0, -1.0, 1.0, -1.0], [0.75] * 4) == 3
    one = [0.9, *[-0.01] * 90]
    assert 1 <= contributions_freedom(one, [90 / 91] * 91) < 2.1


def test_all_of_them_from_exact_sums():
    rows = sample((2, 5, 1, 9))
    _, shares, rests, residuals = parts(rows)
    unit = 1 << FRACTION_BITS
    sums = [(sum(int(x * 2**60) << (FRACTION_BITS - 60) for x in own.tolist()), len(own) * unit) for own in rows]
    found = cluster_errors([*sums, (0, 0)])
    assert found.count == 4
    assert math.isclose(found.cr2, cr2(residuals, rests), rel_tol=1e-12)
    assert math.isclose(found.jackknife, jackknife(residuals, rests), rel_tol=1e-12)
    assert math.isclose(found.bell_mccaffrey, bell_mccaffrey(shares, rests), rel_tol=1e-12)
    assert cluster_errors(sums[:1]) is None
