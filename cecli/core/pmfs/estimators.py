"""Estimators of the entropy behind a sample, which mend what the plug-in estimate misses: outcomes not yet seen.

Each takes counts and the number of outcomes K, seen or not, and gives nats. K matters to james-stein and nsb; the
others ask only how often each outcome was seen. All work on the distinct counts, so millions of outcomes cost little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import ESTIMATORS
from cecli.core.functions.elementary import exp, expm1, log, log1p
from cecli.core.functions.elementary_scalars import log1p_of, log_of
from cecli.core.functions.settled import settled_of
from cecli.core.pmfs import information
from cecli.core.pmfs.nsb import nsb as posterior_entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, exact_weights, surprisals
from cecli.core.sums.exact import exact_sum
from cecli.errors import UsageError


@dataclass(frozen=True)
class Sample:
    """Counts n(k) > 0 by their distinct ``values`` and how often each occurs, their total N, and K outcomes in all."""

    counts: NDArray[np.int64]
    values: Floats
    multiplicity: Floats
    total: int
    sides: int

    @property
    def seen(self) -> int:
        """m, the number of outcomes with a count."""
        return len(self.counts)

    def times(self, count: int) -> int:
        """How many outcomes were seen exactly ``count`` times."""
        return int(self.multiplicity[self.values == count].sum())


MANY = 0.2
"""Outcomes for each roll from which the bias of the estimates that have the plug-in's standard error is no longer small
beside it: of K = 100, N = 50 such an interval of 95 % holds the truth in none of a hundred samples."""


@dataclass(frozen=True)
class Estimate:
    """An entropy in nats and its standard error, None where none is known."""

    value: float
    standard_error: float | None


def estimate(name: str, counts: NDArray[np.int64], sides: int) -> Estimate:
    """The entropy behind ``counts`` (any shape (n,), some > 0) over ``sides`` outcomes by a name of ``ESTIMATORS``.

    >>> round(estimate("miller-madow", np.array([4, 2, 3, 2, 4, 2, 1, 1]), 11).value, 12)
    2.152592935044
    """
    seen = counts[counts > 0]
    if sides < len(seen):
        raise UsageError(f"{len(seen):,} outcomes were seen, more than the {sides:,} declared")
    values, multiplicity = np.unique(seen, return_counts=True)
    total = sum(value * times for value, times in zip(values.tolist(), multiplicity.tolist(), strict=True))
    sample = Sample(seen, values.astype(np.float64), multiplicity.astype(np.float64), total, sides)
    found: Estimate = ESTIMATORS[name](sample)
    return found


def standard_error(counts: NDArray[np.int64]) -> float:
    """The standard error of the plug-in entropy in nats: sqrt((sum p log^2 p - H^2)/N).

    Where all seen outcomes have the same count that is 0, to first order; the next order, sqrt((m - 1)/2)/N (Wilks),
    stands in for it. Source: Basharin, "On a statistical estimate for the entropy of a sequence of independent random
    variables", 1959.

    >>> round(standard_error(np.array([30, 70])), 12)
    0.038828065814
    """
    p = Pmf(counts[counts > 0])
    total = float(p.weights.astype(np.float64).sum())
    if p.weights.min() == p.weights.max():
        return math.sqrt((p.size - 1) / 2) / total
    weights = exact_weights(p)
    deviation = surprisals(weights) - information.entropy(p)
    return math.sqrt(exact_sum(weights.scaled() / weights.mantissa * deviation**2) / total)


def mle(sample: Sample) -> Estimate:
    """H of the empirical PMF: too low, by about (m - 1)/2N."""
    return Estimate(information.entropy(Pmf(sample.counts)), standard_error(sample.counts))


def miller_madow(sample: Sample) -> Estimate:
    """H + (m - 1)/2N. Source: Miller, "Note on the bias of information estimates", 1955."""
    plain = mle(sample)
    return Estimate(plain.value + (sample.seen - 1) / (2 * sample.total), plain.standard_error)


def chao_shen(sample: Sample) -> Estimate:
    """-sum C p log(C p)/(1 - (1 - C p)^N), C = 1 - f1/N the coverage (f1 = N is taken as N - 1).

    Source: Chao and Shen, "Nonparametric estimation of Shannon's index of diversity when there are unseen species",
    2003.
    """
    n, once = sample.total, sample.times(1)
    if n == 1:
        return Estimate(0.0, None)
    p = (1 - (once - (once == n)) / n) * sample.values / n
    with np.errstate(divide="ignore"):
        chance = -expm1(n * log1p(-p))
        terms = np.where(p < 1, -p * log(p) / chance, 0.0)
    return Estimate(exact_sum(sample.multiplicity * terms) + 0.0, None)


def james_stein(sample: Sample) -> Estimate:
    """H of l/K + (1 - l) p, l = sum p (1 - p)/((N - 1) sum (1/K - p)^2) within [0, 1]: shrunk towards the fair die.

    Source: Hausser and Strimmer, "Entropy inference and the James-Stein estimator", JMLR 10, 2009.
    """
    n, sides = sample.total, sample.sides
    p = sample.values / n
    spread = exact_sum(sample.multiplicity * (p - 1 / sides) ** 2) + (sides - sample.seen) / sides**2
    noise = exact_sum(sample.multiplicity * p * (1 - p))
    weight = 1.0 if n <= 1 or spread == 0 else min(noise / ((n - 1) * spread), 1.0)
    shrunk = weight / sides + (1 - weight) * p
    unseen = weight / sides
    rest = -(sides - sample.seen) * unseen * log_of(unseen) if unseen and sides > sample.seen else 0.0
    return Estimate(exact_sum(-sample.multiplicity * shrunk * log(shrunk)) + rest + 0.0, None)


def jackknife(sample: Sample) -> Estimate:
    """N H - (N - 1)/N sum over rolls of the H without that roll; the spread of those gives the standard error, which is
    undefined where all seen outcomes have the same count and nothing spreads.

    Source: Zahl, "Jackknifing an index of diversity", 1977.
    """
    n = sample.total
    if n == 1:
        return Estimate(0.0, None)
    # With S = sum n log n, H = log N - S/N; without one roll of a count c, S falls by c log c - (c - 1) log(c - 1).
    c = sample.values
    rest = np.where(c > 1, (c - 1) * log1p(-1 / np.maximum(c, 2)), 0.0)
    rolls = sample.multiplicity * c
    rise = exact_sum(rolls * rest) / n - (n - 1) * log1p_of(-1 / n)
    fall = log(c) - rest
    mean = exact_sum(rolls * fall) / n
    error = math.sqrt(exact_sum(rolls * (fall - mean) ** 2) / (n * (n - 1)))
    return Estimate(information.entropy(Pmf(sample.counts)) + rise, error if len(c) > 1 else None)


def grassberger(sample: Sample) -> Estimate:
    """log N - (1/N) sum n G(n), G(n) = psi(n) + (-1)^n/2 (psi((n + 1)/2) - psi(n/2)).

    Source: Grassberger, "Entropy estimates from insufficient samplings", 2003 (not his formula of 1988).
    """
    from scipy.special import psi

    n = sample.values
    sign = np.where(n % 2 == 0, 0.5, -0.5)
    g = psi(n) + sign * (psi((n + 1) / 2) - psi(n / 2))
    return Estimate(settled_of(log_of(sample.total) - exact_sum(sample.multiplicity * n * g) / sample.total), None)


def zhang(sample: Sample) -> Estimate:
    """sum p (psi(N) - psi(n)): the series of H whose terms have unbiased estimates.

    Its standard error is that of the plug-in estimate, to which it converges. Source: Zhang, "Entropy estimation in
    Turing's perspective", Neural Computation 24, 2012.
    """
    return Estimate(_zhang(sample), standard_error(sample.counts))


def _zhang(sample: Sample) -> float:
    from scipy.special import psi

    differences = psi(float(sample.total)) - psi(sample.values)
    return settled_of(exact_sum(sample.multiplicity * sample.values * differences) / sample.total + 0.0)


def chao_wang_jost(sample: Sample) -> Estimate:
    """Zhang's estimate and f1/N (1 - A)^(1-N) (-log A - sum over r < N of (1 - A)^r/r) for what was not seen.

    A = 2 f2/((N - 1) f1 + 2 f2), or 2/((N - 1)(f1 - 1) + 2) without a pair, is the mean probability of an outcome seen
    once. Source: Chao, Wang and Jost, "Entropy and the species accumulation curve", Methods in Ecology and Evolution 4,
    2013.
    """
    n, once, twice = sample.total, sample.times(1), sample.times(2)
    if not once or n == 1:
        return Estimate(_zhang(sample), None)
    a = 2 * twice / ((n - 1) * once + 2 * twice) if twice else 2 / ((n - 1) * (once - 1) + 2)
    return Estimate(_zhang(sample) + once / n * _remainder(a, n), None)


def _remainder(a: float, n: int) -> float:
    """sum over j >= 0 of b^(j + 1)/(n + j), b = 1 - a, as the integral of b e^-s/(n a + n b (1 - e^(-s/n))) over s > 0.

    With s = e^u its trapezoidal sum converges beyond double precision at steps of 0.1; the log-series itself cancels.
    """
    b = 1 - a
    u = np.arange(-80, 5, 0.1)
    s = exp(u)
    return b * 0.1 * float(np.sum(s * exp(-s) / (n * a - n * b * expm1(-s / n))))


def nsb(sample: Sample) -> Estimate:
    """Mean and standard deviation of H after the sample, by Nemenman, Shafee and Bialek: see ``core.pmfs.nsb``."""
    return Estimate(*posterior_entropy(sample.values, sample.multiplicity, float(sample.total), sample.sides))
