"""The exact upper tail of a statistic over all tables of counts with a given total.

The cells' counts are independent but for their total, and the statistic is a sum over the cells. Cells that are alike
(same probability, same limit) may be exchanged, so of their counts only the falling order is visited, weighted by the
number of ways to arrange it: for a fair die of six sides and 60 rolls 20,000 tables stand for 8 million.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log
from cecli.core.functions.poisson import log_binomial, log_poisson
from cecli.core.functions.power_family import family_function
from cecli.core.functions.settled import TAIL_BITS, settled_of
from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, probabilities

_CHUNK = 1 << 16
"""Partly filled tables that are worked on at once: as many as a core's cache holds."""


@dataclass(frozen=True)
class Group:
    """``size`` cells that are alike: a cell's part of the statistic and its log-weight at the counts 0 … limit.

    A table of counts has the probability product of the weights, over the sum of that over all tables; ``log_total`` is
    the logarithm of that sum, the same in all groups.
    """

    size: int
    statistic: Floats
    log_weight: Floats
    log_total: float

    @property
    def limit(self) -> int:
        """The largest count of a cell."""
        return len(self.statistic) - 1


@dataclass(frozen=True)
class _States:
    """Partly filled tables: what is left to place, the last count, how often it came in a row, what added up."""

    rest: NDArray[np.int64]
    last: NDArray[np.int64]
    run: NDArray[np.int64]
    statistic: Floats
    log_weight: Floats

    def take(self, index: NDArray[np.intp] | slice) -> _States:
        return _States(
            self.rest[index], self.last[index], self.run[index], self.statistic[index], self.log_weight[index]
        )


def multinomial_groups(weights: NDArray[np.float64] | NDArray[np.int64], n: int, order: float) -> list[Group]:
    """The cells of ``n`` rolls of a PMF with these weights > 0: independent Poisson counts, given their total."""
    shares = probabilities(Pmf(weights))
    _, first, sizes = np.unique(weights, return_index=True, return_counts=True)
    counts = np.arange(n + 1, dtype=np.float64)
    whole = np.array([float(n)])
    log_total = float(log_poisson(whole, whole)[0])
    groups = []
    for mean, size in zip((n * shares[first]).tolist(), sizes.tolist(), strict=True):
        statistic = 2 * mean * family_function((counts - mean) / mean, order)
        groups.append(Group(size, statistic, log_poisson(counts, np.full_like(counts, mean)), log_total))
    return groups


def hypergeometric_groups(margins: NDArray[np.int64], n: int, m: int, order: float) -> list[Group]:
    """The cells of the first of two samples of ``n`` and ``m`` with these pooled counts > 0."""
    share = n / (n + m)
    values, sizes = np.unique(margins, return_counts=True)
    log_total = float(log_binomial(np.array([float(n)]), float(n + m), share)[0])
    groups = []
    for margin, size in zip(values.tolist(), sizes.tolist(), strict=True):
        counts = np.arange(min(margin, n) + 1, dtype=np.float64)
        mean, other = margin * share, margin * (m / (n + m))
        statistic = 2 * mean * family_function((counts - mean) / mean, order)
        statistic += 2 * other * family_function(((margin - counts) - other) / other, order)
        groups.append(Group(size, statistic, log_binomial(counts, float(margin), share), log_total))
    return groups


def may_fit(n: int, cells: int, limit: float) -> bool:
    """Whether the tables may be no more than ``limit``, so that it is worth making the groups and counting."""
    return cells == 1 or (n <= 2 * limit and (cells == 2 or n * n <= 12 * limit) and cells <= 20 * limit)


def number_of_states(groups: Sequence[Group], n: int, limit: float) -> float:
    """How many tables with total ``n`` there are, alike ones once; infinite where there are more than ``limit``.

    The product of Gaussian binomials: of q-series 1/(1 - x^j), cut at the cells' limits.

    >>> number_of_states(multinomial_groups(np.ones(6), 60, 1.0), 60, 1e9)
    19858.0
    """
    ways = np.zeros(n + 1)
    ways[0] = 1
    for group in groups:
        for j in range(1, min(group.size, n) + 1):
            _divide(ways, j)
            if group.limit >= n and ways[n] > limit:
                return math.inf
        for j in range(1, min(group.size, n) + 1):
            shift = group.limit + j
            if shift <= n:
                ways[shift:] -= ways[:-shift].copy()
    return float(ways[n]) if ways[n] <= limit else math.inf


