"""Rolls of a die of any PMF, as one documented stream.

Roll r of a seed stands in block r // 2^16. Block i is made from the raw 64-bit words of PCG64 seeded with
``SeedSequence(seed, spawn_key=(i,))``, a word a roll: the word u gives the outcome with T(k - 1) <= u < T(k), where
T(k) = floor(2^64 (w(0) + … + w(k)) / sum w), in whole numbers. So a probability is right to 2^-64, an outcome of
probability 0 never comes up, and a roll depends on nothing but the seed, its place and the PMF: not on the number of
rolls, of threads, or on the version of NumPy, which keeps raw words and seeds fixed (NEP 19) while the methods of
Generator may change.

A seed has one tree of seed sequences, told apart by their spawn keys: (i,) block i; (i, e - 1) block i of the
experiment e = 1, 2, … that follows the first, experiment 0; () and (0, e - 1, 0) the one multinomial draw that stands
for the counts of more than 10^7 rolls; (0, 0, k) and (0, 0, 0, j) the draws of ``core.hypotheses.convergence``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cecli.core.pmfs.pmf import Pmf
from cecli.core.pmfs.weights import Floats, exact_weights, probabilities, total_count
from cecli.errors import UsageError

BLOCK = 1 << 16
"""Rolls made from one seeded generator. Part of the stream's definition: never change it."""

TALLY_LIMIT = 10**7
"""Up to so many rolls the counts are the tally of the sequence; past it they come from the multinomial distribution."""

MAX_ROLLS = 2**63 - 1

_GUIDE_BITS = (12, 22)
"""Fewest and most leading bits of a word that the guide looks at."""

_STEPS = 3
"""Bounds that are tried one by one before a word is looked up among all."""

_FAIR_FROM = 512
"""Sides of a fair die from which on arithmetic is faster than a guide."""

_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)


@dataclass(frozen=True)
class Thresholds:
    """The inverse distribution function on 64-bit words.

    ``bounds`` are the T(k) below 2^64, ascending. ``guide`` maps the leading bits of a word (all but ``shift``) to its
    outcome k, or to -1 - k where a bound lies among the words that begin so: then k is the least it may be. ``size`` is
    K. With ``fair`` all outcomes are equally likely, and many: neither bounds nor guide are needed, and both are empty.
    """

    bounds: NDArray[np.uint64]
    guide: NDArray[np.int32]
    shift: int
    size: int
    fair: bool = False


def thresholds(pmf: Pmf) -> Thresholds:
    """The bounds of a PMF's outcomes among 64-bit words, for ``block_of_rolls``.

    >>> thresholds(Pmf(np.array([1, 1, 0, 2]))).bounds.tolist() == [2**62, 2**63, 2**63]
    True
    """
    if _FAIR_FROM <= pmf.size < 2**31 and pmf.weights.min() == pmf.weights.max():
        return Thresholds(np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32), 0, pmf.size, fair=True)
    bounds = _bounds(pmf)
    low, high = _GUIDE_BITS
    bits = min(max(low, len(bounds).bit_length() + 4), high)
    shift = 64 - bits
    leading = (bounds >> np.uint64(shift)).astype(np.intp)
    inside = leading[(bounds & np.uint64((1 << shift) - 1)) != 0]
    highest = np.bincount(leading, minlength=1 << bits).cumsum()
    within = np.bincount(inside, minlength=1 << bits)
    guide = np.where(within > 0, within - highest - 1, highest).astype(np.int32)
    return Thresholds(bounds, guide, shift, pmf.size)


