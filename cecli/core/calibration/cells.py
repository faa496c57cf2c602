"""Predicted probabilities by cell, whose rows are counted as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.metrics.reliability_cells import CalibrationError, ConfidenceBin, ReliabilityCells
from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.tally import Tally


class Cells(ReliabilityCells):
    """The same for all rows as one group, with the number of figures in each cell."""

    SUMS: ClassVar[tuple[str, ...]] = (*ReliabilityCells.SUMS, "_counts")

    def __init__(self, weights: str | None) -> None:
        super().__init__(weights)
        self._counts = Tally()
        self._soft = False

    def add(self, p: Floats, weights: Floats | None, cells: Integers | None, *, spread: bool = True) -> None:
        """Add figures of probability ``p``, shape (n,)."""
        super().add(p, weights, cells, spread=spread)
        self._counts.add(None, len(p), cells)

    def add_right(self, right: NDArray[Any], weights: Floats | None, cells: Integers | None) -> None:
        """Say which figures, by truth values or by shares, were right."""
        super().add_right(right, weights, cells)
        self._soft |= right.dtype != np.bool_

    def merge(self, other: Cells) -> None:
        """Add the cells of ``other``."""
        super().merge(other)
        self._soft |= other._soft

    def error(self, cells: int, dependence: float = 1.0) -> CalibrationError:
        """The error of the first ``cells`` cells, nan without rows; ``dependence`` as in ``mean_and_band``."""
        return self.error_of(0, cells, self._soft, dependence)

    def bins(self, edges: Sequence[float], confidence: float) -> list[ConfidenceBin]:
        """The first cells as bins between ``edges``, with their numbers of rows."""
        found = self.bins_of(0, edges, self._soft, confidence)
        return [replace(bin_, rows=self._counts.mass(k) >> FRACTION_BITS) for k, bin_ in enumerate(found)]
