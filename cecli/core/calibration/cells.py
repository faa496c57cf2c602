"""Predicted probabilities by cell: what they promise, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.metrics.calibration import absolute_moments, mean_and_band
from cecli.core.pmfs.intervals import confidence_interval
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, to_float
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.tally import Tally

_LARGEST_EXACT = 2.0**53


@dataclass(frozen=True)
class CalibrationError:
    """sum over bins of |right - sum of confidences| / N, and what chance makes of it where every probability is true:
    its mean and 95 % quantile. Those are None with soft labels."""

    ece: float
    expected: float | None
    band: float | None


@dataclass(frozen=True)
class Bin:
    """Rows whose confidence is from ``low`` to below ``high`` (the last bin holds 1, too): how many, their mean
    confidence, how often they are right, and the Clopper-Pearson interval of that, which is None with soft labels or
    weights of importance. All are None without rows."""

    low: float
    high: float
    rows: int
    confidence: float | None
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None


class Cells:
    """Rows by cell: their mass, the mass of those that are right, and the sums of their probabilities p and of
    p (1 - p), exactly.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, weights: str | None) -> None:
        self._importance = weights == "importance"
        self._rows, self._masses, self._right = Tally(), Tally(), Tally()
        self._confidence, self._variance, self._squares = ExactSums(), ExactSums(), ExactProducts()
        self._soft = False

    def add(self, p: Floats, weights: Floats | None, cells: Integers) -> None:
        """Add figures of probability ``p``, shape (n,)."""
        self._rows.add(None, len(p), cells)
        self._masses.add(weights, len(p), cells)
        variances = np.maximum(p * (1.0 - p), 0.0)
        if weights is None:
            self._confidence.update(p, cells)
            self._variance.update(variances, cells)
            return
        self._confidence.update(p * weights, cells)
        if self._importance:
            self._squares.update(variances * weights, weights, cells)
        else:
            self._variance.update(variances * weights, cells)

    def add_right(self, right: NDArray[Any], weights: Floats | None, cells: Integers) -> None:
        """Say which figures, by truth values or by shares, were right."""
        if right.dtype == np.bool_:
            self._right.add(None if weights is None else weights[right], int(np.count_nonzero(right)), cells[right])
            return
        self._soft = True
        self._right.add(right if weights is None else right * weights, len(right), cells)

    def merge(self, other: Cells) -> None:
        """Add the cells of ``other``."""
        for name in ("_rows", "_masses", "_right", "_confidence", "_variance", "_squares"):
            getattr(self, name).merge(getattr(other, name))
        self._soft |= other._soft

    def error(self, cells: int, dependence: float = 1.0) -> CalibrationError:
        """The error of the first ``cells`` cells, nan without rows; ``dependence`` as in ``mean_and_band``."""
        masses, right = self._masses.masses(0, cells), self._right.masses(0, cells)
        sums = self._confidence.integers(0, cells)
        total = sum(masses)
        if not total:
            return CalibrationError(float("nan"), None, None)
        ece = ratio(sum(abs(r - c) for r, c in zip(right, sums, strict=True)), total)
        if self._soft:
            return CalibrationError(ece, None, None)
        moments = []
        for cell, (mass, confidence) in enumerate(zip(masses, sums, strict=True)):
            variance = self._variance_of(cell)
            if variance > 0:
                rows = 0.0 if self._importance else to_float(mass)
                moments.append(absolute_moments(rows, ratio(mass - confidence, mass), variance))
        return CalibrationError(ece, *mean_and_band(moments, to_float(total), dependence))

    def bins(self, edges: Sequence[float], confidence: float) -> list[Bin]:
        """The first cells as bins between ``edges``, their intervals at this level of confidence."""
        cells = len(edges) - 1
        masses, right = self._masses.masses(0, cells), self._right.masses(0, cells)
        sums = self._confidence.integers(0, cells)
        made = []
        for k in range(cells):
            if not masses[k]:
                made.append(Bin(edges[k], edges[k + 1], 0, None, None, None, None))
                continue
            low, high = self._interval(right[k], masses[k], confidence)
            means = ratio(sums[k], masses[k]), ratio(right[k], masses[k])
            rows = self._rows.mass(k) >> FRACTION_BITS
            made.append(Bin(edges[k], edges[k + 1], rows, *means, low, high))
        return made

    def _interval(self, right: int, mass: int, confidence: float) -> tuple[float | None, float | None]:
        hits, rows = to_float(right), to_float(mass)
        if self._soft or self._importance or rows > _LARGEST_EXACT:
            return None, None
        low, high = confidence_interval("clopper-pearson", np.array([int(hits)]), int(rows), confidence)
        return float(low[0]), float(high[0])

    def _variance_of(self, cell: int) -> float:
        return to_float(
            (self._variance.integer(cell) << FRACTION_BITS) + self._squares.integer(cell), 2 * FRACTION_BITS
        )
