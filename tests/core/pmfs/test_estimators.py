"""Estimators of the entropy: the formulas at 40 digits, published figures, and what they must be at the ends."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.families import ESTIMATORS
from cecli.core.pmfs.entropy_orders import min_entropy, renyi_entropy, tsallis_entropy
from cecli.core.pmfs.estimators import estimate, standard_error
from cecli.core.pmfs.information import entropy
from cecli.core.pmfs.nsb import nsb
from cecli.core.pmfs.pmf import Pmf
from cecli.errors import UsageError
from tests.effort import examples

SPARSE = np.array([4, 2, 3, 0, 2, 4, 0, 0, 2, 1, 1])
"""The test vector of the R package ``entropy``."""

FIGURES = {
    # mpmath, 50 digits; miller-madow, chao-shen and james-stein also by R entropy 1.3.2
    "miller-madow": 2.152592935044171,
    "chao-shen": 2.201137101279585,
    "james-stein": 2.3796028953099557,
    "jackknife": 2.2312743141801135,
    "zhang": 2.1705466746875417,
    "nsb": 2.187774463092098,
}
COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any).map(np.array)


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name):
    assert estimate(name, SPARSE, 11).value == pytest.approx(FIGURES[name], rel=1e-13)


def chao_wang_jost(counts):
    n = sum(counts)
    once, twice = counts.count(1), counts.count(2)
    total = mpmath.fsum(mpmath.mpf(c) / n * (mpmath.psi(0, n) - mpmath.psi(0, c)) for c in counts if c)
    if not once:
        return total
    a = mpmath.mpf(2 * twice) / ((n - 1) * once + 2 * twice) if twice else mpmath.mpf(2) / ((n - 1) * (once - 1) + 2)
    if a == 1:
        return total
    rest = -mpmath.log(a) - mpmath.fsum((1 - a) ** r / r for r in range(1, n))
    return total + mpmath.mpf(once) / n * (1 - a) ** (1 - n) * rest


def grassberger(counts):
    n = sum(counts)

    def g(c):
        return (
            mpmath.psi(0, c) + (-1) ** c * (mpmath.psi(0, mpmath.mpf(c + 1) / 2) - mpmath.psi(0, mpmath.mpf(c) / 2)) / 2
        )

    return mpmath.log(n) - mpmath.fsum(c * g(c) for c in counts if c) / n


def chao_shen(counts):
    n, once = sum(counts), counts.count(1)
    cover = 1 - mpmath.mpf(once - (once == n)) / n
    shares = [cover * c / n for c in counts if c]
    return -mpmath.fsum(p * mpmath.log(p) / (1 - (1 - p) ** n) for p in shares)


def jackknife(counts):
    n = sum(counts)

    def plain(c):
        return mpmath.log(sum(c)) - mpmath.fsum(x * mpmath.log(x) for x in c if x > 0) / sum(c)

    without = [(c, plain([*counts[:i], c - 1, *counts[i + 1 :]])) for i, c in enumerate(counts) if c]
    return n * plain(counts) - mpmath.mpf(n - 1) / n * mpmath.fsum(c * h for c, h in without)


FORMULAS = {
    "chao-wang-jost": chao_wang_jost,
    "grassberger": grassberger,
    "chao-shen": chao_shen,
    "jackknife": jackknife,
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize(
    "counts", [SPARSE.tolist(), [1, 1, 1, 1], [1, 1, 5], [1, 2, 7, 1], [30, 70], [3, 1], [1] * 30 + [2], [2, 2]]
)
def test_formulas(name, counts):
    with mpmath.workdps(60):
        expected = float(FORMULAS[name](counts))
    assert estimate(name, np.array(counts), len(counts)).value == pytest.approx(expected, rel=1e-12)


def test_jackknife_keeps_its_digits_at_a_billion_rolls():
    counts = np.array([5 * 10**8, 5 * 10**8 + 3])
    correction = estimate("jackknife", counts, 2).value - entropy(Pmf(counts))
    assert correction == pytest.approx(0.5e-9, abs=3e-16)


def nsb_by_quadrature(counts, sides):
    n = sum(counts)

    def weight(u):
        b = mpmath.exp(u)
        likelihood = mpmath.gammaprod([sides * b], [n + sides * b])
        for c in counts:
            likelihood *= mpmath.rf(b, c)
        return likelihood * (sides * mpmath.psi(1, sides * b + 1) - mpmath.psi(1, b + 1)) * b

    def mean(b):
        whole = n + sides * b
        return mpmath.psi(0, whole + 1) - mpmath.fsum((c + b) / whole * mpmath.psi(0, c + b + 1) for c in counts)

    points = [-30, -10, -5, -2, 0, 2, 5, 10, 30]
    below = mpmath.quad(weight, points)
    return float(mpmath.quad(lambda u: weight(u) * mean(mpmath.exp(u)), points) / below)


@pytest.mark.parametrize("counts", [[3, 1, 0], [12, 1, 1, 0]])
def test_nsb_by_quadrature(counts):
    with mpmath.workdps(30):
        expected = nsb_by_quadrature(counts, len(counts))
    assert estimate("nsb", np.array(counts), len(counts)).value == pytest.approx(expected, rel=1e-11)


def test_nsb_posterior_deviation_by_sampling():
    # a mixture over b is hard to sample, a point of it is not: one concentration, 10^5 draws
    from cecli.core.pmfs.nsb import _moments

    draws = np.random.default_rng(0).dirichlet(np.array([1, 2, 3, 4, 0, 0]) + 0.7, 100_000)
    sampled = -(draws * np.log(draws)).sum(axis=1)
    mean, variance = _moments(0.7, np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4), 10.0, 6)
    assert mean == pytest.approx(sampled.mean(), abs=2e-3)
    assert variance == pytest.approx(sampled.var(), rel=0.02)


def test_nsb_of_many_outcomes_and_many_rolls():
    mean, deviation = nsb(np.array([10.0]), np.array([1e6]), 1e7, 10**6)
    assert mean == pytest.approx(math.log(10**6), abs=1e-3)
    assert 0 < deviation < 1e-3


@pytest.mark.parametrize("name", ESTIMATORS)
@examples(20)
@given(COUNTS)
def test_all_are_finite_and_converge_to_the_plain_entropy(name, counts):
    found = estimate(name, counts, len(counts) + 2)
    assert math.isfinite(found.value)
    assert found.standard_error is None or found.standard_error >= 0
    large = counts * 10**12
    assert estimate(name, large, len(counts)).value == pytest.approx(entropy(Pmf(large)), abs=1e-10)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize("counts", [[1], [7], [0, 5, 0]])
def test_one_outcome_seen(name, counts):
    assert math.isfinite(estimate(name, np.array(counts), len(counts)).value)


def test_fewer_sides_than_outcomes_seen():
    with pytest.raises(UsageError, match="8 outcomes were seen"):
        estimate("mle", SPARSE, 7)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_standard_error(counts):
    n = sum(counts)
    with mpmath.workdps(40):
        p = [mpmath.mpf(c) / n for c in counts]
        h = -mpmath.fsum(x * mpmath.log(x) for x in p)
        expected = float(mpmath.sqrt(mpmath.fsum(x * (mpmath.log(x) + h) ** 2 for x in p) / n))
    if len(set(counts)) == 1:
        expected = math.sqrt((len(counts) - 1) / 2) / n
    assert standard_error(np.array(counts)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("order", [0.0, 1e-9, 0.5, 1 - 1e-9, 1.0, 1 + 1e-9, 2.0, 50.0, 1e5])
@pytest.mark.parametrize("weights", [[0.7, 0.2, 0.1], [1, 1, 1], [1, 0, 0], [1.0, 1e-300], [10**15, 1, 0]])
def test_orders(order, weights):
    with mpmath.workdps(700):
        total = mpmath.fsum(weights)
        p, a = [mpmath.mpf(w) / total for w in weights if w], mpmath.mpf(order)
        power = mpmath.fsum(x**a for x in p)
        shannon = -mpmath.fsum(x * mpmath.log(x) for x in p)
        renyi = shannon if order == 1 else mpmath.log(power) / (1 - a)
        tsallis = shannon if order == 1 else (power - 1) / (1 - a)
    assert renyi_entropy(Pmf(np.array(weights)), order) == pytest.approx(float(renyi), rel=1e-13, abs=1e-300)
    assert tsallis_entropy(Pmf(np.array(weights)), order) == pytest.approx(float(tsallis), rel=1e-13, abs=1e-300)


def test_the_order_of_infinity():
    p = Pmf(np.array([1, 3]))
    assert renyi_entropy(p, math.inf) == min_entropy(p) == pytest.approx(math.log(4 / 3), rel=1e-15)
    assert tsallis_entropy(p, math.inf) == 0


@pytest.mark.parametrize("sides", [2, 11, 10**6])
@pytest.mark.parametrize("b", [0.01, 1.0, 29.9, 30.1, 31.0, 200.0, 1e9])
def test_what_cancels_in_the_weights_of_nsb_keeps_its_digits(sides, b):
    from cecli.core.pmfs.nsb import _log_rising, _slope

    with mpmath.workdps(60):
        x, k = mpmath.mpf(b), mpmath.mpf(sides)
        slope = k * mpmath.psi(1, k * x + 1) - mpmath.psi(1, x + 1)
        rising = mpmath.loggamma(x + 12) - mpmath.loggamma(x)
    within = {"rel": 2e-15 if b > 30 else 1e-12, "abs": 0}
    assert float(_slope(np.array([b]), sides)[0]) == pytest.approx(float(slope), **within)
    assert float(_log_rising(np.array([b]), 12.0)[0]) == pytest.approx(float(rising), **within)
