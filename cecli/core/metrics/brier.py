"""The Brier score in its original form, a sum over the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import ExactSums, ratio
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class BrierResult:
    """The mean of sum_c (q(c) - [c = y])^2, from 0 to 2."""

    brier: float


class Brier:
    """Mean squared distance of prediction and outcome (Brier, Monthly Weather Review 78, 1950): 0 is best, 2 worst."""

    STATE: ClassVar[State] = {"_rows": CELLS, "_sum": CELLS}

    def __init__(self, spec: Spec) -> None:
        self._rows = Tally()
        self._sum = ExactSums()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        self._rows.add(rows.weights, rows.rows, rows.group)
        self._sum.update(rows.weighted(rows.brier), rows.group)

    def merge(self, other: Brier) -> None:
        """Add the rows of ``other``."""
        self._rows.merge(other._rows)
        self._sum.merge(other._sum)

    def result(self, group: int = 0) -> BrierResult:
        """The weighted mean, correctly rounded; nan without rows."""
        rows = self._rows.mass(group)
        return BrierResult(ratio(self._sum.integer(group), rows) if rows else float("nan"))
