"""The weights of a PMF in one exact form, whether they came as counts or as probabilities.

Every double and every count is a whole number times a power of two, so sums and cross differences of weights can be
taken without error; what is rounded, and when, is then a decision of the formula and not of the input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import log
from cecli.core.functions.elementary_scalars import log1p_of
from cecli.core.pmfs.pmf import Pmf
from cecli.core.sums.exact import FRACTION_BITS, exact_integer, ratio

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LOG_2 = 0.6931471805599453


@dataclass(frozen=True)
class Weights:
    """K weights w = (high + low) * 2**exponent, exactly, and their exact sum total * 2**unit.

    ``high`` is in [1/2, 1) or 0, and ``low`` (not 0 only for counts past 2^53) less than half an ulp of it.
    """

    high: Floats
    low: Floats
    exponents: Integers
    total: int
    unit: int

    @property
    def mantissa(self) -> float:
        """m of total = m * 2**(exponent of ``total_exponent``), in [1, 2]."""
        return ratio(self.total, 1 << (self.total.bit_length() - 1))

    @property
    def total_exponent(self) -> int:
        """The exponent of the leading bit of the total."""
        return self.total.bit_length() - 1 + self.unit

    def scaled(self) -> Floats:
        """w / 2**total_exponent, shape (K,): the probabilities times ``mantissa``."""
        return np.ldexp(self.high, self.exponents - self.total_exponent)

    def take(self, index: NDArray[np.intp]) -> Weights:
        """The weights of some outcomes beside the sum of all."""
        return Weights(self.high[index], self.low[index], self.exponents[index], self.total, self.unit)

    def integers(self) -> Iterator[tuple[int, int]]:
        """Pairs (m, e) of whole numbers with w = m * 2**e, in order."""
        whole = np.ldexp(self.high, 53).astype(np.int64).tolist()
        rest = np.ldexp(self.low, 53 + 11).astype(np.int64).tolist()
        exponents = (self.exponents - 53).tolist()
        return ((m, e) if not r else ((m << 11) + r, e - 11) for m, r, e in zip(whole, rest, exponents, strict=True))


def exact_weights(pmf: Pmf) -> Weights:
    """The exact form of a PMF's weights."""
    if pmf.is_counts:
        return _from_counts(pmf.weights.astype(np.int64, copy=False))
    values = pmf.weights.astype(np.float64, copy=False)
    high, exponents = np.frexp(values)
    return Weights(high, np.zeros_like(high), exponents.astype(np.int64), exact_integer(values), -FRACTION_BITS)


def _from_counts(counts: Integers) -> Weights:
    rounded = counts.astype(np.float64)
    half = (rounded * 0.5).astype(np.int64)
    low = np.where(rounded < 2.0**53, 0, (counts - half) - half)  # half + half may be 2^63, which int64 has not
    high, exponents = np.frexp(rounded)
    return Weights(
        high, np.ldexp(low.astype(np.float64), -exponents), exponents.astype(np.int64), total_count(counts), 0
    )


def total_count(counts: Integers) -> int:
    """The exact sum of counts, which may lie past 2^63.

    >>> total_count(np.array([2**63 - 1, 2**63 - 1])) == 2**64 - 2
    True
    """
    return (int((counts >> 32).sum()) << 32) + int((counts & 0xFFFFFFFF).sum())


def probabilities(pmf: Pmf) -> Floats:
    """w / sum(w) for each outcome, shape (K,): from counts the nearest double, from probabilities within an ulp.

    >>> probabilities(Pmf(np.array([1, 2]))).tolist() == [1 / 3, 2 / 3]
    True
    """
    if not pmf.is_counts:
        weights = exact_weights(pmf)
        return weights.scaled() / weights.mantissa
    counts = pmf.weights.astype(np.int64, copy=False)
    total = total_count(counts)
    if total <= 2**53:
        return counts / float(total)
    return np.array([count / total for count in counts.tolist()])


def surprisals(weights: Weights) -> Floats:
    """-log p for each outcome in nats, shape (K,), to a few ulps; infinite where p = 0, exactly 0 where p = 1.

    A probability p > 1/2 takes -log1p(-r) of the exact rest r = 1 - p: rounded, it has lost what its logarithm is.
    """
    offsets = weights.exponents - weights.total_exponent
    within = np.maximum(offsets, -1000)  # keeps the quotient a normal double; the rest is a multiple of log 2
    with np.errstate(divide="ignore"):
        result: Floats = -(log(np.ldexp(weights.high / weights.mantissa, within)) + (offsets - within) * LOG_2)
    scaled = weights.scaled()
    largest = int(np.argmax(scaled))
    if scaled[largest] > 0.5 * weights.mantissa:
        result[largest] = -log1p_of(-_rest(weights, largest))
    result += 0.0  # no minus zero
    return result


def _rest(weights: Weights, index: int) -> float:
    """1 - p of one outcome, rounded once."""
    [(whole, exponent)] = weights.take(np.array([index])).integers()
    shift = exponent - weights.unit
    taken = whole << shift if shift >= 0 else whole >> -shift
    return ratio(weights.total - taken, weights.total)
