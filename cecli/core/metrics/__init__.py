"""The accumulators that a score is made of, one family a file.

Each has ``update(rows)``, ``merge(other)`` and ``result(group)``; a fresh one is the identity of ``merge``, which is
associative and commutative to the bit, since all sums are integers. Every one keeps its sums per group of rows; without
groups all rows are in group 0. To add a metric: write its accumulator and its line in METRICS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cecli.core.metrics.accuracy import Accuracy
from cecli.core.metrics.brier import Brier
from cecli.core.metrics.calibration import Calibration
from cecli.core.metrics.cluster import Cluster
from cecli.core.metrics.labels import LabelFrequencies
from cecli.core.metrics.loss import Loss
from cecli.core.metrics.per_class import PerClass
from cecli.core.metrics.row_sums import RowSums
from cecli.core.metrics.spec import Spec
from cecli.core.metrics.tail import Tail
from cecli.core.metrics.twice import SoftmaxedTwice
from cecli.core.metrics.worst import Worst
from cecli.core.rows import ScoredRows

__all__ = ["METRICS", "Accumulator", "Spec"]


class Accumulator(Protocol):
    """Statistics of rows whose state does not grow with the rows."""

    def update(self, rows: ScoredRows) -> None:
        """Add the figures of some rows."""

    def merge(self, other: Any) -> None:
        """Add what another accumulator of the same kind has seen; it stays as it is."""

    def result(self, group: int = 0) -> Any:
        """The statistics of one group; changes nothing."""


METRICS: dict[str, Callable[[Spec], Accumulator]] = {
    "loss": Loss,
    "labels": LabelFrequencies,
    "accuracy": Accuracy,
    "brier": Brier,
    "calibration": Calibration,
    "classes": PerClass,
    "row_sums": RowSums,
    "tail": Tail,
    "cluster": Cluster,
    "worst": Worst,
    "twice": SoftmaxedTwice,
}
