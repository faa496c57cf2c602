"""How confidence and truth go together: bins of the confidence, and the calibration error in its variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, to_float
from cecli.core.intervals import confidence_interval
from cecli.core.layout import Floats, Integers
from cecli.core.metrics.calibration import BINS, absolute_moments, mean_and_band
from cecli.core.metrics.spec import Spec
from cecli.core.predicted import predicted_of
from cecli.core.rows import Batch, ScoredRows
from cecli.core.tally import Tally

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


class EqualWidth:
    """The top label in 15 bins of equal width: bin min(floor(15 c), 14) of the confidence c.

    Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017. A fresh one is the
    identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, spec: Spec) -> None:
        self._cells = Cells(spec.weights)

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        cells = _bin_of(rows.confidence)
        self._cells.add(rows.confidence, rows.weights, cells)
        self._cells.add_right(rows.right, rows.weights, cells)

    def merge(self, other: EqualWidth) -> None:
        """Add the bins of ``other``."""
        self._cells.merge(other._cells)

    def result(self) -> CalibrationError:
        """The error."""
        return self._cells.error(BINS)

    def bins(self, confidence: float = 0.95) -> list[Bin]:
        """The bins, for a table or a reliability diagram."""
        return self._cells.bins([k / BINS for k in range(BINS + 1)], confidence)


class EqualMass:
    """The top label in 15 bins of equally many rows (by their weights, if any); equal confidences share a bin.

    Unlike all others it keeps a few numbers a row: where the bins end is known when all rows are. Source: Nguyen and
    O'Connor, "Posterior calibration and exploratory analysis for natural language processing models", EMNLP 2015.
    """

    def __init__(self, spec: Spec) -> None:
        self._weights = spec.weights
        self._parts: list[tuple[Floats, NDArray[Any], Floats | None]] = []

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        if rows.rows:
            self._parts.append((rows.confidence.copy(), rows.right, rows.weights))

    def merge(self, other: EqualMass) -> None:
        """Add the rows of ``other``."""
        self._parts += other._parts

    def result(self) -> CalibrationError:
        """The error."""
        cells = Cells(self._weights)
        if self._parts:
            edges = self._edges()
            for p, right, own in self._parts:
                places = np.searchsorted(edges, p, side="right")
                cells.add(p, own, places)
                cells.add_right(right, own, places)
        return cells.error(BINS)

    def _edges(self) -> Floats:
        together = np.concatenate([p for p, _, _ in self._parts])
        weights = [own for _, _, own in self._parts if own is not None]
        if weights:
            return equal_mass_edges(together, np.concatenate(weights), self._weights == "frequency")
        together.sort()
        return _at(together, _equal_parts(len(together), BINS))


class ClassWise:
    """The mean over the classes c of the error of p_c against [y = c], in 15 bins of equal width.

    Over the classes the bins depend on each other. As a row has one class, the covariances of a bin's gap with those of
    the other classes are together as large as its variance, so the variance of the sum of absolute normal gaps is at
    most twice (with two classes just) what it would be if they were independent: the band is made of that. Source: Kull
    et al., "Beyond temperature scaling", NeurIPS 2019.
    """

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._cells = Cells(spec.weights)

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        if rows.batch is None or not rows.rows:
            return
        p, axis = _probabilities(rows.batch)
        by_class = p if axis == 0 else np.ascontiguousarray(p.T)
        starts = (np.arange(self._classes) * BINS)[:, None]
        cells = _bin_of(by_class) + starts
        weights = None if rows.weights is None else np.tile(rows.weights, self._classes)
        self._cells.add(by_class.ravel(), weights, cells.ravel())
        if rows.soft is None:
            own = cells[rows.labels, np.arange(rows.rows)]
            self._cells.add_right(np.ones(rows.rows, dtype=bool), rows.weights, own)
        else:
            soft = rows.soft if rows.axis == 0 else rows.soft.T
            self._cells.add_right(soft.ravel(), weights, cells.ravel())

    def merge(self, other: ClassWise) -> None:
        """Add the bins of ``other``."""
        self._cells.merge(other._cells)

    def result(self) -> CalibrationError:
        """The error."""
        return self._cells.error(self._classes * BINS, dependence=2.0)


VARIANTS = {"equal-width": EqualWidth, "equal-mass": EqualMass, "class-wise": ClassWise}
"""Name -> accumulator. A new variant is a class with ``update``, ``merge`` and ``result``, and a line here."""


def equal_mass_edges(
    confidences: Floats, weights: Floats | None = None, frequency: bool = False, bins: int = BINS
) -> Floats:
    """The least confidence of each bin but the first, as ``numpy.array_split`` cuts the sorted ones; shape (bins - 1,).

    With weights a bin ends where their sum reaches its share; with ``frequency`` they are counts of repeated rows. What
    equals an edge is above it.

    >>> equal_mass_edges(np.array([0.9, 0.5, 0.7, 0.6, 0.8]), bins=2)
    array([0.8])
    """
    if weights is None:
        return _at(np.sort(confidences), _equal_parts(len(confidences), bins))
    order = np.lexsort((weights, confidences))
    sums = weights[order].cumsum()
    starts = _equal_parts(int(sums[-1]), bins) if frequency else sums[-1] * (np.arange(1, bins) / bins)
    return _at(confidences[order], np.searchsorted(sums, starts, side="right"))


def _equal_parts(total: int, bins: int) -> Integers:
    """Where the second and the following of ``bins`` parts begin, the first ones larger by 1 where need be."""
    each, more = divmod(total, bins)
    starts: Integers = np.arange(1, bins) * each + np.minimum(np.arange(1, bins), more)
    return starts


def _at(ordered: Floats, places: Integers) -> Floats:
    """Figures by their places, infinity beyond the last."""
    inside = np.minimum(places, len(ordered) - 1)
    edges: Floats = np.where(places < len(ordered), ordered[inside], np.inf)
    return edges


def _bin_of(p: Floats) -> Integers:
    bins: Integers = np.minimum((p * BINS).astype(np.intp), BINS - 1)
    return bins


def _probabilities(batch: Batch) -> tuple[Floats, int]:
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    return predicted.probabilities, predicted.axis
