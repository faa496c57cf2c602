"""The categorical distribution fitted to counts: maximum likelihood, its log-likelihood, and Dirichlet smoothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import SMOOTHINGS
from cecli.core.nearest import nearest
from cecli.core.pmfs.information import cross_entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, probabilities, total_count
from cecli.errors import UsageError, quoted


def maximum_likelihood(counts: NDArray[np.int64]) -> Floats:
    """The empirical PMF n(k)/N, shape (K,): the double nearest to each quotient of whole numbers.

    >>> maximum_likelihood(np.array([3, 1])).tolist()
    [0.75, 0.25]
    """
    return probabilities(Pmf(counts))


def log_likelihood(counts: NDArray[np.int64], q: Pmf) -> float:
    """sum n(k) log q(k) = -N H(p, q) in nats, <= 0; minus infinity where a positive count has probability 0.

    With the counts themselves as ``q`` it is the largest there is, -N H(p).

    >>> log_likelihood(np.array([1, 1]), Pmf(np.array([0.5, 0.5]))) == 2 * math.log(0.5)
    True
    """
    return -total_count(counts) * cross_entropy(Pmf(counts), q) + 0.0


def smoothed(counts: NDArray[np.int64], pseudocount: float) -> Floats:
    """The posterior mean (n(k) + a)/(N + K a) under a symmetric Dirichlet prior, shape (K,), within 1e-15.

    ``pseudocount`` a is >= 0 and finite; 0 gives the maximum-likelihood estimate.

    >>> smoothed(np.array([3, 1, 0]), 1.0).tolist() == [4 / 7, 2 / 7, 1 / 7]
    True
    """
    if pseudocount == 0:
        return maximum_likelihood(counts)
    total, sides = total_count(counts), len(counts)
    weights = counts.astype(np.float64)
    if pseudocount > 2.0**53:  # K a may overflow; in units of a nothing does
        return (weights / pseudocount + 1) / (total / pseudocount + sides)
    return (weights + pseudocount) / (total + sides * pseudocount)


def pseudocount(smoothing: str, total: int, sides: int) -> float:
    """The pseudocount that ``--smoothing`` names: a name of ``SMOOTHINGS`` or a finite number >= 0.

    Raises UsageError for anything else.

    >>> pseudocount("minimax", total=100, sides=5), pseudocount("0.25", total=100, sides=5)
    (2.0, 0.25)
    """
    if smoothing in SMOOTHINGS:
        return SMOOTHINGS[smoothing](total, sides)
    hint = f"use {', '.join(SMOOTHINGS)} or a number >= 0"
    try:
        alpha = math.nan if "_" in smoothing or not smoothing.isascii() else float(smoothing)
    except ValueError:
        alpha = math.nan
    if not 0 <= alpha < math.inf:
        near = nearest(smoothing, SMOOTHINGS)
        text = f"the smoothing {quoted(smoothing)} is neither a name nor a number >= 0"
        raise UsageError(text, f"did you mean {near}?" if near else hint)
    return alpha + 0.0
