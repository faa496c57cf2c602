"""The law of large numbers and Wilks' theorem at work: the empirical PMF p_n of a growing sample beside its source q.

The sample is one: the counts after n rolls hold those after fewer. Up to 10^7 rolls they are the tally of the seed's
sequence (``core.pmfs.sampling``); each doubling past that adds one multinomial draw, so that 10^15 rolls cost
no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.families import STATISTICS
from cecli.core.functions.beta_gamma import chi_squared_quantile
from cecli.core.functions.elementary import log
from cecli.core.hypotheses.goodness_of_fit import Statistics
from cecli.core.pmfs import information, sampling
from cecli.core.pmfs.divergences import divergence
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, exact_weights, probabilities, surprisals
from cecli.core.sums.exact import exact_sum

MEASURES = ("total_variation", "kl_divergence", "cross_entropy", "entropy", "wilks")
"""What is measured of p_n: TV(p_n, q), D(p_n||q), H(p_n, q), H(p_n), and 2n D(p_n||q)."""

_CHUNK = 1 << 20
"""Counts of the experiments drawn at once. Part of their stream: another size draws others."""


@dataclass(frozen=True)
class Point:
    """The sample after ``rolls`` rolls: its counts (K,) and ``values`` by the names of ``MEASURES``, in nats."""

    rolls: int
    counts: NDArray[np.int64]
    values: dict[str, float]


@dataclass(frozen=True)
class Spread:
    """A measure over many experiments: its mean, its median, and the interval that holds the middle share of them."""

    mean: float
    low: float
    median: float
    high: float


def sizes(rolls: int) -> list[int]:
    """1, 2, 4, … up to ``rolls`` >= 1, which is the last.

    >>> sizes(10)
    [1, 2, 4, 8, 10]
    """
    powers = [1 << k for k in range(rolls.bit_length())]
    return powers if powers[-1] == rolls else [*powers, rolls]


def degrees_of_freedom(q: Pmf) -> int:
    """One less than the outcomes that may come up: 2n D(p_n||q) tends to chi-squared with so many (Wilks 1938)."""
    return int(np.count_nonzero(q.weights)) - 1


def expected_divergence(q: Pmf, rolls: int) -> float:
    """(K - 1)/2n nats, which the mean of D(p_n||q) tends to; K counts the possible outcomes.

    >>> expected_divergence(Pmf(np.ones(6)), 100)
    0.025
    """
    return degrees_of_freedom(q) / (2 * rolls)


def wilks_band(q: Pmf, confidence: float) -> tuple[float, float]:
    """The quantiles of chi-squared that leave (1 - confidence)/2 below and above; both 0 without a degree of freedom.

    >>> tuple(round(bound, 12) for bound in wilks_band(Pmf(np.ones(3)), 0.5))
    (0.575364144904, 2.772588722240)
    """
    df, outside = degrees_of_freedom(q), (1 - confidence) / 2
    if df == 0:
        return 0.0, 0.0
    return chi_squared_quantile(outside, df), chi_squared_quantile(outside, df, upper=True)


def growing_counts(q: Pmf, ns: list[int], seed: int) -> Iterator[NDArray[np.int64]]:
    """The counts (K,) of one sample after each of the ascending ``ns`` rolls.

    >>> [counts.tolist() for counts in growing_counts(Pmf(np.array([1, 1])), [1, 2, 4], seed=1)]
    [[0, 1], [1, 1], [2, 2]]
    """
    tally, done, step = np.zeros(q.size, dtype=np.int64), 0, 0
    tallied = [n for n in ns if n <= sampling.TALLY_LIMIT]
    blocks = sampling.rolls(seed, tallied[-1] if tallied else 0, sampling.thresholds(q))
    rest = np.zeros(0, dtype=np.int32)
    for n in tallied:
        while done < n:
            rest = rest if len(rest) else next(blocks)
            taken, rest = rest[: n - done], rest[n - done :]
            sampling.add_to(tally, taken)
            done += len(taken)
        yield tally.copy()
    for n in ns[len(tallied) :]:
        tally += sampling.multinomial(q, n - done, np.random.SeedSequence(seed, spawn_key=(0, 0, step)))
        done, step = n, step + 1
        yield tally.copy()


def growing_sample(q: Pmf, rolls: int, seed: int) -> Iterator[Point]:
    """The points of one sample that grows to ``rolls`` rolls of ``q``, at n = 1, 2, 4, … and at the last.

    The points at powers of two are the same for any number of rolls.
    """
    ns = sizes(rolls)
    for n, counts in zip(ns, growing_counts(q, ns, seed), strict=True):
        p = Pmf(counts)
        kl = information.kl_divergence(p, q)
        values = (divergence("total-variation", p, q), kl, information.cross_entropy(p, q), information.entropy(p))
        yield Point(n, counts, dict(zip(MEASURES, (*values, 2 * n * kl), strict=True)))


def replicated(q: Pmf, ns: list[int], seed: int, replicates: int) -> Floats:
    """The measures of so many other growing samples after each of ``ns`` rolls, shape (ns, measures, replicates).

    Each step of the growth is a multinomial draw, the same for one version of NumPy.
    """
    possible = np.flatnonzero(q.weights)
    source, chunk = Pmf(q.weights[possible]), max(1, _CHUNK // len(possible))
    found = np.empty((len(ns), len(MEASURES), replicates))
    for number, start in enumerate(range(0, replicates, chunk)):
        size = min(chunk, replicates - start)
        seeds = np.random.SeedSequence(seed, spawn_key=(0, 0, 0, number)).spawn(len(ns))
        counts, done = np.zeros((size, source.size), dtype=np.int64), 0
        for place, n in enumerate(ns):
            counts += sampling.multinomial(source, n - done, seeds[place], size)
            found[place, :, start : start + size] = _measured(counts, n, source)
            done = n
    return found


def _measured(counts: NDArray[np.int64], n: int, q: Pmf) -> Floats:
    """The measures of each row of ``counts``, shape (measures, rows)."""
    expected = n * probabilities(q)
    wilks = Statistics(expected, STATISTICS["g"]).of(counts)
    variation = np.abs(counts - expected).sum(axis=1) / (2 * n)
    shares = counts / n
    cross = (shares * surprisals(exact_weights(q))).sum(axis=1)
    logs = log(np.where(counts > 0, shares, 1.0))
    entropy = 0.0 - (shares * logs).sum(axis=1)
    return np.array([variation, wilks / (2 * n), cross, entropy, wilks])


def spread(values: Floats, confidence: float) -> Spread:
    """Mean, median and the central interval of a measure over experiments, shape (experiments,).

    >>> spread(np.array([4.0, 1.0, 2.0]), 0.5)
    Spread(mean=2.3333333333333335, low=1.5, median=2.0, high=3.0)
    """
    outside = (1 - confidence) / 2
    low, median, high = np.quantile(values, [outside, 0.5, 1 - outside]).tolist()
    return Spread(exact_sum(values) / len(values), low, median, high)


def share_within(values: Floats, band: tuple[float, float]) -> float:
    """The share of the experiments that lie within the band.

    >>> share_within(np.array([1.0, 2.0, 3.0, 4.0]), (2.0, 3.5))
    0.5
    """
    low, high = band
    return math.fsum((values >= low) & (values <= high)) / len(values)
