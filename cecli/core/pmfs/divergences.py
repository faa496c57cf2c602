"""Divergences between two PMFs over the same outcomes, each with full precision where the two are nearly equal.

All follow from v = (p - q)/(p + q), which ``core.pmfs.divergence`` has without cancellation, and the mean m = (p +
q)/2, so that p = m (1 + v) and q = m (1 - v).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cecli.core.families import DIVERGENCES
from cecli.core.functions.elementary import exp, log, log1p
from cecli.core.functions.elementary_scalars import log1p_of, log_of
from cecli.core.functions.power_family import family_terms
from cecli.core.pmfs.divergence import relative_differences
from cecli.core.pmfs.information import kl_divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, exact_weights, probabilities
from cecli.core.sums.exact import exact_sum

_NEAR = 0.5
"""Where |v| is below this, the entropy of a biased coin is summed as a series in v."""

_SERIES = 26


@dataclass(frozen=True)
class Pair:
    """Two PMFs over the same outcomes, and what their divergences have in common, computed when asked for."""

    p: Pmf
    q: Pmf

    @cached_property
    def shares(self) -> tuple[Floats, Floats]:
        """p and q as probabilities, shape (K,)."""
        return probabilities(self.p), probabilities(self.q)

    @cached_property
    def v(self) -> Floats:
        """(p - q)/(p + q), shape (K,); 0 where both are 0."""
        return relative_differences(exact_weights(self.p), exact_weights(self.q))

    @cached_property
    def mean(self) -> Floats:
        """(p + q)/2, shape (K,)."""
        p, q = self.shares
        return (p + q) / 2


def divergence(name: str, p: Pmf, q: Pmf, order: float = 1.0) -> float:
    """The divergence of ``p`` from ``q`` by a name of ``DIVERGENCES``, informations in nats; 0 <= ``order`` <= inf.

    >>> divergence("total-variation", Pmf(np.array([1, 1])), Pmf(np.array([1, 3])))
    0.25
    """
    return DIVERGENCES[name].of(Pair(p, q), order)


def kl(pair: Pair) -> float:
    """D(p||q)."""
    return kl_divergence(pair.p, pair.q)


def reverse_kl(pair: Pair) -> float:
    """D(q||p)."""
    return kl_divergence(pair.q, pair.p)


def jeffreys(pair: Pair) -> float:
    """D(p||q) + D(q||p) = sum (p - q) log(p/q): elsewhere the population stability index."""
    return kl(pair) + reverse_kl(pair)


def jensen_shannon(pair: Pair) -> float:
    """(D(p||m) + D(q||m))/2, m the mean of the two: between 0 and log 2, finite always.

    Each outcome adds m ((1 + v) log(1 + v) + (1 - v) log(1 - v))/2 >= 0.
    Source: Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37, 1991.
    """
    return min(exact_sum(pair.mean * coin_deficit(pair.v)), log_of(2))


def jensen_shannon_distance(pair: Pair) -> float:
    """The root of Jensen and Shannon's divergence, which is a metric."""
    return math.sqrt(jensen_shannon(pair))


