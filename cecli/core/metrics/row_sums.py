"""How far the predicted probabilities of a row are from a sum of 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.state import FIGURES, State


@dataclass(frozen=True)
class RowSumResult:
    """The largest |sum_c q(c) - 1| of any row; None where the predictions are logits or binary and have no sum."""

    max_row_sum_deviation: float | None


class RowSums:
    """The largest deviation of a row's sum from 1."""

    STATE: ClassVar[State] = {"_largest": FIGURES}

    def __init__(self, spec: Spec) -> None:
        self._largest: dict[int, float] = {}

    def update(self, rows: ScoredRows) -> None:
        """Look at some rows."""
        if rows.deviation is None or not rows.rows:
            return
        if rows.group is None:
            self._see(0, float(rows.deviation.max()))
            return
        groups, inverse = np.unique(rows.group, return_inverse=True)
        largest = np.zeros(len(groups))
        np.maximum.at(largest, inverse, rows.deviation)
        for group, deviation in zip(groups.tolist(), largest.tolist(), strict=True):
            self._see(group, deviation)

    def merge(self, other: RowSums) -> None:
        """Take the larger of the two."""
        for group, deviation in other._largest.items():
            self._see(group, deviation)

    def result(self, group: int = 0) -> RowSumResult:
        """The largest deviation seen."""
        return RowSumResult(self._largest.get(group))

    def _see(self, group: int, deviation: float) -> None:
        self._largest[group] = max(self._largest.get(group, 0.0), deviation)
