"""Probabilities by cell, what came of them, and what chance alone makes of the difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log
from cecli.core.functions.elementary_scalars import log1p_of, log_of
from cecli.core.functions.normal import normal_quantile
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, to_float
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.tally import Tally

_FEW = 25.0
"""Below this variance the number of rows that are wrong in a bin is taken as binomial, above it as normal."""

_LARGEST_EXACT = 2.0**53
"""Whole rows below this are doubles, of which intervals can be made."""

_FIRST = math.sqrt(2 / math.pi)
_THIRD = 2 * _FIRST
"""E|Z| and E|Z|^3 of a standard normal Z."""


@dataclass(frozen=True)
class CalibrationError:
    """sum over cells of |right - sum of confidences| / N, and what chance makes of it where every probability is true:
    its mean and 95 % quantile. Those are None with soft labels."""

    ece: float
    expected: float | None
    band: float | None


@dataclass(frozen=True)
class ConfidenceBin:
    """Rows whose confidence is from ``low`` to below ``high`` (in the last bin 1, too): their mass (a number of rows,
    or the sum of their weights), their mean confidence, how often they are right, and the Clopper-Pearson interval of
    that. That is None with soft labels and with weights of importance, and all are None without rows. ``rows`` is how
    many they are whatever their weights, where that is counted."""

    low: float
    high: float
    mass: float
    confidence: float | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    rows: int | None = None


class ReliabilityCells:
    """Figures by cell: their mass, the mass of those that are right, and the sums of their probabilities p and of
    p (1 - p), exactly.

    No division by the rows of a cell is needed for the error. If every p is true, right - sum of p has the variance
    sum p (1 - p) in its cell (w^2 p (1 - p) with weights of importance; a row that stands for w rows brings
    w p (1 - p)). A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    SUMS: ClassVar[tuple[str, ...]] = ("_rows", "_right", "_confidence", "_variance", "_squares")

    def __init__(self, weights: str | None) -> None:
        self._importance = weights == "importance"
        self._rows, self._right = Tally(), Tally()
        self._confidence, self._variance, self._squares = ExactSums(), ExactSums(), ExactProducts()

    def add(self, p: Floats, weights: Floats | None, cells: Integers | None, *, spread: bool = True) -> None:
        """Add figures of probability ``p``, shape (n,); their variance only with ``spread``."""
        self._rows.add(weights, len(p), cells)
        self._confidence.update(p if weights is None else p * weights, cells)
        if not spread:
            return
        variances = np.maximum(p * (1.0 - p), 0.0)
        if weights is None:
            self._variance.update(variances, cells)
        elif self._importance:
            self._squares.update(variances * weights, weights, cells)
        else:
            self._variance.update(variances * weights, cells)

    def add_right(self, right: NDArray[Any], weights: Floats | None, cells: Integers | None) -> None:
        """Say which figures, by truth values or by shares, were right."""
        if right.dtype != np.bool_:
            self._right.add(np.asarray(right if weights is None else right * weights, np.float64), len(right), cells)
            return
        hits = int(np.count_nonzero(right))
        self._right.add(None if weights is None else weights[right], hits, None if cells is None else cells[right])

    def merge(self, other: Any) -> None:
        """Add the cells of another one of the same kind."""
        for name in self.SUMS:
            getattr(self, name).merge(getattr(other, name))

    def error_of(self, start: int, cells: int, soft: bool, dependence: float = 1.0) -> CalibrationError:
        """The error of some cells, correctly rounded, nan without rows; ``dependence`` as in ``mean_and_band``."""
        chosen = (start, start + cells)
        masses, right, sums = (
            self._rows.masses(*chosen),
            self._right.masses(*chosen),
            self._confidence.integers(*chosen),
        )
        total = sum(masses)
        if not total:
            return CalibrationError(float("nan"), None, None)
        ece = ratio(sum(abs(r - c) for r, c in zip(right, sums, strict=True)), total)
        if soft:
            return CalibrationError(ece, None, None)
        moments = []
        for cell, mass, confidence in zip(range(*chosen), masses, sums, strict=True):
            variance = self._variance_of(cell)
            if variance > 0:
                rows = 0.0 if self._importance else to_float(mass)
                moments.append(absolute_moments(rows, ratio(mass - confidence, mass), variance))
        return CalibrationError(ece, *mean_and_band(moments, to_float(total), dependence))

    def bins_of(self, start: int, edges: Sequence[float], soft: bool, confidence: float | None) -> list[ConfidenceBin]:
        """Some cells as bins between ``edges``, their intervals at this level of confidence, if at any."""
        chosen = (start, start + len(edges) - 1)
        masses, right, sums = (
            self._rows.masses(*chosen),
            self._right.masses(*chosen),
            self._confidence.integers(*chosen),
        )
        exact = not (self._importance or soft) and to_float(sum(masses)) < _LARGEST_EXACT
        made = []
        for k, mass in enumerate(masses):
            if not mass:
                made.append(ConfidenceBin(edges[k], edges[k + 1], 0.0))
                continue
            low, high = _exact_interval(right[k], mass, confidence) if exact and confidence else (None, None)
            means = ratio(sums[k], mass), ratio(right[k], mass)
            made.append(ConfidenceBin(edges[k], edges[k + 1], to_float(mass), *means, low, high))
        return made

    def _totals(self, start: int, stop: int) -> tuple[list[int], list[int], list[int]]:
        return (
            self._rows.masses(start, stop),
            self._right.masses(start, stop),
            self._confidence.integers(start, stop),
        )

    def _variance_of(self, cell: int) -> float:
        return to_float(
            (self._variance.integer(cell) << FRACTION_BITS) + self._squares.integer(cell), 2 * FRACTION_BITS
        )


