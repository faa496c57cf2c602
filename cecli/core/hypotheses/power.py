"""How many rolls a goodness-of-fit test needs to tell P from the hypothesis Q, by formula and by simulation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import STATISTICS
from cecli.core.functions.beta_gamma import chi_squared_quantile
from cecli.core.functions.elementary import exp
from cecli.core.functions.elementary_scalars import expm1_of, log1p_of
from cecli.core.functions.poisson import log_poisson
from cecli.core.functions.power_family import family_terms
from cecli.core.functions.settled import TAIL_BITS, settled_of
from cecli.core.hypotheses.goodness_of_fit import TIE, Statistics
from cecli.core.pmfs.divergence import relative_differences
from cecli.core.pmfs.information import kl_divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.sampling import drawn_counts
from cecli.core.pmfs.weights import Floats, exact_weights, probabilities
from cecli.core.sums.exact import exact_sum
from cecli.errors import UsageError

REPLICATES = 20_000
"""Simulated experiments per number of rolls: at a power of 0.9 their standard error is 0.002."""

_BLOCK = 1 << 20
_WIDTH = 40.0
"""Standard deviations of the Poisson mixture that are summed on either side of its mean."""

_MOST_ROLLS = 10**15


@dataclass(frozen=True)
class Plan:
    """The hypothesis Q, the alternative P, and the test: ``effect`` is the noncentrality that a roll adds.

    ``escape`` is the probability of an outcome that Q calls impossible; where it is not 0 the effect is infinite.
    """

    p: Pmf
    q: Pmf
    statistic: str
    alpha: float
    degrees_of_freedom: int
    critical_value: float
    effect: float
    escape: float


def plan(p: Pmf, q: Pmf, statistic: str = "g", alpha: float = 0.05) -> Plan:
    """The test of level ``alpha`` of the hypothesis ``q`` where ``p`` is true, both over the same outcomes.

    Its effect per roll is 2 D(p||q) for ``g`` and sum (p - q)^2/q for ``pearson``; the degrees of freedom are one less
    than the possible outcomes of q.

    >>> example = plan(Pmf(np.array([0.51, 0.49])), Pmf(np.array([1, 1])), "pearson")
    >>> round(example.effect, 15), round(example.critical_value, 9)
    (0.0004, 3.841458821)
    """
    possible = q.weights > 0
    df = int(np.count_nonzero(possible)) - 1
    critical = chi_squared_quantile(alpha, df, upper=True) if df else 0.0
    return Plan(p, q, statistic, alpha, df, critical, _effect(p, q, statistic), _escape(p, possible))


def _effect(p: Pmf, q: Pmf, statistic: str) -> float:
    if statistic == "g":
        return 2 * kl_divergence(p, q)
    v = relative_differences(exact_weights(p), exact_weights(q))
    terms = family_terms(probabilities(p), probabilities(q), v, STATISTICS[statistic])
    return 2 * exact_sum(terms) if np.isfinite(terms).all() else math.inf


def _escape(p: Pmf, possible: NDArray[np.bool_]) -> float:
    return exact_sum(probabilities(p)[~possible])


def asymptotic_power(test: Plan, rolls: int) -> float:
    """The chance that ``rolls`` rolls of P reject Q: P(X > critical value) of noncentral chi-squared.

    The noncentral law is a Poisson mixture of central ones, summed as upper tails. With an infinite effect it is the
    chance that an impossible outcome comes up, which alone rejects. Optimistic where P is far from Q and the rolls are
    few. Source: Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988, chapter 7.
    """
    if test.escape > 0:
        return -expm1_of(rolls * log1p_of(-test.escape)) if test.escape < 1 else float(rolls > 0)
    if test.degrees_of_freedom == 0:
        return 0.0
    return _noncentral_tail(test.critical_value, test.degrees_of_freedom, rolls * test.effect)


def _noncentral_tail(value: float, df: int, noncentrality: float) -> float:
    from scipy.special import gammaincc

    half = noncentrality / 2
    reach = _WIDTH * math.sqrt(half) + _WIDTH
    first = max(0, math.floor(half - reach))
    if first > df + value:  # all of the mixture is far above the value
        return 1.0
    j = np.arange(first, math.ceil(half + reach) + 1, dtype=np.float64)
    weights = exp(log_poisson(j, np.full_like(j, half)))
    return min(settled_of(exact_sum(weights * gammaincc(df / 2 + j, value / 2)), TAIL_BITS), 1.0)


def rolls_needed(test: Plan, power: float) -> int | None:
    """The fewest rolls of which the asymptotic power is at least ``power``; None where no number is enough.

    >>> rolls_needed(plan(Pmf(np.array([0.51, 0.49])), Pmf(np.array([1, 1])), "pearson"), 0.9)
    26269
    """
    if test.effect == 0:
        return 1 if power <= test.alpha else None
    return _smallest(lambda rolls: asymptotic_power(test, rolls) >= power, 1)


def _smallest(enough: Callable[[int], bool], start: int) -> int:
    """The least whole number from ``start`` on that is enough, by doubling and bisection."""
    low, high = start - 1, start
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def simulated_power(test: Plan, rolls: int, seed: int, replicates: int = REPLICATES, *, null: bool = False) -> float:
    """The share of ``replicates`` seeded experiments of ``rolls`` rolls of P (with ``null``: of Q) that reject Q.

    The test is the one that is used: it rejects where the statistic is above the quantile of chi-squared.
    """
    possible = probabilities(test.q) > 0
    expected = rolls * probabilities(test.q)
    statistics = Statistics(expected[possible], STATISTICS[test.statistic])
    shares = probabilities(test.q if null else test.p)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(rolls, int(null)))))
    block = max(1, _BLOCK // len(shares))
    rejected = 0
    for start in range(0, replicates, block):
        counts = drawn_counts(generator, rolls, shares, min(block, replicates - start))
        values: Floats = statistics.of(counts[:, possible])
        above = values > test.critical_value * (1 + TIE)
        rejected += int(np.count_nonzero(above | counts[:, ~possible].any(axis=1)))
    return rejected / replicates


def confirmed_rolls(test: Plan, power: float, start: int, seed: int, replicates: int = REPLICATES) -> int:
    """The fewest rolls from ``start`` on that reach ``power`` in simulation, so far as its noise lets one tell.

    From the asymptotic number on in steps of 5 % until it is reached, then bisected: the power of a discrete statistic
    rises in ripples, and the noise adds its own.
    """
    check_simulation(start)
    low, high = start - 1, start
    while simulated_power(test, high, seed, replicates) < power:
        low, high = high, high + max(1, high // 20)
        check_simulation(high)
    while high - low > 1:
        middle = (low + high) // 2
        reached = simulated_power(test, middle, seed, replicates) >= power
        low, high = (low, middle) if reached else (middle, high)
    return high


def check_simulation(rolls: int) -> None:
    """Raise UsageError for more rolls than are simulated."""
    if rolls > _MOST_ROLLS:
        raise UsageError(f"{rolls:,} rolls are not simulated (at most {_MOST_ROLLS:,})", "leave --simulate out")
