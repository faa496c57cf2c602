"""Entropy, cross-entropy and Kullback-Leibler divergence of PMFs, in nats, to a few ulps.

The two PMFs of one call are aligned: outcome k of p is outcome k of q. Weights are divided by their exact sum as a
part of the formula. 0 log 0 = 0; an outcome with q(k) = 0 < p(k) makes H(p, q) and D(p||q) infinite. Sums are exact
sums of the terms, so the order of the outcomes changes no bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.pmfs.divergence import log_ratio_terms, relative_entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, Weights, exact_weights, probabilities, surprisals
from cecli.core.sums.exact import exact_sum


@dataclass(frozen=True)
class Terms:
    """What each outcome adds to a measure: arrays of shape (K,), ``contribution`` summing to the measure in nats."""

    p: Floats
    q: Floats
    surprisal: Floats
    contribution: Floats


def entropy(p: Pmf) -> float:
    """H(p) = -sum p log p in nats, between 0 and log K.

    Source: Shannon, "A mathematical theory of communication", 1948.

    >>> entropy(Pmf(np.array([1, 1]))) == math.log(2)
    True
    >>> entropy(Pmf(np.array([1.0, 1e-300])))
    6.917755278982137e-298
    """
    return cross_entropy(p, p)


def cross_entropy(p: Pmf, q: Pmf) -> float:
    """H(p, q) = -sum p log q in nats; infinite where q(k) = 0 < p(k). H(p, q) = H(p) + D(p||q).

    >>> cross_entropy(Pmf(np.array([0.1, 0.9])), Pmf(np.array([0.5, 0.5]))) == math.log(2)
    True
    """
    weights = exact_weights(p)
    products = _products(weights, surprisals(weights if q is p else exact_weights(q)))
    return exact_sum(products) / weights.mantissa if np.isfinite(products).all() else math.inf


def kl_divergence(p: Pmf, q: Pmf) -> float:
    """D(p||q) = sum p log(p/q) in nats, >= 0, exactly 0 for proportional weights; infinite where q(k) = 0 < p(k).

    It keeps its digits for p near q, where H(p, q) - H(p) has none: see ``core.pmfs.divergence``.

    >>> kl_divergence(Pmf(np.array([1, 2, 3])), Pmf(np.array([2, 4, 6])))
    0.0
    >>> kl_divergence(Pmf(np.array([10**15 + 1, 10**15 - 1])), Pmf(np.array([1, 1])))
    5e-31
    """
    if infinite_outcomes(p, q).size:
        return math.inf
    return relative_entropy(exact_weights(p), exact_weights(q))


def perplexity(nats: float) -> float:
    """exp(H): the sides of the fair die that is as hard to predict; infinite past the largest double.

    >>> perplexity(0.0), perplexity(1e6)
    (1.0, inf)
    """
    try:
        return exp_of(nats)
    except OverflowError:
        return math.inf


def infinite_outcomes(p: Pmf, q: Pmf) -> NDArray[np.intp]:
    """The indices of the outcomes with q(k) = 0 < p(k), which make H(p, q) and D(p||q) infinite.

    >>> infinite_outcomes(Pmf(np.array([1, 1, 0])), Pmf(np.array([1, 0, 0]))).tolist()
    [1]
    """
    return np.flatnonzero((p.weights > 0) & (q.weights == 0))


def entropy_terms(p: Pmf) -> Terms:
    """The terms -p log p of H(p), with q = p."""
    return cross_entropy_terms(p, p)


def cross_entropy_terms(p: Pmf, q: Pmf) -> Terms:
    """The terms -p log q of H(p, q)."""
    weights = exact_weights(p)
    surprisal = surprisals(exact_weights(q))
    return Terms(probabilities(p), probabilities(q), surprisal, _products(weights, surprisal) / weights.mantissa)


def kl_terms(p: Pmf, q: Pmf) -> Terms:
    """The terms p log(p/q) of D(p||q); negative where p(k) < q(k)."""
    weights, others = exact_weights(p), exact_weights(q)
    return Terms(probabilities(p), probabilities(q), surprisals(others), log_ratio_terms(weights, others))


def _products(weights: Weights, surprisal: Floats) -> Floats:
    """w (-log q) in units of 2**total_exponent; 0 where w = 0, whatever q."""
    products = np.zeros_like(surprisal)
    return np.multiply(weights.scaled(), surprisal, out=products, where=weights.high > 0)