def _exact_interval(right: int, mass: int, confidence: float) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share of whole rows, both given as exact sums."""
    from cecli.core.pmfs.intervals import confidence_interval

    hits, rows = right >> FRACTION_BITS, mass >> FRACTION_BITS
    low, high = confidence_interval("clopper-pearson", np.array([hits]), rows, confidence)
    return float(low[0]), float(high[0])


Moments = tuple[float, float, float]
"""E|D|, E D^2 and E|D|^3."""


def absolute_moments(rows: float, wrong: float, variance: float) -> Moments:
    """The absolute moments of D = right - sum of c in a bin.

    Normal where the variance is large or the rows (0 if unknown) have weights; else that of a binomial number of wrong
    rows with the mean confidence of the bin, scaled to the variance: a few rows that are almost surely right are not
    normal.
    """
    deviation = math.sqrt(variance)
    rare = min(wrong, 1.0 - wrong)
    if variance >= _FEW or rows < 1 or rare <= 0:
        return _FIRST * deviation, variance, _THIRD * deviation**3
    last = int(min(rows, rows * rare + 12 * deviation + 20))
    k = np.arange(1, last + 1)
    log_ratios = log((rows - k + 1) / k) + log_of(rare / (1.0 - rare))
    masses = exp(np.concatenate([[0.0], np.cumsum(log_ratios)]) + rows * log1p_of(-rare))
    gaps = np.abs(np.arange(last + 1) - rows * rare) * (deviation / math.sqrt(rows * rare * (1.0 - rare)))
    return float(np.sum(masses * gaps)), variance, float(np.sum(masses * gaps**3))


def mean_and_band(moments: list[Moments], rows: float, dependence: float = 1.0) -> tuple[float, float]:
    """The mean and the 95 % quantile of sum_b |D_b| / N for independent D_b: Cornish and Fisher to the third cumulant.

    For others, ``dependence`` is how often their sum has the variance it would have.
    """
    mean = math.fsum(first for first, _, _ in moments)
    variance = dependence * math.fsum(max(0.0, second - first * first) for first, second, _ in moments)
    if variance <= 0:
        return mean / rows, mean / rows
    third = math.fsum(m3 - 3 * m1 * m2 + 2 * m1**3 for m1, m2, m3 in moments)
    skewness = min(third / variance**1.5, 3.0)  # beyond that the expansion is none
    z = normal_quantile(0.95)
    return mean / rows, (mean + math.sqrt(variance) * (z + (z * z - 1) / 6 * skewness)) / rows
