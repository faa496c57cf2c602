"""How often the observed class stood first, or among the first k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import ratio
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class AccuracyResult:
    """Shares of the rows; ``top_k_accuracy`` is None for k classes or fewer, since it would say nothing."""

    accuracy: float
    top_k_accuracy: float | None


class Accuracy:
    """The weighted share of rows whose observed class has the largest prediction (a tie goes to the class that stands
    first); with soft labels the mean observed mass of the predicted class."""

    STATE: ClassVar[State] = {"_rows": CELLS, "_right": CELLS, "_among": CELLS}

    def __init__(self, spec: Spec) -> None:
        self._has_top_k = spec.classes > spec.top_k
        self._rows, self._right, self._among = Tally(), Tally(), Tally()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        self._rows.add(rows.weights, rows.rows, rows.group)
        add_hits(self._right, rows, rows.right)
        if self._has_top_k:
            add_hits(self._among, rows, rows.among)

    def merge(self, other: Accuracy) -> None:
        """Add the rows of ``other``."""
        self._rows.merge(other._rows)
        self._right.merge(other._right)
        self._among.merge(other._among)

    def result(self, group: int = 0) -> AccuracyResult:
        """The shares; nan without rows."""
        rows = self._rows.mass(group)
        if not rows:
            return AccuracyResult(float("nan"), None)
        among = ratio(self._among.mass(group), rows) if self._has_top_k else None
        return AccuracyResult(ratio(self._right.mass(group), rows), among)


def add_hits(tally: Tally, rows: ScoredRows, hits: NDArray[Any], index: NDArray[np.intp] | None = None) -> None:
    """Add the mass of hits: rows that are right or not, or, with soft labels, right in part."""
    index = rows.group if index is None else index
    if hits.dtype != np.bool_:
        tally.add(rows.weighted(hits), rows.rows, index)
        return
    weights = None if rows.weights is None else rows.weights[hits]
    tally.add(weights, int(np.count_nonzero(hits)), None if index is None else index[hits])