def coin_deficit(v: Floats) -> Floats:
    """((1 + v) log(1 + v) + (1 - v) log(1 - v))/2 for |v| <= 1: log 2 less the entropy of a coin of bias v."""
    result = np.empty_like(v)
    near = np.abs(v) < _NEAR
    square = v[near] ** 2
    series = np.zeros_like(square)
    for j in range(_SERIES, 0, -1):
        series = series * square + 1 / (2 * j * (2 * j - 1))
    result[near] = series * square
    x = np.minimum(np.abs(v[~near]), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(x < 1, (1 - x) * log1p(-x), 0.0)
    result[~near] = ((1 + x) * log1p(x) + lower) / 2
    return result


def total_variation(pair: Pair) -> float:
    """sum |p - q|/2: the largest difference of the probabilities of any event, between 0 and 1."""
    return min(exact_sum(pair.mean * np.abs(pair.v)), 1.0)


def squared_hellinger(pair: Pair) -> float:
    """sum (sqrt p - sqrt q)^2/2 = 1 - sum sqrt(p q); for p near q each term is m v^2/(1 + sqrt(1 - v^2))."""
    p, q = pair.shares
    near = np.abs(pair.v) < _NEAR
    square = np.where(near, pair.v, 0.0) ** 2
    terms = np.where(near, pair.mean * square / (1 + np.sqrt(1 - square)), (np.sqrt(p) - np.sqrt(q)) ** 2 / 2)
    return min(exact_sum(terms), 1.0)


def hellinger(pair: Pair) -> float:
    """sqrt(sum (sqrt p - sqrt q)^2/2), a metric between 0 and 1."""
    return math.sqrt(squared_hellinger(pair))


def bhattacharyya(pair: Pair) -> float:
    """-log sum sqrt(p q) >= 0; infinite for PMFs without a common outcome."""
    squared = squared_hellinger(pair)
    if squared < 0.5:
        return -log1p_of(-squared) + 0.0
    p, q = pair.shares
    overlap = exact_sum(np.sqrt(p) * np.sqrt(q))
    return -log_of(overlap) if overlap else math.inf


def chi_squared(pair: Pair) -> float:
    """sum (p - q)^2/q = sum p^2/q - 1 (Pearson); infinite where q = 0 < p."""
    return 2 * family_sum(pair, 2.0)


def family_sum(pair: Pair, order: float) -> float:
    """The sum of q f_a(p/q) of the power family."""
    terms = family_terms(*pair.shares, pair.v, order)
    return exact_sum(terms) if np.isfinite(terms).all() else math.inf


def renyi(pair: Pair, order: float) -> float:
    """log(sum p^a q^(1-a))/(a - 1), a >= 0: -log q(support of p) at 0, D(p||q) at 1, log max p/q at infinity.

    Source: van Erven and Harremoes, "Rényi divergence and Kullback-Leibler divergence", IEEE Trans. Inf. Theory 60,
    2014.
    """
    if order == 1:
        return kl_divergence(pair.p, pair.q)
    p, q = pair.shares
    if order > 1 and bool(np.any((p > 0) & (q == 0))):
        return math.inf
    if order == 0:
        missed = exact_sum(q[p == 0])
        return math.inf if missed >= 1 else -log1p_of(-missed) + 0.0
    if math.isinf(order):
        return max(float(_log_ratios(pair).max()), 0.0)
    excess = order * (order - 1) * family_sum(pair, order)
    log_sum = log1p_of(excess) if abs(excess) < 0.5 else _log_power_sum(pair, order)
    return max(log_sum / (order - 1), 0.0)


def tsallis(pair: Pair, order: float) -> float:
    """(sum p^a q^(1-a) - 1)/(a - 1), a >= 0: q outside the support of p at 0, D(p||q) at 1.

    Source: Tsallis, "Generalized entropy-based criterion for consistent testing", Physical Review E 58, 1998.
    """
    if order == 1:
        return kl_divergence(pair.p, pair.q)
    if order == 0:
        p, q = pair.shares
        return exact_sum(q[p == 0])
    if math.isinf(order):
        return math.inf if renyi(pair, order) > 0 else 0.0
    return order * family_sum(pair, order)


def _log_ratios(pair: Pair) -> Floats:
    """log(p/q) where p > 0 and q > 0."""
    p, q = pair.shares
    common = (p > 0) & (q > 0)
    v = pair.v[common]
    with np.errstate(divide="ignore"):
        far = log(p[common]) - log(q[common])
    return np.where(np.abs(v) < _NEAR, 2 * np.arctanh(np.where(np.abs(v) < _NEAR, v, 0.0)), far)


def _log_power_sum(pair: Pair, order: float) -> float:
    """log of the sum of p^a q^(1-a) over the common outcomes, -inf where there are none."""
    p, q = pair.shares
    common = (p > 0) & (q > 0)
    if not common.any():
        return -math.inf
    exponents = order * _log_ratios(pair) + log(q[common])
    largest = float(exponents.max())
    return largest + log_of(exact_sum(exp(exponents - largest)))
