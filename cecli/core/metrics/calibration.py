"""The expected calibration error of the predicted class, beside what chance alone makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.reliability_cells import ConfidenceBin, ReliabilityCells
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS, Cells
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally

BINS = 15
"""Equal-width bins on [0, 1], as in Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
2017."""

EDGES = [k / BINS for k in range(BINS + 1)]


def bin_of(confidence: Floats) -> Integers:
    """min(floor(15 c), 14), any shape."""
    bins: Integers = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    return bins


@dataclass(frozen=True)
class CalibrationResult:
    """sum_b |right in b - sum of confidences in b| / N over the bins b of the confidence, and what chance makes of it.

    ``ece_expected`` and ``ece_band`` are the mean and the 95 % quantile of the error of a perfectly calibrated model
    with these confidences and this many rows: an error below the band is no sign of bad calibration. None with soft
    labels.
    """

    ece: float
    ece_expected: float | None = None
    ece_band: float | None = None


class Calibration(ReliabilityCells):
    """Expected calibration error: bin min(floor(15 c), 14) of the confidence c, the largest probability of a row."""

    STATE: ClassVar[State] = {**dict.fromkeys(ReliabilityCells.SUMS, Cells(BINS)), "_soft": CELLS}

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec.weights)
        self._soft = Tally()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        cells = rows.cells(bin_of(rows.confidence), BINS)
        self.add(rows.confidence, rows.weights, cells, spread=rows.soft is None)
        self.add_right(rows.right, rows.weights, cells)
        if rows.soft is not None:
            self._soft.add(None, rows.rows, rows.group)

    def merge(self, other: Calibration) -> None:
        """Add the bins of ``other``."""
        super().merge(other)
        self._soft.merge(other._soft)

    def result(self, group: int = 0) -> CalibrationResult:
        """The error and the band; nan without rows."""
        found = self.error_of(group * BINS, BINS, bool(self._soft.mass(group)))
        return CalibrationResult(found.ece, found.expected, found.band)

    def bins(self, group: int = 0, confidence: float | None = 0.95) -> list[ConfidenceBin]:
        """The bins, for a table or a reliability diagram, their intervals at this level of confidence, if at any."""
        return self.bins_of(group * BINS, EDGES, bool(self._soft.mass(group)), confidence)
