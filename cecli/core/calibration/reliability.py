"""How confidence and truth go together: the calibration error in its variants, and bins of the confidence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.cells import Cells
from cecli.core.metrics.calibration import BINS, EDGES, bin_of
from cecli.core.metrics.reliability_cells import CalibrationError, ConfidenceBin
from cecli.core.metrics.spec import Spec
from cecli.core.rows.predictions import predicted_of
from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.sums.layout import Floats, Integers


class EqualWidth:
    """The top label in 15 bins of equal width: bin min(floor(15 c), 14) of the confidence c.

    Source: Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", ICML 2017. A fresh one is the
    identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, spec: Spec) -> None:
        self._cells = Cells(spec.weights)

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        cells = bin_of(rows.confidence)
        self._cells.add(rows.confidence, rows.weights, cells)
        self._cells.add_right(rows.right, rows.weights, cells)

    def merge(self, other: EqualWidth) -> None:
        """Add the bins of ``other``."""
        self._cells.merge(other._cells)

    def result(self) -> CalibrationError:
        """The error."""
        return self._cells.error(BINS)

    def bins(self, confidence: float = 0.95) -> list[ConfidenceBin]:
        """The bins, for a table or a reliability diagram."""
        return self._cells.bins(EDGES, confidence)


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
        cells = bin_of(by_class) + starts
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


def _probabilities(batch: Batch) -> tuple[Floats, int]:
    predicted = predicted_of(batch.values, batch.axis, batch.kind, batch.binary)
    return predicted.probabilities, predicted.axis
