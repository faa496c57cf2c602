"""Entropies of order alpha: how a PMF looks when its common or its rare outcomes count for more."""

from __future__ import annotations

import math

import numpy as np

from cecli.core.functions.elementary import exp, expm1
from cecli.core.functions.elementary_scalars import expm1_of, log1p_of, log_of
from cecli.core.pmfs.information import entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import exact_weights, surprisals
from cecli.core.sums.exact import exact_sum


def renyi_entropy(p: Pmf, order: float) -> float:
    """log(sum p^a)/(1 - a) in nats, a >= 0: log of the support at 0, Shannon's at 1, the min-entropy at infinity.

    Source: Rényi, "On measures of entropy and information", 1961.

    >>> renyi_entropy(Pmf(np.array([1, 1, 1, 1])), 2.0) == math.log(4)
    True
    """
    if order == 1:
        return entropy(p)
    if math.isinf(order):
        return min_entropy(p)
    return log_power_sum(p, order) / (1 - order) + 0.0


def tsallis_entropy(p: Pmf, order: float) -> float:
    """(1 - sum p^a)/(a - 1), a >= 0, a pure number: the support less 1 at 0, Shannon's in nats at 1.

    Source: Tsallis, "Possible generalization of Boltzmann-Gibbs statistics", 1988.

    >>> tsallis_entropy(Pmf(np.array([1, 1])), 2.0)
    0.5
    """
    if order == 1:
        return entropy(p)
    if math.isinf(order):
        return 0.0
    try:
        return expm1_of(log_power_sum(p, order)) / (1 - order) + 0.0
    except OverflowError:
        return math.inf


def min_entropy(p: Pmf) -> float:
    """-log max p in nats: what the best single guess is worth.

    >>> min_entropy(Pmf(np.array([1, 3]))) == -math.log(0.75)
    True
    """
    return float(surprisals(exact_weights(p)).min())


def log_power_sum(p: Pmf, order: float) -> float:
    """log sum p^a over the support, finite a != 1.

    Near a = 1 the sum is 1 + sum p (p^(a-1) - 1), whose terms keep the digits that its logarithm needs; elsewhere the
    largest power is taken out, so that nothing underflows.
    """
    weights = exact_weights(p)
    surprisal = surprisals(weights)[weights.high > 0]
    share = (weights.scaled() / weights.mantissa)[weights.high > 0]
    with np.errstate(over="ignore"):
        terms = share * expm1((1 - order) * surprisal)
    excess = exact_sum(terms) if np.isfinite(terms).all() else math.inf
    if abs(excess) < 0.5:
        return log1p_of(excess)
    least = float((order * surprisal).min())
    return log_of(exact_sum(exp(least - order * surprisal))) - least
