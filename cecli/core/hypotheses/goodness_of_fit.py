"""Tests of counts against a PMF, and of two samples against each other: statistic, p-value, and who is to blame.

Every statistic is 2 sum E f_a(O/E) of the power family (``core.hypotheses.power_family``), O the counts and E what is
expected, so each outcome's share of it is >= 0. The p-value is the chance, where the hypothesis holds, of a statistic
at least as large: from chi-squared, from all possible counts, or from simulated ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import STATISTICS
from cecli.core.functions.power_family import family_function, family_terms
from cecli.core.functions.settled import TAIL_BITS, settled_of
from cecli.core.hypotheses import enumeration
from cecli.core.pmfs.divergence import relative_differences
from cecli.core.pmfs.information import kl_divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.sampling import drawn_counts
from cecli.core.pmfs.weights import Floats, exact_weights, probabilities, total_count
from cecli.core.sums.exact import exact_sum
from cecli.errors import InputError, UsageError

TIE = 1e-9
"""Statistics that differ by less than this, relatively, are equal but for rounding."""

SMALL_EXPECTED = (5.0, 10.0)
"""With the smallest expected count, or their mean, below these chi-squared is not trusted: the 5 % test by G errs in
10 % of the cases at a mean of 5, in 7 % at 10 (K = 100)."""

AUTO_STATES = 1_000_000
"""So many tables (alike ones counted once) ``auto`` enumerates: about half a second."""

MOST_STATES = 200_000_000
"""So many tables ``exact`` enumerates at all: some minutes."""

REPLICATES = 9_999
"""Simulated samples of a Monte Carlo test, where there are up to ``_BUDGET`` / REPLICATES outcomes."""

_BUDGET = 2 * 10**7
_FEWEST_REPLICATES = 199
_BLOCK = 1 << 20
_HYPERGEOMETRIC_LIMIT = 10**9
"""NumPy draws multivariate hypergeometric samples only from fewer objects than this."""

Draw = Callable[[int], NDArray[np.int64]]
"""A number of samples to their counts, shape (samples, K)."""


@dataclass(frozen=True)
class Fit:
    """The result of a test. Arrays have shape (K,), the outcomes in their order.

    ``residuals`` are (O - E)/sqrt(E), ``standardized`` these over their standard deviation (about standard normal where
    the hypothesis holds), ``contributions`` >= 0 sum to the statistic. ``impossible`` are the outcomes with E = 0 < O.
    Of two samples it is the first that the arrays speak of, and the contributions are of both.
    """

    rolls: int
    statistic: float
    degrees_of_freedom: int
    p_value: float
    method: str
    replicates: int | None
    kl_divergence: float
    expected: Floats
    residuals: Floats
    standardized: Floats
    contributions: Floats
    impossible: NDArray[np.intp]
    samples: int = 1


@dataclass(frozen=True)
class Choice:
    """How the p-value is found: a name of ``METHODS``, the number of simulated samples, and their seed."""

    method: str = "auto"
    replicates: int | None = None
    seed: int = 0


def goodness_of_fit(counts: NDArray[np.int64], q: Pmf, statistic: str = "g", choice: Choice | None = None) -> Fit:
    """Whether ``counts`` (K,), int64, may be rolls of the PMF ``q`` over the same outcomes.

    An outcome that is neither possible nor seen is dropped; one that is seen though impossible makes the p-value 0.
    Raises UsageError where the exact test or the simulation asked for is out of reach.

    >>> fit = goodness_of_fit(np.array([3, 0]), Pmf(np.array([1, 1])))
    >>> fit.method, fit.p_value
    ('exact', 0.25)
    """
    choice = choice or Choice()
    order = STATISTICS[statistic]
    n = total_count(counts)
    p = Pmf(counts)
    terms = _terms(p, q, order)
    expected = n * probabilities(q)
    possible = expected > 0
    impossible = np.flatnonzero(~possible & (counts > 0))
    value = 2 * n * (kl_divergence(p, q) if statistic == "g" else _sum(terms))
    df = int(np.count_nonzero(possible | (counts > 0))) - 1
    weights = q.weights[possible]

    def draw(samples: int) -> NDArray[np.int64]:
        return drawn_counts(generator, n, probabilities(Pmf(weights)), samples)

    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(choice.seed)))
    null = _Null(
        groups=lambda: enumeration.multinomial_groups(weights, n, order),
        draw=draw,
        statistics=Statistics(expected[possible], order),
        smallest=float(expected[possible].min()),
        reach="2^63 rolls" if n >= 2**63 else None,
    )
    if impossible.size:
        p_value, method, replicates = 0.0, "asymptotic" if choice.method == "auto" else choice.method, None
    else:
        p_value, method, replicates = _p_value(value, df, null, n, choice)
    difference = _difference(p, q) * n
    shares = probabilities(q)
    return Fit(
        rolls=n,
        statistic=value,
        degrees_of_freedom=df,
        p_value=p_value,
        method=method,
        replicates=replicates,
        kl_divergence=kl_divergence(p, q),
        expected=expected,
        residuals=_quotient(difference, np.sqrt(expected)),
        standardized=_quotient(difference, np.sqrt(expected * (1 - shares))),
        contributions=2 * n * terms,
        impossible=impossible,
    )


def two_samples(
    first: NDArray[np.int64], second: NDArray[np.int64], statistic: str = "g", choice: Choice | None = None
) -> Fit:
    """Whether two samples over the same outcomes may come from one PMF, whatever it is.

    E is what each sample would have of the pooled counts; exact and simulated tables have the margins of the observed
    one (the hypergeometric distribution). Source: Fisher, "Statistical Methods for Research Workers", 1925.

    >>> fit = two_samples(np.array([3, 0]), np.array([0, 3]))
    >>> fit.method, round(fit.p_value, 12)
    ('exact', 0.1)
    """
    choice = choice or Choice()
    order = STATISTICS[statistic]
    pooled = _pooled(first, second)
    n, m = total_count(first), total_count(second)
    p, q, pool = Pmf(first), Pmf(second), Pmf(pooled)
    terms = n * _terms(p, pool, order) + m * _terms(q, pool, order)
    seen = pooled > 0
    margins = pooled[seen]
    expected, other = n * probabilities(pool), m * probabilities(pool)
    df = int(np.count_nonzero(seen)) - 1
    value = 2 * _sum(terms)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(choice.seed)))
    both = Statistics(np.concatenate([expected[seen], other[seen]]), order)

    def draw(samples: int) -> NDArray[np.int64]:
        one = generator.multivariate_hypergeometric(margins, n, size=samples, method="marginals")
        return np.concatenate([one, margins - one], axis=1)

    null = _Null(
        groups=lambda: enumeration.hypergeometric_groups(margins, n, m, order),
        draw=draw,
        statistics=both,
        smallest=float(min(expected[seen].min(), other[seen].min())),
        reach="10^9 rolls" if n + m >= _HYPERGEOMETRIC_LIMIT else None,
    )
    p_value, method, replicates = _p_value(value, df, null, n, choice)
    difference = _difference(p, pool) * n
    return Fit(
        rolls=n + m,
        statistic=value,
        degrees_of_freedom=df,
        p_value=p_value,
        method=method,
        replicates=replicates,
        kl_divergence=kl_divergence(p, q),
        expected=expected,
        residuals=_quotient(difference, np.sqrt(expected)),
        standardized=_quotient(difference, np.sqrt(expected * (1 - probabilities(pool)) * (m / (n + m)))),
        contributions=2 * terms,
        impossible=np.zeros(0, dtype=np.intp),
        samples=2,
    )


def chi_squared_tail(statistic: float, df: int) -> float:
    """P(X >= statistic) of chi-squared with ``df`` >= 0 degrees of freedom, the upper tail as such.

    >>> chi_squared_tail(270.76851473514307, 5)
    1.91374023732e-56
    """
    if df == 0 or statistic <= 0:
        return 1.0 if statistic <= 0 else 0.0
    if math.isinf(statistic):
        return 0.0
    from scipy.special import gammaincc

    return settled_of(float(gammaincc(df / 2, statistic / 2)), TAIL_BITS)


class Statistics:
    """The statistic of many samples at once, for ``expected`` counts (K,) > 0 and an order of the power family."""

    def __init__(self, expected: Floats, order: float) -> None:
        self.order = order
        self.expected = expected
        self.alike, self.group = np.unique(expected, return_inverse=True)

    def of(self, counts: NDArray[np.int64]) -> Floats:
        """2 sum E f(O/E) of each row of ``counts``, shape (samples, K): by table where few values occur."""
        largest = int(counts.max())
        if len(self.alike) * (largest + 1) <= counts.size:
            values = np.arange(largest + 1, dtype=np.float64)
            table = statistic_terms(values, self.alike[:, None], self.order)
            result: Floats = table[self.group, counts].sum(axis=1)
            return result
        return np.asarray(statistic_terms(counts.astype(np.float64), self.expected, self.order).sum(axis=1))


def statistic_terms(observed: Floats, expected: Floats, order: float) -> Floats:
    """2 E f(O/E) for E > 0, broadcast."""
    result: Floats = 2 * expected * family_function((observed - expected) / expected, order)
    return result


@dataclass(frozen=True)
class _Null:
    """The distribution of the counts where the hypothesis holds, as far as each method needs it."""

    groups: Callable[[], Sequence[enumeration.Group]]
    draw: Draw
    statistics: Statistics
    smallest: float
    reach: str | None


def _p_value(value: float, df: int, null: _Null, n: int, choice: Choice) -> tuple[float, str, int | None]:
    """The p-value, the method that found it, and its number of simulated samples."""
    method = choice.method
    bound = value * (1 - TIE)
    if method in ("auto", "exact"):
        limit = AUTO_STATES if method == "auto" else MOST_STATES
        groups = null.groups() if enumeration.may_fit(n, len(null.statistics.expected), limit) else None
        states = math.inf if groups is None else enumeration.number_of_states(groups, n, limit)
        if groups is not None and states <= limit:
            return 1.0 if value <= 0 else enumeration.upper_tail(groups, n, bound), "exact", None
        if method == "exact":
            raise UsageError(
                f"the exact test would enumerate more than {limit:,} tables", "--method monte-carlo simulates them"
            )
    if method == "auto":
        smallest, mean = SMALL_EXPECTED
        small = null.smallest < smallest or n / len(null.statistics.expected) < mean
        method = "monte-carlo" if small and null.reach is None and df > 0 else "asymptotic"
    if method == "asymptotic":
        return chi_squared_tail(value, df), method, None
    if null.reach is not None:
        raise UsageError(f"samples of {null.reach} or more are not simulated", "--method asymptotic is right there")
    size = len(null.statistics.expected)
    replicates = choice.replicates or max(_FEWEST_REPLICATES, min(REPLICATES, _BUDGET // size))
    return (1 + _exceedances(null, bound, replicates, size)) / (1 + replicates), method, replicates


def _exceedances(null: _Null, bound: float, replicates: int, size: int) -> int:
    """How many simulated samples have a statistic of at least ``bound``."""
    block = max(1, _BLOCK // size)
    found = 0
    for start in range(0, replicates, block):
        statistics = null.statistics.of(null.draw(min(block, replicates - start)))
        found += int(np.count_nonzero(statistics >= bound))
    return found


def _terms(p: Pmf, q: Pmf, order: float) -> Floats:
    v = relative_differences(exact_weights(p), exact_weights(q))
    return family_terms(probabilities(p), probabilities(q), v, order)


def _difference(p: Pmf, q: Pmf) -> Floats:
    """p - q without cancellation."""
    v = relative_differences(exact_weights(p), exact_weights(q))
    result: Floats = v * (probabilities(p) + probabilities(q))
    return result


def _pooled(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    pooled = first + second
    if (pooled < 0).any():
        raise InputError("an outcome's counts of both samples sum to more than 2^63 - 1")
    return pooled


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    """0/0 = 0; a deviation from an expected count of 0 is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Floats = numerator / denominator
    return np.where(numerator == 0, 0.0, result)


def _sum(terms: Floats) -> float:
    return exact_sum(terms) if np.isfinite(terms).all() else math.inf
