"""The standard error of a mean over rows that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.clusters import Clusters, ClusterSum, ClusterSums
from cecli.core.sums.layout import Floats
from cecli.core.sums.state import State


@dataclass(frozen=True)
class ClusterResult:
    """The number of clusters, and their sums, exactly, in their own order."""

    clusters: int
    sums: tuple[ClusterSum, ...]


class Cluster:
    """The sums of the clusters, of which the error of the mean loss is taken (``mean_intervals``)."""

    STATE: ClassVar[State] = {"_sums": ClusterSums()}

    def __init__(self, spec: Spec) -> None:
        self._sums = Clusters()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows; one of infinite loss counts for its cluster, and the error is undefined anyway."""
        if rows.cluster is None or not rows.rows:
            return
        loss = rows.weighted(np.where(np.isfinite(rows.loss), rows.loss, 0.0))
        self._sums.update(loss, _below(rows), rows.cluster, rows.group)

    def merge(self, other: Cluster) -> None:
        """Add the clusters of ``other``."""
        self._sums.merge(other._sums)

    def result(self, group: int = 0) -> ClusterResult:
        """The clusters of a group."""
        clusters = self._sums.of(group)
        return ClusterResult(len(clusters), tuple(sorted(clusters)))


def _below(rows: ScoredRows) -> Floats | None:
    """What each row adds below the line of the mean; None where it is 1."""
    if rows.weights is None:
        return rows.denominator
    return rows.weights if rows.denominator is None else rows.weighted(rows.denominator)
