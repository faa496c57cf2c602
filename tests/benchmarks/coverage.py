"""How often intervals hold the truth, and how often ``compare`` sees a difference where there is none, by simulation.

A thousand samples for each of ``--rounds``, seeded; all by the functions that ``score`` and ``compare`` call. *Above*
is the share of samples whose interval ends below the truth, *below* that of those that begin above it, *none* of those
that get none. *Silent* is the coverage among samples whose report has no note of what may be missing, and their share.
"""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Callable, Iterator

import numpy as np

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.paired.mean_test import MeanTest
from cecli.core.sums.clusters import ClusterSum
from cecli.core.sums.exact import FRACTION_BITS, exact_integer
from cecli.core.sums.mean_intervals import MeanInterval, interval_of_clusters, interval_of_rows
from cecli.core.sums.moments import Moments

STUDENT, LEVEL = Choice("t"), 0.05
Draw = Callable[[np.random.Generator, int], np.ndarray]


def lognormal(sigma: float) -> tuple[Draw, float]:
    return lambda generator, n: generator.lognormal(0, sigma, n), math.exp(sigma * sigma / 2)


def blunders(generator: np.random.Generator, n: int) -> np.ndarray:
    return generator.lognormal(-1, 0.5, n) + 8.0 * (generator.random(n) < 0.03)


ROWS: dict[str, tuple[Draw, float, tuple[int, ...]]] = {
    "normal": (lambda generator, n: generator.normal(5, 1, n), 5.0, (10, 30)),
    "exponential": (lambda generator, n: generator.exponential(1, n), 1.0, (20, 100)),
    "log-normal 1": (*lognormal(1.0), (10, 30, 100, 1000)),
    "log-normal 1.5": (*lognormal(1.5), (30, 100, 300)),
    "3 % blunders": (blunders, math.exp(-1 + 0.125) + 0.24, (30, 100)),
}
CLUSTERS = (5, 10, 20, 50)


def run(options: Namespace) -> None:
    replicates = 1000 * options.rounds
    print(f"{replicates:,} samples a line; 95 % is known to +- {math.sqrt(0.0475 / replicates):.2%}")
    print(f"{'losses':16}{'rows':>6}{'t':>8}{'auto':>8}{'above':>8}{'below':>8}{'silent':>8}{'(share)':>9}")
    for name, (draw, truth, sizes) in ROWS.items():
        for n in sizes:
            print(f"{name:16}{n:6}" + _shares(coverage_of_rows(draw, truth, n, replicates)), flush=True)
    print(f"\n{'clusters':16}{'G':>6}{'CR1, t':>8}{'auto':>8}{'none':>8}")
    for skewed in (False, True):
        for count in CLUSTERS:
            found = coverage_of_clusters(count, skewed, replicates)
            print(f"{'skewed' if skewed else 'normal':16}{count:6}" + _shares(found), flush=True)
    print(f"\n{'differences':16}{'rows':>6}{'t':>8}{'auto':>8}{'t +':>8}{'auto +':>8}{'t -':>8}{'auto -':>8}")
    for n in (30, 100, 300):
        print(f"{'log-normal 1':16}{n:6}" + _shares(sizes_of_tests(n, replicates)), flush=True)


def coverage_of_rows(draw: Draw, truth: float, n: int, replicates: int) -> list[float]:
    """Of t; of auto, and its misses on either side; of auto where no note is said, and how often that is."""
    found = np.zeros(6)
    for sample in _samples(draw, n, replicates):
        moments = Moments()
        moments.update(sample)
        mean, shape = moments.result(), moments.shape()
        student, auto = (interval_of_rows(mean, shape, 0.95, choice) for choice in (STUDENT, AUTO))
        noted = n < 30 or shape is None or n <= 25 * shape.skewness**2
        held = _holds(auto, truth)
        above, below = (auto.high or math.inf) < truth, (auto.low or 0.0) > truth
        found += [_holds(student, truth), held, above, below, held and not noted, not noted]
    found /= replicates
    return [*found[:4], found[4] / found[5] if found[5] else math.nan, found[5]]


def coverage_of_clusters(count: int, skewed: bool, replicates: int) -> list[float]:
    """Of CR1 with t(G - 1), of auto among the samples that get an interval, and the share of those that get none.

    Documents have 1 + floor(log-normal of median 15, sigma 1) rows, correlated by 1/2.
    """
    generator, found = np.random.default_rng(count), np.zeros(3)
    for _ in range(replicates):
        sums = list(_documents(generator, count, skewed))
        mean = sum(own for own, _ in sums) / sum(mass for _, mass in sums)
        student, _ = interval_of_clusters(mean, sums, 0.95, STUDENT)
        auto, _ = interval_of_clusters(mean, sums, 0.95)
        truth = math.exp(0.5) if skewed else 5.0
        found += [_holds(student, truth), _holds(auto, truth), auto.low is None]
    found /= replicates
    return [found[0], found[1] / (1 - found[2]), found[2]]


def sizes_of_tests(n: int, replicates: int) -> list[float]:
    """How often Student's test and the larger p-value reject at 5 % where nothing differs: two-sided, B worse, B
    better."""
    found = np.zeros(6)
    for sample in _samples(lambda generator, rows: generator.lognormal(0, 1, rows) - math.exp(0.5), n, replicates):
        moments = Moments()
        moments.update(sample)
        mean, shape = moments.result(), moments.shape()
        pairs = zip(
            *(MeanTest.of_rows(mean, shape, one).tails(mean.mean) or () for one in (STUDENT, AUTO)), strict=True
        )
        found += np.array([p for pair in pairs for p in pair]) <= LEVEL
    return [*(found / replicates)]


def _samples(draw: Draw, n: int, replicates: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(n)
    for _ in range(replicates):
        yield draw(generator, n)


def _documents(generator: np.random.Generator, count: int, skewed: bool) -> Iterator[ClusterSum]:
    for _ in range(count):
        rows = 1 + math.floor(15 * generator.lognormal(0, 1))
        z = math.sqrt(0.5) * (generator.normal() + generator.normal(size=rows))
        yield exact_integer(np.exp(z) if skewed else 5 + z), rows << FRACTION_BITS


def _holds(interval: MeanInterval, truth: float) -> bool:
    return interval.low is not None and interval.high is not None and interval.low <= truth <= interval.high


def _shares(shares: list[float]) -> str:
    return "".join(f"{100 * share:8.1f}" for share in shares)
