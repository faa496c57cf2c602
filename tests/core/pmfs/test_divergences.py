"""Divergences: 50-digit arithmetic near and far, the inequalities between them, and the matrix of all pairs."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.families import DIVERGENCES
from cecli.core.pmfs.divergence_matrix import cross_entropy_matrix, divergence_matrix
from cecli.core.pmfs.divergences import divergence
from cecli.core.pmfs.information import cross_entropy, entropy
from cecli.core.pmfs.pmf import Pmf

ORDERS = [0.0, 0.25, 1.0, 1 + 1e-9, 2.0, 30.0, math.inf]
CASES = [(name, order) for name in DIVERGENCES for order in (ORDERS if DIVERGENCES[name].ordered else [1.0])]
WEIGHTS = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any).map(lambda w: Pmf(np.array(w)))


def exact(name, p, q, order):
    p, q = ([mpmath.mpf(w.numerator) / w.denominator for w in side] for side in (p, q))
    if name in ("renyi", "tsallis") and order == 1:
        name = "kl"

    def kl(a, b):
        return mpmath.fsum(x * mpmath.log(x / y) if y else mpmath.inf for x, y in zip(a, b, strict=True) if x)

    m = [(x + y) / 2 for x, y in zip(p, q, strict=True)]
    pairs = list(zip(p, q, strict=True))
    overlap = mpmath.fsum(mpmath.sqrt(x * y) for x, y in pairs)
    hellinger = mpmath.sqrt(mpmath.fsum((mpmath.sqrt(x) - mpmath.sqrt(y)) ** 2 for x, y in pairs) / 2)
    escapes = any(x and not y for x, y in pairs)
    if name in ("renyi", "tsallis"):
        if order == 0:
            outside = mpmath.fsum(y for x, y in pairs if not x)
            return outside if name == "tsallis" else -mpmath.log(1 - outside) if outside < 1 else mpmath.inf
        if order > 1 and escapes:
            return mpmath.inf
        if math.isinf(order):
            largest = mpmath.log(max(x / y for x, y in pairs if y))
            return largest if name == "renyi" else mpmath.inf if largest else mpmath.mpf(0)
        a = mpmath.mpf(order)
        total = mpmath.fsum(x**a * y ** (1 - a) for x, y in pairs if x and y)
        if name == "renyi":
            return mpmath.log(total) / (a - 1) if total else mpmath.inf
        return (total - 1) / (a - 1)
    return {
        "kl": lambda: kl(p, q),
        "reverse-kl": lambda: kl(q, p),
        "jeffreys": lambda: kl(p, q) + kl(q, p),
        "jensen-shannon": lambda: (kl(p, m) + kl(q, m)) / 2,
        "jensen-shannon-distance": lambda: mpmath.sqrt((kl(p, m) + kl(q, m)) / 2),
        "total-variation": lambda: mpmath.fsum(abs(x - y) for x, y in pairs) / 2,
        "hellinger": lambda: hellinger,
        "bhattacharyya": lambda: -mpmath.log(overlap) if overlap else mpmath.inf,
        "chi-squared": lambda: mpmath.inf if escapes else mpmath.fsum((x - y) ** 2 / y for x, y in pairs if y),
    }[name]()


def shares(pmf):
    weights = [Fraction(w) for w in pmf.weights.tolist()]
    return [w / sum(weights) for w in weights]


def pmf_pairs():
    random = np.random.default_rng(7)
    far = random.dirichlet(np.ones(8), size=2)
    sparse = far.copy()
    sparse[0, :3], sparse[1, 2:5] = 0, 0
    yield "far", *far
    yield "sparse", *sparse
    yield "p inside q", np.array([0.0, 0.25, 0.75]), np.array([0.25, 0.25, 0.5])
    yield "apart", np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.0, 1.0])
    for size in (1e-3, 1e-8, 1e-12):
        yield f"within {size}", far[0], far[0] * (1 + size * random.standard_normal(8))
    yield "wide", np.array([1e-200, 0.3, 0.7]), np.array([0.3, 1e-100, 0.7])
    yield "counts", np.array([10**15 + 1, 10**15 - 1]), np.array([1, 1])


PAIRS = {name: (Pmf(p), Pmf(q)) for name, p, q in pmf_pairs()}


@pytest.mark.parametrize("which", PAIRS)
@pytest.mark.parametrize(("name", "order"), CASES)
def test_against_arithmetic_of_many_digits(name, order, which):
    p, q = PAIRS[which]
    with mpmath.workdps(120):
        expected = float(exact(name, shares(p), shares(q), order))
    assert divergence(name, p, q, order) == pytest.approx(expected, rel=3e-14, abs=0)


@pytest.mark.parametrize(("name", "order"), CASES)
@given(WEIGHTS, WEIGHTS)
def test_zero_only_for_equal_pmfs_and_never_negative(name, order, p, q):
    assert divergence(name, p, Pmf(p.weights * 3), order) == 0
    value = divergence(name, p, q, order)
    assert value >= 0
    if DIVERGENCES[name].symmetric:
        assert divergence(name, q, p, order) == pytest.approx(value, rel=1e-13)
    if shares(p) != shares(q) and order != 0:
        assert value > 0


@given(WEIGHTS, WEIGHTS, WEIGHTS)
def test_bounds_and_triangles(p, q, r):
    def of(name, a, b):
        return divergence(name, a, b)

    assert of("jensen-shannon", p, q) <= math.log(2)
    assert of("total-variation", p, q) <= 1
    assert of("hellinger", p, q) <= 1
    for name in ("jensen-shannon-distance", "total-variation", "hellinger"):
        assert of(name, p, r) <= of(name, p, q) + of(name, q, r) + 1e-12
    squared = of("hellinger", p, q) ** 2
    assert squared <= of("total-variation", p, q) + 1e-12
    assert of("total-variation", p, q) ** 2 <= of("kl", p, q) / 2 + 1e-12  # Pinsker
    assert of("kl", p, q) <= math.log1p(of("chi-squared", p, q)) + 1e-12


@given(WEIGHTS, WEIGHTS)
def test_renyi_rises_with_its_order(p, q):
    values = [divergence("renyi", p, q, order) for order in (0.0, 0.3, 0.5, 1.0, 1.5, 2.0, 10.0, math.inf)]
    assert all(low <= high * (1 + 1e-12) + 1e-15 for low, high in pairwise(values))
    assert values[2] == pytest.approx(2 * divergence("bhattacharyya", p, q), rel=1e-12)


def many():
    random = np.random.default_rng(3)
    rows = random.dirichlet(np.ones(30), size=7)
    rows[2, 3] = rows[5, :9] = 0
    rows[6] = rows[4] * (1 + 1e-9 * random.standard_normal(30))
    return [Pmf(row) for row in rows] + [Pmf(rows[0])]


@pytest.mark.parametrize(("name", "order"), CASES)
def test_the_matrix_has_every_pair(name, order):
    pmfs = many()
    found = divergence_matrix(name, pmfs, order)
    expected = np.array([[divergence(name, p, q, order) for q in pmfs] for p in pmfs])
    np.testing.assert_allclose(found, expected, rtol=2e-12, atol=0)
    assert found[0, 7] == found[7, 0] == 0
    assert np.isinf(found).any() == np.isinf(expected).any()


def test_a_matrix_of_counts_knows_proportional_ones():
    pmfs = [Pmf(np.array(w)) for w in ([1, 2, 3], [2, 4, 6], [10**15 + 1, 2 * 10**15, 3 * 10**15])]
    found = divergence_matrix("kl", pmfs)
    assert found[0, 1] == found[1, 0] == 0
    assert found[0, 2] == divergence("kl", pmfs[0], pmfs[2]) > 0


def test_the_matrix_of_cross_entropies_has_every_pair():
    rows = np.random.default_rng(7).dirichlet(np.full(400, 0.3), 12)
    rows[3:6][rows[3:6] < 1e-4] = 0.0
    pmfs = [Pmf(row) for row in rows] + [Pmf(np.arange(400)), Pmf(rows[0] * 2.0**-1000), Pmf(rows[1] * 2.0**1000)]
    found = cross_entropy_matrix(pmfs)
    for i, p in enumerate(pmfs):
        for j, q in enumerate(pmfs):
            assert found[i, j] == cross_entropy(p, q) or math.isclose(found[i, j], cross_entropy(p, q), rel_tol=1e-13)
        assert math.isclose(found[i, i], entropy(p), rel_tol=1e-13)
    assert np.isinf(found[0, 3])
    assert np.isfinite(found[3, 0])
    certain = cross_entropy_matrix([Pmf(np.array([0.0, 1.0])), Pmf(np.array([0, 7]))])
    assert certain.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert not np.signbit(certain).any()


@pytest.mark.parametrize("name", [name for name, kind in DIVERGENCES.items() if not kind.ordered])
@pytest.mark.parametrize("apart", [1e-3, 1e-6, 1e-9])
def test_the_matrix_of_pmfs_that_hardly_differ_keeps_its_digits(name, apart):
    random = np.random.default_rng(3)
    p = random.dirichlet(np.ones(50))
    near = [Pmf(p * (1 + apart * random.normal(size=50))) for _ in range(4)]
    far = [Pmf(random.dirichlet(np.full(50, 0.2))) for _ in range(2)]
    pmfs = [near[0], far[0], *near[1:], far[1]]
    found = divergence_matrix(name, pmfs)
    for i, one in enumerate(pmfs):
        for j, other in enumerate(pmfs):
            assert found[i, j] == pytest.approx(divergence(name, one, other), rel=1e-9, abs=0), (i, j)


def test_what_is_measured_in_nats_and_what_is_not():
    """Powers of the unit: those of logarithms, the root of one, and pure numbers."""
    powers = dict.fromkeys(DIVERGENCES, 1) | {"jensen-shannon-distance": 0.5}
    powers |= dict.fromkeys(("total-variation", "hellinger", "chi-squared", "tsallis"), 0)
    assert {name: kind.unit for name, kind in DIVERGENCES.items()} == powers