def _divide(ways: Floats, j: int) -> None:
    """Multiply a power series by 1/(1 - x^j)."""
    padded = np.zeros(-(-len(ways) // j) * j)
    padded[: len(ways)] = ways
    ways[:] = padded.reshape(-1, j).cumsum(axis=0).ravel()[: len(ways)]


def upper_tail(groups: Sequence[Group], n: int, bound: float) -> float:
    """P(statistic >= bound) over all tables with total ``n``.

    >>> upper_tail(multinomial_groups(np.ones(2), 3, 2.0), 3, 3.0)
    0.25
    """
    cells = [(group, left) for group in groups for left in range(group.size, 0, -1)]
    room = sum(group.size * group.limit for group in groups)
    empty = np.zeros(1, dtype=np.int64)
    start = _States(np.array([n], dtype=np.int64), empty, empty, np.zeros(1), np.zeros(1))
    tails = []
    for statistic, log_weight in _tables(cells, 0, room, start):
        inside = statistic >= bound
        tails.append(float(exp(log_weight[inside] - groups[0].log_total).sum()))
    return min(settled_of(math.fsum(tails), TAIL_BITS), 1.0)


def _tables(
    cells: Sequence[tuple[Group, int]], index: int, room: int, states: _States
) -> Iterator[tuple[Floats, Floats]]:
    """Statistics and log-weights of the full tables ``states`` lead to, in blocks; ``room`` is what may still fit."""
    if index == len(cells):
        yield states.statistic, states.log_weight
        return
    full = states.rest == 0
    if full.any():
        yield _completed(cells, index, states.take(np.flatnonzero(full)))
        states = states.take(np.flatnonzero(~full))
        if not len(states.rest):
            return
    group, left = cells[index]
    if left == group.size:
        last = np.full_like(states.rest, group.limit)
        states = _States(
            states.rest, last, np.zeros_like(last), states.statistic, states.log_weight + math.lgamma(left + 1)
        )
        room -= group.size * group.limit
    fewest = np.maximum(-((room - states.rest) // left), 0)  # the cells after it must hold the rest
    most = np.minimum(states.rest, states.last)
    widths = np.maximum(most - fewest + 1, 0)
    ends = widths.cumsum()
    begin = 0
    while begin < len(widths):
        before = int(ends[begin - 1]) if begin else 0
        stop = max(begin + 1, int(np.searchsorted(ends, before + _CHUNK, side="right")))
        block = slice(begin, stop)
        filled = _filled(states.take(block), fewest[block], widths[block], group)
        if len(filled.rest):
            yield from _tables(cells, index + 1, room, filled)
        begin = stop


def _completed(cells: Sequence[tuple[Group, int]], index: int, states: _States) -> tuple[Floats, Floats]:
    """The tables in which nothing is left to place: the cells from ``index`` on are empty, in one step."""
    statistic, log_weight = states.statistic.copy(), states.log_weight.copy()
    while index < len(cells):
        group, left = cells[index]
        statistic += left * group.statistic[0]
        log_weight += left * group.log_weight[0]
        if left < group.size:  # in a group that has begun, the empty cells may be arranged with one another
            runs, places = np.unique(np.where(states.last == 0, states.run, 0), return_inverse=True)
            log_weight -= np.array([math.lgamma(run + left + 1) - math.lgamma(run + 1) for run in runs.tolist()])[
                places
            ]
        index += left
    return statistic, log_weight


def _filled(states: _States, fewest: NDArray[np.int64], widths: NDArray[np.int64], group: Group) -> _States:
    """Every state once for each count its next cell may have."""
    parent = np.repeat(np.arange(len(widths)), widths)
    start = np.repeat(widths.cumsum() - widths, widths)
    count = fewest[parent] + (np.arange(len(parent)) - start)
    old = states.take(parent)
    run = np.where(count == old.last, old.run + 1, 1)
    return _States(
        old.rest - count,
        count,
        run,
        old.statistic + group.statistic[count],
        old.log_weight + group.log_weight[count] - log(run),
    )
