"""Confidence intervals for the probabilities of a categorical distribution, from its counts."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import INTERVALS
from cecli.core.functions.beta_gamma import beta_quantile
from cecli.core.functions.normal import normal_quantile

Floats = NDArray[np.float64]


AUTO = "auto"
"""Not a method: the one that ``chosen`` chooses."""

_SMALL = 5
"""Below this count Goodman's intervals do not hold at once: with one outcome of 0.95 and nine of 0.0056 in 59 % of
samples of ten rolls and 74 % of fifty, where 95 % are promised, and those of Clopper and Pearson in 97 % or more."""


def chosen(method: str, counts: NDArray[np.int64]) -> str:
    """The name of the method: for ``auto`` Goodman's, or Bonferroni with Clopper and Pearson's where a count is small.

    >>> chosen("auto", np.array([5, 60])), chosen("auto", np.array([0, 65])), chosen("wald", np.array([1]))
    ('goodman', 'bonferroni-clopper-pearson', 'wald')
    """
    if method != AUTO:
        return method
    return "goodman" if counts.min() >= _SMALL else "bonferroni-clopper-pearson"


def confidence_interval(method: str, counts: NDArray[np.int64], total: int, confidence: float) -> tuple[Floats, Floats]:
    """Low and high bounds of each probability, shape (K,), exactly 0 where n = 0 and 1 where n = N.

    ``method`` is a name of ``INTERVALS``, 0 < confidence < 1, total = sum of the counts > 0.

    >>> low, high = confidence_interval("wilson", np.array([0, 10]), 10, 0.99)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.601145906695], [0.398854093305, 1.0])
    """
    low, high = INTERVALS[method].bounds(counts.astype(np.float64), float(total), 1 - confidence)
    low = np.where(counts == 0, 0.0, np.clip(low, 0.0, 1.0))
    high = np.where(counts == total, 1.0, np.clip(high, 0.0, 1.0))
    return low, high


def wilson(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """The roots p of (n - N p)^2 = z^2 N p (1 - p), z the upper alpha/2 quantile of the normal.

    The lower root is the product of the two, n^2/(N (N + z^2)), over the upper one, which loses no digits.
    Source: Wilson, JASA 22, 1927.
    """
    c = normal_quantile(alpha / 2, upper=True) ** 2
    root = np.sqrt(c * (c + 4 * counts * ((total - counts) / total)))
    high = (c + 2 * counts + root) / (2 * (total + c))
    low = (counts / total) * (counts / (total + c)) / high
    share = counts / total  # which lies between them, rounded as they are
    return np.minimum(low, share), np.maximum(high, share)


def clopper_pearson(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """The quantiles of Beta(n, N - n + 1) at alpha/2 and of Beta(n + 1, N - n) at 1 - alpha/2.

    Source: Clopper and Pearson, Biometrika 26, 1934.
    """
    counts, place = np.unique(counts, return_inverse=True)  # of many outcomes most have the counts of others
    low, high = np.zeros_like(counts), np.ones_like(counts)
    some, not_all = counts > 0, counts < total
    low[some] = beta_quantile(alpha / 2, counts[some], total - counts[some] + 1)
    high[not_all] = beta_quantile(alpha / 2, counts[not_all] + 1, total - counts[not_all], upper=True)
    share = counts / total  # which lies between them, rounded as they are
    return np.minimum(low, share)[place], np.maximum(high, share)[place]


def jeffreys(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """The quantiles of Beta(n + 1/2, N - n + 1/2) at alpha/2 and 1 - alpha/2.

    Source: Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001.
    """
    counts, place = np.unique(counts, return_inverse=True)
    a, b = counts + 0.5, total - counts + 0.5
    return beta_quantile(alpha / 2, a, b)[place], beta_quantile(alpha / 2, a, b, upper=True)[place]


def wald(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """p -+ z sqrt(p (1 - p)/N), p = n/N. Too short for small counts: the textbook's, not the one to use."""
    p = counts / total
    margin = normal_quantile(alpha / 2, upper=True) * np.sqrt(p * ((total - counts) / total)) / math.sqrt(total)
    return p - margin, p + margin


def goodman(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """Wilson's bounds with alpha/K for each outcome, so that all K hold at once where no count is small.

    Source: Goodman, "On simultaneous confidence intervals for multinomial proportions", Technometrics 7, 1965.
    """
    return wilson(counts, total, alpha / len(counts))


def bonferroni_clopper_pearson(counts: Floats, total: float, alpha: float) -> tuple[Floats, Floats]:
    """Clopper and Pearson's bounds with alpha/K for each outcome: all K hold at once, for counts of any size."""
    return clopper_pearson(counts, total, alpha / len(counts))