def _bounds(pmf: Pmf) -> NDArray[np.uint64]:
    """floor(2^64 (w(0) + … + w(k)) / sum w) for the outcomes whose partial sum is not yet the whole."""
    if pmf.is_counts and total_count(pmf.weights.astype(np.int64, copy=False)) < 2**32:
        sums = pmf.weights.cumsum().astype(np.uint64)
        half, total = np.uint64(32), sums[-1]
        first, rest = np.divmod(sums[sums < total] << half, total)
        bounds: NDArray[np.uint64] = (first << half) | ((rest << half) // total)
        return bounds
    pairs = list(exact_weights(pmf).integers())
    unit = min(exponent for _, exponent in pairs)
    partial = list(accumulate(whole << (exponent - unit) for whole, exponent in pairs))
    return np.array([(s << 64) // partial[-1] for s in partial if s < partial[-1]], dtype=np.uint64)


def block_of_rolls(
    seed: int, index: int, limits: Thresholds, size: int = BLOCK, experiment: int = 0
) -> NDArray[np.int32]:
    """The outcomes, as indices from 0, of the first ``size`` rolls of a block: rolls ``index`` * 2^16 … of a seed."""
    key = (index, experiment - 1) if experiment else (index,)
    words = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)).random_raw(size)
    if limits.fair:
        return _fair(words, limits.size)
    outcomes: NDArray[np.int32] = limits.guide[(words >> np.uint64(limits.shift)).view(np.int64)]
    mixed = np.flatnonzero(outcomes < 0)
    outcomes[mixed] = _looked_up(words[mixed], -1 - outcomes[mixed], limits.bounds)
    return outcomes


def _fair(words: NDArray[np.uint64], sides: int) -> NDArray[np.int32]:
    """The k with T(k - 1) <= u < T(k) for T(k) = floor(2^64 (k + 1)/K), K < 2^32: floor((u K + K - 1)/2^64)."""
    k = np.uint64(sides)
    carry = ((words & _LOW) * k + np.uint64(sides - 1)) >> _HALF
    outcomes: NDArray[np.int32] = (((words >> _HALF) * k + carry) >> _HALF).astype(np.int32)
    return outcomes


def _looked_up(words: NDArray[np.uint64], least: NDArray[np.int32], bounds: NDArray[np.uint64]) -> NDArray[np.int32]:
    """The outcomes of words that are at ``least`` these: a few steps on, where they suffice, else by bisection."""
    outcomes: NDArray[np.int32] = least.copy()
    last = np.int32(len(bounds) - 1)
    for _ in range(_STEPS):
        outcomes += (outcomes <= last) & (words >= bounds[np.minimum(outcomes, last)])
    far = np.flatnonzero((outcomes <= last) & (words >= bounds[np.minimum(outcomes, last)]))
    outcomes[far] = np.searchsorted(bounds, words[far], side="right")
    return outcomes


def rolls(seed: int, n: int, limits: Thresholds, experiment: int = 0) -> Iterator[NDArray[np.int32]]:
    """The first ``n`` rolls of a seed, block by block.

    >>> limits = thresholds(Pmf(np.ones(6, dtype=np.int64)))
    >>> [len(block) for block in rolls(1, 100_000, limits)]
    [65536, 34464]
    """
    for index in range(-(-n // BLOCK)):
        yield block_of_rolls(seed, index, limits, min(BLOCK, n - index * BLOCK), experiment)


def counts(pmf: Pmf, n: int, seed: int) -> NDArray[np.int64]:
    """How often each outcome comes up in ``n`` rolls, shape (K,), int64.

    Up to 10^7 rolls it is the tally of the seed's sequence; past that one draw of the multinomial distribution, the
    same for one version of NumPy. Raises UsageError for n past 2^63 - 1.

    >>> counts(Pmf(np.array([1, 0, 1])), 10, seed=1).tolist()
    [6, 0, 4]
    """
    return next(experiments(pmf, n, seed, 1))


def experiments(pmf: Pmf, n: int, seed: int, repeat: int) -> Iterator[NDArray[np.int64]]:
    """The ``counts`` of so many experiments of ``n`` rolls, one after the other; the first are those of the seed alone.

    >>> [found.tolist() for found in experiments(Pmf(np.array([1, 0, 1])), 10, seed=1, repeat=2)]
    [[6, 0, 4], [6, 0, 4]]
    """
    if n > MAX_ROLLS:
        raise UsageError(f"{n} rolls are more than a count can hold (at most 2^63 - 1)")
    if n > TALLY_LIMIT:
        for number in range(repeat):
            key = (0, number - 1, 0) if number else ()
            yield multinomial(pmf, n, np.random.SeedSequence(seed, spawn_key=key))
        return
    limits = thresholds(pmf)
    for number in range(repeat):
        tally = np.zeros(pmf.size, dtype=np.int64)
        for block in rolls(seed, n, limits, number):
            add_to(tally, block)
        yield tally


def add_to(tally: NDArray[np.int64], outcomes: NDArray[np.int32]) -> None:
    """Count rolls, without a walk through all of many outcomes for a few rolls."""
    if len(outcomes) * 4 < len(tally):
        np.add.at(tally, outcomes, 1)
    else:
        tally += np.bincount(outcomes, minlength=len(tally))


def multinomial(pmf: Pmf, n: int, seed: np.random.SeedSequence, samples: int | None = None) -> NDArray[np.int64]:
    """The counts of ``n`` rolls, shape (K,), or of so many ``samples`` of them, shape (samples, K)."""
    return drawn_counts(np.random.Generator(np.random.PCG64(seed)), n, probabilities(pmf), samples)


def drawn_counts(generator: np.random.Generator, n: int, p: Floats, samples: int | None = None) -> NDArray[np.int64]:
    """The counts of ``n`` rolls by probabilities ``p``, shape (K,), or of so many ``samples``, shape (samples, K).

    NumPy gives what is left over to the last outcome: that is made the largest, and zeros take no part. The same for
    one version of NumPy.
    """
    possible = np.flatnonzero(p)
    largest = possible[np.argmax(p[possible])]
    order = np.append(possible[possible != largest], largest)
    drawn = generator.multinomial(n, p[order], size=samples)
    result = np.zeros((*drawn.shape[:-1], len(p)), dtype=np.int64)
    result[..., order] = drawn
    return result
